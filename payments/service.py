"""Payments as the other rooms and the pages use them: what is owed, paying it, giving it back."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from payments import domain, models
from payments.asking import service as asking
from payments.calling import service as calling
from payments.domain import (
    OPEN,
    AlreadyPaid,
    BeingPaid,
    CannotStart,
    NoAmount,
    NoSuchGateway,
    NoSuchPayment,
    NothingToPay,
    NotPaid,
    PaymentState,
    State,
    TooManyTogether,
    Turn,
)
from payments.gateway import (
    FormPost,
    Gateway,
    GatewayError,
    Outcome,
    Printed,
    Redirect,
    Started,
)
from payments.inbox import service as inbox
from payments.orders import service as orders
from payments.orders.service import Held
from payments.refunds import service as refunds
from payments.settling import service as settling
from portal.audit import service as audit
from portal.i18n import language
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.keys import Erased
from portal.kernel.log import log
from portal.kernel.money import Money
from portal.kernel.outside import Busy, TookTooLong
from portal.kernel.room import Room
from portal.kernel.settings import current

Delivered = domain.Delivered
Delivery = domain.Delivery
Due = domain.Due
Line = domain.Line
UNDER_WAY = domain.UNDER_WAY
Payment = models.Payment
Attempt = models.Attempt
# An order that ends sooner than this is not gone on with: a new one is made.
STILL_GOOD = timedelta(minutes=5)
# So many are paid by one order at most.
TOGETHER = 20


def due(what: Due) -> Payment:
    """Let this be paid, or change the amount of what is not paid yet. Once for a thing.

    Raises NoAmount, AlreadyPaid.
    """
    if what.amount.minor <= 0:
        raise NoAmount
    db.session.execute(_new(what).on_conflict_do_nothing(index_elements=["purpose", "about"]))
    payment = db.session.scalars(_held(what.purpose, what.about)).one()
    if payment.amount != what.amount:
        _change(payment, what)
    if payment.state == PaymentState.CANCELLED:
        payment.state = PaymentState.DUE
        _record("payment.due", payment, what.purpose)
    db.session.flush()
    return payment


def of(purpose: str, about: UUID) -> Payment | None:
    return db.session.scalar(_of(purpose, about))


def hold(purpose: str, *about: UUID) -> None:
    """Lock the payments, if there are any, until this transaction ends.

    Who changes several in one transaction names all of them here first: orders that pay several
    lock them in the same order, so that nobody waits for each other.
    """
    wanted = select(Payment.id).where(Payment.purpose == purpose, Payment.about.in_(about))
    orders.lock(db.session.scalars(wanted).all())


def by_id(payment_id: UUID) -> Payment:
    """Raises NoSuchPayment."""
    payment = db.session.get(Payment, payment_id)
    if payment is None:
        raise NoSuchPayment
    return payment


def find(person_id: UUID, payment_id: UUID) -> Payment:
    """Raises NoSuchPayment, also for somebody else's that this person is not let pay."""
    wanted = select(Payment).where(Payment.id == payment_id)
    wanted = wanted.execution_options(populate_existing=True)
    payment = db.session.scalar(wanted.where(Payment.person_id == person_id))
    if payment is not None:
        return payment
    payment = db.session.scalar(wanted)
    if payment is None or not _is_let(person_id, payment):
        raise NoSuchPayment
    return payment


def _is_let(person_id: UUID, payment: Payment) -> bool:
    """The room that the money is for knows who may pay it for another."""
    rooms: tuple[Room, ...] = current_app.extensions["rooms"]
    lets = (room.payers[payment.purpose] for room in rooms if payment.purpose in room.payers)
    return any(let(person_id, payment.about) for let in lets)


def find_all(person_id: UUID, payment_ids: Iterable[UUID]) -> list[Payment]:
    """Each once, in the order in which they were made.

    Raises NoSuchPayment, also when one of them is somebody else's, TooManyTogether.
    """
    wanted = sorted(set(payment_ids))
    if len(wanted) > TOGETHER:
        raise TooManyTogether
    if not wanted:
        raise NoSuchPayment
    return [find(person_id, one) for one in wanted]


def of_order(person_id: UUID, attempt_id: UUID) -> list[Payment]:
    """What an order pays. Raises NoSuchPayment, also when one of them is somebody else's."""
    return find_all(person_id, orders.paid_by(attempt_id))


def newest(payment: Payment) -> Attempt | None:
    """The attempt that the pages speak of."""
    return next(iter(orders.attempts(payment.id)), None)


