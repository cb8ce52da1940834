"""Sending money out: accounts that people name, lists that two people make, what the bank says.

What waits is what was taken at counters and is to go back; each is sent by one line of one list.
"""

import hashlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from payments import ledger
from payments.books import service as books
from payments.disbursement import Account, Disburser, PaymentList, Transfer, TransferStatus
from payments.disbursers import disbursers
from payments.domain import RefundState
from payments.events import AccountWanted
from payments.gateways.counter import gateway
from payments.gateways.counter import service as counter
from payments.ledger import Kind
from payments.lists.domain import (
    AnotherList,
    BeingSent,
    LineState,
    ListState,
    NoSource,
    NoSuchList,
    NotApproved,
    NothingToSend,
    YourOwnList,
)
from payments.lists.models import PaymentListFile, PaymentListLine, PaymentListRow, PayoutAccount
from payments.lists.settings import ListsSettings
from payments.models import Payment, Refund
from payments.reconciling.domain import AlreadyRead
from payments.refunds import service as refunds
from portal.audit import service as audit
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.kernel.keys import Erased
from portal.kernel.log import log
from portal.kernel.settings import current

PREFIX = "PL"
SHOWN = 50
FRESH = {"populate_existing": True}
LIVE = (LineState.WAITING, LineState.SENT)


@dataclass(frozen=True)
class Waiting:
    """A refund that a list is to send; `line` is the one it stands in."""

    refund: Refund
    payment: Payment
    account: PayoutAccount | None
    line: PaymentListLine | None


@dataclass(frozen=True)
class TakenIn:
    """What came of a bank's file; `odd` were told otherwise before, or are not of the list."""

    sent: int
    rejected: int
    odd: int


def waiting() -> Sequence[Waiting]:
    """The oldest first."""
    return _waiting([one.key for one in counter.asked()])


def of_payment(payment_id: UUID) -> Sequence[Waiting]:
    return _waiting([one.id for one in refunds.by_list(payment_id)])


def ready(currency: str) -> Sequence[Waiting]:
    """Those of which it is known where to, and that stand in no list."""
    return [
        one
        for one in waiting()
        if one.account is not None and one.line is None and one.refund.currency == currency
    ]


def name_account(of: Waiting, account: Account, by: UUID) -> None:
    """Where a refund is to go; an account that was named before is over. Raises BeingSent."""
    found = db.session.scalar(
        select(Refund).where(Refund.id == of.refund.id).with_for_update().execution_options(**FRESH)
    )
    if found is None or found.state != RefundState.ASKED or _lines([found.id]):
        raise BeingSent
    if of.account is not None:
        of.account.is_over = True
        db.session.flush()
    row = PayoutAccount(subject_id=found.subject_id, about=found.id, is_over=False)
    row.holder, row.number, row.branch = account.holder, account.number, account.branch
    db.session.add(row)
    db.session.flush()
    _record("payment.account_named", of.payment, by, f"refund:{found.id}")


