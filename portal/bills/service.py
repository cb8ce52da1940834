"""Fetching bills, paying each of them once, and what was paid. Alone in touching bills' tables.

Where a payment and its bill are both changed, the payment is locked first: the gateway's word comes
from that side.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from payments import service as payments
from payments.service import Delivered, Delivery, Due
from portal.audit import service as audit
from portal.bills import domain
from portal.bills.domain import (
    AmountChanged,
    BeingPaid,
    Fetched,
    NoSuchBill,
    NoSuchLookup,
    NotOpen,
    Open,
    PaidAlready,
    Particulars,
    PartPaid,
    Standing,
    State,
)
from portal.bills.events import BillPaid
from portal.bills.models import Bill, BillLookup
from portal.bills.sources import service as sources
from portal.bills.sources.service import Biller
from portal.kernel import clock, keys
from portal.kernel.db import db, wait_patiently
from portal.kernel.errors import DomainError, TooMany
from portal.kernel.events import publish
from portal.kernel.money import Money

PURPOSE = "bill"
KEPT = timedelta(days=1)
SHOWN, A_BATCH = 50, 50
COLUMNS = Bill.__table__.columns
STANDS = text("state <> 'released'")
# What pages say of a bill that cannot be paid now.
WHY = {PaidAlready: "paid", PartPaid: "part", BeingPaid: "taken"}
# What pages read of a lookup; its columns are changed here alone.
Lookup = BillLookup


@dataclass(frozen=True)
class Disclosure:
    """What a provider is told about a paid bill of its own."""

    bill_id: UUID
    subject_id: UUID
    provider_slug: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Begun:
    """The payments of the bills that can be paid, and why others cannot, by their numbers."""

    payments: list[UUID]
    refused: dict[str, DomainError]


def fetch(person_id: UUID, provider_slug: str, account: str) -> BillLookup:
    """Ask the provider for the unpaid bills of an account; that it was asked stands in any case.

    Raises NotConnected, TooMany, NotAnswering, UnknownAccount.
    """
    asked = sources.biller(provider_slug)
    _count(person_id)
    lookup = BillLookup(subject_id=person_id, person_id=person_id, provider_slug=provider_slug)
    lookup.told = Fetched(account)
    db.session.add(lookup)
    audit.record("bills.fetched", about=f"lookup:{lookup.id}", actor=person_id)
    _ask_again(lookup, asked)
    return lookup


def look(person_id: UUID, provider_slug: str, lookup_id: UUID) -> BillLookup:
    """What was fetched, as long as it is fresh. Raises NoSuchLookup."""
    wanted = select(BillLookup).where(
        BillLookup.id == lookup_id,
        BillLookup.person_id == person_id,
        BillLookup.provider_slug == provider_slug,
        BillLookup.created_at >= clock.now() - domain.FRESH,
    )
    if (lookup := db.session.scalar(wanted)) is None:
        raise NoSuchLookup
    return lookup


def pay(lookup: BillLookup, number: str, seen: str, part: str | None = None) -> UUID:
    """Let the person of the lookup pay one of its bills; the payment to lead to.

    The provider is asked once more, and `seen` is the amount that the page showed; `part` is what
    was typed to be paid of it. Raises NotOpen, AmountChanged, WrongPart, PaidAlready, PartPaid,
    BeingPaid, NotConnected, NotAnswering, UnknownAccount.
    """
    asked = sources.biller(lookup.provider_slug)
    _ask_again(lookup, asked)
    return _begun(lookup, asked, number, seen, part)


def pay_several(lookup: BillLookup, wanted: Mapping[str, str]) -> Begun:
    """The same for several bills, number -> `seen`: those that cannot be paid are named with why.

    Raises NotConnected, NotAnswering, UnknownAccount.
    """
    asked = sources.biller(lookup.provider_slug)
    _ask_again(lookup, asked)
    wait_patiently()
    payments.hold(PURPOSE, *_standing_ids(lookup.provider_slug, wanted))
    begun = Begun([], {})
    for number, seen in sorted(wanted.items()):
        try:
            begun.payments.append(_begun(lookup, asked, number, seen))
        except (NotOpen, AmountChanged, PaidAlready, BeingPaid) as refusal:
            begun.refused[number] = refusal
    return begun


def _begun(
    lookup: BillLookup, asked: Biller, number: str, seen: str, part: str | None = None
) -> UUID:
    found = lookup.told.bill(number)
    if found is None:
        raise NotOpen
    if found.seen != seen:
        raise AmountChanged
    amount = found.amount if part is None else domain.part_of(part, found)
    bill = claim(lookup, found, amount)
    payment = payments.due(_due(bill, asked))
    bill.payment_id = payment.id
    return payment.id


def _count(person_id: UUID) -> None:
    """Account numbers can be guessed, so nobody asks often. Raises TooMany."""
    recent = (
        BillLookup.person_id == person_id,
        BillLookup.created_at > clock.now() - domain.WITHIN,
    )
    if (db.session.scalar(select(func.count()).where(*recent)) or 0) >= domain.LOOKUPS:
        raise TooMany(int(domain.WITHIN.total_seconds()))


def _ask_again(lookup: BillLookup, asked: Biller) -> None:
    account = lookup.told.account
    lookup.told = Fetched(account, sources.fetch(asked, account))


def claim(lookup: BillLookup, found: Open, amount: Money) -> Bill:
    """The one row that stands for this bill, or this part of it, held by this person.

    Raises PaidAlready, PartPaid, BeingPaid.
    """
    wait_patiently()
    while True:
        standing = db.session.scalar(_paid_now(lookup.provider_slug, found.number))
        if standing is None:
            paid = _paid_here(lookup.provider_slug, [found.number])
            domain.check_open(found, paid.get(_key(lookup.provider_slug, found.number), 0))
            # Paid by somebody else at this moment, it is looked at again.
            if (bill := _inserted(_new(lookup, found, amount))) is not None:
                audit.record("bill.begun", about=f"bill:{bill.id}", actor=bill.person_id)
                return bill
            continue
        bill = _locked(standing)
        if bill.state != State.PAYING:
            continue
        now, mine = clock.now(), lookup.person_id
        if domain.may_go_on(_standing(bill), mine, amount, now, found.received_minor):
            bill.held_until = now + domain.HOLD
            return bill
        if bill.person_id != mine and _is_under_way(bill):
            raise BeingPaid
        _release(bill)


def release() -> bool:
    """Let go of a batch of bills whose payers did not go on; whether there may be more.

    What the provider said of them is old by now: whoever pays asks it anew.
    """
    left = (Bill.state == State.PAYING, Bill.held_until < clock.now())
    found = db.session.scalars(select(Bill.id).where(*left).limit(A_BATCH)).all()
    payments.hold(PURPOSE, *found)
    for bill_id in found:
        bill = _locked(bill_id)
        if bill.state != State.PAYING or bill.held_until >= clock.now():
            continue
        if _is_under_way(bill):
            bill.held_until = clock.now() + domain.HOLD
        else:
            _release(bill)
    return len(found) == A_BATCH


def _new(lookup: BillLookup, found: Open, amount: Money) -> Bill:
    bill = Bill(
        subject_id=lookup.subject_id,
        person_id=lookup.person_id,
        provider_slug=lookup.provider_slug,
        number_key=_key(lookup.provider_slug, found.number),
        minor=amount.minor,
        before_minor=found.received_minor,
        currency=found.currency,
        due_on=found.due_on,
        state=State.PAYING,
        held_until=clock.now() + domain.HOLD,
    )
    bill.told = Particulars(lookup.told.account, found.number, found.period, found.holder)
    return bill


def _inserted(bill: Bill) -> Bill | None:
    """None when another row stands for the bill; a twin's is waited for."""
    values = {column.name: getattr(bill, column.name) for column in COLUMNS}
    put = insert(Bill).values(values).on_conflict_do_nothing()
    return db.session.scalar(put.returning(Bill))


