"""The report of what differs between two versions of a service."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.registry import Field, Form, Renewal, Step
from portal.registry.changes import SENTENCES, changes
from portal.registry.contract import PaymentMoment, Stage
from tests.registry.declared import FORM, TAPS, USE, form_of, said, service

SHOP = Field.text("shop", said("Shop"))


def told(old, new):
    return [(change.code, change.where) for change in changes(old, new)]


def asking(*fields):
    return service(form=form_of(*fields))


def test_nothing_changed_is_nothing_told():
    assert changes(service(), service()) == ()


def test_new_and_gone_questions_are_told():
    assert told(asking(USE), asking(USE, SHOP)) == [("asked", "shop")]
    assert told(asking(USE, SHOP), asking(USE)) == [("not_asked", "shop")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"required": False}, "optional"),
        ({"personal": "sensitive"}, "class_raised"),
        ({"personal": "none"}, "class_lowered"),
        ({"when": "true"}, "condition"),
        ({"valid": None}, "check"),
        ({"label": said("How many taps")}, "question"),
        ({"at_least": 2}, "question"),
    ],
)
def test_a_question_that_differs_is_told_by_how_it_differs(change, code):
    assert told(asking(TAPS), asking(TAPS.model_copy(update=change))) == [(code, "taps")]


def test_a_question_that_becomes_required_is_told():
    optional = SHOP.model_copy(update={"required": False})
    assert told(asking(optional), asking(SHOP)) == [("required", "shop")]


def test_another_kind_of_answer_is_told():
    old, new = asking(SHOP), asking(Field.integer("shop", said("Shop")))
    (change,) = changes(old, new)
    assert change.code == "kind"
    assert change.sentence % change.params == (
        "The question “shop” takes another kind of answer: integer, not text."
    )


def test_questions_that_only_move_are_told_once():
    assert told(asking(USE, SHOP), asking(SHOP, USE)) == [("moved", "")]
    split = service(form=Form(Step(said("1"), USE), Step(said("2"), SHOP)))
    assert told(asking(USE, SHOP), split) == [("moved", "")]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"fee": None}, "fee"),
        ({"payment": "after"}, "payment"),
        ({"promise": 20}, "promise"),
        ({"eligibility": "person.age > 18"}, "eligibility"),
        ({"shares": said("Another reason.")}, "shares"),
        ({"keeps": said("Two years.")}, "keeps"),
        ({"stages": (Stage("survey", said("Survey")),)}, "stages"),
        ({"renewal": Renewal(months=12)}, "renewal"),
    ],
)
def test_what_a_service_promises_is_told_by_its_own_sentence(changed, code):
    assert told(service(), service(**changed)) == [(code, code)]


def test_a_promise_is_told_with_its_numbers():
    (change,) = changes(service(), service(promise=20))
    assert change.sentence % change.params == "The promise is 20 working days; before it was 15."


def test_other_words_are_told():
    assert told(service(), service(title=said("A new tap"))) == [("words", "title")]


def test_grave_changes_come_first():
    new = service(title=said("A new tap"), promise=20)
    assert [change.grave for change in changes(service(), new)] == [True, False]


def test_every_change_has_a_sentence_that_can_be_filled_in():
    for sentence in SENTENCES.values():
        assert sentence % {"where": "a", "before": "b", "after": "c"}


def partners(*fields, **more):
    inner = fields or (Field.name("who", said("Name")),)
    return Field.group("partners", said("Partners"), *inner, item=said("Partner"), **more)


def test_a_question_inside_a_group_is_told_by_its_name():
    share = Field.integer("share", said("Share"))
    who = Field.name("who", said("Name"))
    assert told(asking(partners(who)), asking(partners(who, share))) == [("asked", "share")]
    optional = partners(who.model_copy(update={"required": False}))
    assert told(asking(partners(who)), asking(optional)) == [("optional", "who")]
    assert told(asking(partners(who, share)), asking(partners(share, who))) == [("moved", "")]
    out = Field.integer("share", said("Share"))
    assert told(asking(partners(who, share)), asking(partners(who), out)) == [("moved", "")]


@pytest.mark.parametrize(
    ("more", "code", "grave"),
    [
        ({"at_least": 2}, "more_rows", True),
        ({"at_least": 0}, "rows", False),
        ({"at_most": 3}, "rows", False),
        ({"hint": said("All of them")}, "question", False),
    ],
)
def test_another_number_of_rows_is_told(more, code, grave):
    (change,) = changes(asking(partners()), asking(partners(**more)))
    assert (change.code, change.where, change.grave) == (code, "partners", grave)


def test_a_value_that_is_worked_out_differently_is_told():
    one, other = (Field.computed("twice", said("x"), rule=rule) for rule in ("1 + 1", "2"))
    assert told(asking(one), asking(other)) == [("rule", "twice")]


QUESTIONS = [USE, TAPS, SHOP, partners(), partners(at_most=2)]
MOMENTS = st.sampled_from(PaymentMoment.__args__)
SERVICES = st.builds(
    service,
    promise=st.integers(1, 3),
    payment=MOMENTS,
    form=st.lists(
        st.sampled_from([USE, TAPS, SHOP, partners(), partners(at_most=2)]),
        unique_by=lambda field: field.name,
    ).map(lambda fields: form_of(*fields))
    | st.just(FORM),
)


@given(SERVICES, SERVICES)
def test_only_equal_services_have_no_changes(old, new):
    assert (changes(old, new) == ()) == (old == new)


@given(SERVICES, SERVICES)
def test_what_is_new_one_way_is_gone_the_other_way(old, new):
    asked = {where for code, where in told(old, new) if code == "asked"}
    assert asked == {where for code, where in told(new, old) if code == "not_asked"}
