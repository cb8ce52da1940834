"""The program of a trial: started by `portal providers try` in a folder that was laid for it."""

import os
import shutil
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from portal.accounts.domain import Role
from portal.app import read_settings
from portal.cli import house
from portal.cli.trial import PREFIX
from portal.demo import commands as demo_commands
from portal.demo import department
from portal.demo import service as demo_world
from portal.demo.domain import ACCOUNTS, Account
from portal.kernel import crypto
from portal.kernel.postgres import Cluster
from portal.kernel.settings import Settings
from portal.kernel.supervisor import Program, Supervisor
from portal.registry.contract import Provider
from portal.registry.discovery import discover


def serve(slug: str) -> None:
    """In the folder that was laid: everything together, until Ctrl-C. Raises what `run` raises."""
    settings = read_settings()
    (provider,) = (one for one in discover() if one.slug == slug)
    kernel = settings.kernel
    kernel.var.mkdir()
    crypto.write_keyring(kernel.keyring, crypto.new_keyring())
    cluster = Cluster(kernel.var / "postgres", programs=kernel.pg_bin, durable=False)
    click.echo(f"Starting a portal of {slug} alone. Ctrl-C ends it, and nothing is kept.")
    database = house.embedded(cluster, partial(furnish, provider=provider))
    desk = department.command(department.file_in(kernel.var), department.SIMULATOR)
    url = {"DATABASE_URL": cluster.app_url}
    say = partial(announce, settings, provider)
    Supervisor([database, Program("department", desk), *house.servers(settings, url, say)]).run()


def furnish(settings: Settings, provider: Provider) -> None:
    """The demo's people, this provider's services, and its department."""
    kernel = settings.kernel
    with house.newest(settings):
        demo_world.load(provider)
        file, wanted = department.file_in(kernel.var), kernel.port + department.APART
        demo_world.connect(file, kernel.base_url, wanted, provider)


def announce(settings: Settings, provider: Provider) -> None:
    """Say where everything is."""
    base = settings.kernel.base_url
    pages = [f"  {base}/en/services/{provider.slug}/{one.slug}" for one in provider.services]
    known = department.read(department.file_in(settings.kernel.var))
    said = [
        f"{provider.name.say('en')} is ready to be tried:",
        *(pages or [f"  {base}"]),
        f"The department, and each request as it came: {known.url if known else ''}/requests",
        "",
        "Sign in as the citizen to apply; the integrator sees the console of the provider.",
        "",
        demo_commands.table(_shown()),
    ]
    click.echo("\n".join(["", *said, ""]))


def _shown() -> list[Account]:
    """The first of each kind of people that a trial needs."""
    first = {one.role: one for one in reversed(ACCOUNTS)}
    kinds = {None: "Citizen", Role.INTEGRATOR: "Integrator", Role.OFFICER: "Officer"}
    return [replace(first[role], who=who) for role, who in kinds.items()]


def main() -> None:
    """Serve, and leave nothing behind."""
    folder = Path.cwd()
    try:
        serve(sys.argv[1])
    except house.MENDABLE as error:
        sys.exit(f"Error: {error}")
    finally:
        os.chdir("/")
        if folder.name.startswith(PREFIX):
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
