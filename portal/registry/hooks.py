"""What a provider's package may do beside declaring: named functions with a time limit.

A package says `hooks = Hooks(bills=…)` beside its `provider`. A manifest has none: it runs no code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol


class Ask(Protocol):
    """Ask the provider's own interface, at the address that its console holds.

    Gives the JSON that came back; raises `NoAnswer` when none came in time.
    """

    def __call__(self, path: str, query: Mapping[str, str]) -> Any: ...


class NoAnswer(Exception):
    """The provider's interface did not answer, or not in a way that can be read."""


class NoSuchAccount(Exception):
    """The provider knows no account with this number."""


@dataclass(frozen=True)
class Bill:
    """One bill of an account. `number` names it for ever: a bill is paid once.

    `amount` is text such as "150.00"; `period` is said in the words of the provider.
    """

    number: str
    amount: str
    currency: str
    due_on: date | None = None
    period: str = ""
    holder: str = ""


BillsHook = Callable[[str, Ask], Sequence[Bill]]


@dataclass(frozen=True)
class Hooks:
    """`bills` gives the unpaid bills of an account; raises NoSuchAccount, NoAnswer."""

    bills: BillsHook | None = None
