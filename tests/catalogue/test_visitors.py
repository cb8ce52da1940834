"""Pages kept for visitors: the same for all of them, new as soon as the catalogue is."""

from time import monotonic

import pytest

from portal.catalogue import visitors
from portal.kernel.db import db
from portal.registry import service as registry
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
    registry.pause("tehsil", "income-certificate", MEERA, words("Closed today."))
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
    memory = visitors.Memory()
    assert memory.stamp(3600) is None
    published()
    assert memory.stamp(3600) is None
    impatient = visitors.Memory()
    began = monotonic()
    assert impatient.stamp(0) == registry.stamp()
    published(a_provider(a_service(promise=3)))
    assert monotonic() >= began
    assert impatient.stamp(0) == registry.stamp()
