"""Each thing broken once: an error of the protocol or one sentence, and a line in the audit."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.domain import Role
from portal.accounts.roles import service as roles
from portal.api import service as api
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.oauth.clients import domain as rules
from portal.oauth.clients import service as clients
from portal.oauth.clients.domain import ApprovedByAnother, Kind
from tests.oauth.conftest import BACK, let_in, sent_back


def error_of(answer):
    """The error, which always comes with a sentence."""
    told = dict(answer.json)
    assert told.pop("error_description").endswith(".")
    return told


def noted():
    refused = select(AuditEntry.why).where(AuditEntry.act == "oauth.refused")
    return db.session.scalars(refused.order_by(AuditEntry.number)).all()


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "",
        BACK + "/",
        BACK + "?a=1",
        BACK + "#f",
        BACK.upper(),
        "http://land.example.org/back",
        "https://land.example.org:443/back",
        "https://land.example.org.evil.org/back",
        "https://land.example.org@evil.org/back",
        "https://land.example.org/x/../back",
        "//land.example.org/back",
        "javascript:alert(1)",
        "x" * 5000,
        [BACK, "https://evil.example.org"],
    ],
)
def test_nobody_is_sent_to_another_address(site, person, uri):
    answer = person.get(site.ask(redirect_uri=uri))
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert noted()


@pytest.mark.parametrize("client_id", [None, "", "unknown", "0" * 32, "\0", "x" * 9000, str.upper])
def test_an_unknown_client_gets_a_page(site, person, client_id):
    client_id = client_id(site.id) if callable(client_id) else client_id
    answer = person.get(site.ask(client_id=client_id))
    assert answer.status_code == 400
    assert noted()


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"scope": "openid applications"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "none"}, "consent_required"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"request": "e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example.org"}, "request_uri_not_supported"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
)
def test_a_wrong_request_goes_back_with_the_error_the_state_and_the_issuer(
    site, person, broken, error
):
    told = sent_back(person.get(site.ask(**broken)))
    assert told.pop("error_description").endswith(".")
    assert told == {"error": error, "state": "s t&te", "iss": "http://localhost:8000"}
    assert noted()


def test_whoever_refuses_is_sent_back_without_a_code(site, person):
    assert sent_back(let_in(person, site.ask(), act="refuse"))["error"] == "access_denied"


def test_a_visitor_is_led_to_the_sign_in_and_a_silent_request_is_told(site):
    page = site.web.get(site.ask()).headers["Location"]
    assert "/sign-in?next=" in site.web.get(page).headers["Location"]
    assert sent_back(site.web.get(site.ask(prompt="none")))["error"] == "login_required"


def test_consent_is_remembered_for_what_was_asked_and_no_more(site, person, code):
    assert "code" in sent_back(person.get(site.ask(prompt="none")))
    page = person.get(site.ask(prompt="consent")).headers["Location"]
    assert person.get(page).status_code == 200


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": BACK + "2"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code": "x"}, "invalid_grant"),
        ({"code": ["x", "y"]}, "invalid_request"),
        ({"code": "x" * 9000}, "invalid_request"),
        ({"code": "\0"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_secret": None}, "invalid_client"),
        ({"client_id": "unknown"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
    ],
)
def test_a_wrong_request_for_tokens_gets_none(site, code, broken, error):
    answer = site.redeem(code, **broken)
    assert error_of(answer) == {"error": error}
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert noted()


def test_a_code_works_once_and_its_second_use_ends_what_came_of_it(site, code):
    tokens = site.redeem(code).json
    assert site.post("introspect", token=tokens["access_token"]).json["active"]
    assert error_of(site.redeem(code)) == {"error": "invalid_grant"}
    assert site.post("introspect", token=tokens["access_token"]).json == {"active": False}
    assert site.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize(("seconds", "status"), [(40, 200), (61, 400)])
def test_a_code_lasts_a_minute(site, code, seconds, status):
    with time_machine.travel(clock.now() + timedelta(seconds=seconds), tick=False):
        assert site.redeem(code).status_code == status


def test_a_refresh_token_used_twice_ends_its_family(site, code):
    first = site.redeem(code).json
    second = site.refresh(first["refresh_token"]).json
    assert error_of(site.refresh(first["refresh_token"])) == {"error": "invalid_grant"}
    assert site.refresh(second["refresh_token"]).status_code == 400
    assert site.post("introspect", token=second["access_token"]).json == {"active": False}
    assert "refresh_reused" in noted()


def test_a_refresh_does_not_widen_scopes(site, code):
    token = site.redeem(code).json["refresh_token"]
    assert error_of(site.refresh(token, scope="openid phone")) == {"error": "invalid_scope"}


def test_another_client_can_do_nothing_with_a_code_or_token(site, registered, code):
    other = registered(provider="tehsil")
    assert error_of(other.redeem(code)) == {"error": "invalid_grant"}
    tokens = site.redeem(code).json
    assert error_of(other.refresh(tokens["refresh_token"])) == {"error": "invalid_grant"}
    assert other.post("introspect", token=tokens["access_token"]).json == {"active": False}
    refused = other.post("revoke", token=tokens["access_token"])
    assert error_of(refused) == {"error": "invalid_grant"}
    assert site.post("introspect", token=tokens["access_token"]).json["active"]


def test_a_suspended_client_and_all_its_tokens_are_refused(site, staff, code):
    token = site.redeem(code).json["access_token"]
    clients.suspend(UUID(site.id), staff[1].id)
    db.session.commit()
    assert error_of(site.redeem(code)) == {"error": "invalid_client"}
    answer = site.web.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_token_of_one_audience_is_refused_by_the_other(site, registered, code):
    program = registered(kind=Kind.PROGRAM, scopes=("applications",))
    person = site.redeem(code).json["access_token"]
    own = program.post(grant_type="client_credentials").json["access_token"]
    cases = "/api/v1/provider/applications/PB-7K3M-9QXA"
    for token, path, status in [
        (person, cases, 401),
        (own, cases, 404),
        (own, "/api/v1/citizen/me", 401),
        (own, "/oauth/userinfo", 401),
        (person, "/api/v1/citizen/me", 200),
    ]:
        answer = site.web.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, path


def test_taking_consent_back_ends_the_tokens(site, person, code):
    token = site.redeem(code).json["access_token"]
    page = person.get("/en/account/apps").get_data(as_text=True)
    path = re.search('action="([^"]*/withdraw)"', page)[1]
    from_page = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert person.post(path, data={"csrf_token": from_page}).status_code == 302
    assert site.post("introspect", token=token).json == {"active": False}


@pytest.mark.parametrize(
    ("uri", "kind", "fit"),
    [
        ("https://a.example/b", Kind.SITE, True),
        ("http://a.example/b", Kind.SITE, False),
        ("http://127.0.0.1/b", Kind.APP, True),
        ("http://[::1]/b", Kind.APP, True),
        ("http://localhost/b", Kind.APP, False),
        ("http://127.0.0.1/b", Kind.SITE, False),
        ("org.example.app:/back", Kind.APP, True),
        ("example:/back", Kind.APP, False),
        ("https://*.example/b", Kind.SITE, False),
        ("https://a@b.example/b", Kind.SITE, False),
        ("https://a.example/b#c", Kind.SITE, False),
        ("https://a.example/%2e%2e/b", Kind.SITE, False),
        ("javascript:alert(1)", Kind.APP, False),
    ],
)
def test_which_redirect_uris_may_be_registered(uri, kind, fit):
    assert rules.is_fit(uri, kind) is fit


def test_an_app_chooses_the_port_of_its_loopback_address_and_nothing_else():
    assert rules.matches("http://127.0.0.1/b", "http://127.0.0.1:5123/b")
    assert not rules.matches("http://127.0.0.1/b", "http://127.0.0.1:5123/c")
    assert not rules.matches("http://127.0.0.1/b", "http://127.0.0.1:5123@evil.org/b")


def test_whoever_changed_a_client_does_not_approve_it(site, staff):
    client_id = UUID(site.id)
    clients.change_redirects(client_id, (BACK + "2",), {"revenue"}, staff[0].id)
    assert clients.approved(site.id) is None
    with pytest.raises(ApprovedByAnother):
        clients.approve(client_id, staff[0].id)


def test_tokens_of_an_integrator_end_with_the_role(app, staff):
    token = api.issue_token("revenue", api.SCOPES, "tests", staff[0].id)
    assert api.caller(f"Bearer {token}", "applications")
    roles.revoke(staff[0].id, Role.INTEGRATOR, "revenue", by="tests")
    with pytest.raises(api.NoToken):
        api.caller(f"Bearer {token}", "applications")


def test_guessing_a_secret_is_slowed_down(site):
    told = {"client_secret": "no", "grant_type": "refresh_token"}
    answers = [site.post(**told).status_code for _ in range(21)]
    assert answers[-2:] == [401, 429]
    right = site.post(grant_type="refresh_token", refresh_token="x")
    assert right.json["error"] == "invalid_grant"
