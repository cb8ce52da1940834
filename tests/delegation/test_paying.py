"""Paying the fee of an application for another: who may, and whose the money stays."""

import pytest
from sqlalchemy import select

from payments import service as payments
from payments.models import Payment
from portal.applications import service as applications
from portal.applications.fees import service as fees
from portal.audit.models import AuditEntry
from portal.delegation import service
from portal.kernel.db import db
from tests.accounts.factories import signed_in_client
from tests.applications import factories
from tests.applications.factories import LAND
from tests.applications.pages import open_page
from tests.delegation.factories import INCOME_PATH, LAND_PATH, accepted, acting, terms


@pytest.fixture
def fee(asha):
    """The payment of an application of Asha's."""
    return owed(asha)


def owed(person):
    """A fee that is due, since the application is approved."""
    application = factories.sent(person, LAND)
    factories.told(application, "accept")
    return fees.payment(factories.told(application, "approve"))


def test_a_helper_who_may_pays_and_the_payment_stays_the_principals(ravis, asha, ravi, fee):
    acting(ravis, asha, ravi)
    page = open_page(ravis, f"/en/pay/{fee.id}")
    assert page.status == 200
    page.send(gateway="sandbox")
    assert db.session.scalars(select(Payment)).one().person_id == asha.id
    began = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "payment.started")).one()
    assert (began.actor, began.subject_id) == (str(ravi.id), asha.id)


@pytest.mark.promise("M22")
@pytest.mark.parametrize(
    "agreed", [terms(needs=("fill", "send")), terms(INCOME_PATH)], ids=["no pay", "other service"]
)
def test_a_helper_who_may_not_finds_no_such_payment(ravis, asha, ravi, fee, agreed):
    acting(ravis, asha, ravi, agreed)
    assert open_page(ravis, f"/en/pay/{fee.id}").status == 404


def test_nobody_else_and_nobody_any_more(revenue, ravis, nobodys, asha, ravi, fee):
    row = accepted(asha, ravi, terms(LAND_PATH))
    assert open_page(ravis, f"/en/pay/{fee.id}").status == 200
    assert open_page(nobodys, f"/en/pay/{fee.id}").status == 404
    service.end(row.id, asha.id)
    db.session.commit()
    assert open_page(ravis, f"/en/pay/{fee.id}").status == 404


def test_a_right_to_pay_is_for_the_principals_applications_alone(asha, ravi, nobody, revenue):
    accepted(asha, ravi)
    others = owed(nobody)
    assert not applications.may_pay(ravi.id, others.about)
    assert payments.find(nobody.id, others.id)
    client = signed_in_client(revenue, ravi)
    assert open_page(client, f"/en/pay/{others.id}").status == 404


def test_without_the_right_the_page_says_who_pays(ravis, asha, ravi, fee):
    acting(ravis, asha, ravi, terms(needs=("fill", "follow")))
    reference = applications.by_id(fee.about).reference
    page = open_page(ravis, f"/en/applications/{reference}")
    assert "Asha Devi pays it, in their own account." in page.words
    assert not page.links("/pay/")
