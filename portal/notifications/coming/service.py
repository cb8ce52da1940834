"""What comes up for a person, whom to remind, and the private calendar. Alone at its table."""

import base64
import binascii
import hmac
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import cast
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import service as accounts
from portal.audit import service as audit
from portal.i18n import gettext, speaking
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.kernel.keys import Erased, keyring
from portal.kernel.room import Coming, Reminding, Room
from portal.kernel.settings import current
from portal.notifications.coming import calendar
from portal.notifications.coming.models import CalendarFeed
from portal.notifications.domain import NoSuchFeed, Words
from portal.notifications.telling import service as telling

KIND = "reminders"
LATE = timedelta(days=3)
SIGNED = 16


def of_person(person_id: UUID) -> list[Coming]:
    """What waits without a day first, then by day."""
    found = [item for source in _sources() for item in source.of_person(person_id)]
    return sorted(found, key=lambda item: (item.on or date.min, item.key))


def remind() -> None:
    """Tell all whose day has come: once for each such day, however often this runs."""
    for person_id in sorted(set(_due(clock.today()))):
        defer(remind_one, person_id=str(person_id))


@job(queue="mail")
def remind_one(person_id: str) -> None:
    for reader_id in telling.readers(UUID(person_id)):
        _remind(UUID(person_id), reader_id, clock.today())


def _due(today: date) -> Iterator[UUID]:
    for source in _sources():
        if source.to_remind is not None:
            yield from source.to_remind(today)


def _remind(person_id: UUID, reader_id: UUID, today: date) -> None:
    """A guardian is told in their own language, and first chooses for whom they act."""
    reader = telling.reader_of(reader_id)
    if reader is None:
        return
    with speaking(reader.language):
        items = of_person(person_id)
    for item in items:
        if item.remind_on is not None and today - LATE <= item.remind_on <= today:
            path = item.path if reader_id == person_id else "act-for"
            say = partial(_words, item, path)
            key = f"due:{item.key}:{item.remind_on}:{reader_id}"
            telling.tell(reader_id, KIND, key, say)


def _words(item: Coming, path: str) -> Words:
    return Words(item.title, item.body, gettext("Something of yours falls due."), path)


def ics(items: Sequence[Coming], only: str | None = None) -> bytes:
    return calendar.written(item for item in items if only in (None, item.key))


def ics_for(person_id: UUID) -> bytes:
    """In the person's own language. Raises NoSuchFeed for who left."""
    try:
        language = accounts.details(person_id).language
    except (accounts.NoSuchPerson, Erased) as error:
        raise NoSuchFeed from error
    with speaking(language):
        return ics(of_person(person_id))


def feed(person_id: UUID) -> str | None:
    """The private address, if the person wants one."""
    mine = select(CalendarFeed.id).where(CalendarFeed.subject_id == person_id)
    found = db.session.scalar(mine)
    return f"{current().kernel.base_url}/calendar/{_token(found)}" if found else None


def open_feed(person_id: UUID) -> None:
    """A new address; the one before it leads nowhere any more."""
    close_feed(person_id)
    row = CalendarFeed(subject_id=person_id)
    values = {"id": row.id, "created_at": row.created_at, "subject_id": person_id}
    put = insert(CalendarFeed).values(values)
    db.session.execute(put.on_conflict_do_nothing(index_elements=["subject_id"]))
    _told("notifications.feed_opened", person_id)


def close_feed(person_id: UUID) -> None:
    mine = delete(CalendarFeed).where(CalendarFeed.subject_id == person_id)
    if db.session.execute(mine.returning(CalendarFeed.id)).first():
        _told("notifications.feed_closed", person_id)


def forget(person_id: UUID) -> None:
    db.session.execute(delete(CalendarFeed).where(CalendarFeed.subject_id == person_id))


def reader_of_feed(token: str) -> UUID:
    """Raises NoSuchFeed."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        feed_id = UUID(bytes=raw[:16])
    except (ValueError, binascii.Error) as error:
        raise NoSuchFeed from error
    if not hmac.compare_digest(raw[16:], _signature(feed_id)):
        raise NoSuchFeed
    found = db.session.scalar(select(CalendarFeed.subject_id).where(CalendarFeed.id == feed_id))
    if found is None:
        raise NoSuchFeed
    return found


def _token(feed_id: UUID) -> str:
    return base64.urlsafe_b64encode(feed_id.bytes + _signature(feed_id)).decode().rstrip("=")


def _signature(feed_id: UUID) -> bytes:
    return hmac.digest(keyring().part("calendar"), feed_id.bytes, "sha256")[:SIGNED]


def _sources() -> list[Reminding]:
    rooms = cast("tuple[Room, ...]", current_app.extensions["rooms"])
    return [source for room in rooms for source in room.reminds]


def _told(act: str, person_id: UUID) -> None:
    audit.record(act, about=f"person:{person_id}", actor=person_id, subject_id=person_id)
