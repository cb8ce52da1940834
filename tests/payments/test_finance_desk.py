"""The finance desk: payments are found and traced, and no large sum goes back by two eyes alone."""

import re

import pytest
from sqlalchemy.exc import IntegrityError

from payments import service
from payments.domain import PaymentState, RefundState
from payments.models import ReceivedNotice, Refund
from payments.proposals import service as proposals
from payments.proposals.domain import OneAtATime, State, YourOwn, is_small
from payments.proposals.models import RefundProposal
from payments.refunds import service as refunds
from payments.tracing import service as tracing
from portal.audit.models import AuditEntry
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.payments.factories import begun, notify, owed, paid

BIG = Money.of("5000.00", "INR")


@pytest.fixture
def officer(app):
    return make_person(name="Finance One", role="finance")


@pytest.fixture
def desk(app, officer):
    return signed_in_client(app, officer)


@pytest.fixture
def second(app):
    return make_person(name="Finance Two", role="finance")


@pytest.fixture
def big(app, person):
    return paid(owed(BIG, person_id=person.id, subject_id=person.id))


def words(got):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.get_data(as_text=True)))


def give_back(client, payment, amount, reason="Charged twice"):
    token = csrf_token(client.get(f"/en/admin/payments/{payment.id}").data)
    sent = {"csrf_token": token, "amount": amount, "reason": reason}
    return client.post(f"/en/admin/payments/{payment.id}/refund", data=sent)


def refund_of(payment):
    return db.session.query(Refund).filter_by(payment_id=payment.id).one()


@pytest.mark.parametrize(
    ("amount", "before", "small"),
    [
        ("1000.00", "0", True),
        ("1000.01", "0", False),
        ("400.00", "600.00", True),
        ("1", "1000", False),
    ],
)
def test_what_was_given_back_alone_counts_towards_the_limit(amount, before, small):
    assert is_small(Money.of(amount, "INR"), Money.of(before, "INR"), 1000) is small


@pytest.mark.promise("M17")
def test_a_payment_is_found_by_each_of_its_numbers_and_traced_whole(desk, payment):
    attempt = begun(payment)
    done = paid(payment)
    notify(attempt)
    for number in (done.reference, attempt.reference, done.receipt_number, done.reference.lower()):
        got = desk.get("/en/admin/payments", query_string={"q": number})
        assert got.status_code == 302, number
    shown = words(desk.get(got.headers["Location"]))
    for told in (
        "Asked for",
        "Begun at the gateway",
        "Told by the gateway",
        "Booked: the money came",
    ):
        assert told in shown
    kinds = [step.kind for step in tracing.steps(done)]
    assert kinds[0] == "due"
    assert kinds.index("order") < kinds.index("order_ended")


def test_a_number_that_no_payment_has_is_said_so(desk):
    assert "No payment has this number" in words(desk.get("/en/admin/payments?q=nothing"))


def test_who_looks_at_a_payment_is_recorded(desk, payment, officer):
    desk.get(f"/en/admin/payments/{payment.id}")
    [entry] = db.session.query(AuditEntry).filter_by(act="payment.seen").all()
    assert (entry.actor, entry.subject_id) == (str(officer.id), payment.subject_id)


def test_what_gateways_told_of_and_nobody_knows_stands_at_the_desk(desk):
    row = ReceivedNotice(
        gateway="sandbox", notice_id="n1", order_reference="PBP-NOBODY", status="open"
    )
    db.session.add(row)
    db.session.commit()
    assert "PBP-NOBODY" in words(desk.get("/en/admin/payments"))


def test_a_small_sum_goes_back_at_once(desk, payment):
    done = paid(payment)
    assert give_back(desk, done, "150").status_code == 303
    run_jobs()
    shown = words(desk.get(f"/en/admin/payments/{done.id}"))
    for told in ("A refund was asked of the gateway", "Booked: money is to go back", "Given back"):
        assert told in shown
    assert refund_of(done).state == RefundState.SUCCEEDED
    assert service.by_id(done.id).state == PaymentState.REFUNDED


@pytest.mark.promise("M17")
def test_above_the_limit_two_people_give_money_back(app, desk, big, second):
    assert give_back(desk, big, "5000").status_code == 303
    assert db.session.query(Refund).count() == 0
    proposal = proposals.open_one(big.id)
    page = f"/en/admin/payments/proposals/{proposal.id}"
    first = desk.get("/en/admin/payments")
    assert "proposed by you" in words(first)
    assert page not in first.get_data(as_text=True)
    token = csrf_token(desk.get("/en/admin/payments").data)
    refused = desk.post(page, data={"csrf_token": token, "choice": "agree"}, follow_redirects=True)
    assert "another person decides" in words(refused)
    assert db.session.query(Refund).count() == 0
    other = signed_in_client(app, second)
    token = csrf_token(other.get("/en/admin/payments").data)
    other.post(page, data={"csrf_token": token, "choice": "agree"})
    run_jobs()
    assert refund_of(big).state == RefundState.SUCCEEDED
    db.session.refresh(proposal)
    assert (proposal.decided_by, proposal.state) == (second.id, State.DONE)


def test_who_declines_gives_nothing_back(app, big, officer, second):
    made = proposals.give_back(big.id, BIG, "A mistake", officer.id)
    db.session.commit()
    proposals.decide(made.id, second.id, agrees=False)
    db.session.commit()
    assert db.session.query(Refund).count() == 0
    assert proposals.open_one(big.id) is None


def test_many_small_refunds_are_no_large_one(app, big, officer):
    for _ in range(2):
        made = proposals.give_back(big.id, Money.of("500.00", "INR"), "Part", officer.id)
        assert made.state == State.DONE
    third = proposals.give_back(big.id, Money.of("0.01", "INR"), "Part", officer.id)
    assert third.state == State.OPEN
    with pytest.raises(OneAtATime):
        proposals.give_back(big.id, BIG, "Again", officer.id)


def test_nobody_agrees_with_themselves_even_beside_the_page(app, big, officer):
    made = proposals.give_back(big.id, BIG, "A mistake", officer.id)
    db.session.commit()
    with pytest.raises(YourOwn):
        proposals.decide(made.id, officer.id, agrees=True)
    db.session.rollback()
    row = db.session.get(RefundProposal, made.id)
    row.decided_by = officer.id
    with pytest.raises(IntegrityError, match="four_eyes"):
        db.session.flush()
    db.session.rollback()


def test_more_than_came_is_refused_beside_the_field(desk, payment):
    done = paid(payment)
    got = give_back(desk, done, "150.01")
    assert got.status_code == 409
    assert "No more can be given back than was paid" in words(got)
    assert db.session.query(Refund).count() == 0


def test_a_reason_is_asked_for(desk, payment):
    assert give_back(desk, paid(payment), "150", reason="").status_code == 422


def test_a_refund_that_the_gateway_refused_is_asked_for_again(desk, payment, officer):
    done = paid(payment)
    refund_id = service.refund(done.id, done.amount, "A mistake", officer.id)
    row = db.session.get(Refund, refund_id)
    row.state, row.code = RefundState.FAILED, "account_closed"
    db.session.commit()
    shown = desk.get("/en/admin/payments")
    assert "account_closed" in words(shown)
    token = csrf_token(shown.data)
    desk.post(f"/en/admin/payments/refunds/{refund_id}/again", data={"csrf_token": token})
    run_jobs()
    assert refund_of(done).state == RefundState.SUCCEEDED
    assert not refunds.stuck()
