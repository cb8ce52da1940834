"""Speaking to gateways: which there are, what they are handed, and outside of which transaction."""

from collections.abc import Callable
from typing import TypeVar

from payments.domain import NoSuchGateway
from payments.gateway import Gateway, Means, Order
from payments.gateways import gateways
from payments.models import Attempt, Payment
from portal.i18n import say, speaking
from portal.i18n.languages import tag
from portal.kernel import clock, http
from portal.kernel.db import db
from portal.kernel.keys import keyring
from portal.kernel.money import Money
from portal.kernel.outside import outside
from portal.kernel.settings import current

T = TypeVar("T")
SECONDS = 5.0


def known(slug: str) -> Gateway:
    """Also one that is no longer offered, for what it took before. Raises NoSuchGateway."""
    if slug not in gateways():
        raise NoSuchGateway
    return gateways()[slug]


def usable(slug: str) -> Gateway:
    """Raises NoSuchGateway."""
    gateway = known(slug)
    if gateway.check_config(current()):
        raise NoSuchGateway
    return gateway


def offered(amount: Money) -> list[Gateway]:
    """Those that take this amount here."""
    return [
        one for one in gateways().values() if one.takes(amount) and not one.check_config(current())
    ]


def means(gateway: Gateway) -> Means:
    secret = keyring().part(f"payments {gateway.slug}")
    return Means(current(), secret, http.post, http.get, clock.now)


def order_of(payment: Payment, attempt: Attempt) -> Order:
    """The same each time it is asked for, so that a gateway can tell that it is the same."""
    base = current().kernel.base_url
    with speaking(attempt.language):
        title, here = say(payment.title), tag()
    return Order(
        reference=attempt.reference,
        amount=attempt.amount,
        title=title,
        language=attempt.language,
        return_url=f"{base}/{here}/pay/{payment.id}/return",
        notice_url=f"{base}/hooks/payments/{attempt.gateway}",
        expires_at=attempt.expires_at,
        gateway_reference=attempt.gateway_reference,
    )


def call(gateway: Gateway, order: Order, work: Callable[[], T]) -> T:
    """While a person waits: the transaction so far is committed first, unless it is at hand.

    One order is called about by one request at a time. Raises GatewayError, TookTooLong, Busy.
    """
    if gateway.at_hand:
        return work()
    return outside(work, key=f"payments:{order.reference}", seconds=SECONDS)


def call_in_job(gateway: Gateway, _: Order, work: Callable[[], T]) -> T:
    """The same where nobody waits. Raises GatewayError."""
    if not gateway.at_hand:
        db.session.commit()
    return work()
