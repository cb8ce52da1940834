"""Booking what the bank says, once for each number of its own."""

from uuid import UUID

from sqlalchemy import select

from payments import ledger
from payments.books import service as books
from payments.ledger import AccountKind
from payments.models import LedgerTransaction
from payments.payouts.domain import MoreThanThereIs, NotedAlready, Transfer
from portal.audit import service as audit
from portal.kernel.db import db
from portal.kernel.money import Money


def note(transfer: Transfer, by: UUID) -> None:
    """Raises NotedAlready, MoreThanThereIs."""
    same = LedgerTransaction.kind == transfer.kind, LedgerTransaction.source_id == transfer.source
    unpaid = LedgerTransaction.payment_id.is_(None)
    if db.session.scalar(select(LedgerTransaction.id).where(unpaid, *same)) is not None:
        raise NotedAlready
    if transfer.amount > _there(transfer):
        raise MoreThanThereIs
    if transfer.provider:
        postings = ledger.paid_on(transfer.gateway, transfer.provider, transfer.amount)
    else:
        postings = ledger.paid_out(transfer.gateway, transfer.amount)
    books.post(transfer.kind, None, transfer.source, postings)
    audit.record(f"books.{transfer.kind}", about=f"transfer:{transfer.source}", actor=by)


def _there(transfer: Transfer) -> Money:
    """What stands there to be sent: held by the gateway, or owed to the provider."""
    currency = transfer.amount.currency
    if transfer.provider:
        return books.balance(AccountKind.PROVIDER_PAYABLE, transfer.provider, currency) * -1
    return books.balance(AccountKind.GATEWAY_RECEIVABLE, transfer.gateway, currency)
