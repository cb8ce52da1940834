"""The tables that providers choose from: complete in five languages, and of one mind."""

import pytest

from portal.registry import vocabulary
from portal.registry.finding import SLUG
from portal.registry.questions import Field, Personal
from portal.registry.rule_types import TYPES, fact_types
from portal.registry.words import Words
from portal.rules import Kind

TABLES = {name: table for name, table in vars(vocabulary).items() if name.isupper()}
SHOWN = ("CATEGORIES", "LIFE_EVENTS", "AUDIENCES", "PROVIDER_KINDS")


def titled():
    for name in (*SHOWN, "PREFILL", "FACTS", "PERSONAL_CLASSES"):
        for code, entry in TABLES[name].items():
            yield f"{name} {code}", entry if isinstance(entry, Words) else entry.title


@pytest.mark.parametrize(("where", "words"), sorted(titled(), key=lambda pair: pair[0]))
def test_every_entry_is_said_in_every_language(where, words):
    assert words.missing() == (), where


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_the_codes_can_stand_in_addresses(name):
    assert [code for code in TABLES[name] if not SLUG.match(code.replace("_", "-"))] == []


def test_nothing_can_be_put_into_a_table():
    with pytest.raises(TypeError):
        vocabulary.PREFILL["profile.horse"] = None


def test_what_fills_a_form_and_what_is_known_are_of_kinds_that_exist():
    kinds = {name for name in vars(Field) if not name.startswith("_")}
    assert {source.kind for source in vocabulary.PREFILL.values()} <= kinds
    assert {fact.kind for fact in vocabulary.FACTS.values()} <= set(TYPES)
    assert set(TYPES) < kinds


def test_the_classes_of_personal_data_are_those_of_the_contract():
    assert tuple(vocabulary.PERSONAL_CLASSES) == Personal.__args__


def test_facts_are_typed_by_their_path():
    types = fact_types()
    assert types["today"].kind is Kind.DATE
    assert types["person"].member("age").kind is Kind.NUMBER
