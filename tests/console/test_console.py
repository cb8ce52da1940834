"""The console's own pages: how a provider stands, what it uses, and its documentation."""

import pytest

from portal.api.calls import service as calls
from portal.kernel.db import db
from tests.accounts.factories import browser, make_person, signed_in_client
from tests.api.conftest import Program, application, person, program, revenue, token  # noqa: F401

PAGES = ("/en/console", "/en/console/usage", "/en/console/reference", "/en/console/calls")


@pytest.fixture
def integrator(revenue):  # noqa: F811
    return signed_in_client(revenue, make_person(role="integrator", provider="revenue"))


@pytest.mark.parametrize("path", PAGES)
def test_a_new_provider_has_every_page(app, path):
    client = signed_in_client(app, make_person(role="integrator", provider="tehsil"))
    assert client.get(path).status_code == 200


def test_the_overview_shows_services_tokens_and_calls(integrator, program, application):  # noqa: F811
    program.get(f"/api/v1/provider/applications/{application.reference}")
    page = integrator.get("/en/console").text
    assert "Tokens that work: 1." in page
    assert "GET /api/v1/provider/applications/&lt;reference&gt;" in page
    assert application.reference not in page


def test_the_log_shows_who_called_what(integrator, program):  # noqa: F811
    program.get("/api/v1/provider/applications/PB-0000-0000")
    for path in ("/en/console/calls", "/en/console/calls?shown=errors"):
        page = integrator.get(path).text
        assert "404" in page
        assert "<bdi>tests</bdi>" in page
        assert "PB-0000-0000" not in page


def test_the_days_are_figures_in_a_table(integrator, program, application):  # noqa: F811
    program.get(f"/api/v1/provider/applications/{application.reference}")
    calls.count_days()
    db.session.commit()
    page = integrator.get("/en/console/usage").text
    assert "<caption>By day." in page
    assert page.count("<tr") == 15


def test_the_documentation_speaks_of_ones_own_service(integrator):
    page = integrator.get("/en/console/reference").text
    assert "revenue/income-certificate" in page
    assert "identity_proof" in page


@pytest.mark.parametrize("path", PAGES)
def test_another_providers_console_is_not_shown(integrator, path):
    assert integrator.get(f"{path}?provider=power").status_code == 403


@pytest.mark.parametrize("role", [None, "officer", "admin"])
def test_who_looks_after_no_provider_has_no_console(app, role):
    person_ = make_person(role=role, provider="tehsil" if role == "officer" else None)
    assert signed_in_client(app, person_).get("/en/console").status_code == 403
    assert browser(app).get("/en/console").status_code == 302
