"""The pages of accounts, opened and sent as a browser does it without JavaScript."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from portal.accounts import service
from portal.accounts.people.models import Person
from portal.i18n.languages import TAGS
from portal.kernel import clock
from portal.kernel.db import Base, db
from portal.kernel.events import StoredEvent
from tests.accounts import factories
from tests.accounts.factories import (
    PASSWORD,
    browser,
    code_at,
    csrf_token,
    fresh_code,
    make_person,
    register,
    send,
    sign_in,
    signed_in_client,
    step_now,
)

ASHA = {
    "name": "Asha Devi",
    "birth_date-day": "17",
    "birth_date-month": "5",
    "birth_date-year": "1990",
    "gender": "female",
    "mobile": "98765 00000",
    "email": "asha@example.org",
    "phone": "",
    "password": PASSWORD,
}
WRONG = "eight marigolds by the canal"
KEY = re.compile(r'<b class="num"><bdi dir="ltr">([A-Z2-7 ]+)</bdi>')
CODE = re.compile(r'<bdi dir="ltr">([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</bdi>')


def counts():
    db.session.rollback()
    return {
        name: db.session.scalar(select(func.count()).select_from(table))
        for name, table in Base.metadata.tables.items()
    }


def setup_code(client):
    lines = KEY.findall(client.get("/en/account/factors/app").text)
    return code_at("".join(lines).replace(" ", ""), step_now())


def without_token(html):
    return re.sub(r'value="[^"]+"', 'value=""', html)


@pytest.fixture
def mine(app, person):
    return signed_in_client(app, person)


@pytest.mark.promise("M4")
@pytest.mark.promise("M20")
def test_a_person_registers_and_is_signed_in(client):
    first = register(client, **ASHA)
    assert first.headers["Location"] == "/en/account/factors/app"
    second = send(client, "/en/account/factors/app", code=setup_code(client))
    assert second.headers["Location"] == "/en/account/factors/codes"
    shown = client.get("/en/account/factors/codes")
    codes = CODE.findall(shown.text)
    assert len(set(codes)) == 10
    file = client.get("/en/account/factors/codes.txt")
    assert file.mimetype == "text/plain"
    assert "attachment" in file.headers["Content-Disposition"]
    assert all(code in file.text for code in codes)
    last = client.post("/en/account/factors/codes", data={"csrf_token": csrf_token(shown.data)})
    assert last.status_code == 302
    assert client.get("/en/account/factors/codes").status_code == 302
    assert client.get("/en/account/factors/codes.txt").status_code == 302
    page = client.get("/en/account")
    assert "Asha Devi" in page.text
    told = service.details(service.id_of("asha@example.org"))
    assert (told.mobile, told.birth_date.isoformat(), told.gender) == (
        "+919876500000",
        "1990-05-17",
        "female",
    )
    assert (told.phone, told.address, told.language) == (None, None, "en")


@pytest.mark.promise("M20")
def test_an_account_without_second_factor_opens_only_the_page_that_sets_it(client):
    register(client, **ASHA)
    for path in ("/en/account", "/en/account/password", "/en/account/factors/codes"):
        assert client.get(path).headers["Location"].startswith("/en/sign-in?next=")
    assert client.get("/en/sign-in").headers["Location"] == "/en/register/prove"
    assert client.get("/en/register/prove").headers["Location"] == "/en/account/factors/app"
    other = browser(client.application)
    back = send(other, "/en/sign-in", contact="asha@example.org", password=PASSWORD)
    assert back.headers["Location"] == "/en/register/prove"
    assert send(other, "/en/account/factors/app", code=setup_code(other)).status_code == 302
    assert other.get("/en/account").status_code == 200


def test_somebody_who_stops_half_way_can_leave(client):
    register(client, **ASHA)
    page = client.get("/en/account/factors/app")
    client.post("/en/sign-out", data={"csrf_token": csrf_token(page.data)})
    assert client.get("/en/sign-in").status_code == 200


def test_the_app_page_shows_picture_link_and_key(client):
    register(client, **ASHA)
    page = client.get("/en/account/factors/app")
    assert "otpauth://totp/Sanjha:asha%40example.org?" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    picture = client.get("/en/account/factors/qr.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert b"<svg" in picture.data
    assert b"style=" not in picture.data


def test_a_wrong_code_does_not_set_up_the_app(client):
    register(client, **ASHA)
    response = send(client, "/en/account/factors/app", code="000000")
    assert response.status_code == 422
    assert "This code does not work" in response.text
    assert client.get("/en/account").status_code == 302


@pytest.mark.promise("W12")
def test_a_child_is_told_kindly_and_nothing_is_stored(client):
    client.get("/en/register")
    born = clock.today() - timedelta(days=365 * 12)
    child = {
        "birth_date-day": str(born.day),
        "birth_date-month": str(born.month),
        "birth_date-year": str(born.year),
    }
    before = counts()
    response = send(client, "/en/register", **ASHA | child)
    assert response.status_code == 422
    assert "from the age of 13" in response.text
    assert "We kept nothing of what you typed" in response.text
    assert counts() == before


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Enter the name"),
        ({"birth_date-year": "2090"}, "your own date of birth"),
        ({"birth_date-month": "13"}, "real date"),
        ({"mobile": "", "email": ""}, "Give an e-mail address or a mobile number"),
        ({"email": "asha"}, "Enter an e-mail address"),
        ({"mobile": "123"}, "Enter a phone number"),
        ({"gender": "queen"}, "answers that are shown"),
        ({"password": "short"}, "at least 12 characters"),
        ({"password": "passwordpassword"}, "Many people use this password"),
        ({"password": "asha devi of 1990"}, "Leave your name"),
    ],
)
def test_what_is_not_right_is_said_at_its_question(client, wrong, sentence):
    response = send(client, "/en/register", **ASHA | wrong)
    assert response.status_code == 422
    assert sentence in response.text
    assert "<title>Error:" in response.text
    assert ASHA["password"] not in response.text
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_a_list_of_places_is_fetched_without_checking_the_rest(client):
    response = send(client, "/en/register", refresh="address", name="Asha Devi")
    assert response.status_code == 200
    assert 'value="Asha Devi"' in response.text
    assert 'class="err"' not in response.text


def test_an_invitation_makes_an_admin(client):
    token = service.invite("asha@example.org")
    db.session.commit()
    response = send(client, f"/en/register?invitation={token}", **ASHA)
    assert response.status_code == 302
    assert "people.grant" in service.permissions_of(service.id_of("asha@example.org"))
    again = browser(client.application)
    assert again.get(f"/en/register?invitation={token}").status_code == 410


def test_an_invitation_for_another_makes_nothing(client):
    token = service.invite("first@example.org")
    db.session.commit()
    assert send(client, f"/en/register?invitation={token}", **ASHA).status_code == 410
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


@pytest.mark.promise("M20")
def test_a_person_signs_in_with_password_and_code(person, client):
    sign_in(client, person)
    assert client.get("/en/account").status_code == 200


def test_one_comes_back_to_the_page_that_asked_for_the_sign_in(person, client):
    asked = client.get("/en/account/password?x=1").headers["Location"]
    first = send(client, asked, contact=person.mobile, password=PASSWORD)
    second = send(client, first.headers["Location"], code=fresh_code(person))
    assert second.headers["Location"] == "/en/account/password?x=1"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_sign_in_leads_nowhere_else(person, client, target):
    first = send(client, f"/en/sign-in?next={target}", contact=person.email, password=PASSWORD)
    second = send(client, first.headers["Location"], code=fresh_code(person))
    assert "evil" not in second.headers["Location"]


def test_pages_of_the_sign_in_do_not_send_one_round_in_circles(person, client, mine):
    assert client.get("/en/sign-in/code").headers["Location"] == "/en/sign-in"
    assert mine.get("/en/sign-in/code").headers["Location"] == "/en/sign-in"
    assert "sign-in" not in mine.get("/en/sign-in").headers["Location"]


@pytest.mark.promise("M20")
def test_a_stranger_and_a_known_account_get_the_same_answer(person, client):
    known = send(client, "/en/sign-in", contact=person.email, password=WRONG)
    stranger = "x" * (len(person.email) - len("@example.org")) + "@example.org"
    unknown = send(client, "/en/sign-in", contact=stranger, password=WRONG)
    assert known.status_code == unknown.status_code == 422
    assert len(known.data) == len(unknown.data)
    assert without_token(known.text) == without_token(unknown.text)
    assert set(known.headers.keys()) == set(unknown.headers.keys())
    assert WRONG not in known.text


def test_too_many_wrong_passwords_are_told_to_wait(person, client):
    for _ in range(5):
        assert send(client, "/en/sign-in", contact=person.email, password=WRONG).status_code == 422
    response = send(client, "/en/sign-in", contact=person.email, password=PASSWORD)
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 60
    assert "Too many tries" in response.text


def test_too_many_wrong_codes_are_told_to_wait(person, client):
    send(client, "/en/sign-in", contact=person.email, password=PASSWORD)
    for _ in range(10):
        assert send(client, "/en/sign-in/code", code="000").status_code == 422
    response = send(client, "/en/sign-in/code", code=fresh_code(person))
    assert response.status_code == 429
    again = browser(client.application)
    send(again, "/en/sign-in", contact=person.email, password=PASSWORD)
    assert send(again, "/en/sign-in/code", code=fresh_code(person)).status_code == 429


@pytest.mark.promise("M20")
def test_a_recovery_code_signs_in_once_and_says_how_many_are_left(person, client):
    send(client, "/en/sign-in", contact=person.email, password=PASSWORD)
    assert send(client, "/en/sign-in/recovery", code=person.codes[0]).status_code == 302
    page = client.get("/en/account")
    assert "You have 9 recovery codes left" in page.text
    again = browser(client.application)
    send(again, "/en/sign-in", contact=person.email, password=PASSWORD)
    response = send(again, "/en/sign-in/recovery", code=person.codes[0])
    assert response.status_code == 422
    assert "Each recovery code works once" in response.text


def test_the_password_is_changed_and_other_browsers_are_signed_out(person, mine, app):
    other = signed_in_client(app, person)
    response = send(mine, "/en/account/password", password=PASSWORD, new=WRONG)
    assert response.headers["Location"] == "/en/account"
    assert "Your password is changed" in mine.get("/en/account").text
    assert other.get("/en/account").status_code == 302
    assert service.begin_sign_in(person.email, WRONG, address="192.0.2.9")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"password": WRONG, "new": "nine marigolds by the canal"}, "not your password"),
        ({"password": PASSWORD, "new": "short"}, "at least 12"),
        ({"password": PASSWORD, "new": "Asha Devi 123456"}, "Leave your name"),
        ({"password": "", "new": ""}, "Enter the password"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_and_a_good_new_one(mine, told, sentence):
    response = send(mine, "/en/account/password", **told)
    assert response.status_code == 422
    assert sentence in response.text


@pytest.mark.promise("M20")
def test_another_app_takes_the_place_of_the_first(person, mine):
    assert mine.get("/en/account/factors/app").headers["Location"] == "/en/account"
    assert mine.get("/en/account/factors/qr.svg").headers["Location"] == "/en/account"
    token = csrf_token(mine.get("/en/account").data)
    asked = mine.post("/en/account/factors/app/new", data={"csrf_token": token})
    assert asked.headers["Location"] == "/en/account/factors/app"
    done = send(mine, "/en/account/factors/app", code=setup_code(mine))
    assert done.headers["Location"] == "/en/account"
    assert "One that you used before no longer works" in mine.get("/en/account").text
    assert not service.finish_with_app(person.id, code_at(person.secret, step_now() + 1))


def test_new_recovery_codes_are_shown_once(person, mine):
    send(mine, "/en/account/factors/codes/new")
    page = mine.get("/en/account/factors/codes")
    new = CODE.findall(page.text)
    assert not set(new) & set(person.codes)
    mine.post("/en/account/factors/codes", data={"csrf_token": csrf_token(page.data)})
    assert mine.get("/en/account/factors/codes").status_code == 302
    assert service.finish_with_code(person.id, new[9])
    assert not service.finish_with_code(person.id, person.codes[9])


def test_the_account_page_says_where_one_is_signed_in(person, mine, app):
    signed_in_client(app, person)
    page = mine.get("/en/account").text
    assert "In 2 browsers, this one included." in page
    assert "10 codes are left." in page


@pytest.mark.parametrize("tag", TAGS)
def test_every_page_can_be_opened_in_every_language(person, mine, client, tag):
    for path in ("register", "sign-in"):
        assert client.get(f"/{tag}/{path}").status_code == 200
    send(client, f"/{tag}/sign-in", contact=person.email, password=PASSWORD)
    for path in ("sign-in/code", "sign-in/recovery"):
        assert client.get(f"/{tag}/{path}").status_code == 200
    for path in ("", "/password", "/factors/passkeys/new", "/factors/codes/new"):
        assert mine.get(f"/{tag}/account{path}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/en/register",
        "/en/sign-in",
        "/en/sign-out",
        "/en/account/password",
        "/en/account/sign-out-everywhere",
        "/en/account/factors/app/new",
        "/en/account/factors/codes/new",
        "/en/account/factors/codes",
    ],
)
def test_nothing_is_taken_without_the_token_of_the_form(mine, path):
    before = counts()
    assert mine.post(path, data={"password": PASSWORD}).status_code == 400
    assert counts() == before


def test_the_token_of_another_session_is_refused(mine, app):
    other = signed_in_client(app, factories.make_person())
    theirs = csrf_token(other.get("/en/account").data)
    response = mine.post("/en/account/sign-out-everywhere", data={"csrf_token": theirs})
    assert response.status_code == 400
    assert mine.get("/en/account").status_code == 200


def test_no_event_and_no_log_line_holds_a_detail(client):
    with capture_logs() as lines:
        register(client, **ASHA)
        send(client, "/en/account/factors/app", code=setup_code(client))
        send(browser(client.application), "/en/sign-in", contact=ASHA["email"], password=WRONG)
    stored = str(db.session.scalars(select(StoredEvent.payload)).all())
    written = str(lines)
    assert "PersonRegistered" in str(db.session.scalars(select(StoredEvent.name)).all())
    assert "request" in written
    for word in ("Asha", ASHA["email"], "9876500000", "1990", PASSWORD, WRONG):
        assert word not in stored
        assert word not in written


def test_a_page_knows_its_visitor_by_two_queries(app, queries):
    """One for the session, one for the person with their key and roles."""
    client = signed_in_client(app, make_person(role="officer", provider="revenue"))
    client.get("/en/account")
    with queries() as told:
        client.get("/en/nothing-here")
    assert len(told) == 2
