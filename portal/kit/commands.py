"""`portal providers` for writers of providers, on their own machine: list, check, new and more."""

import json
import sys
from collections.abc import Iterable

import click

from portal.kernel.errors import DomainError
from portal.kit import finding
from portal.kit.conform import commands as conforming
from portal.kit.scaffold import commands as scaffolding
from portal.kit.signing import commands as signing
from portal.registry import conformance, discovery
from portal.registry.contract import Provider
from portal.registry.life_conformance import life_findings

as_json = click.option("--json", "as_json", is_flag=True, help="Say it as JSON, for programs.")


@click.group()
def providers() -> None:
    """Who offers services here."""


@providers.command("list")
@as_json
def listing(*, as_json: bool) -> None:
    """Name every provider that is found, with its services."""
    found = _chosen(None)
    if as_json:
        named = [
            {"slug": one.slug, "services": [each.slug for each in one.services]} for one in found
        ]
        click.echo(json.dumps(named))
        return
    for one in found:
        click.echo(f"{one.slug}  {one.name.say('en')}")
        for each in one.services:
            click.echo(f"  {each.slug}  {each.title.say('en')}")


@providers.command()
@click.argument("name", required=False)
@as_json
def check(name: str | None, *, as_json: bool) -> None:
    """Say what is wrong with a provider, or with all and the life events, each with its place.

    NAME is what it is called here, or a folder, manifest or bundle anywhere.
    """
    chosen = _chosen(name)
    found = [(one.slug, each) for one in chosen for each in conformance.findings(one)]
    for event in () if name else discovery.life_events():
        found += [(event.slug, each) for each in life_findings(event, chosen)]
    if as_json:
        told = [{"provider": slug} | each._asdict() for slug, each in found]
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _tell(chosen, found)
    if any(each.weight == "error" for _, each in found):
        sys.exit(1)


def _tell(chosen: Iterable[Provider], found: list[tuple[str, conformance.Finding]]) -> None:
    for slug, each in found:
        mark = "" if each.weight == "error" else " (a warning)"
        click.echo(f"{slug} {each.place}: {each.sentence}{mark}")
    if not found:
        click.echo(f"All is well with {', '.join(one.slug for one in chosen)}.")


def _chosen(name: str | None) -> tuple[Provider, ...]:
    try:
        found = finding.every() if name is None else (finding.find(name),)
    except finding.NoSuchProvider as error:
        raise click.UsageError(str(error)) from error
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    return tuple(one.provider for one in found)


providers.add_command(scaffolding.new)
providers.add_command(conforming.conform)
providers.add_command(signing.key)
providers.add_command(signing.sign)
