"""Guardianships: beginning, ending and looking them up. They end by themselves at 18."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import domain as accounts
from portal.accounts.alarms import service as alarms
from portal.accounts.attempts import service as attempts
from portal.accounts.domain import State
from portal.accounts.events import GuardianEnded, GuardianLinked
from portal.accounts.family.domain import (
    ADDING,
    CODE_LENGTH,
    CODES,
    INVITATION_LASTS,
    Dependant,
    Guardian,
    GuardianAlready,
    GuardianCodeUnfit,
    LastGuardian,
    NoSuchChild,
    NotOfAge,
    Relation,
)
from portal.accounts.family.models import GuardianCode, Guardianship
from portal.accounts.people import service as people
from portal.accounts.people.models import Person
from portal.audit import service as audit
from portal.kernel import clock, ids, keys
from portal.kernel.db import db
from portal.kernel.events import publish

WRITTEN_WITHIN = timedelta(minutes=1)


def dependants_of(guardian_id: UUID) -> tuple[Dependant, ...]:
    """The children under 18 of this guardian, the eldest link first."""
    rows = db.session.execute(_children(guardian_id)).all()
    return _under_age(rows)


def dependant(guardian_id: UUID, dependant_id: UUID) -> Dependant:
    """One of this guardian's children. Raises NoSuchChild, also for one who came of age."""
    rows = db.session.execute(_children(guardian_id).where(Person.id == dependant_id)).all()
    found = _under_age(rows)
    if not found:
        raise NoSuchChild
    return found[0]


def is_guardian(guardian_id: UUID, dependant_id: UUID) -> bool:
    """Whether this guardian has rights now."""
    rows = db.session.execute(_children(guardian_id).where(Person.id == dependant_id)).all()
    return bool(_under_age(rows))


def is_of_age(person_id: UUID) -> bool:
    """Raises NoSuchPerson."""
    return accounts.is_of_age(people.one(person_id).birth_date, clock.today())


def guardians_of(person_id: UUID) -> tuple[Guardian, ...]:
    """Nobody from the day of coming of age. Raises NoSuchPerson."""
    if is_of_age(person_id):
        return ()
    theirs = (Guardianship.subject_id == person_id, Guardianship.ended_at.is_(None))
    rows = db.session.scalars(select(Guardianship).where(*theirs).order_by(Guardianship.id)).all()
    names = people.names([row.guardian_id for row in rows])
    return tuple(
        Guardian(row.guardian_id, names[row.guardian_id], row.relation, row.created_at)
        for row in rows
        if row.guardian_id in names
    )


def may_add(guardian_id: UUID) -> None:
    """Count one child that is added. Raises NotOfAge, TooMany."""
    attempts.spend(ADDING, str(guardian_id))
    _check_of_age(guardian_id)


def link(guardian_id: UUID, dependant_id: UUID, relation: Relation) -> None:
    """Begin a guardianship, once; a child with an account is told.

    Raises NotOfAge, GuardianAlready.
    """
    _check_of_age(guardian_id)
    row = Guardianship(subject_id=dependant_id, guardian_id=guardian_id, relation=relation)
    values = {column.name: getattr(row, column.name) for column in Guardianship.__table__.columns}
    put = insert(Guardianship).values(values).on_conflict_do_nothing().returning(Guardianship.id)
    if db.session.scalar(put) is None:
        raise GuardianAlready
    _told("family.linked", dependant_id, guardian_id)
    alarms.warn(dependant_id, "helper_added")
    publish(GuardianLinked(guardian_id, dependant_id))


def end(guardian_id: UUID, dependant_id: UUID) -> None:
    """Stop being a guardian. Raises NoSuchChild, LastGuardian.

    The child's row is held: of two who stop at once, one stays for a child with an account.
    """
    dependant(guardian_id, dependant_id)
    child = people.hold(dependant_id)
    others = len(guardians_of(dependant_id)) - 1
    if child.state in (State.ACTIVE, State.CLAIMING) and others < 1:
        raise LastGuardian
    ended = (
        update(Guardianship)
        .where(_live(guardian_id), Guardianship.subject_id == dependant_id)
        .values(ended_at=clock.now())
        .returning(Guardianship.id)
    )
    if db.session.scalar(ended) is None:
        raise NoSuchChild
    theirs = (GuardianCode.subject_id == dependant_id, GuardianCode.made_by == guardian_id)
    db.session.execute(delete(GuardianCode).where(*theirs))
    _told("family.ended", dependant_id, guardian_id)
    publish(GuardianEnded(guardian_id, dependant_id))


