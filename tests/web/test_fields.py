"""Questions by hand: whatever is sent, a field gives a typed answer or says what to do."""

import io
import json
from datetime import date
from decimal import Decimal

import html5lib
import pytest
from flask import render_template_string
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Form

from portal.i18n import speaking
from portal.i18n.languages import LANGUAGES, tag
from portal.web import fields
from portal.web.fields import Level
from portal.web.fields.base import latin_digits, tidy
from tests.pages import XHTML, page_faults

OPTIONS = [("a", "Apple"), ("b", "Banana"), ("c", "Cherry")]
# A country of two districts; only the first has villages.
BELOW = {None: ["north", "south"], "north": ["hill", "dale"], "south": []}
KINDS = {"north": "district", "south": "district", "hill": "place", "dale": "place"}
ASKED = []


def levels(area):
    ASKED.append(area)
    above = {"hill": "north", "dale": "north"}.get(area)
    chain = [one for one in (above, area if area in KINDS else None) if one]
    lists, parent = [], None
    for chosen in [*chain, None]:
        options = BELOW.get(parent, [])
        if options:
            kind = KINDS[options[0]]
            lists.append(Level(kind, f"Q {kind}", [(one, one) for one in options], chosen))
        parent = chosen
    return lists


class Everything(Form):
    text = fields.TextField("Q Text", hint="Q A few words", max_length=40)
    story = fields.LongTextField("Q Story", max_length=200)
    name = fields.NameField("Q Name")
    phone = fields.PhoneField("Q Phone")
    email = fields.EmailField("Q E-mail")
    whole = fields.WholeNumberField("Q Whole", at_least=1, at_most=90, unit="Q people")
    decimal = fields.DecimalField("Q Decimal", at_least=Decimal(0), unit="Q acres")
    money = fields.MoneyField("Q Money")
    born = fields.DateField("Q Born", not_before=date(1900, 1, 1), autocomplete="bday")
    agreed = fields.YesNoField("Q Agreed")
    fruit = fields.ChoiceField("Q Fruit", options=OPTIONS)
    tree = fields.SelectField("Q Tree", options=OPTIONS)
    basket = fields.ChoicesField("Q Basket", options=OPTIONS, at_least=1, at_most=2)
    card = fields.NationalIdField("Q Aadhaar", hint="Q On the front")
    cnic = fields.NationalIdField("Q CNIC", scheme="cnic")
    home = fields.AddressField("Q Home", hint="Q Where you live", levels=levels)
    since = fields.MonthField("Q Since", not_before="1950-01", not_after=date(2030, 6, 9))
    place = fields.LocationField("Q Place", hint="Q Where it is", levels=levels)
    paper = fields.DocumentField("Q Paper", hint="Q PDF or photo")
    photo = fields.PhotoField("Q Photo")
    speech = fields.AudioField("Q Speech", hint="Q Say it", most_seconds=90)
    worked = fields.ComputedField("Q Worked", hint="Q By a rule")
    true = fields.DeclarationField("Q All of it is true")
    password = fields.PasswordField("Q Password")
    code = fields.CodeField("Q Code")


KEPT = {"file": "1", "name": "slip.pdf", "type": "application/pdf", "bytes": 4200, "sha256": "x"}
POSITION = {"latitude": "30.90096", "longitude": "75.85727", "accuracy": 25}
PLACE = {**POSITION, "area": "hill", "line": "Clock Tower"}
ANSWERS = {
    "text": "Words",
    "story": "Line one\nline two",
    "name": "Asha Devi",
    "phone": "+919876543210",
    "email": "asha@example.org",
    "whole": 12,
    "decimal": "2.5",
    "money": {"amount": "1200.50", "currency": "INR"},
    "born": "1990-03-27",
    "agreed": False,
    "fruit": "b",
    "tree": "c",
    "basket": ["a", "b"],
    "card": "234123412346",
    "cnic": "3520212345671",
    "home": {"line": "House 12", "area": "hill", "postal_code": "141001"},
    "since": "2026-04",
    "place": PLACE,
    "paper": KEPT,
    "photo": KEPT | {"name": "gate.jpg", "type": "image/jpeg"},
    "speech": KEPT | {"name": "speech.mp3", "type": "audio/mpeg", "seconds": 53},
    "true": True,
}
SECRET = {"password": "seven marigolds", "code": "123456"}
FILES = ("paper", "photo", "speech")
PART = {
    "home": ("line", "area", "postal_code"),
    "born": ("day", "month", "year"),
    "since": ("month", "year"),
    "place": ("line", "area", "latitude", "longitude", "accuracy"),
}
NAMES = [*ANSWERS, *SECRET]


