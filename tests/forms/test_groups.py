"""Repeating groups on a page: rows that come, go and move, and whatever else may be sent."""

import io

import html5lib
import pytest
from flask import render_template_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict

from portal.forms import engine, words
from portal.forms.engine import Posted
from portal.kernel.errors import BadInput
from portal.registry import Field, Notice, domain
from tests.forms.sheets import draw, elements, filled, page, post, press, presses, text
from tests.pages import page_faults
from tests.registry.publishing_factories import words as said

NAME = Field.name("who", said("Name"))
ROLE = Field.choice("role", said("Role"), {"owner": said("Owner"), "guest": said("Guest")})
SHARE = Field.integer(
    "share", said("Share"), when="role == 'owner'", valid=("share <= 100", said("Too much."))
)
PHOTO = Field.photo("photo", said("Photo"), required=False)
HUNDRED = ("sum(partners.map(p, p.share)) == 100", said("All shares come to 100."))
ASHA = {"who": "Asha Devi", "role": "owner", "share": 60}
BIBI = {"who": "Bibi Kaur", "role": "owner", "share": 40}
GUEST = {"who": "Gurpreet", "role": "guest"}


@pytest.fixture(autouse=True)
def spoken(app):
    with app.test_request_context("/en"):
        yield


def partners(*fields, **more):
    inner = fields or (NAME, ROLE, SHARE)
    return Field.group("partners", said("Partners"), *inner, item=said("Partner"), **more)


def with_rows(*rows, **more):
    return page(partners(**more), answers={"partners": list(rows)} if rows else {})


def keep(question, upload):
    content = upload.stream.read()
    if content == b"bad":
        raise BadInput
    return {"file": content.decode(), "name": upload.filename, "type": "x", "bytes": 1}


def upload(content):
    return FileStorage(io.BytesIO(content.encode()), filename=f"{content}.png")


def take(asked, drawn, changes=None, files=None):
    return engine.take(asked, post(drawn, changes, files), keep)


def rows(sheet):
    return sheet.form["partners"].rows


def shown(sheet, name="who"):
    return [row.form[name].raw for row in rows(sheet)]


def headings(drawn):
    return [text(one) for one in elements(drawn, "h3")]


@pytest.mark.parametrize(("least", "seen"), [(0, 0), (1, 1), (3, 3)])
def test_the_rows_that_are_needed_stand_there_from_the_start(least, seen):
    drawn = draw(engine.show(with_rows(at_least=least)))
    assert headings(drawn) == [f"Partner {n}" for n in range(1, seen + 1)]
    assert presses(drawn)["partners:add"] == "Add: Partner"


def test_a_group_that_may_be_left_open_begins_without_rows():
    assert rows(engine.show(with_rows(required=False))) == []


def test_a_row_more_keeps_what_was_typed_right_or_wrong():
    asked = with_rows({"role": "owner"})
    typed = {"partners-0-who": "Asha", "partners-0-share": "much"}
    first = engine.refresh(asked, post(draw(engine.show(asked)), typed))
    sheet = press(asked, draw(first), "partners:add")
    assert shown(sheet) == ["Asha", ""]
    assert sheet.errors == {}
    assert shown(sheet, "share")[0] == "much"
    assert headings(draw(sheet)) == ["Partner 1", "Partner 2"]


def test_a_new_row_is_where_the_page_goes_on():
    asked = with_rows(ASHA)
    drawn = draw(press(asked, draw(engine.show(asked)), "partners:add"))
    (fresh,) = [one for one in drawn.iter() if one.get("autofocus") is not None]
    assert text(fresh) == "Partner 2"


def test_no_row_can_be_added_at_the_most_nor_removed_at_the_least():
    full = presses(draw(engine.show(with_rows(ASHA, BIBI, at_least=2, at_most=2))))
    assert set(full) == {"partners:down:0", "partners:up:1"}
    assert set(presses(draw(engine.show(with_rows(ASHA))))) == {"partners:add"}


def test_the_enter_key_saves_and_moves_no_row():
    buttons = elements(draw(engine.show(with_rows(ASHA, BIBI))), "button")
    assert (buttons[0].get("name"), buttons[0].get("type")) == (None, None)
    assert len(buttons) > 1


