"""Finding providers: folders, entry points, their catalogues, and those that do not load."""

import importlib
import sys
from textwrap import dedent

import pytest

from portal.registry import discovery
from portal.registry.discovery import ProviderDoesNotLoad, discover, hooks_of, load
from portal.registry.hooks import Hooks
from portal.registry.words import words_in

DECLARES = """
    from portal.registry import Provider, Webhook, _

    provider = Provider(
        slug="{slug}",
        name=_("Water Board"),
        kind="utility",
        area="IN-PB",
        summary=_("Water and sewerage."),
        fulfilment=Webhook(settings="WATER"),
    )
"""
MANIFEST = """
    slug: {slug}
    name: {{en: Gas, pa: ਗੈਸ}}
    kind: private
    area: IN-PB
    summary: {{en: Gas.}}
    fulfilment: {{}}
"""
BILLS = """
    from portal.registry import Billing, Hooks

    hooks = Hooks(bills=lambda account, ask: [])
"""
CATALOGUE = """
    msgid ""
    msgstr ""
    "Content-Type: text/plain; charset=utf-8\\n"

    msgid "Water Board"
    msgstr "ਜਲ ਬੋਰਡ"

    #, fuzzy
    msgid "Water and sewerage."
    msgstr "ਬਿਜਲੀ"
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a package's file; what was imported from there is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    known = set(sys.modules)

    def write(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        importlib.invalidate_caches()
        return file

    yield write
    discover.cache_clear()
    discovery.hooks_by_slug.cache_clear()
    for name in set(sys.modules) - known:
        if name.split(".")[0] in ("street", "elsewhere"):
            del sys.modules[name]


@pytest.fixture
def street(write):
    """A folder of providers, such as `providers/`, that begins empty."""
    write("street/__init__.py", '"""Providers."""')
    return write


def refusal(package="street"):
    with pytest.raises(ProviderDoesNotLoad) as caught:
        discover(package)
    return str(caught.value)


def test_each_package_of_the_folder_is_found_in_order_of_slugs(street):
    street("street/water/__init__.py", DECLARES.format(slug="water"))
    street("street/zoo/__init__.py", DECLARES.format(slug="animals"))
    street("street/notes.py", "raise RuntimeError")
    assert [provider.slug for provider in discover("street")] == ["animals", "water"]


def test_an_empty_folder_is_no_fault(street):
    assert discover("street") == ()


def test_discovery_reads_the_code_once(street):
    file = street("street/water/__init__.py", DECLARES.format(slug="water"))
    first = discover("street")
    file.write_text("broken", encoding="utf-8")
    assert discover("street") is first


def test_words_come_from_the_providers_own_catalogues(street):
    street("street/water/__init__.py", DECLARES.format(slug="water"))
    street("street/water/translations/pa/LC_MESSAGES/messages.po", CATALOGUE)
    (provider,) = discover("street")
    assert provider.name.texts == {"en": "Water Board", "pa": "ਜਲ ਬੋਰਡ"}
    assert provider.name.msgid is None


def test_a_guessed_translation_does_not_count(street):
    street("street/water/__init__.py", DECLARES.format(slug="water"))
    street("street/water/translations/pa/LC_MESSAGES/messages.po", CATALOGUE)
    assert discover("street")[0].summary.missing() == ("pa", "pa_Arab", "hi", "ur")


def test_words_given_in_every_language_are_left_alone(street):
    text = DECLARES.format(slug="water").replace(
        '_("Water Board")', '{"en": "Board", "hi": "बोर्ड"}'
    )
    street("street/water/__init__.py", text)
    assert discover("street")[0].name.texts == {"en": "Board", "hi": "बोर्ड"}


def test_entry_points_are_found(street):
    street("elsewhere/__init__.py", DECLARES.format(slug="far"))
    street("far-1.0.dist-info/entry_points.txt", "[portal.providers]\nfar = elsewhere:provider\n")
    street("far-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: far\nVersion: 1.0\n")
    street("street/water/__init__.py", DECLARES.format(slug="water"))
    assert [provider.slug for provider in discover("street")] == ["far", "water"]


def test_a_provider_that_is_found_both_ways_is_one(street):
    street("street/water/__init__.py", DECLARES.format(slug="water"))
    street(
        "far-1.0.dist-info/entry_points.txt", "[portal.providers]\nfar = street.water:provider\n"
    )
    street("far-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: far\nVersion: 1.0\n")
    assert [provider.slug for provider in discover("street")] == ["water"]


def test_two_providers_of_one_slug_do_not_load(street):
    street("street/one/__init__.py", DECLARES.format(slug="water"))
    street("street/two/__init__.py", DECLARES.format(slug="water"))
    assert "street.one is called water already." in refusal()


def test_a_package_without_a_provider_does_not_load(street):
    street("street/water/__init__.py", '"""Nothing."""')
    assert "street/water does not load" in refusal()
    assert "it does not say provider = Provider(…)." in refusal()


def test_a_fault_is_told_with_its_folder_line_and_cause(street):
    street("street/water/__init__.py", "\n\nraise KeyError('taps')\n")
    said = refusal()
    assert "street.water does not load" in said
    assert "street/water/__init__.py, line 3" in said
    assert "KeyError: 'taps'" in said


def test_code_that_does_not_parse_is_told_with_its_line(street):
    street("street/water/__init__.py", "x = 1\nprovider = (\n")
    assert "street/water/__init__.py, line 2: SyntaxError" in refusal()


def test_a_module_that_is_not_there_is_told_with_the_line_that_wants_it(street):
    street("street/water/__init__.py", "import no_such_module_at_all\n")
    assert "line 1: ModuleNotFoundError" in refusal()


def test_a_declaration_that_the_contract_refuses_is_told_with_its_place(street):
    street(
        "street/water/__init__.py",
        DECLARES.format(slug="water").replace('kind="utility"', 'kind="club"'),
    )
    said = refusal()
    assert "street/water/__init__.py, line 4: Provider.kind: Input should be" in said
    assert "pydantic" not in said


def test_an_entry_point_to_nothing_does_not_load(street):
    street("far-1.0.dist-info/entry_points.txt", "[portal.providers]\nfar = elsewhere.gone:x\n")
    street("far-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: far\nVersion: 1.0\n")
    assert "elsewhere.gone: ModuleNotFoundError" in refusal()


@pytest.mark.parametrize(
    "spoilt",
    [
        "this is no catalogue\n",
        'msgid "a"\nmsgid "a"\n',
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=klingon\\n"\nmsgid "a"\n',
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=x;\\n"\n',
    ],
)
def test_a_catalogue_that_does_not_read_is_told(street, spoilt):
    street("street/water/__init__.py", DECLARES.format(slug="water"))
    street("street/water/translations/hi/LC_MESSAGES/messages.po", spoilt)
    assert "hi/LC_MESSAGES/messages.po" in refusal()


def test_a_catalogue_in_another_encoding_is_told(street):
    street("street/water/__init__.py", DECLARES.format(slug="water"))
    file = street("street/water/translations/hi/LC_MESSAGES/messages.po", "")
    file.write_bytes(b'msgid "Water Board"\nmsgstr "\xff\xfe"\n')
    assert "UnicodeDecodeError" in refusal()


def test_a_loaded_module_gives_the_same_provider_as_discovery():
    (revenue,) = [each for each in discover() if each.slug == "revenue"]
    assert load(importlib.import_module("providers.revenue")) == revenue
    assert all(words.msgid is None for _place, words in words_in(revenue))


def test_a_folder_with_a_manifest_is_a_provider(street):
    street("street/water/__init__.py", DECLARES.format(slug="water"))
    street("street/gas_works/provider.yaml", MANIFEST.format(slug="gas"))
    street("street/empty/README.md", "Nothing.")
    gas, water = discover("street")
    assert (gas.slug, water.slug) == ("gas", "water")
    assert gas.name.texts == {"en": "Gas", "pa": "ਗੈਸ"}


def test_a_manifest_may_be_json(street):
    street(
        "street/gas/provider.json",
        """
        {"slug": "gas", "name": {"en": "Gas"}, "kind": "private", "area": "IN-PB",
         "summary": {"en": "Gas."}, "fulfilment": {}}
        """,
    )
    assert discover("street")[0].slug == "gas"


@pytest.mark.parametrize(("other", "text"), [("__init__.py", ""), ("provider.json", "{}")])
def test_a_folder_that_declares_itself_twice_does_not_load(street, other, text):
    street("street/gas/provider.yaml", MANIFEST.format(slug="gas"))
    street(f"street/gas/{other}", text)
    if other == "__init__.py":
        street("street/gas/__init__.py", DECLARES.format(slug="gas"))
    assert "street/gas does not load. provider.yaml: it declares itself twice." in refusal()


def test_a_fault_of_a_manifest_is_told_with_its_file_line_and_place(street):
    street("street/gas/provider.yaml", MANIFEST.format(slug="gas").replace("private", "privat"))
    said = refusal()
    assert "street/gas does not load. " in said
    assert "street/gas/provider.yaml, line 4: kind: “privat” is none of" in said
    assert "Did you mean private?" in said


def test_a_package_and_a_manifest_of_one_slug_do_not_load(street):
    street("street/one/__init__.py", DECLARES.format(slug="gas"))
    street("street/two/provider.yaml", MANIFEST.format(slug="gas"))
    assert "street.one is called gas already." in refusal()


def test_the_hooks_of_a_package_are_found_by_its_slug(street):
    billing = 'billing=Billing(title=_("Bills"), account=_("Number")),\n        services=(),'
    text = dedent(BILLS) + dedent(DECLARES.format(slug="water"))
    street("street/water/__init__.py", text.replace("fulfilment=", f"{billing}\n    fulfilment="))
    street("street/gas/provider.yaml", MANIFEST.format(slug="gas"))
    assert hooks_of("water", "street").bills("1", None) == []
    assert hooks_of("gas", "street") == Hooks()
    assert hooks_of("nobody", "street") == Hooks()


def test_a_hook_for_bills_without_billing_does_not_load(street):
    street("street/water/__init__.py", dedent(BILLS) + dedent(DECLARES.format(slug="water")))
    assert "Something answers for bills, and no billing is declared." in refusal()


def test_billing_without_a_hook_does_not_load(street):
    text = "from portal.registry import Billing\n" + dedent(DECLARES.format(slug="water"))
    billing = 'billing=Billing(title=_("Bills"), account=_("Number")),'
    street("street/water/__init__.py", text.replace("fulfilment=", f"{billing}\n    fulfilment="))
    assert "billing: Nothing answers for bills." in refusal()


def test_hooks_of_another_make_do_not_load(street):
    street("street/water/__init__.py", DECLARES.format(slug="water") + "\n    hooks = 7\n")
    assert "its hooks are not Hooks(…) of portal.registry." in refusal()
