"""The main part of a page is the same for everybody; what is around it is each person's own."""

import pytest

from portal.catalogue import framed
from portal.kernel.db import db
from portal.registry.kept import Kept
from portal.registry.publishing import service as publishing
from portal.web.access import visitor_or_none
from portal.web.shell import csrf
from tests.accounts.factories import browser, make_person, signed_in_client
from tests.registry.publishing_factories import MEERA, a_provider, a_service, published, words

PAGE = "/en/services/tehsil/income-certificate"
KEPT = [
    "/en/services",
    "/en/services?category=certificates",
    "/en/life-events/child",
    "/en/services/tehsil",
    PAGE,
]


@pytest.fixture
def asha(app):
    return signed_in_client(app, make_person(name="Asha Devi"))


@pytest.fixture
def gurmeet(app):
    return signed_in_client(app, make_person(name="Gurmeet Singh"))


def main(page):
    """The main part, and what says before it which page this is, and in which languages."""
    assert page.status_code == 200
    title = page.text.split("<title>")[1].split("</title>")[0]
    crumbs = page.text.partition('<ol class="crumb">')[2].partition("</ol>")[0]
    names = page.text.split('<nav class="langs"')[1].split("</nav>")[0]
    lines = page.text.split("<main")[1].split("</main>")[0].splitlines()
    links = sorted(line for line in page.text.splitlines() if 'rel="alternate"' in line)
    return title, crumbs, names, links, [line for line in lines if line.strip()]


class Recording(Kept):
    """Tells what it was given to keep."""

    def __init__(self):
        super().__init__(10)
        self.given = []

    def put(self, key, value):
        self.given.append(value)
        super().put(key, value)


@pytest.fixture
def kept(monkeypatch):
    fresh = Recording()
    monkeypatch.setattr(framed, "PARTS", fresh)
    return fresh.given


@pytest.mark.parametrize("path", KEPT)
def test_everybody_reads_the_same_main_part(app, asha, gurmeet, path):
    published()
    told = [main(client.get(path)) for client in (asha, gurmeet, asha, browser(app))]
    assert told[0] == told[1] == told[2] == told[3]


@pytest.mark.parametrize("path", KEPT)
def test_what_is_kept_says_nothing_of_whoever_asked_first(asha, gurmeet, kept, path):
    published()
    first, second = asha.get(path), gurmeet.get(path)
    assert "Asha Devi" in first.text
    assert "csrf_token" in first.text
    assert "Gurmeet Singh" in second.text
    assert "Asha Devi" not in second.text
    (parts,) = kept
    for part in parts:
        assert "csrf_token" not in part
        assert "Asha" not in part


def test_each_person_has_a_token_of_their_own(app, asha, gurmeet):
    published()
    tokens = {
        page.text.split('name="csrf_token" value="')[1][:60]
        for page in (client.get(PAGE) for client in (asha, gurmeet))
    }
    assert len(tokens) == 2


def test_a_part_with_the_token_of_a_form_is_not_kept(app, asha, kept):
    def view():
        return framed.BETWEEN.join(("", "", "A form", "", csrf()))

    cookie = {"Cookie": f"session={asha.get_cookie('session').value}"}
    with app.test_request_context("/en/services", headers=cookie):
        app.preprocess_request()
        assert "csrf_token" in framed.framed()(view)().split("<main")[1].split("</main>")[0]
    assert kept == []


def test_there_is_no_visitor_while_a_part_is_made(app, asha, kept):
    def view():
        return framed.BETWEEN.join(("", "", "Who", "", str(visitor_or_none())))

    cookie = {"Cookie": f"session={asha.get_cookie('session').value}"}
    with app.test_request_context("/en/services", headers=cookie):
        app.preprocess_request()
        page = framed.framed()(view)()
        assert visitor_or_none().name == "Asha Devi"
    assert kept[0].main == "None"
    assert "Asha Devi" in page


@pytest.mark.parametrize("path", KEPT)
def test_a_page_of_a_person_takes_no_more_than_three_questions(app, asha, queries, path):
    published()
    asha.get(path)
    with queries() as told:
        asha.get(path)
    assert len(told) <= 3, told


def test_a_publication_and_a_pause_show_at_once(app, asha):
    published()
    assert "3 working days" not in asha.get(PAGE).text
    published(a_provider(a_service(promise=3)))
    assert "3 working days" in asha.get(PAGE).text
    publishing.pause("tehsil", "income-certificate", MEERA, words("Closed today."))
    db.session.commit()
    assert "Closed today." in asha.get(PAGE).text


def test_languages_are_kept_apart(app, asha):
    published()
    pages = [asha.get(PAGE.replace("/en", f"/{name}")).text for name in ("en", "pa", "ur")]
    assert len({page.split("<h1>")[1][:30] for page in pages}) == 3


def test_what_is_not_there_is_told_to_the_person(app, asha):
    published()
    for _ in range(2):
        page = asha.get("/en/services/tehsil/nothing")
        assert page.status_code == 404
        assert "Asha Devi" in page.text
