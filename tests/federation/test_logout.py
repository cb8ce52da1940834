"""Logout tokens of an identity provider: every check broken once, and who is signed out."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.leaving import service as leaving
from portal.audit.models import AuditEntry
from portal.federation import jobs, service
from portal.federation.domain import Identity
from portal.federation.models import LinkedIdentity, ProviderSession, SpentToken
from portal.federation.tokens import LOGOUT
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import fresh_code, make_person, send
from tests.accounts.threads import at_once
from tests.federation.hostile import CLIENT, OTHER

BROKEN = {
    "another kind": ({}, {"typ": "JWT"}, "INVALID_TYP"),
    "no kind": ({}, {"typ": None}, "INVALID_TYP"),
    "a kind of another type": ({}, {"typ": 7}, "INVALID_TYP"),
    "another issuer": ({"iss": "x"}, {}, "INVALID_ISS"),
    "another audience": ({"aud": "x"}, {}, "INVALID_AUD"),
    "no moment": ({"iat": None}, {}, "INVALID_IAT"),
    "no end": ({"exp": None}, {}, "TOKEN_EXPIRED"),
    "no events": ({"events": None}, {}, "INVALID_EVENTS"),
    "other events": ({"events": {"x": {}}}, {}, "INVALID_EVENTS"),
    "events of another type": ({"events": [LOGOUT]}, {}, "INVALID_EVENTS"),
    "an event of another type": ({"events": {LOGOUT: "x"}}, {}, "INVALID_EVENTS"),
    "a nonce": ({"nonce": "x"}, {}, "UNEXPECTED_NONCE"),
    "an empty nonce": ({"nonce": ""}, {}, "UNEXPECTED_NONCE"),
    "no name": ({"jti": None}, {}, "INVALID_JTI"),
    "a name of another type": ({"jti": 7}, {}, "INVALID_JTI"),
    "nobody": ({"sub": None}, {}, "INVALID_SUB"),
    "a subject of another type": ({"sub": {}}, {}, "INVALID_SUB"),
    "a session of another type": ({"sid": []}, {}, "INVALID_SID"),
    "no algorithm": ({}, {"alg": "none"}, "INVALID_ALG_HEADER"),
    "HMAC": ({}, {"alg": "HS256"}, "INVALID_ALG_HEADER"),
}


@pytest.fixture
def trusted(hostile, trusting):
    trusting(hostile.config())
    return hostile


def token(hostile, header=None, **changes):
    now = hostile.now()
    usual = {"iss": hostile.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": "one"}
    claims = usual | {"sub": "somebody", "events": {LOGOUT: {}}} | changes
    said = {name: value for name, value in claims.items() if value is not None}
    return hostile.signed(said, **{"typ": "logout+jwt"} | (header or {}))


def tell(client, said):
    return client.post("/oidc/hostile/backchannel-logout", data={"logout_token": said})


def why():
    db.session.rollback()
    refused = select(AuditEntry.why).where(AuditEntry.act == "federation.refused")
    return db.session.scalars(refused.order_by(AuditEntry.number)).all()


def signed_in(app, hostile, sid="there"):
    """Somebody who signed in with it, and the browser."""
    someone = make_person()
    identity = Identity("hostile", hostile.issuer, "somebody")
    service.link(someone.id, identity)
    db.session.commit()
    hostile.claims = {"sid": sid}
    client = app.test_client()
    begun = client.get("/en/sign-in/with/hostile")
    said = urlencode(hostile.code_for(begun.headers["Location"]))
    back = client.get(f"/oidc/hostile/callback?{said}")
    send(client, back.headers["Location"], code=fresh_code(someone))
    assert client.get("/en/applications").status_code == 200
    return client


@pytest.mark.parametrize("case", BROKEN)
def test_each_check_of_a_logout_token(client, trusted, case):
    changes, header, code = BROKEN[case]
    answer = tell(client, token(trusted, header, **changes))
    assert answer.status_code == 400
    assert answer.json["error"] == "invalid_request"
    assert answer.headers["Cache-Control"] == "no-store"
    assert why() == [code]


def test_one_signed_by_another_key_is_refused(client, trusted):
    trusted.key = OTHER
    assert tell(client, token(trusted)).status_code == 400
    assert why() == ["INVALID_SIGNATURE"]


@pytest.mark.parametrize("said", ["", "x", "a.b.c", "a" * 40_000], ids=len)
def test_what_is_no_token_is_refused(client, trusted, said):
    assert tell(client, said).status_code == 400


def test_a_request_without_a_token_is_refused(client, trusted):
    assert client.post("/oidc/hostile/backchannel-logout").status_code == 400


@pytest.mark.parametrize(
    "named", [{}, {"sub": None, "sid": "there"}, {"sid": "there"}], ids=["sub", "sid", "both"]
)
def test_sessions_begun_with_it_end(app, trusted, named):
    client = signed_in(app, trusted)
    trusted.claims = {}
    assert tell(app.test_client(), token(trusted, **named)).status_code == 200
    assert client.get("/en/applications").status_code == 302


@pytest.mark.parametrize(
    "named",
    [{"sub": "another"}, {"sub": None, "sid": "elsewhere"}, {"sub": "another", "sid": "there"}],
    ids=["sub", "sid", "of two people"],
)
def test_those_of_others_go_on(app, trusted, named):
    client = signed_in(app, trusted)
    tell(app.test_client(), token(trusted, **named))
    assert client.get("/en/applications").status_code == 200


def test_a_logout_token_works_once(app, trusted):
    assert tell(app.test_client(), token(trusted)).status_code == 200
    assert tell(app.test_client(), token(trusted)).status_code == 400
    assert why() == ["REPEATED_JTI"]


def test_of_many_with_one_state_one_gets_through(app):
    ends = clock.now() + timedelta(minutes=10)

    told = at_once(app, 8, lambda: service.spend("state", "the same", ends))
    assert sorted(told) == [False] * 7 + [True]


def test_one_that_never_ends_is_remembered_for_as_long_as_it_is_believed(app, trusted):
    endless = token(trusted, exp=2**40 - 1)
    assert tell(app.test_client(), endless).status_code == 200
    assert tell(app.test_client(), endless).status_code == 400
    with time_machine.travel(clock.now() + timedelta(minutes=13)):
        jobs.sweep.function()
        db.session.commit()
        assert tell(app.test_client(), endless).status_code == 400
    assert why() == ["REPEATED_JTI", "INVALID_IAT"]


def test_what_has_ended_is_swept(app, trusted):
    signed_in(app, trusted)
    service.spend("state", "old", clock.now() + timedelta(minutes=10))
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=13)):
        jobs.sweep.function()
        db.session.commit()
    assert db.session.query(SpentToken).count() == 0
    assert db.session.query(ProviderSession).count() == 0


def test_what_was_linked_goes_with_the_person(app, trusted):
    signed_in(app, trusted)
    db.session.rollback()
    someone = db.session.scalars(select(LinkedIdentity.subject_id)).one()
    leaving.remove(someone)
    db.session.commit()
    for model in (LinkedIdentity, ProviderSession):
        assert db.session.scalars(select(model)).all() == []