def prepare(slug: str, currency: str, by: UUID) -> PaymentListRow:
    """A list of all that can be sent now. Raises NoSource, NothingToSend."""
    if current().of(ListsSettings).source(currency) is None:
        raise NoSource
    found = [one for one in ready(currency) if _account(one.account) is not None]
    if not found:
        raise NothingToSend
    row = PaymentListRow(
        number=ids.reference(PREFIX),
        disburser=_disburser(slug).slug,
        currency=currency,
        send_on=clock.today(),
        lines=len(found),
        total_minor=sum(one.refund.amount_minor for one in found),
        state=ListState.PREPARED,
        prepared_by=by,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
            for place, one in enumerate(found, 1):
                db.session.add(_line(row, place, one))
            db.session.flush()
    except IntegrityError as error:
        # Somebody prepared the same at this moment.
        raise NothingToSend from error
    audit.record("list.prepared", about=f"list:{row.id}", actor=by)
    return row


def approve(list_id: UUID, by: UUID) -> None:
    """Raises NoSuchList, YourOwnList."""
    row = _prepared(list_id)
    if row.prepared_by == by:
        raise YourOwnList
    _decide(row, ListState.APPROVED, by)


def drop(list_id: UUID, by: UUID) -> None:
    """Nothing of it is sent; what it held waits for another. Raises NoSuchList."""
    row = _prepared(list_id)
    for line in lines(row):
        _settle(line, LineState.DROPPED, "")
    _decide(row, ListState.DROPPED, by)


def batch(row: PaymentListRow) -> tuple[Disburser, PaymentList]:
    """What the bank's file is made of. Raises NotApproved, NoSource, and Erased."""
    source = current().of(ListsSettings).source(row.currency)
    if row.state != ListState.APPROVED or row.decided_at is None:
        raise NotApproved
    if source is None:
        raise NoSource
    told = [_transfer(line) for line in lines(row)]
    made = PaymentList(row.number, row.decided_at, row.send_on, source, told)
    return _disburser(row.disburser), made


def file(row: PaymentListRow, by: UUID) -> tuple[Disburser, bytes]:
    """The file for the bank. Raises NotApproved, NoSource, and Erased."""
    disburser, made = batch(row)
    audit.record("list.file_made", about=f"list:{row.id}", actor=by)
    return disburser, disburser.write(made)


def take_in(list_id: UUID, content: bytes, by: UUID) -> TakenIn:
    """What the bank says of a list, once for each file.

    Raises NoSuchList, NotApproved, NotReadable, AnotherList, AlreadyRead.
    """
    row = by_id(list_id)
    if row.state != ListState.APPROVED:
        raise NotApproved
    report = _disburser(row.disburser).read(content)
    if report.list_id not in ("", row.number):
        raise AnotherList(number=report.list_id)
    _keep_file(row, content, by)
    said = {one.transfer: one for one in report.transfers}
    held = lines(row, lock=True)
    odd = len(set(said) - {line.number for line in held})
    counted = {LineState.SENT: 0, LineState.REJECTED: 0}
    for line in held:
        told = said.get(line.number)
        status = told.status if told else report.of_all
        code = told.code if told else report.code
        if _contradicts(line, status):
            log.error("bank says otherwise than before", line=str(line.id))
            odd += 1
        elif (state := _moved(line, status)) is not None:
            ACTS[state](line, code)
            counted[state] += 1
    audit.record("list.answer_read", about=f"list:{row.id}", actor=by)
    return TakenIn(counted[LineState.SENT], counted[LineState.REJECTED], odd)


def by_id(list_id: UUID) -> PaymentListRow:
    """Raises NoSuchList."""
    found = db.session.get(PaymentListRow, list_id, populate_existing=True)
    if found is None:
        raise NoSuchList
    return found


def lists() -> Sequence[PaymentListRow]:
    """The newest first."""
    wanted = select(PaymentListRow).order_by(PaymentListRow.id.desc()).limit(SHOWN)
    return db.session.scalars(wanted.execution_options(**FRESH)).all()


def to_approve() -> int:
    """For the menu."""
    wanted = select(func.count()).where(PaymentListRow.state == ListState.PREPARED)
    return int(db.session.scalar(wanted) or 0)


def lines(row: PaymentListRow, *, lock: bool = False) -> Sequence[PaymentListLine]:
    wanted = select(PaymentListLine).where(PaymentListLine.list_id == row.id)
    ordered = wanted.order_by(PaymentListLine.place).execution_options(**FRESH)
    return db.session.scalars(ordered.with_for_update() if lock else ordered).all()


def shown(row: PaymentListRow) -> Sequence[tuple[PaymentListLine, Account | None, Payment]]:
    """Each line with where it goes; None where its person's data are gone."""
    held = lines(row)
    wanted = select(PayoutAccount).where(PayoutAccount.id.in_({one.account_id for one in held}))
    accounts = {one.id: one for one in db.session.scalars(wanted)}
    found = _refunds([one.about for one in held])
    return [(one, _account(accounts.get(one.account_id)), found[one.about][1]) for one in held]


def _waiting(keys: Sequence[UUID]) -> Sequence[Waiting]:
    if not keys:
        return ()
    named = select(PayoutAccount).where(PayoutAccount.about.in_(keys), ~PayoutAccount.is_over)
    accounts = {one.about: one for one in db.session.scalars(named.execution_options(**FRESH))}
    held, found = {one.about: one for one in _lines(keys)}, _refunds(keys)
    return [Waiting(*found[key], accounts.get(key), held.get(key)) for key in keys if key in found]


def _refunds(keys: Collection[UUID]) -> dict[UUID, tuple[Refund, Payment]]:
    wanted = select(Refund, Payment).join(Payment, Payment.id == Refund.payment_id)
    rows = db.session.execute(wanted.where(Refund.id.in_(keys)).execution_options(**FRESH))
    return {refund.id: (refund, payment) for refund, payment in rows}


def _lines(keys: Collection[UUID]) -> Sequence[PaymentListLine]:
    """Those that send it, or did."""
    live = PaymentListLine.about.in_(keys), PaymentListLine.state.in_(LIVE)
    return db.session.scalars(select(PaymentListLine).where(*live)).all()


def _account(row: PayoutAccount | None) -> Account | None:
    with suppress(Erased):
        if row is not None and row.number:
            return Account(row.holder or "", row.number, row.branch or "")
    return None


def _line(row: PaymentListRow, place: int, one: Waiting) -> PaymentListLine:
    if one.account is None:
        raise NothingToSend
    return PaymentListLine(
        list_id=row.id,
        place=place,
        number=f"{row.number}-{place}",
        about=one.refund.id,
        account_id=one.account.id,
        amount_minor=one.refund.amount_minor,
        currency=one.refund.currency,
        state=LineState.WAITING,
    )


def _transfer(line: PaymentListLine) -> Transfer:
    row = db.session.get_one(PayoutAccount, line.account_id)
    to = Account(row.holder or "", row.number or "", row.branch or "")
    [(_, payment)] = _refunds([line.about]).values()
    return Transfer(line.number, to, line.amount, f"Refund {payment.reference}")


def _prepared(list_id: UUID) -> PaymentListRow:
    """Locked. Raises NoSuchList."""
    wanted = select(PaymentListRow).where(PaymentListRow.id == list_id).with_for_update()
    row = db.session.scalar(wanted.execution_options(**FRESH))
    if row is None or row.state != ListState.PREPARED:
        raise NoSuchList
    return row


def _decide(row: PaymentListRow, state: ListState, by: UUID) -> None:
    row.state, row.decided_by, row.decided_at = state, by, clock.now()
    db.session.flush()
    audit.record(f"list.{state}", about=f"list:{row.id}", actor=by)


def _keep_file(row: PaymentListRow, content: bytes, by: UUID) -> None:
    """Raises AlreadyRead."""
    made = {"id": ids.uuid7(), "created_at": clock.now(), "list_id": row.id, "brought_by": by}
    new = insert(PaymentListFile).values(**made, digest=hashlib.sha256(content).digest())
    new = new.on_conflict_do_nothing(index_elements=["list_id", "digest"])
    if db.session.scalar(new.returning(PaymentListFile.id)) is None:
        raise AlreadyRead


def _moved(line: PaymentListLine, status: TransferStatus | None) -> LineState | None:
    if line.state != LineState.WAITING or status in (None, TransferStatus.PENDING):
        return None
    return LineState.SENT if status is TransferStatus.SENT else LineState.REJECTED


def _contradicts(line: PaymentListLine, status: TransferStatus | None) -> bool:
    ends = {LineState.SENT: TransferStatus.REJECTED, LineState.REJECTED: TransferStatus.SENT}
    return status is not None and ends.get(LineState(line.state)) is status


def _sent(line: PaymentListLine, code: str) -> None:
    _settle(line, LineState.SENT, code)
    [(refund, payment)] = _refunds([line.about]).values()
    books.post(Kind.SENT, payment.id, line.id, ledger.sent(gateway.slug, line.amount))
    counter.returned(line.about, line.number)
    refunds.ask_now(refund.id)
    _record("payment.sent_by_list", payment, "payments", f"line:{line.id}")


def _rejected(line: PaymentListLine, code: str) -> None:
    """The account does not take it: its person names another."""
    _settle(line, LineState.REJECTED, code)
    db.session.get_one(PayoutAccount, line.account_id).is_over = True
    [(_, payment)] = _refunds([line.about]).values()
    _record("payment.account_refused", payment, "payments", f"line:{line.id}")
    db.session.flush()
    publish(AccountWanted(payment.id, line.id))


ACTS = {LineState.SENT: _sent, LineState.REJECTED: _rejected}


def _settle(line: PaymentListLine, state: LineState, code: str) -> None:
    line.state, line.code, line.settled_at = state, code or None, clock.now()
    db.session.flush()


def _disburser(slug: str) -> Disburser:
    """Raises NoSuchList."""
    if slug not in disbursers():
        raise NoSuchList
    return disbursers()[slug]


def _record(act: str, payment: Payment, by: UUID | str, why: str) -> None:
    audit.record(
        act, about=f"payment:{payment.id}", actor=by, subject_id=payment.subject_id, why=why
    )