def test_a_press_that_does_not_stand_there_does_nothing():
    asked = with_rows(ASHA, BIBI, at_least=2, at_most=2)
    drawn = draw(engine.show(asked))
    for act in ("add", "remove:7", "up:0", "down:1", "up", "remove", "eat:0", "add:" + "9" * 500):
        sheet = engine.refresh(asked, post(drawn, {"refresh": f"partners:{act}"}))
        assert shown(sheet) == ["Asha Devi", "Bibi Kaur"]


def test_a_row_that_is_needed_is_emptied_when_somebody_removes_it_by_hand():
    asked = with_rows(ASHA, BIBI, at_least=2)
    sent = post(draw(engine.show(asked)), {"refresh": "partners:remove:0"})
    assert shown(engine.refresh(asked, sent)) == ["Bibi Kaur", ""]


def test_rows_are_removed_and_moved_and_saved_in_their_order():
    asked = with_rows(ASHA, BIBI, GUEST)
    up = press(asked, draw(engine.show(asked)), "partners:up:2")
    assert shown(up) == ["Asha Devi", "Gurpreet", "Bibi Kaur"]
    gone = press(asked, draw(up), "partners:remove:0")
    assert shown(gone) == ["Gurpreet", "Bibi Kaur"]
    assert take(asked, draw(gone)).answers == {"partners": [GUEST, BIBI]}


ACTS = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "up", "down", "type"]), st.integers(0, 5)),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(ACTS)
def test_whatever_is_pressed_the_rows_are_those_of_a_list(acts):
    asked = page(partners(NAME, at_least=1, at_most=4))
    model, sheet = [""], engine.show(asked)
    for number, (act, wanted) in enumerate(acts):
        drawn, tokens = draw(sheet), [row.token for row in rows(sheet)]
        place = wanted % len(tokens)
        if act == "type":
            model[place] = f"Name {'abcdefghijklm'[number]}"
            typed = {f"partners-{tokens[place]}-who": model[place]}
            sheet = engine.refresh(asked, post(drawn, typed))
            continue
        value = f"partners:{act}" if act == "add" else f"partners:{act}:{tokens[place]}"
        if value in presses(drawn):
            sheet = press(asked, drawn, value)
            model = changed(model, act, place)
    assert shown(sheet) == model
    saved = take(asked, draw(sheet))
    assert saved.answers["partners"] == [{"who": name} for name in model if name]
    assert bool(saved.errors) == (not any(model))


def changed(model, act, place):
    model = list(model)
    if act == "add":
        return [*model, ""]
    row = model.pop(place)
    if act != "remove":
        model.insert(place + (1 if act == "down" else -1), row)
    return model


def test_right_rows_come_out_typed():
    asked = with_rows(at_least=2)
    typed = {
        "partners-0-who": " Asha   Devi ",
        "partners-0-role": "owner",
        "partners-1-who": "Gurpreet",
        "partners-1-role": "guest",
    }
    sheet = take(asked, draw(engine.show(asked)), typed)
    # The share is asked once it is known who is an owner.
    assert sheet.revealed == ("partners-0-share",)
    assert sheet.answers == {"partners": [{"who": "Asha Devi", "role": "owner"}, GUEST]}
    again = page(partners(at_least=2), answers=sheet.answers)
    drawn = draw(engine.show(again))
    assert "partners-0-share" in filled(drawn)
    assert "partners-1-share" not in filled(drawn)
    sheet = take(again, drawn, {"partners-0-share": "੬੦"})
    assert (sheet.errors, sheet.revealed) == ({}, ())
    assert sheet.answers == {"partners": [ASHA, GUEST]}


def test_an_error_in_a_row_is_told_with_its_row_and_keeps_the_rest():
    asked = with_rows(ASHA, BIBI)
    sheet = take(asked, draw(engine.show(asked)), {"partners-1-who": "", "partners-0-share": "x"})
    assert set(sheet.errors) == {"partners-0-share", "partners-1-who"}
    assert sheet.answers["partners"] == [
        {"who": "Asha Devi", "role": "owner"},
        {"role": "owner", "share": 40},
    ]
    links = [text(one) for one in elements(draw(sheet), "a")]
    assert links == [
        "Partner 1: Share – Enter a whole number, like 12.",
        "Partner 2: Name – Enter the name.",
    ]


