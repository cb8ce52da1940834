"""What a site may ask of the sign-in, what the person may leave out, and apps without a secret."""

import base64
import json
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import update

from portal.accounts.sessions.models import SessionRow
from portal.consent import service as ledger
from portal.kernel import clock
from portal.kernel.db import db
from portal.oauth.clients.domain import Kind, UnfitScopes
from tests.accounts.factories import csrf_token, fresh_code, make_person, signed_in_client
from tests.applications import factories
from tests.oauth.conftest import BACK, let_in, sent_back

NATIVE, LOOPBACK = "org.example.land:/back", "http://127.0.0.1/back"


def shown(person, someone, how):
    """Note in the person's session with what they signed in, as the pages do."""
    mine = update(SessionRow).where(SessionRow.person_id == someone.id)
    db.session.execute(mine.values(how=how))
    db.session.commit()
    return person


def claims_of(answer):
    """An ID token's claims, unverified: test_party.py has a real party verify them."""
    part = answer.json["id_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def show_again(person, someone, page):
    """Show a factor where the page leads to, and come back to it."""
    confirm = person.get(page).headers["Location"]
    assert "/account/confirm" in confirm
    told = {"csrf_token": csrf_token(person.get(confirm).data), "code": fresh_code(someone)}
    answer = person.post(confirm, data=told)
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_a_site_may_have_the_factor_shown_again(site, person, asha):
    page = person.get(site.ask(prompt="login")).headers["Location"]
    back = show_again(person, asha, page)
    assert person.get(back).status_code == 200
    again = person.get(site.ask(prompt="login")).headers["Location"]
    assert "/account/confirm" in person.get(again).headers["Location"]


@pytest.mark.parametrize(("seconds", "asked"), [(299, False), (301, True)])
def test_a_sign_in_that_is_too_old_for_the_site_is_renewed(site, asha, app, seconds, asked):
    with time_machine.travel(clock.now(), tick=False) as travel:
        person = signed_in_client(app, asha)
        travel.shift(timedelta(seconds=seconds))
        silent = sent_back(person.get(site.ask(max_age="300", prompt="none")))
        assert silent["error"] == ("login_required" if asked else "consent_required")
        page = person.get(site.ask(max_age="300")).headers["Location"]
        if asked:
            page = show_again(person, asha, page)
        assert person.get(page).status_code == 200


def test_a_site_that_asks_for_a_passkey_gets_the_truth(site, person, asha):
    page = person.get(site.ask(acr_values="phr")).headers["Location"]
    back = show_again(person, asha, page)
    html = person.get(back)
    told = {"csrf_token": csrf_token(html.data), "act": "agree"}
    claims = claims_of(site.redeem(sent_back(person.post(back, data=told))["code"]))
    assert claims["acr"] == "mfa"
    assert claims["amr"] == ["otp"]


def test_whoever_showed_a_passkey_is_not_asked_for_it_again(site, person, asha):
    shown(person, asha, "passkey")
    back = sent_back(let_in(person, site.ask(acr_values="phr", nonce="n")))
    claims = claims_of(site.redeem(back["code"]))
    assert (claims["acr"], claims["amr"], claims["nonce"]) == ("phr", ["hwk", "mfa"], "n")


def test_what_the_person_unticks_is_not_told(registered, person, asha):
    site = registered(needed=("birthdate",))
    back = sent_back(let_in(person, site.ask(), ticked=("email",)))
    token = site.redeem(back["code"]).json["access_token"]
    told = site.web.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"}).json
    assert set(told) == {"sub", "birthdate", "email", "email_verified"}
    assert ledger.of_person(asha.id)[0].fields == ("birthdate", "email")


def test_two_providers_know_one_person_by_two_names(registered, person):
    subs = []
    for provider in ("revenue", "revenue", "tehsil"):
        site = registered(provider=provider)
        subs.append(claims_of(site.redeem(sent_back(let_in(person, site.ask()))["code"]))["sub"])
    assert subs[0] == subs[1] != subs[2]


@pytest.mark.parametrize("uri", [NATIVE, "http://127.0.0.1:52817/back"])
def test_an_app_signs_in_without_a_secret_and_is_asked_for_each_time(registered, person, uri):
    app = registered(kind=Kind.APP, redirects=(NATIVE, LOOPBACK))
    answer = let_in(person, app.ask(redirect_uri=uri))
    assert answer.headers["Location"].startswith(f"{uri}?code=")
    tokens = app.redeem(sent_back(answer)["code"], redirect_uri=uri)
    assert tokens.status_code == 200
    assert app.refresh(tokens.json["refresh_token"]).status_code == 200
    page = person.get(app.ask(redirect_uri=uri)).headers["Location"]
    again = person.get(page)
    assert again.status_code == 200
    origin = "org.example.land:" if uri == NATIVE else "http://127.0.0.1:52817"
    assert f"form-action 'self' {origin};" in again.headers["Content-Security-Policy"]
    assert sent_back(person.get(app.ask(redirect_uri=uri, prompt="none")))["error"] == (
        "consent_required"
    )


def test_an_app_that_shows_a_secret_or_no_verifier_gets_nothing(registered, person):
    app = registered(kind=Kind.APP, redirects=(NATIVE,))
    asked = app.ask(redirect_uri=NATIVE)
    code = sent_back(let_in(person, asked))["code"]
    assert app.redeem(code, redirect_uri=NATIVE, client_secret="x").status_code == 401
    answer = app.redeem(code, redirect_uri=NATIVE, code_verifier=None)
    assert answer.json["error"] == "invalid_request"
    assert app.post("introspect", token="x").status_code == 401


def basic(name, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def test_a_secret_in_the_header_counts_and_in_two_places_does_not(site):
    usual = {"grant_type": "refresh_token", "refresh_token": "x"}
    ask = site.web.post
    right = basic(site.id, site.secret)
    assert ask("/oauth/token", data=usual, headers=right).json["error"] == "invalid_grant"
    both = usual | {"client_secret": site.secret}
    assert ask("/oauth/token", data=both, headers=right).json["error"] == "invalid_request"
    other = usual | {"client_id": str(UUID(int=1))}
    assert ask("/oauth/token", data=other, headers=right).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!",
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"a\0:b").decode(),
        "Basic " + "A" * 9000,
        "Bearer x",
        "Digest x=y",
    ],
)
def test_a_malformed_header_is_refused_with_the_way_that_counts(site, header):
    told = {"grant_type": "client_credentials"}
    answer = site.web.post("/oauth/token", data=told, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json["error"] == "invalid_client"
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("text", ['"', "é", "\\", "code token", "x" * 1999])
@pytest.mark.parametrize("name", ["response_type", "redirect_uri", "client_id", "prompt", "scope"])
def test_no_letter_of_a_request_makes_the_server_fail(site, person, name, text):
    answer = person.get(site.ask(**{name: text}))
    if name in ("redirect_uri", "client_id"):
        assert answer.status_code == 400
    else:
        assert "error" in sent_back(answer)


def test_an_app_may_have_its_own_query_and_keeps_it(registered, person):
    site = registered(redirects=(BACK + "?from=portal&x=",))
    answer = let_in(person, site.ask(redirect_uri=BACK + "?from=portal&x="))
    assert answer.headers["Location"].startswith(BACK + "?from=portal&x=&code=")


def test_someone_else_in_the_same_browser_gets_their_own_sub(app, site, person):
    first = claims_of(site.redeem(sent_back(let_in(person, site.ask()))["code"]))["sub"]
    other = signed_in_client(app, make_person(name="Balbir Singh"))
    assert claims_of(site.redeem(sent_back(let_in(other, site.ask()))["code"]))["sub"] != first


def test_a_program_with_the_scope_opens_the_providers_interface(registered, app):
    """By client credentials alone: no token of the console, and no person."""
    factories.published()
    program = registered(kind=Kind.PROGRAM, scopes=("applications", "provider"))
    got = program.post(grant_type="client_credentials", scope="applications").json
    assert got["scope"] == "applications"
    held = {"Authorization": f"Bearer {got['access_token']}"}
    assert program.web.get("/api/v1/provider/applications", headers=held).status_code == 200
    refused = program.web.get("/api/v1/provider/manifest", headers=held)
    assert refused.status_code == 403
    assert refused.json["type"].endswith("#problem-scope-missing")
    both = program.post(grant_type="client_credentials", scope="applications provider").json
    held = {"Authorization": f"Bearer {both['access_token']}"}
    assert program.web.get("/api/v1/provider/manifest", headers=held).status_code == 404


def test_the_scope_of_providers_is_for_programs_alone(registered):
    with pytest.raises(UnfitScopes):
        registered(scopes=("openid", "provider"))
