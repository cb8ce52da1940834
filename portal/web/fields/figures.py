"""Numbers, money and dates, in whichever digits they are typed."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import ValidationError

from portal.i18n import day, gettext, money, number
from portal.kernel.money import Money
from portal.web.fields.base import Question, latin_digits, sent, tidy


class WholeNumberField(Question):
    macro = "number"
    inputmode = "numeric"

    def __init__(
        self,
        label: Any = None,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        unit: Any = None,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.at_least, self.at_most, self.unit = at_least, at_most, unit

    def missing(self) -> str:
        return gettext("Enter a number.")

    def parse(self) -> int:
        text = ungrouped(self.raw)
        if not re.fullmatch(r"[+-]?\d{1,15}", text):
            raise ValidationError(gettext("Enter a whole number, like 12."))
        value = int(text)
        check_range(value, self.at_least, self.at_most, number)
        return value


class DecimalField(Question):
    macro = "number"
    inputmode = "decimal"

    def __init__(
        self,
        label: Any = None,
        *,
        at_least: Decimal | None = None,
        at_most: Decimal | None = None,
        places: int = 2,
        unit: Any = None,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.at_least, self.at_most, self.places, self.unit = at_least, at_most, places, unit

    def missing(self) -> str:
        return gettext("Enter a number.")

    def parse(self) -> str:
        value = read_decimal(self.raw, self.places)
        if value is None:
            raise ValidationError(gettext("Enter a number, like 2.5."))
        check_range(value, self.at_least, self.at_most, number)
        return str(value)


class MoneyField(Question):
    """An amount of one currency; the answer is {"amount", "currency"}."""

    macro = "money"
    inputmode = "decimal"

    def __init__(
        self,
        label: Any = None,
        *,
        currency: str = "INR",
        at_least: Decimal | None = None,
        at_most: Decimal | None = None,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.currency, self.at_least, self.at_most = currency, at_least, at_most

    def missing(self) -> str:
        return gettext("Enter an amount.")

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self.raw = str(value["amount"]).removesuffix(".00") if value else ""

    def parse(self) -> dict[str, str]:
        value = read_decimal(re.sub(r"₹|^rs\.?", "", self.raw, flags=re.IGNORECASE), 2)
        if value is None or value < 0:
            raise ValidationError(gettext("Enter an amount, like 1,200 or 1,200.50."))
        check_range(value, self.at_least, self.at_most, self._say)
        return Money.of(value, self.currency).as_json()

    def _say(self, value: Decimal) -> str:
        return money(Money.of(value, self.currency))


def ungrouped(text: str) -> str:
    """Without the marks between thousands; `2,5` keeps its comma, since it may mean 2.5."""
    plain = latin_digits(text).replace(" ", "")
    return plain if re.fullmatch(r"[+-]?\d*,\d{0,2}", plain) else plain.replace(",", "")


def read_decimal(text: str, places: int) -> Decimal | None:
    """An exact number, however its thousands are grouped and in whichever digits it is typed."""
    plain = ungrouped(text)
    if not re.fullmatch(rf"[+-]?\d{{1,13}}(\.\d{{0,{places}}})?", plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def check_range(value: Any, least: Any, most: Any, say: Callable[[Any], str]) -> None:
    """Raises ValidationError with the bound that was missed."""
    if least is not None and value < least:
        raise ValidationError(gettext("Enter %(least)s or more.", least=say(least)))
    if most is not None and value > most:
        raise ValidationError(gettext("Enter %(most)s or less.", most=say(most)))


def read_date(parts: Sequence[str]) -> date | None:
    """Year, month and day; digits only, for int() takes `1_9` and `+3` as well."""
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts):
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


class DateField(Question):
    """Three boxes, or one ISO date under the field's own name."""

    macro = "date"
    PARTS = ("day", "month", "year")

    def __init__(
        self,
        label: Any = None,
        *,
        not_before: date | None = None,
        not_after: date | None = None,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.not_before, self.not_after = not_before, not_after
        self.boxes = dict.fromkeys(self.PARTS, "")

    @property
    def first_id(self) -> str:
        return f"{self.id}-day"

    def read(self, formdata: Any) -> None:
        whole = sent(formdata, self.name)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", whole):
            self._fill(whole)
            return
        given = {part: sent(formdata, f"{self.name}-{part}") for part in self.PARTS}
        self.boxes = {part: tidy(text, lines=False)[:10] for part, text in given.items()}

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self._fill(value)

    def _fill(self, whole: str) -> None:
        year, month, of_month = whole.split("-")
        self.boxes = {"day": str(int(of_month)), "month": str(int(month)), "year": year}

    def is_empty(self) -> bool:
        return not any(self.boxes.values())

    def missing(self) -> str:
        return gettext("Enter a date, like 27 3 1990.")

    def parse(self) -> str:
        numbers = [latin_digits(self.boxes[part]) for part in reversed(self.PARTS)]
        value = read_date(numbers)
        if value is None:
            raise ValidationError(gettext("Enter a real date, like 27 3 1990."))
        if value.year < 1900:
            raise ValidationError(gettext("Enter the year with four digits, like 1990."))
        if self.not_before and value < self.not_before:
            raise ValidationError(gettext("Enter %(day)s or later.", day=day(self.not_before)))
        if self.not_after and value > self.not_after:
            raise ValidationError(gettext("Enter %(day)s or earlier.", day=day(self.not_after)))
        return value.isoformat()
