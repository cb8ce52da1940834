"""The power corporation: its two forms as people fill them in, and its hook for bills."""

from datetime import date
from decimal import Decimal

import pytest

from portal.kernel.money import Money
from portal.registry.conformance import findings
from portal.registry.discovery import discover, hooks_of
from portal.registry.domain import (
    clean,
    failed_checks,
    fits_pattern,
    quote,
    visible_fields,
    visible_steps,
)
from portal.registry.hooks import Bill, NoAnswer, NoSuchAccount
from portal.registry.words import LANGUAGES, words_in

ACCOUNT = "3001234567"
ROW = {
    "number": "B-2026-10-3001234567",
    "amount": "1840.00",
    "currency": "INR",
    "due_on": "2026-12-05",
    "period": "October 2026",
    "holder": "Balwinder Kaur",
    "state": "open",
}


@pytest.fixture(scope="module")
def power():
    return next(provider for provider in discover() if provider.slug == "power")


@pytest.fixture
def connection(power):
    return power.service("new-connection")


@pytest.fixture
def change(power):
    return power.service("change-of-name")


def asked(service, **answers):
    return {field.name for field in visible_fields(service.form, answers)}


def worked_out(service, **answers):
    """The answers with what the form computes from them."""
    return clean(service.form, answers)


def answering(told):
    """The corporation's interface, which answers every question with this."""

    def ask(_path, _query):
        return told

    return ask


def fetch(told, account=ACCOUNT):
    return hooks_of("power").bills(account, answering(told))


def test_nothing_is_wrong_with_it(power):
    assert findings(power) == ()


def test_every_word_is_said_in_every_language(power):
    said = [words for _place, words in words_in(power)]
    assert len(said) > 150
    assert all(set(words.texts) == set(LANGUAGES) for words in said)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [("pa", "਀", "੿"), ("hi", "ऀ", "ॿ"), ("pa_Arab", "؀", "ۿ"), ("ur", "؀", "ۿ")],
)
def test_each_language_is_written_in_its_own_script(power, code, first, last):
    for place, words in words_in(power):
        assert any(first <= letter <= last for letter in words.say(code)), place


def test_the_two_languages_of_one_script_are_not_copies(power):
    for one, other in (("pa", "hi"), ("pa_Arab", "ur")):
        pairs = {(words.say(one), words.say(other)) for _place, words in words_in(power)}
        assert sum(left != right for left, right in pairs) > len(pairs) * 2 / 3


@pytest.mark.parametrize(
    ("use", "step", "papers"),
    [
        ("home", None, set()),
        ("shop", "shop", {"trade_licence"}),
        ("farm", "farm", {"land_record"}),
        ("industry", "industry", {"pollution_consent"}),
    ],
)
def test_each_use_is_asked_its_own_questions(connection, use, step, papers):
    slugs = [one.slug for one in visible_steps(connection.form, {"use": use})]
    assert [slug for slug in slugs if slug in ("shop", "farm", "industry")] == [step] * bool(step)
    kinds = {"trade_licence", "land_record", "pollution_consent"}
    assert asked(connection, use=use) & kinds == papers
    assert ("pump" in asked(connection, use=use)) is (use == "farm")
    assert ("load" in asked(connection, use=use)) is (use != "farm")


@pytest.mark.parametrize(
    ("answers", "load", "deposit", "fee"),
    [
        ({"use": "home", "load": "2.5"}, "2.5", "1200.00", "1300.00"),
        ({"use": "shop", "load": "4"}, "4", "3200.00", "3450.00"),
        ({"use": "farm", "pump": "5"}, "3.73", "800.00", "850.00"),
        ({"use": "industry", "load": "50"}, "50", "75000.00", "76000.00"),
    ],
)
def test_load_deposit_and_fee_follow_from_use_and_power(connection, answers, load, deposit, fee):
    whole = worked_out(connection, **answers)
    assert Decimal(whole["connected_load"]) == Decimal(load)
    assert whole["deposit"] == {"amount": deposit, "currency": "INR"}
    assert quote(connection, whole) == Money.of(fee, "INR")


def test_the_deposit_is_not_what_somebody_sent(connection):
    sent = {"use": "home", "load": "2", "deposit": {"amount": "1.00", "currency": "INR"}}
    assert worked_out(connection, **sent)["deposit"]["amount"] == "800.00"


