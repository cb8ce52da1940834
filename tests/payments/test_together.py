"""One order pays several payments: each of them once, whatever becomes of the others."""

from itertools import permutations
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, text
from sqlalchemy.exc import IntegrityError

from payments import service
from payments.asking import service as asking
from payments.books import service as books
from payments.domain import (
    BeingPaid,
    NoSuchGateway,
    NoSuchPayment,
    NothingToPay,
    PaymentState,
    State,
    TooManyTogether,
    TooMuchBack,
)
from payments.gateway import Capabilities, Outcome, Status
from payments.gateways.sandbox.company.domain import OrderOver
from payments.models import Attempt, LedgerEntry, Part, Refund
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.kernel.money import Money
from tests.accounts.threads import at_once
from tests.jobs import run_jobs
from tests.payments.factories import (
    PURPOSE,
    begun,
    booked,
    heard,
    letters,
    notify,
    owed,
    paid,
    part_of,
    press,
    told,
)

BODIES = ("municipal", "transport", "power", "revenue")


def several(count=3, **changes):
    """Payments of different bodies, each of another amount."""
    return [
        owed(Money((number + 1) * 10000, "INR"), provider=BODIES[number], **changes)
        for number in range(count)
    ]


def begin(payments, gateway="sandbox"):
    """The one order of all of them; committed."""
    service.start_all(payments, gateway)
    db.session.commit()
    return service.newest(payments[0])


def states(payments):
    db.session.expire_all()
    return [service.by_id(one.id).state for one in payments]


def receipts(payments):
    return [service.by_id(one.id).receipt_number for one in payments]


@pytest.mark.promise("M16")
def test_one_order_pays_each_body_its_own(app):
    payments = several()
    attempt = begin(payments)
    assert attempt.amount == Money.of("600.00", "INR")
    press(attempt)
    notify(attempt)
    assert states(payments) == [PaymentState.PAID] * 3
    assert receipts(payments) == [f"{clock.today().year}-000001"] * 3
    assert [booked(one) for one in payments] == [["capture"]] * 3
    assert told("PaymentSucceeded") == 3
    owed_to = {(kind, owner): amount.minor for kind, owner, amount in books.balances()}
    assert owed_to == {
        ("gateway_receivable", "sandbox"): 60000,
        ("provider_payable", "municipal"): -10000,
        ("provider_payable", "transport"): -20000,
        ("provider_payable", "power"): -30000,
    }


def test_two_payments_of_one_body_have_two_receipts(app):
    payments = [owed(), owed()]
    press(begin(payments))
    service.came_back(*payments)
    assert sorted(number[-1] for number in receipts(payments)) == ["1", "2"]


@pytest.mark.promise("M16")
@pytest.mark.parametrize("way", ["called off", "paid alone", "changed"])
def test_what_is_not_owed_any_more_goes_back_and_the_others_are_paid(app, way):
    first, second, third = payments = several()
    attempt = begin(payments)
    press(attempt)
    if way == "called off":
        service.cancel(PURPOSE, second.about)
        db.session.commit()
    elif way == "paid alone":
        paid(second)
    else:
        names = "purpose", "about", "person_id", "subject_id"
        owed(Money.of("5.00", "INR"), **{name: getattr(second, name) for name in names})
    notify(attempt)
    run_jobs()
    before = second.receipt_number
    kinds = ["capture"] if way == "paid alone" else []
    assert booked(second) == [*kinds, "late", "refunded"]
    assert states([first, third]) == [PaymentState.PAID] * 2
    assert service.by_id(second.id).receipt_number == before
    assert told("PaymentRefunded") == 0
    parts = db.session.query(Part).filter_by(attempt_id=attempt.id).order_by(Part.payment_id)
    assert [(one.succeeded, one.refunded_minor) for one in parts] == [
        (True, 0),
        (False, 20000),
        (True, 0),
    ]
    assert service.newest(first).state == State.SUCCEEDED


def test_an_order_goes_on_while_one_of_its_payments_is_owed(app):
    first, second = payments = several(2)
    attempt = begin(payments)
    service.cancel(PURPOSE, first.about)
    assert service.newest(second).state == State.STARTED
    service.cancel(PURPOSE, second.about)
    db.session.commit()
    assert service.newest(second).state == State.CANCELLED
    press(attempt)
    notify(attempt)
    run_jobs()
    assert books.balances() == []
    assert told("PaymentSucceeded") == 0


