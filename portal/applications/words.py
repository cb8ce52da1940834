"""The words for states, acts and clocks of an application, as citizens and officers read them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.accounts import service as accounts
from portal.applications import service
from portal.applications.domain import FOR_THE_PERSON, Actor, State, judgement
from portal.applications.records.service import ABOUT
from portal.applications.service import Case
from portal.delegation import service as delegation
from portal.forms.sources import in_words as source_in_words
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
    "correct": N_("Corrected by you"),
    "approve": N_("Approved"),
    "refuse": N_("Refused"),
    "issue": N_("Document issued"),
    "note": N_("A note from the provider"),
    "withdraw": N_("Withdrawn by you"),
    "pause": N_("The clock stands still"),
    "resume": N_("The clock goes on"),
    "lapse": N_("Lapsed: the fee was not paid in time"),
    "revoke": N_("A document was revoked"),
    "replace": N_("A document was replaced by a new one"),
    "move": N_("Goes on under a newer version of the service"),
    "appeal_ask": N_("You asked for a review"),
    "appeal_open": N_("A review was opened, because no decision came in time"),
    "appeal_pass_on": N_("Passed on to the next authority"),
    "appeal_uphold": N_("Review: the decision stands"),
    "appeal_set_aside": N_("Review: the provider must decide again"),
    "appeal_allow_in_part": N_("Review: right in part, the provider must decide again"),
    "appeal_grant": N_("Review: decided for you"),
    "appeal_withdraw": N_("You withdrew the appeal"),
    "appeal_settle": N_("The review ended: nothing was left to decide"),
    "meeting_set": N_("The day and time are set"),
    "meeting_moved": N_("The day and time were changed"),
    "meeting_off": N_("The appointment was called off"),
    "meeting_wish": N_("Another time was asked for"),
    "met": N_("The visit or appointment took place"),
    "met_nobody": N_("Nobody was there at the time that was set"),
    "met_refused": N_("The officer was not let in"),
    "refer": N_("Another office was asked"),
    "refer_answer": N_("The other office answered"),
    "refer_decline": N_("The other office declined to answer"),
    "refer_withdraw": N_("The other office is asked no more"),
}
# Of these the person is told nothing: they learn that another office was asked, and who looked.
AMONG_OFFICES = ("refer_answer", "refer_decline", "refer_withdraw")
# What an officer reads instead, who is not the person.
AT_THE_DESK: Mapping[str, str] = {
    State.AWAITING_PAYMENT: N_("Approved, waiting for the fee"),
    State.NEEDS_INFORMATION: N_("Waiting for the person"),
    "submit": N_("Sent by the person"),
    "ask": N_("The person was asked for something"),
    "answer": N_("Answered by the person"),
    "correct": N_("Corrected by the person"),
    "note": N_("A note to the person"),
    "withdraw": N_("Withdrawn by the person"),
    "appeal_ask": N_("The person asked for a review"),
    "appeal_grant": N_("Review: decided for the person"),
    "appeal_withdraw": N_("The person withdrew the appeal"),
}
# What is read of an act that was done for the person, or that the reader's helper reads of it.
BY_ANOTHER: Mapping[str, str] = {
    "submit": N_("Sent"),
    "answer": N_("Answered"),
    "correct": N_("Corrected"),
    "withdraw": N_("Withdrawn"),
    "appeal_ask": N_("A review was asked for"),
    "appeal_withdraw": N_("The appeal was withdrawn"),
}
# How officers read who did it for the person: who it was is not theirs to know.
STOOD_IN: Mapping[str, str] = {
    Actor.GUARDIAN: N_("Done by the guardian for the person"),
    Actor.HELPER: N_("Done by a helper (family) for the person"),
    Actor.OPERATOR: N_("Done by an operator of the service centre %(centre)s for the person"),
}
SUBMITTED_BY: Mapping[str, str] = {
    "self": N_("The person"),
    Actor.GUARDIAN: N_("The guardian"),
    Actor.HELPER: N_("A helper (family)"),
    Actor.OPERATOR: N_("An operator of a service centre"),
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


def stage_left(due: date | None, days_left: int | None) -> tuple[str, str]:
    """The limit of the stage as it stands today, and its colour; empty where there is none."""
    if due is None or days_left is not None:
        return "", "off"
    late = (clock.today() - due).days
    if late > 0:
        return ngettext("Stage late by one day", "Stage late by %(n)s days", late), "bad"
    return gettext("Stage until %(day)s", day=day(due)), "warn" if late == 0 else "ok"


def timeline(application: Case, reader: UUID | None = None, *, desk: bool = False) -> list[Moment]:
    """What happened, in words, and what is still to come; the reader is the person if unnamed."""
    offer = registry.version(application.version_id)
    stages = {stage.slug: say(stage.title) for stage in offer.service.stages}
    form = offer.service.form
    entries = _telling(service.timeline(application), desk=desk)
    doers = _doers(application, entries, reader or application.person_id, desk=desk)
    moments = []
    for entry in entries:
        notes = [doers.get(entry.number, ""), stages.get(entry.stage or "", "")]
        names = [form.field(name) for name in entry.fields["names"]]
        notes += [say(one.label) for one in names if one is not None]
        notes += [_said(text) for text in (entry.words or {}).values()]
        kept = tuple(note for note in notes if note)
        title = gettext(_title(entry, reader or application.person_id, desk=desk))
        moments.append(Moment(title, entry.created_at, kept))
    return moments + _to_come(application, desk=desk)


def _title(entry: Any, reader: UUID, *, desk: bool) -> str:
    """Only what the reader did is done "by you"."""
    is_reader = entry.actor_id == str(reader)
    if entry.act in BY_ANOTHER and (entry.actor in FOR_THE_PERSON if desk else not is_reader):
        return BY_ANOTHER[entry.act]
    return _said_to(entry.act, ACTS[entry.act], desk=desk)


def _doers(
    application: Case, entries: Sequence[Any], reader: UUID, *, desk: bool
) -> dict[int, str]:
    """Who did what for the person, by the number of the entry.

    By name for the person, and for the reader's own; nobody else learns who helps them.
    """
    stood_in = [one for one in entries if one.actor in FOR_THE_PERSON]
    theirs = [one for one in entries if one.actor == Actor.CITIZEN]
    by_others = stood_in if desk or reader == application.person_id else [*stood_in, *theirs]
    if not by_others:
        return {}
    centres = delegation.centres([one.mandate_id for one in stood_in if one.mandate_id])
    known = {str(application.person_id), str(reader)}
    is_persons = reader == application.person_id
    named = [one for one in by_others if not desk and (is_persons or one.actor_id in known)]
    told = {
        one.number: gettext(STOOD_IN[one.actor], centre=centres.get(one.mandate_id, "-"))
        for one in by_others
        if one not in named
    }
    if named:
        names = accounts.names({application.person_id, *(UUID(one.actor_id) for one in named)})
        told |= {one.number: _done(application, one, names, centres) for one in named}
    return told


def _done(
    application: Case, entry: Any, names: Mapping[UUID, str], centres: Mapping[UUID, str]
) -> str:
    gone = gettext("a person who left")
    told = {
        "helper": names.get(UUID(entry.actor_id), gone),
        "person": names.get(application.person_id, gone),
    }
    if entry.actor == Actor.CITIZEN:
        return gettext("Done by %(person)s", person=told["person"])
    if (centre := centres.get(entry.mandate_id)) is not None:
        return gettext("Done by %(helper)s (%(centre)s) for %(person)s", centre=centre, **told)
    return gettext("Done by %(helper)s for %(person)s", **told)


def submitted_by(application: Case) -> str:
    """Who sent it, as officers are told."""
    return gettext(SUBMITTED_BY[service.submitted_by(application)])


def _telling(entries: Sequence[Any], *, desk: bool) -> list[Any]:
    """Without the asking for a fee that was paid afterwards, and what is among offices."""
    is_paid = any(entry.act == "pay" for entry in entries)
    hidden = {"owe"} if is_paid else set()
    hidden |= set() if desk else set(AMONG_OFFICES)
    return [entry for entry in entries if entry.act not in hidden]


def asked_in_words(application: Case) -> str:
    """What the provider wrote when it last asked."""
    said = [entry.words for entry in service.timeline(application) if entry.act == "ask"]
    return _said((said[-1] or {}).get("message", {})) if said else ""


def remarks(application: Case) -> dict[str, str]:
    """What the provider wrote of single answers when it last asked, by question."""
    said = [entry.words for entry in service.timeline(application) if entry.act == "ask"]
    about = (said[-1] or {}) if said else {}
    return {
        name.removeprefix(ABOUT): _said(texts)
        for name, texts in about.items()
        if name.startswith(ABOUT)
    }


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
                (
                    one,
                    in_words(one, asked.answers.get(one.name)),
                    source_in_words(sources.get(one.name)),
                )
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
