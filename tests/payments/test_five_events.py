"""What a gateway tells of a payment, in every order, five times each, on eight connections."""

from collections import Counter
from itertools import permutations
from queue import Empty, SimpleQueue

import pytest

from payments import service
from payments.books import service as books
from payments.disputes import service as disputes
from payments.domain import PaymentState
from payments.gateway import Dispute, DisputeStatus, Outcome, Status
from payments.models import Payment
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from tests.accounts.threads import at_once
from tests.payments.factories import FEE, begun, booked, owed

THREADS, TIMES = 8, 5
EVENTS = ("opened", "processing", "succeeded", "disputed", "won")
OUTCOMES = {
    "opened": Outcome(Status.OPEN),
    "processing": Outcome(Status.PENDING),
    "succeeded": Outcome(Status.SUCCEEDED, FEE),
}
DISPUTES = {"disputed": DisputeStatus.OPEN, "won": DisputeStatus.WON}


def tell(attempt_id, reference, event):
    if event in OUTCOMES:
        service.settle(attempt_id, OUTCOMES[event], "notice")
    else:
        told = Dispute(reference, FEE, DISPUTES[event])
        disputes.note("sandbox", f"dp {reference}", told)


def take(waiting, attempt_id, reference):
    """One of the connections: as long as there is something to tell."""
    while True:
        try:
            event = waiting.get_nowait()
        except Empty:
            return
        tell(attempt_id, reference, event)
        db.session.commit()


@pytest.mark.promise("M16")
@pytest.mark.parametrize("first", EVENTS)
def test_every_order_of_five_events_ends_alike(app, first):
    orders = [one for one in permutations(EVENTS) if one[0] == first]
    for order in orders:
        payment = owed()
        attempt = begun(payment)
        payment_id, attempt_id, reference = payment.id, attempt.id, attempt.reference
        waiting = SimpleQueue()
        for event in order:
            for _ in range(TIMES):
                waiting.put(event)
        results = at_once(app, THREADS, lambda: take(waiting, attempt_id, reference))  # noqa: B023
        assert results == [None] * THREADS, order
        # What came before its time is asked for again by the clock.
        for event in EVENTS:
            tell(attempt_id, reference, event)
        db.session.commit()
        payment = service.by_id(payment_id)
        assert payment.state == PaymentState.PAID, order
        assert sorted(booked(payment)) == ["capture", "dispute", "dispute_won"], order
    assert books.unbalanced() == []
    paid = db.session.query(Payment).filter_by(state=PaymentState.PAID).all()
    numbers = sorted(one.receipt_number for one in paid)
    assert len(set(numbers)) == len(orders)
    assert [int(one[-6:]) for one in numbers] == list(range(1, len(orders) + 1))
    told = Counter(
        (row.name, row.payload["payment_id"], row.payload.get("happened"))
        for row in db.session.query(StoredEvent).filter(StoredEvent.name.like("Payment%"))
    )
    assert set(told.values()) == {1}
    assert len(told) == 3 * len(orders)
