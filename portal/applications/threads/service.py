"""Writing and reading the messages of an application. The only user of their tables."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import insert

from portal.applications import domain as cases
from portal.applications.domain import Actor, Author
from portal.applications.events import MessageWritten
from portal.applications.records import service as records
from portal.applications.service import Case, NoSuchApplication
from portal.applications.threads import domain
from portal.applications.threads.domain import Side
from portal.applications.threads.models import CaseMessage, CaseReading
from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.registry import service as registry

Written = CaseMessage


def write(
    application: Case, author: Author, text: str, papers: Sequence[Mapping[str, Any]] = ()
) -> CaseMessage:
    """Add a message to the thread; whoever calls has locked the application.

    Raises Closed, EmptyMessage, TooMuch, OwnCase, HelpedWithIt.
    """
    side = domain.side_of(author.kind)
    if not is_open(application):
        raise domain.Closed
    if not 0 < len(text.strip()) <= domain.LONGEST:
        raise domain.EmptyMessage
    _check_stranger(application, author)
    _check_pace(application, side)
    row = CaseMessage(
        subject_id=application.subject_id,
        application_id=application.id,
        number=_last(application) + 1,
        side=side,
        author=author.kind,
        author_id=author.id,
        mandate_id=author.under,
    )
    row.text, row.papers = text.strip(), [dict(one) for one in papers] or None
    db.session.add(row)
    audit.record(
        "application.message",
        about=f"application:{application.id}",
        actor=author.id,
        subject_id=application.subject_id,
    )
    db.session.flush()
    # Whoever answers has read what was there.
    read(application, side)
    publish(MessageWritten(application.id, row.number, side))
    return row


def _check_stranger(application: Case, author: Author) -> None:
    """Officers write of other people's applications alone."""
    if author.kind is not Actor.OFFICER:
        return
    officer = author.id.removeprefix("person:")
    if officer == str(application.person_id):
        raise cases.OwnCase
    if records.has_helped(application, officer):
        raise cases.HelpedWithIt


def _check_pace(application: Case, side: Side) -> None:
    lately = select(func.count()).where(
        CaseMessage.application_id == application.id,
        CaseMessage.side == side,
        CaseMessage.created_at > clock.now() - domain.WITHIN,
    )
    if (db.session.scalar(lately) or 0) >= domain.MOST:
        raise domain.TooMuch(int(domain.WITHIN.total_seconds()))


def is_open(application: Case) -> bool:
    """From when the provider has it until its appeals are over."""
    if application.submitted_at is None:
        return False
    last = open_until(application)
    return last is None or records.today(application) <= last


def open_until(application: Case) -> date | None:
    """The last day for messages; None while the application has not ended."""
    if not cases.is_over(cases.State(application.state)):
        return None
    offer = registry.version(application.version_id)
    zone = ZoneInfo(offer.provider.calendar.zone)
    ended_on = application.changed_at.astimezone(zone).date()
    return domain.until(offer.service.appeals or (), ended_on)


def thread(application: Case) -> Sequence[CaseMessage]:
    mine = select(CaseMessage).where(CaseMessage.application_id == application.id)
    return db.session.scalars(mine.order_by(CaseMessage.number)).all()


def _last(application: Case) -> int:
    newest = select(func.max(CaseMessage.number)).where(
        CaseMessage.application_id == application.id
    )
    return db.session.scalar(newest) or 0


def read(application: Case, side: Side) -> None:
    """Note that the side has read all that is there; never less than it had read."""
    newest = _last(application)
    if not newest:
        return
    row = CaseReading(application_id=application.id, side=side, number=newest)
    values = {column.name: getattr(row, column.name) for column in CaseReading.__table__.columns}
    put = insert(CaseReading).values(values)
    further = put.on_conflict_do_update(
        index_elements=["application_id", "side"],
        set_={"number": put.excluded.number},
        where=CaseReading.number < put.excluded.number,
    )
    db.session.execute(further)


def unread(application_ids: Collection[UUID], side: Side) -> dict[UUID, int]:
    """How many messages of the other side are unread, for those applications that have some."""
    if not application_ids:
        return {}
    mine = and_(CaseReading.application_id == CaseMessage.application_id, CaseReading.side == side)
    counted = (
        select(CaseMessage.application_id, func.count())
        .outerjoin(CaseReading, mine)
        .where(
            CaseMessage.application_id.in_(application_ids),
            CaseMessage.side == side.other,
            CaseMessage.number > func.coalesce(CaseReading.number, 0),
        )
        .group_by(CaseMessage.application_id)
    )
    return {row[0]: row[1] for row in db.session.execute(counted)}


def unread_of_person(application: Case) -> int:
    return unread({application.id}, Side.PERSON).get(application.id, 0)


def paper(application: Case, message_id: UUID, file_id: UUID) -> UUID:
    """The id of a file that came with a message. Raises NoSuchApplication."""
    row = db.session.get(CaseMessage, message_id)
    if row is None or row.application_id != application.id:
        raise NoSuchApplication
    if str(file_id) not in {one["file"] for one in row.papers or ()}:
        raise NoSuchApplication
    return file_id
