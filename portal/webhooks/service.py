"""Messages to providers, from their making to their arrival. The only module that changes them.

Locks are taken in one order: the endpoint's row, then rows of deliveries.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import aliased

from portal.applications import service as applications
from portal.audit import service as audit
from portal.bills import service as bills
from portal.consent import service as consent
from portal.kernel import clock, http, ids, signing
from portal.kernel.db import db
from portal.kernel.jobs import Again, defer, job
from portal.kernel.keys import Erased, SubjectKey, remember
from portal.kernel.log import log
from portal.kernel.settings import current
from portal.webhooks import domain, messages
from portal.webhooks.domain import KINDS, SETTLED, TEST, Outcome, State
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.lists import service as lists
from portal.webhooks.messages import Message
from portal.webhooks.models import Delivery, DeliveryAttempt, WebhookEndpoint
from portal.webhooks.replies import service as replies

RECOVER_AFTER = timedelta(minutes=15)
# The longest reason that is kept of a call that got no answer.
DETAIL = 200
new_secret = signing.new_secret
endpoint = endpoints.of


@dataclass(frozen=True)
class About:
    """What a message is about: whose order it comes in, and under whose key it is sealed."""

    id: UUID
    subject_id: UUID
    provider_slug: str
    reference: str
    sequence: int


@dataclass(frozen=True)
class Call:
    """One try: everything it needs, read before the transaction ends."""

    delivery_id: UUID
    about_id: UUID
    sequence: int
    url: str
    body: str
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Heard:
    """How a try went; `error` is a code, empty when the message arrived."""

    at: datetime
    duration_ms: int
    sent: Mapping[str, str]
    status: int | None = None
    error: str | None = None
    detail: str | None = None
    answer: str | None = None
    told: Mapping[str, str] | None = None
    retry_after: int = 0


# --- Making a message ---------------------------------------------------------------------------


def set_endpoint(
    provider_slug: str, url: str, by: UUID | str, secret: str | None = None
) -> str | None:
    """Send this provider's messages here from now on, held ones included.

    The secret, when a new one was made: it is not shown again. Raises AddressRefused, Unreachable.
    """
    made = endpoints.save(provider_slug, url, by, secret)
    _release_all(provider_slug)
    return made


def announce(application_id: UUID, kind: str, more: Mapping[str, Any] | None = None) -> None:
    """Make the message for the application's provider and its job, in this transaction.

    A provider without an endpoint works at the desk, and one that does not have the application
    yet hears nothing of it: nothing is disclosed.
    """
    application = applications.by_id(application_id)
    if application.submitted_at is None or endpoints.of(application.provider_slug) is None:
        return
    told = applications.disclosure(application_id)
    message = messages.compose(kind, told, clock.now(), more)
    about = About(
        application_id, told.subject_id, told.provider_slug, told.reference, told.sequence
    )
    _queue(kind, about, message)
    _note_disclosure(application_id, message.fields)


def announce_bill(bill_id: UUID) -> None:
    """Tell the provider of a bill that it was paid, once, when it has an endpoint."""
    told = bills.disclosure(bill_id)
    if endpoints.of(told.provider_slug) is None:
        return
    # A bill's own number leads to an account, so that lists call it by its payment.
    about = About(bill_id, told.subject_id, told.provider_slug, told.data["payment"], 1)
    _queue("bill.paid", about, messages.compose_bill(told, clock.now()))


def send_test(provider_slug: str, by: UUID) -> Delivery:
    """Send a message that says nothing the usual way, but try it once.

    It is sealed under the key of whoever sends it: it is about nobody else. Raises NoEndpoint,
    AlreadyTesting.
    """
    if endpoints.of(provider_slug, lock="change") is None:
        raise domain.NoEndpoint
    under_way = select(Delivery.id).where(
        Delivery.provider_slug == provider_slug,
        Delivery.state.in_((State.PENDING, State.HELD)),
        Delivery.type == TEST,
    )
    if db.session.scalar(under_way.limit(1)) is not None:
        raise domain.AlreadyTesting
    about = About(ids.uuid7(), by, provider_slug, "test", 1)
    delivery = _queue(TEST, about, messages.compose_test(provider_slug, clock.now()))
    audit.record("webhook.tested", about=f"delivery:{delivery.id}", actor=by, why=provider_slug)
    return delivery


def _queue(kind: str, about: About, message: Message) -> Delivery:
    delivery = Delivery(
        subject_id=about.subject_id,
        about_id=about.id,
        provider_slug=about.provider_slug,
        reference=about.reference,
        sequence=about.sequence,
        type=kind,
        state=State.PENDING,
        attempts=0,
        attempts_before=0,
        next_at=clock.now(),
    )
    delivery.body = message.body
    db.session.add(delivery)
    _send_soon(delivery)
    return delivery


def _note_disclosure(application_id: UUID, fields: Sequence[str]) -> None:
    """Leave in the consent ledger what this message tells, for the person to read."""
    if fields:
        consent.disclose_latest(application_id, fields, "webhook")


def _send_soon(delivery: Delivery) -> None:
    lock = f"{KINDS[delivery.type].about}:{delivery.about_id}"
    defer(deliver, lock=lock, delivery_id=str(delivery.id))


# --- Sending it ---------------------------------------------------------------------------------


def _statement_up_to() -> Select[*tuple[Any, ...]]:
    this = aliased(Delivery)
    return (
        select(Delivery, WebhookEndpoint, SubjectKey)
        .join(this, (this.about_id == Delivery.about_id) & (this.sequence >= Delivery.sequence))
        .join(WebhookEndpoint, WebhookEndpoint.provider_slug == Delivery.provider_slug)
        .join(SubjectKey, SubjectKey.id == Delivery.subject_id)
        .where(this.id == bindparam("id"), Delivery.state.not_in(SETTLED))
        .order_by(Delivery.sequence)
        .with_for_update(of=Delivery)
    )


def _statement_from_on() -> Select[Delivery]:
    wanted = select(Delivery).where(
        Delivery.about_id == bindparam("about"),
        Delivery.sequence >= bindparam("sequence"),
        or_(Delivery.sequence == bindparam("sequence"), Delivery.state.not_in(SETTLED)),
    )
    return wanted.with_for_update().order_by(Delivery.sequence).limit(2)


# Put together once: that costs more than sending them.
UP_TO, FROM_ON = _statement_up_to(), _statement_from_on()
# What was read before may be old.
FRESH = {"populate_existing": True}


@job(queue="webhooks")
def deliver(delivery_id: str) -> None:
    """Try once to deliver one message. Raises Again while the schedule has a next try."""
    call = _ready(UUID(delivery_id))
    # Departments may be slow, so no transaction is open and no connection held during the call.
    # This is the one job that commits in its middle: what it wrote so far stands by itself.
    db.session.commit()
    if call is not None:
        _note(call, _try(call))


def _ready(delivery_id: UUID) -> Call | None:
    """What to send; None when it is settled, or held by an earlier one or by its endpoint."""
    unsettled, target = _up_to(delivery_id)
    delivery = unsettled[-1] if unsettled else None
    if delivery is None or target is None:
        return None
    if delivery.id != delivery_id or delivery.state != State.PENDING:
        return None
    if len(unsettled) > 1:
        delivery.state, delivery.next_at = State.HELD, None
        return None
    if target.state != endpoints.ACTIVE:
        return _hold_for_endpoint(delivery)
    return _call(delivery, target)


def _up_to(delivery_id: UUID) -> tuple[list[Delivery], WebhookEndpoint | None]:
    """What is unsettled up to this message, in order, and where it goes: by one query.

    The messages are locked, so that what a page or another worker does meanwhile is not missed.
    """
    rows = db.session.execute(UP_TO, {"id": delivery_id}, execution_options=FRESH).all()
    remember(key for _, _, key in rows)
    return [row for row, _, _ in rows], rows[-1][1] if rows else None


def _hold_for_endpoint(delivery: Delivery) -> Call | None:
    """The endpoint is off: hold it, unless it was switched on in the meantime."""
    # The endpoint is locked first, so what is locked is let go and read again.
    db.session.commit()
    target = endpoints.of(delivery.provider_slug, lock="share")
    unsettled, _ = _up_to(delivery.id)
    if not unsettled or unsettled[-1].id != delivery.id or delivery.state != State.PENDING:
        return None
    if target is not None and target.state == endpoints.ACTIVE and len(unsettled) == 1:
        return _call(delivery, target)
    delivery.state, delivery.next_at = State.HELD, None
    return None


def _call(delivery: Delivery, target: WebhookEndpoint) -> Call | None:
    try:
        body = delivery.body
    except Erased:
        _settle(delivery, State.SKIPPED)
        return None
    valid = signing.valid(target)
    return Call(delivery.id, delivery.about_id, delivery.sequence, target.url, body, valid)


def _try(call: Call) -> Heard:
    at, began = clock.now(), perf_counter()
    sent = messages.headers(str(call.delivery_id), call.body, call.secrets, at)
    allowed = current().kernel.allow_private_webhooks
    try:
        answer = http.post(call.url, call.body.encode(), sent, allow_private=allowed)
    except http.Unreachable as error:
        code = "address_refused" if isinstance(error, http.AddressRefused) else "unreachable"
        detail = str(error).replace("\0", "")[:DETAIL]
        return Heard(at, _since(began), sent, error=code, detail=detail)
    arrived = domain.outcome(answer.status) is Outcome.ARRIVED
    return Heard(
        at,
        _since(began),
        sent,
        status=answer.status,
        error=None if arrived else f"status_{answer.status}",
        answer=answer.body[: domain.ANSWER_LIMIT].decode(errors="replace") or None,
        told=domain.excerpt(answer.headers),
        retry_after=domain.seconds_asked(answer.headers.get("retry-after")),
    )


def _since(began: float) -> int:
    return round((perf_counter() - began) * 1000)


def _note(call: Call, heard: Heard) -> None:
    """Record the try and what follows from it. Raises Again."""
    meaning = domain.outcome(heard.status)
    delivery, following = _from_on(call, gone=meaning is Outcome.GONE)
    _record(delivery, call.url, heard)
    if delivery.state != State.PENDING:
        return
    if meaning is Outcome.ARRIVED:
        _clear(delivery, State.DELIVERED, following)
        if KINDS[delivery.type].decides and domain.read_reply(heard.answer or ""):
            defer(replies.hear, delivery_id=str(delivery.id))
    elif meaning is Outcome.GONE:
        delivery.state, delivery.next_at = State.HELD, None
    else:
        _wait(delivery, heard.retry_after)


def _from_on(call: Call, *, gone: bool) -> tuple[Delivery, Delivery | None]:
    """The message and the first unsettled one after it, locked, by one query."""
    if gone:
        endpoints.disable(db.session.get_one(Delivery, call.delivery_id).provider_slug)
    here = {"about": call.about_id, "sequence": call.sequence}
    rows = db.session.scalars(FROM_ON, here, execution_options=FRESH).all()
    return rows[0], rows[1] if len(rows) > 1 else None


def _record(delivery: Delivery, url: str, heard: Heard) -> None:
    delivery.attempts += 1
    attempt = DeliveryAttempt(
        subject_id=delivery.subject_id,
        delivery_id=delivery.id,
        provider_slug=delivery.provider_slug,
        number=delivery.attempts,
        at=heard.at,
        url=url,
        sent=dict(heard.sent),
        status=heard.status,
        duration_ms=heard.duration_ms,
        error=heard.error,
        detail=heard.detail,
    )
    attempt.answer = heard.answer
    attempt.told = dict(heard.told) if heard.told else None
    db.session.add(attempt)


def _wait(delivery: Delivery, retry_after: int) -> None:
    jitter = secrets.SystemRandom().uniform(-1, 1)
    failures = delivery.attempts - delivery.attempts_before
    wait = domain.wait_after(failures, jitter, retry_after, KINDS[delivery.type].tries)
    if wait is None:
        delivery.state, delivery.next_at = State.DEAD, None
        log.error("delivery given up", delivery=str(delivery.id), provider=delivery.provider_slug)
        return
    delivery.next_at = clock.now() + timedelta(seconds=wait)
    raise Again(wait)


def _settle(delivery: Delivery, state: State) -> None:
    """Take it out of the way of the next one."""
    following = select(Delivery).where(
        Delivery.about_id == delivery.about_id,
        Delivery.sequence > delivery.sequence,
        Delivery.state.not_in(SETTLED),
    )
    first = db.session.scalar(following.order_by(Delivery.sequence).limit(1).with_for_update())
    _clear(delivery, state, first)


def _clear(delivery: Delivery, state: State, following: Delivery | None) -> None:
    delivery.state, delivery.next_at, delivery.kept_back = state, None, False
    if following is not None and following.state == State.HELD and not following.kept_back:
        _release(following)


def _release(delivery: Delivery) -> None:
    delivery.state, delivery.next_at, delivery.kept_back = State.PENDING, clock.now(), False
    _send_soon(delivery)


def _release_all(provider_slug: str) -> None:
    """Let the first waiting message of each thing go; each brings the next one along."""
    held = _first_of_each(State.HELD).where(
        Delivery.provider_slug == provider_slug, Delivery.kept_back.is_(False)
    )
    for delivery in db.session.scalars(held):
        _release(delivery)


def _first_of_each(state: State) -> Select[Delivery]:
    """Deliveries of this state that no earlier one about the same stands before."""
    earlier = aliased(Delivery)
    before = select(earlier.id).where(
        earlier.about_id == Delivery.about_id,
        earlier.sequence < Delivery.sequence,
        earlier.state.not_in(SETTLED),
    )
    return select(Delivery).where(Delivery.state == state, ~before.exists())


@job(queue="webhooks")
def recover() -> None:
    """Give a job again to each message whose own was lost."""
    lost = _first_of_each(State.PENDING).where(Delivery.next_at < clock.now() - RECOVER_AFTER)
    for delivery in db.session.scalars(lost.limit(500)):
        _release(delivery)


# --- What an integrator does to it --------------------------------------------------------------


def replay(delivery_id: UUID, providers: frozenset[str], by: UUID) -> Delivery:
    """Begin the schedule anew for a dead message; those it held up follow it.

    Raises NoSuchDelivery, NotDead.
    """
    delivery = _changed(delivery_id, providers)
    if delivery.state != State.DEAD:
        raise domain.NotDead
    delivery.attempts_before = delivery.attempts
    _release(delivery)
    audit.record("webhook.replayed", about=f"delivery:{delivery.id}", actor=by)
    return delivery


def skip(delivery_id: UUID, providers: frozenset[str], by: UUID) -> Delivery:
    """Give a dead message up for good and let the next one go. Raises NoSuchDelivery, NotDead."""
    delivery = _changed(delivery_id, providers)
    if delivery.state != State.DEAD:
        raise domain.NotDead
    _settle(delivery, State.SKIPPED)
    audit.record("webhook.skipped", about=f"delivery:{delivery.id}", actor=by)
    return delivery


def hold(delivery_id: UUID, providers: frozenset[str], by: UUID) -> Delivery:
    """Keep a message and those behind it until it is let go. Raises NoSuchDelivery, NotWaiting."""
    delivery = _changed(delivery_id, providers)
    if delivery.state not in (State.PENDING, State.HELD) or delivery.kept_back:
        raise domain.NotWaiting
    delivery.state, delivery.next_at, delivery.kept_back = State.HELD, None, True
    audit.record("webhook.held", about=f"delivery:{delivery.id}", actor=by)
    return delivery


def let_go(delivery_id: UUID, providers: frozenset[str], by: UUID) -> Delivery:
    """Send what was held back by hand; it still waits for those before it.

    Raises NoSuchDelivery, NotKeptBack.
    """
    delivery = _changed(delivery_id, providers)
    if not delivery.kept_back:
        raise domain.NotKeptBack
    _release(delivery)
    audit.record("webhook.let_go", about=f"delivery:{delivery.id}", actor=by)
    return delivery


def read_body(delivery_id: UUID, providers: frozenset[str], by: UUID) -> str:
    """What the message says, answers of a person among it; each look leaves its trace.

    Raises NoSuchDelivery, kernel.keys.Erased.
    """
    delivery = lists.find(delivery_id, providers)
    body = delivery.body
    audit.record(
        "webhook.body_read",
        about=f"delivery:{delivery.id}",
        actor=by,
        subject_id=delivery.subject_id,
        why=delivery.provider_slug,
    )
    if KINDS[delivery.type].about == "application":
        applications.looked(applications.by_id(delivery.about_id), by, "message")
    return body


def _changed(delivery_id: UUID, providers: frozenset[str]) -> Delivery:
    """Locked, to be changed. Raises NoSuchDelivery."""
    lists.find(delivery_id, providers)
    wanted = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()
