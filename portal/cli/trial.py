"""`portal providers try`: one provider alone in a portal that is thrown away, and a department.

The command turns into a program of a new folder, in which this provider is the only one: whatever
stands in `var/`, in the settings or in another database is neither read nor touched.
"""

import os
import sys
import tempfile
from pathlib import Path

import click

from portal.cli import house
from portal.demo import department
from portal.kernel import ports
from portal.kit import finding
from portal.registry import conformance
from portal.registry.discovery import Found

PORT = 8000
# Of our environment; everything else could lead to a portal that is no trial.
KEPT = (
    *("PATH", "HOME", "LANG", "TERM", "TMPDIR"),
    *("PORTAL_PG_BIN", "PORTAL_PASSWORD_MEMORY", "PORTAL_LOG_LEVEL"),
)
PREFIX = "portal-try-"


@click.group()
def providers() -> None:
    """Who offers services here."""


@providers.command("try")
@click.argument("name")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, help="Serve here.")
def begin(name: str, port: int) -> None:
    """Serve one provider alone, with people and a department to try it with. Nothing is kept.

    NAME is what it is called here, or a folder, manifest or bundle anywhere.
    """
    found = finding.find(name)
    if faults := conformance.findings(found.provider):
        told = "\n".join(f"{one.place}: {one.sentence}" for one in faults if one.weight == "error")
        if told:
            raise click.ClickException(told)
    if not department.is_here() or not (house.ROOT / "migrations").is_dir():
        raise click.ClickException("Trying needs the portal's repository: clone it, make install.")
    if found.place.is_dir() and not (found.place / "__init__.py").is_file():
        raise click.ClickException(f"{found.name} is a module. Make it a folder to try it.")
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lay(found, folder)
    os.chdir(folder)
    command = [sys.executable, "-m", "portal.cli.tried", found.provider.slug]
    os.execve(sys.executable, command, _environment(folder, ports.a_free_one(port)))  # noqa: S606


def lay(found: Found, folder: Path) -> None:
    """Make a house with one provider, found before all others by whoever stands in it."""
    house_of_one = folder / "providers"
    house_of_one.mkdir()
    (house_of_one / "__init__.py").write_text('"""The provider that is tried."""\n')
    if found.place.suffix == ".zip":
        name = house_of_one / found.provider.slug.replace("-", "_")
        name.mkdir()
        told = found.provider.model_dump_json(exclude_none=True)
        (name / "provider.json").write_text(told, encoding="utf-8")
    elif found.place.is_file():
        name = house_of_one / found.provider.slug.replace("-", "_")
        name.mkdir()
        (name / f"provider{found.place.suffix}").symlink_to(found.place.resolve())
    else:
        place = found.place.resolve()
        # Its modules may call each other by the name of the folder alone.
        for parent in (house_of_one, folder):
            (parent / place.name).symlink_to(place)


def _environment(folder: Path, port: int) -> dict[str, str]:
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {
        "PYTHONPATH": f"{folder}{os.pathsep}{house.ROOT}",
        "PORTAL_ENV": "development",
        "PORTAL_VAR": str(folder / "var"),
        "PORTAL_BASE_URL": f"http://localhost:{port}",
        "PORTAL_ALLOW_PRIVATE_WEBHOOKS": "true",
        "PORT": str(port),
    }
