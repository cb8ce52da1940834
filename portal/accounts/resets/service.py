"""Asking for a new password and setting it. Whether a contact is known, the asker never learns.

A request keeps the same row and leaves the same job behind for every contact; the job alone looks
whose it is. The answer is good in the asking session only, and never instead of a second factor.
"""

import secrets
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, update

from portal.accounts import domain as accounts
from portal.accounts import passwords, refusals
from portal.accounts.alarms import service as alarms
from portal.accounts.attempts import service as attempts
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Kind
from portal.accounts.contacts.words import Said
from portal.accounts.domain import Details, State
from portal.accounts.events import PasswordChanged
from portal.accounts.people import service as people
from portal.accounts.people.models import Password
from portal.accounts.resets import words
from portal.accounts.resets.domain import ASKED, ASKED_FROM, CODE_TRIES, DIGITS, LASTS, ResetEnded
from portal.accounts.resets.models import Reset
from portal.accounts.sessions import service as sessions
from portal.audit import service as audit
from portal.i18n import speaking
from portal.kernel import clock, crypto, keys
from portal.kernel.db import apart, db
from portal.kernel.events import publish
from portal.kernel.jobs import defer, job

# Whoever is kept without an account gets none by this.
WITH_ACCOUNT = (State.ENROLLING, State.ACTIVE)


@dataclass(frozen=True)
class Asked:
    """What the asking session keeps."""

    id: UUID
    kind: Kind


def ask(contact: str, *, address: str) -> Asked:
    """Send whoever has proven this contact what a new password needs. Raises TooMany."""
    name = accounts.contact(contact)
    attempts.spend(ASKED_FROM, accounts.neighbourhood(address))
    attempts.spend(ASKED, name)
    row = Reset(subject_id=keys.new_subject(), contact=name, tries=0)
    row.ends = row.created_at + LASTS
    db.session.add(row)
    db.session.flush()
    defer(send, reset_id=str(row.id))
    return Asked(row.id, Kind.EMAIL if "@" in name else Kind.MOBILE)


@job(queue="accounts")
def send(reset_id: str) -> None:
    """Send the link or the code, if somebody is reached by the contact; once."""
    held = select(Reset).where(_open(UUID(reset_id)), Reset.person_id.is_(None))
    row = db.session.scalar(held.with_for_update())
    person = people.find(row.contact) if row else None
    if row is None or person is None or person.state not in WITH_ACCOUNT:
        return
    # What was typed is one spelling of it: the message goes to the one that was proven.
    theirs = contacts.reachable(person.id)
    spelled = (one for one in theirs if accounts.contact(one.value) == row.contact)
    if (contact := next(spelled, None)) is None:
        return
    row.person_id = person.id
    with speaking(person.language):
        said = _said(row, contact.kind)
    db.session.flush()
    contacts.send(person.id, contact, said, person.language)
    _told("accounts.reset_asked", person.id, contact.kind)


def of_link(reset_id: UUID, token: str) -> UUID:
    """Whose password the link sets, in the session that asked. Raises ResetEnded."""
    mine = select(Reset.person_id).where(
        _open(reset_id), Reset.token_hash == crypto.token_hash(token)
    )
    if (person_id := db.session.scalar(mine)) is None:
        raise ResetEnded
    return person_id


def is_open(token: str) -> bool:
    """Whether this link is good, in whichever browser."""
    good = Reset.token_hash == crypto.token_hash(token), Reset.used_at.is_(None)
    mine = select(Reset.id).where(*good, Reset.ends > clock.now())
    return db.session.scalar(mine) is not None


def of_code(reset_id: UUID, typed: str) -> UUID | None:
    """Whose password the code sets; None when it is wrong. Each try counts, whatever follows.

    Raises ResetEnded after the last try.
    """
    one_try = (
        update(Reset)
        .where(_open(reset_id), Reset.tries < CODE_TRIES)
        .values(tries=Reset.tries + 1)
        .returning(Reset.code_hash, Reset.person_id)
    )
    with apart() as session:
        found = session.execute(one_try).first()
    if found is None:
        raise ResetEnded
    wanted = found.code_hash or secrets.token_bytes(32)
    if not crypto.same(wanted, _hash(reset_id, accounts.digits(typed))):
        return None
    return cast("UUID", found.person_id)


def details(person_id: UUID) -> Details:
    return people.details(person_id)


def finish(reset_id: UUID, person_id: UUID, new: str) -> None:
    """Set the password, once; all sessions end. `person_id` is whom of_link or of_code named.

    Raises UnfitPassword, ResetEnded.
    """
    people.hold(person_id)
    passwords.check(new, people.details(person_id))
    mine = update(Reset).where(_open(reset_id), Reset.person_id == person_id)
    used = mine.values(used_at=clock.now()).returning(Reset.id)
    if db.session.scalar(used) is None:
        raise ResetEnded
    end_others(person_id)
    put(person_id, new)
    sessions.end_all(person_id)
    _told("accounts.password_reset", person_id)
    publish(PasswordChanged(person_id))
    alarms.warn(person_id, "password_changed")


def put(person_id: UUID, new: str) -> None:
    """Put this password in place of the one that is there, or is not."""
    for where in ("password", "password signed in"):
        # What failed was the old one.
        attempts.fits(where, person_id)
    row = db.session.scalar(select(Password).where(Password.subject_id == person_id))
    if row is None:
        db.session.add(Password(subject_id=person_id, hash=passwords.hashed(new)))
    else:
        row.hash = passwords.hashed(new)
    db.session.flush()


def take_away(person_id: UUID) -> None:
    """No password signs the person in until a new one is set; links for one end, too."""
    end_others(person_id)
    db.session.execute(delete(Password).where(Password.subject_id == person_id))


def end_others(person_id: UUID) -> None:
    """End what was asked for this person and not used."""
    theirs = update(Reset).where(Reset.person_id == person_id, Reset.used_at.is_(None))
    db.session.execute(theirs.values(used_at=clock.now()))


def refused(why: str, *, address: str) -> None:
    """Note a link or a code that was shown in vain."""
    refusals.note("accounts.reset_refused", about="password", address=address, why=why)


def sweep() -> None:
    """Remove what has ended, and the keys that it was sealed with."""
    over = delete(Reset).where(Reset.ends <= clock.now()).returning(Reset.subject_id)
    for subject_id in db.session.scalars(over).all():
        keys.erase(subject_id)


def _said(row: Reset, kind: Kind) -> Said:
    if kind is Kind.MOBILE:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        row.code_hash = _hash(row.id, code)
        return words.reset_code(code, row.ends)
    token = secrets.token_urlsafe(24)
    row.token_hash = crypto.token_hash(token)
    return words.reset_link(token, row.ends)


def _open(reset_id: UUID) -> ColumnElement[bool]:
    return and_(Reset.id == reset_id, Reset.used_at.is_(None), Reset.ends > clock.now())


def _hash(reset_id: UUID, code: str) -> bytes:
    return keys.keyed_hash("resets.code", f"{reset_id}|{code}")


def _told(act: str, person_id: UUID, why: str = "") -> None:
    audit.record(act, about=f"person:{person_id}", actor="visitor", subject_id=person_id, why=why)
