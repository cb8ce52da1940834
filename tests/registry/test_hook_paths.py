"""A provider's hooks: its package's own, else its interface at declared paths; read strictly."""

from datetime import date

import pytest

from portal.registry import hook_paths
from portal.registry.conformance import findings
from portal.registry.contract import Billing, Field, HookPaths, LookUp
from portal.registry.hook_paths import MOST_BILLS, MOST_OBJECTIONS, MOST_PAYLOAD, unanswered
from portal.registry.hooks import (
    Bill,
    Case,
    Draft,
    Hooks,
    NoAnswer,
    NoSuchAccount,
    NotKnown,
    Objection,
    Quoted,
)
from portal.registry.manifests import ManifestDoesNotRead, read
from tests.registry.declared import form_of, provider, said, service

BILL = {"number": "7", "amount": "1", "currency": "INR"}
DRAFT = Draft("connection", {"taps": 2}, "pa")
CASE = Case("application.submitted", "PB-1", "connection", {"taps": 2}, "pa")
BILLING = Billing(title=said("Bills"), account=said("Number"))


class Interface:
    """Answers everything with the same, and keeps what it was asked."""

    def __init__(self, told):
        self.told, self.asked = told, []

    def __call__(self, path, query):
        self.asked.append((path, query))
        return self.told

    def send(self, path, told):
        return self(path, told)


def paths(**named):
    return provider(service()).model_copy(update={"hooks": HookPaths(**named)})


def test_what_an_interface_answers_is_what_a_hook_would_give():
    fee = Interface({"amount": "150.10", "currency": "INR"})
    quote = hook_paths.quote(paths(quote="/fees"), Hooks())
    assert quote(DRAFT, fee) == Quoted(amount="150.10", currency="INR")
    assert fee.asked == [
        ("/fees", {"service": "connection", "answers": {"taps": 2}, "language": "pa"})
    ]
    check = hook_paths.check(paths(check="/check"), Hooks())
    told = {"objections": [{"field": "taps", "sentence": "Too many."}]}
    assert check(DRAFT, Interface(told)) == (Objection(field="taps", sentence="Too many."),)
    payload = hook_paths.payload(paths(payload="/more"), Hooks())
    assert payload(CASE, Interface({"payload": {"case": [1]}})) == {"case": [1]}


def test_bills_are_read_and_an_unknown_account_is_told_apart():
    bills = hook_paths.bills(paths(bills="/bills"), Hooks())
    row = {"number": "7", "amount": "80.00", "currency": "INR", "due_on": "2026-12-05"}
    interface = Interface({"bills": [row]})
    assert bills("123", interface) == [Bill("7", "80.00", "INR", due_on=date(2026, 12, 5))]
    assert interface.asked == [("/bills", {"account": "123"})]
    with pytest.raises(NoSuchAccount):
        bills("123", Interface({"error": "unknown"}))


def test_what_is_looked_up_comes_by_name_or_is_not_known():
    look_up = hook_paths.look_up(LookUp(fills={"holder": "name"}, path="/accounts"), Hooks())
    interface = Interface({"values": {"holder": "Asha"}})
    assert look_up("account", "123", interface) == {"holder": "Asha"}
    assert interface.asked == [("/accounts", {"field": "account", "value": "123"})]
    with pytest.raises(NotKnown):
        look_up("account", "123", Interface({"error": "unknown"}))


def test_a_hook_of_the_package_comes_first():
    own = Hooks(quote=lambda *_: "own", check=lambda *_: "own", bills=lambda *_: "own")
    declared = paths(quote="/fees", check="/check", bills="/bills")
    for find in (hook_paths.quote, hook_paths.check, hook_paths.bills):
        assert find(declared, own)() == "own"
    assert hook_paths.quote(paths(), Hooks()) is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("quote", {"amount": "1"}),
        ("quote", {"amount": 150, "currency": "INR"}),
        ("quote", {"amount": "-1.00", "currency": "INR"}),
        ("quote", {"amount": "NaN", "currency": "INR"}),
        ("quote", {"amount": "1.005", "currency": "INR"}),
        ("quote", {"amount": "1", "currency": "INR", "more": 1}),
        ("quote", None),
        ("check", {"objections": [{"field": "Taps", "sentence": "No."}]}),
        ("check", {"objections": [{"field": "a", "sentence": "b"}] * (MOST_OBJECTIONS + 1)}),
        ("check", {"objections": [], "more": 1}),
        ("check", []),
        ("payload", {"payload": [1]}),
        ("payload", {"payload": {"text": "x" * MOST_PAYLOAD}}),
        ("bills", {"bills": [{"number": "7"}]}),
        (
            "bills",
            {"bills": [BILL] * (MOST_BILLS + 1)},
        ),
        ("look_up", {"values": {str(one): "" for one in range(31)}}),
        ("look_up", {"holder": "Asha"}),
    ],
)
def test_every_other_answer_is_none(name, told):
    with pytest.raises(NoAnswer):
        hook_paths.read(hook_paths.ANSWERS[name], told)


