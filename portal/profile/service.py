"""Reading and changing a profile. The only module that touches the table of profiles."""

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import service as accounts
from portal.accounts.domain import Details, Gender
from portal.audit import service as audit
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.kernel.room import Filled
from portal.profile import domain
from portal.profile.domain import CONTACTS, EXTRAS, Known, Source, Verified
from portal.profile.events import ProfileChanged
from portal.profile.models import Profile

DETAILS = frozenset(field.name for field in fields(Details))


def subject_of(person_id: UUID) -> UUID:
    """Whose key seals what this person writes: accounts give the subject the person's id."""
    return person_id


def known(person_id: UUID) -> Known:
    """Raises NoSuchPerson."""
    row = db.session.scalar(select(Profile).where(Profile.person_id == person_id))
    details, registered = accounts.details_since(person_id)
    since = clock.day(registered)
    if row is None:
        return Known(details, {}, since)
    return Known(details, row.extras or {}, since, row.verified or {}, row.dates or {})


def prefill(person_id: UUID, paths: Collection[str]) -> dict[str, Filled]:
    """What forms may fill in, by path; paths that nothing is known for are left out."""
    if not paths:
        return {}
    told = known(person_id)
    found = {path: domain.prefilled(told, path) for path in paths}
    return {path: value for path, value in found.items() if value is not None}


def facts(person_id: UUID) -> dict[str, Any]:
    """What rules of eligibility may ask about the person, today. Raises NoSuchPerson."""
    return domain.facts(known(person_id), clock.today())


def change(person_id: UUID, slug: str, told: Mapping[str, Any]) -> None:
    """Put these typed answers in place of a group's.

    Raises NoSuchGroup, and what accounts say to details: ContactTaken, NoContact, TooYoung.
    """
    names = domain.group(slug).fields.keys()
    before = known(person_id)
    _put(person_id, {name: told.get(name) for name in names}, before.details)
    _forget_marks(person_id, before)
    _date(person_id, before)
    _told(f"changed.{slug}", person_id)
    publish(ProfileChanged(person_id, slug))


def verify(person_id: UUID, told: Mapping[str, Any], source: Source) -> None:
    """Take over what a source vouches for, as typed answers, and mark it with the source.

    An e-mail address or mobile number is only marked, where the person has the same. Raises what
    accounts say to details.
    """
    before = known(person_id)
    new = {name: value for name, value in told.items() if name not in CONTACTS}
    _put(person_id, new, before.details)
    now = domain.answers(replace(before, details=accounts.details(person_id)))
    same = {name for name in CONTACTS if told.get(name) and told[name] == now[name]}
    on = clock.today()
    fresh = {name: Verified(told[name], source, on) for name in told if name in same | new.keys()}
    row = _held(person_id)
    row.verified = {**(row.verified or {}), **fresh} or None
    db.session.flush()
    _date(person_id, before)
    _told("verified", person_id, source.slug)
    for group in domain.GROUPS:
        if group.fields.keys() & fresh.keys():
            publish(ProfileChanged(person_id, group.slug))


def _put(person_id: UUID, told: Mapping[str, Any], details: Details) -> None:
    """Change these answers, wherever they are kept."""
    basic = {name: value for name, value in told.items() if name in DETAILS}
    extras = {name: value for name, value in told.items() if name in EXTRAS}
    if basic:
        accounts.change_details(person_id, _changed(details, basic))
    if extras:
        _keep(person_id, extras)


def _forget_marks(person_id: UUID, before: Known) -> None:
    """What the person changed by hand is no longer what a source vouched for."""
    if not before.verified:
        return
    still = domain.marks(replace(known(person_id), verified=before.verified))
    if still.keys() != before.verified.keys():
        _held(person_id).verified = still or None
        db.session.flush()


def _date(person_id: UUID, before: Known) -> None:
    """Note the day of what is another now."""
    was, now = domain.answers(before), domain.answers(known(person_id))
    fresh = {name: clock.today() for name in now if now[name] != was[name]}
    if fresh:
        row = _held(person_id)
        row.dates = {**(row.dates or {}), **fresh}
        db.session.flush()


def _told(act: str, person_id: UUID, why: str = "") -> None:
    audit.record(
        f"profile.{act}",
        about=f"person:{person_id}",
        actor=person_id,
        subject_id=subject_of(person_id),
        why=why,
    )


def _changed(details: Details, told: Mapping[str, Any]) -> Details:
    """Typed answers as accounts hold them."""
    changes = dict(told)
    if isinstance(changes.get("birth_date"), str):
        changes["birth_date"] = date.fromisoformat(changes["birth_date"])
    if changes.get("gender"):
        changes["gender"] = Gender(changes["gender"])
    return replace(details, **changes)


def _keep(person_id: UUID, extras: Mapping[str, Any]) -> None:
    row = _held(person_id)
    kept = {**(row.extras or {}), **extras}
    row.extras = {name: value for name, value in kept.items() if value is not None} or None
    row.changed_at = clock.now()
    db.session.flush()


def _held(person_id: UUID) -> Profile:
    """The person's row, made if need be, and held until the transaction ends."""
    now = clock.now()
    empty = {"id": ids.uuid7(), "created_at": now, "subject_id": subject_of(person_id)}
    begin = insert(Profile).values(person_id=person_id, changed_at=now, **empty)
    db.session.execute(begin.on_conflict_do_nothing(index_elements=["person_id"]))
    mine = select(Profile).where(Profile.person_id == person_id).with_for_update()
    return db.session.scalars(mine.execution_options(populate_existing=True)).one()
