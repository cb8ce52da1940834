"""Claims: money left an account, or what was paid for was not given. Each gets an answer."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.exc import IntegrityError

from payments import service
from payments.claims import service as claims
from payments.claims.domain import (
    OFFICE_WITHIN,
    AnotherPerson,
    Facts,
    Kind,
    NothingBegun,
    NotToContest,
    NotWithYou,
    OpenAlready,
    Outcome,
    State,
    judge,
)
from payments.claims.models import PaymentClaim
from payments.domain import Delivered, Delivery, PaymentState
from payments.gateway import Outcome as Told
from payments.gateway import Status
from payments.proposals import service as proposals
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from portal.kernel.room import Room
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.payments.factories import PURPOSE, begun, booked, owed, paid, press, told

TODAY = date(2026, 11, 24)
BIG = Money.of("5000.00", "INR")
LATE = Delivery(Delivered.LATE, TODAY)


@pytest.fixture
def stands(app, monkeypatch):
    """What the room of the test's payments says of the thing that was paid for."""
    told_of = {}
    teller = Room(name="test", delivers={PURPOSE: told_of.get})
    monkeypatch.setitem(app.extensions, "rooms", (*app.extensions["rooms"], teller))
    return told_of


def claimed(payment, kind=Kind.NOT_COUNTED, words="UTR 1234"):
    made = claims.make(payment, kind, words, payment.person_id)
    db.session.commit()
    run_jobs()
    return claims.by_id(made.id)


# --- What follows from what is known --------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "facts", "state", "outcome"),
    [
        (Kind.NOT_COUNTED, Facts(is_paid=True), State.SETTLED, Outcome.COUNTED),
        (Kind.NOT_COUNTED, Facts(), State.SETTLED, Outcome.NOTHING_TAKEN),
        (Kind.NOT_COUNTED, Facts(may_come=True), State.LOOKING, None),
        (Kind.NOT_COUNTED, Facts(differs=True), State.FINANCE, None),
        (Kind.NOT_COUNTED, Facts(going=True), State.LOOKING, None),
        (Kind.NOT_COUNTED, Facts(gone=True), State.SETTLED, Outcome.GIVEN_BACK),
        (Kind.TWICE, Facts(is_paid=True), State.SETTLED, Outcome.NOTHING_TAKEN),
        (Kind.TWICE, Facts(is_paid=True, gone=True), State.SETTLED, Outcome.GIVEN_BACK),
        (Kind.TWICE, Facts(is_paid=True, failed=True), State.FINANCE, None),
        (Kind.OTHER, Facts(is_paid=True), State.FINANCE, None),
        (Kind.NOT_SERVED, Facts(is_paid=True), State.FINANCE, None),
        (Kind.NOT_SERVED, Facts(), State.SETTLED, Outcome.NOTHING_TAKEN),
    ],
)
def test_money_that_went_astray_is_followed(kind, facts, state, outcome):
    verdict = judge(kind, facts, TODAY, None)
    assert (verdict.state, verdict.outcome, verdict.refund) == (state, outcome, False)


@pytest.mark.promise("M17")
def test_a_department_that_is_late_is_asked_and_then_the_money_goes_back():
    facts = Facts(is_paid=True, delivery=LATE)
    asked = judge(Kind.NOT_SERVED, facts, TODAY, None)
    assert (asked.state, asked.due_on) == (State.OFFICE, TODAY + OFFICE_WITHIN)
    last = judge(Kind.NOT_SERVED, facts, asked.due_on, asked.due_on)
    assert (last.state, last.refund) == (State.OFFICE, False)
    after = judge(Kind.NOT_SERVED, facts, asked.due_on + timedelta(days=1), asked.due_on)
    assert after.refund


@pytest.mark.parametrize(
    ("delivery", "cannot", "state", "refund"),
    [
        (Delivery(Delivered.GIVEN), False, State.SETTLED, False),
        (Delivery(Delivered.GIVEN), True, State.SETTLED, False),
        (Delivery(Delivered.IN_TIME, TODAY), False, State.LOOKING, False),
        (Delivery(Delivered.IN_TIME, TODAY), True, State.LOOKING, True),
        (Delivery(Delivered.ENDED), False, State.FINANCE, False),
    ],
)
def test_what_was_given_is_not_refunded_by_the_clock(delivery, cannot, state, refund):
    facts = Facts(is_paid=True, cannot=cannot, delivery=delivery)
    verdict = judge(Kind.NOT_SERVED, facts, TODAY, None)
    assert (verdict.state, verdict.refund) == (state, refund)


