"""How long codes, tokens, secrets and keys last, to the second, and what many at once may do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import func, select

from portal.accounts.events import AccountSecured
from portal.accounts.leaving import service as leaving
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.oauth import service
from portal.oauth.clients import service as clients
from portal.oauth.commands import oauth
from portal.oauth.models import OauthConsent
from portal.oauth.signing import service as signing
from portal.oauth.tokens.models import OauthCode, OauthToken
from tests.accounts.factories import browser, csrf_token, fresh_code, signed_in_client
from tests.oauth.conftest import let_in, sent_back

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def still(app):
    """A clock that goes only where a test moves it."""
    with time_machine.travel(clock.now(), tick=False) as travel:
        yield travel


@pytest.fixture
def now_code(still, app, site, asha):
    return sent_back(let_in(signed_in_client(app, asha), site.ask()))["code"]


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 400), (61, 400)])
def test_a_code_ends_to_the_second(still, site, now_code, seconds, status):
    still.shift(timedelta(seconds=seconds))
    assert site.redeem(now_code).status_code == status


@pytest.mark.parametrize(("before", "status"), [(SECOND, 200), (-SECOND, 400)])
def test_a_refresh_token_that_is_not_used_ends_after_thirty_days(
    still, site, now_code, before, status
):
    token = site.redeem(now_code).json["refresh_token"]
    still.shift(30 * DAY - before)
    assert site.refresh(token).status_code == status


@pytest.mark.parametrize(("before", "status"), [(SECOND, 200), (-SECOND, 400)])
def test_refreshing_ends_after_ninety_days_however_often_it_was_done(
    still, site, now_code, before, status
):
    token = site.redeem(now_code).json["refresh_token"]
    for _ in range(3):
        still.shift(25 * DAY)
        token = site.refresh(token).json["refresh_token"]
    still.shift(15 * DAY - before)
    assert site.refresh(token).status_code == status


@pytest.mark.parametrize(("before", "active"), [(SECOND, True), (-SECOND, False)])
def test_an_access_token_lasts_ten_minutes(still, site, now_code, before, active):
    answer = site.redeem(now_code).json
    assert answer["expires_in"] == 600
    still.shift(timedelta(minutes=10) - before)
    assert site.post("introspect", token=answer["access_token"]).json["active"] is active


def test_fewer_scopes_for_one_access_token_are_not_fewer_for_the_next(site, code):
    token = site.redeem(code).json["refresh_token"]
    less = site.refresh(token, scope="openid").json
    assert less["scope"] == "openid"
    assert "citizen" in site.refresh(less["refresh_token"]).json["scope"].split()


def test_without_the_scope_for_it_there_is_nothing_to_refresh_with(site, person):
    answer = site.redeem(sent_back(let_in(person, site.ask(scope="openid")))["code"])
    assert "refresh_token" not in answer.json


def test_a_code_outlives_a_step_up_in_the_same_browser_and_no_sign_out(site, person, asha, code):
    page = person.get("/en/account/confirm")
    told = {"csrf_token": csrf_token(page.data), "code": fresh_code(asha)}
    assert person.post("/en/account/confirm", data=told).status_code == 302
    later = sent_back(let_in_again(person, site))["code"]
    assert site.redeem(code).status_code == 200
    told = {"csrf_token": csrf_token(person.get("/en/account/security").data)}
    assert person.post("/en/sign-out", data=told).status_code == 302
    assert site.redeem(later).json["error"] == "invalid_grant"


def let_in_again(person, site):
    return person.get(person.get(site.ask()).headers["Location"])


def test_of_many_who_redeem_one_code_one_is_answered_and_then_nobody_is_let_in(app, site, code):
    def redeem(_):
        with app.app_context():
            site_there = type(site)(site.id, site.secret, browser(app))
            answer = site_there.redeem(code)
            return answer.status_code, answer.json

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(redeem, range(8)))
    given = [told for status, told in answers if status == 200]
    assert [status for status, _ in answers].count(400) == 7
    assert len(given) == 1
    assert site.post("introspect", token=given[0]["access_token"]).json == {"active": False}
    assert site.refresh(given[0]["refresh_token"]).status_code == 400


def test_of_many_who_refresh_at_once_none_keeps_anything(app, site, code):
    token = site.redeem(code).json["refresh_token"]

    def refresh(_):
        with app.app_context():
            answer = type(site)(site.id, site.secret, browser(app)).refresh(token)
            return answer.status_code, answer.json

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(refresh, range(8)))
    given = [told for status, told in answers if status == 200]
    assert len(given) == 1
    assert site.post("introspect", token=given[0]["access_token"]).json == {"active": False}
    assert site.refresh(given[0]["refresh_token"]).status_code == 400


def test_two_secrets_live_for_a_week_while_a_site_changes_over(still, site, staff):
    new = clients.new_secret(UUID(site.id), {"revenue"}, staff[0].id)
    db.session.commit()

    def counts(secret):
        told = {"refresh_token": "x", "client_secret": secret}
        return site.post(grant_type="refresh_token", **told).json["error"] == "invalid_grant"

    assert counts(site.secret)
    assert counts(new)
    still.shift(7 * DAY - SECOND)
    assert counts(site.secret)
    still.shift(2 * SECOND)
    assert not counts(site.secret)
    assert counts(new)


def test_a_third_secret_ends_the_first_at_once(site, staff):
    for _ in range(2):
        clients.new_secret(UUID(site.id), {"revenue"}, staff[0].id)
    db.session.commit()
    assert site.post(grant_type="refresh_token", refresh_token="x").status_code == 401


def published(site):
    answer = site.web.get("/oauth/jwks")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    return answer.json["keys"]


def verifies(token, keys):
    try:
        jwt.decode(token, KeySet([RSAKey.import_key(one) for one in keys]))
    except (BadSignatureError, InvalidKeyIdError):
        return False
    return True


def test_keys_are_published_before_they_sign_and_after(still, app, site, person):
    assert published(site) == []
    signing.ready()
    db.session.commit()
    kids = {one["kid"] for one in published(site)}
    first = signing.current()[0]
    (second,) = kids - {first}
    old = site.redeem(sent_back(let_in(person, site.ask()))["code"]).json["id_token"]
    assert verifies(old, published(site))
    ran = app.test_cli_runner().invoke(oauth, ["rotate-keys"])
    assert second in ran.output
    keys = published(site)
    assert {first, second} < {one["kid"] for one in keys}
    assert len(keys) == 3
    assert verifies(old, keys)
    again = sent_back(let_in_again(person, site))
    new = site.redeem(again["code"]).json["id_token"]
    assert verifies(new, [one for one in keys if one["kid"] == second])
    assert not verifies(new, [one for one in keys if one["kid"] == first])
    still.shift(DAY - SECOND)
    assert first in {one["kid"] for one in published(site)}
    still.shift(2 * SECOND)
    assert first not in {one["kid"] for one in published(site)}
    service.sweep()
    assert len(published(site)) == 2


def test_what_the_discovery_documents_say_is_well_formed(site):
    OpenIDProviderMetadata(site.web.get("/.well-known/openid-configuration").json).validate()
    told = site.web.get("/.well-known/oauth-authorization-server")
    AuthorizationServerMetadata(told.json).validate()
    assert told.headers["Cache-Control"] == "no-store"


def test_nothing_is_kept_of_whoever_leaves(site, asha, code):
    token = site.redeem(code).json["access_token"]
    leaving.remove(asha.id)
    db.session.commit()
    assert site.post("introspect", token=token).json == {"active": False}
    for model in (OauthCode, OauthToken, OauthConsent):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0


@pytest.mark.parametrize(("before", "remembered"), [(SECOND, False), (-SECOND, True)])
def test_when_somebody_else_had_the_account_no_token_counts(
    site, person, asha, code, before, remembered
):
    tokens = site.redeem(code).json
    other = sent_back(let_in_again(person, site))["code"]
    agreed = db.session.scalars(select(OauthConsent.created_at)).one()
    publish(AccountSecured(asha.id, agreed - before))
    db.session.commit()
    assert site.post("introspect", token=tokens["access_token"]).json == {"active": False}
    assert site.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert site.redeem(other).json["error"] == "invalid_grant"
    silent = sent_back(person.get(site.ask(prompt="none")))
    assert ("code" in silent) is remembered
