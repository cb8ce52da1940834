"""What the commands say on the machine, and a start with a provider that does not load."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.kernel.db import db
from portal.kit.commands import providers
from portal.registry import service
from portal.registry.commands import providers as recording
from portal.registry.discovery import discover

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(app):
    return app.test_cli_runner().invoke


def test_providers_and_services_are_listed(run):
    told = run(providers, ["list"])
    assert told.exit_code == 0
    as_json = json.loads(run(providers, ["list", "--json"]).output)
    assert as_json == [
        {"slug": one.slug, "services": [each.slug for each in one.services]} for one in discover()
    ]
    assert all(one["slug"] in told.output for one in as_json)


def test_sync_records_drafts_and_the_second_time_nothing(run):
    first = run(recording, ["sync"])
    assert first.exit_code == 0, first.output
    assert run(recording, ["sync"]).output == "Nothing is new.\n"
    assert run(recording, ["sync", "--json"]).output == "[]\n"
    db.session.rollback()
    known = {(one.provider, one.service, one.state) for one in service.newest()}
    assert known == {(one.slug, each.slug, "draft") for one in discover() for each in one.services}


def test_every_provider_here_is_well(run):
    told = run(providers, ["check"])
    assert told.exit_code == 0, told.output
    assert json.loads(run(providers, ["check", "--json"]).output) == []


def test_a_name_that_is_none_is_wrong_usage(run):
    told = run(providers, ["check", "nobody"])
    assert told.exit_code == 2
    assert "There is no provider nobody." in told.output


BROKEN = "from portal.registry import Provider\nprovider = Provider(slug='broken')\n"
START = "from portal.app import create_app; create_app()"
UNFIT = """
from portal.registry import Officer, Provider, Service, Form, Webhook, _
provider = Provider(slug="unfit", name=_("Unfit"), kind="agency", area="IN-PB", summary=_("S"),
    fulfilment=Webhook(settings="unfit"), grievance_officer=Officer(post=_("Post")))
"""


def elsewhere(tmp_path, source, *command):
    """Run Python in a house whose only provider is this one."""
    folder = tmp_path / "providers" / "other"
    folder.mkdir(parents=True)
    (tmp_path / "providers" / "__init__.py").write_text('"""Providers."""\n')
    (folder / "__init__.py").write_text(source)
    return subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
            "PORTAL_ENV": "test",
            "DATABASE_URL": "postgresql+psycopg://nobody@localhost:1/none",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_provider_that_does_not_load_stops_the_start(tmp_path):
    made = "from portal.kernel import crypto; from pathlib import Path; Path('var').mkdir();"
    made += "crypto.write_keyring(Path('var/keys.json'), crypto.new_keyring());"
    ended = elsewhere(tmp_path, BROKEN, "-c", made + START)
    assert ended.returncode == 1
    assert "does not load" in ended.stderr
    assert "Field required" in ended.stderr


def test_a_check_that_finds_something_names_the_place_and_exits_1(tmp_path):
    check = "from portal.kit.commands import providers; providers(['check'])"
    ended = elsewhere(tmp_path, UNFIT, "-c", check)
    assert ended.returncode == 1
    assert "unfit fulfilment.settings: Settings are called by capital letters" in ended.stdout
    assert "name [pa]: “Unfit” has no text in pa." in ended.stdout
