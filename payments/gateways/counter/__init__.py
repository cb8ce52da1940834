"""Counters: people print a challan and pay at an office, a treasury or a bank's branch.

That one was paid is said by two people of the office, or by a file of the treasury or bank that two
people of finance looked at. There is no company: the books are ours, and stand in `service.py`.
"""

from collections.abc import Mapping

from payments.gateway import (
    Capabilities,
    Gateway,
    GatewayError,
    Hosted,
    Means,
    Method,
    Order,
    Outcome,
    Printed,
    RefundOrder,
    RefundOutcome,
    RefundStatus,
    Status,
    no_notices,
)
from payments.gateways.counter import service
from payments.gateways.counter.declared import ENGLISH, Counter
from payments.gateways.counter.domain import NOT_PAID, ReturnState, State
from payments.gateways.counter.settings import CounterSettings, capabilities, declared, faults
from portal.i18n import LANGUAGES, gettext, speaking
from portal.kernel import clock
from portal.kernel.errors import N_, DomainError

STATUSES = {
    State.TAKEN: Status.PENDING,
    State.PAID: Status.SUCCEEDED,
    State.REFUSED: Status.FAILED,
    State.CALLED_OFF: Status.CANCELLED,
}


def start(order: Order, means: Means) -> Printed:
    """Raises GatewayError where no counter takes money for all of these providers."""
    there = declared(means.settings)
    open_ones = there.that_take_for(*order.payees) if there else ()
    if not open_ones:
        raise GatewayError
    number = service.take_order(order.reference, order.amount, order.payees, order.expires_at)
    return Printed(_instructions(open_ones), number)


def query(order: Order, means: Means) -> Outcome:
    del means
    return _outcome(service.look_up(order.reference))


def cancel(order: Order, means: Means) -> Outcome:
    del means
    return _outcome(service.call_off(order.reference))


def refund(wanted: RefundOrder, means: Means) -> RefundOutcome:
    """Pending until the bank says that it sent the money."""
    del means
    try:
        made = service.give_back(wanted.id, wanted.order.reference, wanted.amount)
    except DomainError as refusal:
        return RefundOutcome(RefundStatus.FAILED, code=type(refusal).__name__)
    if made.state == ReturnState.DONE:
        return RefundOutcome(RefundStatus.SUCCEEDED, made.number)
    return RefundOutcome(RefundStatus.PENDING)


def _outcome(challan: service.Challan | None) -> Outcome:
    if challan is None:
        return Outcome(Status.UNKNOWN)
    state = State(challan.state)
    if state is State.OPEN:
        is_over = challan.expires_at <= clock.now()
        return Outcome(Status.EXPIRED if is_over else Status.OPEN, reference=challan.number)
    code = NOT_PAID if state is State.REFUSED else None
    return Outcome(STATUSES[state], challan.taken, challan.number, code)


def _instructions(counters: tuple[Counter, ...]) -> Mapping[str, str]:
    told = {}
    for code in LANGUAGES:
        with speaking(code):
            said = gettext(
                "Take this challan to one of these counters and pay there. Ask for a receipt and"
                " keep it. What you paid stands here when a second person has confirmed it."
            )
            told[code] = "\n".join([said, *(_where(one, code) for one in counters)])
    return told


def _where(counter: Counter, code: str) -> str:
    name = counter.name.get(code, counter.name[ENGLISH])
    place = counter.place.get(code, counter.place[ENGLISH])
    head = gettext("head of account %(head)s", head=counter.head) if counter.head else ""
    return ", ".join(part for part in (name, place, head) if part)


gateway = Gateway(
    slug="counter",
    title=N_("At an office or treasury, with a printed challan"),
    start=start,
    read_notice=no_notices,
    query=query,
    refund=refund,
    cancel=cancel,
    capabilities=Capabilities(methods=(Method.CASH,), hosted=Hosted.PRINTED, by_list=True),
    capabilities_by=capabilities,
    check_config=faults,
    settings=(CounterSettings,),
    at_hand=True,
)
