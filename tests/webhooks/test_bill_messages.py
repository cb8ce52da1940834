"""Providers are told of bills of theirs that were paid."""

import json

from payments import service as payments
from payments.gateway import Outcome, Status
from portal.kernel.db import db
from portal.webhooks import service
from tests.bills.conftest import asha, begin, corporation, listening, settle
from tests.webhooks.conftest import SECRET, deliveries
from tests.webhooks.test_webhooks_page import example, shape

__all__ = ["asha", "corporation", "listening"]


def test_a_bill_that_was_paid_is_told_once_and_as_the_example_says(asha, corporation):
    service.set_endpoint("power", corporation.url, "tests", SECRET)
    payment = begin(asha)
    attempt_id = settle(payment)
    payments.settle(
        attempt_id, Outcome(Status.SUCCEEDED, payments.by_id(payment).amount), by="tests"
    )
    db.session.commit()
    (told,) = deliveries()
    assert (told.type, told.sequence, told.subject_id) == ("bill.paid", 1, asha.id)
    message = json.loads(told.body)
    assert shape(message) == shape(example("bill.paid"))
    assert message["data"]["payment"] == payments.by_id(payment).reference == told.reference


def test_a_biller_without_an_endpoint_is_told_nothing(asha, corporation):
    settle(begin(asha))
    assert deliveries() == []
