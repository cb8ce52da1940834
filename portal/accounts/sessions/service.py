"""Sessions kept on the server: an opaque token in a cookie, everything else in a row.

The row is written by the transaction of the request, just before it commits. A request that was
rolled back keeps its words (the token of forms, notices) but signs nobody in. Nothing is read
before a page asks, and nothing is written for a visitor whose session stays empty.

A session that ended idle has *lapsed*: it opens nothing, but stays readable until its absolute end,
so that a form which was open all the time is known for whose it is (see portal.accounts.held).
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from flask import Flask, Request, Response, flash, g, has_request_context
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import Row, Table, bindparam, delete, event, func, insert, or_, select, text, update
from sqlalchemy.orm import Session as Transaction

from portal.accounts.devices import service as devices
from portal.accounts.devices.domain import Device
from portal.accounts.domain import AT_MOST, IDLE, Level
from portal.accounts.held import service as held_posts
from portal.accounts.sessions import cookies, sealing
from portal.accounts.sessions.models import SessionRow
from portal.audit import service as audit
from portal.i18n import gettext as _
from portal.kernel import clock, crypto, ids
from portal.kernel.db import db
from portal.kernel.errors import NotFound, SignInNeeded
from portal.web.access import stands_alone

__all__ = [
    "SignedIn",
    "Standing",
    "begin",
    "confirm",
    "count",
    "end",
    "end_all",
    "end_as_admin",
    "end_one",
    "end_unfinished",
    "forget",
    "install",
    "lapsed_owner",
    "lasts_until",
    "open_row",
    "signed_in",
    "standing",
    "sweep",
    "touch",
]
TOUCHED_EVERY = timedelta(minutes=1)
AT_ONCE = 5
# The token of forms, and the token of the session that lapsed in this browser before this one.
OF_FORMS, FORMER = "csrf_token", "former"
ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:person, 7305807))")
# Statements that nearly every page sends are put together once: that costs more than sending them.
TABLE = cast("Table", SessionRow.__table__)
IS_LIVE = (TABLE.c.ends > bindparam("now")) & or_(
    *((TABLE.c.level == level) & (TABLE.c.seen > bindparam(f"since_{level}")) for level in Level)
)
FIND = select(TABLE).where(TABLE.c.token_hash == bindparam("mine"))
PUT = insert(TABLE)
CHANGE = update(TABLE).where(TABLE.c.id == bindparam("mine"))


@dataclass(frozen=True)
class Standing:
    """Which row the session is, and whom it stands for. `token` is None before there is a row.

    `how` names the factors that were shown, `confirmed` is when that was last, `since` when the
    sign-in was, and `device` is what is known of the browser, sealed.
    """

    id: UUID
    token: str | None
    level: Level
    person_id: UUID | None
    seen: datetime
    ends: datetime
    how: str | None = None
    confirmed: datetime | None = None
    since: datetime | None = None
    device: bytes | None = None

    @property
    def is_live(self) -> bool:
        now = clock.now()
        return self.ends > now and self.seen > now - IDLE[self.level]

    @property
    def has_lapsed(self) -> bool:
        is_over = self.level is not Level.SIGNED_IN or self.ends <= clock.now()
        return not is_over and not self.is_live


@dataclass(frozen=True)
class SignedIn:
    """One browser in which a person is signed in."""

    id: UUID
    device: Device
    since: datetime
    seen: datetime
    how: tuple[str, ...]
    is_this: bool


class VisitorSession(SessionMixin, MutableMapping[str, Any]):
    """What Flask knows as `session`; read from its row when it is first asked."""

    def __init__(self, token: str | None) -> None:
        self.given = token
        self.opened = False
        self.modified = False
        self.lapsed = False
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
                self._take(row, _standing(row, self.given))

    def _take(self, row: Row[Any], who: Standing) -> None:
        self.lapsed = who.has_lapsed
        if who.is_live:
            self.loaded = self.standing = who
            self.kept = sealing.read(row.data, row.id, cast("str", who.token))
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
        return VisitorSession(request.cookies.get(cookies.name()))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        held = cast("VisitorSession", session)
        if not held.opened or stands_alone():
            return
        response.vary.add("Cookie")
        devices.give(response)
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
        devices.undo()
        _held().revert()


def standing() -> Standing:
    """Who stands behind this request, and how far the sign-in has come."""
    return _held().now


def begin(
    level: Level, person_id: UUID, lasts: timedelta = AT_MOST, *, how: str | None = None
) -> None:
    """Give the visitor a new session, with a new token, at this level.

    What pages kept for the visitor stays, unless it was for another person; the token of forms
    does not. Whoever is signed in as often as may be is signed out where that was longest ago, and
    told. Raises SignInNeeded when the session that the visitor came with was ended in the meantime.
    """
    held = _held()
    if held.now.token is not None and not _delete(held.loaded):
        raise SignInNeeded
    if held.now.person_id not in (None, person_id):
        held.clear()
    held.pop(OF_FORMS, None)
    g.pop(OF_FORMS, None)
    who = replace(_nobody(lasts), level=level, person_id=person_id, how=how)
    who = replace(who, token=sealing.new_token())
    held.stand(_arrived(held, who) if level is Level.SIGNED_IN else who)


def confirm(how: str) -> None:
    """The person showed a factor again: the session goes on to its end, under a new token.

    `how` names the factor. Raises SignInNeeded when the session was ended in the meantime.
    """
    held = _held()
    if held.now.level is not Level.SIGNED_IN or not _delete(held.loaded):
        raise SignInNeeded
    shown = dict.fromkeys([*(held.now.how or "").split(), *how.split()])
    # A new row: what is under way beside this under the old token finds its own gone.
    fresh = replace(held.now, id=ids.uuid7(), token=sealing.new_token(), how=" ".join(shown))
    held.stand(_shown(fresh))


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


def end_unfinished(person_id: UUID) -> None:
    """End sessions in which a first factor, or another after all were lost, is yet to be set up."""
    theirs = delete(SessionRow).where(SessionRow.person_id == person_id)
    db.session.execute(theirs.where(SessionRow.level == Level.ENROLLING))


def end_one(person_id: UUID, session_id: UUID) -> None:
    """Sign one browser of the person out. Raises NotFound."""
    mine = delete(SessionRow).where(SessionRow.id == session_id, SessionRow.person_id == person_id)
    if db.session.scalar(mine.returning(SessionRow.id)) is None:
        raise NotFound


def end_begun_with(person_id: UUID, way: str) -> None:
    """Sign the person out where this, such as "oidc:national-id", was among what was shown."""
    shown = func.string_to_array(SessionRow.how, " ")
    theirs = delete(SessionRow).where(SessionRow.person_id == person_id)
    db.session.execute(theirs.where(func.array_position(shown, way).is_not(None)))


def end_as_admin(person_id: UUID, *, by: UUID, why: str) -> None:
    """Sign a person out everywhere, on somebody else's word; `why` is a code or a case's id."""
    end_all(person_id)
    devices.forget_devices(person_id)
    about = f"person:{person_id}"
    audit.record("accounts.sessions_ended", about=about, actor=by, subject_id=person_id, why=why)


def forget(person_id: UUID) -> None:
    """Remove all that this folder and those of devices and of held posts keep of a person."""
    end_all(person_id)
    devices.forget_devices(person_id)
    held_posts.forget(person_id)


def signed_in(person_id: UUID) -> list[SignedIn]:
    """The browsers that the person is signed in with: this one, then those used last."""
    rows = db.session.execute(_theirs(person_id).order_by(TABLE.c.seen.desc()), _live_now())
    here = _held().now.id
    found = [_signed_in(row, is_this=row.id == here) for row in rows]
    return sorted(found, key=lambda one: not one.is_this)


def touch() -> Standing:
    """Note now that the person is still here, and not only once a minute."""
    held = _held()
    held.stand(replace(held.now, seen=clock.now()))
    return held.now


def lasts_until(who: Standing) -> datetime:
    """When this session ends if nothing more is asked of it."""
    now = clock.now()
    seen = now if now - who.seen >= TOUCHED_EVERY else who.seen
    return min(who.ends, seen + IDLE[who.level])


def lapsed_owner(form_token: str) -> UUID | None:
    """Whose session lapsed in this browser, if it was the one that gave a form this token."""
    held = _held()
    held.now  # noqa: B018 - reads the row
    former = held.given if held.lapsed else held.get(FORMER)
    row = _find(former) if former else None
    if former is None or row is None or not _standing(row, former).has_lapsed:
        return None
    ours = sealing.read(row.data, row.id, former).get(OF_FORMS)
    if not ours or not crypto.same(ours.encode(), sealing.secret_of_form(form_token)):
        return None
    return cast("UUID", row.person_id)


def count(person_id: UUID) -> int:
    """How many browsers the person is signed in with."""
    mine = select(func.count()).where(
        TABLE.c.person_id == person_id, TABLE.c.level == Level.SIGNED_IN, IS_LIVE
    )
    return db.session.scalar(mine, _live_now()) or 0


def open_row(person_id: UUID, lasts: timedelta = AT_MOST) -> str:
    """Make a signed-in session outside of a request; returns its token, the cookie's value."""
    token = sealing.new_token()
    nobody = _nobody(lasts)
    who = replace(nobody, level=Level.SIGNED_IN, person_id=person_id, token=token)
    who = replace(who, confirmed=nobody.seen)
    db.session.execute(PUT, _columns(who, {}) | {"created_at": who.seen})
    return token


