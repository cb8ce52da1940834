"""Owing, paying and giving back, through the sandbox, whoever brings the news."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from payments import service
from payments.asking import service as asking
from payments.books import service as books
from payments.domain import (
    AlreadyPaid,
    BeingPaid,
    NoAmount,
    NoSuchGateway,
    NoSuchPayment,
    NothingToPay,
    NotPaid,
    PaymentState,
    State,
    TooMuchBack,
)
from payments.gateway import Capabilities, Outcome, Status
from payments.models import Refund
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.jobs import run_jobs
from tests.payments.factories import (
    FEE,
    PURPOSE,
    begun,
    booked,
    notify,
    owed,
    paid,
    part_of,
    press,
    told,
)

OTHER = Money.of("200.00", "INR")
TO_PAY = Capabilities().lasts


@pytest.fixture
def payment(app):
    return owed()


def again(payment, **changes):
    """The same thing due once more."""
    return owed(
        purpose=payment.purpose,
        about=payment.about,
        person_id=payment.person_id,
        subject_id=payment.subject_id,
        **changes,
    )


def state_of(payment):
    return service.find(payment.person_id, payment.id).state


def test_a_thing_is_due_once(payment):
    assert again(payment).id == payment.id
    assert service.of(PURPOSE, payment.about).id == payment.id
    assert service.of(PURPOSE, uuid4()) is None


def test_nothing_is_due_for_nothing(app):
    for amount in ("0", "-1"):
        with pytest.raises(NoAmount):
            owed(Money.of(amount, "INR"))


def test_somebody_elses_payment_is_not_found(payment):
    with pytest.raises(NoSuchPayment):
        service.find(uuid4(), payment.id)
    with pytest.raises(NoSuchPayment):
        service.by_id(uuid4())


@pytest.mark.promise("M16")
def test_a_payment_that_is_made_is_booked_told_and_numbered(payment):
    done = paid(payment)
    assert done.state == PaymentState.PAID
    assert done.paid_at is not None
    assert done.receipt_number == f"{clock.today().year}-000001"
    assert booked(done) == ["capture"]
    assert told("PaymentSucceeded") == 1
    assert service.newest(done).gateway_reference.startswith("SBX-")


def test_receipts_of_a_provider_are_numbered_without_gaps(app):
    numbers = [paid(owed()).receipt_number for _ in range(3)]
    assert [number[-6:] for number in numbers] == ["000001", "000002", "000003"]
    assert paid(owed(provider="transport")).receipt_number[-6:] == "000001"


def test_a_declined_payment_can_be_made_again(payment):
    press(begun(payment), "decline")
    service.came_back(payment)
    db.session.commit()
    assert state_of(payment) == PaymentState.DUE
    assert told("PaymentFailed") == 1
    assert service.newest(payment).code == "declined"
    assert paid(payment).state == PaymentState.PAID
    assert part_of(payment).number == 2


def test_who_leaves_goes_on_with_the_same_order(payment):
    first = begun(payment)
    press(first, "leave")
    service.came_back(payment)
    assert service.newest(payment).state == State.STARTED
    assert begun(payment).id == first.id


def test_what_the_browser_says_is_not_believed(payment):
    begun(payment)
    service.came_back(payment)
    assert state_of(payment) == PaymentState.DUE


def test_while_the_bank_thinks_nobody_pays_again(payment):
    attempt = begun(payment)
    press(attempt, "slowly")
    service.came_back(payment)
    assert service.newest(payment).state == State.PENDING
    with pytest.raises(BeingPaid):
        service.start(payment, "sandbox")


@pytest.mark.promise("M16")
@pytest.mark.parametrize("other", [Money.of("1.00", "INR"), Money.of("150.00", "PKR")])
def test_another_amount_is_never_a_success(payment, other):
    attempt = begun(payment)
    for _ in range(5):
        service.settle(attempt.id, Outcome(Status.SUCCEEDED, other), "notice")
        db.session.commit()
    assert state_of(payment) == PaymentState.DUE
    assert told("PaymentSucceeded") == 0
    assert booked(payment) == (["suspense"] if other else [])
    assert service.newest(payment).code == "amount_differs"


@pytest.mark.promise("M16")
def test_money_that_comes_after_cancelling_goes_back_by_itself(payment):
    attempt = begun(payment)
    press(attempt)
    service.cancel(PURPOSE, payment.about)
    db.session.commit()
    for _ in range(3):
        notify(attempt)
    run_jobs()
    assert state_of(payment) == PaymentState.CANCELLED
    assert booked(payment) == ["late", "refunded"]
    assert books.balances() == []
    assert told("PaymentSucceeded") == told("PaymentRefunded") == 0


@pytest.mark.promise("M16")
def test_money_that_comes_after_its_time_counts_while_it_is_owed(payment):
    attempt = begun(payment)
    with time_machine.travel(clock.now() + TO_PAY + timedelta(minutes=3)):
        asking.ask_later(attempt_id=str(attempt.id))
        db.session.commit()
    assert service.newest(payment).state == State.EXPIRED
    service.settle(attempt.id, Outcome(Status.SUCCEEDED, FEE), "notice")
    db.session.commit()
    assert state_of(payment) == PaymentState.PAID
    assert booked(payment) == ["capture"]
    assert db.session.query(AuditEntry).filter_by(act="payment.corrected").count() == 1


def test_money_that_comes_after_another_order_paid_goes_back(payment):
    first = begun(payment)
    with time_machine.travel(clock.now() + TO_PAY + timedelta(minutes=3)):
        asking.ask_later(attempt_id=str(first.id))
        db.session.commit()
        paid(payment)
    service.settle(first.id, Outcome(Status.SUCCEEDED, FEE), "notice")
    db.session.commit()
    assert state_of(payment) == PaymentState.PAID
    assert sorted(booked(payment)) == ["capture", "late"]


@pytest.mark.promise("M16")
def test_what_the_company_holds_is_captured_once_it_is_asked(payment, another_gateway):
    asked = []

    def capture(order, means):
        asked.append(order.reference)
        return Outcome(Status.SUCCEEDED, order.amount)

    def query(order, means):
        del order, means
        return Outcome(Status.AUTHORISED)

    another_gateway("holding", query=query, capture=capture)
    service.start(payment, "holding")
    db.session.commit()
    attempt = service.newest(payment)
    service.settle(attempt.id, Outcome(Status.AUTHORISED), "notice")
    db.session.commit()
    assert service.newest(payment).state == State.AUTHORISED
    with pytest.raises(BeingPaid):
        service.start(payment, "sandbox")
    db.session.rollback()
    asking.ask_later(attempt_id=str(attempt.id))
    asking.ask_later(attempt_id=str(attempt.id))
    db.session.commit()
    assert (asked, booked(payment)) == ([attempt.reference], ["capture"])


def test_before_an_attempt_ends_by_the_clock_the_gateway_is_asked(payment):
    attempt = begun(payment)
    press(attempt)
    with time_machine.travel(clock.now() + TO_PAY + timedelta(minutes=3)):
        asking.ask_later(attempt_id=str(attempt.id))
        db.session.commit()
    assert state_of(payment) == PaymentState.PAID


def test_a_pending_attempt_does_not_end_by_the_clock(payment):
    attempt = begun(payment)
    press(attempt, "slowly")
    with time_machine.travel(clock.now() + timedelta(days=2)):
        asking.ask_later(attempt_id=str(attempt.id))
    assert service.newest(payment).state == State.PENDING


def test_a_lost_notice_is_made_good_by_asking(payment):
    press(begun(payment))
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=False):
        asking.look_after()
        db.session.commit()
        later = asking.open_attempts()
    for attempt_id in later:
        asking.ask_later(attempt_id=str(attempt_id))
    db.session.commit()
    assert state_of(payment) == PaymentState.PAID


def test_an_open_attempt_is_asked_about_when_its_turn_comes_and_not_before(payment):
    attempt = begun(payment)
    asking.look_after()
    assert service.newest(payment).asked == 0
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        asking.look_after()
        asking.look_after()
        db.session.commit()
    assert service.newest(payment).asked == 1
    assert attempt.ask_at > clock.now() + timedelta(minutes=3)


def test_a_new_amount_replaces_that_of_what_is_unpaid(payment):
    old = begun(payment)
    assert again(payment, amount=OTHER).amount == OTHER
    db.session.refresh(old)
    assert old.state == State.CANCELLED
    press(old)
    notify(old)
    assert state_of(payment) == PaymentState.DUE
    assert booked(payment) == ["late"]
    assert begun(payment).amount == OTHER


def test_the_amount_of_what_is_paid_does_not_change(payment):
    paid(payment)
    assert again(payment).state == PaymentState.PAID
    with pytest.raises(AlreadyPaid):
        again(payment, amount=OTHER)
    db.session.rollback()


def test_what_was_called_off_cannot_be_paid_until_it_is_due_again(payment):
    service.cancel(PURPOSE, payment.about)
    service.cancel(PURPOSE, uuid4())
    db.session.commit()
    with pytest.raises(NothingToPay):
        service.start(payment, "sandbox")
    db.session.rollback()
    assert again(payment).state == PaymentState.DUE


def test_what_is_paid_is_not_called_off(payment):
    paid(payment)
    service.cancel(PURPOSE, payment.about)
    assert state_of(payment) == PaymentState.PAID


def test_an_unknown_gateway_is_refused(payment):
    with pytest.raises(NoSuchGateway):
        service.start(payment, "nobody")


@pytest.mark.promise("M16")
def test_a_refund_is_owed_at_once_and_booked_when_it_is_done(payment):
    paid(payment)
    service.refund(payment.id, FEE, "The application had ended.", by="applications")
    db.session.commit()
    assert booked(payment) == ["capture", "refund"]
    run_jobs()
    assert booked(payment) == ["capture", "refund", "refunded"]
    assert books.balances() == []
    assert state_of(payment) == PaymentState.REFUNDED
    assert told("PaymentRefunded") == 1


def test_parts_are_given_back_until_nothing_is_left(payment):
    paid(payment)
    for part in ("100.00", "50.00"):
        assert state_of(payment) == PaymentState.PAID
        service.refund(payment.id, Money.of(part, "INR"), "half", by="tests")
        db.session.commit()
        run_jobs()
    assert state_of(payment) == PaymentState.REFUNDED
    assert told("PaymentRefunded") == 2
    with pytest.raises(TooMuchBack):
        service.refund(payment.id, Money.of("0.01", "INR"), "more", by="tests")
    db.session.rollback()


def test_no_more_is_given_back_than_was_paid(payment):
    with pytest.raises(NotPaid):
        service.refund(payment.id, FEE, "not paid", by="tests")
    paid(payment)
    for amount in (OTHER, Money(0, "INR"), Money(-1, "INR")):
        with pytest.raises(TooMuchBack):
            service.refund(payment.id, amount, "too much", by="tests")
        db.session.rollback()


def test_a_refund_is_done_once_however_often_its_job_runs(payment):
    paid(payment)
    refund_id = service.refund(payment.id, FEE, "because", by="tests")
    db.session.commit()
    for _ in range(5):
        service.refunds.send_back(refund_id=str(refund_id))
        db.session.commit()
    assert booked(payment) == ["capture", "refund", "refunded"]
    kept = db.session.get(Refund, refund_id)
    assert (kept.state, kept.reason) == ("succeeded", "because")


def test_of_two_attempts_that_are_paid_one_counts_and_the_other_goes_back(payment):
    first = begun(payment)
    with time_machine.travel(clock.now() + TO_PAY - timedelta(minutes=4)):
        second = begun(payment)
        assert second.id != first.id
        press(first)
        press(second)
        notify(second)
        notify(first)
    run_jobs()
    assert state_of(payment) == PaymentState.PAID
    assert sorted(booked(payment)) == ["capture", "late", "refunded"]
    assert told("PaymentSucceeded") == 1


def test_money_on_an_attempt_that_was_called_off_is_asked_for_and_goes_back(payment):
    """The one notice is lost: only asking brings it to light."""
    attempt = begun(payment)
    service.cancel(PURPOSE, payment.about)
    db.session.commit()
    press(attempt)
    service.came_back(service.by_id(payment.id))
    db.session.commit()
    assert booked(payment)[0] == "late"
    assert part_of(payment).refunded_minor == FEE.minor


def test_a_success_without_an_amount_is_a_reason_to_ask(payment):
    attempt = begun(payment)
    service.settle(attempt.id, Outcome(Status.SUCCEEDED, None), "notice")
    db.session.commit()
    assert service.by_id(payment.id).paid_at is None
    press(attempt)
    service.came_back(service.by_id(payment.id))
    db.session.commit()
    assert service.by_id(payment.id).paid_at is not None
