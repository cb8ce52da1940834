"""What accounts do for pages and for other rooms: registering, signing in, factors, details, roles.

Which browser is signed in is the sessions' own. All that can be guessed at is counted first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from portal.accounts import domain, passwords
from portal.accounts.alarms import service as alarms
from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import ADDRESS, DEVICE, FACTOR, PASSWORD
from portal.accounts.codes import service as codes
from portal.accounts.devices import service as devices
from portal.accounts.domain import Details, Level, State
from portal.accounts.events import (
    FactorRemoved,
    FactorSet,
    PasswordChanged,
    PersonRegistered,
    SignedIn,
)
from portal.accounts.factors import service as factors
from portal.accounts.factors.service import Setup, codes_left
from portal.accounts.family import service as family
from portal.accounts.joining import service as joining
from portal.accounts.leaving import service as leaving
from portal.accounts.people import service as people
from portal.accounts.people.models import Password, Person
from portal.accounts.people.service import (
    ContactTaken,
    NoSuchPerson,
    Visiting,
    details,
    details_since,
    id_of,
    names,
    visiting,
)
from portal.accounts.proving import service as proving
from portal.accounts.proving.service import change_details
from portal.accounts.recovery import service as recovery
from portal.accounts.releases import service as releases
from portal.accounts.resets import service as resets
from portal.accounts.roles import service as roles
from portal.accounts.roles.service import (
    InvitationEnded,
    check_invitation,
    grant,
    grants_of,
    invite,
    permissions_of,
    providers_of,
    revoke,
)
from portal.accounts.sessions import service as sessions
from portal.audit import service as audit
from portal.kernel import ids, keys
from portal.kernel.db import db
from portal.kernel.events import publish

__all__ = [
    "ContactTaken",
    "Details",
    "InvitationEnded",
    "NoSuchPerson",
    "Overview",
    "Pending",
    "Setup",
    "Visiting",
    "app_setup",
    "begin_sign_in",
    "change_details",
    "change_password",
    "check_app",
    "check_invitation",
    "codes_left",
    "confirm_app",
    "details",
    "details_since",
    "factor_removed",
    "factor_set",
    "finish_with_app",
    "finish_with_code",
    "finish_with_text",
    "grant",
    "grants_of",
    "has_password",
    "id_of",
    "invite",
    "knows_password",
    "names",
    "new_app",
    "new_codes",
    "overview",
    "permissions_of",
    "providers_of",
    "revoke",
    "session_lasts",
    "sign_out_everywhere",
    "signed_in_with",
    "sweep",
    "visiting",
]
STRONG = ("app", "passkey")


@dataclass(frozen=True)
class Pending:
    """Somebody who showed the password. `level` says which step comes next."""

    person_id: UUID
    level: Level


@dataclass(frozen=True)
class Overview:
    """What the security page shows."""

    has_app: bool
    codes_left: int
    sessions: int


def begin_sign_in(
    contact: str, password: str, *, address: str, device: bytes | None = None
) -> Pending | None:
    """Check the first factor; None when it is wrong or there is no such account. Raises TooMany.

    `device` is the hash of the token that the browser brought. Where the person was signed in with
    it before, it has counters of its own, whoever else tries elsewhere.
    """
    name, address = domain.contact(contact), domain.neighbourhood(address)
    person = people.find(contact)
    is_known = devices.is_known(person.id if person else ids.uuid7(), device)
    here = device.hex() if device and is_known else ""
    if not here:
        attempts.spend(ADDRESS, address)
    own = (DEVICE, name, here) if here else (PASSWORD, name, address)
    attempts.spend(*own)
    if not _fits(password, person, name, here) or person is None:
        return None
    attempts.forget(*own)
    if not here:
        attempts.take_back(ADDRESS, address)
    if person.state == State.ACTIVE:
        return Pending(person.id, Level.PASSWORD)
    factors.new_app(person.id)
    return Pending(person.id, Level.ENROLLING)


def finish_with_app(person_id: UUID, code: str) -> bool:
    """Check a code of the authenticator app. Raises TooMany."""
    attempts.spend(FACTOR, str(person_id))
    return _second_factor(person_id, "app", right=check_app(person_id, code))


def finish_with_code(person_id: UUID, code: str) -> bool:
    """Check a recovery code, which is used up. Raises TooMany."""
    attempts.spend(FACTOR, str(person_id))
    right = _tried("recovery", person_id, lambda: factors.use_code(person_id, code))
    return _second_factor(person_id, "recovery code", right=right)


def finish_with_text(person_id: UUID, code_id: UUID, code: str) -> bool:
    """Check a code that was sent to the person's number. Raises TooMany."""
    attempts.spend(FACTOR, str(person_id))
    right = _tried("text", person_id, lambda: proving.fits_sign_in(person_id, code_id, code))
    return _second_factor(person_id, "text", right=right)


