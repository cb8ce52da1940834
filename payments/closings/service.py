"""Closing a period: its sums are written down once, and proved by the database at commit."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import Insert, insert

from payments.closings.models import LedgerClosing, LedgerStanding
from payments.models import LedgerEntry
from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.db import db, wait_patiently
from portal.kernel.jobs import job

CLOCK = "payments"
SHOWN = 60


def close(by: UUID | str) -> int:
    """Close the period that is open; its number. What is booked from now on is in the next one."""
    wait_patiently()
    made = LedgerClosing(actor=str(by))
    db.session.add(made)
    db.session.flush()
    db.session.refresh(made)
    db.session.execute(_standings(made.number))
    audit.record("ledger.closed", about=f"period:{made.number}", actor=by)
    return made.number


def last() -> int:
    """The number of the newest closed period; 0 while there is none."""
    return db.session.scalar(select(func.max(LedgerClosing.number))) or 0


def closings() -> Sequence[LedgerClosing]:
    """The newest first."""
    wanted = select(LedgerClosing).order_by(LedgerClosing.number.desc())
    return db.session.scalars(wanted.limit(SHOWN)).all()


@job(queue="payments")
def close_day() -> None:
    """Every night, so that what is asked of the books is at most a day of entries away."""
    if _is_anything_booked():
        close(CLOCK)


def _is_anything_booked() -> bool:
    wanted = select(LedgerEntry.id).where(LedgerEntry.period > last()).limit(1)
    return db.session.scalar(wanted) is not None


def _standings(period: int) -> Insert:
    """Of each account that moved in the period, the standing before it and what moved."""
    moved = (
        select(LedgerEntry.account_id, func.sum(LedgerEntry.minor).label("minor"))
        .where(LedgerEntry.period == period)
        .group_by(LedgerEntry.account_id)
        .subquery()
    )
    before = (
        select(LedgerStanding.minor)
        .where(LedgerStanding.account_id == moved.c.account_id, LedgerStanding.closing < period)
        .order_by(LedgerStanding.closing.desc())
        .limit(1)
        .scalar_subquery()
    )
    stands = select(
        func.gen_random_uuid(),
        literal(clock.now()),
        moved.c.account_id,
        literal(period),
        func.coalesce(before, 0) + moved.c.minor,
    )
    names = ["id", "created_at", "account_id", "closing", "minor"]
    return insert(LedgerStanding).from_select(names, stands)
