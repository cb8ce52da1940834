"""What every gateway that is found must do, also the one that is written next.

An adapter is driven through its own functions; what only its company can do (letting somebody pay)
is in COMPANIES, one entry for each gateway.
"""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from payments.calling import service as calling
from payments.gateway import (
    ForgedNotice,
    FormPost,
    Gateway,
    Order,
    Printed,
    Redirect,
    RefundOrder,
    RefundStatus,
    Status,
)
from payments.gateways import folders, gateways
from payments.gateways.sandbox.company import service as company
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_
from portal.kernel.money import Money
from portal.kernel.settings import Section, current
from tests.payments.factories import FEE, letters, press

COMPANIES = {"sandbox": (press, letters)}


@pytest.fixture(params=sorted(gateways()))
def gateway(request, app):
    return gateways()[request.param]


@pytest.fixture
def means(gateway):
    return calling.means(gateway)


@pytest.fixture
def order(gateway):
    currency = next(iter(gateway.capabilities.currencies), "INR")
    return Order(
        reference=f"PBP-TEST-{uuid4().hex[:8]}-1",
        amount=replace(FEE, currency=currency),
        title="ਵਪਾਰ ਲਾਇਸੈਂਸ & <fee>",
        language="pa_Arab",
        return_url="http://localhost:8000/pa-Arab/pay/x/return",
        notice_url=f"http://localhost:8000/hooks/payments/{gateway.slug}",
        expires_at=clock.now() + timedelta(minutes=45),
    )


def test_there_is_a_gateway_in_each_folder():
    assert len(gateways()) == len(folders()) >= 1


def test_each_gateway_can_be_tried():
    assert set(COMPANIES) == set(gateways())


def test_it_says_who_it_is(gateway):
    assert isinstance(gateway, Gateway)
    assert gateway.slug.isascii()
    assert gateway.slug == gateway.slug.lower()
    assert gateway.title == N_(gateway.title) != ""
    assert all(issubclass(section, Section) for section in gateway.settings)
    assert all(host.startswith("https://") for host in gateway.hosts)
    assert list(gateway.check_config(current())) == []


def test_starting_leads_somewhere_and_twice_to_the_same(gateway, means, order):
    first, second = gateway.start(order, means), gateway.start(order, means)
    assert first == second
    assert isinstance(first, Redirect | FormPost | Printed)
    if not isinstance(first, Printed):
        assert urlsplit(first.url).scheme in ("http", "https")


def test_an_order_that_was_never_begun_is_unknown(gateway, means, order):
    assert gateway.query(order, means).status is Status.UNKNOWN


def test_what_was_begun_is_open_and_brought_no_money(gateway, means, order):
    gateway.start(order, means)
    told = gateway.query(order, means)
    assert told.status is Status.OPEN
    assert told.amount is None


@pytest.mark.promise("M16")
def test_a_payment_is_told_alike_by_notice_and_by_question(gateway, means, order):
    pay, tell = COMPANIES[gateway.slug]
    gateway.start(order, means)
    pay(order)
    asked = gateway.query(order, means)
    assert (asked.status, asked.amount) == (Status.SUCCEEDED, order.amount)
    [(body, headers)] = tell(order)
    [notice] = gateway.read_notice(headers, body, means)
    assert (notice.order, notice.outcome) == (order.reference, asked)
    assert notice.id


def test_a_decline_brings_no_money_and_a_code(gateway, means, order):
    pay, _ = COMPANIES[gateway.slug]
    gateway.start(order, means)
    pay(order, "decline")
    asked = gateway.query(order, means)
    assert (asked.status, asked.amount) == (Status.FAILED, None)
    assert asked.code


@pytest.mark.promise("M16")
def test_every_changed_byte_is_noticed(gateway, means, order):
    pay, tell = COMPANIES[gateway.slug]
    gateway.start(order, means)
    pay(order)
    [(body, headers)] = tell(order)
    for place in range(0, len(body), 7):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(ForgedNotice):
            gateway.read_notice(headers, changed, means)
    with pytest.raises(ForgedNotice):
        gateway.read_notice(headers, body, replace(means, secret=bytes(32)))
    with pytest.raises(ForgedNotice):
        gateway.read_notice({}, body, means)


@pytest.mark.promise("M16")
def test_money_goes_back_once_for_each_refund(gateway, means, order):
    pay, _ = COMPANIES[gateway.slug]
    gateway.start(order, means)
    pay(order)
    whole = RefundOrder(uuid4(), order, order.amount)
    done = [gateway.refund(whole, means) for _ in range(3)]
    assert {one.status for one in done} == {RefundStatus.SUCCEEDED}
    assert len({one.reference for one in done}) == 1
    more = RefundOrder(uuid4(), order, Money(1, order.amount.currency))
    assert gateway.refund(more, means).status is RefundStatus.FAILED


def test_what_was_not_paid_is_not_given_back(gateway, means, order):
    gateway.start(order, means)
    told = gateway.refund(RefundOrder(uuid4(), order, order.amount), means)
    assert told.status is RefundStatus.FAILED


def test_the_sandboxs_company_says_what_an_interface_would_say(app):
    assert company.look_up("nobody") is None
    order = Order("r", FEE, "t", "en", "http://x/", "http://x/", clock.now())
    gateways()["sandbox"].start(order, calling.means(gateways()["sandbox"]))
    told = company.look_up("r")
    assert json.loads(json.dumps(told)) == told
    assert told["state"] == "expired"
    db.session.rollback()
