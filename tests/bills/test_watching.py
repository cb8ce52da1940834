"""Accounts that people are reminded of: asked for once a day, listed, and stopped at once."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select, text

from portal.accounts.events import PersonRemoved
from portal.audit.models import AuditEntry
from portal.bills import listeners, service
from portal.bills.watching import domain
from portal.bills.watching import service as watching
from portal.bills.watching.domain import NoSuchWatch, TooManyWatched
from portal.bills.watching.models import BillWatch
from portal.kernel.db import db
from portal.notifications.coming import service as coming
from portal.notifications.inbox.models import InboxNotice
from tests.accounts.factories import csrf_token, signed_in_client
from tests.applications.pages import open_page
from tests.bills.conftest import ACCOUNT, NOVEMBER, OCTOBER, OTHER, begin, fetched, settle
from tests.jobs import run_jobs

MORNING = datetime(2026, 11, 24, 3, tzinfo=UTC)
DECEMBER = OCTOBER | {"number": "B-2026-12", "amount": "99.00", "due_on": "2027-01-05"}


@pytest.fixture(autouse=True)
def november():
    """Some days before the bills fall due."""
    with time_machine.travel(MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def watch(asha):
    """Asha agrees to be reminded of her account."""
    watching.keep(fetched(asha))
    db.session.commit()
    return only(asha)


@pytest.fixture
def client(app, asha):
    return signed_in_client(app, asha)


def only(person):
    db.session.expire_all()
    (row,) = watching.of_account(person.id)
    return row


def titles(person):
    return [(item.on, item.body) for item in coming.of_person(person.id)]


def the_next_day(november, days=1):
    november.move_to(MORNING + timedelta(days=days))
    watching.ask_all()
    db.session.commit()
    # Jobs are put by the clock of the test, and found by that of the database.
    db.session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL"))
    run_jobs()


@pytest.mark.promise("M7")
def test_open_bills_stand_in_what_comes_up_with_their_day(asha, watch):
    listed = titles(asha)
    assert [day for day, _ in listed] == [date(2026, 12, 5)] * 2
    assert "1,840" in listed[0][1] + listed[1][1]
    assert ACCOUNT not in f"{listed}"
    assert ACCOUNT[-4:] in listed[0][1]
    calendar = icalendar.Calendar.from_ical(coming.ics(coming.of_person(asha.id)))
    days = [event["dtstart"].dt for event in calendar.walk("VEVENT")]
    assert days == [date(2026, 12, 5)] * 2


def test_a_bill_that_is_paid_is_gone_at_once(asha, watch):
    settle(begin(asha))
    assert ["642.50" in body for _, body in titles(asha)] == [True]


def test_each_day_the_provider_is_asked_once(asha, watch, corporation, november):
    before = len(corporation.heard)
    the_next_day(november)
    corporation.accounts[ACCOUNT] = [DECEMBER]
    assert len(corporation.heard) == before + 1
    watching.ask_all()
    db.session.commit()
    run_jobs()
    assert len(corporation.heard) == before + 1
    the_next_day(november, 2)
    assert [day for day, _ in titles(asha)] == [date(2027, 1, 5)]


def test_a_provider_is_asked_for_one_account_after_the_other(
    asha, gurmeet, watch, corporation, november
):
    watching.keep(fetched(gurmeet))
    watching.keep(fetched(gurmeet, OTHER))
    db.session.commit()
    locks = text("SELECT DISTINCT lock FROM procrastinate_jobs WHERE task_name LIKE '%watching%'")
    before = len(corporation.heard)
    november.move_to(MORNING + timedelta(days=1))
    watching.ask_all()
    db.session.commit()
    assert db.session.scalars(locks).all() == ["bills:power"]
    run_jobs()
    assert len(corporation.heard) == before + 3
    assert {only(asha).asked_at.date()} == {date(2026, 11, 25)}


def test_who_does_not_answer_is_left_alone_after_three_tries(asha, watch, corporation, november):
    corporation.raw = (500, b"")
    november.move_to(MORNING + timedelta(days=1))
    watching.ask(provider_slug="power", misses=0)
    db.session.commit()
    due = text("SELECT args FROM procrastinate_jobs WHERE task_name LIKE '%watching%'")
    assert [args["misses"] for args in db.session.scalars(due)] == [1]
    watching.ask(provider_slug="power", misses=2)
    db.session.commit()
    assert len(db.session.scalars(due).all()) == 1
    # What was heard before still stands.
    assert len(titles(asha)) == 2


def test_an_account_that_the_provider_ended_has_no_bills(asha, watch, corporation, november):
    corporation.accounts.clear()
    the_next_day(november)
    assert titles(asha) == []
    assert only(asha).asked_at.date() == date(2026, 11, 25)


def test_three_days_before_the_person_is_reminded_once(asha, watch, november):
    november.move_to(datetime(2026, 12, 2, 3, 20, tzinfo=UTC))
    assert list(watching.to_remind(date(2026, 12, 2))) == [asha.id]
    for _ in range(2):
        coming.remind()
        db.session.commit()
        run_jobs()
    told = db.session.scalars(select(InboxNotice).order_by(InboxNotice.id)).all()
    assert [row.kind for row in told] == ["reminders", "reminders"]
    assert all("Electricity" in row.words.title for row in told)


def test_the_person_is_reminded_on_the_last_day_and_after_it_until_it_is_paid(
    asha, watch, november
):
    said = []
    for day in (2, 3, 5, 6, 8, 9):
        november.move_to(datetime(2026, 12, day, 3, 20, tzinfo=UTC))
        coming.remind()
        db.session.commit()
        run_jobs()
        rows = db.session.scalars(select(InboxNotice).order_by(InboxNotice.id)).all()
        said.append({row.words.title for row in rows[sum(map(len, said)) * 2 :]})
    assert said == [
        {"Pay the bill: Electricity bill"},
        set(),
        {"Today is the last day to pay: Electricity bill"},
        set(),
        {"The last day to pay has passed: Electricity bill"},
        set(),
    ]


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2026, 12, 12)])
def test_on_other_days_nobody_is(asha, watch, day):
    assert list(watching.to_remind(day)) == []


@given(some.dates(date(2026, 1, 1), date(2027, 1, 1)), some.integers(-30, 30))
def test_whose_moment_came_lately_is_found(due_on, ago):
    today = due_on + timedelta(days=ago)
    moment = domain.remind_on(due_on, today)
    lately = today - domain.LATE <= moment <= today
    assert (f"{due_on}" in domain.days_to_remind(today)) == lately


def test_stopped_nothing_is_asked_and_nothing_listed(asha, watch, corporation, november):
    before = len(corporation.heard)
    watching.stop(asha.id, watch.id)
    db.session.commit()
    assert titles(asha) == []
    the_next_day(november)
    assert len(corporation.heard) == before


def test_stopped_while_the_provider_answers_its_answer_is_not_kept(
    asha, watch, corporation, november, monkeypatch
):
    fetch = watching.sources.fetch

    def meanwhile(*asked):
        found = fetch(*asked)
        db.session.execute(text("DELETE FROM bill_watches"))
        db.session.commit()
        return found

    monkeypatch.setattr(watching.sources, "fetch", meanwhile)
    the_next_day(november)
    assert db.session.scalars(select(BillWatch)).all() == []


def test_nobody_else_stops_it_or_sees_it(asha, gurmeet, watch):
    with pytest.raises(NoSuchWatch):
        watching.stop(gurmeet.id, watch.id)
    with pytest.raises(NoSuchWatch):
        watching.account_of(gurmeet.id, watch.id)
    assert titles(gurmeet) == []


def test_what_was_agreed_and_asked_stands_in_the_record(asha, watch, november):
    the_next_day(november)
    watching.stop(asha.id, watch.id)
    db.session.commit()
    acts = select(AuditEntry.act, AuditEntry.actor, AuditEntry.why).where(
        AuditEntry.about == f"watch:{watch.id}"
    )
    assert [tuple(row) for row in db.session.execute(acts.order_by(AuditEntry.number))] == [
        ("bills.watched", str(asha.id), "power"),
        ("bills.asked", "bills", "power"),
        ("bills.unwatched", str(asha.id), "power"),
    ]


def test_agreed_to_twice_it_is_one(asha, watch):
    watching.keep(fetched(asha))
    db.session.commit()
    assert only(asha).id == watch.id


def test_there_is_an_end_to_accounts(asha, watch, monkeypatch):
    monkeypatch.setattr(domain, "MOST", 1)
    with pytest.raises(TooManyWatched):
        watching.keep(fetched(asha, OTHER))


def test_who_leaves_is_not_asked_for(asha, watch):
    listeners.removed(PersonRemoved(asha.id))
    db.session.commit()
    assert db.session.scalars(select(BillWatch)).all() == []


def test_what_was_due_long_ago_is_not_listed_any_more(asha, watch, november):
    november.move_to(datetime(2027, 1, 5, tzinfo=UTC))
    assert titles(asha) == []


def test_the_pages_ask_remind_and_stop(client, asha):
    page = open_page(client, "/en/bills/power").send(account=ACCOUNT)
    assert "If you agree, we ask" in page.words
    address = f"{page.response.request.path}/watch"
    told = {"csrf_token": token(page)}
    home = client.post(address, data=told, follow_redirects=True)
    assert "You are reminded of" in home.text
    assert "You are reminded of the bills" in home.text
    again = open_page(client, page.response.request.path)
    assert "If you agree" not in again.words
    found = client.post(
        "/en/bills/power", data={"csrf_token": token(again), "watched": str(only(asha).id)}
    )
    assert found.status_code == 302
    assert "/en/bills/power/" in found.headers["Location"]
    stop = f"/en/bills/watched/{only(asha).id}/stop"
    after = client.post(stop, data={"csrf_token": token(again)}, follow_redirects=True)
    assert "Stopped" in after.text
    assert watching.of_account(asha.id) == []


def token(shown):
    return csrf_token(shown.response.data)


@pytest.mark.parametrize(
    ("account", "ending"), [("3001234567", "4567"), ("12", "2"), ("1", ""), ("12345", "45")]
)
def test_an_account_is_named_by_its_end_alone(account, ending):
    assert domain.ending(account) == ending


def test_bills_without_a_day_wait(asha, corporation):
    corporation.accounts[ACCOUNT] = [NOVEMBER | {"due_on": None}]
    corporation.accounts[ACCOUNT][0].pop("due_on")
    watching.keep(fetched(asha))
    db.session.commit()
    assert [day for day, _ in titles(asha)] == [None]
    assert service.history(asha.id) == []
