"""What a provider said, as answers: only what a question would take from a person, and no more."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.forms import engine, filling, service
from portal.forms.engine import Posted
from portal.i18n import speaking
from portal.kernel import keys
from portal.kernel.db import db
from portal.kernel.ids import uuid7
from portal.registry import Field, LookUp
from portal.registry.form_conformance import FILLABLE
from tests.forms.sheets import page
from tests.registry.publishing_factories import words as said

OPTIONS = {"a": said("Apple"), "b": said("Banana")}
QUESTIONS = {
    "text": Field.text("q", said("Q"), pattern="[a-z ]*", pattern_message=said("Small.")),
    "long_text": Field.long_text("q", said("Q")),
    "name": Field.name("q", said("Q")),
    "phone": Field.phone("q", said("Q")),
    "email": Field.email("q", said("Q")),
    "integer": Field.integer("q", said("Q"), at_least=1, at_most=40),
    "decimal": Field.decimal("q", said("Q"), at_most="10", places=1),
    "money": Field.money("q", said("Q"), at_most="100000"),
    "date": Field.date("q", said("Q"), not_before="2000-01-01"),
    "month": Field.month("q", said("Q"), not_before="2000-02"),
    "yes_no": Field.yes_no("q", said("Q")),
    "choice": Field.choice("q", said("Q"), OPTIONS),
    "address": Field.address("q", said("Q")),
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["line", "area", "postal_code", "amount", "currency", "x"]), inner
        )
    ),
    max_leaves=6,
)
ACCOUNT = Field.text(
    "account",
    said("Account"),
    pattern="[0-9]{4}",
    pattern_message=said("Four digits."),
    valid=("account != '0000' && has(use)", said("Not that one.")),
    look_up=LookUp(fills={"name": "holder"}, path="/at"),
)
USE = Field.text("use", said("Use"), required=False)
HOLDER = Field.name("holder", said("Holder"), required=False)


@pytest.fixture(autouse=True)
def english(app):
    with speaking("en"):
        yield


def test_all_that_may_be_declared_can_be_filled():
    assert set(filling.SHAPES) == set(QUESTIONS) == FILLABLE


@pytest.mark.parametrize(
    ("kind", "value", "answer"),
    [
        ("text", " small letters ", "small letters"),
        ("long_text", "one\ntwo", "one\ntwo"),
        ("name", "B••• K•••", "B••• K•••"),
        ("phone", "+919876543210", "+919876543210"),
        ("phone", "98765 43210", "+919876543210"),
        ("email", "asha@example.org", "asha@example.org"),
        ("integer", 12, 12),
        ("integer", "12", 12),
        ("decimal", "2.5", "2.5"),
        ("decimal", 2.5, "2.5"),
        (
            "money",
            {"amount": "120.00", "currency": "INR"},
            {"amount": "120.00", "currency": "INR"},
        ),
        ("date", "2011-03-27", "2011-03-27"),
        ("month", "2011-03", "2011-03"),
        ("yes_no", False, False),
        ("choice", "b", "b"),
    ],
)
def test_what_fits_is_the_answer(kind, value, answer):
    assert filling.fitting(QUESTIONS[kind], value) == answer


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 7),
        ("text", {"a": "b"}),
        ("text", "CAPITALS"),
        ("name", True),
        ("name", "Asha 7"),
        ("phone", "not a number"),
        ("phone", "12"),
        ("email", "asha"),
        ("integer", True),
        ("integer", 41),
        ("integer", 10**300),
        ("decimal", "1e3"),
        ("money", {"amount": "120.00", "currency": "USD"}),
        ("money", {"amount": 120, "currency": "INR"}),
        ("money", "120.00"),
        ("date", "2011-02-31"),
        ("date", "27.3.2011"),
        ("date", "1999-12-31"),
        ("month", "2011-13"),
        ("month", "2000-01"),
        ("yes_no", "yes"),
        ("choice", "c"),
        ("address", {"line": "x", "area": 7}),
        ("address", {"line": "", "street": "x"}),
    ],
)
def test_what_does_not_fit_is_none(kind, value):
    assert filling.fitting(QUESTIONS[kind], value) is None


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
@given(value=ANYTHING)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_is_an_answer_that_can_be_given_again_or_none(kind, value):
    question = QUESTIONS[kind]
    answer = filling.fitting(question, value)
    assert answer is None or filling.fitting(question, answer) == answer


def wanted(answers=None, **texts):
    questions = page(USE, ACCOUNT, HOLDER, answers=answers)
    return engine.wanted(questions, Posted(MultiDict(texts), MultiDict()))


def test_a_press_names_the_question_with_its_answer():
    found = wanted(refresh="look_up:account", account="1234", use="x")
    assert (found.question.name, found.answer, found.errors) == ("account", "1234", [])


@pytest.mark.parametrize(
    ("texts", "error"),
    [
        ({"account": ""}, "Answer this question."),
        ({"account": "12"}, "Four digits."),
        ({"account": "0000", "use": "x"}, "Not that one."),
    ],
)
def test_an_answer_that_is_wrong_is_not_looked_up(texts, error):
    assert wanted(refresh="look_up:account", **texts).errors == [error]


@pytest.mark.parametrize(
    "press", ["", "account", "look_up", "look_up:use", "look_up:no", "x look_up:account", "a" * 999]
)
def test_another_press_looks_nothing_up(press):
    assert wanted(refresh=press, account="1234") is None


def test_a_question_that_is_not_asked_is_not_looked_up():
    hidden = ACCOUNT.model_copy(update={"when": "use == 'x'"})
    texts = MultiDict({"refresh": "look_up:account", "account": "1234", "use": "y"})
    assert engine.wanted(page(USE, hidden, HOLDER), Posted(texts, MultiDict())) is None


def test_what_was_filled_in_stands_in_place_of_what_was_typed():
    asked = page(USE, ACCOUNT, HOLDER, answers={"holder": "Asha"})
    posted = Posted(MultiDict({"account": "1234", "holder": "Ravi", "use": "x"}), MultiDict())
    sheet = engine.refresh(asked, posted.without(["holder"], asked.questions))
    assert (sheet.form["holder"].raw, sheet.form["account"].raw) == ("Asha", "1234")
    assert posted.texts == MultiDict({"account": "1234", "holder": "Ravi", "use": "x"})


def test_what_is_filled_in_has_its_source_until_it_is_changed():
    person = keys.new_subject()
    draft = service.begin(person, person, "a/b", uuid7(), {})
    source = {"en": "Tehsil Office"}
    service.save(draft, {"holder": "A", "use": "x"}, ["holder", "use"], {"holder": source})
    db.session.commit()
    assert draft.sources == {"holder": source}
    service.save(draft, {"holder": "A", "use": "y"}, ["holder", "use"])
    assert draft.sources == {"holder": source}
    service.save(draft, {"holder": "B"}, ["holder", "use"])
    assert draft.sources == {}