@pytest.fixture
def english(app):
    with app.test_request_context("/en/search"):
        yield


def one(name, sent):
    """The field of that name, bound to what was sent and checked."""
    field = Everything(MultiDict({"elsewhere": "1"} | sent))[name]
    field.validate(None)
    return field


def upload(name="paper.pdf"):
    return FileStorage(io.BytesIO(b"%PDF"), filename=name)


@pytest.mark.parametrize(
    ("name", "sent", "answer"),
    [
        ("money", {"money": "Rs. 1,200"}, {"amount": "1200.00", "currency": "INR"}),
        ("money", {"money": "₹ ੧,੨੦,੦੦੦.੫"}, {"amount": "120000.50", "currency": "INR"}),
        ("decimal", {"decimal": "1,234.5"}, "1234.5"),
        ("decimal", {"decimal": "१२"}, "12"),
        ("decimal", {"decimal": "٢٫٥"}, "2.5"),
        ("cnic", {"cnic": "35202-1234567-1"}, "3520212345671"),
        ("born", {"born-day": "੨੭", "born-month": "03", "born-year": "१९९०"}, "1990-03-27"),
        ("born", {"born": "1990-03-27"}, "1990-03-27"),
        ("phone", {"phone": "+44 20 7946 0958"}, "+442079460958"),
        ("name", {"name": "ਗੁਰਪ੍ਰੀਤ \u202eਕੌਰ\u202c"}, "ਗੁਰਪ੍ਰੀਤ ਕੌਰ"),
        ("name", {"name": "ਸ਼\u200dਾਮ"}, "ਸ਼\u200dਾਮ"),
        ("text", {"text": "e\u0301"}, "é"),
        ("code", {"code": "१२३ ४५६"}, "123456"),
        ("password", {"password": "  as typed "}, "  as typed "),
        ("since", {"since-month": "4", "since-year": "੨੦੨੬"}, "2026-04"),
        ("since", {"since": "1950-01"}, "1950-01"),
        ("basket", {"basket": "c"}, ["c"]),
    ],
)
def test_what_people_write_is_taken_in_one_form(english, name, sent, answer):
    field = one(name, sent)
    assert (field.errors, field.answer()) == ([], answer)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        # A comma before one or two digits may be a decimal point: 25 would be ten times 2.5.
        ("whole", {"whole": "2,5"}),
        ("decimal", {"decimal": "2,5"}),
        ("money", {"money": "12,50"}),
        ("money", {"money": "-5"}),
        # Not what int() takes, but what people write.
        ("born", {"born-day": "2_7", "born-month": "3", "born-year": "1990"}),
        ("born", {"born-day": "+7", "born-month": "3", "born-year": "1990"}),
        ("born", {"born-day": "27", "born-month": "3", "born-year": "90"}),
        ("born", {"born": "1990-13-45"}),
        ("cnic", {"cnic": "35202-1234567"}),
        ("card", {"card": "234123412340"}),
        ("phone", {"phone": "0" * 4000}),
        ("email", {"email": f"{'a' * 4000}@example.org"}),
        ("password", {"password": "x" * 1025}),
        ("basket", {"basket": "z"}),
        ("tree", {"tree": "z"}),
        ("since", {"since-month": "13", "since-year": "2026"}),
        ("since", {"since-month": "4", "since-year": "26"}),
        ("since", {"since-month": "4"}),
        ("since", {"since-year": "2026"}),
        ("since", {"since": "1949-12"}),
        ("since", {"since": "2030-07"}),
    ],
)
def test_what_could_be_read_wrongly_is_asked_again(english, name, sent):
    field = one(name, sent)
    assert field.errors[0].endswith(".")
    assert field.answer() is None


@pytest.mark.parametrize("name", NAMES)
def test_a_page_without_a_body_answers_nothing(english, name):
    form = Everything(None)
    assert not form.validate()
    assert form[name].errors == [form[name].missing()]


def test_what_was_known_stands_when_nothing_was_sent(english):
    form = Everything(None, data=ANSWERS | SECRET)
    assert form.validate(), form.errors
    assert {name: form[name].answer() for name in ANSWERS} == ANSWERS


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("thing", [upload(), {"a": 1}, ["a"], 7, None])
def test_a_thing_that_is_no_text_is_no_answer(english, name, thing):
    names = [name, *(f"{name}-{part}" for part in PART.get(name, ()))]
    if name in FILES and isinstance(thing, FileStorage):
        thing = "a text where a file belongs"
    field = one(name, {key: [thing] for key in names})
    assert field.errors
    assert field.answer() is None