@pytest.mark.parametrize(
    ("answers", "fits"),
    [
        ({"use": "home", "load": "7", "phases": "single"}, True),
        ({"use": "home", "load": "7.1", "phases": "single"}, False),
        ({"use": "home", "load": "40", "phases": "three"}, True),
        ({"use": "farm", "pump": "10", "phases": "single"}, False),
    ],
)
def test_a_large_load_needs_three_phases(connection, answers, fits):
    wrong = failed_checks(connection.form, worked_out(connection, **answers))
    assert [field.name for field in wrong] == ([] if fits else ["phases"])


def test_one_motor_takes_no_more_than_the_load(connection):
    answers = {"use": "industry", "load": "10", "phases": "three", "largest_motor": "11"}
    wrong = failed_checks(connection.form, worked_out(connection, **answers))
    assert [field.name for field in wrong] == ["largest_motor"]


def test_a_tenant_brings_the_owners_consent(connection):
    assert "owner_consent" in asked(connection, holding="rented")
    assert "owner_consent" not in asked(connection, holding="own")


def test_the_place_is_shown_by_position_and_photo(connection):
    kinds = {field.name: field.kind for field in connection.form.fields}
    assert (kinds["spot"], kinds["meter_place"]) == ("location", "photo")


def test_a_connection_is_paid_when_it_is_sent(connection):
    assert connection.payment == "with"


@pytest.mark.parametrize(
    ("reason", "papers"),
    [
        ("bought", {"deed"}),
        ("given", {"deed"}),
        ("inherited", {"death_certificate", "heirs_consent"}),
        ("misspelt", set()),
    ],
)
def test_each_reason_has_its_own_papers(change, reason, papers):
    kinds = {"deed", "death_certificate", "heirs_consent"}
    assert asked(change, reason=reason) & kinds == papers


@pytest.mark.parametrize(
    ("reason", "fee"), [("bought", "200.00"), ("inherited", "200.00"), ("misspelt", "0.00")]
)
def test_a_misspelt_name_is_mended_for_nothing(change, reason, fee):
    assert quote(change, {"reason": reason}) == Money.of(fee, "INR")


@pytest.mark.parametrize(("account", "fits"), [(ACCOUNT, True), ("300123456", False), ("", False)])
def test_forms_and_bills_ask_for_the_same_account_number(power, change, account, fits):
    field = change.form.field("account")
    assert fits_pattern(field, account) is fits
    assert (field.pattern, field.label) == (power.billing.pattern, power.billing.account)


def test_the_interface_is_asked_for_the_account():
    heard = []

    def ask(path, query):
        heard.append((path, query))
        return {"account": ACCOUNT, "bills": []}

    assert hooks_of("power").bills(ACCOUNT, ask) == []
    assert heard == [("/bills", {"account": ACCOUNT})]


def test_a_bill_is_read_as_it_stands():
    (bill,) = fetch({"account": ACCOUNT, "bills": [ROW]})
    assert bill == Bill(
        number="B-2026-10-3001234567",
        amount="1840.00",
        currency="INR",
        due_on=date(2026, 12, 5),
        period="October 2026",
        holder="Balwinder Kaur",
    )


@pytest.mark.parametrize("state", ["paid", "cancelled"])
def test_a_settled_bill_is_not_asked_for_again(state):
    assert fetch({"account": ACCOUNT, "bills": [ROW | {"state": state}]}) == []


@pytest.mark.parametrize(
    "change", [{"due_on": None}, {"due_on": "soon"}, {"due_on": 5}, {"period": 7}, {"holder": []}]
)
def test_what_may_be_missing_may_be_odd(change):
    (bill,) = fetch({"account": ACCOUNT, "bills": [ROW | change]})
    assert bill.number == ROW["number"]


def test_an_account_that_nobody_knows_is_told():
    with pytest.raises(NoSuchAccount):
        fetch({"error": "unknown_account"})


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "bills",
        7,
        {},
        {"error": "signature"},
        {"bills": [ROW]},
        {"account": "3009999999", "bills": [ROW]},
        {"account": ACCOUNT},
        {"account": ACCOUNT, "bills": {}},
        {"account": ACCOUNT, "bills": [None]},
        {"account": ACCOUNT, "bills": [[]]},
        {"account": ACCOUNT, "bills": [{}]},
        {"account": ACCOUNT, "bills": [ROW | {"number": 7}]},
        {"account": ACCOUNT, "bills": [ROW | {"number": " "}]},
        {"account": ACCOUNT, "bills": [ROW | {"amount": 1840.0}]},
        {"account": ACCOUNT, "bills": [ROW | {"currency": None}]},
        {"account": ACCOUNT, "bills": [ROW, {"number": "B-2"}]},
    ],
)
def test_an_odd_answer_is_none(told):
    with pytest.raises(NoAnswer):
        fetch(told)
