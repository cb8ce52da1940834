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
import yaml

from payments.disbursement import Account, NotReadable, PaymentList, Report, Said, Transfer
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
from payments.gateways import gateways
from payments.gateways.redirect.declared import Company, Signing
from portal.kernel import clock, http
from portal.kernel.settings import KernelSettings, Settings
from tests.payments.companies import declared_company, posted, redirect_means
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
        if self.path == "/cancel" and orders.get(ref, {}).get("state") == "waiting":
            orders[ref]["state"] = "called_off"
        if self.path in ("/find", "/cancel"):
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


def test_the_example_calls_off_what_was_not_paid(acme, company, means, order):
    assert acme.gateway.cancel(order, means).status is Status.UNKNOWN
    acme.gateway.start(order, means)
    assert acme.gateway.cancel(order, means).status is Status.CANCELLED
    assert acme.gateway.query(order, means).status is Status.CANCELLED


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
    for name in ("start", "read_notice", "query", "refund", "cancel", "check_config", "hosts_by"):
        assert f"| `{name}`" in PAGE


# --- The declared company -----------------------------------------------------------------------


@pytest.fixture
def declared(app):
    """The company of the page, at a port of this machine."""
    [text] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    with declared_company(
        lambda base: yaml.safe_load(text.replace("https://pay.example.org", base))
    ) as (played, told):
        yield played, redirect_means(told)


def test_the_declared_example_is_paid_told_and_given_back(declared, order):
    played, means = declared
    redirect = gateways()["redirect"]
    assert redirect.query(order, means).status is Status.UNKNOWN
    posted(redirect.start(order, means))
    assert redirect.query(order, means).status is Status.OPEN
    played.choose(order.reference, "hold")
    assert redirect.query(order, means).status is Status.AUTHORISED
    asked = redirect.capture(order, means)
    assert (asked.status, asked.amount) == (Status.SUCCEEDED, FEE)
    [_, letter] = played.store.letters()
    body, headers = played.world.signed(letter)
    [told] = redirect.read_notice(headers, body, means)
    assert (told.order, told.outcome.status) == (order.reference, Status.SUCCEEDED)
    with pytest.raises(ForgedNotice):
        redirect.read_notice(headers, body.replace(b"SUCCESS", b"FAIL"), means)
    wanted = RefundOrder(uuid4(), order, FEE)
    done = [redirect.refund(wanted, means) for _ in range(3)]
    assert {one.status for one in done} == {RefundStatus.SUCCEEDED}
    assert len({one.reference for one in done}) == 1


def test_the_declared_example_has_every_member_that_can_be_declared():
    [text] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    told = yaml.safe_load(text)
    assert set(Company.model_fields) - set(told) == {"sends"}
    assert set(Signing.model_fields) - set(told["sign"]) == {"key_first"}


def test_the_example_of_a_banks_file_writes_a_list_and_reads_the_answer():
    [source] = [
        one for one in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "batch" in one
    ]
    bank = types.ModuleType("bank")
    exec(compile(source, "docs/writing-a-gateway.md", "exec"), bank.__dict__)  # noqa: S102
    to = Account("Ali", "PK36SCBL0000001123456702")
    wanted = [Transfer(f"PL-1-{n}", to, FEE, "Refund") for n in (1, 2)]
    batch = PaymentList("PL-1", clock.now(), clock.today(), to, wanted)
    written = json.loads(bank.disburser.write(batch))
    assert [one["amount"] for one in written["lines"]] == [FEE.amount] * 2
    written["lines"][0]["state"], written["lines"][1]["state"] = "sent", "rejected"
    told = bank.disburser.read(json.dumps(written).encode())
    assert told == Report("PL-1", [Said("PL-1-1", "sent"), Said("PL-1-2", "rejected")])
    for damaged in (b"", b"[]", b'{"list": "PL-1", "lines": [{"ref": "PL-1-1", "state": "lost"}]}'):
        with pytest.raises(NotReadable):
            bank.disburser.read(damaged)