@given(st.sampled_from([name for name in NAMES if name not in FILES]), st.text(max_size=40))
def test_any_text_becomes_an_answer_that_is_taken_again_or_a_sentence(name, text):
    keys = [name, *(f"{name}-{part}" for part in PART.get(name, ()))]
    field = one(name, dict.fromkeys(keys, text))
    if field.errors:
        assert field.answer() is None
        return
    answer = json.loads(json.dumps(field.answer()))
    again = Everything(None, data={name: answer})[name]
    assert again.validate(None)
    assert again.answer() == answer


@given(st.text(max_size=60), st.booleans())
def test_a_tidy_text_holds_nothing_that_cannot_be_seen_or_turns_others(text, lines):
    clean = tidy(text, lines=lines)
    assert not set(clean) & set("\0\r\x1b\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    assert lines or "\n" not in clean
    assert tidy(clean, lines=lines) == clean


def test_digits_of_every_script_are_digits():
    assert latin_digits("੦੧੨ ०१२ ۰۱۲ ٠١٢ 012") == "012 012 012 012 012"


def address(area, **parts):
    sent = MultiDict(
        {"home-line": "House 12"} | {f"home-{key}": said for key, said in parts.items()}
    )
    sent.setlist("home-area", area)
    field = Everything(sent)["home"]
    field.validate(None)
    return field


def test_an_area_is_the_last_choice_that_fits_the_one_above(english):
    assert address(["north", "dale"]).answer()["area"] == "dale"
    assert address(["south", "dale"]).area == "south"


@pytest.mark.parametrize(
    ("area", "parts", "control"),
    [
        (["north", "dale"], {"line": ""}, "home-line"),
        ([], {}, "home-district"),
        (["north"], {}, "home-place"),
        (["north", "dale"], {"postal_code": "12"}, "home-postal_code"),
    ],
)
def test_the_summary_leads_to_the_part_of_an_address_that_is_wrong(english, area, parts, control):
    field = address(area, **parts)
    assert field.errors
    assert field.first_id == control


def test_a_thousand_areas_are_not_looked_up(english):
    ASKED.clear()
    address(["dale"] * 1000)
    assert len(ASKED) < 20


def test_another_file_is_taken_beside_the_one_that_is_kept(english):
    form = Everything(MultiDict({"paper": upload("new.pdf")}), data={"paper": KEPT})
    assert form["paper"].validate(form)
    assert (form["paper"].upload.filename, form["paper"].answer()) == ("new.pdf", KEPT)


@pytest.mark.parametrize("code", LANGUAGES)
def test_months_are_named_in_each_language_whichever_was_spoken_before(app, code):
    seen = {}
    for spoken in (*LANGUAGES, code):
        with app.test_request_context(), speaking(spoken):
            seen[spoken] = [name for _, name in Everything()["since"].options]
    april = {"en": "April", "pa": "ਅਪ੍ਰੈਲ", "pa_Arab": "اپریل", "hi": "अप्रैल", "ur": "اپریل"}
    assert seen[code][3] == april[code]


def test_a_month_out_of_bounds_names_the_bound(english):
    early, late = one("since", {"since": "1949-12"}), one("since", {"since": "2030-07"})
    assert early.errors == ["Enter January 1950 or later."]
    assert late.errors == ["Enter June 2030 or earlier."]
    assert late.first_id == "since-year"


def place(**parts):
    """The location bound to what was sent and checked."""
    return one("place", {f"place-{part}": str(said) for part, said in parts.items()})


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        (POSITION, POSITION),
        ({"latitude": "੩੦.੯", "longitude": "+75.85"}, {"latitude": "30.9", "longitude": "75.85"}),
        ({"latitude": "30.90096, 75.85727"}, {"latitude": "30.90096", "longitude": "75.85727"}),
        ({"latitude": "-0", "longitude": "-180"}, {"latitude": "0", "longitude": "-180"}),
        ({"latitude": "90", "longitude": "0.000001"}, {"latitude": "90", "longitude": "0.000001"}),
        ({**POSITION, "accuracy": "999999"}, {**POSITION, "accuracy": None}),
        ({**POSITION, "accuracy": "-3"}, {**POSITION, "accuracy": None}),
    ],
)
def test_a_position_is_two_plain_numbers(english, parts, answer):
    field = place(**parts)
    nothing = {"accuracy": None, "area": None, "line": None}
    assert (field.errors, field.answer()) == ([], {**nothing, **answer})


