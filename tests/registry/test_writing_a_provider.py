"""The page for writers of providers: its example runs, and it names all that the contract knows."""

import importlib
import re
import sys
from pathlib import Path

import pytest

from portal.kernel.money import Money
from portal.registry.conformance import findings
from portal.registry.contract import Provider, Question, Service, definition
from portal.registry.discovery import load
from portal.registry.domain import quote, visible_steps
from portal.registry.questions import Field

PAGE = (Path(__file__).parents[2] / "docs" / "writing-a-provider.md").read_text(encoding="utf-8")
LANGUAGES = ("pa", "pa_Arab", "hi", "ur")


def block(language):
    """The page's one example in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder that the page writes."""
    folder = tmp_path / "water_board"
    folder.mkdir()
    (folder / "__init__.py").write_text(block("python"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    sys.modules.pop("water_board", None)


@pytest.fixture
def board(folder):
    return load(importlib.import_module("water_board"))


def translate(folder, code, text):
    file = folder / "translations" / code / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")


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


def test_the_example_does_what_the_page_says(board):
    service = board.service("new-connection")
    assert quote(service, {"use": "trade"}) == Money.of("300.00", "INR")
    assert quote(service, {"use": "home"}) == Money.of("150.00", "INR")
    papers = visible_steps(service.form, {"use": "home"})[-1]
    assert [field.name for field in papers.fields] == ["honest"]
    assert definition(board, service)["contract"] == 1


def test_the_page_names_all_that_a_declaration_may_say():
    named = set(re.findall(r"`(\w+)`", PAGE))
    wanted = {*Provider.model_fields, *Service.model_fields, *Question.model_fields}
    assert wanted - named <= {"name", "label"}


def test_the_page_names_every_kind_of_question():
    kinds = {name for name in vars(Field) if not name.startswith("_")}
    by_class = {"document", "declaration", "notice"}
    assert kinds - by_class == set(re.findall(r"`Field\.(\w+)`", PAGE))
    assert {kind.title() for kind in by_class} <= set(re.findall(r"`(\w+)`", PAGE))