def check_app(person_id: UUID, code: str) -> bool:
    """Whether this is an unused code of the app; the failures in a row are counted."""
    return _tried("app", person_id, lambda: factors.use_app(person_id, code))


def app_setup(person_id: UUID) -> Setup | None:
    """What to show for the app that waits to be confirmed; None when none waits."""
    person = people.one(person_id)
    return factors.setup(person_id, person.email or person.mobile or "")


def new_app(person_id: UUID, *, secret: str | None = None) -> None:
    """Begin to set up another app; only the demo world, whose secrets are public, chooses one."""
    factors.new_app(person_id, secret)


def confirm_app(person_id: UUID, code: str, *, keep: UUID | None = None) -> tuple[str, ...] | None:
    """Take the waiting app into use: None for a wrong code, else the new recovery codes.

    There are new ones only for a new account, which is complete by this. All sessions end but
    the one of the id `keep`. Raises TooMany.
    """
    attempts.spend(FACTOR, str(person_id))
    if not factors.confirm_app(person_id, code):
        _refused(person_id, "app")
        return None
    attempts.forget(FACTOR, str(person_id))
    return factor_set(person_id, "app", keep=keep)


def factor_set(person_id: UUID, kind: str, *, keep: UUID | None = None) -> tuple[str, ...]:
    """Tell of a new app or passkey, which completes a new account or a recovery: then with codes.

    All sessions end but the one of the id `keep`.
    """
    person = people.hold(person_id)
    sessions.end_all(person_id, but=keep)
    _told("accounts.factor_set", person_id, kind)
    publish(FactorSet(person_id, kind))
    if kind in STRONG and recovery.is_taken(person_id):
        return recovery.complete(person_id)
    if person.state == State.ACTIVE:
        alarms.warn(person_id, "factor_set", kind=kind)
        return ()
    return _complete(person, kind)


def factor_removed(person_id: UUID, kind: str, *, keep: UUID | None = None) -> None:
    """Tell of one that is gone; all sessions end but the one of the id `keep`."""
    sessions.end_all(person_id, but=keep)
    _told("accounts.factor_removed", person_id, kind)
    publish(FactorRemoved(person_id, kind))
    alarms.warn(person_id, "factor_removed", kind=kind)


def new_codes(person_id: UUID, *, keep: UUID | None = None) -> tuple[str, ...]:
    """Ten recovery codes, shown this once; earlier ones end, and sessions but `keep`."""
    codes = factors.new_codes(person_id)
    factor_set(person_id, "codes", keep=keep)
    return codes


def signed_in_with(person_id: UUID, kind: str) -> bool:
    """Note that a passkey or another service showed who this is; False for unfinished accounts."""
    if people.one(person_id).state != State.ACTIVE:
        return False
    _signed_in(person_id, kind)
    return True


def knows_password(person_id: UUID, password: str) -> bool:
    """Whether somebody who is signed in still knows the password. Raises TooMany."""
    attempts.spend(PASSWORD, str(person_id))
    right = _fits(password, people.one(person_id), str(person_id), "signed in")
    if right:
        attempts.forget(PASSWORD, str(person_id))
    return right


