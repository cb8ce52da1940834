"""Identity providers as an operator names them, what they tell of a person, and the refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from portal.kernel.errors import N_, DomainError, Gone, NotFound
from portal.registry.words import Words

Algorithm = Literal["RS256", "ES256", "PS256", "EdDSA"]
ALGORITHMS: tuple[Algorithm, ...] = ("RS256", "ES256", "PS256", "EdDSA")
# What an identity provider may tell: the names of our own details.
Detail = Literal[
    "name", "father_name", "birth_date", "gender", "email", "mobile", "phone", "national_id"
]
Text = Annotated[str, Field(min_length=1, max_length=500)]
FLOW_LASTS = timedelta(minutes=10)
IDENTITY_LASTS = timedelta(hours=1)
# Several tabs may be on their way to identity providers at once.
MOST_FLOWS = 4
LONGEST_SUB = 255


class Assurance(StrEnum):
    """How sure an identity provider is of whom it speaks."""

    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


class Requires(BaseModel):
    """What an answer must say of how the person was recognised; nothing unless set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    acr: tuple[Text, ...] = ()
    amr: tuple[Text, ...] = ()
    max_age: int | None = Field(default=None, ge=1, le=86400)


class IdentityProvider(BaseModel):
    """One identity provider. `claims` maps our details to the names of its claims.

    `private_key` is a file with the PEM of a key for private_key_jwt. `assurance` maps its values
    of acr to ours; with `sufficient`, what is high needs no second factor of ours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str = Field(pattern="^[a-z][a-z0-9-]{0,30}$")
    title: Words
    issuer: Text
    client_id: Text
    client_secret: SecretStr | None = None
    private_key: str | None = None
    scopes: tuple[Text, ...] = ("openid",)
    claims: dict[Detail, Text] = Field(default_factory=dict)
    assurance: dict[str, Assurance] = Field(default_factory=dict)
    requires: Requires = Requires()
    sufficient: bool = False
    algorithms: tuple[Algorithm, ...] = Field(default=ALGORITHMS, min_length=1)
    leeway: int = Field(default=60, ge=0, le=300)
    private_network: bool = False

    @field_validator("issuer")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")) or "?" in value or "#" in value:
            raise ValueError("an issuer is an https:// address without ? and #")
        return value

    @field_validator("scopes")
    @classmethod
    def _asks_who_it_is(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(" " in scope for scope in value):
            raise ValueError("list the scopes one by one")
        return value if "openid" in value else ("openid", *value)

    @model_validator(mode="after")
    def _one_credential(self) -> "IdentityProvider":
        if self.client_secret and self.private_key:
            raise ValueError("give client_secret or private_key, not both")
        if self.sufficient and Assurance.HIGH not in self.assurance.values():
            raise ValueError("sufficient needs a value of assurance that is high")
        return self

    @property
    def way(self) -> str:
        """How sessions name a sign-in with it."""
        return f"oidc:{self.slug}"

    def level(self, acr: str | None) -> Assurance:
        return self.assurance.get(acr or "", Assurance.LOW)


@dataclass(frozen=True)
class Flow:
    """One sign-in that somebody began in this browser; `following` is where they wanted to go."""

    slug: str
    nonce: str
    verifier: str
    begun: datetime
    following: str

    def is_over(self, now: datetime) -> bool:
        return now - self.begun > FLOW_LASTS


@dataclass(frozen=True)
class Identity:
    """Whom an identity provider recognised: `issuer` and `sub` together, and nothing else.

    `told` holds our details as typed answers.
    """

    slug: str
    issuer: str
    sub: str
    level: Assurance = Assurance.LOW
    sid: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Linked:
    """An identity that a person linked to the account."""

    id: UUID
    slug: str
    since: datetime


class NoSuchProvider(NotFound):
    message = N_("There is no such way to sign in. Choose one on the sign-in page.")


class NoSuchIdentity(NotFound):
    message = N_("This way to sign in is not linked to your account any more.")


class TakenIdentity(DomainError):
    message = N_(
        "This identity belongs to another account here. Sign out, then sign in with it there."
    )


class AlreadyLinked(DomainError):
    message = N_("Another identity of this provider is linked to your account. Unlink that first.")


class LastWayIn(DomainError):
    message = N_("This is your last way to sign in. Set a password or a passkey first.")


class IdentityForgotten(Gone):
    message = N_("This took too long, so nothing was linked. Sign in there again.")


class SignInRefused(DomainError):
    """`code` names what was wrong, for the audit; %(title)s is the identity provider's."""

    status: ClassVar[int] = 400
    message = N_(
        "The answer of %(title)s did not pass our checks, so nobody was signed in. Try again, or "
        "sign in with your password."
    )
    SENTENCES: ClassVar[Mapping[str, str]] = {
        "ACCESS_DENIED": N_(
            "The sign-in at %(title)s was not completed. Try again, or sign in with your password."
        ),
        "ACCOUNT_NOT_ACTIVE": N_("Your account is not complete. Sign in with your password first."),
        "INVALID_STATE": N_(
            "This sign-in was begun in another browser, or is over. Begin again on the sign-in "
            "page."
        ),
        "PROVIDER_UNREACHABLE": N_(
            "%(title)s does not answer now. Try again in a few minutes, or sign in with your "
            "password."
        ),
    }

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__()

    @property
    def sentence(self) -> str:
        return self.SENTENCES.get(self.code, self.message)
