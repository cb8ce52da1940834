"""`portal post bounces`."""

from typing import BinaryIO

import click
from flask.cli import with_appcontext

from portal.kernel.db import db
from portal.post import bounces as reports
from portal.post import service


@click.group()
def post() -> None:
    """Mail and text messages."""


@post.command()
@click.argument("file", type=click.File("rb"))
@with_appcontext
def bounces(file: BinaryIO) -> None:
    """Note the mails that came back, from a delivery report or a mailbox FILE; - reads a pipe."""
    told = reports.read(file.read())
    noted = sum(service.take_back(bounce) for bounce in told)
    db.session.commit()
    click.echo(f"Came back: {noted}. Not of ours, or noted before: {len(told) - noted}.")
