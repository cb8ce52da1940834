"""Opening an account whose owner has lost every factor: after a wait that all their contacts see.

Under way is one at most for each person: waiting, then open to whoever has the link and the
password, then taken by one session, which sets up what takes the place of all that was.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from flask import Flask
from sqlalchemy import ColumnElement, Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import domain as accounts
from portal.accounts import refusals
from portal.accounts.alarms import service as alarms
from portal.accounts.alarms.domain import LinkEnded
from portal.accounts.attempts import service as attempts
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Contact
from portal.accounts.contacts.words import Said
from portal.accounts.devices import service as devices
from portal.accounts.events import AccountSecured
from portal.accounts.factors import service as factors
from portal.accounts.people import service as people
from portal.accounts.recovery import domain, words
from portal.accounts.recovery.domain import UNDER_WAY, NobodyToTell, RecoveryEnded, StaffAsk, State
from portal.accounts.recovery.models import Recovery, RecoveryLink
from portal.accounts.resets import service as resets
from portal.accounts.roles import service as roles
from portal.accounts.sessions import service as sessions
from portal.accounts.settings import AccountsSettings
from portal.audit import service as audit
from portal.i18n import speaking
from portal.kernel import clock, crypto
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.kernel.settings import Settings, SettingsError, current

JUST_BEFORE = timedelta(minutes=1)


@dataclass(frozen=True)
class UnderWay:
    """A recovery as pages show it."""

    id: UUID
    person_id: UUID
    state: State
    due: datetime
    ends: datetime


def refuse_short_wait(app: Flask) -> None:
    """Who reads no mail for a night must be able to stop a thief. Raises SettingsError."""
    settings: Settings = app.config["SETTINGS"]
    wait = settings.of(AccountsSettings).recovery_wait
    if settings.kernel.env == "production" and wait < domain.LEAST_WAIT:
        raise SettingsError(
            f"PORTAL_RECOVERY_WAIT must be at least {domain.LEAST_WAIT} in production."
        )


def begin(person_id: UUID) -> UnderWay:
    """The person showed the password and has nothing else. One that is under way goes on.

    Raises TooMany, NobodyToTell, StaffAsk.
    """
    if roles.permissions_of(person_id):
        raise StaffAsk
    if (known := of(person_id)) is not None:
        return known
    attempts.spend(domain.BEGUN, str(person_id))
    return _begin(person_id, by=person_id)


def begin_for(person_id: UUID, *, by: UUID | str, why: str) -> UnderWay:
    """On the word of an admin, or of whoever has the machine; nothing is set and nothing shown.

    Raises NobodyToTell, NoSuchPerson.
    """
    about = f"person:{person_id}"
    audit.record("accounts.recovery_for", about=about, actor=by, subject_id=person_id, why=why)
    return _begin(person_id, by=by)


def of(person_id: UUID) -> UnderWay | None:
    mine = select(Recovery).where(Recovery.person_id == person_id, _under_way())
    row = db.session.scalar(mine)
    return _seen(row) if row else None


def by_link(token: str, *, opens: bool) -> UnderWay:
    """The recovery that a link is about. Raises RecoveryEnded."""
    row = db.session.scalar(_linked(token, opens=opens))
    if row is None or (opens and row.state != State.OPEN):
        raise RecoveryEnded
    return _seen(row)


def take(token: str, *, keep: UUID | None = None) -> UnderWay:
    """Use the link up. Whoever did, and has shown the password, sets up what is new.

    All sessions end but the one of the id `keep`. Raises RecoveryEnded.
    """
    known = by_link(token, opens=True)
    people.hold(known.person_id)
    if not _move(known.id, (State.OPEN,), State.TAKEN, taken_at=clock.now()):
        raise RecoveryEnded
    _end_links(known.id, opens=True)
    sessions.end_all(known.person_id, but=keep)
    factors.new_app(known.person_id)
    _told("accounts.recovery_taken", known.person_id)
    return known


def is_taken(person_id: UUID) -> bool:
    """Whether what the person sets up now takes the place of all that was."""
    known = of(person_id)
    return known is not None and known.state is State.TAKEN


def complete(person_id: UUID) -> tuple[str, ...]:
    """Something new was set up in a recovery: all else ends. The new recovery codes.

    The caller holds the person. Raises RecoveryEnded.
    """
    taken = Recovery.person_id == person_id, Recovery.state == State.TAKEN
    done = update(Recovery).where(*taken).values(state=State.DONE)
    row = db.session.execute(done.returning(Recovery.id, Recovery.taken_at)).first()
    if row is None:
        raise RecoveryEnded
    _end_links(row.id)
    factors.drop_before(person_id, row.taken_at)
    codes = factors.new_codes(person_id)
    devices.forget_devices(person_id)
    _told("accounts.recovery_done", person_id)
    alarms.warn(person_id, "recovery_done")
    return codes


def cancel(person_id: UUID, *, why: str) -> bool:
    """Whether there was one to cancel. What was begun by it ends."""
    known = of(person_id)
    if known is None:
        return False
    db.session.flush()
    people.hold(person_id)
    if not _move(known.id, UNDER_WAY, State.CANCELLED):
        return False
    _end_links(known.id)
    sessions.end_unfinished(person_id)
    _told("accounts.recovery_cancelled", person_id, why)
    return True


def cancel_by_link(token: str) -> UUID:
    """Whose recovery is cancelled by this. Raises RecoveryEnded."""
    known = by_link(token, opens=False)
    if not cancel(known.person_id, why="link"):
        raise RecoveryEnded
    return known.person_id


def deny(token: str) -> None:
    """The link of a warning says that it was somebody else. Raises LinkEnded."""
    known = alarms.check(token)
    if known is None:
        raise LinkEnded
    people.hold(known.person_id)
    warned = alarms.use(token)
    # What the warning is of was noted a moment before it.
    secure(warned.person_id, since=warned.at - JUST_BEFORE, why=warned.what)


def secure(person_id: UUID, *, since: datetime | None = None, why: str) -> None:
    """Shut out whoever got in: sessions, devices, the password, and what was set up since then."""
    people.hold(person_id)
    cancel(person_id, why="not me")
    resets.take_away(person_id)
    gone = factors.drop_since(person_id, since) if since else ()
    left = _put_back(person_id, since) if since else []
    sessions.forget(person_id)
    _told("accounts.not_me", person_id, " ".join((why, *gone)))
    publish(AccountSecured(person_id, since))
    alarms.warn(person_id, "not_me")
    alarms.tell(person_id, "not_me", left)
    for contact in left:
        alarms.put_out(person_id, contact)


def _put_back(person_id: UUID, since: datetime) -> list[Contact]:
    """The contacts of before are the person's again; what they take the place of."""
    back = (contacts.put_back(person_id, one) for one in alarms.replaced_since(person_id, since))
    return [one for one in back if one is not None]


