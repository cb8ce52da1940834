"""POST /hooks/payments/<gateway>: signed, forged, repeated, reordered, unknown, too large."""

import json

import pytest
from sqlalchemy import text

from payments import service
from payments.domain import PaymentState
from payments.gateways.sandbox.company import domain
from payments.gateways.sandbox.company import service as company
from payments.models import ReceivedNotice
from portal.kernel import clock
from portal.kernel.db import db
from tests.jobs import run_jobs
from tests.payments.factories import begun, booked, letters, owed, payment_of, press, told

ADDRESS = "/hooks/payments/sandbox"


@pytest.fixture
def attempt(app):
    return begun(owed())


def post(client, body, headers, address=ADDRESS):
    return client.post(address, data=body, headers=headers)


def state_of(attempt):
    db.session.rollback()
    db.session.expire_all()
    return payment_of(attempt).state


def signed(told, at=None):
    """What the company might say, signed as it does."""
    body = json.dumps(told).encode()
    moment = int(clock.now().timestamp()) if at is None else at
    signature = domain.sign(company.secret(), body, moment)
    return body, {domain.SIGNATURE: signature, "content-type": "text/plain"}


def said(attempt, **changes):
    """A notice of a payment of the attempt."""
    usual = {
        "id": "n1",
        "reference": attempt.reference,
        "number": "SBX-TEST",
        "state": "paid",
        "amount": attempt.amount.as_json(),
    }
    return signed(usual | changes)


def refused(answer, status):
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    return answer.json["detail"]


@pytest.mark.promise("M16")
def test_a_notice_makes_the_payment_and_its_repetition_changes_nothing(client, attempt):
    press(attempt)
    [(body, headers)] = letters(attempt)
    answers = [post(client, body, headers) for _ in range(5)]
    assert [one.status_code for one in answers] == [200] * 5
    assert state_of(attempt) == PaymentState.DUE
    run_jobs()
    assert state_of(attempt) == PaymentState.PAID
    assert told("PaymentSucceeded") == 1
    assert db.session.query(ReceivedNotice).count() == 1


@pytest.mark.promise("M16")
def test_notices_in_the_wrong_order_end_in_the_same(client, attempt):
    press(attempt, "slowly")
    company.finish(order_id=str(db.session.query(company.Order.id).scalar()))
    db.session.commit()
    both = letters(attempt)
    assert len(both) == 2
    for body, headers in reversed(both):
        assert post(client, body, headers).status_code == 200
    run_jobs()
    assert state_of(attempt) == PaymentState.PAID


@pytest.mark.promise("M16")
@pytest.mark.parametrize(
    "signature",
    ["", "t=1,v1=00", "v1=00", "t=x,v1=00", "t=²,v1=00", "t=99999999999999999999,v1=00", "é"],
)
def test_a_forged_notice_is_refused(client, attempt, signature):
    body, _ = said(attempt)
    detail = refused(post(client, body, {domain.SIGNATURE: signature.encode()}), 400)
    assert "signature" in detail
    assert state_of(attempt) == PaymentState.DUE
    assert db.session.query(ReceivedNotice).count() == 0


@pytest.mark.promise("M16")
def test_a_notice_that_was_changed_on_its_way_is_refused(client, attempt):
    body, headers = said(attempt, state="declined")
    refused(post(client, body.replace(b"declined", b"paid"), headers), 400)
    assert state_of(attempt) == PaymentState.DUE


@pytest.mark.parametrize("away", [-330, 330])
def test_a_notice_of_another_time_is_refused(client, attempt, away):
    moment = int(clock.now().timestamp()) + away
    body, headers = said(attempt)
    _, headers = signed(json.loads(body), at=moment)
    refused(post(client, body, headers), 400)


@pytest.mark.parametrize(
    "told",
    [{}, [], "x", {"id": 1}, {"id": "n", "reference": "r", "state": "paid", "amount": 5}],
)
def test_a_signed_notice_that_says_nothing_is_refused(client, attempt, told):
    assert post(client, *signed(told)).status_code in (400, 422)
    assert state_of(attempt) == PaymentState.DUE


