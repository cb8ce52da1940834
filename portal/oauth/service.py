"""Codes, tokens and consents of the authorization server."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.people import service as people
from portal.accounts.sessions import service as sessions
from portal.accounts.sessions.service import Standing
from portal.api.service import Caller
from portal.audit import service as audit
from portal.consent import service as ledger
from portal.kernel import clock, ids, keys
from portal.kernel.crypto import token_hash
from portal.kernel.db import db
from portal.kernel.settings import current
from portal.oauth import claims, domain
from portal.oauth.clients import service as clients
from portal.oauth.clients.domain import Kind, State
from portal.oauth.clients.models import OauthClient
from portal.oauth.domain import Asked, NoSuchConsent, OauthRefused, claims_of
from portal.oauth.models import OauthCode, OauthConsent, OauthToken
from portal.oauth.signing import service as signing

# What pages call a consent.
Agreed = OauthConsent
ACCESS, REFRESH = "access", "refresh"
GRANT = "invalid_grant"
Json = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What a token endpoint read of a request for the tokens of a code."""

    code: str
    redirect_uri: str
    verifier: str


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
    _told("agreed", client.id, person_id, person_id)
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
    _end(OauthToken.consent_id == consent_id)
    db.session.execute(delete(OauthCode).where(OauthCode.consent_id == consent_id))
    _told("withdrawn", client_id, person_id, person_id)


def new_code(client: OauthClient, consent: OauthConsent, asked: Asked, who: Standing) -> str:
    """A code for the person behind this session."""
    code, now = secrets.token_urlsafe(32), clock.now()
    row = OauthCode(
        code_hash=token_hash(code),
        family=ids.uuid7(),
        client_id=client.id,
        person_id=consent.person_id,
        session_id=who.id,
        consent_id=consent.id,
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        nonce=asked.nonce,
        scopes=list(asked.scopes),
        how=who.how,
        auth_time=who.confirmed or who.since or now,
        ends=now + domain.CODE_LASTS,
        used_at=None,
    )
    db.session.add(row)
    db.session.flush()
    _told("code_given", client.id, consent.person_id, consent.person_id)
    return code


def redeem(client: OauthClient, told: Told) -> Json:
    """Tokens for a code, once. A second use ends what came of the first. Raises OauthRefused."""
    mine = (OauthCode.code_hash == token_hash(told.code), OauthCode.client_id == client.id)
    taken = update(OauthCode).where(*mine, OauthCode.used_at.is_(None)).values(used_at=clock.now())
    row = db.session.scalar(taken.returning(OauthCode))
    if row is None:
        used = db.session.scalar(select(OauthCode).where(*mine))
        if used is not None:
            _end(OauthToken.family == used.family)
        raise OauthRefused(GRANT, "code_used" if used else "code_unknown")
    _check_code(row, told)
    consent = _live_consent(row.consent_id)
    answer = _pair(client, consent, tuple(row.scopes), row.family, None)
    if "openid" in row.scopes:
        answer["id_token"] = _id_token(client, row)
    _told("tokens_given", client.id, str(client.id), row.person_id)
    return answer


def refresh(client: OauthClient, token: str, scope: str) -> Json:
    """The next pair of tokens. Using one twice ends the whole family. Raises OauthRefused."""
    now = clock.now()
    mine = (
        OauthToken.token_hash == token_hash(token),
        OauthToken.kind == REFRESH,
        OauthToken.client_id == client.id,
    )
    row = db.session.scalar(select(OauthToken).where(*mine))
    if row is None:
        raise OauthRefused(GRANT, "refresh_unknown")
    wanted = domain.scopes(scope, row.scopes) if scope else tuple(row.scopes)
    live = (OauthToken.used_at.is_(None), OauthToken.revoked_at.is_(None), OauthToken.ends > now)
    taken = update(OauthToken).where(*mine, *live).values(used_at=now).returning(OauthToken.id)
    if db.session.scalar(taken) is None:
        spent = row.ends > now and row.revoked_at is None
        if spent:
            _end(OauthToken.family == row.family)
        raise OauthRefused(GRANT, "refresh_reused" if spent else "refresh_ended")
    consent = _live_consent(row.consent_id)
    _end(OauthToken.family == row.family, OauthToken.kind == ACCESS)
    answer = _pair(client, consent, wanted, row.family, row.family_ends)
    _told("refreshed", client.id, str(client.id), row.person_id)
    return answer


