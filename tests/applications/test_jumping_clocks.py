"""Clocks that jump: what people and officers do stands in its order, and nothing is lost by it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.applications import service
from portal.applications.appeals import service as appeals
from portal.applications.domain import State
from portal.applications.staging import service as staging
from portal.forms import service as drafts
from portal.forms.jobs import PERIODIC, forget_drafts
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.worker import build
from tests.applications.factories import asked, draft_for, sent, told

BEGINS = datetime(2026, 11, 23, 5, tzinfo=UTC)


def answered(person, application):
    service.answer(person.id, application.reference, {"guardian": "Ram Lal Sharma"})
    db.session.commit()


@pytest.mark.parametrize(
    "days",
    [(0, -2, -1, -400, 3, 2), (0, 60, -60, 61, -1, 0), (0, 0, 700, -700, 700, 1)],
    ids=str,
)
def test_whatever_the_clock_says_a_case_goes_its_way(person, mine, desk, days):
    acts = iter(days)

    def at():
        return time_machine.travel(BEGINS + timedelta(days=next(acts)), tick=False)

    with at():
        application = sent(person)
    with at():
        told(application, "accept")
    with at():
        asked(application, "guardian")
        due_on, left = application.due_on, application.days_left
    with at():
        answered(person, application)
    with at():
        told(application, "approve")
    with at():
        told(application, "note", message={"en": "It is written."})
    assert application.state == State.APPROVED
    assert (application.days_left, application.asked) == (None, None)
    assert left is not None or application.due_on == due_on
    lines = service.timeline(application)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    acts_done = [line.act for line in lines]
    assert acts_done == ["submit", "accept", "ask", "answer", "approve", "note"]
    assert mine.get(f"/en/applications/{application.reference}").status_code == 200
    assert desk.get(f"/en/desk/{application.reference}").status_code == 200


def test_what_a_clock_that_was_ahead_has_begun_ends_with_the_decision(person):
    application = sent(person)
    with time_machine.travel(clock.now() + timedelta(days=90), tick=False):
        staging.rise()
        appeals.open_late()
        appeals.pass_on()
        db.session.commit()
    told(application, "approve")
    assert application.state == State.APPROVED
    assert all(one.state != "open" for one in appeals.of(application))
    # The right clock finds nothing left to do for it.
    for clock_does in (staging.rise, appeals.open_late, appeals.pass_on):
        assert not clock_does()


def test_by_a_clock_that_is_not_the_databases_nothing_is_swept_away(app, person):
    with time_machine.travel(clock.now() - timedelta(days=100), tick=False):
        draft_for(person)
    run = build(app, [forget_drafts], PERIODIC).tasks[f"{forget_drafts.name}.periodic"]
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        run.func(timestamp=0)
    assert drafts.of_person(person.id)
    run.func(timestamp=0)
    db.session.expire_all()
    assert not drafts.of_person(person.id)
