"""The page on which several payments are paid at once, and then their receipts."""

import re
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from payments import service
from payments.domain import PaymentState
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.accounts.factories import csrf_token
from tests.payments.factories import PURPOSE, begun, owed, paid, press

PAY = "/en/pay/together"


@pytest.fixture
def both(person):
    """What one person owes to two bodies."""
    mine = {"person_id": person.id, "subject_id": person.id}
    return [
        owed(**mine),
        owed(
            Money.of("50.00", "INR"),
            provider="transport",
            payee={"en": "Transport Department"},
            title={"en": "Permit"},
            **mine,
        ),
    ]


def address(payments):
    return f"{PAY}?{'&'.join(f'of={one.id}' for one in payments)}"


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def pay(client, payments, **changes):
    """Press the button of the page."""
    shown = client.get(address(payments))
    token = csrf_token(shown.data)
    told = {"csrf_token": token, "of": [one.id for one in payments], "gateway": "sandbox"}
    return client.post(PAY, data=told | {"amount": "200.00 INR"} | changes)


def choose(client, went, choice="pay"):
    """Press a button of the company's page; where it leads back to."""
    gateway = urlsplit(went.headers["Location"]).path
    token = csrf_token(client.get(gateway).data)
    back = client.post(gateway, data={"csrf_token": token, "choice": choice})
    return client.get(urlsplit(back.headers["Location"]).path, follow_redirects=True)


@pytest.mark.promise("M16")
def test_both_are_paid_at_once_and_each_has_its_receipt(mine, both):
    said = words(mine.get(address(both)))
    for told in ("₹200", "₹150", "₹50", "Municipal Corporation", "Transport Department", "Permit"):
        assert told in said
    got = choose(mine, pay(mine, both))
    said = words(got)
    assert got.request.path == PAY
    assert "Thank you. ₹200" in said
    assert said.count("-000001") == 2
    assert "Pay now" not in said
    for one in both:
        assert f"/en/pay/{one.id}/receipt" in got.text
        assert mine.get(f"/en/pay/{one.id}/receipt").status_code == 200


def test_what_was_called_off_is_named_and_the_other_is_paid(mine, both):
    service.cancel(PURPOSE, both[1].about)
    db.session.commit()
    assert pay(mine, both).headers["Location"].endswith(address(both))
    said = words(mine.get(address(both)))
    assert "called off" in said
    assert "Pay ₹150" in said
    got = choose(mine, pay(mine, both, amount="150.00 INR"))
    assert got.request.path == f"/en/pay/{both[0].id}/receipt"


def test_one_that_is_paid_shows_its_receipt_beside_the_other(mine, both):
    paid(both[0])
    said = words(mine.get(address(both)))
    assert "-000001" in said
    assert "Pay ₹50" in said


def test_declined_is_said_and_both_can_be_tried_again(mine, both):
    got = choose(mine, pay(mine, both), "decline")
    assert "did not go through" in words(got)
    assert "Thank you" in words(choose(mine, pay(mine, both)))


def test_the_waiting_page_names_both(mine, both):
    got = choose(mine, pay(mine, both), "slowly")
    said = words(got)
    assert got.headers["Refresh"] == "5"
    assert "Waiting for the bank" in said
    assert "Trade licence" in said
    assert "Permit" in said


def test_without_a_way_of_paying_it_is_asked_for(mine, both, another_gateway):
    another_gateway("second")
    answer = pay(mine, both, gateway="")
    assert answer.status_code == 422
    assert "Choose how you want to pay" in words(answer)


def test_money_of_two_kinds_is_paid_one_by_one(mine, person):
    mixed = [
        owed(person_id=person.id, subject_id=person.id),
        owed(Money.of("50.00", "PKR"), person_id=person.id, subject_id=person.id),
    ]
    got = mine.get(address(mixed))
    assert "Pay each of them by itself" in words(got)
    for one in mixed:
        assert f'/en/pay/{one.id}"' in got.text


def test_one_has_its_own_page(mine, both):
    assert mine.get(address(both[:1])).headers["Location"].endswith(f"/en/pay/{both[0].id}")


def test_others_payments_are_not_found(mine, both):
    theirs = owed()
    service.start_all([both[0], theirs], "sandbox")
    db.session.commit()
    order = service.newest(theirs).id
    begun(both[0])
    assert mine.get(PAY).status_code == 400
    for path in (
        f"{PAY}?of=nonsense",
        f"{PAY}?of={uuid4()}",
        address([both[0], theirs]),
        f"{PAY}/{order}/return",
        f"{PAY}/{uuid4()}/return",
    ):
        assert mine.get(path).status_code == 404, path
    token = csrf_token(mine.get(address(both)).data)
    told = {"csrf_token": token, "of": [theirs.id], "gateway": "sandbox", "amount": "150.00 INR"}
    assert mine.post(PAY, data=told).status_code == 404


def test_a_return_that_nobody_pressed_pays_nothing(mine, both):
    service.start_all(both, "sandbox")
    db.session.commit()
    order = service.newest(both[0])
    mine.get(f"{PAY}/{order.id}/return")
    assert service.by_id(both[0].id).state == PaymentState.DUE
    press(order)
    mine.get(f"{PAY}/{order.id}/return")
    db.session.expire_all()
    assert [service.by_id(one.id).state for one in both] == [PaymentState.PAID] * 2