def test_an_area_and_words_are_a_place_without_a_position(english):
    sent = MultiDict({"place-line": "Near the gate", "place-accuracy": "5"})
    sent.setlist("place-area", ["north", "dale"])
    field = Everything(sent)["place"]
    assert field.validate(None)
    position = {"latitude": None, "longitude": None, "accuracy": None}
    assert field.answer() == {**position, "area": "dale", "line": "Near the gate"}


@pytest.mark.parametrize(
    ("parts", "said", "control"),
    [
        ({"latitude": "90.1", "longitude": "75"}, "between -90 and 90", "latitude"),
        ({"latitude": "30", "longitude": "-180.5"}, "between -180 and 180", "longitude"),
        ({"latitude": "999", "longitude": "75"}, "between -90 and 90", "latitude"),
        ({"latitude": "30.9"}, "both numbers", "longitude"),
        ({"longitude": "75.8"}, "both numbers", "latitude"),
        ({"latitude": "30.1234567", "longitude": "75"}, "at most 6 digits", "latitude"),
        ({"latitude": "NaN", "longitude": "75"}, "like 30.90096", "latitude"),
        ({"latitude": "1e1", "longitude": "75"}, "like 30.90096", "latitude"),
        ({"latitude": "30,9", "longitude": "75"}, "like 30.90096", "latitude"),
        ({"latitude": "1_0", "longitude": "75"}, "like 30.90096", "latitude"),
        ({"line": "Near the gate"}, "down to the town or village", "district"),
        ({"line": "Near the gate", "area": "north"}, "down to the town or village", "place"),
        ({}, "Say where it is", "line"),
    ],
)
def test_a_place_that_is_nowhere_is_asked_again_where_it_is_wrong(english, parts, said, control):
    field = place(**parts)
    assert said in field.errors[0]
    assert (field.answer(), field.first_id) == (None, f"place-{control}")


def test_a_position_that_is_wrong_stands_open_to_be_corrected(english):
    form = Everything(MultiDict({"place-latitude": "99", "place-longitude": "75.8"}))
    form.validate()
    root = drawn(form)
    (details,) = found(root, "details")
    assert details.get("open") is not None
    shown = controls(root)
    assert shown["place-latitude"].get("aria-invalid") == "true"
    assert shown["place-longitude"].get("value") == "75.8"


def test_buttons_that_need_a_script_wait_for_it(english):
    root = drawn(Everything())
    waiting = [one for one in root.iter() if one.get("type") == "button"]
    assert len(waiting) == 6
    box = next(one for one in root.iter() if one.get("data-recorder"))
    inside = set(box.iter())
    assert box.get("hidden") is not None
    assert all(one in inside or one.get("hidden") is not None for one in waiting)


def test_a_photo_comes_from_the_camera_or_from_those_that_are_there(english):
    root = drawn(Everything())
    both = found(root, "input", name="photo")
    assert [one.get("capture") for one in both] == [None, "environment"]
    assert {one.get("accept") for one in both} == {"image/jpeg,image/png"}
    sent = MultiDict([("photo", upload("")), ("photo", upload("gate.jpg"))])
    assert Everything(sent)["photo"].upload.filename == "gate.jpg"


def test_files_say_how_large_they_may_be(english):
    shown = controls(drawn(Everything()))
    assert shown["speech"].get("accept") == "audio/*"
    assert shown["speech"].get("data-most") == "20000000"
    assert shown["photo"].get("data-large").startswith("This file is larger than 10 MB.")


def test_what_is_worked_out_is_shown_and_takes_nothing(english):
    form = Everything(MultiDict({"worked": "7"}))
    assert (form["worked"].validate(form), form["worked"].answer()) == (True, None)
    form["worked"].shown = "12"
    root = drawn(form)
    (output,) = found(root, "output")
    assert output.text == "12"
    assert "worked" not in controls(root)


GALLERY = """
{% extends "layout.html" %}
{% from "forms.html" import error_summary, field with context %}
{% set has_errors = form.errors | length > 0 %}
{% block title %}Gallery{% endblock %}
{% block main %}<h1>Sanjha</h1>{{ error_summary(form) }}
<form method="post" novalidate>{{ csrf() }}
{% for one in form %}{{ field(one) }}{% endfor %}
</form>{% endblock %}
"""


