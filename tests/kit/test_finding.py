"""A provider by its name, or by a path outside of the portal; and what its test may ask."""

import json
import sys
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from portal.cli import trial
from portal.kit import finding, testing
from portal.kit.commands import providers
from portal.registry import discovery
from portal.registry.discovery import ProviderDoesNotLoad

SPOILT = "from portal.registry import Provider\nprovider = Provider(slug='spoilt')\n"
SPLIT = """
from {name}.words import TITLE
from portal.registry import Officer, Provider, Webhook, Words

provider = Provider(slug="split", name=TITLE, kind="agency", area="IN-PB", summary=TITLE,
    fulfilment=Webhook(), grievance_officer=Officer(post=TITLE))
"""
TITLE = """
from portal.registry import Words
TITLE = Words(texts=dict.fromkeys(("en", "pa", "pa_Arab", "hi", "ur"), "{text}"))
"""


@pytest.fixture(autouse=True)
def forget():
    before, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("providers", "split"):
            del sys.modules[name]
    sys.path[:] = path


def folder(parent, source, name="split", text="Split"):
    made = parent / name
    made.mkdir(parents=True)
    (made / "__init__.py").write_text(source.format(name=name))
    (made / "words.py").write_text(TITLE.format(text=text))
    return made


def test_a_name_is_looked_for_before_a_path(tmp_path, monkeypatch):
    (tmp_path / "municipal").mkdir()
    monkeypatch.chdir(tmp_path)
    assert finding.find("municipal").name == "providers.municipal"


@pytest.mark.parametrize("said", ["punjab_gas", "punjab_gas/provider.yaml"])
def test_a_manifest_is_found_by_its_file_and_by_its_folder(said):
    gas = finding.find("punjab-gas")
    found = finding.find(str(gas.place.parents[1] / said))
    assert (found.provider, found.place) == (gas.provider, gas.place)


def test_a_bundle_is_read_as_it_is_when_it_is_uploaded(tmp_path):
    gas, file = finding.find("punjab-gas"), tmp_path / "gas.zip"
    with ZipFile(file, "w") as bundle:
        bundle.write(gas.place, "provider.yaml")
    assert finding.find(str(file)).provider == gas.provider
    told = CliRunner().invoke(providers, ["check", str(file)])
    assert (told.exit_code, told.output) == (0, "All is well with punjab-gas.\n")
    file.write_bytes(b"PK no zip")
    told = CliRunner().invoke(providers, ["check", str(file)])
    assert told.exit_code == 1
    assert told.output.startswith("Error: gas.zip")


@pytest.mark.parametrize("how", ["name", "folder", "file", "bundle", "package"])
def test_a_trial_has_a_house_of_this_provider_alone(tmp_path, how):
    gas, file = finding.find("punjab-gas"), tmp_path / "gas.zip"
    with ZipFile(file, "w") as bundle:
        bundle.write(gas.place, "provider.yaml")
    said = {"name": "punjab-gas", "folder": gas.place.parent, "file": gas.place, "bundle": file}
    found = finding.find(str(said.get(how) or folder(tmp_path, SPLIT)))
    (tmp_path / "trial").mkdir()
    trial.lay(found, tmp_path / "trial")
    (only,) = [one for one in (tmp_path / "trial" / "providers").iterdir() if one.is_dir()]
    assert discovery.at(only).provider == found.provider


def test_a_package_anywhere_may_call_its_modules_by_its_own_name(tmp_path):
    assert discovery.at(folder(tmp_path, SPLIT)).provider.name.say("en") == "Split"


def test_a_package_anywhere_may_call_its_modules_as_one_of_providers(tmp_path):
    source = SPLIT.replace("from {name}.", "from providers.{name}.")
    assert discovery.at(folder(tmp_path, source)).provider.name.say("en") == "Split"


def test_of_two_folders_of_one_name_each_is_itself(tmp_path):
    source = SPLIT.replace("from {name}.", "from providers.{name}.")
    for text in ("First", "Second"):
        found = discovery.at(folder(tmp_path / text, source, text=text))
        assert found.provider.name.say("en") == text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("__init__.py", SPOILT, "Field required"),
        ("__init__.py", "provider = (", "SyntaxError"),
        ("__init__.py", "1 / 0", "ZeroDivisionError"),
        ("__init__.py", "x = 1", "it does not say provider = Provider"),
        ("provider.yaml", "slug: [", "line 2"),
        ("readme", "", "there is no provider.yaml, provider.json or __init__.py"),
    ],
)
def test_what_does_not_load_is_told_in_a_sentence(tmp_path, name, content, said):
    place = tmp_path / "spoilt"
    place.mkdir()
    (place / name).write_text(content)
    with pytest.raises(ProviderDoesNotLoad) as caught:
        discovery.at(place)
    assert said in str(caught.value)
    told = CliRunner().invoke(providers, ["check", str(place)])
    assert told.exit_code == 1
    assert told.output.startswith("Error: The provider in ")


def test_what_is_neither_a_name_nor_a_path_is_wrong_usage():
    told = CliRunner().invoke(providers, ["check", "no/where"])
    assert told.exit_code == 2
    assert "There is no provider no/where." in told.output


def test_a_check_of_a_path_is_told_to_programs_too(tmp_path):
    made = folder(tmp_path, SPLIT.replace(", grievance_officer=Officer(post=TITLE)", ""))
    told = CliRunner().invoke(providers, ["check", str(made), "--json"])
    assert told.exit_code == 1
    places = {one["place"]: one["weight"] for one in json.loads(told.output)}
    assert places["grievance_officer"] == "error"


def test_a_test_asks_for_what_a_service_of_the_provider_says():
    city = finding.find("municipal").provider
    with pytest.raises(LookupError, match="municipal has no service nothing"):
        testing.fee(city, "nothing", {})
    assert testing.fee(city, "trade-licence", {}) is None
    assert testing.faults(city) == []
