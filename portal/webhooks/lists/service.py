"""What integrators read: the list of messages, one message's tries, and how an endpoint fares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal_column, select

from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.keys import Erased, subject_key
from portal.webhooks.domain import NoSuchDelivery, State
from portal.webhooks.models import Delivery, DeliveryAttempt

LISTED = (
    Delivery.id,
    Delivery.reference,
    Delivery.sequence,
    Delivery.type,
    Delivery.state,
    Delivery.attempts,
    Delivery.attempts_before,
    Delivery.created_at,
    Delivery.next_at,
)
# Said as the index of what is open says it.
NOT_ARRIVED = Delivery.state != literal_column("'delivered'")
DAY = timedelta(hours=24)
# Counted up to here: whoever has more does not need to know how many.
MOST = 1000


@dataclass(frozen=True)
class Wanted:
    """What a list is to show; what is empty leaves all in."""

    shown: str = ""
    type: str = ""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Health:
    """How an endpoint fares; counts end at MOST + 1."""

    arrived_at: datetime | None
    failures: int
    oldest: datetime | None
    waiting: int
    dead: int


def find(delivery_id: UUID, providers: frozenset[str]) -> Delivery:
    """Raises NoSuchDelivery, also for another provider's."""
    wanted = select(Delivery).where(
        Delivery.id == delivery_id, Delivery.provider_slug.in_(providers)
    )
    if (delivery := db.session.scalar(wanted)) is None:
        raise NoSuchDelivery
    return delivery


def attempts(delivery: Delivery) -> Sequence[DeliveryAttempt]:
    wanted = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery.id)
    return db.session.scalars(wanted.order_by(DeliveryAttempt.number)).all()


def readable(delivery: Delivery) -> bool:
    """Whether what it says can still be opened: not once the person was erased."""
    try:
        subject_key(delivery.subject_id)
    except Erased:
        return False
    return True


def deliveries(
    provider_slug: str, wanted: Wanted, *, before: UUID | None = None, limit: int = 50
) -> Sequence[Any]:
    """Rows of the list, newest first; no body is opened."""
    rows = select(*LISTED).where(Delivery.provider_slug == provider_slug, *_asked(wanted))
    if before is not None:
        rows = rows.where(Delivery.id < before)
    return db.session.execute(rows.order_by(Delivery.id.desc()).limit(limit)).all()


def _asked(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked = []
    if wanted.shown:
        asked.append(_shown(wanted.shown))
    if wanted.type:
        asked.append(Delivery.type == wanted.type)
    if wanted.reference:
        meant = ids.read_reference(wanted.reference) or wanted.reference
        asked.append(Delivery.reference == meant)
    if wanted.since:
        asked.append(Delivery.id >= ids.first_at(wanted.since))
    if wanted.until:
        asked.append(Delivery.id < ids.first_at(wanted.until))
    return asked


def _shown(shown: str) -> ColumnElement[bool]:
    if shown in ("waiting", "failed"):
        tried = Delivery.attempts > Delivery.attempts_before
        return (
            (Delivery.state == State.PENDING)
            & NOT_ARRIVED
            & (tried if shown == "failed" else ~tried)
        )
    if shown == "sent":
        return Delivery.state == State.DELIVERED
    return (Delivery.state == State(shown)) & NOT_ARRIVED


def health(provider_slug: str) -> Health:
    """By one query, whose parts each look at an end of an index."""
    row = db.session.execute(
        select(
            _arrived_at(provider_slug),
            _failures(provider_slug),
            _oldest(provider_slug),
            _count(provider_slug, State.PENDING, State.HELD),
            _count(provider_slug, State.DEAD),
        )
    ).one()
    return Health(*row)


def _arrived_at(provider_slug: str) -> Any:
    arrived = select(DeliveryAttempt.at).where(
        DeliveryAttempt.provider_slug == provider_slug, DeliveryAttempt.error.is_(None)
    )
    return arrived.order_by(DeliveryAttempt.at.desc()).limit(1).scalar_subquery()


def _failures(provider_slug: str) -> Any:
    failed = select(DeliveryAttempt.id).where(
        DeliveryAttempt.provider_slug == provider_slug,
        DeliveryAttempt.error.is_not(None),
        DeliveryAttempt.at > clock.now() - DAY,
    )
    return _bounded(failed)


def _open(provider_slug: str, *states: State) -> Select[Any]:
    return select(Delivery.created_at).where(
        Delivery.provider_slug == provider_slug, Delivery.state.in_(states), NOT_ARRIVED
    )


def _oldest(provider_slug: str) -> Any:
    ends = [
        _open(provider_slug, state).order_by(Delivery.id).limit(1).scalar_subquery()
        for state in (State.PENDING, State.HELD)
    ]
    return func.least(*ends)


def _count(provider_slug: str, *states: State) -> Any:
    return _bounded(_open(provider_slug, *states))


def _bounded(rows: Select[Any]) -> Any:
    return select(func.count()).select_from(rows.limit(MOST + 1).subquery()).scalar_subquery()