@pytest.mark.promise("M16")
def test_another_amount_than_that_of_all_is_nobodys(app):
    payments = several(2)
    attempt = begin(payments)
    for _ in range(3):
        service.settle(attempt.id, Outcome(Status.SUCCEEDED, payments[0].amount), "notice")
        db.session.commit()
    assert states(payments) == [PaymentState.DUE] * 2
    assert [booked(one) for one in payments] == [["suspense"], []]
    assert told("PaymentFailed") == 2


@pytest.mark.promise("M17")
def test_one_of_several_is_given_back_and_never_more_than_its_part(app):
    first, second = payments = several(2)
    press(begin(payments))
    service.came_back(*payments)
    db.session.commit()
    with pytest.raises(TooMuchBack):
        service.refund(first.id, Money.of("100.01", "INR"), "too much", by="tests")
    db.session.rollback()
    service.refund(first.id, first.amount, "not delivered", by="tests")
    db.session.commit()
    run_jobs()
    assert states(payments) == [PaymentState.REFUNDED, PaymentState.PAID]
    assert service.returned(first) == first.amount
    assert not service.returned(second)
    assert told("PaymentRefunded") == 1


def test_several_are_paid_only_where_one_can_be_given_back(app, another_gateway):
    payments = several(2)
    another_gateway("whole", capabilities=Capabilities(test=True))
    assert [one.slug for one in service.ways(payments[0])] == ["sandbox", "whole"]
    assert [one.slug for one in service.ways(*payments)] == ["sandbox"]
    with pytest.raises(NoSuchGateway):
        begin(payments, "whole")


def test_money_of_two_kinds_is_not_put_together(app):
    payments = [owed(), owed(Money.of("10.00", "PKR"))]
    assert service.ways(*payments) == []
    with pytest.raises(NoSuchGateway):
        begin(payments)


def test_the_same_order_is_gone_on_with_and_another_choice_is_another_order(app):
    first, second, third = payments = several()
    attempt = begin(payments)
    assert begin(payments).id == attempt.id
    other = begin([first, second])
    assert other.id != attempt.id
    assert other.reference == f"{first.reference}-2"
    assert begun(first).reference == f"{first.reference}-3"
    assert part_of(third).number == 1


def test_while_the_bank_thinks_none_of_them_is_paid_again(app):
    first, second = payments = several(2)
    press(begin(payments), "slowly")
    service.came_back(*payments)
    db.session.commit()
    for again in ([first], [second], payments):
        with pytest.raises(BeingPaid):
            service.start_all(again, "sandbox")
        db.session.rollback()
    assert service.is_under_way(PURPOSE, second.about)


def test_what_is_paid_is_not_begun_with_others(app):
    first, second = several(2)
    paid(first)
    with pytest.raises(NothingToPay):
        service.start_all([first, second], "sandbox")


def test_others_payments_are_not_found_among_ones_own(app):
    person = uuid4()
    mine, theirs = owed(person_id=person), owed()
    attempt = begin([mine, theirs])
    assert service.find_all(person, [mine.id, mine.id]) == [mine]
    for wanted in ([mine.id, theirs.id], [], [uuid4()]):
        with pytest.raises(NoSuchPayment):
            service.find_all(person, wanted)
    for order in (attempt.id, uuid4()):
        with pytest.raises(NoSuchPayment):
            service.of_order(person, order)
    with pytest.raises(TooManyTogether):
        service.find_all(person, [uuid4() for _ in range(service.TOGETHER + 1)])


def written(statement):
    db.session.execute(text(statement))
    db.session.commit()


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE payment_attempts SET amount_minor = amount_minor + 1",
        "UPDATE payment_attempts SET captured_minor = 1",
        "UPDATE payment_attempt_parts SET amount_minor = amount_minor + 1",
        "UPDATE payment_attempt_parts SET captured_minor = amount_minor",
        "UPDATE payment_attempt_parts SET succeeded = true",
    ],
)
def test_the_database_holds_an_order_to_its_parts(app, wrong):
    begin(several(2))
    with pytest.raises(IntegrityError):
        written(wrong)
    db.session.rollback()


