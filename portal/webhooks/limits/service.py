"""Limits that an integrator set: they hold for all workers together, so the database counts.

The row of the endpoint's pace is locked meanwhile, after everything else.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from portal.kernel import clock
from portal.kernel.db import db
from portal.webhooks.domain import Waits
from portal.webhooks.models import Delivery, WebhookCall, WebhookEndpoint, WebhookPace

# Longer than any call: the worker of one that is still there was killed.
OVER_AFTER = timedelta(seconds=30)
# What goes within the same second is not made to wait for its part of it.
SECOND = timedelta(seconds=1)


def has_own(target: WebhookEndpoint) -> bool:
    return target.in_flight is not None or target.per_second is not None


def begin(delivery: Delivery, target: WebhookEndpoint) -> datetime | None:
    """Note the call, if it may be made now; else when, or None: when another one ends."""
    now, pace = clock.now(), _pace(target.provider_slug)
    if target.in_flight is not None and _under_way(target, delivery.id) >= target.in_flight:
        return None
    turn = max(pace.free_at, now)
    if target.per_second is None or delivery.waits == Waits.PACE:
        turn = now
    else:
        pace.free_at = turn + SECOND / target.per_second
    if turn >= now + SECOND:
        db.session.flush()
        return turn
    call = {"delivery_id": delivery.id, "provider_slug": target.provider_slug}
    put = insert(WebhookCall).values(call | {"until": now + OVER_AFTER})
    again = put.on_conflict_do_update(
        index_elements=["delivery_id"], set_={"until": put.excluded.until}
    )
    db.session.execute(again)
    db.session.flush()
    return turn


def end(delivery_id: UUID) -> None:
    db.session.execute(delete(WebhookCall).where(WebhookCall.delivery_id == delivery_id))


def _pace(provider_slug: str) -> WebhookPace:
    row = {"provider_slug": provider_slug, "free_at": clock.now()}
    db.session.execute(insert(WebhookPace).values(row).on_conflict_do_nothing())
    wanted = select(WebhookPace).where(WebhookPace.provider_slug == provider_slug)
    fresh = wanted.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(fresh).one()


def _under_way(target: WebhookEndpoint, but: UUID) -> int:
    """Calls to it; those that must be over are not."""
    others = select(func.count()).where(
        WebhookCall.provider_slug == target.provider_slug,
        WebhookCall.delivery_id != but,
        WebhookCall.until > clock.now(),
    )
    return db.session.scalar(others) or 0
