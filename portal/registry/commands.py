"""`portal providers list|sync|check`: what departments declare, said on the machine."""

import json
import sys
from collections.abc import Iterable

import click
from flask.cli import with_appcontext

from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.registry import conformance, service
from portal.registry.contract import Provider
from portal.registry.discovery import discover
from portal.registry.service import ProviderDoesNotConform

as_json = click.option("--json", "as_json", is_flag=True, help="Say it as JSON, for programs.")


@click.group()
def providers() -> None:
    """Who offers services here."""


@providers.command("list")
@as_json
def listing(*, as_json: bool) -> None:
    """Name every provider that is found, with its services."""
    found = _discovered()
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
@as_json
@with_appcontext
def sync(*, as_json: bool) -> None:
    """Record each service that is new or changed as a draft. Publishes nothing."""
    try:
        recorded = service.sync(discover())
    except ProviderDoesNotConform as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    if as_json:
        drafts = [
            {"provider": one.provider, "service": one.service, "number": one.number}
            for one in recorded
        ]
        click.echo(json.dumps(drafts))
        return
    for one in recorded:
        click.echo(f"Recorded {one.provider}/{one.service}, version {one.number}, as a draft.")
    if not recorded:
        click.echo("Nothing is new.")


@providers.command()
@click.argument("name", required=False)
@as_json
def check(name: str | None, *, as_json: bool) -> None:
    """Say what is wrong with a provider, or with all, each with its place."""
    chosen = [one for one in _discovered() if name in (None, one.slug)]
    if name and not chosen:
        raise click.UsageError(f"There is no provider {name}. See: portal providers list")
    found = [(one.slug, finding) for one in chosen for finding in conformance.findings(one)]
    if as_json:
        told = [{"provider": slug} | finding._asdict() for slug, finding in found]
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _tell(chosen, found)
    if any(finding.weight == "error" for _, finding in found):
        sys.exit(1)


def _tell(chosen: Iterable[Provider], found: list[tuple[str, conformance.Finding]]) -> None:
    for slug, finding in found:
        mark = "" if finding.weight == "error" else " (a warning)"
        click.echo(f"{slug} {finding.place}: {finding.sentence}{mark}")
    if not found:
        click.echo(f"All is well with {', '.join(one.slug for one in chosen)}.")


def _discovered() -> tuple[Provider, ...]:
    try:
        return discover()
    except DomainError as error:
        raise click.ClickException(str(error)) from error
