"""What a manifest that somebody uploads may ask of the portal: counted before it is looked into.

Each bound is a count, so that no declaration takes long, whatever it says. A package is written by
people who can do more than that anyway, and has these bounds for each form only.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from portal.registry.contract import Provider, Service
from portal.registry.domain import every_field
from portal.registry.finding import Finding
from portal.registry.form_conformance import LONGEST_PATTERN, MOST_FIELDS
from portal.registry.questions import AnyField
from portal.registry.tariff_conformance import rules_of
from portal.rules import RuleError, parse_rule

MOST_SERVICES = 100
# All rules together, each text once: reading them is what takes longest, a tenth of a millisecond
# for each word or sign.
MOST_RULE_TEXT = 5000
MOST_RULE_SIGNS = 1000
# The same of patterns; one of the longest takes up to a tenth of a second.
MOST_PATTERN_TEXT = 600
MOST_BROKEN = 5
SIGN = re.compile(r"[\w.]+|'[^'\\]*'|\"[^\"\\]*\"|\S")

Texts = Iterator[tuple[str, str]]


def beyond(provider: Provider) -> tuple[Finding, ...]:
    """What is more than may be, or no rule at all; when there is anything, look no further."""
    if found := tuple(_counted(provider)):
        return found
    return tuple(islice(_broken(provider), MOST_BROKEN))


def _counted(provider: Provider) -> Iterator[Finding]:
    offered = len(provider.services) + len(provider.inherits)
    yield from _too_many("services", offered, MOST_SERVICES, "services")
    asked = sum(1 for one in provider.services for _ in every_field(one.form))
    yield from _too_many("services", asked, MOST_FIELDS, "questions in all")
    patterns = {pattern: place for place, pattern in _patterns(provider)}
    for pattern, place in patterns.items():
        yield from _too_many(place, len(pattern), LONGEST_PATTERN, "characters in a pattern")
    yield from _together(patterns, len, MOST_PATTERN_TEXT, "characters of patterns up to here")
    written = {text: place for place, text in rules(provider)}
    yield from _together(written, len, MOST_RULE_TEXT, "characters of rules up to here")
    yield from _together(written, _signs, MOST_RULE_SIGNS, "words and signs of rules up to here")


def _together(
    written: Mapping[str, str], size: Callable[[str], int], most: int, what: str
) -> Iterator[Finding]:
    """The text that goes beyond; each text counts once."""
    total = 0
    for text, place in written.items():
        total += size(text)
        if total > most:
            yield from _too_many(place, total, most, what)
            return


def _signs(rule: str) -> int:
    return len(SIGN.findall(rule))


def _too_many(place: str, count: int, most: int, what: str) -> Iterator[Finding]:
    if count > most:
        yield Finding(place, f"There are {count} {what}, and {most} is the most. Say less.")


def _broken(provider: Provider) -> Iterator[Finding]:
    for text, place in {text: place for place, text in rules(provider)}.items():
        try:
            parse_rule(text)
        except RuleError as error:
            yield Finding(place, error.sentence)


def rules(provider: Provider) -> Texts:
    """Every rule with its place."""
    for service in provider.services:
        yield from _of_service(f"services.{service.slug}", service)
    for where, field in _fields(provider):
        yield from _of_field(where, field)
    for inherited in provider.inherits:
        if inherited.fee is not None:
            yield f"inherits.{inherited.service}.fee", inherited.fee
        if inherited.tariff is not None:
            yield from rules_of(f"inherits.{inherited.service}.tariff", inherited.tariff)


def _of_service(place: str, service: Service) -> Texts:
    for name in ("fee", "eligibility"):
        if text := getattr(service, name):
            yield f"{place}.{name}", text
    if service.tariff is not None:
        yield from rules_of(f"{place}.tariff", service.tariff)
    for step in service.form.steps:
        if step.when is not None:
            yield f"{place}.form.steps.{step.slug}.when", step.when


def _of_field(place: str, field: AnyField) -> Texts:
    for name in ("when", "rule"):
        text = getattr(field, name, None)
        if isinstance(text, str):
            yield f"{place}.{name}", text
    if field.valid is not None:
        yield f"{place}.valid", field.valid.rule


def _patterns(provider: Provider) -> Texts:
    for where, field in _fields(provider):
        if pattern := getattr(field, "pattern", None):
            yield f"{where}.pattern", pattern


def _fields(provider: Provider) -> Iterator[tuple[str, AnyField]]:
    for service in provider.services:
        for step in service.form.steps:
            for field in step.fields:
                place = f"services.{service.slug}.form.steps.{step.slug}.fields.{field.name}"
                yield place, field
                for inner in getattr(field, "fields", ()):
                    yield f"{place}.fields.{inner.name}", inner
