"""The rules of the authorization server: scopes, claims, PKCE and refusals. No tables, no web."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from portal.kernel.crypto import same
from portal.kernel.errors import N_, BadInput, NotFound

CODE_LASTS = timedelta(seconds=60)
ACCESS_LASTS, PROGRAM_LASTS = timedelta(minutes=10), timedelta(hours=1)
REFRESH_IDLE, REFRESH_AT_MOST = timedelta(days=30), timedelta(days=90)
LONGEST = 2000
CLAIMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "profile": ("name", "birthdate", "gender"),
        "email": ("email",),
        "phone": ("phone_number",),
        "address": ("address",),
    }
)
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "name": N_("Full name"),
        "birthdate": N_("Date of birth"),
        "gender": N_("Gender"),
        "email": N_("E-mail address"),
        "phone_number": N_("Mobile number"),
        "address": N_("Home address"),
    }
)
FOR_PEOPLE = ("openid", *CLAIMS, "citizen", "offline_access")
FOR_PROGRAMS = ("applications", "provider")
PHISHING_RESISTANT, TWO_FACTORS = "phr", "mfa"
METHODS: Mapping[str, str] = MappingProxyType(
    {"password": "pwd", "app": "otp", "recovery": "otp", "text": "sms", "passkey": "hwk"}
)
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class CannotGoOn(BadInput):
    """Said on a page: there is no site that we could safely send anybody back to."""

    message = N_(
        "The site or app that sent you here asked in a wrong way, so nothing was shared. Go back "
        "to it and try again, or tell its operator."
    )


class NoSuchConsent(NotFound):
    message = N_("You let in no such site or app.")


class OauthRefused(Exception):
    """An error of RFC 6749 or OpenID Connect, with what it is about for the audit."""

    def __init__(self, error: str, why: str = "", status: int = 400) -> None:
        self.error, self.why, self.status = error, why or error, status
        super().__init__(error)


@dataclass(frozen=True)
class Asked:
    """A request for authorization whose client and redirect URI are right."""

    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    state: str | None
    nonce: str | None
    prompt: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...]

    @property
    def claims(self) -> tuple[str, ...]:
        return claims_of(self.scopes)


def claims_of(scopes: Collection[str]) -> tuple[str, ...]:
    return tuple(name for scope, names in CLAIMS.items() if scope in scopes for name in names)


def read(told: Mapping[str, str], redirect_uri: str, allowed: Collection[str]) -> Asked:
    """Raises OauthRefused."""
    if told.get("response_type") != "code":
        raise OauthRefused("unsupported_response_type" if told.get("response_type") else BAD)
    for name in ("request", "request_uri"):
        if name in told:
            raise OauthRefused(f"{name}_not_supported")
    if told.get("response_mode", "query") != "query":
        raise OauthRefused(BAD, "response_mode")
    challenge = told.get("code_challenge", "")
    if told.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise OauthRefused(BAD, "pkce")
    return Asked(
        redirect_uri,
        scopes(told.get("scope", ""), allowed),
        challenge,
        told.get("state"),
        told.get("nonce"),
        _prompt(told.get("prompt", "")),
        _max_age(told.get("max_age")),
        tuple(told.get("acr_values", "").split()),
    )


BAD = "invalid_request"


def scopes(text: str, allowed: Collection[str]) -> tuple[str, ...]:
    """Raises OauthRefused."""
    wanted = tuple(dict.fromkeys(text.split(" "))) if text else ()
    if not wanted or not set(wanted) <= set(allowed):
        raise OauthRefused("invalid_scope")
    return wanted


def fits(verifier: str, challenge: str) -> bool:
    """PKCE (RFC 7636), S256 alone."""
    if not VERIFIER.fullmatch(verifier):
        return False
    return same(create_s256_code_challenge(verifier).encode(), challenge.encode())


def acr(how: str | None) -> str:
    return PHISHING_RESISTANT if "passkey" in (how or "").split() else TWO_FACTORS


def amr(how: str | None) -> list[str]:
    shown = (how or "").split()
    found = dict.fromkeys(METHODS[one] for one in shown if one in METHODS)
    return [*found, "mfa"] if len(shown) > 1 or "passkey" in shown else list(found)


def _prompt(text: str) -> frozenset[str]:
    told = frozenset(text.split())
    if not told <= {"none", "login", "consent"} or ("none" in told and len(told) > 1):
        raise OauthRefused(BAD, "prompt")
    return told


def _max_age(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise OauthRefused(BAD, "max_age")
    return int(text)
