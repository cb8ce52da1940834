"""Payments as the other rooms and the pages use them: what is owed, paying it, giving it back."""

from collections.abc import Mapping
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
    TO_PAY,
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
    Turn,
)
from payments.gateway import FormPost, Gateway, GatewayError, Outcome, Redirect, Started
from payments.inbox import service as inbox
from payments.refunds import service as refunds
from payments.settling import service as settling
from portal.audit import service as audit
from portal.i18n import language
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.log import log
from portal.kernel.money import Money
from portal.kernel.outside import Busy, TookTooLong
from portal.kernel.room import Room
from portal.kernel.settings import current

Due = domain.Due
Payment = models.Payment
Attempt = models.Attempt
# An order that ends sooner than this is not gone on with: a new one is made.
STILL_GOOD = timedelta(minutes=5)


def due(what: Due) -> Payment:
    """Let this be paid, or change the amount of what is not paid yet. Once for a thing.

    Raises NoAmount, AlreadyPaid.
    """
    if what.amount.minor <= 0:
        raise NoAmount
    db.session.execute(_new(what).on_conflict_do_nothing(index_elements=["purpose", "about"]))
    payment = db.session.scalars(_held(what.purpose, what.about)).one()
    if payment.amount != what.amount:
        _change(payment, what.amount)
    if payment.state == PaymentState.CANCELLED:
        payment.state = PaymentState.DUE
        _record("payment.due", payment, what.purpose)
    db.session.flush()
    return payment


def of(purpose: str, about: UUID) -> Payment | None:
    return db.session.scalar(_of(purpose, about))


def hold(purpose: str, about: UUID) -> None:
    """Lock the payment, if there is one, until this transaction ends."""
    db.session.scalar(_held(purpose, about))


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


def newest(payment: Payment) -> Attempt | None:
    """The attempt that the pages speak of."""
    return next(iter(settling.attempts(payment.id)), None)


def paid(payment: Payment) -> Attempt | None:
    """The attempt that paid it; None while it is not paid."""
    done = (one for one in settling.attempts(payment.id) if one.state == State.SUCCEEDED)
    return next(done, None)


def returned(attempt: Attempt) -> Money:
    """What has gone back of it; what was only asked for, or refused, has not."""
    return Money(refunds.returned(attempt.id), attempt.currency)


def is_under_way(purpose: str, about: UUID) -> bool:
    """Whether somebody is at a gateway with it now, so that its money may come any moment."""
    payment = of(purpose, about)
    if payment is None:
        return False
    now = clock.now()
    return any(
        one.state == State.PENDING or (one.state in OPEN and one.expires_at > now)
        for one in settling.attempts(payment.id)
    )


def gateway_of(attempt: Attempt) -> Gateway:
    return calling.known(attempt.gateway)


def ways(payment: Payment) -> list[Gateway]:
    """The gateways that the payment can be made through."""
    return calling.offered(payment.amount)


def cancel(purpose: str, about: UUID) -> None:
    """Nobody owes this any more. What is paid stays paid; what still comes goes back by itself."""
    payment = db.session.scalar(_held(purpose, about))
    if payment is None or payment.state != PaymentState.DUE:
        return
    payment.state = PaymentState.CANCELLED
    _record("payment.cancelled", payment, purpose)
    settling.end_open(payment, Turn.CANCELLED, purpose)
    db.session.flush()


def refund(payment_id: UUID, amount: Money, reason: str, by: UUID | str) -> UUID:
    """Give so much back to whoever paid; the refund's id. The gateway does it in a job.

    Raises NoSuchPayment, NotPaid, TooMuchBack, OnlyWhole.
    """
    by_id(payment_id)
    payment = settling.locked(payment_id)
    for attempt in settling.attempts(payment_id):
        if attempt.state == State.SUCCEEDED:
            return refunds.give(payment, attempt, amount, reason, by)
    raise NotPaid


def start(payment: Payment, gateway_slug: str, by: UUID | None = None) -> Started:
    """Begin to pay, or go on where it was left; where to lead the browser.

    `by` names who does, when it is not whose payment it is.

    Raises NoSuchGateway, NothingToPay, BeingPaid, CannotStart.
    """
    gateway = calling.usable(gateway_slug)
    if not gateway.takes(payment.amount):
        raise NoSuchGateway
    attempt = _attempt(settling.locked(payment.id), gateway, by or payment.person_id)
    order, means = calling.order_of(payment, attempt), calling.means(gateway)
    try:
        started = calling.call(gateway, order, lambda: gateway.start(order, means))
    except (GatewayError, TookTooLong, Busy) as failure:
        raise CannotStart from failure
    if isinstance(started, Redirect | FormPost) and not _is_home(started.url, gateway):
        log.error("gateway leads elsewhere", gateway=gateway.slug)
        raise CannotStart
    _note_started(attempt.id, started)
    return started


def _is_home(url: str, gateway: Gateway) -> bool:
    """Whether this is a page of the company's own, or of ours where the sandbox stands."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" in (*gateway.hosts, current().kernel.base_url)


def came_back(payment: Payment) -> None:
    """The browser came back. What it says is not believed: the gateway is asked."""
    for attempt in settling.attempts(payment.id):
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
    columns = Payment.__table__.columns
    return insert(Payment).values({one.key: getattr(row, one.key) for one in columns})


def _change(payment: Payment, amount: Money) -> None:
    """Raises AlreadyPaid."""
    if payment.paid_at is not None:
        raise AlreadyPaid
    settling.end_open(payment, Turn.CANCELLED, payment.purpose)
    payment.amount_minor, payment.currency = amount.minor, amount.currency
    _record("payment.amount_changed", payment, payment.purpose)


def _attempt(payment: Payment, gateway: Gateway, by: UUID) -> Attempt:
    """The open attempt at this gateway that can be gone on with, else a new one."""
    if payment.state != PaymentState.DUE:
        raise NothingToPay
    before = settling.attempts(payment.id)
    if any(one.state == State.PENDING for one in before):
        raise BeingPaid
    for one in before:
        in_time = one.expires_at > clock.now() + STILL_GOOD
        if one.gateway == gateway.slug and one.state in OPEN and in_time:
            return one
    return _another(payment, gateway, len(before) + 1, by)


def _another(payment: Payment, gateway: Gateway, number: int, by: UUID) -> Attempt:
    now = clock.now()
    attempt = Attempt(
        payment_id=payment.id,
        number=number,
        reference=f"{payment.reference}-{number}",
        gateway=gateway.slug,
        language=language(),
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        state=State.CREATED,
        expires_at=now + TO_PAY,
        asked=0,
        ask_at=now + domain.wait_after(0),
        captured_minor=0,
        refunded_minor=0,
    )
    db.session.add(attempt)
    db.session.flush()
    _record("payment.started", payment, by, f"attempt:{attempt.id}")
    return attempt


def _note_started(attempt_id: UUID, started: Started) -> None:
    payment = settling.locked(db.session.get_one(Attempt, attempt_id).payment_id)
    attempt = db.session.get_one(Attempt, attempt_id, populate_existing=True)
    if started.reference and attempt.gateway_reference is None:
        settling.number(attempt, started.reference)
    settling.end(payment, attempt, Turn.STARTED, payment.person_id)
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