def for_program(client: OauthClient, scope: str) -> Json:
    """A token with which the client acts for itself. Raises OauthRefused."""
    if client.kind != Kind.PROGRAM:
        raise OauthRefused("unauthorized_client")
    wanted = domain.scopes(scope, client.scopes) if scope else tuple(client.scopes)
    lasts = domain.PROGRAM_LASTS
    token = _issue(ACCESS, client, None, wanted, ids.uuid7(), clock.now() + lasts, lasts)
    _told("program_token_given", client.id, str(client.id), None)
    return _answer(token, wanted, lasts)


def live_access(token: str) -> OauthToken | None:
    """An access token that counts: neither it, its client, its consent nor its person has gone."""
    return _live(token, ACCESS)


def bearer(token: str) -> Caller | None:
    """Who calls an interface with this access token."""
    row = live_access(token)
    if row is None:
        return None
    client = clients.one(row.client_id)
    mine = row.id if row.person_id else client.id
    return Caller(mine, client.provider_slug, frozenset(row.scopes), row.person_id)


def introspect(client: OauthClient, token: str) -> Json:
    """What a token is (RFC 7662): to the client that has it, and to programs of its provider."""
    row = _live(token, ACCESS) or _live(token, REFRESH)
    if row is None:
        return {"active": False}
    owner = clients.one(row.client_id)
    of_provider = client.kind == Kind.PROGRAM and client.provider_slug == owner.provider_slug
    if owner.id != client.id and not of_provider:
        return {"active": False}
    told: Json = {
        "active": True,
        "iss": issuer(),
        "client_id": str(owner.id),
        "scope": " ".join(row.scopes),
        "exp": _seconds(row.ends),
        "iat": _seconds(row.created_at),
    }
    if row.kind == ACCESS:
        told["token_type"] = "Bearer"  # noqa: S105 - its kind
    if row.person_id:
        told["sub"] = subject(owner, row.person_id)
    return told


def revoke(client: OauthClient, token: str) -> None:
    """End a token of this client with all of its family (RFC 7009); others' are left alone."""
    mine = (OauthToken.token_hash == token_hash(token), OauthToken.client_id == client.id)
    row = db.session.scalar(select(OauthToken).where(*mine))
    if row is None:
        return
    _end(OauthToken.family == row.family)
    _told("revoked", client.id, str(client.id), row.person_id)


def userinfo(token_id: UUID, channel: str) -> Json:
    """What the person agreed to tell, noted as told."""
    row = db.session.get_one(OauthToken, token_id)
    consent = _live_consent(row.consent_id)
    names = [name for name in claims_of(row.scopes) if name in consent.claims]
    told = claims.values(consent.person_id, names)
    if names:
        ledger.disclose_latest(consent.id, names, channel)
    _told("disclosed", row.client_id, str(row.client_id), consent.person_id)
    return {"sub": subject(clients.one(row.client_id), consent.person_id), **told}


def subject(client: OauthClient, person_id: UUID) -> str:
    """What one provider's clients know the person as; another's know another (pairwise)."""
    return keys.keyed_hash("oauth.sub", f"{client.provider_slug}|{person_id}").hex()


def issuer() -> str:
    return current().kernel.base_url


def sweep() -> None:
    """Remove what nobody can use, or misuse, any more."""
    now = clock.now()
    db.session.execute(delete(OauthToken).where(OauthToken.family_ends < now))
    db.session.execute(delete(OauthCode).where(OauthCode.ends < now - domain.REFRESH_AT_MOST))
    signing.sweep()


def _check_code(row: OauthCode, told: Told) -> None:
    """Raises OauthRefused."""
    if row.ends <= clock.now():
        raise OauthRefused(GRANT, "code_ended")
    if row.redirect_uri != told.redirect_uri:
        raise OauthRefused(GRANT, "redirect_uri")
    if not domain.fits(told.verifier, row.challenge):
        raise OauthRefused(GRANT, "pkce")
    if row.session_id not in {one.id for one in sessions.signed_in(row.person_id)}:
        raise OauthRefused(GRANT, "signed_out")


