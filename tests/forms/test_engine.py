"""Pages of declared forms: every kind of question, conditions, and what is kept."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict

from portal.forms import engine, words
from portal.forms.engine import Page, Posted
from portal.geo import service as geo
from portal.geo import sources
from portal.i18n import speaking
from portal.kernel.db import db
from portal.kernel.errors import BadInput
from portal.registry import Declaration, Document, Field, Form, Notice, Step
from tests.forms.sheets import page
from tests.registry.publishing_factories import words as said
from tools import big_form

OPTIONS = {"a": said("Apple"), "b": said("Banana"), "c": said("Cherry")}
QUESTIONS = {
    "text": Field.text("q", said("Q"), min_length=2, max_length=5),
    "long_text": Field.long_text("q", said("Q"), max_length=20),
    "name": Field.name("q", said("Q")),
    "phone": Field.phone("q", said("Q")),
    "email": Field.email("q", said("Q")),
    "integer": Field.integer("q", said("Q"), at_least=1, at_most=40),
    "decimal": Field.decimal("q", said("Q"), at_least="0", at_most="10", places=1),
    "money": Field.money("q", said("Q"), at_least="1", at_most="100000"),
    "date": Field.date("q", said("Q"), not_before="2000-01-01", not_after="today"),
    "yes_no": Field.yes_no("q", said("Q")),
    "choice": Field.choice("q", said("Q"), OPTIONS),
    "choices": Field.choices("q", said("Q"), OPTIONS, at_least=1, at_most=2),
    "national_id": Field.national_id("q", said("Q"), scheme="aadhaar"),
    "address": Field.address("q", said("Q")),
    "document": Document("q", said("Q")),
    "month": Field.month("q", said("Q"), not_before="2000-02", not_after="today"),
    "location": Field.location("q", said("Q")),
    "photo": Field.photo("q", said("Q")),
    "audio": Field.audio("q", said("Q")),
    "declaration": Declaration("q", said("Q")),
    "notice": Notice("q", said("Q")),
}
MILL = {
    "latitude": "30.90096",
    "longitude": "75.85727",
    "accuracy": None,
    "area": None,
    "line": "The mill",
}
# What is sent, and the typed answer of it.
RIGHT = [
    ("text", {"q": "  ab\tc\0 "}, "abc"),
    ("text", {"q": "ਕਖਗ"}, "ਕਖਗ"),
    ("long_text", {"q": "one\r\ntwo "}, "one\ntwo"),
    ("name", {"q": " Asha   Devi "}, "Asha Devi"),
    ("name", {"q": "آشا دیوی"}, "آشا دیوی"),
    ("phone", {"q": "98765 43210"}, "+919876543210"),
    ("phone", {"q": "٩٨٧٦٥٤٣٢١٠"}, "+919876543210"),
    ("email", {"q": " Asha@Example.ORG "}, "Asha@example.org"),
    ("integer", {"q": "੧੨"}, 12),
    ("integer", {"q": " 4 "}, 4),
    ("decimal", {"q": "2.5"}, "2.5"),
    ("decimal", {"q": "۲٫۵"}, "2.5"),
    ("money", {"q": "₹1,20,00"}, {"amount": "12000.00", "currency": "INR"}),
    ("money", {"q": "99.5"}, {"amount": "99.50", "currency": "INR"}),
    ("date", {"q-day": "7", "q-month": "3", "q-year": "2001"}, "2001-03-07"),
    ("date", {"q": "2001-03-07"}, "2001-03-07"),
    ("month", {"q-month": "4", "q-year": "੨੦੨੬"}, "2026-04"),
    ("month", {"q": "2026-04"}, "2026-04"),
    ("location", {"q-latitude": "30.90096", "q-longitude": "75.85727", "q-line": "The mill"}, MILL),
    ("yes_no", {"q": "no"}, False),
    ("yes_no", {"q": "yes"}, True),
    ("choice", {"q": "b"}, "b"),
    ("choices", {"q": ["c", "a", "a"]}, ["a", "c"]),
    ("national_id", {"q": "2341 2341 2346"}, "234123412346"),
    ("national_id", {"q": "۲۳۴۱-۲۳۴۱-۲۳۴۶"}, "234123412346"),
    ("declaration", {"q": "yes"}, True),
]
WRONG = [
    ("text", {"q": "a"}),
    ("text", {"q": "abcdef"}),
    ("long_text", {"q": "x" * 21}),
    ("name", {"q": "12345"}),
    ("name", {"q": "<script>"}),
    ("phone", {"q": "12"}),
    ("phone", {"q": "+1 555"}),
    ("email", {"q": "asha@"}),
    ("email", {"q": "a@b@c.example"}),
    ("integer", {"q": "1.5"}),
    ("integer", {"q": "0"}),
    ("integer", {"q": "41"}),
    ("integer", {"q": "1e3"}),
    ("integer", {"q": "9" * 400}),
    ("decimal", {"q": "2.55"}),
    ("decimal", {"q": "-1"}),
    ("decimal", {"q": "NaN"}),
    ("decimal", {"q": "1e9"}),
    ("money", {"q": "0.5"}),
    ("money", {"q": "1.234"}),
    ("money", {"q": "9999999999"}),
    ("date", {"q-day": "31", "q-month": "2", "q-year": "2001"}),
    ("date", {"q-day": "1", "q-month": "1", "q-year": "1999"}),
    ("date", {"q-day": "1", "q-month": "1", "q-year": "3000"}),
    ("date", {"q-day": "1", "q-month": "x", "q-year": "2001"}),
    ("date", {"q-day": "1", "q-year": "2001"}),
    ("month", {"q-month": "13", "q-year": "2026"}),
    ("month", {"q": "2000-01"}),
    ("month", {"q": "3000-01"}),
    ("location", {"q-latitude": "91", "q-longitude": "75"}),
    ("location", {"q-latitude": "30.9", "q-longitude": "180.1"}),
    ("location", {"q-latitude": "30.9"}),
    ("location", {"q-line": "The mill"}),
    ("yes_no", {"q": "true"}),
    ("choice", {"q": "z"}),
    ("choices", {"q": ["a", "z"]}),
    ("choices", {"q": ["a", "b", "c"]}),
    ("national_id", {"q": "234123412347"}),
    ("national_id", {"q": "123"}),
]


@pytest.fixture(autouse=True)
def district(app):
    geo.import_areas(sources.read(sources.DEMO))
    db.session.commit()
    with app.test_request_context("/en"):
        yield


def keep(question, upload):
    content = upload.stream.read()
    if content == b"bad":
        raise BadInput
    return {"file": "1", "name": upload.filename, "type": "application/pdf", "bytes": len(content),
            "sha256": "x"}  # fmt: skip


def posted(sent, shown="q", files=None):
    texts = MultiDict(sent)
    if shown is not None:
        texts["shown"] = shown
    return Posted(texts, MultiDict(files or {}))


def take(kind, sent, **more):
    return engine.take(page(QUESTIONS[kind]), posted(sent, **more), keep)


@pytest.mark.parametrize(("kind", "sent", "answer"), RIGHT)
def test_a_right_answer_comes_out_typed_and_tidy(kind, sent, answer):
    sheet = take(kind, sent)
    assert sheet.errors == {}
    assert sheet.answers == {"q": answer}
    assert type(sheet.answers["q"]) is type(answer)


@pytest.mark.parametrize(("kind", "sent"), WRONG)
def test_a_wrong_answer_is_said_and_not_kept(kind, sent):
    sheet = take(kind, sent)
    (sentences,) = sheet.errors.values()
    assert sentences[0].endswith(".")
    assert sheet.answers == {}


ASKING = sorted(set(QUESTIONS) - {"notice"})


@pytest.mark.parametrize("kind", ASKING)
def test_an_empty_answer_is_missed_when_it_is_needed(kind):
    sheet = take(kind, {})
    assert list(sheet.errors) == ["q"]
    assert sheet.answers == {}


@pytest.mark.parametrize("kind", ASKING)
def test_an_empty_answer_is_none_when_it_is_not_needed(kind):
    asked = QUESTIONS[kind].model_copy(update={"required": False})
    sheet = engine.take(page(asked), posted({}), keep)
    assert (sheet.errors, sheet.answers) == ({}, {})


@pytest.mark.parametrize(("kind", "sent", "answer"), RIGHT)
def test_a_known_answer_is_shown_so_that_it_is_taken_again_unchanged(kind, sent, answer):
    assert engine.accepted(QUESTIONS[kind], answer) == answer


@pytest.mark.parametrize(
    ("kind", "value"),
    [("choice", "z"), ("phone", "12"), ("date", "1999-01-01"), ("integer", 99), ("text", "abcdef")],
)
def test_a_value_from_elsewhere_that_does_not_fit_is_not_filled_in(kind, value):
    assert engine.accepted(QUESTIONS[kind], value) is None


@pytest.mark.parametrize(("kind", "sent", "answer"), RIGHT)
@pytest.mark.parametrize("code", ["en", "pa", "pa_Arab", "hi", "ur"])
def test_every_answer_can_be_read_in_words(kind, sent, answer, code):
    with speaking(code):
        assert words.in_words(QUESTIONS[kind], answer)


def test_no_answer_has_no_words():
    assert words.in_words(QUESTIONS["text"], None) == ""


def test_a_notice_has_no_field_and_no_answer():
    sheet = take("notice", {"q": "x"})
    assert [field for _, field in sheet] == [None]
    assert (sheet.answers, sheet.names) == ({}, [])


def village():
    code = None
    while below := geo.children(code):
        code = below[0].code
    return code


def areas():
    return [level.chosen for level in geo.levels(village())]


def test_an_address_is_taken_down_to_the_village():
    sent = MultiDict({"q-line": "House 12", "q-postal_code": "੧੪੧੦੦੧"})
    sent.setlist("q-area", areas())
    sheet = engine.take(page(QUESTIONS["address"]), posted(sent), keep)
    assert sheet.answers["q"] == {"line": "House 12", "area": village(), "postal_code": "141001"}
    assert "House 12" in words.in_words(QUESTIONS["address"], sheet.answers["q"])


@pytest.mark.parametrize(
    "changes", [{"q-line": ""}, {"q-area": []}, {"q-area": ["nowhere"]}, {"q-postal_code": "12"}]
)
def test_an_incomplete_address_is_said(changes):
    sent = MultiDict({"q-line": "House 12", "q-postal_code": "141001"})
    sent.setlist("q-area", areas())
    for name, value in changes.items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    assert "q" in engine.take(page(QUESTIONS["address"]), posted(sent), keep).errors


def upload(content=b"%PDF", name="a.pdf"):
    return FileStorage(io.BytesIO(content), filename=name)


FILES = ["document", "photo", "audio"]


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_kept_and_named(kind):
    sheet = take(kind, {}, files={"q": upload()})
    assert sheet.answers["q"]["name"] == "a.pdf"
    assert "a.pdf" in words.in_words(QUESTIONS[kind], sheet.answers["q"])


def test_how_long_speech_is_can_be_read():
    spoken = {"file": "0", "name": "a.mp3", "type": "audio/mpeg", "bytes": 1, "seconds": 65}
    assert words.in_words(QUESTIONS["audio"], spoken) == "a.mp3, 1:05"


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_kept_already_need_not_be_sent_again(kind):
    known = {"q": {"file": "0", "name": "old.pdf", "type": "x", "bytes": 1, "sha256": "x"}}
    sheet = engine.take(page(QUESTIONS[kind], answers=known), posted({}), keep)
    assert sheet.answers == known


@pytest.mark.parametrize("kind", FILES)
def test_a_refused_file_is_said_and_the_earlier_one_stays(kind):
    known = {"q": {"file": "0", "name": "old.pdf", "type": "x", "bytes": 1, "sha256": "x"}}
    sent = posted({}, files={"q": upload(b"bad")})
    sheet = engine.take(page(QUESTIONS[kind], answers=known), sent, keep)
    assert sheet.errors
    assert sheet.answers == known


def test_a_file_that_comes_with_a_refresh_is_kept_to_be_saved():
    asked = page(QUESTIONS["document"])
    sheet = engine.refresh(asked, posted({}, files={"q": upload()}), keep)
    assert sheet.kept["q"]["name"] == "a.pdf"
    assert engine.refresh(asked, posted({}, files={"q": upload()})).kept == {}


def test_a_text_is_no_document_and_a_file_no_text():
    assert take("document", {"q": "a.pdf"}).errors
    sheet = engine.take(page(QUESTIONS["text"]), posted({}, files={"q": upload()}), keep)
    assert sheet.errors


COLOUR = Field.choice("colour", said("Colour"), {"red": said("Red"), "other": said("Other")})
WHICH = Field.text("which", said("Which?"), when="colour == 'other'")
SHADE = Field.text("shade", said("Shade"), when="which == 'blue'", prefill="profile.name")


def test_a_question_of_the_same_page_is_revealed_by_an_answer():
    sheet = engine.take(page(COLOUR, WHICH), posted({"colour": "other"}, shown="colour"), keep)
    assert (sheet.revealed, sheet.errors) == (("which",), {})
    assert sheet.answers == {"colour": "other"}


def test_a_revealed_question_is_needed_once_it_was_shown():
    sent = posted({"colour": "other"}, shown="colour which")
    assert list(engine.take(page(COLOUR, WHICH), sent, keep).errors) == ["which"]


def test_a_hidden_question_is_not_taken_even_when_it_is_sent():
    sent = posted({"colour": "red", "which": "green"}, shown="colour which")
    assert engine.take(page(COLOUR, WHICH), sent, keep).answers == {"colour": "red"}


def test_a_question_that_did_not_stand_on_the_page_keeps_its_value():
    known = {"shade": "dark"}
    sent = posted({"colour": "other", "which": "blue"}, shown="colour which")
    sheet = engine.take(page(COLOUR, WHICH, SHADE, answers=known), sent, keep)
    assert sheet.revealed == ("shade",)
    assert "shade" not in sheet.answered
    assert {one.name: field.raw for one, field in sheet}["shade"] == "dark"


def test_a_question_of_a_later_page_follows_from_an_earlier_one():
    first = Step(said("One"), COLOUR, slug="one")
    later = Step(said("Two"), WHICH, Field.text("why", said("Why?")), slug="two")
    form = Form(first, later)
    for colour, asked in (("red", ["why"]), ("other", ["which", "why"])):
        assert engine.show(Page(form, later, {"colour": colour})).names == asked


BOUND = Field.integer("total", said("Total"), valid=("total >= part", said("Too little.")))


def test_a_rule_speaks_with_its_own_words():
    part = Field.integer("part", said("Part"))
    sent = posted({"part": "5", "total": "3"}, shown="part total")
    sheet = engine.take(page(part, BOUND), sent, keep)
    assert sheet.errors == {"total": ["Too little."]}
    assert sheet.answers == {"part": 5}


def test_a_pattern_speaks_with_its_own_words():
    plot = Field.text("plot", said("Plot"), pattern="[0-9]+", pattern_message=said("Digits only."))
    sheet = engine.take(page(plot), posted({"plot": "12a"}, shown="plot"), keep)
    assert sheet.errors == {"plot": ["Digits only."]}


@pytest.mark.promise("M5")
def test_the_source_stands_at_a_filled_in_value_until_it_changes():
    known, source = {"q": "Asha Devi"}, {"q": {"en": "your profile"}}
    asked = page(QUESTIONS["name"], answers=known, sources=source)
    assert engine.show(asked).form["q"].source == "your profile"
    assert engine.take(asked, posted({"q": "Asha Devi"}), keep).form["q"].source == "your profile"
    assert engine.take(asked, posted({"q": "Asha Kaur"}), keep).form["q"].source is None


def test_a_refreshed_page_keeps_what_was_typed_and_says_no_error():
    sheet = engine.refresh(page(QUESTIONS["integer"]), posted({"q": "much"}))
    assert sheet.errors == {}
    assert sheet.form["q"].raw == "much"


@pytest.mark.parametrize(
    ("gives", "rule", "said_as"),
    [
        ("integer", "q * 2", "84"),
        ("decimal", "q / 4", "10.5 km"),
        ("money", "money('1.00', 'INR') * q", "₹42"),
        ("text", "q > 0 ? 'abc' : 'x'", "abc"),
        ("yes_no", "q > 50", "No"),
    ],
)
def test_what_is_worked_out_is_shown_and_never_taken(gives, rule, said_as):
    more = {"unit": said("km")} if gives == "decimal" else {}
    out = Field.computed("out", said("Out"), rule=rule, gives=gives, **more)
    asked = page(Field.integer("q", said("Q")), out)
    sheet = engine.take(asked, posted({"q": "42", "out": "1"}, shown="q out"), keep)
    assert sheet.answers == {"q": 42}
    assert sheet.form["out"].shown == said_as
    assert (sheet.names, sheet.revealed, sheet.errors) == (["q"], (), {})
    assert engine.show(asked).form["out"].shown == ""


PARTS = ["", *(f"-{part}" for part in ("day", "month", "year", "line", "area", "postal_code"))]
PARTS += ["-latitude", "-longitude", "-accuracy", "-rows", "-0-q", "-kept"]
TEXTS = st.sampled_from(["5", "yes", "b", "2026", "30.9", "-200", "1e9", "٣", "\0"]) | st.text()
CONTROLS = st.dictionaries(st.sampled_from([f"q{part}" for part in PARTS]), st.lists(TEXTS))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(QUESTIONS)), CONTROLS)
def test_whatever_is_sent_comes_out_as_a_right_answer_or_as_an_error(kind, controls):
    sent = MultiDict([(name, one) for name, texts in controls.items() for one in texts])
    sheet = take(kind, sent)
    engine.refresh(page(QUESTIONS[kind]), posted(sent))
    assert kind == "notice" or bool(sheet.errors) != bool(sheet.answers)
    for answer in sheet.answers.values():
        assert engine.accepted(QUESTIONS[kind], answer) == answer
        assert words.in_words(QUESTIONS[kind], answer)


def test_a_page_of_a_form_of_300_questions_looks_at_its_own_questions_only():
    form = big_form.form()
    asked = Page(form, form.steps[7], big_form.answers(form))
    sheet = engine.show(asked)
    assert len(list(sheet.form)) == big_form.ON_A_PAGE
    assert len(engine.take(asked, posted({}), keep).fields) >= 1


def test_a_page_that_does_not_say_what_it_showed_showed_all():
    assert take("text", {}, shown=None).errors
