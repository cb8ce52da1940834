"""The provider's own word on the fee: shown before sending, never guessed, never a broken page."""

from datetime import timedelta

import pytest
import time_machine
from standardwebhooks import Webhook

from portal.applications import service as applications
from portal.applications.applying import resume
from portal.applications.fees import service as fees
from portal.applications.jobs import forget_quotes
from portal.applications.quotes.models import FeeQuote
from portal.applications.quotes.service import GOOD_FOR
from portal.interfaces import service as interfaces
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from portal.registry.contract import Field, Form, HookPaths, Step
from portal.registry.hooks import Hooks, Quoted
from tests.accounts.factories import make_person, signed_in_client
from tests.applications.pages import open_page
from tests.registry import publishing_factories as publishing
from tests.registry.publishing_factories import words
from tests.webhooks.conftest import SECRET

START = "/en/apply/tehsil/map-copy"
REVIEW = f"{START}/review"
FEE = {"amount": "150.00", "currency": "INR"}
QUESTIONS = Form(
    Step(
        words("The map"),
        Field.name("owner", words("Your name")),
        Field.integer("sheets", words("Number of sheets")),
        slug="map",
    )
)


def offered(hooks=None):
    service = publishing.a_service(
        slug="map-copy",
        form=QUESTIONS,
        asks=("quote",),
        quote_by=("sheets",),
        fee_words=words("By the number of sheets."),
    )
    publishing.published(publishing.a_provider(service, hooks=hooks))


@pytest.fixture
def by_http(tehsil):
    tehsil.answers["/ask/fees"] = (200, FEE)
    offered(HookPaths(quote="/fees"))
    return tehsil


@pytest.fixture
def person(app):
    return make_person(name="Asha Devi")


@pytest.fixture
def client(app, person):
    return signed_in_client(app, person)


def filled_in(client, sheets="3"):
    return open_page(client, START).send().send(owner="Asha Devi", sheets=sheets)


def sent(person):
    rows = db.session.scalars(db.select(applications.Case)).all()
    return [row for row in rows if row.person_id == person.id]


def test_the_fee_is_what_the_provider_says_and_is_paid(by_http, client, person):
    page = filled_in(client)
    assert "Fee: ₹150" in page.words
    assert page.send(agree="yes").status == 200
    (application,) = sent(person)
    assert (application.fee_minor, application.fee_currency) == (15_000, "INR")
    assert fees.payment(application).amount == Money.of("150.00", "INR")


@pytest.mark.promise("M8")
def test_the_provider_is_told_what_decides_the_fee_and_not_who_asks(by_http, client):
    page = filled_in(client)
    ((path, headers, body),) = by_http.heard
    Webhook(SECRET).verify(body, headers, json_parse=False)
    assert by_http.told(path) == [
        {"service": "map-copy", "answers": {"sheets": 3}, "language": "en"}
    ]
    assert "It was told these answers, and not who asks: Number of sheets" in page.words


def test_it_is_asked_once_while_nothing_changes(by_http, client):
    filled_in(client)
    open_page(client, REVIEW).send(agree="yes")
    assert len(by_http.heard) == 1


def test_other_answers_are_another_question(by_http, client):
    filled_in(client)
    by_http.answers["/ask/fees"] = (200, FEE | {"amount": "200.00"})
    page = open_page(client, f"{START}/map").send(owner="Asha Devi", sheets="4")
    assert "Fee: ₹200" in page.words


def test_a_fee_of_nothing_is_free(by_http, client, person):
    by_http.answers["/ask/fees"] = (200, FEE | {"amount": "0.00"})
    page = filled_in(client)
    assert "There is no fee." in page.words
    page.send(agree="yes")
    (application,) = sent(person)
    assert application.fee_minor is None
    assert application.submitted_at is not None


