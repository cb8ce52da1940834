"""Figures, dates and money as each language writes them, always with Latin digits."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import dates, numbers

from portal.i18n.languages import language
from portal.i18n.words import gettext
from portal.kernel.money import Money

ZONE = ZoneInfo("Asia/Kolkata")
# `en` alone would group by thousands; India groups by lakh. `ur_PK` has Latin digits.
FORMATS = {"en": "en_IN", "pa": "pa", "pa_Arab": "pa_Arab", "hi": "hi", "ur": "ur_PK"}
LAKH = "#,##,##0.###"
# A currency is grouped as it is where it is spent, whatever language one reads: its locale, and the
# pattern of whole amounts.
HOMES = {"INR": ("en_IN", "¤#,##,##0"), "PKR": ("en_PK", "¤\u00a0#,##0")}
ELSEWHERE = ("en_IN", "¤#,##0")


def day(value: date) -> str:
    """12 November 2026, in the spoken language; of a moment, the day where the office is."""
    if isinstance(value, datetime):
        value = value.astimezone(ZONE).date()
    return dates.format_date(value, format="d MMMM y", locale=FORMATS[language()])


def weekday(value: date) -> str:
    """Tuesday 24 November, for a day that is near."""
    return dates.format_date(value, format="EEEE d MMMM", locale=FORMATS[language()])


def moment(value: datetime) -> str:
    """The day and the clock time where the office is."""
    here = value.astimezone(ZONE)
    return listed((day(here.date()), f"{here:%H:%M}"))


def time_of_day(value: datetime) -> str:
    """The clock time where the office is."""
    return f"{value.astimezone(ZONE):%H:%M}"


def listed(parts: Iterable[str]) -> str:
    """One after the other, with the comma of the language."""
    return gettext(", ").join(parts)


def number(value: int | Decimal) -> str:
    return numbers.format_decimal(value, format=LAKH, locale=FORMATS[language()])


def money(value: Money) -> str:
    """₹1,23,456.50 and Rs 123,456: decimals only where there are some, and always two."""
    locale, whole = HOMES.get(value.currency, ELSEWHERE)
    pattern = f"{whole}.00" if value.decimal % 1 else whole
    return numbers.format_currency(
        value.decimal, value.currency, pattern, locale=locale, currency_digits=False
    )


def file_size(count: int) -> str:
    """In KB or MB, as phones show it."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} KB"
    return f"{count / 1_000_000:.1f} MB".replace(".0 ", " ")
