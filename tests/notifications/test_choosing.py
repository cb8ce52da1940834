"""By which ways people are told, and when: their choices, quiet hours and digests."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.kernel import keys
from portal.kernel.db import db
from portal.kernel.room import Notice
from portal.notifications import domain, jobs
from portal.notifications.choices import service as choices
from portal.notifications.domain import Choices, Digest, Quiet
from portal.notifications.inbox import service as inbox
from portal.notifications.kinds import kinds
from portal.post.models import Message
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.notifications.factories import tell

NIGHT = datetime(2026, 7, 1, 18, 0, tzinfo=UTC)  # 23:30 in Punjab, a Wednesday
MORNING = datetime(2026, 7, 2, 3, 0, tzinfo=UTC)  # 8:30
SILENT = Quiet(22, 7)


@pytest.fixture
def person(app):
    return make_person()


def choose(person, **wanted):
    choices.keep(person.id, Choices(**wanted), person.id)
    db.session.commit()


def send_waiting():
    jobs.send_waiting()
    db.session.commit()
    run_jobs()


def sent():
    """Way and subject of each message, in order."""
    db.session.expire_all()
    found = db.session.scalars(select(Message).order_by(Message.id))
    return [(message.channel, message.title) for message in found]


def test_every_kind_says_why_somebody_is_written_to(app):
    told = kinds()
    assert all(kind.title and kind.why for kind in told.values())
    assert {slug for slug, kind in told.items() if kind.needed} >= {"security", "decisions"}


@pytest.mark.promise("M14")
def test_newsletters_and_promotions_go_to_those_alone_who_asked(person):
    tell(person, "newsletter")
    assert sent() == []
    choose(person, chosen={"newsletter": frozenset({"mail"})})
    tell(person, "newsletter")
    assert [way for way, _ in sent()] == ["mail"]


@pytest.mark.promise("M14")
def test_a_way_that_was_switched_off_is_not_used(person):
    choose(person, chosen={"progress": frozenset({"text"})})
    tell(person, "progress")
    assert [way for way, _ in sent()] == ["text"]


def test_a_decision_is_sent_whatever_was_chosen(person):
    choose(person, chosen={"decisions": frozenset()})
    tell(person, "decisions")
    assert [way for way, _ in sent()] == ["mail"]


def test_a_decision_takes_the_number_of_somebody_without_an_address(app):
    tell(make_person(email=None), "decisions")
    assert [way for way, _ in sent()] == ["text"]


def test_a_text_says_nothing_of_what_it_is_about(person):
    choose(person, chosen={"decisions": frozenset({"text"})})
    tell(person, "decisions", title="Your pension was refused")
    db.session.expire_all()
    text = db.session.scalars(select(Message).where(Message.channel == "text")).one()
    assert "pension" not in text.body
    assert text.body.startswith("Sanjha: Something of yours falls due. http://localhost:8000/en/")


def test_the_same_occasion_is_told_once(person):
    assert tell(person, key="one")
    assert not tell(person, key="one")
    assert len(sent()) == 1


def test_what_comes_in_quiet_hours_waits_for_the_morning(person):
    choose(person, quiet=SILENT)
    with time_machine.travel(NIGHT, tick=False):
        tell(person, "progress")
        send_waiting()
        assert sent() == []
    with time_machine.travel(MORNING, tick=False):
        for _ in range(2):
            send_waiting()
        assert len(sent()) == 1


def test_a_decision_rings_at_no_night_but_its_mail_goes_at_once(person):
    choose(person, chosen={"decisions": frozenset({"text"})}, quiet=SILENT)
    with time_machine.travel(NIGHT, tick=False):
        tell(person, "decisions")
        assert [way for way, _ in sent()] == ["mail"]
    with time_machine.travel(MORNING, tick=False):
        send_waiting()
    assert [way for way, _ in sent()] == ["mail", "text"]


def test_a_digest_puts_the_messages_of_a_day_into_one(person):
    choose(person, digest=Digest.DAY)
    with time_machine.travel(NIGHT, tick=False):
        for title in ("First", "Second", "Third"):
            tell(person, "progress", title=title)
    with time_machine.travel(MORNING, tick=False):
        send_waiting()
    db.session.expire_all()
    (message,) = db.session.scalars(select(Message)).all()
    assert message.title == "3 messages for you"
    assert all(title in message.body for title in ("First", "Second", "Third"))
    assert "/en/opt-out/progress.mail." in message.body


def test_what_was_deleted_meanwhile_is_not_sent(app, person):
    choose(person, digest=Digest.DAY)
    with time_machine.travel(NIGHT, tick=False):
        tell(person)
    row = inbox.listed(person.id)[0]
    client = signed_in_client(app, person)
    page = client.get(f"/en/inbox/{row.id}")
    data = {"csrf_token": csrf_token(page.data), "act": "delete"}
    assert client.post(f"/en/inbox/{row.id}", data=data).status_code == 302
    with time_machine.travel(MORNING, tick=False):
        send_waiting()
    assert sent() == []


def test_somebody_who_was_erased_is_told_nothing(person):
    choose(person, digest=Digest.DAY)
    with time_machine.travel(NIGHT, tick=False):
        tell(person)
    keys.erase(person.id)
    db.session.commit()
    with time_machine.travel(MORNING, tick=False):
        send_waiting()
    assert sent_count() == 0


def sent_count():
    return len(db.session.scalars(select(Message.id)).all())


@pytest.mark.parametrize(
    ("digest", "hour", "day"), [(Digest.DAY, 8, 2), (Digest.WEEK, 8, 6)], ids=["day", "week"]
)
def test_digests_go_in_the_morning(digest, hour, day):
    at = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    plan = domain.plan(Notice("some", "", ""), Choices(digest=digest), at)
    assert (plan.at.day, plan.at.hour) == (day, hour)
    assert plan.now == {"inbox"}


@pytest.mark.parametrize(
    ("begins", "ends", "hour", "held"),
    [
        (22, 7, 23, True),
        (22, 7, 6, True),
        (22, 7, 7, False),
        (13, 15, 14, True),
        (13, 15, 15, False),
    ],
)
def test_quiet_hours_may_go_over_midnight(begins, ends, hour, held):
    quiet = Quiet(begins, ends)
    at = datetime(2026, 7, 1, hour, 5, tzinfo=UTC)
    assert quiet.holds(at) is held
    assert not quiet.holds(quiet.over(at))
    assert quiet.over(at) > at


@pytest.mark.promise("M14")
def test_people_choose_on_a_page_and_the_record_says_it(app, person):
    client = signed_in_client(app, person)
    page = client.get("/en/inbox/preferences")
    told = {
        "csrf_token": csrf_token(page.data),
        "kind_progress": ["inbox"],
        "kind_newsletter": ["mail"],
        "digest": "week",
        "quiet_from": "22",
        "quiet_to": "7",
    }
    assert client.post("/en/inbox/preferences", data=told).status_code == 302
    kept = choices.of(person.id)
    assert kept.chosen["progress"] == {"inbox"}
    assert kept.chosen["promotions"] == frozenset()
    assert (kept.quiet, kept.digest) == (SILENT, Digest.WEEK)
    acts = select(AuditEntry.why).where(AuditEntry.act == "notifications.chosen")
    why = db.session.scalars(acts.order_by(AuditEntry.number)).all()
    assert "newsletter: mail" in why
    assert "progress: inbox" in why
    assert not any(one.startswith("promotions") for one in why)


def test_half_an_answer_to_quiet_hours_is_asked_again(app, person):
    client = signed_in_client(app, person)
    page = client.get("/en/inbox/preferences")
    told = {"csrf_token": csrf_token(page.data), "digest": "once", "quiet_from": "22"}
    answer = client.post("/en/inbox/preferences", data=told)
    assert answer.status_code == 422
    assert b"Choose two different hours, or none." in answer.data


def test_a_page_that_was_made_up_is_refused(app, person):
    client = signed_in_client(app, person)
    page = client.get("/en/inbox/preferences")
    told = {"csrf_token": csrf_token(page.data), "digest": "often", "kind_progress": ["pigeon"]}
    assert client.post("/en/inbox/preferences", data=told).status_code == 422
