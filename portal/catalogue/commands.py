"""`portal catalogue check`: whether the lists show what is published, and every version reads."""

import json
import sys

import click
from flask.cli import with_appcontext
from pydantic import ValidationError

from portal.catalogue import service
from portal.registry import service as registry


@click.group()
def catalogue() -> None:
    """What people may apply for."""


@catalogue.command()
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON, for programs.")
@with_appcontext
def check(*, as_json: bool) -> None:
    """Compare the lists with what is published, and read every published version."""
    found = [
        f"{'/'.join(path)} is not listed as it is published." for path in service.out_of_step()
    ]
    rows = registry.catalogue_rows()
    found += [said for row in rows if (said := _unreadable(row))]
    if as_json:
        click.echo(json.dumps(found))
    else:
        click.echo("\n".join(found) or f"All is well with {len(rows)} services.")
    if found:
        sys.exit(1)


def _unreadable(row: registry.CatalogueRow) -> str | None:
    try:
        registry.version(row.version_id)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        return f"{row.provider}/{row.service} cannot be read: {place}. Publish a new version."
    return None
