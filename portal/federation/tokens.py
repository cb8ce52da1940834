"""Tokens that identity providers sign: what must hold before one is believed.

The signature comes first, and its key from the provider's own published keys alone: what a
token's header says of keys (jku, jwk, x5u, x5c) is not read. Each refusal has its code.
"""

import base64
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oidc.core.util import create_half_hash
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry
from joserfc.jws import JWSRegistry

from portal.federation.domain import LONGEST_SUB, IdentityProvider, SignInRefused

LONGEST = 32 * 1024
PART = re.compile(r"[A-Za-z0-9_-]+")
# Which kind of key, and of which curve, belongs to an algorithm.
KEYS: Mapping[str, tuple[str, tuple[str | None, ...]]] = {
    "RS256": ("RSA", (None,)),
    "PS256": ("RSA", (None,)),
    "ES256": ("EC", ("P-256",)),
    "EdDSA": ("OKP", ("Ed25519", "Ed448")),
}
# From 2048 to 8192 bits, as they are written in a published key; checking takes ever longer.
SHORTEST_RSA, LONGEST_RSA, LONGEST_E = 342, 1366, 12
# A fresh token was made for this very sign-in.
OLDEST = timedelta(minutes=10)
FAR = 2**40
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True)
class Signed:
    """A token taken apart, not believed yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes

    @property
    def alg(self) -> str:
        return str(self.header["alg"])

    @property
    def kid(self) -> str | None:
        return self.header.get("kid")


@dataclass(frozen=True)
class Expected:
    """What the token of one sign-in must fit. `now` is when it is checked."""

    provider: IdentityProvider
    nonce: str
    access_token: str | None
    now: datetime


@dataclass(frozen=True)
class Logout:
    """A provider says that somebody signed out there; after `ends` it is no longer believed."""

    jti: str
    ends: datetime
    sub: str | None
    sid: str | None


def take_apart(token: Any, provider: IdentityProvider) -> Signed:
    """Raises SignInRefused for what is no signed token, or signed in a way that we do not take."""
    if not isinstance(token, str) or len(token) > LONGEST:
        raise SignInRefused("INVALID_TOKEN")
    parts = token.split(".")
    if len(parts) != 3 or not all(PART.fullmatch(part) for part in parts[:2]):
        raise SignInRefused("INVALID_TOKEN")
    header, claims = (_object(part) for part in parts[:2])
    alg, kid = header.get("alg"), header.get("kid")
    if not isinstance(alg, str) or alg not in provider.algorithms:
        raise SignInRefused("INVALID_ALG_HEADER")
    if "crit" in header or (kid is not None and not isinstance(kid, str)):
        raise SignInRefused("INVALID_TOKEN")
    signature = _decoded(parts[2]) if PART.fullmatch(parts[2]) else b""
    return Signed(header, claims, ".".join(parts[:2]).encode(), signature)


def check_signature(token: Signed, keys: Sequence[Mapping[str, Any]]) -> None:
    """`keys` are those that the provider publishes. Raises SignInRefused."""
    fitting = [key for key in keys if fits(token, key)]
    # Without a name there must be no choice.
    if len(fitting) != 1 or not token.signature or not _verifies(token, fitting[0]):
        raise SignInRefused("INVALID_SIGNATURE")


def fits(token: Signed, key: Mapping[str, Any]) -> bool:
    """Whether this published key may have made the signature: by name, kind and use."""
    kind, curves = KEYS[token.alg]
    named = token.kid is None or key.get("kid") == token.kid
    meant = key.get("use", "sig") == "sig" and key.get("alg", token.alg) == token.alg
    shaped = key.get("kty") == kind and key.get("crv") in curves
    return named and meant and shaped and _is_sound(key)


def check_id_token(token: Signed, expected: Expected) -> None:
    """Every claim that must hold, after the signature. Raises SignInRefused."""
    claims, provider = token.claims, expected.provider
    _check_parties(claims, provider)
    _check_times(claims, provider, expected.now)
    said = claims.get("nonce")
    if not isinstance(said, str) or not _same(said, expected.nonce):
        raise SignInRefused("NONCE_NOT_MATCHING")
    _check_subject(claims)
    _check_requirements(claims, provider, expected.now)
    _check_at_hash(token, expected.access_token)


def check_logout_token(token: Signed, provider: IdentityProvider, now: datetime) -> Logout:
    """Every check of OpenID Connect Back-Channel Logout 2.6. Raises SignInRefused."""
    claims = token.claims
    kind, events = token.header.get("typ"), claims.get("events")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") != "logout+jwt":
        raise SignInRefused("INVALID_TYP")
    _check_parties(claims, provider)
    _check_times(claims, provider, now)
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict):
        raise SignInRefused("INVALID_EVENTS")
    if "nonce" in claims:
        raise SignInRefused("UNEXPECTED_NONCE")
    jti, sub, sid = (_short(claims, name) for name in ("jti", "sub", "sid"))
    if jti is None:
        raise SignInRefused("INVALID_JTI")
    if sub is None and sid is None:
        raise SignInRefused("INVALID_SUB")
    # Later it is refused as too old, however far off its end.
    ends = now + OLDEST + 2 * timedelta(seconds=provider.leeway)
    return Logout(jti, ends, sub, sid)


def subject(claims: Mapping[str, Any]) -> str:
    return str(claims["sub"])


def session_id(claims: Mapping[str, Any]) -> str | None:
    """The provider's name for its session; raises SignInRefused for what is no text."""
    return _short(claims, "sid")


