"""The rows of people: who is found under an address or number, what they told us, who goes."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.exc import IntegrityError

from portal.accounts import domain
from portal.accounts.domain import Details, Grant, Role, State
from portal.accounts.events import DetailsChanged
from portal.accounts.factors.models import App, RecoveryCode
from portal.accounts.people.models import Password, Person
from portal.accounts.roles.models import RoleGrant
from portal.accounts.sessions.models import SessionRow
from portal.audit import service as audit
from portal.kernel import clock, keys
from portal.kernel.db import Base, db
from portal.kernel.errors import N_, DomainError, NotFound
from portal.kernel.events import publish

NAMES = tuple(field.name for field in fields(Details))


class NoSuchPerson(NotFound):
    message = N_("There is no such person.")


class ContactTaken(DomainError):
    """Says the same whichever of the two it was, and does not say that there is an account."""

    status = 422
    message = N_("This e-mail address or mobile number cannot be used. Give another.")


@dataclass(frozen=True)
class Visiting:
    """What every page needs to know of the signed-in person."""

    name: str
    language: str
    grants: tuple[Grant, ...]


def _visiting() -> Select[*tuple[Any, ...]]:
    mine = bindparam("id", type_=Uuid())
    pair = func.jsonb_build_array(RoleGrant.role, RoleGrant.provider)
    told = select(func.jsonb_agg(aggregate_order_by(pair, RoleGrant.created_at)))
    held = told.where(RoleGrant.person_id == mine).scalar_subquery()
    wanted = select(Person, keys.SubjectKey, held).where(Person.id == mine)
    return wanted.join(keys.SubjectKey, keys.SubjectKey.id == Person.subject_id)


# Put together once: that costs more than sending it, and every page of a person does.
VISITING = _visiting()


def find(contact: str) -> Person | None:
    """The person who signs in with this e-mail address or mobile number."""
    name = domain.contact(contact)
    mine = (
        Person.email_key == _email_key(name)
        if "@" in name
        else Person.mobile_key == _mobile_key(name)
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
    row = db.session.execute(VISITING, {"id": person_id}).first()
    if row is None:
        raise NoSuchPerson
    person, key, grants = row
    keys.remember([key])
    # The database keeps the names of roles, in capitals.
    given = (Grant(Role[role], provider) for role, provider in grants or ())
    return Visiting(person.name, person.language, (Grant(Role.CITIZEN), *given))


def details(person_id: UUID) -> Details:
    """Raises NoSuchPerson."""
    person = one(person_id)
    return Details(**{name: getattr(person, name) for name in NAMES})


def names(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of many people, by two queries."""
    wanted = set(person_ids)
    keys.preload(wanted)
    found = db.session.scalars(select(Person).where(Person.id.in_(wanted)))
    return {person.id: person.name for person in found}


def is_taken(told: Details, but: UUID | None = None) -> bool:
    """Whether somebody else signs in with one of these contacts."""
    mine = [
        column == key
        for column, key in (
            (Person.email_key, _email_key(told.email)),
            (Person.mobile_key, _mobile_key(told.mobile)),
        )
        if key
    ]
    others = select(Person.id).where(or_(*mine))
    return db.session.scalar(others if but is None else others.where(Person.id != but)) is not None


def add(told: Details) -> Person:
    """Raises ContactTaken, also when somebody took it in the same moment."""
    subject = keys.new_subject()
    person = Person(id=subject, subject_id=subject, state=State.ENROLLING, **_values(told))
    row = {column.name: getattr(person, column.name) for column in Person.__table__.columns}
    # An insert that waits for its rival and then says no, where a flush would end the transaction.
    put = insert(Person).values(row).on_conflict_do_nothing().returning(Person)
    if (added := db.session.scalar(put)) is None:
        raise ContactTaken
    return added


def change_details(person_id: UUID, told: Details) -> None:
    """Put these details in place of the old ones.

    Raises NoSuchPerson, ContactTaken, also when somebody took it in the same moment, and what
    domain.check_details raises.
    """
    person = one(person_id)
    domain.check_details(told, clock.today())
    if is_taken(told, but=person_id):
        raise ContactTaken
    try:
        with db.session.begin_nested():
            _put(person, told)
    except IntegrityError as error:
        raise ContactTaken from error
    audit.record(
        "accounts.details_changed",
        about=f"person:{person_id}",
        actor=person_id,
        subject_id=person_id,
    )
    publish(DetailsChanged(person_id))


def _put(person: Person, told: Details) -> None:
    for name, value in _values(told).items():
        if name.endswith("_key") or getattr(person, name) != value:
            setattr(person, name, value)


def remove(person_id: UUID) -> None:
    """Destroy the person's key and rows of this room."""
    keys.erase(person_id)
    owned: tuple[tuple[type[Base], Any], ...] = (
        (Password, Password.subject_id),
        (App, App.subject_id),
        (RecoveryCode, RecoveryCode.person_id),
        (RoleGrant, RoleGrant.person_id),
        (SessionRow, SessionRow.person_id),
        (Person, Person.id),
    )
    for model, owner in owned:
        db.session.execute(delete(model).where(owner == person_id))


def sweep() -> None:
    """Remove accounts whose second factor was never set: nobody can use them."""
    begun = clock.now() - domain.ENROLMENT_LASTS
    unfinished = select(Person.id).where(Person.state == State.ENROLLING, Person.created_at < begun)
    # Whoever sets it up at this moment holds the row, and is let be.
    for person_id in db.session.scalars(unfinished.with_for_update(skip_locked=True)).all():
        remove(person_id)


def _values(told: Details) -> dict[str, Any]:
    values = {name: getattr(told, name) for name in NAMES}
    return values | {"email_key": _email_key(told.email), "mobile_key": _mobile_key(told.mobile)}


def _email_key(email: str | None) -> bytes | None:
    return keys.keyed_hash("people.email", email) if email else None


def _mobile_key(mobile: str | None) -> bytes | None:
    return keys.keyed_hash("people.mobile", mobile) if mobile else None
