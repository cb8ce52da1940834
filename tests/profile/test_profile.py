"""The profile: what it fills forms with, and that each of it can be changed at any time."""

from datetime import date

import pytest
from stdnum.in_ import aadhaar
from wtforms import Form

from portal.accounts import service as accounts
from portal.accounts.contacts import service as contacts
from portal.accounts.domain import Details, Gender, age
from portal.audit.models import AuditEntry
from portal.geo import service as geo
from portal.geo import sources
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.kernel.ids import uuid7
from portal.profile import domain, service
from portal.profile.models import Profile
from portal.registry.vocabulary import FACTS, PREFILL
from portal.web import fields as web
from tests.accounts.factories import PASSWORD, make_person, send, signed_in_client
from tests.accounts.threads import at_once

VILLAGE = "IN-PB-NDP-NAD-KOTLI-SARSA"
HOME = {"line": "House 12, Street 4", "area": VILLAGE, "postal_code": "141001"}
NUMBER = "23456789012" + aadhaar.verhoeff.calc_check_digit("23456789012")
OURS = sorted(path for path in PREFILL if path.startswith("profile."))
ALL_GROUPS = [group.slug for group in domain.GROUPS]
FIELD_OF = {
    "name": web.NameField,
    "date": web.DateField,
    "phone": web.PhoneField,
    "email": web.EmailField,
    "national_id": web.NationalIdField,
}


@pytest.fixture
def person(app):
    """Somebody who told everything that the profile asks."""
    geo.import_areas(sources.read(sources.DEMO))
    someone = make_person(address=HOME)
    known = domain.answers(service.known(someone.id))
    service.change(someone.id, "you", {**known, "father_name": "Ram Devi"})
    service.change(someone.id, "identity", {"national_id": NUMBER})
    db.session.commit()
    return someone


def known_of(path, person_id):
    found = service.prefill(person_id, [path])
    return found[path].value if found else None


@pytest.fixture
def client(app, person):
    return signed_in_client(app, person)


@pytest.mark.promise("M5")
def test_every_path_that_forms_may_name_is_supplied(app):
    room = next(room for room in app.extensions["rooms"] if room.name == "profile")
    assert sorted(room.prefill) == OURS


@pytest.mark.promise("M5")
@pytest.mark.parametrize("path", OURS)
def test_each_value_is_a_valid_answer_of_its_kind(app, person, path):
    source = PREFILL[path]
    room = next(room for room in app.extensions["rooms"] if room.name == "profile")
    value = room.prefill[path](person.id, [path])[path].value
    if source.kind == "choice":
        assert value in source.codes
    elif source.kind == "address":
        assert value.keys() == {"line", "area", "postal_code"}
        assert geo.levels(value["area"])[-1].chosen == value["area"]
    else:
        field = _field(source.kind)
        field.set_answer(value)
        assert field.parse() == value


@pytest.mark.promise("M5")
def test_a_form_gets_values_with_their_source_in_two_questions(person, queries):
    db.session.expunge_all()
    with queries() as asked:
        found = service.prefill(person.id, OURS)
    assert sorted(found) == OURS
    assert len([one for one in asked if "subject_keys" not in one]) == 2
    assert found["profile.name"].source["en"] == "your profile"
    assert found["profile.father_name"].value == "Ram Devi"
    assert found["profile.father_name"].on == clock.today()


def test_what_was_not_told_is_left_out(app):
    someone = make_person(gender=None, address=None, phone=None)
    assert sorted(service.prefill(someone.id, OURS)) == [
        "profile.birth_date",
        "profile.email",
        "profile.name",
        "profile.phone",
    ]


def test_paths_of_other_rooms_are_left_to_them(person, queries):
    assert service.prefill(person.id, ["vault.trade_licence"]) == {}
    with queries() as asked:
        assert service.prefill(person.id, []) == {}
    assert asked == []


def test_a_person_of_whom_nobody_knows_has_no_profile(app):
    with pytest.raises(accounts.NoSuchPerson):
        service.prefill(uuid7(), OURS)