def test_a_state_that_is_not_known_is_refused(client, attempt):
    refused(post(client, *said(attempt, state="exploded")), 422)


@pytest.mark.promise("M16")
def test_a_notice_of_an_unknown_payment_is_kept_once_and_not_said_to_be_taken(client, attempt):
    unknown = said(attempt, reference="PBP-0000-0000-1")
    answers = [post(client, *unknown) for _ in range(5)]
    assert [one.status_code for one in answers] == [202] * 5
    assert db.session.query(ReceivedNotice).filter_by(applied_at=None).count() == 1
    assert service.inbox.parked() == [("sandbox", "PBP-0000-0000-1")]


@pytest.mark.promise("M16")
def test_a_parked_notice_is_taken_in_when_its_order_is_known(client, attempt):
    early = said(attempt, reference="early")
    assert post(client, *early).status_code == 202
    attempt.reference = "early"
    db.session.commit()
    assert service.inbox.retry_parked() == 1
    db.session.commit()
    assert state_of(attempt) == PaymentState.PAID
    assert post(client, *early).status_code == 200
    assert service.inbox.retry_parked() == 0


@pytest.mark.promise("M16")
@pytest.mark.parametrize(
    "amount",
    [{"amount": "1.00", "currency": "INR"}, {"amount": "150.00", "currency": "PKR"}],
)
def test_another_amount_than_was_asked_is_never_a_success(client, attempt, amount):
    for number in range(3):
        assert post(client, *said(attempt, id=f"n{number}", amount=amount)).status_code == 200
    run_jobs()
    assert state_of(attempt) == PaymentState.DUE
    assert told("PaymentSucceeded") == 0
    assert booked(payment_of(attempt)) == ["suspense"]


def test_a_gateway_that_is_not_here_is_not_found(client, attempt):
    body, headers = said(attempt)
    refused(post(client, body, headers, "/hooks/payments/nobody"), 404)


def test_a_notice_that_is_too_large_is_refused(client, app):
    refused(post(client, b"x" * 70_000, {"content-type": "text/plain"}), 413)


def test_reading_the_address_is_refused(client, app):
    assert client.get(ADDRESS).status_code == 405


def test_what_follows_from_a_parked_notice_is_recorded(client, attempt):
    post(client, *said(attempt, reference="nobody"))
    run_jobs()
    acts = db.session.execute(db.text("SELECT act FROM audit_entries")).scalars().all()
    assert "payment.notice_parked" in acts


def test_a_parked_notice_that_cannot_be_taken_in_keeps_no_other_waiting(client, attempt, owner):
    stuck = begun(owed())
    for one, name in ((stuck, "first"), (attempt, "second")):
        assert post(client, *said(one, id=name, reference=name)).status_code == 202
        one.reference = name
    db.session.commit()
    fault = "CHECK (notice_id <> 'first' OR applied_at IS NULL)"
    owner.execute(text(f"ALTER TABLE payment_notices ADD CONSTRAINT broken {fault}"))
    owner.commit()
    try:
        assert service.inbox.retry_parked() == 1
        db.session.commit()
        assert state_of(attempt) == PaymentState.PAID
        assert state_of(stuck) == PaymentState.DUE
    finally:
        db.session.remove()
        owner.execute(text("ALTER TABLE payment_notices DROP CONSTRAINT broken"))
        owner.commit()


@pytest.mark.parametrize("number", ["n" * 201, "n\0", 'x" OR 1'])
def test_a_notice_with_a_number_that_nobody_gives_is_no_fault_of_ours(client, attempt, number):
    assert post(client, *said(attempt, id=number)).status_code in (200, 400)


@pytest.mark.parametrize("amount", ["x", "1e999", "", None])
def test_a_notice_with_an_amount_that_is_none_is_refused(client, attempt, amount):
    told = said(attempt, amount={"amount": amount, "currency": "INR"})
    assert post(client, *told).status_code in (400, 422)
    assert state_of(attempt) == PaymentState.DUE
