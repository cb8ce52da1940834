"""`portal demo load|accounts`."""

import json
from collections.abc import Iterable

import click
from flask.cli import with_appcontext
from sqlalchemy import make_url

from portal.demo import service
from portal.demo.domain import ACCOUNTS, Account
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.settings import current


@click.group()
def demo() -> None:
    """A small world to try everything in."""


@demo.command()
@click.option("--into", help="The name of the database, when it is not the embedded one.")
@with_appcontext
def load(into: str | None) -> None:
    """Fill an empty database with areas, people and published services."""
    url = make_url(current().kernel.database_url or "")
    embedded = str(url.query.get("host", "")).startswith(str(current().kernel.var.absolute()))
    if not embedded and into != url.database:
        raise click.UsageError(
            f"This is a database of its own: {url.database}. Name it, if the demo world is to go"
            f" there: portal demo load --into {url.database}"
        )
    try:
        service.load()
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo("The demo world is there. Its people: portal demo accounts")


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON, for programs.")
def accounts(*, as_json: bool) -> None:
    """Name the people of the demo world, with all that is needed to sign in."""
    if as_json:
        told = [
            {"who": one.who, "email": one.email, "password": one.password, "secret": one.secret}
            for one in ACCOUNTS
        ]
        click.echo(json.dumps(told))
        return
    click.echo(table())


def table(accounts: Iterable[Account] = ACCOUNTS) -> str:
    """The accounts, for people to read."""
    said = []
    for one in accounts:
        said += [
            f"{one.who}: {one.details.name}",
            f"  e-mail    {one.email}",
            f"  password  {one.password}",
            f"  secret    {one.secret}   (code now: {service.code(one)})",
            f"  app link  {service.otpauth(one)}",
        ]
    return "\n".join(said)
