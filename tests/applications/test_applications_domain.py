"""The table of states and acts: what may follow what, and that nobody is left standing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.applications import domain
from portal.applications.domain import ACTS, NEXT, MoveNotAllowed, ProviderEvent, State
from portal.registry import Calendar, Document, Field, Form, Holiday, Notice, Step
from portal.registry import domain as declared
from tests.registry.publishing_factories import words

FINAL = {State.REFUSED, State.ISSUED, State.WITHDRAWN, State.LAPSED}
SAID = {"en": "Because."}
FULL = {
    "stage": "decision",
    "message": SAID,
    "fields": ("born",),
    "remarks": {"born": SAID},
    "reason": SAID,
    "reason_code": "too-late",
    "case_number": "REV/1",
    "document": ("paper.pdf", b"%PDF"),
}


@pytest.mark.parametrize("to", State)
@pytest.mark.parametrize("state", State)
def test_a_move_is_allowed_if_and_only_if_the_table_says_so(state, to):
    if to in NEXT[state]:
        domain.check_move(state, to)
    else:
        with pytest.raises(MoveNotAllowed):
            domain.check_move(state, to)


def test_every_state_stands_in_the_table():
    assert set(NEXT) == set(State)


@pytest.mark.parametrize("state", State)
def test_only_the_final_states_are_over(state):
    assert domain.is_over(state) is (state in FINAL)


def reached(state):
    found, ahead = {state}, [state]
    while ahead:
        for to in NEXT[ahead.pop()] - found:
            found.add(to)
            ahead.append(to)
    return found


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_no_state_is_a_dead_end(state):
    assert reached(state) & FINAL


def test_every_state_can_be_reached_from_a_draft():
    assert reached(State.DRAFT) == set(State)


@given(st.lists(st.sampled_from(list(State)), max_size=12))
def test_whatever_is_tried_one_can_still_come_to_an_end(tries):
    state = State.DRAFT
    for to in tries:
        if to in NEXT[state]:
            state = to
    assert reached(state) & FINAL


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", ACTS)
def test_an_act_leads_where_it_says_from_every_state_that_allows_it(state, kind):
    to = ACTS[kind].to
    if to is None or to in NEXT[state]:
        assert to is None or not domain.is_over(state)
    else:
        with pytest.raises(MoveNotAllowed) as refused:
            domain.check_move(state, to)
        assert refused.value.faults[0]["detail"].endswith(f"cannot become {to}.")


def test_what_is_open_can_be_withdrawn_and_what_is_decided_cannot():
    worked_on = {State.SUBMITTED, State.IN_PROGRESS, State.NEEDS_INFORMATION}
    assert {state for state in State if domain.may_withdraw(state)} >= worked_on
    assert not domain.may_withdraw(State.APPROVED)


@pytest.mark.parametrize("kind", ACTS)
def test_an_event_that_brings_what_it_needs_is_taken(kind):
    event = ProviderEvent(kind, **{name: FULL[name] for name in ACTS[kind].needs})
    assert event.check() == ACTS[kind]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, one) for kind in ACTS for one in sorted(ACTS[kind].needs)]
)
def test_an_event_that_lacks_something_says_what_and_where(kind, name):
    brought = {one: FULL[one] for one in ACTS[kind].needs if one != name}
    with pytest.raises(domain.EventIncomplete) as refused:
        ProviderEvent(kind, **brought).check()
    assert refused.value.faults[0]["pointer"] == f"/{name}"


@pytest.mark.parametrize("kind", ACTS)
def test_an_event_takes_nothing_that_it_does_not_know(kind):
    allowed = ACTS[kind].needs | ACTS[kind].takes | domain.ALWAYS
    needed = {name: FULL[name] for name in ACTS[kind].needs}
    for name in set(domain.MEMBERS) - allowed:
        with pytest.raises(domain.EventOverfull) as refused:
            ProviderEvent(kind, **needed, **{name: FULL[name]}).check()
        assert refused.value.faults[0]["pointer"] == f"/{name}"


HOLIDAY = Calendar(holidays=(Holiday("2026-11-24", words("A feast")),))
MONDAY = date(2026, 11, 23)


@given(st.integers(0, 60), st.integers(0, 30))
def test_days_left_are_those_that_lead_to_the_due_day(promise, later):
    due = declared.due_on(HOLIDAY, MONDAY, promise)
    today = MONDAY + timedelta(days=later)
    left = domain.days_left(HOLIDAY, today, due)
    if left:
        assert declared.due_on(HOLIDAY, today, left) == due
    else:
        assert today >= due


FORM = Form(
    Step(
        words("Work"),
        Field.choice("job", words("Job"), {"farm": words("Farm"), "shop": words("Shop")}),
        Field.text("crop", words("Crop"), when="job == 'farm'"),
        Field.integer("acres", words("Acres"), when="crop == 'rice'"),
        Field.text("trade", words("Trade"), when="job == 'shop'"),
        slug="work",
    ),
    Step(words("Shop"), Field.text("sign", words("Sign")), when="trade == 'tea'", slug="shop"),
    Step(
        words("Rest"),
        Field.integer("total", words("Total"), valid=("total >= acres", words("Too little."))),
        Field.text("colour", words("Colour")),
        Document("proof", words("Proof")),
        Notice("thanks", words("Thanks.")),
        slug="rest",
    ),
)


def test_a_correction_opens_what_it_may_bring_up_and_what_is_bound_by_it():
    visible = {"job", "trade", "total", "colour", "proof"}
    assert domain.touched(FORM, visible, ["job"]) == {"job", "crop", "acres", "total"}
    assert domain.touched(FORM, visible, ["trade"]) == {"trade", "sign"}
    assert domain.touched(FORM, visible, ["proof"]) == {"proof"}