def _locked(bill_id: UUID) -> Bill:
    """With its payment, which is locked first."""
    payments.hold(PURPOSE, bill_id)
    return db.session.scalars(_fresh(bill_id).with_for_update()).one()


def _is_under_way(bill: Bill) -> bool:
    """Whether its payer is at a gateway now, or a bank has not answered yet."""
    payment = payments.of(PURPOSE, bill.id)
    attempt = payments.newest(payment) if payment else None
    if attempt is None or attempt.settled_at is not None:
        return False
    return attempt.state in payments.UNDER_WAY or attempt.expires_at > clock.now()


def _release(bill: Bill) -> None:
    """Take back what was begun and not paid; money that still comes for it goes back."""
    payments.cancel(PURPOSE, bill.id)
    bill.state = State.RELEASED
    db.session.flush()


def _due(bill: Bill, asked: Biller) -> Due:
    return Due(
        purpose=PURPOSE,
        about=bill.id,
        person_id=bill.person_id,
        subject_id=bill.subject_id,
        provider=bill.provider_slug,
        title=asked.billing.title.texts,
        payee=asked.provider.name.texts,
        amount=bill.amount,
        back="/bills",
    )


def unaware(bill_ids: Collection[UUID]) -> Collection[UUID]:
    """Those of them, all of which were paid, that do not know it."""
    wanted = select(Bill.id).where(Bill.id.in_(bill_ids), Bill.state != State.PAID)
    return db.session.scalars(wanted).all()


def paid(bill_id: UUID, payment_id: UUID) -> None:
    """The money has come: the bill is paid, and its provider may be told."""
    bill = _locked(bill_id)
    if bill.state == State.PAID:
        return
    if bill.state == State.RELEASED:
        why = "Somebody else pays the bill."
        payments.refund(payment_id, bill.amount, why, by="bills")
        return
    bill.state, bill.paid_at, bill.payment_id = State.PAID, clock.now(), payment_id
    audit.record(
        "bill.paid", about=f"bill:{bill.id}", actor=bill.person_id, subject_id=bill.subject_id
    )
    publish(BillPaid(bill.id))


