"""Who holds which role, and the links that invite the first admins."""

import secrets
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import domain
from portal.accounts.domain import INVITATION_LASTS, Grant, Role
from portal.accounts.events import RoleGranted, RoleRevoked
from portal.accounts.roles.models import Invitation, RoleGrant
from portal.accounts.sessions import service as sessions
from portal.audit import service as audit
from portal.kernel import clock, crypto, keys
from portal.kernel.db import db
from portal.kernel.errors import N_, Gone
from portal.kernel.events import publish
from portal.kernel.ids import uuid7


class InvitationEnded(Gone):
    message = N_("This invitation has ended or is for another e-mail address. Ask for a new one.")


def grants_of(person_id: UUID) -> tuple[Grant, ...]:
    mine = select(RoleGrant).where(RoleGrant.person_id == person_id).order_by(RoleGrant.created_at)
    held = (Grant(Role(row.role), row.provider) for row in db.session.scalars(mine))
    return (Grant(Role.CITIZEN), *held)


def permissions_of(person_id: UUID) -> frozenset[str]:
    return domain.permissions(grants_of(person_id))


def providers_of(person_id: UUID, permission: str | None = None) -> frozenset[str]:
    """The providers that the person acts for; with a permission, those where it is held."""
    return domain.providers(grants_of(person_id), permission)


def grant(person_id: UUID, role: Role, provider: str | None = None, *, by: UUID | str) -> None:
    """Give a role, once. The person signs in again, for the shorter session of staff.

    Raises RoleNeedsProvider, RoleHasNoProvider.
    """
    domain.check_grant(Grant(role, provider))
    row = RoleGrant(person_id=person_id, role=role, provider=provider, granted_by=str(by))
    values = {column.name: getattr(row, column.name) for column in RoleGrant.__table__.columns}
    put = insert(RoleGrant).values(values).on_conflict_do_nothing().returning(RoleGrant.id)
    if db.session.scalar(put) is not None:
        _changed("accounts.role_granted", person_id, Grant(role, provider), by)
        publish(RoleGranted(person_id, role, provider))


def revoke(person_id: UUID, role: Role, provider: str | None = None, *, by: UUID | str) -> None:
    """Take a role away; nothing happens to somebody who does not hold it."""
    held = (
        RoleGrant.person_id == person_id,
        RoleGrant.role == role,
        RoleGrant.provider.is_not_distinct_from(provider),
    )
    gone = delete(RoleGrant).where(*held).returning(RoleGrant.id)
    if db.session.scalar(gone) is not None:
        _changed("accounts.role_revoked", person_id, Grant(role, provider), by)
        publish(RoleRevoked(person_id, role, provider))


def invite(email: str, role: Role = Role.ADMIN, *, by: str = "command") -> str:
    """A token with which whoever registers under this e-mail address gets the role, once."""
    domain.check_grant(Grant(role))
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        id=uuid7(),
        token_hash=crypto.token_hash(token),
        email_key=keys.keyed_hash("people.email", email),
        role=role,
        ends=clock.now() + INVITATION_LASTS,
    )
    db.session.add(invitation)
    db.session.flush()
    audit.record("accounts.invited", about=f"invitation:{invitation.id}", actor=by, why=role)
    return token


def check_invitation(token: str) -> None:
    """Raises InvitationEnded."""
    if db.session.scalar(select(Invitation.id).where(_open(token))) is None:
        raise InvitationEnded


def redeem(token: str, person_id: UUID, email: str | None) -> None:
    """Use the invitation up and give its role. Raises InvitationEnded."""
    email_key = keys.keyed_hash("people.email", email or "")
    used = (
        update(Invitation)
        .where(_open(token), Invitation.email_key == email_key)
        .values(used_at=clock.now())
        .returning(Invitation.id, Invitation.role)
    )
    if (found := db.session.execute(used).first()) is None:
        raise InvitationEnded
    grant(person_id, Role(found[1]), by=f"invitation:{found[0]}")


def sweep() -> None:
    """Remove invitations that nobody can use any more."""
    db.session.execute(delete(Invitation).where(Invitation.ends < clock.now()))


def _open(token: str) -> ColumnElement[bool]:
    return and_(
        Invitation.token_hash == crypto.token_hash(token),
        Invitation.used_at.is_(None),
        Invitation.ends > clock.now(),
    )


def _changed(act: str, person_id: UUID, held: Grant, by: UUID | str) -> None:
    sessions.end_all(person_id)
    audit.record(
        act,
        about=f"person:{person_id}",
        actor=by,
        subject_id=person_id,
        why=f"{held.role} {held.provider or ''}".strip(),
    )
