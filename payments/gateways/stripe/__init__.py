"""Stripe: people pay on its hosted page (Checkout), so no card and no script of it comes here.

One attempt is one Checkout Session. Its reference is the idempotency key, and what a session says
of itself is believed only when it was read from Stripe. The library names the version of the
interface that it was written for with each call, so an account's own default changes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar, cast

from stripe import (
    APIError,
    BalanceTransaction,
    Charge,
    InvalidRequestError,
    PaymentIntent,
    Refund,
    StripeClient,
)
from stripe.checkout import Session
from stripe.params import RefundCreateParams
from stripe.params.checkout import (
    SessionCreateParams,
    SessionListParams,
    SessionListParamsCreated,
)

from payments.gateway import (
    Capabilities,
    Dispute,
    DisputeStatus,
    Gateway,
    GatewayError,
    Listed,
    Means,
    Method,
    Order,
    Outcome,
    Redirect,
    RefundOrder,
    RefundOutcome,
    RefundStatus,
    Status,
)
from payments.gateways.stripe.amounts import from_stripe, to_stripe
from payments.gateways.stripe.line import client, understood
from payments.gateways.stripe.notices import read_notice
from payments.gateways.stripe.settings import TRIAL, StripeSettings, faults, hosts
from portal.kernel.errors import N_
from portal.kernel.money import Money
from portal.kernel.settings import Settings

T = TypeVar("T")
# A session must stay open for half an hour at least.
LONGER = timedelta(minutes=30)
# Under how many keys a thing is asked for: Stripe keeps an answer of 500 for its key, too.
KEYS = 3
# How far back a session is looked for whose number was lost on its way, and among how many.
LOOK_BACK, MOST = timedelta(hours=1), 500
EXPANDED = ["payment_intent"]
CAN = Capabilities(partial_refund=True, methods=(Method.CARD, Method.WALLET))
REFUNDS = {
    "succeeded": RefundStatus.SUCCEEDED,
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
# An inquiry that is closed took no money. All other states are of one that is open.
DISPUTES = {
    "won": DisputeStatus.WON,
    "warning_closed": DisputeStatus.WON,
    "prevented": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}


def start(order: Order, means: Means) -> Redirect:
    """Raises GatewayError."""
    with understood():
        stripe = client(means)
        session = _made(order.reference, lambda key: _opened(stripe, order, key))
        if not session.url:
            raise GatewayError
        return Redirect(session.url, session.id)


def query(order: Order, means: Means) -> Outcome:
    """Raises GatewayError."""
    with understood():
        stripe = client(means)
        session = _session(stripe, order)
        return Outcome(Status.UNKNOWN) if session is None else _outcome(session)


def cancel(order: Order, means: Means) -> Outcome:
    """Let nobody pay any more; what was paid before stays paid. Raises GatewayError."""
    with understood():
        stripe = client(means)
        session = _session(stripe, order)
        if session is None:
            return Outcome(Status.UNKNOWN)
        if session.status == "open":
            session = stripe.v1.checkout.sessions.expire(session.id, {"expand": EXPANDED})
        return _outcome(session)


def refund(wanted: RefundOrder, means: Means) -> RefundOutcome:
    """Raises GatewayError."""
    with understood():
        stripe = client(means)
        session = _session(stripe, wanted.order)
        intent = session.payment_intent if session else None
        if not isinstance(intent, PaymentIntent) or intent.status != "succeeded":
            return RefundOutcome(RefundStatus.FAILED, code="not_paid")
        try:
            made = _refunded(stripe, intent.id, wanted)
        except InvalidRequestError as refusal:
            return RefundOutcome(RefundStatus.FAILED, code=refusal.code or "refused")
        return RefundOutcome(REFUNDS[str(made.status)], made.id, _text(made, "failure_reason"))


def dispute(number: str, means: Means) -> Dispute | None:
    """None for one of money that another program of the account took. Raises GatewayError."""
    with understood():
        told = client(means).v1.disputes.retrieve(number, {"expand": EXPANDED})
        intent = told.payment_intent
        reference = _text(intent.metadata, "reference") if isinstance(intent, PaymentIntent) else ""
        if not reference:
            return None
        due = told.evidence_details.due_by
        return Dispute(
            order=reference,
            amount=from_stripe(told.amount, told.currency),
            status=DISPUTES.get(told.status, DisputeStatus.OPEN),
            reason=told.reason,
            answer_by=datetime.fromtimestamp(due, UTC) if due else None,
        )


def listing(since: datetime, until: datetime, means: Means) -> Iterator[Listed]:
    """The sessions that were opened in the span, read page by page. Raises GatewayError."""
    span = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
    asked: SessionListParams = {
        "created": cast("SessionListParamsCreated", span),
        "limit": 100,
        "expand": ["data.payment_intent.latest_charge.balance_transaction"],
    }
    with understood():
        for session in client(means).v1.checkout.sessions.list(asked).auto_paging_iter():
            if session.client_reference_id:
                yield _listed(session)


def _listed(session: Session) -> Listed:
    """Raises GatewayError for a state that it never had."""
    told, intent = _outcome(session), session.payment_intent
    charge = intent.latest_charge if isinstance(intent, PaymentIntent) else None
    back = None
    if told.amount is not None and isinstance(charge, Charge):
        back = from_stripe(charge.amount_refunded, charge.currency)
    at = datetime.fromtimestamp(session.created, UTC)
    number = session.client_reference_id or ""
    return Listed(number, told.status, at, told.amount, session.id, _fee(charge), back)


def _fee(charge: Any) -> Money | None:
    """In the currency of the account, which is ours where the same one was paid."""
    moved = charge.balance_transaction if isinstance(charge, Charge) else None
    if not isinstance(moved, BalanceTransaction):
        return None
    return from_stripe(moved.fee, moved.currency)


def capabilities(settings: Settings) -> Capabilities:
    """A key for trials moves no money."""
    key = settings.of(StripeSettings).stripe_secret_key or ""
    return replace(CAN, test=key.startswith(TRIAL))


def _made(once: str, make: Callable[[str], T]) -> T:
    """Made once, whatever is lost on the way, under a key that no fault was saved for."""
    for number in range(KEYS):
        try:
            return make(f"{once}:{number}" if number else once)
        except APIError as error:
            replayed = (error.headers or {}).get("idempotent-replayed") == "true"
            if not replayed or number == KEYS - 1:
                raise
    raise GatewayError


def _opened(stripe: StripeClient, order: Order, key: str) -> Session:
    wanted = _wanted(order)
    sessions = stripe.v1.checkout.sessions
    try:
        return sessions.create(wanted, {"idempotency_key": key})
    except InvalidRequestError as error:
        if error.param != "expires_at":
            raise
    # Begun so late that less than half an hour is left: the same for every try, so once.
    wanted["expires_at"] = int((order.expires_at + LONGER).timestamp())
    return sessions.create(wanted, {"idempotency_key": f"{key}:late"})


def _wanted(order: Order) -> SessionCreateParams:
    """The same each time for one order, or Stripe refuses the key."""
    return {
        "mode": "payment",
        "client_reference_id": order.reference,
        "metadata": {"reference": order.reference},
        "payment_intent_data": {
            "description": order.title,
            "metadata": {"reference": order.reference},
        },
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.amount.currency.lower(),
                    "unit_amount": to_stripe(order.amount),
                    "product_data": {"name": order.title},
                },
            }
        ],
        # What was asked is what is taken: no other currency at Stripe's own rate.
        "adaptive_pricing": {"enabled": False},
        "success_url": order.return_url,
        "cancel_url": order.return_url,
        "expires_at": int(order.expires_at.timestamp()),
        # Of our languages its page knows one; for the others the browser says what else it reads.
        "locale": "en" if order.language == "en" else "auto",
    }


def _session(stripe: StripeClient, order: Order) -> Session | None:
    """By its number, or looked for, when the answer that named it was lost."""
    number = order.gateway_reference
    if number is None:
        made = stripe.v1.checkout.sessions
        since = int((order.expires_at - LOOK_BACK).timestamp())
        listed = made.list({"created": {"gte": since}, "limit": 100}).auto_paging_iter()
        number = _named(islice(listed, MOST), order.reference)
    if number is None:
        return None
    session = stripe.v1.checkout.sessions.retrieve(number, {"expand": EXPANDED})
    if session.client_reference_id != order.reference:
        raise GatewayError
    return session


def _named(sessions: Iterator[Session], reference: str) -> str | None:
    """Raises GatewayError when there are too many to say that it is not among them."""
    seen = 0
    for session in sessions:
        seen += 1
        if session.client_reference_id == reference:
            return session.id
    if seen == MOST:
        raise GatewayError
    return None


def _outcome(session: Session) -> Outcome:
    """Raises GatewayError for a state that it never had."""
    if session.status == "open":
        return Outcome(Status.OPEN, reference=session.id)
    if session.status == "expired":
        return Outcome(Status.EXPIRED, reference=session.id)
    intent = session.payment_intent
    if session.status != "complete" or not isinstance(intent, PaymentIntent):
        raise GatewayError
    if session.payment_status == "paid" and intent.status == "succeeded":
        taken = from_stripe(intent.amount_received, intent.currency)
        return Outcome(Status.SUCCEEDED, taken, session.id)
    if intent.status in ("processing", "requires_capture", "requires_action"):
        return Outcome(Status.PENDING, reference=session.id)
    if intent.status in ("requires_payment_method", "canceled"):
        error = intent.last_payment_error
        return Outcome(Status.FAILED, None, session.id, (error and error.code) or "declined")
    raise GatewayError(session.id)


def _refunded(stripe: StripeClient, intent: str, wanted: RefundOrder) -> Refund:
    """Looked for first: Stripe forgets a key after a day, and we may ask again later than that."""
    for one in stripe.v1.refunds.list({"payment_intent": intent, "limit": 100}).auto_paging_iter():
        if _text(one.metadata, "refund") == str(wanted.id):
            return one
    asked: RefundCreateParams = {
        "payment_intent": intent,
        "amount": to_stripe(wanted.amount),
        "metadata": {"refund": str(wanted.id), "reference": wanted.order.reference},
    }
    refunds = stripe.v1.refunds
    return _made(str(wanted.id), lambda key: refunds.create(asked, {"idempotency_key": key}))


def _text(told: Any, name: str) -> str | None:
    found = getattr(told, name, None)
    return str(found) if found else None


gateway = Gateway(
    slug="stripe",
    title=N_("Card or wallet, with Stripe"),
    start=start,
    read_notice=read_notice,
    query=query,
    refund=refund,
    cancel=cancel,
    dispute=dispute,
    capabilities=CAN,
    capabilities_by=capabilities,
    check_config=faults,
    settings=(StripeSettings,),
    hosts_by=hosts,
    listing=listing,
)
