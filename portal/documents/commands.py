"""`portal documents`: keys of issuers, on the machine."""

import click

from portal.documents.issuers import service as issuers
from portal.kernel.db import db


@click.group("documents")
def documents() -> None:
    """Keys that issued documents are signed with."""


@documents.command("rotate")
@click.argument("issuer")
@click.option("--name", required=True, help="how the issuer is called in English")
def rotate(issuer: str, name: str) -> None:
    """Sign what ISSUER gives out with a new key; the old one goes on proving what it signed."""
    kid = issuers.rotate(issuer, name)
    db.session.commit()
    click.echo(f"{issuer} signs with {kid} now.")
