"""Money counts whole minor units and never mixes currencies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import MixedCurrencies, Money


@given(st.integers(-(10**12), 10**12))
def test_an_amount_reads_back(minor):
    money = Money(minor, "INR")
    assert Money.of(money.amount, "INR") == money


def test_currencies_have_their_own_minor_units():
    assert (Money.of("150", "INR").minor, Money.of("150", "JPY").minor) == (15000, 150)


def test_halves_round_up():
    assert Money.of("1.005", "INR") == Money(101, "INR")
    assert Money(5, "INR") * Decimal("0.5") == Money(3, "INR")


def test_currencies_are_never_mixed():
    with pytest.raises(MixedCurrencies):
        Money.of(1, "INR") + Money.of(1, "PKR")


def test_it_is_told_to_programs_as_text():
    assert Money(15050, "INR").as_json() == {"amount": "150.50", "currency": "INR"}
