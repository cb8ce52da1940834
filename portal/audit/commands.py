"""`portal audit verify`."""

import click
from flask.cli import with_appcontext

from portal.audit import service


@click.group()
def audit() -> None:
    """The record of who did what."""


@audit.command()
@with_appcontext
def verify() -> None:
    """Recompute the chain and name the first entry that was changed."""
    broken = service.broken_at()
    if broken is not None:
        raise click.ClickException(f"The record is broken at entry {broken}. Keep the database.")
    click.echo("The record holds: every entry follows from the one before it.")
