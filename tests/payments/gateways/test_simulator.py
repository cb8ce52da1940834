"""The simulator: Stripe's rules of keys and errors, faults by seed, books that last, its page."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest
import stripe

from payments.simulator.app import create_app
from payments.simulator.calls import nested
from payments.simulator.faults import KINDS, Faults, NoSuchFault
from payments.simulator.store import Store
from payments.simulator.stripe import Stripe
from payments.simulator.world import World, stripe_signature
from portal.kernel import http
from tests.payments.companies import KEY, NOWHERE, SECRET
from tests.ports import free_port

OPENED = {"authorization": f"Bearer {KEY}"}
ASKED = {
    "mode": "payment",
    "client_reference_id": "PBP-1",
    "success_url": "http://x/return",
    "cancel_url": "http://x/left",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "inr",
    "line_items[0][price_data][unit_amount]": "15000",
    "line_items[0][price_data][product_data][name]": "Fee & <more>",
}


def world(seed="1", **rates):
    made = World(Store(), Faults(seed, rates), stall=0)
    made.signers["stripe"] = stripe_signature(SECRET)
    return made


@pytest.fixture
def played():
    return Stripe(world(), NOWHERE)


@pytest.fixture
def caller(played):
    return create_app(played, KEY).test_client()


def create(caller, key="k", **changes):
    headers = OPENED | ({"idempotency-key": key} if key else {})
    return caller.post("/v1/checkout/sessions", data=ASKED | changes, headers=headers)


def test_the_same_key_and_words_have_the_same_answer(caller, played):
    first, second = create(caller), create(caller)
    assert first.json == second.json
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(played.sessions()) == 1


def test_the_same_key_and_other_words_are_an_error(caller, played):
    create(caller)
    got = create(caller, client_reference_id="PBP-2")
    assert (got.status_code, got.json["error"]["type"]) == (400, "idempotency_error")
    assert len(played.sessions()) == 1


def test_a_fault_is_kept_for_its_key_and_a_refusal_is_not(caller, played):
    played.world.faults.change({"broken": 1})
    assert create(caller).status_code == 500
    played.world.faults.change({"broken": 0})
    assert create(caller).status_code == 500
    assert create(caller, "other", mode="setup").status_code == 400
    assert create(caller, "other").status_code == 200


def test_calls_without_the_key_are_refused(caller):
    for path in ("/v1/refunds", "/v1/checkout/sessions/cs_1", "/_simulator/faults"):
        assert caller.get(path).status_code == 401
    bad = {"authorization": "Bearer é".encode().decode("latin-1")}
    assert caller.get("/v1/refunds", headers=bad).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"mode": "setup"}, 400),
        ({"favourite_colour": "blue"}, 400),
        ({"expires_at": "1"}, 400),
        ({"line_items[0][price_data][unit_amount]": "0"}, 400),
        ({"line_items[0][price_data][unit_amount]": "x"}, 400),
        ({"line_items[0][price_data][currency]": "isk"}, 200),
        (
            {
                "line_items[0][price_data][currency]": "isk",
                "line_items[0][price_data][unit_amount]": "15050",
            },
            400,
        ),
    ],
)
def test_a_session_that_stripe_would_refuse_is_refused(caller, changes, status):
    assert create(caller, "", **changes).status_code == status


def test_what_is_not_there_is_not_found(caller):
    for path in ("checkout/sessions/x", "payment_intents/x", "refunds/x", "events/x", "mandates"):
        got = caller.get(f"/v1/{path}", headers=OPENED)
        assert got.status_code == 404
        assert got.json["error"]["message"]


def test_a_person_pays_on_its_page(caller, played):
    session = create(caller).json
    page = caller.get(f"/pay/{session['id']}")
    assert "Fee &amp; &lt;more&gt;" in page.text
    assert "no real money" in page.text
    assert "<script" not in page.text
    declined = caller.post(f"/pay/{session['id']}", data={"choice": "decline"})
    assert declined.status_code == 402
    assert "declined" in declined.text
    left = caller.post(f"/pay/{session['id']}", data={"choice": "leave"})
    assert left.headers["location"] == "http://x/left"
    paid = caller.post(f"/pay/{session['id']}", data={"choice": "pay"})
    assert paid.headers["location"] == "http://x/return"
    assert "is over" in caller.get(f"/pay/{session['id']}").text
    assert caller.post(f"/pay/{session['id']}", data={"choice": "pay"}).status_code == 409
    assert caller.get("/pay/cs_nobody").status_code == 404


def test_each_change_is_told_as_an_event(caller, played):
    session = create(caller).json
    played.choose(session["id"], "decline")
    played.choose(session["id"], "pay")
    intent = played.session(session["id"])["payment_intent"]
    caller.post("/v1/refunds", data={"payment_intent": intent}, headers=OPENED)
    got = caller.get("/v1/events?limit=2", headers=OPENED).json
    assert [one["type"] for one in got["data"]] == ["refund.created", "checkout.session.completed"]
    assert got["has_more"] is True
    more = {"starting_after": got["data"][-1]["id"]}
    rest = caller.get("/v1/events", query_string=more, headers=OPENED).json
    assert [one["type"] for one in rest["data"]] == ["payment_intent.payment_failed"]
    one = caller.get(f"/v1/events/{rest['data'][0]['id']}", headers=OPENED).json
    assert one == rest["data"][0]


def test_its_notices_are_signed_as_stripes_library_wants(caller, played):
    played.choose(create(caller).json["id"], "pay")
    [letter] = played.store.letters()
    header = played.world.signed(letter)[1]["stripe-signature"]
    assert stripe.Webhook.construct_event(letter.body, header, SECRET).type == (
        "checkout.session.completed"
    )
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(letter.body, header, "whsec_another")


def test_a_dispute_is_opened_by_fault(caller, played):
    played.world.faults.change({"dispute": 1})
    played.choose(create(caller).json["id"], "pay")
    assert played.events()[0]["type"] == "charge.dispute.created"


def orders(played, count=40):
    """What becomes of many orders, told by their notices."""
    asked = nested(ASKED.items())
    for number in range(count):
        session = played.create_session(asked | {"client_reference_id": f"PBP-{number}"})
        played.choose(session["id"], "pay")
    now = played.world.now()
    return [
        (json.loads(one.body)["data"]["object"]["client_reference_id"], one.tries)
        for one in played.store.letters(now)
    ]


@pytest.mark.parametrize("fault", ["drop", "duplicate", "reorder", "delay"])
def test_faults_of_notices_strike_alike_for_one_seed_and_otherwise_for_another(fault):
    histories = [orders(Stripe(world(seed, **{fault: 0.3}), NOWHERE)) for seed in "112"]
    assert histories[0] == histories[1] != histories[2]
    whole = orders(Stripe(world(), NOWHERE))
    assert histories[0] != whole
    assert len(whole) == 40


def test_a_fault_strikes_as_often_as_it_is_told_to():
    faults = Faults("7", {"drop": 0.1})
    struck = sum(faults.strikes("drop", str(number)) for number in range(10_000))
    assert 900 < struck < 1100
    assert not any(faults.strikes("lost", str(number)) for number in range(100))
    assert all(Faults("7", {"lost": 1}).strikes("lost", str(number)) for number in range(100))


@pytest.mark.parametrize("rates", [{"melt": 1}, {"drop": 2}, {"drop": "x"}, {"drop": -1}])
def test_a_fault_that_there_is_not_is_refused_with_a_sentence(rates, caller):
    with pytest.raises(NoSuchFault, match=r"\.$"):
        Faults().change(rates)
    got = caller.post("/_simulator/faults", json=rates, headers=OPENED)
    assert got.status_code == 422


def test_its_levers_move_it(caller, played):
    got = caller.post("/_simulator/faults", json={"late": 0.5}, headers=OPENED)
    assert got.json["rates"] == {"late": 0.5}
    assert caller.get("/_simulator/faults", headers=OPENED).json == got.json
    create(caller)
    pressed = {"reference": "PBP-1", "choice": "slowly"}
    assert caller.post("/_simulator/press", json=pressed, headers=OPENED).json["status"]
    assert len(caller.get("/_simulator/notices", headers=OPENED).json) == 1
    caller.post("/_simulator/clock", json={"ahead": 60}, headers=OPENED)
    assert played.session(played.sessions()[0]["id"])["payment_status"] == "paid"
    assert caller.post("/_simulator/deliver", headers=OPENED).json == {"taken": 0}
    assert {one.tries for one in played.store.letters()} == {1}


def test_its_books_outlast_it(tmp_path):
    file = tmp_path / "books.sqlite"
    first = Store(file)
    played = Stripe(World(first), NOWHERE)
    number = played.create_session(nested(ASKED.items()))["id"]
    first.close()
    again = Stripe(World(Store(file)), NOWHERE)
    assert again.session(number)["status"] == "open"
    assert again.create_session(nested(ASKED.items()))["id"] != number


def test_what_fails_half_way_is_not_in_its_books(played):
    def half():
        with played.store.together():
            played.create_session(nested(ASKED.items()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert played.sessions() == []


def test_it_is_a_program_of_its_own(tmp_path):
    """It starts by the portal's command, needs no database, and ends when it is told to."""
    port = free_port()
    options = ["--port", str(port), "--data", str(tmp_path / "b.sqlite"), "--fault", "late=1"]
    command = [sys.executable, "-m", "portal.cli", "payments", "simulate", *options]
    kept = {"PATH": os.environ["PATH"], "PORTAL_ENV": "test"}
    with subprocess.Popen(command, env=kept, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert f"STRIPE_API_BASE=http://127.0.0.1:{port}" in program.stdout.readline()
            url = f"http://127.0.0.1:{port}/_simulator/faults"
            told = http.get(url, {"authorization": f"Bearer {KEY}"}, allow_private=True)
            assert json.loads(told.body) == {"seed": "1", "rates": {"late": 1.0}}
        finally:
            program.send_signal(signal.SIGTERM)
    assert (tmp_path / "b.sqlite").exists()


def test_it_loads_nothing_of_our_database():
    words = "import payments.simulator.__main__, sys; print(sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, check=True
    ).stdout
    found = set(re.findall(r"'([^']+)'", loaded))
    assert not found & {"sqlalchemy", "psycopg", "portal.kernel.db", "payments.models", "stripe"}


def test_its_help_names_every_fault():
    told = subprocess.run(
        [sys.executable, "-m", "payments.simulator", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert all(f"{kind}: " in told for kind in KINDS)


def test_names_are_the_same_in_the_same_history():
    assert world().name("cs") == world().name("cs") != world("2").name("cs")
