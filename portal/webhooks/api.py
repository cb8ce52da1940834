"""A department's programs: fetch its messages, see which were sent, and have them sent again."""

import json
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for
from pydantic import AwareDatetime, BaseModel, Field

from portal.api import service as answers
from portal.api import tags
from portal.api.access import calling, program
from portal.api.bodies import Query, asked
from portal.api.openapi import Operation, Sample, described
from portal.kernel.settings import current
from portal.webhooks import domain, service
from portal.webhooks.described import AT, DATA
from portal.webhooks.feed import service as feed
from portal.webhooks.lists import service as lists
from portal.webhooks.lists.service import Wanted

pages = Blueprint("events_api", __name__, url_prefix="/api/v1/provider")
ID = "0192f3c4-5d1e-7a3b-9c2d-4e5f60718293"
Shown = Literal["waiting", "failed", "held", "dead", "sent", "skipped"]


class Place(Query):
    limit: int = Field(default=50, ge=1, le=200, description="how many at most")
    after: int = Field(
        default=0, ge=0, lt=2**62, description="the position up to which you have received all"
    )


class EventOut(BaseModel):
    position: int
    id: UUID = Field(description="the webhook-id that a sent message has; each id counts once")
    type: str
    timestamp: datetime = Field(description="when it happened")
    data: dict[str, Any]


class EventsOut(BaseModel):
    events: list[EventOut]
    after: int = Field(description="what to ask with next, once you have stored these")
    next: str | None = Field(description="the address of what follows; null when nothing does yet")


class Listed(Query):
    limit: int = Field(default=50, ge=1, le=200, description="how many at most")
    after: UUID | None = Field(default=None, description="the place that the page before ended at")
    state: Shown | None = Field(default=None, description="those in this state alone")
    type: str | None = Field(default=None, max_length=60, description="those of this type alone")
    reference: str | None = Field(
        default=None, min_length=1, max_length=60, description="those about this application alone"
    )


class DeliveryOut(BaseModel):
    id: UUID
    type: str
    reference: str
    sequence: int
    state: Shown = Field(description="a failed one is tried again, a dead one is not")
    tries: int
    made_at: datetime
    next_try_at: datetime | None


class DeliveriesOut(BaseModel):
    deliveries: list[DeliveryOut]
    next: str | None = Field(description="the address of the next page, as in the Link header")


class Time(Query):
    since: AwareDatetime = Field(alias="from", description="of messages made then or later")
    until: AwareDatetime = Field(alias="to", description="of messages made before")


class Replayed(BaseModel):
    replayed: int = Field(description="messages; those that waited for one of them follow it")


def _event(sample: Sample) -> dict[str, Any]:
    kind = "application.withdrawn"
    event = {"position": 57, "id": ID, "type": kind, "timestamp": AT, "data": DATA[kind](sample)}
    return {"events": [event], "after": 57, "next": None}


def _delivery(sample: Sample) -> dict[str, Any]:
    return {
        "id": ID,
        "type": "application.submitted",
        "reference": sample.reference,
        "sequence": 1,
        "state": "waiting",
        "tries": 10,
        "made_at": AT,
        "next_try_at": AT,
    }


EVENTS = Operation(
    "Fetch the messages of your provider",
    gives=EventsOut,
    description="For a provider that has no server: choose it in the console. Each event is what"
    " would be sent. Store them, then ask with `after`: what stands up to there has arrived, and"
    " does not come again. An event may come twice before that. Messages of one application stand"
    " in their order.",
    asks=Place,
    given=_event,
    refusals=(feed.NotFetched, feed.NoSuchPosition),
    tagged=True,
    paged=True,
)
LIST = Operation(
    "List the messages of your provider",
    gives=DeliveriesOut,
    description="The newest first, without what they say.",
    asks=Listed,
    given=lambda sample: {"deliveries": [_delivery(sample)], "next": None},
    tagged=True,
    paged=True,
)
REPLAY = Operation(
    "Send a message again that was given up",
    gives=DeliveryOut,
    status=202,
    description="Its schedule begins anew; those that waited for it follow.",
    given=_delivery,
    refusals=(domain.NoSuchDelivery, domain.NotDead),
    keyed=True,
)
REPLAY_MADE = Operation(
    "Send all messages of a time again that were given up",
    gives=Replayed,
    status=202,
    description="The time is when they were made: from `from`, and before `to`.",
    asks=Time,
    given={"replayed": 12},
    refusals=(domain.NothingGivenUp,),
    keyed=True,
)


@pages.get("/events")
@program("provider")
@described(EVENTS)
def events() -> Response:
    wanted = asked(Place)
    found = feed.fetch(calling().provider_slug, wanted.after, wanted.limit)
    shown = [
        EventOut(position=one.position, id=one.id, **json.loads(one.body))
        for one in found[: wanted.limit]
    ]
    after = shown[-1].position if shown else wanted.after
    follows = _address(".events", after) if len(found) > wanted.limit else None
    return tags.answer(EventsOut(events=shown, after=after, next=follows), _link(follows))


@pages.get("/deliveries")
@program("provider")
@described(LIST)
def deliveries() -> Response:
    wanted = asked(Listed)
    kept = Wanted(wanted.state or "", wanted.type or "", wanted.reference or "")
    mine = calling().provider_slug
    found = lists.deliveries(mine, kept, before=wanted.after, limit=wanted.limit + 1)
    shown = [_out(one) for one in found[: wanted.limit]]
    follows = _address(".deliveries", shown[-1].id) if len(found) > wanted.limit else None
    return tags.answer(DeliveriesOut(deliveries=shown, next=follows), _link(follows))


@pages.post("/deliveries/<uuid:delivery_id>/replay")
@program("provider")
@described(REPLAY)
def replay(delivery_id: UUID) -> tuple[Response, int]:
    def work() -> tuple[Any, int]:
        mine = frozenset({calling().provider_slug})
        return _out(service.replay(delivery_id, mine, _actor())).model_dump(mode="json"), 202

    return _once(work)


@pages.post("/deliveries/replay")
@program("provider")
@described(REPLAY_MADE)
def replay_made() -> tuple[Response, int]:
    wanted = asked(Time)

    def work() -> tuple[Any, int]:
        mine = calling().provider_slug
        count = service.replay_made(mine, wanted.since, wanted.until, _actor())
        return Replayed(replayed=count).model_dump(mode="json"), 202

    return _once(work)


def _once(work: Any) -> tuple[Response, int]:
    key, raw = request.headers.get("Idempotency-Key"), request.full_path.encode()
    told, status = answers.once(calling(), key, raw, work)
    return jsonify(told), status


def _actor() -> str:
    return f"token:{calling().token_id}"


def _out(row: Any) -> DeliveryOut:
    return DeliveryOut.model_validate(
        {
            "id": row.id,
            "type": row.type,
            "reference": row.reference,
            "sequence": row.sequence,
            "state": domain.shown(row.state, failed=row.attempts > row.attempts_before),
            "tries": row.attempts,
            "made_at": row.created_at,
            "next_try_at": row.next_at,
        }
    )


def _address(view: str, after: object) -> str:
    """The same list from behind this place."""
    same: dict[str, Any] = request.args.to_dict() | {"after": str(after)}
    return current().kernel.base_url + url_for(view, **same)


def _link(follows: str | None) -> dict[str, str]:
    return {"Link": f'<{follows}>; rel="next"'} if follows else {}
