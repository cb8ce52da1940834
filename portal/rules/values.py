"""The values of the rule language: UNKNOWN, exact numbers, and how a fact is read as its type.

A fact that does not fit its type is no fact: it reads as missing, and the verdict names it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import (
    ROUND_CEILING,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from enum import Enum

from portal.kernel.money import Money
from portal.rules.types import Kind

DIGITS = 100
PLACES_OF_A_QUOTIENT = Decimal("1e-16")


class Unknown(Enum):
    """A class of its own, so that type checkers follow `is UNKNOWN`."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false: ask `is UNKNOWN` first.")

    def __repr__(self) -> str:
        return "UNKNOWN"

    __str__ = __repr__


UNKNOWN = Unknown.UNKNOWN

# Whatever cannot be told exactly in this many digits raises an ArithmeticError.
EXACT = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_UP,
    Emin=1 - DIGITS,
    Emax=DIGITS - 1,
    traps=[Inexact, Overflow, InvalidOperation, DivisionByZero],
)
# Wide enough that rounding twice gives what rounding once gives.
_WIDE = Context(prec=4 * DIGITS, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero])

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?\Z", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


def number(raw: object) -> Decimal | None:
    """Exact numbers only: a float has lost what was written."""
    try:
        if isinstance(raw, str):
            return EXACT.plus(Decimal(raw)) if _DECIMAL.match(raw) else None
        if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
            value = Decimal(raw)
            return EXACT.plus(value) if value.is_finite() else None
    except ArithmeticError:
        return None
    return None


def product(one: Decimal, other: Decimal) -> Decimal:
    """There is no -0 to show to anybody."""
    return EXACT.plus(EXACT.multiply(one, other))


def remainder(one: Decimal, other: Decimal) -> Decimal:
    return EXACT.plus(EXACT.remainder(one, other))


def divided(one: Decimal, other: Decimal) -> Decimal:
    """True division to 16 places after the point, half up; 6 / 3 is 2 and not 2.000."""
    full = _WIDE.divide(one, other).quantize(PLACES_OF_A_QUOTIENT, context=_WIDE)
    whole = full.to_integral_value()
    return EXACT.plus(whole if whole == full else full.normalize(_WIDE))


def rounded_up(value: Decimal) -> Decimal:
    return EXACT.plus(value.to_integral_value(ROUND_CEILING))


def times(amount: Money, factor: Decimal) -> Money:
    """To the smallest unit, half up; the digits stay bounded as those of numbers do."""
    minor = EXACT.multiply(EXACT.create_decimal(amount.minor), factor)
    return Money(int(minor.to_integral_value(ROUND_HALF_UP)), amount.currency)


def bounded(money: Money) -> Money:
    EXACT.create_decimal(money.minor)
    return money


def composed(words: str) -> str:
    """One Gurmukhi word has one spelling, whichever keyboard wrote it."""
    return unicodedata.normalize("NFC", words)


def text(raw: object) -> str | None:
    if not isinstance(raw, str):
        return None
    try:
        raw.encode()
    except UnicodeEncodeError:
        return None
    return composed(raw)


def day(raw: object) -> date | None:
    if isinstance(raw, str) and _DAY.match(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            return None
    return raw if isinstance(raw, date) and not isinstance(raw, datetime) else None


def amount(raw: object) -> Money | None:
    """Never rounds: an amount with more places than its currency has is none."""
    if isinstance(raw, Mapping):
        raw = _amount(raw.get("amount"), raw.get("currency"))
    if not isinstance(raw, Money) or number(raw.minor) is None:
        return None
    return raw


def _amount(written: object, currency: object) -> Money | None:
    exact = number(written)
    if exact is None or not isinstance(currency, str) or not CURRENCY.match(currency):
        return None
    try:
        money = Money.of(exact, currency)
    except ArithmeticError:
        return None
    return money if money.decimal == exact else None


def _yes_no(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


SCALARS: Mapping[Kind, Callable[[object], bool | str | Decimal | date | Money | None]] = {
    Kind.BOOL: _yes_no,
    Kind.TEXT: text,
    Kind.NUMBER: number,
    Kind.DATE: day,
    Kind.MONEY: amount,
}


def equal(one: object, other: object) -> bool | Unknown:
    """Of two values of one type: amounts of two currencies cannot be told apart or equal."""
    if one is UNKNOWN or other is UNKNOWN:
        return UNKNOWN
    if isinstance(one, tuple) and isinstance(other, tuple):
        return _equal_lists(one, other)
    if isinstance(one, Money) and isinstance(other, Money) and one.currency != other.currency:
        return UNKNOWN
    return one == other


def _equal_lists(one: tuple[object, ...], other: tuple[object, ...]) -> bool | Unknown:
    if len(one) != len(other):
        return False
    answer: bool | Unknown = True
    for left, right in zip(one, other, strict=True):
        same = equal(left, right)
        if same is False:
            return False
        if same is UNKNOWN:
            answer = UNKNOWN
    return answer


def contains(items: tuple[object, ...], wanted: object) -> bool | Unknown:
    answer: bool | Unknown = False
    for item in items:
        same = equal(item, wanted)
        if same is True:
            return True
        if same is UNKNOWN:
            answer = UNKNOWN
    return answer
