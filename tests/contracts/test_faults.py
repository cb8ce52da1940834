"""What people see, and logs keep, when something breaks; and that no person's data leaks out."""

import base64
import io
import json
import re

import pytest
import structlog
from sqlalchemy import select, text

from portal.applications import service
from portal.applications.models import Application
from portal.kernel.db import Base, db
from tests.accounts.factories import make_person, signed_in_client
from tests.applications import factories
from tests.applications.pages import open_page
from tests.applications.test_applying_pages import begun, family, papers, work, you
from tests.contracts.routes import plain
from tests.jobs import run_jobs

NAME, MAIL, PHONE = "Zulfiqar Qandeel", "qandeel.zulfiqar@example.org", "+919812345670"
AADHAAR = factories.AADHAAR
BROKEN = "/en/services"


@pytest.fixture
def logged(lived_in, caplog):
    """What was logged in this test."""
    before, sink = structlog.get_config(), io.StringIO()
    structlog.configure(**{**before, "logger_factory": structlog.PrintLoggerFactory(sink)})
    yield lambda: sink.getvalue() + caplog.text
    structlog.configure(**before)


@pytest.fixture
def broken(lived_in, monkeypatch):
    """The page of services raises an exception that quotes a person."""

    def fault(*_, **__):
        raise RuntimeError(f"could not read {NAME}")

    monkeypatch.setitem(lived_in.view_functions, "catalogue.services", fault)
    return lived_in


def test_a_fault_gives_a_page_with_a_number_and_no_trace(broken, as_citizen, logged):
    got = plain(broken, as_citizen).get(BROKEN)
    page = got.get_data(as_text=True)
    assert got.status_code == 500
    (incident,) = set(re.findall(r"<bdi[^>]*>([0-9a-f]{10})</bdi>", page))
    assert "Traceback" not in page
    assert "RuntimeError" not in page
    assert NAME not in page
    told = logged()
    assert incident in told
    assert "RuntimeError" in told
    assert NAME not in told


def test_a_fault_is_a_sound_page_in_every_language(broken, as_citizen):
    for lang in ("en", "pa", "pa-Arab", "hi", "ur"):
        assert as_citizen.get(f"/{lang}/services").status_code == 500


def test_a_fault_of_an_interface_is_a_problem_document(lived_in, monkeypatch, as_visitor):
    def fault(*_, **__):
        raise RuntimeError(NAME)

    monkeypatch.setitem(lived_in.view_functions, "api.openapi", fault)
    got = as_visitor.get("/api/v1/provider/openapi.json")
    assert (got.status_code, got.mimetype) == (500, "application/problem+json")
    assert got.get_json()["instance"].startswith("urn:incident:")
    assert NAME not in got.get_data(as_text=True)


def test_a_fault_leaves_nothing_half_written(lived_in, monkeypatch, as_citizen, citizen):
    factories.draft_for(citizen)
    page = open_page(as_citizen, "/en/apply/revenue/income-certificate/review")

    def fault(_):
        raise RuntimeError(NAME)

    monkeypatch.setattr("portal.forms.service.close", fault)
    assert page.send(agree="yes").status == 500
    assert db.session.scalars(select(Application)).all() == []
    db.session.rollback()
    monkeypatch.undo()
    assert page.send(agree="yes").status == 200
    assert len(db.session.scalars(select(Application)).all()) == 1


def everywhere(settings, told):
    """Place -> all that is kept or said there, as bytes."""
    found = {"the log": told.encode()}
    for name in Base.metadata.tables:
        rows = db.session.scalars(text(f"SELECT t::text FROM {name} t")).all()
        found[f"table {name}"] = "\n".join(rows).encode()
    for name in ("procrastinate_jobs", "procrastinate_events"):
        rows = db.session.scalars(text(f"SELECT t::text FROM {name} t")).all()
        found[f"table {name}"] = "\n".join(rows).encode()
    for file in settings.kernel.var.rglob("*"):
        if file.is_file():
            found[f"file {file.name}"] = file.read_bytes()
    return found


def forms_of(secret):
    """The ways in which a text may stand somewhere."""
    plain_ = secret.encode()
    whole = base64.b64encode(plain_).decode().rstrip("=")[:-1]
    return [plain_, plain_.hex().encode(), whole.encode(), json.dumps(secret).strip('"').encode()]


@pytest.mark.promise("M19")
def test_a_persons_data_stand_nowhere_in_the_clear(lived_in, settings, logged):
    person = make_person(name=NAME, email=MAIL, mobile=PHONE)
    client = signed_in_client(lived_in, person)
    review = papers(family(work(you(begun(client)))))
    done = review.send(agree="yes")
    (application,) = db.session.scalars(select(Application)).all()
    assert application.reference in done.text
    factories.asked(application, "farm_income", message=f"Dear {NAME}, which year?")
    open_page(client, f"/en/applications/{application.reference}/answer").send(farm_income="70000")
    client.get(f"/en/applications?after={NAME}")
    client.get(f"/en/services?q={NAME}")
    client.post("/en/sign-in", data={"contact": MAIL, "password": "wrong"})
    client.get(f"/en/nothing/{MAIL}")
    run_jobs()
    db.session.expire_all()
    assert service.find(person.id, application.reference).answers["applicant"] == NAME
    places = everywhere(settings, logged())
    assert places["the log"].count(b'"event": "request"') > 20
    secrets = [NAME, MAIL, PHONE, PHONE.removeprefix("+91"), AADHAAR, "Zulfiqar", "House 12"]
    for place, kept in places.items():
        for secret in secrets:
            for form in forms_of(secret):
                assert form not in kept, f"{secret} stands in {place}"