def invite(guardian_id: UUID, dependant_id: UUID) -> str:
    """A code that another guardian types, shown this once; an earlier one ends.

    Raises NoSuchChild.
    """
    dependant(guardian_id, dependant_id)
    code = ids.grouped(ids.new_code(CODE_LENGTH))
    row = GuardianCode(
        subject_id=dependant_id,
        made_by=guardian_id,
        hash=_hash(code),
        ends=clock.now() + INVITATION_LASTS,
    )
    values = {column.name: getattr(row, column.name) for column in GuardianCode.__table__.columns}
    put = insert(GuardianCode).values(values)
    db.session.execute(put.on_conflict_do_update(index_elements=["subject_id"], set_=values))
    _told("family.invited", dependant_id, guardian_id)
    return code


def accept(person_id: UUID, typed: str, relation: Relation) -> UUID:
    """Use another guardian's code up: whose guardian one is from now on.

    Raises TooMany, NotOfAge, GuardianCodeUnfit, GuardianAlready.
    """
    attempts.spend(CODES, str(person_id))
    _check_of_age(person_id)
    used = delete(GuardianCode).where(
        GuardianCode.hash == _hash(typed), GuardianCode.ends > clock.now()
    )
    row = db.session.execute(used.returning(GuardianCode.subject_id, GuardianCode.made_by)).first()
    # Whoever made it may have stopped since, or the child has come of age.
    if row is None or not is_guardian(row.made_by, row.subject_id):
        about = f"person:{person_id}"
        audit.record("family.code_refused", about=about, actor=person_id, subject_id=person_id)
        raise GuardianCodeUnfit
    child_id: UUID = row.subject_id
    link(person_id, child_id, relation)
    attempts.forget(CODES, str(person_id))
    return child_id


def secure(guardian_id: UUID, since: datetime | None) -> None:
    """Take away what a thief did as this guardian: codes, and other guardians since then."""
    db.session.execute(delete(GuardianCode).where(GuardianCode.made_by == guardian_id))
    if since is None:
        return
    mine = select(Guardianship.subject_id).where(_live(guardian_id))
    begun = (
        update(Guardianship)
        .where(
            Guardianship.subject_id.in_(mine),
            Guardianship.guardian_id != guardian_id,
            Guardianship.created_at >= since - WRITTEN_WITHIN,
            Guardianship.ended_at.is_(None),
        )
        .values(ended_at=clock.now())
        .returning(Guardianship.guardian_id, Guardianship.subject_id)
    )
    for row in db.session.execute(begun).all():
        _told("family.ended", row.subject_id, guardian_id)
        publish(GuardianEnded(row.guardian_id, row.subject_id))


def sweep() -> None:
    """Remove codes that have ended."""
    db.session.execute(delete(GuardianCode).where(GuardianCode.ends < clock.now()))


def _children(guardian_id: UUID) -> Select[Person, Guardianship]:
    mine = select(Person, Guardianship).join(Guardianship, Guardianship.subject_id == Person.id)
    return mine.where(_live(guardian_id)).order_by(Guardianship.id)


def _live(guardian_id: UUID) -> ColumnElement[bool]:
    return and_(Guardianship.guardian_id == guardian_id, Guardianship.ended_at.is_(None))


def _under_age(rows: Sequence[Any]) -> tuple[Dependant, ...]:
    keys.preload([person.id for person, _ in rows])
    today = clock.today()
    return tuple(
        Dependant(
            person.id,
            person.name,
            person.birth_date,
            person.state == State.ACTIVE,
            guardianship.relation,
        )
        for person, guardianship in rows
        if not accounts.is_of_age(person.birth_date, today)
    )


def _check_of_age(person_id: UUID) -> None:
    """Raises NotOfAge, NoSuchPerson."""
    if not is_of_age(person_id):
        raise NotOfAge


def _hash(code: str) -> bytes:
    return keys.keyed_hash("family.code", ids.read_code(code))


def _told(act: str, child_id: UUID, actor: UUID) -> None:
    audit.record(act, about=f"person:{child_id}", actor=actor, subject_id=child_id)
