"""The rows of people: who is found under an address or number, what they told us, who goes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import DateTime, Select, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from portal.accounts import domain
from portal.accounts.domain import Details, Grant, Role, State
from portal.accounts.events import DetailsChanged
from portal.accounts.people.models import Person
from portal.accounts.roles.models import Emergency, RoleGrant
from portal.audit import service as audit
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError, NotFound
from portal.kernel.events import publish
from portal.kernel.room import Room

NAMES = tuple(field.name for field in fields(Details))
CONTACTS = ("email", "mobile")
# Where the application keeps the query for who visits.
ASKED = "accounts.visiting"


class NoSuchPerson(NotFound):
    message = N_("There is no such person.")


class ContactTaken(DomainError):
    """Told only to whoever has shown that the contact is theirs."""

    status = 409
    message = N_("This is used by another account. Sign in to that one, or give another.")


@dataclass(frozen=True)
class Visiting:
    """What every page needs to know of the signed-in person."""

    name: str
    language: str
    grants: tuple[Grant, ...]
    counts: Mapping[str, int]


def _visiting(rooms: Iterable[Room]) -> Select[*tuple[Any, ...]]:
    mine = bindparam("id", type_=Uuid())
    reach = (RoleGrant.provider, RoleGrant.area, RoleGrant.category, RoleGrant.post)
    one = func.jsonb_build_array(RoleGrant.role, *reach)
    told = select(func.jsonb_agg(aggregate_order_by(one, RoleGrant.created_at)))
    held = told.where(RoleGrant.person_id == mine).scalar_subquery()
    lasts = (
        Emergency.subject_id == mine,
        Emergency.until > bindparam("now", type_=DateTime(timezone=True)),
    )
    opened = select(func.jsonb_agg(Emergency.provider)).where(*lasts).scalar_subquery()
    counts = [one(mine) for room in rooms for one in room.counts.values()]
    wanted = select(Person, keys.SubjectKey, held, opened, *counts).where(Person.id == mine)
    return wanted.join(keys.SubjectKey, keys.SubjectKey.id == Person.subject_id)


def find(contact: str) -> Person | None:
    """The person who has proven this e-mail address or mobile number, and signs in with it."""
    name = domain.contact(contact)
    mine = (
        Person.email_key == email_key(name)
        if "@" in name
        else Person.mobile_key == mobile_key(name)
    )
    return db.session.scalar(select(Person).where(mine))


def id_of(contact: str) -> UUID:
    """The id of the person with this e-mail address or mobile number. Raises NoSuchPerson."""
    if (person := find(contact)) is None:
        raise NoSuchPerson
    return person.id


def one(person_id: UUID) -> Person:
    """Raises NoSuchPerson."""
    if (person := db.session.get(Person, person_id)) is None:
        raise NoSuchPerson
    return person


def visiting(person_id: UUID) -> Visiting:
    """Who is visiting, with the key that opens their row, by the one query of a page.

    Raises NoSuchPerson.
    """
    rooms = current_app.extensions["rooms"]
    # Put together once: that costs more than sending it, and every page of a person does.
    if ASKED not in current_app.extensions:
        current_app.extensions[ASKED] = _visiting(rooms)
    wanted = current_app.extensions[ASKED]
    row = db.session.execute(wanted, {"id": person_id, "now": clock.now()}).first()
    if row is None:
        raise NoSuchPerson
    person, key, grants, emergencies, *counted = row
    keys.remember([key])
    # The database keeps the names of roles, in capitals.
    given = (Grant(Role[role], *reach) for role, *reach in grants or ())
    opened = (Grant(Role.EMERGENCY, provider) for provider in emergencies or ())
    called = (name for room in rooms for name in room.counts)
    counts = dict(zip(called, counted, strict=True))
    return Visiting(person.name, person.language, (Grant(Role.CITIZEN), *given, *opened), counts)


def details(person_id: UUID) -> Details:
    """Raises NoSuchPerson."""
    return details_since(person_id)[0]


def details_since(person_id: UUID) -> tuple[Details, datetime]:
    """Also when the person registered. Raises NoSuchPerson."""
    person = one(person_id)
    return Details(**{name: getattr(person, name) for name in NAMES}), person.created_at


def names(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of many people, by two queries."""
    wanted = set(person_ids)
    keys.preload(wanted)
    found = db.session.scalars(select(Person).where(Person.id.in_(wanted)))
    return {person.id: person.name for person in found}


def add(told: Details, state: State = State.ENROLLING) -> Person:
    """Somebody new, who is found under none of these contacts before it is proven."""
    subject = keys.new_subject()
    values = {name: getattr(told, name) for name in NAMES}
    # Spelled out: the row is put in at once, and read back by nobody.
    unset = {"text_factor": False, "mobile_leaves": None, "created_at": clock.now()}
    person = Person(id=subject, subject_id=subject, state=state, **values, **unset)
    db.session.add(person)
    db.session.flush()
    return person


def hold(person_id: UUID) -> Person:
    """The row as it is now; nobody else changes it before this request ends.

    Raises NoSuchPerson.
    """
    mine = select(Person).where(Person.id == person_id).with_for_update()
    held = db.session.scalar(mine.execution_options(populate_existing=True))
    if held is None:
        raise NoSuchPerson
    return held


def change_details(person_id: UUID, told: Details) -> None:
    """Put these details in place of the old ones, all but the contacts: those are proven first.

    Raises NoSuchPerson, TooYoung, AgeIsFixed.
    """
    person = hold(person_id)
    today = clock.today()
    if domain.age(told.birth_date, today) < domain.YOUNGEST:
        raise domain.TooYoung
    if domain.is_of_age(told.birth_date, today) != domain.is_of_age(person.birth_date, today):
        raise domain.AgeIsFixed
    for name in NAMES:
        value = getattr(told, name)
        if name not in CONTACTS and getattr(person, name) != value:
            setattr(person, name, value)
    db.session.flush()
    changed(person_id)


def changed(person_id: UUID) -> None:
    """Tell that the person changed their own details."""
    audit.record(
        "accounts.details_changed",
        about=f"person:{person_id}",
        actor=person_id,
        subject_id=person_id,
    )
    publish(DetailsChanged(person_id))


def email_key(email: str) -> bytes:
    return keys.keyed_hash("people.email", email)


def mobile_key(mobile: str) -> bytes:
    return keys.keyed_hash("people.mobile", mobile)
