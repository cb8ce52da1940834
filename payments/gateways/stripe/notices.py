"""Stripe's notices: its library checks who signed them, and we when.

A notice says that there is news, and no more: what was taken is read anew from Stripe itself, since
notices come late and in any order.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from stripe import SignatureVerificationError, WebhookSignature

from payments.gateway import ForgedNotice, GatewayError, Means, Notice, Outcome, Status
from payments.gateways.stripe.settings import StripeSettings

HEADER = "stripe-signature"
TOLERANCE = timedelta(minutes=5)
MEANS = {
    "checkout.session.completed": Status.SUCCEEDED,
    "checkout.session.async_payment_succeeded": Status.SUCCEEDED,
    "checkout.session.async_payment_failed": Status.FAILED,
    "checkout.session.expired": Status.EXPIRED,
}
# They name no order of ours: Stripe is asked for it, and how they stand.
OF_DISPUTES = "charge.dispute."


def read_notice(headers: Mapping[str, str], body: bytes, means: Means) -> Sequence[Notice]:
    """Raises ForgedNotice, GatewayError."""
    named = {name.lower(): value for name, value in headers.items()}
    _check(named.get(HEADER, ""), body, means)
    try:
        told = json.loads(body)
        return _notices(str(told["id"]), str(told["type"]), told["data"]["object"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GatewayError from error


def _check(header: str, body: bytes, means: Means) -> None:
    """Raises ForgedNotice."""
    secret = means.settings.of(StripeSettings).stripe_webhook_secret
    try:
        # It compares text, which fails for letters that no signature has.
        header.encode("ascii")
        WebhookSignature.verify_header(body, header, secret)
        signed_at = _signed_at(header)
    except (SignatureVerificationError, ValueError) as error:
        raise ForgedNotice from error
    # The library lets a notice of next year pass.
    if abs(means.now().timestamp() - signed_at) > TOLERANCE.total_seconds():
        raise ForgedNotice


def _signed_at(header: str) -> int:
    """The first of them, which is the one that the library took. Raises ValueError."""
    parts = (part.partition("=") for part in header.split(","))
    return int(next((value for name, _, value in parts if name == "t"), ""))


def _notices(number: str, kind: str, told: Mapping[str, Any]) -> Sequence[Notice]:
    if kind.startswith(OF_DISPUTES):
        return (Notice(number, "", Outcome(Status.DISPUTED), dispute=str(told["id"])),)
    if kind not in MEANS:
        return ()
    # A session that another program of the same account began has no reference of ours.
    order = str(told.get("client_reference_id") or told["id"])
    return (Notice(number, order, _news(kind, told)),)


def _news(kind: str, session: Mapping[str, Any]) -> Outcome:
    """Without an amount: a success that names none is a reason to ask."""
    status, reference = MEANS[kind], str(session["id"])
    if status is Status.SUCCEEDED and session["payment_status"] == "unpaid":
        status = Status.PENDING
    return Outcome(status, None, reference, "declined" if status is Status.FAILED else None)
