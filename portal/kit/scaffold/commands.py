"""`portal providers new`: three questions, and a folder that works."""

from pathlib import Path
from typing import Any, get_args

import click

from portal.kernel.errors import DomainError
from portal.kit.scaffold import writing
from portal.kit.scaffold.writing import Wanted
from portal.registry.contract import ProviderKind
from portal.registry.vocabulary import CATEGORIES

HERE, HOUSE = Path(), Path("providers")


@click.command()
@click.argument("name")
@click.option("--title", help="What the provider is called, in English.")
@click.option("--service", help="What its first service is called, in English.")
@click.option("--package/--manifest", default=None, help="Declare it in Python, or in YAML.")
@click.option("--kind", type=click.Choice(get_args(ProviderKind)), default="state_department")
@click.option("--area", default="IN-PB", help="The code of the area that it serves.")
@click.option("--category", type=click.Choice(sorted(CATEGORIES)), default="certificates")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="The folder around.")
def new(name: str, *, into: Path | None, **given: Any) -> None:
    """Write a working provider to begin with. NAME is its place in addresses: water-board."""
    try:
        wanted = _asked(name, given)
        folder = writing.write(wanted, into or (HOUSE if _is_house() else HERE))
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        if "__pycache__" not in file.parts:
            click.echo(f"Wrote {file}")
    for text in wanted.untranslated:
        click.echo(f"Still in English, in every language: {text}")
    click.echo(f"Go on with {folder / 'README.md'}; look with: portal providers check {folder}")


def _asked(name: str, given: dict[str, Any]) -> Wanted:
    """What was not given is asked for. Raises NoSlug before any question."""
    usual = name.replace("-", " ").capitalize()
    writing.check(Wanted(name, usual, usual))
    told = dict(given)
    told["title"] = told["title"] or click.prompt("What is it called, in English?", default=usual)
    told["service"] = told["service"] or click.prompt(
        "What is its first service called, in English?", default="Certified copy"
    )
    if told["package"] is None:
        how = click.prompt(
            "How do you declare it: in Python, or without?",
            type=click.Choice(["package", "manifest"]),
            default="manifest",
        )
        told["package"] = how == "package"
    return Wanted(name, **told)


def _is_house() -> bool:
    """Whether we stand in the portal's own repository, or in one laid out like it."""
    return (HOUSE / "__init__.py").is_file()
