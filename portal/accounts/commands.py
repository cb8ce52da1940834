"""`portal people invite|grant|revoke`."""

import click
from flask.cli import with_appcontext

from portal.accounts import service
from portal.accounts.domain import Role
from portal.i18n import TAGS
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.settings import current

BY = "command"
ROLES = click.Choice([role.value for role in Role if role is not Role.CITIZEN])


class Refusals(click.Group):
    """Says a refusal as a sentence instead of a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except DomainError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Refusals)
def people() -> None:
    """People and what they may do."""


@people.command()
@click.argument("email")
@click.option("--admin", is_flag=True, required=True, help="Let the person administer the portal.")
@click.option("--language", type=click.Choice(list(TAGS)), default="en", show_default=True)
@with_appcontext
def invite(email: str, admin: bool, language: str) -> None:  # noqa: ARG001, FBT001 - click's
    """Print a link, good once and for a day, to register EMAIL as an admin."""
    token = service.invite(email, Role.ADMIN, by=BY)
    db.session.commit()
    click.echo(f"{current().kernel.base_url}/{language}/register?invitation={token}")


@people.command()
@click.argument("email")
@click.argument("role", type=ROLES)
@click.option("--provider", help="The provider that an officer or integrator works for.")
@with_appcontext
def grant(email: str, role: str, provider: str | None) -> None:
    """Give the person with EMAIL a role."""
    service.grant(service.id_of(email), Role(role), provider, by=BY)
    db.session.commit()
    click.echo(f"{email} now holds the role {role}.")


@people.command()
@click.argument("email")
@click.argument("role", type=ROLES)
@click.option("--provider", help="The provider that the role is for.")
@with_appcontext
def revoke(email: str, role: str, provider: str | None) -> None:
    """Take a role away from the person with EMAIL."""
    service.revoke(service.id_of(email), Role(role), provider, by=BY)
    db.session.commit()
    click.echo(f"{email} no longer holds the role {role}.")
