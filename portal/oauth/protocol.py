"""The authorization server of Authlib, with our rows, rules and audit behind it.

Kept here, since Authlib 1.9 has another way or none:
* The authorization request must bring S256; Authlib lets a request without any challenge pass.
* Client, redirect URI and response type are looked at first: Authlib puts them into descriptions
  of errors, which then fail for letters that a description must not hold.
* The header of `client_secret_basic` is read by portal.oauth.reading: Authlib fails for what is
  not UTF-8, and takes a header and a secret in the form at once.
* A code or refresh token is taken by one statement before anything is given out, and its reuse
  ends the family; what is refused is audited, and failures of clients are counted.
* An unknown `token_type_hint` is passed over, as RFC 7009 and RFC 7662 allow.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import flask
from authlib.common.security import generate_token
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    InvalidClientError,
    InvalidRequestError,
    OAuth2Request,
    ResourceProtector,
)
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator, InvalidTokenError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import UserInfoEndpoint
from authlib.oidc.core.grants import OpenIDCode
from flask import Response

from portal.accounts import refusals
from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import Limit
from portal.kernel import clock
from portal.oauth import domain, reading, service
from portal.oauth.clients import service as clients
from portal.oauth.clients.domain import Kind
from portal.oauth.domain import BAD, CLIENT, OauthRefused
from portal.oauth.facts import (
    BASIC,
    CODE,
    NONE,
    POST,
    PROGRAM,
    REFRESH,
    CodeFacts,
    Party,
    TokenFacts,
)
from portal.oauth.service import Agreed
from portal.oauth.signing import service as signing
from portal.oauth.tokens import service as tokens
from portal.oauth.tokens.service import ACCESS, Given, Issued, Token

Answer = tuple[int, Any, list[tuple[str, str]]]
MINUTE = timedelta(minutes=1)
FAILURES = Limit("oauth client", 20, MINUTE, MINUTE, 10 * MINUTE)
CHALLENGE_LENGTH = 43


class Request(OAuth2Request):  # type: ignore[misc]
    """The parameters of one place, each of them once."""

    def __init__(self, told: Mapping[str, str]) -> None:
        sent = flask.request
        super().__init__(sent.method, service.issuer() + sent.path, headers=sent.headers)
        self.payload = BasicOAuth2Payload(told)

    @property
    def form(self) -> Mapping[str, str]:
        told: Mapping[str, str] = self.payload.data
        return told


class Generator(BearerTokenGenerator):  # type: ignore[misc]
    """Opaque tokens; one to refresh with only where the person is asked about their absence."""

    def __init__(self) -> None:
        super().__init__(_new_token, _new_token, _lasts)

    def generate(self, grant_type: str, client: Party, **told: Any) -> Any:
        asked = (told.get("scope") or "").split()
        if grant_type != REFRESH and "offline_access" not in asked:
            told["include_refresh_token"] = False
        return super().generate(grant_type, client, **told)

    def __call__(self, grant_type: str, client: Party, **told: Any) -> Any:
        return self.generate(grant_type, client, **told)


class Issuer(IssuerParameter):  # type: ignore[misc]
    def get_issuer(self) -> str:
        return service.issuer()


class Server(AuthorizationServer):  # type: ignore[misc]
    """Answers requests whose parameters were read by portal.oauth.reading."""

    def __init__(self) -> None:
        super().__init__(query_client=_party, save_token=_keep)
        self.issuer = Issuer()
        self.register_extension(self.issuer)
        self.register_token_generator("default", Generator())
        self.register_client_auth_method(BASIC, _by_header)

    def create_oauth2_request(self, told: Mapping[str, str]) -> Request:
        return Request(told)

    def authenticate_client(
        self, request: Request, methods: list[str], endpoint: str = "token"
    ) -> Party:
        """Only failures count, and hold up nobody who shows the secret, which has 256 bits.

        Raises OauthRefused, TooMany.
        """
        name = reading.one_way(request.form)
        try:
            found: Party = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError as error:
            attempts.spend(FAILURES, name[:64], flask.request.remote_addr or "")
            raise OauthRefused(CLIENT, status=401) from error
        return found

    def get_authorization_grant(self, request: Request) -> "CodeGrant":
        """Raises OauthRefused, which leads back only where an address is right."""
        told = request.payload
        if (party := _party(told.client_id or "")) is None:
            raise OauthRefused(CLIENT, "authorize_client")
        if not told.redirect_uri or not party.check_redirect_uri(told.redirect_uri):
            raise OauthRefused(BAD, "redirect_uri")
        if told.response_type != "code":
            error = "unsupported_response_type" if told.response_type else BAD
            raise OauthRefused(error, uri=told.redirect_uri)
        found: CodeGrant = super().get_authorization_grant(request)
        return found

    def get_token_grant(self, request: Request) -> Any:
        """Raises OauthRefused."""
        kind = request.payload.grant_type
        if kind not in (CODE, REFRESH, PROGRAM):
            raise OauthRefused("unsupported_grant_type" if kind else BAD)
        return super().get_token_grant(request)

    def handle_error_response(self, request: Request | None, error: OAuth2Error) -> Response:
        why = getattr(error, "why", error.error)
        at = flask.request.remote_addr or ""
        refusals.note("oauth.refused", about="oauth", address=at, why=why, actor="program")
        said = error.description or domain.SAID[error.error]
        error.description = said if said.endswith(".") else f"{said}."
        answer: Response = super().handle_error_response(request, error)
        return answer

    def back(self, error: OAuth2Error) -> Response:
        """To the site or app, with what is wrong and with who says it (RFC 9207)."""
        answer = self.handle_error_response(None, error)
        self.issuer.add_issuer_parameter(self, answer)
        return answer


class S256(CodeChallenge):  # type: ignore[misc]
    """PKCE, required of everybody, S256 alone."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: "CodeGrant", redirect_uri: str) -> None:
        """Raises OauthRefused."""
        told = grant.request.form
        length = len(told.get("code_challenge", ""))
        if told.get("code_challenge_method") != "S256" or length != CHALLENGE_LENGTH:
            raise OauthRefused(BAD, "pkce")
        super().validate_code_challenge(grant, redirect_uri)
        grant.asked = domain.read(told, domain.allowed(told.get("scope"), grant.client.row.scopes))


