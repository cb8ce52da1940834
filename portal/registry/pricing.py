"""What a tariff comes to for given answers, on a day and at a place. Plain functions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from portal.kernel.money import Money
from portal.registry.asking import Asked, Types, value
from portal.registry.tariffs import Exemption, LateFee, Rate, Rebate, Tariff
from portal.registry.words import Words
from portal.rules import BOOL, DATE, MONEY, UNKNOWN, Type, Unknown, compile_rule

TODAY = "today"
WHOLE = 100


def read_from_code(code: str) -> Sequence[str]:
    """An area and those that its code says it lies in, such as IN, IN-PB and IN-PB-NDP."""
    parts = code.split("-")
    return ["-".join(parts[: count + 1]) for count in range(len(parts))]


@dataclass(frozen=True)
class Circumstances:
    """When and where something is priced.

    `above` gives the codes of an area and of all that it lies in, the largest first.
    """

    day: date | None = None
    above: Callable[[str], Sequence[str]] = read_from_code


class LineKind(StrEnum):
    RATE = "rate"
    LATE_FEE = "late_fee"
    REBATE = "rebate"
    EXEMPTION = "exemption"


@dataclass(frozen=True)
class Line:
    """`amount` is what it adds: less than nothing for a rebate and an exemption."""

    kind: LineKind
    slug: str
    words: Words
    amount: Money


@dataclass(frozen=True)
class Price:
    """The first line is the rate, and there always is one. It never comes to less than nothing."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> Money:
        first, *others = (line.amount for line in self.lines)
        return sum(others, first)


@dataclass(frozen=True)
class Written:
    """A line as it stands in the table. `amount` is None where it goes by answers."""

    kind: LineKind
    line: Rate | LateFee | Rebate | Exemption
    amount: Money | None


class _Undecided(Exception):
    """An answer is missing, or a rule takes too much work."""


def types_of(known: Types) -> Mapping[str, Type]:
    """What the rules of a tariff may use beside the questions."""
    return {**known, TODAY: DATE}


def price(tariff: Tariff, asked: Asked, now: Circumstances) -> Price | Unknown:
    """UNKNOWN while an answer is missing that decides, or where no rate fits."""
    look = _Look(asked, now)
    try:
        return Price(tuple(_lines(tariff, look)))
    except _Undecided:
        return UNKNOWN


def written(tariff: Tariff, known: Types) -> Iterator[Written]:
    """The whole table, for whoever has answered nothing yet."""
    for kind, lines in (
        (LineKind.RATE, tariff.rates),
        (LineKind.LATE_FEE, tariff.late_fees),
        (LineKind.REBATE, tariff.rebates),
        (LineKind.EXEMPTION, tariff.exemptions),
    ):
        for line in lines:
            rule = getattr(line, "amount", None)
            found = rule and value(compile_rule(rule, types_of(known), MONEY), {})
            yield Written(kind, line, found if isinstance(found, Money) else None)


class _Look:
    """Reads the rules of a tariff against one set of answers."""

    def __init__(self, asked: Asked, now: Circumstances) -> None:
        self.now, self._types = now, types_of(asked.plan.types)
        own = {} if now.day is None else {TODAY: now.day.isoformat()}
        self._facts = {**asked.facts, **own}

    def holds(self, rule: str | None) -> bool:
        return rule is None or bool(self._read(rule, BOOL))

    def money(self, rule: str) -> Money:
        """Never less than nothing."""
        found: Money = self._read(rule, MONEY)
        return max(found, Money(0, found.currency))

    def areas(self, question: str | None) -> Sequence[str]:
        answer = self._facts.get(question or "")
        code = answer.get("area") if isinstance(answer, Mapping) else None
        if not isinstance(code, str):
            raise _Undecided
        return self.now.above(code)

    def day(self) -> date:
        if self.now.day is None:
            raise _Undecided
        return self.now.day

    def _read(self, rule: str, wants: Type) -> Any:
        found = value(compile_rule(rule, self._types, wants), self._facts)
        if found is UNKNOWN:
            raise _Undecided
        return found


def _lines(tariff: Tariff, look: _Look) -> Iterator[Line]:
    rate = _rate(tariff, look)
    base = due = look.money(rate.amount)
    yield Line(LineKind.RATE, rate.slug, rate.words, base)
    for late in tariff.late_fees:
        if look.holds(late.when) and (added := look.money(late.amount)):
            due += added
            yield Line(LineKind.LATE_FEE, late.slug, late.words, added)
    for rebate in tariff.rebates:
        if look.holds(rebate.when) and (off := min(_off(rebate, base, look), due)):
            due -= off
            yield Line(LineKind.REBATE, rebate.slug, rebate.words, off * -1)
    for exemption in tariff.exemptions:
        if due and look.holds(exemption.when):
            yield Line(LineKind.EXEMPTION, exemption.slug, exemption.words, due * -1)
            return


def _off(rebate: Rebate, base: Money, look: _Look) -> Money:
    if rebate.amount is not None:
        return look.money(rebate.amount)
    return base * (Decimal(rebate.percent or 0) / WHOLE)


def _rate(tariff: Tariff, look: _Look) -> Rate:
    """The one that fits; of several that of the smallest area, and then the first."""
    near = sorted(_reaching(tariff, look), key=lambda found: -found[0])
    fitting = (rate for _, rate in near if look.holds(rate.when))
    found = next(fitting, None)
    if found is None:
        raise _Undecided
    return found


def _reaching(tariff: Tariff, look: _Look) -> Iterator[tuple[int, Rate]]:
    """The rates of the day and the place, with how near the place is."""
    for rate in tariff.rates:
        if not _is_on(rate, look):
            continue
        if not rate.areas:
            yield -1, rate
        elif (depth := _depth(rate.areas, look.areas(tariff.area))) is not None:
            yield depth, rate


def _is_on(rate: Rate, look: _Look) -> bool:
    if rate.since is None and rate.until is None:
        return True
    day = look.day()
    return (rate.since is None or rate.since <= day) and (rate.until is None or day <= rate.until)


def _depth(areas: Iterable[str], above: Sequence[str]) -> int | None:
    return max((above.index(code) for code in areas if code in above), default=None)