def sweep() -> None:
    """Remove ended sessions, devices of long ago, and posts that nobody came back for."""
    is_over = or_(TABLE.c.ends <= bindparam("now"), TABLE.c.level != Level.SIGNED_IN)
    db.session.execute(delete(TABLE).where(~IS_LIVE, is_over), _live_now())
    devices.sweep()
    held_posts.sweep()


def _arrived(held: VisitorSession, who: Standing) -> Standing:
    """The session of somebody who has just shown enough to be signed in."""
    person_id = cast("UUID", who.person_id)
    if held.loaded.level is not Level.SIGNED_IN:
        was_joining = held.loaded.level is Level.ENROLLING and held.loaded.person_id == person_id
        devices.arrive(person_id, new_account=was_joining)
    if _end_oldest(person_id):
        told = _(
            "You were signed in with 5 browsers already. The oldest of them is signed out now."
        )
        flash(told, "info")
    return _shown(who)


def _shown(who: Standing) -> Standing:
    """A factor was shown just now, in this browser."""
    device = sealing.seal_device(devices.here(), who.id, cast("UUID", who.person_id))
    return replace(who, confirmed=clock.now(), device=device)


def _end_oldest(person_id: UUID) -> bool:
    """Make room for one more session; sign-ins of one person at once do so one by one."""
    db.session.execute(ALONE, {"person": str(person_id)})
    older = _theirs(person_id).with_only_columns(TABLE.c.id)
    older = older.order_by(TABLE.c.created_at.desc(), TABLE.c.id.desc()).offset(AT_ONCE - 1)
    gone = delete(TABLE).where(TABLE.c.id.in_(older)).returning(TABLE.c.id)
    return bool(db.session.execute(gone, _live_now()).all())


