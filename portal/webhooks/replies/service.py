"""What a department says in its answer to a message, taken as an event of the provider."""

from uuid import UUID

from sqlalchemy import select

from portal.applications import domain as cases
from portal.applications import service as applications
from portal.applications.domain import Actor, ProviderEvent
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.jobs import job
from portal.kernel.log import log
from portal.webhooks import domain
from portal.webhooks.lists import service as lists
from portal.webhooks.models import Delivery


@job(queue="webhooks")
def hear(delivery_id: str) -> None:
    """Take what the department said in its answer, once; nonsense changes nothing."""
    wanted = select(Delivery).where(Delivery.id == UUID(delivery_id)).with_for_update()
    delivery = db.session.scalars(wanted).one()
    if delivery.heard_at is not None:
        return
    delivery.heard_at = clock.now()
    reply = _last_reply(delivery)
    if reply is None or applications.by_id(delivery.about_id).state != cases.State.SUBMITTED:
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
    tries = lists.attempts(delivery)
    answer = tries[-1].answer if tries else None
    return domain.read_reply(answer, tries[-1].status) if answer else None


def _event(reply: domain.Reply) -> ProviderEvent:
    return ProviderEvent(
        type="accept" if reply.status == "accepted" else "refuse",
        case_number=reply.case_number,
        reason=reply.reason_by_language if reply.status == "rejected" else None,
    )
