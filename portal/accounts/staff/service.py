"""Role changes by two people, emergency access, and what others are told of both."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update

from portal.accounts import domain
from portal.accounts.alarms import service as alarms
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Contact, Kind
from portal.accounts.domain import Grant, Role
from portal.accounts.people import service as people
from portal.accounts.roles import service as roles
from portal.accounts.roles.models import Emergency, RoleChange
from portal.accounts.staff import words
from portal.accounts.staff.domain import ChangeEnded, ReasonNeeded, SamePerson
from portal.audit import service as audit
from portal.i18n import speaking
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.errors import Refused


@dataclass(frozen=True)
class Change:
    """A proposed change as pages show it."""

    id: UUID
    person_id: UUID
    gives: bool
    grant: Grant
    reason: str
    proposed_by: str
    ends: datetime


def change(person_id: UUID, changed: Grant, *, gives: bool, by: UUID | str, reason: str) -> bool:
    """Propose a change of roles, or make it where the first admins are set up; whether it is made.

    Raises ReasonNeeded, NoSuchPerson, and what domain.check_grant raises.
    """
    people.one(person_id)
    if not reason.strip():
        raise ReasonNeeded
    if roles.needs_two(by):
        roles.propose(person_id, changed, gives=gives, by=by, reason=reason.strip())
        return False
    _make(person_id, changed, gives=gives, by=by)
    return True


def invite(email: str, offered: Grant, *, by: UUID) -> None:
    """Mail a link that invites to this role; another admin approves it when it was used.

    Raises what domain.check_grant raises.
    """
    token = roles.invite(email, offered, by=by)
    spoken = people.one(by).language
    with speaking(spoken):
        said = words.invited(token)
    contact = Contact(Kind.EMAIL, email)
    contacts.send(keys.new_subject(), contact, said, spoken)


def held(person_id: UUID) -> tuple[Grant, ...]:
    """The roles that can be taken away."""
    return tuple(one for one in roles.grants_of(person_id) if one.role in domain.STAFF)


def waiting() -> tuple[Change, ...]:
    """What waits for a second person, the oldest first."""
    rows = db.session.scalars(select(RoleChange).where(_open()).order_by(RoleChange.created_at))
    return tuple(_seen(row) for row in rows)


def decide(change_id: UUID, *, approve: bool, by: UUID) -> None:
    """By another admin than who proposed it, and than whom it is about.

    Raises SamePerson, ChangeEnded.
    """
    row = db.session.scalar(select(RoleChange).where(RoleChange.id == change_id, _open()))
    if row is None:
        raise ChangeEnded
    if str(by) == row.proposed_by or by == row.subject_id:
        raise SamePerson
    decided = update(RoleChange).where(RoleChange.id == change_id, _open())
    decided = decided.values(decided_by=str(by), approved=approve).returning(RoleChange.id)
    if db.session.scalar(decided) is None:
        raise ChangeEnded
    if approve:
        _make(row.subject_id, _grant(row), gives=row.gives, by=by)
    else:
        about = f"person:{row.subject_id}"
        audit.record("accounts.role_declined", about=about, actor=by, subject_id=row.subject_id)


def emergency(person_id: UUID, provider: str, reason: str) -> datetime:
    """Open a provider's cases to one of the staff for an hour; until when. Every admin is told.

    Raises Refused, ReasonNeeded.
    """
    if roles.BREAK_GLASS not in roles.permissions_of(person_id):
        raise Refused
    if not reason.strip():
        raise ReasonNeeded
    people.hold(person_id)
    if (until := roles.emergencies(person_id).get(provider)) is not None:
        return until
    row = Emergency(subject_id=person_id, provider=provider, reason=reason.strip())
    row.until = row.created_at + domain.EMERGENCY_LASTS
    db.session.add(row)
    db.session.flush()
    about = f"provider:{provider}"
    audit.record("accounts.break_glass", about=about, actor=person_id, subject_id=person_id)
    alarms.warn(person_id, "break_glass", provider=provider)
    _tell_admins(row)
    return row.until


def _tell_admins(row: Emergency) -> None:
    name = people.one(row.subject_id).name
    for admin_id in dict.fromkeys(roles.admins()):
        language = people.one(admin_id).language
        with speaking(language):
            said = words.opened(name, row.provider, row.reason, row.until)
        for contact in contacts.reachable(admin_id)[:1]:
            contacts.send(admin_id, contact, said, language)


def _make(person_id: UUID, changed: Grant, *, gives: bool, by: UUID | str) -> None:
    if gives:
        roles.grant(person_id, **asdict(changed), by=by)
    else:
        roles.revoke(person_id, **asdict(changed), by=by)
    alarms.warn(person_id, "role_changed", role=changed.role, gives=str(gives))


def _open() -> ColumnElement[bool]:
    return and_(RoleChange.decided_by.is_(None), RoleChange.ends > clock.now())


def _seen(row: RoleChange) -> Change:
    who = row.subject_id
    return Change(row.id, who, row.gives, _grant(row), row.reason, row.proposed_by, row.ends)


def _grant(row: RoleChange) -> Grant:
    return Grant(Role(row.role), row.provider, row.area, row.category, row.post)