@pytest.mark.promise("M19")
def test_what_was_added_is_sealed(person):
    row = db.session.query(Profile).one()
    assert NUMBER.encode() not in row.extras_sealed
    assert b"Ram" not in row.extras_sealed


def test_a_change_leaves_a_trace_without_the_words(person):
    service.change(person.id, "identity", {"national_id": None})
    db.session.commit()
    acts = [entry.act for entry in db.session.query(AuditEntry).order_by(AuditEntry.number)]
    assert acts[-1] == "profile.changed.identity"
    told = db.session.query(StoredEvent).filter_by(name="ProfileChanged")
    newest = told.order_by(StoredEvent.id.desc()).first()
    assert newest.payload == {"person_id": str(person.id), "group": "identity"}
    assert "profile.national_id" not in service.prefill(person.id, OURS)


def test_a_change_of_one_part_leaves_the_others(person):
    before = domain.answers(service.known(person.id))
    service.change(person.id, "home", {"address": {**HOME, "line": "New house"}})
    after = domain.answers(service.known(person.id))
    assert after == {**before, "address": {**HOME, "line": "New house"}}
    assert isinstance(accounts.details(person.id), Details)


@pytest.mark.promise("M5")
def test_the_page_shows_everything_with_a_way_to_change_it(client):
    page = client.get("/en/profile").get_data(as_text=True)
    for words in ("Asha Devi", "Ram Devi", "17 May 1990", "Woman", "House 12, Street 4"):
        assert words in page
    assert "Kotli Sarsa" in page
    for slug in ALL_GROUPS:
        assert f"/en/profile/{slug}#" in page


def test_the_identity_number_is_shown_by_its_end_only(client):
    page = client.get("/en/profile").get_data(as_text=True)
    assert NUMBER not in page
    assert f"•••• •••• {NUMBER[-4:]}" in page


@pytest.mark.parametrize("slug", ALL_GROUPS)
@pytest.mark.parametrize("tag", ["en", "pa", "pa-Arab", "hi", "ur"])
def test_each_part_can_be_opened_in_each_language(client, slug, tag):
    assert client.get(f"/{tag}/profile/{slug}").status_code == 200


@pytest.mark.promise("M5")
@pytest.mark.parametrize(
    ("slug", "told", "path", "value"),
    [
        (
            "you",
            {"name": "ਆਸ਼ਾ ਦੇਵੀ", "birth_date": "1991-02-03", "gender": "other"},
            "profile.name",
            "ਆਸ਼ਾ ਦੇਵੀ",
        ),
        (
            "home",
            {"address-line": "9 Canal Road", "address-area": ["IN-PB-NDP-NAD", VILLAGE]},
            "profile.home",
            {"line": "9 Canal Road", "area": VILLAGE, "postal_code": None},
        ),
        ("identity", {"national_id": NUMBER}, "profile.national_id", NUMBER),
    ],
)
def test_each_part_can_be_changed(client, person, slug, told, path, value):
    response = send(client, f"/en/profile/{slug}", **told)
    assert response.status_code == 302
    assert response.headers["Location"].endswith("/en/profile")
    db.session.rollback()
    db.session.expunge_all()
    assert known_of(path, person.id) == (value or told["email"])


@pytest.mark.parametrize(
    ("slug", "told", "said"),
    [
        ("you", {"name": "", "birth_date": "1990-01-01"}, "Full name"),
        ("you", {"name": "A", "birth_date": "2090-01-01"}, "Enter your own date of birth"),
        ("you", {"name": "A", "birth_date": "2024-01-01"}, "from the age of 13"),
        ("you", {"name": "A", "birth_date": "1990-01-01", "gender": "x"}, "Choose"),
        ("contact", {"password": PASSWORD}, "Give an e-mail address or a mobile number"),
        ("contact", {"email": "a@example.org", "password": "wrong"}, "not your password"),
        ("contact", {"email": "a@example.org"}, "Enter the password"),
        ("contact", {"email": "nonsense", "password": PASSWORD}, "Enter an e-mail address"),
        ("home", {"address-line": "9 Canal Road"}, "Choose the place"),
        ("home", {"address-line": "x", "address-area": "nowhere"}, "Choose the place"),
        ("identity", {"national_id": "123456789012"}, "Enter the 12 digits"),
    ],
)
def test_what_is_not_right_is_said_at_its_question_and_nothing_changes(
    client, person, slug, told, said
):
    before = domain.answers(service.known(person.id))
    response = send(client, f"/en/profile/{slug}", **told)
    assert response.status_code == 422
    page = response.get_data(as_text=True)
    assert said in page
    assert "<title>Error:" in page
    db.session.rollback()
    db.session.expunge_all()
    assert domain.answers(service.known(person.id)) == before


