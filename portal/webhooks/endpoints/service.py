"""Where providers listen, and the secrets that sign what they are sent."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from portal.audit import service as audit
from portal.kernel import http, signing
from portal.kernel.db import db
from portal.kernel.log import log
from portal.kernel.settings import current
from portal.webhooks.domain import NoSuchDelivery
from portal.webhooks.models import WebhookEndpoint

ACTIVE, DISABLED = "active", "disabled"
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


def save(provider_slug: str, url: str, by: UUID | str, secret: str | None) -> str | None:
    """Switch it on at this address. The secret when a new one was made: it is not shown again.

    Raises AddressRefused, Unreachable.
    """
    http.check(url, allow_private=current().kernel.allow_private_webhooks)
    made = None
    row = of(provider_slug, lock="change")
    if row is None:
        secret = made = secret or signing.new_secret()
        row = WebhookEndpoint(provider_slug=provider_slug)
        db.session.add(row)
    if secret is not None:
        signing.put(row, secret)
    row.url, row.state, row.disabled_reason = url, ACTIVE, None
    db.session.flush()
    audit.record("webhook.set", about=f"endpoint:{row.id}", actor=by, why=provider_slug)
    return made


def rotate_secret(provider_slug: str, by: UUID) -> str:
    """A new secret; messages are signed with both for a day. Raises NoSuchDelivery."""
    if (row := of(provider_slug, lock="change")) is None:
        raise NoSuchDelivery
    made = signing.rotate(row)
    db.session.flush()
    audit.record("webhook.rotated", about=f"endpoint:{row.id}", actor=by, why=provider_slug)
    return made


def disable(provider_slug: str) -> None:
    """It said that it is gone: nothing is sent there until its address is saved again."""
    if (row := of(provider_slug, lock="change")) is not None:
        row.state, row.disabled_reason = DISABLED, "gone"
        log.error("endpoint disabled", provider=provider_slug, reason="gone")
