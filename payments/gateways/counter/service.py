"""The books of counters: challans are written, entered, confirmed, called off, and given back.

It knows nothing of the portal's payments. A challan is locked by whoever changes it.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from payments.gateways.counter.domain import (
    ChallanOver,
    EnteredAlready,
    EntryState,
    NoMoreToReturn,
    NoSuchChallan,
    NoSuchEntry,
    ReceiptUsed,
    ReturnState,
    State,
    Taken,
    YourOwnEntry,
)
from payments.gateways.counter.models import CounterChallan, CounterEntry, CounterReturn
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.money import Money

Challan = CounterChallan
Entry = CounterEntry
Return = CounterReturn
PREFIX = "CH"
SHOWN = 50
# So many make one list.
MOST_BACK = 1000
FRESH: dict[str, Any] = {"populate_existing": True}


def take_order(reference: str, amount: Money, payees: Sequence[str], expires_at: Any) -> str:
    """Write a challan, or find the one of this reference; its number."""
    made = CounterChallan(
        reference=reference,
        number=ids.reference(PREFIX),
        payees=list(payees),
        amount_minor=amount.minor,
        currency=amount.currency,
        expires_at=expires_at,
        state=State.OPEN,
        returned_minor=0,
    )
    columns = CounterChallan.__table__.columns
    values = {column.key: getattr(made, column.key) for column in columns}
    db.session.execute(
        insert(CounterChallan).values(values).on_conflict_do_nothing(index_elements=["reference"])
    )
    return db.session.scalars(
        select(CounterChallan.number).where(CounterChallan.reference == reference)
    ).one()


def look_up(reference: str) -> CounterChallan | None:
    wanted = select(CounterChallan).where(CounterChallan.reference == reference)
    return db.session.scalar(wanted.execution_options(**FRESH))


def find(typed: str) -> CounterChallan:
    """By its number, however it is typed, or by our reference. Raises NoSuchChallan."""
    plain = typed.strip()
    number = ids.read_reference(plain) or plain
    wanted = select(CounterChallan).where(
        (CounterChallan.number == number) | (CounterChallan.reference == plain)
    )
    found = db.session.scalar(wanted.execution_options(**FRESH))
    if found is None:
        raise NoSuchChallan
    return found


def by_id(challan_id: UUID) -> CounterChallan:
    """Raises NoSuchChallan."""
    found = db.session.get(CounterChallan, challan_id, populate_existing=True)
    if found is None:
        raise NoSuchChallan
    return found


def call_off(reference: str) -> CounterChallan | None:
    """Nothing is taken for it any more, unless a cashier has the money already."""
    challan = _held(CounterChallan.reference == reference)
    if challan is not None and challan.state == State.OPEN:
        _end(challan, State.CALLED_OFF)
    return challan


def enter(challan_id: UUID, taken: Taken, by: UUID) -> CounterEntry:
    """A cashier took money. It counts when another person confirms it.

    Also after its last day: the money is there. Raises NoSuchChallan, ChallanOver, EnteredAlready,
    ReceiptUsed.
    """
    challan = _one(challan_id)
    if challan.state == State.TAKEN:
        raise EnteredAlready
    if challan.state != State.OPEN:
        raise ChallanOver
    entry = _made(challan, taken, by)
    challan.state = State.TAKEN
    db.session.flush()
    return entry


def confirm(entry_id: UUID, by: UUID) -> CounterChallan:
    """Raises NoSuchEntry, YourOwnEntry."""
    challan, entry = _waiting(entry_id)
    if entry.entered_by == by:
        raise YourOwnEntry
    _decide(entry, EntryState.CONFIRMED, by)
    _pay(challan, entry.amount)
    return challan


def send_back(entry_id: UUID, by: UUID) -> CounterChallan:
    """What was entered is wrong: it is to be entered anew. Raises NoSuchEntry."""
    challan, entry = _waiting(entry_id)
    _decide(entry, EntryState.STRUCK, by)
    challan.state = State.OPEN
    db.session.flush()
    return challan


def refuse(entry_id: UUID, by: UUID) -> CounterChallan:
    """There is no money after all: a cheque was not honoured. Raises NoSuchEntry."""
    challan, entry = _waiting(entry_id)
    _decide(entry, EntryState.STRUCK, by)
    _end(challan, State.REFUSED)
    return challan


def pay_by_file(number: str, amount: Money, by: UUID) -> CounterChallan:
    """A bank's file says that it was paid; an entry that waits is of the same money.

    What was called off is paid, too: the bank has the money, and the portal gives it back. Raises
    NoSuchChallan, ChallanOver for one that is paid.
    """
    challan = _held(CounterChallan.number == number)
    if challan is None:
        raise NoSuchChallan
    if challan.state == State.PAID:
        raise ChallanOver
    if (entry := entry_of(challan)) is not None:
        _decide(entry, EntryState.STRUCK, by)
    _pay(challan, amount)
    return challan


def entries(challan: CounterChallan) -> Sequence[CounterEntry]:
    """The oldest first, those that were struck too."""
    wanted = select(CounterEntry).where(CounterEntry.challan_id == challan.id)
    ordered = wanted.order_by(CounterEntry.id).execution_options(**FRESH)
    return db.session.scalars(ordered).all()


def entry_of(challan: CounterChallan) -> CounterEntry | None:
    """The one that waits for a second person."""
    return next((one for one in entries(challan) if one.state == EntryState.ENTERED), None)


def find_entry(entry_id: UUID) -> tuple[CounterChallan, CounterEntry]:
    """Raises NoSuchEntry."""
    entry = db.session.get(CounterEntry, entry_id, populate_existing=True)
    if entry is None:
        raise NoSuchEntry
    return by_id(entry.challan_id), entry


def waiting(payees: Collection[str] | None) -> Sequence[tuple[CounterChallan, CounterEntry]]:
    """What is to be confirmed, the oldest first: of these providers alone, or of all."""
    wanted = select(CounterChallan, CounterEntry).join(
        CounterEntry, CounterEntry.challan_id == CounterChallan.id
    )
    if payees is not None:
        wanted = wanted.where(CounterChallan.payees.contained_by(sorted(payees)))
    wanted = wanted.where(CounterEntry.state == EntryState.ENTERED).order_by(CounterEntry.id)
    return [(one, entry) for one, entry in db.session.execute(wanted.limit(SHOWN))]


def give_back(key: UUID, reference: str, amount: Money) -> CounterReturn:
    """Owe so much back, once for each key. Raises NoSuchChallan, NoMoreToReturn."""
    challan = _held(CounterChallan.reference == reference)
    if challan is None:
        raise NoSuchChallan
    same = select(CounterReturn).where(CounterReturn.key == key).execution_options(**FRESH)
    known = db.session.scalar(same)
    if known is not None:
        return known
    left = (challan.taken_minor or 0) - challan.returned_minor
    if amount.currency != challan.currency or amount.minor > left:
        raise NoMoreToReturn
    challan.returned_minor += amount.minor
    made = CounterReturn(
        key=key,
        challan_id=challan.id,
        amount_minor=amount.minor,
        currency=amount.currency,
        state=ReturnState.ASKED,
    )
    db.session.add(made)
    db.session.flush()
    return made


def asked() -> Sequence[CounterReturn]:
    """What is to go back, the oldest first."""
    wanted = select(CounterReturn).where(CounterReturn.state == ReturnState.ASKED)
    ordered = wanted.order_by(CounterReturn.id).limit(MOST_BACK).execution_options(**FRESH)
    return db.session.scalars(ordered).all()


def returned(key: UUID, number: str) -> None:
    """It went back, by this number of the bank's list."""
    wanted = select(CounterReturn).where(CounterReturn.key == key).with_for_update()
    found = db.session.scalars(wanted.execution_options(**FRESH)).one()
    found.state, found.number = ReturnState.DONE, number
    db.session.flush()