def _theirs(person_id: UUID) -> Any:
    return select(TABLE).where(
        TABLE.c.person_id == person_id, TABLE.c.level == Level.SIGNED_IN, IS_LIVE
    )


def _signed_in(row: Row[Any], *, is_this: bool) -> SignedIn:
    device = sealing.read_device(row.device, row.id, row.person_id)
    how = tuple((row.how or "").split())
    return SignedIn(row.id, device, row.created_at, row.seen, how, is_this)


def _held() -> VisitorSession:
    return cast("VisitorSession", cast("Any", flask_session)._get_current_object())  # noqa: SLF001


def _nobody(lasts: timedelta = AT_MOST) -> Standing:
    now = clock.now()
    return Standing(ids.uuid7(), None, Level.VISITOR, None, now, now + lasts)


def _live_now() -> dict[str, datetime]:
    """What IS_LIVE compares with."""
    now = clock.now()
    return {"now": now} | {f"since_{level}": now - IDLE[level] for level in Level}


def _find(token: str) -> Row[Any] | None:
    return db.session.execute(FIND, {"mine": crypto.token_hash(token)}).first()


def _standing(row: Row[Any], token: str) -> Standing:
    who = Standing(row.id, token, Level(row.level), row.person_id, row.seen, row.ends)
    more = {"how": row.how, "confirmed": row.confirmed, "device": row.device}
    return replace(who, since=row.created_at, **more)


def _columns(who: Standing, values: dict[str, Any]) -> dict[str, Any]:
    token = cast("str", who.token)
    return {
        "id": who.id,
        "token_hash": crypto.token_hash(token),
        "person_id": who.person_id,
        "level": who.level,
        "how": who.how,
        "confirmed": who.confirmed,
        "device": who.device,
        "data": sealing.seal(values, who.id, token),
        "seen": clock.now(),
        "ends": who.ends,
    }


def _insert(held: VisitorSession, response: Response) -> None:
    if held.standing.token is None:
        held.standing = replace(held.standing, token=sealing.new_token())
    if held.lapsed:
        held.kept[FORMER] = held.given
    values = _columns(held.standing, held.kept)
    db.session.execute(PUT, values | {"created_at": held.standing.since or clock.now()})
    cookies.give(response, cast("str", held.standing.token))


def _update(held: VisitorSession, response: Response) -> None:
    """Never makes a row: one that was ended in the meantime stays ended."""
    values = _columns(held.standing, held.kept)
    mine = {"mine": values.pop("id")}
    if not cast("Any", db.session.execute(CHANGE, mine | values)).rowcount:  # ended meanwhile
        cookies.take(response)


def _drop(held: VisitorSession, response: Response) -> None:
    if held.standing.token is not None:
        _delete(held.standing)
    # One that lapsed still says whose forms are open in this browser.
    if held.given and not held.lapsed:
        cookies.take(response)


def _delete(stored: Standing) -> bool:
    """Whether there was such a row."""
    mine = delete(SessionRow).where(SessionRow.id == stored.id)
    return bool(cast("Any", db.session.execute(mine)).rowcount)