FACTS = some.builds(
    Facts,
    **dict.fromkeys(
        ("is_paid", "is_refunded", "differs", "may_come", "going", "gone", "failed", "cannot"),
        some.booleans(),
    ),
    delivery=some.none() | some.builds(Delivery, some.sampled_from(Delivered), some.just(TODAY)),
)


@given(some.sampled_from(Kind), FACTS, some.none() | some.just(TODAY - timedelta(days=1)))
def test_whatever_is_known_somebody_has_it_or_it_is_settled(kind, facts, answer_by):
    verdict = judge(kind, facts, TODAY, answer_by)
    assert (verdict.state is State.SETTLED) == (verdict.outcome is not None)
    # Nothing goes back by itself that did not come, went already, or was given.
    if verdict.refund:
        assert facts.is_paid
        assert not facts.is_refunded
        assert not facts.going
        assert facts.delivery.stands in (Delivered.LATE, Delivered.IN_TIME)


# --- With real payments ---------------------------------------------------------------------------


@pytest.mark.promise("M17")
def test_money_that_the_gateway_took_and_did_not_tell_of_counts_within_a_minute(payment):
    press(begun(payment))
    claim = claimed(payment)
    assert (claim.state, claim.outcome) == (State.SETTLED, Outcome.COUNTED)
    assert service.by_id(payment.id).state == PaymentState.PAID
    assert [step.act for step in claims.steps(claim)] == ["open", "counted"]


def test_while_money_may_come_it_is_looked_at_again(payment):
    begun(payment)
    assert claimed(payment).state == State.LOOKING
    [claim] = claims.of_payment(payment.id)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        claims.look_after()
        db.session.commit()
        run_jobs()
        claim = claims.by_id(claim.id)
        assert (claim.state, claim.outcome) == (State.SETTLED, Outcome.NOTHING_TAKEN)


def test_money_that_came_too_late_is_on_its_way_back(payment):
    attempt = begun(payment)
    service.cancel(PURPOSE, payment.about)
    db.session.commit()
    press(attempt)
    claim = claimed(payment)
    run_jobs()
    claims.look_after()
    db.session.commit()
    run_jobs()
    claim = claims.by_id(claim.id)
    assert (claim.state, claim.outcome) == (State.SETTLED, Outcome.GIVEN_BACK)
    assert booked(payment) == ["late", "refunded"]


def test_another_amount_is_for_a_person_to_look_at(payment):
    attempt = begun(payment)
    service.settle(attempt.id, Told(Status.SUCCEEDED, Money.of("1.00", "INR"), "X1"), "notice")
    db.session.commit()
    assert claimed(payment).state == State.FINANCE


@pytest.mark.promise("M17")
def test_what_is_not_given_in_time_is_refunded_by_the_clock(payment, stands):
    done = paid(payment)
    stands[done.about] = Delivery(Delivered.LATE, clock.today())
    claim = claimed(done, Kind.NOT_SERVED)
    assert claim.state == State.OFFICE
    assert told("PaymentClaimed") == 1
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        claims.look_after()
        db.session.commit()
        run_jobs()
        claims.look_after()
        db.session.commit()
        run_jobs()
        claim = claims.by_id(claim.id)
        assert (claim.state, claim.outcome) == (State.SETTLED, Outcome.GIVEN_BACK)
    assert service.by_id(done.id).state == PaymentState.REFUNDED
    assert booked(done) == ["capture", "refund", "refunded"]


def test_a_large_sum_waits_for_a_person_before_the_clock_gives_it_back(person, stands):
    done = paid(owed(BIG, person_id=person.id, subject_id=person.id))
    stands[done.about] = LATE
    claim = claimed(done, Kind.NOT_SERVED)
    claims.office_cannot(claim, "The office is closed.", make_person().id)
    db.session.commit()
    run_jobs()
    proposal = proposals.open_one(done.id)
    assert proposal.proposed_by is None
    proposals.decide(proposal.id, make_person().id, agrees=True)
    db.session.commit()
    run_jobs()
    claim = claims.by_id(claim.id)
    assert (claim.outcome, claim.answer) == (Outcome.GIVEN_BACK, "The office is closed.")


