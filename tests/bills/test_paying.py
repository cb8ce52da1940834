"""One bill, paid once: whoever tries, how often, at the same time, and whatever becomes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from payments import service as payments
from payments.events import PaymentSucceeded
from payments.gateway import Status
from portal.audit.models import AuditEntry
from portal.bills import domain, service
from portal.bills.domain import (
    AmountChanged,
    BeingPaid,
    NoSuchBill,
    NoSuchLookup,
    NotAnswering,
    NotOpen,
    PaidAlready,
    State,
    UnknownAccount,
)
from portal.bills.jobs import release_bills
from portal.bills.models import Bill, BillLookup
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.kernel.events import StoredEvent, publish
from portal.kernel.jobs import Again
from tests.accounts.threads import at_once
from tests.bills.conftest import ACCOUNT, OCTOBER, OTHER, attempt, begin, fetched, settle


def rows():
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Bill).order_by(Bill.id)).all()


def states():
    return [row.state for row in rows()]


def told():
    """The bills that were told upward as paid."""
    stored = select(StoredEvent.payload).where(StoredEvent.name == "BillPaid")
    return [payload["bill_id"] for payload in db.session.scalars(stored)]


def state_of(payment_id):
    db.session.rollback()
    db.session.expire_all()
    return payments.by_id(payment_id).state


def later(monkeypatch, **span):
    """Let time go on."""
    moment = clock.now() + timedelta(**span)
    monkeypatch.setattr("portal.bills.service.clock.now", lambda: moment)


def test_a_bill_is_begun_and_paid(asha):
    payment = begin(asha)
    due = payments.by_id(payment)
    assert (due.amount.amount, due.person_id, due.purpose) == ("1840.00", asha.id, "bill")
    assert due.title["en"] == "Electricity bill"
    assert states() == [State.PAYING]
    settle(payment)
    (bill,) = rows()
    assert (bill.state, bill.payment_id) == (State.PAID, payment)
    assert bill.paid_at is not None
    assert told() == [str(bill.id)]


def test_what_the_provider_is_told_names_bill_account_amount_and_payment(asha):
    payment = begin(asha)
    (bill,) = rows()
    with pytest.raises(NoSuchBill):
        service.disclosure(bill.id)
    settle(payment)
    (bill,) = rows()
    said = service.disclosure(bill.id)
    assert (said.provider_slug, said.subject_id) == ("power", asha.id)
    assert said.data == {
        "bill": "B-2026-10",
        "account": ACCOUNT,
        "amount": "1840.00",
        "currency": "INR",
        "payment": payments.by_id(payment).reference,
        "paid_at": f"{bill.paid_at:%Y-%m-%dT%H:%M:%SZ}",
    }


def test_a_press_of_the_button_again_leads_to_the_same_payment(asha):
    assert begin(asha) == begin(asha)
    assert states() == [State.PAYING]


def test_two_bills_of_one_account_are_two_payments(asha):
    lookup = fetched(asha)
    first = begin(asha, lookup=lookup)
    second = begin(asha, "B-2026-11", "642.50 INR", lookup=lookup)
    assert first != second


def test_word_of_one_success_that_comes_five_times_is_one(asha):
    payment = begin(asha)
    attempt_id = settle(payment)
    for _ in range(4):
        settle(payment, attempt_id=attempt_id)
    assert len(told()) == 1
    done = select(AuditEntry.number).where(AuditEntry.act == "bill.paid")
    assert len(db.session.scalars(done).all()) == 1


def test_a_bill_that_somebody_pays_is_kindly_refused_to_others(asha, gurmeet):
    begin(asha)
    with pytest.raises(BeingPaid):
        begin(gurmeet)
    assert states() == [State.PAYING]


def test_a_paid_bill_is_refused_to_everybody(asha, gurmeet):
    settle(begin(asha))
    for person in (asha, gurmeet):
        with pytest.raises(PaidAlready):
            begin(person)
    assert states() == [State.PAID]


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED, Status.EXPIRED])
def test_a_payment_that_fails_leaves_the_bill_payable(asha, status):
    payment = begin(asha)
    settle(payment, status)
    assert states() == [State.PAYING]
    assert begin(asha) == payment
    settle(payment)
    assert states() == [State.PAID]


def test_who_does_not_go_on_gives_way_after_a_while(asha, gurmeet, monkeypatch):
    first = begin(asha)
    later(monkeypatch, minutes=46)
    second = begin(gurmeet)
    assert states() == [State.RELEASED, State.PAYING]
    assert (state_of(first), state_of(second)) == ("cancelled", "due")
    settle(second)
    assert states() == [State.RELEASED, State.PAID]


def test_money_that_comes_after_somebody_else_took_over_goes_back(asha, gurmeet, monkeypatch):
    first = begin(asha)
    late = attempt(first)
    later(monkeypatch, minutes=44)
    with pytest.raises(BeingPaid):
        begin(gurmeet)
    later(monkeypatch, minutes=46)
    second = begin(gurmeet)
    settle(second)
    settle(first, attempt_id=late)
    assert states() == [State.RELEASED, State.PAID]
    assert len(told()) == 1
    back = text("SELECT count(*) FROM payment_refunds WHERE payment_id = :id")
    assert db.session.scalar(back, {"id": first}) == 1


def test_nobody_takes_over_while_a_bank_has_not_answered(asha, gurmeet, monkeypatch):
    first = begin(asha)
    late = settle(first, Status.PENDING)
    later(monkeypatch, hours=30)
    with pytest.raises(BeingPaid):
        begin(gurmeet)
    db.session.rollback()
    service.release()
    db.session.commit()
    settle(first, attempt_id=late)
    assert states() == [State.PAID]


def test_what_nobody_goes_on_with_is_let_go(asha, gurmeet, monkeypatch):
    first, second = begin(asha), begin(gurmeet, "B-2026-11", "642.50 INR")
    settle(second)
    assert not service.release()
    assert states() == [State.PAYING, State.PAID]
    later(monkeypatch, minutes=46)
    assert not service.release()
    db.session.commit()
    assert states() == [State.RELEASED, State.PAID]
    assert state_of(first) == "cancelled"
    assert service.waiting(asha.id) == []
    assert begin(asha) != first


def test_many_are_let_go_in_batches(asha, corporation, monkeypatch):
    monkeypatch.setattr(service, "A_BATCH", 2)
    corporation.accounts[ACCOUNT] = [OCTOBER | {"number": f"B-{n}"} for n in range(3)]
    lookup = fetched(asha)
    for number in range(3):
        begin(asha, f"B-{number}", lookup=lookup)
    later(monkeypatch, minutes=46)
    with pytest.raises(Again):
        release_bills()
    db.session.commit()
    release_bills()
    db.session.commit()
    assert states() == [State.RELEASED] * 3


def test_a_changed_amount_is_shown_before_it_is_paid(asha, corporation):
    lookup = fetched(asha)
    corporation.accounts[ACCOUNT] = [OCTOBER | {"amount": "1900.00"}]
    with pytest.raises(AmountChanged):
        begin(asha, lookup=lookup)
    db.session.commit()
    assert rows() == []
    assert lookup.told.bill("B-2026-10").seen == "1900.00 INR"
    payment = begin(asha, seen="1900.00 INR", lookup=lookup)
    assert payments.by_id(payment).amount.amount == "1900.00"


def test_an_amount_that_changes_after_the_beginning_ends_the_first_payment(asha, corporation):
    first = begin(asha)
    corporation.accounts[ACCOUNT] = [OCTOBER | {"amount": "1900.00"}]
    second = begin(asha, seen="1900.00 INR")
    assert (state_of(first), state_of(second)) == ("cancelled", "due")
    assert states() == [State.RELEASED, State.PAYING]


def test_a_bill_that_is_gone_in_the_meantime_is_not_paid(asha, corporation):
    lookup = fetched(asha)
    corporation.accounts[ACCOUNT] = []
    with pytest.raises(NotOpen):
        begin(asha, lookup=lookup)
    assert rows() == []


def test_a_bill_of_another_account_is_not_paid(asha):
    with pytest.raises(NotOpen):
        begin(asha, lookup=fetched(asha, OTHER))


def test_a_provider_that_falls_silent_before_paying_stops_it(asha, corporation):
    lookup = fetched(asha)
    corporation.raw = (500, b"")
    with pytest.raises(NotAnswering):
        begin(asha, lookup=lookup)
    assert rows() == []


def test_two_people_who_pay_one_bill_at_once_are_one_payment(house, asha, gurmeet):
    people = [asha, gurmeet]
    lookups = {person.id: fetched(person) for person in people}
    turns = iter(people)

    def press():
        person = next(turns)
        lookup = service.look(person.id, "power", lookups[person.id].id)
        # The provider is asked before: this is about our own rows.
        found = lookup.told.bill("B-2026-10")
        return service.claim(lookup, found, found.amount).person_id

    results = at_once(house, 2, press)
    refused = [one for one in results if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [BeingPaid]
    assert states() == [State.PAYING]


def test_one_person_in_five_windows_has_one_payment(house, asha):
    lookup_id = fetched(asha).id

    def press():
        lookup = service.look(asha.id, "power", lookup_id)
        found = lookup.told.bill("B-2026-10")
        return service.claim(lookup, found, found.amount).id

    assert len(set(at_once(house, 5, press))) == 1
    assert states() == [State.PAYING]


def test_the_database_itself_refuses_a_second_row(asha):
    begin(asha)
    (bill,) = rows()
    twin = Bill(
        **{
            column.name: getattr(bill, column.name)
            for column in Bill.__table__.columns
            if column.name not in ("id", "created_at")
        }
    )
    db.session.add(twin)
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_numbers_that_differ_in_capitals_only_are_two_bills(asha, corporation):
    corporation.accounts[ACCOUNT] = [OCTOBER, OCTOBER | {"number": "b-2026-10"}]
    settle(begin(asha))
    assert begin(asha, "b-2026-10")


def test_word_of_other_payments_is_not_for_bills(asha):
    payment = begin(asha)
    (bill,) = rows()
    publish(PaymentSucceeded(payment, "something else", bill.id))
    db.session.commit()
    assert states() == [State.PAYING]


def test_two_people_who_press_pay_at_once_are_one_payment(house, asha, gurmeet):
    lookups = iter([(person, fetched(person).id) for person in (asha, gurmeet)])

    def press():
        person, lookup_id = next(lookups)
        lookup = service.look(person.id, "power", lookup_id)
        return service.pay(lookup, "B-2026-10", "1840.00 INR")

    results = at_once(house, 2, press)
    refused = [one for one in results if isinstance(one, Exception)]
    # The second one is refused by the bill's own row, or while the provider is asked already.
    assert len(refused) == 1
    assert isinstance(refused[0], BeingPaid | NotAnswering)
    assert states() == [State.PAYING]
    assert db.session.scalar(text("SELECT count(*) FROM payments")) == 1


def test_what_was_asked_stands_also_when_nobody_answers(asha, corporation):
    corporation.raw = (500, b"")
    with pytest.raises(NotAnswering):
        fetched(asha)
    db.session.rollback()
    assert len(db.session.scalars(select(BillLookup)).all()) == 1


def test_nobody_tries_account_numbers_one_after_the_other(asha, gurmeet, monkeypatch):
    monkeypatch.setattr(domain, "LOOKUPS", 3)
    for number in range(3):
        with pytest.raises(UnknownAccount):
            fetched(asha, f"300000000{number}")
    with pytest.raises(TooMany):
        fetched(asha)
    db.session.rollback()
    assert fetched(gurmeet)
    later(monkeypatch, minutes=11)
    assert fetched(asha)


def test_what_was_fetched_is_its_askers_for_an_hour(asha, gurmeet, monkeypatch):
    lookup = fetched(asha)
    assert service.look(asha.id, "power", lookup.id) is lookup
    for person, provider in ((gurmeet, "power"), (asha, "gas")):
        with pytest.raises(NoSuchLookup):
            service.look(person.id, provider, lookup.id)
    later(monkeypatch, minutes=61)
    with pytest.raises(NoSuchLookup):
        service.look(asha.id, "power", lookup.id)


def test_what_was_fetched_is_forgotten_after_a_day(asha, monkeypatch):
    fetched(asha)
    service.sweep()
    db.session.commit()
    assert len(db.session.scalars(select(BillLookup)).all()) == 1
    later(monkeypatch, hours=25)
    service.sweep()
    db.session.commit()
    assert db.session.scalars(select(BillLookup)).all() == []


def test_history_and_accounts_are_ones_own(asha, gurmeet, corporation):
    settle(begin(asha))
    settle(begin(asha, "B-2026-11", "642.50 INR"))
    corporation.accounts[OTHER] = [OCTOBER | {"number": "B-9"}]
    settle(begin(asha, "B-9", lookup=fetched(asha, OTHER)))
    paid = service.history(asha.id)
    assert [bill.told.number for bill in paid] == ["B-9", "B-2026-11", "B-2026-10"]
    assert [bill.told.account for bill in service.again(paid)] == [ACCOUNT, OTHER]
    assert service.history(gurmeet.id) == []
    assert service.account_of(asha.id, paid[0].id) == OTHER
    with pytest.raises(NoSuchBill):
        service.account_of(gurmeet.id, paid[0].id)


def test_what_waits_to_be_paid_is_shown_until_it_is(asha):
    payment = begin(asha)
    assert [bill.payment_id for bill in service.waiting(asha.id)] == [payment]
    settle(payment)
    assert service.waiting(asha.id) == []


def test_each_bill_of_a_list_says_whether_it_can_be_paid(asha, gurmeet, queries):
    lookup = fetched(asha)
    settle(begin(asha, lookup=lookup))
    begin(asha, "B-2026-11", "642.50 INR", lookup=lookup)
    bills = lookup.told.bills
    assert service.stand(asha.id, "power", bills) == {"B-2026-10": "paid"}
    with queries() as asked:
        stands = service.stand(gurmeet.id, "power", bills)
    assert stands == {"B-2026-10": "paid", "B-2026-11": "taken"}
    assert len([one for one in asked if "FROM bills" in one]) == 1


def test_nothing_of_account_holder_or_number_stands_in_the_clear(asha):
    settle(begin(asha))
    for table in ("bills", "bill_lookups", "stored_events", "audit_entries"):
        kept = "\n".join(db.session.scalars(text(f"SELECT t::text FROM {table} t")))
        for secret in (ACCOUNT, "B-2026-10", "B•••", "Balwinder"):
            assert secret not in kept
            assert secret.encode().hex() not in kept
