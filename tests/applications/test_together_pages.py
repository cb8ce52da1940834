"""Opening a shop as a browser without JavaScript goes through it, up to the payment."""

import re
import shutil
from uuid import UUID

import pytest
from sqlalchemy import func, select

from payments import service as payments
from portal.applications.models import Application
from portal.applications.together import filling, service
from portal.files import shelves
from portal.forms import service as drafts
from portal.kernel.db import db
from portal.registry.publishing import service as publishing
from tests.accounts.factories import make_person, signed_in_client
from tests.applications import joint
from tests.applications.factories import home, village
from tests.applications.joint import LICENCE, POWER, SHOP
from tests.applications.pages import open_page
from tests.browser.visit import open_offices
from tests.files.samples import pdf
from tests.payments.factories import paid, press
from tests.registry.publishing_factories import MEERA, words

START = f"/en/life-events/{SHOP}/apply"
REVIEW = f"{START}/review"
AGREED = {"agree": [LICENCE, POWER]}


@pytest.fixture
def offices(app):
    open_offices(*joint.OFFICES)
    yield app
    shutil.rmtree(shelves.folder(), ignore_errors=True)


@pytest.fixture
def noor(offices):
    return make_person(name="Noor Kaur", address=home())


@pytest.fixture
def mine(offices, noor):
    return signed_in_client(offices, noor)


def count():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Application))


def test_the_choice_decides_what_is_asked(mine):
    page_ = open_page(mine, START)
    assert "Municipal Corporation Nadipur" in page_.words
    page_ = page_.send()
    assert page_.names >= {"wants_power", "wants_water", "wants_gas"}
    assert "No department gets them." in page_.words
    page_ = page_.send(wants_power="yes", wants_water="no", wants_gas="no")
    assert page_.controls["applicant"] == ["Noor Kaur"]
    assert "Filled in from" in page_.words
    page_ = page_.send(guardian="Harpal Singh")
    assert {"premises-line", "tenure"} <= page_.names
    place = [*village().path]
    page_ = page_.send(premises__line="Shop 4, Ghat Road", premises__area=place, tenure="own")
    assert page_.names >= {"identity_proof"}
    page_ = page_.send(files={"identity_proof": (pdf(), "card.pdf")})
    assert "Only Municipal Corporation Nadipur gets these answers." in page_.words
    assert "tenure" not in page_.names


def test_a_page_with_a_wrong_answer_says_so_and_keeps_the_rest(mine):
    page_ = open_page(mine, START).send().send(wants_power="yes", wants_water="no", wants_gas="no")
    page_ = page_.send(guardian="Harpal Singh", phone="1", applicant="")
    assert page_.status == 422
    assert len(page_.errors) == 2
    assert page_.controls["guardian"] == ["Harpal Singh"]


def test_the_review_says_what_each_department_gets_and_what_all_of_it_costs(noor, mine):
    joint.draft_for(noor)
    page_ = open_page(mine, REVIEW)
    said = page_.words
    for words_ in ("An application to Municipal Corporation Nadipur.", "₹600", "₹1,850", "₹2,450"):
        assert words_ in said
    licence, power = re.split(r"An application to ", said)[1:]
    assert "Aadhaar" in licence
    assert "Aadhaar" not in power
    assert said.count("Noor Kaur") >= 2
    assert any("new-connection-need" in link for link in page_.links("review=1"))
    # A question that both ask is changed in one place.
    assert len(page_.links("/about-you?review=1#phone")) == 2


def test_what_is_agreed_to_is_agreed_to_for_each_department(noor, mine):
    joint.draft_for(noor)
    page_ = open_page(mine, REVIEW).send(agree=[LICENCE])
    assert page_.status == 422
    assert page_.errors == ["Tick each box to agree, then send."]
    assert page_.controls["agree"] == [LICENCE]
    assert count() == 0


def test_answers_that_changed_meanwhile_are_shown_again(noor, mine):
    joint.draft_for(noor)
    page_ = open_page(mine, REVIEW)
    whole = filling.resume(noor.id, SHOP)
    drafts.save(whole.draft, {"trade_name": "Another"}, ["trade_name"])
    db.session.commit()
    page_ = page_.send(**AGREED)
    assert page_.status == 409
    assert "Another" in page_.words
    assert count() == 0


