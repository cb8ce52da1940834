"""Passkeys of people: made, shown, named and removed; each challenge is good for one answer.

The challenge waits in the server-side session. A refused answer is recorded before PasskeyRefused
is raised: let the request end with a page, not with the error, so that the record stays.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import session
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.passkeys import ceremony
from portal.accounts.passkeys.ceremony import Known, Made, Owner, Shown
from portal.accounts.passkeys.domain import (
    MOST,
    EnoughPasskeys,
    Kept,
    NoSuchPasskey,
    PasskeyRefused,
    Unfit,
)
from portal.accounts.passkeys.models import Passkey, SpentChallenge
from portal.audit import service as audit
from portal.kernel import clock, keys
from portal.kernel.db import apart, db

__all__ = [
    "EnoughPasskeys",
    "Kept",
    "NoSuchPasskey",
    "PasskeyRefused",
    "add",
    "check",
    "count",
    "kept",
    "one",
    "options_for",
    "options_to_make",
    "remove",
    "rename",
]

WAITING = "passkey"
MAKE, SHOW = "make", "show"
LASTS = timedelta(minutes=5)
BYTES = 32  # 256 bits


def options_for(person_id: UUID | None) -> dict[str, Any]:
    """What a browser is asked to show: a passkey of this person, or any that it holds for us."""
    mine = _rows(person_id) if person_id else []
    known = [Known(row.credential, tuple(row.transports)) for row in mine]
    return ceremony.options_to_show(_challenge(SHOW), known)


def check(assertion: str, person_id: UUID | None) -> UUID:
    """The owner of the passkey that was shown; with `person_id` it must be theirs.

    Raises PasskeyRefused. The challenge is used up in any case.
    """
    try:
        return _shown(assertion, person_id)
    except Unfit as unfit:
        _refuse(unfit, person_id)
        raise PasskeyRefused from unfit


def options_to_make(person_id: UUID, label: str, name: str) -> dict[str, Any]:
    """What a browser is asked to make. Raises EnoughPasskeys."""
    mine = _rows(person_id)
    if len(mine) >= MOST:
        raise EnoughPasskeys
    handle = mine[0].handle if mine else secrets.token_urlsafe(BYTES)
    known = [Known(row.credential, tuple(row.transports)) for row in mine]
    challenge = _challenge(MAKE, handle)
    return ceremony.options_to_make(Owner(handle, label or name, name), challenge, known)


def add(person_id: UUID, attestation: str, name: str) -> UUID:
    """Keep the passkey that the browser made. Raises PasskeyRefused, EnoughPasskeys."""
    if count(person_id) >= MOST:
        raise EnoughPasskeys
    try:
        waiting = _take(MAKE)
        made = ceremony.made(ceremony.read(attestation), waiting["challenge"])
        return _put(person_id, made, waiting["handle"], name)
    except Unfit as unfit:
        _refuse(unfit, person_id)
        raise PasskeyRefused from unfit


def kept(person_id: UUID) -> tuple[Kept, ...]:
    """The person's passkeys, the oldest first."""
    return tuple(_kept(row) for row in _rows(person_id))


def one(person_id: UUID, passkey_id: UUID) -> Kept:
    """Raises NoSuchPasskey."""
    return _kept(_mine(person_id, passkey_id))


def count(person_id: UUID) -> int:
    return len(_ids(person_id))


def rename(person_id: UUID, passkey_id: UUID, name: str) -> None:
    """Raises NoSuchPasskey."""
    _mine(person_id, passkey_id).name = name
    db.session.flush()
    about = f"person:{person_id}"
    audit.record("accounts.passkey_named", about=about, actor=person_id, subject_id=person_id)


def remove(person_id: UUID, passkey_id: UUID) -> None:
    """Raises NoSuchPasskey. Whether another factor remains is for factors.service to see to."""
    row = _mine(person_id, passkey_id)
    db.session.delete(row)
    db.session.flush()


