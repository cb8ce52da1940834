"""What makes no sense in a life event, in sentences that say what to do."""

import pytest

from portal.registry import Document, Field, Form, Included, LifeEvent, Step, _
from portal.registry.life_conformance import life_findings
from tests.registry.publishing_factories import a_provider, a_service

ONE, TWO = "tehsil/one", "tehsil/two"


def form(*fields):
    return Form(Step(_("Page"), *fields, slug="page"))


HERE = a_provider(
    a_service(
        slug="one",
        form=form(
            Field.name("applicant", _("Name")),
            Field.choice("use", _("Use"), {"home": _("Home"), "shop": _("Shop")}),
            Field.integer("age", _("Age"), at_most=17),
            Document("paper", _("Paper")),
            Field.phone("phone", _("Phone"), when="use == 'shop'"),
        ),
    ),
    a_service(
        slug="two",
        form=form(
            Field.text("applicant", _("Name")),
            Field.name("owner", _("Owner")),
            Field.choice("use", _("Use"), {"home": _("Home"), "farm": _("Farm")}),
            Field.integer("age", _("Age"), at_least=18),
            Field.phone("phone", _("Phone")),
        ),
    ),
)


def said(**more):
    told = {"slug": "matter", "title": _("Matter"), "summary": _("Both."), "about": "business"}
    told |= {"services": (Included(service=ONE), Included(service=TWO))} | more
    return [f"{one.place}: {one.sentence}" for one in life_findings(LifeEvent(**told), [HERE])]


def test_what_makes_sense_has_no_findings():
    assert said(same=((f"{ONE}.applicant", f"{TWO}.owner"),)) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"same": ((f"{ONE}.applicant", f"{TWO}.applicant"),)},
            (
                "same.1: tehsil/two.applicant is of kind text, and applicant of kind name. "
                "Leave one of them out."
            ),
        ),
        (
            {"same": ((f"{ONE}.use", f"{TWO}.use"),)},
            "same.1: tehsil/two.use has other options than use. Leave one of them out.",
        ),
        (
            {"same": ((f"{ONE}.age", f"{TWO}.age"),)},
            "same.1: tehsil/two.age leaves no answer that age takes. Leave one of them out.",
        ),
        (
            {"same": ((f"{ONE}.aplicant", f"{TWO}.owner"),)},
            "same.1: tehsil/one asks nothing called aplicant. Did you mean applicant?",
        ),
        (
            {"same": ((f"{ONE}.phone", f"{TWO}.phone"),)},
            (
                "same.1: tehsil/one.phone is asked in some cases only, or filled by a look-up. "
                "Leave it out."
            ),
        ),
        (
            {"apart": ("tehsil/three.phone",)},
            (
                "apart: tehsil/three.phone is of no service of this life event. "
                "Did you mean tehsil/two?"
            ),
        ),
        (
            {"services": (Included(service=ONE),)},
            "services: A life event brings two services or more together. Name them.",
        ),
        (
            {"services": (Included(service=ONE), Included(service="two"))},
            "services.two: Write a service as provider/service.",
        ),
        (
            {"services": (Included(service=ONE), Included(service="tehsil/twoo"))},
            "services.tehsil/twoo: No provider here declares tehsil/twoo. Did you mean tehsil/two?",
        ),
        (
            {"questions": (Field.name("who", _("Who?")),)},
            (
                "questions.who: A question that chooses is a plain yes or no, a choice or a number."
                " Let a service ask it."
            ),
        ),
        (
            {"slug": "moving"},
            "slug: moving is a life event of the catalogue already. Choose another slug.",
        ),
    ],
)
def test_nonsense_is_told_with_what_to_do(more, sentence):
    assert sentence in said(**more)


def test_a_rule_over_what_is_not_asked_is_told():
    services = (Included(service=ONE), Included(service=TWO, when="wants_it"))
    (told,) = said(services=services)
    assert told.startswith("services.tehsil/two.when: ")
    assert "wants_it" in told
