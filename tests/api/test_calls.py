"""The log of calls: what is in it and what is not, and what it costs."""

from datetime import timedelta

import time_machine
from sqlalchemy import event, text

from portal.api.calls import service as calls
from portal.api.calls.models import ApiCall
from portal.kernel import clock
from portal.kernel.db import db
from tests.api.test_provider_interface import CASES, problem


def logged():
    return db.session.query(ApiCall).order_by(ApiCall.id).all()


def test_a_call_is_noted_by_its_route(program, application):
    program.get(f"{CASES}/{application.reference}?who=asha")
    (call,) = logged()
    assert (call.method, call.status, call.label) == ("GET", 200, "tests")
    assert call.route == f"{CASES}/<reference>"
    assert call.incident is None
    kept = db.session.scalar(text("SELECT t::text FROM api_calls t"))
    assert application.reference not in kept
    assert "asha" not in kept


def test_a_refused_call_is_noted_with_its_incident(program):
    told = problem(program.get(f"{CASES}/PB-0000-0000"), 404)
    (call,) = logged()
    assert call.status == 404
    assert told["instance"] == f"urn:incident:{call.incident}"


def test_what_has_no_token_of_anybody_is_not_noted(program):
    program.client.get(CASES)
    program.client.get(CASES, headers={"Authorization": "Bearer sanjha_unknown"})
    assert logged() == []


def test_the_log_adds_no_transaction(program, application, monkeypatch):
    path = f"{CASES}/{application.reference}"

    def commits():
        seen = []
        hear = seen.append
        event.listen(db.engine, "commit", hear)
        program.get(path)
        event.remove(db.engine, "commit", hear)
        return len(seen)

    with_log = commits()
    monkeypatch.setattr(calls, "note", lambda **_: None)
    assert commits() == with_log


def test_days_are_counted_once_however_often(program, application):
    program.get(CASES)
    program.get(f"{CASES}/none")
    for _ in range(2):
        calls.count_days()
    assert calls.by_day("revenue", clock.today()) == {clock.today(): calls.Day(2, 1)}


def test_calls_go_after_a_month_and_days_stay(program):
    program.get(CASES)
    calls.count_days()
    today = clock.today()
    with time_machine.travel(clock.now() + timedelta(days=29)):
        calls.sweep()
        assert len(logged()) == 1
    with time_machine.travel(clock.now() + timedelta(days=31)):
        calls.sweep()
    assert logged() == []
    assert calls.by_day("revenue", today)[today].calls == 1


def test_the_newest_stand_first_by_pages(program):
    for _ in range(3):
        program.get(CASES)
    first = calls.last("revenue", limit=2)
    then = calls.last("revenue", before=first[-1].id)
    ids = [call.id for call in [*first, *then]]
    assert ids == sorted(ids, reverse=True)
    assert calls.last("revenue", errors=True) == []
    assert calls.last("tehsil") == []
