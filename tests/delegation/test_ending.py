"""Rights to act end with the person, with "this was not me", and at the counter with the role."""

from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import event, select

from portal.accounts import service as accounts
from portal.accounts.domain import Role
from portal.accounts.leaving import service as leaving
from portal.accounts.recovery import service as recovery
from portal.applications import service as applications
from portal.delegation import paying, service
from portal.delegation.domain import Kind
from portal.delegation.forms import LastingForm
from portal.delegation.models import Mandate
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import make_person, signed_in_client
from tests.applications import factories
from tests.applications.pages import open_page
from tests.delegation.conftest import CENTRE
from tests.delegation.factories import EVERYTHING, INCOME_PATH, accepted, terms
from tests.files.samples import picture


def ended(mandate_id):
    db.session.expire_all()
    return db.session.get_one(Mandate, mandate_id).ended_at is not None


@pytest.mark.parametrize("leaves", ["principal", "helper"])
def test_rights_end_with_the_person(asha, ravi, leaves):
    row = accepted(asha, ravi)
    waiting = service.open_session(asha.id, EVERYTHING)
    leaving.remove(asha.id if leaves == "principal" else ravi.id)
    db.session.commit()
    assert service.acting(row.id, ravi.id) is None
    assert ended(waiting.id) is (leaves == "principal")


def test_this_was_not_me_ends_rights_that_came_since_and_codes_that_wait(asha, ravi, nobody):
    now = clock.now()
    with time_machine.travel(now - timedelta(days=2)):
        old = accepted(asha, ravi)
        waiting = service.open_session(asha.id, EVERYTHING)
        db.session.commit()
    new = accepted(asha, nobody)
    recovery.secure(asha.id, since=now - timedelta(seconds=5), why="helper_added")
    db.session.commit()
    assert (ended(old.id), ended(new.id), ended(waiting.id)) == (False, True, True)


def test_a_warning_of_a_helper_ends_the_right_that_it_warned_of(asha, ravi):
    now = clock.now()
    with time_machine.travel(now - timedelta(days=2)):
        made = service.grant(asha.id, ravi.email, EVERYTHING, now + timedelta(days=30))
        db.session.commit()
    row = service.accept(made.code, ravi.id)
    db.session.commit()
    recovery.secure(asha.id, since=row.accepted_at, why="helper_added")
    db.session.commit()
    assert ended(row.id)


def test_a_right_that_lives_is_listed_however_many_came_after_it(asha, ravi):
    row = accepted(asha, ravi)
    for _ in range(service.LISTED):
        service.end(service.open_session(asha.id, EVERYTHING).id, asha.id)
    db.session.commit()
    assert row.id in {one.id for one in service.given(asha.id)}


def test_an_operator_who_works_elsewhere_now_does_not_reach_the_slips(slip, operator, revenue):
    accounts.revoke(operator.id, Role.OPERATOR, CENTRE, by="tests")
    accounts.grant(operator.id, Role.OPERATOR, "sewa-2", by="tests")
    db.session.commit()
    client = signed_in_client(revenue, operator)
    assert slip.slip_number not in open_page(client, "/en/assist").text
    assert "Asha Devi" not in open_page(client, "/en/account/helpers").text
    for part in ("", "/paper"):
        assert client.get(f"/en/assist/slips/{slip.id}{part}").status_code == 404
    page = open_page(client, "/en/assist")
    assert page.send(to=f"/en/assist/slips/{slip.id}/joining").status == 404


def test_no_joining_code_is_made_before_the_slip_is_signed(counter, slip, asha):
    page = open_page(counter, f"/en/assist/slips/{slip.id}")
    refused = page.send(to=f"/en/assist/slips/{slip.id}/joining")
    assert (refused.status, "signed slip" in refused.words) == (403, True)


def test_an_operator_of_two_centres_says_at_which_the_citizen_is(asha, operator, revenue):
    accounts.grant(operator.id, Role.OPERATOR, "aa-centre", by="tests")
    made = service.open_session(asha.id, EVERYTHING)
    db.session.commit()
    client = signed_in_client(revenue, operator)
    page = open_page(client, "/en/assist")
    assert page.send(code=made.code).status == 422
    assert page.send(code=made.code, centre="sewa-9").status == 422
    assert page.send(code=made.code, centre=CENTRE).status == 200
    assert db.session.scalars(select(Mandate)).one().centre == CENTRE


def test_the_last_day_ends_where_the_citizen_lives(revenue):
    with revenue.test_request_context(), time_machine.travel("2026-03-01T10:00:00Z"):
        form = LastingForm(meta={"csrf": False})
        form.ends.answer = lambda: "2026-03-05"
        zone = ZoneInfo("Asia/Kolkata")
        assert form.until() == datetime(2026, 3, 6, tzinfo=zone)


def test_an_unsigned_slip_lets_nothing_be_paid(slip, asha, operator, revenue):
    application = factories.sent(asha)
    assert not applications.may_pay(operator.id, application.id)
    service.keep_slip(slip.id, operator.id, BytesIO(picture()), "slip.jpg")
    assert applications.may_pay(operator.id, application.id)


def test_who_may_pay_costs_the_same_for_one_principal_and_for_many(asha, ravi, nobody, revenue):
    application = factories.sent(asha)
    accepted(asha, ravi)
    few = _statements(lambda: applications.may_pay(ravi.id, application.id))
    for number in range(4):
        accepted(make_person(name=f"Person {'abcd'[number]}"), ravi)
    many = _statements(lambda: applications.may_pay(ravi.id, application.id))
    assert many <= few
    assert [one.kind for one in paying.payable(ravi.id, asha.id)] == [Kind.HELPER]


def _statements(work):
    db.session.rollback()
    db.session.expire_all()
    seen = []

    def note(*told):
        seen.append(told[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_lists_of_rights_cost_the_same_for_one_principal_and_for_many(ravis, asha, ravi):
    accepted(asha, ravi, terms(INCOME_PATH))
    few = _asked(ravis)
    for number in range(4):
        accepted(make_person(name=f"Person {'abcd'[number]}"), ravi, terms(INCOME_PATH))
    assert _asked(ravis) <= few


def _asked(client):
    paths = ("/en/act-for", "/en/account/helpers")
    for path in paths:
        client.get(path)
    return _statements(lambda: all(client.get(path).status_code == 200 for path in paths))
