"""Signing in, linking and registering with a real OpenID provider of the npm registry."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import time_machine
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.recovery import service as recovery
from portal.audit.models import AuditEntry
from portal.federation import service
from portal.kernel import clock
from portal.kernel.db import db
from portal.profile import domain as profile_domain
from portal.profile import service as profile
from tests.accounts.factories import (
    PASSWORD,
    code_at,
    code_sent_to,
    csrf_token,
    fresh_code,
    make_person,
    send,
    signed_in_client,
    step_now,
    waiting_secret,
)
from tests.federation.conftest import ALGS, sent_back

TOLD = {"name": "Asha Rani", "birthdate": "1990-05-17", "gender": "female"}
MINE = "/en/account/identities"


def comes_back(client, elsewhere, slug, following="/en/applications"):
    """Begin at the sign-in page, go through the provider, and come back to us."""
    begun = client.get(f"/en/sign-in/with/{slug}?next={following}")
    assert begun.status_code == 302, begun.get_data(as_text=True)
    return client.get(elsewhere(begun.headers["Location"]))


def link(client, elsewhere, slug):
    back = comes_back(client, elsewhere, slug)
    assert urlsplit(back.headers["Location"]).path == f"{MINE}/link"
    done = send(client, f"{MINE}/link")
    assert done.headers["Location"].endswith(MINE)


def why():
    refused = select(AuditEntry.why).where(AuditEntry.act == "federation.refused")
    return db.session.scalars(refused.order_by(AuditEntry.number)).all()


@pytest.fixture
def asha(app):
    return make_person()


@pytest.mark.promise("M20")
@pytest.mark.parametrize("slug", ALGS)
def test_a_linked_identity_stands_for_the_password(app, real, trusting, elsewhere, asha, slug):
    trusting(real.config(slug))
    real.person(f"sub-{slug}", **TOLD)
    link(signed_in_client(app, asha), elsewhere, slug)
    client = app.test_client()
    back = comes_back(client, elsewhere, slug)
    assert back.status_code == 302
    assert urlsplit(back.headers["Location"]).path == "/en/sign-in/code"
    done = send(client, back.headers["Location"], code=fresh_code(asha))
    assert done.headers["Location"] == "/en/applications"
    assert client.get("/en/applications").status_code == 200
    hows = db.session.execute(db.text("SELECT how FROM sessions WHERE how LIKE 'oidc%'"))
    assert [how for (how,) in hows] == [f"oidc:{slug} app"]


@pytest.mark.promise("M20")
def test_until_the_second_factor_nobody_is_signed_in(app, real, trusting, elsewhere, asha):
    trusting(real.config("rs"))
    real.person("sub-half", **TOLD)
    link(signed_in_client(app, asha), elsewhere, "rs")
    client = app.test_client()
    comes_back(client, elsewhere, "rs")
    assert client.get("/en/applications").status_code == 302


def test_an_account_is_linked_only_after_signing_in_to_it(app, real, trusting, elsewhere, asha):
    trusting(real.config("rs"))
    # The provider vouches for the very e-mail address of the account: that links nothing.
    real.person("sub-link", **TOLD, email=asha.email, email_verified=True)
    client = app.test_client()
    back = comes_back(client, elsewhere, "rs")
    asked = client.get(back.headers["Location"])
    assert "Sign in as always" in asked.get_data(as_text=True)
    assert client.get("/en/applications").status_code == 302
    assert service.linked(asha.id) == []
    first = send(client, f"/en/sign-in?next={MINE}/link", contact=asha.email, password=PASSWORD)
    second = send(client, first.headers["Location"], code=fresh_code(asha))
    page = client.get(second.headers["Location"]).get_data(as_text=True)
    assert "Asha Rani" in page
    assert service.linked(asha.id) == []
    send(client, second.headers["Location"])
    db.session.rollback()
    assert [one.slug for one in service.linked(asha.id)] == ["rs"]


@pytest.mark.promise("M5")
def test_what_the_provider_tells_stands_verified_in_the_profile_and_in_forms(
    app, real, trusting, elsewhere, asha
):
    trusting(real.config("rs"))
    real.person("sub-claims", **TOLD, email=asha.email, email_verified=True)
    client = signed_in_client(app, asha)
    link(client, elsewhere, "rs")
    page = client.get("/en/profile").get_data(as_text=True)
    assert page.count("Verified by National identity rs") == 4
    filled = profile.prefill(asha.id, ["profile.name", "profile.phone", "profile.email"])
    assert filled["profile.name"].value == "Asha Rani"
    assert filled["profile.name"].source["en"] == ("your profile, verified by National identity rs")
    assert filled["profile.phone"].source["en"] == "your profile"
    assert "verified" in filled["profile.email"].source["en"]


def test_a_mark_goes_when_the_person_changes_the_value(app, real, trusting, elsewhere, asha):
    trusting(real.config("rs"))
    real.person("sub-mark", **TOLD)
    client = signed_in_client(app, asha)
    link(client, elsewhere, "rs")
    known = profile.known(asha.id)
    assert set(profile_domain.marks(known)) == {"name", "birth_date", "gender"}
    profile.change(asha.id, "you", {**profile_domain.answers(known), "name": "Asha Kaur"})
    db.session.commit()
    assert set(profile_domain.marks(profile.known(asha.id))) == {"birth_date", "gender"}
    profile.change(asha.id, "you", profile_domain.answers(known))
    assert set(profile_domain.marks(profile.known(asha.id))) == {"birth_date", "gender"}


def test_a_new_person_registers_with_what_the_provider_told(app, real, trusting, elsewhere):
    trusting(real.config("rs"))
    told = {**TOLD, "email": "rani@example.org", "email_verified": True}
    real.person("sub-new", **told)
    client = app.test_client()
    back = comes_back(client, elsewhere, "rs")
    asked = client.get(back.headers["Location"]).get_data(as_text=True)
    following = f"/en/register?next={MINE}/link"
    assert following in asked.replace("%2F", "/")
    form = client.get(following).get_data(as_text=True)
    assert 'value="Asha Rani"' in form
    assert 'value="rani@example.org"' in form
    assert 'value="1990"' in form
    done = send(client, following, **typed("Asha Rani", "rani@example.org"))
    # The provider's word for the address is not ours: it is proven as always.
    assert done.headers["Location"] == "/en/register/prove"
    send(client, "/en/register/prove", act="send", kind="email")
    code = code_sent_to("rani@example.org")
    send(client, "/en/register/prove", act="check", code=code)
    rani = accounts.id_of("rani@example.org")
    secret = waiting_secret(rani)
    db.session.rollback()
    send(client, "/en/account/factors/app", code=code_at(secret, step_now()))
    kept = send(client, "/en/account/factors/codes")
    assert kept.headers["Location"] == f"{MINE}/link"
    send(client, f"{MINE}/link")
    assert [one.slug for one in service.linked(rani)] == ["rs"]
    marks = profile_domain.marks(profile.known(rani))
    assert set(marks) == {"name", "birth_date", "gender", "email"}


def typed(name, email):
    """The form of a new account; the date comes in three parts."""
    born = {"birth_date-day": "17", "birth_date-month": "5", "birth_date-year": "1990"}
    return {"name": name, "email": email, "password": PASSWORD, **born}


@pytest.mark.promise("W12")
def test_a_child_is_told_that_accounts_begin_at_13(app, real, trusting, elsewhere, asha):
    trusting(real.config("rs"))
    real.person("sub-child", name="Chhoti", birthdate=f"{clock.today().year - 9}-01-01")
    client = app.test_client()
    back = comes_back(client, elsewhere, "rs")
    page = client.get(back.headers["Location"]).get_data(as_text=True)
    assert "from the age of 13" in page
    assert "/en/register?next" not in page
    # Nor does it become somebody else's identity.
    other = signed_in_client(app, asha)
    comes_back(other, elsewhere, "rs")
    assert send(other, f"{MINE}/link").status_code == 422
    assert service.linked(asha.id) == []
    assert why() == ["TOO_YOUNG"]


def test_a_high_assurance_may_be_enough_where_the_operator_says_so(
    app, real, trusting, elsewhere, asha
):
    high = {"assurance": {"urn:test:high": "high"}, "sufficient": True}
    trusting(real.config("rs", **high))
    real.person("sub-high", acr="urn:test:high", **TOLD)
    link(signed_in_client(app, asha), elsewhere, "rs")
    client = app.test_client()
    back = comes_back(client, elsewhere, "rs")
    assert back.headers["Location"] == "/en/applications"
    assert client.get("/en/applications").status_code == 200


@pytest.mark.promise("M20")
@pytest.mark.parametrize("case", ["low", "not sufficient", "staff"])
def test_else_a_second_factor_of_ours_is_asked(app, real, trusting, elsewhere_anew, case):
    acr = "urn:test:low" if case == "low" else "urn:test:high"
    more = {"assurance": {"urn:test:high": "high"}, "sufficient": case != "not sufficient"}
    trusting(real.config("rs", **more))
    real.person(f"sub-else-{case}", acr=acr, **TOLD)
    someone = make_person(role="admin" if case == "staff" else None)
    link(signed_in_client(app, someone), elsewhere_anew, "rs")
    back = comes_back(app.test_client(), elsewhere_anew, "rs")
    assert urlsplit(back.headers["Location"]).path == "/en/sign-in/code"


def test_an_identity_belongs_to_one_account(app, real, trusting, elsewhere, asha):
    trusting(real.config("rs"))
    real.person("sub-one", **TOLD)
    link(signed_in_client(app, asha), elsewhere, "rs")
    other = signed_in_client(app, make_person())
    back = comes_back(other, elsewhere, "rs")
    assert back.status_code == 409
    assert why() == ["IDENTITY_TAKEN"]


def test_names_that_differ_by_case_alone_are_two_people(app, real, trusting, elsewhere_anew, asha):
    trusting(real.config("rs"))
    real.person("Sub-Case", **TOLD)
    link(signed_in_client(app, asha), elsewhere_anew, "rs")
    real.person("sub-case", **TOLD)
    back = comes_back(app.test_client(), elsewhere_anew, "rs")
    assert urlsplit(back.headers["Location"]).path == "/en/sign-in/with/rs/new"


def test_an_unlinked_identity_signs_nobody_in(app, real, trusting, elsewhere, asha):
    trusting(real.config("rs"))
    real.person("sub-unlink", **TOLD)
    client = signed_in_client(app, asha)
    link(client, elsewhere, "rs")
    (one,) = service.linked(asha.id)
    token = csrf_token(client.get(MINE).data)
    done = client.post(f"{MINE}/{one.id}/unlink", data={"csrf_token": token})
    assert done.status_code == 302
    back = comes_back(app.test_client(), elsewhere, "rs")
    assert urlsplit(back.headers["Location"]).path == "/en/sign-in/with/rs/new"


def test_nobody_unlinks_what_is_anothers(app, real, trusting, elsewhere, asha):
    trusting(real.config("rs"))
    real.person("sub-theirs", **TOLD)
    link(signed_in_client(app, asha), elsewhere, "rs")
    (one,) = service.linked(asha.id)
    other = signed_in_client(app, make_person())
    token = csrf_token(other.get("/en/profile/you").data)
    refused = other.post(f"{MINE}/{one.id}/unlink", data={"csrf_token": token})
    assert refused.status_code == 404
    assert len(service.linked(asha.id)) == 1


def test_linking_needs_a_factor_that_was_just_shown(app, real, trusting, elsewhere, asha):
    trusting(real.config("rs"))
    real.person("sub-fresh", **TOLD)
    client = signed_in_client(app, asha)
    comes_back(client, elsewhere, "rs")
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        asked = client.get(f"{MINE}/link")
        assert asked.status_code in (302, 401)
    assert service.linked(asha.id) == []


def test_somebody_who_says_no_there_is_told_so_here(app, real, trusting, elsewhere):
    trusting(real.config("rs"))
    real.refuses("access_denied")
    back = comes_back(app.test_client(), elsewhere, "rs")
    assert back.status_code == 400
    assert "was not completed" in back.get_data(as_text=True)
    assert why() == ["ACCESS_DENIED"]


def test_signing_out_there_ends_the_sessions_begun_with_it(app, real, trusting, asha):
    trusting(real.config("rs"))
    real.person("sub-logout", **TOLD)
    with httpx.Client() as browser:

        def there(address):
            return sent_back(browser, address)

        link(signed_in_client(app, asha), there, "rs")
        client = app.test_client()
        back = comes_back(client, there, "rs")
        send(client, back.headers["Location"], code=fresh_code(asha))
        with_password = signed_in_client(app, asha)
        end_there(browser, real.issuer)
    token = real.logouts.token()
    answer = app.test_client().post("/oidc/rs/backchannel-logout", data={"logout_token": token})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/en/applications").status_code == 302
    assert with_password.get("/en/applications").status_code == 200
    again = app.test_client().post("/oidc/rs/backchannel-logout", data={"logout_token": token})
    assert again.status_code == 400
    assert why() == ["REPEATED_JTI"]


def end_there(browser, issuer):
    page = browser.get(f"{issuer}/session/end").text
    secret = page.split('name="xsrf" value="')[1].split('"')[0]
    browser.post(f"{issuer}/session/end/confirm", data={"xsrf": secret, "logout": "yes"})


def test_the_sign_in_page_offers_each_provider(app, real, trusting, client):
    trusting(real.config("rs"), real.config("es") | {"issuer": "http://127.0.0.1:1"})
    page = client.get("/en/sign-in?next=/en/bills").get_data(as_text=True)
    assert "Sign in with National identity rs" in page
    assert "/en/sign-in/with/es?next=/en/bills" in page.replace("%2F", "/")


def test_a_provider_that_does_not_answer_is_said_to_be_away(app, real, trusting, client):
    trusting(real.config("rs") | {"issuer": "http://127.0.0.1:1"})
    answer = client.get("/en/sign-in/with/rs")
    assert answer.status_code == 400
    assert "does not answer now" in answer.get_data(as_text=True)
    assert why() == ["PROVIDER_UNREACHABLE"]


def test_the_browser_is_sent_there_with_state_nonce_and_pkce(app, real, trusting, client):
    trusting(real.config("rs", requires={"acr": ["urn:test:high"], "max_age": 300}))
    asked = parse_qs(urlsplit(client.get("/pa/sign-in/with/rs").headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost:8000/oidc/rs/callback"]
    assert asked["response_type"] == ["code"]
    assert asked["acr_values"] == ["urn:test:high"]
    assert asked["max_age"] == ["300"]
    assert asked["ui_locales"] == ["pa"]
    assert {len(asked[name][0]) for name in ("state", "nonce", "code_challenge")} == {43}


def test_who_says_that_it_was_not_them_unlinks_what_was_linked_since(
    app, real, trusting, elsewhere, asha
):
    trusting(real.config("rs"))
    real.person("sub-thief", **TOLD)
    link(signed_in_client(app, asha), elsewhere, "rs")
    db.session.rollback()
    recovery.secure(asha.id, since=clock.now() + timedelta(minutes=5), why="identity_linked")
    db.session.commit()
    assert len(service.linked(asha.id)) == 1
    recovery.secure(asha.id, since=clock.now(), why="identity_linked")
    db.session.commit()
    assert service.linked(asha.id) == []


def test_the_last_way_in_stays(app, real, trusting, elsewhere, asha):
    trusting(real.config("rs"))
    real.person("sub-last", **TOLD)
    client = signed_in_client(app, asha)
    link(client, elsewhere, "rs")
    (one,) = service.linked(asha.id)
    recovery.secure(asha.id, why="the password goes")
    db.session.commit()
    client = signed_in_client(app, asha)
    token = csrf_token(client.get(MINE).data)
    refused = client.post(f"{MINE}/{one.id}/unlink", data={"csrf_token": token})
    assert refused.status_code == 409
    assert len(service.linked(asha.id)) == 1
