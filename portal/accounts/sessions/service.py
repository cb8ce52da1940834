"""Sessions kept on the server: an opaque token in a cookie, everything else in a row.

The row is written by the transaction of the request, just before it commits. A request that was
rolled back keeps its words (the token of forms, notices) but signs nobody in. Nothing is read
before a page asks, and nothing is written for a visitor whose session stays empty.
"""

import hashlib
import secrets
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from flask import Flask, Request, Response, g, has_request_context
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin, session_json_serializer
from sqlalchemy import Row, Table, bindparam, delete, event, func, insert, or_, select, update
from sqlalchemy.orm import Session as Transaction

from portal.accounts.domain import AT_MOST, IDLE, Level
from portal.accounts.sessions.models import SessionRow
from portal.kernel import clock, crypto, ids
from portal.kernel.db import db
from portal.kernel.errors import SignInNeeded
from portal.kernel.settings import current
from portal.web.access import stands_alone

TOUCHED_EVERY = timedelta(minutes=1)
OF_FORMS = "csrf_token"
# Statements that nearly every page sends are put together once: that costs more than sending them.
TABLE = cast("Table", SessionRow.__table__)
IS_LIVE = (TABLE.c.ends > bindparam("now")) & or_(
    *((TABLE.c.level == level) & (TABLE.c.seen > bindparam(f"since_{level}")) for level in Level)
)
FIND = select(TABLE).where(TABLE.c.token_hash == bindparam("mine"), IS_LIVE)
PUT = insert(TABLE)
CHANGE = update(TABLE).where(TABLE.c.id == bindparam("mine"))


@dataclass(frozen=True)
class Standing:
    """Which row the session is, and whom it stands for. `token` is None before there is a row.

    `how` names the factors that were shown, and `confirmed` is when that was last.
    """

    id: UUID
    token: str | None
    level: Level
    person_id: UUID | None
    seen: datetime
    ends: datetime
    how: str | None = None
    confirmed: datetime | None = None


