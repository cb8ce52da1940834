"""Looking an answer up: what is asked, what is remembered and counted, and what is kept nowhere."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text
from standardwebhooks import Webhook

from portal.audit.models import AuditEntry
from portal.interfaces import jobs
from portal.interfaces import service as interfaces
from portal.interfaces.domain import NotAnswering
from portal.interfaces.lookups import service
from portal.interfaces.lookups.domain import LOOK_UPS, Unknown
from portal.interfaces.lookups.models import LookUpsMade
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.registry import LookUp
from portal.registry.hooks import Hooks, NoAnswer, NoSuchAccount
from portal.registry.kept import Kept
from tests.accounts.factories import make_person
from tests.accounts.threads import at_once
from tests.interfaces import looked_up
from tests.interfaces.looked_up import ACCOUNT, ANSWER, AT, KNOWN, PLOT, UNKNOWN
from tests.webhooks.conftest import SECRET

NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@pytest.fixture
def offer(tehsil):
    tehsil.answers[AT] = ANSWER
    return looked_up.offer()


@pytest.fixture
def asha(app):
    return make_person(name="Asha Devi")


@pytest.fixture
def hooked(app, monkeypatch):
    """A package that answers itself, and has no interface."""

    def answering(hook):
        monkeypatch.setattr(service, "hooks_of", lambda _: Hooks(look_up=hook))
        declared = ACCOUNT.model_copy(update={"look_up": LookUp(fills=looked_up.FILLS)})
        return looked_up.offer(account=declared)

    return answering


def ask(person, offer, value=PLOT):
    field = offer.service.form.field("plot")
    return service.look_up(person.id, offer, field, value)


def made():
    return db.session.scalar(select(LookUpsMade.count))


def test_what_the_provider_knows_comes_by_question(asha, offer):
    told = ask(asha, offer)
    assert told["holder"] == KNOWN["name"]
    assert set(told) == {"holder", "since", "tax", "use"}


def test_a_question_is_signed_over_its_body_which_alone_names_the_answer(asha, offer, tehsil):
    ask(asha, offer)
    ((path, headers, body),) = tehsil.heard
    assert path == AT
    assert json.loads(body) == {"field": "plot", "value": PLOT}
    Webhook(SECRET).verify(body, headers)


def test_what_no_question_is_filled_by_is_left_out(asha, offer, tehsil):
    tehsil.answers[AT] = (200, {"values": {"name": "A•••", "secret": "x", "where": None}})
    assert ask(asha, offer) == {"holder": "A•••", "place": None}


def test_one_answer_is_asked_for_once_in_ten_minutes(asha, offer, tehsil):
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(3):
            assert ask(asha, offer)["holder"] == KNOWN["name"]
        ask(asha, offer, "PB-1043")
        clock.shift(timedelta(minutes=10))
        ask(asha, offer)
    assert [one["value"] for one in tehsil.told(AT)] == [PLOT, "PB-1043", PLOT]


def test_another_persons_look_up_is_answered_from_memory_and_counted(asha, offer, tehsil):
    other = make_person(name="Ravi Kumar")
    ask(asha, offer)
    ask(other, offer)
    assert len(tehsil.heard) == 1
    counts = db.session.execute(select(LookUpsMade.person_id, LookUpsMade.count)).all()
    assert set(counts) == {(asha.id, 1), (other.id, 1)}


def test_letters_are_told_apart(asha, offer, tehsil):
    ask(asha, offer, "pb-1042")
    ask(asha, offer, "PB-1042")
    assert len(tehsil.heard) == 2


def test_what_is_not_known_is_said_and_remembered_for_a_minute(asha, offer, tehsil):
    tehsil.answers[AT] = UNKNOWN
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(2):
            with pytest.raises(Unknown):
                ask(asha, offer)
        assert len(tehsil.heard) == 1
        tehsil.answers[AT] = ANSWER
        clock.shift(timedelta(minutes=1))
        assert ask(asha, offer)["holder"] == KNOWN["name"]


def test_another_version_is_asked_anew(asha, offer, tehsil):
    ask(asha, offer)
    newer = ACCOUNT.model_copy(update={"required": False})
    ask(asha, looked_up.offer(account=newer))
    assert len(tehsil.heard) == 2


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"values": KNOWN}),
        (200, b"no JSON"),
        (200, {}),
        (200, []),
        (200, {"values": [KNOWN]}),
        (200, {"values": {f"n{one}": 1 for one in range(31)}}),
        (404, {"values": KNOWN, "error": "gone"}),
        (302, {}),
    ],
)
def test_an_odd_answer_is_none_and_is_not_remembered(asha, offer, tehsil, answer):
    tehsil.answers[AT] = answer
    with pytest.raises(NotAnswering):
        ask(asha, offer)
    tehsil.answers[AT] = ANSWER
    assert ask(asha, offer)["holder"] == KNOWN["name"]


def test_without_an_address_nobody_answers(asha, app):
    with pytest.raises(NotAnswering):
        ask(asha, looked_up.offer())


def test_a_declaration_that_nobody_answers_is_none(asha, app):
    nobody = ACCOUNT.model_copy(update={"look_up": LookUp(fills=looked_up.FILLS)})
    with pytest.raises(NotAnswering):
        ask(asha, looked_up.offer(account=nobody))
    assert made() is None


def test_a_package_answers_by_its_hook(asha, hooked):
    heard = []

    def hook(field, value, _ask):
        heard.append((field, value))
        return {"name": "B•••"}

    assert ask(asha, hooked(hook)) == {"holder": "B•••"}
    assert heard == [("plot", PLOT)]


@pytest.mark.parametrize(
    "error", [NoAnswer("x"), ValueError("B-1042 is Balwinder's"), SystemExit()]
)
def test_whatever_a_hook_raises_is_no_answer(asha, hooked, error):
    def hook(*_):
        raise error

    with pytest.raises(NotAnswering) as told:
        ask(asha, hooked(hook))
    assert "Balwinder" not in str(told.value)


@pytest.mark.parametrize("given", [None, 7, "text", {"name": object()}, {1: 2}])
def test_a_hook_that_gives_no_values_is_no_answer(asha, hooked, given):
    with pytest.raises(NotAnswering):
        ask(asha, hooked(lambda *_: given))


def test_a_hook_that_knows_no_such_number_says_so(asha, hooked):
    def hook(*_):
        raise NoSuchAccount

    with pytest.raises(Unknown):
        ask(asha, hooked(hook))


def test_nobody_looks_up_many(asha, offer, tehsil):
    with time_machine.travel(NOON, tick=False) as clock:
        for one in range(LOOK_UPS):
            ask(asha, offer, f"PB-{one}")
        clock.shift(timedelta(minutes=4))
        with pytest.raises(TooMany) as told:
            ask(asha, offer)
        assert told.value.retry_after == 6 * 60 + 1
        assert len(tehsil.heard) == LOOK_UPS
        ask(make_person(name="Ravi Kumar"), offer)
        clock.shift(timedelta(minutes=6))
        assert ask(asha, offer)["holder"] == KNOWN["name"]


def test_each_provider_is_counted_by_itself(asha, offer, tehsil):
    interfaces.save("patwar", tehsil.url, "tests", SECRET)
    other = looked_up.offer("patwar")
    for one in range(LOOK_UPS):
        ask(asha, offer, f"PB-{one}")
    assert ask(asha, other)["holder"] == KNOWN["name"]


def test_what_is_asked_at_once_is_counted_each(app, asha, offer):
    ask(asha, offer)
    told = at_once(app, 24, lambda: ask(asha, offer))
    assert sum(isinstance(one, TooMany) for one in told) == 25 - LOOK_UPS
    assert sum(isinstance(one, dict) for one in told) == LOOK_UPS - 1


def test_a_look_up_that_failed_is_counted(asha, offer, tehsil):
    tehsil.answers[AT] = (500, {})
    with pytest.raises(NotAnswering):
        ask(asha, offer)
    db.session.rollback()
    assert made() == 1


def test_the_record_names_the_version_and_not_what_was_looked_up(asha, offer):
    ask(asha, offer)
    db.session.commit()
    wanted = select(AuditEntry).where(AuditEntry.act == "look_up.made")
    (entry,) = db.session.scalars(wanted).all()
    assert (entry.actor, entry.why) == (str(asha.id), "tehsil")
    assert entry.about == f"version:{offer.version_id}"


def test_neither_the_number_nor_the_answer_is_on_the_disk(asha, offer):
    ask(asha, offer)
    db.session.commit()
    for table in ("lookups_made", "audit_entries", "stored_events", "provider_interfaces"):
        rows = db.session.scalars(text(f"SELECT t::text FROM {table} AS t")).all()
        assert not [row for row in rows if PLOT in row or "K•••" in row]


def test_what_was_told_long_ago_makes_room(asha, offer, tehsil, monkeypatch):
    monkeypatch.setattr(service, "_remembered", Kept(2))
    for plot in ("PB-1", "PB-2", "PB-3", "PB-3", "PB-1"):
        ask(asha, offer, plot)
    assert [one["value"] for one in tehsil.told(AT)] == ["PB-1", "PB-2", "PB-3", "PB-1"]


def test_what_is_too_long_is_given_and_not_remembered(asha, offer, tehsil):
    tehsil.answers[AT] = (200, {"values": {"name": "x" * 30_000}})
    assert len(ask(asha, offer)["holder"]) == 30_000
    ask(asha, offer)
    assert len(tehsil.heard) == 2


def test_who_looked_something_up_is_forgotten_after_a_day(asha, offer):
    with time_machine.travel(NOON, tick=False) as clock:
        ask(asha, offer)
        clock.shift(timedelta(hours=23))
        jobs.forget_look_ups.function()
        assert made() == 1
        clock.shift(timedelta(hours=1, seconds=1))
        jobs.forget_look_ups.function()
        assert made() is None
