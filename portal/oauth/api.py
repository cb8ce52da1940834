"""The addresses that programs call: tokens, what they are, and what a person agreed to tell."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel

from portal.accounts.views import entry
from portal.api.access import calling, citizen
from portal.api.openapi import Operation, described
from portal.audit import service as audit
from portal.kernel.errors import TooMany
from portal.oauth import reading, service
from portal.oauth.domain import BAD, CLAIMS, FOR_PEOPLE, FOR_PROGRAMS, OauthRefused
from portal.oauth.service import Told
from portal.oauth.signing import service as signing
from portal.web.access import public

P = ParamSpec("P")
programs = Blueprint("oauth", __name__)
programs.after_request(entry.never_kept)


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
        except OauthRefused as refused:
            return refusal(refused)
        except TooMany as error:
            response = refusal(OauthRefused("slow_down", status=429))
            response.headers["Retry-After"] = str(error.retry_after)
            return response

    return answered


def refusal(refused: OauthRefused) -> Response:
    audit.record("oauth.refused", about="oauth", actor="program", why=refused.why)
    response = jsonify(error=refused.error)
    response.status_code = refused.status
    if refused.status == 401:
        scheme = "Bearer" if refused.error == "invalid_token" else "Basic"
        response.headers["WWW-Authenticate"] = f'{scheme} error="{refused.error}"'
    return response


@programs.post("/oauth/token")
@public
@says_errors
def token() -> Response:
    told = reading.form()
    client = reading.client(told)
    kind = told.get("grant_type")
    if kind == "authorization_code":
        wanted = (told.get(name) for name in ("code", "redirect_uri", "code_verifier"))
        parts = tuple(one or "" for one in wanted)
        if not all(parts):
            raise OauthRefused(BAD, "parameters")
        return jsonify(service.redeem(client, Told(*parts)))
    if kind == "refresh_token":
        if not told.get("refresh_token"):
            raise OauthRefused(BAD, "parameters")
        return jsonify(service.refresh(client, told["refresh_token"], told.get("scope", "")))
    if kind == "client_credentials":
        return jsonify(service.for_program(client, told.get("scope", "")))
    raise OauthRefused("unsupported_grant_type" if kind else BAD)


@programs.post("/oauth/revoke")
@public
@says_errors
def revoke() -> Response:
    told = reading.form()
    client = reading.client(told)
    if not told.get("token"):
        raise OauthRefused(BAD, "parameters")
    service.revoke(client, told["token"])
    return jsonify({})


@programs.post("/oauth/introspect")
@public
@says_errors
def introspect() -> Response:
    told = reading.form()
    client = reading.client(told)
    if not told.get("token"):
        raise OauthRefused(BAD, "parameters")
    return jsonify(service.introspect(client, told["token"]))


@programs.route("/oauth/userinfo", methods=["GET", "POST"])
@public
@says_errors
def userinfo() -> Response:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    row = service.live_access(text.strip()) if kind.casefold() == "bearer" else None
    if row is None or row.person_id is None:
        raise OauthRefused("invalid_token", status=401)
    if "openid" not in row.scopes:
        raise OauthRefused("insufficient_scope", status=403)
    return jsonify(service.userinfo(row.id, "userinfo"))


@programs.get("/oauth/jwks")
@public
def jwks() -> Response:
    return jsonify(keys=signing.published())


@programs.get("/.well-known/openid-configuration")
@public
def configuration() -> Response:
    told = _server()
    claims = [name for names in CLAIMS.values() for name in names]
    more = ["email_verified", "phone_number_verified", "auth_time", "acr", "amr", "nonce"]
    return jsonify(
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


@programs.get("/.well-known/oauth-authorization-server")
@public
def server() -> Response:
    return jsonify(_server())


@programs.get("/api/v1/citizen/me")
@citizen("citizen")
@described(Operation("What the person agreed to tell", gives=Me))
def me() -> Response:
    return jsonify(service.userinfo(calling().token_id, "api"))


def _server() -> dict[str, object]:
    own, ways = service.issuer(), ["client_secret_basic", "client_secret_post"]
    return {
        "issuer": own,
        "authorization_endpoint": f"{own}/oauth/authorize",
        "token_endpoint": f"{own}/oauth/token",
        "revocation_endpoint": f"{own}/oauth/revoke",
        "introspection_endpoint": f"{own}/oauth/introspect",
        "jwks_uri": f"{own}/oauth/jwks",
        "scopes_supported": [*FOR_PEOPLE, *FOR_PROGRAMS],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": [*ways, "none"],
        "revocation_endpoint_auth_methods_supported": [*ways, "none"],
        "introspection_endpoint_auth_methods_supported": ways,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }
