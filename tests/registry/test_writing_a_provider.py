"""The page for writers of providers: its examples run, and it names all that the contract knows."""

import importlib
import os
import re
import shlex
import subprocess
import sys
from dataclasses import fields
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner

from portal.kernel.money import Money
from portal.kit import testing
from portal.kit.commands import providers
from portal.kit.conform.cases import BY_KEY, CASES
from portal.registry.conformance import findings
from portal.registry.contract import (
    HookPaths,
    Provider,
    Question,
    Renewal,
    Service,
    definition,
)
from portal.registry.discovery import load
from portal.registry.domain import failed_checks, quote, visible_steps
from portal.registry.hooks import Case, Draft, Hooks, NoSuchAccount, Quoted
from portal.registry.manifests import ManifestDoesNotRead, read
from portal.registry.questions import Field

PAGE = (Path(__file__).parents[2] / "docs" / "writing-a-provider.md").read_text(encoding="utf-8")
TEN_MINUTES, REFERENCE = PAGE.split("\n## Two ways to declare\n")
ROOT = Path(__file__).parents[2]
LANGUAGES = ("pa", "pa_Arab", "hi", "ur")


def blocks(language, part):
    """The examples in a language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)


def block(language, number=0):
    return blocks(language, REFERENCE)[number]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder that the page writes."""
    folder = tmp_path / "water_board"
    folder.mkdir()
    (folder / "__init__.py").write_text(block("python"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "water_board"]:
        del sys.modules[name]


@pytest.fixture
def board(folder):
    return load(importlib.import_module("water_board"))


@pytest.fixture
def parks():
    return read(block("yaml"), "provider.yaml")


def translate(folder, code, text):
    file = folder / "translations" / code / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")


def commands():
    """Those of the ten minutes, in their order."""
    return [
        shlex.split(line)
        for one in blocks("sh", TEN_MINUTES)
        for line in one.splitlines()
        if line.startswith(("portal", "python"))
    ]


def with_member(manifest, written):
    """A manifest in which this stands instead of the member that begins with the same line."""
    first = written.splitlines()[0]
    indent = len(first) - len(first.lstrip())
    name = first.partition(":")[0]
    old = rf"^{name}:.*\n(?:^(?: {{{indent + 1},}}.*)?\n)*"
    assert len(re.findall(old, manifest, re.MULTILINE)) == 1, first
    return re.sub(old, lambda _: written, manifest, flags=re.MULTILINE)


def with_question(manifest, written):
    """A manifest that asks this instead of the last question of its kind."""
    kind = written.splitlines()[0]
    before, found, after = manifest.rpartition(f"{kind}\n")
    left = re.sub(r"\A(?:^ {14,}.*\n)*", "", after, flags=re.MULTILINE)
    assert found
    return before + written + left


def kit(*args):
    return CliRunner().invoke(providers, args)


def pytest_in(folder, *args):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:randomly", *args],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def edited(manifest):
    """A manifest with all that the page says to write into it."""
    name, title, days, fee, *more = [
        part
        for one in blocks("yaml", TEN_MINUTES)
        for part in re.split(r"(?=^    fee_words:)", one, flags=re.MULTILINE)
    ]
    text = with_question(manifest, days)
    for written in (name, title, fee, *more):
        text = with_member(text, written)
    return text


@pytest.fixture
def manifest(tmp_path, monkeypatch):
    """What is begun by the page's first command, edited as it says."""
    monkeypatch.chdir(tmp_path)
    told = kit(*commands()[0][2:])
    assert told.exit_code == 0, told.output
    file = Path("city_parks/provider.yaml")
    file.write_text(edited(file.read_text()))
    return file


@pytest.mark.promise("B6")
def test_the_ten_minutes_are_as_the_page_says(manifest):
    """Begin, edit, check, and the test that fails until it says what holds now."""
    _, check, run_tests, try_it, drive = commands()
    tree = re.search(r"^city_parks/\n(.*?)^```$", TEN_MINUTES, re.MULTILINE | re.DOTALL)[1]
    written = {one.name for one in manifest.parent.iterdir()}
    assert {line.split()[0] for line in tree.splitlines()} == written
    assert "Still in English" not in manifest.read_text()
    assert kit(*check[2:]).output == "All is well with city-parks.\n"
    assert "2 failed, 2 passed" in pytest_in(manifest.parents[1], *run_tests[3:]).stdout
    (test,) = blocks("python", TEN_MINUTES)
    (manifest.parent / "test_city_parks.py").write_text(test)
    assert "3 passed" in pytest_in(manifest.parents[1], *run_tests[3:]).stdout
    assert try_it == ["portal", "providers", "try", "city_parks"]
    assert drive[2] in providers.commands


def test_the_page_names_every_case_that_an_endpoint_is_driven_through():
    named = re.findall(r"^\| `([a-z0-9 ]+)` \|", TEN_MINUTES, re.MULTILINE)
    assert named == [*(one.name for one in CASES), BY_KEY.name, "outage"]


def test_the_page_names_what_a_test_may_ask():
    part = PAGE.split("## 5. Check it")[1].split("## 6.")[0]
    named = re.findall(r"^\| `(\w+)\(", part, re.MULTILINE)
    own = vars(testing).items()
    assert set(named) == {
        name
        for name, one in own
        if getattr(one, "__module__", "") == testing.__name__ and not name.startswith("_")
    }


def test_only_translations_are_missing_from_the_example(board):
    found = findings(board)
    assert found
    assert [finding for finding in found if "has no text in" not in finding.sentence] == []


def test_the_catalogue_of_the_page_gives_its_words(folder):
    translate(folder, "hi", block("po"))
    board = load(importlib.import_module("water_board"))
    assert board.name.say("hi") == "नगर जल बोर्ड"
    assert board.service("new-connection").title.missing() == ("pa", "pa_Arab", "ur")


def test_with_every_word_translated_nothing_is_wrong(folder):
    header = block("po").partition("\n\n")[0]
    msgids = set(re.findall(r'_\(\s*"([^"]*)"', block("python")))
    entries = "".join(f'\n\nmsgid "{msgid}"\nmsgstr "ਸ਼ਬਦ"' for msgid in sorted(msgids))
    for code in LANGUAGES:
        translate(folder, code, header + entries + "\n")
    assert findings(load(importlib.import_module("water_board"))) == ()


@pytest.mark.promise("B6")
def test_the_example_does_what_the_page_says(board):
    service = board.service("new-connection")
    assert quote(service, {"use": "trade"}) == Money.of("300.00", "INR")
    assert quote(service, {"use": "home"}) == Money.of("150.00", "INR")
    papers = visible_steps(service.form, {"use": "home"})[-1]
    assert [field.name for field in papers.fields] == ["honest"]
    assert definition(board, service)["contract"] == 1


def test_nothing_is_wrong_with_the_manifest_of_the_page(parks):
    assert findings(parks) == ()


def test_the_manifest_does_what_the_page_says(parks):
    service = parks.service("hire-hall")
    assert quote(service, {"hall": "large", "days": 2}) == Money.of("10000.00", "INR")
    assert [step.slug for step in service.form.steps] == ["your-day"]
    assert len(failed_checks(service.form, {"hall": "small", "days": 4})) == 1
    assert failed_checks(service.form, {"hall": "large", "days": 4}) == ()


def test_a_table_of_fees_is_written_as_the_page_says():
    """In the hall that the page hires out, which is asked for its place and by schools, too."""
    more = """\
            - kind: address
              name: place
              label: {en: Place, pa: ਥਾਂ, pa_Arab: تھاں, hi: जगह, ur: جگہ}
            - kind: yes_no
              name: school
              label: {en: School?, pa: ਸਕੂਲ?, pa_Arab: سکول؟, hi: स्कूल?, ur: اسکول؟}
"""
    text = re.sub(r"^    fee: .*\n", block("yaml", 1), block("yaml"), flags=re.MULTILINE)
    text = text.replace("            - kind: date\n", f"{more}            - kind: date\n", 1)
    parks = read(text, "provider.yaml")
    assert findings(parks) == ()
    told = {"hall": "large", "days": 2, "first_day": "2026-12-01", "school": False}
    told["place"] = {"line": "1", "area": "IN-PB-NDP-NAD-NADIPUR-CITY", "postal_code": "140001"}

    def lines(on, **changes):
        return testing.fee_lines(parks, "hire-hall", told | changes, on)

    assert lines(date(2026, 11, 24)) == [("city", "6000.00"), ("late", "350.00")]
    elsewhere = told["place"] | {"area": "IN-PB-NDP-NAD-KOTLI-SARSA"}
    before = lines(date(2026, 3, 1), place=elsewhere)
    assert before == [("old", "3000.00"), ("early", "-300.00")]
    assert lines(date(2026, 11, 1), place=elsewhere) == [("elsewhere", "4000.00")]
    assert testing.fee(parks, "hire-hall", told | {"school": True}, date(2026, 11, 1)) == "0.00 INR"


def test_a_fault_of_the_manifest_is_told_as_the_page_says(parks):
    text = block("yaml").replace("              at_least: 1\n", "              at_leest: 1\n")
    with pytest.raises(ManifestDoesNotRead) as caught:
        read(text, "provider.yaml")
    said = re.search(r"^```\n(provider.yaml, line .*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1]
    without_line = re.compile(r"line \d+")
    assert without_line.sub("", str(caught.value)) == without_line.sub("", " ".join(said.split()))


def test_the_hook_of_the_page_answers_for_bills(folder):
    (folder / "bills.py").write_text(block("python", 1), encoding="utf-8")
    text = block("python").replace(
        "    services=(NEW_CONNECTION,),", "    services=(NEW_CONNECTION,),\n    billing=BILLING,"
    )
    uses = "from portal.registry import Hooks\nfrom water_board.bills import BILLING, bills\n"
    hooks = next(line for line in PAGE.splitlines() if line.startswith("hooks = "))
    (folder / "__init__.py").write_text(f"{uses}{text}\n{hooks}\n", encoding="utf-8")
    module = importlib.import_module("water_board")
    assert load(module).billing.pattern == "[0-9]{8}"
    answer = {"account": "1", "open": [{"number": "7", "amount": "80.00"}]}
    (bill,) = module.hooks.bills("12345678", lambda *_asked: answer)
    assert (bill.number, bill.amount) == ("7", "80.00")
    with pytest.raises(NoSuchAccount):
        module.hooks.bills("1", lambda *_asked: {"account": None})


def test_the_hooks_of_the_page_answer_as_it_says(folder):
    (folder / "answers.py").write_text(block("python", 2), encoding="utf-8")
    text = re.sub(r"    # Two surveyors.*\n    fee=.*\n", "", block("python"))
    text = text.replace(
        "    promise=15,", "    promise=15,\n    asks=ASKS,\n    quote_by=QUOTE_BY,"
    )
    names = "ASKS, QUOTE_BY, check, payload, quote"
    uses = f"from portal.registry import Hooks\nfrom water_board.answers import {names}\n"
    (_, hooks) = [line for line in PAGE.splitlines() if line.startswith("hooks = ")]
    (folder / "__init__.py").write_text(f"{uses}{text}\n{hooks}\n", encoding="utf-8")
    module = importlib.import_module("water_board")
    board = load(module)
    assert [one for one in findings(board) if "has no text in" not in one.sentence] == []
    ask = SimpleNamespace(send=lambda _path, told: {"amount": f"{told['taps']}.00"})
    draft = Draft("new-connection", {"use": "trade", "taps": 150}, "en")
    assert module.hooks.quote(draft, ask) == Quoted(amount="150.00", currency="INR")
    assert [one.field for one in module.hooks.check(draft, ask)] == ["taps"]
    case = Case("application.submitted", "PB-1", "new-connection", draft.answers, "en")
    assert module.hooks.payload(case, ask) == {"queue": "trade"}


def test_the_paths_of_the_page_are_those_that_a_manifest_may_name(parks):
    (written,) = blocks("yml", REFERENCE)
    assert set(yaml.safe_load(written)["hooks"]) == set(HookPaths.model_fields)
    part = PAGE.split("### Over HTTP")[1].split("## 4.")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)) == set(HookPaths.model_fields)
    hooks = re.findall(
        r"^\| `(\w+)` \|", PAGE.split("\n## 3. ")[1].split("### Bills")[0], re.MULTILINE
    )
    assert set(hooks) == {one.name for one in fields(Hooks)}