def has_password(person_id: UUID) -> bool:
    mine = select(Password.id).where(Password.subject_id == person_id)
    return db.session.scalar(mine) is not None


def change_password(person_id: UUID, new: str, *, keep: UUID | None = None) -> None:
    """Set a new password and end all other sessions; `keep` is the id of the one that goes on.

    The caller has asked for the old one, if there is any (knows_password). Raises UnfitPassword.
    """
    passwords.check(new, details(person_id))
    resets.put(person_id, new)
    sessions.end_all(person_id, but=keep)
    _told("accounts.password_changed", person_id)
    publish(PasswordChanged(person_id))
    alarms.warn(person_id, "password_changed")


def sign_out_everywhere(person_id: UUID) -> None:
    """End every session; each browser is a new one from now on."""
    sessions.end_all(person_id)
    devices.forget_devices(person_id)
    _told("accounts.signed_out_everywhere", person_id)


def session_lasts(person_id: UUID) -> timedelta:
    """How long the person stays signed in at most."""
    return domain.session_lasts(roles.grants_of(person_id))


def overview(person_id: UUID) -> Overview:
    return Overview(
        factors.has_app(person_id), factors.codes_left(person_id), sessions.count(person_id)
    )


def sweep() -> None:
    """Remove what has ended: sessions, invitations, counters, accounts never completed."""
    sessions.sweep()
    roles.sweep()
    attempts.sweep()
    leaving.sweep()
    joining.sweep()
    family.sweep()
    codes.sweep()
    releases.sweep()
    alarms.sweep()
    resets.sweep()
    recovery.sweep()


def _fits(password: str, person: Person | None, name: str, where: str) -> bool:
    """The same queries and the same hashing for a stranger as for somebody we know.

    Failures in a row count per place: strangers switch the password off for strangers alone.
    """
    subject = person.id if person else ids.uuid7()
    authenticator = f"password {where}".strip()
    is_on = attempts.risk(authenticator, person.id if person else None, otherwise=name)
    keys.preload([subject])
    row = db.session.scalar(select(Password).where(Password.subject_id == subject))
    if not passwords.fits(password, row.hash if row and is_on else None) or row is None:
        return False
    attempts.fits(authenticator, subject)
    if passwords.is_outdated(row.hash):
        row.hash = passwords.hashed(password)
    return True


def _tried(authenticator: str, person_id: UUID, check: Callable[[], bool]) -> bool:
    right = attempts.risk(authenticator, person_id) and check()
    if right:
        attempts.fits(authenticator, person_id)
    return right


def _second_factor(person_id: UUID, kind: str, *, right: bool) -> bool:
    if not right:
        _refused(person_id, kind)
        return False
    attempts.forget(FACTOR, str(person_id))
    _signed_in(person_id, kind)
    return True


def _complete(person: Person, kind: str) -> tuple[str, ...]:
    """Open a new account. Raises NoSuchPerson: it was left too long and is none any more."""
    if person.state == State.KEPT:
        raise NoSuchPerson
    person.state = State.ACTIVE
    db.session.flush()
    publish(PersonRegistered(person.id))
    factors.forget_waiting_app(person.id)
    codes = factors.new_codes(person.id)
    _told("accounts.factor_set", person.id, "codes")
    publish(FactorSet(person.id, "codes"))
    _signed_in(person.id, kind)
    return codes


def _signed_in(person_id: UUID, kind: str) -> None:
    recovery.cancel(person_id, why="signed in")
    _told("accounts.signed_in", person_id, kind)
    publish(SignedIn(person_id))


def _refused(person_id: UUID, kind: str) -> None:
    _told("accounts.factor_refused", person_id, kind)


def _told(act: str, person_id: UUID, why: str = "") -> None:
    audit.record(act, about=f"person:{person_id}", actor=person_id, subject_id=person_id, why=why)
