"""A thread as its two sides read it: who wrote, when, and what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.accounts import service as accounts
from portal.applications.domain import Actor
from portal.applications.service import Case
from portal.applications.threads import service
from portal.applications.threads.domain import Side
from portal.applications.threads.service import Written
from portal.applications.words import SUBMITTED_BY
from portal.i18n import gettext, say
from portal.registry import service as registry


@dataclass(frozen=True)
class Line:
    """`is_mine`: it was written by the reader's side."""

    id: UUID
    who: str
    at: datetime
    text: str
    papers: Sequence[Mapping[str, Any]]
    is_mine: bool
    is_new: bool


def for_person(application: Case, reader: UUID) -> list[Line]:
    """The person learns who wrote for them; their helpers read only in which part somebody did."""
    rows, names = service.thread(application), {}
    if reader == application.person_id:
        helpers = {UUID(one.author_id) for one in rows if _is_helpers(one)}
        names = accounts.names(helpers)
    provider = say(registry.version(application.version_id).provider.name)
    new = service.unread({application.id}, Side.PERSON).get(application.id, 0)
    return _lines(rows, Side.PERSON, new, lambda one: _writer(one, reader, names, provider))


def for_office(application: Case, officer: UUID) -> list[Line]:
    rows = service.thread(application)
    officers = {_officer(one) for one in rows if one.author == Actor.OFFICER}
    names = accounts.names(officers)
    new = service.unread({application.id}, Side.OFFICE).get(application.id, 0)

    def who(one: Written) -> str:
        if one.side == Side.PERSON:
            return _part(one)
        if one.author == Actor.PROVIDER:
            return gettext("a program of your provider")
        if _officer(one) == officer:
            return gettext("You")
        return names.get(_officer(one)) or gettext("an officer who left")

    return _lines(rows, Side.OFFICE, new, who)


def _is_helpers(one: Written) -> bool:
    return one.side == Side.PERSON and one.author != Actor.CITIZEN


def _officer(one: Written) -> UUID:
    return UUID(one.author_id.removeprefix("person:"))


def _part(one: Written) -> str:
    return gettext(SUBMITTED_BY.get(one.author, SUBMITTED_BY["self"]))


def _writer(one: Written, reader: UUID, names: Mapping[UUID, str], provider: str) -> str:
    if one.side == Side.OFFICE:
        return provider
    if one.author_id == str(reader):
        return gettext("You")
    if (helper := names.get(UUID(one.author_id))) is not None:
        return gettext("%(helper)s, for you", helper=helper)
    return _part(one)


def _lines(rows: Sequence[Written], side: Side, new: int, who: Any) -> list[Line]:
    theirs = [one.number for one in rows if one.side != side]
    fresh = set(theirs[len(theirs) - new :]) if new else set()
    return [
        Line(
            one.id,
            who(one),
            one.created_at,
            one.text,
            one.papers or (),
            one.side == side,
            one.number in fresh,
        )
        for one in rows
    ]
