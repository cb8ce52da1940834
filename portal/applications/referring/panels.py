"""Referrals in words, for the page of a case and for the office that is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.accounts import service as accounts
from portal.applications.referring import service
from portal.applications.referring.domain import Standing
from portal.applications.referring.service import Ending, Referral
from portal.applications.service import Case
from portal.i18n import day, gettext, ngettext, say
from portal.kernel import clock
from portal.kernel.errors import N_
from portal.registry import service as registry
from portal.registry.service import NoSuchProvider

STATES: Mapping[str, tuple[str, str]] = {
    Standing.OPEN: (N_("Waits for an answer"), "warn"),
    Standing.ANSWERED: (N_("Answered"), "ok"),
    Standing.DECLINED: (N_("Declined"), "bad"),
    Standing.WITHDRAWN: (N_("Withdrawn"), "off"),
    Standing.OVER: (N_("Ended with the case"), "off"),
}


@dataclass(frozen=True)
class Replied:
    who: str
    at: datetime
    text: str
    papers: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Line:
    """One referral, as the officers of the case read it."""

    id: UUID
    office: str
    who: str
    at: datetime
    question: str
    seen: tuple[str, ...]
    state: tuple[str, str]
    clock_left: tuple[str, str]
    reply: Replied | None
    is_open: bool


def of(case: Case) -> list[Line]:
    rows = service.of(case)
    ends = service.endings(rows)
    ids = {row.asked_by for row in rows} | {one.by for one in ends.values() if one.by}
    names = accounts.names(ids)
    return [_line(case, row, ends.get(row.id), names) for row in rows]


def _line(case: Case, row: Referral, end: Ending | None, names: Mapping[UUID, str]) -> Line:
    return Line(
        row.id,
        office(row.provider_slug),
        _name(names, row.asked_by),
        row.created_at,
        row.question,
        labels(case, row),
        state(row),
        clock_left(row.due_on) if row.state == Standing.OPEN else ("", "off"),
        replied(end, names),
        row.state == Standing.OPEN,
    )


def replied(end: Ending | None, names: Mapping[UUID, str]) -> Replied | None:
    """The words of the office that was asked; None where it said nothing."""
    if end is None or not end.text:
        return None
    return Replied(_name(names, end.by), end.created_at, end.text, end.papers or ())


def state(row: Referral) -> tuple[str, str]:
    words, colour = STATES[row.state]
    return gettext(words), colour


def labels(case: Case, row: Referral) -> tuple[str, ...]:
    """The questions whose answers may be seen."""
    form = registry.version(case.version_id).service.form
    known = [form.field(name) for name in row.fields]
    return tuple(say(one.label) for one in known if one is not None)


def office(slug: str) -> str:
    try:
        return say(registry.provider(slug).name)
    except NoSuchProvider:
        return slug


def clock_left(due: date) -> tuple[str, str]:
    """The day that was asked for as it stands today, and its colour."""
    late = (clock.today() - due).days
    if late > 0:
        return ngettext("Late by one day", "Late by %(n)s days", late), "bad"
    if late == 0:
        return gettext("Due today"), "warn"
    return gettext("Due %(day)s", day=day(due)), "ok"


def looks(case: Case) -> list[tuple[str, datetime]]:
    """Who of other offices looked, for the person to read."""
    return [(office(slug), at) for slug, at in service.looks(case)]


def _name(names: Mapping[UUID, str], person_id: UUID | None) -> str:
    known = names.get(person_id) if person_id else None
    return known or gettext("an officer who left")
