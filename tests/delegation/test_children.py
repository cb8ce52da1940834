"""Guardians act for their children, until these are of age."""

from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.children import service as children
from portal.accounts.family import domain as family
from portal.applications.models import Application
from portal.delegation import relatives
from portal.delegation.domain import Kind
from portal.kernel import clock
from portal.kernel.db import db
from portal.notifications import service as notifications
from portal.post.models import Message
from tests.accounts.factories import csrf_token, some_details
from tests.applications import factories
from tests.applications.pages import open_page
from tests.delegation.factories import LAND_PATH


class Child:
    def __init__(self, child_id):
        self.id = child_id


@pytest.fixture
def child(asha):
    born = date(clock.today().year - 8, 5, 1)
    told = some_details(name="Mani Devi", birth_date=born, email=None, mobile=None)
    child_id = children.add(asha.id, told, family.Relation.MOTHER)
    db.session.commit()
    return Child(child_id)


def act_for_child(client, child):
    token = csrf_token(client.get("/en/account/helpers/accept").data)
    return client.post("/en/act-for", data={"csrf_token": token, "child": str(child.id)})


@pytest.mark.promise("M22")
@pytest.mark.promise("W12")
def test_a_guardian_applies_for_a_child(ashas, asha, child):
    assert "Mani Devi" in open_page(ashas, "/en/act-for").words
    act_for_child(ashas, child)
    assert "You act for Mani Devi." in open_page(ashas, "/en/applications").text
    factories.draft_for(child, factories.LAND)
    review = open_page(ashas, f"/en/apply/{LAND_PATH}/review")
    assert "On behalf of Mani Devi, I agree" in review.words
    review.send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    assert (sent.person_id, sent.acted_by) == (child.id, asha.id)
    assert (sent.acted_as, sent.mandate_id) == ("guardian", None)


def test_a_new_form_is_filled_in_with_what_is_known_of_the_child(ashas, child):
    act_for_child(ashas, child)
    page = open_page(ashas, "/en/apply/revenue/income-certificate").send()
    assert page.controls["applicant"] == ["Mani Devi"]


@pytest.mark.promise("M22")
def test_nobody_acts_for_somebody_elses_child(ravis, child):
    assert act_for_child(ravis, child).status_code == 404
    assert "You act for" not in open_page(ravis, "/en/applications").text


def test_it_ends_when_the_child_is_of_age(asha, child):
    assert relatives.acting_for(child.id, asha.id).kind is Kind.CHILD
    with time_machine.travel(date(clock.today().year + 11, 6, 1)):
        assert relatives.acting_for(child.id, asha.id) is None


def test_the_guardian_is_told_what_happens(asha, child):
    sent = factories.sent(child, factories.LAND)
    notifications.tell(sent.id, "submitted")
    readers = [one.recipient for one in db.session.scalars(select(Message))]
    assert readers.count(asha.email) >= 1
