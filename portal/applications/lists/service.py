"""Lists of applications: a person's own, and the desk's queue. No answer is opened for them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    any_,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from portal.applications import models
from portal.applications.domain import Behalf
from portal.applications.lists.domain import AGES, GROUPS, Due, Place, Sort, Wanted, Whose, due_days
from portal.applications.models import Application
from portal.applications.reach.service import Reach, by_provider, reached
from portal.delegation.domain import EVERYTHING
from portal.geo import service as geo
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.settings import current

T = TypeVarTuple("T")
LISTED = (
    Application.id,
    Application.reference,
    Application.provider_slug,
    Application.service_slug,
    Application.version_id,
    Application.state,
    Application.stage,
    Application.case_number,
    Application.due_on,
    Application.days_left,
    Application.officer_id,
    Application.post,
    Application.stage_due_on,
    Application.stage_days_left,
    Application.entries,
    Application.submitted_at,
    Application.created_at,
    Application.changed_at,
)
CLOCK = literal_column(models.CLOCK, Date)
# Counted up to here: whoever has more does not need to know how many.
MOST = 1000


def within(wanted: Select[*T], by: Behalf | None) -> Select[*T]:
    """Those alone for which somebody may act; all of them for the person."""
    if by is None or EVERYTHING in by.services:
        return wanted
    path = func.concat(Application.provider_slug, "/", Application.service_slug)
    mine = Application.provider_slug.in_(by.services) | path.in_(by.services)
    return wanted.where(mine)


def of_person(
    person_id: UUID,
    *,
    after: UUID | None = None,
    limit: int = 20,
    by: Behalf | None = None,
) -> Sequence[Any]:
    """Rows for the list of a person, newest first."""
    wanted = within(select(*LISTED), by).where(Application.person_id == person_id)
    if after is not None:
        wanted = wanted.where(Application.id < after)
    return db.session.execute(wanted.order_by(Application.id.desc()).limit(limit)).all()


def queue(
    reach: Reach,
    wanted: Wanted,
    today: date,
    *,
    after: Place | None = None,
    limit: int = 50,
) -> Sequence[Any]:
    """Rows of the desk's list in the order that is wanted; `place` is what a row is sorted by.

    Each provider and state is read in order from its own part of an index, so that the first page
    costs as much as any other, however many cases there are.
    """
    parts = [
        _in_order(part.add_columns(*LISTED, _sorted_by(wanted.sort)), wanted.sort, after, limit)
        for part in _parts(by_provider(reach), wanted, wanted.group, today)
    ]
    if not parts:
        return []
    each = union_all(*parts).subquery()
    ends: tuple[Any, ...] = each.c.place, each.c.id
    if wanted.sort is Sort.NEWEST:
        ends = tuple(end.desc() for end in ends)
    return db.session.execute(select(each).order_by(*ends).limit(limit)).all()


def of_provider(
    provider_slug: str,
    states: Collection[str],
    wanted: Wanted,
    *,
    after: Place | None = None,
    limit: int = 50,
) -> Sequence[Any]:
    """Rows for the provider's own programs, newest first, each state from its part of an index."""
    asked: list[ColumnElement[bool]] = [Application.submitted_at.is_not(None)]
    if wanted.service is not None:
        asked.append(Application.service_slug == wanted.service[1])
    if wanted.since is not None:
        asked.append(Application.submitted_at >= wanted.since)
    rows = (
        select()
        .add_columns(*LISTED, _sorted_by(Sort.NEWEST))
        .where(Application.provider_slug == provider_slug, *asked)
    )
    parts = [
        _in_order(rows.where(Application.state == state), Sort.NEWEST, after, limit)
        for state in sorted(states)
    ]
    each = union_all(*parts).subquery()
    newest = select(each).order_by(each.c.place.desc(), each.c.id.desc())
    return db.session.execute(newest.limit(limit)).all()


