"""What may be done with a case, as one table for each service: walked through from end to end."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.applications import workflow
from portal.applications.domain import ACTS, State, is_over
from portal.registry import Escalation, Post, Stage
from portal.registry.conformance import findings
from portal.registry.contract import Calendar
from portal.registry.discovery import discover
from portal.registry.stages import ACTS as ACTS_OF_A_STAGE
from tests.registry.declared import provider, said, service

POSTS = ("clerk", "engineer")
SLUGS = ("one", "two", "three", "four")
DECLARED = [(one.slug, each) for one in discover() for each in one.services]
CALENDAR = Calendar()
MONDAY = date(2026, 11, 23)


@st.composite
def stages(draw):
    """Up to four stages with any acts, and leading anywhere."""
    slugs = SLUGS[: draw(st.integers(0, 4))]
    return tuple(
        Stage(
            slug,
            said(slug.title()),
            post=draw(st.sampled_from(POSTS)),
            acts=draw(st.none() | st.lists(st.sampled_from(ACTS_OF_A_STAGE), unique=True)),
            to=draw(st.none() | st.lists(st.sampled_from(SLUGS), unique=True)),
        )
        for slug in slugs
    )


def offered(made):
    return service(stages=made)


def walk(one):
    """Every place that cases of the service come to, with where one gets from there."""
    ways, waiting = {}, {(State.SUBMITTED, one.stages[0].slug if one.stages else None)}
    while waiting:
        here = waiting.pop()
        there = set()
        for move in workflow.here(one, *here):
            there.add((move.to or here[0], move.to_stage))
        if here[0] is State.NEEDS_INFORMATION:
            there.add((State.IN_PROGRESS, here[1]))
        ways[here] = there
        waiting |= there - set(ways)
    return ways


def leads_to_an_end(ways):
    """The places from which some way ends."""
    good = {place for place in ways if is_over(place[0])}
    while more := {place for place, there in ways.items() if there & good} - good:
        good |= more
    return good


def check(one, posts):
    ways = walk(one)
    assert leads_to_an_end(ways) == set(ways), "a dead end"
    assert {stage for state, stage in ways if state is State.IN_PROGRESS} >= {
        stage.slug for stage in one.stages
    }, "a stage that nobody reaches"
    for move in workflow.moves(one):
        assert not posts or move.state is State.APPROVED or move.post in posts, "nobody's work"


@pytest.mark.parametrize("one", [each for _, each in DECLARED], ids=lambda one: one.slug)
def test_every_declared_service_has_no_dead_end_and_no_stage_out_of_reach(one):
    holder = next(each for each in discover() if one in each.services)
    check(one, [post.slug for post in holder.posts or ()])


@given(stages())
def test_what_conformance_lets_through_has_no_dead_end_and_no_act_without_a_post(made):
    one = offered(made)
    posts = tuple(Post(slug, said(slug)) for slug in POSTS)
    assume(not findings(provider(one, posts=posts)))
    check(one, POSTS if made else ())


@given(stages())
def test_the_table_and_what_is_offered_in_a_place_are_the_same(made):
    one = offered(made)
    for move in workflow.moves(one):
        assert move in workflow.here(one, move.state, move.stage)
        assert workflow.choose(one, move.state, move.stage, move.act, move.to_stage) == move


@given(stages(), st.sampled_from(State), st.sampled_from(SLUGS), st.sampled_from(sorted(ACTS)))
def test_what_is_not_in_the_table_is_refused(made, state, stage, act):
    one = offered(made)
    if any(move.act == act for move in workflow.here(one, state, stage)):
        assert workflow.choose(one, state, stage, act, None).act == act
    else:
        with pytest.raises(workflow.NotInThisStage):
            workflow.choose(one, state, stage, act, None)


def test_stages_that_are_words_alone_limit_nothing():
    one = offered((Stage("one", said("One")), Stage("two", said("Two"))))
    there = {(move.act, move.to_stage) for move in workflow.here(one, State.IN_PROGRESS, "two")}
    assert {("progress", "one"), ("progress", "two"), ("approve", None), ("refuse", None)} <= there
    assert ("approve", None) in {
        (move.act, move.to_stage) for move in workflow.here(one, State.SUBMITTED, None)
    }


def test_a_case_goes_up_a_working_day_after_its_limit_and_again_later():
    stage = Stage(
        "visit", said("Visit"), days=3, escalates=(Escalation("head"), Escalation("chief", 2))
    )
    due = workflow.limit(CALENDAR, stage, MONDAY)
    assert due == date(2026, 11, 26)
    # Friday; then, over a weekend, two working days more.
    assert workflow.rises(CALENDAR, stage, due, 0) == date(2026, 11, 27)
    assert workflow.rises(CALENDAR, stage, due, 1) == date(2026, 12, 1)
    assert workflow.rises(CALENDAR, stage, due, 2) is None
    assert workflow.rises(CALENDAR, Stage("desk", said("Desk")), None, 0) is None
