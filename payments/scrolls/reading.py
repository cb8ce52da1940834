"""Reading a bank's file, by the columns that the operator declared. No web here, and no tables."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from payments.gateways.counter.declared import Scroll
from payments.reconciling.domain import NotReadable
from payments.reconciling.files import LONGEST, amount_of
from payments.scrolls.domain import Told
from portal.kernel.ids import read_reference


def read(lines: Iterable[str], columns: Scroll, currency: str) -> Iterator[Told]:
    """Each line that names a challan. Raises NotReadable."""
    table = csv.DictReader(lines, strict=True, delimiter=columns.separator)
    place = 1
    try:
        needed = {columns.challan, columns.amount, columns.number, columns.paid_on}
        missing = needed - set(table.fieldnames or ())
        if missing:
            raise NotReadable(line=1, what=f"{min(missing)}?")
        for told in table:
            place = table.line_num
            if told[columns.challan].strip():
                yield _told(told, columns, currency, place)
    except (csv.Error, ArithmeticError, UnicodeError, ValueError, TypeError, AttributeError) as err:
        raise NotReadable(line=place, what=type(err).__name__) from err


def _told(told: Mapping[str, str], columns: Scroll, currency: str, place: int) -> Told:
    """Raises ValueError, ArithmeticError."""
    typed, number = told[columns.challan].strip(), told[columns.number].strip()
    if not number or max(len(typed), len(number)) > LONGEST or "\0" in typed + number:
        raise ValueError(number)
    amount = amount_of(told[columns.amount], currency)
    if amount.minor <= 0:
        raise ValueError(amount)
    on = _day(told[columns.paid_on].strip(), columns.day)
    return Told(place, read_reference(typed) or typed, amount, number, on)


def _day(text: str, form: str) -> date:
    """Raises ValueError."""
    return datetime.strptime(text, form).replace(tzinfo=UTC).date()
