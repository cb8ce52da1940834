"""`portal providers conform`: a certificate for a department's endpoint, or what failed."""

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from portal.kernel import clock, signatures
from portal.kernel.errors import DomainError
from portal.kit.conform import driving, signing
from portal.kit.conform.cases import BY_KEY, CASES, Case
from portal.kit.conform.driving import Endpoint, Wanted
from portal.kit.conform.messages import Application
from portal.kit.conform.report import Report, Result

TOOL = "sanjha"


@click.command()
@click.argument("url")
@click.option(
    "--secret", envvar="DEPARTMENT_SECRET", help="whsec_…; or put it into DEPARTMENT_SECRET."
)
@click.option("--key", help="Also sign by this private key (whsk_…), as v1a.")
@click.option("--new-key", is_flag=True, help="Also sign as v1a, by a new key that you let in.")
@click.option("--service", default="conformance/test", help="What the messages say it is about.")
@click.option("--break-with", help="A command that breaks your database; with --mend-with.")
@click.option("--mend-with", help="A command that mends it: what came meanwhile comes again.")
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON, for programs.")
@click.option("--certificate", type=click.Path(path_type=Path), help="Write it to this file, too.")
def conform(
    url: str, *, secret: str | None, as_json: bool, certificate: Path | None, **more: Any
) -> None:
    """Drive a department's endpoint at URL through all that the portal may send it.

    The messages are about applications that do not exist: try a copy of your system, not the one
    that your clerks work with.
    """
    breaking = (more["break_with"], more["mend_with"])
    if any(breaking) and not all(breaking):
        raise click.UsageError("Give both --break-with and --mend-with, or none.")
    if not secret:
        secret = click.prompt("The secret (whsec_…)", hide_input=True, err=True)
    try:
        key = _key(more["key"], new=more["new_key"])
        endpoint = Endpoint(url, signing.read(secret), more["service"], key)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    by_key = [BY_KEY] if key else []
    outage = [_outage(*breaking)] if all(breaking) else []
    report = tried(endpoint, [*CASES, *by_key, *outage])
    _tell(report, as_json=as_json, certificate=certificate)
    if not report.passed:
        sys.exit(1)


def tried(endpoint: Endpoint, cases: Sequence[Case]) -> Report:
    """Each case is driven to its end; where nothing answers at all, the first alone."""
    begun = clock.now()
    results = [_driven(endpoint, cases[0])]
    if any(one.status is not None for one in endpoint.sent):
        results += [_driven(endpoint, case) for case in cases[1:]]
    return Report(endpoint.url, begun, f"{TOOL} {version(TOOL)}", results)


def _driven(endpoint: Endpoint, case: Case) -> Result:
    before, fault = len(endpoint.sent), ""
    try:
        case.drive(endpoint)
    except (OSError, subprocess.CalledProcessError) as error:
        fault = str(error)
    sent = tuple(endpoint.sent[before:])
    return Result(case.name, case.expected, case.advice, sent, fault)


def _outage(break_with: str, mend_with: str) -> Case:
    def drive(endpoint: Endpoint) -> None:
        message = Application(endpoint.service).submitted()
        driving.run(break_with)
        try:
            endpoint.once(message, "while it is broken", Wanted.NOT_TAKEN)
        finally:
            driving.run(mend_with)
        endpoint.take(message, "again, when it is mended")

    advice = "Say 2xx only for what is stored; take it when it comes again."
    return Case("outage", "5xx, then 2xx", advice, drive)


def _key(key: str | None, *, new: bool) -> str | None:
    """The private key, after whoever runs this has let its public half in. Raises NoSecret."""
    if key:
        return signing.read(key)
    if not new:
        return None
    made = signatures.new_secret("v1a")
    click.echo(f"Let this public key in, then go on: {signatures.public_key(made)}", err=True)
    click.pause("Press any key.", err=True)
    return made


def _tell(report: Report, *, as_json: bool, certificate: Path | None) -> None:
    written = list(report.certificate()) if report.passed else []
    if certificate and written:
        certificate.write_text("\n".join([*written, ""]), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    click.echo("\n".join([*report.lines(), ""]))
    if written:
        click.echo("\n".join(written))
    else:
        failed = sum(not one.passed for one in report.results)
        click.echo(f"{failed} of {len(report.results)} cases failed. There is no certificate.")
        if len(report.results) == 1:
            click.echo("Nothing answers there, so the other cases were not tried.")
