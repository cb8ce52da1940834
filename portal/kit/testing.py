"""For tests of a provider: what is wrong with it, what it asks, refuses and costs."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from portal.kernel import clock
from portal.kernel.money import Money
from portal.registry import conformance, discovery, domain
from portal.registry.contract import Provider, Service
from portal.registry.pricing import Circumstances, Price

Answers = Mapping[str, Any]


def provider_at(place: Path) -> Provider:
    """Of a folder or manifest. Raises ProviderDoesNotLoad."""
    return discovery.at(place).provider


def faults(provider: Provider) -> list[str]:
    """What `portal providers check` says, warnings too."""
    return [f"{one.place}: {one.sentence}" for one in conformance.findings(provider)]


def fee(provider: Provider, service: str, answers: Answers, on: date | None = None) -> str | None:
    """Such as `150.00 INR`; None when it is free, or cannot be told from these answers.

    `on` is the day on which the application is sent, today if it is not said.
    """
    quoted = domain.quote(_service(provider, service), answers, _on(on))
    return f"{quoted.amount} {quoted.currency}" if isinstance(quoted, Money) else None


def fee_lines(
    provider: Provider, service: str, answers: Answers, on: date | None = None
) -> list[tuple[str, str]]:
    """The lines of its table of fees that count, each with its amount."""
    found = domain.priced(_service(provider, service), answers, _on(on))
    lines = found.lines if isinstance(found, Price) else ()
    return [(line.slug, line.amount.amount) for line in lines]


def asked(provider: Provider, service: str, answers: Answers) -> list[str]:
    """The names of the questions that these answers lead to."""
    return [one.name for one in domain.visible_fields(_service(provider, service).form, answers)]


def refused(provider: Provider, service: str, answers: Answers) -> list[str]:
    """The messages of the checks that these answers fail, in English."""
    failed = domain.failed_checks(_service(provider, service).form, answers)
    return [one.valid.message.say("en") for one in failed if one.valid]


def _on(day: date | None) -> Circumstances:
    return Circumstances(day or clock.today())


def _service(provider: Provider, slug: str) -> Service:
    found = provider.service(slug)
    if found is None:
        raise LookupError(f"{provider.slug} has no service {slug}.")
    return found