def drawn(form):
    html = render_template_string(GALLERY, form=form)
    assert page_faults(html) == []
    return html5lib.parse(html)


def found(root, *names, **attributes):
    wanted = {f"{XHTML}{name}" for name in names}
    return [
        one
        for one in root.iter()
        if one.tag in wanted and all(one.get(key) == said for key, said in attributes.items())
    ]


def controls(root):
    (form,) = found(root, "form", novalidate="")
    inside = found(form, "input", "select", "textarea")
    return {one.get("id"): one for one in inside if one.get("type") != "hidden"}


def filled():
    form = Everything(None, data=ANSWERS)
    for one_of_them in form:
        one_of_them.source = "your profile"
    return form


def wrong():
    form = Everything(MultiDict({"elsewhere": "1"}))
    form.validate()
    return form


def optional():
    form = Everything(None)
    for one_of_them in form:
        one_of_them.required = False
    return form


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("made", [filled, wrong, optional, Everything])
def test_every_kind_of_question_is_drawn_as_a_sound_page(app, code, made):
    with app.test_request_context(f"/{tag(code)}/search"), speaking(code):
        assert controls(drawn(made())).keys() >= {f"{name}" for name in ("text", "tree", "paper")}


def test_each_line_of_the_summary_leads_to_a_control(english):
    root = drawn(wrong())
    (summary,) = found(root, "div", role="alert")
    targets = [link.get("href")[1:] for link in found(summary, "a")]
    assert len(targets) == len(NAMES)
    assert set(targets) <= set(controls(root))
    assert root.find(f".//{XHTML}title").text.startswith("Error: ")


def test_hints_errors_and_sources_are_tied_to_what_they_speak_of(english):
    tied = set()
    for form in (wrong(), filled()):
        for element in drawn(form).iter():
            tied |= set((element.get("aria-describedby") or "").split())
    kinds = ("-hint", "-error", "-unit", "-source")
    assert {f"{name}-error" for name in NAMES} <= tied
    assert {"text-hint", "home-hint", "paper-hint", "whole-unit", "born-source"} <= tied
    assert all(one.endswith(kinds) for one in tied)


def test_questions_of_several_controls_have_a_legend_and_are_themselves_not_invalid(english):
    root = drawn(wrong())
    groups = {one.get("id"): one for one in found(root, "fieldset")}
    assert groups.keys() == {"born", "agreed", "fruit", "basket", "home", "since", "place"}
    for group in groups.values():
        assert group[0].tag == f"{XHTML}legend"
        assert group.get("aria-invalid") is None
    invalid = {name for name, one in controls(root).items() if one.get("aria-invalid")}
    assert {"text", "born-day", "tree", "home-line", "paper", "true", "code"} <= invalid
    assert "home-postal_code" not in invalid


def test_filled_in_values_are_marked_and_shown(english):
    shown = controls(drawn(filled()))
    assert shown["phone"].get("value") == "098765 43210"
    assert shown["money"].get("value") == "1200.50"
    assert [shown[f"born-{part}"].get("value") for part in PART["born"]] == ["27", "3", "1990"]
    assert shown["agreed-1"].get("checked") is not None
    assert shown["basket-2"].get("checked") is None
    assert all("pre" in shown[name].get("class").split() for name in ("name", "home-line", "tree"))


def test_what_proves_who_one_is_is_never_shown_again(english):
    form = Everything(MultiDict(SECRET | {"name": "Asha Devi"}))
    form.validate()
    shown = controls(drawn(form))
    assert (shown["password"].get("value"), shown["code"].get("value")) == (None, None)
    assert shown["name"].get("value") == "Asha Devi"


def test_markup_in_an_answer_stays_text(english):
    evil = "\"><script>alert('1')</script>"
    form = Everything(MultiDict({"text": evil, "story": evil, "home-line": evil, "whole": evil}))
    form.validate()
    root = drawn(form)
    assert len(found(root, "script")) == 1
    assert controls(root)["text"].get("value") == evil


def test_names_and_sums_that_read_left_to_right_do_so_in_urdu(app):
    with app.test_request_context("/ur/search"), speaking("ur"):
        shown = controls(drawn(filled()))
    ltr = ("phone", "email", "whole", "decimal", "money", "born-day", "card", "home-postal_code")
    assert {shown[name].get("dir") for name in ltr} == {"ltr"}
    assert shown["name"].get("dir") is None
