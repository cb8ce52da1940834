"""The addresses that programs call: tokens, what they are, and what a person agreed to tell."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from flask import Blueprint, Response, jsonify
from pydantic import BaseModel

from portal.accounts.views import entry
from portal.api.access import calling, citizen
from portal.api.openapi import Operation, described
from portal.kernel.errors import TooMany
from portal.oauth import protocol, reading, service
from portal.oauth.domain import CLAIMS, SCOPES, OauthRefused
from portal.oauth.signing import service as signing
from portal.web.access import public

P = ParamSpec("P")
KEYS_KEPT = 300
programs = Blueprint("oauth", __name__)


@programs.after_request
def never_kept(response: Response) -> Response:
    """But for what says itself how long it may be kept."""
    return response if response.cache_control.max_age else entry.never_kept(response)


class Me(BaseModel):
    """What the person agreed to tell, by the names of OpenID Connect."""

    sub: str
    name: str | None = None
    birthdate: str | None = None
    gender: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    phone_number: str | None = None
    phone_number_verified: bool | None = None
    address: dict[str, str] | None = None


def says_errors(view: Callable[P, Response]) -> Callable[P, Response]:
    """Answer refusals as RFC 6749 has it; what was done before, such as revoking, stands."""

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except OAuth2Error as refused:
            return protocol.server.handle_error_response(None, refused)
        except TooMany as error:
            slow = OauthRefused("slow_down", status=429)
            response = protocol.server.handle_error_response(None, slow)
            response.headers["Retry-After"] = str(error.retry_after)
            return response

    return answered


@programs.post("/oauth/token")
@public
@says_errors
def token() -> Response:
    return cast("Response", protocol.server.create_token_response(reading.form()))


@programs.post("/oauth/revoke")
@public
@says_errors
def revoke() -> Response:
    return _endpoint("revocation", reading.form())


@programs.post("/oauth/introspect")
@public
@says_errors
def introspect() -> Response:
    return _endpoint("introspection", reading.form())


@programs.route("/oauth/userinfo", methods=["GET", "POST"])
@public
@says_errors
def userinfo() -> Response:
    return _endpoint("userinfo", {})


@programs.get("/oauth/jwks")
@public
def jwks() -> Response:
    """Kept by others for a few minutes: the next key is published long before it signs."""
    response = jsonify(keys=signing.published())
    response.cache_control.public, response.cache_control.max_age = True, KEYS_KEPT
    return response


@programs.get("/.well-known/openid-configuration")
@public
def configuration() -> Response:
    told = _server()
    claims = [name for names in CLAIMS.values() for name in names]
    more = ["email_verified", "phone_number_verified", "auth_time", "acr", "amr", "nonce"]
    every = OpenIDProviderMetadata(
        **told,
        userinfo_endpoint=f"{service.issuer()}/oauth/userinfo",
        subject_types_supported=["pairwise"],
        id_token_signing_alg_values_supported=[signing.ALG],
        claims_supported=["sub", *claims, *more],
        acr_values_supported=["phr", "mfa"],
        prompt_values_supported=["none", "login", "consent"],
        claims_parameter_supported=False,
        request_parameter_supported=False,
        request_uri_parameter_supported=False,
    )
    return jsonify(every)


@programs.get("/.well-known/oauth-authorization-server")
@public
def server() -> Response:
    return jsonify(AuthorizationServerMetadata(_server()))


@programs.get("/api/v1/citizen/me")
@citizen("citizen")
@described(
    Operation(
        "What the person agreed to tell",
        gives=Me,
        description="By the names of OpenID Connect. What the person did not agree to is left out.",
        given={"sub": "8c1f…", "name": "Asha Devi", "gender": "female"},
    )
)
@says_errors
def me() -> Response:
    return jsonify(service.userinfo_of(calling().token_id, "api"))


def _endpoint(name: str, told: dict[str, str]) -> Response:
    return cast("Response", protocol.server.create_endpoint_response(name, told))


def _server() -> dict[str, object]:
    own, ways = service.issuer(), ["client_secret_basic", "client_secret_post"]
    return {
        "issuer": own,
        "authorization_endpoint": f"{own}/oauth/authorize",
        "token_endpoint": f"{own}/oauth/token",
        "revocation_endpoint": f"{own}/oauth/revoke",
        "introspection_endpoint": f"{own}/oauth/introspect",
        "jwks_uri": f"{own}/oauth/jwks",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": [*ways, "none"],
        "revocation_endpoint_auth_methods_supported": [*ways, "none"],
        "introspection_endpoint_auth_methods_supported": ways,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }
