"""Making codes and using them up. Of many who show one code, the database lets one through.

Whoever makes one keeps its id in the session that asked: without it the code is of no use.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, update

from portal.accounts import domain
from portal.accounts.codes.domain import DIGITS, LASTS, TRIES
from portal.accounts.codes.models import OneTimeCode
from portal.kernel import clock, crypto, ids, keys
from portal.kernel.db import apart, db


@dataclass(frozen=True)
class Made:
    """`code` and `link` go into the message, and nowhere else."""

    id: UUID
    code: str
    link: str


def make(about: str) -> Made:
    """A code for this occasion, which `use` names again: purpose, person, contact."""
    made = Made(
        ids.uuid7(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", secrets.token_urlsafe(24)
    )
    _keep(made, about, _hash(made.id, made.code), crypto.token_hash(made.link))
    return made


def make_dead(about: str) -> UUID:
    """What looks like a code to whoever asked, and that nothing fits."""
    made = Made(ids.uuid7(), "", "")
    _keep(made, about, secrets.token_bytes(32), secrets.token_bytes(32))
    return made.id


def use(code_id: UUID, about: str, typed: str) -> bool:
    """Whether this is the code; each try counts, also when all else of the request is undone."""
    one_try = (
        update(OneTimeCode)
        .where(_open(code_id, about), OneTimeCode.tries < TRIES)
        .values(tries=OneTimeCode.tries + 1)
        .returning(OneTimeCode.hash)
    )
    with apart() as session:
        wanted = session.scalar(one_try)
    if wanted is None or not crypto.same(wanted, _hash(code_id, domain.digits(typed))):
        return False
    return _used_up(code_id, about)


def use_link(code_id: UUID, about: str, token: str) -> bool:
    """Whether this is the token of the link that was sent with the code."""
    mine = select(OneTimeCode.link_hash).where(_open(code_id, about))
    wanted = db.session.scalar(mine)
    if wanted is None or not crypto.same(wanted, crypto.token_hash(token)):
        return False
    return _used_up(code_id, about)


def sweep() -> None:
    """Remove codes that have ended."""
    db.session.execute(delete(OneTimeCode).where(OneTimeCode.ends < clock.now()))


def _keep(made: Made, about: str, hashed: bytes, link_hash: bytes) -> None:
    row = OneTimeCode(
        id=made.id,
        about=_about(about),
        hash=hashed,
        link_hash=link_hash,
        tries=0,
        ends=clock.now() + LASTS,
    )
    db.session.add(row)
    db.session.flush()


def _used_up(code_id: UUID, about: str) -> bool:
    used = (
        update(OneTimeCode)
        .where(_open(code_id, about))
        .values(used_at=clock.now())
        .returning(OneTimeCode.id)
    )
    return db.session.scalar(used) is not None


def _open(code_id: UUID, about: str) -> ColumnElement[bool]:
    return and_(
        OneTimeCode.id == code_id,
        OneTimeCode.about == _about(about),
        OneTimeCode.used_at.is_(None),
        OneTimeCode.ends > clock.now(),
    )


def _about(about: str) -> bytes:
    return keys.keyed_hash("codes.about", about)


def _hash(code_id: UUID, code: str) -> bytes:
    return keys.keyed_hash("codes.code", f"{code_id}|{code}")
