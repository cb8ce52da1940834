"""What a provider itself is asked beside its declaration, and what it may answer. No asking.

A package says `hooks = Hooks(bills=…)` beside its `provider`: named functions with a time limit. A
manifest runs no code; it names paths at which the provider's own interface answers the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Protocol

import pydantic

LONGEST_SENTENCE = 300


class Ask(Protocol):
    """Ask the provider's own interface, at the address that its console holds.

    Gives the JSON that came with the status 200 or 404; raises `NoAnswer` when none came in time.
    """

    def __call__(self, path: str, query: Mapping[str, str]) -> Any: ...

    def send(self, path: str, told: Mapping[str, Any]) -> Any:
        """Ask with a body of JSON: what a person answered never stands in an address."""


class NoAnswer(Exception):
    """The provider's interface did not answer, or not in a way that can be read."""


class NotKnown(Exception):
    """The provider knows nothing of the number that it was asked about."""


class NoSuchAccount(NotKnown):
    """The provider knows no account with this number."""


class _Answer(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)


class Quoted(_Answer):
    """A fee; `amount` is text such as "150.00", so that nothing rounds it."""

    amount: Annotated[str, pydantic.Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$")]
    currency: Annotated[str, pydantic.Field(pattern=r"^[A-Z]{3}$")]


class Objection(_Answer):
    """What is wrong with the answer to a question, in the language that was asked in."""

    field: Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    sentence: Annotated[str, pydantic.Field(min_length=1, max_length=LONGEST_SENTENCE)]


@dataclass(frozen=True)
class Draft:
    """What somebody is about to send: the service's slug, the answers, and their language."""

    service: str
    answers: Mapping[str, Any]
    language: str


@dataclass(frozen=True)
class Case:
    """What a message is about to tell: its kind, the application's reference, and the answers."""

    type: str
    reference: str
    service: str
    answers: Mapping[str, Any]
    language: str


@dataclass(frozen=True)
class Bill:
    """One bill of an account. `number` names it for ever: a bill is paid once.

    `amount` is text such as "150.00", and what is open now; `period` is said in the words of the
    provider. A bill with a `least` may be paid in parts of that much or more; `received` is what
    has come in of it through the portal, whatever came in another way.
    """

    number: str
    amount: str
    currency: str
    due_on: date | None = None
    period: str = ""
    holder: str = ""
    least: str = ""
    received: str = ""


BillsHook = Callable[[str, Ask], Sequence[Bill]]
QuoteHook = Callable[[Draft, Ask], Quoted]
CheckHook = Callable[[Draft, Ask], Sequence[Objection]]
PayloadHook = Callable[[Case, Ask], Mapping[str, Any]]
LookUpHook = Callable[[str, str, Ask], Mapping[str, Any]]


@dataclass(frozen=True)
class Hooks:
    """Each may raise NoAnswer; whatever else it raises counts as no answer too.

    `bills` gives the unpaid bills of an account, and raises NoSuchAccount. `quote` gives what an
    application costs, `check` what is wrong with it, `payload` what its messages bring beside the
    answers. `look_up` gets a question's name and answer, gives members by name, raises NotKnown.
    """

    bills: BillsHook | None = None
    quote: QuoteHook | None = None
    check: CheckHook | None = None
    payload: PayloadHook | None = None
    look_up: LookUpHook | None = None
