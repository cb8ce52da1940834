"""What every gateway that is found must do, also the one that is written next.

An adapter is driven through its own functions; what only its company can do (letting somebody pay)
is in `companies.py`, one entry for each gateway.
"""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine

from payments.calling import service as calling
from payments.gateway import (
    METHODS,
    DisputeStatus,
    ForgedNotice,
    FormPost,
    Gateway,
    GatewayError,
    Hosted,
    Order,
    Printed,
    Redirect,
    RefundOrder,
    RefundStatus,
    Status,
)
from payments.gateways import folders, gateways
from payments.gateways.sandbox.company import service as sandbox_company
from portal.i18n import LANGUAGES
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_
from portal.kernel.http import Answer, Unreachable
from portal.kernel.money import Money
from portal.kernel.settings import Section
from tests.payments.companies import COMPANIES
from tests.payments.factories import FEE

AMOUNTS = [
    *(Money.of("150.00", "INR"), Money.of("99999.99", "PKR"), Money.of("0.50", "USD")),
    *(Money(1200, "JPY"), Money.of("12.340", "BHD"), Money(700, "ISK"), Money(3500, "UGX")),
]
# What a company may say that is none of its answers.
ODD = [
    *((200, b""), (200, b"<html>"), (200, b"null"), (200, b"[]"), (200, b"{}"), (200, b'"x"')),
    *((200, b"\xff\xfe"), (200, b'{"data": 5}'), (200, b'{"id": "x", "status": "melted"}')),
    *((302, b""), (403, b"{}"), (429, b'{"error": {}}'), (500, b"{}"), (503, b"away")),
]


@pytest.fixture(params=sorted(gateways()))
def company(request, app):
    with COMPANIES[request.param]() as one:
        yield one


@pytest.fixture
def gateway(request, company):
    """With what it can do under the settings of its company."""
    slug = request.node.callspec.params["company"]
    return gateways()[slug].under(company.means.settings)


@pytest.fixture
def means(company):
    return company.means


@pytest.fixture
def order(gateway):
    currency = next(iter(sorted(gateway.capabilities.currencies)), "INR")
    return new_order(gateway, replace(FEE, currency=currency))


def new_order(gateway, amount):
    return Order(
        reference=f"PBP-TEST-{uuid4().hex[:8]}-1",
        amount=amount,
        title="ਵਪਾਰ ਲਾਇਸੈਂਸ & <fee>",
        language="pa_Arab",
        return_url="http://localhost:8000/pa-Arab/pay/x/return",
        notice_url=f"http://localhost:8000/hooks/payments/{gateway.slug}",
        expires_at=clock.now() + timedelta(minutes=45),
    )


@pytest.fixture
def begun(gateway, company, order):
    """The order as it stands after its start: with the company's number, if it gave one."""
    return started(gateway, company, order)


def started(gateway, company, order):
    leads = gateway.start(order, company.means)
    company.lead(leads)
    return replace(order, gateway_reference=leads.reference)


def letter(company, order):
    """The one notice of an order."""
    letters = company.tell(order)
    if not letters:
        pytest.skip("It sends no notices.")
    [(body, headers)] = letters
    return body, headers


def given_back(gateway, company, wanted):
    """What a refund comes to when it does not stay pending."""
    told = gateway.refund(wanted, company.means)
    if told.status is RefundStatus.PENDING:
        company.repay(wanted)
        told = gateway.refund(wanted, company.means)
    return told


def test_there_is_a_gateway_in_each_folder():
    assert len(gateways()) == len(folders()) >= 3


def test_each_gateway_can_be_tried():
    assert set(COMPANIES) == set(gateways())


def test_it_says_who_it_is(gateway, means):
    assert isinstance(gateway, Gateway)
    assert gateway.slug.isascii()
    assert gateway.slug == gateway.slug.lower()
    assert gateway.title == N_(gateway.title) != ""
    assert all(issubclass(section, Section) for section in gateway.settings)
    assert all(host.startswith("https://") for host in gateway.hosts)
    assert list(gateway.check_config(means.settings)) == []


def test_it_says_in_sentences_why_it_cannot_be_used(gateway):
    for sentence in gateway.check_config(calling.means(gateway).settings):
        assert sentence.endswith(".")


@pytest.mark.promise("M16")
def test_starting_leads_somewhere_and_twice_to_the_same(gateway, means, order):
    first, second = gateway.start(order, means), gateway.start(order, means)
    assert first == second
    assert isinstance(first, Redirect | FormPost | Printed)


def test_the_browser_is_led_where_the_gateway_says(gateway, means, order):
    leads = gateway.start(order, means)
    if not isinstance(leads, Printed):
        parts = urlsplit(leads.url)
        homes = (*gateway.origins(means.settings), means.settings.kernel.base_url)
        assert f"{parts.scheme}://{parts.netloc}" in homes


def test_an_order_that_was_never_begun_is_unknown(gateway, means, order):
    assert gateway.query(order, means).status is Status.UNKNOWN


