"""Opening claims, looking at what is known, and answering. Alone in touching the claims' tables."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from payments import service as payments
from payments.asking import service as asking
from payments.claims import domain
from payments.claims.domain import (
    AnotherPerson,
    Facts,
    Kind,
    NoSuchClaim,
    NothingBegun,
    NotToContest,
    NotWithYou,
    OpenAlready,
    Outcome,
    State,
    Verdict,
    judge,
)
from payments.claims.models import ClaimStep, PaymentClaim
from payments.domain import DIFFERS, Delivery, PaymentState, RefundState
from payments.events import ClaimMoved, PaymentClaimed
from payments.models import Payment
from payments.orders import service as orders
from payments.proposals import service as proposals
from payments.proposals.domain import OneAtATime
from payments.proposals.domain import State as ProposalState
from payments.tracing import service as tracing
from portal.audit import service as audit
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.events import publish
from portal.kernel.jobs import defer, job
from portal.kernel.keys import Erased
from portal.kernel.log import log
from portal.kernel.room import Room
from portal.kernel.settings import current

SHOWN, A_BATCH = 50, 200
CLOCK = "payments"
NOT_DELIVERED = "What was paid for was not given."
Claim = PaymentClaim


@dataclass(frozen=True)
class Waiting:
    """A claim on somebody's list, with its payment."""

    claim: PaymentClaim
    payment: Payment


def make(payment: Payment, kind: Kind, words: str, by: UUID) -> PaymentClaim:
    """Raises NothingBegun, OpenAlready."""
    if not orders.attempts(payment.id):
        raise NothingBegun
    claim = PaymentClaim(
        subject_id=payment.subject_id,
        reference=ids.reference(f"{current().kernel.reference_prefix}C"),
        payment_id=payment.id,
        person_id=by,
        kind=kind,
        state=State.LOOKING,
        due_on=clock.today() + domain.MONEY_WITHIN,
        cannot=False,
    )
    with suppress(Erased):
        claim.words = words
    try:
        with db.session.begin_nested():
            db.session.add(claim)
            db.session.flush()
    except IntegrityError as error:
        raise OpenAlready from error
    _step(claim, "open", by)
    defer(look, lock=_lock(claim.id), claim_id=str(claim.id))
    return claim


def find(person_id: UUID, claim_id: UUID) -> PaymentClaim:
    """Raises NoSuchClaim, also for somebody else's."""
    claim = _read(claim_id)
    if claim is None or claim.person_id != person_id:
        raise NoSuchClaim
    return claim


def by_id(claim_id: UUID) -> PaymentClaim:
    """Raises NoSuchClaim."""
    if (claim := _read(claim_id)) is None:
        raise NoSuchClaim
    return claim


def of_payment(payment_id: UUID) -> Sequence[PaymentClaim]:
    """The newest first."""
    wanted = select(PaymentClaim).where(PaymentClaim.payment_id == payment_id)
    return db.session.scalars(wanted.order_by(PaymentClaim.id.desc())).all()


def steps(claim: PaymentClaim) -> Sequence[ClaimStep]:
    wanted = select(ClaimStep).where(ClaimStep.claim_id == claim.id)
    return db.session.scalars(wanted.order_by(ClaimStep.id)).all()


def payment_of(claim: PaymentClaim) -> Payment:
    return payments.by_id(claim.payment_id)


def waiting_for_finance() -> Sequence[Waiting]:
    """The most urgent first."""
    wanted = select(PaymentClaim, Payment).join(Payment, Payment.id == PaymentClaim.payment_id)
    wanted = wanted.where(PaymentClaim.state == State.FINANCE)
    rows = db.session.execute(wanted.order_by(PaymentClaim.due_on, PaymentClaim.id).limit(SHOWN))
    return [Waiting(claim, payment) for claim, payment in rows]


def about(thing_id: UUID) -> Waiting | None:
    """The newest claim about a thing that was paid for, such as an application."""
    wanted = select(PaymentClaim, Payment).join(Payment, Payment.id == PaymentClaim.payment_id)
    wanted = wanted.where(Payment.about == thing_id).order_by(PaymentClaim.id.desc()).limit(1)
    row = db.session.execute(wanted).first()
    return Waiting(*row) if row else None


def contest(claim: PaymentClaim, words: str) -> None:
    """The person says that the answer is not right: somebody else looks at it, once.

    Raises NotToContest.
    """
    held = _held(claim.id)
    if not may_contest(held):
        raise NotToContest
    held.contested_at, held.contested_from = clock.now(), held.answered_by
    held.answered_by = held.settled_at = held.outcome = None
    with suppress(Erased):
        held.contest = words
    _go(held, Verdict(State.FINANCE), "contest", held.person_id)


def may_contest(claim: PaymentClaim) -> bool:
    if claim.state != State.SETTLED or claim.contested_at or not claim.settled_at:
        return False
    return clock.now() < claim.settled_at + domain.CONTEST_WITHIN


def answer(claim_id: UUID, outcome: Outcome, words: str, by: UUID) -> None:
    """The finance desk settles it. Raises NoSuchClaim, NotWithYou, AnotherPerson."""
    claim = _held(claim_id)
    if claim.state != State.FINANCE:
        raise NotWithYou
    if claim.contested_from == by:
        raise AnotherPerson
    claim.answered_by = by
    with suppress(Erased):
        claim.answer = words
    _go(claim, Verdict(State.SETTLED, outcome), "answer", by)


def find_of(providers: Collection[str], claim_id: UUID) -> PaymentClaim:
    """About money that these got. Raises NoSuchClaim, also for another provider's."""
    claim = by_id(claim_id)
    if payment_of(claim).provider not in providers:
        raise NoSuchClaim
    return claim


