"""Lists, counts and pages of services: what is published shows at once, in five languages."""

import pytest

from portal.catalogue import service
from portal.catalogue.commands import catalogue
from portal.catalogue.service import Wanted
from portal.i18n import LANGUAGES, speaking, tag
from portal.kernel.db import db
from portal.registry.publishing import service as publishing
from tests.accounts.factories import browser
from tests.registry.publishing_factories import (
    KARAM,
    MEERA,
    TITLE,
    a_provider,
    a_service,
    published,
    recorded,
    words,
)

PAGE = "/en/services/tehsil/income-certificate"
REASON = words(
    "The scanner is broken.", "ਸਕੈਨਰ ਖਰਾਬ ਹੈ।", "سکینر خراب اے۔", "स्कैनर ख़राब है।", "سکینر خراب ہے۔"
)


@pytest.fixture
def client(app):
    return browser(app)


def many(count, **more):
    return a_provider(
        *(
            a_service(slug=f"paper-{n:03}", title=words(f"Paper {n:03}"), **more)
            for n in range(count)
        )
    )


def test_what_is_only_recorded_is_on_no_page(app, client):
    recorded()
    db.session.commit()
    assert client.get(PAGE).status_code == 404
    assert "Income" not in client.get("/en/services").text


@pytest.mark.promise("M1", "M2")
def test_a_published_service_is_listed_under_all_that_it_belongs_to(app, client):
    published()
    for narrowed in (
        "/services",
        "/services?category=certificates",
        "/services?life_event=study",
        "/services?audience=students",
        "/services?provider=tehsil",
        "/services?category=certificates&life_event=&audience=everyone&provider=tehsil",
        "/services/tehsil",
        "/life-events/study",
    ):
        assert PAGE in client.get(f"/en{narrowed}").text, narrowed
    for other in ("?category=land", "?life_event=loss", "?audience=farmers"):
        assert PAGE not in client.get(f"/en/services{other}").text, other


@pytest.mark.promise("M1")
@pytest.mark.parametrize(
    "kind",
    ["state_department", "central_department", "local_body", "agency", "utility", "private"],
)
def test_every_kind_of_provider_has_its_page(app, client, kind):
    published(a_provider(kind=kind))
    assert "Tehsil Office" in client.get("/en/services/tehsil").text


def test_the_page_of_a_service_says_what_people_ask(app, client):
    published()
    page = client.get(PAGE).text
    for said in (
        "Income certificate",
        "An officer looks into what you state",
        "You live in the state.",
        "Proof of income",
        "Free",
        "15 working days",
        "Income of your family",
        "It is what the certificate states.",
        "To check your income and to write the certificate.",
        "The department keeps your answers for five years.",
        "The patwari looks into it",
        "+911725550100",
        "Grievance Officer",
        "Deputy Commissioner",
        "/en/apply/tehsil/income-certificate",
    ):
        assert said in page, said


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_speaks_every_language(app, client, code):
    published()
    here = f"/{tag(code)}"
    title = TITLE.say(code)
    for path in ("/services", "/services/tehsil", PAGE.removeprefix("/en"), "/life-events/study"):
        assert title in client.get(here + path).text


def test_a_fee_is_said_in_words(app, client):
    fee = a_service(fee="money('20.00', 'INR')", fee_words=words("₹20 for each page."))
    published(a_provider(fee))
    assert "₹20 for each page." in client.get(PAGE).text
    assert "₹20 for each page." in client.get("/en/services").text


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_paused_service_says_why_and_offers_no_start(app, client, code):
    published()
    publishing.pause("tehsil", "income-certificate", MEERA, REASON)
    db.session.commit()
    here = PAGE.replace("/en", f"/{tag(code)}")
    page = client.get(here).text
    assert REASON.say(code) in page
    assert "/apply/" not in page
    publishing.resume("tehsil", "income-certificate", KARAM)
    db.session.commit()
    assert "/apply/" in client.get(here).text


def test_a_paused_service_is_marked_in_lists(app):
    published()
    publishing.pause("tehsil", "income-certificate", MEERA, REASON)
    assert [line.is_paused for line in service.listing(Wanted()).lines] == [True]


@pytest.mark.parametrize(
    "path",
    [
        "/services/tehsil/nothing",
        "/services/nobody/income-certificate",
        "/services/nobody",
        "/services/%00/%00",
        "/services/TEHSIL/income-certificate",
        "/services/tehsil/income-certificate%27--",
        "/services?category=nothing",
        "/services?life_event=%00",
        "/services?provider=nobody",
        "/services?provider=%00",
        "/services?after=%00/x",
        "/life-events/nothing",
    ],
)
def test_what_is_not_there_is_not_found(app, client, path):
    published()
    answer = client.get(f"/en{path}")
    assert answer.status_code == 404
    assert "Check it" in answer.text or "There is no such" in answer.text


def test_a_page_takes_no_posts(app, client):
    published()
    assert client.post(PAGE).status_code in (400, 405)


def test_a_list_goes_on_where_its_page_ended(app, client):
    published(many(35))
    page = service.listing(Wanted(category="certificates"))
    assert [line.title for line in page.lines][:2] == ["Paper 000", "Paper 001"]
    assert (len(page.lines), page.next) == (30, "tehsil/paper-029")
    first = client.get("/en/services?category=certificates").text
    assert "category=certificates&amp;after=tehsil/paper-029" in first
    rest = client.get("/en/services?category=certificates&after=tehsil/paper-029").text
    assert "Paper 030" in rest
    assert "Paper 029" not in rest
    assert 'rel="next"' not in rest


@pytest.mark.parametrize(
    ("path", "most"),
    # A provider's own page shows its icon, too.
    [("/services", 3), ("/services/tehsil", 4), ("/services?category=certificates", 3)],
)
def test_a_list_asks_the_same_few_questions_however_long_it_is(app, client, queries, path, most):
    asked = []
    for count in (2, 30):
        published(many(count, promise=count))
        with queries() as told:
            assert client.get(f"/en{path}").status_code == 200
        asked.append(len(told))
    assert asked[0] == asked[1] <= most


def test_counts_are_those_of_the_services(app):
    published(many(3))
    published(a_provider(a_service(category="land", life_events=()), slug="land-office"))
    counts = service.counts()
    assert counts.services == 4
    assert counts.categories == {"certificates": 3, "land": 1}
    assert counts.life_events == {"study": 3}
    assert [(each.slug, each.services) for each in counts.providers] == [
        ("land-office", 1),
        ("tehsil", 3),
    ]


def test_a_new_version_takes_the_place_of_the_old_one(app):
    published()
    published(a_provider(a_service(promise=3)))
    for code in LANGUAGES:
        with speaking(code):
            assert [line.promise for line in service.listing(Wanted()).lines] == [3]


def test_what_a_version_leaves_undone_undoes_its_lines(app):
    draft = recorded()
    publishing.propose(draft.id, MEERA)
    db.session.commit()
    publishing.publish(draft.id, KARAM)
    db.session.rollback()
    assert service.listing(Wanted()).lines == []


def test_the_check_finds_lines_that_are_out_of_step(app):
    published()
    run = app.test_cli_runner().invoke
    assert run(catalogue, ["check"]).output == "All is well with 1 services.\n"
    service.remove(("tehsil", "income-certificate"))
    db.session.commit()
    found = run(catalogue, ["check"])
    assert found.exit_code == 1
    assert "tehsil/income-certificate is not listed" in found.output
    assert run(catalogue, ["check", "--json"]).output.startswith('["tehsil/')