def test_another_department_says_nothing_of_it(payment, stands):
    done = paid(payment)
    stands[done.about] = LATE
    claim = claimed(done, Kind.NOT_SERVED)
    with pytest.raises(claims.NoSuchClaim):
        claims.find_of({"revenue"}, claim.id)
    assert claims.find_of({"municipal"}, claim.id).id == claim.id


def test_once_it_was_given_the_claim_is_settled(payment, stands):
    done = paid(payment)
    stands[done.about] = LATE
    claim = claimed(done, Kind.NOT_SERVED)
    stands[done.about] = Delivery(Delivered.GIVEN)
    claims.look_after()
    db.session.commit()
    run_jobs()
    assert claims.by_id(claim.id).outcome == Outcome.SERVED


def test_an_answer_is_contested_once_and_somebody_else_answers_it(payment):
    first, second = make_person(), make_person()
    begun(payment)
    claim = claimed(payment, Kind.OTHER)
    claims.answer(claim.id, Outcome.DECLINED, "Nothing is wrong.", first.id)
    db.session.commit()
    claims.contest(claim, "But it is.")
    db.session.commit()
    with pytest.raises(AnotherPerson):
        claims.answer(claim.id, Outcome.DECLINED, "No.", first.id)
    db.session.rollback()
    claims.answer(claim.id, Outcome.GIVEN_BACK, "You are right.", second.id)
    db.session.commit()
    with pytest.raises(NotToContest):
        claims.contest(claim, "Once more.")
    with pytest.raises(NotWithYou):
        claims.answer(claim.id, Outcome.DECLINED, "No.", second.id)


def test_the_database_lets_nobody_answer_their_own_answer(payment):
    begun(payment)
    claim = claimed(payment, Kind.OTHER)
    row, one = db.session.get(PaymentClaim, claim.id), make_person()
    row.contested_from = row.answered_by = one.id
    with pytest.raises(IntegrityError, match="another_person"):
        db.session.flush()
    db.session.rollback()


def test_what_was_never_begun_took_no_money(payment):
    with pytest.raises(NothingBegun):
        claims.make(payment, Kind.NOT_COUNTED, "", payment.person_id)


def test_one_claim_at_a_time(payment):
    begun(payment)
    claims.make(payment, Kind.OTHER, "", payment.person_id)
    with pytest.raises(OpenAlready):
        claims.make(payment, Kind.TWICE, "", payment.person_id)


# --- The pages ------------------------------------------------------------------------------------


def words_of(got):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.get_data(as_text=True)))


@pytest.mark.promise("M17")
def test_a_person_makes_a_claim_reads_each_step_and_contests(app, mine, payment):
    begun(payment)
    page = f"/en/pay/{payment.id}/claim"
    assert page in mine.get(f"/en/pay/{payment.id}").get_data(as_text=True)
    token = csrf_token(mine.get(page).data)
    sent = {"csrf_token": token, "kind": "other", "words": "The clerk took cash, too."}
    got = mine.post(page, data=sent)
    own = got.headers["Location"]
    run_jobs()
    shown = words_of(mine.get(own))
    for told_ in ("A finance officer looks at it", "You hear from us by", "The clerk took cash"):
        assert told_ in shown
    assert "A claim is open already" in words_of(mine.get(page))

    desk = signed_in_client(app, make_person(name="Finance", role="finance"))
    [row] = claims.waiting_for_finance()
    queue = desk.get("/en/admin/claims")
    assert row.claim.reference in words_of(queue)
    form = desk.get(f"/en/admin/claims/{row.claim.id}")
    assert "The clerk took cash" in words_of(form)
    sent = {"csrf_token": csrf_token(form.data), "outcome": "declined", "words": "It was a fine."}
    assert desk.post(f"/en/admin/claims/{row.claim.id}", data=sent).status_code == 303
    shown = mine.get(own)
    assert "It was a fine." in words_of(shown)
    sent = {"csrf_token": csrf_token(shown.data), "words": "I have the receipt."}
    assert mine.post(own, data=sent).status_code == 303
    assert [one.claim.id for one in claims.waiting_for_finance()] == [row.claim.id]


def test_a_claim_is_nobody_elses(app, mine, payment):
    begun(payment)
    claim = claimed(payment, Kind.OTHER)
    other = signed_in_client(app, make_person(name="Somebody Else"))
    assert other.get(f"/en/pay/claims/{claim.id}").status_code == 404
    assert other.get(f"/en/pay/{payment.id}/claim").status_code == 404
    assert mine.get(f"/en/pay/claims/{claim.id}").status_code == 200
