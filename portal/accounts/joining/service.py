"""Making accounts: of nobody known, or of the record that was kept of somebody without one."""

from dataclasses import replace
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import domain, passwords
from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import REGISTRATION
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Kind
from portal.accounts.domain import Details, State
from portal.accounts.factors import service as factors
from portal.accounts.family import service as family
from portal.accounts.joining.domain import (
    CLAIM_LASTS,
    LASTS,
    LENGTH,
    TRIES,
    HasAccount,
    ImplausibleBirth,
    TooYoungForCode,
    is_same_person,
)
from portal.accounts.joining.models import JoiningCode
from portal.accounts.people import service as people
from portal.accounts.people.models import Password, Person
from portal.accounts.proving import service as proving
from portal.accounts.roles import service as roles
from portal.accounts.sessions import service as sessions
from portal.audit import service as audit
from portal.kernel import clock, ids, keys
from portal.kernel.db import apart, db

# What comes with an account where nothing was kept, and goes if it is not completed.
FILLED = ("phone", "address", "gender")


def register(told: Details, password: str, *, address: str, invitation: str | None = None) -> UUID:
    """Make an account that waits for a proven contact and its second factor.

    Whether somebody else has the contacts is not asked, so that the answer tells nobody. Raises
    TooMany, UnfitPassword, GuardianNeeded, InvitationEnded, CannotBeProven, ContactTaken (only
    with an invitation), and what domain.check_details raises.
    """
    today = clock.today()
    domain.check_details(told, today)
    if not domain.is_of_age(told.birth_date, today):
        raise domain.GuardianNeeded
    hashed, address = _begin(told, password, address)
    person = people.add(told)
    db.session.add(Password(subject_id=person.id, hash=hashed))
    factors.new_app(person.id)
    if invitation:
        roles.redeem(invitation, person.id, told.email)
        contacts.trust(person.id, only=Kind.EMAIL)
    attempts.take_back(REGISTRATION, address)
    return person.id


def keep(told: Details, *, by: UUID, why: Literal["child", "assisted"]) -> UUID:
    """Keep somebody who has no account, so that others can apply for them.

    Nobody signs in as them or finds them by a contact; a number is kept as one to call.
    Raises ImplausibleBirth.
    """
    if not domain.is_plausible(told.birth_date, clock.today()):
        raise ImplausibleBirth
    uncontacted = replace(told, email=None, mobile=None, phone=told.phone or told.mobile)
    person = people.add(uncontacted, State.KEPT)
    _told("accounts.kept", person.id, by, why)
    return person.id


def joining_code(person_id: UUID, *, by: UUID) -> str:
    """A code with which the person makes an account of their record; an earlier one ends.

    The caller knows that `by` may ask for it. Raises NoSuchPerson, HasAccount, TooYoungForCode.
    """
    person = people.hold(person_id)
    if person.state != State.KEPT:
        raise HasAccount
    if domain.age(person.birth_date, clock.today()) < domain.YOUNGEST:
        raise TooYoungForCode
    code = ids.grouped(ids.new_code(LENGTH))
    ends = clock.now() + LASTS
    row = JoiningCode(
        subject_id=person_id, made_by=by, hash=_hash(code), tries=0, ends=ends, filled=""
    )
    values = {column.name: getattr(row, column.name) for column in JoiningCode.__table__.columns}
    put = insert(JoiningCode).values(values)
    db.session.execute(put.on_conflict_do_update(index_elements=["subject_id"], set_=values))
    _told("accounts.joining_code_made", person_id, by)
    return code


def claim(code: str, told: Details, password: str, address: str) -> UUID | None:
    """Make an account of what was kept: the same person, with their applications.

    None for a wrong code, one that has ended, another name or birth date, and under 18 without a
    guardian. Raises TooMany, UnfitPassword, CannotBeProven and what domain.check_details raises.
    """
    domain.check_details(told, clock.today())
    hashed, address = _begin(told, password, address)
    person = _meant(code, told)
    if person is None or not _use_up(code, person, told):
        audit.record("accounts.joining_refused", about="joining_code", actor="web")
        return None
    _take_over(person, told)
    db.session.add(Password(subject_id=person.id, hash=hashed))
    factors.new_app(person.id)
    _told("accounts.claimed", person.id, person.id)
    attempts.take_back(REGISTRATION, address)
    return person.id


