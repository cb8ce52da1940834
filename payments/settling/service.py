"""What a gateway said of an attempt, made true here.

Browser return, notice, question and cancelling may come in any order, from several connections, and
again and again: the payment's row is locked, and an end stays an end.
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
from payments.refunds import service as refunds
from portal.audit import service as audit
from portal.kernel import clock, ids
from portal.kernel.db import db, wait_patiently
from portal.kernel.events import publish
from portal.kernel.log import log


def locked(payment_id: UUID) -> Payment:
    """The row as it is now, and nobody else's until this transaction ends."""
    db.session.flush()
    wanted = select(Payment).where(Payment.id == payment_id).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def attempts(payment_id: UUID) -> Sequence[Attempt]:
    """The newest first, as they are now."""
    # What was changed here and not written yet would be read over.
    db.session.flush()
    wanted = select(Attempt).where(Attempt.payment_id == payment_id)
    newest = wanted.order_by(Attempt.number.desc())
    return db.session.scalars(newest.execution_options(populate_existing=True)).all()


def settle(attempt_id: UUID, told: Outcome, by: str) -> None:
    """Take in what a gateway said; `by` is who brought it: return, notice or query."""
    wait_patiently()
    payment = locked(db.session.get_one(Attempt, attempt_id).payment_id)
    attempt = db.session.get_one(Attempt, attempt_id, populate_existing=True)
    if told.reference and attempt.gateway_reference is None:
        number(attempt, told.reference)
    turn = TURNS.get(told.status)
    if turn is Turn.SUCCEEDED:
        _take(payment, attempt, told, by)
    elif turn is not None:
        attempt.code = told.code if attempt.state in OPEN else attempt.code
        end(payment, attempt, turn, by)
    db.session.flush()


def number(attempt: Attempt, reference: str) -> None:
    """Note the company's number, unless it gave the same to another attempt: the money counts."""
    same = Attempt.gateway == attempt.gateway, Attempt.gateway_reference == reference
    if db.session.scalar(select(Attempt.id).where(*same, Attempt.id != attempt.id)) is None:
        attempt.gateway_reference = reference
    else:
        log.error("number was given twice", attempt=str(attempt.id), gateway=attempt.gateway)


def end(payment: Payment, attempt: Attempt, turn: Turn, by: UUID | str) -> None:
    """Let the attempt take a turn that brings no money, unless it has ended. The row is locked."""
    to = domain.after(State(attempt.state), turn)
    if to is None:
        return
    attempt.state = to
    if to in OPEN:
        return
    attempt.settled_at = clock.now()
    _record(f"payment.attempt_{to}", payment, by, attempt)
    db.session.flush()
    if to is State.FAILED:
        publish(PaymentFailed(payment.id, payment.purpose, payment.about))


def end_open(payment: Payment, turn: Turn, by: UUID | str) -> None:
    """The same for every attempt that is still open."""
    for attempt in attempts(payment.id):
        end(payment, attempt, turn, by)


def _take(payment: Payment, attempt: Attempt, told: Outcome, by: str) -> None:
    """Money came. It is the payment's, or goes back, or waits for somebody to look."""
    if attempt.captured_minor or attempt.code == DIFFERS:
        return
    if not told.amount:
        # A success that names no amount is a reason to ask the gateway, and nothing to book.
        attempt.ask_at = clock.now()
        db.session.flush()
        return
    if told.amount != attempt.amount:
        _suspend(payment, attempt, told, by)
    elif attempt.state in OPEN and payment.state == PaymentState.DUE:
        _succeed(payment, attempt, by)
    else:
        _too_late(payment, attempt, by)


def _succeed(payment: Payment, attempt: Attempt, by: str) -> None:
    now = clock.now()
    attempt.state, attempt.settled_at, attempt.code = State.SUCCEEDED, now, None
    attempt.captured_minor = attempt.amount_minor
    payment.state, payment.paid_at = PaymentState.PAID, now
    end_open(payment, Turn.CANCELLED, by)
    db.session.flush()
    postings = ledger.captured(attempt.gateway, payment.provider, attempt.amount)
    books.post(Kind.CAPTURE, payment.id, attempt.id, postings)
    _record("payment.paid", payment, by, attempt)
    publish(PaymentSucceeded(payment.id, payment.purpose, payment.about))
    # Last, since whoever is paid for at the same moment waits here for the number before theirs.
    payment.receipt_number = _next_receipt(payment.provider)
    db.session.flush()


def _too_late(payment: Payment, attempt: Attempt, by: str) -> None:
    """The attempt had ended, or the payment was made or called off: the money goes back."""
    end(payment, attempt, Turn.CANCELLED, by)
    attempt.captured_minor = attempt.amount_minor
    db.session.flush()
    books.post(Kind.LATE, payment.id, attempt.id, ledger.late(attempt.gateway, attempt.amount))
    _record("payment.late", payment, by, attempt)
    refunds.give_late(payment, attempt)


def _suspend(payment: Payment, attempt: Attempt, told: Outcome, by: str) -> None:
    """Another amount than was asked for is never a success."""
    attempt.code = DIFFERS
    if told.amount:
        taken = ledger.suspended(attempt.gateway, told.amount)
        books.post(Kind.SUSPENSE, payment.id, attempt.id, taken)
    log.error("amount differs", attempt=str(attempt.id), gateway=attempt.gateway)
    _record("payment.suspense", payment, by, attempt)
    end(payment, attempt, Turn.DECLINED, by)


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
