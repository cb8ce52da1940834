"""What a route of an interface says of itself, for its OpenAPI document and its page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast

from pydantic import BaseModel

from portal.kernel.errors import DomainError

P = ParamSpec("P")
R = TypeVar("R")
Json = Any


@dataclass(frozen=True)
class Sample:
    """What examples speak of; the console puts the reader's own provider here."""

    provider: str = "revenue"
    service: str = "income-certificate"
    version: int = 3
    answers: Mapping[str, Json] = field(
        default_factory=lambda: {"full_name": "Asha Devi", "annual_income": "84000.00"}
    )
    papers: tuple[str, ...] = ("income_proof",)
    reference: str = "PB-7K3M-9QXA"

    @property
    def path(self) -> str:
        return f"{self.provider}/{self.service}"


# An example itself, or what makes one of a sample.
Example = Json | Callable[[Sample], Json]
JSON_ONLY = ("application/json",)


@dataclass(frozen=True)
class Operation:
    """What one route takes and gives; `media` is set where it gives no JSON.

    `asks` are the members of its query, `sends` examples of its body by what they show, `given`
    an example of its answer. `schemas` are those of bodies without a model, by media type, and
    `limit` says how large a body may be; `or_media` are other kinds that it may give, with an
    example each. `refusals` are those of its own: what every call may meet is added.
    `tagged`: it gives an ETag, or heeds If-Match. `paged`: it gives a Link. `keyed`: it wants an
    Idempotency-Key, which a body does unless it is said otherwise. `accepts` are kinds of bodies.
    """

    summary: str
    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    status: int = 200
    media: str = "application/json"
    description: str = ""
    asks: type[BaseModel] | None = None
    sends: Mapping[str, Example] = field(default_factory=dict)
    given: Example = None
    refusals: tuple[type[DomainError], ...] = ()
    tagged: bool = False
    paged: bool = False
    keyed: bool | None = None
    accepts: tuple[str, ...] = JSON_ONLY
    schemas: Mapping[str, Json] = field(default_factory=dict)
    limit: str = ""
    or_media: Mapping[str, Example] = field(default_factory=dict)

    @property
    def has_body(self) -> bool:
        """A body of no model has kinds of its own, such as a file."""
        return self.takes is not None or self.accepts != JSON_ONLY

    @property
    def wants_key(self) -> bool:
        return self.has_body if self.keyed is None else self.keyed


@dataclass(frozen=True)
class Told:
    """A kind of message that the portal sends to programs of this area, for Room(told=…)."""

    name: str
    summary: str
    body: type[BaseModel]
    example: Example
    description: str = ""
    area: str = "provider"
    # What an answer to it may say.
    answer: type[BaseModel] | None = None
    # A question is asked of the provider's own interface, and needs its answer.
    is_question: bool = False


def described(operation: Operation) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say what a route of an interface does, for its OpenAPI document."""

    def describe(view: Callable[P, R]) -> Callable[P, R]:
        cast("Any", view).operation = operation
        return view

    return describe


def shown(example: Example, sample: Sample) -> Json:
    return example(sample) if callable(example) else example
