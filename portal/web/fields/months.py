"""A month of a year, without a day."""

import re
from datetime import date
from typing import Any

from babel import dates
from wtforms import ValidationError

from portal.i18n import gettext, language
from portal.i18n.formats import FORMATS
from portal.web.fields.base import Question, latin_digits, sent, tidy

WHOLE = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
# A bound is "2026-04", or any day of that month.
Bound = date | str


class MonthField(Question):
    """A list of months and a box for the year, or "2026-04" under the field's own name."""

    macro = "month"
    PARTS = ("month", "year")

    def __init__(
        self,
        label: Any = None,
        *,
        not_before: Bound | None = None,
        not_after: Bound | None = None,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.not_before, self.not_after = _whole(not_before), _whole(not_after)
        self.boxes = dict.fromkeys(self.PARTS, "")
        self.wrong = "month"

    @property
    def first_id(self) -> str:
        """The part that is wrong."""
        return f"{self.id}-{self.wrong}"

    @property
    def options(self) -> list[tuple[str, str]]:
        """The months by number, with their names in the language spoken now."""
        # Not those that stand alone: babel mixes them up between the two scripts of Punjabi.
        names = dates.get_month_names("wide", locale=FORMATS[language()])
        return [(str(number), names[number]) for number in range(1, 13)]

    def read(self, formdata: Any) -> None:
        whole = sent(formdata, self.name)
        if WHOLE.fullmatch(whole):
            self._fill(whole)
            return
        given = {part: sent(formdata, f"{self.name}-{part}") for part in self.PARTS}
        texts = {part: tidy(text, lines=False)[:10] for part, text in given.items()}
        self.boxes = {part: latin_digits(text) for part, text in texts.items()}

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self._fill(value)

    def _fill(self, whole: str) -> None:
        year, month = whole.split("-")
        self.boxes = {"month": str(int(month)), "year": year}

    def is_empty(self) -> bool:
        return not any(self.boxes.values())

    def missing(self) -> str:
        return gettext("Choose the month and enter the year.")

    def parse(self) -> str:
        month, year = self.boxes["month"], self.boxes["year"]
        if not re.fullmatch(r"0?[1-9]|1[0-2]", month):
            raise ValidationError(gettext("Choose the month."))
        self.wrong = "year"
        if not re.fullmatch(r"(19|[2-9][0-9])[0-9]{2}", year):
            raise ValidationError(gettext("Enter the year with four digits, like 1990."))
        value = f"{year}-{int(month):02}"
        if self.not_before and value < self.not_before:
            told = say_month(self.not_before)
            raise ValidationError(gettext("Enter %(day)s or later.", day=told))
        if self.not_after and value > self.not_after:
            told = say_month(self.not_after)
            raise ValidationError(gettext("Enter %(day)s or earlier.", day=told))
        return value


def say_month(whole: str) -> str:
    """April 2026, in the language spoken now."""
    year, month = map(int, whole.split("-"))
    first = date(year, month, 1)
    return dates.format_date(first, format="MMMM y", locale=FORMATS[language()])


def _whole(bound: Bound | None) -> str | None:
    return f"{bound:%Y-%m}" if isinstance(bound, date) else bound
