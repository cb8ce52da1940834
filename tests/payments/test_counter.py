"""Paying at a counter: a challan, two people of the office, and what the portal makes of it."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
import zxingcpp
from sqlalchemy.exc import IntegrityError

from payments import service
from payments.asking import service as asking
from payments.challans import service as challans
from payments.domain import BeingPaid, NoSuchGateway, PaymentState, State
from payments.gateway import Printed
from payments.gateways.counter import service as counter
from payments.gateways.counter.domain import EntryState
from payments.gateways.counter.domain import State as ChallanState
from payments.gateways.counter.models import CounterEntry
from payments.models import Refund
from payments.orders import service as orders
from portal.app import create_app, read_settings
from portal.kernel import clock, crypto
from portal.kernel.db import db
from portal.kernel.money import Money
from portal.kernel.settings import SettingsError
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.documents.samples import pictures, text
from tests.payments.companies import COUNTERS, counter_settings
from tests.payments.factories import FEE, booked, owed, paid, press, told

LATER = timedelta(days=16)
TOWN = ("town-hall", "150", "17")


@pytest.fixture
def there(app, monkeypatch):
    """Counters are declared."""
    monkeypatch.setitem(app.config, "SETTINGS", counter_settings())


@pytest.fixture
def production(database, tmp_path):
    """The settings of a portal that takes real money."""
    crypto.write_keyring(tmp_path / "keys.json", crypto.new_keyring())
    return {
        "PORTAL_ENV": "production",
        "PORTAL_BASE_URL": "https://portal.example.org",
        "PORTAL_MAIL": "smtp",
        "PORTAL_SMTP_URL": "smtp://mail.example.org",
        "PORTAL_VAR": str(tmp_path),
        "PORTAL_KEYS_FILE": str(tmp_path / "keys.json"),
        "DATABASE_URL": database.app_url,
        "DATABASE_ADMIN_URL": database.owner_url,
    }


@pytest.fixture
def cashier(app, there):
    return signed_in_client(app, make_person(name="Gurpreet", role="cashier", provider="municipal"))


@pytest.fixture
def colleague(app, there):
    return signed_in_client(app, make_person(name="Naseem", role="cashier", provider="municipal"))


def challan_of(payment):
    """A challan that was just chosen; committed."""
    started = service.start(payment, "counter")
    db.session.commit()
    assert isinstance(started, Printed)
    return counter.look_up(service.newest(payment).reference)


def post(client, path, **sent):
    shown = client.get("/en/desk/counter")
    token = {"csrf_token": csrf_token(shown.data)}
    return client.post(path, data=token | sent, follow_redirects=True)


def enter(client, challan, where="town-hall", amount="150", number="17", **more):
    told = {"counter": where, "amount": amount, "number": number}
    day = clock.today().isoformat()
    return post(client, f"/en/desk/counter/{challan.id}", **told | {"paid_on": day} | more)


def decide(client, challan, choice):
    [entry] = [one for one in counter.entries(challan) if one.state == EntryState.ENTERED]
    return post(client, f"/en/desk/counter/entries/{entry.id}", choice=choice)


def now(payment):
    db.session.rollback()
    return service.by_id(payment.id)


def words(got):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.get_data(as_text=True)))


@pytest.mark.promise("M16")
def test_a_challan_is_paid_when_two_people_said_so(there, mine, payment, cashier, colleague):
    shown = mine.get(f"/en/pay/{payment.id}")
    sent = {"csrf_token": csrf_token(shown.data), "amount": "150.00 INR", "gateway": "counter"}
    got = mine.post(f"/en/pay/{payment.id}", data=sent, follow_redirects=True)
    assert got.request.path == f"/en/pay/{payment.id}/challan"
    challan = counter.look_up(service.newest(payment).reference)
    for one in (challan.number, "₹150", "Town hall", "0029-00-101", payment.reference):
        assert one in words(got)
    assert "Another person confirms it" in words(enter(cashier, challan))
    assert now(payment).state == PaymentState.DUE
    assert "The counter has your money" in words(mine.get(f"/en/pay/{payment.id}/challan"))
    assert "another person confirms it" in words(decide(cashier, challan, "confirm"))
    assert now(payment).state == PaymentState.DUE
    decide(colleague, challan, "confirm")
    assert now(payment).state == PaymentState.PAID
    assert payment.receipt_number.endswith("-000001")
    assert booked(payment) == ["capture"]
    assert told("PaymentSucceeded") == 1
    assert challan.number in words(mine.get(f"/en/pay/{payment.id}/receipt"))


def test_the_database_lets_nobody_confirm_their_own_entry(there, payment):
    challan = challan_of(payment)
    person = make_person(name="Gurpreet").id
    row = CounterEntry(
        challan_id=challan.id,
        counter="treasury",
        amount_minor=15000,
        currency="INR",
        number="17",
        paid_on=clock.today(),
        entered_by=person,
        decided_by=person,
        state="confirmed",
    )
    db.session.add(row)
    with pytest.raises(IntegrityError, match="four_eyes"):
        db.session.flush()
    db.session.rollback()


def test_what_is_entered_keeps_its_person_from_paying_once_more(there, payment, cashier):
    enter(cashier, challan_of(payment))
    payment = now(payment)
    with pytest.raises(BeingPaid):
        service.start(payment, "sandbox")


def test_an_entry_that_was_wrong_is_sent_back_and_entered_anew(there, payment, cashier, colleague):
    challan = challan_of(payment)
    enter(cashier, challan, number="71")
    assert "entered anew" in words(decide(colleague, challan, "back"))
    enter(cashier, challan, number="17")
    decide(colleague, challan, "confirm")
    assert now(payment).state == PaymentState.PAID


def test_a_cheque_that_was_not_honoured_ends_the_challan(there, payment, cashier, colleague):
    challan = challan_of(payment)
    enter(cashier, challan)
    decide(colleague, challan, "refuse")
    payment = now(payment)
    assert payment.state == PaymentState.DUE
    assert service.newest(payment).state == State.FAILED
    assert "Take no money" in words(enter(cashier, challan, number="18"))
    assert challan_of(payment).number != challan.number


def test_another_amount_waits_for_somebody_to_look(there, payment, cashier, colleague):
    challan = challan_of(payment)
    got = enter(cashier, challan, amount="15")
    assert "Another amount than the challan asks for" in words(got)
    decide(colleague, challan, "confirm")
    payment = now(payment)
    assert payment.state == PaymentState.DUE
    assert booked(payment) == ["suspense"]


def test_a_number_of_a_receipt_book_stands_once(there, payment, cashier):
    enter(cashier, challan_of(payment))
    other = challan_of(owed())
    assert "stands at another challan" in words(enter(cashier, other))
    assert not counter.entries(other)
    assert counter.by_id(other.id).state == ChallanState.OPEN


@pytest.mark.promise("M16")
def test_a_challan_that_was_paid_another_way_takes_no_money(there, payment, cashier):
    challan = challan_of(payment)
    paid(payment)
    assert "Take no money" in words(enter(cashier, challan))
    assert counter.by_id(challan.id).state == ChallanState.CALLED_OFF
    assert not counter.entries(challan)


@pytest.mark.promise("M16")
def test_money_that_a_cashier_has_already_goes_back_when_the_card_was_faster(
    there, payment, cashier, colleague
):
    service.start(payment, "sandbox")
    db.session.commit()
    card = service.newest(payment)
    challan = challan_of(payment)
    enter(cashier, challan)
    press(card)
    service.came_back(now(payment))
    db.session.commit()
    assert now(payment).state == PaymentState.PAID
    decide(colleague, challan, "confirm")
    assert booked(now(payment)) == ["capture", "late"]
    [refund] = db.session.query(Refund)
    assert (refund.amount, refund.state) == (FEE, "asked")


@pytest.mark.promise("M16")
def test_what_is_paid_after_the_last_day_counts_while_it_is_owed(
    there, payment, cashier, colleague, app
):
    challan = challan_of(payment)
    with time_machine.travel(clock.now() + LATER):
        asking.ask_later(attempt_id=str(service.newest(payment).id))
        db.session.commit()
        assert service.newest(payment).state == State.EXPIRED
        people = [
            signed_in_client(app, make_person(name=name, role="cashier", provider="municipal"))
            for name in ("Asif", "Meena")
        ]
        got = people[0].get(f"/en/desk/counter/{challan.id}")
        assert "Its last day has passed" in words(got)
        enter(people[0], challan)
        decide(people[1], challan, "confirm")
    assert now(payment).state == PaymentState.PAID


def test_a_challan_lasts_as_many_days_as_is_declared(there, payment):
    challan = challan_of(payment)
    assert challan.expires_at - clock.now() > timedelta(days=14, hours=23)
    with time_machine.travel(clock.now() + timedelta(days=14)):
        assert challan_of(payment).number == challan.number


def test_its_person_may_still_choose_another_way(there, mine, payment):
    challan_of(payment)
    got = words(mine.get(f"/en/pay/{payment.id}"))
    assert "You have a challan" in got
    assert "How do you want to pay?" in got


@pytest.mark.parametrize("provider", ["power", "treasury"])
def test_it_is_offered_where_a_counter_takes_that_providers_money(app, monkeypatch, provider):
    monkeypatch.setitem(app.config, "SETTINGS", counter_settings(counters=COUNTERS["counters"][:1]))
    payment = owed(provider=provider)
    assert "counter" not in {one.slug for one in service.ways(payment)}
    with pytest.raises(NoSuchGateway):
        service.start(payment, "counter")
    assert "counter" in {one.slug for one in service.ways(owed(provider="revenue"))}


def test_a_cashier_finds_the_challans_of_their_own_counters(app, there, payment, cashier):
    theirs = challan_of(owed(provider="power"))
    own = challan_of(owed(provider="revenue"))
    for number in (theirs.number, theirs.reference, "CH-0000-0000"):
        assert "No challan has this number" in words(cashier.get(f"/en/desk/counter?q={number}"))
    assert cashier.get(f"/en/desk/counter/{theirs.id}").status_code == 404
    typed = own.number.lower().replace("-", "", 2).replace("ch", "ch-", 1)
    got = cashier.get(f"/en/desk/counter?q={typed}", follow_redirects=True)
    assert got.request.path == f"/en/desk/counter/{own.id}"
    treasurer = make_person(name="Iqbal", role="cashier", provider="treasury")
    assert signed_in_client(app, treasurer).get(f"/en/desk/counter/{theirs.id}").status_code == 200


@pytest.mark.parametrize("language", ["en", "pa", "pa_Arab", "hi", "ur"])
def test_a_challan_is_printed_with_a_copy_for_the_office_and_one_for_the_payer(
    there, payment, language
):
    challan = challan_of(payment)
    content = challans.paper(challans.of(payment), language)
    said = text(content)
    assert said.count("150") >= 2
    # A reader of right-to-left text may tell the words of a line the other way round.
    assert {"Trade", "licence"} <= set(said.split())
    codes = [code.text for page in pictures(content, 3) for code in zxingcpp.read_barcodes(page)]
    assert codes == [challan.number] * 2


def test_only_its_person_sees_a_challan(app, there, mine, payment):
    assert mine.get(f"/en/pay/{payment.id}/challan").status_code == 302
    assert mine.get(f"/en/pay/{payment.id}/challan.pdf").status_code == 404
    challan_of(payment)
    got = mine.get(f"/en/pay/{payment.id}/challan.pdf")
    assert (got.status_code, got.mimetype) == (200, "application/pdf")
    other = signed_in_client(app, make_person(name="Ravi Kumar"))
    for tail in ("challan", "challan.pdf"):
        assert other.get(f"/en/pay/{payment.id}/{tail}").status_code == 404


def test_several_payments_are_paid_by_one_challan(there, cashier, colleague, person):
    own = {"person_id": person.id, "subject_id": person.id}
    several = [owed(**own), owed(Money.of("50.00", "INR"), **own, provider="revenue")]
    service.start_all(several, "counter")
    db.session.commit()
    challan = counter.look_up(service.newest(several[0]).reference)
    assert challan.payees == ["municipal", "revenue"]
    enter(cashier, challan, amount="200")
    decide(colleague, challan, "confirm")
    assert {now(one).state for one in several} == {PaymentState.PAID}
    assert len(orders.attempts(several[0].id)) == 1


def test_a_form_that_is_not_filled_in_enters_nothing(there, payment, cashier):
    challan = challan_of(payment)
    assert enter(cashier, challan, amount="", where="elsewhere").status_code == 422
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert enter(cashier, challan, paid_on=tomorrow).status_code == 422
    assert counter.entries(challan) == []


def test_trials_and_real_money_do_not_mix(production):
    with pytest.raises(SettingsError, match="PORTAL_COUNTERS says test"):
        create_app(read_settings(production | {"PORTAL_COUNTERS": as_json(test=True)}))
    elsewhere = {"PORTAL_ENV": "test", "PORTAL_COUNTERS": as_json(test=False)}
    with pytest.raises(SettingsError, match="takes real money"):
        create_app(read_settings(production | elsewhere))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"days": 0}, "days"),
        ({"counters": []}, "counters"),
        ({"counters": COUNTERS["counters"][:1] * 2}, "one code"),
        ({"cashiers": 2}, "cashiers"),
        ({"counters": [COUNTERS["counters"][1] | {"name": {"ur": "x"}}]}, "English"),
    ],
)
def test_a_wrong_declaration_says_which_part_is_wrong(production, changes, said):
    with pytest.raises(SettingsError, match=said):
        read_settings(production | {"PORTAL_COUNTERS": as_json(**changes)})


def test_a_file_of_counters_that_is_not_there_is_said(production):
    with pytest.raises(SettingsError, match="no readable file"):
        read_settings(production | {"PORTAL_COUNTERS": "/nowhere/counters.yaml"})


def as_json(**changes):
    return json.dumps(COUNTERS | changes)
