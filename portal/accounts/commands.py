"""`portal people invite|grant|revoke|recover`."""

from collections.abc import Callable

import click
from flask.cli import with_appcontext

from portal.accounts import service
from portal.accounts.domain import STAFF, Grant, Role
from portal.accounts.recovery import service as recovery
from portal.accounts.roles import service as roles
from portal.accounts.staff import service as staff
from portal.i18n import TAGS
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.settings import current

ROLES = click.Choice([role.value for role in STAFF])
PROPOSED = "Proposed. An admin must approve it under Administration, People, within 7 days."


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


def reach(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how far a role reaches."""
    command = click.option("--post", help="The one post whose stages the officer works on.")(
        command
    )
    command = click.option("--category", help="The one category of services for an officer.")(
        command
    )
    command = click.option("--area", help="The code of the one area for an officer.")(command)
    told = "The provider that an officer, an integrator or an operator works for."
    return click.option("--provider", help=told)(command)


@people.command()
@click.argument("email")
@click.option("--admin", is_flag=True, help="The same as --role admin.")
@click.option("--role", type=ROLES, help="What the person is invited to be.")
@reach
@click.option("--language", type=click.Choice(list(TAGS)), default="en", show_default=True)
@with_appcontext
def invite(email: str, admin: bool, role: str | None, language: str, **reach: str | None) -> None:  # noqa: FBT001 - click's
    """Print a link, good once and for a day, to register EMAIL in a role."""
    if admin == bool(role):
        raise click.UsageError("Say either --admin or --role.")
    offered = Grant(Role(role or Role.ADMIN), **reach)
    token = roles.invite(email, offered, by=roles.COMMAND)
    db.session.commit()
    click.echo(f"{current().kernel.base_url}/{language}/register?invitation={token}")


@people.command()
@click.argument("email")
@click.argument("role", type=ROLES)
@reach
@click.option("--reason", default="by the command line", help="Why; the admins see it.")
@with_appcontext
def grant(email: str, role: str, reason: str, **reach: str | None) -> None:
    """Give the person with EMAIL a role; after the first two admins, propose it."""
    given = Grant(Role(role), **reach)
    made = staff.change(service.id_of(email), given, gives=True, by=roles.COMMAND, reason=reason)
    db.session.commit()
    click.echo(f"{email} now holds the role {role}." if made else PROPOSED)


@people.command()
@click.argument("email")
@click.argument("role", type=ROLES)
@reach
@click.option("--reason", default="by the command line", help="Why; the admins see it.")
@with_appcontext
def revoke(email: str, role: str, reason: str, **reach: str | None) -> None:
    """Take a role away from the person with EMAIL; after the first two admins, propose it."""
    taken = Grant(Role(role), **reach)
    made = staff.change(service.id_of(email), taken, gives=False, by=roles.COMMAND, reason=reason)
    db.session.commit()
    click.echo(f"{email} no longer holds the role {role}." if made else PROPOSED)


@people.command()
@click.argument("email")
@click.option("--reason", required=True, help="Why, such as the number of the case.")
@with_appcontext
def recover(email: str, reason: str) -> None:
    """Begin the wait after which the person with EMAIL may set up new factors."""
    known = recovery.begin_for(service.id_of(email), by=roles.COMMAND, why=reason)
    db.session.commit()
    click.echo(f"They are told now, and get a link on {known.due:%Y-%m-%d %H:%M} UTC.")
