"""Asking a provider for what it wants in a message beside the answers, before the first try.

The message stands in its row meanwhile, so that what happens later waits behind it.
"""

from uuid import UUID

from sqlalchemy import select

from portal.applications import service as applications
from portal.interfaces import service as interfaces
from portal.interfaces.domain import NotAnswering
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.jobs import Again, defer, job
from portal.kernel.keys import Erased
from portal.kernel.log import log
from portal.registry import service as registry
from portal.webhooks import domain, messages
from portal.webhooks.domain import State, Waits
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.models import Delivery
from portal.webhooks.sending import service as sending


def shape_soon(delivery: Delivery) -> None:
    """Hold it until its provider has said what it adds."""
    delivery.unshaped = True
    sending.hold_for(delivery, None)
    defer(shape, delivery_id=str(delivery.id))


@job(queue="webhooks")
def shape(delivery_id: str) -> None:
    """Ask, and let the message go; without what is added, when nobody could say it for hours."""
    delivery = db.session.get(Delivery, UUID(delivery_id))
    if delivery is None or not delivery.unshaped:
        return
    application = applications.by_id(delivery.about_id)
    offer = registry.version(application.version_id)
    try:
        case = messages.case_in(delivery.body, application.language)
    except Erased:
        _let_go(delivery.id, None)
        return
    waited = (clock.now() - delivery.created_at).total_seconds()
    try:
        # Commits: no transaction is open while the provider thinks.
        added = interfaces.payload(offer, case)
    except NotAnswering as error:
        if waited < domain.SHAPED_WITHIN:
            raise Again(domain.shaped_after(waited)) from error
        log.error("sent without its payload", delivery=delivery_id)
        added = None
    _let_go(delivery.id, messages.with_payload(delivery.body, added))


def _let_go(delivery_id: UUID, body: str | None) -> None:
    """The endpoint is locked before the message, as everywhere."""
    provider_slug = db.session.scalars(
        select(Delivery.provider_slug).where(Delivery.id == delivery_id)
    ).one()
    target = endpoints.of(provider_slug, lock="share")
    wanted = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    delivery = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    if not delivery.unshaped:
        return
    delivery.unshaped = False
    if body is not None:
        delivery.body = body
    if delivery.state != State.HELD or delivery.kept_back:
        return
    if target is None or target.state == endpoints.ACTIVE:
        sending.release(delivery)
    else:
        rests = target.state == endpoints.RESTING
        sending.hold_for(delivery, Waits.REST if rests else Waits.OFF)


@job(queue="webhooks")
def shape_lost() -> None:
    """Ask again for those that nobody asked for long since: their job was lost."""
    lost = select(Delivery.id).where(
        Delivery.unshaped, Delivery.created_at < clock.now() - sending.RECOVER_AFTER
    )
    for delivery_id in db.session.scalars(lost.limit(500)):
        defer(shape, delivery_id=str(delivery_id))
