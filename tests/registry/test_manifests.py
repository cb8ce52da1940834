"""Manifests: what they say is what a package says, and each fault is told where it stands."""

import json
import re
from datetime import date
from decimal import Decimal

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.registry import discovery, manifest_text
from portal.registry.contract import Provider, Service
from portal.registry.manifest_text import DEEPEST, MOST_BYTES, MOST_NODES
from portal.registry.manifests import ManifestDoesNotRead, read, read_file
from tests.registry.declared import provider, service
from tests.registry.test_contract import FORMS

GOOD = """\
contract: 1
slug: water-board
name: {en: Water Board, pa: ਜਲ ਬੋਰਡ}
kind: utility
area: IN-PB
summary: {en: Water.}
fulfilment: {settings: WATER_BOARD}
contacts:
  - title: {en: Office}
    phone: "+911725550111"
grievance_officer: {post: {en: Secretary}}
appeals:
  - to: {post: {en: Commissioner}}
    within_days: 30
calendar:
  weekend: [6, 7]
  holidays:
    - {date: 2027-01-26, name: {en: Republic Day}}
services:
  - slug: connection
    title: {en: New connection}
    summary: {en: A pipe.}
    description: {en: We lay a pipe.}
    category: water
    audience: [everyone]
    form:
      steps:
        - slug: place
          title: {en: The place}
          fields:
            - kind: name
              name: applicant
              label: {en: Name}
              prefill: profile.name
            - kind: choice
              name: use
              label: {en: Use}
              options:
                - code: home
                  label: {en: Home}
                - code: no
                  label: {en: None}
            - kind: integer
              name: taps
              label: {en: Taps}
              required: false
              at_least: 1
              valid: {rule: taps <= 40, message: {en: At most 40.}}
            - kind: decimal
              name: depth
              label: {en: Depth}
              at_most: 12.5
            - kind: date
              name: begin
              label: {en: Begin}
              not_before: today
            - kind: month
              name: since
              label: {en: Since}
              not_after: 2026-04
            - kind: group
              name: owners
              label: {en: Owners}
              item: {en: Owner}
              fields:
                - {kind: name, name: owner, label: {en: Name}}
            - kind: computed
              name: twice
              label: {en: Twice}
              rule: taps * 2
              gives: integer
    payment: with
    promise: 15
    stages:
      - {slug: survey, title: {en: Survey}}
    renewal: {months: 12}
    channels: [online, counter]
    shares: {en: To find the place.}
    keeps: {en: One year.}
"""
FIELDS = "services.connection.form.steps.place.fields"
LANGUAGES = "Say it in each language: {en: …, pa: …, pa_Arab: …, hi: …, ur: …}."
LIST = "Write a list: each item on lines of its own, the first of which begins with a hyphen."
NAMED = "Write what belongs to this on the lines below it, each with its name and a colon."
ANCHORS = "Anchors (&) and what repeats them (*) are not used. Write it out."
WHOLE = "Write a whole number without quotes, such as 15."
NUMBER = "Write a number, such as 12.5."
DAY = "Write today, or a day such as 2026-01-26."
PLACED = [
    # what stands in the good one, what stands instead, the place of the fault, its sentence
    ("slug: water-board", "slug: 7", "slug", "This is text. Put it in quotes: '7'."),
    ("slug: water-board", "slug: true", "slug", "This is text. Put it in quotes: 'true'."),
    ("slug: water-board", "slug:", "slug", "Nothing stands here. Write one text here."),
    ("slug: water-board", "slug: [a]", "slug", "Write one text here."),
    ("slug: water-board", "slugg: a", "slugg",
     "Nothing is called “slugg” here. Did you mean slug?"),
    ("kind: utility", "kind: club", "kind",
     "“club” is none of: state_department, central_department"),
    ("kind: utility", "kind: utilty", "kind", "Did you mean utility?"),
    ("kind: utility", "kind: 3", "kind", "“3” does not fit. Write one of: state_department"),
    ("contract: 1", "contract: 2", "contract",
     "“2” is unknown here: this portal reads contract 1."),
    ("contract: 1", "contract: true", "contract", "true is unknown here: this portal reads"),
    ("summary: {en: Water.}", "summary: Water.", "summary", f"“Water.” does not fit. {LANGUAGES}"),
    ("summary: {en: Water.}", "summary: 5", "summary", f"“5” does not fit. {LANGUAGES}"),
    ("summary: {en: Water.}", "summary:", "summary", f"Nothing stands here. {LANGUAGES}"),
    ("summary: {en: Water.}", "summary: [Water]", "summary", LANGUAGES),
    ("{en: Water.}", "{hi: पानी}", "summary", "Words need an English text"),
    ("{en: Water.}", "{en: ' '}", "summary", "Words need an English text"),
    ("{en: Water.}", "{en: W, fr: Eau}", "summary", "fr is not a language here: use en, pa,"),
    ("{en: Water.}", "{en: 5}", "summary.en", "This is text. Put it in quotes: '5'."),
    ("{en: Water.}", "{texts: {en: W}}", "summary.texts", "Write one text here."),
    ("{settings: WATER_BOARD}", "webhook", "fulfilment", f"“webhook” does not fit. {NAMED}"),
    ("{settings: WATER_BOARD}", "{kind: mail}", "fulfilment.kind", "“mail” is none of: webhook."),
    ("contacts:\n  - title: {en: Office}\n", "contacts:\n  - titel: {en: O}\n", "contacts.1.titel",
     "Did you mean title?"),
    ('phone: "+911725550111"', "phone: 911725550111", "contacts.1.phone",
     "This is text. Put it in quotes: '911725550111'."),
    ("{post: {en: Secretary}}", "Secretary", "grievance_officer",
     f"“Secretary” does not fit. {NAMED}"),
    ("within_days: 30", "within_days: thirty", "appeals.1.within_days",
     f"“thirty” does not fit. {WHOLE}"),
    ("within_days: 30", 'within_days: "30"', "appeals.1.within_days",
     f"“30” does not fit. {WHOLE}"),
    ("within_days: 30", "within_days: 2.5", "appeals.1.within_days",
     f"“2.5” does not fit. {WHOLE}"),
    ("weekend: [6, 7]", "weekend: 7", "calendar.weekend", f"“7” does not fit. {LIST}"),
    ("weekend: [6, 7]", "weekend: [8]", "calendar.weekend", "weekend holds ISO weekdays 1 to 7"),
    ("date: 2027-01-26", "date: 26.1.2027", "calendar.holidays.1.date",
     "Write a day such as 2026-01-26."),
    ("date: 2027-01-26", "date: 2027-02-30", "calendar.holidays.1.date",
     "“2027-02-30” does not fit. Write a day of the calendar"),
    ("date: 2027-01-26", "date: 86400", "calendar.holidays.1.date",
     "Write a day such as 2026-01-26."),
    ("category: water", "category: [water]", "services.connection.category",
     "Write one text here."),
    ("audience: [everyone]", "audience: everyone", "services.connection.audience",
     f"“everyone” does not fit. {LIST}"),
    ("audience: [everyone]", "audiance: [everyone]", "services.connection.audiance",
     "Did you mean audience?"),
    ("title: {en: The place}", "title: The place", "services.connection.form.steps.place.title",
     f"“The place” does not fit. {LANGUAGES}"),
    ("kind: name\n", "kind: nmae\n", f"{FIELDS}.applicant",
     "No question is of the kind “nmae”. Did you mean name?"),
    ("kind: name\n", "kind: zzzzz\n", f"{FIELDS}.applicant", "Known are text, long_text, integer"),
    ("name: applicant", "name: true", f"{FIELDS}.1.name",
     "This is text. Put it in quotes: 'true'."),
    ("prefill: profile.name", "prefil: profile.name", f"{FIELDS}.applicant.prefil",
     "Nothing is called “prefil” here. Did you mean prefill?"),
    ("prefill: profile.name", "personal: secret", f"{FIELDS}.applicant.personal",
     "“secret” is none of: none, personal, sensitive, identity."),
    ("- code: home\n", "- kode: home\n", f"{FIELDS}.use.options.1",
     "An option has a code and a label, and nothing else."),
    ("- code: no\n", "- code: home\n", f"{FIELDS}.use.options.2",
     "Two options have the code home. Rename one."),
    ("- code: no\n", "- code: 2\n", f"{FIELDS}.use.options.2",
     "A code is text. Put it in quotes."),
    ("label: {en: Home}", "label: Home", f"{FIELDS}.use.options.home", LANGUAGES),
    ("required: false", "required: perhaps", f"{FIELDS}.taps.required",
     "“perhaps” does not fit. Write true or false."),
    ("required: false", "required: [no]", f"{FIELDS}.taps.required", "Write true or false."),
    ("at_least: 1\n", "at_least: true\n", f"{FIELDS}.taps.at_least", f"true does not fit. {WHOLE}"),
    ("at_least: 1\n", "at_leest: 1\n", f"{FIELDS}.taps.at_leest", "Did you mean at_least?"),
    ("{rule: taps <= 40, message: {en: At most 40.}}", "taps <= 40", f"{FIELDS}.taps.valid",
     "Write two lines below this: “rule: …” and “message: …”."),
    ("rule: taps <= 40, message: {en: At most 40.}", "rule: x, message: No",
     f"{FIELDS}.taps.valid.message",
     LANGUAGES),
    ("rule: taps <= 40, message", "rool: taps <= 40, message", f"{FIELDS}.taps.valid.rool",
     "Did you mean rule?"),
    ("at_most: 12.5", "at_most: deep", f"{FIELDS}.depth.at_most", f"“deep” does not fit. {NUMBER}"),
    ("at_most: 12.5", "at_most: true", f"{FIELDS}.depth.at_most", f"true does not fit. {NUMBER}"),
    ("at_most: 12.5", "at_most: .inf", f"{FIELDS}.depth.at_most", "“.inf” does not fit."),
    ("at_most: 12.5", "at_most: 1e999999", f"{FIELDS}.depth.at_most",
     "Write a number with at most 24 digits."),
    ("at_most: 12.5", "at_most: NaN", f"{FIELDS}.depth.at_most", f"“NaN” does not fit. {NUMBER}"),
    ("not_before: today", "not_before: tomorrow", f"{FIELDS}.begin.not_before",
     f"“tomorrow” does not fit. {DAY}"),
    ("not_before: today", "not_before: 2026", f"{FIELDS}.begin.not_before",
     f"“2026” does not fit. {DAY}"),
    ("not_after: 2026-04", "not_after: 2026-13", f"{FIELDS}.since.not_after",
     "“2026-13” does not fit. Write today, or a month such as 2026-04."),
    ("- {kind: name, name: owner, label: {en: Name}}", "- {kind: group, name: owner}",
     f"{FIELDS}.owners.fields.owner", "A group cannot stand in a group."),
    ("- {kind: name, name: owner, label: {en: Name}}", "- {name: owner, label: {en: Name}}",
     f"{FIELDS}.owners.fields.owner", "Say of which kind this question is"),
    ("- {kind: name, name: owner, label: {en: Name}}", "- owner", f"{FIELDS}.owners.fields.1",
     f"“owner” does not fit. {NAMED}"),
    ("gives: integer", "gives: number", f"{FIELDS}.twice.gives", "“number” is none of: integer,"),
    ("payment: with", "payment: later", "services.connection.payment",
     "“later” is none of: before, with, after."),
    ("promise: 15", "promise: true", "services.connection.promise", f"true does not fit. {WHOLE}"),
    ("promise: 15", "promise: 15 days", "services.connection.promise",
     f"“15 days” does not fit. {WHOLE}"),
    ("- {slug: survey, title: {en: Survey}}", "- survey", "services.connection.stages.1",
     f"“survey” does not fit. {NAMED}"),
    ("renewal: {months: 12}", "renewal: 12", "services.connection.renewal",
     f"“12” does not fit. {NAMED}"),
    ("renewal: {months: 12}", "renewal: {years: 1, months: 12}",
     "services.connection.renewal.years",
     "Known are months, remind_days, service."),
    ("channels: [online, counter]", "channels: [online, phone]", "services.connection.channels.2",
     "“phone” is none of: online, counter, service_centre."),
    ("keeps: {en: One year.}", "billing: {}", "services.connection.billing",
     "Nothing is called “billing” here."),
    ("area: IN-PB", "area: IN-PB\nbilling: {title: {en: B}, account: {en: N}}", "billing",
     "Nothing answers for bills."),
    ("area: IN-PB", "area: IN-PB\n<<: {area: x}", "<<", "Nothing is called “<<” here."),
    ("- code: no\n", "- code: &a no\n", "services.1.form.steps.1.fields.2.options.2.code",
     ANCHORS),
    ("area: IN-PB", "area: !!str IN-PB", "area", "The tag tag:yaml.org,2002:str is not used here."),
    ("area: IN-PB", "area: !!python/object:os.system IN", "area",
     "The tag tag:yaml.org,2002:python"),
    ("area: IN-PB", "[a, b]: IN-PB", "", "A name is one word, and no list."),
]  # fmt: skip
UNREADABLE = [
    ("fee: use == 'a' ? b : c", "A colon with a space after it cannot stand inside a plain text."),
    ("note: 'open", "A quote"),
    ("note: [a, b", "Between the parts of {…} or […] stand commas"),
    ("note: *all", ANCHORS),
    ("\tnote: a", "Indent with spaces"),
    ("note: @home", "A text cannot begin with this character (a tab, @"),
    ("just a word", "A name with a colon is expected here"),
    ("list:\n    a: 1\n  b: 2", "The indentation of this line"),
    ('note: "\\q"', "begins an escape"),
    ("note: \x07", "A character here cannot be seen. Remove it."),
    ("---\nslug: other", "A second document begins here."),
    ("note: !<bad tag> x", "Tags"),
]
MISSING = [
    ("slug: water-board\n", 1, "slug", "This is missing. Add a line “slug: …”."),
    ("    promise: 15\n", 20, "services.connection.promise", "Add a line “promise: …”."),
    ("              name: taps\n", 43, f"{FIELDS}.3.name", "Add a line “name: …”."),
    ("              label: {en: Taps}\n", 43, f"{FIELDS}.taps.label", "Add a line “label: …”."),
    ("              item: {en: Owner}\n", 61, f"{FIELDS}.owners.item", "Add a line “item: …”."),
    ("              rule: taps * 2\n", 67, f"{FIELDS}.twice.rule", "Add a line “rule: …”."),
]


