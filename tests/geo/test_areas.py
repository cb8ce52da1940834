"""Areas: their order, their names, what is refused, and that nobody sees yesterday's."""

import json

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from portal.geo import service, sources
from portal.geo.domain import Area, Kind
from portal.geo.service import BadAreas, NoSuchArea
from portal.i18n import LANGUAGES
from portal.kernel.db import db
from portal.web.fields import AddressField

DISTRICT = "IN-PB-NDP"
VILLAGE = "IN-PB-NDP-NAD-KOTLI-SARSA"


def row(code, parent, kind, **names):
    return {"code": code, "parent": parent, "kind": kind, "names": names or {"en": code}}


def test_the_demo_district_is_whole_and_named_in_every_language(district):
    assert service.faults() == []
    tehsils = service.children(DISTRICT)
    assert len(tehsils) == 3
    for tehsil in tehsils:
        places = service.children(tehsil.code)
        assert len(places) == 8
        assert {place.kind for place in places} == {Kind.TOWN, Kind.VILLAGE}
        for place in places:
            assert len({place.name(code) for code in ("en", "pa", "pa_Arab", "hi")}) == 4


def test_the_states_are_the_children_of_nothing(district):
    assert [area.code for area in service.children(None)] == ["IN-PB"]


def test_children_come_by_their_english_name(district):
    names = [area.name("en") for area in service.children("IN-PB-NDP-NAD")]
    assert names == sorted(names)


def test_a_path_begins_with_the_state(district):
    kinds = [area.kind for area in service.path(VILLAGE)]
    assert kinds == [Kind.STATE, Kind.DISTRICT, Kind.TEHSIL, Kind.VILLAGE]


@pytest.mark.parametrize("code", ["nowhere", "", "IN-PB'; --", "x" * 200, "ਪੰਜਾਬ", "a\0b"])
def test_a_code_that_is_none_is_not_found(district, code):
    with pytest.raises(NoSuchArea):
        service.find(code)


def test_an_address_says_the_smallest_first_and_a_name_once(district):
    assert service.in_words(VILLAGE, "en") == "Kotli Sarsa, Nadipur, Demo Punjab"


def test_an_address_in_an_unknown_area_says_no_area(district):
    assert service.in_words("nowhere", "en") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_is_said_in_each_language(district, language):
    said = service.in_words(VILLAGE, language)
    assert service.find(VILLAGE).name(language) in said
    assert ("،" in said) == (language in {"ur", "pa_Arab"})


def test_a_language_without_a_name_falls_back_to_english():
    assert Area("x", None, Kind.STATE, {"en": "Here"}).name("ur") == "Here"


def test_an_address_ends_at_a_town_or_village(district):
    assert service.levels(VILLAGE)[-1].chosen == VILLAGE
    assert service.levels(DISTRICT)[-1].chosen is None


def test_importing_the_same_again_changes_nothing(district):
    assert service.import_areas(sources.read(sources.DEMO)) == 0


def test_a_new_name_is_seen_by_a_process_that_knew_the_old_one(app, district):
    assert service.find(VILLAGE).name("en") == "Kotli Sarsa"
    changed = row(VILLAGE, "IN-PB-NDP-NAD", "village", en="Kotli", pa="ਕੋਟਲੀ")
    assert service.import_areas([changed]) == 1
    assert service.find(VILLAGE).name("en") == "Kotli"
    db.session.rollback()
    assert service.find(VILLAGE).name("en") == "Kotli Sarsa"
    service.import_areas([changed])
    db.session.commit()
    assert service.find(VILLAGE).name("pa") == "ਕੋਟਲੀ"


def test_an_area_that_is_given_up_is_found_but_no_longer_offered(district):
    service.import_areas(
        [row(VILLAGE, "IN-PB-NDP-NAD", "village", en="Kotli Sarsa") | {"active": False}]
    )
    assert VILLAGE not in {area.code for area in service.children("IN-PB-NDP-NAD")}
    assert service.find(VILLAGE).active is False


