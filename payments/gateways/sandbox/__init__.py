"""The sandbox: a gateway for trying things out. No real money moves, and never in production.

This is the portal's side of it, and the example of `docs/writing-a-gateway.md`. The company that it
speaks to is played by `company/`, with tables and pages of its own.
"""

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from payments.gateway import (
    Capabilities,
    ForgedNotice,
    Gateway,
    GatewayError,
    Listed,
    Means,
    Notice,
    Order,
    Outcome,
    Redirect,
    RefundOrder,
    RefundOutcome,
    RefundStatus,
    Status,
)
from payments.gateways.sandbox.company import domain, service
from payments.gateways.sandbox.settings import SandboxSettings, faults
from portal.kernel.errors import N_, DomainError
from portal.kernel.money import Money

TOLERANCE = 300
STATUSES = {
    "open": Status.OPEN,
    "processing": Status.PENDING,
    "paid": Status.SUCCEEDED,
    "declined": Status.FAILED,
    "expired": Status.EXPIRED,
}


def start(order: Order, means: Means) -> Redirect:
    """Open an order with the company; its page stands on our own host."""
    del means
    key = service.take_order(
        order.reference,
        order.amount,
        title=order.title,
        return_url=order.return_url,
        notice_url=order.notice_url,
        expires_at=order.expires_at,
    )
    here = urlsplit(order.return_url)
    page = f"/{order.language.replace('_', '-')}{service.PATH}{key}"
    return Redirect(here._replace(path=page, query="", fragment="").geturl())


def read_notice(headers: Mapping[str, str], body: bytes, means: Means) -> Sequence[Notice]:
    """Raises ForgedNotice."""
    named = {name.lower(): value for name, value in headers.items()}
    _check_signature(named.get(domain.SIGNATURE, ""), body, means)
    try:
        told = json.loads(body)
        return (Notice(str(told["id"]), str(told["reference"]), _outcome(told)),)
    except (ArithmeticError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ForgedNotice from error


def query(order: Order, means: Means) -> Outcome:
    del means
    told = service.look_up(order.reference)
    return _outcome(told) if told else Outcome(Status.UNKNOWN)


def refund(wanted: RefundOrder, means: Means) -> RefundOutcome:
    del means
    try:
        number = service.give_back(str(wanted.id), wanted.order.reference, wanted.amount)
    except DomainError as refusal:
        return RefundOutcome(RefundStatus.FAILED, code=type(refusal).__name__)
    return RefundOutcome(RefundStatus.SUCCEEDED, number)


def listing(since: datetime, until: datetime, means: Means) -> Iterator[Listed]:
    """Raises GatewayError."""
    del means
    for told in service.opened(since, until):
        outcome = _outcome(told)
        back = Money.of(told["returned"]["amount"], told["returned"]["currency"])
        yield Listed(
            told["reference"],
            outcome.status,
            datetime.fromisoformat(told["opened"]),
            outcome.amount,
            outcome.reference,
            refunded=back,
        )


def _check_signature(header: str, body: bytes, means: Means) -> None:
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    moment = parts.get("t", "")
    if not (moment.isascii() and moment.isdigit() and len(moment) < 12):
        raise ForgedNotice
    expected = domain.sign(means.secret, body, int(moment))
    late = abs(means.now().timestamp() - int(moment)) > TOLERANCE
    if late or not hmac.compare_digest(expected.encode(), header.encode()):
        raise ForgedNotice


def _outcome(told: Mapping[str, Any]) -> Outcome:
    """Raises GatewayError for a state that the company never had."""
    if told["state"] not in STATUSES:
        raise GatewayError
    status = STATUSES[told["state"]]
    amount = Money.of(told["amount"]["amount"], told["amount"]["currency"])
    code = "declined" if status is Status.FAILED else None
    taken = amount if status is Status.SUCCEEDED else None
    return Outcome(status, taken, str(told["number"]), code)


gateway = Gateway(
    slug="sandbox",
    title=N_("Test payment"),
    start=start,
    read_notice=read_notice,
    query=query,
    refund=refund,
    capabilities=Capabilities(partial_refund=True, test=True),
    check_config=faults,
    settings=(SandboxSettings,),
    at_hand=True,
    listing=listing,
)
