"""Messages to providers: made with what happened, and what an integrator does to them.

How they go out is sending's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from portal.applications import service as applications
from portal.audit import service as audit
from portal.bills import service as bills
from portal.consent import service as consent
from portal.interfaces import service as interfaces
from portal.kernel import clock, ids, signatures
from portal.kernel.db import db
from portal.registry import service as registry
from portal.webhooks import domain, messages
from portal.webhooks.domain import KINDS, TEST, State, Waits
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.lists import service as lists
from portal.webhooks.messages import Message
from portal.webhooks.models import Delivery
from portal.webhooks.sending import service as sending
from portal.webhooks.shaping import service as shaping

new_secret = signatures.new_secret
endpoint = endpoints.of
deliver, recover = sending.deliver, sending.recover


@dataclass(frozen=True)
class About:
    """What a message is about: whose order it comes in, and under whose key it is sealed."""

    id: UUID
    subject_id: UUID
    provider_slug: str
    reference: str
    sequence: int


# --- Making a message ---------------------------------------------------------------------------


def set_endpoint(
    provider_slug: str, url: str, by: UUID | str, secret: str | None = None
) -> str | None:
    """Send this provider's messages here from now on, held ones included.

    The secret, when a new one was made: it is not shown again. Raises AddressRefused, Unreachable.
    """
    made = endpoints.save(provider_slug, url, by, secret)
    sending.release_held(provider_slug)
    return made


def announce(application_id: UUID, kind: str, more: Mapping[str, Any] | None = None) -> None:
    """Make the message for the application's provider and its job, in this transaction.

    A provider without an endpoint works at the desk, and one that does not have the application
    yet hears nothing of it: nothing is disclosed.
    """
    application = applications.by_id(application_id)
    if application.submitted_at is None:
        return
    if (target := endpoints.of(application.provider_slug)) is None:
        return
    told = applications.disclosure(application_id)
    offer = registry.version(application.version_id)
    by_reference = offer.provider.fulfilment.deliver == "reference"
    message = messages.compose(kind, told, clock.now(), more, by_reference=by_reference)
    about = About(
        application_id, told.subject_id, told.provider_slug, told.reference, told.sequence
    )
    is_shaped = KINDS[kind].answers and interfaces.asks(offer, "payload")
    _queue(kind, about, message, _waits(target), is_shaped=is_shaped)
    _note_disclosure(application_id, message.fields)


def announce_bill(bill_id: UUID) -> None:
    """Tell the provider of a bill that it was paid, once, when it has an endpoint."""
    told = bills.disclosure(bill_id)
    if (target := endpoints.of(told.provider_slug)) is None:
        return
    # A bill's own number leads to an account, so that lists call it by its payment.
    about = About(bill_id, told.subject_id, told.provider_slug, told.data["payment"], 1)
    _queue("bill.paid", about, messages.compose_bill(told, clock.now()), _waits(target))


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


def _queue(
    kind: str,
    about: About,
    message: Message,
    waits: Waits | None = None,
    *,
    is_shaped: bool = False,
) -> Delivery:
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
    if is_shaped:
        shaping.shape_soon(delivery)
        db.session.flush()
    elif waits:
        sending.hold_for(delivery, waits)
        db.session.flush()
    else:
        sending.send_soon(delivery)
    return delivery


def _waits(target: endpoints.Endpoint) -> Waits | None:
    """What its endpoint does that a message needs no job yet: that is the cheapest way to wait.

    An endpoint that is not on is locked, so that it does not come back unseen meanwhile.
    """
    if target.state == endpoints.ACTIVE:
        return None
    now = endpoints.of(target.provider_slug, lock="share")
    if now is None or now.state == endpoints.ACTIVE:
        return None
    return Waits.REST if now.state == endpoints.RESTING else Waits.OFF


def _note_disclosure(application_id: UUID, fields: Sequence[str]) -> None:
    """Leave in the consent ledger what this message tells, for the person to read."""
    if fields:
        consent.disclose_latest(application_id, fields, "webhook")


# --- What an integrator does to it --------------------------------------------------------------


def replay(delivery_id: UUID, providers: frozenset[str], by: UUID | str) -> Delivery:
    """Begin the schedule anew for a dead message; those it held up follow it.

    Raises NoSuchDelivery, NotDead.
    """
    delivery = _changed(delivery_id, providers)
    if delivery.state != State.DEAD:
        raise domain.NotDead
    delivery.attempts_before = delivery.attempts
    sending.release(delivery)
    audit.record("webhook.replayed", about=f"delivery:{delivery.id}", actor=by)
    return delivery


def replay_made(provider_slug: str, since: datetime, until: datetime, by: UUID | str) -> int:
    """Begin the schedule anew for all that were given up of those made in this time; how many.

    Raises NothingGivenUp.
    """
    made = ids.first_at(since) <= Delivery.id, Delivery.id < ids.first_at(until)
    wanted = update(Delivery).where(
        Delivery.provider_slug == provider_slug, Delivery.state == State.DEAD, *made
    )
    # Each thing has one at the most that is given up, and it is the first one that waits.
    anew = {"state": State.HELD, "attempts_before": Delivery.attempts, "waits": Waits.REST}
    found = db.session.execute(wanted.values(anew).returning(Delivery.id)).all()
    if not found:
        raise domain.NothingGivenUp
    audit.record("webhook.replayed", about=f"deliveries:{len(found)}", actor=by, why=provider_slug)
    target = endpoints.of(provider_slug, lock="share")
    if target is not None and target.state == endpoints.ACTIVE:
        sending.release_held(provider_slug)
    return len(found)


def skip(delivery_id: UUID, providers: frozenset[str], by: UUID) -> Delivery:
    """Give a dead message up for good and let the next one go. Raises NoSuchDelivery, NotDead."""
    delivery = _changed(delivery_id, providers)
    if delivery.state != State.DEAD:
        raise domain.NotDead
    sending.skip(delivery)
    audit.record("webhook.skipped", about=f"delivery:{delivery.id}", actor=by)
    return delivery


def hold(delivery_id: UUID, providers: frozenset[str], by: UUID) -> Delivery:
    """Keep a message and those behind it until it is let go. Raises NoSuchDelivery, NotWaiting."""
    delivery = _changed(delivery_id, providers)
    if delivery.state not in (State.PENDING, State.HELD) or delivery.kept_back:
        raise domain.NotWaiting
    sending.hold_for(delivery, None)
    delivery.kept_back = True
    audit.record("webhook.held", about=f"delivery:{delivery.id}", actor=by)
    return delivery


def let_go(delivery_id: UUID, providers: frozenset[str], by: UUID) -> Delivery:
    """Send what was held back by hand; it still waits for those before it.

    Raises NoSuchDelivery, NotKeptBack.
    """
    delivery = _changed(delivery_id, providers)
    if not delivery.kept_back:
        raise domain.NotKeptBack
    sending.release(delivery)
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