def test_a_paymentsthat_was_paused_is_named_and_nothing_is_sent(noor, mine):
    joint.draft_for(noor)
    page_ = open_page(mine, REVIEW)
    publishing.pause("power", "new-connection", MEERA, words("The office moves."))
    db.session.commit()
    page_ = page_.send(**AGREED)
    assert page_.status == 409
    assert page_.errors == ["Paused now: New electricity connection. Your draft is kept."]
    assert count() == 0


def test_pressed_twice_it_is_sent_once_and_each_part_is_followed_and_paid(noor, mine):
    joint.draft_for(noor)
    page_ = open_page(mine, REVIEW)
    first = page_.send(**AGREED)
    again = page_.send(**AGREED)
    assert first.status == again.status == 200
    assert first.response.request.path == again.response.request.path
    assert count() == 2
    assert "To pay: ₹2,450" in first.words
    assert "Pay ₹600 Trade licence" in first.words
    assert "Waiting for payment" in first.words
    (_all, pay, _other) = first.links("/pay/")
    due = open_page(mine, pay)
    assert "Trade licence" in due.words
    assert any("/bundles/" in link for link in due.links())
    (reference, *_) = first.links("/applications/PB-")
    part = open_page(mine, reference)
    assert part.links("/bundles/") == [first.response.request.path]


def test_all_fees_are_paid_at_once_and_each_part_goes_on(noor, mine):
    joint.draft_for(noor)
    sent = open_page(mine, REVIEW).send(**AGREED)
    (together, *_) = sent.links("/pay/together")
    due = open_page(mine, together)
    assert "Pay ₹2,450" in due.words
    assert "Municipal Corporation" in due.words
    fees = [payments.by_id(UUID(one)) for one in re.findall(r"of=([0-9a-f-]{36})", together)]
    payments.start_all(fees, "sandbox")
    press(payments.newest(fees[0]))
    payments.came_back(*fees)
    db.session.commit()
    done = open_page(mine, together)
    assert done.words.count("-000001") == 2
    (bundle, *_) = done.links("/bundles/")
    after = open_page(mine, bundle)
    assert "To pay" not in after.words
    assert not after.links("/pay/")
    states = db.session.scalars(select(Application.state)).all()
    assert set(states) == {"submitted"}


def test_one_fee_that_is_left_is_not_offered_together(noor, mine):
    joint.draft_for(noor)
    sent = open_page(mine, REVIEW).send(**AGREED)
    (_all, one, _other) = sent.links("/pay/")
    paid(payments.by_id(UUID(one.rpartition("/")[2])))
    left = open_page(mine, sent.response.request.path)
    assert len(left.links("/pay/")) == 1


def test_a_draft_is_listed_gone_on_with_and_deleted(noor, mine):
    joint.draft_for(noor)
    page_ = open_page(mine, "/en/applications")
    assert "Opening a shop" in page_.words
    assert "Go on with your draft" in open_page(mine, START).words
    page_.send(to=f"{START}/discard")
    assert filling.resume(noor.id, SHOP) is None


def test_with_nothing_chosen_there_is_nothing_to_send(noor, mine):
    whole = filling.begin(noor.id, "moving-house")
    nothing = {"power": "none", "wants_water": False, "wants_gas": False}
    drafts.save(whole.draft, nothing, list(nothing))
    db.session.commit()
    page_ = open_page(mine, "/en/life-events/moving-house/apply/review")
    assert "Nothing is chosen yet." in page_.words
    whole = filling.resume(noor.id, "moving-house")
    with pytest.raises(service.NothingChosen):
        service.send(whole, {})


def test_others_see_nothing_of_it(offices, noor):
    bundle = joint.sent(noor)
    stranger = signed_in_client(offices, make_person(name="Ravi Kumar"))
    assert open_page(stranger, f"/en/bundles/{bundle.id}").status == 404


def test_a_page_that_is_not_there_is_not_found(mine):
    assert open_page(mine, f"{START}/review").status == 200
    open_page(mine, START).send()
    assert open_page(mine, f"{START}/no-such-page").status == 404
    assert open_page(mine, "/en/life-events/nothing/apply").status == 404
