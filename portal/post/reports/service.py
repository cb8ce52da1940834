"""Taking in what companies report of text messages, and telling how messages fared."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from portal.kernel import clock, signatures
from portal.kernel.db import db
from portal.kernel.settings import current
from portal.post.domain import Channel, Report, ReportForged, ReportUnfit, Standing, State
from portal.post.models import Message
from portal.post.settings import PostSettings
from portal.post.texts import named

# So long ago is counted; the newest of those that did not arrive are listed.
COUNTED, LISTED = timedelta(days=30), 50
LOST = (State.FAILED, State.RETURNED)


@dataclass(frozen=True)
class Lost:
    """A message that did not arrive, without its words and whom it went to."""

    id: UUID
    kind: str | None
    channel: str
    state: str
    error: str | None
    attempts: int
    at: datetime


def are_taken() -> bool:
    return current().of(PostSettings).sms_report_secret is not None


def take(headers: Mapping[str, str], body: bytes) -> bool:
    """Note what a company reports of one text message; False for what is none of ours.

    Told twice, or too late, it changes nothing. Raises ReportForged, ReportUnfit.
    """
    settings = current().of(PostSettings)
    if not signatures.is_signed(headers, body, settings.sms_report_secret or ""):
        raise ReportForged
    report = _read(body, settings)
    message = db.session.scalar(_meant(report.name))
    if message is None:
        return False
    if report.state is not None and message.state in (State.PENDING, State.SENT):
        message.state, message.settled_at = report.state, clock.now()
        message.error = "reported" if report.state == State.FAILED else None
    return True


def _read(body: bytes, settings: PostSettings) -> Report:
    """Of JSON, or of a form. Raises ReportUnfit."""
    said = body
    if not body.lstrip().startswith(b"{"):
        said = json.dumps(dict(parse_qsl(body.decode(errors="replace")))).encode()
    name, state = named(said, settings.sms_report_id), named(said, settings.sms_report_state)
    if name is None or state is None:
        raise ReportUnfit
    return Report(name, state)


def _meant(name: str) -> Select[Message]:
    try:
        ours = or_(Message.id == UUID(name), Message.their_id == name)
    except ValueError:
        ours = Message.their_id == name
    rows = select(Message).where(ours, Message.channel == Channel.TEXT)
    return rows.order_by(Message.id.desc()).limit(1).with_for_update()


def of_keys(keys: Collection[str]) -> Mapping[str, Standing]:
    """How the messages fared that were sent for these occasions."""
    columns = Message.key, Message.state, Message.settled_at, Message.sent_at, Message.created_at
    rows = db.session.execute(select(*columns).where(Message.key.in_(keys))) if keys else ()
    return {
        key: Standing(State(state), settled or sent or made)
        for key, state, settled, sent, made in rows
        if key is not None
    }


def totals() -> Mapping[tuple[str | None, str, str], int]:
    """How many of the last days there are, by kind, channel and state."""
    by = Message.kind, Message.channel, Message.state
    counted = select(*by, func.count()).where(Message.created_at >= clock.now() - COUNTED)
    return {
        (kind, way, state): n for kind, way, state, n in db.session.execute(counted.group_by(*by))
    }


def lost() -> Sequence[Lost]:
    """The newest that did not arrive."""
    columns = Message.id, Message.kind, Message.channel, Message.state, Message.error
    at = func.coalesce(Message.settled_at, Message.created_at)
    rows = select(*columns, Message.attempts, at).where(Message.state.in_(LOST))
    newest = rows.order_by(Message.created_at.desc(), Message.id.desc()).limit(LISTED)
    return [Lost(*row) for row in db.session.execute(newest)]
