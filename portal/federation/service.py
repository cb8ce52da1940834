"""Signing in with identity providers, linking and unlinking. Alone touches the room's tables."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import domain as accounts_domain
from portal.accounts import refusals
from portal.accounts import service as accounts
from portal.accounts.alarms import service as alarms
from portal.accounts.domain import Level, State
from portal.accounts.passkeys import service as passkeys
from portal.accounts.people import service as people
from portal.accounts.sessions import service as sessions
from portal.audit import service as audit
from portal.federation import claims, tokens
from portal.federation.domain import (
    AlreadyLinked,
    Assurance,
    Flow,
    Identity,
    IdentityProvider,
    LastWayIn,
    Linked,
    NoSuchIdentity,
    NoSuchProvider,
    SignInRefused,
    TakenIdentity,
)
from portal.federation.events import IdentityLinked, IdentityUnlinked
from portal.federation.models import LinkedIdentity, ProviderSession, SpentToken
from portal.federation.remote import KeyUnfit, Remote
from portal.federation.settings import FederationSettings
from portal.federation.tokens import Expected, Logout
from portal.kernel import clock, ids, keys
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.kernel.outside import Busy, TookTooLong, outside
from portal.kernel.settings import Settings, SettingsError, current
from portal.profile import service as profile
from portal.profile.domain import Source

T = TypeVar("T")
SECONDS = 8.0
# So many threads of a web process may wait for one provider; others stay free for everybody else.
PLACES = 2
WRITTEN_WITHIN = timedelta(minutes=1)


def open_providers(app: Flask) -> None:
    """Take the configured providers up. Raises SettingsError."""
    settings = cast("Settings", app.config["SETTINGS"])
    plain = settings.kernel.env != "production"
    found = {}
    for one in settings.of(FederationSettings).identity_providers:
        if not plain and not one.issuer.startswith("https://"):
            raise SettingsError(f"The issuer of {one.slug} must begin with https:// in production.")
        try:
            found[one.slug] = Remote(one, plain_http=plain)
        except KeyUnfit as error:
            raise SettingsError(f"The private_key of {one.slug} does not do: {error}") from error
    app.extensions["identity_providers"] = found


def providers() -> tuple[IdentityProvider, ...]:
    return tuple(remote.provider for remote in _remotes().values())


def provider(slug: str) -> IdentityProvider:
    """Raises NoSuchProvider."""
    return remote(slug).provider


def remote(slug: str) -> Remote:
    """Raises NoSuchProvider."""
    if (found := _remotes().get(slug)) is None:
        raise NoSuchProvider
    return found


def asked(of: Remote, call: Callable[[], T]) -> T:
    """Call a provider with no transaction open meanwhile. Raises SignInRefused."""
    try:
        for place in range(PLACES):
            try:
                return outside(call, key=f"{of.provider.way} {place}", seconds=SECONDS)
            except Busy:
                continue
    except TookTooLong as error:
        raise SignInRefused("PROVIDER_UNREACHABLE") from error
    raise SignInRefused("PROVIDER_UNREACHABLE")


def new_flow(slug: str, following: str) -> tuple[str, Flow]:
    """The state and the rest of a sign-in that begins now."""
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    return secrets.token_urlsafe(32), Flow(slug, nonce, verifier, clock.now(), following)


def redirect_uri(slug: str) -> str:
    """The one address without a language, which the provider knows."""
    return f"{current().kernel.base_url}/oidc/{slug}/callback"


def address(of: Remote, state: str, flow: Flow, language: str) -> str:
    """Where the browser goes to sign in. Raises SignInRefused."""
    metadata = of.known() or asked(of, of.metadata)
    more = {"redirect_uri": redirect_uri(flow.slug), "ui_locales": language}
    return of.address(metadata, flow, state, more)


def tells_issuer(of: Remote) -> bool:
    """Whether the provider names itself in each answer (RFC 9207). Raises SignInRefused."""
    return (of.known() or asked(of, of.metadata)).tells_issuer


def spend(kind: str, text: str, ends: datetime) -> bool:
    """Use something up until it ends anyway: True for the first who comes with it."""
    key = keys.keyed_hash(f"federation.{kind}", _exactly(text))
    put = insert(SpentToken).values(key=key, ends=ends).on_conflict_do_nothing()
    return db.session.scalar(put.returning(SpentToken.key)) is not None


def recognise(of: Remote, flow: Flow, code: str) -> Identity:
    """Redeem the code and believe what the token says, if every check holds.

    Raises SignInRefused.
    """
    back = redirect_uri(flow.slug)
    return asked(of, lambda: _recognised(of, flow, code, back))


def owner(identity: Identity) -> UUID | None:
    """The person who linked the identity."""
    row = db.session.scalar(
        select(LinkedIdentity).where(LinkedIdentity.identity_key == _identity_key(identity))
    )
    if row is None:
        return None
    try:
        people.one(row.subject_id)
    except accounts.NoSuchPerson:
        # The account went, and what it was linked to may be linked anew.
        db.session.execute(delete(LinkedIdentity).where(LinkedIdentity.id == row.id))
        return None
    return row.subject_id


def level_for(person_id: UUID, identity: Identity) -> Level:
    """How far the sign-in is by this: the first step of two, unless the operator said more.

    Staff always show a second factor of ours. Raises SignInRefused.
    """
    if people.one(person_id).state != State.ACTIVE:
        raise SignInRefused("ACCOUNT_NOT_ACTIVE")
    trusted = provider(identity.slug).sufficient and identity.level is Assurance.HIGH
    if trusted and not accounts.permissions_of(person_id):
        return Level.SIGNED_IN
    return Level.PASSWORD


def note(person_id: UUID, identity: Identity) -> None:
    """Somebody came with it: record it, and the provider's session that it belongs to."""
    _told("federation.recognised", person_id, identity.slug)
    if identity.sid is None:
        return
    ends = clock.now() + accounts_domain.AT_MOST
    values = {
        "id": ids.uuid7(),
        "created_at": clock.now(),
        "person_id": person_id,
        "provider": identity.slug,
        "sid_key": _sid_key(identity.slug, identity.sid),
        "ends": ends,
    }
    put = insert(ProviderSession).values(values)
    db.session.execute(
        put.on_conflict_do_update(index_elements=["person_id", "sid_key"], set_={"ends": ends})
    )


