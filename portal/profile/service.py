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
from portal.profile import domain
from portal.profile.domain import EXTRAS, Known, Prefilled
from portal.profile.events import ProfileChanged
from portal.profile.models import Profile

DETAILS = frozenset(field.name for field in fields(Details))


def subject_of(person_id: UUID) -> UUID:
    """Whose key seals what this person writes: accounts give the subject the person's id."""
    return person_id


def known(person_id: UUID) -> Known:
    """Raises NoSuchPerson."""
    row = db.session.scalar(select(Profile).where(Profile.person_id == person_id))
    extras = (row.extras if row else None) or {}
    return Known(accounts.details(person_id), extras, row.changed_at if row else None)


def prefill(person_id: UUID, paths: Collection[str]) -> dict[str, Prefilled]:
    """What forms may fill in, by path; paths that nothing is known for are left out."""
    if not paths:
        return {}
    told = known(person_id)
    found = {path: domain.prefilled(told, path) for path in paths}
    return {path: value for path, value in found.items() if value is not None}


def facts(person_id: UUID) -> dict[str, Any]:
    """What rules of eligibility may ask about the person, today. Raises NoSuchPerson."""
    return domain.facts(known(person_id), clock.today())


def value(path: str, person_id: UUID) -> Any:
    """One path alone, as a typed answer or None."""
    return domain.SOURCES[path](known(person_id))


def change(person_id: UUID, slug: str, told: Mapping[str, Any]) -> None:
    """Put these typed answers in place of a group's.

    Raises NoSuchGroup, and what accounts say to details: ContactTaken, NoContact, TooYoung.
    """
    names = domain.group(slug).fields.keys()
    basic = {name: told.get(name) for name in names if name in DETAILS}
    extras = {name: told.get(name) for name in names if name in EXTRAS}
    if basic:
        accounts.change_details(person_id, _changed(accounts.details(person_id), basic))
    if extras:
        _keep(person_id, extras)
    audit.record(
        f"profile.changed.{slug}",
        about=f"person:{person_id}",
        actor=person_id,
        subject_id=subject_of(person_id),
    )
    publish(ProfileChanged(person_id, slug))


def _changed(details: Details, told: Mapping[str, Any]) -> Details:
    """Typed answers as accounts hold them."""
    changes = dict(told)
    if isinstance(changes.get("birth_date"), str):
        changes["birth_date"] = date.fromisoformat(changes["birth_date"])
    if changes.get("gender"):
        changes["gender"] = Gender(changes["gender"])
    return replace(details, **changes)


def _keep(person_id: UUID, extras: Mapping[str, Any]) -> None:
    now = clock.now()
    empty = {"id": ids.uuid7(), "created_at": now, "subject_id": subject_of(person_id)}
    begin = insert(Profile).values(person_id=person_id, changed_at=now, **empty)
    db.session.execute(begin.on_conflict_do_nothing(index_elements=["person_id"]))
    mine = select(Profile).where(Profile.person_id == person_id).with_for_update()
    row = db.session.scalars(mine.execution_options(populate_existing=True)).one()
    kept = {**(row.extras or {}), **extras}
    row.extras = {name: value for name, value in kept.items() if value is not None} or None
    row.changed_at = now
    db.session.flush()
