"""Bills in parts: one follows another when the provider has taken in all before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from payments import service as payments
from portal.bills import domain, service
from portal.bills.domain import BeingPaid, Open, PaidAlready, PartPaid, State, Unreadable, WrongPart
from portal.bills.models import Bill
from portal.kernel.db import db
from portal.kernel.money import Money
from portal.registry.hooks import Bill as Told
from tests.accounts.factories import csrf_token, signed_in_client
from tests.accounts.threads import at_once
from tests.applications.pages import open_page
from tests.bills.conftest import ACCOUNT, OCTOBER, fetched, settle

LARGE = OCTOBER | {"least": "500.00"}
NUMBER, SEEN = OCTOBER["number"], "1840.00 INR"


@pytest.fixture
def large(corporation):
    """The corporation takes its bill in parts of 500 or more."""
    corporation.accounts[ACCOUNT] = [LARGE]
    return corporation


def now_open(corporation, amount, **more):
    corporation.accounts[ACCOUNT] = [LARGE | {"amount": amount} | more]


def begin(person, part, seen=SEEN):
    payment = service.pay(fetched(person), NUMBER, seen, part)
    db.session.commit()
    return payment


def rows():
    db.session.rollback()
    db.session.expire_all()
    found = db.session.scalars(select(Bill).order_by(Bill.id)).all()
    return [(row.state, row.amount.amount) for row in found]


@pytest.mark.promise("M16")
def test_a_part_is_paid_and_the_rest_when_the_provider_has_taken_it_in(large, asha, gurmeet):
    payment = begin(asha, "840")
    assert payments.by_id(payment).amount == Money.of("840", "INR")
    settle(payment)
    for person, part in ((asha, "600"), (gurmeet, "500"), (gurmeet, None)):
        with pytest.raises(PartPaid):
            begin(person, part)
        db.session.rollback()
    now_open(large, "1000.00", received="840.00")
    settle(begin(gurmeet, "500", "1000.00 INR"))
    with pytest.raises(PartPaid):
        begin(asha, "500", "1000.00 INR")
    db.session.rollback()
    now_open(large, "500.00", received="1340.00")
    settle(begin(asha, None, "500.00 INR"))
    assert rows() == [("paid", "840.00"), ("paid", "500.00"), ("paid", "500.00")]
    bill = db.session.scalars(select(Bill).order_by(Bill.id)).first()
    assert service.disclosure(bill.id).data["amount"] == "840.00"


def test_who_is_at_the_gateway_keeps_others_out_also_when_the_amount_changed(large, asha, gurmeet):
    payment = begin(asha, "600")
    with pytest.raises(BeingPaid):
        begin(gurmeet, "500")
    db.session.rollback()
    now_open(large, "1500.00")
    with pytest.raises(BeingPaid):
        begin(gurmeet, "500", "1500.00 INR")
    db.session.rollback()
    again = begin(asha, "700", "1500.00 INR")
    assert again != payment
    assert rows() == [("released", "600.00"), ("paying", "700.00")]


def test_another_part_instead_lets_the_first_go(large, asha):
    first = begin(asha, "600")
    assert begin(asha, "600") == first
    assert begin(asha, "900") != first
    assert rows() == [("released", "600.00"), ("paying", "900.00")]


@pytest.mark.promise("M16")
def test_parts_at_the_same_moment_make_one(app, large, asha, gurmeet):
    lookups = [(fetched(one).id, one.id) for one in (asha, gurmeet)] * 3
    waiting = iter(lookups)

    def go():
        lookup, person = next(waiting)
        told = service.look(person, "power", lookup)
        # The provider is asked before: this is about our own rows.
        service.claim(told, told.told.bill(NUMBER), Money.of("700", "INR"))

    results = at_once(app, len(lookups), go)
    wrong = [one for one in results if isinstance(one, Exception)]
    assert {type(one) for one in wrong} <= {BeingPaid}
    standing = [state for state, _ in rows() if state != State.RELEASED]
    assert standing == [State.PAYING]


@pytest.mark.promise("M16")
@pytest.mark.parametrize("part", ["840", None])
@pytest.mark.parametrize(
    ("amount", "more"),
    [
        ("1890.00", {}),
        ("1540.00", {}),
        ("1000.00", {}),
        ("1890.00", {"least": ""}),
        ("1890.00", {"received": "0.00"}),
        ("1000.00", {"received": "839.99"}),
        ("1000.00", {"received": "9000.00"}),
    ],
)
def test_until_all_that_was_paid_is_taken_in_no_other_amount_is_believed(
    large, asha, gurmeet, part, amount, more
):
    """A late fee, money at a counter, no parts any more: what is open counts ours once more."""
    settle(begin(asha, part))
    now_open(large, amount, **more)
    with pytest.raises(PaidAlready):
        begin(gurmeet, None, f"{amount} INR")
    db.session.rollback()
    assert [state for state, _ in rows()] == ["paid"]


def test_what_is_charged_again_can_be_paid_when_the_parts_before_are_taken_in(large, asha):
    settle(begin(asha, "840"))
    now_open(large, "1840.00", received="840.00")
    settle(begin(asha, None))
    now_open(large, "50.00", received="2680.00", least="")
    settle(begin(asha, None, "50.00 INR"))
    assert [amount for _, amount in rows()] == ["840.00", "1840.00", "50.00"]


@pytest.mark.promise("M16")
def test_the_database_takes_no_second_part_after_the_same_ones(large, asha, gurmeet):
    settle(begin(asha, "840"))
    [paid] = db.session.scalars(select(Bill)).all()
    twin = text(
        "INSERT INTO bills (id, created_at, subject_id, person_id, provider_slug, number_key,"
        " told_sealed, minor, before_minor, currency, state, held_until)"
        " SELECT gen_random_uuid(), created_at, subject_id, person_id, provider_slug, number_key,"
        " told_sealed, minor, before_minor, currency, 'paying', held_until FROM bills"
    )
    with pytest.raises(IntegrityError, match="one_after_another"):
        db.session.execute(twin)
    db.session.rollback()
    assert paid.before_minor == 0


@pytest.mark.parametrize("part", ["", "499.99", "1840.01", "x", "-500", "5e2", "500.001", "٥٠٠"])
def test_an_amount_that_cannot_be_a_part_is_refused(large, asha, part):
    with pytest.raises(WrongPart) as refusal:
        begin(asha, part)
    assert refusal.value.params == {"least": "₹500", "most": "₹1,840"}


def test_a_bill_without_a_least_is_paid_whole(corporation, asha):
    with pytest.raises(WrongPart):
        begin(asha, "500")


@pytest.mark.parametrize("received", ["x", "-1", "1.005", "0..0", "."])
def test_what_cannot_have_been_received_is_no_answer(received):
    with pytest.raises(Unreadable):
        domain.read([Told(NUMBER, "100.00", "INR", received=received)])


@pytest.mark.parametrize("least", ["0.00", "x", "-1", "1.005"])
def test_a_least_that_is_none_is_no_answer(least):
    with pytest.raises(Unreadable):
        domain.read([Told(NUMBER, "100.00", "INR", least=least)])


def test_the_last_part_may_be_smaller():
    [found] = domain.read([Told(NUMBER, "100.00", "INR", least="500.00")])
    assert found.least == found.amount


@given(some.integers(1, 10**6), some.integers(1, 10**6), some.integers(-(10**6), 2 * 10**6))
def test_what_is_typed_is_taken_as_it_stands_or_refused(minor, least, typed):
    bill = Open(NUMBER, minor, "INR", least_minor=min(least, minor))
    text = f"{Money(typed, 'INR').decimal:.2f}"
    if bill.least_minor <= typed <= minor:
        assert domain.part_of(text, bill).minor == typed
    else:
        with pytest.raises(WrongPart):
            domain.part_of(text, bill)


def test_the_page_offers_a_part_and_says_what_is_wrong(app, large, asha):
    client = signed_in_client(app, asha)
    page = open_page(client, "/en/bills/power").send(account=ACCOUNT)
    assert "Pay a part of it" in page.words
    assert "At least ₹500" in page.words
    path = page.response.request.path
    told = {"csrf_token": csrf_token(page.response.data), "number": NUMBER, "seen": SEEN}
    wrong = client.post(path, data=told | {"part": "12"})
    assert wrong.status_code == 422
    assert "Enter an amount from ₹500 to ₹1,840" in wrong.text
    assert 'value="12"' in wrong.text
    went = client.post(path, data=told | {"part": "1,000"})
    assert went.status_code == 302
    payment = went.headers["Location"].rpartition("/")[2]
    settle(payment)
    page = open_page(client, "/en/bills/power").send(account=ACCOUNT)
    assert "a part is paid" in page.words
    assert "Pay ₹1,840" not in page.words
