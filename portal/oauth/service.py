"""What people agreed to tell sites and apps, and what these are told."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.api.service import Caller
from portal.consent import service as ledger
from portal.kernel import clock, ids, keys
from portal.kernel.db import db
from portal.kernel.settings import current
from portal.oauth import claims
from portal.oauth.clients import service as clients
from portal.oauth.clients.models import OauthClient
from portal.oauth.domain import Asked, NoSuchConsent, claims_of
from portal.oauth.models import OauthConsent
from portal.oauth.signing import service as signing
from portal.oauth.tokens import service as tokens
from portal.oauth.tokens.service import ACCESS, Token

# What pages call a consent.
Agreed = OauthConsent
Json = dict[str, Any]


def remembered(person_id: UUID, client: OauthClient, asked: Asked) -> OauthConsent | None:
    """The consent, if it was asked for all of this before."""
    row = _consent(person_id, client.id)
    if row is None or not set(asked.claims) <= set(row.asked):
        return None
    return row if set(asked.scopes) <= set(row.scopes) else None


def agree(
    person_id: UUID, client: OauthClient, asked: Asked, ticked: Collection[str]
) -> OauthConsent:
    """Keep what the person agreed to, in place of what they agreed to before."""
    kept = sorted(set(asked.claims) & (set(ticked) | set(client.needed)))
    before = _consent(person_id, client.id)
    also = set(before.claims) - set(asked.claims) if before else set()
    values = {
        "scopes": sorted({*asked.scopes, *(before.scopes if before else ())}),
        "asked": sorted({*asked.claims, *(before.asked if before else ())}),
        "claims": sorted({*kept, *also}),
    }
    fresh = {"id": ids.uuid7(), "created_at": clock.now(), "revoked_at": None}
    put = insert(OauthConsent).values(
        {**fresh, **values, "person_id": person_id, "client_id": client.id}
    )
    live = OauthConsent.revoked_at.is_(None)
    put = put.on_conflict_do_update(
        index_elements=["person_id", "client_id"], index_where=live, set_=values
    )
    row = db.session.scalars(
        put.returning(OauthConsent), execution_options={"populate_existing": True}
    ).one()
    ledger.record(
        application_id=row.id,
        subject_id=person_id,
        person_id=person_id,
        offer=claims.offer(client),
        fields=row.claims,
    )
    tokens.told("agreed", client.id, person_id, person_id)
    return row


def consents_of(person_id: UUID) -> Sequence[tuple[OauthConsent, OauthClient]]:
    wanted = select(OauthConsent, OauthClient).join(
        OauthClient, OauthClient.id == OauthConsent.client_id
    )
    mine = (OauthConsent.person_id == person_id, OauthConsent.revoked_at.is_(None))
    rows = db.session.execute(wanted.where(*mine).order_by(OauthConsent.id.desc()))
    return [(row[0], row[1]) for row in rows]


def withdraw(person_id: UUID, consent_id: UUID) -> None:
    """Let the site in no more: its tokens end at once. Raises NoSuchConsent."""
    mine = (
        OauthConsent.id == consent_id,
        OauthConsent.person_id == person_id,
        OauthConsent.revoked_at.is_(None),
    )
    gone = update(OauthConsent).where(*mine).values(revoked_at=clock.now())
    client_id = db.session.scalar(gone.returning(OauthConsent.client_id))
    if client_id is None:
        raise NoSuchConsent
    tokens.end_of_consent(consent_id)
    tokens.told("withdrawn", client_id, person_id, person_id)


def bearer(token: str) -> Caller | None:
    """Who calls an interface with this access token."""
    row = tokens.live(token, ACCESS)
    if row is None:
        return None
    client = clients.one(row.client_id)
    mine = row.id if row.person_id else client.id
    scopes = frozenset(row.scopes)
    return Caller(mine, client.provider_slug, scopes, row.person_id, client.name)


def userinfo(row: Token, channel: str) -> Json:
    """What the person agreed to tell, noted as told. Raises OauthRefused."""
    consent = tokens.live_consent(row.consent_id)
    names = [name for name in claims_of(row.scopes) if name in consent.claims]
    told = claims.values(consent.person_id, names)
    if names:
        ledger.disclose_latest(consent.id, names, channel)
    tokens.told("disclosed", row.client_id, str(row.client_id), consent.person_id)
    return {"sub": subject(clients.one(row.client_id), consent.person_id), **told}


def userinfo_of(token_id: UUID, channel: str) -> Json:
    """Raises OauthRefused."""
    return userinfo(db.session.get_one(Token, token_id), channel)


def subject(client: OauthClient, person_id: UUID) -> str:
    """What one provider's clients know the person as; another's know another (pairwise)."""
    return keys.keyed_hash("oauth.sub", f"{client.provider_slug}|{person_id}").hex()


def issuer() -> str:
    return current().kernel.base_url


def secure(person_id: UUID, since: datetime) -> None:
    """Somebody else may have used the account since then: no token counts any more.

    What was agreed to before that stays, so that the person lets those sites in by signing in.
    """
    tokens.end_of_person(person_id)
    new = (OauthConsent.person_id == person_id, OauthConsent.created_at >= since)
    gone = update(OauthConsent).where(*new, OauthConsent.revoked_at.is_(None))
    told = gone.values(revoked_at=clock.now()).returning(OauthConsent.client_id)
    for client_id in db.session.scalars(told).all():
        tokens.told("withdrawn", client_id, str(client_id), person_id)


def forget(person_id: UUID) -> None:
    """Remove all that this room keeps of a person."""
    tokens.forget(person_id)
    db.session.execute(delete(OauthConsent).where(OauthConsent.person_id == person_id))


def sweep() -> None:
    tokens.sweep()
    signing.sweep()


def _consent(person_id: UUID, client_id: UUID) -> OauthConsent | None:
    mine = (OauthConsent.person_id == person_id, OauthConsent.client_id == client_id)
    return db.session.scalar(select(OauthConsent).where(*mine, OauthConsent.revoked_at.is_(None)))
