"""Stripe's adapter, against the simulator: keys, amounts, notices, and what is lost on the way."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from payments.gateway import ForgedNotice, GatewayError, Order, RefundOrder, RefundStatus, Status
from payments.gateways import gateways
from payments.gateways.stripe.amounts import from_stripe, to_stripe
from payments.gateways.stripe.line import client
from payments.gateways.stripe.settings import StripeSettings
from payments.simulator.world import stripe_signature
from portal.app import create_app, read_settings
from portal.kernel import clock, crypto
from portal.kernel.money import Money
from portal.kernel.settings import KernelSettings, Settings, SettingsError
from tests.payments.companies import KEY, SECRET, simulated, stripe_means
from tests.payments.factories import FEE

STRIPE = gateways()["stripe"]
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def played(app):
    with simulated() as company:
        yield company


@pytest.fixture
def means(played):
    return stripe_means(played.world.base)


def new_order(**changes):
    usual = {
        "reference": f"PBP-{uuid4().hex[:8]}-1",
        "amount": FEE,
        "title": "Trade licence",
        "language": "en",
        "return_url": "http://localhost:8000/en/pay/x/return",
        "notice_url": "http://localhost:8000/hooks/payments/stripe",
        "expires_at": clock.now() + timedelta(minutes=45),
    }
    return Order(**usual | changes)


def begun(means, **changes):
    order = new_order(**changes)
    return replace(order, gateway_reference=STRIPE.start(order, means).reference)


def pay(played, order, choice="pay"):
    played.choose(played.of_reference(order.reference)["id"], choice)


# --- Starting -----------------------------------------------------------------------------------


def test_a_session_says_what_is_paid_and_no_more(played, means):
    order = begun(means)
    session = played.of_reference(order.reference)
    assert (session["amount_total"], session["currency"]) == (15000, "inr")
    assert session["metadata"] == {"reference": order.reference}
    assert session["success_url"] == session["cancel_url"] == order.return_url
    assert session["expires_at"] == int(order.expires_at.timestamp())
    assert session["locale"] == "en"
    assert not {"customer_email", "customer", "phone_number_collection"} & set(session)


def test_a_page_that_does_not_speak_the_language_asks_the_browser(played, means):
    order = begun(means, language="ur")
    assert played.of_reference(order.reference)["locale"] == "auto"


@pytest.mark.promise("M16")
def test_an_answer_that_is_lost_leaves_one_session(played, means):
    order = new_order()
    played.world.faults.change({"lost": 1})
    for _ in range(3):
        with pytest.raises(GatewayError):
            STRIPE.start(order, means)
    played.world.faults.change({"lost": 0})
    first, second = (STRIPE.start(order, means) for _ in range(2))
    assert first == second
    assert len(played.sessions()) == 1


@pytest.mark.promise("M16")
def test_a_fault_that_the_company_keeps_for_its_key_is_not_for_ever(played, means):
    order = new_order()
    played.world.faults.change({"broken": 1})
    with pytest.raises(GatewayError):
        STRIPE.start(order, means)
    played.world.faults.change({"broken": 0})
    assert STRIPE.start(order, means) == STRIPE.start(order, means)
    assert len(played.sessions()) == 1


def test_too_many_calls_are_a_reason_to_ask_later(played, means):
    order = new_order()
    played.world.faults.change({"too_many": 1})
    with pytest.raises(GatewayError):
        STRIPE.start(order, means)
    assert played.sessions() == []


def test_an_order_that_is_begun_late_has_its_half_hour_all_the_same(played, means):
    order = new_order(expires_at=clock.now() + timedelta(minutes=10))
    assert STRIPE.start(order, means) == STRIPE.start(order, means)
    [session] = played.sessions()
    assert session["expires_at"] == int((order.expires_at + timedelta(minutes=30)).timestamp())


def test_an_attempt_with_another_amount_is_another_attempt(played, means):
    order = begun(means)
    with pytest.raises(GatewayError):
        STRIPE.start(replace(order, amount=Money.of("1.00", "INR")), means)
    [session] = played.sessions()
    assert session["amount_total"] == 15000


# --- Asking -------------------------------------------------------------------------------------


def test_a_card_that_is_declined_leaves_the_page_open_for_another(played, means):
    order = begun(means)
    pay(played, order, "decline")
    assert STRIPE.query(order, means).status is Status.OPEN
    pay(played, order)
    assert STRIPE.query(order, means).amount == FEE


@pytest.mark.parametrize(("choice", "ends"), [("slowly", "succeeded"), ("fail", "failed")])
def test_a_slow_account_is_pending_until_it_has_answered(played, means, choice, ends):
    order = begun(means)
    pay(played, order, choice)
    assert STRIPE.query(order, means).status is Status.PENDING
    played.world.ahead = 60
    played.tick()
    told = STRIPE.query(order, means)
    assert told.status is Status(ends)
    assert told.amount == (FEE if ends == "succeeded" else None)
    assert bool(told.code) == (ends == "failed")


def test_a_session_of_another_order_is_not_believed(played, means):
    one, other = begun(means), begun(means)
    with pytest.raises(GatewayError):
        STRIPE.query(replace(one, gateway_reference=other.gateway_reference), means)


@pytest.mark.promise("M16")
def test_what_was_paid_as_its_time_ended_is_told(played, means):
    played.world.faults.change({"late": 1})
    order = begun(means)
    with time_machine.travel(order.expires_at + timedelta(minutes=5)):
        told = STRIPE.query(order, means)
    assert (told.status, told.amount) == (Status.SUCCEEDED, FEE)


# --- Notices ------------------------------------------------------------------------------------


def letter(kind, thing, at=None, secret=SECRET):
    event = {"id": "evt_1", "object": "event", "type": kind, "data": {"object": thing}}
    body = json.dumps(event)
    moment = int((at or clock.now()).timestamp())
    body, headers = stripe_signature(secret)(body, moment)
    return headers, body


SESSION = {"id": "cs_1", "client_reference_id": "PBP-1", "payment_status": "paid"}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("checkout.session.completed", Status.SUCCEEDED),
        ("checkout.session.async_payment_succeeded", Status.SUCCEEDED),
        ("checkout.session.async_payment_failed", Status.FAILED),
        ("checkout.session.expired", Status.EXPIRED),
    ],
)
def test_a_notice_says_what_kind_of_news_there_is_and_no_amount(means, kind, status):
    [told] = STRIPE.read_notice(*letter(kind, SESSION | {"amount_total": 5}), means)
    assert (told.order, told.outcome.status, told.outcome.amount) == ("PBP-1", status, None)


def test_a_session_that_is_completed_and_not_paid_is_pending(means):
    unpaid = SESSION | {"payment_status": "unpaid"}
    [told] = STRIPE.read_notice(*letter("checkout.session.completed", unpaid), means)
    assert told.outcome.status is Status.PENDING


def test_what_is_no_news_of_an_order_is_nothing(means):
    assert STRIPE.read_notice(*letter("payout.paid", {"id": "po_1"}), means) == ()


def test_a_session_that_is_not_ours_and_a_dispute_name_no_order_of_ours(means):
    foreign = SESSION | {"client_reference_id": None}
    [told] = STRIPE.read_notice(*letter("checkout.session.completed", foreign), means)
    assert told.order == "cs_1"
    dispute = {"id": "dp_1", "payment_intent": "pi_1"}
    [told] = STRIPE.read_notice(*letter("charge.dispute.created", dispute), means)
    assert (told.dispute, told.outcome.status) == ("dp_1", Status.DISPUTED)


@pytest.mark.promise("M16")
def test_an_old_notice_is_not_made_new_by_a_second_moment(means):
    headers, body = letter("checkout.session.completed", SESSION, clock.now() - timedelta(days=1))
    again = {"stripe-signature": f"{headers['stripe-signature']},t={int(clock.now().timestamp())}"}
    with pytest.raises(ForgedNotice):
        STRIPE.read_notice(again, body, means)


@pytest.mark.parametrize(
    "header", ["", "t=,v1=", "v1=é", "t=x,v1=00", "t=1", ",", "t=9" * 99, "t=1,v1=Ω"]
)
def test_a_header_that_is_none_is_refused(means, header):
    _, body = letter("checkout.session.completed", SESSION)
    with pytest.raises(ForgedNotice):
        STRIPE.read_notice({"stripe-signature": header}, body, means)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'{"id": "e", "type": "x"}'])
def test_a_signed_notice_that_says_nothing_is_not_understood(means, body):
    _, headers = stripe_signature(SECRET)(body.decode(), int(clock.now().timestamp()))
    with pytest.raises(GatewayError):
        STRIPE.read_notice(headers, body, means)


def test_a_body_that_is_no_text_is_refused(means):
    headers, _ = letter("checkout.session.completed", SESSION)
    with pytest.raises(ForgedNotice):
        STRIPE.read_notice(headers, b"\xff\xfe", means)


# --- Giving back --------------------------------------------------------------------------------


@pytest.mark.promise("M16")
def test_a_refund_whose_answer_is_lost_is_made_once(played, means):
    order = begun(means)
    pay(played, order)
    part = RefundOrder(uuid4(), order, Money.of("50.00", "INR"))
    played.world.faults.change({"lost": 0.5})
    for _ in range(6):
        try:
            STRIPE.refund(part, means)
        except GatewayError:
            continue
    played.world.faults.change({"lost": 0})
    assert STRIPE.refund(part, means).status is RefundStatus.SUCCEEDED
    [made] = played.refunds()
    assert made["amount"] == 5000


@pytest.mark.promise("M17")
def test_a_refund_whose_fault_is_kept_for_its_key_is_made_all_the_same(played, means):
    order = begun(means)
    pay(played, order)
    part = RefundOrder(uuid4(), order, Money.of("50.00", "INR"))
    played.world.faults.change({"broken": 1})
    with pytest.raises(GatewayError):
        STRIPE.refund(part, means)
    played.world.faults.change({"broken": 0})
    done = [STRIPE.refund(part, means) for _ in range(2)]
    assert {one.status for one in done} == {RefundStatus.SUCCEEDED}
    [made] = played.refunds()
    assert made["amount"] == 5000


@pytest.mark.promise("M17")
def test_a_refund_is_not_made_again_when_its_key_is_forgotten(played, means):
    order = begun(means)
    pay(played, order)
    part = RefundOrder(uuid4(), order, Money.of("50.00", "INR"))
    first = STRIPE.refund(part, means)
    played.store.line.execute("DELETE FROM answers")
    assert STRIPE.refund(part, means) == first
    assert len(played.refunds()) == 1


def test_a_slow_refund_is_asked_about_until_it_has_arrived(played, means):
    played.world.faults.change({"slow_refund": 1})
    order = begun(means)
    pay(played, order)
    whole = RefundOrder(uuid4(), order, order.amount)
    assert STRIPE.refund(whole, means).status is RefundStatus.PENDING
    played.world.ahead = 60
    played.tick()
    assert STRIPE.refund(whole, means).status is RefundStatus.SUCCEEDED
    assert len(played.refunds()) == 1


# --- Amounts and settings -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("money", "minor"),
    [
        (Money.of("150.00", "INR"), 15000),
        (Money.of("500", "JPY"), 500),
        (Money.of("5", "ISK"), 500),
        (Money.of("7", "UGX"), 700),
        (Money.of("5.120", "KWD"), 5120),
        (Money.of("100", "XOF"), 100),
    ],
)
def test_amounts_are_counted_as_stripe_counts_them(money, minor):
    assert to_stripe(money) == minor
    assert from_stripe(minor, money.currency.lower()) == money


def test_an_amount_that_stripe_cannot_take_to_the_last_coin_is_not_rounded():
    with pytest.raises(GatewayError):
        to_stripe(Money.of("5.124", "KWD"))
    with pytest.raises(GatewayError):
        from_stripe(550, "isk")


def test_the_version_of_the_interface_is_the_librarys_and_little_else_is_told(played, means):
    seen = []

    def get(url, headers, **more):
        seen.append(headers)
        return means.get(url, headers, **more)

    STRIPE.query(begun(means), replace(means, get=get))
    assert {name for one in seen for name in one} == {"authorization", "stripe-version"}
    assert seen[0]["authorization"] == f"Bearer {KEY}"
    assert client(means) is not None


def test_stripes_own_address_is_public_and_another_is_let_be_private_in_trials_only(means):
    def told(env, base):
        here = StripeSettings.model_validate({"stripe_secret_key": KEY, "STRIPE_API_BASE": base})
        kernel = KernelSettings.model_construct(env=env)
        seen = []

        def get(url, headers, *, most, allow_private):
            seen.append(allow_private)
            raise ValueError

        with pytest.raises(GatewayError):
            STRIPE.query(new_order(), replace(means, settings=Settings([kernel, here]), get=get))
        return seen

    assert told("development", "http://127.0.0.1:1") == [True]
    assert told("production", "https://stripe.example.org") == [False]
    assert told("development", "https://api.stripe.com") == [False]


@pytest.fixture
def start(settings, database, tmp_path):
    """Begin an application with more settings."""
    ring = tmp_path / "keys.json"
    crypto.write_keyring(ring, crypto.new_keyring())
    usual = {
        "PORTAL_BASE_URL": "https://portal.example.org",
        "PORTAL_MAIL": "smtp",
        "PORTAL_SMTP_URL": "smtp://mail.example.org",
        "DATABASE_URL": database.app_url,
        "DATABASE_ADMIN_URL": database.owner_url,
        "PORTAL_KEYS_FILE": str(ring),
        "PORTAL_VAR": str(tmp_path),
        "PORTAL_STRIPE_WEBHOOK_SECRET": SECRET,
    }
    return lambda **more: create_app(read_settings(usual | more))


@pytest.mark.promise("M16")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"PORTAL_ENV": "production", "PORTAL_STRIPE_SECRET_KEY": "sk_test_1"}, "key for trials"),
        ({"PORTAL_ENV": "production", "PORTAL_STRIPE_SECRET_KEY": "rk_test_1"}, "key for trials"),
        ({"PORTAL_ENV": "development", "PORTAL_STRIPE_SECRET_KEY": "sk_live_1"}, "live key"),
        ({"PORTAL_ENV": "test", "PORTAL_STRIPE_SECRET_KEY": "rk_live_1"}, "live key"),
        ({"PORTAL_ENV": "test"}, "one of them is missing"),
        ({"PORTAL_ENV": "test", "PORTAL_STRIPE_SECRET_KEY": "pk_test_1"}, "must begin with"),
        ({"PORTAL_ENV": "test", "PORTAL_STRIPE_WEBHOOK_SECRET": "x"}, "must begin with whsec_"),
        (
            {
                "PORTAL_ENV": "production",
                "PORTAL_STRIPE_SECRET_KEY": "sk_live_1",
                "STRIPE_API_BASE": "http://127.0.0.1:8090",
            },
            "https:// in production",
        ),
        ({"PORTAL_ENV": "test", "STRIPE_API_BASE": "stripe"}, "address without a path"),
    ],
)
def test_keys_that_do_not_belong_here_stop_the_start(start, more, words):
    with pytest.raises(SettingsError, match=words) as stopped:
        start(**more)
    assert "sk_" not in str(stopped.value).replace("sk_live_,", "").replace("sk_test_", "")


def test_the_right_keys_start(start):
    start(PORTAL_ENV="production", PORTAL_STRIPE_SECRET_KEY="sk_live_1")


# --- Its list -----------------------------------------------------------------------------------


def listed(means, *, hours=1):
    """By our reference: all that Stripe opened in the last hours."""
    now = clock.now()
    found = STRIPE.listing(now - timedelta(hours=hours), now + timedelta(seconds=5), means)
    return {one.order: one for one in found}


def test_its_list_says_what_was_taken_and_what_went_back(played, means):
    paid, left, half = begun(means), begun(means), begun(means)
    pay(played, paid)
    pay(played, half)
    back = Money.of("50.00", "INR")
    STRIPE.refund(RefundOrder(uuid4(), half, back), means)
    found = listed(means)
    told = {
        one.reference: (found[one.reference].status, found[one.reference].amount)
        for one in (paid, left, half)
    }
    assert told == {
        paid.reference: (Status.SUCCEEDED, FEE),
        left.reference: (Status.OPEN, None),
        half.reference: (Status.SUCCEEDED, FEE),
    }
    assert found[paid.reference].refunded == Money(0, "INR")
    assert found[half.reference].refunded == back
    assert found[paid.reference].reference == paid.gateway_reference


def test_its_list_is_read_page_by_page(played, means):
    for _ in range(103):
        begun(means)
    assert len(listed(means)) == 103


def test_its_list_has_an_end_and_a_beginning(played, means):
    begun(means)
    now = clock.now()
    assert list(STRIPE.listing(now - 2 * AN_HOUR, now - AN_HOUR, means)) == []


def test_a_silent_stripe_gives_no_list(played):
    with pytest.raises(GatewayError):
        list(STRIPE.listing(clock.now() - AN_HOUR, clock.now(), stripe_means("http://127.0.0.1:9")))
