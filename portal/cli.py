"""The `portal` command: the house's own commands, and those that rooms bring."""

import os
import sys
from pathlib import Path

import click
from flask.cli import ScriptInfo
from sqlalchemy import create_engine

from portal.app import create_app, jobs, periodic, read_settings, rooms
from portal.kernel import crypto, schema, worker
from portal.kernel.settings import Settings, SettingsError


class Sentences(click.Group):
    """Says a settings or keyring fault as a sentence instead of a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except (SettingsError, crypto.KeyringUnreadable) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Sentences)
def portal() -> None:
    """One door to every public service."""


@portal.command()
def web() -> None:
    """Serve pages and interfaces."""
    settings = read_settings()
    host = "127.0.0.1" if settings.kernel.env == "development" else "0.0.0.0"  # noqa: S104 - behind a proxy
    granian = Path(sys.executable).with_name("granian")
    arguments = f"--interface wsgi --factory --host {host} --port {settings.kernel.port} "
    arguments += "--workers 2 --blocking-threads 3 --no-ws --log-level warning "
    arguments += "--respawn-failed-workers"
    os.execv(granian, [str(granian), *arguments.split(), "portal.app:create_app"])  # noqa: S606


@portal.command("worker")
def work() -> None:
    """Run jobs: deliveries, messages, what listens to events."""
    os.environ.setdefault("PORTAL_STATEMENT_TIMEOUT", "30000")
    worker.run(create_app(), jobs(), periodic())


@portal.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest migration."""
    schema.upgrade(owner_url(read_settings()))
    click.echo("The database is up to date.")


@db.command()
def check() -> None:
    """Say whether the newest migration has run."""
    engine = create_engine(owner_url(read_settings()))
    with engine.connect() as connection:
        if not schema.is_current(connection):
            raise click.ClickException("Migrations are missing. Run: portal db upgrade")
    click.echo("The database is up to date.")


@portal.group()
def keys() -> None:
    """The keyring that wraps every data key."""


@keys.command("new")
def new_keys() -> None:
    """Make the keyring's file; refuses to overwrite one."""
    path = read_settings().kernel.keyring
    try:
        crypto.write_keyring(path, crypto.new_keyring())
    except FileExistsError as error:
        raise click.ClickException(f"{path} exists. Never delete it: move it away.") from error
    click.echo(f"Made {path}. Keep a copy apart from the database: it opens all data.")


def owner_url(settings: Settings) -> str:
    """Raises SettingsError."""
    url = settings.kernel.database_admin_url or settings.kernel.database_url
    if url is None:
        raise SettingsError("DATABASE_URL is not set. Set it, or use `portal run`.")
    return url


def main() -> None:
    for room in rooms():
        for command in room.commands:
            portal.add_command(command)
    portal(obj=ScriptInfo(create_app=create_app))