def office_cannot(found: PaymentClaim, words: str, by: UUID) -> None:
    """An officer says that the service cannot be given: the money goes back. Raises NotWithYou."""
    claim = _held(found.id)
    if claim.state == State.SETTLED or claim.kind != Kind.NOT_SERVED:
        raise NotWithYou
    claim.cannot = True
    with suppress(Erased):
        claim.answer = words
    _step(claim, "cannot", by)
    defer(look, lock=_lock(claim.id), claim_id=str(claim.id))


@job(queue="payments")
def look(claim_id: str) -> None:
    """Ask the gateways anew, and let the claim go where the facts lead."""
    found = by_id(UUID(claim_id))
    for attempt in orders.attempts(found.payment_id):
        if asking.is_worth(attempt):
            asking.ask(attempt.id, "claim", waiting=False)
    # Payments are locked before all else.
    orders.lock([found.payment_id])
    claim = _held(found.id)
    if claim.state not in (State.LOOKING, State.OFFICE):
        return
    verdict = judge(Kind(claim.kind), facts(claim), clock.today(), claim.answer_by)
    if verdict.refund:
        _give_back(claim)
    if verdict.state != claim.state or (verdict.due_on or claim.due_on) != claim.due_on:
        _go(claim, verdict, verdict.outcome or verdict.state, CLOCK)


def facts(claim: PaymentClaim) -> Facts:
    """What is known now of the payment that it is about."""
    payment = payment_of(claim)
    attempts = orders.attempts(payment.id)
    refunds = tracing.refunds_of(payment.id)
    declined = [
        one
        for one in proposals.of_payment(payment.id)
        if one.state == ProposalState.DECLINED and one.created_at >= claim.created_at
    ]
    states = {one.state for one in refunds}
    return Facts(
        is_paid=payment.paid_at is not None,
        is_refunded=payment.state == PaymentState.REFUNDED,
        differs=any(one.code == DIFFERS for one in attempts),
        may_come=any(asking.is_worth(one) for one in attempts),
        going=RefundState.ASKED in states or proposals.open_one(payment.id) is not None,
        gone=RefundState.SUCCEEDED in states,
        failed=RefundState.FAILED in states or bool(declined),
        cannot=claim.cannot,
        delivery=_delivery(payment),
    )


def due() -> Sequence[UUID]:
    """Those that wait for the clock or for a department, the longest first."""
    wanted = select(PaymentClaim.id).where(
        or_(PaymentClaim.state == State.LOOKING, PaymentClaim.state == State.OFFICE)
    )
    return db.session.scalars(wanted.order_by(PaymentClaim.due_on).limit(A_BATCH)).all()


@job(queue="payments")
def look_after() -> None:
    """Look at each of them again, by a job of its own."""
    for claim_id in due():
        defer(look, lock=_lock(claim_id), claim_id=str(claim_id))


def look_again(payment_id: UUID) -> None:
    """Something happened to the payment: whoever waits for it hears of it soon."""
    for claim in of_payment(payment_id):
        if claim.state != State.SETTLED:
            defer(look, lock=_lock(claim.id), claim_id=str(claim.id))


def _give_back(claim: PaymentClaim) -> None:
    """All that is left: at once, or above the limit when a second person agrees."""
    payment = payment_of(claim)
    try:
        proposals.give_back(payment.id, payments.left(payment), NOT_DELIVERED, None)
    except OneAtATime:
        return
    except DomainError as refusal:
        log.error("claim not refunded", claim=str(claim.id), error=type(refusal).__name__)


def _go(claim: PaymentClaim, verdict: Verdict, act: str, by: UUID | str) -> None:
    before = claim.state
    claim.state, claim.outcome = verdict.state, verdict.outcome
    if verdict.due_on is not None:
        claim.due_on = verdict.due_on
    elif verdict.state is State.FINANCE and before != State.FINANCE:
        claim.due_on = clock.today() + domain.MONEY_WITHIN
    if verdict.state is State.OFFICE:
        claim.answer_by = claim.due_on
    if verdict.state is State.SETTLED:
        claim.settled_at = clock.now()
    _step(claim, act, by)
    if before == verdict.state:
        return
    publish(ClaimMoved(claim.id, claim.state))
    if verdict.state is State.OFFICE:
        payment = payment_of(claim)
        publish(PaymentClaimed(payment.id, payment.purpose, payment.about, claim.id))


def _delivery(payment: Payment) -> Delivery | None:
    """The room that the money was for knows whether it was given."""
    rooms: tuple[Room, ...] = current_app.extensions["rooms"]
    told = [room.delivers[payment.purpose] for room in rooms if payment.purpose in room.delivers]
    return told[0](payment.about) if told else None


def _step(claim: PaymentClaim, act: str, by: UUID | str) -> None:
    db.session.flush()
    step = ClaimStep(subject_id=claim.subject_id, claim_id=claim.id, act=act, actor=str(by))
    db.session.add(step)
    db.session.flush()
    audit.record(
        f"claim.{act}",
        about=f"payment:{claim.payment_id}",
        actor=by,
        subject_id=claim.subject_id,
        why=f"claim:{claim.id}",
    )


def _read(claim_id: UUID) -> PaymentClaim | None:
    return db.session.get(PaymentClaim, claim_id, populate_existing=True)


def _held(claim_id: UUID) -> PaymentClaim:
    """Raises NoSuchClaim."""
    db.session.flush()
    wanted = select(PaymentClaim).where(PaymentClaim.id == claim_id).with_for_update()
    claim = db.session.scalar(wanted.execution_options(populate_existing=True))
    if claim is None:
        raise NoSuchClaim
    return claim


def _lock(claim_id: UUID) -> str:
    return f"claim:{claim_id}"
