"""What a gateway said of an attempt, made true here.

Browser return, notice, question and cancelling may come in any order, from several connections, and
again and again: the rows of all payments of the order are locked, and an end stays an end.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from payments import domain, ledger
from payments.books import service as books
from payments.domain import DIFFERS, OPEN, TURNS, PaymentState, State, Turn
from payments.events import PaymentFailed, PaymentSucceeded
from payments.gateway import Outcome
from payments.ledger import Kind
from payments.models import Attempt, Payment, ReceiptCounter
from payments.orders import service as orders
from payments.orders.service import Held, Share
from payments.refunds import service as refunds
from portal.audit import service as audit
from portal.kernel import clock, ids
from portal.kernel.db import db, wait_patiently
from portal.kernel.events import publish
from portal.kernel.log import log
from portal.kernel.money import Money


def settle(attempt_id: UUID, told: Outcome, by: str) -> None:
    """Take in what a gateway said; `by` is who brought it: return, notice or query."""
    wait_patiently()
    held = orders.hold(attempt_id)
    attempt = held.attempt
    if told.reference and attempt.gateway_reference is None:
        number(attempt, told.reference)
    turn = TURNS.get(told.status)
    if turn is Turn.SUCCEEDED:
        _take(held, told, by)
    elif turn is not None:
        attempt.code = told.code if attempt.state in OPEN else attempt.code
        end(held, turn, by)
    db.session.flush()


def charge(attempt_id: UUID, fee_minor: int) -> None:
    """Book what the company kept of what it took, once; another fee later is a difference."""
    held = orders.hold(attempt_id)
    attempt = held.attempt
    if attempt.fee_minor is not None:
        return
    attempt.fee_minor = fee_minor
    db.session.flush()
    if fee_minor:
        postings = ledger.charged(attempt.gateway, Money(fee_minor, attempt.currency))
        books.post(Kind.FEE, held.payments[0].id, attempt.id, postings)


def number(attempt: Attempt, reference: str) -> None:
    """Note the company's number, unless it gave the same to another attempt: the money counts."""
    same = Attempt.gateway == attempt.gateway, Attempt.gateway_reference == reference
    if db.session.scalar(select(Attempt.id).where(*same, Attempt.id != attempt.id)) is None:
        attempt.gateway_reference = reference
    else:
        log.error("number was given twice", attempt=str(attempt.id), gateway=attempt.gateway)


def end(held: Held, turn: Turn, by: UUID | str) -> None:
    """Let the order take a turn that brings no money, unless it has ended. It is locked."""
    attempt = held.attempt
    to = domain.after(State(attempt.state), turn)
    if to is None:
        return
    attempt.state = to
    if to in OPEN:
        return
    attempt.settled_at = clock.now()
    for payment in held.payments:
        _record(f"payment.attempt_{to}", payment, by, attempt)
    db.session.flush()
    if to is State.FAILED:
        for payment in held.payments:
            _tell_failed(payment)


def end_open(payments: Sequence[Payment], turn: Turn, by: UUID | str) -> None:
    """The same for each open order of these payments by which nothing is to be paid any more."""
    for held in orders.open_ones(payments):
        if not any(one.is_owed for one in held.shares):
            end(held, turn, by)


def _tell_failed(payment: Payment) -> None:
    """Of an order of several, what was paid or called off meanwhile waits for nothing."""
    if payment.state == PaymentState.DUE:
        publish(PaymentFailed(payment.id, payment.purpose, payment.about))


def _take(held: Held, told: Outcome, by: str) -> None:
    """Money came. It is the payments', or goes back, or waits for somebody to look."""
    attempt = held.attempt
    if attempt.captured_minor or attempt.code == DIFFERS:
        return
    if not told.amount:
        # A success that names no amount is a reason to ask the gateway, and nothing to book.
        attempt.ask_at = clock.now()
        db.session.flush()
    elif told.amount != attempt.amount:
        _suspend(held, told.amount, by)
    else:
        _share_out(held, by)


def _share_out(held: Held, by: str) -> None:
    """Each payment that is still owed has its part; the other parts go back.

    That we had given the order up changes nothing: the gateway took the money.
    """
    attempt = held.attempt
    paid = [one for one in held.shares if one.is_owed]
    late = [one for one in held.shares if one not in paid]
    attempt.captured_minor = attempt.amount_minor
    for one in held.shares:
        one.part.captured_minor = one.part.amount_minor
    if paid:
        _succeed(attempt, paid, by)
    else:
        end(held, Turn.CANCELLED, by)
    for one in late:
        _too_late(attempt, one, by)


def _succeed(attempt: Attempt, paid: Sequence[Share], by: str) -> None:
    now, was_open = clock.now(), attempt.state in OPEN
    turn = Turn.SUCCEEDED if was_open else Turn.CORRECTED
    attempt.state = domain.NEXT[State(attempt.state)][turn]
    attempt.settled_at, attempt.code = now, None
    for one in paid:
        one.part.succeeded = True
        one.payment.state, one.payment.paid_at = PaymentState.PAID, now
    payments = [one.payment for one in paid]
    end_open(payments, Turn.CANCELLED, by)
    db.session.flush()
    for one in paid:
        postings = ledger.captured(attempt.gateway, one.payment.provider, one.part.amount)
        books.post(Kind.CAPTURE, one.payment.id, attempt.id, postings)
        _record("payment.paid" if was_open else "payment.corrected", one.payment, by, attempt)
    for payment in payments:
        publish(PaymentSucceeded(payment.id, payment.purpose, payment.about))
    # Last, since whoever is paid for at the same moment waits here for the number before theirs;
    # and by provider, so that two orders of the same two providers never wait for each other.
    for payment in sorted(payments, key=lambda one: (one.provider, one.id)):
        payment.receipt_number = _next_receipt(payment.provider)
    db.session.flush()


def _too_late(attempt: Attempt, share: Share, by: str) -> None:
    """The order had ended, or the payment was made or called off: the money goes back."""
    payment, amount = share.payment, share.part.amount
    db.session.flush()
    books.post(Kind.LATE, payment.id, attempt.id, ledger.late(attempt.gateway, amount))
    _record("payment.late", payment, by, attempt)
    refunds.give_late(attempt, share)


def _suspend(held: Held, amount: Money, by: str) -> None:
    """Another amount than was asked for is never a success, and no part of it is anybody's.

    It is booked once, at the first payment of the order.
    """
    attempt = held.attempt
    attempt.code = DIFFERS
    taken = ledger.suspended(attempt.gateway, amount)
    books.post(Kind.SUSPENSE, held.payments[0].id, attempt.id, taken)
    log.error("amount differs", attempt=str(attempt.id), gateway=attempt.gateway)
    for payment in held.payments:
        _record("payment.suspense", payment, by, attempt)
    end(held, Turn.DECLINED, by)


def _next_receipt(provider: str) -> str:
    """Without gaps: a number that is not used goes away with its transaction."""
    year = clock.today().year
    made = {"id": ids.uuid7(), "created_at": clock.now(), "provider": provider, "year": year}
    counted = insert(ReceiptCounter).values(**made, last=1)
    counted = counted.on_conflict_do_update(
        index_elements=["provider", "year"], set_={"last": ReceiptCounter.last + 1}
    )
    last = db.session.scalar(counted.returning(ReceiptCounter.last))
    return f"{year}-{last:06}"


def _record(act: str, payment: Payment, by: UUID | str, attempt: Attempt) -> None:
    audit.record(
        act,
        about=f"payment:{payment.id}",
        actor=by,
        subject_id=payment.subject_id,
        why=f"attempt:{attempt.id}",
    )
