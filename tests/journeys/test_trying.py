"""`portal providers try`: one provider alone, from its form to the department, and nothing left."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from portal.kit.commands import providers
from tests.journeys.houses import LEAVING, PATIENCE, ROOT, free_port
from tests.journeys.people import Person
from tests.journeys.test_running import processes

TRY = [sys.executable, "-m", "portal.cli", "providers", "try"]


@pytest.fixture
def parks(tmp_path):
    """A provider outside of the portal, as `new` writes it."""
    told = ("--title", "City Parks", "--service", "Hire a hall", "--into", str(tmp_path))
    CliRunner().invoke(providers, ["new", "city-parks", "--manifest", *told])
    return tmp_path / "city_parks"


@pytest.fixture
def env(tmp_path):
    """Of somebody with a portal of their own, whose settings and folders a trial leaves alone."""
    (tmp_path / "work").mkdir()
    (tmp_path / "trials").mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "PORTAL_PASSWORD_MEMORY": "64",
        "PORTAL_LOG_LEVEL": "warning",
        "PORTAL_ENV": "production",
        "PORTAL_VAR": str(tmp_path / "work" / "var"),
        "DATABASE_URL": "postgresql+psycopg://nobody@localhost:1/none",
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path / "trials"),
    }


@contextmanager
def trying(env, name, port, cwd):
    """What it said until it was ready; then Ctrl-C."""
    command = [*TRY, str(name), "--port", str(port)]
    with subprocess.Popen(
        command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if "Officer" in line:
                break
        try:
            yield "".join(said)
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            assert process.wait(LEAVING) == 0
            process.stdout.close()


def eventually(desk, pattern):
    """What a page of the department shows within a moment."""
    ends = time.monotonic() + PATIENCE
    while not (found := re.search(pattern, desk.get("/requests").text)):
        assert time.monotonic() < ends, desk.get("/requests").text
        time.sleep(0.1)
    return found


def answer(desk, reference, act, **fields):
    page = desk.get(f"/cases/{reference}").text
    key = re.search(f'value="([^"]+-{act})"', page)[1]
    told = {"act": act, "key": key, **fields}
    assert desk.post(f"/cases/{reference}/answer", data=told).status_code == 302


def test_a_form_is_filled_its_request_seen_and_the_case_answered(parks, env, tmp_path):
    port = free_port()
    with trying(env, parks, port, tmp_path / "work") as said:
        url = re.search(r"each request as it came: (\S+)/requests", said)[1]
        assert f"http://localhost:{port}/en/services/city-parks/hire-a-hall" in said
        desk = httpx.Client(base_url=url)
        person = Person(f"http://localhost:{port}", "meera@demo.example")
        services = person.open("/en/services").text
        assert set(re.findall(r"/en/services/([a-z-]+)/", services)) == {"city-parks"}
        person.sign_in()
        person.begin("city-parks/hire-a-hall")
        person.send(use="home", copies="2")
        person.send(honest="yes")
        person.send(agree="yes")
        number = eventually(
            desk, r'/requests/(\d+)">\d+</a></th>\s*<td>[^<]+</td>\s*<td>application'
        )
        page = desk.get(f"/requests/{number[1]}").text
        assert "The signature is right." in page
        reference = re.search(r"PB-[0-9A-Z]{4}-[0-9A-Z]{4}", page)[0]
        assert "Meera Sharma" in page
        answer(desk, reference, "accept")
        answer(desk, reference, "ask", words="Which hall?", fields="use")
        assert "You answered: ask" in desk.get(f"/cases/{reference}/timeline").text
        assert "Which hall?" in person.open(f"/en/applications/{reference}").text
        person.close()
        desk.close()
    assert processes(tmp_path / "trials") == []
    assert [*(tmp_path / "trials").iterdir(), *(tmp_path / "work").iterdir()] == []


def test_what_is_wrong_is_told_before_anything_starts(parks, env, tmp_path):
    manifest = parks / "provider.yaml"
    manifest.write_text(manifest.read_text().replace("profile.name", "profile.nam"))
    done = subprocess.run(
        [*TRY, str(parks)], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Did you mean profile.name?" in done.stderr
    assert list(Path(env["TMPDIR"]).iterdir()) == []