def refused(slug: str, code: str, *, address: str) -> None:
    about = f"identity_provider:{slug}"
    refusals.note("federation.refused", about=about, address=address, why=code, actor="web")


def is_too_young(identity: Identity) -> bool:
    """What the provider tells of the birth date counts, whatever is typed later."""
    born = identity.told.get("birth_date")
    if born is None:
        return False
    years = accounts_domain.age(datetime.fromisoformat(born).date(), clock.today())
    return years < accounts_domain.YOUNGEST


def link(person_id: UUID, identity: Identity) -> None:
    """Let the person sign in with it, and take what it tells into the profile.

    Raises TooYoung, TakenIdentity, AlreadyLinked.
    """
    if is_too_young(identity):
        raise accounts_domain.TooYoung
    row = LinkedIdentity(
        subject_id=person_id, provider=identity.slug, identity_key=_identity_key(identity)
    )
    row.sub = identity.sub
    values = {column.name: getattr(row, column.name) for column in LinkedIdentity.__table__.columns}
    put = insert(LinkedIdentity).values(values).on_conflict_do_nothing()
    if db.session.scalar(put.returning(LinkedIdentity.id)) is None:
        raise AlreadyLinked if owner(identity) in (None, person_id) else TakenIdentity
    _told("federation.linked", person_id, identity.slug)
    publish(IdentityLinked(person_id, identity.slug))
    alarms.warn(person_id, "identity_linked", provider=identity.slug)
    if identity.told:
        source = Source(identity.slug, provider(identity.slug).title)
        profile.verify(person_id, identity.told, source)


def linked(person_id: UUID) -> Sequence[Linked]:
    mine = select(LinkedIdentity).where(LinkedIdentity.subject_id == person_id)
    rows = db.session.scalars(mine.order_by(LinkedIdentity.created_at))
    return [Linked(row.id, row.provider, row.created_at) for row in rows]


def unlink(person_id: UUID, link_id: UUID) -> None:
    """Raises NoSuchIdentity, LastWayIn. The rows are held, so that of two the last one stays."""
    mine = select(LinkedIdentity).where(LinkedIdentity.subject_id == person_id)
    rows = db.session.scalars(mine.with_for_update()).all()
    row = next((one for one in rows if one.id == link_id), None)
    if row is None:
        raise NoSuchIdentity
    if len(rows) == 1 and not _has_other_way(person_id):
        raise LastWayIn
    _unlink(row)


def unlink_since(person_id: UUID, moment: datetime) -> None:
    """Take away what was linked since then, though it be the last way in."""
    mine = select(LinkedIdentity).where(LinkedIdentity.subject_id == person_id)
    # The warning that the moment is of was written just after the link.
    later = LinkedIdentity.created_at >= moment - WRITTEN_WITHIN
    for row in db.session.scalars(mine.where(later).with_for_update()):
        _unlink(row)


