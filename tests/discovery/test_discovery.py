"""The first page, and finding a service by whatever people type."""

import pytest

from portal.discovery import finding
from portal.i18n import LANGUAGES, speaking, tag
from portal.kernel.db import db
from portal.registry.publishing import service as publishing
from tests.accounts.factories import browser
from tests.registry.publishing_factories import (
    MEERA,
    TITLE,
    a_provider,
    a_service,
    published,
    words,
)

PAGE = "/services/tehsil/income-certificate"
OTHERS = (
    a_service(
        slug="birth-certificate",
        title=words(
            "Birth certificate",
            "ਜਨਮ ਸਰਟੀਫਿਕੇਟ",
            "جنم سرٹیفکیٹ",
            "जन्म प्रमाण पत्र",
            "پیدائش کا سرٹیفکیٹ",
        ),
        summary=words("States when and where a child was born."),
        keywords=(),
    ),
    a_service(
        slug="land-record-copy",
        title=words(
            "Copy of a land record",
            "ਜ਼ਮੀਨ ਦੀ ਫ਼ਰਦ",
            "زمین دی فرد",
            "ज़मीन की फ़र्द",
            "زمین کی فرد",
        ),
        summary=words("Who owns a piece of land."),
        category="land",
        keywords=(),
    ),
    a_service(
        slug="water-connection",
        title=words(
            "Water connection", "ਪਾਣੀ ਕੁਨੈਕਸ਼ਨ", "پانی دا کنکشن", "पानी का कनेक्शन", "پانی کا کنکشن"
        ),
        summary=words("A new pipe to your home."),
        category="water",
        keywords=(),
    ),
)


@pytest.fixture
def client(app):
    return browser(app)


@pytest.fixture
def catalogue(app):
    return published(a_provider(a_service(), *OTHERS))


def best(text):
    hits = finding.find(text).hits
    return hits[0].url.rpartition("/")[2] if hits else None


@pytest.mark.promise("M2", "B5")
@pytest.mark.parametrize(
    "text",
    [
        "income certificate",
        "Income",
        "ਆਮਦਨ ਸਰਟੀਫਿਕੇਟ",
        "ਆਮਦਨ",
        "آمدنی سرٹیفکیٹ",
        "آمدن",
        "आय प्रमाण पत्र",
        "आमदनी",
        "amdan",
        "amdani da certificate",
        "aay praman patra",
        "incom certifcate",
        "imcome",
        "incomme",
        "inc",
        "certifikate of incom",
        "INCOME-CERTIFICATE!",
        "how do I get my income certificate",
        "scholarship",
        "wazifa",
        "وظیفہ",
    ],
)
def test_the_income_certificate_is_found_by(catalogue, text):
    assert best(text) == "income-certificate"


@pytest.mark.promise("B5")
@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("zameen di fard", "land-record-copy"),
        ("jamin", "land-record-copy"),
        ("फर्द", "land-record-copy"),
        ("fard", "land-record-copy"),
        ("janam certificate", "birth-certificate"),
        ("ਜਨਮ", "birth-certificate"),
        ("پیدائش", "birth-certificate"),
        ("pani", "water-connection"),
        ("پانی", "water-connection"),
        ("kunekshan", "water-connection"),
        ("watr conection", "water-connection"),
    ],
)
def test_other_services_are_found_by_their_own_words(catalogue, text, service):
    assert best(text) == service


@pytest.mark.parametrize("code", LANGUAGES)
def test_hits_are_told_in_the_language_of_the_page(catalogue, client, code):
    page = client.get(f"/{tag(code)}/search?q=amdan").text
    assert TITLE.say(code) in page
    assert f"/{tag(code)}{PAGE}" in page


@pytest.mark.parametrize(
    "text", ["zzqqxx", "", "   ", "\x00", "'; DROP TABLE people --", "%", "_", "😀", "\ufdd0\uffff"]
)
def test_what_finds_nothing_gets_help(catalogue, client, text):
    answer = client.get("/en/search", query_string={"q": text})
    assert answer.status_code == 200
    assert "/en/services?category=land" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        f"q={'income+' * 400}",
        "q=%ff%fe",
        "q=income&page=x",
        "q=income&page=-9",
        "q=income&page=" + "9" * 40,
    ],
)
def test_odd_questions_are_answered(catalogue, client, query):
    assert client.get(f"/en/search?{query}").status_code == 200


def test_a_paused_service_is_found_and_marked(catalogue, client):
    publishing.pause("tehsil", "income-certificate", MEERA, words("Closed today."))
    db.session.commit()
    assert "Paused" in client.get("/en/search?q=income").text


def test_what_fits_worse_is_on_later_pages(app, client):
    slugs = [f"paper-{number:02}" for number in range(25)]
    published(a_provider(*(a_service(slug=slug) for slug in slugs)))
    first, second = finding.find("income"), finding.find("income", 2)
    assert (len(first.hits), first.has_next) == (20, True)
    assert (len(second.hits), second.has_next) == (5, False)
    assert len({hit.url for hit in (*first.hits, *second.hits)}) == 25
    assert "page=2" in client.get("/en/search?q=income").text
    assert 'rel="prev"' in client.get("/en/search?q=income&page=2").text


def test_a_search_is_one_question(catalogue, client, queries):
    with queries() as told:
        client.get("/en/search?q=income+certificate")
    assert len(told) == 1


def test_words_of_a_search_are_shown_as_text(catalogue, client):
    page = client.get("/en/search", query_string={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.promise("M2")
def test_the_first_page_leads_everywhere(catalogue, client, code):
    here = f"/{tag(code)}"
    page = client.get(f"{here}/").text
    for link in (
        f'action="{here}/search"',
        f"{here}/services?category=certificates",
        f"{here}/services?category=land",
        f"{here}/life-events/study",
        f"{here}/services/tehsil",
    ):
        assert link in page
    assert f"{here}/services?category=health" not in page


def test_an_empty_house_has_a_first_page(app, client):
    assert "No service is published yet" in client.get("/en/").text


def test_the_bare_address_leads_to_the_first_page(app, client):
    answer = client.get("/", headers={"Accept-Language": "pa-PK"})
    assert answer.headers["Location"] == "/pa-Arab/"


def test_rooms_answer_in_the_language_that_is_spoken(catalogue):
    with speaking("ur"):
        assert finding.find("income").hits[0].title == TITLE.say("ur")
