"""What counts as a bill, what is shown of its holder, and who may pay it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bills.domain import (
    HOLD,
    MOST_BILLS,
    BeingPaid,
    Open,
    PaidAlready,
    Standing,
    State,
    Unreadable,
    masked,
    may_go_on,
    read,
    shown,
    squeezed,
)
from portal.kernel.money import Money
from portal.registry.hooks import Bill

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
AMOUNT = Money.of("150.00", "INR")


def bill(**changes):
    usual = {"number": "B-1", "amount": "150.00", "currency": "INR"}
    return Bill(**usual | changes)


def standing(state=State.PAYING, person="asha", amount=AMOUNT, until=NOW + HOLD):
    return Standing(state, person, amount, until)


def test_a_bill_is_read_with_its_holder_masked():
    told = bill(due_on=date(2026, 12, 5), period="October", holder="Balwinder Kaur")
    (found,) = read([told])
    assert found == Open("B-1", 15000, "INR", date(2026, 12, 5), "October", "B••• K•••")
    assert (found.amount, found.seen) == (AMOUNT, "150.00 INR")


def test_no_bills_are_no_bills():
    assert read([]) == read(()) == ()


@pytest.mark.parametrize(
    "told",
    [
        None,
        7,
        "bills",
        {"bills": []},
        [None],
        [{"number": "B-1"}],
        [bill(number="")],
        [bill(number=7)],
        [bill(number="B\n1")],
        [bill(number="B\u202e1")],
        [bill(number="B" * 65)],
        [bill(amount="")],
        [bill(amount="0.00")],
        [bill(amount="-1.00")],
        [bill(amount="1,000.00")],
        [bill(amount="1.005")],
        [bill(amount="1e3")],
        [bill(amount="١٥٠")],
        [bill(amount="NaN")],
        [bill(amount="9999999999.00")],
        [bill(amount=150)],
        [bill(amount=Decimal(150))],
        [bill(currency="rupees")],
        [bill(currency=None)],
        [bill(due_on="2026-12-05")],
        [bill(), bill()],
        [bill(number=str(number)) for number in range(MOST_BILLS + 1)],
    ],
)
def test_junk_is_no_list_of_bills(told):
    with pytest.raises(Unreadable):
        read(told)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("Balwinder Kaur", "B••• K•••"),
        ("ਬਿਕਰਮ ਸਿੰਘ", "ਬਿ••• ਸਿੰ•••"),
        ("عائشہ بی بی", "ع••• ب••• ب•••"),
        ("श्री राम", "श्••• रा•••"),
        ("X", "X•••"),
        ("", ""),
        (None, ""),
        ("a b c d e f", "a••• b••• c••• d•••"),
        ("\u202eevil", "e•••"),
    ],
)
def test_a_holder_is_shown_by_first_letters(name, seen):
    assert masked(name) == seen


@given(st.text(max_size=200))
def test_a_masked_name_tells_no_more_than_beginnings(name):
    for word in masked(name).split():
        assert word.endswith("•••")


@given(st.text(max_size=200))
def test_words_of_a_provider_stay_on_their_line(text):
    assert len(shown(text)) <= 60
    assert not set("\n\r\t\u202e\u2066") & set(shown(text))


def test_nobody_pays_what_is_paid():
    for person in ("asha", "gurmeet"):
        with pytest.raises(PaidAlready):
            may_go_on(standing(State.PAID), person, AMOUNT, NOW)


def test_who_began_goes_on():
    assert may_go_on(standing(), "asha", AMOUNT, NOW)
    assert may_go_on(standing(until=NOW - timedelta(days=3)), "asha", AMOUNT, NOW)


def test_who_began_begins_anew_when_the_amount_has_changed():
    assert not may_go_on(standing(), "asha", Money.of("160.00", "INR"), NOW)


def test_another_waits_as_long_as_an_order_lasts():
    with pytest.raises(BeingPaid):
        may_go_on(standing(), "gurmeet", AMOUNT, NOW + HOLD - timedelta(seconds=1))
    assert not may_go_on(standing(), "gurmeet", AMOUNT, NOW + HOLD)


def test_spaces_between_groups_of_digits_do_not_matter():
    assert squeezed("300 123\u00a04567") == "3001234567"