def take_back(made_by: UUID) -> None:
    """End the codes that this one made and nobody has used."""
    mine = JoiningCode.made_by == made_by, JoiningCode.used_at.is_(None)
    db.session.execute(delete(JoiningCode).where(*mine))


def sweep() -> None:
    """Keep again what was not made an account of within a day, and remove codes that ended."""
    begun = clock.now() - CLAIM_LASTS
    going_on = select(JoiningCode.subject_id).where(JoiningCode.used_at >= begun)
    left = select(Person).where(Person.state == State.CLAIMING, Person.id.not_in(going_on))
    # Whoever sets the factor at this moment holds the row, and is let be.
    for person in db.session.scalars(left.with_for_update(skip_locked=True)).all():
        _keep_again(person)
    unused = or_(JoiningCode.used_at.is_(None), JoiningCode.used_at < begun)
    db.session.execute(delete(JoiningCode).where(JoiningCode.ends < clock.now(), unused))


def _begin(told: Details, password: str, address: str) -> tuple[str, str]:
    """The hash of the password, and what tries are counted for."""
    passwords.check(password, told)
    address = domain.neighbourhood(address)
    attempts.spend(REGISTRATION, address)
    hashed = passwords.hashed(password)
    proving.check(told)
    return hashed, address


def _meant(code: str, told: Details) -> Person | None:
    """Who was kept under this code, held, if these are their details; each try counts.

    The same is asked of the tables whatever is wrong.
    """
    one_try = (
        update(JoiningCode)
        .where(_open(code), JoiningCode.tries < TRIES)
        .values(tries=JoiningCode.tries + 1)
        .returning(JoiningCode.subject_id)
    )
    with apart() as session:
        found = session.scalar(one_try)
    person_id = found or ids.uuid7()
    kept = select(Person).where(Person.id == person_id, Person.state == State.KEPT)
    held = kept.with_for_update().execution_options(populate_existing=True)
    person = db.session.scalar(held)
    keys.preload([person_id])
    if person is None or not is_same_person(people.details(person.id), told):
        return None
    of_age = domain.is_of_age(person.birth_date, clock.today())
    return person if of_age or family.guardians_of(person.id) else None


def _use_up(code: str, person: Person, told: Details) -> bool:
    filled = [name for name in FILLED if _is_filled_by(person, told, name)]
    used = (
        update(JoiningCode)
        .where(_open(code), JoiningCode.subject_id == person.id)
        .values(used_at=clock.now(), filled=" ".join(filled))
        .returning(JoiningCode.id)
    )
    return db.session.scalar(used) is not None


def _take_over(person: Person, told: Details) -> None:
    """What was kept stands: applications were made with it, and its owner can change it."""
    for name in FILLED:
        if _is_filled_by(person, told, name):
            setattr(person, name, getattr(told, name))
    person.email, person.mobile, person.language = told.email, told.mobile, told.language
    person.state = State.CLAIMING
    db.session.flush()


def _is_filled_by(person: Person, told: Details, name: str) -> bool:
    return getattr(person, name) is None and getattr(told, name) is not None


def _keep_again(person: Person) -> None:
    mine = JoiningCode.subject_id == person.id
    filled = db.session.scalar(delete(JoiningCode).where(mine).returning(JoiningCode.filled))
    for name in (filled or "").split():
        setattr(person, name, None)
    for kind in Kind:
        contacts.clear(person, kind)
    person.state = State.KEPT
    db.session.flush()
    db.session.execute(delete(Password).where(Password.subject_id == person.id))
    factors.forget_waiting_app(person.id)
    sessions.end_all(person.id)
    _told("accounts.claim_ended", person.id, "sweep")


def _open(code: str) -> ColumnElement[bool]:
    return and_(
        JoiningCode.hash == _hash(code),
        JoiningCode.used_at.is_(None),
        JoiningCode.ends > clock.now(),
    )


def _hash(code: str) -> bytes:
    return keys.keyed_hash("joining.code", ids.read_code(code))


def _told(act: str, person_id: UUID, by: UUID | str, why: str = "") -> None:
    audit.record(act, about=f"person:{person_id}", actor=by, subject_id=person_id, why=why)