def paid(payment: Payment) -> Attempt | None:
    """The attempt that paid it; None while it is not paid."""
    order = orders.succeeded(payment.id)
    return order.attempt if order else None


def returned(payment: Payment) -> Money:
    """What has gone back of it; what was only asked for, or refused, has not."""
    order = orders.succeeded(payment.id)
    minor = refunds.returned(order.attempt.id, payment.id) if order else 0
    return Money(minor, payment.currency)


def is_under_way(purpose: str, about: UUID) -> bool:
    """Whether somebody is at a gateway with it now, so that its money may come any moment."""
    payment = of(purpose, about)
    if payment is None:
        return False
    now = clock.now()
    return any(
        one.state in UNDER_WAY or (one.state in OPEN and one.expires_at > now)
        for one in orders.attempts(payment.id)
    )


def gateway_of(attempt: Attempt) -> Gateway:
    return calling.known(attempt.gateway)


def total(payments: Sequence[Payment]) -> Money | None:
    """What all of them ask for; None for none, or for money of two kinds."""
    return domain.total([one.amount for one in payments])


def ways(*payments: Payment) -> list[Gateway]:
    """The gateways that these can be paid through at once; none for money of two kinds."""
    whole = total(payments)
    return calling.offered(whole, payments) if whole else []


def cancel(purpose: str, about: UUID) -> None:
    """Nobody owes this any more. What is paid stays paid; what still comes goes back by itself."""
    payment = db.session.scalar(_held(purpose, about))
    if payment is None or payment.state != PaymentState.DUE:
        return
    payment.state = PaymentState.CANCELLED
    _record("payment.cancelled", payment, purpose)
    settling.end_open([payment], Turn.CANCELLED, purpose)
    db.session.flush()


def refund(payment_id: UUID, amount: Money, reason: str, by: UUID | str) -> UUID:
    """Give so much back to whoever paid; the refund's id. The gateway does it in a job.

    Raises NoSuchPayment, NotPaid, TooMuchBack, OnlyWhole.
    """
    by_id(payment_id)
    orders.lock([payment_id])
    attempt, share = _paid_by(payment_id)
    return refunds.give(attempt, share, amount, reason, by)


def check_refund(payment_id: UUID, amount: Money) -> None:
    """Whether so much could be given back now. Raises NotPaid, TooMuchBack, OnlyWhole."""
    attempt, share = _paid_by(payment_id)
    refunds.check(attempt, share, amount)


def left(payment: Payment) -> Money:
    """What can still be given back; nothing of what is not paid."""
    order = orders.succeeded(payment.id)
    shares = order.shares if order else ()
    parts = [share.part.left for share in shares if share.payment.id == payment.id]
    return parts[0] if parts else Money(0, payment.currency)


def _paid_by(payment_id: UUID) -> tuple[Attempt, orders.Share]:
    """The order that paid it, and its share of it. Raises NotPaid."""
    if (order := orders.succeeded(payment_id)) is None:
        raise NotPaid
    return order.attempt, next(one for one in order.shares if one.payment.id == payment_id)


def start(payment: Payment, gateway_slug: str, by: UUID | None = None) -> Started:
    """Begin to pay one payment, as `start_all` does."""
    return start_all([payment], gateway_slug, by)


def start_all(payments: Sequence[Payment], gateway_slug: str, by: UUID | None = None) -> Started:
    """Begin to pay all of these by one order, or go on where it was left; where to lead then.

    `by` names who does, when it is not whose payment it is.

    Raises NoSuchGateway, NothingToPay, BeingPaid, CannotStart.
    """
    gateway, whole = calling.usable(gateway_slug), total(payments)
    if whole is None or not calling.fits(gateway, whole, payments):
        raise NoSuchGateway
    locked = orders.lock(one.id for one in payments)
    held = _order(locked, gateway, by or payments[0].person_id)
    order, means = calling.order_of(held), calling.means(gateway)
    try:
        started = calling.call(gateway, order, lambda: gateway.start(order, means))
    except (GatewayError, TookTooLong, Busy) as failure:
        raise CannotStart from failure
    if isinstance(started, Redirect | FormPost) and not _is_home(started.url, gateway):
        log.error("gateway leads elsewhere", gateway=gateway.slug)
        raise CannotStart
    _note_started(held.attempt.id, started)
    return started


