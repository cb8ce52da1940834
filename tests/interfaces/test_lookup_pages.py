"""Looking an answer up while filling in a form, as a browser without JavaScript does it."""

import pytest
from sqlalchemy import select

from portal.applications import applying
from portal.applications import service as applications
from portal.applications.domain import Actor, ProviderEvent
from portal.applications.models import Application
from portal.applications.service import Author
from portal.forms import service as drafts
from portal.forms.engine import LOOK_UP
from portal.geo import service as geo
from portal.geo import sources as areas
from portal.interfaces.lookups.domain import LOOK_UPS
from portal.kernel.db import db
from tests.accounts.factories import make_person, signed_in_client
from tests.applications.factories import village as village_of_the_demo
from tests.applications.pages import open_page
from tests.files.samples import pdf
from tests.interfaces import looked_up
from tests.interfaces.looked_up import ANSWER, AT, PLOT, START, STEP, UNKNOWN
from tests.pages import XHTML

PRESS = "look_up:plot"
FILLED = "Filled in from Tehsil Office. Check it."
NOT_NOW = "Tehsil Office cannot look it up now. Type it yourself and go on."
OFFICER = Author(Actor.OFFICER, "person:tests")


@pytest.fixture
def asha(tehsil):
    tehsil.answers[AT] = ANSWER
    geo.import_areas(areas.read(areas.DEMO))
    looked_up.offer()
    return make_person(name="Asha Devi")


@pytest.fixture
def first(app, asha):
    return open_page(signed_in_client(app, asha), START).send()


def press(page, **answers):
    return page.send(refresh=PRESS, **answers)


def sources(page):
    """The questions that say where their answer is from."""
    marks = [one.get("id") or "" for one in page.root.iter(f"{XHTML}p")]
    return {one.removesuffix("-source") for one in marks if one.endswith("-source")}


def value(page, name):
    return page.controls.get(name, [""])[0]


def error(page, name):
    found = page.root.find(f".//{XHTML}p[@id='{name}-error']")
    return None if found is None else "".join(found.itertext()).strip()


def test_the_button_stands_below_the_question_and_sends_the_page_itself(first):
    (button,) = [one for one in first.root.iter(f"{XHTML}button") if one.get("value") == PRESS]
    assert "".join(button.itertext()).split() == ["Look", "up", "Number", "of", "the", "plot"]
    assert button.get("formnovalidate") is not None
    assert (button.get("name"), button.get("formaction")) == ("refresh", "#plot-look-up")
    assert LOOK_UP.fullmatch(PRESS)


def test_what_the_provider_knows_is_filled_in_and_says_where_it_is_from(first):
    page = press(first, plot=PLOT, note="near the well")
    assert page.status == 200
    assert page.errors == []
    assert FILLED in page.words
    assert (value(page, "holder"), value(page, "tax")) == ("B••• K•••", "1200")
    assert [value(page, f"since-{part}") for part in ("day", "month", "year")] == [
        "27",
        "3",
        "2011",
    ]
    assert value(page, "use") == "farm"
    assert (value(page, "plot"), value(page, "note")) == (PLOT, "near the well")
    assert sources(page) == {"holder", "since", "tax", "use"}
    assert page.text.count("Filled in from: Tehsil Office") == 4


def test_the_line_that_says_so_is_a_status(first):
    page = press(first, plot=PLOT)
    (said,) = [one for one in page.root.iter(f"{XHTML}p") if one.get("role") == "status"]
    assert said.text == FILLED


def test_what_was_filled_in_is_still_there_and_marked_after_going_away(first, app):
    press(first, plot=PLOT)
    again = open_page(first.client, STEP)
    assert (value(again, "plot"), value(again, "holder")) == (PLOT, "B••• K•••")
    assert sources(again) == {"holder", "since", "tax", "use"}
    assert FILLED not in again.words


def test_a_filled_in_answer_that_is_changed_is_the_persons_own(first):
    page = press(first, plot=PLOT)
    page = page.send(holder="Balwinder Kaur", all_true=None)
    assert page.response.request.path == f"{START}/send"
    review = page.send(all_true="yes")
    assert "Balwinder Kaur" in review.words
    assert review.text.count("Filled in from: Tehsil Office") == 3