@pytest.mark.promise("M16")
def test_return_notice_question_and_calling_off_at_once(app):
    payments = several(4)
    attempt = begin(payments)
    press(attempt)
    [(body, headers)] = letters(attempt)
    ids, about, attempt_id = [one.id for one in payments], payments[2].about, attempt.id
    ways = iter(
        [
            lambda: heard("sandbox", headers, body),
            lambda: service.came_back(*[service.by_id(one) for one in reversed(ids)]),
            lambda: asking.ask_later(attempt_id=str(attempt_id)),
            lambda: service.cancel(PURPOSE, about),
        ]
        * 2
    )

    def go():
        return next(ways)()

    results = at_once(app, 8, go)
    assert [one for one in results if isinstance(one, Exception)] == []
    run_jobs()
    db.session.rollback()
    won = [state == PaymentState.PAID for state in states(payments)]
    assert won in ([True] * 4, [True, True, False, True])
    assert told("PaymentSucceeded") == sum(won)
    assert [booked(one)[0] for one in payments] == ["capture" if one else "late" for one in won]
    assert books.unbalanced() == []


def test_two_orders_of_the_same_bodies_never_wait_for_each_other(app):
    orders = [begin(several(4)[::turn]) for turn in (1, -1, 1, -1)]
    for attempt in orders:
        press(attempt)
    waiting = iter([one.id for one in orders])
    results = at_once(app, 4, lambda: asking.ask_later(attempt_id=str(next(waiting))))
    assert [one for one in results if isinstance(one, Exception)] == []
    assert told("PaymentSucceeded") == 16


ACTS = ("return", "notice", "query", "pay", "decline", "slowly", "cancel", "alone")


def act(what, at, payments, attempt):
    one = payments[at % len(payments)]
    if what in ("pay", "decline", "slowly"):
        press(attempt, what)
    elif what == "return":
        service.came_back(*payments)
    elif what == "notice":
        notify(attempt)
    elif what == "query":
        asking.ask_later(attempt_id=str(attempt.id))
    elif what == "cancel":
        service.cancel(PURPOSE, one.about)
    elif what == "alone":
        press(begun(one))
        service.came_back(one)
    db.session.commit()


def tried(what, at, payments, attempt):
    try:
        act(what, at, payments, attempt)
    except (OrderOver, BeingPaid, NothingToPay):
        db.session.rollback()


def successes(payment):
    events = db.session.query(StoredEvent).filter_by(name="PaymentSucceeded")
    return sum(event.payload["payment_id"] == str(payment.id) for event in events)


@pytest.mark.promise("M16")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    count=st.integers(1, 4),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3)), max_size=12),
)
def test_any_order_of_events_leaves_each_payment_paid_once_or_not_at_all(app, count, acts):
    payments = several(count)
    attempt = begin(payments)
    for what, at in [*acts, ("notice", 0), ("query", 0)]:
        tried(what, at, payments, attempt)
    for refund in db.session.query(Refund).filter(Refund.state == "asked").all():
        service.refunds.send_back(refund_id=str(refund.id))
        db.session.commit()
    for payment in payments:
        won = service.by_id(payment.id).state == PaymentState.PAID
        assert successes(payment) == int(won) == booked(payment).count("capture")
        assert won == bool(payment.receipt_number)
        assert booked(payment).count("late") == booked(payment).count("refunded") <= 1 + won
        succeeded = db.session.query(Part).filter_by(payment_id=payment.id, succeeded=True)
        assert succeeded.count() == int(won)
    assert db.session.query(func.sum(LedgerEntry.minor)).scalar() in (None, 0)
    assert books.unbalanced() == []
    came = dict(db.session.query(Attempt.id, Attempt.captured_minor))
    assert came[attempt.id] in (0, attempt.amount_minor)


@pytest.mark.promise("M16")
@pytest.mark.parametrize("order", list(permutations(("return", "notice", "query", "cancel"))))
def test_whoever_comes_first_the_parts_that_are_owed_are_paid_once(app, order):
    payments = several(3)
    attempt = begin(payments)
    press(attempt)
    for what in order:
        for _ in range(3):
            act(what, 1, payments, attempt)
    run_jobs()
    first, second, third = payments
    expected = PaymentState.CANCELLED if order[0] == "cancel" else PaymentState.PAID
    assert states(payments) == [PaymentState.PAID, expected, PaymentState.PAID]
    assert [successes(one) for one in payments] == [1, int(expected == PaymentState.PAID), 1]
    assert first.receipt_number.endswith("-000001")
    assert bool(second.receipt_number) == (expected == PaymentState.PAID)
    assert third.receipt_number.endswith("-000001")
