"""Noting by which ways a message went out, and telling how far it came. Alone at its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.kernel import clock
from portal.kernel.db import db
from portal.notifications.domain import Channel
from portal.notifications.sendings.models import NoticeSending
from portal.post.domain import Standing, State
from portal.post.reports import service as reports

COUNTED = timedelta(days=30)
# By kind, way and state.
Totals = Mapping[tuple[str | None, str, str], int]


@dataclass(frozen=True)
class Sent:
    """One way that a message went by, how far it came, and since when."""

    way: str
    state: State
    at: datetime


def went(person_id: UUID, notices: Sequence[UUID], kind: str, way: str, name: str) -> None:
    """Note that what has this name carries these messages; noted before, it stays."""
    state = State.PENDING if way == Channel.PUSH else None
    rows = [
        NoticeSending(subject_id=person_id, notice_id=notice_id, kind=kind, way=way, name=name)
        for notice_id in notices
    ]
    for row in rows:
        row.state, row.changed_at = state, None
    columns = [column.key for column in NoticeSending.__table__.columns]
    values = [{key: getattr(row, key) for key in columns} for row in rows]
    if values:
        db.session.execute(insert(NoticeSending).values(values).on_conflict_do_nothing())


def rang(name: str, *, taken: bool) -> None:
    """What a push service said; one browser that is reached is enough."""
    state = State.SENT if taken else State.FAILED
    named = update(NoticeSending).where(
        NoticeSending.name == name, NoticeSending.state != State.SENT
    )
    db.session.execute(named.values(state=state, changed_at=clock.now()))


def of_notices(notices: Sequence[UUID]) -> Mapping[UUID, Sequence[Sent]]:
    """By message: each way that it went by, in the order of the alphabet."""
    rows = db.session.scalars(
        select(NoticeSending)
        .where(NoticeSending.notice_id.in_(notices))
        .order_by(NoticeSending.way, NoticeSending.id)
    ).all()
    posted = reports.of_keys({row.name for row in rows if row.state is None})
    found: dict[UUID, list[Sent]] = {}
    for row in rows:
        stands = _standing(row, posted)
        if stands is not None:
            found.setdefault(row.notice_id, []).append(Sent(row.way, stands.state, stands.at))
    return found


def _standing(row: NoticeSending, posted: Mapping[str, Standing]) -> Standing | None:
    if row.state is None:
        return posted.get(row.name)
    return Standing(State(row.state), row.changed_at or row.created_at)


def totals() -> Totals:
    """Of the last days, as those of the post: calls to browsers, each once."""
    calls = func.count(NoticeSending.name.distinct())
    by = NoticeSending.kind, NoticeSending.way, NoticeSending.state
    lately = NoticeSending.state.is_not(None), NoticeSending.created_at >= clock.now() - COUNTED
    rows = db.session.execute(select(*by, calls).where(*lately).group_by(*by))
    return {(kind, way, state or ""): n for kind, way, state, n in rows}


def forget(person_id: UUID) -> None:
    mine = NoticeSending.subject_id == person_id
    db.session.execute(delete(NoticeSending).where(mine))
