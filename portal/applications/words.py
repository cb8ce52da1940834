"""The words for states, acts and clocks of an application, as citizens and officers read them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.applications import service
from portal.applications.domain import State, judgement
from portal.applications.service import Case
from portal.forms.words import in_words, plain_in_words
from portal.i18n import day, gettext, ngettext, say
from portal.kernel import clock
from portal.kernel.errors import N_
from portal.profile.words import fact_in_words
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import Notice, Service
from portal.registry.vocabulary import FACTS

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
    "owe": N_("The fee was asked for"),
    "pay": N_("The fee is paid"),
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
    "lapse": N_("Lapsed: the fee was not paid in time"),
}
# What an officer reads instead, who is not the person.
AT_THE_DESK: Mapping[str, str] = {
    State.AWAITING_PAYMENT: N_("Approved, waiting for the fee"),
    State.NEEDS_INFORMATION: N_("Waiting for the person"),
    "submit": N_("Sent by the person"),
    "ask": N_("The person was asked for something"),
    "answer": N_("Answered by the person"),
    "note": N_("A note to the person"),
    "withdraw": N_("Withdrawn by the person"),
}
HOLDERS: Mapping[str, str] = {
    State.AWAITING_PAYMENT: N_("You"),
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


@dataclass(frozen=True)
class Judged:
    """What the rule of eligibility says: yes, no or unknown, and by which values."""

    answer: str
    used: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    by_profile: bool


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
    for entry in _telling(service.timeline(application)):
        notes = [stages.get(entry.stage or "", "")]
        names = [form.field(name) for name in entry.fields["names"]]
        notes += [say(one.label) for one in names if one is not None]
        notes += [_said(text) for text in (entry.words or {}).values()]
        kept = tuple(note for note in notes if note)
        title = gettext(_said_to(entry.act, ACTS[entry.act], desk=desk))
        moments.append(Moment(title, entry.created_at, kept))
    return moments + _to_come(application, desk=desk)


def _telling(entries: Sequence[Any]) -> list[Any]:
    """Without the asking for a fee that was paid afterwards."""
    is_paid = any(entry.act == "pay" for entry in entries)
    return [entry for entry in entries if not (is_paid and entry.act == "owe")]


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
    if current == State.AWAITING_PAYMENT:
        return [
            Moment(state(current, desk=desk)[0], kind="now"),
            Moment(_after_the_fee(application), kind="todo"),
        ]
    if current == State.APPROVED:
        return [Moment(gettext("Document is issued"), kind="todo")]
    return []


def _after_the_fee(application: Case) -> str:
    if application.submitted_at is None:
        return gettext("Sent to the provider")
    return gettext("Document is issued")


def sections(
    offered: Service, answers: Mapping[str, Any], sources: Mapping[str, Mapping[str, str]]
) -> Sequence[Section]:
    """The answers step by step: question, answer in words, where the answer came from."""
    asked = declared.look(offered.form, answers)
    return [
        Section(
            say(step.title),
            step.slug,
            tuple(
                (one, in_words(one, asked.answers.get(one.name)), say(sources.get(one.name)))
                for one in step.fields
                if not isinstance(one, Notice)
            ),
        )
        for step in asked.steps
    ]


def eligibility(offer: registry.Offer, found: declared.Eligibility | None) -> Judged | None:
    """The rule's answer now, with the values that it used, in words."""
    if found is None:
        return None
    told = judgement(found)
    used = [
        (_named(offer, name), _valued(offer, name, found.used[name]))
        for name in _in_order(offer, told["used"])
        if name not in told["missing"]
    ]
    return _judged(offer, told, tuple(used))


def kept_eligibility(offer: registry.Offer, told: Mapping[str, Any] | None) -> Judged | None:
    """What the rule said when the application was sent: values are not kept."""
    if told is None:
        return None
    used = [name for name in _in_order(offer, told["used"]) if name not in told["missing"]]
    return _judged(offer, told, tuple((_named(offer, name), "") for name in used))


def _judged(
    offer: registry.Offer, told: Mapping[str, Any], used: tuple[tuple[str, str], ...]
) -> Judged:
    names = _in_order(offer, told["missing"])
    # Several members of one answer have the name of its question.
    missing = tuple(dict.fromkeys(_named(offer, name) for name in names))
    by_profile = any(name.startswith("person.") for name in told["used"])
    return Judged(told["answer"], tuple(dict.fromkeys(used)), missing, by_profile)


def _in_order(offer: registry.Offer, names: Sequence[str]) -> list[str]:
    """What is known of the person first, then as it is asked."""
    asked = [one.name for one in offer.service.form.fields]
    places = {name: at for at, name in enumerate(asked)}
    return sorted(names, key=lambda name: places.get(_question(name), -1))


def _question(name: str) -> str:
    """The question whose answer a rule looked into: `home.area` and `size(home)` are of `home`."""
    return re.split(r"\W+", name.removeprefix("size("))[0]


def _named(offer: registry.Offer, name: str) -> str:
    """What people call a fact or a question; a member of an answer is called as the question."""
    if name in FACTS:
        return say(FACTS[name].title)
    asked = offer.service.form.field(_question(name))
    return say(asked.label) if asked else name


def _valued(offer: registry.Offer, name: str, value: Any) -> str:
    """A value as rules have it, in words; nothing for what is too long to be said."""
    if name in FACTS:
        return fact_in_words(name, value)
    asked = offer.service.form.field(name)
    if asked is not None and asked.kind in ("integer", "decimal"):
        return in_words(asked, str(value))
    if asked is not None and isinstance(value, str):
        return in_words(asked, value)
    return plain_in_words(value)