def test_a_revealed_question_of_a_row_is_needed_once_it_was_shown():
    asked = with_rows({"who": "Asha Devi", "role": "owner"})
    assert list(take(asked, draw(engine.show(asked))).errors) == ["partners-0-share"]


def test_a_question_that_a_row_does_not_ask_is_not_taken():
    asked = with_rows(GUEST)
    sent = {"partners-0-share": "9", "partners-0-shown": "who role share"}
    sheet = take(asked, draw(engine.show(asked)), sent)
    assert (sheet.errors, sheet.answers) == ({}, {"partners": [GUEST]})


def test_the_anchor_of_a_revealed_question_is_that_of_the_page_to_come():
    asked = with_rows(at_least=0)
    sheet = engine.show(asked)
    for _ in range(3):
        sheet = press(asked, draw(sheet), "partners:add")
    typed = {"partners-2-who": "Asha Devi", "partners-2-role": "owner"}
    assert take(asked, draw(sheet), typed).revealed == ("partners-0-share",)


def test_empty_rows_are_no_rows_beyond_those_that_are_needed():
    asked = with_rows(GUEST)
    added = press(asked, draw(engine.show(asked)), "partners:add")
    sheet = take(asked, draw(added))
    assert (sheet.errors, sheet.answers) == ({}, {"partners": [GUEST]})
    assert set(take(with_rows(), draw(engine.show(with_rows()))).errors) == {
        "partners-0-who",
        "partners-0-role-0",
    }


def test_no_rows_are_an_answer_where_none_are_needed():
    for more in ({"at_least": 0}, {"required": False}):
        sheet = take(with_rows(**more), draw(engine.show(with_rows(**more))))
        assert (sheet.errors, sheet.answers) == ({}, {"partners": []})


def test_too_many_and_too_few_rows_are_said_and_nothing_is_lost():
    asked = with_rows(ASHA, BIBI, GUEST)
    drawn = draw(engine.show(asked))
    few = page(partners(at_least=4, at_most=5))
    sheet = take(few, drawn)
    assert sheet.errors == {"partners": ["At least 4 are needed here: Partner."]}
    assert sheet.answers["partners"] == [ASHA, BIBI, GUEST]
    sheet = take(page(partners(at_most=2)), drawn)
    assert sheet.errors == {"partners": ["There can be at most 2 here. Remove some."]}
    assert sheet.answers["partners"] == [ASHA, BIBI, GUEST]
    assert headings(draw(sheet)) == ["Partner 1", "Partner 2", "Partner 3"]
    kept = page(partners(at_most=2), answers=sheet.answers)
    assert domain.failed_checks(kept.form, kept.answers) == kept.form.fields


def test_the_rule_of_a_group_speaks_and_its_rows_stay():
    asked = with_rows(ASHA, valid=HUNDRED)
    sheet = take(asked, draw(engine.show(asked)))
    assert sheet.errors == {"partners": ["All shares come to 100."]}
    assert sheet.answers == {"partners": [ASHA]}
    draw(sheet)


def test_the_rule_of_a_row_speaks_in_its_row():
    asked = with_rows(ASHA, BIBI)
    sheet = take(asked, draw(engine.show(asked)), {"partners-1-share": "101"})
    assert sheet.errors == {"partners-1-share": ["Too much."]}
    assert sheet.answers["partners"] == [ASHA, {"who": "Bibi Kaur", "role": "owner"}]


def test_a_pattern_speaks_in_its_row():
    plot = Field.text("plot", said("Plot"), pattern="[0-9]+", pattern_message=said("Digits only."))
    asked = page(partners(plot))
    sheet = take(asked, draw(engine.show(asked)), {"partners-0-plot": "12a"})
    assert sheet.errors == {"partners-0-plot": ["Digits only."]}


