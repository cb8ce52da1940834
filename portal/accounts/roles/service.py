"""Who holds which role, the links that invite staff, and changes that wait for a second person."""

import secrets
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import domain
from portal.accounts.domain import INVITATION_LASTS, Grant, Role, Scope
from portal.accounts.events import RoleGranted, RoleRevoked
from portal.accounts.roles.models import Emergency, Invitation, RoleChange, RoleGrant
from portal.accounts.sessions import service as sessions
from portal.audit import service as audit
from portal.kernel import clock, crypto, keys
from portal.kernel.db import db
from portal.kernel.errors import N_, Gone
from portal.kernel.events import publish
from portal.kernel.ids import uuid7

COMMAND = "command"
BREAK_GLASS = "cases.break_glass"


class InvitationEnded(Gone):
    message = N_("This invitation has ended or is for another e-mail address. Ask for a new one.")


def grants_of(person_id: UUID) -> tuple[Grant, ...]:
    """What the person holds, and what an emergency gives for the moment."""
    mine = select(RoleGrant).where(RoleGrant.person_id == person_id).order_by(RoleGrant.created_at)
    held = (_grant(row, Role(row.role)) for row in db.session.scalars(mine))
    opened = (Grant(Role.EMERGENCY, one) for one in emergencies(person_id))
    return (Grant(Role.CITIZEN), *held, *opened)


def emergencies(person_id: UUID) -> dict[str, datetime]:
    """The providers whose cases are open to the person in an emergency, and until when."""
    lasts = Emergency.subject_id == person_id, Emergency.until > clock.now()
    found = select(Emergency.provider, Emergency.until).where(*lasts).order_by(Emergency.until)
    return {row.provider: row.until for row in db.session.execute(found)}


def permissions_of(person_id: UUID) -> frozenset[str]:
    return domain.permissions(grants_of(person_id))


def providers_of(person_id: UUID, permission: str | None = None) -> frozenset[str]:
    """The providers that the person acts for; with a permission, those where it is held."""
    return domain.providers(grants_of(person_id), permission)


def grant(
    person_id: UUID,
    role: Role,
    provider: str | None = None,
    *,
    by: UUID | str,
    **reach: str | None,
) -> None:
    """Give a role, once, with the reach that a Grant has.

    The person signs in again, for the shorter session of staff.

    Raises RoleNeedsProvider, RoleHasNoProvider, RoleHasNoScope.
    """
    given = Grant(role, provider, **reach)
    domain.check_grant(given)
    row = RoleGrant(person_id=person_id, granted_by=str(by), **asdict(given))
    values = {column.name: getattr(row, column.name) for column in RoleGrant.__table__.columns}
    put = insert(RoleGrant).values(values).on_conflict_do_nothing().returning(RoleGrant.id)
    if db.session.scalar(put) is not None:
        _changed("accounts.role_granted", person_id, given, by)
        publish(RoleGranted(person_id, role, provider))


def revoke(
    person_id: UUID,
    role: Role,
    provider: str | None = None,
    *,
    by: UUID | str,
    **reach: str | None,
) -> None:
    """Take a role away; nothing happens to somebody who does not hold it.

    Named without its reach, what was given with one goes too, where nothing wider was held. An
    emergency that it let open ends with it.
    """
    named = Grant(role, provider, **reach)
    held = (
        RoleGrant.person_id == person_id,
        RoleGrant.role == role,
        RoleGrant.provider.is_not_distinct_from(provider),
    )
    columns = (RoleGrant.area, RoleGrant.category, RoleGrant.post)
    narrowed = (named.area, named.category, named.post)
    same = (column.is_not_distinct_from(one) for column, one in zip(columns, narrowed, strict=True))
    gone = _taken(*held, *same)
    if not gone and not any(narrowed):
        gone = _taken(*held)
    for taken in gone:
        _changed("accounts.role_revoked", person_id, taken, by)
    if gone:
        if BREAK_GLASS not in permissions_of(person_id):
            db.session.execute(delete(Emergency).where(Emergency.subject_id == person_id))
        publish(RoleRevoked(person_id, role, provider))


def _taken(*held: ColumnElement[bool]) -> list[Grant]:
    gone = db.session.scalars(delete(RoleGrant).where(*held).returning(RoleGrant))
    return [_grant(row, Role(row.role)) for row in gone]


def admins() -> tuple[UUID, ...]:
    """Everybody who holds the role of an admin, the first one first."""
    all_ = select(RoleGrant.person_id).where(RoleGrant.role == Role.ADMIN)
    return tuple(db.session.scalars(all_.order_by(RoleGrant.created_at)))


def integrators(provider: str) -> tuple[UUID, ...]:
    """Everybody who looks after this provider's programs."""
    held = RoleGrant.role == Role.INTEGRATOR, RoleGrant.provider == provider
    mine = select(RoleGrant.person_id).where(*held)
    return tuple(db.session.scalars(mine.order_by(RoleGrant.created_at)))


