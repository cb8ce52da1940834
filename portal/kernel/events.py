"""What happened, told upward: stored in its own transaction, heard within it and after it."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from flask import current_app
from pydantic import TypeAdapter
from sqlalchemy.orm import Mapped

from portal.kernel import jobs
from portal.kernel.db import Base, Json, Row, append_only, db

Listener = Callable[[Any], None]


@dataclass(frozen=True)
class Event:
    """Subclasses name a past fact and hold ids, codes and dates: never personal data."""


@append_only
class StoredEvent(Row, Base):
    __tablename__ = "stored_events"

    name: Mapped[str]
    payload: Mapped[Json]


@dataclass(frozen=True)
class Listeners:
    """Who hears what, collected from the rooms by create_app."""

    within: Mapping[type[Event], tuple[Listener, ...]] = field(default_factory=dict)
    after: Mapping[type[Event], tuple[Listener, ...]] = field(default_factory=dict)


def collect(pairs: Iterable[Mapping[type[Event], tuple[Listener, ...]]]) -> dict[Any, Any]:
    """Put the listeners of several rooms together, in the rooms' order."""
    together: dict[type[Event], tuple[Listener, ...]] = {}
    for pair in pairs:
        for event, listeners in pair.items():
            together[event] = together.get(event, ()) + listeners
    return together


def publish(event: Event) -> None:
    """Store the event, let `within` listeners act now, and defer a job for each `after` listener.

    A fault in a `within` listener undoes the whole transaction; one in an `after` listener is
    retried alone and undoes nothing.
    """
    stored = StoredEvent(name=type(event).__name__, payload=_plain(event))
    db.session.add(stored)
    told = _listeners()
    if within := told.within.get(type(event)):
        # Those who hear it see what was done; without them it is written with what comes next.
        db.session.flush()
        for listener in within:
            listener(event)
    for listener in told.after.get(type(event), ()):
        jobs.defer(tell, event_id=str(stored.id), listener=_name(listener))


@jobs.job(queue="events")
def tell(event_id: str, listener: str) -> None:
    """Let one `after` listener hear one stored event; it may hear it twice."""
    stored = db.session.get_one(StoredEvent, UUID(event_id))
    for event, listeners in _listeners().after.items():
        for hears in listeners:
            if event.__name__ == stored.name and _name(hears) == listener:
                hears(_reader(cast("Hashable", event)).validate_python(stored.payload))


@cache
def _reader(event: Any) -> TypeAdapter[Any]:
    return TypeAdapter(event)


def _listeners() -> Listeners:
    return cast("Listeners", current_app.extensions["listeners"])


def _name(listener: Listener) -> str:
    return f"{listener.__module__}.{listener.__qualname__}"


def _plain(event: Event) -> Json:
    return {
        name: str(value) if isinstance(value, UUID | date | datetime) else value
        for name, value in asdict(event).items()
    }
