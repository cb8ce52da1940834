"""A decision is looked at again: who may ask and until when, who decides, and the clocks."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from portal.applications import domain as cases
from portal.applications import jobs, service
from portal.applications.appeals import domain
from portal.applications.appeals import service as appeals
from portal.applications.appeals.domain import ENDS, MOVES, Ground, Party, State
from portal.applications.domain import Actor, Author
from portal.kernel.db import db
from portal.webhooks import service as webhooks
from portal.webhooks.models import Delivery
from tests.accounts.threads import at_once
from tests.applications.appealing import MONDAY, asks, decides, department, fresh
from tests.applications.workflows import act, an_officer, reach, sent

DAY = timedelta(days=1)
# The promise of the service of the tests has passed then, and that of the first level.
LATER, MUCH_LATER = MONDAY + 60 * DAY, MONDAY + 120 * DAY


@pytest.fixture
def office(revenue):
    department()


@pytest.fixture
def head(office):
    return an_officer("head", name="Head Rana")


@pytest.fixture
def commissioner(office):
    return an_officer("commissioner", name="Commissioner Bedi")


@pytest.fixture
def board(office):
    return an_officer("board", name="Board Malik")


@pytest.fixture
def case(office, person):
    with time_machine.travel(MONDAY, tick=True):
        return sent(person)


@pytest.fixture
def refused(case, head):
    with time_machine.travel(MONDAY + DAY, tick=True):
        return act(case, head, "refuse", "head", reason={"en": "Too much income."})


def rows(case):
    return appeals.of(fresh(case))


# --- The table ----------------------------------------------------------------------------------


def test_every_state_is_reached_and_every_one_that_is_no_end_is_left():
    reached, waiting = set(), {None}
    while waiting:
        here = waiting.pop()
        reached.add(here)
        waiting |= {move.to for move in MOVES if move.before == here} - reached
    assert reached == {None, *State}
    left = {move.before for move in MOVES}
    assert set(State) - left == ENDS - {State.UPHELD}
    assert all(isinstance(move.by, Party) for move in MOVES)


def test_from_every_state_some_end_is_reached():
    good = set(ENDS)
    while more := {move.before for move in MOVES if move.to in good} - good:
        good |= more
    assert good == {None, *State}


@pytest.mark.parametrize("before", [None, *State])
@pytest.mark.parametrize("by", Party)
@pytest.mark.parametrize("ground", Ground)
def test_an_act_is_taken_if_and_only_if_the_table_has_it(before, by, ground):
    fit = [one for one in MOVES if one.only in (None, ground)]
    for name in {move.act for move in MOVES}:
        if any((one.act, one.before, one.by) == (name, before, by) for one in fit):
            assert domain.move(name, before, by, ground).act == name
        else:
            with pytest.raises(domain.NotOpen):
                domain.move(name, before, by, ground)


def test_only_an_authority_leads_out_of_a_refusal():
    assert set(cases.ON_APPEAL) == {cases.State.REFUSED}
    for to in cases.ON_APPEAL[cases.State.REFUSED]:
        cases.check_appealed(cases.State.REFUSED, to)
        with pytest.raises(cases.MoveNotAllowed):
            cases.check_move(cases.State.REFUSED, to)


# --- Asking -------------------------------------------------------------------------------------


def test_a_refusal_is_appealed_within_the_days_to_ask(refused):
    with time_machine.travel(MONDAY + 31 * DAY, tick=True):
        found = appeals.askable(fresh(refused))
        assert (found.level, found.ground, found.until) == (0, Ground.REFUSED, date(2026, 12, 24))
    with time_machine.travel(MONDAY + 32 * DAY, tick=True):
        assert appeals.askable(fresh(refused)) is None
        with pytest.raises(domain.NothingToAppeal):
            asks(refused)


def test_what_is_not_decided_and_not_late_cannot_be_appealed(case):
    with time_machine.travel(MONDAY + DAY, tick=True), pytest.raises(domain.NothingToAppeal):
        asks(case)


def test_an_appeal_has_a_post_and_a_clock_of_working_days(refused):
    with time_machine.travel(MONDAY + DAY, tick=True):
        made = asks(refused)
    assert (made.post, made.due_on, made.passes_on) == (
        "commissioner",
        date(2026, 12, 8),
        date(2026, 12, 9),
    )
    assert made.text == "My income was read wrongly."


def test_nobody_appeals_without_words(refused):
    with time_machine.travel(MONDAY + DAY, tick=True), pytest.raises(domain.NoReasons):
        asks(refused, "   ")


def test_of_two_presses_at_once_one_appeal_comes(app, refused):
    def press():
        try:
            return asks(service.by_id(refused.id)).id
        except domain.NothingToAppeal:
            return None

    with time_machine.travel(MONDAY + DAY, tick=True):
        made = at_once(app, 2, press)
    assert sorted(one is None for one in made) == [False, True]
    assert len(rows(refused)) == 1


def test_withdrawn_it_is_not_asked_again(refused, commissioner):
    with time_machine.travel(MONDAY + DAY, tick=True):
        made = asks(refused)
        locked = service.find(refused.person_id, refused.reference, lock=True)
        appeals.withdraw(locked, Author(Actor.CITIZEN, str(refused.person_id)))
        db.session.commit()
        with pytest.raises(domain.NothingToAppeal):
            asks(refused)
        with pytest.raises(domain.NotOpen):
            decides(made, commissioner, "grant")


# --- Deciding -----------------------------------------------------------------------------------


@pytest.fixture
def appeal(refused):
    with time_machine.travel(MONDAY + DAY, tick=True):
        return asks(refused)


@pytest.fixture
def then(appeal):
    """The day after it was asked for."""
    with time_machine.travel(MONDAY + 2 * DAY, tick=True):
        yield


@pytest.mark.usefixtures("then")
def test_set_aside_the_application_goes_back_to_work_with_all_its_days(
    refused, appeal, commissioner
):
    case = decides(appeal, commissioner, "set_aside")
    assert (case.state, case.officer_id) == ("in_progress", None)
    assert case.due_on > fresh(refused).submitted_at.date()
    assert service.timeline(case)[-1].act == "appeal_set_aside"
    assert service.timeline(case)[-1].words["reason"] == {"en": "We looked at it again."}


@pytest.mark.usefixtures("then")
def test_right_in_part_it_is_decided_again_and_may_be_appealed_from_the_first_level(
    refused, appeal, commissioner, head
):
    case = decides(appeal, commissioner, "allow_in_part", why="Half of the income counts.")
    assert (case.state, case.officer_id) == ("in_progress", None)
    assert rows(case)[0].state == State.ALLOWED_IN_PART
    assert service.timeline(case)[-1].words["reason"] == {"en": "Half of the income counts."}
    act(fresh(refused), head, "refuse", "head", reason={"en": "The other half is too much."})
    assert asks(refused).level == 0


def test_nothing_can_be_right_in_part_where_nobody_decided(case, commissioner):
    with time_machine.travel(LATER, tick=True):
        jobs.open_appeals()
        db.session.commit()
        (made,) = rows(case)
        with pytest.raises(domain.NotOpen):
            decides(made, commissioner, "allow_in_part")


@pytest.mark.usefixtures("then")
def test_decided_for_the_person_it_is_approved(appeal, commissioner):
    assert decides(appeal, commissioner, "grant").state == "approved"


@pytest.mark.usefixtures("then")
def test_upheld_the_next_level_can_be_asked_and_then_no_other(refused, appeal, commissioner, board):
    assert decides(appeal, commissioner, "uphold").state == "refused"
    second = asks(refused, "Look again.")
    assert (second.level, second.post, second.passes_on) == (1, "board", None)
    decides(second, board, "uphold", "board")
    with pytest.raises(domain.NothingToAppeal):
        asks(refused)


@pytest.mark.usefixtures("then")
def test_refused_again_after_it_was_set_aside_it_can_be_appealed_again(
    refused, appeal, commissioner, head
):
    decides(appeal, commissioner, "set_aside")
    act(fresh(refused), head, "refuse", "head", reason={"en": "Still too much."})
    assert asks(refused).level == 0


@pytest.mark.usefixtures("then")
@pytest.mark.parametrize("post", ["head", "board", None])
def test_no_other_post_decides(appeal, post):
    officer = an_officer(post, name="Somebody Else")
    with pytest.raises(domain.NotTheAuthority):
        decides(appeal, officer, "grant", post)


@pytest.mark.usefixtures("then")
def test_whoever_refused_it_does_not_decide_the_appeal(appeal, head):
    with pytest.raises(domain.DecidedBefore):
        decides(appeal, head, "grant")


@pytest.mark.usefixtures("then")
def test_whoever_decided_the_lower_level_does_not_decide_the_next(refused, appeal, commissioner):
    decides(appeal, commissioner, "uphold")
    second = asks(refused)
    with pytest.raises(domain.DecidedBefore):
        decides(second, commissioner, "grant", "board")


@pytest.mark.usefixtures("then")
def test_nobody_decides_their_own(appeal, person):
    with pytest.raises(cases.OwnCase):
        decides(appeal, person, "grant")


@pytest.mark.usefixtures("then")
def test_a_decision_has_reasons(appeal, commissioner):
    with pytest.raises(domain.NoReasons):
        decides(appeal, commissioner, "grant", why="  ")


@pytest.mark.usefixtures("then")
def test_another_department_does_not_see_it(appeal):
    with pytest.raises(domain.NoSuchAppeal):
        appeals.find(frozenset({"revenue"}), appeal.id)


@pytest.mark.usefixtures("then")
def test_two_officers_at_once_give_one_decision(app, refused, appeal, commissioner):
    other = an_officer("commissioner", name="Commissioner Two")
    turns = iter([(commissioner.id, "grant"), (other.id, "uphold")])

    def press():
        officer, outcome = next(turns)
        try:
            appeals.decide(reach("commissioner"), appeal.id, outcome, {"en": "So."}, officer)
            db.session.commit()
        except domain.NotOpen:
            db.session.rollback()
            return None
        return outcome

    done = [one for one in at_once(app, 2, press) if one]
    assert len(done) == 1
    assert fresh(refused).state == {"grant": "approved", "uphold": "refused"}[done[0]]


# --- The clock ----------------------------------------------------------------------------------


def opened(at=LATER):
    with time_machine.travel(at, tick=True):
        jobs.open_appeals()
        db.session.commit()


def test_a_promise_that_lapsed_opens_the_first_appeal_once(case):
    opened(MONDAY + DAY)
    assert rows(case) == []
    opened()
    opened()
    (row,) = rows(case)
    assert (row.ground, row.level, row.asked_as, row.text) == ("late", 0, "portal", None)
    assert service.timeline(case)[-1].act == "appeal_open"
    assert fresh(case).appeal_on is None


def test_two_workers_at_once_open_one_appeal(app, case):
    def work():
        jobs.open_appeals()
        db.session.commit()

    with time_machine.travel(LATER, tick=True):
        at_once(app, 2, work)
    assert len(rows(case)) == 1


def test_while_it_waits_for_the_person_nothing_opens_and_later_it_does(case, head):
    with time_machine.travel(MONDAY + DAY, tick=True):
        act(case, head, "ask", "head", message={"en": "Which year?"}, fields=("family_income",))
    assert fresh(case).appeal_on is None
    opened()
    assert rows(case) == []


def test_a_service_opts_out(revenue, person):
    department(appeal_when_late=False)
    with time_machine.travel(MONDAY, tick=True):
        case = sent(person)
    assert case.appeal_on is None
    opened()
    assert rows(case) == []
    # The person may ask all the same.
    with time_machine.travel(LATER, tick=True):
        assert asks(case).ground == "late"


def test_decided_late_the_appeal_about_the_delay_is_settled(case, head):
    opened()
    with time_machine.travel(LATER, tick=True):
        act(case, head, "refuse", "head", reason={"en": "Too much."})
    assert [row.state for row in rows(case)] == ["settled"]
    with time_machine.travel(LATER, tick=True):
        assert asks(case).ground == "refused"


def test_withdrawn_with_its_application_it_is_settled(case):
    opened()
    with time_machine.travel(LATER, tick=True):
        service.withdraw(case.person_id, case.reference)
        db.session.commit()
    assert [row.state for row in rows(case)] == ["settled"]


def test_a_level_that_does_not_decide_passes_it_on_and_the_last_one_keeps_it(case, board):
    opened()
    for _ in range(2):
        with time_machine.travel(MUCH_LATER, tick=True):
            jobs.pass_appeals_on()
            db.session.commit()
    assert [(row.level, row.state) for row in rows(case)] == [(0, "passed_on"), (1, "open")]
    assert service.timeline(case)[-1].act == "appeal_pass_on"
    with time_machine.travel(MUCH_LATER, tick=True):
        assert decides(rows(case)[1], board, "grant", "board").state == "approved"


def test_the_jobs_read_their_indexes_and_not_all_cases(case):
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    for question, index in (
        (
            "SELECT id FROM applications WHERE appeal_on <= now()::date ORDER BY appeal_on, id",
            "ix_applications_appeal_on",
        ),
        (
            "SELECT id FROM appeals WHERE passes_on <= now()::date ORDER BY passes_on, id",
            "ix_appeals_passes_on",
        ),
    ):
        plan = db.session.scalars(text(f"EXPLAIN {question} LIMIT 200")).all()
        assert index in "".join(plan)


def test_the_departments_programs_are_told_of_the_appeal_and_of_its_end(refused, commissioner):
    webhooks.set_endpoint("tehsil", "https://93.184.216.34/", "tests")
    db.session.commit()
    with time_machine.travel(MONDAY + 2 * DAY, tick=True):
        decides(asks(refused), commissioner, "set_aside")
    told = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [one.type for one in told] == ["application.appealed"] * 2
    data = [json.loads(one.body)["data"] for one in told]
    assert [one["appeal"]["state"] for one in data] == ["open", "set_aside"]
    assert [one["state"] for one in data] == ["refused", "in_progress"]
    assert "We looked at it again." not in told[1].body