def holders(provider: str, permission: str) -> dict[UUID, frozenset[Scope]]:
    """Who holds a permission at this provider, and how far, the longest there first."""
    mine = select(RoleGrant).where(RoleGrant.provider == provider).order_by(RoleGrant.created_at)
    held: dict[UUID, list[Grant]] = {}
    for row in db.session.scalars(mine):
        held.setdefault(row.person_id, []).append(_grant(row, Role(row.role)))
    scopes = {who: domain.scopes(grants, permission) for who, grants in held.items()}
    return {who: reach for who, reach in scopes.items() if reach}


def holders_at(
    providers: Collection[str], permission: str
) -> dict[str, dict[UUID, frozenset[Scope]]]:
    """The same at many providers, by one query."""
    rows = select(RoleGrant).where(RoleGrant.provider.in_(providers))
    held: dict[tuple[str, UUID], list[Grant]] = {}
    for row in db.session.scalars(rows.order_by(RoleGrant.created_at)):
        place = row.provider or "", row.person_id
        held.setdefault(place, []).append(_grant(row, Role(row.role)))
    found: dict[str, dict[UUID, frozenset[Scope]]] = {}
    for (provider, who), grants in held.items():
        if reach := domain.scopes(grants, permission):
            found.setdefault(provider, {})[who] = reach
    return found


def needs_two(by: UUID | str) -> bool:
    """Whether a change by this one waits for a second person.

    The machine's command line stands for both until there are two admins, and never after.
    """
    return by != COMMAND or len(admins()) >= domain.FIRST_ADMINS


def propose(person_id: UUID, changed: Grant, *, gives: bool, by: UUID | str, reason: str) -> UUID:
    """Note a change that takes effect when another person approves it.

    Raises RoleNeedsProvider, RoleHasNoProvider, RoleHasNoScope.
    """
    domain.check_grant(changed)
    row = RoleChange(subject_id=person_id, gives=gives, reason=reason, **asdict(changed))
    row.proposed_by, row.decided_by, row.approved = str(by), None, None
    row.ends = row.created_at + domain.CHANGE_LASTS
    db.session.add(row)
    db.session.flush()
    why = f"{'give' if gives else 'take'} {_why(changed)}"
    _told("accounts.role_proposed", person_id, by, why)
    return row.id


def invite(email: str, invited: Grant | Role = Role.ADMIN, *, by: UUID | str = COMMAND) -> str:
    """A token with which whoever registers under this e-mail address gets the role, once.

    Raises RoleNeedsProvider, RoleHasNoProvider, RoleHasNoScope.
    """
    offered = invited if isinstance(invited, Grant) else Grant(invited)
    domain.check_grant(offered)
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        id=uuid7(),
        token_hash=crypto.token_hash(token),
        email_key=keys.keyed_hash("people.email", domain.contact(email)),
        invited_by=str(by),
        ends=clock.now() + INVITATION_LASTS,
        **asdict(offered),
    )
    db.session.add(invitation)
    db.session.flush()
    about = f"invitation:{invitation.id}"
    audit.record("accounts.invited", about=about, actor=by, why=_why(offered))
    return token


def check_invitation(token: str) -> None:
    """Raises InvitationEnded."""
    if db.session.scalar(select(Invitation.id).where(_open(token))) is None:
        raise InvitationEnded


def redeem(token: str, person_id: UUID, email: str | None) -> None:
    """Use the invitation up: its role is given, or proposed where that takes two people.

    Raises InvitationEnded.
    """
    email_key = keys.keyed_hash("people.email", domain.contact(email or ""))
    used = (
        update(Invitation)
        .where(_open(token), Invitation.email_key == email_key)
        .values(used_at=clock.now())
        .returning(Invitation)
    )
    if (found := db.session.scalar(used)) is None:
        raise InvitationEnded
    offered = _grant(found, Role(found.role))
    if needs_two(found.invited_by):
        reason = f"invitation {found.id}"
        propose(person_id, offered, gives=True, by=found.invited_by, reason=reason)
    else:
        grant(person_id, **asdict(offered), by=f"invitation:{found.id}")


def sweep() -> None:
    """Remove invitations that nobody can use any more."""
    now = clock.now()
    db.session.execute(delete(Invitation).where(Invitation.ends < now))
    db.session.execute(delete(RoleChange).where(RoleChange.ends < now))
    db.session.execute(delete(Emergency).where(Emergency.until < now))


def _open(token: str) -> ColumnElement[bool]:
    return and_(
        Invitation.token_hash == crypto.token_hash(token),
        Invitation.used_at.is_(None),
        Invitation.ends > clock.now(),
    )


def _changed(act: str, person_id: UUID, held: Grant, by: UUID | str) -> None:
    sessions.end_all(person_id)
    _told(act, person_id, by, _why(held))


def _told(act: str, person_id: UUID, by: UUID | str, why: str) -> None:
    audit.record(act, about=f"person:{person_id}", actor=by, subject_id=person_id, why=why)


def _why(held: Grant) -> str:
    told = (held.role, held.provider, held.area, held.category, held.post)
    return " ".join(one for one in told if one)


def _grant(row: RoleGrant | Invitation | RoleChange, role: Role) -> Grant:
    return Grant(role, row.provider, row.area, row.category, row.post)
