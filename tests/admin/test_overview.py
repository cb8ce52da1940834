"""The first page of the administration, drawn from what the rooms bring."""

import pytest

from portal.i18n import LANGUAGES, tag
from tests.accounts.factories import browser, make_person, signed_in_client


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_admin_sees_each_part_that_they_may_open(app, code):
    here = f"/{tag(code)}/admin"
    page = signed_in_client(app, make_person(role="admin")).get(here)
    assert page.status_code == 200
    assert f'href="{here}/catalogue"' in page.text


@pytest.mark.parametrize("role", [None, "officer", "integrator"])
def test_who_may_open_no_part_may_not_open_it(app, role):
    person = make_person(role=role, provider="tehsil" if role else None)
    assert signed_in_client(app, person).get("/en/admin").status_code == 403


def test_a_visitor_is_asked_to_sign_in_and_comes_back(app):
    answer = browser(app).get("/en/admin")
    assert answer.status_code == 302
    assert "next=/en/admin" in answer.headers["Location"]
