"""How a case is worked on, as a provider declares it: stages, whose work they are, and decisions.

Part of `portal.registry.contract`, which alone is imported by providers.
"""

from typing import Any, Literal

import pydantic

from portal.registry.meetings import Appointment, Visit
from portal.registry.questions import AnyField, Frozen, Whole, by_position
from portal.registry.words import Words

# What may be done in a stage, by the names that events have on the provider's interface.
StageAct = Literal["progress", "ask", "approve", "refuse", "note"]
Decision = Literal["approve", "refuse"]
ACTS: tuple[StageAct, ...] = ("progress", "ask", "approve", "refuse", "note")


class Post(Frozen):
    """Whose work a stage is, such as an inspector's; officers are given it with their role."""

    slug: str
    title: Words

    @by_position
    def __init__(self, slug: str, title: Words) -> None:
        pydantic.BaseModel.__init__(self, slug=slug, title=title)


class Escalation(Frozen):
    """A post that a case goes to, `after` so many working days past the limit of its stage."""

    to: str
    after: Whole = 0

    @by_position
    def __init__(self, to: str, after: int = 0) -> None:
        pydantic.BaseModel.__init__(self, to=to, after=after)


class Stage(Frozen):
    """A word of the service's own for a part of the state `in_progress`, and what it asks for.

    The first stage begins when a case is accepted. What is not said limits nothing: `post` whose
    work it is, `days` how many working days it may take, `acts` what may be done in it, `to` the
    stages that may follow. `record` are questions that the officer answers here: the required ones
    before the case moves on or is decided. Past its limit the case goes up by `escalates`. With
    `corrects` the person may still correct answers while the case is here. In a stage with a
    `visit` an officer goes to the person, with an `appointment` the person comes.
    """

    slug: str
    title: Words
    post: str | None = None
    days: Whole | None = None
    acts: tuple[StageAct, ...] | None = None
    to: tuple[str, ...] | None = None
    record: tuple[AnyField, ...] | None = None
    escalates: tuple[Escalation, ...] | None = None
    corrects: bool | None = None
    visit: Visit | None = None
    appointment: Appointment | None = None

    @by_position
    def __init__(self, slug: str, title: Words, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, slug=slug, title=title, **more)

    def may(self, act: str) -> bool:
        """Whether this may be done in it; to issue comes after."""
        return self.acts is None or act in self.acts


class Reason(Frozen):
    """A reason that an officer chooses for a decision: a code to count by, and its words."""

    slug: str
    title: Words
    decision: Decision = "refuse"

    @by_position
    def __init__(self, slug: str, title: Words, decision: Decision = "refuse") -> None:
        pydantic.BaseModel.__init__(self, slug=slug, title=title, decision=decision)


class Letter(Frozen):
    """Words that officers begin a message with, for one kind of act; they may change them."""

    slug: str
    title: Words
    text: Words
    act: StageAct = "ask"

    @by_position
    def __init__(self, slug: str, title: Words, text: Words, act: StageAct = "ask") -> None:
        pydantic.BaseModel.__init__(self, slug=slug, title=title, text=text, act=act)


class Pause(Frozen):
    """A reason for which an officer may stop the clock, beside waiting for the person."""

    slug: str
    title: Words

    @by_position
    def __init__(self, slug: str, title: Words) -> None:
        pydantic.BaseModel.__init__(self, slug=slug, title=title)


class AppealLevel(Frozen):
    """Who looks at a decision again: an authority in words, and the post whose officers do it.

    People ask within `ask_days` after the decision; it is decided within `days` working days.
    """

    authority: Words
    post: str
    ask_days: Whole = 30
    days: Whole = 30

    @by_position
    def __init__(self, authority: Words, post: str, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, authority=authority, post=post, **more)


class Workflow(Frozen):
    """How the cases of a service are worked on, beside its stages.

    `two_people` names the decisions that a second officer confirms; `reasons` are chosen for a
    decision, `letters` begin messages. With reasons for a decision, one of them must be chosen.
    """

    two_people: tuple[Decision, ...] = ()
    reasons: tuple[Reason, ...] = ()
    letters: tuple[Letter, ...] = ()