class VisitorSession(SessionMixin, MutableMapping[str, Any]):
    """What Flask knows as `session`; read from its row when it is first asked."""

    def __init__(self, token: str | None) -> None:
        self.given = token
        self.opened = False
        self.modified = False
        self.kept: dict[str, Any] = {}
        self.found: dict[str, Any] = {}
        self.loaded = self.standing = _nobody()

    @property
    def now(self) -> Standing:
        self._open()
        return self.standing

    def stand(self, standing: Standing) -> None:
        self._open()
        self.standing = standing
        self.modified = True

    def revert(self) -> None:
        """The transaction was undone, so the session is whose it was and says what it said."""
        if self.standing != self.loaded or self.modified:
            of_forms = {OF_FORMS: self.kept[OF_FORMS]} if OF_FORMS in self.kept else {}
            self.standing = self.loaded
            self.kept = self.found | of_forms
            self.modified = True

    def _open(self) -> None:
        if not self.opened:
            # Set first: the error page must do without a session that cannot be read.
            self.opened = True
            if self.given and not stands_alone() and (row := _find(self.given)):
                self.loaded = self.standing = _standing(row, self.given)
                self.kept = _read(row, self.given)
                self.found = dict(self.kept)

    def __getitem__(self, key: str) -> Any:
        self._open()
        return self.kept[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._open()
        self.kept[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        self._open()
        del self.kept[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        self._open()
        return iter(self.kept)

    def __len__(self) -> int:
        self._open()
        return len(self.kept)


class ServerSessions(SessionInterface):
    def open_session(self, app: Flask, request: Request) -> VisitorSession:  # noqa: ARG002 - Flask's
        return VisitorSession(request.cookies.get(cookie_name()))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        held = cast("VisitorSession", session)
        if not held.opened or stands_alone():
            return
        response.vary.add("Cookie")
        if not held.kept and held.standing.level is Level.VISITOR:
            _drop(held, response)
        elif held.standing.token is None or held.standing.token != held.loaded.token:
            _insert(held, response)
        elif held.modified or clock.now() - held.standing.seen >= TOUCHED_EVERY:
            _update(held, response)


def install(app: Flask) -> None:
    app.session_interface = ServerSessions()


@event.listens_for(db.session, "after_rollback")
def _revert(transaction: Transaction) -> None:
    if has_request_context() and not transaction.in_nested_transaction():
        _held().revert()


def cookie_name() -> str:
    return "__Host-session" if current().kernel.secure else "session"


def standing() -> Standing:
    """Who stands behind this request, and how far the sign-in has come."""
    return _held().now


def begin(
    level: Level, person_id: UUID, lasts: timedelta = AT_MOST, *, how: str | None = None
) -> None:
    """Give the visitor a new session, with a new token, at this level.

    What pages kept for the visitor stays; the token of forms does not. Raises SignInNeeded when
    the session that the visitor came with was ended in the meantime.
    """
    held = _held()
    if held.now.token is not None and not _delete(held.loaded):
        raise SignInNeeded
    held.pop(OF_FORMS, None)
    g.pop(OF_FORMS, None)
    fresh = replace(_nobody(lasts), level=level, person_id=person_id, token=_token(), how=how)
    held.stand(replace(fresh, confirmed=fresh.seen if level is Level.SIGNED_IN else None))


def end() -> None:
    """Sign out here."""
    held = _held()
    if held.now.token is not None:
        _delete(held.loaded)
    held.clear()
    g.pop(OF_FORMS, None)
    held.stand(_nobody())


def end_all(person_id: UUID, *, but: UUID | None = None) -> None:
    """Sign out everywhere, or everywhere but in the session of this id."""
    theirs = delete(SessionRow).where(SessionRow.person_id == person_id)
    db.session.execute(theirs if but is None else theirs.where(SessionRow.id != but))


def count(person_id: UUID) -> int:
    """How many browsers the person is signed in with."""
    mine = select(func.count()).where(
        TABLE.c.person_id == person_id, TABLE.c.level == Level.SIGNED_IN, IS_LIVE
    )
    return db.session.scalar(mine, _live_now()) or 0


def open_row(person_id: UUID, lasts: timedelta = AT_MOST) -> str:
    """Make a signed-in session outside of a request; returns its token, the cookie's value."""
    token = _token()
    nobody = _nobody(lasts)
    who = replace(nobody, level=Level.SIGNED_IN, person_id=person_id, token=token)
    who = replace(who, confirmed=nobody.seen)
    db.session.execute(PUT, _columns(who, {}) | {"created_at": who.seen})
    return token


def sweep() -> None:
    """Remove ended sessions."""
    db.session.execute(delete(TABLE).where(~IS_LIVE), _live_now())


def _held() -> VisitorSession:
    return cast("VisitorSession", cast("Any", flask_session)._get_current_object())  # noqa: SLF001


def _token() -> str:
    return secrets.token_urlsafe(32)


def _nobody(lasts: timedelta = AT_MOST) -> Standing:
    now = clock.now()
    return Standing(ids.uuid7(), None, Level.VISITOR, None, now, now + lasts)


def _live_now() -> dict[str, datetime]:
    """What IS_LIVE compares with."""
    now = clock.now()
    return {"now": now} | {f"since_{level}": now - IDLE[level] for level in Level}


def _find(token: str) -> Row[Any] | None:
    mine = {"mine": crypto.token_hash(token)}
    return db.session.execute(FIND, mine | _live_now()).first()


def _standing(row: Row[Any], token: str) -> Standing:
    who = Standing(row.id, token, Level(row.level), row.person_id, row.seen, row.ends)
    return replace(who, how=row.how, confirmed=row.confirmed)


def _columns(who: Standing, values: dict[str, Any]) -> dict[str, Any]:
    token = cast("str", who.token)
    return {
        "id": who.id,
        "token_hash": crypto.token_hash(token),
        "person_id": who.person_id,
        "level": who.level,
        "how": who.how,
        "confirmed": who.confirmed,
        "data": _sealed(values, who.id, token),
        "seen": clock.now(),
        "ends": who.ends,
    }


def _insert(held: VisitorSession, response: Response) -> None:
    if held.standing.token is None:
        held.standing = replace(held.standing, token=_token())
    values = _columns(held.standing, held.kept)
    db.session.execute(PUT, values | {"created_at": clock.now()})
    _set_cookie(response, cast("str", held.standing.token))


def _update(held: VisitorSession, response: Response) -> None:
    """Never makes a row: one that was ended in the meantime stays ended."""
    values = _columns(held.standing, held.kept)
    mine = {"mine": values.pop("id")}
    if not cast("Any", db.session.execute(CHANGE, mine | values)).rowcount:  # ended meanwhile
        _delete_cookie(response)


def _drop(held: VisitorSession, response: Response) -> None:
    if held.standing.token is not None:
        _delete(held.standing)
    if held.given:
        _delete_cookie(response)


def _delete(stored: Standing) -> bool:
    """Whether there was such a row."""
    mine = delete(SessionRow).where(SessionRow.id == stored.id)
    return bool(cast("Any", db.session.execute(mine)).rowcount)


def _set_cookie(response: Response, token: str) -> None:
    secure = current().kernel.secure
    response.set_cookie(
        cookie_name(), token, httponly=True, secure=secure, samesite="Lax", path="/"
    )


def _delete_cookie(response: Response) -> None:
    secure = current().kernel.secure
    response.delete_cookie(cookie_name(), httponly=True, secure=secure, samesite="Lax", path="/")


def _data_key(token: str) -> bytes:
    return hashlib.sha256(f"session data {token}".encode()).digest()


def _sealed(values: dict[str, Any], row_id: UUID, token: str) -> bytes:
    said = session_json_serializer.dumps(values).encode()
    return crypto.seal(_data_key(token), row_id.bytes, said)


def _read(row: Row[Any], token: str) -> dict[str, Any]:
    if row.data is None:
        return {}
    said = crypto.unseal(_data_key(token), row.id.bytes, row.data)
    return cast("dict[str, Any]", session_json_serializer.loads(said.decode()))