def _made(challan: CounterChallan, taken: Taken, by: UUID) -> CounterEntry:
    entry = CounterEntry(
        challan_id=challan.id,
        counter=taken.counter,
        amount_minor=taken.amount.minor,
        currency=taken.amount.currency,
        number=taken.number,
        paid_on=taken.on,
        entered_by=by,
        state=EntryState.ENTERED,
    )
    try:
        with db.session.begin_nested():
            db.session.add(entry)
            db.session.flush()
    except IntegrityError as error:
        raise ReceiptUsed from error
    return entry


def _waiting(entry_id: UUID) -> tuple[CounterChallan, CounterEntry]:
    """Both, locked. Raises NoSuchEntry."""
    challan, _ = find_entry(entry_id)
    challan = _one(challan.id)
    entry = db.session.get_one(CounterEntry, entry_id, populate_existing=True)
    if entry.state != EntryState.ENTERED:
        raise NoSuchEntry
    return challan, entry


def _decide(entry: CounterEntry, state: EntryState, by: UUID) -> None:
    entry.state, entry.decided_by, entry.decided_at = state, by, clock.now()
    db.session.flush()


def _pay(challan: CounterChallan, amount: Money) -> None:
    challan.taken_minor = amount.minor
    _end(challan, State.PAID)


def _end(challan: CounterChallan, state: State) -> None:
    challan.state, challan.settled_at = state, clock.now()
    db.session.flush()


def _one(challan_id: UUID) -> CounterChallan:
    """Locked. Raises NoSuchChallan."""
    found = _held(CounterChallan.id == challan_id)
    if found is None:
        raise NoSuchChallan
    return found


def _held(which: Any) -> CounterChallan | None:
    db.session.flush()
    wanted = select(CounterChallan).where(which).with_for_update()
    return db.session.scalar(wanted.execution_options(**FRESH))
