"""`portal areas import` and `portal areas check`."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.geo import service, sources
from portal.kernel.db import db


@click.group()
def areas() -> None:
    """States, districts, tehsils, towns and villages."""


@areas.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def take(file: Path) -> None:
    """Add the areas of a JSON or CSV file, or change them; those not named stay."""
    try:
        changed = service.import_areas(sources.read(file))
    except sources.UnreadableAreas as error:
        raise click.ClickException(str(error)) from error
    except service.BadAreas as error:
        raise click.ClickException("\n".join((*error.sentences, error.message))) from error
    db.session.commit()
    click.echo(f"{changed} areas are new or changed.")


@areas.command()
@with_appcontext
def check() -> None:
    """Name every area that hangs in the air or lacks a name."""
    faults = service.faults()
    if faults:
        raise click.ClickException("\n".join(faults))
    click.echo("Every area has its place and its names.")