def test_looking_up_puts_what_the_provider_says_in_place_of_what_was_typed(first):
    page = press(first, plot=PLOT, holder="Somebody Else", use="shop")
    assert (value(page, "holder"), value(page, "use")) == ("B••• K•••", "farm")


def test_another_number_leaves_nothing_of_the_one_before(first, tehsil):
    page = press(first, plot=PLOT)
    tehsil.answers[AT] = (200, {"values": {"name": "R•••"}})
    page = press(page, plot="PB-2000", since__year="2012", note="mine")
    assert (value(page, "holder"), value(page, "tax"), value(page, "use")) == ("R•••", "", "")
    assert (value(page, "since-year"), value(page, "note")) == ("2012", "mine")
    assert sources(page) == {"holder"}
    assert value(open_page(page.client, STEP), "tax") == ""


def test_an_unknown_number_takes_away_what_another_one_filled_in(first, tehsil):
    page = press(first, plot=PLOT)
    tehsil.answers[AT] = UNKNOWN
    page = press(page, plot="PB-2000", holder="Balwinder Kaur")
    assert "The provider does not know this." in error(page, "plot")
    assert (value(page, "plot"), value(page, "holder")) == ("PB-2000", "Balwinder Kaur")
    assert (value(page, "tax"), sources(page)) == ("", set())


def test_a_provider_that_is_down_takes_nothing_away(first, tehsil):
    page = press(first, plot=PLOT)
    tehsil.answers[AT] = (500, {})
    page = press(page, plot="PB-2000")
    assert (value(page, "holder"), value(page, "tax")) == ("B••• K•••", "1200")


def test_a_filled_in_answer_brings_up_the_questions_that_hang_on_it(first):
    assert "crop" not in first.names
    assert "crop" in press(first, plot=PLOT).names


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "Answer this question."), ("1042", "Write it like PB-1042."), ("x" * 201, "at most 200")],
)
def test_only_a_right_number_is_looked_up(first, tehsil, typed, sentence):
    page = press(first, plot=typed, note="near the well")
    assert tehsil.heard == []
    assert sentence in error(page, "plot")
    assert (value(page, "plot"), value(page, "note")) == (typed, "near the well")
    assert error(page, "holder") is None


def test_a_number_that_is_not_known_is_said_at_the_question(first, tehsil):
    tehsil.answers[AT] = UNKNOWN
    page = press(first, plot=PLOT, holder="Balwinder Kaur")
    assert "The provider does not know this." in error(page, "plot")
    assert (value(page, "plot"), value(page, "holder")) == (PLOT, "Balwinder Kaur")
    assert page.errors


@pytest.mark.parametrize("answer", [(500, {}), (200, b"<html>"), (200, {"values": 7})])
def test_a_provider_that_is_down_leaves_everything_as_it_was_typed(first, tehsil, answer):
    tehsil.answers[AT] = answer
    page = press(first, plot=PLOT, holder="Balwinder Kaur", use="shop")
    assert page.status == 200
    assert page.errors == []
    assert NOT_NOW in page.words
    assert (value(page, "plot"), value(page, "use")) == (PLOT, "shop")
    assert page.send().response.request.path == f"{START}/send"


def test_who_looked_up_too_often_types_it(first):
    for one in range(LOOK_UPS):
        page = press(first, plot=f"PB-{one:04}")
    page = press(page, plot=PLOT)
    assert page.status == 200
    assert NOT_NOW in page.words


def test_nobody_needs_the_look_up(first, tehsil):
    following = first.send(plot=PLOT, holder="Balwinder Kaur", use="shop")
    assert following.response.request.path == f"{START}/send"
    assert tehsil.heard == []


