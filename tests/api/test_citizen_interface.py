"""What a site or app that a person let in reads of their applications."""

import pytest

from portal.applications import citizen_api
from portal.audit.models import AuditEntry
from portal.kernel.db import db
from portal.oauth.clients import service as clients
from portal.oauth.clients.domain import Kind, Told
from tests.accounts.factories import browser, make_person, signed_in_client
from tests.applications import factories
from tests.oauth.conftest import BACK, Party, let_in, sent_back

SCOPES = ("openid", "applications", "citizen")
PATH = "/api/v1/citizen/applications"


@pytest.fixture
def site(revenue):
    staff = make_person(role="integrator", provider="revenue"), make_person(role="admin")
    told = Told(
        "revenue", "Land", Kind.SITE, "https://land.example.org", "To show it", (BACK,), SCOPES
    )
    row = clients.register(told, staff[0].id)
    clients.approve(row.id, staff[1].id)
    secret = clients.new_secret(row.id, {"revenue"}, staff[0].id)
    db.session.commit()
    return Party(str(row.id), secret, browser(revenue))


@pytest.fixture
def ask(revenue, site, person):
    def read(path=PATH, scope="openid applications citizen", someone=person):
        back = sent_back(let_in(signed_in_client(revenue, someone), site.ask(scope=scope)))
        token = site.redeem(back["code"]).json["access_token"]
        return site.web.get(path, headers={"Authorization": f"Bearer {token}"})

    return read


def test_a_site_reads_where_the_persons_own_applications_stand(ask, application):
    told = ask().json
    assert told["next"] is None
    (one,) = told["applications"]
    assert one["application"] == application.reference
    assert one["service"] == "revenue/income-certificate"
    assert set(one) == {"application", "service", "state", "stage", "due_on", "submitted_at"}
    entry = db.session.query(AuditEntry).filter_by(act="applications.listed").one()
    assert entry.subject_id == application.person_id


def test_another_person_has_their_own(ask, application):
    assert ask(someone=make_person(name="Ravi Kumar")).json["applications"] == []


def test_without_the_scope_nothing_is_read(ask):
    assert ask(scope="openid citizen").status_code == 403


def test_a_programs_own_token_reads_none(program):
    assert program.get(PATH).status_code == 401


def test_pages_follow_by_their_address(ask, person, application, monkeypatch):
    second = factories.sent(person)
    monkeypatch.setattr(citizen_api, "PAGE", 1)
    first = ask().json
    assert [one["application"] for one in first["applications"]] == [second.reference]
    then = ask(first["next"].removeprefix("http://localhost:8000")).json
    assert [one["application"] for one in then["applications"]] == [application.reference]
    assert then["next"] is None


def test_a_malformed_place_is_refused(ask):
    assert ask(f"{PATH}?after=x").status_code == 400


def test_the_interface_of_citizens_is_described(client):
    paths = client.get("/api/v1/citizen/openapi.json").json["paths"]
    assert paths[PATH]["get"]["security"] == [{"oauth": ["applications"]}]
