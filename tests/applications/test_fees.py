"""When a fee falls due, what waits for it, and what its payment sets going."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from payments import service as payments
from portal.applications import applying, service
from portal.applications.domain import MoveNotAllowed, State, renewal_dates
from portal.applications.fees import service as fees
from portal.applications.jobs import announce_renewals, lapse_unpaid
from portal.applications.lists import service as lists
from portal.forms import service as drafts
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.kernel.money import Money
from portal.registry.contract import Field, Form, Renewal, Step
from tests.accounts.factories import make_person
from tests.applications.factories import OFFICER
from tests.files.samples import pdf
from tests.payments import factories as gateway
from tests.registry import publishing_factories as publishing
from tests.registry.publishing_factories import words

OPTIONAL = Field.integer("copies", words("Copies"), required=False)
HERE = frozenset({"tehsil"})
FEE = Money.of("120.00", "INR")
COPIES = Form(Step(words("Copies"), Field.integer("copies", words("Copies")), slug="copies"))


def a_service(moment, **more):
    more = {"form": COPIES} | more
    return publishing.a_service(
        slug=f"paid-{moment}",
        fee="money('60.00', 'INR') * copies",
        fee_words=words("₹60 for each copy."),
        payment=moment,
        renewal=Renewal(months=12, remind_days=30),
        **more,
    )


@pytest.fixture
def provider(app):
    offered = [a_service(moment) for moment in ("before", "with", "after")]
    publishing.published(publishing.a_provider(*offered))


@pytest.fixture
def person(provider):
    return make_person(name="Asha Devi")


def sent(person, moment, copies=2):
    course = applying.begin(person.id, "tehsil", f"paid-{moment}")
    drafts.save(course.draft, {"copies": copies}, ["copies"])
    course = applying.resume(person.id, "tehsil", f"paid-{moment}")
    application = applying.send(course)
    db.session.commit()
    return application


def fresh(application):
    db.session.expire_all()
    return service.by_id(application.id)


def paid(application):
    gateway.paid(fees.payment(application))
    return fresh(application)


def told(application, kind, **more):
    event = service.ProviderEvent(type=kind, **more)
    moved = service.receive(HERE, application.reference, event, OFFICER)
    db.session.commit()
    return moved


def acts(application):
    return [entry.act for entry in service.timeline(application)]


def happened():
    return db.session.scalars(select(StoredEvent.name).order_by(StoredEvent.created_at)).all()


@pytest.mark.promise("M16")
def test_a_fee_before_keeps_the_application_from_the_provider(person):
    application = sent(person, "before")
    assert application.state == State.AWAITING_PAYMENT
    assert application.due_on is None
    assert "ApplicationSubmitted" not in happened()
    with pytest.raises(service.NoSuchApplication):
        service.find_case(HERE, application.reference)
    waiting = lists.Wanted(group="waiting")
    assert lists.queue(HERE, waiting, clock.today()) == []


@pytest.mark.promise("M16")
def test_paid_before_it_goes_to_the_provider_and_the_promise_begins(person):
    application = paid(sent(person, "before"))
    assert (application.state, acts(application)) == ("submitted", ["owe", "pay", "submit"])
    assert application.due_on > clock.today()
    assert service.find_case(HERE, application.reference).paid_at is not None
    assert happened().count("ApplicationSubmitted") == 1
    assert "ApplicationPaid" not in happened()


def test_the_fee_is_that_of_the_answers(person):
    assert fees.of(sent(person, "before", copies=2)) == FEE
    assert payments.of("application", sent(person, "with", copies=3).id).amount.amount == "180.00"


def test_a_fee_of_nothing_is_none(person):
    application = sent(person, "before", copies=0)
    assert application.state == State.SUBMITTED
    assert fees.payment(application) is None


def test_a_fee_with_the_application_holds_back_the_decision_alone(person):
    application = sent(person, "with")
    assert application.state == State.SUBMITTED
    told(application, "accept")
    with pytest.raises(fees.NotPaidYet):
        told(application, "approve")
    db.session.rollback()
    assert paid(application).state == State.IN_PROGRESS
    assert told(application, "approve").state == State.APPROVED
    assert acts(application) == ["submit", "accept", "pay", "approve"]
    assert happened().count("ApplicationPaid") == 1


def test_a_refusal_lets_an_unpaid_fee_go(person):
    application = sent(person, "with")
    told(application, "refuse", reason={"en": "No."})
    assert fees.payment(application).state == "cancelled"


def test_a_fee_after_stands_between_the_decision_and_the_document(person):
    application = sent(person, "after")
    assert fees.payment(application) is None
    assert told(application, "approve").state == State.AWAITING_PAYMENT
    with pytest.raises(MoveNotAllowed):
        told(application, "issue", document=("licence.pdf", pdf()))
    db.session.rollback()
    assert paid(application).state == State.APPROVED
    assert told(application, "issue", document=("licence.pdf", pdf())).state == State.ISSUED
    assert acts(application) == ["submit", "approve", "owe", "pay", "issue"]


@pytest.mark.parametrize("kind", ["accept", "approve", "refuse"])
def test_a_provider_decides_nothing_while_the_fee_after_approval_is_open(person, kind):
    application = sent(person, "after")
    told(application, "approve")
    reason = {"reason": {"en": "No."}} if kind == "refuse" else {}
    with pytest.raises(MoveNotAllowed):
        told(application, kind, **reason)


def test_money_that_comes_for_a_withdrawn_application_goes_back(person):
    application = sent(person, "with")
    attempt = gateway.begun(fees.payment(application))
    service.withdraw(person.id, application.reference)
    db.session.commit()
    gateway.press(attempt)
    gateway.notify(attempt)
    assert fresh(application).paid_at is None
    assert acts(application) == ["submit", "withdraw"]
    assert gateway.part_of(fees.payment(application)).refunded_minor == FEE.minor


def test_money_for_a_case_that_was_refused_meanwhile_goes_back(person):
    application = sent(person, "with")
    payment = payments.by_id(fees.payment(application).id)
    attempt = gateway.begun(payment)
    gateway.press(attempt)
    told(application, "refuse", reason={"en": "No."})
    gateway.notify(attempt)
    assert acts(application) == ["submit", "refuse"]
    assert gateway.part_of(payment).refunded_minor == FEE.minor


def test_what_was_never_paid_is_withdrawn_without_a_word_to_the_provider(person):
    application = sent(person, "before")
    service.withdraw(person.id, application.reference)
    db.session.commit()
    assert "ApplicationWithdrawn" not in happened()
    assert fees.payment(application).state == "cancelled"


def test_what_is_not_paid_in_two_weeks_lapses(person, time_machine):
    application, other = sent(person, "before"), sent(make_person(), "after")
    time_machine.move_to(clock.now() + timedelta(days=14, minutes=1))
    lapse_unpaid()
    db.session.commit()
    assert fresh(application).state == State.LAPSED
    assert fees.payment(application).state == "cancelled"
    assert fresh(other).state == State.SUBMITTED


def test_what_a_bank_still_thinks_about_does_not_lapse(person, time_machine):
    application = sent(person, "before")
    time_machine.move_to(clock.now() + timedelta(days=14) - timedelta(minutes=5))
    attempt = gateway.begun(fees.payment(application))
    gateway.press(attempt, "slowly")
    gateway.notify(attempt)
    time_machine.move_to(clock.now() + timedelta(minutes=6))
    lapse_unpaid()
    db.session.commit()
    assert fresh(application).state == State.AWAITING_PAYMENT


def test_an_answer_that_changes_an_unpaid_fee_changes_what_is_asked_for(person):
    application = sent(person, "with", copies=2)
    told(application, "ask", message={"en": "How many?"}, fields=("copies",))
    service.answer(person.id, application.reference, {"copies": 5})
    db.session.commit()
    assert fees.of(fresh(application)) == fees.payment(application).amount
    assert fees.payment(application).amount == Money.of("300.00", "INR")


def test_an_answer_that_would_change_a_paid_fee_is_refused(person):
    application = paid(sent(person, "before", copies=2))
    told(application, "ask", message={"en": "How many?"}, fields=("copies",))
    with pytest.raises(fees.FeeWouldChange):
        service.answer(person.id, application.reference, {"copies": 500})
    db.session.rollback()
    service.answer(person.id, application.reference, {"copies": 2})
    assert fees.of(fresh(application)) == FEE


def test_a_fee_that_the_rule_cannot_compute_keeps_the_draft(provider, person):
    form = Form(Step(words("Copies"), OPTIONAL, slug="copies"))
    vague = publishing.a_provider(a_service("before", form=form), slug="vague")
    publishing.published(vague)
    course = applying.begin(person.id, "vague", "paid-before")
    db.session.commit()
    with pytest.raises(fees.NotReady):
        applying.send(course)
    db.session.rollback()
    assert applying.resume(person.id, "vague", "paid-before").draft.id == course.draft.id


def test_a_twin_of_the_sending_asks_for_one_payment(person):
    course = applying.begin(person.id, "tehsil", "paid-before")
    drafts.save(course.draft, {"copies": 1}, ["copies"])
    course = applying.resume(person.id, "tehsil", "paid-before")
    first = applying.send(course)
    db.session.commit()
    assert (
        applying.send(applying.find(person.id, "tehsil", "paid-before", course.draft.id)) == first
    )
    assert acts(first) == ["owe"]


@pytest.mark.parametrize(
    ("issued", "months", "good_until"),
    [
        (date(2026, 1, 15), 12, date(2027, 1, 14)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
    ],
)
def test_what_is_issued_is_good_until_the_day_before(issued, months, good_until):
    dates = renewal_dates(Renewal(months=months, remind_days=20), issued)
    assert dates == (good_until, good_until - timedelta(days=20))


@pytest.mark.promise("M7")
def test_a_renewal_is_announced_once_on_its_day(person, time_machine):
    application = sent(person, "after", copies=0)
    told(application, "approve")
    told(application, "issue", document=("licence.pdf", pdf()))
    reminder = fresh(application).remind_on
    assert reminder == application.good_until - timedelta(days=30)
    for day in (reminder - timedelta(days=1), reminder, reminder + timedelta(days=1)):
        time_machine.move_to(clock.now() + (day - clock.today()))
        announce_renewals()
        db.session.commit()
        assert happened().count("RenewalDue") == (day >= reminder)
