"""Providers are told of money that goes back, and nothing else beside it."""

import json
import re

import pytest

from payments import service as payments
from payments.events import PaymentRefunded
from payments.service import Due
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.kernel.money import Money
from portal.webhooks import service
from tests.jobs import run_jobs
from tests.payments import factories
from tests.webhooks.conftest import deliveries

FEE = Money.of("150.00", "INR")


def paid(application, person):
    """A payment of an application that succeeded at the sandbox."""
    payment = payments.due(
        Due(
            purpose="application",
            about=application.id,
            person_id=person.id,
            subject_id=person.id,
            provider="tehsil",
            title={"en": "Income certificate"},
            amount=FEE,
            back=f"/applications/{application.reference}",
        )
    )
    db.session.commit()
    return factories.paid(payment)


def test_money_that_goes_back_is_told_to_the_provider(department, application, person):
    payment = paid(application, person)
    payments.refund(payment.id, Money.of("50.00", "INR"), "Paid too much", by="tests")
    db.session.commit()
    run_jobs()
    refund = json.loads(deliveries(application)[-1].body)["data"]["refund"]
    assert refund == {"payment": payment.reference, "amount": "50.00", "currency": "INR"}


def test_money_of_something_else_that_goes_back_is_no_message(department, application, person):
    payment = paid(application, person)
    before = len(deliveries())
    publish(PaymentRefunded(payment.id, "fine", application.id))
    db.session.commit()
    assert len(deliveries()) == before


@pytest.mark.parametrize("kind", ["application.paid", "payment.refunded", "payment.disputed"])
def test_messages_about_money_tell_no_answers(department, application, kind):
    service.announce(application.id, kind)
    body = deliveries(application)[-1].body
    assert not re.search("answers|ਆਸ਼ਾ", body)
