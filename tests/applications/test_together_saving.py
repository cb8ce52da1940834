"""The draft of a life event saves itself while one types, and hears of corrections."""

import shutil
from uuid import uuid4

import pytest

from portal.accounts import service as accounts
from portal.applications.together import filling
from portal.files import shelves
from portal.forms import service as drafts
from portal.kernel.db import db
from portal.profile import service as profile
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.applications import joint
from tests.applications.factories import home
from tests.applications.joint import SHOP
from tests.applications.pages import open_page
from tests.browser.visit import open_offices

YOU = f"/en/life-events/{SHOP}/apply/about-you"


@pytest.fixture
def noor(app):
    open_offices(*joint.OFFICES)
    yield make_person(name="Noor Kaur", address=home())
    shutil.rmtree(shelves.folder(), ignore_errors=True)


@pytest.fixture
def whole(noor):
    begun = filling.begin(noor.id, SHOP)
    drafts.save(begun.draft, joint.CHOSEN, list(joint.CHOSEN))
    db.session.commit()
    return begun


@pytest.fixture
def mine(app, noor):
    return signed_in_client(app, noor)


def sent(client, whole, window=None, version=1, **answers):
    """What the page sends by itself; each window has a name of its own."""
    told = {
        "csrf_token": csrf_token(client.get(YOU).data),
        "saved-draft": str(whole.draft.id),
        "saved-version": str(version),
        "saved-page": (window or uuid4()).hex,
        "saved-turn": "1",
    }
    return client.post(f"{YOU}/save", data=told | answers)


def now(noor):
    db.session.expire_all()
    return filling.resume(noor.id, SHOP)


def test_half_a_page_is_saved_and_the_choice_stays(mine, noor, whole):
    told = sent(mine, whole, guardian="Harpal Singh", phone="98")
    assert told.status_code == 200
    assert told.json["said"].startswith("Saved at ")
    answers = now(noor).answers
    assert answers["guardian"] == "Harpal Singh"
    assert "phone" not in answers
    assert answers["wants_power"] is True
    assert now(noor).offers.keys() == whole.offers.keys()


def test_another_window_is_told_of_it(mine, noor, whole):
    assert sent(mine, whole, guardian="Harpal Singh").status_code == 200
    late = sent(mine, whole, guardian="Somebody Else")
    assert late.status_code == 409
    assert now(noor).answers["guardian"] == "Harpal Singh"
    # Pressing the page's own button afterwards stands in nobody's way.
    page = open_page(mine, YOU)
    page.send(guardian="Gurdit Singh", later="1")
    assert now(noor).answers["guardian"] == "Gurdit Singh"


def test_nobody_else_saves_in_it_and_nothing_without_a_draft(app, whole, noor, mine):
    stranger = signed_in_client(app, make_person(name="Ravi Kumar"))
    token = csrf_token(stranger.get("/en/account").data)
    told = {"csrf_token": token, "saved-draft": str(whole.draft.id), "guardian": "X"}
    assert stranger.post(f"{YOU}/save", data=told).status_code == 404
    drafts.discard(noor.id, whole.draft.id)
    db.session.commit()
    told["csrf_token"] = csrf_token(mine.get("/en/account").data)
    assert mine.post(f"{YOU}/save", data=told).status_code == 404


def test_a_correction_in_the_profile_is_in_the_form_and_what_was_typed_stays(noor, whole, mine):
    profile.change(noor.id, "you", corrected(noor, "Noor Kaur Gill"))
    db.session.commit()
    assert now(noor).answers["applicant"] == "Noor Kaur Gill"
    assert "applicant" in now(noor).sources
    open_page(mine, YOU).send(applicant="N. K. Gill", later="1")
    profile.change(noor.id, "you", corrected(noor, "Noor Gill"))
    db.session.commit()
    assert now(noor).answers["applicant"] == "N. K. Gill"


def corrected(noor, name):
    details = accounts.details(noor.id)
    gender, born = details.gender.value, details.birth_date.isoformat()
    return {"name": name, "gender": gender, "birth_date": born}
