"""What operators and functions take, give and do: tables. A function more is an entry more.

`run` sees known values of the named types only; UNKNOWN and an ArithmeticError are its ways to
say that there is no answer.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from typing import Any

import re2
from babel.numbers import is_currency

from portal.kernel.money import Money
from portal.rules.faults import TooMuchWork
from portal.rules.tree import Constant
from portal.rules.types import ANY, BOOL, DATE, MONEY, NUMBER, ORDERED, TEXT, Type, fits, list_of
from portal.rules.values import (
    EXACT,
    UNKNOWN,
    amount,
    bounded,
    composed,
    day,
    divided,
    product,
    remainder,
    rounded_up,
    times,
)

LONGEST_TEXT = 100_000
PATTERN_MEMORY = 1 << 20


@dataclass(frozen=True, slots=True)
class Signature:
    takes: tuple[Type, ...]
    gives: Type
    run: Callable[..., object]
    repeats: bool = False

    def accepts(self, given: tuple[Type, ...]) -> bool:
        """`repeats` allows any number of the one type, but at least one."""
        takes = self.takes * len(given) if self.repeats else self.takes
        return len(takes) == len(given) > 0 and all(map(fits, given, takes))

    def __str__(self) -> str:
        ends = ", …" if self.repeats else ""
        return f"({', '.join(map(str, self.takes))}{ends})"


@dataclass(frozen=True, slots=True)
class Function:
    """`dotted`: written after its first argument, `a.contains(b)`."""

    signatures: tuple[Signature, ...]
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class ConstantFunction:
    """Folded into a literal when the rule is checked: its arguments are texts in quotes."""

    takes: int
    read: Callable[..., Constant | None]
    example: str


def choose(signatures: tuple[Signature, ...], given: tuple[Type, ...]) -> Signature | None:
    return next((each for each in signatures if each.accepts(given)), None)


def chosen(signatures: tuple[Signature, ...], given: tuple[Type, ...]) -> Signature:
    """For a tree that was checked."""
    signature = choose(signatures, given)
    if signature is None:
        raise TypeError(f"{needs(signatures)} was checked and does not take {given}.")
    return signature


def needs(signatures: tuple[Signature, ...]) -> str:
    """For the sentences: `(number, number) or (money, money)`."""
    return " or ".join(map(str, signatures))


@cache
def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY
    return options


def pattern(written: str) -> Any:
    """RE2: linear in the text, whatever the pattern. Keeps what it compiled."""
    return re2.compile(written, _options())


def pattern_fault(written: str) -> str | None:
    try:
        pattern(written)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return None


def _matches(text: str, written: str) -> bool:
    return pattern(written).search(text) is not None


def _years_between(start: date, end: date) -> object:
    """Full years; somebody born on 29 February is a year older on 1 March."""
    if end < start:
        return EXACT.minus(EXACT.create_decimal(_full_years(end, start)))
    return EXACT.create_decimal(_full_years(start, end))


def _full_years(start: date, end: date) -> int:
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def _days_between(start: date, end: date) -> object:
    return EXACT.create_decimal((end - start).days)


def _money(written: str, currency: str) -> Money | None:
    return amount({"amount": written, "currency": currency}) if is_currency(currency) else None


def size(value: str | tuple[object, ...]) -> object:
    return EXACT.create_decimal(len(value))


def _sum(numbers: tuple[Any, ...]) -> object:
    """Of no numbers 0, as a list of none is known to hold none."""
    if UNKNOWN in numbers:
        return UNKNOWN
    return reduce(EXACT.add, numbers, EXACT.create_decimal(0))


def _sum_of_money(amounts: tuple[Any, ...]) -> object:
    """Of no amounts unknown: nobody can tell the currency."""
    if UNKNOWN in amounts or not amounts:
        return UNKNOWN
    return reduce(lambda one, other: bounded(one + other), amounts)


def _orders(run: Callable[[Any, Any], bool]) -> tuple[Signature, ...]:
    return tuple(Signature((each, each), BOOL, run) for each in ORDERED)


def _extremes(run: Callable[..., object]) -> tuple[Signature, ...]:
    def pick(*values: object) -> object:
        return run(values)

    return tuple(Signature((each,), each, pick, repeats=True) for each in ORDERED)


def _joined(one: str, other: str) -> str:
    if len(one) + len(other) > LONGEST_TEXT:
        raise TooMuchWork
    return composed(one + other)


def _of_texts(run: Callable[[str, str], bool]) -> Function:
    return Function((Signature((TEXT, TEXT), BOOL, run),), dotted=True)


def _of_dates(run: Callable[[date, date], object]) -> Function:
    return Function((Signature((DATE, DATE), NUMBER, run),))


# == and != and in take whatever has an equal, so that checking knows them without a table.
OPERATORS: Mapping[str, tuple[Signature, ...]] = {
    "<": _orders(operator.lt),
    "<=": _orders(operator.le),
    ">": _orders(operator.gt),
    ">=": _orders(operator.ge),
    "+": (
        Signature((NUMBER, NUMBER), NUMBER, EXACT.add),
        Signature((MONEY, MONEY), MONEY, lambda one, other: bounded(one + other)),
        Signature((TEXT, TEXT), TEXT, _joined),
    ),
    "-": (
        Signature((NUMBER, NUMBER), NUMBER, EXACT.subtract),
        Signature((MONEY, MONEY), MONEY, lambda one, other: bounded(one - other)),
    ),
    "*": (
        Signature((NUMBER, NUMBER), NUMBER, product),
        Signature((MONEY, NUMBER), MONEY, times),
        Signature((NUMBER, MONEY), MONEY, lambda factor, money: times(money, factor)),
    ),
    "/": (Signature((NUMBER, NUMBER), NUMBER, divided),),
    "%": (Signature((NUMBER, NUMBER), NUMBER, remainder),),
}

NEGATIVE = (
    Signature((NUMBER,), NUMBER, EXACT.minus),
    Signature((MONEY,), MONEY, lambda money: Money(-money.minor, money.currency)),
)

FUNCTIONS: Mapping[str, Function] = {
    "size": Function((Signature((TEXT,), NUMBER, size), Signature((list_of(ANY),), NUMBER, size))),
    "min": Function(_extremes(min)),
    "max": Function(_extremes(max)),
    "sum": Function(
        (
            Signature((list_of(NUMBER),), NUMBER, _sum),
            Signature((list_of(MONEY),), MONEY, _sum_of_money),
        )
    ),
    "round_up": Function((Signature((NUMBER,), NUMBER, rounded_up),)),
    "years_between": _of_dates(_years_between),
    "days_between": _of_dates(_days_between),
    "startsWith": _of_texts(str.startswith),
    "endsWith": _of_texts(str.endswith),
    "contains": _of_texts(operator.contains),
    "matches": _of_texts(_matches),
}

CONSTANTS: Mapping[str, ConstantFunction] = {
    "date": ConstantFunction(1, day, 'date("2026-01-31")'),
    "money": ConstantFunction(2, _money, 'money("150.00", "INR")'),
}
