"""Codes and tokens: giving them out, taking each code and refresh token once, and ending them.

Whoever changes a family of tokens holds its lock first: a refresh token that is used beside the
reuse of an older one cannot leave anything behind that lives on.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, text, update

from portal.accounts.people import service as people
from portal.accounts.sessions import service as sessions
from portal.accounts.sessions.service import Standing
from portal.audit import service as audit
from portal.kernel import clock, ids
from portal.kernel.crypto import token_hash
from portal.kernel.db import db
from portal.oauth import domain
from portal.oauth.clients.domain import State
from portal.oauth.clients.models import OauthClient
from portal.oauth.domain import GRANT, Asked, OauthRefused
from portal.oauth.models import OauthConsent
from portal.oauth.tokens.models import OauthCode, OauthToken

ACCESS, REFRESH = "access", "refresh"
# What others call a code and a token.
Code = OauthCode
Token = OauthToken
ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:family, 7305811))")


@dataclass(frozen=True)
class Given:
    """A person let a client in, for what it asked, in this session."""

    consent: OauthConsent
    asked: Asked
    who: Standing


@dataclass(frozen=True)
class Issued:
    """New tokens, and what they come of."""

    access: str
    refresh: str | None
    scopes: tuple[str, ...]
    consent: OauthConsent | None = None
    of: OauthCode | OauthToken | None = None


def keep_code(code: str, client_id: UUID, given: Given) -> None:
    """A code for the person behind this session."""
    now, who, person_id = clock.now(), given.who, given.consent.person_id
    row = OauthCode(
        code_hash=token_hash(code),
        family=ids.uuid7(),
        client_id=client_id,
        person_id=person_id,
        session_id=_sign_in(person_id, who.since or now),
        consent_id=given.consent.id,
        redirect_uri=given.asked.redirect_uri,
        challenge=given.asked.challenge,
        nonce=given.asked.nonce,
        scopes=list(given.asked.scopes),
        how=who.how,
        auth_time=who.confirmed or who.since or now,
        ends=now + domain.CODE_LASTS,
        used_at=None,
    )
    db.session.add(row)
    db.session.flush()
    told("code_given", client_id, person_id, person_id)


def take_code(code: str, client_id: UUID) -> OauthCode:
    """Use a code up. Its second use ends what came of the first. Raises OauthRefused."""
    mine = (OauthCode.code_hash == token_hash(code), OauthCode.client_id == client_id)
    taken = update(OauthCode).where(*mine, OauthCode.used_at.is_(None)).values(used_at=clock.now())
    row: OauthCode | None = db.session.scalar(taken.returning(OauthCode))
    if row is None:
        used = db.session.scalar(select(OauthCode).where(*mine))
        if used is not None:
            _end_family(used.family)
        raise OauthRefused(GRANT, "code_used" if used else "code_unknown")
    if row.ends <= clock.now():
        raise OauthRefused(GRANT, "code_ended")
    here = {_sign_in(row.person_id, one.since) for one in sessions.signed_in(row.person_id)}
    if row.session_id not in here:
        raise OauthRefused(GRANT, "signed_out")
    return row


def refresh_token(token: str) -> OauthToken | None:
    """A refresh token, be it still of use or not."""
    mine = (OauthToken.token_hash == token_hash(token), OauthToken.kind == REFRESH)
    return db.session.scalar(select(OauthToken).where(*mine))


def take_refresh(row: OauthToken) -> None:
    """Use a refresh token up. Its second use ends the whole family. Raises OauthRefused."""
    _hold(row.family)
    db.session.refresh(row)
    now = clock.now()
    if row.revoked_at is not None or row.ends <= now:
        raise OauthRefused(GRANT, "refresh_ended")
    if row.used_at is not None:
        _end_family(row.family)
        raise OauthRefused(GRANT, "refresh_reused")
    row.used_at = now
    end(OauthToken.family == row.family, OauthToken.kind == ACCESS)


def keep(issued: Issued, client_id: UUID) -> None:
    """Tokens of one family end as one: 90 days after the person let the client in, at the most."""
    of, now = issued.of, clock.now()
    lasts, family, ends = domain.ACCESS_LASTS, ids.uuid7(), now + domain.REFRESH_AT_MOST
    if isinstance(of, OauthToken):
        family, ends = of.family, of.family_ends
    elif of is not None:
        family = of.family
    else:
        lasts, ends = domain.PROGRAM_LASTS, now + domain.PROGRAM_LASTS
    shared: dict[str, Any] = {
        "family": family,
        "family_ends": ends,
        "client_id": client_id,
        "person_id": issued.consent.person_id if issued.consent else None,
        "consent_id": issued.consent.id if issued.consent else None,
    }
    # A refresh token keeps all scopes, also where the access token is for fewer of them.
    every = of.scopes if of is not None else issued.scopes
    _put(issued.access, ACCESS, issued.scopes, lasts, shared)
    if issued.refresh:
        _put(issued.refresh, REFRESH, every, domain.REFRESH_IDLE, shared)
    told(_act(of), client_id, str(client_id), shared["person_id"])


def live(token: str, *kinds: str) -> OauthToken | None:
    """A token that counts: neither it, its client, its consent nor its person has gone."""
    wanted = (
        select(OauthToken)
        .join(OauthClient, OauthClient.id == OauthToken.client_id)
        .outerjoin(OauthConsent, OauthConsent.id == OauthToken.consent_id)
        .where(
            OauthToken.token_hash == token_hash(token),
            OauthToken.kind.in_(kinds or (ACCESS, REFRESH)),
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


def live_consent(consent_id: UUID | None) -> OauthConsent:
    """Raises OauthRefused."""
    row = db.session.get(OauthConsent, consent_id) if consent_id else None
    if row is None or row.revoked_at is not None or not _is_here(row.person_id):
        raise OauthRefused(GRANT, "consent_withdrawn")
    return row


def found(token: str) -> OauthToken | None:
    return db.session.scalar(select(OauthToken).where(OauthToken.token_hash == token_hash(token)))


def revoke(row: OauthToken) -> None:
    """End a token with all of its family (RFC 7009)."""
    _end_family(row.family)
    told("revoked", row.client_id, str(row.client_id), row.person_id)


def end(*which: Any) -> None:
    ended = update(OauthToken).where(*which, OauthToken.revoked_at.is_(None))
    db.session.execute(ended.values(revoked_at=clock.now()))


def end_of_consent(consent_id: UUID) -> None:
    end(OauthToken.consent_id == consent_id)
    db.session.execute(delete(OauthCode).where(OauthCode.consent_id == consent_id))


def end_of_person(person_id: UUID) -> None:
    end(OauthToken.person_id == person_id)
    db.session.execute(delete(OauthCode).where(OauthCode.person_id == person_id))


def forget(person_id: UUID) -> None:
    """Remove all that is kept of a person here."""
    db.session.execute(delete(OauthToken).where(OauthToken.person_id == person_id))
    db.session.execute(delete(OauthCode).where(OauthCode.person_id == person_id))


def sweep() -> None:
    """Remove what nobody can use, or misuse, any more."""
    now = clock.now()
    db.session.execute(delete(OauthToken).where(OauthToken.family_ends < now))
    db.session.execute(delete(OauthCode).where(OauthCode.ends < now - domain.REFRESH_AT_MOST))


def told(act: str, client_id: UUID, actor: UUID | str, subject_id: UUID | None) -> None:
    by = actor if isinstance(actor, UUID) else f"oauth_client:{actor}"
    audit.record(f"oauth.{act}", about=f"oauth_client:{client_id}", actor=by, subject_id=subject_id)


def _put(
    token: str, kind: str, scopes: Collection[str], lasts: timedelta, shared: dict[str, Any]
) -> None:
    ends = min(clock.now() + lasts, shared["family_ends"])
    hashed = token_hash(token)
    row = OauthToken(token_hash=hashed, kind=kind, scopes=list(scopes), ends=ends, **shared)
    db.session.add(row)
    db.session.flush()


def _act(of: OauthCode | OauthToken | None) -> str:
    if of is None:
        return "program_token_given"
    return "refreshed" if isinstance(of, OauthToken) else "tokens_given"


def _hold(family: UUID) -> None:
    db.session.execute(ALONE, {"family": str(family)})


def _end_family(family: UUID) -> None:
    _hold(family)
    end(OauthToken.family == family)


def _sign_in(person_id: UUID, since: datetime) -> UUID:
    """What stays of a session when it is renewed: whose it is, and when they signed in."""
    return UUID(bytes=token_hash(f"{person_id}|{since.timestamp()}")[:16])


def _is_here(person_id: UUID) -> bool:
    try:
        people.one(person_id)
    except people.NoSuchPerson:
        return False
    return True