def tend() -> None:
    """Tell once more before the wait ends, open what has waited, end what nobody finished."""
    now = clock.now()
    for row in _due(Recovery.state == State.WAITING, Recovery.due <= now):
        if _move(row.id, (State.WAITING,), State.OPEN, ends=now + domain.OPEN_FOR):
            _open(row)
    for row in _due(Recovery.state == State.WAITING, Recovery.remind <= now, _unreminded()):
        row.reminded_at = now
        _tell(row)
    gone = (State.OPEN, State.TAKEN)
    for row in _due(Recovery.state.in_(gone), Recovery.ends <= now):
        _expire(row)
    for row in _due(Recovery.state == State.TAKEN, Recovery.taken_at <= now - domain.AT_WORK):
        sessions.end_unfinished(row.person_id)
        if _move(row.id, (State.TAKEN,), State.OPEN):
            _open(row)


def sweep() -> None:
    """Remove what has ended long ago; the audit keeps what happened."""
    old = clock.now() - domain.OPEN_FOR
    over = Recovery.state.not_in(UNDER_WAY), Recovery.ends <= old
    db.session.execute(delete(Recovery).where(*over))


def _begin(person_id: UUID, *, by: UUID | str) -> UnderWay:
    if people.one(person_id).state != accounts.State.ACTIVE:
        raise people.NoSuchPerson
    if not contacts.reachable(person_id):
        raise NobodyToTell
    wait = timedelta(hours=current().of(AccountsSettings).recovery_wait)
    row = Recovery(person_id=person_id, begun_by=str(by), state=State.WAITING)
    row.due = row.created_at + wait
    row.remind, row.ends = domain.remind_at(row.due, wait), row.due + domain.OPEN_FOR
    values = {column.name: getattr(row, column.name) for column in Recovery.__table__.columns}
    put = insert(Recovery).values(values).on_conflict_do_nothing().returning(Recovery.id)
    if db.session.scalar(put) is not None:
        _told("accounts.recovery_asked", person_id, "" if by == person_id else str(by))
        _tell(row)
    known = of(person_id)
    if known is None:
        raise RecoveryEnded
    return known


