"""Asking gateways how attempts ended: when the person comes back, and later by the clock."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from payments.calling import service as calling
from payments.domain import OPEN, State, Turn, wait_after
from payments.gateway import GatewayError
from payments.models import Attempt, Payment
from payments.settling import service as settling
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.kernel.log import log
from portal.kernel.outside import Busy, TookTooLong

A_BATCH = 200
# The gateway's page closes at the same moment; what was pressed just before still counts.
GRACE = timedelta(minutes=2)


def ask(attempt_id: UUID, by: str, *, waiting: bool) -> bool:
    """Ask the gateway once and take in what it says; whether it answered.

    `waiting`: a person waits for it, so it may not take long.
    """
    attempt = db.session.get_one(Attempt, attempt_id, populate_existing=True)
    if attempt.state not in OPEN:
        return True
    gateway = calling.known(attempt.gateway)
    order = calling.order_of(db.session.get_one(Payment, attempt.payment_id), attempt)
    means = calling.means(gateway)
    call = calling.call if waiting else calling.call_in_job
    try:
        told = call(gateway, order, lambda: gateway.query(order, means))
    except (GatewayError, TookTooLong, Busy) as failure:
        log.warning("gateway silent", gateway=gateway.slug, error=type(failure).__name__)
        return False
    settling.settle(attempt_id, told, by)
    return True


@job(queue="payments")
def ask_later(attempt_id: str) -> None:
    """Ask, and let an attempt that nobody went through with end when its time is over."""
    found = UUID(attempt_id)
    if ask(found, "query", waiting=False):
        _expire(found)


@job(queue="payments")
def look_after() -> None:
    """Ask of every open attempt whose turn it is, each by a job of its own."""
    for attempt in _due():
        attempt.asked += 1
        attempt.ask_at = clock.now() + wait_after(attempt.asked)
        defer(ask_later, lock=f"payment:{attempt.payment_id}", attempt_id=str(attempt.id))


def open_attempts() -> Sequence[UUID]:
    """All of them, the oldest first."""
    wanted = select(Attempt.id).where(Attempt.state.in_(OPEN))
    return db.session.scalars(wanted.order_by(Attempt.id)).all()


def _due() -> Sequence[Attempt]:
    late = Attempt.state.in_(OPEN), Attempt.ask_at <= clock.now()
    wanted = select(Attempt).where(*late).order_by(Attempt.ask_at).limit(A_BATCH)
    return db.session.scalars(wanted.with_for_update(skip_locked=True)).all()


def _expire(attempt_id: UUID) -> None:
    attempt = db.session.get_one(Attempt, attempt_id)
    if attempt.expires_at + GRACE > clock.now():
        return
    payment = settling.locked(attempt.payment_id)
    attempt = db.session.get_one(Attempt, attempt_id, populate_existing=True)
    # One that is pending has been paid for all we know: only the gateway says how it ends.
    if attempt.state in (State.CREATED, State.STARTED):
        settling.end(payment, attempt, Turn.EXPIRED, "payments")