def test_a_group_that_comes_up_is_shown_before_it_is_asked_for():
    more = Field.yes_no("more", said("More?"))
    asked = page(more, partners(when="more"))
    sheet = take(asked, draw(engine.show(asked)), {"more": "yes"})
    assert (sheet.revealed, sheet.errors, sheet.answers) == (("partners",), {}, {"more": True})
    assert headings(draw(sheet)) == ["Partner 1"]


def test_notices_and_values_that_are_worked_out_stand_in_rows():
    rest = Field.computed("rest", said("Rest"), rule="100 - share", gives="integer")
    fields = (NAME, ROLE, SHARE, Notice("read", said("Read this.")), rest)
    asked = page(partners(*fields), answers={"partners": [ASHA, GUEST]})
    drawn = draw(engine.show(asked))
    told = [text(one) for one in elements(drawn, "output")]
    assert told[0] == "40"
    assert "Read this." in text(drawn)
    sent = post(drawn, {"partners-0-rest": "7", "partners-0-shown": "who role share rest"})
    assert engine.take(asked, sent, keep).answers == {"partners": [ASHA, GUEST]}


def test_a_value_of_all_rows_is_worked_out_on_the_page():
    total = Field.computed("total", said("All"), rule="sum(partners.map(p, p.share))")
    asked = page(partners(), total, answers={"partners": [ASHA, BIBI], "total": "7"})
    sheet = engine.show(asked)
    (worked,) = [text(one) for one in elements(draw(sheet), "output")]
    assert worked == "100"
    assert "total" not in filled(draw(sheet))["shown"].split()
    sheet = engine.refresh(asked, post(draw(sheet), {"partners-0-share": "50", "total": "9"}))
    (worked,) = [text(one) for one in elements(draw(sheet), "output")]
    assert worked == "90"
    assert "total" not in take(asked, draw(sheet)).answers


def test_a_rule_over_a_value_that_is_worked_out_speaks_where_it_stands():
    wanted = ("total == 100", said("All shares come to 100."))
    rule = "sum(partners.map(p, p.share))"
    total = Field.computed("total", said("All"), rule=rule, valid=wanted)
    asked = page(partners(), total, answers={"partners": [ASHA]})
    sheet = take(asked, draw(engine.show(asked)))
    assert sheet.errors == {"total": ["All shares come to 100."]}
    assert sheet.answers == {"partners": [ASHA]}
    draw(sheet)


# --- Files --------------------------------------------------------------------------------------

PAPER = {"file": "old", "name": "old.png", "type": "x", "bytes": 1}


def pictures(*rows, **more):
    answers = {"partners": list(rows)} if rows else {}
    return page(partners(NAME, PHOTO, **more), answers=answers)


def test_a_file_of_a_row_is_kept_and_goes_along_with_its_row():
    asked = pictures({"who": "Asha", "photo": PAPER}, {"who": "Bibi"})
    moved = press(asked, draw(engine.show(asked)), "partners:down:0")
    sheet = take(asked, draw(moved), {}, {"partners-1-photo": upload("new")})
    assert [row["photo"]["file"] for row in sheet.answers["partners"]] == ["new", "old"]
    assert [row["who"] for row in sheet.answers["partners"]] == ["Bibi", "Asha"]


def test_a_file_that_is_sent_in_place_of_another_takes_its_place():
    asked = pictures({"who": "Asha", "photo": PAPER})
    sheet = take(asked, draw(engine.show(asked)), {}, {"partners-0-photo": upload("new")})
    assert sheet.answers["partners"][0]["photo"]["file"] == "new"


def test_a_refused_file_is_said_in_its_row_and_the_earlier_one_stays():
    asked = pictures({"who": "Asha", "photo": PAPER})
    sheet = take(asked, draw(engine.show(asked)), {}, {"partners-0-photo": upload("bad")})
    assert list(sheet.errors) == ["partners-0-photo"]
    assert sheet.answers["partners"] == [{"who": "Asha", "photo": PAPER}]


def test_a_page_names_no_file_that_is_not_among_its_rows():
    asked = pictures({"who": "Asha", "photo": PAPER})
    sent = {"partners-0-photo-kept": "somebody-elses"}
    sheet = take(asked, draw(engine.show(asked)), sent)
    assert sheet.answers == {"partners": [{"who": "Asha"}]}


