"""The words for states, acts and clocks of an application, as citizens and officers read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.applications import service
from portal.applications.domain import State
from portal.applications.service import Case
from portal.forms.words import in_words
from portal.i18n import day, gettext, ngettext, say
from portal.kernel import clock
from portal.kernel.errors import N_
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import Notice, Service

# State -> the words of its tag, and the colour that goes with them.
STATES: Mapping[str, tuple[str, str]] = {
    State.DRAFT: (N_("Draft"), "off"),
    State.AWAITING_PAYMENT: (N_("Waiting for payment"), "warn"),
    State.SUBMITTED: (N_("Sent"), "info"),
    State.IN_PROGRESS: (N_("Being worked on"), "info"),
    State.NEEDS_INFORMATION: (N_("Waiting for you"), "warn"),
    State.APPROVED: (N_("Approved"), "ok"),
    State.REFUSED: (N_("Refused"), "bad"),
    State.ISSUED: (N_("Document issued"), "ok"),
    State.WITHDRAWN: (N_("Withdrawn"), "off"),
    State.LAPSED: (N_("Lapsed"), "off"),
}
ACTS: Mapping[str, str] = {
    "submit": N_("Sent by you"),
    "accept": N_("Accepted for checking"),
    "progress": N_("Work went on"),
    "ask": N_("The provider asked you for something"),
    "answer": N_("Answered by you"),
    "approve": N_("Approved"),
    "refuse": N_("Refused"),
    "issue": N_("Document issued"),
    "note": N_("A note from the provider"),
    "withdraw": N_("Withdrawn by you"),
}
# What an officer reads instead, who is not the person.
AT_THE_DESK: Mapping[str, str] = {
    State.NEEDS_INFORMATION: N_("Waiting for the person"),
    "submit": N_("Sent by the person"),
    "ask": N_("The person was asked for something"),
    "answer": N_("Answered by the person"),
    "note": N_("A note to the person"),
    "withdraw": N_("Withdrawn by the person"),
}
HOLDERS: Mapping[str, str] = {
    State.SUBMITTED: N_("The provider"),
    State.IN_PROGRESS: N_("The provider"),
    State.NEEDS_INFORMATION: N_("You"),
    State.APPROVED: N_("The provider"),
}


@dataclass(frozen=True)
class Moment:
    title: str
    at: datetime | None = None
    notes: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    slug: str
    rows: tuple[tuple[Any, str, str], ...]


def state(code: str, *, desk: bool = False) -> tuple[str, str]:
    """The words of a state and the colour of its tag."""
    words, colour = STATES[code]
    return gettext(_said_to(code, words, desk=desk)), colour


def _said_to(code: str, words: str, *, desk: bool) -> str:
    return AT_THE_DESK.get(code, words) if desk else words


def clock_left(due: date | None, days_left: int | None, *, over: bool) -> tuple[str, str]:
    """The promise as it stands today, and its colour; empty when it is over."""
    if over or due is None:
        return "", "off"
    if days_left is not None:
        paused = ngettext(
            "Paused, one working day left", "Paused, %(n)s working days left", days_left
        )
        return paused, "info"
    late = (clock.today() - due).days
    if late > 0:
        return ngettext("Late by one day", "Late by %(n)s days", late), "bad"
    if late == 0:
        return gettext("Due today"), "warn"
    return gettext("Due %(day)s", day=day(due)), "ok"


def timeline(application: Case, *, desk: bool = False) -> list[Moment]:
    """What happened, in words, and what is still to come."""
    offer = registry.version(application.version_id)
    stages = {stage.slug: say(stage.title) for stage in offer.service.stages}
    form = offer.service.form
    moments = []
    for entry in service.timeline(application):
        notes = [stages.get(entry.stage or "", "")]
        names = [form.field(name) for name in entry.fields["names"]]
        notes += [say(one.label) for one in names if one is not None]
        notes += [_said(text) for text in (entry.words or {}).values()]
        kept = tuple(note for note in notes if note)
        title = gettext(_said_to(entry.act, ACTS[entry.act], desk=desk))
        moments.append(Moment(title, entry.created_at, kept))
    return moments + _to_come(application, desk=desk)


def asked_in_words(application: Case) -> str:
    """What the provider wrote when it last asked."""
    said = [entry.words for entry in service.timeline(application) if entry.act == "ask"]
    return _said((said[-1] or {}).get("message", {})) if said else ""


def _said(texts: Mapping[str, str]) -> str:
    """What somebody wrote, in the reader's language if it is there, else as it was written."""
    return say(texts) or next(iter(texts.values()), "")


def _to_come(application: Case, *, desk: bool) -> list[Moment]:
    current = application.state
    if current == State.NEEDS_INFORMATION:
        return [
            Moment(state(current, desk=desk)[0], kind="now"),
            Moment(gettext("Decision"), kind="todo"),
        ]
    if current in (State.SUBMITTED, State.IN_PROGRESS):
        return [Moment(gettext("Decision"), kind="todo")]
    if current == State.APPROVED:
        return [Moment(gettext("Document is issued"), kind="todo")]
    return []


def sections(
    offered: Service, answers: Mapping[str, Any], sources: Mapping[str, Mapping[str, str]]
) -> Sequence[Section]:
    """The answers step by step: question, answer in words, where the answer came from."""
    return [
        Section(
            say(step.title),
            step.slug,
            tuple(
                (one, in_words(one, answers.get(one.name)), say(sources.get(one.name)))
                for one in step.fields
                if not isinstance(one, Notice)
            ),
        )
        for step in declared.visible_steps(offered.form, answers)
    ]
