"""What a service costs, as a table: rates, late fees, rebates and exemptions, each with its words.

Part of `portal.registry.contract`, which alone is imported by providers. What a table comes to for
given answers is found in `portal.registry.pricing`.
"""

from typing import Any

import pydantic

from portal.registry.questions import Frozen, IsoDay, Whole, by_position
from portal.registry.words import Words


class Rate(Frozen):
    """A row: `amount` is rule text that gives money, `when` the rule by which the row fits.

    It fits in `areas` and in all that lies in them, and on the days from `since` to `until`, both
    included. What is left out always fits.
    """

    slug: str
    words: Words
    amount: str
    when: str | None = None
    areas: tuple[str, ...] = ()
    since: IsoDay | None = None
    until: IsoDay | None = None

    @by_position
    def __init__(self, slug: str, words: Words, amount: str, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, slug=slug, words=words, amount=amount, **more)


class LateFee(Frozen):
    """Comes on top where `when` holds."""

    slug: str
    words: Words
    amount: str
    when: str

    @by_position
    def __init__(self, slug: str, words: Words, amount: str, when: str) -> None:
        pydantic.BaseModel.__init__(self, slug=slug, words=words, amount=amount, when=when)


class Rebate(Frozen):
    """Goes off where `when` holds: an `amount`, or so many `percent` of the rate."""

    slug: str
    words: Words
    when: str
    amount: str | None = None
    percent: Whole | None = None

    @by_position
    def __init__(self, slug: str, words: Words, when: str, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, slug=slug, words=words, when=when, **more)


class Exemption(Frozen):
    """Where `when` holds nothing is to be paid; the words say why."""

    slug: str
    words: Words
    when: str

    @by_position
    def __init__(self, slug: str, words: Words, when: str) -> None:
        pydantic.BaseModel.__init__(self, slug=slug, words=words, when=when)


class Tariff(Frozen):
    """One of the `rates` fits: that of the smallest area, and of these the first.

    Late fees and rebates that hold are all counted, and of the exemptions the first. `area` names
    the question whose answer is the place. Rules may use all questions, and `today`: the day on
    which the application is sent.
    """

    rates: tuple[Rate, ...]
    area: str | None = None
    late_fees: tuple[LateFee, ...] = ()
    rebates: tuple[Rebate, ...] = ()
    exemptions: tuple[Exemption, ...] = ()

    @property
    def lines(self) -> tuple[Rate | LateFee | Rebate | Exemption, ...]:
        return (*self.rates, *self.late_fees, *self.rebates, *self.exemptions)
