"""Our rows of clients, codes and tokens in the shapes that Authlib asks for."""

from types import MappingProxyType

from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from authlib.oidc.core import AuthorizationCodeMixin

from portal.kernel import clock
from portal.oauth import domain
from portal.oauth.clients import domain as rules
from portal.oauth.clients import service as clients
from portal.oauth.clients.domain import Kind
from portal.oauth.clients.service import Client
from portal.oauth.tokens.service import Code, Token

CODE, REFRESH, PROGRAM = "authorization_code", "refresh_token", "client_credentials"
BASIC, POST, NONE = "client_secret_basic", "client_secret_post", "none"


class Party(ClientMixin):  # type: ignore[misc]
    """A client that is approved."""

    client_metadata = MappingProxyType({"userinfo_signed_response_alg": None})

    def __init__(self, row: Client) -> None:
        self.row = row

    def get_client_id(self) -> str:
        return str(self.row.id)

    def get_default_redirect_uri(self) -> None:
        """There is none: every request names its own."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All of what is asked, or None. A program that asks for none has all of its own."""
        if not scope and self.row.kind == Kind.PROGRAM:
            return " ".join(self.row.scopes)
        return " ".join(domain.allowed(scope, self.row.scopes)) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return any(rules.matches(one, redirect_uri) for one in self.row.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        return self.row.kind != Kind.APP and clients.knows(self.row, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib's
        return (method == NONE) == (self.row.kind == Kind.APP)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.row.kind != Kind.PROGRAM

    def check_grant_type(self, grant_type: str) -> bool:
        if self.row.kind == Kind.PROGRAM:
            return grant_type == PROGRAM
        return grant_type == CODE or (grant_type == REFRESH and "offline_access" in self.row.scopes)


class CodeFacts(AuthorizationCodeMixin):  # type: ignore[misc]
    code_challenge_method = "S256"

    def __init__(self, row: Code) -> None:
        self.row = row
        self.code_challenge = row.challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.row.scopes)

    def get_nonce(self) -> str | None:
        return self.row.nonce

    def get_auth_time(self) -> int:
        return int(self.row.auth_time.timestamp())

    def get_acr(self) -> str:
        return domain.acr(self.row.how)

    def get_amr(self) -> list[str]:
        return domain.amr(self.row.how)


class TokenFacts(TokenMixin):  # type: ignore[misc]
    def __init__(self, row: Token) -> None:
        self.row = row

    @property
    def scope(self) -> str:
        return self.get_scope()

    def check_client(self, client: Party) -> bool:
        return self.row.client_id == client.row.id

    def get_scope(self) -> str:
        return " ".join(self.row.scopes)

    def is_expired(self) -> bool:
        return self.row.ends <= clock.now()

    def is_revoked(self) -> bool:
        return self.row.revoked_at is not None or self.row.used_at is not None

    def get_user(self) -> Token:
        """The token itself: under which consent it was given says what may be told."""
        return self.row

    def get_client(self) -> Party:
        return Party(clients.one(self.row.client_id))