def _shown(assertion: str, person_id: UUID | None) -> UUID:
    waiting = _take(SHOW)
    told = ceremony.read(assertion)
    row = _found(told["id"])
    if person_id not in (None, row.subject_id):
        raise Unfit("another person's", person_id)
    try:
        ceremony.check_handle(told, row.handle, needed=person_id is None)
        _advance(row, ceremony.shown(told, waiting["challenge"], row.public_key))
    except Unfit as unfit:
        raise Unfit(unfit.why, row.subject_id) from unfit
    return row.subject_id


def _challenge(purpose: str, handle: str | None = None) -> str:
    made = secrets.token_urlsafe(BYTES)
    until = clock.now() + LASTS
    session[WAITING] = {
        "for": purpose,
        "challenge": made,
        "until": until.isoformat(),
        "handle": handle,
    }
    return made


def _take(purpose: str) -> dict[str, Any]:
    """The challenge that waits, once: no other request and no rolled-back one has it again."""
    waiting = session.pop(WAITING, None)
    if waiting is None or waiting["for"] != purpose:
        raise Unfit("no challenge")
    now = clock.now()
    if datetime.fromisoformat(waiting["until"]) <= now:
        raise Unfit("stale challenge")
    spent = SpentChallenge(hash=keys.keyed_hash("passkeys.challenge", waiting["challenge"]))
    put = insert(SpentChallenge).values(id=spent.id, created_at=now, hash=spent.hash)
    with apart() as own:
        own.execute(delete(SpentChallenge).where(SpentChallenge.created_at < now - LASTS))
        first = own.scalar(put.on_conflict_do_nothing().returning(SpentChallenge.id))
    if first is None:
        raise Unfit("used challenge")
    return dict(waiting)


def _found(credential: str) -> Passkey:
    mine = Passkey.credential_key == _credential_key(credential)
    if (row := db.session.scalar(select(Passkey).where(mine))) is None:
        raise Unfit("unknown")
    return row


def _advance(row: Passkey, shown: Shown) -> None:
    """Compare, then set. Authenticators that do not count say 0 each time."""
    newest = Passkey.sign_count
    climbs = newest < shown.sign_count if shown.sign_count else newest == 0
    moved = (
        update(Passkey)
        .where(Passkey.id == row.id, climbs)
        .values(sign_count=shown.sign_count, backed_up=shown.backed_up, used_at=clock.now())
        .returning(Passkey.id)
    )
    if db.session.scalar(moved) is None:
        raise Unfit("counter")


def _put(person_id: UUID, made: Made, handle: str, name: str) -> UUID:
    row = Passkey(
        subject_id=person_id,
        credential_key=_credential_key(made.credential),
        credential=made.credential,
        public_key=made.public_key,
        handle=handle,
        name=name,
        transports=list(made.transports),
        sign_count=made.sign_count,
        backed_up=made.backed_up,
    )
    values = {column.name: getattr(row, column.name) for column in Passkey.__table__.columns}
    put = insert(Passkey).values(values).on_conflict_do_nothing().returning(Passkey.id)
    if db.session.scalar(put) is None:
        raise Unfit("known already")
    return row.id


def _rows(person_id: UUID) -> list[Passkey]:
    mine = select(Passkey).where(Passkey.subject_id == person_id)
    return list(db.session.scalars(mine.order_by(Passkey.created_at, Passkey.id)))


def _ids(person_id: UUID) -> list[UUID]:
    return list(db.session.scalars(select(Passkey.id).where(Passkey.subject_id == person_id)))


def _mine(person_id: UUID, passkey_id: UUID) -> Passkey:
    mine = select(Passkey).where(Passkey.id == passkey_id, Passkey.subject_id == person_id)
    if (row := db.session.scalar(mine)) is None:
        raise NoSuchPasskey
    return row


def _kept(row: Passkey) -> Kept:
    return Kept(row.id, row.name, row.created_at, row.used_at, row.backed_up)


def _credential_key(credential: str) -> bytes:
    return keys.keyed_hash("passkeys.credential", credential)


def _refuse(unfit: Unfit, person_id: UUID | None) -> None:
    owner = person_id or unfit.owner
    audit.record(
        "accounts.passkey_refused",
        about=f"person:{owner}" if owner else "passkeys",
        actor=person_id or "visitor",
        subject_id=owner,
        why=unfit.why,
    )
