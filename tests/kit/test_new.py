"""`portal providers new`: what it writes works at once, and says what is left to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner

from portal.kit import testing
from portal.kit.commands import providers
from portal.kit.scaffold import words
from portal.registry import conformance, discovery
from portal.registry.words import LANGUAGES, words_in

ROOT = Path(__file__).parents[2]
TOLD = ("--title", "City Water Board", "--service", "New water connection")


def run(*args, said=None):
    return CliRunner().invoke(providers, args, input=said)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    for name in [name for name in sys.modules if name.startswith("providers.water_board")]:
        del sys.modules[name]


@pytest.fixture(params=["--package", "--manifest"])
def folder(request, tmp_path):
    """A new provider, declared in one way and the other."""
    told = run("new", "water-board", request.param, *TOLD)
    assert told.exit_code == 0, told.output
    return tmp_path / "water_board"


def test_nothing_is_wrong_with_it(folder):
    assert conformance.findings(discovery.at(folder).provider) == ()
    told = run("check", str(folder))
    assert (told.exit_code, told.output) == (0, "All is well with water-board.\n")


def test_its_own_test_passes(folder):
    """In another process, as whoever writes a provider runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-c", os.devnull, str(folder)],
        cwd=folder.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "4 passed" in done.stdout, done.stdout


def test_what_it_wrote_is_formatted_and_linted_as_the_house_is(folder):
    ignored = ["--extend-ignore", "INP001,S101"]
    for command in (["format", "--check"], ["check", *ignored]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", str(folder)]
        done = subprocess.run(
            [*ruff, "--config", str(ROOT / "ruff.toml")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_only_what_was_answered_is_still_in_english(folder):
    english = {
        one.texts["en"]
        for _, one in words_in(discovery.at(folder).provider)
        if len(set(one.texts.values())) == 1
    }
    assert english == {"City Water Board", "New water connection"}
    readme = (folder / "README.md").read_text()
    assert all(f"   * {text}\n" in readme for text in english)


def test_the_starters_say_no_word_that_is_not_translated():
    for said in words.known().values():
        assert set(said) == {code for code in LANGUAGES if code != "en"}


def test_both_ways_declare_the_same(tmp_path):
    run("new", "water-board", "--package", *TOLD, "--into", str(tmp_path / "a"))
    run("new", "water-board", "--manifest", *TOLD, "--into", str(tmp_path / "b"))
    package, manifest = (discovery.at(tmp_path / one / "water_board").provider for one in "ab")
    assert package.model_dump(mode="json") == manifest.model_dump(mode="json")


def test_a_package_marks_in_its_catalogues_what_is_still_in_english(tmp_path):
    run("new", "water-board", "--package", *TOLD)
    with (tmp_path / words_file("pa")).open("rb") as file:
        catalogue = read_po(file)
    assert catalogue["City Water Board"].user_comments == [words.STILL_ENGLISH]
    assert catalogue["Your full name"].user_comments == []


def words_file(code):
    return Path("water_board") / discovery.CATALOGUE.format(code=code)


def test_three_questions_are_asked(tmp_path):
    told = run("new", "city-parks", said="City Parks\nHire a hall\nmanifest\n")
    assert told.exit_code == 0, told.output
    assert told.output.count("?") == 3
    parks = testing.provider_at(tmp_path / "city_parks")
    assert parks.name.say("en") == "City Parks"
    assert [one.slug for one in parks.services] == ["hire-a-hall"]
    assert "Still in English, in every language: Hire a hall" in told.output


def test_the_answers_may_all_be_the_usual_ones(tmp_path):
    assert run("new", "city-parks", said="\n\n\n").exit_code == 0
    assert testing.faults(testing.provider_at(tmp_path / "city_parks")) == []


@pytest.mark.parametrize("how", ["--package", "--manifest"])
@pytest.mark.parametrize(
    "title",
    ['The "new" Board: #1', "Board \\ of {water}", "yes", "1234", "ਪਾਣੀ ਬੋਰਡ", "$board 100%"],
)
def test_odd_titles_are_written_so_that_they_read_back(tmp_path, title, how):
    told = run("new", "water-board", how, "--title", title, "--service", title)
    assert told.exit_code == 0, told.output
    board = testing.provider_at(tmp_path / "water_board")
    assert board.name.say("en") == title
    assert board.services[0].title.say("ur") == title


@pytest.mark.parametrize("name", ["Water", "water_board", "../x", "a" * 61, "9lives", ""])
def test_a_name_that_is_no_address_is_refused_before_any_question(tmp_path, name):
    told = run("new", name, said="")
    assert told.exit_code == 1
    assert "cannot stand in an address" in told.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("title", ["x" * 121, "two\nlines", " "])
def test_a_title_that_is_none_is_refused(tmp_path, title):
    told = run("new", "water-board", "--manifest", "--title", title, "--service", "A")
    assert told.exit_code == 1
    assert "Say in 1 to 120 characters" in told.output


def test_nothing_is_overwritten(folder):
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    told = run("new", "water-board", "--manifest", *TOLD)
    assert told.exit_code == 1
    assert "There is something in water_board already." in told.output
    assert {file: file.read_bytes() for file in before} == before


def test_in_the_house_it_stands_among_the_other_providers(tmp_path):
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "__init__.py").touch()
    run("new", "water-board", "--manifest", *TOLD)
    assert (tmp_path / "providers" / "water_board" / "provider.yaml").exists()


def test_a_slip_of_the_pen_is_told_with_its_place(folder):
    for name, wrong in (("provider.yaml", "profile.nam\n"), ("__init__.py", 'profile.nam"')):
        if (folder / name).exists():
            text = (folder / name).read_text()
            right = wrong.replace("nam", "name")
            (folder / name).write_text(text.replace(right, wrong, 1))
    sys.modules.pop("providers.water_board", None)
    told = run("check", str(folder))
    assert told.exit_code == 1
    assert "services.new-water-connection.form.steps.you.fields.applicant.prefill" in told.output
    assert "Did you mean profile.name?" in told.output