def test_what_was_begun_is_open_and_brought_no_money(gateway, means, begun):
    told = gateway.query(begun, means)
    assert told.status is Status.OPEN
    assert told.amount is None


def test_an_order_whose_number_was_lost_is_found_all_the_same(gateway, company, begun):
    company.press(begun)
    lost = replace(begun, gateway_reference=None)
    told = gateway.query(lost, company.means)
    assert told == gateway.query(begun, company.means)
    assert told.status is Status.SUCCEEDED


@pytest.mark.promise("M16")
def test_a_payment_is_told_alike_by_notice_and_by_question(gateway, company, begun):
    company.press(begun)
    asked = gateway.query(begun, company.means)
    assert (asked.status, asked.amount) == (Status.SUCCEEDED, begun.amount)
    body, headers = letter(company, begun)
    [notice] = gateway.read_notice(headers, body, company.means)
    assert notice.order == begun.reference
    # One that names no amount lets the portal ask.
    assert replace(notice.outcome, amount=notice.outcome.amount or asked.amount) == asked
    assert notice.id


@pytest.mark.parametrize("amount", AMOUNTS, ids=lambda one: one.currency)
def test_what_was_taken_is_what_was_asked_to_the_last_coin(gateway, company, amount):
    if not gateway.takes(amount):
        pytest.skip("It does not take this currency.")
    order = started(gateway, company, new_order(gateway, amount))
    company.press(order)
    assert gateway.query(order, company.means).amount == amount
    whole = RefundOrder(uuid4(), order, amount)
    assert given_back(gateway, company, whole).status is RefundStatus.SUCCEEDED


def test_what_it_says_that_it_can_it_can(gateway):
    able = gateway.capabilities
    assert able.methods
    assert {*able.methods} <= {*METHODS}
    assert able.hosted in Hosted
    assert not able.captures or gateway.capture is not None


@pytest.mark.promise("M16")
def test_what_is_held_is_taken_once_it_is_asked_for(gateway, company, begun):
    if not gateway.capabilities.captures:
        pytest.skip("It takes at once.")
    company.press(begun, "hold")
    assert gateway.query(begun, company.means).status is Status.AUTHORISED
    for _ in range(2):
        told = gateway.capture(begun, company.means)
        assert (told.status, told.amount) == (Status.SUCCEEDED, begun.amount)
    assert gateway.query(begun, company.means) == told


@pytest.mark.promise("M17")
def test_a_dispute_is_told_by_its_number_and_what_was_taken_stays_taken(gateway, company, begun):
    if gateway.dispute is None:
        pytest.skip("Its company says nothing of disputes.")
    company.press(begun)
    before = len(company.tell(begun))
    for status in (DisputeStatus.OPEN, DisputeStatus.WON):
        company.dispute(begun, status)
        *_, (body, headers) = company.tell(begun)[before:]
        [notice] = gateway.read_notice(headers, body, company.means)
        assert notice.outcome.status is Status.DISPUTED
        told = gateway.dispute(notice.dispute, company.means)
        assert (told.order, told.amount) == (begun.reference, begun.amount)
        assert told.status is status
        taken = gateway.query(begun, company.means)
        assert (taken.status, taken.amount) == (Status.SUCCEEDED, begun.amount)


def test_a_decline_brings_no_money_and_a_code(gateway, company, begun):
    company.press(begun, "decline")
    asked = gateway.query(begun, company.means)
    assert (asked.status, asked.amount) == (Status.FAILED, None)
    assert asked.code


def test_an_order_whose_time_is_over_has_ended_without_money(gateway, company, begun):
    with time_machine.travel(begun.expires_at + timedelta(minutes=1)):
        told = gateway.query(begun, company.means)
    assert told.status in (Status.EXPIRED, Status.CANCELLED)
    assert told.amount is None


def test_what_is_called_off_brings_no_money_any_more(gateway, company, begun):
    if gateway.cancel is None:
        pytest.skip("Its company cannot call off an order.")
    for _ in range(2):
        told = gateway.cancel(begun, company.means)
        assert told.status in (Status.EXPIRED, Status.CANCELLED)
    assert gateway.query(begun, company.means) == told


def test_what_was_paid_is_not_called_off(gateway, company, begun):
    if gateway.cancel is None:
        pytest.skip("Its company cannot call off an order.")
    company.press(begun)
    told = gateway.cancel(begun, company.means)
    assert (told.status, told.amount) == (Status.SUCCEEDED, begun.amount)


def test_what_comes_in_the_name_of_a_company_without_notices_is_forged(gateway, company, begun):
    company.press(begun)
    if company.tell(begun):
        pytest.skip("It sends notices.")
    with pytest.raises(ForgedNotice):
        gateway.read_notice({}, b'{"order": "paid"}', company.means)


