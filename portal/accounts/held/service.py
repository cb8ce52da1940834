"""The rows of held posts: sealed for one account, named by a random token, good for one use."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select

from portal.accounts.held.models import HeldPost
from portal.kernel import clock, crypto, keys
from portal.kernel.db import db

LASTS = timedelta(hours=1)
AT_MOST = 5  # of one person; the newest stay
LARGEST = 256 * 1024
FIELDS = 990
# What each field costs beside its text when the form is sent in parts.
AROUND = 120


@dataclass(frozen=True)
class Post:
    """What was sent, without files; `had_files` says that there were some."""

    path: str
    endpoint: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool
    ends: datetime


def keep(
    person_id: UUID, path: str, endpoint: str, fields: Sequence[tuple[str, str]], *, had_files: bool
) -> str | None:
    """The token under which it is kept; None when it is too large to be."""
    size = sum(len(name.encode()) + len(text.encode()) + AROUND for name, text in fields)
    if size > LARGEST or len(fields) > FIELDS:
        return None
    token, ends = secrets.token_urlsafe(32), clock.now() + LASTS
    post = Post(path, endpoint, tuple(fields), had_files, ends)
    keys.preload([person_id])
    told = asdict(post) | {"ends": ends.isoformat()}
    db.session.add(
        HeldPost(subject_id=person_id, token_hash=crypto.token_hash(token), post=told, ends=ends)
    )
    db.session.flush()
    _drop_older(person_id)
    return token


def find(person_id: UUID, token: str) -> Post | None:
    """What is kept under this token for this person and for no other."""
    if (row := db.session.scalar(select(HeldPost).where(_is_it(person_id, token)))) is None:
        return None
    told = row.post
    fields = tuple((name, text) for name, text in told["fields"])
    return Post(told["path"], told["endpoint"], fields, told["had_files"], row.ends)


def use_up(person_id: UUID, token: str) -> bool:
    """Whether it was still there; of many that ask at once one is told so."""
    used = delete(HeldPost).where(_is_it(person_id, token)).returning(HeldPost.id)
    return db.session.scalar(used) is not None


def forget(person_id: UUID) -> None:
    db.session.execute(delete(HeldPost).where(HeldPost.subject_id == person_id))


def sweep() -> None:
    """Remove what nobody came back for."""
    db.session.execute(delete(HeldPost).where(HeldPost.ends <= clock.now()))


def _is_it(person_id: UUID, token: str) -> ColumnElement[bool]:
    return and_(
        HeldPost.token_hash == crypto.token_hash(token),
        HeldPost.subject_id == person_id,
        HeldPost.ends > clock.now(),
    )


def _drop_older(person_id: UUID) -> None:
    mine = select(HeldPost.id).where(HeldPost.subject_id == person_id)
    older = mine.order_by(HeldPost.ends.desc(), HeldPost.id.desc()).offset(AT_MOST)
    db.session.execute(delete(HeldPost).where(HeldPost.id.in_(older)))
