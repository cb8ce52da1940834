"""The ledger of consents: what a person agreed to is all that is sent, and nothing is changed."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.consent import service
from portal.consent.domain import NoSuchConsent, NotConsented
from portal.i18n import LANGUAGES
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.kernel.ids import uuid7
from tests.accounts.factories import make_person, signed_in_client
from tests.consent.factories import agree, some_offer

FIELDS = ("applicant", "family_income")


@pytest.fixture
def person(app):
    return make_person()


@pytest.mark.promise("M8")
def test_a_consent_keeps_who_what_why_and_when_in_every_language(person):
    offer = some_offer()
    given = agree(person.id, offer, FIELDS)
    db.session.commit()
    db.session.expunge_all()
    (kept,) = service.of_person(person.id)
    assert kept == given
    assert kept.fields == FIELDS
    assert kept.provider_slug == "tehsil"
    assert kept.version_id == offer.version_id
    for words in (kept.provider, kept.service, kept.purpose, kept.keeps, kept.labels["applicant"]):
        assert words.keys() == set(LANGUAGES)
    assert kept.purposes["family_income"]["en"] == "It is what the certificate states."
    assert "applicant" not in kept.purposes
    event = db.session.query(StoredEvent).filter_by(name="ConsentGiven").one()
    assert event.payload == {
        "consent_id": str(given.id),
        "application_id": str(given.application_id),
        "person_id": str(person.id),
    }


@pytest.mark.promise("M8")
def test_only_what_was_agreed_to_may_be_sent(person):
    given = agree(person.id, some_offer(), ["applicant"])
    assert service.effective_fields(given.application_id) == {"applicant"}
    with pytest.raises(NotConsented) as refused:
        service.disclosed(given.id, FIELDS, "webhook")
    assert refused.value.fields == {"family_income"}
    assert service.for_application(given.application_id)[0].disclosed == ()


@pytest.mark.promise("M8")
def test_what_was_sent_is_noted_with_its_way(person):
    given = agree(person.id, some_offer(), FIELDS)
    service.disclosed(given.id, FIELDS, "webhook")
    service.disclosed(given.id, ["applicant"], "api")
    (kept,) = service.for_application(given.application_id)
    assert [(sent.fields, sent.channel) for sent in kept.disclosed] == [
        (FIELDS, "webhook"),
        (("applicant",), "api"),
    ]


def test_two_consents_for_one_application_add_up(person):
    application = uuid7()
    for field in FIELDS:
        agree(person.id, some_offer(), [field], application)
    assert service.effective_fields(application) == set(FIELDS)
    assert len(service.for_application(application)) == 2


def test_without_a_consent_nothing_may_be_sent(app):
    assert service.effective_fields(uuid7()) == frozenset()
    with pytest.raises(NoSuchConsent):
        service.disclosed(uuid7(), [], "webhook")


@pytest.mark.promise("M8")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consents SET fields = '[]'",
        "DELETE FROM consents",
        "TRUNCATE consents, disclosures",
        "UPDATE disclosures SET channel = 'x'",
        "DELETE FROM disclosures",
    ],
)
def test_nobody_can_change_the_ledger(person, owner, statement):
    given = agree(person.id, some_offer(), FIELDS)
    service.disclosed(given.id, FIELDS, "webhook")
    db.session.commit()
    with pytest.raises(DBAPIError):
        db.session.execute(text(statement))
    db.session.rollback()
    with pytest.raises(DBAPIError, match="never changed"):
        owner.execute(text(statement))


def test_a_list_of_consents_costs_two_questions(person, queries):
    for _ in range(5):
        agree(person.id, some_offer(), FIELDS)
    db.session.commit()
    with queries() as asked:
        assert len(service.of_person(person.id)) == 5
    assert len(asked) == 2


@pytest.mark.promise("M8")
def test_a_person_reads_in_words_what_they_share(app, person):
    given = agree(person.id, some_offer(), FIELDS)
    service.disclosed(given.id, FIELDS, "webhook")
    db.session.commit()
    page = signed_in_client(app, person).get("/en/privacy/consents").get_data(as_text=True)
    for words in (
        "Tehsil Office",
        "Income certificate",
        "Your full name",
        "Income of your family",
        "It is what the certificate states.",
        "To check your income and to write the certificate.",
        "The department keeps your answers for five years.",
        "2 answers, sent by a protected message",
    ):
        assert words in page


@pytest.mark.parametrize("tag", ["pa", "pa-Arab", "hi", "ur"])
def test_the_page_speaks_every_language(app, person, tag):
    agree(person.id, some_offer(), FIELDS)
    db.session.commit()
    page = signed_in_client(app, person).get(f"/{tag}/privacy/consents").get_data(as_text=True)
    assert "Tehsil Office" not in page


def test_somebody_elses_consents_are_not_shown(app, person):
    agree(person.id, some_offer(), FIELDS)
    db.session.commit()
    page = signed_in_client(app, make_person()).get("/en/privacy/consents").get_data(as_text=True)
    assert "You have not shared anything yet." in page
    assert "Tehsil Office" not in page


def test_a_long_list_is_read_page_by_page(app, person):
    for _ in range(21):
        agree(person.id, some_offer(), FIELDS)
    db.session.commit()
    client = signed_in_client(app, person)
    first = client.get("/en/privacy/consents").get_data(as_text=True)
    assert first.count("<section") == 20
    last = service.of_person(person.id)[19].id
    assert f"after={last}" in first
    second = client.get(f"/en/privacy/consents?after={last}").get_data(as_text=True)
    assert second.count("<section") == 1


@pytest.mark.parametrize("after", ["x", "", "1", "0" * 500])
def test_a_strange_place_to_begin_is_as_none(app, person, after):
    response = signed_in_client(app, person).get(f"/en/privacy/consents?after={after}")
    assert response.status_code == 200


def test_a_visitor_is_asked_to_sign_in(app):
    response = app.test_client().get("/en/privacy/consents")
    assert response.status_code == 302
    assert "/en/sign-in" in response.headers["Location"]
