"""Where providers listen, the secrets that sign what they are sent, and how they fare.

An endpoint that fails again and again rests: one message at a time asks whether it is back, after
pauses that grow, and all others wait. What is sent and held for it is sending's.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from portal.audit import service as audit
from portal.kernel import clock, http, signatures, signing
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.kernel.log import log
from portal.kernel.settings import current
from portal.registry import service as registry
from portal.webhooks.domain import (
    ASKS_TO_REST,
    RESTFUL,
    TOLD_AFTER,
    NoSuchDelivery,
    pause,
)
from portal.webhooks.events import EndpointFailing, EndpointSwitchedOff
from portal.webhooks.models import WebhookEndpoint
from portal.webhooks.settings import WebhookSettings

ACTIVE, RESTING, DISABLED = "active", "resting", "disabled"
# Why nothing is sent to one that is off: the provider's programs fetch its messages.
FETCHED = "fetched"
# Longer than any call, so that the next one asks only when this one cannot answer any more.
PROBE = timedelta(seconds=30)
# What the pages read of an endpoint; its columns are changed here alone.
Endpoint = WebhookEndpoint


def of(provider_slug: str, *, lock: str = "") -> WebhookEndpoint | None:
    """As it is now when it is locked: `share` lets nobody change it, `change` is to change it."""
    wanted = select(WebhookEndpoint).where(WebhookEndpoint.provider_slug == provider_slug)
    if lock:
        locked = wanted.with_for_update(read=lock == "share")
        wanted = locked.execution_options(populate_existing=True)
    return db.session.scalar(wanted)


def of_all(provider_slugs: Collection[str]) -> dict[str, WebhookEndpoint]:
    """The endpoints of these providers, as far as they have one."""
    wanted = select(WebhookEndpoint).where(WebhookEndpoint.provider_slug.in_(provider_slugs))
    return {row.provider_slug: row for row in db.session.scalars(wanted)}


def rested() -> list[str]:
    """The providers whose endpoints are to be asked again whether they are back."""
    wanted = select(WebhookEndpoint.provider_slug).where(
        WebhookEndpoint.state == RESTING, WebhookEndpoint.rests_until <= clock.now()
    )
    return list(db.session.scalars(wanted.order_by(WebhookEndpoint.provider_slug)))


def fetching() -> list[str]:
    """The providers whose programs fetch their messages."""
    wanted = select(WebhookEndpoint.provider_slug).where(WebhookEndpoint.disabled_reason == FETCHED)
    return list(db.session.scalars(wanted.order_by(WebhookEndpoint.provider_slug)))


def is_fetched(row: WebhookEndpoint | None) -> bool:
    return row is not None and row.disabled_reason == FETCHED


# --- What an integrator does to it --------------------------------------------------------------


def save(provider_slug: str, url: str, by: UUID | str, secret: str | None) -> str | None:
    """Switch it on at this address. The secret when a new one was made: it is not shown again.

    Raises AddressRefused, Unreachable.
    """
    http.check(url, allow_private=current().kernel.allow_private_webhooks)
    made = None
    row = of(provider_slug, lock="change")
    if row is None or not row.url:
        secret = made = secret or signatures.new_secret()
        row = row or WebhookEndpoint(provider_slug=provider_slug)
        db.session.add(row)
    if secret is not None:
        signing.put(row, secret)
    row.url, row.disabled_reason = url, None
    _well(row)
    db.session.flush()
    audit.record("webhook.set", about=f"endpoint:{row.id}", actor=by, why=provider_slug)
    return made


def let_fetch(provider_slug: str, by: UUID | str) -> None:
    """Nothing is sent there until an address is saved: programs of the provider fetch it all."""
    row = of(provider_slug, lock="change")
    if row is None:
        row = WebhookEndpoint(provider_slug=provider_slug, url="")
        signing.put(row, signatures.new_secret())
        db.session.add(row)
    _well(row)
    row.state, row.disabled_reason = DISABLED, FETCHED
    db.session.flush()
    audit.record("webhook.fetched", about=f"endpoint:{row.id}", actor=by, why=provider_slug)


def rotate_secret(provider_slug: str, by: UUID, kind: signatures.Kind | None = None) -> str:
    """A new secret, of the kind in use unless said otherwise; both sign for a day.

    Raises NoSuchDelivery.
    """
    row = _changed(provider_slug)
    made = signing.rotate(row, kind or kind_of(row))
    db.session.flush()
    audit.record("webhook.rotated", about=f"endpoint:{row.id}", actor=by, why=provider_slug)
    return made


def set_limits(
    provider_slug: str, in_flight: int | None, per_second: int | None, by: UUID | str
) -> None:
    """How much it takes at a time, from all workers together; None for the house's own limit.

    Raises NoSuchDelivery.
    """
    row = _changed(provider_slug)
    row.in_flight, row.per_second = in_flight, per_second
    db.session.flush()
    audit.record("webhook.limited", about=f"endpoint:{row.id}", actor=by, why=provider_slug)


def kind_of(row: WebhookEndpoint) -> signatures.Kind:
    """How messages to it are signed."""
    return signatures.kind_of(signing.valid(row)[0])


def public_keys(provider_slug: str) -> tuple[str, ...]:
    """What checks its signatures, the newest first; empty while it shares a secret, or is not."""
    row = of(provider_slug)
    return signing.public_keys(row) if row else ()


# --- How it fares -------------------------------------------------------------------------------


def is_troubled(row: WebhookEndpoint) -> bool:
    """Whether its next success is to be noted."""
    return row.failures > 0 or row.state == RESTING


def most_at_once(row: WebhookEndpoint) -> int:
    """So many messages may a worker send it at a time: one, while it fails."""
    most = current().of(WebhookSettings).webhook_in_flight
    return 1 if row.failures >= TOLD_AFTER else min(most, row.in_flight or most)


def take_probe(row: WebhookEndpoint) -> bool:
    """Whether this message is the one that asks a resting endpoint; its row is locked."""
    if row.rests_until is not None and row.rests_until > clock.now():
        return False
    row.rests_until = clock.now() + PROBE
    db.session.flush()
    return True


def recovered(provider_slug: str) -> bool:
    """It took a message: whether it rested until now, so that others wait for it."""
    if (row := of(provider_slug, lock="change")) is None or row.state == DISABLED:
        return False
    was_resting = row.state == RESTING
    _well(row)
    db.session.flush()
    return was_resting


def failed(provider_slug: str, *, is_first: bool, is_probe: bool, asks: int) -> str:
    """One more try failed: the state that follows.

    `asks` are the seconds of rest that it asked for; `is_first` is the first try of a message.
    """
    if (row := of(provider_slug, lock="change")) is None or row.state == DISABLED:
        return DISABLED
    row.failures, row.failed_messages = row.failures + 1, row.failed_messages + is_first
    row.failing_since = row.failing_since or clock.now()
    if row.failures == TOLD_AFTER:
        publish(EndpointFailing(row.id, provider_slug, row.failing_since))
    ours = current().of(WebhookSettings)
    if clock.now() - row.failing_since >= timedelta(hours=ours.webhook_off_after):
        _switch_off(row, "failing")
    elif row.state == RESTING and is_probe:
        _rest(row, row.rests + 1, asks)
    elif row.state == ACTIVE and (asks or row.failed_messages >= ours.webhook_rests_after):
        _rest(row, 0, asks)
    db.session.flush()
    return row.state


def rest_asked(status: int | None, retry_after: int) -> int:
    """The seconds for which an answer asks us to leave the whole endpoint alone; 0 for none."""
    return retry_after if status in RESTFUL and retry_after >= ASKS_TO_REST else 0


def disable(provider_slug: str) -> None:
    """It said that it is gone: nothing is sent there until its address is saved again."""
    if (row := of(provider_slug, lock="change")) is not None and row.state != DISABLED:
        _switch_off(row, "gone")
        db.session.flush()


def _changed(provider_slug: str) -> WebhookEndpoint:
    if (row := of(provider_slug, lock="change")) is None:
        raise NoSuchDelivery
    return row


def _rest(row: WebhookEndpoint, rests: int, asks: int) -> None:
    seconds = pause(rests, asks)
    row.state, row.rests = RESTING, rests
    row.rests_until = clock.now() + timedelta(seconds=seconds)
    registry.note_health(row.provider_slug, "later")
    log.warning("endpoint rests", provider=row.provider_slug, seconds=seconds)


def _switch_off(row: WebhookEndpoint, reason: str) -> None:
    row.state, row.disabled_reason, row.rests_until = DISABLED, reason, None
    registry.note_health(row.provider_slug, "later")
    publish(EndpointSwitchedOff(row.id, row.provider_slug, reason, clock.now()))
    about = f"endpoint:{row.id}"
    audit.record("webhook.off", about=about, actor="webhooks", why=f"{row.provider_slug} {reason}")
    log.error("endpoint disabled", provider=row.provider_slug, reason=reason)


def _well(row: WebhookEndpoint) -> None:
    """It is on, and whatever failed before counts no more."""
    row.state, row.failures, row.failed_messages, row.rests = ACTIVE, 0, 0, 0
    row.failing_since = row.rests_until = None
    registry.note_health(row.provider_slug, "well")
