"""A list as a spreadsheet, for banks that take no XML; its answer is the same with two columns."""

import csv
import io
from types import MappingProxyType

from payments.disbursement import (
    Disburser,
    NotReadable,
    PaymentList,
    Report,
    Said,
    TransferStatus,
)
from payments.journals.domain import row
from portal.kernel.errors import N_

COLUMNS = (
    *("list", "id", "name", "account", "branch", "amount", "currency", "purpose"),
    *("send_on", "from_account"),
)
WORDS = MappingProxyType(
    {
        "pending": TransferStatus.PENDING,
        "paid": TransferStatus.SENT,
        "rejected": TransferStatus.REJECTED,
    }
)
LONGEST = 200


def write(batch: PaymentList) -> bytes:
    lines = [row(COLUMNS)]
    for one in batch.transfers:
        to, amount = one.to, one.amount
        lines.append(
            row(
                [
                    *(batch.id, one.id, to.holder, to.number, to.branch),
                    *(amount.amount, amount.currency, one.purpose),
                    *(batch.send_on, batch.source.number),
                ]
            )
        )
    return "".join(lines).encode()


def read(content: bytes) -> Report:
    """Columns `id` and `status` (paid, rejected, pending), and if there are, `list` and `code`."""
    try:
        table = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if not {"id", "status"} <= set(table.fieldnames or ()):
            raise NotReadable(what="id, status?")
        rows = list(table)
        said = [
            Said(one["id"].strip(), WORDS[one["status"].strip().lower()], _code(one))
            for one in rows
        ]
    except (csv.Error, UnicodeError, KeyError, AttributeError) as error:
        raise NotReadable(what=type(error).__name__) from error
    lists = {(one.get("list") or "").strip() for one in rows} - {""}
    if len(lists) > 1:
        raise NotReadable(what="list")
    return Report(next(iter(lists), ""), said)


def _code(told: dict[str, str]) -> str:
    return (told.get("code") or "").strip()[:LONGEST]


disburser = Disburser(
    slug="bank-csv",
    title=N_("A spreadsheet (CSV)"),
    media="text/csv",
    suffix="csv",
    write=write,
    read=read,
)