def spoilt(old, new):
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def told(text, where="provider.yaml"):
    with pytest.raises(ManifestDoesNotRead) as caught:
        read(text, where)
    return caught.value.found


def changed_line(text):
    """The last line that is another one than in the good manifest."""
    after = len(GOOD.splitlines()) - len(text.splitlines())
    pairs = enumerate(text.splitlines(), 1)
    good = GOOD.splitlines()
    return max(n for n, line in pairs if n + after < 1 or good[n + after - 1] != line)


@pytest.fixture(params=["in C", "in Python"])
def _either_parser(request, monkeypatch):
    loader = yaml.CSafeLoader if request.param == "in C" else yaml.SafeLoader
    monkeypatch.setattr(manifest_text, "LOADER", loader)


def test_a_good_manifest_is_read():
    one = read(GOOD, "provider.yaml")
    form = one.service("connection").form
    assert one.name.texts == {"en": "Water Board", "pa": "ਜਲ ਬੋਰਡ"}
    assert one.calendar.holidays[0].date == date(2027, 1, 26)
    assert form.field("depth").at_most == Decimal("12.5")
    assert form.field("taps").valid.rule == "taps <= 40"
    assert form.field("owners").fields[0].kind == "name"


def test_plain_words_are_text_as_yaml_1_2_has_it():
    assert list(read(GOOD, "provider.yaml").service("connection").form.field("use").options) == [
        "home",
        "no",
    ]
    for word in ("no", "on", "yes", "off", "2026-01-26", "1_000", "12:30:45", "0x1F", "1e3"):
        assert read(spoilt("IN-PB", word), "provider.yaml").area == word