@pytest.mark.parametrize(
    "told",
    [
        {
            "name": 7,
            "use": "castle",
            "since": "2011-02-31",
            "tax": {"amount": "1", "currency": "EUR"},
        },
        {"name": ["B"], "use": None, "since": "yesterday", "tax": "1200.00", "where": "Ludhiana"},
        {"name": "1234", "use": True, "since": 2011, "tax": {"amount": 1}, "where": {"area": 3}},
        {"name": "", "where": {"line": "x", "area": "IN-NOWHERE", "postal_code": None}},
        {},
    ],
)
def test_what_fits_no_question_is_left_out(first, tehsil, told):
    tehsil.answers[AT] = (200, {"values": told})
    page = press(first, plot=PLOT, holder="Balwinder Kaur")
    assert page.status == 200
    assert "Tehsil Office has nothing to fill in for this." in page.words
    assert value(page, "holder") == "Balwinder Kaur"
    assert sources(page) == set()


def test_an_address_is_filled_in_down_to_its_village(first, tehsil):
    village = village_of_the_demo()
    where = {"line": "House 12", "area": village.code, "postal_code": "141001"}
    tehsil.answers[AT] = (200, {"values": {"where": where}})
    page = press(first, plot=PLOT)
    assert sources(page) == {"place"}
    assert page.controls["place-area"] == list(village.path)
    following = page.send(holder="Balwinder Kaur", use="shop")
    assert following.response.request.path == f"{START}/send"


def test_what_would_turn_a_line_around_is_taken_out(first, tehsil):
    tehsil.answers[AT] = (200, {"values": {"name": "Bal\u202ewinder\x00 Kaur\n"}})
    assert value(press(first, plot=PLOT), "holder") == "Balwinder Kaur"


def test_a_name_is_never_a_part_of_the_page(first, tehsil):
    tehsil.answers[AT] = (200, {"values": {"name": "<b>x</b>", "use": "farm"}})
    page = press(first, plot=PLOT)
    assert "<b>x" not in page.text
    assert sources(page) == {"use"}


def test_a_file_that_comes_along_is_kept(first):
    page = first.send(plot=PLOT, refresh=PRESS, files={"map": (pdf(), "map.pdf")})
    assert "map.pdf" in page.words
    assert value(page, "holder") == "B••• K•••"
    assert "map.pdf" in open_page(page.client, STEP).words


@pytest.mark.parametrize(
    "pressed", ["look_up:holder", "look_up:", "look_up:nobody", "look_up:Plot"]
)
def test_a_button_that_is_not_there_looks_nothing_up(first, tehsil, pressed):
    page = first.send(plot=PLOT, refresh=pressed)
    assert page.status == 200
    assert value(page, "plot") == PLOT
    assert tehsil.heard == []


def test_a_helper_reads_which_values_came_from_the_provider(asha):
    course = applying.begin(asha.id, "tehsil", "income-certificate")
    theirs, tehsils = {"en": "your profile"}, course.offer.provider.name.texts
    told = {"holder": tehsils, "note": theirs}
    drafts.save(course.draft, {"holder": "B•••", "note": "x"}, ["holder", "note"], told)
    draft = drafts.find(asha.id, course.draft.id)
    seen = applying.Course(draft, course.offer, draft.answers, owner="Ravi Kumar").sources
    assert seen["holder"] == tehsils
    assert list(seen["note"].values()) == ["the profile of Ravi Kumar"]


def corrected(page, *fields):
    """The page on which the person corrects what the tehsil asks about again."""
    page.send(plot="PB-0001", holder="Nobody", use="shop").send(all_true="yes").send(agree="yes")
    (reference,) = db.session.scalars(select(Application.reference))
    event = ProviderEvent("ask", fields=fields, message={"en": "Which plot?"})
    applications.receive(frozenset({"tehsil"}), reference, event, OFFICER)
    db.session.commit()
    return open_page(page.client, f"/en/applications/{reference}/answer")


def test_a_correction_is_looked_up_as_well(first):
    answer = press(corrected(first, "plot", "holder"), plot=PLOT)
    assert FILLED in answer.words
    assert (value(answer, "plot"), value(answer, "holder")) == (PLOT, "B••• K•••")
    assert sources(answer) == {"holder"}
    answer.send()
    db.session.expire_all()
    (sent,) = db.session.scalars(select(Application))
    assert (sent.answers["holder"], sent.answers["use"]) == ("B••• K•••", "shop")


def test_where_nothing_can_be_filled_in_nothing_is_looked_up(first):
    assert PRESS not in corrected(first, "plot", "note").text