def test_a_text_is_no_file_of_a_row():
    asked = pictures()
    sent = {"partners-0-who": "Asha", "partners-0-photo": "old"}
    sheet = take(asked, draw(engine.show(asked)), sent)
    assert sheet.answers == {"partners": [{"who": "Asha"}]}


def test_a_file_that_comes_with_a_press_is_kept_to_be_saved():
    asked = pictures({"who": "Asha"})
    files = {"partners-0-photo": upload("new")}
    sheet = press(asked, draw(engine.show(asked)), "partners:add", files=files, keep=keep)
    (row,) = sheet.kept["partners"]
    assert row["photo"]["file"] == "new"
    later = pictures(*sheet.kept["partners"])
    assert take(later, draw(sheet)).answers == sheet.kept


def test_a_file_of_the_page_that_comes_with_a_press_is_kept_too():
    asked = page(partners(NAME), Field.photo("house", said("House")))
    files = {"house": upload("new")}
    sheet = press(asked, draw(engine.show(asked)), "partners:add", files=files, keep=keep)
    assert list(sheet.kept) == ["house"]
    assert "new.png" in text(draw(sheet))


def test_a_file_that_is_refused_with_a_press_is_said():
    asked = pictures({"who": "Asha"})
    files = {"partners-0-photo": upload("bad")}
    sheet = press(asked, draw(engine.show(asked)), "partners:add", files=files, keep=keep)
    assert (list(sheet.errors), sheet.kept) == (["partners-0-photo"], {})


def test_a_file_of_a_row_that_is_removed_with_the_same_press_is_not_kept():
    asked = pictures({"who": "Asha"}, {"who": "Bibi"})
    files = {"partners-0-photo": upload("new")}
    sheet = press(asked, draw(engine.show(asked)), "partners:remove:0", files=files, keep=keep)
    assert (shown(sheet), sheet.kept) == (["Bibi"], {})


# --- Tampering ----------------------------------------------------------------------------------

STRANGE = "Not all that was sent could be read. Check these answers, then go on."


@pytest.mark.parametrize(
    "tokens", ["0 0", "0 x", "0 -1", "0 9999999", "0 " + "9" * 5000, "0 <b>", "0 ٣"]
)
def test_tokens_that_no_page_has_are_said_and_the_rows_stay(tokens):
    asked = with_rows(GUEST)
    sheet = take(asked, draw(engine.show(asked)), {"partners-rows": tokens})
    assert sheet.errors == {"partners": [STRANGE]}
    assert sheet.answers == {"partners": [GUEST]}
    draw(sheet)


def test_no_more_rows_are_read_than_any_group_has():
    asked = with_rows(GUEST)
    tokens = " ".join(map(str, range(10_000)))
    sent = post(draw(engine.show(asked)), {"partners-rows": tokens})
    sheet = engine.refresh(asked, sent)
    assert len(rows(sheet)) == 50
    sheet = engine.take(asked, sent, keep)
    assert sheet.errors == {"partners": [STRANGE]}
    assert sheet.answers == {"partners": [GUEST]}


def test_a_page_without_its_rows_has_none():
    asked = with_rows(GUEST)
    sent = Posted(MultiDict({"shown": "partners"}), MultiDict())
    sheet = engine.take(asked, sent, keep)
    assert sheet.errors == {"partners": ["At least 1 are needed here: Partner."]}