def test_options_may_be_given_by_their_codes():
    pairs = GOOD[
        GOOD.index("                - code: home") : GOOD.index("            - kind: integer")
    ]
    text = GOOD.replace(pairs, "                no: {en: None}\n                on: {en: All}\n")
    assert list(read(text, "provider.yaml").service("connection").form.field("use").options) == [
        "no",
        "on",
    ]


@pytest.mark.parametrize(("old", "new", "place", "sentence"), PLACED)
def test_a_fault_is_told_with_its_place_and_line(old, new, place, sentence):
    text = spoilt(old, new)
    found = told(text)
    wanted = [fault for fault in found if fault.place == place]
    assert wanted, found
    assert sentence in wanted[0].sentence
    assert wanted[0].line == changed_line(text)


@pytest.mark.parametrize(("line", "number", "place", "sentence"), MISSING)
def test_what_is_missing_is_told_with_the_line_of_what_misses_it(line, number, place, sentence):
    (fault,) = [each for each in told(spoilt(line, "")) if each.place == place]
    assert sentence in fault.sentence
    assert fault.line == number


@pytest.mark.usefixtures("_either_parser")
@pytest.mark.parametrize(("line", "sentence"), UNREADABLE)
def test_text_that_is_no_yaml_is_told_in_words(line, sentence):
    (fault,) = told(f"slug: a\nname: b\n{line}\n")
    assert sentence in fault.sentence
    assert fault.line in (2, 3, 4, 5)


