"""Paying on a company's own page: a declined card, a person who leaves, a bank that disputes.

The company is the simulator, on a port of its own, as people reach Stripe.
"""

from datetime import timedelta

import pytest

from payments import service
from payments.disputes import service as disputes
from payments.domain import PaymentState
from payments.gateway import Dispute, DisputeStatus
from portal.i18n import money, speaking
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import make_person
from tests.browser.visit import DESK, PHONE
from tests.payments.companies import KEY, SECRET, simulated
from tests.payments.factories import FEE, owed, paid

PLAIN = pytest.param({"language": "ur", "width": 360, "scripts": False}, id="Urdu without scripts")
WAYS = [DESK, PHONE, PLAIN]
# The company's answer to a card that is declined; the browser calls it an error.
DECLINED = "402"


@pytest.fixture
def played(app):
    with simulated() as company:
        yield company


@pytest.fixture
def more_settings(played):
    return {
        "PORTAL_STRIPE_SECRET_KEY": KEY,
        "PORTAL_STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_API_BASE": played.world.base,
        "PORTAL_SANDBOX_GATEWAY": "off",
    }


@pytest.fixture
def asha(app):
    return make_person(name="Asha Devi")


@pytest.fixture
def payment(asha):
    return owed(person_id=asha.id, subject_id=asha.id).id


def faults_of(person):
    return [one for one in person.faults if DECLINED not in one]


def to_the_company(person, played):
    """From the page that says what is due to the company's own."""
    person.press("main form button.btn.go")
    assert person.page.url.startswith(played.world.base)


def state_of(payment_id):
    db.session.rollback()
    return service.by_id(payment_id).state


@pytest.mark.promise("M16")
@pytest.mark.parametrize("way", WAYS)
def test_a_card_is_declined_and_another_one_pays(asha, payment, played, visit, way):
    person = visit(**way).let_in(asha)
    person.go(f"/pay/{payment}")
    person.shot("paying-due")
    to_the_company(person, played)
    person.press("button[value='decline']")
    assert person.page.get_by_role("alert").is_visible()
    assert state_of(payment) == PaymentState.DUE
    person.press("button[value='pay']")
    assert person.page.url.endswith(f"/{person.language}/pay/{payment}/receipt")
    with speaking(person.language):
        assert money(FEE) in person.text("article")
    person.shot("paying-receipt")
    assert len(played.sessions()) == 1
    assert faults_of(person) == []


@pytest.mark.promise("M16")
@pytest.mark.parametrize("way", WAYS)
def test_who_leaves_goes_on_where_it_was_left(asha, payment, played, visit, way):
    person = visit(**way).let_in(asha)
    person.go(f"/pay/{payment}")
    to_the_company(person, played)
    page = person.page.url
    person.press("button[value='leave']")
    assert person.page.url.endswith(f"/{person.language}/pay/{payment}")
    assert person.page.locator("main .notice.info").is_visible()
    person.shot("paying-left")
    person.go("/pay")
    person.follow(f"main a[href$='/pay/{payment}']")
    to_the_company(person, played)
    assert person.page.url == page
    person.press("button[value='pay']")
    assert state_of(payment) == PaymentState.PAID
    assert faults_of(person) == []


def let_dispute(attempt, status, until=None):
    told = Dispute(attempt.reference, FEE, status, "fraudulent", until)
    disputes.note("sandbox", "dp_17", told)
    db.session.commit()


@pytest.mark.promise("M17")
@pytest.mark.parametrize("way", WAYS)
def test_a_dispute_as_finance_and_as_the_payer_see_it(app, asha, payment, visit, way):
    attempt = service.newest(paid(service.by_id(payment)))
    reference = service.by_id(payment).reference
    officer = visit(**way).let_in(make_person(name="Kiran Bedi", role="finance"))
    person = visit(**way).let_in(asha)
    let_dispute(attempt, DisputeStatus.OPEN, clock.now() + timedelta(days=7))
    officer.go("/admin/payments")
    listed = officer.text("section:has(#disputes)")
    assert "dp_17" in listed
    assert "fraudulent" in listed
    officer.shot("dispute-list")
    officer.follow(f"section:has(#disputes) a:has-text('{reference}')")
    # Nothing can be given back beside what the bank has.
    assert officer.page.locator("form[action$='/refund']").count() == 0
    officer.shot("dispute-open")
    person.go(f"/pay/{payment}/receipt")
    assert person.page.locator("main .notice").count() >= 1
    person.shot("dispute-payer")
    let_dispute(attempt, DisputeStatus.WON)
    officer.go("/admin/payments")
    assert officer.page.locator("#disputes").count() == 0
    assert state_of(payment) == PaymentState.PAID
    assert officer.faults == person.faults == []
