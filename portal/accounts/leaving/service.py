"""Removing people with everything of theirs in this room."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from portal.accounts import domain
from portal.accounts.alarms.models import Alarm
from portal.accounts.devices.models import KnownDevice
from portal.accounts.domain import State
from portal.accounts.events import PersonRemoved
from portal.accounts.factors.models import App, RecoveryCode
from portal.accounts.family.models import GuardianCode, Guardianship
from portal.accounts.held.models import HeldPost
from portal.accounts.joining.models import JoiningCode
from portal.accounts.passkeys.models import Passkey
from portal.accounts.people.models import Password, Person
from portal.accounts.recovery.models import Recovery
from portal.accounts.roles.models import Emergency, RoleChange, RoleGrant
from portal.accounts.sessions.models import SessionRow
from portal.kernel import clock, keys
from portal.kernel.db import Base, db
from portal.kernel.events import publish

# Every column that says whose a row is; a test holds it against the tables.
OWNED: tuple[tuple[type[Base], Any], ...] = (
    (Password, Password.subject_id),
    (App, App.subject_id),
    (Passkey, Passkey.subject_id),
    (RecoveryCode, RecoveryCode.person_id),
    (RoleGrant, RoleGrant.person_id),
    (RoleChange, RoleChange.subject_id),
    (Emergency, Emergency.subject_id),
    (SessionRow, SessionRow.person_id),
    (KnownDevice, KnownDevice.person_id),
    (HeldPost, HeldPost.subject_id),
    (Alarm, Alarm.subject_id),
    (Recovery, Recovery.person_id),
    (JoiningCode, JoiningCode.subject_id),
    (Guardianship, Guardianship.subject_id),
    (Guardianship, Guardianship.guardian_id),
    (GuardianCode, GuardianCode.subject_id),
    (GuardianCode, GuardianCode.made_by),
    (Person, Person.id),
)


def remove(person_id: UUID) -> None:
    """Destroy the person's key and rows of this room."""
    keys.erase(person_id)
    for model, owner in OWNED:
        db.session.execute(delete(model).where(owner == person_id))
    publish(PersonRemoved(person_id))


def sweep() -> None:
    """Remove accounts whose second factor was never set: nobody can use them."""
    begun = clock.now() - domain.ENROLMENT_LASTS
    unfinished = select(Person.id).where(Person.state == State.ENROLLING, Person.created_at < begun)
    # Whoever sets it up at this moment holds the row, and is let be.
    for person_id in db.session.scalars(unfinished.with_for_update(skip_locked=True)).all():
        remove(person_id)
