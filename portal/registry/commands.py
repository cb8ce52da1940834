"""`portal providers sync`: what departments declare, recorded. The kit looks at it otherwise."""

import json

import click
from flask.cli import with_appcontext

from portal.kernel.db import db
from portal.registry import service
from portal.registry.discovery import discover
from portal.registry.service import ProviderDoesNotConform


@click.group()
def providers() -> None:
    """Who offers services here."""


@providers.command()
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON, for programs.")
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
