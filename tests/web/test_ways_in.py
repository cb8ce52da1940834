"""The ways in: without a language, to files, to probes; and where one is sent after signing in."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from portal.kernel import clock
from portal.kernel.db import db
from portal.web.access import safe_next
from portal.web.assets import asset
from tests.accounts.factories import make_person, signed_in_client

ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    " /en",
    "",
    None,
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_elsewhere(target):
    assert safe_next(target, "/en/") == "/en/"


@given(st.text(max_size=60))
def test_whatever_is_asked_for_leads_to_a_path_of_ours(target):
    led = safe_next(target, "/en/")
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))


def test_a_path_of_ours_is_kept():
    assert safe_next("/ur/applications?after=1", "/en/") == "/ur/applications?after=1"


def test_the_way_in_follows_the_browser(client):
    told = client.get("/", headers={"Accept-Language": "pa-PK,en;q=0.5"})
    assert (told.status_code, told.location) == (302, "/pa-Arab/")


def test_the_way_in_follows_the_last_visit(client):
    client.get("/ur/sign-in")
    assert client.get("/", headers={"Accept-Language": "hi"}).location == "/ur/"


def test_the_way_in_follows_the_account(app):
    person = make_person(language="pa")
    browser = signed_in_client(app, person)
    assert browser.get("/", headers={"Accept-Language": "hi"}).location == "/pa/"


def test_an_asset_comes_packed_to_who_can_unpack_it(client):
    with client.get(asset("look.css"), headers={"Accept-Encoding": "br, gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "br"
        assert packed.mimetype == "text/css"
        weight = len(packed.data)
    with client.get(asset("look.css")) as plain:
        assert "immutable" in plain.headers["Cache-Control"]
        assert weight < len(plain.data) / 3


@pytest.mark.parametrize(
    "name", ["../../views.py", "..%2f..%2fviews.py", "manifest.jsonx", ".built/"]
)
def test_nothing_else_is_an_asset(client, name):
    assert client.get(f"/assets/{name}").status_code == 404


def test_the_probes_answer(client):
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").status_code == 200


def test_it_is_not_ready_before_its_migrations_have_run(client, owner):
    newest = owner.scalar(text("SELECT version_num FROM alembic_version"))
    owner.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    owner.commit()
    try:
        assert client.get("/readyz").status_code == 503
    finally:
        owner.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest})
        owner.commit()
        db.session.rollback()


@pytest.mark.parametrize(("seconds", "status"), [(-20, 503), (-10, 200), (10, 200), (20, 503)])
def test_it_is_not_ready_with_another_time_than_the_database(client, seconds, status):
    with time_machine.travel(clock.now() + timedelta(seconds=seconds)):
        assert client.get("/readyz").status_code == status
    db.session.rollback()


def test_the_languages_of_a_page_lead_to_the_same_page(client):
    page = client.get("/en/search?q=land").get_data(as_text=True)
    for tag in ("pa", "hi", "ur", "pa-Arab"):
        assert f'href="/{tag}/search?q=land"' in page


@pytest.mark.parametrize("body", ["[]", "{}", "1", '{"contact": ["x"]}'])
def test_a_page_takes_no_json(client, body):
    told = client.post("/en/sign-in", data=body, content_type="application/json")
    assert told.status_code == 415
