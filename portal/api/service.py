"""Who a program is, and answering the same call the same way."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.api.models import ApiToken, GivenAnswer
from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.crypto import token_hash
from portal.kernel.db import Json, db, wait_patiently
from portal.kernel.errors import N_, BadInput, NotFound, Refused, SignInNeeded

PREFIX = "sanjha_"
KEPT = timedelta(hours=24)
SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "applications": N_("Read the applications of the provider, and say what happened to them"),
        "provider": N_("Upload manifests of the provider, and read its events"),
    }
)


class NoToken(SignInNeeded):
    kind: ClassVar[str | None] = "no-token"
    message = N_("Send a valid token of your provider in the header Authorization: Bearer.")


class ScopeMissing(Refused):
    kind: ClassVar[str | None] = "scope-missing"
    message = N_("This token does not have the scope %(scope)s. Make one that has it.")


class UnfitScopes(BadInput):
    status: ClassVar[int] = 422
    message = N_("Choose at least one scope that the token is to have.")


class NoSuchToken(NotFound):
    message = N_("There is no such token.")


class KeyMissing(BadInput):
    kind: ClassVar[str | None] = "key-missing"
    message = N_("Send a header Idempotency-Key of 1 to 255 characters with every change.")


class KeyReused(BadInput):
    kind: ClassVar[str | None] = "key-reused"
    status: ClassVar[int] = 422
    message = N_("This Idempotency-Key came with another body before. Use a new key.")


@dataclass(frozen=True)
class Caller:
    """A program, acting for one provider; with `person_id`, for this person alone.

    `label` is what the integrator calls it.
    """

    token_id: UUID
    provider_slug: str
    scopes: frozenset[str]
    person_id: UUID | None = None
    label: str = ""


Answer = tuple[Json, int]


def issue_token(provider_slug: str, scopes: Collection[str], label: str, made_by: UUID) -> str:
    """The token itself, which is never shown again. Raises UnfitScopes."""
    if not scopes or not set(scopes) <= set(SCOPES):
        raise UnfitScopes
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        token_hash=token_hash(token),
        provider_slug=provider_slug,
        scopes=list(scopes),
        label=label,
        made_by=made_by,
    )
    db.session.add(row)
    audit.record("token.made", about=f"token:{row.id}", actor=made_by, why=provider_slug)
    db.session.flush()
    return token


def revoke_token(token_id: UUID, providers: frozenset[str], by: UUID) -> None:
    """Raises NoSuchToken."""
    row = db.session.get(ApiToken, token_id)
    if row is None or row.provider_slug not in providers:
        raise NoSuchToken
    row.revoked_at = row.revoked_at or clock.now()
    audit.record("token.revoked", about=f"token:{row.id}", actor=by, why=row.provider_slug)


def tokens(providers: frozenset[str]) -> Sequence[ApiToken]:
    wanted = select(ApiToken).where(ApiToken.provider_slug.in_(providers))
    return db.session.scalars(wanted.order_by(ApiToken.id.desc())).all()


def caller(authorization: str | None, scope: str, *, for_person: bool = False) -> Caller:
    """Raises NoToken, ScopeMissing."""
    found = known(authorization, for_person=for_person)
    check_scope(found, scope)
    return found


def check_scope(by: Caller, scope: str) -> None:
    """Raises ScopeMissing."""
    if scope not in by.scopes:
        raise ScopeMissing(scope=scope)


def known(authorization: str | None, *, for_person: bool = False) -> Caller:
    """Raises NoToken; a person's token opens nothing of a provider's, nor back."""
    kind, _, token = (authorization or "").partition(" ")
    if kind.casefold() != "bearer" or not token:
        raise NoToken
    found = _own(token.strip()) or _of_rooms(token.strip())
    if found is None or (found.person_id is not None) != for_person:
        raise NoToken
    return found


def end_tokens_of(person_id: UUID, provider_slug: str) -> None:
    """Somebody may no longer make tokens of this provider: those they made end."""
    theirs = update(ApiToken).where(
        ApiToken.made_by == person_id,
        ApiToken.provider_slug == provider_slug,
        ApiToken.revoked_at.is_(None),
    )
    ended = theirs.values(revoked_at=clock.now()).returning(ApiToken.id)
    for token_id in db.session.scalars(ended).all():
        audit.record("token.ended", about=f"token:{token_id}", actor="portal", why=provider_slug)


def _own(token: str) -> Caller | None:
    wanted = select(ApiToken).where(
        ApiToken.token_hash == token_hash(token), ApiToken.revoked_at.is_(None)
    )
    row = db.session.scalar(wanted)
    if row is None:
        return None
    return Caller(row.id, row.provider_slug, frozenset(row.scopes), label=row.label)


def _of_rooms(token: str) -> Caller | None:
    """Tokens that other rooms give out."""
    lookups = (one for room in current_app.extensions["rooms"] for one in room.bearers)
    return next((found for one in lookups if (found := one(token))), None)


def once(by: Caller, key: str | None, body: bytes, work: Callable[[], Answer]) -> Answer:
    """Do the work unless this key was answered before; a twin in flight waits for the first.

    Raises KeyMissing, KeyReused.
    """
    if not key or len(key) > 255:
        raise KeyMissing
    digest = token_hash(body.hex())
    if (first := _given(by, key)) is None:
        wait_patiently()
        first = _begun(GivenAnswer(token_id=by.token_id, key=key, digest=digest))
        if first is not None:
            first.body, first.status = work()
            return first.body, first.status
        first = _given(by, key)
    if first is None or first.digest != digest:
        raise KeyReused
    return first.body or {}, first.status or 200


def _given(by: Caller, key: str) -> GivenAnswer | None:
    wanted = select(GivenAnswer).where(GivenAnswer.token_id == by.token_id, GivenAnswer.key == key)
    return db.session.scalar(wanted)


def _begun(row: GivenAnswer) -> GivenAnswer | None:
    """None when a twin has answered meanwhile; one that fails leaves the work to us."""
    values = {column.name: getattr(row, column.name) for column in GivenAnswer.__table__.columns}
    put = insert(GivenAnswer).values(values).on_conflict_do_nothing().returning(GivenAnswer)
    return db.session.scalar(put)


def forget_answers() -> None:
    """Let keys go after a day."""
    db.session.execute(delete(GivenAnswer).where(GivenAnswer.created_at < clock.now() - KEPT))
