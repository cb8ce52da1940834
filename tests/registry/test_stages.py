"""What makes no sense in the work on a case: stages nobody reaches, leaves, or may work in."""

import pytest

from portal.registry import AppealLevel, Escalation, Field, Letter, Post, Reason, Stage, Workflow
from portal.registry.conformance import findings
from portal.registry.contract import Notice, Offering, definition
from tests.registry.declared import provider, said, service

POSTS = (Post("clerk", said("Clerk")), Post("engineer", said("Engineer")))
CHECK = Stage(
    "check", said("Papers"), post="clerk", days=3, acts=("progress", "ask"), to=("visit",)
)
VISIT = Stage(
    "visit",
    said("Visit"),
    post="engineer",
    days=5,
    acts=("progress", "approve", "refuse", "note"),
    to=("check",),
    record=(Field.yes_no("pipe_near", said("A pipe is near")),),
    escalates=(Escalation("clerk"), Escalation("engineer", 3)),
)
SOUND = (CHECK, VISIT)


def other(stage, **changed):
    return stage.model_copy(update=changed)


def found(*stages, posts=POSTS, **changed):
    return findings(provider(service(stages=stages, **changed), posts=posts))


def places(*stages, **more):
    return [one.place.removeprefix("services.connection.") for one in found(*stages, **more)]


def test_stages_with_posts_limits_and_records_are_sound():
    assert found(*SOUND) == ()


def test_a_definition_with_them_is_read_back_as_it_was():
    whole = provider(service(stages=SOUND, workflow=Workflow(two_people=("refuse",))), posts=POSTS)
    told = definition(whole, whole.services[0])
    assert Offering.model_validate(told).service == whole.services[0]


def test_what_is_not_said_of_stages_leaves_definitions_as_they_were():
    plain = provider(service(stages=(Stage("visit", said("Visit")),)))
    told = definition(plain, plain.services[0])
    assert told["service"]["stages"] == [{"slug": "visit", "title": said("Visit").texts}]
    assert {"workflow", "posts"}.isdisjoint({*told["service"], *told["provider"]})


@pytest.mark.parametrize(
    ("stages", "place"),
    [
        ((CHECK, VISIT, Stage("attic", said("Attic"), post="clerk", to=())), "stages.attic"),
        ((other(CHECK, to=("celar",)), VISIT), "stages.check.to.celar"),
        ((other(CHECK, to=("check", "visit")), VISIT), "stages.check.to.check"),
        ((other(CHECK, post="driver"), VISIT), "stages.check.post.driver"),
        ((other(CHECK, post=None), VISIT), "stages.check.post"),
        ((CHECK, other(VISIT, escalates=(Escalation("driver"),))), "stages.visit.escalates.driver"),
        ((CHECK, other(VISIT, days=None)), "stages.visit.days"),
        ((other(CHECK, days=0), VISIT), "stages.check.days"),
        ((other(CHECK, days=400), VISIT), "stages.check.days"),
        ((CHECK, other(VISIT, acts=("approve", "refuse"))), "stages.visit.to"),
        (
            (CHECK, other(VISIT, escalates=(Escalation("clerk", 3), Escalation("engineer", 3)))),
            "stages.visit.escalates",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(stages, place):
    assert place in places(*stages)


def test_a_stage_from_which_nothing_is_ever_decided_is_a_dead_end():
    stuck = other(VISIT, acts=("progress", "ask"))
    told = [one.sentence for one in found(CHECK, stuck)]
    assert "A case that is here can never be decided: nothing leads to approve." in told
    assert "A case that is here can never be decided: nothing leads to refuse." in told


@pytest.mark.parametrize(
    ("field", "place"),
    [
        (Field.text("seen", said("Seen"), prefill="profile.name"), "seen.prefill"),
        (Field.text("seen", said("Seen"), when="true"), "seen.when"),
        (Field.national_id("seen", said("Seen")), "seen"),
        (Field.yes_no("Pipe near", said("Near")), "Pipe near"),
    ],
)
def test_what_officers_record_is_asked_plainly(field, place):
    told = places(CHECK, other(VISIT, record=(field,)))
    assert any(one.startswith("stages.visit.record") and place in one for one in told)


def test_a_notice_may_stand_among_what_is_recorded():
    record = (Notice("mind", said("Mind the dog.")), Field.long_text("found", said("Found")))
    assert found(CHECK, other(VISIT, record=record)) == ()


def test_reasons_letters_and_posts_have_names_of_their_own():
    far = Reason("far", said("No pipe is near"))
    again = Workflow(
        reasons=(far, far), letters=(Letter("Hello you", said("Hello"), said("Send it.")),)
    )
    told = places(*SOUND, posts=(*POSTS, POSTS[0]), workflow=again)
    assert told == ["posts.clerk", "workflow.reasons.far", "workflow.letters.Hello you"]


LEVEL = AppealLevel(said("Chief engineer"), "engineer", ask_days=30, days=15)


def test_levels_of_appeal_and_what_may_be_corrected_are_sound_and_read_back():
    more = {"appeals": (LEVEL,), "appeal_when_late": False, "corrects": ("name",)} | {
        "alike_by": ("name",)
    }
    whole = provider(service(stages=SOUND, **more), posts=POSTS)
    told = definition(whole, whole.services[0])
    assert Offering.model_validate(told).service == whole.services[0]


def test_what_is_not_said_of_appeals_leaves_definitions_as_they_were():
    plain = provider(service(stages=SOUND), posts=POSTS)
    told = definition(plain, plain.services[0])["service"]
    assert {"appeals", "appeal_when_late", "corrects", "alike_by"}.isdisjoint(told)
    assert all("corrects" not in one for one in told["stages"])


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"appeals": (other(LEVEL, post="enginer"),)}, "appeals.1.post"),
        ({"appeals": (LEVEL, other(LEVEL, ask_days=0))}, "appeals.2.ask_days"),
        ({"appeals": (other(LEVEL, days=400),)}, "appeals.1.days"),
        ({"appeals": (LEVEL,) * 6}, "appeals"),
        ({"appeal_when_late": False}, "appeal_when_late"),
        ({"corrects": ("nobody_asked",)}, "corrects.nobody_asked"),
        ({"alike_by": ("nobody_asked",)}, "alike_by.nobody_asked"),
        ({"alike_by": ("name", "name")}, "alike_by.name"),
    ],
)
def test_nonsense_about_appeals_and_corrections_is_found(changed, place):
    assert place in places(*SOUND, **changed)
