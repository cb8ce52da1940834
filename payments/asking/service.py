"""Asking gateways how attempts ended: when the person comes back, and later by the clock."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from payments.calling import service as calling
from payments.domain import OPEN, State, Turn, wait_after
from payments.gateway import Gateway, GatewayError, Means, Order, Outcome, Status
from payments.models import Attempt
from payments.orders import service as orders
from payments.settling import service as settling
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.kernel.log import log
from portal.kernel.outside import Busy, TookTooLong

A_BATCH = 200
# The gateway's page closes at the same moment; what was pressed just before still counts.
GRACE = timedelta(minutes=2)
# What we gave up the company did not: somebody may still stand on its page, and its word be lost.
STILL_TAKING = timedelta(hours=24)
# Whoever pays with a paper has days, and its way tells of money by itself.
WITH_A_PAPER = timedelta(hours=6)
STILL_THERE = (Status.OPEN, Status.AUTHORISED)
GIVEN_UP = (State.CANCELLED, State.EXPIRED)


def is_worth(attempt: Attempt) -> bool:
    """Whether money may still come: from an open order, or from one that we gave up alone."""
    if attempt.state in OPEN:
        return True
    is_fresh = attempt.expires_at > clock.now() - STILL_TAKING
    return attempt.state in GIVEN_UP and not attempt.captured_minor and is_fresh


def ask(attempt_id: UUID, by: str, *, waiting: bool) -> bool:
    """Ask the gateway once and take in what it says; whether it answered.

    `waiting`: a person waits for it, so it may not take long.
    """
    held = orders.of(attempt_id)
    if not is_worth(held.attempt):
        return True
    gateway = calling.known(held.attempt.gateway)
    order = calling.order_of(held)
    means = calling.means(gateway)
    call = calling.call if waiting else calling.call_in_job
    given_up = held.attempt.state in GIVEN_UP
    try:
        told = call(gateway, order, lambda: _told(gateway, order, means, given_up=given_up))
    except (GatewayError, TookTooLong, Busy) as failure:
        log.warning("gateway silent", gateway=gateway.slug, error=type(failure).__name__)
        return False
    settling.settle(attempt_id, told, by)
    return True


def ask_again(attempt_id: UUID, by: str) -> None:
    """Ask about one that is over, too: something said that it was paid."""
    held = orders.of(attempt_id)
    gateway = calling.known(held.attempt.gateway)
    order, means = calling.order_of(held), calling.means(gateway)
    try:
        told = calling.call_in_job(gateway, order, lambda: gateway.query(order, means))
    except GatewayError as failure:
        log.warning("gateway silent", gateway=gateway.slug, error=type(failure).__name__)
        return
    if told.status is Status.SUCCEEDED:
        settling.settle(attempt_id, told, by)


def hear(gateway: str, reference: str, by: str) -> None:
    """A way that is at hand has news of an order: it is asked, however long ago it ended."""
    order = Attempt.gateway == gateway, Attempt.reference == reference
    attempt = db.session.scalar(select(Attempt).where(*order))
    if attempt is None:
        log.error("news of no order", gateway=gateway)
    elif is_worth(attempt):
        ask(attempt.id, by, waiting=False)
    else:
        ask_again(attempt.id, by)


def _told(gateway: Gateway, order: Order, means: Means, *, given_up: bool) -> Outcome:
    """What we gave up, and the company did not yet, is called off there; what it holds is taken."""
    told = gateway.query(order, means)
    if given_up and told.status in STILL_THERE and gateway.cancel is not None:
        return gateway.cancel(order, means)
    if told.status is Status.AUTHORISED and gateway.capture is not None:
        return gateway.capture(order, means)
    return told


@job(queue="payments")
def ask_later(attempt_id: str) -> None:
    """Ask, and let an attempt that nobody went through with end when its time is over."""
    found = UUID(attempt_id)
    if ask(found, "query", waiting=False):
        _expire(found)


@job(queue="payments")
def look_after() -> None:
    """Ask of every attempt that may bring money and whose turn it is, each by a job of its own."""
    for attempt in _due():
        attempt.asked += 1
        later = WITH_A_PAPER if attempt.printed else wait_after(attempt.asked)
        attempt.ask_at = clock.now() + later
        defer(ask_later, lock=f"attempt:{attempt.id}", attempt_id=str(attempt.id))


def open_attempts() -> Sequence[UUID]:
    """All that may bring money, the oldest first."""
    wanted = select(Attempt.id).where(_worth())
    return db.session.scalars(wanted.order_by(Attempt.id)).all()


def _worth() -> ColumnElement[bool]:
    given_up = and_(
        Attempt.state.in_(GIVEN_UP),
        Attempt.captured_minor == 0,
        Attempt.expires_at > clock.now() - STILL_TAKING,
    )
    return or_(Attempt.state.in_(OPEN), given_up)


def _due() -> Sequence[Attempt]:
    late = _worth(), Attempt.ask_at <= clock.now()
    wanted = select(Attempt).where(*late).order_by(Attempt.ask_at).limit(A_BATCH)
    return db.session.scalars(wanted.with_for_update(skip_locked=True)).all()


def _expire(attempt_id: UUID) -> None:
    attempt = db.session.get_one(Attempt, attempt_id)
    if attempt.expires_at + GRACE > clock.now():
        return
    held = orders.hold(attempt_id)
    # One that is pending has been paid for all we know: only the gateway says how it ends.
    if held.attempt.state in (State.CREATED, State.STARTED):
        settling.end(held, Turn.EXPIRED, "payments")