def test_the_questions_that_the_page_shows_alone_can_be_asked():
    group, computed = (block("py", number) for number in (2, 3))
    names = {"Field": Field, "_": importlib.import_module("portal.registry")._}
    assert [field.name for field in eval(group, names).fields] == ["partner", "share"]  # noqa: S307
    assert eval(computed, names).gives == "integer"  # noqa: S307


def test_a_renewal_is_written_as_the_page_says():
    written = re.search(r"`(Renewal\(.*?\))`", PAGE)[1]
    assert eval(written, {"Renewal": Renewal}).service == "life-certificate"  # noqa: S307


def test_a_document_that_the_portal_makes_is_written_as_the_page_says():
    said = importlib.import_module("portal.registry")
    names = {name: getattr(said, name) for name in ("IssuedDocument", "Paper", "_")}
    written = eval(block("py", 0), names)  # noqa: S307
    assert (written.kept_as, written.paper.states) == (
        "vault.income_certificate",
        ("applicant", "family_income"),
    )


def test_an_inherited_service_is_written_as_the_page_says():
    said = importlib.import_module("portal.registry")
    names = {"Inherited": said.Inherited, "_": said._}
    written = eval(block("py", 1), names)  # noqa: S307
    assert (written.service, written.promise) == ("punjab-towns/trade-licence", 10)


def test_the_page_names_all_that_a_declaration_may_say():
    named = set(re.findall(r"`(\w+)`", PAGE))
    wanted = {*Provider.model_fields, *Service.model_fields, *Question.model_fields}
    assert wanted - named <= {"name", "label"}


def test_the_page_names_every_kind_of_question():
    kinds = {name for name in vars(Field) if not name.startswith("_")}
    by_class = {"document", "declaration", "notice"}
    assert kinds - by_class == set(re.findall(r"`Field\.(\w+)`", PAGE))
    assert {kind.title() for kind in by_class} <= set(re.findall(r"`(\w+)`", PAGE))