def test_faults_are_all_told_and_by_their_lines():
    text = spoilt("promise: 15", "promise: soon").replace("kind: utility", "kind: club")
    with pytest.raises(ManifestDoesNotRead) as caught:
        read(text, "provider.yaml")
    first, second = str(caught.value).splitlines()
    assert re.match(r"provider\.yaml, line 4: kind: “club” is none of", first)
    assert re.match(r"provider\.yaml, line \d\d: services\.connection\.promise: “soon”", second)


def test_a_name_that_stands_twice_is_told_with_both_lines():
    (fault,) = told(spoilt("area: IN-PB", "area: IN-PB\narea: IN-PB"))
    assert (fault.line, fault.sentence) == (6, "“area” stands in line 5 too. Keep one.")


def test_of_very_many_faults_the_first_are_told():
    stages = "".join("      - x\n" for _number in range(30))
    with pytest.raises(ManifestDoesNotRead) as caught:
        read(spoilt("      - {slug: survey, title: {en: Survey}}\n", stages), "provider.yaml")
    assert len(caught.value.found) == 30
    assert str(caught.value).endswith("provider.yaml: 10 more are not told here.")


def test_a_long_value_is_cut_short_in_its_sentence():
    (fault,) = told(spoilt("kind: utility", f"kind: {'x' * 5000}"))
    assert len(fault.sentence) < 300


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n\n"])
def test_an_empty_manifest_is_told(text):
    assert told(text)[0].sentence == "The file is empty."


