"""`portal payments reconcile|retry-refund|journal|simulate`: what gateways and books say."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import click
from flask.cli import with_appcontext

from payments.asking import service as asking
from payments.books import service as books
from payments.closings import service as closings
from payments.inbox import service as inbox
from payments.journals import domain
from payments.journals import service as journals
from payments.ledger import AccountKind
from payments.reconciling import service as reconciling
from payments.reconciling.domain import DAYS, SAID, Kind, RunState, Span
from payments.refunds import service as refunds
from payments.staying import service as staying
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import DomainError

FORMS = {"csv": domain.as_csv, "beancount": domain.as_beancount}
KEPT = ("PATH", "HOME", "LANG", "PYTHONPATH")


@click.group()
def payments() -> None:
    """Money that people pay through the portal."""


@payments.command()
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="The first day listed.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="The last day listed.")
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON, for programs.")
@with_appcontext
def reconcile(*, since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """Ask gateways about open attempts and for their lists, and say what does not agree.

    Without days, it is the last four.
    """
    silent = [str(one) for one in asking.open_attempts() if not _asked(one)]
    inbox.retry_parked()
    unlisted = list(_compared(since, until))
    staying.let_go_on()
    db.session.commit()
    found = [
        *(f"{slug} did not give its list." for slug in unlisted),
        *(f"The gateway did not answer about attempt {one}." for one in silent),
        *(f"{gateway} told of {order}, which is not known here." for gateway, order in _parked()),
        *_in_the_books(),
        *_differing(),
    ]
    click.echo(json.dumps(found) if as_json else "\n".join(found) or "Everything agrees.")
    if found:
        sys.exit(1)


@payments.command("retry-refund")
@click.argument("refund_id", type=click.UUID)
@with_appcontext
def retry_refund(refund_id: UUID) -> None:
    """Ask a gateway once more for a refund that it refused; `reconcile` names these."""
    try:
        refunds.try_again(refund_id, "command")
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo("The gateway is asked again. Run portal payments reconcile tomorrow.")


@payments.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@click.option("--form", type=click.Choice(sorted(FORMS)), default="csv", help="The kind of file.")
@with_appcontext
def journal(*, since: datetime, until: datetime, form: str) -> None:
    """Write the books of some days: what stood before, then each entry."""
    first, last = since.date(), until.date()
    if last < first:
        raise click.BadParameter("It is before the first day.", param_hint="--until")
    lines = FORMS[form](journals.opening(first), journals.entries(first, last), first)
    for line in lines:
        click.echo(line, nl=False)


@payments.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def simulate(options: tuple[str, ...]) -> None:
    """Play a company that takes payments, for trials: a program of its own, with its own books."""
    # Neither our settings nor our database are its business.
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    program = [sys.executable, "-m", "payments.simulator", *options]
    os.execve(sys.executable, program, kept)  # noqa: S606 - no shell, and this very Python


def _asked(attempt_id: UUID) -> bool:
    """Each by a transaction of its own, so that one that fails undoes no other."""
    answered = asking.ask(attempt_id, "reconcile", waiting=False)
    db.session.commit()
    return answered


def _compared(since: datetime | None, until: datetime | None) -> Iterator[str]:
    """Compare with each company's own list; the slugs of those that gave none."""
    begins = clock.end_of(since.date() - timedelta(days=1)) if since else clock.now() - DAYS
    ends = clock.end_of(until.date()) if until else clock.now()
    for one in reconciling.listing_ones():
        if reconciling.run(Span(one.slug, begins, ends)).state is not RunState.DONE:
            yield one.slug


def _differing() -> Iterator[str]:
    """Each open difference as a sentence; what is in suspense the books have said."""
    for one in reconciling.differences():
        amounts = [f"{side.amount} {side.currency}" for side in (one.ours, one.theirs) if side]
        if one.kind != Kind.SUSPENSE:
            about = f"{one.order_reference} at {one.gateway}"
            yield f"{about}: {SAID[Kind(one.kind)]} ({' against '.join(amounts)})."


def _parked() -> list[tuple[str, str]]:
    return list(inbox.parked())


def _in_the_books() -> list[str]:
    suspense = [
        f"{amount.amount} {amount.currency} of {owner} wait in suspense for somebody to look."
        for kind, owner, amount in books.balances()
        if kind == AccountKind.SUSPENSE
    ]
    wrong = closings.differing()
    return [
        *(f"What {of} ({kind}) stood at when the books closed is wrong." for kind, of in wrong),
        *(f"Ledger transaction {one} does not sum to zero." for one in books.unbalanced()),
        *suspense,
        *(
            f"Refund {one} was not done: try portal payments retry-refund."
            for one in refunds.stuck()
        ),
    ]