class IdToken(OpenIDCode):  # type: ignore[misc]
    """Who signed in, when and how. Personal claims are told by the userinfo endpoint alone."""

    def exists_nonce(self, nonce: str, request: Request) -> bool:  # noqa: ARG002 - Authlib's
        """A nonce is for the client to compare; a code works once anyway."""
        return False

    def get_client_algorithm(self, client: Party) -> str:  # noqa: ARG002 - Authlib's
        return signing.ALG

    def get_encode_header(self, client: Party) -> dict[str, str]:  # noqa: ARG002 - Authlib's
        return {"alg": signing.ALG, "kid": signing.current()[0], "typ": "JWT"}

    def resolve_client_private_key(self, client: Party) -> Any:  # noqa: ARG002 - Authlib's
        return signing.current()[1]

    def get_client_claims(self, client: Party) -> dict[str, Any]:
        now = clock.now()
        told = {"iss": service.issuer(), "aud": client.get_client_id()}
        ends = now + domain.ACCESS_LASTS
        return {**told, "iat": int(now.timestamp()), "exp": int(ends.timestamp())}

    def generate_user_info(self, user: Agreed, scope: str) -> dict[str, str]:  # noqa: ARG002
        return {"sub": service.subject(clients.one(user.client_id), user.person_id)}


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = (BASIC, POST, NONE)
    asked: domain.Asked

    def save_authorization_code(self, code: str, request: Request) -> None:
        given: Given = request.user
        tokens.keep_code(code, request.client.row.id, given)

    def query_authorization_code(self, code: str, client: Party) -> CodeFacts:
        return CodeFacts(tokens.take_code(code, client.row.id))

    def authenticate_user(self, authorization_code: CodeFacts) -> Agreed:
        return tokens.live_consent(authorization_code.row.consent_id)

    def delete_authorization_code(self, authorization_code: CodeFacts) -> None:
        """It was used up when it was found, and stays, so that a second use is known."""