def delivery(bill_id: UUID) -> Delivery:
    """What a bill was paid for was had before: its provider is told of the payment."""
    bill = db.session.get_one(Bill, bill_id)
    return Delivery(Delivered.GIVEN if bill.state == State.PAID else Delivered.IN_TIME)


def disclosure(bill_id: UUID) -> Disclosure:
    """What the provider is told when its bill is paid. Raises NoSuchBill for one that is not."""
    bill = db.session.get(Bill, bill_id)
    if bill is None or bill.paid_at is None or bill.payment_id is None:
        raise NoSuchBill
    data = {
        "bill": bill.told.number,
        "account": bill.told.account,
        **bill.amount.as_json(),
        "payment": payments.by_id(bill.payment_id).reference,
        "paid_at": f"{bill.paid_at:%Y-%m-%dT%H:%M:%SZ}",
    }
    return Disclosure(bill.id, bill.subject_id, bill.provider_slug, data)


def history(person_id: UUID) -> Sequence[Bill]:
    """What the person paid, the newest first."""
    mine = select(Bill).where(Bill.person_id == person_id, Bill.state == State.PAID)
    return db.session.scalars(mine.order_by(Bill.id.desc()).limit(SHOWN)).all()


def waiting(person_id: UUID) -> Sequence[Bill]:
    """What the person began to pay, and did not pay yet."""
    mine = select(Bill).where(
        Bill.person_id == person_id, Bill.state == State.PAYING, Bill.payment_id.is_not(None)
    )
    return db.session.scalars(mine.order_by(Bill.id.desc()).limit(SHOWN)).all()


def again(bills: Sequence[Bill]) -> list[Bill]:
    """The newest bill of each account that was paid before."""
    return list({(one.provider_slug, one.told.account): one for one in reversed(bills)}.values())


def account_of(person_id: UUID, bill_id: UUID) -> str:
    """The account of a bill of one's own. Raises NoSuchBill."""
    wanted = select(Bill).where(Bill.id == bill_id, Bill.person_id == person_id)
    if (bill := db.session.scalar(wanted)) is None:
        raise NoSuchBill
    return bill.told.account


def stand(person_id: UUID, provider_slug: str, bills: Sequence[Open]) -> dict[str, str]:
    """Bill number -> why this person cannot pay it now: `paid`, `part` or `taken`. One query."""
    by_key = {_key(provider_slug, bill.number): bill for bill in bills}
    found = select(Bill).where(
        Bill.provider_slug == provider_slug, Bill.number_key.in_(by_key), STANDS
    )
    rows = db.session.scalars(found).all()
    told = {}
    for key, bill in by_key.items():
        try:
            _check(bill, [row for row in rows if row.number_key == key], person_id)
        except (PaidAlready, BeingPaid) as error:
            told[bill.number] = WHY[type(error)]
    return told


def _check(bill: Open, rows: Sequence[Bill], person_id: UUID) -> None:
    """Raises PaidAlready, PartPaid, BeingPaid."""
    domain.check_open(bill, sum(row.minor for row in rows if row.state == State.PAID))
    for row in rows:
        if row.state == State.PAYING:
            domain.may_go_on(_standing(row), person_id, bill.amount, clock.now())


def sweep() -> None:
    """Forget what was asked: it is shown for an hour, and counted for ten minutes."""
    db.session.execute(delete(BillLookup).where(BillLookup.created_at < clock.now() - KEPT))


def _standing(bill: Bill) -> Standing:
    until, before = bill.held_until, bill.before_minor
    return Standing(State(bill.state), bill.person_id, bill.amount, until, before)


def _fresh(bill_id: UUID) -> Select[Bill]:
    return select(Bill).where(Bill.id == bill_id).execution_options(populate_existing=True)


def _paid_now(provider_slug: str, number: str) -> Select[UUID]:
    of_it = Bill.provider_slug == provider_slug, Bill.number_key == _key(provider_slug, number)
    return select(Bill.id).where(*of_it, Bill.state == State.PAYING)


def _paid_here(provider_slug: str, numbers: Iterable[str]) -> dict[bytes, int]:
    """What was paid of each bill, by the key of its number."""
    keyed = [_key(provider_slug, number) for number in numbers]
    of_them = Bill.provider_slug == provider_slug, Bill.number_key.in_(keyed)
    summed = select(Bill.number_key, func.sum(Bill.minor)).where(*of_them)
    rows = db.session.execute(summed.where(Bill.state == State.PAID).group_by(Bill.number_key))
    return {key: int(minor) for key, minor in rows}


def _standing_ids(provider_slug: str, numbers: Iterable[str]) -> Sequence[UUID]:
    keyed = [_key(provider_slug, number) for number in numbers]
    found = Bill.provider_slug == provider_slug, Bill.number_key.in_(keyed), STANDS
    return db.session.scalars(select(Bill.id).where(*found)).all()


def _key(provider_slug: str, number: str) -> bytes:
    """Of its letters' codes: the hash of a text does not tell capitals from small letters."""
    return keys.keyed_hash("bills.number", f"{provider_slug}|{number.encode().hex()}")