def test_a_fault_does_not_repeat_what_came():
    told = {"amount": "secret-text", "currency": "INR", "other-secret": 1}
    with pytest.raises(NoAnswer) as refused:
        hook_paths.read(Quoted, told)
    assert "secret" not in str(refused.value)


def asking(*asks, hooks=None, **more):
    one = service(fee=None, asks=asks, **more)
    return provider(one).model_copy(update={"hooks": hooks})


@pytest.mark.parametrize(
    ("declared", "hooks", "place", "sentence"),
    [
        (asking("quote"), Hooks(), "services.connection.asks", "Nothing answers quote."),
        (asking("check"), Hooks(), "services.connection.asks", "Nothing answers check."),
        (asking("payload"), Hooks(), "services.connection.asks", "Nothing answers payload."),
        (asking(), Hooks(check=lambda *_: ()), "hooks.check", "No service asks for check."),
        (asking(hooks=HookPaths(quote="/fees")), Hooks(), "hooks.quote", "Add it to its asks."),
        (asking(hooks=HookPaths(bills="/b")), Hooks(), "hooks.bills", "no billing is declared"),
        (
            asking().model_copy(update={"billing": BILLING}),
            Hooks(),
            "billing",
            "Nothing answers for bills.",
        ),
        (
            asking(
                form=form_of(
                    Field.text("number", said("n"), look_up=LookUp(fills={"a": "who"})),
                    Field.name("who", said("w")),
                )
            ),
            Hooks(),
            "services.connection.form.fields.number.look_up",
            "Nothing answers this look-up.",
        ),
    ],
)
def test_what_nobody_answers_and_what_nobody_asks_is_told(declared, hooks, place, sentence):
    ((at, said_, _),) = unanswered(declared, hooks)
    assert at == place
    assert sentence in said_


def test_what_is_answered_is_well():
    assert not list(unanswered(asking("quote", hooks=HookPaths(quote="/fees")), Hooks()))
    assert not list(unanswered(asking("check"), Hooks(check=lambda *_: ())))
    billing = asking(hooks=HookPaths(bills="/bills")).model_copy(update={"billing": BILLING})
    assert not list(unanswered(billing, Hooks()))


SHEETS = Field.integer("sheets", said("Sheets"))
WHO = Field.name("who", said("Who"))
TELLS = Field.text("caste", said("Caste"), personal="sensitive", purpose=said("p"))


@pytest.mark.parametrize(
    ("changed", "place", "sentence"),
    [
        ({"asks": ("quote",), "fee": "money('1.00', 'INR')"}, "fee", "Leave one of them out."),
        ({"asks": ("quote",), "quote_by": None}, "quote_by", "Name the questions"),
        ({"asks": (), "quote_by": ("sheets",)}, "quote_by", "Name the questions"),
        ({"quote_by": ("sheet",)}, "quote_by.sheet", "no question sheet. Did you mean sheets?"),
        ({"quote_by": ("who",)}, "quote_by.who", "may tell who asks"),
        ({"quote_by": ("caste",)}, "quote_by.caste", "may tell who asks"),
        ({"asks": ("quote", "quote")}, "asks.quote", "2 questions to the provider"),
        ({"fee_words": None}, "fee_words", "Say in words what the service costs."),
    ],
)
def test_a_quote_says_by_what_and_never_who(changed, place, sentence):
    sound = {"asks": ("quote",), "quote_by": ("sheets",), "fee": None, "form": None}
    more = sound | {"form": form_of(SHEETS, WHO, TELLS), "fee_words": said("By sheets.")} | changed
    found = findings(provider(service(**more)))
    assert any(
        one.place == f"services.connection.{place}" and sentence in one.sentence for one in found
    ), found


@pytest.mark.parametrize("path", ["fees", "//evil.example", "/../a", "/a?b", "https://x/", "/" * 3])
def test_a_path_is_a_path(path):
    with pytest.raises(ValueError, match="Write a path such as /fees"):
        HookPaths(quote=path)


def test_a_manifest_is_refused_with_the_line_of_what_nobody_answers():
    text = """
slug: city-parks
name: {en: City Parks}
kind: local_body
area: IN-PB
summary: {en: Halls.}
fulfilment: {}
billing: {title: {en: Bills}, account: {en: Number}}
"""
    with pytest.raises(ManifestDoesNotRead) as refused:
        read(text, "provider.yaml")
    assert "provider.yaml, line 8: billing: Nothing answers for bills." in str(refused.value)
    assert read(f"{text}hooks: {{bills: /bills}}\n", "provider.yaml").hooks.bills == "/bills"
