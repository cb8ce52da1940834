"""The house's own commands: running, the database, keys, settings and words."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

import portal as package
from portal.app import create_app, jobs, periodic, read_settings
from portal.demo import commands as demo_commands
from portal.demo import department, paying
from portal.demo import service as demo_world
from portal.i18n import catalogues
from portal.kernel import crypto, ports, schema, serving, worker
from portal.kernel.db import db as store
from portal.kernel.errors import DomainError
from portal.kernel.postgres import Cluster
from portal.kernel.settings import Settings, SettingsError
from portal.kernel.stepdown import PostgresError
from portal.kernel.supervisor import NotReady, Program, Supervisor
from portal.registry import service as registry
from portal.registry.discovery import discover
from portal.web import edge

ROOT = Path(package.__file__).parents[1]
THIS = (sys.executable, "-m", "portal.cli")
DEFAULT_PORT = 8000
# Seconds that an earlier portal of the same folder has to be gone.
LEAVING = 5.0
MENDABLE = (SettingsError, PostgresError, NotReady, DomainError, crypto.KeyringUnreadable)


class Sentences(click.Group):
    """Says what an operator can mend as a sentence instead of a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except OperationalError as error:
            raise click.ClickException(f"The database does not answer: {error.orig}") from error
        except MENDABLE as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Sentences)
def portal() -> None:
    """One door to every public service."""


# --- Running ------------------------------------------------------------------------------------


@portal.command()
@click.option("--demo", is_flag=True, help="Add the demo world to an empty embedded database.")
@click.option("--port", type=click.IntRange(1, 65535), help="Serve here; else PORT, else 8000.")
def run(*, demo: bool, port: int | None) -> None:
    """Run everything together: the database (unless DATABASE_URL is set), web and worker."""
    company = _companies(port) if demo else None
    settings = _settings_to_run(port, demo=demo)
    kernel = settings.kernel
    if not ports.is_free(kernel.port):
        raise click.ClickException(
            f"Port {kernel.port} is taken. Stop the program that uses it, or choose another:"
            " PORT=8001 make run"
        )
    cluster = None if kernel.database_url else _cluster(settings)
    if demo and cluster is None:
        click.echo("DATABASE_URL is set, so there is no demo world.")
    _find_keyring(settings, cluster)
    click.echo("Starting. Ctrl-C ends everything.")
    if cluster is None:
        prepare(settings, demo=False)
        Supervisor(servers(settings, {}, partial(announce, settings, demo=False))).run()
    else:
        database = embedded(cluster, partial(prepare, demo=demo))
        told = {"DATABASE_URL": cluster.app_url}
        started = [database, *_companions(settings, company, demo=demo)]
        saying = partial(announce, settings, demo=demo)
        Supervisor([*started, *servers(settings, told, saying)]).run()


@portal.command()
def web() -> None:
    """Serve pages and interfaces."""
    settings = read_settings()
    app = create_app(settings)
    host = "127.0.0.1" if settings.kernel.env == "development" else "0.0.0.0"  # noqa: S104 - behind a proxy
    kernel = settings.kernel
    most = largest_body(app)
    serving.serve(app, host=host, port=kernel.port, most=most, processes=kernel.web_processes)


@portal.command("worker")
@click.option("--queue", help="Run the jobs of this queue alone, beside a worker that runs all.")
def work(queue: str | None) -> None:
    """Run jobs: deliveries, messages, what listens to events."""
    os.environ.setdefault("PORTAL_STATEMENT_TIMEOUT", "30000")
    worker.run(create_app(), jobs(), () if queue else periodic(), queue)


def largest_body(app: Flask) -> int:
    """The longest request that any view takes."""
    views = app.view_functions.values()
    return max(getattr(view, "body_limit", edge.BODY_LIMIT) for view in views)


def prepare(settings: Settings, *, demo: bool) -> None:
    """Bring the database up to date, and what the packages of providers declare into it."""
    kernel = settings.kernel
    with newest(settings):
        registry.sync(discover())
        if demo and demo_world.is_empty():
            click.echo("Making the demo world.")
            demo_world.load()
        if demo and demo_world.is_loaded():
            wanted = kernel.port + department.APART
            demo_world.connect(department.file_in(kernel.var), kernel.base_url, wanted)


@contextmanager
def newest(settings: Settings) -> Iterator[None]:
    """In the application, on a database that is brought up to date; what is done there is kept."""
    schema.upgrade(owner_url(settings))
    app = create_app(settings)
    with app.app_context():
        yield
        store.session.commit()
        store.engine.dispose()


def _companies(port: int | None) -> int | None:
    """Let people of the demo world pay; the port of the company that is played for them."""
    if os.environ.get("DATABASE_URL"):
        return None
    return paying.offer(os.environ, port or int(os.environ.get("PORT") or DEFAULT_PORT))


