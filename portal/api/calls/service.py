"""Noting calls, reading the log, counting days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from portal.api.calls.models import ApiCall, ApiDay
from portal.i18n.formats import ZONE
from portal.kernel import clock, ids
from portal.kernel.db import db, wait_patiently

KEPT = timedelta(days=30)
DAYS_KEPT = timedelta(days=400)
# What a page calls a row of the log.
Call = ApiCall


@dataclass(frozen=True)
class Day:
    """Calls of one day, and how many of them were refused or failed."""

    calls: int
    errors: int


def note(**told: Any) -> None:
    """In the transaction of the call itself, which is written together with what it did."""
    db.session.add(ApiCall(**told))


def last(
    provider_slug: str, *, errors: bool = False, before: UUID | None = None, limit: int = 50
) -> Sequence[ApiCall]:
    wanted = select(ApiCall).where(ApiCall.provider_slug == provider_slug)
    if errors:
        wanted = wanted.where(ApiCall.status >= 400)
    if before is not None:
        wanted = wanted.where(ApiCall.id < before)
    return db.session.scalars(wanted.order_by(ApiCall.id.desc()).limit(limit)).all()


def by_day(provider_slug: str, since: date) -> Mapping[date, Day]:
    wanted = select(ApiDay).where(ApiDay.provider_slug == provider_slug, ApiDay.day >= since)
    return {row.day: Day(row.calls, row.errors) for row in db.session.scalars(wanted)}


def count_days() -> None:
    """Count today and yesterday anew."""
    wait_patiently()
    begins = _begins(clock.today() - timedelta(days=1))
    day = cast(func.timezone(ZONE.key, ApiCall.created_at), Date)
    counted = (
        select(ApiCall.provider_slug, day, func.count(), func.count().filter(ApiCall.status >= 400))
        .where(ApiCall.id >= ids.first_at(begins))
        .group_by(ApiCall.provider_slug, day)
    )
    names = ["provider_slug", "day", "calls", "errors"]
    put = insert(ApiDay).from_select(names, counted)
    anew = {"calls": put.excluded.calls, "errors": put.excluded.errors}
    db.session.execute(put.on_conflict_do_update(index_elements=names[:2], set_=anew))


def sweep() -> None:
    """Let calls go after a month, and the figures of days after a year and a bit."""
    wait_patiently()
    now = clock.now()
    db.session.execute(delete(ApiCall).where(ApiCall.id < ids.first_at(now - KEPT)))
    db.session.execute(delete(ApiDay).where(ApiDay.day < (now - DAYS_KEPT).date()))


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)