def _tell(row: Recovery) -> None:
    """To everybody whom it concerns: how to stop it."""
    for contact in alarms.told_to(row.person_id):
        token = _link(row.id, opens=False)
        _send(row.person_id, contact, partial(words.waiting, token, row.due))


def _open(row: Recovery) -> None:
    """The link goes to one contact: who has taken the number must not have the account."""
    ends = clock.now() + domain.OPEN_FOR
    token = _link(row.id, opens=True)
    for contact in contacts.reachable(row.person_id)[:1]:
        _send(row.person_id, contact, partial(words.opened, token, ends))
    _told("accounts.recovery_opened", row.person_id)


def _expire(row: Recovery) -> None:
    if _move(row.id, (State.OPEN, State.TAKEN), State.EXPIRED):
        _end_links(row.id)
        sessions.end_unfinished(row.person_id)
        _told("accounts.recovery_expired", row.person_id)


def _send(person_id: UUID, contact: Contact, say: Callable[[], Said]) -> None:
    spoken = people.one(person_id).language
    with speaking(spoken):
        said = say()
    contacts.send(person_id, contact, said, spoken)


def _link(recovery_id: UUID, *, opens: bool) -> str:
    token = secrets.token_urlsafe(24)
    db.session.add(
        RecoveryLink(recovery_id=recovery_id, token_hash=crypto.token_hash(token), opens=opens)
    )
    db.session.flush()
    return token


def _end_links(recovery_id: UUID, *, opens: bool | None = None) -> None:
    theirs = delete(RecoveryLink).where(RecoveryLink.recovery_id == recovery_id)
    db.session.execute(theirs if opens is None else theirs.where(RecoveryLink.opens == opens))


def _move(recovery_id: UUID, was: Collection[State], to: State, **more: datetime) -> bool:
    """Compare, then set: of many at once the database lets one through."""
    mine = Recovery.id == recovery_id, Recovery.state.in_(was)
    moved = update(Recovery).where(*mine).values(state=to, **more).returning(Recovery.id)
    return db.session.scalar(moved) is not None


def _due(*which: ColumnElement[bool]) -> Sequence[Recovery]:
    """Rows that nobody else is working at."""
    wanted = select(Recovery).where(*which).with_for_update(skip_locked=True)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def _unreminded() -> ColumnElement[bool]:
    return Recovery.reminded_at.is_(None)


def _under_way() -> ColumnElement[bool]:
    return Recovery.state.in_(UNDER_WAY) & (Recovery.ends > clock.now())


def _linked(token: str, *, opens: bool) -> Select[Recovery]:
    mine = RecoveryLink.token_hash == crypto.token_hash(token), RecoveryLink.opens == opens
    joined = select(Recovery).join(RecoveryLink, RecoveryLink.recovery_id == Recovery.id)
    return joined.where(*mine, _under_way()).execution_options(populate_existing=True)


def _seen(row: Recovery) -> UnderWay:
    return UnderWay(row.id, row.person_id, State(row.state), row.due, row.ends)


def refused(act: str, *, address: str) -> None:
    """Note a link that was shown in vain."""
    refusals.note(act, about="account", address=address, why="unknown, used or ended")


def _told(act: str, person_id: UUID, why: str = "") -> None:
    audit.record(act, about=f"person:{person_id}", actor="recovery", subject_id=person_id, why=why)
