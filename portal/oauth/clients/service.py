"""Registering, approving and suspending clients, and knowing one by its secret."""

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.crypto import token_hash
from portal.kernel.db import db
from portal.oauth.clients import domain
from portal.oauth.clients.domain import ApprovedByAnother, Kind, NoSuchClient, State, Told
from portal.oauth.clients.models import OauthClient, OauthSecret
from portal.oauth.domain import FOR_PEOPLE, FOR_PROGRAMS, claims_of

# What pages call a client; tables are this module's alone.
Client = OauthClient
OLD_SECRET_LASTS = timedelta(days=7)


def register(told: Told, by: UUID) -> OauthClient:
    """Raises UnfitClient, UnfitScopes, UnfitRedirect."""
    _check(told)
    row = OauthClient(
        provider_slug=told.provider,
        name=told.name,
        kind=told.kind,
        website=told.website,
        purpose=told.purpose,
        redirect_uris=list(told.redirect_uris),
        scopes=list(told.scopes),
        needed=[name for name in told.needed if name in claims_of(told.scopes)],
        state=State.WAITING,
        changed_by=by,
        approved_by=None,
    )
    db.session.add(row)
    db.session.flush()
    _told("registered", row.id, by)
    return row


def change_redirects(
    client_id: UUID, uris: tuple[str, ...], providers: Collection[str], by: UUID
) -> None:
    """A client whose addresses change waits for approval again.

    Raises NoSuchClient, UnfitRedirect.
    """
    row = of_providers(client_id, providers, hold=True)
    domain.check_redirects(uris, Kind(row.kind))
    if list(uris) == row.redirect_uris:
        return
    row.redirect_uris, row.changed_by = list(uris), by
    row.approved_by = None
    if row.state == State.APPROVED:
        row.state = State.WAITING
    db.session.flush()
    _told("redirects_changed", row.id, by)


def approve(client_id: UUID, by: UUID) -> None:
    """Raises NoSuchClient, ApprovedByAnother."""
    row = one(client_id, hold=True)
    if row.changed_by == by:
        raise ApprovedByAnother
    row.state, row.approved_by = State.APPROVED, by
    db.session.flush()
    _told("approved", row.id, by)


def suspend(client_id: UUID, by: UUID) -> None:
    """Raises NoSuchClient."""
    row = one(client_id, hold=True)
    row.state = State.SUSPENDED
    db.session.flush()
    _told("suspended", row.id, by)


def new_secret(client_id: UUID, providers: Collection[str], by: UUID) -> str:
    """The secret, never shown again; the one before lasts a week more, older ones end.

    Raises NoSuchClient, UnfitScopes when the client cannot keep one.
    """
    row = of_providers(client_id, providers, hold=True)
    if row.kind == Kind.APP:
        raise domain.UnfitScopes
    mine, now = OauthSecret.client_id == row.id, clock.now()
    db.session.execute(delete(OauthSecret).where(mine, OauthSecret.ends.is_not(None)))
    db.session.execute(update(OauthSecret).where(mine).values(ends=now + OLD_SECRET_LASTS))
    secret = secrets.token_urlsafe(32)
    db.session.add(OauthSecret(client_id=row.id, secret_hash=token_hash(secret), ends=None))
    db.session.flush()
    _told("secret_made", row.id, by)
    return secret


def one(client_id: UUID, *, hold: bool = False) -> OauthClient:
    """Raises NoSuchClient."""
    wanted = select(OauthClient).where(OauthClient.id == client_id)
    if hold:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    if (row := db.session.scalar(wanted)) is None:
        raise NoSuchClient
    return row


def of_providers(client_id: UUID, providers: Collection[str], *, hold: bool = False) -> OauthClient:
    """Raises NoSuchClient, also for a client of another provider."""
    row = one(client_id, hold=hold)
    if row.provider_slug not in providers:
        raise NoSuchClient
    return row


def approved(text: str) -> OauthClient | None:
    """The client that names itself so, letter by letter, if it is approved."""
    try:
        row = db.session.get(OauthClient, UUID(text))
    except ValueError:
        return None
    if row is None or str(row.id) != text or row.state != State.APPROVED:
        return None
    return row


def knows(client: OauthClient, secret: str) -> bool:
    live = or_(OauthSecret.ends.is_(None), OauthSecret.ends > clock.now())
    wanted = select(OauthSecret.id).where(
        OauthSecret.client_id == client.id, OauthSecret.secret_hash == token_hash(secret), live
    )
    return db.session.scalar(wanted) is not None


def listed(providers: Collection[str] | None = None) -> Sequence[OauthClient]:
    wanted = select(OauthClient).order_by(OauthClient.id.desc())
    if providers is not None:
        wanted = wanted.where(OauthClient.provider_slug.in_(providers))
    return db.session.scalars(wanted).all()


def _check(told: Told) -> None:
    if not told.name or not told.purpose or not domain.is_website(told.website):
        raise domain.UnfitClient
    allowed = FOR_PROGRAMS if told.kind is Kind.PROGRAM else FOR_PEOPLE
    if not told.scopes or not set(told.scopes) <= set(allowed):
        raise domain.UnfitScopes
    if told.kind is not Kind.PROGRAM and "openid" not in told.scopes:
        raise domain.UnfitScopes
    domain.check_redirects(told.redirect_uris, told.kind)


def _told(act: str, client_id: UUID, by: UUID) -> None:
    audit.record(f"oauth.client_{act}", about=f"oauth_client:{client_id}", actor=by)