def forget(person_id: UUID) -> None:
    """Remove what somebody linked who left."""
    db.session.execute(delete(LinkedIdentity).where(LinkedIdentity.subject_id == person_id))
    db.session.execute(delete(ProviderSession).where(ProviderSession.person_id == person_id))


def check_logout(of: Remote, token: str) -> Logout:
    """Raises SignInRefused."""
    taken = tokens.take_apart(token, of.provider)
    known = asked(of, lambda: of.keys(taken.kid))
    tokens.check_signature(taken, known)
    told = tokens.check_logout_token(taken, of.provider, clock.now())
    if not spend("logout", f"{of.provider.slug}|{told.jti}", told.ends):
        raise SignInRefused("REPEATED_JTI")
    return told


def signed_out_there(of: IdentityProvider, told: Logout) -> int:
    """End what was begun with this provider; says for how many people that was."""
    theirs = _people_of(of, told)
    for person_id in theirs:
        sessions.end_begun_with(person_id, of.way)
        _told("federation.signed_out", person_id, of.slug)
    if told.sid is not None:
        mine = ProviderSession.sid_key == _sid_key(of.slug, told.sid)
        db.session.execute(delete(ProviderSession).where(mine))
    return len(theirs)


def sweep() -> None:
    """Remove what has ended."""
    now = clock.now()
    db.session.execute(delete(SpentToken).where(SpentToken.ends < now))
    db.session.execute(delete(ProviderSession).where(ProviderSession.ends < now))


def _unlink(row: LinkedIdentity) -> None:
    person_id = row.subject_id
    db.session.execute(delete(LinkedIdentity).where(LinkedIdentity.id == row.id))
    theirs = delete(ProviderSession).where(ProviderSession.person_id == person_id)
    db.session.execute(theirs.where(ProviderSession.provider == row.provider))
    _told("federation.unlinked", person_id, row.provider)
    publish(IdentityUnlinked(person_id, row.provider))


def _recognised(of: Remote, flow: Flow, code: str, back: str) -> Identity:
    got = of.redeem(code, flow.verifier, back)
    taken = tokens.take_apart(got.id_token, of.provider)
    tokens.check_signature(taken, of.keys(taken.kid))
    now = clock.now()
    tokens.check_id_token(taken, Expected(of.provider, flow.nonce, got.access_token, now))
    told = _all_told(of, taken.claims, got.access_token)
    return Identity(
        slug=flow.slug,
        issuer=of.provider.issuer,
        sub=tokens.subject(taken.claims),
        level=of.provider.level(taken.claims.get("acr")),
        sid=tokens.session_id(taken.claims),
        told=claims.told(of.provider, told, clock.today()),
    )


def _all_told(of: Remote, said: Mapping[str, Any], access_token: str | None) -> Mapping[str, Any]:
    """The claims of the token, and of the userinfo page for what is missing there."""
    if access_token is None or not claims.is_missing(of.provider, said):
        return said
    more = of.userinfo(access_token)
    if more and more.get("sub") != said["sub"]:
        raise SignInRefused("INVALID_USERINFO")
    return {**more, **said}


def _people_of(of: IdentityProvider, told: Logout) -> set[UUID]:
    """Those of the `sub`; those of the `sid`; of both, where the token names both."""
    found: list[set[UUID]] = []
    if told.sub is not None:
        key = _identity_key(Identity(of.slug, of.issuer, told.sub))
        of_sub = select(LinkedIdentity.subject_id).where(LinkedIdentity.identity_key == key)
        found.append(set(db.session.scalars(of_sub)))
    if told.sid is not None:
        of_sid = select(ProviderSession.person_id).where(
            ProviderSession.sid_key == _sid_key(of.slug, told.sid)
        )
        found.append(set(db.session.scalars(of_sid)))
    return set.intersection(*found)


def _has_other_way(person_id: UUID) -> bool:
    """A password, or a passkey that signs in alone."""
    return accounts.has_password(person_id) or passkeys.count(person_id) > 0


def _identity_key(identity: Identity) -> bytes:
    return keys.keyed_hash("federation.identity", _exactly(identity.issuer, identity.sub))


def _sid_key(slug: str, sid: str) -> bytes:
    return keys.keyed_hash("federation.sid", _exactly(slug, sid))


def _exactly(*parts: str) -> str:
    """A text for keyed hashes, which fold letters: names of others differ by case alone."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _told(act: str, person_id: UUID, slug: str) -> None:
    about = f"person:{person_id}"
    audit.record(act, about=about, actor=person_id, subject_id=person_id, why=slug)


def _remotes() -> dict[str, Remote]:
    return cast("dict[str, Remote]", current_app.extensions["identity_providers"])
