"""What companies list against what is booked: found, mended, or said to a person."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from payments import service
from payments.books import service as books
from payments.domain import PaymentState, TooMuchBack
from payments.gateway import GatewayError, Listed, Outcome, Status
from payments.gateways import gateways
from payments.ledger import AccountKind
from payments.models import Attempt
from payments.reconciling import service as reconciling
from payments.reconciling.domain import AlreadyRead, Kind, NoSuchDifference, Span, State
from payments.reconciling.models import Difference, ReconciliationLine
from payments.staying import service as staying
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from portal.kernel.room import Room, Settled
from tests.accounts.factories import make_person
from tests.jobs import run_jobs
from tests.payments.factories import FEE, PURPOSE, begun, booked, owed, paid, press, told

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def at(app):
    with time_machine.travel(clock.now(), tick=False) as moving:
        yield moving


def compare(slug="sandbox"):
    """One run over the last hours; the open differences then, as kind, ours and theirs."""
    reconciling.run(Span(slug, clock.now() - timedelta(hours=6), clock.now()))
    db.session.expire_all()
    found = reconciling.differences()
    return [(one.kind, one.ours_minor, one.theirs_minor) for one in found]


@pytest.fixture
def listed(another_gateway):
    """Let the company list what a test says, changed."""

    def put(change, **more):
        original = gateways()["sandbox"].listing

        def listing(since, until, means):
            return change(list(original(since, until, means)))

        another_gateway("sandbox", listing=listing, **more)

    return put


@pytest.mark.promise("M16")
def test_a_missed_payment_is_found_and_booked_once(at):
    payment = owed()
    press(begun(payment))
    at.shift(AN_HOUR)
    assert compare() == []
    assert service.by_id(payment.id).state == PaymentState.PAID
    assert compare() == []
    assert booked(payment) == ["capture"]
    assert told("PaymentSucceeded") == 1
    [one] = reconciling.differences(State.MENDED)
    assert (one.kind, one.theirs) == (Kind.MISSED, FEE)


def test_what_agrees_leaves_nothing_behind(at):
    paid(owed())
    begun(owed())
    at.shift(AN_HOUR)
    assert compare() == []
    assert db.session.query(Difference).count() == 0
    assert db.session.query(ReconciliationLine).count() == 0
    [run] = reconciling.newest_runs()
    assert (run.lines, run.applied, run.state) == (2, 0, "done")


def test_what_only_they_have_is_told_once_and_mended_when_it_is_gone(at, listed):
    paid(owed())
    at.shift(AN_HOUR)
    odd = [Listed("PB-NOBODY-1", Status.SUCCEEDED, clock.now() - AN_HOUR / 2, FEE)]
    listed(lambda all_of_them: all_of_them + odd)
    assert compare() == [(Kind.THEIRS_ONLY, None, FEE.minor)]
    assert compare() == [(Kind.THEIRS_ONLY, None, FEE.minor)]
    assert db.session.query(Difference).count() == 1
    odd.clear()
    assert compare() == []
    assert [one.state for one in reconciling.differences(State.MENDED)] == [State.MENDED]


def test_what_only_we_have_is_told_when_it_was_not_just_now(at, listed):
    paid(owed())
    listed(lambda _: [])
    assert compare() == []
    at.shift(AN_HOUR)
    assert compare() == [(Kind.OURS_ONLY, FEE.minor, None)]


def test_other_amounts_and_other_refunds_are_told(at, listed):
    paid(owed())
    back = Money.of("20.00", "INR")
    at.shift(AN_HOUR)
    listed(lambda found: [replace(one, amount=one.amount * 2, refunded=back) for one in found])
    assert compare() == [
        (Kind.AMOUNT, FEE.minor, 2 * FEE.minor),
        (Kind.REFUND, 0, back.minor),
    ]


def test_a_refund_that_agrees_is_nothing_to_tell(at):
    done = paid(owed())
    service.refund(done.id, Money.of("20.00", "INR"), "Too much", "tests")
    db.session.commit()
    at.shift(AN_HOUR)
    assert compare() == []
    run_jobs()
    assert compare() == []


@pytest.mark.promise("M16")
def test_what_a_company_kept_is_booked_once_and_another_fee_is_told(at, listed):
    payment = paid(owed())
    at.shift(AN_HOUR)
    fee = Money.of("3.00", "INR")
    told_fee = [fee]
    listed(lambda found: [replace(one, fee=told_fee[0]) for one in found])
    assert compare() == compare() == []
    assert booked(payment) == ["capture", "fee"]
    assert books.balance(AccountKind.GATEWAY_FEE, "sandbox", "INR") == fee
    assert books.balance(AccountKind.GATEWAY_RECEIVABLE, "sandbox", "INR") == FEE - fee
    assert books.balance(AccountKind.PROVIDER_PAYABLE, payment.provider, "INR") == FEE * -1
    told_fee[0] = fee * 2
    assert compare() == [(Kind.FEE, fee.minor, 2 * fee.minor)]
    assert booked(payment) == ["capture", "fee"]
    told_fee[0] = fee
    assert compare() == []


@pytest.mark.parametrize("fee", [Money(FEE.minor + 1, "INR"), Money(100, "PKR")])
def test_a_fee_that_cannot_be_is_told_and_not_booked(at, listed, fee):
    payment = paid(owed())
    at.shift(AN_HOUR)
    change = {"fee": fee} if fee.currency == "INR" else {"fee": fee, "amount": fee * 2}
    listed(lambda found: [replace(one, **change) for one in found])
    assert (Kind.FEE, None, fee.minor) in compare()
    assert booked(payment) == ["capture"]


@pytest.mark.promise("M16")
def test_what_a_company_gave_back_without_us_is_booked_once(at, listed):
    payment = paid(owed())
    at.shift(AN_HOUR)
    back = [Money.of("20.00", "INR")]
    listed(lambda found: [replace(one, refunded=back[0]) for one in found])
    assert compare() == compare() == []
    assert booked(payment) == ["capture", "refund", "refunded"]
    assert service.by_id(payment.id).state == PaymentState.PAID
    assert told("PaymentRefunded") == 1
    back[0] = FEE
    assert compare() == []
    assert booked(payment) == ["capture", "refund", "refunded", "refund", "refunded"]
    assert service.by_id(payment.id).state == PaymentState.REFUNDED
    with pytest.raises(TooMuchBack):
        service.refund(payment.id, Money(1, "INR"), "A mistake", "tests")
    assert books.balance(AccountKind.PROVIDER_PAYABLE, payment.provider, "INR").minor == 0
    assert books.unbalanced() == []


def test_of_an_order_for_several_payments_a_person_says_whose_money_went_back(at, listed):
    payments = [owed(), owed(provider="power")]
    service.start_all(payments, "sandbox")
    db.session.commit()
    press(service.newest(payments[0]))
    service.came_back(*payments)
    db.session.commit()
    at.shift(AN_HOUR)
    back = Money.of("20.00", "INR")
    listed(lambda found: [replace(one, refunded=back) for one in found])
    assert compare() == [(Kind.REFUND, 0, back.minor)]


def test_money_in_suspense_is_told(at):
    attempt = begun(owed())
    service.settle(attempt.id, Outcome(Status.SUCCEEDED, Money.of("1.00", "INR")), "notice")
    db.session.commit()
    at.shift(AN_HOUR)
    assert [kind for kind, *_ in compare()] == [Kind.SUSPENSE]


def test_a_company_that_is_silent_breaks_nothing(at, another_gateway):
    def away(*_):
        raise GatewayError

    paid(owed())
    at.shift(AN_HOUR)
    another_gateway("sandbox", listing=away)
    assert compare() == []
    assert [one.state for one in reconciling.newest_runs()] == ["failed"]


def test_a_person_closes_a_difference_and_it_stays_closed_until_it_changes(at, listed):
    officer = make_person(name="Finance One", role="finance")
    paid(owed())
    at.shift(AN_HOUR)
    odd = [Listed("PB-NOBODY-1", Status.SUCCEEDED, clock.now() - AN_HOUR / 2, FEE)]
    listed(lambda all_of_them: all_of_them + odd)
    compare()
    [one] = reconciling.differences()
    reconciling.close(one.id, officer.id, "Of another merchant; they know.")
    db.session.commit()
    assert compare() == []
    assert [note.text for note in reconciling.notes(one.id)] == ["Of another merchant; they know."]
    with pytest.raises(NoSuchDifference):
        reconciling.close(one.id, officer.id, "Again")
    odd[:] = [Listed("PB-NOBODY-1", Status.SUCCEEDED, odd[0].at, FEE * 2)]
    assert compare() == [(Kind.THEIRS_ONLY, None, 2 * FEE.minor)]


@pytest.mark.promise("M16")
def test_a_file_is_news_of_which_the_company_is_asked(at):
    """Who uploads a table makes nothing paid; what the company confirms is booked."""
    confirmed, made_up = owed(), owed()
    press(begun(confirmed))
    begun(made_up)
    lines = [
        Listed(service.newest(one).reference, Status.SUCCEEDED, clock.now(), FEE)
        for one in (confirmed, made_up)
    ]
    officer = make_person(name="Finance One", role="finance")
    reconciling.read_file("sandbox", b"digest", iter(lines), officer.id)
    db.session.commit()
    run_jobs()
    db.session.expire_all()
    assert service.by_id(confirmed.id).state == PaymentState.PAID
    assert service.by_id(made_up.id).state == PaymentState.DUE
    [one] = reconciling.differences()
    assert (one.kind, one.order_reference) == (Kind.UNPAID, service.newest(made_up).reference)
    with pytest.raises(AlreadyRead):
        reconciling.read_file("sandbox", b"digest", iter(lines), officer.id)


@pytest.mark.promise("M16")
def test_dropped_notices_are_mended_by_the_clock(at):
    payments = [owed() for _ in range(3)]
    for one in payments:
        press(begun(one))
    at.shift(timedelta(minutes=30))
    reconciling.look_lately()
    db.session.commit()
    run_jobs()
    db.session.expire_all()
    assert {service.by_id(one.id).state for one in payments} == {PaymentState.PAID}
    assert db.session.query(Attempt).filter_by(state="succeeded").count() == 3


class Things:
    """A room of which some things do not hear that they were paid."""

    def __init__(self, *deaf):
        self.unaware, self.deaf, self.calls = set(), set(deaf), []

    def waits(self, about):
        return self.unaware & set(about)

    def go_on(self, about, payment_id):
        self.calls.append((about, payment_id))
        if about in self.deaf:
            raise RuntimeError
        self.unaware.discard(about)


@pytest.fixture
def things(app, monkeypatch):
    made = Things()
    room = Room("things", settled={PURPOSE: Settled(made.waits, made.go_on)})
    monkeypatch.setitem(app.extensions, "rooms", (room,))
    return made


@pytest.mark.promise("M16")
def test_what_was_paid_and_does_not_know_it_goes_on(at, things):
    done = paid(owed())
    things.unaware.add(done.about)
    staying.let_go_on()
    assert things.calls == []
    at.shift(AN_HOUR)
    staying.let_go_on()
    staying.let_go_on()
    assert things.calls == [(done.about, done.id)]
    assert reconciling.differences() == []


@pytest.mark.promise("M16")
def test_what_stays_all_the_same_is_told_to_a_person_until_it_goes_on(at, things):
    first, second = paid(owed()), paid(owed())
    things.unaware |= {first.about, second.about}
    things.deaf.add(first.about)
    at.shift(AN_HOUR)
    staying.let_go_on()
    db.session.commit()
    [one] = reconciling.differences()
    assert (one.kind, one.order_reference, one.ours) == (Kind.STAYS, first.reference, FEE)
    things.deaf.clear()
    at.shift(AN_HOUR)
    staying.let_go_on()
    db.session.commit()
    assert reconciling.differences() == []


def test_money_on_its_way_back_is_dealt_with(at, things):
    done = paid(owed())
    things.unaware.add(done.about)
    service.refund(done.id, FEE, "It had ended.", "tests")
    db.session.commit()
    at.shift(AN_HOUR)
    staying.let_go_on()
    assert things.calls == []


def test_the_rooms_say_what_does_not_know_that_it_is_paid(app):
    told = {
        purpose: one for room in app.extensions["rooms"] for purpose, one in room.settled.items()
    }
    assert set(told) == {"application", "bill"}
    for one in told.values():
        assert list(one.waits([uuid4()])) == []
