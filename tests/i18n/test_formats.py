"""Figures in five languages: Indian grouping, Latin digits, the day where the office is."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal import i18n
from portal.i18n import LANGUAGES, speaking
from portal.kernel.money import Money

LATE = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
DAYS = {
    "en": "14 March 2026",
    "pa": "14 ਮਾਰਚ 2026",
    "pa_Arab": "14 مارچ 2026",
    "hi": "14 मार्च 2026",
    "ur": "14 مارچ 2026",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_day_is_told_in_words_of_the_language(code):
    with speaking(code):
        assert i18n.day(date(2026, 3, 14)) == DAYS[code]


def test_the_day_of_a_moment_is_that_of_the_office():
    assert i18n.day(LATE) == "23 November 2026"
    assert i18n.moment(LATE) == "23 November 2026, 02:00"


@pytest.mark.parametrize("code", LANGUAGES)
def test_numbers_and_money_are_grouped_by_lakh_in_latin_digits(code):
    with speaking(code):
        assert i18n.number(Decimal("1234567.5")) == "12,34,567.5"
        assert i18n.money(Money.of("1234567.50", "INR")) == "₹12,34,567.50"
        assert i18n.money(Money.of(150, "INR")) == "₹150"
        assert i18n.money(Money.of("-50", "INR")) == "-₹50"
        assert i18n.money(Money.of("1234567.50", "PKR")) == "Rs\u00a01,234,567.50"
        assert i18n.money(Money.of(1500, "PKR")) == "Rs\u00a01,500"


@pytest.mark.parametrize(
    ("count", "told"), [(1, "1 KB"), (48_211, "48 KB"), (9_960_000, "10 MB"), (1_500_000, "1.5 MB")]
)
def test_sizes_are_told_as_phones_do(count, told):
    assert i18n.file_size(count) == told
