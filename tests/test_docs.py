"""Pages that must say what the code does: settings, commands, the interface, demo accounts."""

import ast
import configparser
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from portal.app import rooms
from portal.applications.domain import ACTS
from portal.cli import whole
from portal.demo.domain import ACCOUNTS
from portal.kernel.settings import OUTSIDE_SECTIONS, KernelSettings

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
TARGET = re.compile(r"^([a-z]+):.*## ", re.MULTILINE)
# What people and the portal get; beside it are only the tests and the tools of the developers.
SHIPPED = (
    "portal",
    "payments",
    "providers",
    "migrations",
    "examples",
    "wsgi.py",
    "build_assets.py",
)
OURS = {"portal", "payments", "providers", "tests", "tools", "examples", "build_assets", "wsgi"}


def page(name):
    return (ROOT / "docs" / f"{name}.md").read_text()


def rows(text, heading):
    """The cells of the first table under a heading."""
    part = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip().strip("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines[2:]]


def codes(cell):
    return re.findall(r"`([^`]+)`", cell)


def shown(default):
    if isinstance(default, bool):
        return str(default).lower()
    return "-" if default in (None, ()) else str(default)


def test_every_setting_is_told_with_what_it_is_unless_set():
    told = {
        codes(row[0])[0]: (codes(row[1]) or ["-"])[0] for row in rows(page("operating"), "Settings")
    }
    sections = [KernelSettings, *(section for room in rooms() for section in room.settings)]
    known = {
        name: shown(section.model_fields[field].default)
        for section in sections
        for name, field in section.names().items()
    }
    assert told == known | dict.fromkeys(OUTSIDE_SECTIONS, "-")


def test_the_demo_page_holds_every_account_and_no_other():
    told = [
        tuple(row[:1] + [codes(cell)[0] for cell in row[1:]])
        for row in rows(page("demo"), "Who can sign in")
    ]
    assert told == [(one.who, one.email, one.password, one.secret) for one in ACCOUNTS]


def test_every_event_of_the_interface_is_told_with_what_it_needs():
    told = {
        codes(row[0])[0]: (set(codes(row[1].partition("(")[0])), (codes(row[2]) or [None])[0])
        for row in rows(page("api"), "Saying what happened")
    }
    assert told == {name: (set(act.needs), act.to and act.to.value) for name, act in ACTS.items()}


def test_the_interfaces_paths_are_served(house):
    served = {re.sub(r"<(?:\w+:)?(\w+)>", "x", rule.rule) for rule in house.url_map.iter_rules()}
    for path in re.findall(r"^(?:GET|POST) (\S+)", page("api"), re.MULTILINE):
        assert path.replace("PB-7K3M-9QXA", "x") in served


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(path):
    missing = [to for to in LINK.findall(path.read_text()) if not (path.parent / to).exists()]
    assert missing == []


def test_the_commands_that_pages_name_exist():
    known = whole.gather().commands
    named = set()
    for path in PAGES:
        named |= set(re.findall(r"`portal ([a-z]+(?: [a-z-]+)?)", path.read_text()))
    for words in named:
        first, _, second = words.partition(" ")
        assert first in known, words
        inner = getattr(known[first], "commands", None)
        assert not second or inner is None or second in inner, words


def test_the_targets_that_pages_name_exist():
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    named = {name for path in PAGES for name in re.findall(r"`make ([a-z]+)", path.read_text())}
    assert named <= targets


def plain(name):
    """As packages are compared: in small letters with hyphens, without what is in brackets."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()


def named_in_setup():
    """The packages that the kit needs, those that the portal adds, and those that tests add."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    extras = config["options.extras_require"]
    lists = (config["options"]["install_requires"], extras["portal"], extras["test"])
    return [
        {plain(name) for name in one.splitlines() if name and not name.startswith("#")}
        for one in lists
    ]


def imported(*places):
    """The packages outside of Python and of ours that files of these places import."""
    paths = [path for place in places for path in sources(ROOT / place)]
    names = {name for path in paths for name in modules_of(ast.parse(path.read_text()))}
    return names - OURS - sys.stdlib_module_names


def sources(place):
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def modules_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]


def test_every_dependency_has_its_reason_and_none_has_one_in_vain():
    text = (ROOT / "docs" / "decisions" / "dependencies.md").read_text()
    cells = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)[1:]
    told = [plain(name) for cell in cells for name in cell.split(", ")]
    assert sorted(told) == sorted(set().union(*named_in_setup()))


@pytest.mark.parametrize(("places", "lists"), [(SHIPPED, 2), (("tests", "tools"), 3)])
def test_whatever_is_imported_is_named_in_the_setup(places, lists):
    named = set().union(*named_in_setup()[:lists])
    owners = packages_distributions()
    unnamed = {
        name: owners.get(name)
        for name in imported(*places)
        if not named & {plain(owner) for owner in owners.get(name, ())}
    }
    assert unnamed == {}


def test_nothing_is_installed_for_people_that_no_code_names():
    """Some are found or run by their name, and not imported."""
    words = {
        word
        for place in SHIPPED
        for path in sources(ROOT / place)
        for word in re.findall(r"\w+", path.read_text())
    }
    named = {
        plain(one)
        for module, owns in packages_distributions().items()
        if module in words
        for one in owns
    }
    kit, portal, _ = named_in_setup()
    assert kit | portal <= named


def test_the_lock_file_holds_every_package_of_the_setup_and_none_that_left():
    entries = re.split(r"^(?=\S)", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)
    asked = {plain(one.partition("==")[0]) for one in entries if "sanjha (setup.cfg)" in one}
    assert asked == set().union(*named_in_setup())
