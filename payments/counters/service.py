"""Who may take money for which challan, and what follows: the portal hears of it at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from payments.asking import service as asking
from payments.gateways.counter import gateway
from payments.gateways.counter import service as counter
from payments.gateways.counter.declared import Counter
from payments.gateways.counter.domain import NoSuchChallan, NoSuchEntry, Taken
from payments.gateways.counter.settings import declared
from payments.models import Attempt, Payment
from payments.orders import service as orders
from portal.audit import service as audit
from portal.kernel.db import db
from portal.kernel.settings import current

# None reaches the challans of every provider.
Reach = Collection[str] | None
Challan = counter.Challan
Entry = counter.Entry


@dataclass(frozen=True)
class Case:
    """A challan, what it pays as the portal knows it, and what was entered for it."""

    challan: Challan
    payments: Sequence[Payment]
    entries: Sequence[Entry]


def reach(providers: Collection[str], *, everywhere: bool) -> Reach:
    """Of a cashier of these providers: their own challans, and those that their counters take."""
    if everywhere:
        return None
    theirs = [one for one in counters() if one.run_by in providers]
    if any(not one.takes for one in theirs):
        return None
    return set(providers).union(*(one.takes for one in theirs))


def counters(providers: Collection[str] | None = None) -> Sequence[Counter]:
    """Those that are declared; of these providers alone, or all."""
    there = declared(current())
    found = there.counters if there else ()
    return [one for one in found if providers is None or one.run_by in providers]


def find(typed: str, within: Reach) -> Challan:
    """Raises NoSuchChallan."""
    return _reached(counter.find(typed), within)


def case(challan_id: UUID, within: Reach) -> Case:
    """Raises NoSuchChallan."""
    challan = _reached(counter.by_id(challan_id), within)
    return Case(challan, _paid_by(challan), counter.entries(challan))


def waiting(within: Reach) -> Sequence[tuple[Challan, Entry]]:
    return counter.waiting(within)


def look_again(challan: Challan) -> None:
    """What was paid another way, or is owed no more, is called off at the counter, too."""
    _tell(challan)


def enter(challan: Challan, taken: Taken, by: UUID) -> None:
    """Raises ChallanOver, EnteredAlready, ReceiptUsed."""
    entry = counter.enter(challan.id, taken, by)
    _record("counter.entered", challan, entry, by)
    _tell(challan)


def entry_of(entry_id: UUID, within: Reach) -> Entry:
    """Raises NoSuchEntry."""
    challan, entry = counter.find_entry(entry_id)
    if within is not None and not set(challan.payees) <= set(within):
        raise NoSuchEntry
    return entry


def confirm(entry: Entry, by: UUID) -> None:
    """Raises NoSuchEntry, YourOwnEntry."""
    challan = counter.confirm(entry.id, by)
    _record("counter.confirmed", challan, entry, by)
    _tell(challan)


def send_back(entry: Entry, by: UUID) -> None:
    """Raises NoSuchEntry."""
    _record("counter.sent_back", counter.send_back(entry.id, by), entry, by)


def refuse(entry: Entry, by: UUID) -> None:
    """Raises NoSuchEntry."""
    challan = counter.refuse(entry.id, by)
    _record("counter.refused", challan, entry, by)
    _tell(challan)


def _reached(challan: Challan, within: Reach) -> Challan:
    if within is not None and not set(challan.payees) <= set(within):
        raise NoSuchChallan
    return challan


def _tell(challan: Challan) -> None:
    db.session.flush()
    asking.hear(gateway.slug, challan.reference, "counter")


def _paid_by(challan: Challan) -> Sequence[Payment]:
    order = Attempt.gateway == gateway.slug, Attempt.reference == challan.reference
    attempt_id = db.session.scalar(select(Attempt.id).where(*order))
    return orders.of(attempt_id).payments if attempt_id else ()


def _record(act: str, challan: Challan, entry: Entry, by: UUID) -> None:
    for payment in _paid_by(challan):
        audit.record(
            act,
            about=f"payment:{payment.id}",
            actor=by,
            subject_id=payment.subject_id,
            why=f"entry:{entry.id}",
        )
