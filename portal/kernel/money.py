"""Money: whole minor units of one currency. No rates, no formatting for people."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from babel.numbers import get_currency_precision


class MixedCurrencies(ValueError):
    """Amounts of two currencies were added or compared."""


@dataclass(frozen=True, order=False)
class Money:
    """`minor` counts the smallest unit (paise); `currency` is an ISO 4217 code."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Self:
        """Raises decimal.InvalidOperation for a text that is no number."""
        scaled = Decimal(amount).scaleb(get_currency_precision(currency))
        return cls(int(scaled.to_integral_value(ROUND_HALF_UP)), currency)

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-get_currency_precision(self.currency))

    @property
    def amount(self) -> str:
        return f"{self.decimal:.{get_currency_precision(self.currency)}f}"

    def as_json(self) -> dict[str, str]:
        return {"amount": self.amount, "currency": self.currency}

    def __add__(self, other: Self) -> Self:
        return type(self)(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.minor - self._same(other), self.currency)

    def __mul__(self, factor: int | Decimal) -> Self:
        exact = Decimal(self.minor) * factor
        return type(self)(int(exact.to_integral_value(ROUND_HALF_UP)), self.currency)

    def __lt__(self, other: Self) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.minor)

    def _same(self, other: Self) -> int:
        if other.currency != self.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency} cannot be put together.")
        return other.minor
