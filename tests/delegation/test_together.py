"""Several applications at once for somebody else: within what the helper was let do."""

import shutil

import pytest

from portal.applications.together import filling, service
from portal.delegation.domain import Need
from portal.files import shelves
from portal.kernel.db import db
from tests.accounts.factories import make_person, signed_in_client
from tests.applications import joint
from tests.applications.joint import LICENCE, POWER, SHOP
from tests.applications.pages import open_page
from tests.browser.visit import open_offices
from tests.delegation.factories import acting, terms

START = f"/en/life-events/{SHOP}/apply"


@pytest.fixture
def noor(app):
    open_offices(*joint.OFFICES)
    yield make_person(name="Noor Kaur")
    shutil.rmtree(shelves.folder(), ignore_errors=True)


@pytest.fixture
def helper(noor):
    return make_person(name="Ravi Kumar")


@pytest.fixture
def client(app, helper):
    return signed_in_client(app, helper)


def test_a_helper_sends_all_of_them_and_each_says_so(noor, helper, client):
    acting(client, noor, helper)
    joint.draft_for(noor)
    page_ = open_page(client, f"{START}/review")
    assert "On behalf of Noor Kaur, I agree" in page_.words
    page_ = page_.send(agree=[LICENCE, POWER])
    assert page_.status == 200
    db.session.rollback()
    (path,) = {page_.response.request.path}
    bundle = service.find(noor.id, path.rpartition("/")[2])
    acted = {(str(one.acted_by), one.person_id) for one in service.cases(bundle)}
    assert acted == {(str(helper.id), noor.id)}


def test_a_helper_for_one_service_begins_with_that_one_alone(noor, helper, client):
    acting(client, noor, helper, terms(POWER))
    page_ = open_page(client, START)
    assert "New electricity connection" in page_.words
    assert "Trade licence" not in page_.words
    page_.send()
    assert set(filling.resume(noor.id, SHOP).offers) == {POWER}


def test_a_draft_that_holds_more_than_a_helper_may_do_is_closed_to_them(noor, helper, client):
    joint.draft_for(noor)
    acting(client, noor, helper, terms(POWER))
    assert "Opening a shop" not in open_page(client, "/en/applications").words
    assert open_page(client, START).status == 403
    assert open_page(client, f"{START}/about-you").status == 403
    page_ = open_page(client, "/en/applications")
    page_.send(to=f"{START}/discard", on_behalf_of=str(noor.id))
    assert open_page(client, f"{START}/review").status == 403
    db.session.rollback()
    assert filling.resume(noor.id, SHOP) is not None


def test_who_may_only_fill_in_does_not_send(noor, helper, client):
    acting(client, noor, helper, terms("*", needs=(Need.FILL,)))
    joint.draft_for(noor)
    page_ = open_page(client, f"{START}/review").send(agree=[LICENCE, POWER])
    assert page_.status == 403
    db.session.rollback()
    assert filling.resume(noor.id, SHOP) is not None