def test_what_is_printed_says_how_to_pay_in_each_language(gateway, means, order):
    leads = gateway.start(order, means)
    if not isinstance(leads, Printed):
        pytest.skip("It opens a page.")
    assert set(leads.instructions) == set(LANGUAGES)
    assert all(leads.instructions.values())
    assert leads.reference
    assert gateway.capabilities.hosted is Hosted.PRINTED


@pytest.mark.promise("M16")
def test_every_changed_byte_is_noticed(gateway, company, begun):
    company.press(begun)
    body, headers = letter(company, begun)
    for place in range(0, len(body), 7):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(ForgedNotice):
            gateway.read_notice(headers, changed, company.means)
    with pytest.raises(ForgedNotice):
        gateway.read_notice(headers, body, company.stranger)
    with pytest.raises(ForgedNotice):
        gateway.read_notice({}, body, company.means)


@pytest.mark.promise("M16")
@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 365])
def test_a_notice_of_another_time_is_refused(gateway, company, begun, minutes):
    company.press(begun)
    body, headers = letter(company, begun)
    moved = replace(company.means, now=lambda: clock.now() + timedelta(minutes=minutes))
    with pytest.raises(ForgedNotice):
        gateway.read_notice(headers, body, moved)


@pytest.mark.promise("M16")
def test_money_goes_back_once_for_each_refund(gateway, company, begun):
    company.press(begun)
    whole = RefundOrder(uuid4(), begun, begun.amount)
    done = [given_back(gateway, company, whole) for _ in range(3)]
    assert {one.status for one in done} == {RefundStatus.SUCCEEDED}
    assert len({one.reference for one in done}) == 1
    more = RefundOrder(uuid4(), begun, Money(1, begun.amount.currency))
    assert gateway.refund(more, company.means).status is RefundStatus.FAILED


@pytest.mark.promise("M16")
def test_parts_go_back_until_nothing_is_left(gateway, company, begun):
    if not gateway.capabilities.partial_refund:
        pytest.skip("It gives back the whole alone.")
    company.press(begun)
    third = Money(begun.amount.minor // 3, begun.amount.currency)
    parts = [RefundOrder(uuid4(), begun, third) for _ in range(3)]
    done = [given_back(gateway, company, part) for part in (*parts, *parts)]
    assert {one.status for one in done} == {RefundStatus.SUCCEEDED}
    assert len({one.reference for one in done}) == 3
    more = RefundOrder(uuid4(), begun, Money(2, begun.amount.currency))
    assert gateway.refund(more, company.means).status is RefundStatus.FAILED


def test_more_than_was_paid_is_not_given_back(gateway, company, begun):
    company.press(begun)
    more = Money(begun.amount.minor + 1, begun.amount.currency)
    told = gateway.refund(RefundOrder(uuid4(), begun, more), company.means)
    assert told.status is RefundStatus.FAILED
    assert told.code


def test_what_was_not_paid_is_not_given_back(gateway, means, begun):
    told = gateway.refund(RefundOrder(uuid4(), begun, begun.amount), means)
    assert told.status is RefundStatus.FAILED


def calls_of(gateway, order):
    back = RefundOrder(uuid4(), order, order.amount)
    yield lambda means: gateway.start(order, means)
    yield lambda means: gateway.query(order, means)
    yield lambda means: gateway.refund(back, means)
    if gateway.cancel is not None:
        yield lambda means: gateway.cancel(order, means)


@pytest.mark.promise("M16")
@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_answer_that_says_nothing_is_no_answer(gateway, company, begun, odd):
    if gateway.at_hand:
        pytest.skip("It asks nobody.")
    answer = Answer(odd[0], {"content-type": "application/json"}, odd[1])
    means = replace(company.means, post=lambda *_, **__: answer, get=lambda *_, **__: answer)
    for call in calls_of(gateway, begun):
        if not is_form(gateway, call, means):
            with pytest.raises(GatewayError):
                call(means)


@pytest.mark.promise("M16")
def test_silence_is_a_reason_to_ask_later_and_nothing_else(gateway, company, begun):
    if gateway.at_hand:
        pytest.skip("It asks nobody.")

    def silent(*_, **__):
        raise Unreachable("ReadTimeout: The call took longer than it may.")

    means = replace(company.means, post=silent, get=silent)
    for call in calls_of(gateway, begun):
        if not is_form(gateway, call, means):
            with pytest.raises(GatewayError):
                call(means)


def is_form(gateway, call, means):
    """A start that only fills in a form asks nobody."""
    try:
        return isinstance(call(means), FormPost)
    except GatewayError:
        return False


def test_the_sandboxs_company_says_what_an_interface_would_say(app):
    assert sandbox_company.look_up("nobody") is None
    order = Order("r", FEE, "t", "en", "http://x/", "http://x/", clock.now())
    gateways()["sandbox"].start(order, calling.means(gateways()["sandbox"]))
    told = sandbox_company.look_up("r")
    assert json.loads(json.dumps(told)) == told
    assert told["state"] == "expired"
    db.session.rollback()
