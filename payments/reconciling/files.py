"""Reading the files of companies and banks, line by line. No web here, and no tables."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from payments.gateway import Listed, Status
from payments.reconciling.domain import Columns, NotReadable
from portal.kernel.money import Money

LONGEST = 200
BITS = 62


def read(lines: Iterable[str], columns: Columns, currency: str, now: datetime) -> Iterator[Listed]:
    """Each line that says that an order was paid. Raises NotReadable."""
    table = csv.DictReader(lines, strict=True)
    number = 2
    try:
        missing = _needed(columns) - set(table.fieldnames or ())
        if missing:
            raise NotReadable(line=1, what=f"{min(missing)}?")
        for told in table:
            number = table.line_num
            if (one := _listed(told, columns, currency, now)) is not None:
                yield one
    except (csv.Error, ArithmeticError, UnicodeError, ValueError, TypeError, KeyError) as error:
        raise NotReadable(line=number, what=type(error).__name__) from error


def _needed(columns: Columns) -> set[str]:
    named = (columns.order, columns.amount, columns.currency, columns.status)
    return {one for one in (*named, columns.number, columns.refunded, columns.fee) if one}


def _listed(
    told: Mapping[str, str], columns: Columns, currency: str, now: datetime
) -> Listed | None:
    """None for a line of another state, or of no order."""
    order = told[columns.order].strip()
    if not order or (columns.status and told[columns.status].strip() != columns.paid):
        return None
    code = told[columns.currency].strip().upper() if columns.currency else currency
    number = told[columns.number].strip() if columns.number else ""
    back = told[columns.refunded].strip() if columns.refunded else ""
    kept = told[columns.fee].strip() if columns.fee else ""
    amount = amount_of(told[columns.amount], code)
    if len(order) > LONGEST or len(number) > LONGEST or "\0" in order + number:
        raise ValueError
    refunded = amount_of(back, code) if back else None
    fee = amount_of(kept, code) if kept else None
    return Listed(order, Status.SUCCEEDED, now, amount, number or None, fee, refunded)


def amount_of(text: str, currency: str) -> Money:
    """Also with thousands apart, as banks write it. Raises ValueError, ArithmeticError."""
    plain = text.strip().replace(",", "")
    if not plain.replace(".", "", 1).isdecimal() or not plain.isascii():
        raise ValueError(text)
    made = Money.of(plain, currency)
    if made.minor.bit_length() > BITS:
        raise ValueError(text)
    return made
