"""The contract: what a declaration may say, and that a frozen version says the same for ever."""

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.i18n.languages import LANGUAGES as SPOKEN
from portal.registry import Field, Form, Holiday, Step, Words, _
from portal.registry.contract import (
    LANGUAGES,
    Calendar,
    ChoiceField,
    MoneyField,
    Offering,
    ProviderKind,
    definition,
    digest,
)
from portal.registry.vocabulary import PROVIDER_KINDS
from portal.registry.words import replace_words, words_in
from tests.registry.declared import FORM, USE, form_of, provider, said, service

# Further than any count goes; a manifest takes no more digits.
WHOLE = st.integers(-(10**15), 10**15)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Z"]), min_size=1)
NAMES = st.from_regex(r"[a-z][a-z_0-9]{0,20}", fullmatch=True)
WORDS = st.builds(
    lambda english, others: Words(texts={**others, "en": english}),
    TEXT,
    st.dictionaries(st.sampled_from(LANGUAGES), TEXT),
)
COMMON = {
    "hint": st.none() | WORDS,
    "required": st.booleans(),
    "when": st.none() | TEXT,
    "valid": st.none() | st.tuples(TEXT, WORDS),
    "prefill": st.none() | TEXT,
    "personal": st.sampled_from(["none", "personal", "sensitive", "identity"]),
    "purpose": st.none() | WORDS,
}
AMOUNTS = st.none() | st.decimals(-(10**12), 10**12, allow_nan=False, places=6)
DAYS = st.none() | st.just("today") | st.dates()
OWN = {
    Field.text: {"pattern": st.none() | TEXT, "max_length": WHOLE},
    Field.long_text: {"min_length": WHOLE},
    Field.integer: {"at_least": st.none() | WHOLE, "unit": st.none() | WORDS},
    Field.decimal: {"at_most": AMOUNTS, "places": st.integers(0, 6)},
    Field.money: {"at_least": AMOUNTS, "currency": st.sampled_from(["INR", "PKR", "JPY"])},
    Field.date: {"not_before": DAYS, "not_after": DAYS},
    Field.yes_no: {},
    Field.choice: {"options": st.dictionaries(NAMES, WORDS)},
    Field.choices: {"options": st.dictionaries(NAMES, WORDS), "at_most": st.none() | WHOLE},
    Field.phone: {},
    Field.email: {},
    Field.name: {},
    Field.national_id: {"scheme": st.sampled_from(["aadhaar", "cnic"])},
    Field.address: {},
    Field.month: {"not_after": st.sampled_from([None, "today", "2026-04"])},
    Field.location: {},
    Field.photo: {"most_bytes": WHOLE},
    Field.audio: {"most_seconds": WHOLE},
    Field.computed: {"rule": TEXT, "gives": st.sampled_from(["integer", "money", "text"])},
    Field.document: {"accepts": st.lists(TEXT).map(tuple), "most_bytes": WHOLE},
    Field.declaration: {},
    Field.notice: {"tone": st.sampled_from(["info", "warn"])},
}
FIELDS = st.one_of(
    st.builds(ask, name=NAMES, label=WORDS, **COMMON, **own) for ask, own in OWN.items()
)
GROUPS = st.builds(
    lambda name, label, item, fields, most: Field.group(
        name, label, *fields, item=item, at_most=most
    ),
    NAMES,
    WORDS,
    WORDS,
    st.lists(FIELDS, max_size=3),
    WHOLE,
)
STEPS = st.builds(
    lambda title, fields, when: Step(title, *fields, slug="step", when=when),
    WORDS,
    st.lists(FIELDS | GROUPS, max_size=4),
    st.none() | TEXT,
)
FORMS = st.lists(STEPS, max_size=3).map(lambda steps: Form(*steps))


