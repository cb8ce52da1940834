"""The feed of a provider without a server: it asks for its messages, instead of being sent them.

A message that is fetched waits in its row like one whose endpoint is off. Transactions commit in
another order than they began, so none gives its own message a position: one job does, later, to
all that it sees, and the feed is locked meanwhile. Whoever has read up to a position has missed
nothing before it. Locks are taken in one order: the endpoint's row, its feed, rows of deliveries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from portal.kernel.db import db
from portal.kernel.errors import N_, BadInput, Conflict
from portal.kernel.jobs import job
from portal.kernel.keys import Erased, preload
from portal.webhooks.domain import SETTLED, TEST, State, Waits
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.feed.models import FeedPosition, WebhookFeed
from portal.webhooks.models import Delivery

# So many get their position by one statement.
BATCH = 1000


class NotFetched(Conflict):
    message = N_("Choose in the console that your programs fetch the messages.")


class NoSuchPosition(BadInput):
    kind = "bad-place"
    message = N_("Ask for what follows by the position that the answer before it gave.")


@dataclass(frozen=True)
class Fetched:
    """A message in the feed; `body` is what would be sent."""

    position: int
    id: UUID
    body: str


def choose(provider_slug: str, by: UUID) -> None:
    """Nothing is sent from now on; all that waits or was given up is there to be fetched."""
    endpoints.let_fetch(provider_slug, by)
    waiting = update(Delivery).where(
        Delivery.provider_slug == provider_slug,
        Delivery.state.in_((State.PENDING, State.HELD, State.DEAD)),
        Delivery.kept_back.is_(False),
        Delivery.unshaped.is_(False),
        Delivery.type != TEST,
    )
    db.session.execute(waiting.values(state=State.HELD, waits=Waits.OFF, next_at=None))


def place(provider_slug: str) -> tuple[int, int]:
    """The last position that was given, and the last one that was acknowledged."""
    known = db.session.get(WebhookFeed, provider_slug)
    return (known.last, known.read) if known else (0, 0)


@job(queue="webhooks")
def number() -> None:
    """Give a position to each message that is to be fetched and has none yet."""
    for provider_slug in endpoints.fetching():
        if endpoints.is_fetched(endpoints.of(provider_slug, lock="share")):
            _number(provider_slug)


def _number(provider_slug: str) -> None:
    feed = _locked(provider_slug)
    while found := db.session.scalars(_unnumbered(feed)).all():
        rows = [
            {"delivery_id": each, "provider_slug": provider_slug, "position": feed.last + count}
            for count, each in enumerate(found, start=1)
        ]
        put = insert(FeedPosition).values(rows)
        moved = {"position": put.excluded.position}
        db.session.execute(put.on_conflict_do_update(index_elements=["delivery_id"], set_=moved))
        db.session.execute(
            update(Delivery).where(Delivery.id.in_(found)).values(waits=Waits.FEED),
        )
        feed.last += len(found)
        db.session.flush()


def fetch(provider_slug: str, after: int, limit: int) -> list[Fetched]:
    """Messages behind this position, one more than `limit` if there are; those up to it arrived.

    Raises NotFetched, NoSuchPosition.
    """
    if not endpoints.is_fetched(endpoints.of(provider_slug, lock="share")):
        raise NotFetched
    last, read = place(provider_slug)
    if after > last:
        raise NoSuchPosition
    if after > read:
        _acknowledge(_locked(provider_slug), after)
    wanted = _readable(provider_slug).where(FeedPosition.position > after).limit(limit + 1)
    return list(_opened(db.session.execute(wanted.order_by(FeedPosition.position)).all()))


def _acknowledge(feed: WebhookFeed, position: int) -> None:
    """What stands up to there arrived, but for what was held back meanwhile."""
    ids = _readable(feed.provider_slug).where(
        FeedPosition.position > feed.read, FeedPosition.position <= position
    )
    found = ids.with_only_columns(Delivery.id).order_by(Delivery.id).with_for_update(of=Delivery)
    arrived = update(Delivery).where(Delivery.id.in_(db.session.scalars(found).all()))
    db.session.execute(arrived.values(state=State.DELIVERED, waits=None))
    feed.read = max(feed.read, position)
    db.session.flush()


def _opened(rows: Sequence[Any]) -> list[Fetched]:
    """Those that still can be: what told of somebody who was erased is skipped."""
    preload(delivery.subject_id for delivery, _ in rows)
    told = []
    for delivery, position in rows:
        try:
            told.append(Fetched(position, delivery.id, delivery.body))
        except Erased:
            delivery.state, delivery.waits = State.SKIPPED, None
    return told


def _locked(provider_slug: str) -> WebhookFeed:
    row = {"provider_slug": provider_slug, "last": 0, "read": 0}
    db.session.execute(insert(WebhookFeed).values(row).on_conflict_do_nothing())
    wanted = select(WebhookFeed).where(WebhookFeed.provider_slug == provider_slug)
    fresh = wanted.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(fresh).one()


def _unnumbered(feed: WebhookFeed) -> Select[UUID]:
    """Those without a position, or passed over at theirs while something held them back.

    An earlier message about the same comes first, so it is in this batch or in one before.
    """
    earlier, its = aliased(Delivery), aliased(FeedPosition)
    is_free = and_(_is_open(earlier), earlier.waits.in_((Waits.OFF, Waits.FEED)))
    passed_over = and_(Delivery.waits == Waits.FEED, its.position <= feed.read)
    wanted = select(Delivery.id).outerjoin(its, its.delivery_id == Delivery.id)
    return (
        wanted.where(
            Delivery.provider_slug == feed.provider_slug,
            _is_open(Delivery),
            or_(Delivery.waits == Waits.OFF, passed_over),
            ~_before(earlier).where(is_free.is_not(True)).exists(),
        )
        .order_by(Delivery.sequence, Delivery.id)
        .limit(BATCH)
        .with_for_update(of=Delivery)
    )


def _readable(provider_slug: str) -> Select[*tuple[Any, ...]]:
    """Those in the feed that no earlier message about the same is missing before."""
    earlier, its = aliased(Delivery), aliased(FeedPosition)
    comes_first = and_(
        _is_open(earlier), earlier.waits == Waits.FEED, its.position < FeedPosition.position
    )
    missing = _before(earlier).outerjoin(its, its.delivery_id == earlier.id)
    return (
        select(Delivery, FeedPosition.position)
        .join(FeedPosition, FeedPosition.delivery_id == Delivery.id)
        .where(
            FeedPosition.provider_slug == provider_slug,
            _is_open(Delivery),
            Delivery.waits == Waits.FEED,
            ~missing.where(comes_first.is_not(True)).exists(),
        )
    )


def _is_open(one: Any) -> ColumnElement[bool]:
    return and_(one.state == State.HELD, one.kept_back.is_(False))


def _before(earlier: Any) -> Select[UUID]:
    """What is unsettled about the same before a delivery."""
    return select(earlier.id).where(
        earlier.about_id == Delivery.about_id,
        earlier.sequence < Delivery.sequence,
        earlier.state.not_in(SETTLED),
    )
