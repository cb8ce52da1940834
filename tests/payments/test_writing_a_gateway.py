"""The example of docs/writing-a-gateway.md, run against a company that speaks as it says."""

import hashlib
import hmac
import json
import re
import types
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from payments.gateway import (
    ForgedNotice,
    GatewayError,
    Means,
    Order,
    Redirect,
    RefundOrder,
    RefundStatus,
    Status,
)
from portal.kernel import clock, http
from portal.kernel.settings import KernelSettings, Settings
from tests.payments.factories import FEE

PAGE = (Path(__file__).parents[2] / "docs" / "writing-a-gateway.md").read_text()
KEY = "sk_test"


class Acme(BaseHTTPRequestHandler):
    """The company of the example: orders by merchant reference, refunds by key."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        orders, refunds = self.server.orders, self.server.refunds
        ref = asked.get("merchant_ref")
        if self.headers["authorization"] != f"Bearer {KEY}":
            return self.say(401, {})
        if self.path == "/orders":
            orders.setdefault(
                ref,
                {"id": f"A{len(orders)}", "merchant_ref": ref, "state": "waiting"}
                | {"taken": asked["amount"]},
            )
            page = f"https://pay.acme.example/{orders[ref]['id']}"
            return self.say(200, {"id": orders[ref]["id"], "page": page})
        if self.path == "/find":
            return self.say(200, {"order": orders.get(ref)})
        key = self.headers["idempotency-key"]
        refunds.setdefault(key, {"id": f"R{len(refunds)}", "state": "done"})
        return self.say(200, refunds[key])

    def say(self, status, told):
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def company():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Acme)
    server.orders, server.refunds = {}, {}
    running = Thread(target=server.serve_forever, daemon=True)
    running.start()
    yield server
    server.shutdown()
    running.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def acme():
    [source] = [one for one in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "Acme" in one]
    module = types.ModuleType("acme")
    exec(compile(source, "docs/writing-a-gateway.md", "exec"), module.__dict__)  # noqa: S102
    return module


@pytest.fixture
def means(acme, company):
    url = f"http://127.0.0.1:{company.server_port}"
    here = acme.AcmeSettings(acme_url=url, acme_key=KEY)
    settings = Settings([KernelSettings(env="test"), here])
    post, get = (partial(one, allow_private=True) for one in (http.post, http.get))
    return Means(settings, bytes(32), post, get, clock.now)


@pytest.fixture
def order():
    later = clock.now() + timedelta(minutes=45)
    return Order("PBP-1-1", FEE, "Fee", "en", "https://x/return", "https://x/hooks", later)


def notice(company, ref, **changes):
    body = json.dumps({"event": "e1", "order": company.orders[ref] | changes}).encode()
    return body, {"Acme-Signature": hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()}


def test_the_example_starts_once_and_leads_to_the_companys_page(acme, company, means, order):
    assert acme.gateway.query(order, means).status is Status.UNKNOWN
    first, second = (acme.gateway.start(order, means) for _ in range(2))
    assert first == second == Redirect("https://pay.acme.example/A0", "A0")
    assert acme.gateway.query(order, means).status is Status.OPEN


def test_the_example_tells_alike_by_notice_and_by_question(acme, company, means, order):
    acme.gateway.start(order, means)
    company.orders[order.reference]["state"] = "paid"
    asked = acme.gateway.query(order, means)
    body, headers = notice(company, order.reference)
    [told] = acme.gateway.read_notice(headers, body, means)
    assert (told.order, told.outcome) == (order.reference, asked)
    assert (asked.status, asked.amount) == (Status.SUCCEEDED, FEE)
    with pytest.raises(ForgedNotice):
        acme.gateway.read_notice(headers, body + b" ", means)


def test_the_example_makes_nothing_up(acme, company, means, order):
    acme.gateway.start(order, means)
    company.orders[order.reference]["state"] = "melted"
    with pytest.raises(GatewayError):
        acme.gateway.query(order, means)
    nowhere = acme.AcmeSettings(acme_url="http://127.0.0.1:9", acme_key=KEY)
    with pytest.raises(GatewayError):
        acme.gateway.query(order, replace(means, settings=Settings([nowhere])))


def test_the_example_gives_back_once(acme, company, means, order):
    acme.gateway.start(order, means)
    wanted = RefundOrder(uuid4(), order, FEE)
    done = [acme.gateway.refund(wanted, means) for _ in range(3)]
    assert {one.reference for one in done} == {"R0"}
    assert done[0].status is RefundStatus.SUCCEEDED


def test_the_example_says_what_is_not_set(acme, means):
    assert acme.gateway.check_config(means.settings) == ()
    assert acme.gateway.check_config(Settings([acme.AcmeSettings()])) != ()


def test_the_page_names_every_function_of_the_contract():
    for name in ("start", "read_notice", "query", "refund", "check_config"):
        assert f"| `{name}` |" in PAGE
