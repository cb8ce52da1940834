"""Messages to providers, from their making to their arrival. The only user of the room's tables.

Locks are taken in one order: the endpoint's row, then rows of deliveries.
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from portal.applications import domain as cases
from portal.applications import service as applications
from portal.applications.domain import Actor, ProviderEvent
from portal.audit import service as audit
from portal.consent import service as consent
from portal.kernel import clock, crypto, http
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.jobs import Again, defer, job
from portal.kernel.keys import Erased, keyring
from portal.kernel.log import log
from portal.kernel.settings import current
from portal.webhooks import domain, messages
from portal.webhooks.domain import SETTLED, NoSuchDelivery, NotDead, Outcome, State
from portal.webhooks.models import Delivery, DeliveryAttempt, WebhookEndpoint

ROTATION = timedelta(hours=24)
RECOVER_AFTER = timedelta(minutes=15)
ACTIVE, DISABLED = "active", "disabled"
# What the pages read of an endpoint; its columns are changed here alone.
Endpoint = WebhookEndpoint


@dataclass(frozen=True)
class Call:
    """One try: everything it needs, read before the transaction ends."""

    delivery_id: UUID
    url: str
    body: str
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Heard:
    """How a try went; `error` is a code, empty when the message arrived."""

    at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    answer: str | None
    retry_after: int = 0


def endpoint(provider_slug: str, *, lock: bool = False) -> WebhookEndpoint | None:
    wanted = select(WebhookEndpoint).where(WebhookEndpoint.provider_slug == provider_slug)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(wanted)


def check_url(url: str) -> None:
    """Raises kernel.http.AddressRefused, Unreachable."""
    http.check(url, allow_private=current().kernel.allow_private_webhooks)


def set_endpoint(
    provider_slug: str, url: str, by: UUID | str, secret: str | None = None
) -> str | None:
    """Send this provider's messages here from now on, held ones included.

    The secret, when a new one was made: it is not shown again. Raises AddressRefused, Unreachable.
    """
    check_url(url)
    made = None
    row = endpoint(provider_slug, lock=True)
    if row is None:
        made = secret or new_secret()
        row = WebhookEndpoint(provider_slug=provider_slug)
        row.secret_sealed = _seal(row, made)
        db.session.add(row)
    elif secret is not None:
        row.secret_sealed = _seal(row, secret)
    row.url, row.state, row.disabled_reason = url, ACTIVE, None
    db.session.flush()
    _release_all(provider_slug)
    audit.record("webhook.set", about=f"endpoint:{row.id}", actor=by, why=provider_slug)
    return made


def rotate_secret(provider_slug: str, by: UUID) -> str:
    """A new secret; messages are signed with both for a day. Raises NoSuchDelivery."""
    if (row := endpoint(provider_slug, lock=True)) is None:
        raise NoSuchDelivery
    made = new_secret()
    row.earlier_secret_sealed = row.secret_sealed
    row.earlier_until = clock.now() + ROTATION
    row.secret_sealed = _seal(row, made)
    db.session.flush()
    audit.record("webhook.rotated", about=f"endpoint:{row.id}", actor=by, why=provider_slug)
    return made


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _secrets(row: WebhookEndpoint) -> tuple[str, ...]:
    sealed = [row.secret_sealed]
    if row.earlier_secret_sealed and row.earlier_until and clock.now() < row.earlier_until:
        sealed.append(row.earlier_secret_sealed)
    key = keyring().part("webhooks")
    return tuple(crypto.unseal(key, _place(row), one).decode() for one in sealed)


def _seal(row: WebhookEndpoint, secret: str) -> bytes:
    return crypto.seal(keyring().part("webhooks"), _place(row), secret.encode())


def _place(row: WebhookEndpoint) -> bytes:
    return f"webhook_endpoints|secret|{row.id}".encode()


def announce(application_id: UUID, kind: str) -> None:
    """Make the message for the application's provider and its job, in this transaction.

    A provider without an endpoint works at the desk: nothing is disclosed.
    """
    application = applications.by_id(application_id)
    if endpoint(application.provider_slug) is None:
        return
    told = applications.disclosure(application_id)
    now = clock.now()
    delivery = Delivery(
        subject_id=told.subject_id,
        application_id=application_id,
        provider_slug=told.provider_slug,
        reference=told.reference,
        sequence=told.sequence,
        type=kind,
        state=State.PENDING,
        attempts=0,
        attempts_before=0,
        next_at=now,
    )
    message = messages.compose(kind, told, now)
    delivery.body = message.body
    db.session.add(delivery)
    _note_disclosure(application_id, message.fields)
    _send_soon(delivery.id, application_id)


def _note_disclosure(application_id: UUID, fields: Sequence[str]) -> None:
    """Leave in the consent ledger what this message tells, for the person to read."""
    given = consent.for_application(application_id)
    if fields and given:
        consent.disclosed(given[-1].id, fields, "webhook")


def _send_soon(delivery_id: UUID, application_id: UUID) -> None:
    defer(deliver, lock=f"application:{application_id}", delivery_id=str(delivery_id))


@job(queue="webhooks")
def deliver(delivery_id: str) -> None:
    """Try once to deliver one message. Raises Again while the schedule has a next try."""
    if (call := _ready(UUID(delivery_id))) is None:
        db.session.commit()
        return
    # Departments may be slow, so no transaction is open and no connection held during the call.
    # This is the one job that commits in its middle: what it wrote so far stands by itself.
    db.session.commit()
    _note(call.delivery_id, _try(call))


def _ready(delivery_id: UUID) -> Call | None:
    """What to send; None when it is settled, or held by an earlier one or by its endpoint."""
    found = db.session.get(Delivery, delivery_id)
    if found is None:
        return None
    shared = select(WebhookEndpoint).where(WebhookEndpoint.provider_slug == found.provider_slug)
    row = db.session.scalar(
        shared.with_for_update(read=True).execution_options(populate_existing=True)
    )
    unsettled = _unsettled(found.application_id, found.sequence)
    delivery = unsettled[-1] if unsettled else found
    if delivery.id != delivery_id or delivery.state != State.PENDING:
        return None
    if row is None or row.state != ACTIVE or len(unsettled) > 1:
        delivery.state, delivery.next_at = State.HELD, None
        return None
    try:
        return Call(delivery.id, row.url, delivery.body, _secrets(row))
    except Erased:
        _settle(delivery, State.SKIPPED)
        return None


def _unsettled(application_id: UUID, up_to: int) -> Sequence[Delivery]:
    """Locked and in order, so that what a page or another worker does meanwhile is not missed."""
    wanted = select(Delivery).where(
        Delivery.application_id == application_id,
        Delivery.sequence <= up_to,
        Delivery.state.not_in(SETTLED),
    )
    fresh = wanted.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(fresh.order_by(Delivery.sequence)).all()


def _try(call: Call) -> Heard:
    at, began = clock.now(), perf_counter()
    sent = messages.headers(str(call.delivery_id), call.body, call.secrets, at)
    status, error, answer, retry_after = None, None, None, 0
    try:
        told = http.post(
            call.url,
            call.body.encode(),
            sent,
            allow_private=current().kernel.allow_private_webhooks,
        )
    except http.AddressRefused:
        error = "address_refused"
    except http.Unreachable:
        error = "unreachable"
    else:
        status = told.status
        answer = told.body[: domain.ANSWER_LIMIT].decode(errors="replace") or None
        retry_after = domain.seconds_asked(told.headers.get("retry-after"))
        error = None if domain.outcome(status) is Outcome.ARRIVED else f"status_{status}"
    spent = round((perf_counter() - began) * 1000)
    return Heard(at, spent, status, error, answer, retry_after)


def _note(delivery_id: UUID, heard: Heard) -> None:
    """Record the try and what follows from it. Raises Again."""
    meaning = domain.outcome(heard.status)
    if meaning is Outcome.GONE:
        _disable(delivery_id)
    wanted = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    delivery = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    _record(delivery, heard)
    if delivery.state != State.PENDING:
        return
    if meaning is Outcome.ARRIVED:
        _settle(delivery, State.DELIVERED)
        if heard.answer and delivery.type == "application.submitted":
            defer(hear, delivery_id=str(delivery.id))
    elif meaning is Outcome.GONE:
        delivery.state, delivery.next_at = State.HELD, None
    else:
        _wait(delivery, heard.retry_after)


def _record(delivery: Delivery, heard: Heard) -> None:
    delivery.attempts += 1
    attempt = DeliveryAttempt(
        subject_id=delivery.subject_id,
        delivery_id=delivery.id,
        number=delivery.attempts,
        at=heard.at,
        status=heard.status,
        duration_ms=heard.duration_ms,
        error=heard.error,
    )
    attempt.answer = heard.answer
    db.session.add(attempt)
    db.session.flush()


def _wait(delivery: Delivery, retry_after: int) -> None:
    jitter = secrets.SystemRandom().uniform(-1, 1)
    wait = domain.wait_after(delivery.attempts - delivery.attempts_before, jitter, retry_after)
    if wait is None:
        delivery.state, delivery.next_at = State.DEAD, None
        log.error("delivery given up", delivery=str(delivery.id), provider=delivery.provider_slug)
        return
    delivery.next_at = clock.now() + timedelta(seconds=wait)
    raise Again(wait)


def _disable(delivery_id: UUID) -> None:
    provider_slug = db.session.get_one(Delivery, delivery_id).provider_slug
    row = endpoint(provider_slug, lock=True)
    if row is not None:
        row.state, row.disabled_reason = DISABLED, "gone"
        log.error("endpoint disabled", provider=provider_slug, reason="gone")


def _settle(delivery: Delivery, state: State) -> None:
    """Take it out of the way of the next one."""
    delivery.state, delivery.next_at = state, None
    db.session.flush()
    following = select(Delivery).where(
        Delivery.application_id == delivery.application_id,
        Delivery.sequence > delivery.sequence,
        Delivery.state.not_in(SETTLED),
    )
    first = db.session.scalar(following.order_by(Delivery.sequence).limit(1).with_for_update())
    if first is not None and first.state == State.HELD:
        _release(first)


def _release(delivery: Delivery) -> None:
    delivery.state, delivery.next_at = State.PENDING, clock.now()
    _send_soon(delivery.id, delivery.application_id)


def _release_all(provider_slug: str) -> None:
    """Let the first waiting message of each application go; each brings the next one along."""
    held = _first_of_each(State.HELD).where(Delivery.provider_slug == provider_slug)
    for delivery in db.session.scalars(held):
        _release(delivery)


def _first_of_each(state: State) -> Select[Delivery]:
    """Deliveries of this state that no earlier one of their application stands before."""
    earlier = aliased(Delivery)
    before = select(earlier.id).where(
        earlier.application_id == Delivery.application_id,
        earlier.sequence < Delivery.sequence,
        earlier.state.not_in(SETTLED),
    )
    return select(Delivery).where(Delivery.state == state, ~before.exists())


def replay(delivery_id: UUID, providers: frozenset[str], by: UUID) -> Delivery:
    """Begin the schedule anew for a dead message; those it held up follow it.

    Raises NoSuchDelivery, NotDead.
    """
    delivery = _dead(delivery_id, providers)
    delivery.attempts_before = delivery.attempts
    _release(delivery)
    audit.record("webhook.replayed", about=f"delivery:{delivery.id}", actor=by)
    return delivery


def skip(delivery_id: UUID, providers: frozenset[str], by: UUID) -> Delivery:
    """Give a dead message up for good and let the next one go. Raises NoSuchDelivery, NotDead."""
    delivery = _dead(delivery_id, providers)
    _settle(delivery, State.SKIPPED)
    audit.record("webhook.skipped", about=f"delivery:{delivery.id}", actor=by)
    return delivery


def _dead(delivery_id: UUID, providers: frozenset[str]) -> Delivery:
    find(delivery_id, providers)
    wanted = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    delivery = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    if delivery.state != State.DEAD:
        raise NotDead
    return delivery


@job(queue="webhooks")
def recover() -> None:
    """Give a job again to each message whose own was lost."""
    lost = _first_of_each(State.PENDING).where(Delivery.next_at < clock.now() - RECOVER_AFTER)
    for delivery in db.session.scalars(lost.limit(500)):
        _release(delivery)


@job(queue="webhooks")
def hear(delivery_id: str) -> None:
    """Take what the department said in its answer, once; nonsense changes nothing."""
    wanted = select(Delivery).where(Delivery.id == UUID(delivery_id)).with_for_update()
    delivery = db.session.scalars(wanted).one()
    if delivery.heard_at is not None:
        return
    delivery.heard_at = clock.now()
    reply = _last_reply(delivery)
    if reply is None or applications.by_id(delivery.application_id).state != cases.State.SUBMITTED:
        return
    author = applications.Author(Actor.PROVIDER, f"delivery:{delivery.id}")
    try:
        applications.receive(
            frozenset({delivery.provider_slug}), delivery.reference, _event(reply), author
        )
    except DomainError as refusal:
        # A job is its own edge: what was half done goes, and the answer counts as heard.
        db.session.rollback()
        db.session.get_one(Delivery, delivery.id).heard_at = clock.now()
        log.info("answer ignored", delivery=delivery_id, reason=type(refusal).__name__)


def _last_reply(delivery: Delivery) -> domain.Reply | None:
    wanted = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery.id)
    newest = db.session.scalar(wanted.order_by(DeliveryAttempt.number.desc()).limit(1))
    answer = newest.answer if newest else None
    return domain.read_reply(answer) if answer else None


def _event(reply: domain.Reply) -> ProviderEvent:
    return ProviderEvent(
        type="accept" if reply.status == "accepted" else "refuse",
        case_number=reply.case_number,
        reason=reply.reason_by_language if reply.status == "rejected" else None,
    )


def find(delivery_id: UUID, providers: frozenset[str]) -> Delivery:
    """Raises NoSuchDelivery, also for another provider's."""
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None or delivery.provider_slug not in providers:
        raise NoSuchDelivery
    return delivery


def attempts(delivery: Delivery) -> Sequence[DeliveryAttempt]:
    wanted = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery.id)
    return db.session.scalars(wanted.order_by(DeliveryAttempt.number)).all()


def deliveries(provider_slug: str, *, before: UUID | None = None, limit: int = 50) -> Sequence[Any]:
    """Rows of the list, newest first; no body is opened."""
    wanted = select(
        Delivery.id,
        Delivery.reference,
        Delivery.sequence,
        Delivery.type,
        Delivery.state,
        Delivery.attempts,
        Delivery.created_at,
        Delivery.next_at,
    ).where(Delivery.provider_slug == provider_slug)
    if before is not None:
        wanted = wanted.where(Delivery.id < before)
    return db.session.execute(wanted.order_by(Delivery.id.desc()).limit(limit)).all()
