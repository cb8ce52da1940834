"""What holds for every provider that discovery finds, also for the one that is written next."""

import ast
import importlib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import providers
from portal.registry.conformance import findings
from portal.registry.contract import Offering, definition
from portal.registry.discovery import discover
from portal.registry.words import LANGUAGES, words_in

OTHERS = [code for code in LANGUAGES if code != "en"]
# What a hook may need of Python to read an answer: nothing here opens a file or a connection.
PLAIN = {"collections.abc", "dataclasses", "datetime", "decimal", "re", "typing"}
FOLDERS = sorted(
    folder for folder in Path(providers.__path__[0]).iterdir() if (folder / "__init__.py").exists()
)


@pytest.fixture(params=discover(), ids=lambda provider: provider.slug)
def provider(request):
    return request.param


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request):
    return request.param


def imported(file):
    """The modules that a file imports, by their full names."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def catalogue(folder, code):
    with (folder / f"translations/{code}/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file)


def test_nothing_is_wrong_with_the_declaration(provider):
    assert findings(provider) == ()


def test_every_text_is_there_in_every_language(provider):
    assert [place for place, words in words_in(provider) if words.missing()] == []


def test_every_service_reads_back_from_its_frozen_definition(provider):
    for service in provider.services:
        assert Offering.model_validate(definition(provider, service)).service == service


def test_a_readme_says_what_the_provider_is(folder):
    assert len((folder / "README.md").read_text(encoding="utf-8")) > 200


def test_a_provider_knows_the_registry_and_itself_only(folder):
    own = f"providers.{folder.name}"
    for file in folder.rglob("*.py"):
        if file.name.startswith("test_"):
            continue
        strange = {
            name
            for name in imported(file)
            if name not in {"portal.registry", own, *PLAIN} and not name.startswith(f"{own}.")
        }
        assert strange == set(), file


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogues_hold_the_texts_of_the_code_and_no_others(folder, code):
    module = importlib.import_module(f"providers.{folder.name}")
    declared = (getattr(module, "provider", ()), getattr(module, "life_events", ()))
    said = {words.msgid for _place, words in words_in(declared) if words.msgid}
    kept = {message.id for message in catalogue(folder, code) if message.id}
    assert kept == said


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogues_hold_no_guesses(folder, code):
    guesses = [message.id for message in catalogue(folder, code) if message.fuzzy]
    assert not [msgid for msgid in guesses if msgid]
