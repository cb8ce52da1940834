"""Life events where people look for services: the first page, the search, the catalogue."""

import pytest

from portal.catalogue import gathered
from portal.kernel.db import db
from portal.registry import service as registry
from portal.registry.publishing import service as publishing
from tests.accounts.factories import browser
from tests.browser.visit import open_offices
from tests.registry.publishing_factories import MEERA, words

SHOP = "/en/life-events/opening-a-shop"


@pytest.fixture
def client(app):
    open_offices("municipal", "power", "punjab-gas")
    return browser(app)


def text(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_the_first_page_and_the_page_of_the_subject_lead_to_it(client):
    assert SHOP in text(client, "/en/")
    assert SHOP in text(client, "/en/life-events/business")


def test_a_service_says_what_it_belongs_to(client):
    assert SHOP in text(client, "/en/services/municipal/trade-licence")
    assert SHOP not in text(client, "/en/services/municipal/birth-certificate-copy")


@pytest.mark.parametrize(
    "asked", ["opening a shop", "open shop", "dukan kholna", "ਦੁਕਾਨ", "دکان کھولنا"]
)
def test_it_is_found_in_any_script(client, asked):
    with client.application.test_request_context("/en/search"):
        assert "Opening a shop" in [one.title for one in gathered.found(asked, 5)]


@pytest.mark.parametrize("asked", ["", "passport", "xyz", "birth certificate"])
def test_other_words_do_not_find_it(client, asked):
    with client.application.test_request_context("/en/search"):
        assert gathered.found(asked, 5) == []


def test_its_page_names_each_department_and_leads_to_the_form(client):
    shown = text(client, SHOP)
    for title in ("Trade licence", "New electricity connection", "Municipal Corporation Nadipur"):
        assert title in shown
    assert f"{SHOP}/apply" in shown


def test_what_is_paused_is_left_out(client):
    (power,) = [one for one in registry.history("power", "new-connection") if one.state]
    publishing.pause(power.provider, power.service, MEERA, words("The office moves."))
    db.session.commit()
    shown = text(client, SHOP)
    assert "New electricity connection" not in shown
    assert "Trade licence" in shown


def test_nobody_is_led_to_what_is_not_there(app):
    open_offices("revenue")
    client = browser(app)
    assert client.get(SHOP).status_code == 404
    assert SHOP not in text(client, "/en/")
