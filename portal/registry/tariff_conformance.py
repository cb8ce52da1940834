"""What can be wrong with a table of fees: its rules, rows never reached, days without a row."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from portal.kernel.money import Money
from portal.registry.contract import Service
from portal.registry.finding import Finding, nearest, slugs
from portal.registry.pricing import WHOLE, types_of
from portal.registry.rule_conformance import Scope, about_amount, about_rule, scope_of
from portal.registry.tariffs import Rate, Rebate, Tariff
from portal.rules import RuleError, compile_rule
from portal.rules.tree import Literal, walk

PLACES = frozenset({"address", "location"})
A_DAY = timedelta(days=1)


def about_tariff(place: str, service: Service) -> Iterator[Finding]:
    tariff = service.tariff
    if tariff is None:
        return
    place = f"{place}.tariff"
    if service.fee is not None or "quote" in (service.asks or ()):
        yield Finding(place, "The fee is said in another way, too. Leave one of them out.")
    yield from slugs(place, tariff.lines, "lines")
    yield from _area(place, tariff, service)
    yield from _days(f"{place}.rates", tariff)
    for one in tariff.rebates:
        yield from _off(f"{place}.rebates.{one.slug}", one)
    scope = scope_of(service.form)
    scope = replace(scope, known=dict(types_of(scope.known)))
    for at, rule in rules_of(place, tariff):
        of_money = at.endswith(".amount")
        yield from about_amount(at, rule, scope) if of_money else about_rule(at, rule, scope)
    yield from _currencies(place, tariff, scope)


def rules_of(place: str, tariff: Tariff) -> Iterator[tuple[str, str]]:
    """Every rule with its place."""
    for part in ("rates", "late_fees", "rebates", "exemptions"):
        for one in getattr(tariff, part):
            for name in ("when", "amount"):
                if (rule := getattr(one, name, None)) is not None:
                    yield f"{place}.{part}.{one.slug}.{name}", rule


def _area(place: str, tariff: Tariff, service: Service) -> Iterator[Finding]:
    if tariff.area is None:
        for rate in tariff.rates:
            if rate.areas:
                sentence = "Name the question whose answer is the place, as area of the tariff."
                yield Finding(f"{place}.rates.{rate.slug}.areas", sentence)
        return
    known = [one.name for one in service.form.fields if one.kind in PLACES]
    if tariff.area not in known:
        near = nearest(tariff.area, known)
        sentence = f"No question for an address or a place is called {tariff.area}.{near}"
        yield Finding(f"{place}.area", sentence)


def _days(place: str, tariff: Tariff) -> Iterator[Finding]:
    for number, rate in enumerate(tariff.rates):
        if rate.since and rate.until and rate.until < rate.since:
            yield Finding(f"{place}.{rate.slug}.until", "It ends before it begins.")
        for above in tariff.rates[:number]:
            if _hides(above, rate):
                sentence = f"This is never reached: {above.slug} fits wherever it does."
                yield Finding(f"{place}.{rate.slug}", sentence)
                break
    if (day := _uncovered(tariff)) is not None:
        sentence = (
            "Say a rate without a rule and without areas, for all that no other fits:"
            f" there is none {day}."
        )
        yield Finding(place, sentence)


def _hides(above: Rate, below: Rate) -> bool:
    """Whether the row below fits only where the one above fits, and is no nearer."""
    return (
        above.when in (None, below.when)
        and set(above.areas) == set(below.areas)
        and (above.since or date.min) <= (below.since or date.min)
        and (above.until or date.max) >= (below.until or date.max)
    )


def _uncovered(tariff: Tariff) -> str | None:
    """The first days on which nothing may fit, in words."""
    always = [one for one in tariff.rates if one.when is None and not one.areas]
    spans = sorted((one.since or date.min, one.until or date.max) for one in always)
    begins = date.min
    for since, until in spans:
        if since > begins:
            break
        if until == date.max:
            return None
        begins = max(begins, until + A_DAY)
    return "on any day" if not spans else f"from {begins}" if begins > date.min else "at first"


def _off(place: str, rebate: Rebate) -> Iterator[Finding]:
    if (rebate.amount is None) == (rebate.percent is None):
        yield Finding(place, "Say an amount or per cent, and not both.")
    if rebate.percent is not None and not 0 < rebate.percent <= WHOLE:
        yield Finding(f"{place}.percent", f"Say 1 to {WHOLE} per cent of the rate.")


def _currencies(place: str, tariff: Tariff, scope: Scope) -> Iterator[Finding]:
    found: dict[str, str] = {}
    for at, rule in rules_of(place, tariff):
        found |= {code: at for code in _named(rule, scope) if code not in found}
    if len(found) > 1:
        codes = ", ".join(found)
        yield Finding(place, f"A fee is paid in one currency, and here are {codes}.")


def _named(rule: str, scope: Scope) -> Iterator[str]:
    try:
        nodes = [*walk(compile_rule(rule, scope.known).tree)]
    except RuleError:
        return
    for node in nodes:
        if isinstance(node, Literal) and isinstance(node.value, Money):
            yield node.value.currency
