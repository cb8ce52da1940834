"""Second factors: authenticator apps and recovery codes, each code good for one use."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, select, update

from portal.accounts import domain
from portal.accounts.factors.models import App, RecoveryCode
from portal.kernel import clock, crypto, ids, keys
from portal.kernel.db import db

ISSUER = "Sanjha"
STEP = 30
# A phone's clock may be off by one step either way.
TOLERATED = (0, -1, 1)
FRESH = timedelta(minutes=15)
CODES, CODE_LENGTH = 10, 16  # 16 characters of 5 bits


@dataclass(frozen=True)
class Setup:
    """What an authenticator app needs; `key` is the secret in lines of groups, to be typed."""

    uri: str
    key: tuple[str, ...]


def new_app(person_id: UUID, secret: str | None = None) -> None:
    """Have a secret ready for a new app; the one in use stays until the new one is confirmed."""
    db.session.execute(delete(App).where(App.subject_id == person_id, App.confirmed_at.is_(None)))
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
    return True


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

    The password was asked for it, and must not be forgone by whoever comes later.
    """
    app = _app(person_id, confirmed=False)
    if app is None or app.created_at > clock.now() - FRESH or not has_app(person_id):
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