@pytest.mark.parametrize("text", ["- a\n", "water\n", "7\n", "null\n"])
def test_a_manifest_that_names_nothing_is_told(text):
    assert "A manifest begins with names" in told(text)[0].sentence


def test_a_mark_at_the_beginning_of_the_file_does_no_harm():
    assert read(f"\ufeff{GOOD}", "provider.yaml") == read(GOOD, "provider.yaml")


# Limits


def test_a_file_that_is_too_long_is_refused():
    (fault,) = told(f"{GOOD}# {'x' * MOST_BYTES}\n")
    assert f"{MOST_BYTES} is the most" in fault.sentence


def test_too_many_values_are_refused():
    (fault,) = told(f"slug: [{', '.join('a' for _ in range(MOST_NODES))}]\n")
    assert f"more than {MOST_NODES} values" in fault.sentence


@pytest.mark.usefixtures("_either_parser")
@pytest.mark.parametrize("depth", [DEEPEST + 5, 100_000])
def test_what_stands_too_deep_is_refused(depth):
    (fault,) = told(f"slug: {'[' * depth}")
    assert f"more than {DEEPEST} levels deep" in fault.sentence


def test_the_deepest_that_is_allowed_is_read():
    text = f"slug: {'[' * (DEEPEST - 1)}{']' * (DEEPEST - 1)}\n"
    assert "levels" not in " ".join(fault.sentence for fault in told(text))


@pytest.mark.usefixtures("_either_parser")
def test_a_text_that_would_grow_by_repeating_itself_is_refused():
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]
    assert told("\n".join(lines))[0].sentence == ANCHORS


def test_half_a_character_is_refused():
    assert told("slug: \ud800\n")[0].sentence.startswith("A character here is no character.")


