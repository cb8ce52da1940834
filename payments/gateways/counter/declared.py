"""What an operator declares of counters: where they are, whose money they take, what banks send."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Words = Mapping[str, str]
ENGLISH = "en"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Counter(Part):
    """An office, a treasury or a bank's branch where people pay.

    `run_by` is the provider whose cashiers sit there, `takes` are the providers for whom it takes
    money: all, if it is left empty. `head` is the head of account that is written on challans.
    """

    code: Code
    name: Words
    place: Words
    run_by: str
    takes: frozenset[str] = frozenset()
    head: str = ""

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if ENGLISH not in self.name or ENGLISH not in self.place:
            raise ValueError(f"{self.code} needs a name and a place in English (en)")
        return self

    def takes_for(self, *payees: str) -> bool:
        return not self.takes or self.takes.issuperset(payees)


class Scroll(Part):
    """The names of the columns of a file of payments that a treasury or bank sends.

    `day` is how it writes days, as strptime reads it.
    """

    challan: str = "challan"
    amount: str = "amount"
    number: str = "number"
    paid_on: str = "paid_on"
    day: str = "%Y-%m-%d"
    separator: str = Field(default=",", min_length=1, max_length=1)


class Counters(Part):
    currencies: tuple[str, ...] = Field(min_length=1)
    days: int = Field(default=15, ge=1, le=90)
    test: bool = False
    counters: tuple[Counter, ...] = Field(min_length=1)
    scroll: Scroll = Scroll()

    @model_validator(mode="after")
    def _each_has_a_code_of_its_own(self) -> Self:
        codes = [one.code for one in self.counters]
        if len(set(codes)) < len(codes):
            raise ValueError("two counters have one code")
        return self

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=self.days)

    @property
    def payees(self) -> frozenset[str]:
        """Whose money is taken somewhere; empty for everybody's."""
        if any(not one.takes for one in self.counters):
            return frozenset()
        return frozenset().union(*(one.takes for one in self.counters))

    def that_take_for(self, *payees: str) -> tuple[Counter, ...]:
        return tuple(one for one in self.counters if one.takes_for(*payees))

    def named(self, code: str) -> Counter | None:
        return next((one for one in self.counters if one.code == code), None)