CONTROLS = [
    "partners",
    "partners-rows",
    "partners-0",
    "shown",
    "refresh",
    *(f"partners-{n}-{name}" for n in (0, 1, 7) for name in ("who", "role", "share", "photo")),
    *(f"partners-{n}-{name}" for n in (0, 1) for name in ("shown", "photo-kept", "born-day")),
]
TEXTS = ["", "0", "0 1", "1 0 7", "owner", "guest", "Asha", "5", "101", "old", "\0", "\u202e"]
ACTED = ["partners", "partners:add", "partners:remove:0", "partners:up:1", "who role share photo"]
VALUES = st.sampled_from([*TEXTS, *ACTED]) | st.text(max_size=20)
FILES = st.dictionaries(st.sampled_from(CONTROLS), st.sampled_from(["new", "bad"]), max_size=3)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(CONTROLS), VALUES), max_size=25), FILES)
def test_whatever_is_sent_only_what_is_asked_comes_out(sent, files):
    born = Field.date("born", said("Born"), required=False)
    group = partners(NAME, ROLE, SHARE, PHOTO, born, at_least=1, at_most=3, valid=HUNDRED)
    asked = page(group, answers={"partners": [ASHA | {"photo": PAPER}, GUEST]})
    texts = MultiDict(sent)

    def posted():
        return Posted(texts, MultiDict({name: upload(content) for name, content in files.items()}))

    draw(engine.refresh(asked, posted(), keep))
    sheet = engine.take(asked, posted(), keep)
    draw(sheet)
    assert sheet.answers.keys() <= {"partners"}
    kept = domain.clean(asked.form, sheet.answers)
    assert kept == sheet.answers
    for row in kept.get("partners", []):
        assert row.get("photo", PAPER)["file"] in ("old", "new")
        assert isinstance(row.get("share", 0), int)
    if not sheet.errors and not sheet.revealed and "partners" in kept:
        assert domain.missing_fields(asked.form, kept) == ()
        assert domain.failed_checks(asked.form, kept) == ()


# --- In words -----------------------------------------------------------------------------------


def test_rows_are_read_in_words():
    declared = partners()
    rows = words.answers_in_rows(declared, [ASHA, GUEST])
    assert [[one.words for one in row] for row in rows] == [
        ["Asha Devi", "Owner", "60"],
        ["Gurpreet", "Guest"],
    ]
    assert words.in_words(declared, [ASHA, GUEST]) == "Asha Devi, Gurpreet"
    assert words.in_words(declared, []) == "None"
    assert words.in_words(declared, None) == ""
    assert words.answers_in_rows(declared, "junk") == []


LIST = """<!doctype html><html lang="en" dir="ltr"><title>t</title><main><h1>h</h1>
{% from "forms/answers.html" import answer with context %}<dl class="answers">
{% macro link(question, file, words) -%}
<a href="/papers/{{ file.file }}">{{ words }}</a>{% endmacro %}
{{ answer(question, value, in_words(question, value), link if is_open else none, "/change",
"your profile") }}</dl></main></html>"""


def listed(question, value, *, is_open=False):
    told = {"question": question, "value": value, "in_words": words.in_words}
    html = render_template_string(LIST, **told, is_open=is_open)
    assert page_faults(html) == []
    return html5lib.parse(html)


def test_a_list_of_answers_draws_each_row_with_its_questions():
    found = listed(partners(NAME, PHOTO), [{"who": "Asha", "photo": PAPER}, {"who": "Bibi"}])
    assert headings(found) == ["Partner 1", "Partner 2"]
    assert [text(one) for one in elements(found, "dt")] == ["Partners", "Name", "Photo", "Name"]
    assert [text(one) for one in elements(found, "a")] == ["Change Partners"]


def test_a_file_in_a_list_of_answers_can_be_fetched_where_that_is_allowed():
    rows = [{"who": "Asha", "photo": PAPER}]
    found = listed(partners(NAME, PHOTO), rows, is_open=True)
    assert "/papers/old" in [one.get("href") for one in elements(found, "a")]
    found = listed(PHOTO, PAPER, is_open=True)
    assert "/papers/old" in [one.get("href") for one in elements(found, "a")]


def test_no_rows_and_no_answer_are_said_in_a_list_of_answers():
    for value, told in (([], "None"), (None, "No answer")):
        assert told in text(elements(listed(partners(), value), "dd")[0])


def test_a_group_of_the_most_rows_is_drawn():
    asked = page(partners(NAME, ROLE, SHARE, at_most=50), answers={"partners": [ASHA] * 50})
    sheet = engine.show(asked)
    assert len(headings(draw(sheet))) == 50
    assert take(asked, draw(sheet)).answers == {"partners": [ASHA] * 50}
