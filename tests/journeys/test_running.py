"""`portal run`, as `make run` starts it: everything together, and nothing left at the end."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from portal.kernel import crypto
from tests import cluster
from tests.journeys.houses import LEAVING, ROOT
from tests.journeys.people import Person
from tests.ports import free_port

COMMAND = [sys.executable, "-m", "portal.cli", "run"]


@pytest.fixture
def env(tmp_path):
    """Of a development portal with a folder of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    cheap = {"PORTAL_PASSWORD_MEMORY": "64", "PORTAL_LOG_LEVEL": "warning"}
    return kept | cheap | {"PORTAL_ENV": "development", "PORTAL_VAR": str(tmp_path / "var")}


@contextmanager
def running(env, *options):
    """What it said until it was ready, and the address; then Ctrl-C."""
    with subprocess.Popen(
        [*COMMAND, *options], env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if "app link" in line or ("ready" in line and "--demo" not in options):
                break
        try:
            yield "".join(said)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(LEAVING) == 0
            process.stdout.close()


def refused(env, *options):
    """The sentence with which it does not start."""
    done = subprocess.run(
        [*COMMAND, *options], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def processes(folder):
    """The command lines of whatever still runs with this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(folder).encode() in path.read_bytes():
                found.append(path.with_name("cmdline").read_bytes())
        except OSError:
            continue
    return found


def test_it_starts_with_the_demo_world_and_keeps_its_data(env, tmp_path):
    port = free_port()
    with running(env, "--demo", "--port", str(port)) as said:
        assert f"http://localhost:{port}" in said
        assert "meera@demo.example" in said
        person = Person(f"http://localhost:{port}", "meera@demo.example")
        person.sign_in()
        reference = person.apply()
    assert processes(tmp_path) == []
    with running(env, "--demo", "--port", str(port)) as said:
        assert "Making" not in said
        person.open(f"/en/applications/{reference}")
        person.close()
    assert processes(tmp_path) == []


def test_with_a_database_of_its_own_it_starts_none_and_loads_no_demo(request, env, tmp_path):
    with cluster.another_database(request.config, filled=False) as urls:
        told = {"DATABASE_URL": urls.app_url, "DATABASE_ADMIN_URL": urls.owner_url}
        port = free_port()
        with running(env | told, "--port", str(port)) as said:
            assert httpx.get(f"http://localhost:{port}/readyz").status_code == 200
            assert "demo.example" not in said
        assert not (tmp_path / "var" / "postgres").exists()
    assert processes(tmp_path) == []


def test_a_port_that_is_taken_is_named(env):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} is taken" in refused(env, "--port", str(port))


def test_production_has_no_demo_world(env, tmp_path):
    crypto.write_keyring(tmp_path / "keys.json", crypto.new_keyring())
    strict = {
        "PORTAL_ENV": "production",
        "PORTAL_BASE_URL": "https://services.example",
        "PORTAL_KEYS_FILE": str(tmp_path / "keys.json"),
    }
    assert "The demo world is for development" in refused(env | strict, "--demo")


def test_an_unknown_setting_is_named(env):
    assert "PORTAL_PROT is no setting" in refused(env | {"PORTAL_PROT": "8000"})


def test_a_second_keyring_is_never_made_for_old_data(env, tmp_path):
    (tmp_path / "var" / "postgres" / "data").mkdir(parents=True)
    assert "sealed with it" in refused(env)
    assert not (tmp_path / "var" / "keys.json").exists()
    shutil.rmtree(tmp_path / "var")
