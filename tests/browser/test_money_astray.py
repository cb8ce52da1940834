"""By hand: a claim about money that went astray, and a large sum that two people give back."""

import pytest

from payments import service
from payments.disputes import service as disputes
from payments.domain import PaymentState
from payments.gateway import Dispute, DisputeStatus
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.accounts.factories import make_person
from tests.browser.visit import DESK, PHONE, PLAIN
from tests.jobs import run_jobs
from tests.payments.factories import begun, owed, paid

BIG = Money.of("5000.00", "INR")


@pytest.fixture
def asha(app):
    return make_person(name="Asha Devi")


@pytest.fixture
def finance(app):
    return make_person(name="Balbir Singh", role="finance")


@pytest.fixture
def treasury(app):
    return make_person(name="Zainab Akhtar", role="finance")


@pytest.mark.promise("M17")
@pytest.mark.parametrize("way", [DESK, PHONE, PLAIN])
def test_a_claim_is_made_answered_and_contested(asha, finance, visit, way):
    payment = owed(person_id=asha.id, subject_id=asha.id)
    begun(payment)
    person = visit(**way).let_in(asha)
    person.go(f"/pay/{payment.id}")
    person.follow(f"main a[href$='/pay/{payment.id}/claim']")
    person.choose(kind="other")
    person.fill(words="The clerk took cash, too.")
    person.press()
    person.shot("claim")
    run_jobs()
    own = person.page.url

    desk = visit(scripts=False).let_in(finance)
    desk.go("/admin/claims")
    desk.follow("main a.num")
    desk.choose(outcome="declined")
    desk.fill(words="It was a fine of the town.")
    desk.press()

    person.page.goto(own)
    person.check()
    assert "It was a fine of the town." in person.text("main")
    person.page.locator("details summary").last.click()
    person.fill(words="I have no fine.")
    person.press("main details form button")
    assert "I have no fine." not in person.text("main")
    desk.go("/admin/claims")
    assert desk.page.locator("main a.num").count() == 1
    assert person.faults == desk.faults == []


@pytest.mark.promise("M17")
@pytest.mark.parametrize("way", [DESK, PHONE])
def test_two_people_give_a_large_sum_back(asha, finance, treasury, visit, way):
    payment = paid(owed(BIG, person_id=asha.id, subject_id=asha.id))
    first = visit(**way).let_in(finance)
    first.go("/admin/payments")
    first.fill(q=payment.reference)
    first.press("main form button.btn")
    first.shot("trace")
    first.fill(amount="5000", reason="Paid at the counter, too.")
    first.press("main form[action$='/refund'] button")
    assert first.page.locator("button[value='agree']").count() == 0

    second = visit(**way).let_in(treasury)
    second.go("/admin/payments")
    second.shot("finance-desk")
    second.press("button[value='agree']")
    run_jobs()
    db.session.rollback()
    assert service.by_id(payment.id).state == PaymentState.REFUNDED
    person = visit(**way).let_in(asha)
    person.go(f"/pay/{payment.id}/receipt")
    assert first.faults == second.faults == person.faults == []


@pytest.mark.promise("M17")
@pytest.mark.parametrize("way", [DESK, PHONE])
def test_a_dispute_stands_at_the_desk_and_with_the_receipt(asha, finance, visit, way):
    payment = paid(owed(person_id=asha.id, subject_id=asha.id))
    reference = service.newest(payment).reference
    told = Dispute(reference, payment.amount, DisputeStatus.OPEN, "fraudulent", clock.now())
    disputes.note("sandbox", "dp_1", told)
    db.session.commit()
    desk = visit(**way).let_in(finance)
    desk.go("/admin/payments")
    assert "fraudulent" in desk.text("main")
    desk.follow(f"main a[href$='/{payment.id}']")
    desk.go("/admin/payments/books")
    assert "disputed" not in desk.text("main")
    desk.shot("books")
    person = visit(**way).let_in(asha)
    person.go(f"/pay/{payment.id}/receipt")
    person.shot("disputed")
    person.go("/pay")
    assert desk.faults == person.faults == []
