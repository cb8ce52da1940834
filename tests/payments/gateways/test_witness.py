"""Another program that plays Stripe, written by others: what both of them say is likely so.

It has no Checkout, no idempotency keys and no disputes, and gives back more than was taken; those
the simulator alone plays. Here are the calls that it has, over our own way to Stripe, and its
notices.
"""

import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
import stripe

from payments.gateway import ForgedNotice
from payments.gateways import gateways
from payments.gateways.stripe.line import client
from payments.simulator.world import stripe_signature
from portal.kernel import clock, http
from tests.payments.companies import SECRET, stripe_means
from tests.ports import free_port

PROGRAM = Path(__file__).with_name("witness.py")
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
DECLINED = CARD | {"number": "4000000000000341"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Inbox(BaseHTTPRequestHandler):
    """Keeps what it is sent, as headers and body."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.kept.append((dict(self.headers), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def witness():
    """Its address."""
    port = free_port()
    running = subprocess.Popen([sys.executable, PROGRAM, str(port)])
    base = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            http.get(base, {}, allow_private=True)
            break
        except http.Unreachable:
            time.sleep(0.1)
    yield base
    running.terminate()
    running.wait(10)


@pytest.fixture
def letters(witness):
    """What it sends to whoever listens."""
    server = HTTPServer(("127.0.0.1", 0), Inbox)
    server.kept = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    told = {"url": f"http://127.0.0.1:{server.server_port}/", "secret": SECRET}
    way = f"{witness}/_config/webhooks/portal"
    assert http.post(way, urlencode(told).encode(), FORM, allow_private=True).status == 200
    yield server.kept
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def means(app, witness):
    return stripe_means(witness)


@pytest.fixture
def line(means):
    """Stripe's library over our guarded client, as the gateway has it."""
    return client(means)


def intended(line, card=CARD, amount=1500):
    method = line.v1.payment_methods.create({"type": "card", "card": card})
    told = {"amount": amount, "currency": "inr", "payment_method": method.id}
    return line.v1.payment_intents.create(told | {"metadata": {"reference": "PBP-1"}})


def heard(letters, kind):
    """It sends a moment later."""
    for _ in range(100):
        found = [one for one in letters if json.loads(one[1])["type"] == kind]
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError([json.loads(body)["type"] for _, body in letters])


def test_what_is_confirmed_is_taken_once(line):
    intent = intended(line)
    assert intent.status == "requires_confirmation"
    done = line.v1.payment_intents.confirm(intent.id)
    assert (done.status, done.amount, done.currency) == ("succeeded", 1500, "inr")
    read = line.v1.payment_intents.retrieve(intent.id)
    assert read.metadata["reference"] == "PBP-1"
    with pytest.raises(stripe.StripeError):
        line.v1.payment_intents.confirm(intent.id)
    assert line.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_decline_is_an_error_and_another_card_does(line):
    intent = intended(line, DECLINED)
    with pytest.raises(stripe.CardError):
        line.v1.payment_intents.confirm(intent.id)
    assert line.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"
    assert line.v1.payment_intents.confirm(intended(line).id).status == "succeeded"


def test_parts_go_back_and_are_listed_by_what_was_taken(line):
    intent = line.v1.payment_intents.confirm(intended(line).id)
    for number, amount in enumerate((500, 1000)):
        told = {"payment_intent": intent.id, "amount": amount, "metadata": {"refund": f"{number}"}}
        made = line.v1.refunds.create(told)
        assert (made.status, made.amount) == ("succeeded", amount)
    listed = line.v1.refunds.list({"payment_intent": intent.id, "limit": 100}).auto_paging_iter()
    assert {one.metadata["refund"]: one.amount for one in listed} == {"0": 500, "1": 1000}


@pytest.mark.promise("M16")
def test_its_signature_is_taken_and_a_changed_or_other_one_is_not(line, means, letters):
    line.v1.payment_intents.confirm(intended(line).id)
    headers, body = heard(letters, "payment_intent.succeeded")
    read = gateways()["stripe"].read_notice
    # It is checked, and is no news of an order: those come from Checkout.
    assert read(headers, body, means) == ()
    with pytest.raises(ForgedNotice):
        read(headers, body.replace(b"1500", b"9500"), means)
    with pytest.raises(ForgedNotice):
        read(headers, body, stripe_means("http://127.0.0.1:9", "whsec_another"))


def test_the_simulator_signs_as_it_does(line, letters):
    line.v1.payment_intents.confirm(intended(line).id)
    headers, body = heard(letters, "payment_intent.succeeded")
    named = {name.lower(): value for name, value in headers.items()}["stripe-signature"]
    moment = int(named.partition(",")[0].removeprefix("t="))
    assert abs(clock.now().timestamp() - moment) < 60
    ours = stripe_signature(SECRET)(body.decode(), moment)[1]["stripe-signature"]
    assert ours.split(",")[1] == next(one for one in named.split(",") if one.startswith("v1="))
