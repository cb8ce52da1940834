"""Second factors: authenticator apps and recovery codes, each code good for one use.

Also which factors somebody has, passkeys included, and that a strong one always remains.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, or_, select, update

from portal.accounts import domain
from portal.accounts.attempts import service as attempts
from portal.accounts.contacts import service as contacts
from portal.accounts.factors.models import App, RecoveryCode
from portal.accounts.passkeys import service as passkeys
from portal.accounts.people import service as people
from portal.kernel import clock, crypto, ids, keys
from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError

ISSUER = "Sanjha"
STEP = 30
# A phone's clock may be off by one step either way.
TOLERATED = (0, -1, 1)
FRESH = timedelta(minutes=15)
CODES, CODE_LENGTH = 10, 16  # 16 characters of 5 bits
APP, PASSKEY, TEXT, RECOVERY = "app", "passkey", "text", "recovery"


class LastFactor(DomainError):
    message = N_(
        "This is your only passkey or authenticator app. Set up another first, then remove this."
    )


@dataclass(frozen=True)
class Setup:
    """What an authenticator app needs; `key` is the secret in lines of groups, to be typed."""

    uri: str
    key: tuple[str, ...]


def new_app(person_id: UUID, secret: str | None = None) -> None:
    """Have a secret ready for a new app; the one in use stays until the new one is confirmed."""
    forget_waiting_app(person_id)
    db.session.add(App(subject_id=person_id, secret=secret or pyotp.random_base32(32)))
    db.session.flush()


def setup(person_id: UUID, label: str) -> Setup | None:
    """The app that waits to be confirmed."""
    if (app := _waiting(person_id)) is None:
        return None
    uri = pyotp.TOTP(app.secret).provisioning_uri(name=label, issuer_name=ISSUER)
    return Setup(uri, tuple(" ".join(grouped(half)) for half in (app.secret[:16], app.secret[16:])))


def has_app(person_id: UUID) -> bool:
    return _app(person_id, confirmed=True) is not None


def confirm_app(person_id: UUID, code: str) -> bool:
    """Let the waiting app take the place of the one in use, if this is a code of it."""
    app = _waiting(person_id)
    if app is None or not _use(app, code):
        return False
    db.session.execute(delete(App).where(App.subject_id == person_id, App.id != app.id))
    app.confirmed_at = clock.now()
    db.session.flush()
    begin_count(person_id, APP)
    return True


def strong(person_id: UUID) -> tuple[str, ...]:
    """What the person has of factors that are hard to take: "app", and "passkey:<id>" for each.

    An app that is off after too many wrong codes lets nobody in and does not count.
    """
    app = (APP,) if has_app(person_id) and not attempts.is_off(APP, person_id) else ()
    return app + tuple(f"{PASSKEY}:{one.id}" for one in passkeys.kept(person_id))


def ways(person_id: UUID) -> tuple[str, ...]:
    """What may be shown after the password, the best first."""
    has = {
        PASSKEY: passkeys.count(person_id) > 0,
        APP: has_app(person_id),
        TEXT: contacts.text_factor(person_id),
        RECOVERY: True,
    }
    # Of passkeys no failures are counted: nobody guesses one.
    return tuple(way for way, there in has.items() if there and not attempts.is_off(way, person_id))


def app_is_off(person_id: UUID) -> bool:
    """Too many wrong codes in a row were tried: it works again when it is set up anew."""
    return has_app(person_id) and attempts.is_off(APP, person_id)


def begin_count(person_id: UUID, kind: str) -> None:
    """What was set up anew has not been tried by anybody."""
    attempts.fits(kind, person_id)


def is_phishing_resistant(how: str | None) -> bool:
    """Whether a session begun so was begun with a passkey, which no false site can be shown."""
    return PASSKEY in (how or "").split()


def text_choice(person_id: UUID) -> bool | None:
    """Whether codes by SMS are let in; None for somebody without a proven mobile number."""
    if contacts.text_factor(person_id):
        return True
    can = contacts.text_factor_is_offered(person_id) and contacts.text_number(person_id)
    return False if can else None


def hold(person_id: UUID) -> None:
    """Let no other request change this person's factors until this one has ended."""
    people.hold(person_id)


def remove_app(person_id: UUID) -> bool:
    """Whether there was one to remove. Raises LastFactor."""
    hold(person_id)
    if not has_app(person_id):
        return False
    if not passkeys.count(person_id):
        raise LastFactor
    db.session.execute(delete(App).where(App.subject_id == person_id))
    return True


