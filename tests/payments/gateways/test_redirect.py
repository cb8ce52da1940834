"""Companies that are declared: what may be declared, each way of signing, notices and forms."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
import yaml

from payments.gateway import ForgedNotice, GatewayError, Order, RefundOrder, RefundStatus, Status
from payments.gateways import gateways
from payments.gateways.redirect.declared import Company
from payments.gateways.redirect.settings import RedirectSettings
from payments.gateways.redirect.signing import signature
from portal.app import create_app, read_settings
from portal.kernel import clock, crypto
from portal.kernel.errors import N_
from portal.kernel.http import Answer
from portal.kernel.money import Money
from portal.kernel.settings import SettingsError
from tests.payments.companies import (
    KEY_OF_HASHES,
    declaration,
    declared_company,
    posted,
    redirect_means,
)
from tests.payments.factories import FEE

REDIRECT = gateways()["redirect"]
FAR = "https://pay.example.org"
SIGN = declaration(FAR)["sign"]


def new_order(**changes):
    usual = {
        "reference": f"PBP-{uuid4().hex[:8]}-1",
        "amount": FEE,
        "title": "Trade licence",
        "language": "pa_Arab",
        "return_url": f"http://localhost:8000/pa-Arab/pay/{UUID(int=9)}/return",
        "notice_url": "http://localhost:8000/hooks/payments/redirect",
        "expires_at": clock.now() + timedelta(minutes=45),
    }
    return Order(**usual | changes)


@pytest.fixture
def means(app):
    return redirect_means(declaration(FAR))


def test_the_form_says_all_and_is_signed(means):
    order = new_order()
    leads = REDIRECT.start(order, means)
    assert leads.url == f"{FAR}/start"
    assert leads.fields["pp_amount"] == "150.00"
    assert leads.fields["pp_until"] == f"{order.expires_at:%Y%m%d%H%M%S}"
    signed = "&".join(
        f"{name}={value}" for name, value in sorted(leads.fields.items()) if name != "pp_hash"
    )
    expected = hmac.new(KEY_OF_HASHES.encode(), signed.encode(), hashlib.sha256).hexdigest()
    assert leads.fields["pp_hash"] == expected
    assert REDIRECT.origins(means.settings) == (FAR,)


def test_the_browser_may_come_back_by_a_form(app, means):
    way = REDIRECT.start(new_order(), means).fields["pp_return"]
    assert way == f"http://localhost:8000/hooks/came-back/pa-Arab/{UUID(int=9)}"
    client = app.test_client()
    path = way.removeprefix("http://localhost:8000")
    for got in (client.post(path, data={"state": "paid"}), client.get(path)):
        assert got.status_code == 303
        assert got.headers["Location"] == f"/pa-Arab/pay/{UUID(int=9)}/return"
    assert client.get(f"/hooks/came-back/elvish/{UUID(int=9)}").status_code == 404


@pytest.mark.parametrize(
    "sign",
    [
        {"hash": "hmac-sha512"},
        {"letters": "base64", "write": "values"},
        {"letters": "upper", "key_first": True, "separator": "|"},
        {"separator": "", "write": "values"},
    ],
    ids=str,
)
@pytest.mark.parametrize("sends", ["form", "json"])
def test_each_way_of_signing_is_understood_by_a_company_that_works_it_out_itself(app, sign, sends):
    with declared_company(sign=SIGN | sign, sends=sends) as (played, told):
        means, order = redirect_means(told), new_order()
        posted(REDIRECT.start(order, means))
        played.choose(order.reference, "pay")
        assert REDIRECT.query(order, means).amount == FEE
        [letter] = played.store.letters()
        body, headers = played.world.signed(letter)
        [notice] = REDIRECT.read_notice(headers, body, means)
        assert (notice.order, notice.outcome.status) == (order.reference, Status.SUCCEEDED)
        whole = RefundOrder(uuid4(), order, FEE)
        assert REDIRECT.refund(whole, means).status is RefundStatus.SUCCEEDED


def test_listed_fields_are_signed_in_their_order(app):
    told = declaration(FAR, sign=SIGN | {"write": "values", "separator": "|"})
    told["start"] = told["start"] | {"over": ["pp_order", "pp_amount", "pp_merchant"]}
    order = new_order()
    fields = REDIRECT.start(order, redirect_means(told)).fields
    said = f"{order.reference}|150.00|M-17"
    assert fields["pp_hash"] == (
        hmac.new(KEY_OF_HASHES.encode(), said.encode(), hashlib.sha256).hexdigest()
    )


def test_what_separates_values_stands_in_none(app):
    told = declaration(FAR, sign=SIGN | {"separator": "|"})
    fields = REDIRECT.start(new_order(title="a|b"), redirect_means(told)).fields
    assert fields["pp_text"] == "a b"


# --- Notices ------------------------------------------------------------------------------------


def notice(told, *, form=False, over=None, **fields):
    usual = {"pp_order": "PBP-1", "pp_status": "SUCCESS", "pp_txn": "T1", "pp_amount": "150.00"}
    said = usual | {"pp_at": str(int(clock.now().timestamp()))} | fields
    said["pp_hash"] = signature(Company.model_validate(told), said, over)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    body = urlencode(said) if form else json.dumps(said)
    return {"Content-Type": f"{kind}; charset=utf-8"}, body.encode()


@pytest.mark.parametrize("form", [True, False])
def test_a_notice_comes_as_a_form_or_as_json_and_names_no_amount(means, form):
    [told] = REDIRECT.read_notice(*notice(declaration(FAR), form=form), means)
    assert (told.order, told.outcome.status) == ("PBP-1", Status.SUCCEEDED)
    assert (told.outcome.amount, told.outcome.reference) == (None, "T1")


def test_the_same_news_has_the_same_number_and_other_news_another(means):
    numbers = [
        REDIRECT.read_notice(*notice(declaration(FAR), **more), means)[0].id
        for more in ({}, {"pp_at": str(int(clock.now().timestamp()) - 9)}, {"pp_status": "WAIT"})
    ]
    assert numbers[0] == numbers[1] != numbers[2]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"a": 1, "a": 2}', b"\xff"])
def test_what_is_no_notice_is_refused(means, body):
    with pytest.raises(ForgedNotice):
        REDIRECT.read_notice({"content-type": "application/json"}, body, means)


def test_a_field_that_is_there_twice_is_refused(means):
    headers, body = notice(declaration(FAR), form=True)
    with pytest.raises(ForgedNotice):
        REDIRECT.read_notice(headers, body + b"&pp_status=FAILURE", means)


@pytest.mark.parametrize("moment", ["", "x", "9" * 40, "-1", None])
def test_a_notice_without_its_time_is_refused(means, moment):
    with pytest.raises(ForgedNotice):
        REDIRECT.read_notice(*notice(declaration(FAR), pp_at=moment or ""), means)


def test_its_time_is_read_as_it_is_declared(app):
    shape = {"time": "pp_at", "format": "%d-%m-%Y %H:%M:%S"}
    told = declaration(FAR, notice=shape, zone="Asia/Kolkata")
    means = redirect_means(told)
    now = clock.now() + timedelta(hours=5, minutes=30)
    assert REDIRECT.read_notice(*notice(told, pp_at=f"{now:%d-%m-%Y %H:%M:%S}"), means)
    with pytest.raises(ForgedNotice):
        REDIRECT.read_notice(*notice(told, pp_at=f"{clock.now():%d-%m-%Y %H:%M:%S}"), means)


def test_a_word_that_was_not_declared_is_not_understood(means):
    with pytest.raises(GatewayError):
        REDIRECT.read_notice(*notice(declaration(FAR), pp_status="MELTED"), means)


def test_where_values_alone_are_signed_a_renamed_field_is_refused(app):
    told = declaration(FAR, sign=SIGN | {"write": "values"}, notice={})
    headers, body = notice(told)
    means = redirect_means(told)
    assert REDIRECT.read_notice(headers, body, means)
    with pytest.raises(ForgedNotice):
        REDIRECT.read_notice(headers, body.replace(b"pp_order", b"pp_orders"), means)


# --- Answers ------------------------------------------------------------------------------------


def answering(means, **said):
    usual = {"pp_order": "PBP-1", "pp_status": "SUCCESS", "pp_txn": "T1", "pp_amount": "150.00"}
    body = json.dumps(usual | {"pp_currency": "INR"} | said).encode()
    return replace(means, post=lambda *_, **__: Answer(200, {}, body))


def test_an_answer_about_another_order_is_not_believed(means):
    order = new_order(reference="PBP-1")
    assert REDIRECT.query(order, answering(means)).amount == FEE
    with pytest.raises(GatewayError):
        REDIRECT.query(order, answering(means, pp_order="PBP-2"))


@pytest.mark.parametrize(
    "said",
    [{"pp_amount": "1e9"}, {"pp_amount": "-5"}, {"pp_amount": ""}, {"pp_currency": "XXX"}],
)
def test_an_amount_that_is_none_is_not_believed(means, said):
    with pytest.raises(GatewayError):
        REDIRECT.query(new_order(reference="PBP-1"), answering(means, **said))


def test_members_within_members_and_the_smallest_unit(app):
    answer = declaration(FAR)["answer"] | {
        "order": "data.order.id",
        "status": "data.state",
        "amount": "data.paisa",
        "currency": None,
        "counts_in": "minor",
    }
    means = redirect_means(declaration(FAR, answer=answer, currencies=["INR"]))
    body = {"data": {"order": {"id": "PBP-1"}, "state": "SUCCESS", "paisa": 15000}}
    told = replace(means, post=lambda *_, **__: Answer(200, {}, json.dumps(body).encode()))
    assert REDIRECT.query(new_order(reference="PBP-1"), told).amount == FEE


def test_the_browser_comes_back_to_all_that_was_paid_together(app, means):
    here = f"http://localhost:8000/pa-Arab/pay/together/{UUID(int=9)}/return"
    fields = REDIRECT.start(new_order(return_url=here), means).fields
    way = fields["pp_return"]
    assert way == f"http://localhost:8000/hooks/came-back/pa-Arab/together/{UUID(int=9)}"
    led = app.test_client().post(way.removeprefix("http://localhost:8000"))
    assert led.status_code == 303
    assert led.headers["Location"] == here.removeprefix("http://localhost:8000")


def test_a_company_that_gives_nothing_back_says_so(app):
    means = redirect_means(declaration(FAR, refund=None))
    told = REDIRECT.refund(RefundOrder(uuid4(), new_order(), FEE), means)
    assert (told.status, told.code) == (RefundStatus.FAILED, "not_declared")


def test_it_takes_the_currencies_that_are_declared(means):
    here = REDIRECT.under(means.settings)
    assert here.takes(Money.of("1.00", "PKR"))
    assert not here.takes(Money.of("1.00", "USD"))
    assert here.capabilities.test
    assert here.title == N_("Card, bank account or wallet")


# --- The declaration ----------------------------------------------------------------------------


def changed(path, value):
    told = json.loads(json.dumps(declaration(FAR)))
    *way, last = path.split(".")
    place = told
    for part in way:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return told


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("key", "short", "key"),
        ("favourite", "blue", "favourite"),
        ("sign.hash", "md5", "sign.hash"),
        ("start.url", "pay.example.org", "start.url: it must be an address"),
        ("start.fields.pp_amount", None, "no field with {amount}"),
        ("start.fields.pp_order", None, "start has no field with {reference}"),
        ("start.fields.pp_text", "{card}", "{card}, which nobody fills in"),
        ("start.fields.pp_text", "{title", "expected '}'"),
        ("start.over", ["pp_order"], "leaves pp_amount out"),
        ("start.over", ["pp_order", "pp_amount", "x"], "names x, which is none"),
        ("notice.over", ["pp_order"], "notice.over must name"),
        ("answer.words", {"SUCCESS": "splendid"}, "splendid is none of"),
        ("answer.words", {"FAILURE": "failed"}, "which word means succeeded"),
        ("answer.currency", None, "answer.currency is needed"),
        ("refund.ask.fields.pp_refund", None, "given back twice"),
        ("refund.words", {"DONE": "gone"}, "gone is none of"),
        ("zone", "Middle/Earth", "zone: it must be a time zone"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused_with_a_sentence(path, value, words):
    with pytest.raises(SettingsError) as refused:
        read_settings(
            {"PORTAL_ENV": "test", "PORTAL_REDIRECT_GATEWAY": json.dumps(changed(path, value))}
        )
    assert words in str(refused.value)
    assert str(refused.value).startswith("PORTAL_REDIRECT_GATEWAY is not right: ")
    assert KEY_OF_HASHES not in str(refused.value)


def test_it_is_read_from_a_file(tmp_path):
    file = tmp_path / "company.yaml"
    file.write_text(yaml.safe_dump(declaration(FAR)))
    settings = read_settings({"PORTAL_ENV": "test", "PORTAL_REDIRECT_GATEWAY": str(file)})
    assert settings.of(RedirectSettings).redirect_gateway.merchant == "M-17"
    with pytest.raises(SettingsError, match="no readable file"):
        read_settings({"PORTAL_ENV": "test", "PORTAL_REDIRECT_GATEWAY": str(tmp_path / "none")})


@pytest.mark.promise("M16")
@pytest.mark.parametrize(
    ("env", "changes", "words"),
    [
        ("production", {}, "says test"),
        ("test", {"test": False}, "takes real money"),
        ("production", {"test": False, "base": "http://pay.example.org"}, "begin with https://"),
    ],
)
def test_trials_and_real_money_never_mix(database, tmp_path, env, changes, words):
    ring = tmp_path / "keys.json"
    crypto.write_keyring(ring, crypto.new_keyring())
    told = declaration(changes.pop("base", FAR), **changes)
    environ = {
        "PORTAL_ENV": env,
        "PORTAL_BASE_URL": "https://portal.example.org",
        "PORTAL_MAIL": "smtp",
        "PORTAL_SMTP_URL": "smtp://mail.example.org",
        "DATABASE_URL": database.app_url,
        "DATABASE_ADMIN_URL": database.owner_url,
        "PORTAL_KEYS_FILE": str(ring),
        "PORTAL_VAR": str(tmp_path),
        "PORTAL_REDIRECT_GATEWAY": json.dumps(told),
    }
    with pytest.raises(SettingsError, match=words):
        create_app(read_settings(environ))