@pytest.mark.parametrize(
    "answer",
    [
        (500, b""),
        (404, b"<h1>Not found</h1>"),
        (404, {"error": "unknown"}),
        (200, b"junk"),
        (200, {}),
        (200, {"amount": 150, "currency": "INR"}),
        (200, {"amount": "-1.00", "currency": "INR"}),
        (200, {"amount": "1e9", "currency": "INR"}),
        (200, {"amount": "1.005", "currency": "INR"}),
        (200, FEE | {"currency": "rupees"}),
        (200, FEE | {"currency": "XQX"}),
        (200, FEE | {"amount": "150.50", "currency": "JPY"}),
        (200, FEE | {"more": 1}),
        (200, [FEE]),
        (302, FEE),
    ],
)
def test_an_odd_answer_is_a_clear_message_and_nothing_is_sent(by_http, client, person, answer):
    by_http.answers["/ask/fees"] = answer
    page = filled_in(client)
    assert page.status == 200
    assert "Tehsil Office cannot say what this costs just now. Your answers are kept." in page.words
    assert "agree" in page.names
    assert "Send the application" not in page.words
    answered = page.send(agree="yes")
    assert answered.status == 503
    assert sent(person) == []


def test_one_that_is_too_slow_is_left_and_asked_again_later(by_http, client, person, monkeypatch):
    monkeypatch.setattr(interfaces, "SECONDS", 0.2)
    by_http.let.clear()
    assert "cannot say what this costs" in filled_in(client).words
    # It rests: nobody waits for it meanwhile.
    assert "cannot say what this costs" in open_page(client, REVIEW).words
    assert len(by_http.heard) == 1
    by_http.let.set()


def test_another_fee_than_the_page_showed_is_shown_first(by_http, client, person):
    page = filled_in(client)
    by_http.answers["/ask/fees"] = (200, FEE | {"amount": "175.00"})
    long_ago = clock.now() - GOOD_FOR - timedelta(seconds=1)
    db.session.execute(db.update(FeeQuote).values(quoted_at=long_ago))
    db.session.commit()
    later = page.send(agree="yes")
    assert later.status == 409
    assert "Fee: ₹175" in later.words
    assert sent(person) == []


def test_old_quotes_are_forgotten(by_http, client):
    filled_in(client)
    forget_quotes()
    assert db.session.scalar(db.select(db.func.count()).select_from(FeeQuote)) == 1
    with time_machine.travel(clock.now() + GOOD_FOR + timedelta(seconds=1), tick=False):
        forget_quotes()
    assert db.session.scalar(db.select(db.func.count()).select_from(FeeQuote)) == 0


def by_a_package(monkeypatch, quote):
    monkeypatch.setattr(interfaces, "hooks_of", lambda _slug: Hooks(quote=quote))
    offered()


def test_a_package_needs_no_interface(app, client, monkeypatch):
    by_a_package(
        monkeypatch,
        lambda draft, _ask: Quoted(amount=f"{draft.answers['sheets'] * 20}.00", currency="INR"),
    )
    assert "Fee: ₹60" in filled_in(client).words


@pytest.mark.parametrize("error", [ValueError("Asha Devi"), SystemExit(1), RecursionError()])
def test_whatever_a_package_raises_is_a_clear_message(app, client, monkeypatch, error):
    def quote(_draft, _ask):
        raise error

    by_a_package(monkeypatch, quote)
    assert "cannot say what this costs" in filled_in(client).words


@pytest.mark.parametrize("told", [None, "150", {"amount": "150.00", "currency": "INR"}])
def test_junk_of_a_package_is_a_clear_message(app, client, monkeypatch, told):
    by_a_package(monkeypatch, lambda _draft, _ask: told)
    assert "cannot say what this costs" in filled_in(client).words


def test_a_package_that_asks_an_interface_without_an_address_gets_none(app, client, monkeypatch):
    by_a_package(monkeypatch, lambda draft, ask: ask.send("/fees", draft.answers))
    assert "cannot say what this costs" in filled_in(client).words


def test_a_draft_without_a_word_on_its_fee_is_not_sent(by_http, client, person):
    filled_in(client)
    course = resume(person.id, "tehsil", "map-copy")
    with pytest.raises(fees.NotReady):
        applications.submit(
            course.draft.id,
            applications.Sender(person.id, course.draft.subject_id, "en"),
            course.offer,
            course.asked,
        )
