"""The page of all parts shows every kind of question, checks what is sent, and keeps nothing."""

import io

import html5lib
import pytest

from portal.files.models import File
from portal.forms.models import Draft
from portal.gallery import samples
from portal.kernel.db import db
from portal.kernel.settings import KernelSettings, Settings
from tests.accounts.factories import browser
from tests.files.samples import pdf
from tests.pages import XHTML


@pytest.fixture
def visitor(app):
    return browser(app)


def fields_of(page):
    """What a browser would send of the form, as it stands."""
    form = next(
        one for one in html5lib.parse(page).iter(f"{XHTML}form") if one.get("novalidate") == ""
    )
    told = {}
    for one in form.iter():
        if one.get("name") and one.tag == f"{XHTML}input" and _is_sent(one):
            told.setdefault(one.get("name"), []).append(one.get("value", ""))
    return told


def _is_sent(control):
    if control.get("type") in ("radio", "checkbox"):
        return control.get("checked") is not None
    return control.get("type") != "file"


def test_every_kind_of_the_contract_stands_in_the_gallery_in_its_states(visitor):
    assert set(samples.SAMPLES) == set(samples.kinds())
    assert len(samples.kinds()) > 20
    page = visitor.get("/en/design").text
    for kind in samples.kinds():
        assert f'id="kind-{kind}"' in page
        for state in samples.states_of(kind):
            assert kind == "notice" or f'id="{kind}_{state}' in page


def test_a_page_that_was_not_checked_shows_errors_and_sums_up_none(visitor):
    page = visitor.get("/en/design").text
    assert 'id="text_wrong-error"' in page
    assert 'class="summary"' not in page
    assert "<title>Design" in page


def test_what_is_sent_is_checked(visitor):
    told = fields_of(visitor.get("/en/design").text) | {"email_filled": "no address"}
    answer = visitor.post("/en/design", data=told)
    assert answer.status_code == 422
    assert 'href="#email_filled"' in answer.text
    assert 'href="#money_filled"' not in answer.text
    assert "<title>Error: Design" in answer.text


def test_a_row_is_added_to_a_group_and_a_condition_holds_in_it(visitor):
    told = fields_of(visitor.get("/en/design").text)
    page = visitor.post("/en/design", data=told | {"refresh": "group_filled:add"}).text
    assert page.count('name="group_filled-2-partner_filled"') == 1
    assert 'name="group_filled-0-reached_filled"' in page
    assert 'name="group_filled-1-reached_filled"' not in page


def test_nothing_that_is_sent_is_kept(visitor):
    told = fields_of(visitor.get("/en/design").text)
    told["document_empty"] = (io.BytesIO(pdf()), "my slip.pdf")
    page = visitor.post("/en/design", data=told, content_type="multipart/form-data").text
    assert "my slip.pdf" in page
    assert db.session.query(File).count() == 0
    assert db.session.query(Draft).count() == 0


def test_who_uses_the_portal_does_not_find_the_gallery(app, visitor, monkeypatch):
    settings = app.config["SETTINGS"]
    real = [
        section.model_copy(update={"env": "production"})
        if isinstance(section, KernelSettings)
        else section
        for section in map(settings.of, settings.sections())
    ]
    monkeypatch.setitem(app.config, "SETTINGS", Settings(real))
    assert visitor.get("/en/design").status_code == 404