def _check_parties(claims: Mapping[str, Any], provider: IdentityProvider) -> None:
    if claims.get("iss") != provider.issuer:
        raise SignInRefused("INVALID_ISS")
    told = claims.get("aud")
    audience = [told] if isinstance(told, str) else told
    if not isinstance(audience, list) or not all(isinstance(one, str) for one in audience):
        raise SignInRefused("INVALID_AUD")
    if provider.client_id not in audience:
        raise SignInRefused("INVALID_AUD")
    if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise SignInRefused("INVALID_AZP")


def _check_times(claims: Mapping[str, Any], provider: IdentityProvider, now: datetime) -> None:
    at, leeway = now.timestamp(), provider.leeway
    ends, made = _moment(claims, "exp", "TOKEN_EXPIRED"), _moment(claims, "iat", "INVALID_IAT")
    if ends is None or at >= ends + leeway:
        raise SignInRefused("TOKEN_EXPIRED")
    if made is None or made < at - OLDEST.total_seconds() - leeway:
        raise SignInRefused("INVALID_IAT")
    begins = _moment(claims, "nbf", "TOKEN_NOT_VALID_YET")
    if made > at + leeway or (begins is not None and begins > at + leeway):
        raise SignInRefused("TOKEN_NOT_VALID_YET")


def _check_subject(claims: Mapping[str, Any]) -> None:
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= LONGEST_SUB or not sub.isprintable():
        raise SignInRefused("INVALID_SUB")


def _check_requirements(
    claims: Mapping[str, Any], provider: IdentityProvider, now: datetime
) -> None:
    wanted = provider.requires
    acr, amr = claims.get("acr"), claims.get("amr", [])
    if (acr is not None and not isinstance(acr, str)) or (wanted.acr and acr not in wanted.acr):
        raise SignInRefused("INCORRECT_ACR")
    if not isinstance(amr, list) or not all(isinstance(one, str) for one in amr):
        raise SignInRefused("INCORRECT_AMR")
    if not set(wanted.amr) <= set(amr):
        raise SignInRefused("INCORRECT_AMR")
    shown = _moment(claims, "auth_time", "INVALID_AUTH_TIME")
    if wanted.max_age is None:
        return
    if shown is None or now.timestamp() - shown > wanted.max_age + provider.leeway:
        raise SignInRefused("INVALID_AUTH_TIME")


def _check_at_hash(token: Signed, access_token: str | None) -> None:
    said = token.claims.get("at_hash")
    if said is None:
        return
    if not isinstance(said, str) or access_token is None:
        raise SignInRefused("INVALID_AT_HASH")
    if not _same(said, create_half_hash(access_token, token.alg).decode()):
        raise SignInRefused("INVALID_AT_HASH")


def _moment(claims: Mapping[str, Any], name: str, otherwise: str) -> float | None:
    """Seconds of a clock, None when the claim is missing. Raises SignInRefused(otherwise)."""
    told = claims.get(name)
    if told is None:
        return None
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise SignInRefused(otherwise)
    # Also false of what is no number, endless, or too large to be turned into a float.
    if not 0 <= told < FAR:
        raise SignInRefused(otherwise)
    return float(told)


def _short(claims: Mapping[str, Any], name: str) -> str | None:
    told = claims.get(name)
    if told is None:
        return None
    if not isinstance(told, str) or not 0 < len(told) <= LONGEST_SUB or not told.isprintable():
        raise SignInRefused(f"INVALID_{name.upper()}")
    return told


def _is_sound(key: Mapping[str, Any]) -> bool:
    if key.get("kty") != "RSA":
        return True
    n, e = key.get("n"), key.get("e")
    texts = isinstance(n, str) and isinstance(e, str)
    return texts and SHORTEST_RSA <= len(n or "") <= LONGEST_RSA and len(e or "") <= LONGEST_E


def _verifies(token: Signed, key: Mapping[str, Any]) -> bool:
    try:
        public = JWKRegistry.import_key(dict(key))
        # Asked directly: the registry warns of EdDSA's old name, which providers still use.
        return JWSRegistry.algorithms[token.alg].verify(token.signed, token.signature, public)
    except (JoseError, ValueError, TypeError, KeyError):
        return False


def _object(part: str) -> Mapping[str, Any]:
    try:
        told = json.loads(_decoded(part))
    except (ValueError, RecursionError):
        raise SignInRefused("INVALID_TOKEN") from None
    if not isinstance(told, dict):
        raise SignInRefused("INVALID_TOKEN")
    return told


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise SignInRefused("INVALID_TOKEN") from None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
