"""Look-ups that are declared: what makes no sense of them, and what changed about one is told."""

import re
from pathlib import Path

import pytest
import yaml

from portal.registry import Declaration, Document, Field, LookUp, Notice
from portal.registry.changes import changes
from portal.registry.conformance import findings
from tests.registry.declared import form_of, provider, said, service

PLACE = "services.connection.form.steps.questions.fields.account.look_up"
HOLDER = Field.name("holder", said("Holder"))
HOME = Field.address("home", said("Home"))


def account(fills, path="/accounts", **more):
    return Field.text("account", said("Account"), look_up=LookUp(fills=fills, path=path), **more)


def found(*fields):
    return findings(provider(service(form=form_of(*fields), fee=None)))


def placed(*fields):
    return [(one.place.removeprefix(PLACE).lstrip("."), one.sentence) for one in found(*fields)]


def test_a_look_up_that_fills_questions_of_its_step_is_well():
    assert found(account({"name": "holder", "place": "home"}), HOLDER, HOME) == ()


@pytest.mark.parametrize(
    "question",
    [
        Field.text("x", said("x")),
        Field.long_text("x", said("x")),
        Field.name("x", said("x")),
        Field.phone("x", said("x")),
        Field.email("x", said("x")),
        Field.integer("x", said("x")),
        Field.decimal("x", said("x")),
        Field.money("x", said("x")),
        Field.date("x", said("x")),
        Field.month("x", said("x")),
        Field.choice("x", said("x"), {"a": said("a"), "b": said("b")}),
        Field.address("x", said("x")),
        Field.yes_no("x", said("x")),
    ],
)
def test_these_kinds_can_be_filled(question):
    assert found(account({"x": "x"}), question) == ()


@pytest.mark.parametrize(
    "question",
    [
        Field.national_id("x", said("x"), purpose=said("x")),
        Document("x", said("x")),
        Field.photo("x", said("x")),
        Field.audio("x", said("x")),
        Field.location("x", said("x")),
        Field.choices("x", said("x"), {"a": said("a"), "b": said("b")}),
        Field.computed("x", said("x"), rule="1"),
        Declaration("x", said("x")),
        Notice("x", said("x")),
        Field.group("x", said("x"), Field.name("y", said("y")), item=said("x")),
    ],
)
def test_these_kinds_are_never_filled(question):
    sentence = f"x is of kind {question.kind}, which no look-up fills. Leave it out."
    assert placed(account({"it": "x"}), question) == [("fills.it", sentence)]


@pytest.mark.parametrize(
    ("fills", "part", "sentence"),
    [
        ({}, "fills", "The look-up fills no question."),
        ({"name": "account"}, "fills.name", "account is the question that is looked up."),
        ({"name": "holdr"}, "fills.name", "called holdr. Did you mean holder?"),
        ({"name": "inner"}, "fills.name", "No question of this step is called inner."),
        ({"name": "elsewhere"}, "fills.name", "No question of this step is called elsewhere."),
        ({"Name": "holder"}, "fills.Name", "'Name' is no name of a member."),
        ({"a": "holder", "b": "holder"}, "fills.b", "Two members fill holder."),
        ({f"m{one}": "holder" for one in range(11)}, "fills", "fills 11 questions, and 10 is"),
    ],
)
def test_a_look_up_that_makes_no_sense_is_found(fills, part, sentence):
    group = Field.group("rows", said("x"), Field.name("inner", said("x")), item=said("x"))
    ((place, told),) = placed(account(fills), HOLDER, group)
    assert place == part
    assert sentence in told


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"never_prefill": True}, "x is never filled in for people."),
        ({"personal": "identity", "purpose": said("x")}, "x says who somebody is"),
    ],
)
def test_what_is_never_told_to_whoever_has_a_number_is_not_filled(more, sentence):
    ((place, told),) = placed(account({"it": "x"}), Field.text("x", said("x"), **more))
    assert (place, told.startswith(sentence)) == ("fills.it", True)


def test_a_question_of_a_group_is_not_looked_up():
    group = Field.group("rows", said("x"), account({"name": "inner"}), HOLDER, item=said("x"))
    (finding,) = found(group)
    assert finding.place.endswith("fields.rows.fields.account.look_up")
    assert finding.sentence == "Questions of a group are not looked up. Leave look_up out."


def test_a_look_up_that_nobody_answers_is_no_matter_of_the_form():
    """Who answers is checked where hooks and paths are known."""
    assert found(account({"name": "holder"}, path=None), HOLDER) == ()


PLAIN = Field.text("account", said("Account"))
NAMED = account({"name": "holder"})
BOTH = account({"name": "holder", "place": "home"})


@pytest.mark.parametrize(
    ("old", "new", "sentence", "grave"),
    [
        (PLAIN, BOTH, "may be looked up at the provider, to fill: holder, home.", True),
        (NAMED, PLAIN, "is not looked up at the provider any more.", False),
        (NAMED, BOTH, "up fills is another: holder, home, not holder.", True),
        (NAMED, account({"name": "holder"}, "/else"), "at another place of the provider's.", False),
    ],
)
def test_a_look_up_that_differs_is_told_in_words(old, new, sentence, grave):
    before, after = (service(form=form_of(one, HOLDER, HOME)) for one in (old, new))
    (change,) = changes(before, after)
    assert (change.sentence % change.params).endswith(sentence)
    assert (change.where, change.grave) == ("account", grave)


def test_the_same_look_up_is_no_change():
    assert changes(service(form=form_of(NAMED)), service(form=form_of(NAMED))) == ()


SECTION = (
    (Path(__file__).parents[2] / "docs" / "writing-a-provider.md")
    .read_text(encoding="utf-8")
    .partition("### Look up while somebody fills in the form")[2]
    .partition("\n## ")[0]
)


def test_the_examples_of_the_page_say_the_same_and_are_well():
    python = re.search(r"^```py\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)[1]
    manifest = re.search(r"^    (look_up:.*)$", SECTION, re.MULTILINE)[1]
    names = {"Field": Field, "LookUp": LookUp, "_": said}
    field = eval(python, names)  # noqa: S307
    rest = Field.name("owner", said("Owner")), Field.date("owner_since", said("Since"))
    assert found(field, *rest) == ()
    written = yaml.safe_load(manifest)["look_up"]
    assert LookUp.model_validate(written) == field.look_up
