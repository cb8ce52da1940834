"""`portal oauth rotate-keys`."""

import click
from flask.cli import with_appcontext

from portal.kernel.db import db
from portal.oauth.signing import service as signing


@click.group()
def oauth() -> None:
    """Signing people in at other sites."""


@oauth.command("rotate-keys")
@with_appcontext
def rotate_keys() -> None:
    """Sign ID tokens with the next key from now on; the old one stays published for a day."""
    kid = signing.rotate()
    db.session.commit()
    click.echo(f"ID tokens are signed with the key {kid} now.")
