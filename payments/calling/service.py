"""Speaking to gateways: which there are, what they are handed, and outside of which transaction."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from payments.domain import NoSuchGateway
from payments.gateway import Gateway, Means, Order
from payments.gateways import gateways
from payments.models import Payment
from payments.orders.service import Held
from portal.i18n import ngettext, say, speaking
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
    return gateways()[slug].under(current())


def usable(slug: str) -> Gateway:
    """Raises NoSuchGateway."""
    gateway = known(slug)
    if gateway.check_config(current()):
        raise NoSuchGateway
    return gateway


def offered(amount: Money, payments: Sequence[Payment]) -> list[Gateway]:
    """Those that take this amount here, for one payment or for several together."""
    found = (one for one in gateways().values() if not one.check_config(current()))
    here = (one.under(current()) for one in found)
    return [one for one in here if fits(one, amount, payments)]


def fits(gateway: Gateway, amount: Money, payments: Sequence[Payment]) -> bool:
    """Several are taken where one of them can be given back without the others."""
    takes = gateway.takes(amount, *(one.provider for one in payments))
    return takes and (gateway.capabilities.partial_refund or len(payments) == 1)


def by_list() -> list[str]:
    """Those whose money goes back by payment lists: that waits for its person and for a bank."""
    return [one.slug for one in gateways().values() if one.capabilities.by_list]


def means(gateway: Gateway) -> Means:
    secret = keyring().part(f"payments {gateway.slug}")
    return Means(current(), secret, http.post, http.get, clock.now)


def order_of(held: Held) -> Order:
    """The same each time it is asked for, so that a gateway can tell that it is the same."""
    base, attempt, payments = current().kernel.base_url, held.attempt, held.payments
    with speaking(attempt.language):
        title, here = _title(payments), tag()
    one = f"{payments[0].id}" if len(payments) == 1 else f"together/{attempt.id}"
    return Order(
        reference=attempt.reference,
        amount=attempt.amount,
        title=title,
        language=attempt.language,
        return_url=f"{base}/{here}/pay/{one}/return",
        notice_url=f"{base}/hooks/payments/{attempt.gateway}",
        expires_at=attempt.expires_at,
        gateway_reference=attempt.gateway_reference,
        payees=tuple(sorted({one.provider for one in payments})),
    )


def _title(payments: Sequence[Payment]) -> str:
    if len(payments) == 1:
        return say(payments[0].title)
    return ngettext("%(n)s payment", "%(n)s payments", len(payments))


def call(gateway: Gateway, order: Order, work: Callable[[], T]) -> T:
    """While a person waits: the transaction so far is committed first, unless it is at hand.

    One order is called about by one request at a time. Raises GatewayError, TookTooLong, Busy.
    """
    if gateway.at_hand:
        return work()
    return outside(work, key=f"payments:{order.reference}", seconds=SECONDS)


def call_in_job(gateway: Gateway, _: Order, work: Callable[[], T]) -> T:
    """The same where nobody waits. Raises GatewayError."""
    return ask_in_job(gateway, work)


def ask_in_job(gateway: Gateway, work: Callable[[], T]) -> T:
    """Of what is no order. Raises GatewayError."""
    if not gateway.at_hand:
        db.session.commit()
    return work()
