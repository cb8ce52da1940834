"""How one past application fares under another version of its service. Plain Python."""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.kernel.money import Money
from portal.registry import domain as declared
from portal.registry.contract import Service
from portal.registry.pricing import Circumstances
from portal.rules import UNKNOWN, Unknown

Facts = Mapping[str, Any]


def differences(
    old: Service,
    new: Service,
    answers: Mapping[str, Any],
    facts: Facts,
    now: Circumstances = declared.NOWHERE,
) -> frozenset[str]:
    """Names of portal.registry.publishing.Trial: what would be different for this applicant.

    Both versions are asked today, so that what differs is the rules and not the person.
    """
    return frozenset(_differences(old, new, answers, facts, now))


def _differences(
    old: Service, new: Service, answers: Mapping[str, Any], facts: Facts, now: Circumstances
) -> Iterator[str]:
    before, after = declared.look(old.form, answers), declared.look(new.form, answers)
    if any(after.missing()):
        yield "lacking"
    fees = (declared.quote(old, before, now), declared.quote(new, after, now))
    told = tuple(
        declared.eligibility(*judged).answer
        for judged in ((old, facts, before), (new, facts, after))
    )
    if UNKNOWN in (told[1], fees[1]):
        yield "untold"
    elif _due(fees[0]) != _due(fees[1]):
        yield "fee"
    if told == (True, False):
        yield "lose"
    elif told == (False, True):
        yield "gain"


def _due(fee: Money | Unknown | None) -> Money | Unknown | None:
    """A fee of nothing is none."""
    return None if isinstance(fee, Money) and fee.minor == 0 else fee
