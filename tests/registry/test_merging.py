"""Several forms as one: each question once, each answer to those who ask, and nobody else."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.registry import Document, Field, Form, Included, LifeEvent, Step, _
from portal.registry.contract import Check, Declaration
from portal.registry.discovery import discover, life_events
from portal.registry.domain import every_field, look
from portal.registry.form_conformance import about_form
from portal.registry.life_conformance import life_findings
from portal.registry.merging import ALL, CHOOSING, PAPERS, YOU, At, Together
from portal.registry.questions import Computed, Notice
from portal.rules import renamed
from tests.registry.publishing_factories import a_service

TITLES = {slug: _(slug) for slug in (CHOOSING, YOU, ALL, PAPERS)}
OFFERED = {f"{one.slug}/{each.slug}": each for one in discover() for each in one.services}


def service_asking(*fields, slug="one", **more):
    return a_service(slug=slug, form=Form(Step(_("Page"), *fields, slug="page")), **more)


def event_of(*paths, **more):
    told = {"slug": "matter", "title": _("Matter"), "summary": _("Both."), "about": "business"}
    services = tuple(Included(service=path) for path in paths)
    return LifeEvent(**told | {"services": services} | more)


def together(*services, **more):
    by_path = {f"office/{one.slug}": one for one in services}
    return Together(event_of(*by_path, **more), by_path)


def form_of(joined):
    return joined.form(tuple(joined.services), TITLES)


@pytest.fixture(params=life_events(), ids=lambda event: event.slug)
def event(request):
    return request.param


def of_event(event):
    paths = [one.service for one in event.services]
    return Together(event, {path: OFFERED[path] for path in paths})


@given(some.data())
def test_each_question_is_asked_once_and_its_answer_reaches_those_who_ask(data):
    """Of any services that there are, whichever of them are chosen."""
    paths = data.draw(some.lists(some.sampled_from(sorted(OFFERED)), min_size=1, unique=True))
    joined = Together(event_of(*paths), {path: OFFERED[path] for path in paths})
    chosen = data.draw(some.lists(some.sampled_from(paths), min_size=1, unique=True))
    chosen = tuple(path for path in paths if path in chosen)
    form = joined.form(chosen, TITLES).form
    asked = Counter(one.name for one in form.fields)
    wanted = {
        joined.names[At(path, one.name)] for path in chosen for one in OFFERED[path].form.fields
    }
    assert set(asked) == wanted
    assert set(asked.values()) == {1}
    answers = {name: f"answer to {name}" for name in asked}
    for path in chosen:
        own = joined.own(path, answers)
        assert own.keys() == {one.name for one in OFFERED[path].form.fields}
        called = {name: joined.names[At(path, name)] for name in own}
        assert own == {name: answers[called[name]] for name in own}
        # Two questions of one service are never one.
        assert len(set(called.values())) == len(called)


def test_the_declared_ones_make_sense(event):
    assert life_findings(event, discover()) == ()


def test_their_forms_are_forms_like_others(event):
    joint = form_of(of_event(event))
    assert list(about_form("form", joint.form)) == []
    # Every rule of it compiles under the names of the whole.
    assert look(joint.form, {}).steps


def test_a_shop_answers_for_its_place_once():
    joined = of_event(next(one for one in life_events() if one.slug == "opening-a-shop"))
    once = {one[0].name: len(one) for one in joined.classes}
    assert once["applicant"] == len(joined.services)
    assert once["premises"] >= 3
    assert once["identity_proof"] == len(joined.services)


def test_what_two_forms_call_alike_and_mean_otherwise_stays_two_questions():
    first = service_asking(
        Field.choice("trade", _("Kind"), {"shop": _("Shop"), "mill": _("Mill")}),
        Field.text("plate", _("Plate"), when="trade == 'mill'"),
    )
    second = service_asking(
        Field.text("trade", _("Goods")),
        Field.text("more", _("More"), when="trade == 'mill'"),
        slug="two",
    )
    joined = together(first, second)
    form = form_of(joined).form
    names = [one.name for one in form.fields]
    assert names == ["trade", "plate", "trade_2", "more"]
    asked = look(form, {"trade": "mill", "trade_2": "bread"})
    assert [one.name for one in asked.fields] == ["trade", "plate", "trade_2"]
    assert joined.own("office/two", asked.answers) == {"trade": "bread"}


def test_one_question_is_as_strict_as_the_strictest():
    rule = "size(name) > 1"
    first = service_asking(
        Field.text("name", _("Name"), max_length=40, required=False, prefill="profile.name"),
        Document("paper", _("Paper"), accepts=("pdf", "png"), most_bytes=500),
    )
    second = service_asking(
        Field.text(
            "called",
            _("Called"),
            min_length=3,
            valid=(rule.replace("name", "called"), _("Too short.")),
            prefill="profile.name",
        ),
        Document("proof", _("Proof"), accepts=("png", "jpeg"), most_bytes=900),
        slug="two",
    )
    joined = together(first, second, same=(("office/one.paper", "office/two.proof"),))
    name, paper = form_of(joined).form.fields[1], form_of(joined).form.fields[0]
    name, paper = sorted((name, paper), key=lambda one: one.name)
    assert (name.min_length, name.max_length, name.required) == (3, 40, True)
    assert name.valid == Check(rule, _("Too short."))
    assert (paper.accepts, paper.most_bytes) == (("png",), 500)


def test_what_is_asked_in_some_cases_only_stays_with_its_service():
    first = service_asking(
        Field.yes_no("has", _("Has")),
        Field.phone("phone", _("Phone"), when="has", prefill="profile.phone"),
    )
    second = service_asking(Field.phone("phone", _("Phone"), prefill="profile.phone"), slug="two")
    assert together(first, second).classes == ()


def test_nobody_states_one_thing_for_two_departments():
    fields = [Declaration("true_statement", _("It is true.")) for _number in range(2)]
    first, second = service_asking(fields[0]), service_asking(fields[1], slug="two")
    joined = together(
        first, second, same=(("office/one.true_statement", "office/two.true_statement"),)
    )
    assert [one.name for one in form_of(joined).form.fields] == [
        "true_statement",
        "true_statement_2",
    ]


def test_the_answers_that_choose_go_to_nobody():
    first = service_asking(Field.text("goods", _("Goods")))
    second = service_asking(Field.text("litres", _("Litres")), slug="two")
    event = event_of("office/one", questions=(Field.yes_no("water", _("Water?")),))
    services = (*event.services, Included(service="office/two", when="water"))
    event = event.model_copy(update={"services": services})
    joined = Together(event, {"office/one": first, "office/two": second})
    assert joined.chosen({}) == ("office/one",)
    assert joined.chosen({"water": False}) == ("office/one",)
    assert joined.chosen({"water": True}) == ("office/one", "office/two")
    answers = {"water": True, "goods": "Tea", "litres": "9"}
    assert joined.own("office/two", answers) == {"litres": "9"}


def test_rules_are_called_otherwise_where_they_name_facts_only():
    names = {"p": "p_2", "partners": "partners_2", "share": "share_2"}
    rule = "size(partners) > 1 && partners.map(p, p.share).exists(p, p > 1) || p == 'p share'"
    assert renamed(rule, names) == (
        "size(partners_2) > 1 && partners_2.map(p, p.share).exists(p, p > 1) || p_2 == 'p share'"
    )


@pytest.mark.parametrize("path", sorted(OFFERED))
def test_every_rule_of_every_form_survives_other_names(path):
    """A twin takes all the plain names, so that each question of the service gets another one."""
    service = OFFERED[path]
    joined = Together(event_of("twin/twin", path), {"twin/twin": service, path: service})
    form = joined.form((path,), TITLES).form
    fields = [one for one in every_field(form) if not isinstance(one, Notice)]
    assert look(form, {}).steps
    assert [one.kind for one in fields if isinstance(one, Computed)] == [
        one.kind for one in every_field(service.form) if isinstance(one, Computed)
    ]
