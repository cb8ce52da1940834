"""States of attempts and postings of the ledger: tables and sums, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import ledger
from payments.disputes.domain import apportion
from payments.domain import (
    ENDS,
    NEXT,
    OPEN,
    PaymentState,
    State,
    Turn,
    after,
    standing,
    wait_after,
)
from payments.ledger import Account, AccountKind, Posting, Unbalanced
from payments.words import SAID
from portal.kernel.money import MixedCurrencies, Money

FEE = Money.of("150.00", "INR")


@pytest.mark.parametrize("state", sorted(set(State) - set(OPEN)))
@pytest.mark.parametrize("turn", sorted(set(Turn) - {Turn.CORRECTED}))
def test_an_end_stays_an_end(state, turn):
    assert after(state, turn) is None


@pytest.mark.parametrize("state", State)
def test_only_what_was_given_up_is_corrected_by_money_that_came(state):
    given_up = {State.FAILED, State.CANCELLED, State.EXPIRED}
    expected = State.SUCCEEDED if state in given_up else None
    assert after(state, Turn.CORRECTED) is expected


@pytest.mark.parametrize("payment", PaymentState)
@pytest.mark.parametrize("attempt", [None, *State])
def test_whatever_state_it_is_in_its_payer_is_told_one_of_a_few_things(payment, attempt):
    assert standing(payment, attempt) in SAID


@given(st.integers(1, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_a_dispute_takes_no_more_of_a_payment_than_is_left(wanted, left):
    taken, beyond = apportion(wanted, left)
    assert sum(taken) + beyond == wanted
    assert all(0 <= took <= had for took, had in zip(taken, left, strict=True))
    assert not beyond or taken == left


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize(("turn", "end"), ENDS.items())
def test_every_open_attempt_can_end_in_each_way(state, turn, end):
    assert after(state, turn) is end


def test_what_is_pending_does_not_go_back():
    assert after(State.PENDING, Turn.STARTED) is None
    assert after(State.PENDING, Turn.DELAYED) is None
    assert after(State.STARTED, Turn.DELAYED) is State.PENDING


def test_every_state_can_be_reached():
    reached = {to for turns in NEXT.values() for to in turns.values()}
    assert reached | {State.CREATED} == set(State)


def test_questions_become_rarer_and_never_stop():
    waits = [wait_after(asked) for asked in range(20)]
    assert waits == sorted(waits)
    assert waits[-1].total_seconds() == 3600


@pytest.mark.promise("M16")
@given(minor=st.integers(min_value=1, max_value=10**15))
def test_whatever_is_booked_sums_to_zero(minor):
    amount = Money(minor, "INR")
    for postings in (
        ledger.captured("bank", "municipal", amount),
        ledger.late("bank", amount),
        ledger.suspended("bank", amount),
        ledger.to_refund("bank", "municipal", amount),
        ledger.refunded("bank", amount),
    ):
        assert sum(posting.amount.minor for posting in postings) == 0
        assert len({posting.account for posting in postings}) == 2


def test_a_payment_that_goes_back_whole_leaves_every_account_at_zero():
    sums = {}
    for postings in (
        ledger.captured("bank", "municipal", FEE),
        ledger.to_refund("bank", "municipal", FEE),
        ledger.refunded("bank", FEE),
    ):
        for posting in postings:
            sums[posting.account] = sums.get(posting.account, 0) + posting.amount.minor
    assert set(sums.values()) == {0}


HERE = Account(AccountKind.GATEWAY_RECEIVABLE, "bank")
THERE = Account(AccountKind.PROVIDER_PAYABLE, "municipal")


@pytest.mark.parametrize(
    "postings",
    [
        (),
        (Posting(HERE, Money(0, "INR")),),
        (Posting(HERE, Money(100, "INR")), Posting(THERE, Money(-99, "INR"))),
        (Posting(HERE, Money(100, "INR")), Posting(THERE, Money(-100, "PKR"))),
    ],
)
def test_postings_that_do_not_balance_are_refused(postings):
    with pytest.raises(Unbalanced):
        ledger.check(postings)


def test_two_currencies_are_never_put_together():
    with pytest.raises(MixedCurrencies):
        Money(1, "INR") + Money(1, "PKR")
