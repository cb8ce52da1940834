"""Taking a number that was given up from the account of its former owner, and from nothing else.

From the moment that the next owner has shown a code nothing is sent to the number any more. It
leaves the account a day later, or when the former owner says so; nothing of theirs goes with it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import refusals
from portal.accounts.alarms import service as alarms
from portal.accounts.attempts import service as attempts
from portal.accounts.codes import service as codes
from portal.accounts.codes.domain import LASTS
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts import words
from portal.accounts.contacts.domain import (
    FOR_ADDRESS,
    FOR_CONTACT,
    RELEASE_WAITS,
    RELEASES,
    Contact,
    Kind,
)
from portal.accounts.domain import neighbourhood
from portal.accounts.people import service as people
from portal.accounts.people.models import Person
from portal.accounts.releases.models import Release
from portal.audit import service as audit
from portal.i18n import language, speaking
from portal.kernel import clock, crypto, keys
from portal.kernel.db import db
from portal.kernel.errors import N_, Gone
from portal.post import service as post


class ReleaseEnded(Gone):
    message = N_("This link has ended. Look at your contacts in your account.")


@dataclass(frozen=True)
class Asked:
    """What the asking session keeps."""

    code_id: UUID
    subject_id: UUID


def send_code(number: str, *, address: str) -> Asked:
    """Text a code to the number, whether anybody here uses it or not. Raises TooMany."""
    attempts.spend(FOR_ADDRESS, neighbourhood(address))
    attempts.spend(FOR_CONTACT, number)
    subject = keys.new_subject()
    made = codes.make(_about(number))
    said = words.releasing(made.code, clock.now() + LASTS)
    contacts.send(subject, Contact(Kind.MOBILE, number), said, language())
    return Asked(made.id, subject)


def begin(number: str, asked: Asked, typed: str) -> bool:
    """Whether this is the code: then whoever typed it has the number now. Raises TooMany."""
    if not codes.use(asked.code_id, _about(number), typed):
        audit.record("accounts.code_refused", about="number", actor="visitor", why="release")
        return False
    theirs = Contact(Kind.MOBILE, number)
    alarms.let_go(theirs)
    former = contacts.holder(theirs)
    if former is not None:
        _begin(former, number, asked.subject_id)
    return True


def due(number: str) -> datetime | None:
    """When the number is free; None when it is free now. For who has shown a code of it."""
    mine = select(Release.due).where(Release.mobile_key == people.mobile_key(number))
    return db.session.scalar(mine)


def check(token: str) -> None:
    """Raises ReleaseEnded."""
    if _of(token) is None:
        raise ReleaseEnded


def keep(token: str) -> None:
    """The former owner has the number still. Raises ReleaseEnded."""
    release = _taken(Release.token_hash == crypto.token_hash(token))
    _keep(release)


def keep_mine(person_id: UUID) -> None:
    """As `keep`, by the person themselves. Raises ReleaseEnded."""
    _keep(_taken(Release.former_id == person_id))


def let_go(token: str) -> None:
    """The former owner says that it is so: no need to wait. Raises ReleaseEnded."""
    _finish(_taken(Release.token_hash == crypto.token_hash(token)))


def refused(*, address: str) -> None:
    """Note a link that was shown in vain."""
    refusals.note("accounts.release_refused", about="number", address=address)


def sweep() -> None:
    """Free the numbers whose time has come."""
    now = clock.now()
    come = select(Release.id).where(Release.due <= now).with_for_update(skip_locked=True)
    for release_id in db.session.scalars(come).all():
        _finish(_taken(Release.id == release_id))


def _begin(former: UUID, number: str, subject_id: UUID) -> None:
    attempts.spend(RELEASES, number)
    token = secrets.token_urlsafe(24)
    row = Release(subject_id=subject_id, former_id=former, mobile=number, language=language())
    row.mobile_key, row.token_hash = people.mobile_key(number), crypto.token_hash(token)
    row.due = clock.now() + RELEASE_WAITS
    values = {column.key: getattr(row, column.key) for column in Release.__table__.columns}
    put = insert(Release).values(values).on_conflict_do_nothing(index_elements=["mobile_key"])
    if db.session.scalar(put.returning(Release.id)) is None:
        return
    person = people.hold(former)
    person.mobile_leaves = row.due
    db.session.flush()
    _told("accounts.number_claimed", former)
    with speaking(person.language):
        said = words.number_leaves(token, row.due)
    for contact in contacts.reachable(former):
        contacts.send(former, contact, said, person.language)


def _of(token: str) -> UUID | None:
    mine = select(Release.id).where(Release.token_hash == crypto.token_hash(token))
    return db.session.scalar(mine)


def _taken(is_it: object) -> Release:
    """The release, which nobody else can end any more. Raises ReleaseEnded."""
    found = db.session.scalars(select(Release).where(is_it).with_for_update()).first()  # type: ignore[arg-type]
    if found is None:
        raise ReleaseEnded
    return found


def _keep(release: Release) -> None:
    person = _former(release)
    if person is not None:
        person.mobile_leaves = None
        _told("accounts.number_kept", person.id)
    _end(release)


def _finish(release: Release) -> None:
    person, number, spoken = _former(release), release.mobile, release.language
    if person is not None:
        contacts.clear(person, Kind.MOBILE)
        db.session.flush()
        _told("accounts.number_released", person.id)
        alarms.warn(person.id, "contact_changed")
    with speaking(spoken):
        said = words.number_is_free()
    post.send_text(
        subject_id=release.subject_id,
        to=number,
        body=said.text,
        language=spoken,
        good_until=clock.now() + RELEASE_WAITS,
    )
    _end(release)


def _former(release: Release) -> Person | None:
    """Whoever holds the number still."""
    try:
        person = people.hold(release.former_id)
    except people.NoSuchPerson:
        return None
    return person if person.mobile_key == release.mobile_key else None


def _end(release: Release) -> None:
    db.session.flush()
    db.session.execute(delete(Release).where(Release.id == release.id))


def _about(number: str) -> str:
    return f"release|{number}"


def _told(act: str, person_id: UUID) -> None:
    audit.record(act, about=f"person:{person_id}", actor="number", subject_id=person_id)
