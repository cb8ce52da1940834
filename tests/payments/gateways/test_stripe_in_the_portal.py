"""A payment with Stripe from the button to the receipt, over real HTTP, and its faults."""

import threading
from datetime import timedelta

import pytest
import time_machine
from werkzeug.serving import make_server

from payments import service
from payments.asking import service as asking
from payments.books import service as books
from payments.disputes import service as disputes
from payments.domain import CannotStart, PaymentState, State, TooMuchBack
from payments.ledger import AccountKind
from payments.reconciling import service as reconciling
from payments.reconciling.domain import Span
from portal.app import create_app, read_settings
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.payments.companies import KEY, SECRET, simulated
from tests.payments.factories import booked, owed, part_of, told


@pytest.fixture
def played(app):
    with simulated() as company:
        yield company


@pytest.fixture
def served(app, played, settings, database):
    """The portal, really listening, with Stripe as the simulator plays it."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    house = create_app(
        read_settings(
            {
                "PORTAL_ENV": "test",
                "PORTAL_VAR": str(settings.kernel.var),
                "DATABASE_URL": database.app_url,
                "DATABASE_ADMIN_URL": database.owner_url,
                "PORTAL_BASE_URL": f"http://127.0.0.1:{server.port}",
                "PORTAL_STRIPE_SECRET_KEY": KEY,
                "PORTAL_STRIPE_WEBHOOK_SECRET": SECRET,
                "STRIPE_API_BASE": played.world.base,
            }
        )
    )
    server.app = house
    played.notify = f"http://127.0.0.1:{server.port}/hooks/payments/stripe"
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    with house.app_context():
        yield house
        db.session.remove()
        server.shutdown()
        running.join(10)
        server.server_close()
        db.engine.dispose()


def begin(payment):
    service.start(payment, "stripe")
    db.session.commit()
    return service.newest(payment)


def press(played, attempt, choice="pay"):
    played.choose(played.of_reference(attempt.reference)["id"], choice)


def state_of(payment):
    db.session.rollback()
    return service.by_id(payment.id).state


@pytest.mark.promise("M16")
def test_a_person_is_led_to_stripes_page_and_comes_back_with_a_receipt(served, played):
    person = make_person(name="Asha Devi")
    mine = signed_in_client(served, person)
    payment = owed(person_id=person.id, subject_id=person.id)
    shown = mine.get(f"/en/pay/{payment.id}")
    assert "Stripe" in shown.text
    assert f"form-action 'self' {played.world.base}" in shown.headers["Content-Security-Policy"]
    assert "stripe.com" not in shown.text
    sent = {"csrf_token": csrf_token(shown.data), "amount": "150.00 INR", "gateway": "stripe"}
    led = mine.post(f"/en/pay/{payment.id}", data=sent)
    attempt = service.newest(payment)
    session = played.of_reference(attempt.reference)
    assert (led.status_code, led.headers["Location"]) == (303, session["url"])
    assert attempt.gateway_reference == session["id"]
    press(played, attempt)
    back = session["success_url"].removeprefix(served.config["SETTINGS"].kernel.base_url)
    page = mine.get(back, follow_redirects=True)
    assert page.request.path == f"/en/pay/{payment.id}/receipt"
    assert session["id"] in page.text


@pytest.mark.promise("M16")
def test_what_stripe_kept_and_gave_back_at_its_own_desk_is_booked(served, played):
    payment = owed()
    press(played, begin(payment))
    service.came_back(payment)
    db.session.commit()
    [intent] = played.store.all("payment_intent")
    with played.store.together():
        played.create_refund({"payment_intent": intent["id"], "amount": 5000})
    now = clock.now()
    with time_machine.travel(now + timedelta(minutes=30), tick=True):
        reconciling.run(Span("stripe", now - timedelta(hours=1), clock.now()))
    db.session.rollback()
    assert booked(payment) == ["capture", "refund", "refunded", "fee"]
    assert reconciling.differences() == []
    assert books.balance(AccountKind.GATEWAY_FEE, "stripe", "INR") == Money.of("3.00", "INR")
    assert service.returned(service.by_id(payment.id)) == Money.of("50.00", "INR")


@pytest.mark.promise("M16")
def test_a_notice_is_believed_when_stripe_says_the_same(served, played):
    payment = owed()
    press(played, begin(payment))
    played.world.faults.change({"duplicate": 1})
    assert played.world.deliver() == 1
    assert state_of(payment) == PaymentState.DUE
    run_jobs()
    assert state_of(payment) == PaymentState.PAID
    assert booked(payment) == ["capture"]
    assert told("PaymentSucceeded") == 1


@pytest.mark.promise("M16")
def test_notices_that_are_lost_doubled_and_out_of_order_end_alike(served, played):
    played.world.faults.change({"drop": 0.3, "duplicate": 0.5, "reorder": 0.5})
    payments = [owed() for _ in range(6)]
    for number, payment in enumerate(payments):
        press(played, begin(payment), "slowly" if number % 2 else "pay")
    played.world.ahead = 60
    played.tick()
    played.world.deliver()
    run_jobs()
    with time_machine.travel(clock.now() + timedelta(minutes=30)):
        for _ in range(3):
            asking.look_after()
            db.session.commit()
            run_jobs()
    assert {state_of(payment) for payment in payments} == {PaymentState.PAID}
    assert [booked(payment) for payment in payments] == [["capture"]] * 6
    assert told("PaymentSucceeded") == 6


@pytest.mark.promise("M16")
def test_a_start_whose_answer_is_lost_takes_nothing_and_goes_on(served, played):
    payment = owed()
    played.world.faults.change({"lost": 1})
    with pytest.raises(CannotStart):
        service.start(payment, "stripe")
    db.session.rollback()
    played.world.faults.change({"lost": 0})
    begin(payment)
    assert part_of(payment).number == 1
    assert len(played.sessions()) == 1


def test_what_was_called_off_here_is_called_off_at_stripe(served, played):
    payment = owed()
    attempt = begin(payment)
    service.cancel(payment.purpose, payment.about)
    db.session.commit()
    asking.ask(attempt.id, "query", waiting=False)
    db.session.commit()
    assert played.of_reference(attempt.reference)["status"] == "expired"
    assert service.newest(payment).state == State.CANCELLED


@pytest.mark.promise("M16")
def test_money_that_came_after_its_order_had_ended_goes_back(served, played):
    played.world.faults.change({"late": 1})
    payment = owed()
    attempt = begin(payment)
    service.cancel(payment.purpose, payment.about)
    db.session.commit()
    with time_machine.travel(attempt.expires_at + timedelta(minutes=1)):
        asking.ask(attempt.id, "query", waiting=False)
        db.session.commit()
        run_jobs()
    assert booked(payment) == ["late", "refunded"]
    [refund] = played.refunds()
    assert refund["amount"] == 15000


@pytest.mark.promise("M17")
def test_money_goes_back_through_stripe_in_parts(served, played):
    payment = owed()
    press(played, begin(payment))
    service.came_back(payment)
    db.session.commit()
    for amount in ("50.00", "100.00"):
        service.refund(payment.id, Money.of(amount, "INR"), "because", by="tests")
        db.session.commit()
        run_jobs()
    assert state_of(payment) == PaymentState.REFUNDED
    assert sorted(one["amount"] for one in played.refunds()) == [5000, 10000]


@pytest.mark.promise("M17")
@pytest.mark.parametrize(("act", "state"), [("won", "paid"), ("lost", "charged_back")])
def test_a_dispute_is_opened_and_ends_once(served, played, act, state):
    payment = owed()
    attempt = begin(payment)
    press(played, attempt)
    played.world.deliver()
    run_jobs()
    for what in ("open", act):
        played.let_dispute(attempt.reference, what)
        played.world.deliver()
        run_jobs()
        if what == "open":
            assert state_of(payment) == PaymentState.DISPUTED
            [found] = disputes.open_ones()
            assert (found.dispute.reason, found.dispute.amount) == ("fraudulent", payment.amount)
            assert found.dispute.answer_by > clock.now()
            with pytest.raises(TooMuchBack):
                service.refund(payment.id, payment.amount, "A mistake", by="tests")
            db.session.rollback()
    for _ in range(2):
        disputes.read(gateway="stripe", number=found.dispute.number)
        db.session.commit()
    assert state_of(payment) == state
    assert booked(payment) == ["capture", "dispute", f"dispute_{act}"]
    assert told("PaymentDisputed") == 2
    assert service.inbox.parked() == []
    assert books.unbalanced() == []
    mine = books.balance(AccountKind.PROVIDER_PAYABLE, "municipal", "INR")
    assert mine == (payment.amount * -1 if act == "won" else Money(0, "INR"))


def test_a_dispute_that_stripe_does_not_tell_of_yet_is_asked_for_again(served, played):
    payment = owed()
    attempt = begin(payment)
    press(played, attempt)
    played.world.deliver()
    run_jobs()
    played.let_dispute(attempt.reference, "open")
    played.world.faults.change({"too_many": 1})
    played.world.deliver()
    run_jobs()
    dispute = played.store.all("dispute")[0]["id"]
    assert service.inbox.parked() == [("stripe", dispute)]
    played.world.faults.change({"too_many": 0})
    disputes.read(gateway="stripe", number=dispute)
    db.session.commit()
    assert state_of(payment) == PaymentState.DISPUTED


def test_a_dispute_of_more_than_is_left_is_looked_at(served, played):
    payment = owed()
    attempt = begin(payment)
    press(played, attempt)
    service.came_back(payment)
    db.session.commit()
    service.refund(payment.id, Money.of("50.00", "INR"), "A part", by="tests")
    db.session.commit()
    run_jobs()
    played.let_dispute(attempt.reference, "open")
    played.let_dispute(attempt.reference, "lost")
    played.world.deliver()
    run_jobs()
    assert state_of(payment) == PaymentState.CHARGED_BACK
    assert books.balance(AccountKind.SUSPENSE, "stripe", "INR") == Money.of("50.00", "INR")
    assert books.unbalanced() == []
