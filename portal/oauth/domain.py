"""The rules of the authorization server: scopes, claims and refusals. No tables, no web."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from authlib.oauth2 import OAuth2Error

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
FOR_PEOPLE = ("openid", *CLAIMS, "citizen", "applications", "offline_access")
# A token is for a person or for a program: `applications` of the one opens nothing of the other.
FOR_PROGRAMS = ("applications", "provider")
SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "openid": N_("Sign people in; every site and app needs it"),
        "profile": N_("Full name, date of birth and gender"),
        "email": N_("E-mail address"),
        "phone": N_("Mobile number"),
        "address": N_("Home address"),
        "citizen": N_("Read what the person agreed to through the interface"),
        "applications": N_("The person's applications; for a program, those of the provider"),
        "provider": N_("For a program: upload manifests of the provider, and read its events"),
        "offline_access": N_("Ask again when the person is not there"),
    }
)
PHISHING_RESISTANT, TWO_FACTORS = "phr", "mfa"
METHODS: Mapping[str, str] = MappingProxyType(
    {"password": "pwd", "app": "otp", "recovery": "otp", "text": "sms", "passkey": "hwk"}
)
BAD, GRANT, CLIENT = "invalid_request", "invalid_grant", "invalid_client"
# What a client's makers read, by error or by what it is about; the protocol knows English alone.
SAID: Mapping[str, str] = MappingProxyType(
    {
        BAD: "The request lacks a parameter, or one is malformed. See the discovery document.",
        "parameters": "Send each parameter once, as a form, without overlong or empty values.",
        "credentials": "Show the client identifier and secret in one way alone.",
        "redirect_uri": "Send a redirect_uri exactly as it was registered.",
        "pkce": "Send a code_challenge of 43 characters with the code_challenge_method S256.",
        "response_mode": "The only response_mode is query.",
        "prompt": "Use prompt with none alone, or with login and consent.",
        "max_age": "Send max_age as a whole number of seconds.",
        CLIENT: "The client is unknown, not approved, or did not show its secret.",
        GRANT: "The code or token does not count any more. Send the person here again.",
        "code_used": "A code works once. The tokens that were made from it have ended.",
        "code_ended": "The code has ended. Redeem it within 60 seconds.",
        "refresh_reused": "A refresh token works once. All that came of it has ended.",
        "signed_out": "The person has signed out. Send the person here again.",
        "consent_withdrawn": "The person no longer lets this client in.",
        "invalid_scope": "Ask for scopes that this client is registered for, at least for one.",
        "invalid_token": "The access token is unknown, has ended, or is not for this.",
        "unsupported_response_type": "The only response_type is code.",
        "unsupported_grant_type": "Use authorization_code, refresh_token or client_credentials.",
        "unauthorized_client": "This kind of client cannot use this grant.",
        "request_not_supported": "Send parameters by themselves, not as a request object.",
        "request_uri_not_supported": "Send parameters by themselves, not as a request object.",
        "login_required": "The person must sign in, which prompt=none rules out.",
        "consent_required": "The person must be asked, which prompt=none rules out.",
        "access_denied": "The person did not let the client in.",
        "slow_down": "Too many attempts failed. Wait as long as Retry-After says.",
    }
)


class CannotGoOn(BadInput):
    """Said on a page: there is no site that we could safely send anybody back to."""

    message = N_(
        "The site or app that sent you here asked in a wrong way, so nothing was shared. Go back "
        "to it and try again, or tell its operator."
    )


class NoSuchConsent(NotFound):
    message = N_("You let in no such site or app.")


class OauthRefused(OAuth2Error):  # type: ignore[misc]
    """An error of RFC 6749 or OpenID Connect, with what it is about for the audit."""

    def __init__(
        self, error: str, why: str = "", status: int = 400, uri: str | None = None
    ) -> None:
        said = SAID.get(why) or SAID[error]
        super().__init__(said, error=error, status_code=status, redirect_uri=uri)
        self.why = why or error

    def get_headers(self) -> list[tuple[str, str]]:
        """With the way to authenticate that a 401 must name."""
        told: list[tuple[str, str]] = super().get_headers()
        if self.status_code == 401:
            told.append(("WWW-Authenticate", f'Basic realm="oauth", error="{self.error}"'))
        return told


@dataclass(frozen=True)
class Asked:
    """A request for authorization whose client and redirect URI are right."""

    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    nonce: str | None
    prompt: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...]

    @property
    def claims(self) -> tuple[str, ...]:
        return claims_of(self.scopes)


def claims_of(scopes: Collection[str]) -> tuple[str, ...]:
    return tuple(name for scope, names in CLAIMS.items() if scope in scopes for name in names)


def read(told: Mapping[str, str], scopes: tuple[str, ...]) -> Asked:
    """What Authlib does not look at. Raises OauthRefused."""
    for name in ("request", "request_uri"):
        if name in told:
            raise OauthRefused(f"{name}_not_supported")
    if told.get("response_mode", "query") != "query":
        raise OauthRefused(BAD, "response_mode")
    return Asked(
        told["redirect_uri"],
        scopes,
        told["code_challenge"],
        told.get("nonce"),
        _prompt(told.get("prompt", "")),
        _max_age(told.get("max_age")),
        tuple(told.get("acr_values", "").split()),
    )


def allowed(text: str | None, scopes: Collection[str]) -> tuple[str, ...]:
    """The scopes of the text, in its order, if all of them are among these; else none."""
    wanted = tuple(dict.fromkeys((text or "").split()))
    return wanted if set(wanted) <= set(scopes) else ()


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