def test_a_very_long_number_is_no_number():
    assert "does not fit" in told(spoilt("promise: 15", f"promise: {'9' * 5000}"))[0].sentence


LINES = GOOD.splitlines()
SCRAPS = st.sampled_from(
    ["", " ", ":", "- ", "{", "]", "'", '"', "&a ", "*a", "!x ", "#", "?", "|"]
)


@pytest.mark.usefixtures("_either_parser")
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(LINES) - 1), st.integers(0, 60), SCRAPS, st.integers(0, 9))
def test_whatever_is_spoilt_is_read_or_told(number, column, scrap, cut):
    line = LINES[number]
    spoiled = line[:column] + scrap + line[column + cut :]
    text = "\n".join([*LINES[:number], spoiled, *LINES[number + 1 :]])
    assert is_read_or_told(text, "provider.yaml")


@given(st.text(max_size=200))
def test_whatever_is_written_is_read_or_told(text):
    assert is_read_or_told(text, "provider.yaml")
    assert is_read_or_told(text, "provider.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KNOWN = [*Provider.model_fields, *Service.model_fields, "title", "en", "kind", "steps", "fields"]


@given(st.dictionaries(st.sampled_from(KNOWN), JSON, max_size=5))
def test_whatever_stands_for_a_name_is_read_or_told(given):
    whole = {**json.loads(as_json(read(GOOD, "provider.yaml"))), **given}
    if "services" not in given:
        whole["services"] = [{**whole["services"][0], **given}]
    assert is_read_or_told(json.dumps(whole), "provider.json")


def is_read_or_told(text, where):
    try:
        return isinstance(read(text, where), Provider)
    except ManifestDoesNotRead as error:
        return all(fault.line > 0 and fault.sentence for fault in error.found)


# JSON


def as_json(one):
    return json.dumps(one.model_dump(mode="json", exclude_none=True), indent="\t")


def test_json_is_read_as_the_same():
    one = read(GOOD, "provider.yaml")
    assert read(as_json(one), "provider.json") == one


def test_json_may_write_any_character_as_a_code():
    text = json.dumps({"name": "\U0001f600 \\ud83d"})
    faults = told(text, "provider.json")
    assert "“\U0001f600 \\ud83d” does not fit." in " ".join(fault.sentence for fault in faults)


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("slug: water", 1, "This is not JSON: Expecting value."),
        ('{"slug":\n "a",}', 2, "This is not JSON:"),
        ('{"slug":\n NaN}', 1, "NaN is no number"),
        ('{"slug": "a",\n "slug": "b"}', 2, "“slug” stands in line 1 too. Keep one."),
        ("[" * 100_000, 1, "levels deep"),
        ('{"promise": 1,\n "kind": "club"}', 2, "“club” is none of"),
    ],
)
def test_faults_of_json_are_told_with_their_lines(text, line, sentence):
    found = told(text, "provider.json")
    assert [fault for fault in found if fault.line == line and sentence in fault.sentence], found


# The same as a package


@settings(max_examples=30)
@given(form=FORMS)
def test_a_manifest_says_what_a_package_says(form):
    one = provider(service(form=form))
    assert read(as_json(one), "provider.json") == one


@pytest.mark.parametrize("one", discovery.discover(), ids=lambda one: one.slug)
def test_every_provider_can_be_written_as_a_manifest(one):
    given = one.model_copy(update={"billing": None}).model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(given, allow_unicode=True, sort_keys=False)
    assert read(text, "provider.yaml") == one.model_copy(update={"billing": None})


# Files


def test_a_file_is_read(tmp_path):
    file = tmp_path / "provider.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert isinstance(read_file(file, "provider.yaml"), Provider)


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path):
    file = tmp_path / "provider.yaml"
    file.write_bytes(b"slug: a\nname: \xe9\xff\n")
    with pytest.raises(ManifestDoesNotRead, match=r"line 2: The file is not UTF-8"):
        read_file(file, "provider.yaml")


def test_no_more_of_a_file_is_read_than_may_be(tmp_path):
    file = tmp_path / "provider.yaml"
    file.write_bytes(b"#" * (MOST_BYTES + 10))
    with pytest.raises(ManifestDoesNotRead, match="The file has over"):
        read_file(file, "provider.yaml")