def _settings_to_run(port: int | None, *, demo: bool) -> Settings:
    """Our environment, and what follows from it, is what the programs that we start get."""
    if port:
        os.environ["PORT"] = str(port)
    if demo:
        os.environ.setdefault("PORTAL_ALLOW_PRIVATE_WEBHOOKS", "true")
    if os.environ.get("PORTAL_ENV") == "development":
        number = os.environ.get("PORT") or DEFAULT_PORT
        os.environ.setdefault("PORTAL_BASE_URL", f"http://localhost:{number}")
    settings = read_settings()
    if demo and settings.kernel.env == "production":
        raise demo_world.NotHere
    return settings


def _cluster(settings: Settings) -> Cluster:
    """Raises PostgresError when it cannot be made, or serves another portal."""
    cluster = Cluster(settings.kernel.var / "postgres", programs=settings.kernel.pg_bin)
    ends = time.monotonic() + LEAVING
    while cluster.is_ready():
        if time.monotonic() > ends:
            raise PostgresError(
                f"Another portal runs with {settings.kernel.var.absolute()}. Stop it first, or let"
                " PORTAL_VAR name another folder."
            )
        time.sleep(0.1)
    return cluster


def _find_keyring(settings: Settings, cluster: Cluster | None) -> None:
    """Make one for a new development portal; refuse to make a second one for old data."""
    path = settings.kernel.keyring
    if path.exists() or settings.kernel.env == "production":
        return
    if cluster and cluster.data.exists():
        raise crypto.KeyringUnreadable(
            f"{path} is missing, and the database in {cluster.folder} is sealed with it. Bring it"
            " back from its copy, or remove that folder to begin anew."
        )
    crypto.write_keyring(path, crypto.new_keyring())


def embedded(cluster: Cluster, then: Callable[[Settings], None]) -> Program:
    """The database as a program; `then` is told the settings with which it is reached."""
    cluster.initialise()
    urls = {"DATABASE_URL": cluster.app_url, "DATABASE_ADMIN_URL": cluster.owner_url}
    settings = read_settings(os.environ | urls)
    return Program(
        "database",
        cluster.command(),
        ready=cluster.is_ready,
        stop_signal=signal.SIGINT,
        then=partial(then, settings),
    )


def _companions(settings: Settings, company: int | None, *, demo: bool) -> Iterator[Program]:
    """Who is on the other side in the demo world."""
    kernel = settings.kernel
    if company is not None:
        played = paying.command(company, kernel.base_url, kernel.var)
        yield Program("simulator", played)
    if demo:
        yield Program("department", department.command(department.file_in(kernel.var)))


def servers(settings: Settings, env: Mapping[str, str], say: Callable[[], None]) -> list[Program]:
    """The web server and the worker; then say where it is."""
    ready = partial(ports.answers, settings.kernel.port, "/healthz")
    # Workers come last: what people wait for has the processors to itself.
    others = [
        Program(f"worker {number}", (*THIS, "worker", "--queue", "webhooks"), env)
        for number in range(2, settings.kernel.workers + 1)
    ]
    return [
        Program("web", (*THIS, "web"), env, ready),
        Program("worker", (*THIS, "worker"), env, then=say),
        *others,
    ]


def announce(settings: Settings, *, demo: bool) -> None:
    """Say where everything is."""
    said = [f"The portal is ready: {settings.kernel.base_url}"]
    if demo and (known := department.read(department.file_in(settings.kernel.var))):
        said += [
            f"The department's back office: {known.url}",
            "",
            "Sign in as one of these. The second step asks for a code: put the secret into an",
            "authenticator app, or ask for the code of this moment: portal demo accounts",
            "",
            demo_commands.table(),
        ]
    click.echo("\n".join(["", *said, ""]))


# --- The database, keys and words ---------------------------------------------------------------


@portal.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest migration."""
    schema.upgrade(owner_url(read_settings()))
    click.echo("The database is up to date.")


@db.command("check")
def check_database() -> None:
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


@portal.group()
def config() -> None:
    """The settings."""


@config.command("check")
def check_settings() -> None:
    """Say whether every setting is known and right."""
    read_settings()
    click.echo("Every setting is right.")


@portal.group()
def translations() -> None:
    """The words of the pages in each language."""


@translations.command("check")
def check_translations() -> None:
    """Name every word that has no translation, or one that lost a place."""
    if wrong := list(catalogues.faults(ROOT)):
        raise click.ClickException("\n".join(wrong))
    click.echo("Every word is there in every language.")


def owner_url(settings: Settings) -> str:
    """Raises SettingsError."""
    url = settings.kernel.database_admin_url or settings.kernel.database_url
    if url is None:
        raise SettingsError("DATABASE_URL is not set. Set it, or use `portal run`.")
    return url
