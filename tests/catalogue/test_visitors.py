"""Pages kept for visitors: the same for all of them, new as soon as the catalogue is."""

import pytest

from portal.catalogue import visitors
from portal.kernel.db import db
from portal.registry import service as registry
from portal.registry.publishing import service as publishing
from tests.accounts.factories import browser, make_person, signed_in_client
from tests.registry.publishing_factories import MEERA, a_provider, a_service, published, words

PAGE = "/en/services/tehsil/income-certificate"
KEPT = ["/en/", "/en/services", "/en/services?category=certificates", "/en/services/tehsil", PAGE]


@pytest.fixture
def client(app):
    return browser(app)


@pytest.mark.parametrize("path", KEPT)
def test_a_kept_page_costs_one_question_and_is_the_same(app, client, queries, path):
    published()
    first = client.get(path)
    with queries() as told:
        second = browser(app).get(path)
    assert second.data == first.data
    assert len(told) == 1
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Cookie" in first.headers["Vary"]


def test_nothing_is_sent_twice(app, client):
    published()
    tag = client.get(PAGE).headers["ETag"]
    again = client.get(PAGE, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"]


def test_a_publication_and_a_pause_show_at_once(app, client):
    published()
    tags = [client.get(PAGE).headers["ETag"]]
    published(a_provider(a_service(promise=3)))
    assert "3 working days" in client.get(PAGE).text
    tags.append(client.get(PAGE).headers["ETag"])
    publishing.pause("tehsil", "income-certificate", MEERA, words("Closed today."))
    db.session.commit()
    assert "Closed today." in client.get(PAGE).text
    tags.append(client.get(PAGE).headers["ETag"])
    assert len(set(tags)) == 3


def test_languages_are_kept_apart(app, client):
    published()
    pages = [client.get(PAGE.replace("/en", f"/{name}")).text for name in ("en", "pa", "ur")]
    assert len({page.split("<h1>")[1][:30] for page in pages}) == 3


def test_a_person_gets_a_page_of_their_own(app, client):
    published()
    kept = client.get(PAGE)
    own = signed_in_client(app, make_person(name="Asha Devi")).get(PAGE)
    assert "Asha Devi" in own.text
    assert "Asha Devi" not in browser(app).get(PAGE).text
    assert own.headers["Cache-Control"] == "no-store"
    assert "ETag" not in own.headers
    assert kept.headers["ETag"]


def test_an_address_with_other_words_is_not_kept(app, client):
    published()
    assert "ETag" not in client.get(f"{PAGE}?from=letter").headers


def test_the_state_of_the_catalogue_is_asked_again_after_a_while(app):
    patient, impatient = visitors.Memory(3600), visitors.Memory(0)
    assert patient.stamp() is impatient.stamp() is None
    published()
    assert patient.stamp() is None
    assert patient.is_fresh
    assert impatient.stamp() == registry.stamp()
    assert not impatient.is_fresh


@pytest.fixture
def patient(app, monkeypatch):
    """The house as it is served: it trusts what it knows of the catalogue for a while."""
    monkeypatch.setitem(app.extensions, visitors.MEMORY, visitors.Memory(3600))


@pytest.mark.parametrize("path", KEPT)
def test_in_front_of_the_house_a_page_costs_nothing_and_says_the_same(app, patient, queries, path):
    published()
    first = browser(app).get(path)
    with queries() as told:
        second = browser(app).get(path)
    assert told == []
    assert second.data == first.data
    assert dict(second.headers) == dict(first.headers)
    again = browser(app).get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"]


def test_the_front_says_no_page_of_another_host_method_or_person(app, patient):
    published()
    browser(app).get(PAGE)
    own = signed_in_client(app, make_person(name="Asha Devi"))
    assert "Asha Devi" in own.get(PAGE).text
    assert "Asha Devi" not in browser(app).get(PAGE).text
    assert browser(app).post(PAGE).status_code in (400, 405)
    elsewhere = browser(app).get(PAGE, base_url="http://elsewhere.example")
    assert "localhost" not in elsewhere.headers.get("Location", "")


def test_the_front_says_nothing_of_errors(app, patient):
    published()
    for _ in range(2):
        assert browser(app).get("/en/services/tehsil/nothing").status_code == 404


def test_another_state_of_the_catalogue_is_another_page(app, monkeypatch):
    published()
    for days in (15, 3):
        published(a_provider(a_service(promise=days)))
        monkeypatch.setitem(app.extensions, visitors.MEMORY, visitors.Memory(3600))
        for _ in range(2):
            assert f"{days} working days" in browser(app).get(PAGE).text
