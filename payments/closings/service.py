"""Closing the books. What is closed never changes: a correction is booked today, and says so."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text

from payments.books import domain
from payments.books.domain import ClosedAlready, NotOverYet, NotTheNext
from payments.books.models import LedgerClosing, LedgerMonth
from payments.models import LedgerTransaction
from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.db import db, wait_patiently
from portal.kernel.jobs import job

MONTHS = 24
# Each account that moved since the last closing stands at what it stood at, and what came.
STAND = text(
    """
INSERT INTO ledger_standings (id, created_at, closing_id, account_id, until, minor)
SELECT gen_random_uuid(), :now, :closing, account.id, :until,
       coalesce(stood.minor, 0) + moved.minor
FROM ledger_accounts AS account
LEFT JOIN LATERAL (
  SELECT minor, until FROM ledger_standings
  WHERE account_id = account.id ORDER BY until DESC LIMIT 1
) AS stood ON true
CROSS JOIN LATERAL (
  SELECT sum(minor)::bigint AS minor FROM ledger_entries
  WHERE account_id = account.id AND created_at < :until
    AND created_at >= coalesce(stood.until, '-infinity')
) AS moved
WHERE moved.minor IS NOT NULL
"""
)
DIFFERS = text(
    """
SELECT account.kind, account.owner FROM ledger_accounts AS account
JOIN LATERAL (
  SELECT minor, until FROM ledger_standings
  WHERE account_id = account.id ORDER BY until DESC LIMIT 1
) AS stood ON true
WHERE stood.minor <> (
  SELECT coalesce(sum(minor), 0) FROM ledger_entries
  WHERE account_id = account.id AND created_at < stood.until
)
ORDER BY account.kind, account.owner
"""
)


def close(until: datetime) -> bool:
    """Close the books up to a moment; whether they were open until then.

    All or nothing: a crash leaves them open, and the next one closes them.
    """
    wait_patiently()
    stood = closed_until()
    if stood is not None and stood >= until:
        return False
    closing = LedgerClosing(until=until)
    db.session.add(closing)
    # Its trigger waits for whoever is posting, and nobody posts from here to the commit.
    db.session.flush()
    told = {"now": clock.now(), "closing": closing.id, "until": until}
    db.session.execute(STAND, told)
    return True


@job(queue="payments")
def close_hour() -> None:
    """Nothing is ever dated back, so an hour can close as soon as it is over."""
    until = domain.last_hour(clock.now())
    if _is_anything_before(until):
        close(until)


def closed_until() -> datetime | None:
    return db.session.scalar(select(func.max(LedgerClosing.until)))


def differing() -> Sequence[tuple[str, str]]:
    """Accounts whose last standing is not what their entries sum to: this looks for damage."""
    return [(kind, owner) for kind, owner in db.session.execute(DIFFERS)]


def months() -> Sequence[LedgerMonth]:
    """Those that were called finished, the newest first."""
    wanted = select(LedgerMonth).order_by(LedgerMonth.month.desc()).limit(MONTHS)
    return db.session.scalars(wanted).all()


def next_to_close() -> date | None:
    """The first month that is open; None while nothing was booked yet."""
    last = db.session.scalar(select(func.max(LedgerMonth.month)))
    if last is not None:
        return domain.next_month(last)
    began = db.session.scalar(select(func.min(LedgerTransaction.created_at)))
    return domain.month_of(clock.day(began)) if began else None


def can_close(month: date) -> bool:
    return domain.ends(month) <= domain.last_hour(clock.now())


def close_month(month: date, by: UUID, left_open: int) -> LedgerMonth:
    """Call a month finished; `left_open` are the differences in it that nobody has settled.

    Raises NotOverYet, NotTheNext, ClosedAlready.
    """
    following = next_to_close()
    if following is None or month > following:
        raise NotTheNext
    if month < following:
        raise ClosedAlready
    if not can_close(month):
        raise NotOverYet
    close(domain.ends(month))
    row = LedgerMonth(month=month, closed_by=by, left_open=left_open)
    db.session.add(row)
    db.session.flush()
    audit.record("books.month_closed", about=f"month:{month:%Y-%m}", actor=by)
    return row


def _is_anything_before(until: datetime) -> bool:
    """Whether something was booked since the last closing: an hour without postings needs none."""
    wanted = select(LedgerTransaction.id).where(LedgerTransaction.created_at < until)
    if (stood := closed_until()) is not None:
        wanted = wanted.where(LedgerTransaction.created_at >= stood)
    return db.session.scalar(wanted.limit(1)) is not None