def _is_home(url: str, gateway: Gateway) -> bool:
    """Whether this is a page of the company's own, or of ours where the sandbox stands."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" in (
        *gateway.origins(current()),
        current().kernel.base_url,
    )


def came_back(*payments: Payment) -> None:
    """The browser came back. What it says is not believed: the gateway is asked, once an order."""
    begun = {one.id: one for payment in payments for one in orders.attempts(payment.id)}
    for attempt in begun.values():
        if asking.is_worth(attempt):
            asking.ask(attempt.id, "return", waiting=True)


def noticed(gateway: str, headers: Mapping[str, str], body: bytes) -> bool:
    """A gateway sent a message; whether all it speaks of is known here.

    Raises NoSuchGateway, ForgedNotice, GatewayError.
    """
    return inbox.noticed(gateway, headers, body)


def settle(attempt_id: UUID, told: Outcome, by: str) -> None:
    """Take in what a gateway says of an attempt, by whatever way it was learned."""
    settling.settle(attempt_id, told, by)


def _new(what: Due) -> Any:
    row = Payment(
        subject_id=what.subject_id,
        reference=ids.reference(f"{current().kernel.reference_prefix}P"),
        purpose=what.purpose,
        about=what.about,
        person_id=what.person_id,
        provider=what.provider,
        payee=dict(what.payee),
        title=dict(what.title),
        amount_minor=what.amount.minor,
        currency=what.amount.currency,
        back=what.back,
        state=PaymentState.DUE,
    )
    row.lines = what.lines or None
    columns = Payment.__table__.columns
    return insert(Payment).values({one.key: getattr(row, one.key) for one in columns})


def lines(payment: Payment) -> Sequence[Line]:
    """What the amount is made of; nothing where it is one thing, or its person's data are gone."""
    with suppress(Erased):
        return payment.lines or ()
    return ()


def _change(payment: Payment, what: Due) -> None:
    """Raises AlreadyPaid."""
    if payment.paid_at is not None:
        raise AlreadyPaid
    payment.amount_minor, payment.currency = what.amount.minor, what.amount.currency
    payment.lines = what.lines or None
    settling.end_open([payment], Turn.CANCELLED, payment.purpose)
    _record("payment.amount_changed", payment, payment.purpose)


def _order(payments: Sequence[Payment], gateway: Gateway, by: UUID) -> Held:
    """The open order of just these at this gateway that can be gone on with, else a new one."""
    if any(one.state != PaymentState.DUE for one in payments):
        raise NothingToPay
    before = {one.id: one for payment in payments for one in orders.attempts(payment.id)}
    if any(one.state in UNDER_WAY for one in before.values()):
        raise BeingPaid
    for one in before.values():
        in_time = one.expires_at > clock.now() + STILL_GOOD
        if one.gateway == gateway.slug and one.state in OPEN and in_time:
            held = orders.of(one.id)
            if held.payments == list(payments) and all(share.is_owed for share in held.shares):
                return held
    return _another(payments, gateway, by)


def _another(payments: Sequence[Payment], gateway: Gateway, by: UUID) -> Held:
    now, whole = clock.now(), sum(one.amount_minor for one in payments)
    numbers = [orders.tries(one.id) + 1 for one in payments]
    attempt = Attempt(
        # No two begin so: the first payment has no two tries of one number.
        reference=f"{payments[0].reference}-{numbers[0]}",
        gateway=gateway.slug,
        language=language(),
        amount_minor=whole,
        currency=payments[0].currency,
        state=State.CREATED,
        expires_at=now + gateway.capabilities.lasts,
        asked=0,
        ask_at=now + domain.wait_after(0),
        captured_minor=0,
    )
    db.session.add(attempt)
    db.session.flush()
    orders.divide(attempt, zip(payments, numbers, strict=True))
    for payment in payments:
        _record("payment.started", payment, by, f"attempt:{attempt.id}")
    return orders.of(attempt.id)


def _note_started(attempt_id: UUID, started: Started) -> None:
    held = orders.hold(attempt_id)
    if started.reference and held.attempt.gateway_reference is None:
        settling.number(held.attempt, started.reference)
    if isinstance(started, Printed):
        held.attempt.printed = dict(started.instructions)
    settling.end(held, Turn.STARTED, held.payments[0].person_id)
    db.session.flush()


def _of(purpose: str, about: UUID) -> Select[Payment]:
    wanted = select(Payment).where(Payment.purpose == purpose, Payment.about == about)
    return wanted.execution_options(populate_existing=True)


def _held(purpose: str, about: UUID) -> Select[Payment]:
    return _of(purpose, about).with_for_update()


def _record(act: str, payment: Payment, by: UUID | str, why: str = "") -> None:
    audit.record(
        act, about=f"payment:{payment.id}", actor=by, subject_id=payment.subject_id, why=why
    )