def remove_passkey(person_id: UUID, passkey_id: UUID) -> None:
    """Raises LastFactor, NoSuchPasskey."""
    hold(person_id)
    passkeys.one(person_id, passkey_id)
    if strong(person_id) == (f"{PASSKEY}:{passkey_id}",):
        raise LastFactor
    passkeys.remove(person_id, passkey_id)


def forget_waiting_app(person_id: UUID) -> None:
    """Nobody goes on with the app that was about to be set up."""
    db.session.execute(delete(App).where(App.subject_id == person_id, App.confirmed_at.is_(None)))


def drop_before(person_id: UUID, moment: datetime) -> None:
    """Only what was set up since then signs the person in: nothing older, and no text message."""
    hold(person_id)
    mine = delete(App).where(App.subject_id == person_id)
    older = or_(App.confirmed_at.is_(None), App.confirmed_at < moment)
    db.session.execute(mine.where(older))
    for passkey in passkeys.kept(person_id):
        if passkey.made < moment:
            passkeys.remove(person_id, passkey.id)
    contacts.set_text_factor(person_id, on=False)


def drop_since(person_id: UUID, moment: datetime) -> tuple[str, ...]:
    """Nothing that was set up since then signs the person in; which kinds there were.

    What is left may be nothing at all: better than what a thief set up.
    """
    hold(person_id)
    gone = []
    for kind, model, owner, at in (
        (APP, App, App.subject_id, App.confirmed_at),
        (RECOVERY, RecoveryCode, RecoveryCode.person_id, RecoveryCode.created_at),
    ):
        theirs = delete(model).where(owner == person_id, at >= moment).returning(model.id)
        if db.session.scalars(theirs).all():
            gone.append(kind)
    for passkey in passkeys.kept(person_id):
        if passkey.made >= moment:
            passkeys.remove(person_id, passkey.id)
            gone.append(PASSKEY)
    forget_waiting_app(person_id)
    return tuple(dict.fromkeys(gone))


def use_app(person_id: UUID, code: str) -> bool:
    """Whether the code is right and was not used before."""
    app = _app(person_id, confirmed=True)
    return app is not None and _use(app, code)


def new_codes(person_id: UUID) -> tuple[str, ...]:
    """Ten new recovery codes, in groups; all earlier ones end."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = tuple(_code() for _ in range(CODES))
    db.session.add_all(
        RecoveryCode(person_id=person_id, hash=_code_hash(person_id, code)) for code in codes
    )
    db.session.flush()
    begin_count(person_id, RECOVERY)
    return tuple("-".join(grouped(code)) for code in codes)


def use_code(person_id: UUID, typed: str) -> bool:
    """Whether this recovery code is right and was not used before."""
    code = typed.upper().translate(ids.LOOKALIKES)
    mine = (
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.hash == _code_hash(person_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
    )
    return db.session.scalar(mine) is not None


def codes_left(person_id: UUID) -> int:
    left = select(func.count()).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(left) or 0


def grouped(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def _waiting(person_id: UUID) -> App | None:
    """The app to be confirmed. One that takes another's place waits only so long.

    A factor was asked for it, and must not be forgone by whoever comes later.
    """
    app = _app(person_id, confirmed=False)
    is_first = not has_app(person_id) and not passkeys.count(person_id)
    if app is None or app.created_at > clock.now() - FRESH or is_first:
        return app
    return None


def _app(person_id: UUID, *, confirmed: bool) -> App | None:
    is_it = App.confirmed_at.is_not(None) if confirmed else App.confirmed_at.is_(None)
    return db.session.scalar(select(App).where(App.subject_id == person_id, is_it))


def _use(app: App, code: str) -> bool:
    """Compare, then set: of many requests with one code the database lets one through."""
    step = _step(app.secret, code)
    if step is None:
        return False
    moved = (
        update(App)
        .where(App.id == app.id, App.last_step < step)
        .values(last_step=step)
        .returning(App.id)
    )
    return db.session.scalar(moved) is not None


def _step(secret: str, code: str) -> int | None:
    """The time step that the code belongs to."""
    typed = domain.digits(code).encode()
    now = int(clock.now().timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    fitting = (now + off for off in TOLERATED)
    return next((at for at in fitting if crypto.same(totp.generate_otp(at).encode(), typed)), None)


def _code() -> str:
    return "".join(secrets.choice(ids.ALPHABET) for _ in range(CODE_LENGTH))


def _code_hash(person_id: UUID, code: str) -> bytes:
    return keys.keyed_hash("factors.recovery", f"{person_id}|{code}")