def _live_consent(consent_id: UUID | None) -> OauthConsent:
    """Raises OauthRefused."""
    row = db.session.get(OauthConsent, consent_id) if consent_id else None
    if row is None or row.revoked_at is not None or not _is_here(row.person_id):
        raise OauthRefused(GRANT, "consent_withdrawn")
    return row


def _live(token: str, kind: str) -> OauthToken | None:
    wanted = (
        select(OauthToken)
        .join(OauthClient, OauthClient.id == OauthToken.client_id)
        .outerjoin(OauthConsent, OauthConsent.id == OauthToken.consent_id)
        .where(
            OauthToken.token_hash == token_hash(token),
            OauthToken.kind == kind,
            OauthToken.used_at.is_(None),
            OauthToken.revoked_at.is_(None),
            OauthToken.ends > clock.now(),
            OauthClient.state == State.APPROVED,
            or_(OauthToken.consent_id.is_(None), OauthConsent.id.is_not(None)),
            OauthConsent.revoked_at.is_(None),
        )
    )
    row = db.session.scalar(wanted)
    return row if row and (row.person_id is None or _is_here(row.person_id)) else None


def _is_here(person_id: UUID) -> bool:
    try:
        people.one(person_id)
    except people.NoSuchPerson:
        return False
    return True


def _pair(
    client: OauthClient,
    consent: OauthConsent,
    scopes: tuple[str, ...],
    family: UUID,
    family_ends: datetime | None,
) -> Json:
    """An access token, and the refresh token that takes its place if one was asked for."""
    ends = family_ends or clock.now() + domain.REFRESH_AT_MOST
    token = _issue(ACCESS, client, consent, scopes, family, ends, domain.ACCESS_LASTS)
    answer = _answer(token, scopes, domain.ACCESS_LASTS)
    if "offline_access" in scopes:
        answer["refresh_token"] = _issue(
            REFRESH, client, consent, scopes, family, ends, domain.REFRESH_IDLE
        )
    return answer


def _issue(  # noqa: PLR0913, PLR0917 - the columns of a row
    kind: str,
    client: OauthClient,
    consent: OauthConsent | None,
    scopes: tuple[str, ...],
    family: UUID,
    family_ends: datetime,
    lasts: timedelta,
) -> str:
    token = secrets.token_urlsafe(32)
    row = OauthToken(
        token_hash=token_hash(token),
        kind=kind,
        family=family,
        family_ends=family_ends,
        client_id=client.id,
        person_id=consent.person_id if consent else None,
        consent_id=consent.id if consent else None,
        scopes=list(scopes),
        ends=min(clock.now() + lasts, family_ends),
        used_at=None,
        revoked_at=None,
    )
    db.session.add(row)
    db.session.flush()
    return token


def _answer(token: str, scopes: tuple[str, ...], lasts: timedelta) -> Json:
    seconds = int(lasts.total_seconds())
    told = {"access_token": token, "token_type": "Bearer", "expires_in": seconds}
    return {**told, "scope": " ".join(scopes)}


def _id_token(client: OauthClient, row: OauthCode) -> str:
    now = clock.now()
    told: Mapping[str, Any] = {
        "iss": issuer(),
        "sub": subject(client, row.person_id),
        "aud": str(client.id),
        "iat": _seconds(now),
        "exp": _seconds(now + domain.ACCESS_LASTS),
        "auth_time": _seconds(row.auth_time),
        "acr": domain.acr(row.how),
        "amr": domain.amr(row.how),
    }
    return signing.sign({**told, "nonce": row.nonce} if row.nonce else told)


def _consent(person_id: UUID, client_id: UUID) -> OauthConsent | None:
    mine = (OauthConsent.person_id == person_id, OauthConsent.client_id == client_id)
    return db.session.scalar(select(OauthConsent).where(*mine, OauthConsent.revoked_at.is_(None)))


def _end(*which: Any) -> None:
    ended = update(OauthToken).where(*which, OauthToken.revoked_at.is_(None))
    db.session.execute(ended.values(revoked_at=clock.now()))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _told(act: str, client_id: UUID, actor: UUID | str, subject_id: UUID | None) -> None:
    by = actor if isinstance(actor, UUID) else f"oauth_client:{actor}"
    audit.record(f"oauth.{act}", about=f"oauth_client:{client_id}", actor=by, subject_id=subject_id)
