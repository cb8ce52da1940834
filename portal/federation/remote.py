"""Calls to identity providers: what they publish, kept for a while, and codes for tokens.

Everything goes through the kernel's guarded client. None of this needs the application's context,
so that portal.kernel.outside may run it beside a request.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote_plus, urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from portal.federation.domain import Flow, IdentityProvider, SignInRefused
from portal.kernel import clock, http
from portal.kernel.http import Answer

KEPT = timedelta(hours=1)
# A key that we do not know may be new: so often at most we look again.
LOOK_AGAIN = timedelta(minutes=1)
MOST_KEYS = 50
SECONDS = 4.0
ALG_OF = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
# ASCII without blanks and control characters: it goes into a header.
ADDRESS = re.compile(r"[!-~]+")
FORM = "application/x-www-form-urlencoded"


class KeyUnfit(Exception):
    """The file of a provider's `private_key` holds no key; the text says so."""


@dataclass(frozen=True)
class Metadata:
    """What a provider publishes about itself, as far as we use it."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    tells_issuer: bool
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Tokens:
    id_token: Any
    access_token: str | None


class Remote:
    """One identity provider over the network. Raises SignInRefused for whatever goes wrong."""

    def __init__(self, provider: IdentityProvider, *, plain_http: bool) -> None:
        self.provider = provider
        self.plain_http = plain_http
        self.key = _private_key(provider.private_key) if provider.private_key else None
        self._lock = Lock()
        self._metadata: tuple[datetime, Metadata] | None = None
        self._keys: tuple[datetime, tuple[Mapping[str, Any], ...]] | None = None

    def metadata(self) -> Metadata:
        """Kept for an hour."""
        now, kept = clock.now(), self._metadata
        if kept is None or now - kept[0] > KEPT:
            address = get_well_known_url(self.provider.issuer, external=True)
            kept = self._metadata = (now, self._read(self._got(address, "INVALID_METADATA")))
        return kept[1]

    def known(self) -> Metadata | None:
        """The metadata if no call is needed for it."""
        kept = self._metadata
        return kept[1] if kept and clock.now() - kept[0] <= KEPT else None

    def keys(self, kid: str | None) -> tuple[Mapping[str, Any], ...]:
        """The provider's keys; looked for again, once a minute, when none has this name."""
        now = clock.now()
        with self._lock:
            kept = self._keys
            age = KEPT if kept is None else now - kept[0]
            missing = kept is None or (kid and all(one.get("kid") != kid for one in kept[1]))
            if kept is not None and (age < LOOK_AGAIN or (age < KEPT and not missing)):
                return kept[1]
            kept = self._keys = (now, self._published())
        return kept[1]

    def address(self, metadata: Metadata, flow: Flow, state: str, more: Mapping[str, Any]) -> str:
        """Where the browser goes to sign in; `more` has redirect_uri and ui_locales."""
        wanted = self.provider.requires
        return str(
            prepare_grant_uri(
                metadata.authorization,
                self.provider.client_id,
                "code",
                scope=" ".join(self.provider.scopes),
                state=state,
                nonce=flow.nonce,
                code_challenge=create_s256_code_challenge(flow.verifier),
                code_challenge_method="S256",
                acr_values=" ".join(wanted.acr or self.provider.assurance) or None,
                max_age=None if wanted.max_age is None else str(wanted.max_age),
                **more,
            )
        )

    def redeem(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Tokens for a code, which is used up."""
        endpoint = self.metadata().token
        body = prepare_token_request(
            "authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=verifier
        )
        headers = {"content-type": FORM, "accept": "application/json"}
        _, headers, body = self._auth().prepare("POST", endpoint, headers, body)
        answer = self._called(
            lambda: http.post(
                endpoint, body.encode(), headers, seconds=SECONDS, allow_private=self._private
            )
        )
        told = _object(answer, "INVALID_TOKEN_RESPONSE")
        if answer.status != 200:
            unfit = told.get("error") == "invalid_grant"
            raise SignInRefused("INVALID_CODE" if unfit else "TOKEN_REQUEST_REFUSED")
        return Tokens(told.get("id_token"), _access_token(told))

    def userinfo(self, access_token: str) -> Mapping[str, Any]:
        """What more the provider tells of the person; nothing when it has no page for that."""
        endpoint = self.metadata().userinfo
        if endpoint is None:
            return {}
        bearer = {"authorization": f"Bearer {access_token}", "accept": "application/json"}
        return self._got(endpoint, "INVALID_USERINFO", bearer)

    @property
    def _private(self) -> bool:
        return self.provider.private_network

    def _published(self) -> tuple[Mapping[str, Any], ...]:
        listed = self._got(self.metadata().keys, "INVALID_JWKS").get("keys")
        if not isinstance(listed, list) or len(listed) > MOST_KEYS:
            raise SignInRefused("INVALID_JWKS")
        # A secret among public keys would make every reader of it a signer.
        return tuple(one for one in listed if isinstance(one, dict) and one.get("kty") != "oct")

    def _read(self, told: Mapping[str, Any]) -> Metadata:
        if told.get("issuer") != self.provider.issuer:
            raise SignInRefused("INVALID_METADATA")
        ways = told.get("token_endpoint_auth_methods_supported")
        return Metadata(
            authorization=self._endpoint(told.get("authorization_endpoint")),
            token=self._endpoint(told.get("token_endpoint")),
            keys=self._endpoint(told.get("jwks_uri")),
            userinfo=self._endpoint(more) if (more := told.get("userinfo_endpoint")) else None,
            tells_issuer=told.get("authorization_response_iss_parameter_supported") is True,
            ways=tuple(map(str, ways)) if isinstance(ways, list) else ("client_secret_basic",),
        )

    def _endpoint(self, told: Any) -> str:
        schemes = ("https", "http") if self.plain_http else ("https",)
        try:
            fits = isinstance(told, str) and len(told) < 2000 and ADDRESS.fullmatch(told)
            if fits and urlsplit(told).scheme in schemes and urlsplit(told).hostname:
                return str(told)
        except ValueError:
            pass
        raise SignInRefused("INVALID_METADATA")

    def _got(
        self, address: str, otherwise: str, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        sent = headers or {"accept": "application/json"}
        answer = self._called(
            lambda: http.get(address, sent, seconds=SECONDS, allow_private=self._private)
        )
        if answer.status != 200:
            raise SignInRefused("PROVIDER_UNREACHABLE" if answer.status >= 500 else otherwise)
        return _object(answer, otherwise)

    def _called(self, call: Any) -> Answer:
        try:
            answer: Answer = call()
        except http.Unreachable as error:
            raise SignInRefused("PROVIDER_UNREACHABLE") from error
        return answer

    def _auth(self) -> ClientAuth:
        provider, ways = self.provider, self.metadata().ways
        if self.key is not None:
            alg = ALG_OF[self.key.key_type]
            signs = PrivateKeyJWT(self.metadata().token, alg=alg)
            return ClientAuth(provider.client_id, self.key, signs)
        if provider.client_secret is None:
            return ClientAuth(provider.client_id, None, "none")
        secret = provider.client_secret.get_secret_value()
        if "client_secret_basic" in ways or "client_secret_post" not in ways:
            return ClientAuth(
                quote_plus(provider.client_id), quote_plus(secret), "client_secret_basic"
            )
        return ClientAuth(provider.client_id, secret, "client_secret_post")


def _access_token(told: Mapping[str, Any]) -> str | None:
    """RFC 6750 says of which letters it is; anything else would not fit a header."""
    token = told.get("access_token")
    if token is None:
        return None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise SignInRefused("INVALID_TOKEN_RESPONSE")
    return token


def _object(answer: Answer, otherwise: str) -> Mapping[str, Any]:
    """Raises SignInRefused for what is no JSON object, or was cut because it is too long."""
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise SignInRefused(otherwise) from None
    if not isinstance(told, dict):
        raise SignInRefused(otherwise)
    return told


def _private_key(path: str) -> RSAKey | ECKey | OKPKey:
    """Raises KeyUnfit."""
    for kind in ALG_OF:
        try:
            key = JWKRegistry.import_key(Path(path).read_bytes(), kind)
        except OSError as error:
            raise KeyUnfit(f"{path} cannot be read.") from error
        except (JoseError, ValueError, TypeError):
            continue
        if isinstance(key, RSAKey | ECKey | OKPKey) and key.is_private:
            return key
    raise KeyUnfit(f"{path} holds no private key in PEM.")