def counts(reach: Reach, wanted: Wanted, today: date) -> dict[str, int]:
    """How many cases each group has under these filters, by one query; ends at MOST + 1."""
    mine = by_provider(reach)
    bounded = {group: _count(_parts(mine, wanted, group, today)) for group in GROUPS}
    asked = [count.label(group) for group, count in bounded.items() if count is not None]
    found = db.session.execute(select(*asked)).one()._asdict() if asked else {}
    return {group: found.get(group, 0) for group in GROUPS}


def search(reach: Reach, words: str, *, limit: int = 50) -> Sequence[Any]:
    """Cases with this reference, or this number of the provider's own, in whatever state."""
    prefix = current().kernel.reference_prefix
    meant = ids.read_reference(words) or ids.read_reference(f"{prefix}-{words}") or ""
    here = reached(reach), Application.submitted_at.is_not(None)
    called = or_(
        Application.reference == meant, func.lower(Application.case_number) == words.lower()
    )
    found = select(*LISTED).where(*here, called).order_by(Application.id.desc())
    return db.session.execute(found.limit(limit)).all()


def _parts(
    reached_of: Mapping[str, ColumnElement[bool]], wanted: Wanted, group: str, today: date
) -> list[Select[Any]]:
    """One selection for each provider and state, without columns yet."""
    asked = _asked(wanted, group, today)
    return [
        select().where(
            Application.provider_slug == provider, Application.state == state, mine, *asked
        )
        for provider, mine in reached_of.items()
        if wanted.service is None or provider == wanted.service[0]
        for state in GROUPS[group]
    ]


def _asked(wanted: Wanted, group: str, today: date) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [Application.submitted_at.is_not(None)]
    if wanted.service is not None:
        asked.append(Application.service_slug == wanted.service[1])
    if wanted.stage:
        asked.append(Application.stage == wanted.stage)
    if wanted.since is not None:
        asked.append(Application.submitted_at >= wanted.since)
    if wanted.age is not None:
        asked.append(Application.submitted_at <= clock.now() - AGES[wanted.age])
    if wanted.area:
        codes = sorted(geo.within(wanted.area))
        asked.append(Application.area == any_(literal(codes, ARRAY(String))))
    if wanted.whose is not None:
        asked.append(_whose(wanted))
    if wanted.due is not None:
        asked.append(_due(wanted.due, group, today))
    return asked


def _whose(wanted: Wanted) -> ColumnElement[bool]:
    return {
        Whose.MINE: Application.officer_id == wanted.officer,
        Whose.NOBODY: Application.officer_id.is_(None),
        Whose.POST: Application.post.in_(wanted.posts),
    }[wanted.whose or Whose.NOBODY]


def _due(due: Due, group: str, today: date) -> ColumnElement[bool]:
    """What is decided has no clock that could run out."""
    first, last = due_days(due, today)
    return CLOCK.between(literal(first), literal(last)) & literal_column(
        "true" if runs(group) else "false"
    )


def runs(group: str) -> bool:
    """Whether cases of this group have a clock."""
    return group in ("open", "waiting")


def _sorted_by(sort: Sort) -> Any:
    return (CLOCK if sort is Sort.URGENT else Application.submitted_at).label("place")


def _in_order(part: Select[Any], sort: Sort, after: Place | None, limit: int) -> Select[Any]:
    urgent = sort is Sort.URGENT
    place: Any = CLOCK if urgent else Application.submitted_at
    here = tuple_(place, Application.id)
    if after is not None:
        there = (after.value, after.id)
        part = part.where(here > there if urgent else here < there)
    ends = (place, Application.id) if urgent else (place.desc(), Application.id.desc())
    return part.order_by(*ends).limit(limit)


def _count(parts: Sequence[Select[Any]]) -> Any:
    if not parts:
        return None
    bounded = [part.add_columns(Application.id).limit(MOST + 1) for part in parts]
    rows = select(union_all(*bounded).subquery()).limit(MOST + 1).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()
