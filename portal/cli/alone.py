"""The `portal` command of the base: what writers of providers need, without the application."""

import click

from portal.kernel.errors import DomainError
from portal.kit.commands import providers

WHOLE = "Here is the kit alone. The rest comes with: pip install 'sanjha[portal]'"


class Alone(click.Group):
    """Says a refusal as a sentence, and how to come by what is not here."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except DomainError as error:
            raise click.ClickException(str(error)) from error

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(context, args)
        except click.UsageError as error:
            raise click.UsageError(f"{error.message} {WHOLE}", context) from error


@click.group(cls=Alone)
def portal() -> None:
    """One door to every public service: the kit for those who offer services there."""


def main() -> None:
    portal.add_command(Alone("providers", commands=providers.commands, help=providers.help))
    portal()