@pytest.mark.parametrize("of_somebody_else", [True, False])
def test_a_new_contact_waits_until_it_is_proven(client, person, of_somebody_else):
    new = make_person().email if of_somebody_else else "new@example.org"
    told = {"email": new, "mobile": person.mobile, "password": PASSWORD}
    response = send(client, "/en/profile/contact", **told)
    assert response.headers["Location"].endswith("/en/account/contacts")
    db.session.rollback()
    db.session.expunge_all()
    assert known_of("profile.email", person.id) == person.email
    assert contacts.known(person.id)[0].waits == new


def test_what_is_refused_of_two_contacts_changes_neither(client, person):
    told = {"email": "", "mobile": "", "phone": "0161 234 5678", "password": PASSWORD}
    assert send(client, "/en/profile/contact", **told).status_code == 422
    db.session.rollback()
    db.session.expunge_all()
    assert service.known(person.id).details.phone == "+911612345678"
    assert len(contacts.reachable(person.id)) == 2


def test_asking_for_the_next_list_keeps_what_was_typed_and_changes_nothing(client, person):
    told = {"address-line": "9 Canal Road", "address-area": "IN-PB-NDP-SOH", "refresh": "address"}
    response = send(client, "/en/profile/home", **told)
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "9 Canal Road" in page
    assert "Mandi Phulan" in page
    db.session.rollback()
    assert known_of("profile.home", person.id) == HOME


def test_after_a_change_one_goes_back_to_the_form_one_came_from(client):
    back = "/en/profile/identity?next=/en/apply/revenue/land-record"
    response = send(client, back, national_id=NUMBER)
    assert response.headers["Location"] == "/en/apply/revenue/land-record"
    away = send(client, "/en/profile/identity?next=//evil.example", national_id=NUMBER)
    assert away.headers["Location"].endswith("/en/profile")


def test_an_unknown_part_is_not_found(client):
    assert client.get("/en/profile/wealth").status_code == 404


def test_a_change_without_its_token_is_refused(client):
    assert client.post("/en/profile/you", data={"name": "X"}).status_code == 400


def test_a_visitor_is_asked_to_sign_in(app):
    assert app.test_client().get("/en/profile").status_code == 302
    assert app.test_client().get("/en/profile/you").status_code == 302


def test_the_first_changes_of_a_person_at_the_same_time_make_one_profile(app):
    someone = make_person()
    done = at_once(app, 4, lambda: service.change(someone.id, "identity", {"national_id": NUMBER}))
    assert done == [None] * 4
    db.session.rollback()
    assert db.session.query(Profile).count() == 1
    assert known_of("profile.national_id", someone.id) == NUMBER


def _field(kind):
    class Page(Form):
        answer = FIELD_OF[kind]("Answer")

    return Page().answer


def test_every_fact_of_a_person_is_supplied(app):
    person = make_person(birth_date=date(1960, 4, 12), gender=Gender.FEMALE, address=HOME)
    told = service.facts(person.id)
    found = {"today", *(f"person.{name}" for name in told["person"])}
    assert found == set(FACTS)
    assert told["person"]["age"] == age(date(1960, 4, 12), clock.today())


def test_a_fact_that_was_not_told_is_left_out(app):
    told = service.facts(make_person(gender=None).id)
    assert "gender" not in told["person"]