def test_what_is_known_costs_one_question_in_a_transaction(district, queries):
    service.path(VILLAGE)
    service.children(DISTRICT)
    db.session.rollback()
    with queries() as asked:
        for _ in range(5):
            service.path(VILLAGE)
            service.children(DISTRICT)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("a b", None, "state")], "letters, digits"),
        ([row("../etc", None, "state")], "letters, digits"),
        ([row("a", None, "planet")], "must be one of"),
        ([row("a", None, "state", pa="ੳ")], "English name"),
        ([row("a", None, "state", en="A", xx="B")], "xx is no language"),
        ([{"code": "a", "kind": "state"}], "English name"),
        ([row("a", None, "district")], "needs a parent"),
        ([row("a", "b", "district")], "b does not exist"),
        ([row("a", "b", "district"), row("b", "a", "tehsil")], "circle"),
        ([row("a", "a", "district")], "circle"),
        ([row("s", None, "state"), row("v", "s", "village")], "above a village"),
    ],
)
def test_an_unsound_import_is_refused_whole_with_a_sentence(app, rows, said):
    with pytest.raises(BadAreas) as refused:
        service.import_areas([row("ok", None, "state"), *rows])
    assert any(said in sentence for sentence in refused.value.sentences)
    assert service.children(None) == []


def test_the_check_names_what_lacks_a_name(app, district):
    service.import_areas([row(VILLAGE, "IN-PB-NDP-NAD", "village", en="Kotli Sarsa")])
    assert service.faults() == [
        f"{VILLAGE}: it has no name in pa, pa_Arab, hi, ur. Add the name.",
    ]


def test_the_commands_import_json_and_csv_and_check_them(app, tmp_path):
    run = app.test_cli_runner().invoke
    commands = {
        command.name: command for room in app.extensions["rooms"] for command in room.commands
    }
    areas = commands["areas"]
    done = run(areas, ["import", str(sources.DEMO)])
    assert (done.exit_code, done.output) == (0, "29 areas are new or changed.\n")
    assert run(areas, ["check"]).exit_code == 0
    table = tmp_path / "more.csv"
    table.write_text("code,parent,kind,active,en,pa\nIN-PB-X,IN-PB,district,,Nowhere,\n")
    assert run(areas, ["import", str(table)]).output == "1 areas are new or changed.\n"
    checked = run(areas, ["check"])
    assert checked.exit_code == 1
    assert "IN-PB-X: it has no name in pa" in checked.output


@pytest.mark.parametrize("text", ["{", "{}", "[1]", "\xff", json.dumps([{"code": "a"}])])
def test_a_file_that_is_no_list_of_areas_is_refused_with_a_sentence(app, tmp_path, text):
    file = tmp_path / "areas.json"
    file.write_text(text, encoding="latin-1")
    commands = {
        command.name: command for room in app.extensions["rooms"] for command in room.commands
    }
    done = app.test_cli_runner().invoke(commands["areas"], ["import", str(file)])
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert "Traceback" not in done.output


def test_the_lists_lead_down_to_the_town_or_village_and_a_list_of_one_is_left_out(district):
    first = service.levels(None)
    assert [(level.kind, level.chosen, len(level.options)) for level in first] == [
        ("tehsil", None, 3)
    ]
    second = service.levels("IN-PB-NDP-NAD")
    assert [(level.kind, level.chosen) for level in second] == [
        ("tehsil", "IN-PB-NDP-NAD"),
        ("place", None),
    ]
    whole = service.levels(VILLAGE)
    assert [level.chosen for level in whole] == ["IN-PB-NDP-NAD", VILLAGE]
    assert str(whole[1].label) == "Town or village"


def test_every_list_is_shown_where_there_is_a_choice(district):
    service.import_areas([row("IN-HR", None, "state"), row("IN-HR-X", "IN-HR", "district")])
    assert [level.kind for level in service.levels(None)] == ["state"]
    assert [level.kind for level in service.levels("IN-HR")] == ["state"]
    assert [level.kind for level in service.levels("IN-PB")] == ["state", "tehsil"]


@pytest.mark.parametrize("code", ["nowhere", "", "'", None])
def test_an_unknown_area_gives_the_first_list(district, code):
    assert service.levels(code) == service.levels(None)


def test_a_place_that_is_given_up_stays_in_the_list_of_who_chose_it(district):
    gone = row(VILLAGE, "IN-PB-NDP-NAD", "village", en="Kotli Sarsa") | {"active": False}
    service.import_areas([gone])
    last = service.levels(VILLAGE)[-1]
    assert last.chosen == VILLAGE
    assert VILLAGE in dict(last.options)


def test_an_address_question_follows_the_lists(app, district):
    class Page(Form):
        home = AddressField("Home", levels=service.levels)

    sent = {"home-line": "14 Market Road", "home-area": ["IN-PB-NDP-NAD", VILLAGE]}
    page = Page(MultiDict(sent))
    assert page.validate()
    assert page.home.answer() == {
        "line": "14 Market Road",
        "area": VILLAGE,
        "postal_code": None,
    }
    changed = {"home-line": "14 Market Road", "home-area": ["IN-PB-NDP-SOH", VILLAGE]}
    page = Page(MultiDict(changed))
    assert not page.validate()
