"""The pages on which a person pays: without JavaScript, in order, and only for what is theirs."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine

from payments import service
from payments.domain import PaymentState
from payments.gateway import FormPost, Outcome, Printed, Redirect, Status
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.payments.factories import FEE, PURPOSE, begun, owed, paid, part_of, press

TWO = Money.of("200.00", "INR")


def page(client, payment, tail=""):
    got = client.get(f"/en/pay/{payment.id}{tail}")
    return got, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.get_data(as_text=True)))


def pay(client, payment, **changes):
    """Press the button of the page."""
    shown, _ = page(client, payment)
    sent = {"csrf_token": csrf_token(shown.data), "amount": "150.00 INR", "gateway": "sandbox"}
    sent = {name: value for name, value in (sent | changes).items() if value is not None}
    return client.post(f"/en/pay/{payment.id}", data=sent)


def path_of(answer):
    return urlsplit(answer.headers["Location"]).path


@pytest.mark.promise("M16")
def test_a_person_pays_and_reads_the_receipt(mine, payment):
    got, words = page(mine, payment)
    assert got.status_code == 200
    for told in ("₹150", "Trade licence", "Municipal Corporation", payment.reference):
        assert told in words
    assert "no real money" in words
    gateway = path_of(pay(mine, payment))
    token = csrf_token(mine.get(gateway).data)
    back = path_of(mine.post(gateway, data={"csrf_token": token, "choice": "pay"}))
    assert back == f"/en/pay/{payment.id}/return"
    got = mine.get(back, follow_redirects=True)
    words = got.get_data(as_text=True)
    assert got.request.path == f"/en/pay/{payment.id}/receipt"
    for told in ("Receipt", "-000001", "₹150", "Test payment", payment.reference, "SBX-"):
        assert told in words
    assert 'href="/en/applications/PB-0000-0000"' in words


def test_declined_then_paid(mine, payment):
    press(begun(payment), "decline")
    got = mine.get(f"/en/pay/{payment.id}/return", follow_redirects=True)
    assert "did not go through" in got.get_data(as_text=True)
    gateway = path_of(pay(mine, payment))
    token = csrf_token(mine.get(gateway).data)
    mine.post(gateway, data={"csrf_token": token, "choice": "pay"})
    mine.get(f"/en/pay/{payment.id}/return")
    assert page(mine, payment, "/receipt")[0].status_code == 200


def test_who_left_is_told_and_goes_on_with_the_same_order(mine, payment):
    first = path_of(pay(mine, payment))
    token = csrf_token(mine.get(first).data)
    mine.post(first, data={"csrf_token": token, "choice": "leave"})
    got = mine.get(f"/en/pay/{payment.id}/return", follow_redirects=True)
    assert "You have not paid yet" in got.get_data(as_text=True)
    assert path_of(pay(mine, payment)) == first


def test_the_waiting_page_looks_again_by_itself(mine, payment):
    press(begun(payment), "slowly")
    got = mine.get(f"/en/pay/{payment.id}/return", follow_redirects=True)
    assert "Waiting for the bank" in got.get_data(as_text=True)
    assert got.headers["Refresh"] == "5"
    assert "csrf_token" not in got.get_data(as_text=True).split("<main")[1].split("</main")[0]


def test_pressing_pay_while_the_bank_thinks_leads_to_the_waiting_page(mine, payment):
    shown, _ = page(mine, payment)
    press(begun(payment), "slowly")
    mine.get(f"/en/pay/{payment.id}/return")
    sent = {"csrf_token": csrf_token(shown.data), "amount": "150.00 INR", "gateway": "sandbox"}
    assert path_of(mine.post(f"/en/pay/{payment.id}", data=sent)) == f"/en/pay/{payment.id}"


def test_what_is_paid_leads_to_its_receipt_and_cannot_be_paid_again(mine, payment):
    shown, _ = page(mine, payment)
    paid(payment)
    assert path_of(page(mine, payment)[0]).endswith("/receipt")
    sent = {"csrf_token": csrf_token(shown.data), "amount": "150.00 INR", "gateway": "sandbox"}
    assert path_of(mine.post(f"/en/pay/{payment.id}", data=sent)) == f"/en/pay/{payment.id}"
    db.session.rollback()
    assert part_of(payment).number == 1


def test_there_is_no_receipt_of_what_is_not_paid(mine, payment):
    assert path_of(page(mine, payment, "/receipt")[0]) == f"/en/pay/{payment.id}"


def test_the_receipt_says_what_was_given_back(mine, payment):
    paid(payment)
    service.refund(payment.id, Money.of("50.00", "INR"), "half", by="tests")
    db.session.commit()
    assert "given back" not in page(mine, payment, "/receipt")[1]
    run_jobs()
    assert "₹50 was given back" in page(mine, payment, "/receipt")[1]
    service.refund(payment.id, Money.of("100.00", "INR"), "rest", by="tests")
    db.session.commit()
    run_jobs()
    assert "whole amount was given back" in page(mine, payment, "/receipt")[1]


def test_an_amount_that_changed_meanwhile_is_shown_before_it_is_paid(mine, payment):
    shown, _ = page(mine, payment)
    owed(TWO, about=payment.about, person_id=payment.person_id, subject_id=payment.subject_id)
    sent = {"csrf_token": csrf_token(shown.data), "amount": "150.00 INR", "gateway": "sandbox"}
    assert path_of(mine.post(f"/en/pay/{payment.id}", data=sent)) == f"/en/pay/{payment.id}"
    assert "₹200" in page(mine, payment)[1]


def test_what_was_called_off_says_so(mine, payment):
    service.cancel(PURPOSE, payment.about)
    db.session.commit()
    got, words = page(mine, payment)
    assert "Nothing to pay" in words
    assert 'name="gateway"' not in got.get_data(as_text=True)


def test_another_amount_that_arrived_warns_against_paying_again(mine, payment):
    attempt = begun(payment)
    service.settle(attempt.id, Outcome(Status.SUCCEEDED, Money.of("1.00", "INR")), "notice")
    db.session.commit()
    assert "Do not pay again" in page(mine, payment)[1]


@pytest.mark.parametrize("tail", ["", "/receipt", "/return"])
def test_somebody_elses_payment_is_not_found(app, payment, tail):
    theirs = signed_in_client(app, make_person(name="Ravi Kumar"))
    assert page(theirs, payment, tail)[0].status_code == 404
    assert theirs.get(f"/en/pay/{uuid4()}{tail}").status_code == 404


def test_a_visitor_is_asked_to_sign_in(visitor, payment):
    got, _ = page(visitor, payment)
    assert got.status_code == 302
    assert "/sign-in?next=" in got.headers["Location"]


def test_a_way_that_is_not_offered_is_refused(mine, payment):
    assert pay(mine, payment, gateway="nobody").status_code == 404
    assert pay(mine, payment, gateway=None).status_code == 422


def test_no_way_of_paying_is_said_in_words(mine, payment, another_gateway):
    another_gateway("sandbox", check_config=lambda _: ("off",))
    got, words = page(mine, payment)
    assert "cannot be paid here now" in words
    assert 'name="gateway"' not in got.get_data(as_text=True)


def test_several_ways_are_chosen_between(mine, payment, another_gateway):
    another_gateway("counter")
    got, words = page(mine, payment)
    assert "How do you want to pay?" in words
    assert got.get_data(as_text=True).count('type="radio"') == 2


def test_the_form_may_lead_to_the_hosts_of_the_gateways_and_no_further(
    mine, payment, another_gateway
):
    def start(order, means):
        return Redirect("https://pay.example.org/x")

    another_gateway("far", hosts=("https://pay.example.org",), start=start)
    policy = page(mine, payment)[0].headers["Content-Security-Policy"]
    assert "form-action 'self' https://pay.example.org;" in policy
    assert pay(mine, payment, gateway="far").headers["Location"] == "https://pay.example.org/x"
    assert "example" not in mine.get("/en/services").headers["Content-Security-Policy"]


def test_fields_are_posted_by_a_button(mine, payment, another_gateway):
    def start(order, means):
        return FormPost("https://pay.example.org/in", {"ref": order.reference, "x": '"<&'})

    another_gateway("post", hosts=("https://pay.example.org",), start=start)
    got = pay(mine, payment, gateway="post")
    text = got.get_data(as_text=True)
    assert got.status_code == 200
    assert 'action="https://pay.example.org/in"' in text
    assert f'value="{payment.reference}-1"' in text
    assert "&#34;&lt;&amp;" in text
    assert "https://pay.example.org" in got.headers["Content-Security-Policy"]


def test_printed_instructions_are_shown(mine, payment, another_gateway):
    def start(order, means):
        return Printed({"en": "Pay at any office."}, "C-17")

    another_gateway("counter", start=start)
    shown = path_of(pay(mine, payment, gateway="counter"))
    assert shown == f"/en/pay/{payment.id}/challan"
    for _ in range(2):
        text = mine.get(shown).get_data(as_text=True)
        assert "Pay at any office." in text
        assert "C-17" in text


@pytest.mark.parametrize("language", ["pa", "pa-Arab", "hi", "ur"])
def test_the_way_to_the_gateway_and_back_keeps_the_language(mine, payment, language):
    answer = mine.get(f"/{language}/pay/{payment.id}/receipt")
    assert path_of(answer) == f"/{language}/pay/{payment.id}"
    with mine.application.app_context():
        token = csrf_token(mine.get(f"/en/pay/{payment.id}").data)
    sent = {"csrf_token": token, "amount": "150.00 INR", "gateway": "sandbox"}
    gateway = path_of(mine.post(f"/{language}/pay/{payment.id}", data=sent))
    assert gateway.startswith(f"/{language}/sandbox-gateway/pay/")
    db.session.rollback()
    assert service.newest(payment).amount == FEE
    assert service.by_id(payment.id).state == PaymentState.DUE


def test_paying_asks_for_a_factor_that_was_shown_just_now(app, mine, payment):
    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1)):
        shown, _ = page(mine, payment)
        sent = {"csrf_token": csrf_token(shown.data), "amount": "150.00 INR", "gateway": "sandbox"}
        answer = mine.post(f"/en/pay/{payment.id}", data=sent)
        assert "/account/confirm" in answer.headers["Location"]
    assert service.newest(payment) is None
