"""The kit without the application: in an empty environment, and where the web is hidden."""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.kit.conftest import SECRET

ROOT = Path(__file__).parents[2]
WEB = {"flask", "jinja2", "psycopg", "sqlalchemy", "werkzeug", "wtforms", "httpx"}
SOURCES = ("portal", "payments", "providers", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "dist", "*.mo", "node_modules")
# What pip says when no index answers.
UNREACHABLE = re.compile("ConnectionError|Connection refused|timed out|Name or service not known")
IMPORTS = """
import sys
import portal.kit.commands, portal.kit.testing
print(*{name.partition(".")[0] for name in sys.modules})
"""
# As find_spec answers where a package is not installed.
HIDDEN = """
import importlib.util, sys
real = importlib.util.find_spec
hide = lambda name, *more: None if name == "flask" else real(name, *more)
importlib.util.find_spec = hide
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hidden())
from portal.cli import main
main()
"""


def python(code, *args, **given):
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        **given,
    )


def hidden(*args):
    """The command where none of the web's packages can be imported."""
    return python(HIDDEN.format(hidden=WEB), *args)


def test_nothing_of_the_web_is_imported():
    assert not WEB & set(python(IMPORTS).stdout.split())


@pytest.mark.parametrize("command", ["list", "check"])
def test_the_kits_commands_run_where_the_web_is_not(command):
    told = hidden("providers", command)
    assert told.returncode == 0, told.stderr
    assert "municipal" in told.stdout


@pytest.mark.parametrize(
    "command", [("run",), ("db", "upgrade"), ("providers", "sync"), ("providers", "try", "power")]
)
def test_a_command_of_the_application_says_how_to_install_it(command):
    told = hidden(*command)
    assert told.returncode == 2
    assert "No such command" in told.stderr
    assert "pip install 'sanjha[portal]'" in told.stderr


def test_a_provider_that_does_not_load_is_told_in_a_sentence(tmp_path):
    told = hidden("providers", "check", str(tmp_path))
    assert told.returncode == 1
    assert told.stderr.startswith("Error: The provider in ")


@pytest.fixture
def wheel(tmp_path_factory):
    """The portal as a wheel, built of a copy, so that nothing is left in the tree."""
    copy, made = (tmp_path_factory.mktemp(name) for name in ("tree", "wheel"))
    for name in SOURCES:
        one = ROOT / name
        if one.is_dir():
            shutil.copytree(one, copy / name, ignore=LEFT_OUT)
        else:
            shutil.copy(one, copy)
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(made)]
    subprocess.run([sys.executable, "-m", "pip", *build, str(copy)], check=True)
    (built,) = made.glob("*.whl")
    return built


@pytest.fixture
def bare(wheel, tmp_path_factory):
    """An environment with the base alone, in the versions of the lock file."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "env", with_pip=True)
    locked = re.findall(r"^(\S+==\S+) ", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    (folder / "locked.txt").write_text("\n".join(locked))
    pip = [str(folder / "env" / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    done = subprocess.run(
        [*pip, "--retries", "1", "--constraint", str(folder / "locked.txt"), str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and ("PIP_NO_INDEX" in os.environ or UNREACHABLE.search(done.stderr)):
        pytest.skip(f"The package index does not answer: {done.stderr[-200:]}")
    assert done.returncode == 0, done.stderr
    return folder / "env" / "bin"


@pytest.fixture
def portal(bare, tmp_path):
    def run(*args, **env):
        return subprocess.run(
            [str(bare / "portal"), *args],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **env},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_in_an_empty_environment_the_base_begins_checks_and_drives(
    bare, portal, tmp_path, listening
):
    """One test, for the environment costs half a minute."""
    nothing_of_the_web_is_there(bare)
    for how in ("--package", "--manifest"):
        begins_and_checks(portal, tmp_path / how.strip("-"), how)
    whole = portal("providers", "check")
    assert (whole.returncode, whole.stderr) == (0, "")
    certified = portal("providers", "conform", listening()[1], DEPARTMENT_SECRET=SECRET)
    assert "CERTIFICATE OF CONFORMANCE" in certified.stdout, certified.stderr
    other = portal("run")
    assert (other.returncode, "pip install 'sanjha[portal]'" in other.stderr) == (2, True)


def nothing_of_the_web_is_there(bare):
    code = f"import importlib.util as i; print(*(n for n in {WEB - {'httpx'}} if i.find_spec(n)))"
    command = [str(bare / "python"), "-c", code]
    assert subprocess.run(command, capture_output=True, check=True).stdout.split() == []


def begins_and_checks(portal, into, how):
    titles = ("--title", "Board", "--service", "Copy", "--into", str(into))
    made = portal("providers", "new", "water-board", how, *titles)
    assert made.returncode == 0, made.stderr
    told = portal("providers", "check", str(into / "water_board"))
    assert told.stdout == "All is well with water-board.\n", told.stderr