class NextGrant(RefreshTokenGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = (BASIC, POST, NONE)
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> TokenFacts | None:
        row = tokens.refresh_token(refresh_token)
        return TokenFacts(row) if row else None

    def authenticate_user(self, refresh_token: TokenFacts) -> Agreed:
        tokens.take_refresh(refresh_token.row)
        return tokens.live_consent(refresh_token.row.consent_id)

    def revoke_old_credential(self, refresh_token: TokenFacts) -> None:
        """It was used up when its person was looked up."""


class ProgramGrant(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = (BASIC, POST)


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = (BASIC, POST, NONE)

    def check_params(self, request: Request, client: Party) -> None:  # noqa: ARG002 - Authlib's
        _has_token(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> TokenFacts | None:  # noqa: ARG002
        row = tokens.found(token_string)
        return TokenFacts(row) if row else None

    def revoke_token(self, token: TokenFacts, request: Request) -> None:  # noqa: ARG002 - Authlib's
        tokens.revoke(token.row)


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    """To the client that has the token, and to programs of its provider."""

    CLIENT_AUTH_METHODS = (BASIC, POST)

    def check_params(self, request: Request, client: Party) -> None:  # noqa: ARG002 - Authlib's
        _has_token(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> TokenFacts | None:  # noqa: ARG002
        row = tokens.live(token_string)
        return TokenFacts(row) if row else None

    def check_permission(self, token: TokenFacts, client: Party, request: Request) -> bool:  # noqa: ARG002
        of_provider = token.get_client().row.provider_slug == client.row.provider_slug
        return token.check_client(client) or (client.row.kind == Kind.PROGRAM and of_provider)

    def introspect_token(self, token: TokenFacts) -> dict[str, Any]:
        row, owner = token.row, token.get_client()
        told = {
            "active": True,
            "iss": service.issuer(),
            "client_id": owner.get_client_id(),
            "scope": token.get_scope(),
            "exp": int(row.ends.timestamp()),
            "iat": int(row.created_at.timestamp()),
        }
        if row.kind == ACCESS:
            told["token_type"] = "Bearer"  # noqa: S105 - its kind
        if row.person_id:
            told["sub"] = service.subject(owner.row, row.person_id)
        return told


class OfPerson(BearerTokenValidator):  # type: ignore[misc]
    def authenticate_token(self, token_string: str) -> TokenFacts | None:
        row = tokens.live(token_string, ACCESS)
        return TokenFacts(row) if row and row.person_id else None


class Protector(ResourceProtector):  # type: ignore[misc]
    def acquire_token(self, scope: str) -> TokenFacts:
        """Raises OAuth2Error."""
        if "Authorization" not in flask.request.headers:
            raise InvalidTokenError
        token: TokenFacts = self.validate_request([scope], Request({}))
        return token


class UserInfo(UserInfoEndpoint):  # type: ignore[misc]
    def generate_user_info(self, user: Token, scope: str) -> dict[str, Any]:  # noqa: ARG002 - Authlib's
        return service.userinfo(user, "userinfo")


def _party(client_id: str) -> Party | None:
    row = clients.approved(client_id)
    return Party(row) if row else None


def _by_header(query_client: Any, request: Request) -> Party | None:
    shown = reading.header(request.form)
    party = query_client(shown[0]) if shown else None
    return party if shown and party and party.check_client_secret(shown[1]) else None


def _keep(token: dict[str, Any], request: Request) -> None:
    of = request.authorization_code or request.refresh_token
    scopes = tuple(token["scope"].split())
    new = (token["access_token"], token.get("refresh_token"), scopes)
    issued = Issued(*new, consent=request.user, of=of.row if of else None)
    tokens.keep(issued, request.client.row.id)


def _has_token(request: Request) -> None:
    if "token" not in request.form:
        raise InvalidRequestError


def _new_token(**_about: Any) -> str:
    text: str = generate_token(43)
    return text


def _lasts(client: Party, grant_type: str) -> int:  # noqa: ARG001 - Authlib's
    lasts = domain.PROGRAM_LASTS if grant_type == PROGRAM else domain.ACCESS_LASTS
    return int(lasts.total_seconds())


def _server() -> Server:
    made, protector = Server(), Protector()
    protector.register_token_validator(OfPerson(realm="oauth"))
    made.register_grant(CodeGrant, [S256(required=True), IdToken()])
    made.register_grant(NextGrant)
    made.register_grant(ProgramGrant)
    made.register_endpoint(Revocation)
    made.register_endpoint(Introspection)
    made.register_endpoint(UserInfo(resource_protector=protector))
    return made


server = _server()