def shuffled(value):
    """As a database may give it back: the keys of objects in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    return [shuffled(each) for each in value] if isinstance(value, list) else value


@given(form=FORMS)
def test_a_definition_reads_back_as_what_was_declared(form):
    declared = service(form=form)
    frozen = json.loads(json.dumps(definition(provider(declared), declared)))
    offering = Offering.model_validate(shuffled(frozen))
    assert offering.service == declared
    assert offering.provider == provider(declared).model_copy(update={"services": ()})
    assert definition(offering.provider, offering.service) == frozen


@given(form=FORMS)
def test_the_digest_hangs_on_the_definition_alone(form):
    declared = service(form=form)
    frozen = definition(provider(declared), declared)
    assert digest(frozen) == digest(shuffled(frozen))
    assert digest(frozen) != digest({**frozen, "service": {**frozen["service"], "promise": 16}})


def test_the_order_of_options_counts():
    turned = Field.choice("use", said("Use"), dict(reversed(USE.options.items())))
    one, other = service(form=form_of(USE)), service(form=form_of(turned))
    assert list(turned.options) == ["trade", "home"]
    assert digest(definition(provider(one), one)) != digest(definition(provider(other), other))


def test_words_wait_for_their_catalogue():
    words = _("Land")
    assert words.msgid == "Land"
    assert words.say("hi") == "Land"
    assert words.missing() == ("pa", "pa_Arab", "hi", "ur")


def test_words_are_said_in_a_language_or_in_english():
    words = Words.model_validate({"en": "Land", "hi": "ज़मीन"})
    assert (words.say("hi"), words.say("ur")) == ("ज़मीन", "Land")
    assert words.model_dump() == {"en": "Land", "hi": "ज़मीन"}
    assert hash(words) == hash(Words.model_validate({"hi": "ज़मीन", "en": "Land"}))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("Land", r'write _\("Land"\)'),
        ({"hi": "ज़मीन"}, "need an English text"),
        ({"en": "  "}, "need an English text"),
        ({"en": "Land", "fr": "Terre"}, "fr is not a language here"),
    ],
)
def test_words_that_cannot_be_said_are_refused(given, sentence):
    with pytest.raises(pydantic.ValidationError, match=sentence):
        Words.model_validate(given)


def test_the_languages_are_those_of_the_portal():
    assert LANGUAGES == SPOKEN


def test_every_text_is_found_with_its_place():
    places = dict(words_in(service()))
    assert places["form.steps.place.fields.use.options.home"].say("en") == "Home"
    assert places["form.steps.place.fields.taps.valid.message"].say("en") == "At most 40."
    assert places["who_may.1"].say("en") == "You own or rent the place."


def test_replacing_words_leaves_the_rest_as_it_is():
    loud = replace_words(service(), lambda words: said(words.say("en").upper()))
    assert loud.title.say("ur") == "NEW CONNECTION"
    assert loud.form.field("taps").valid.message.say("en") == "AT MOST 40."
    assert replace_words(loud, lambda _words: said("x")) == replace_words(
        service(), lambda _words: said("x")
    )


def test_what_the_contract_does_not_know_is_refused():
    with pytest.raises(pydantic.ValidationError, match="Extra inputs are not permitted"):
        Field.text("shop", said("Shop"), colour="red")
    with pytest.raises(pydantic.ValidationError, match="does not match any of the expected tags"):
        Form.model_validate({"steps": [{"title": {"en": "x"}, "fields": [{"kind": "colour"}]}]})


def test_an_error_deep_in_json_keeps_its_place():
    field = {"kind": "text", "name": "shop"}
    with pytest.raises(pydantic.ValidationError) as caught:
        Form.model_validate({"steps": [{"title": {"en": "Trade"}, "fields": [field]}]})
    assert caught.value.errors()[0]["loc"] == ("steps", 0, "fields", 0, "text", "label")


def test_a_declared_value_never_changes():
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        service().promise = 1


def test_a_step_without_a_slug_is_called_after_its_title():
    assert Step(_("The place & you")).slug == "the-place-you"
    assert Step.model_validate({"title": {"en": "Papers"}}).slug == "papers"
    with pytest.raises(pydantic.ValidationError):
        Step.model_validate({"fields": []})
    with pytest.raises(pydantic.ValidationError):
        Step.model_validate("Papers")


def test_questions_and_steps_are_found_by_name():
    assert FORM.field("use").kind == "choice"
    assert FORM.field("colour") is None
    assert FORM.step("send").title.say("en") == "Send"
    assert FORM.step("colour") is None
    assert [document.name for document in service().documents] == ["licence"]
    assert provider().service("connection") == service()
    assert provider().service("colour") is None


@pytest.mark.promise("M1")
@pytest.mark.parametrize("kind", ProviderKind.__args__)
def test_every_kind_of_body_can_be_a_provider(kind):
    assert provider(kind=kind).kind in PROVIDER_KINDS


def test_a_national_id_is_of_the_class_identity():
    assert Field.national_id("aadhaar", said("Aadhaar")).personal == "identity"


def test_numbers_may_be_written_as_text():
    field = Field.money("income", said("Income"), at_least="1.50")
    assert isinstance(field, MoneyField)
    assert field.at_least == Decimal("1.50")


def test_options_are_read_from_pairs_and_from_a_table():
    pairs = [{"code": "a", "label": {"en": "A"}}]
    base = {"name": "x", "label": {"en": "X"}}
    assert ChoiceField.model_validate({**base, "options": pairs}) == ChoiceField.model_validate(
        {**base, "options": {"a": {"en": "A"}}}
    )


def test_a_calendar_leaves_a_day_to_work():
    with pytest.raises(pydantic.ValidationError, match="leaves at least one"):
        Calendar(weekend=(1, 2, 3, 4, 5, 6, 7))
    with pytest.raises(pydantic.ValidationError, match="ISO weekdays"):
        Calendar(weekend=(0,))
    assert Holiday("2026-01-26", said("Republic Day")).date == date(2026, 1, 26)


def test_knowing_the_contract_loads_no_web_and_no_database():
    code = (
        "import sys, portal.registry;"
        "print([name for name in ('flask', 'sqlalchemy', 'portal.rules') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("given", [True, "15", 15.0, None])
def test_a_count_is_a_whole_number_as_it_stands(given):
    with pytest.raises(pydantic.ValidationError):
        service(promise=given)


@pytest.mark.parametrize("given", [20270126, 0, "2027-01-26T00:00:00", "26.1.2027", ""])
def test_a_day_is_written_as_a_day(given):
    with pytest.raises(pydantic.ValidationError):
        Holiday(given, said("A day"))


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([{"code": "a"}], "An option has a code and a label, and nothing else."),
        (["a"], "An option has a code and a label, and nothing else."),
        ([{"code": 1, "label": {"en": "A"}}], "A code is text."),
        ([{"code": "a", "label": {"en": "A"}}] * 2, "Two options have the code a. Rename one."),
    ],
)
def test_options_that_are_no_pairs_are_refused(pairs, sentence):
    given = {"kind": "choice", "name": "use", "label": {"en": "Use"}, "options": pairs}
    with pytest.raises(pydantic.ValidationError, match=sentence):
        ChoiceField.model_validate(given)


@pytest.mark.parametrize("title", ["The place", 7, ["a"], {"en": 7}, {}, None])
def test_a_step_whose_title_is_no_words_is_refused(title):
    with pytest.raises(pydantic.ValidationError):
        Step.model_validate({"title": title})


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "9" * 25, "NaN", "Infinity"])
def test_a_number_that_would_fill_pages_is_refused(number):
    with pytest.raises(pydantic.ValidationError):
        Field.decimal("depth", said("Depth"), at_most=number)
