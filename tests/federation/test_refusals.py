"""Every check of a provider's answer, broken once: refused, recorded, nobody signed in."""

import json
import warnings
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from portal.accounts.sessions.models import SessionRow
from portal.audit.models import AuditEntry
from portal.federation.models import LinkedIdentity
from portal.kernel import clock
from portal.kernel.db import db
from tests.federation.hostile import CLIENT, OTHER, OURS, Hostile, encoded, listening

HUGE = 10**400
DEEP = b'{"a":' * 4000 + b"1" + b"}" * 4000


def at(**offsets):
    """Moments of a clock, so many seconds from when the token is made."""
    return lambda one: {name: one.now() + seconds for name, seconds in offsets.items()}


# What a token says -> why it is refused. None takes the claim away.
CLAIMS = {
    "another issuer": ({"iss": "https://elsewhere.example"}, "INVALID_ISS"),
    "its issuer with a slash": (lambda one: {"iss": f"{one.issuer}/"}, "INVALID_ISS"),
    "no issuer": ({"iss": None}, "INVALID_ISS"),
    "an issuer of another type": ({"iss": ["x"]}, "INVALID_ISS"),
    "another audience": ({"aud": "other"}, "INVALID_AUD"),
    "no audience": ({"aud": None}, "INVALID_AUD"),
    "an empty audience": ({"aud": []}, "INVALID_AUD"),
    "an audience of another type": ({"aud": {CLIENT: 1}}, "INVALID_AUD"),
    "audiences of other types": ({"aud": [CLIENT, 7]}, "INVALID_AUD"),
    "an audience in capitals": ({"aud": CLIENT.upper()}, "INVALID_AUD"),
    "several audiences without azp": ({"aud": [CLIENT, "other"]}, "INVALID_AZP"),
    "another authorized party": ({"azp": "other"}, "INVALID_AZP"),
    "several audiences, another party": ({"aud": [CLIENT, "x"], "azp": "x"}, "INVALID_AZP"),
    "a party of another type": ({"azp": [CLIENT]}, "INVALID_AZP"),
    "an end that is past": (at(exp=-120), "TOKEN_EXPIRED"),
    "no end": ({"exp": None}, "TOKEN_EXPIRED"),
    "an end of another type": ({"exp": "tomorrow"}, "TOKEN_EXPIRED"),
    "an end that is true": ({"exp": True}, "TOKEN_EXPIRED"),
    "a huge end": ({"exp": HUGE}, "TOKEN_EXPIRED"),
    "an endless end": ({"exp": float("inf")}, "TOKEN_EXPIRED"),
    "a beginning to come": (at(nbf=600), "TOKEN_NOT_VALID_YET"),
    "a beginning of another type": ({"nbf": "x"}, "TOKEN_NOT_VALID_YET"),
    "made later": (at(iat=600), "TOKEN_NOT_VALID_YET"),
    "made long ago": (at(iat=-3600), "INVALID_IAT"),
    "no moment of making": ({"iat": None}, "INVALID_IAT"),
    "a moment of another type": ({"iat": {"a": 1}}, "INVALID_IAT"),
    "a negative moment": ({"iat": -1}, "INVALID_IAT"),
    "another nonce": ({"nonce": "other"}, "NONCE_NOT_MATCHING"),
    "no nonce": ({"nonce": None}, "NONCE_NOT_MATCHING"),
    "a nonce of another type": ({"nonce": ["x"]}, "NONCE_NOT_MATCHING"),
    "a nonce that is no text": ({"nonce": "\ud800"}, "NONCE_NOT_MATCHING"),
    "no subject": ({"sub": None}, "INVALID_SUB"),
    "an empty subject": ({"sub": ""}, "INVALID_SUB"),
    "a subject of another type": ({"sub": 7}, "INVALID_SUB"),
    "a subject too long": ({"sub": "x" * 256}, "INVALID_SUB"),
    "a subject with a line in it": ({"sub": "a\nb"}, "INVALID_SUB"),
    "a subject that is no text": ({"sub": "\ud800"}, "INVALID_SUB"),
    "a class of another type": ({"acr": ["high"]}, "INCORRECT_ACR"),
    "methods of another type": ({"amr": "pwd"}, "INCORRECT_AMR"),
    "methods of other types": ({"amr": [7]}, "INCORRECT_AMR"),
    "a hash of another access token": ({"at_hash": "AAAA"}, "INVALID_AT_HASH"),
    "a hash of another type": ({"at_hash": 7}, "INVALID_AT_HASH"),
    "a session of another type": ({"sid": 7}, "INVALID_SID"),
    "a name of another type": ({"name": {"first": "Asha"}}, "INVALID_CLAIMS"),
    "a name too long": ({"name": "A" * 400}, "INVALID_CLAIMS"),
    "a name with control characters": ({"name": "Asha\x00"}, "INVALID_CLAIMS"),
    "a birth date of another type": ({"birthdate": 19900517}, "INVALID_CLAIMS"),
}
HEADERS = {
    "no algorithm": ({"alg": "none"}, "INVALID_ALG_HEADER"),
    "none in capitals": ({"alg": "NONE"}, "INVALID_ALG_HEADER"),
    "an algorithm of another type": ({"alg": ["RS256"]}, "INVALID_ALG_HEADER"),
    "no word of an algorithm": ({"alg": None}, "INVALID_ALG_HEADER"),
    "an algorithm that nobody knows": ({"alg": "RS1"}, "INVALID_ALG_HEADER"),
    "a key that is not published": ({"kid": "two"}, "INVALID_SIGNATURE"),
    "a name of a key of another type": ({"kid": 7}, "INVALID_TOKEN"),
    "what must be understood": ({"crit": ["exp"]}, "INVALID_TOKEN"),
}


def keyed(key):
    return lambda one: setattr(one, "key", key)


def symmetric(one):
    """The public key, which everybody knows, as the secret of an HMAC."""
    one.header = {"alg": "HS256"}


def brought_along(one):
    one.key, one.header = OTHER, {"kid": "mine", "jwk": OTHER.as_dict(private=False)}


def pointed_at(one):
    one.key, one.header = OTHER, {"kid": "mine", "jku": f"{one.issuer}/userinfo"}
    one.userinfo = {"keys": [OTHER.as_dict(private=False) | {"kid": "mine"}]}


def mangled(how):
    return lambda one: setattr(one, "mangle", how)


def whole(token):
    return lambda one: setattr(one, "whole_token", token)


def answered(status, told):
    return lambda one: setattr(one, "token_answer", (status, told))


def published(keys):
    return lambda one: setattr(one, "keys", keys)


def weak(one):
    with warnings.catch_warnings(action="ignore"):
        one.key = RSAKey.generate_key(1024, {"kid": "one"})
    one.keys = [one.key.as_dict(private=False)]


def swap_payload(token):
    header, _, signature = token.split(".")
    other = {"iss": "x", "sub": "admin"}
    return f"{header}.{encoded(other)}.{signature}"


TOKENS = {
    "signed by another key": (keyed(OTHER), "INVALID_SIGNATURE"),
    "HMAC with the public key": (symmetric, "INVALID_ALG_HEADER"),
    "a key in its header": (brought_along, "INVALID_SIGNATURE"),
    "an address of keys in its header": (pointed_at, "INVALID_SIGNATURE"),
    "a weak key": (weak, "INVALID_SIGNATURE"),
    "no signature": (mangled(lambda one: one.rpartition(".")[0] + "."), "INVALID_SIGNATURE"),
    "only two parts": (mangled(lambda one: one.rpartition(".")[0]), "INVALID_TOKEN"),
    "a signature of another text": (mangled(swap_payload), "INVALID_SIGNATURE"),
    "a signature cut short": (mangled(lambda one: one[:-20]), "INVALID_SIGNATURE"),
    "four parts": (mangled(lambda one: one + ".x"), "INVALID_TOKEN"),
    "no text": (whole(["x"]), "INVALID_TOKEN"),
    "a number": (whole(7), "INVALID_TOKEN"),
    "words": (whole("not a token"), "INVALID_TOKEN"),
    "empty parts": (whole(".."), "INVALID_TOKEN"),
    "other alphabets": (whole("ä.ö.ü"), "INVALID_TOKEN"),
    "very long": (whole("a" * 40_000), "INVALID_TOKEN"),
    "deeply nested": (whole(f"{encoded(DEEP[:20_000])}.e30.x"), "INVALID_TOKEN"),
    "a header that is a list": (whole(f"{encoded([1])}.e30.x"), "INVALID_TOKEN"),
    "numbers too large to read": (whole(f"{encoded(b'{' + b'9' * 5000)}.e30.x"), "INVALID_TOKEN"),
    "an answer without it": (answered(200, {"access_token": "x"}), "INVALID_TOKEN"),
    "an answer that is a list": (answered(200, [1]), "INVALID_TOKEN_RESPONSE"),
    "an answer that is no JSON": (answered(200, b"<html>"), "INVALID_TOKEN_RESPONSE"),
    "an answer that is nested": (answered(200, b"[" * 60_000), "INVALID_TOKEN_RESPONSE"),
    "an endless answer": (
        answered(200, b'{"id_token": "' + b"a" * 200_000),
        "INVALID_TOKEN_RESPONSE",
    ),
    "an access token with a line": (
        answered(200, {"id_token": "x", "access_token": "a\r\nb"}),
        "INVALID_TOKEN_RESPONSE",
    ),
    "a refusal": (answered(400, {"error": "invalid_client"}), "TOKEN_REQUEST_REFUSED"),
    "a redirect": (answered(302, {}), "TOKEN_REQUEST_REFUSED"),
    "a fault there": (answered(500, b""), "INVALID_TOKEN_RESPONSE"),
    "keys that are no list": (published({"a": 1}), "INVALID_JWKS"),
    "too many keys": (published([{}] * 51), "INVALID_JWKS"),
    "keys of other types": (published([1, None, {"kty": 7, "kid": "one"}]), "INVALID_SIGNATURE"),
    "a broken key": (published([{"kty": "RSA", "kid": "one", "n": 1}]), "INVALID_SIGNATURE"),
    "a key beyond all measure": (
        published([OURS.as_dict(private=False) | {"n": "A" * 20_000}]),
        "INVALID_SIGNATURE",
    ),
    "a key for sealing": (
        published([OURS.as_dict(private=False) | {"use": "enc"}]),
        "INVALID_SIGNATURE",
    ),
    "two keys of one name": (published([OURS.as_dict(private=False)] * 2), "INVALID_SIGNATURE"),
}
METADATA = {
    "another issuer": {"issuer": "https://elsewhere.example"},
    "no token endpoint": {"token_endpoint": None},
    "an endpoint of another type": {"authorization_endpoint": 7},
    "an endpoint that is a script": {"authorization_endpoint": "javascript:alert(1)"},
    "an endpoint on a disk": {"jwks_uri": "file:///etc/passwd"},
    "an endpoint that cannot be read": {"token_endpoint": "https://[x"},
    "an endpoint with a line in it": {"authorization_endpoint": "https://a.example/\r\nx"},
    "an endpoint in another script": {"authorization_endpoint": "https://a.example/ਅ"},
    "a list": [1],
    "no JSON": b"<html>",
    "too long": b'{"issuer": "' + b"a" * 100_000,
}


@pytest.fixture
def trusted(hostile, trusting):
    trusting(hostile.config(claims={"name": "name", "birth_date": "birthdate"}))
    hostile.userinfo = {"sub": "somebody"}
    return hostile


def back(client, hostile, slug="hostile", **changes):
    """Begin, and come back with the right answer, or with one changed in these parts."""
    begun = client.get(f"/en/sign-in/with/{slug}")
    assert begun.status_code == 302, begun.get_data(as_text=True)
    said = hostile.code_for(begun.headers["Location"]) | changes
    said = {name: value for name, value in said.items() if value is not None}
    return client.get(f"/oidc/{slug}/callback?{urlencode(said, doseq=True)}")


def assert_refused(answer, code, count=1):
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400, (answer.status_code, answer.headers.get("Location"))
    assert "This did not work" in page
    db.session.rollback()
    refused = db.session.query(AuditEntry).filter_by(act="federation.refused")
    recorded = refused.order_by(AuditEntry.number).all()
    assert [one.why for one in recorded][-1:] == [code]
    assert len(recorded) == count
    assert {row.level for row in db.session.query(SessionRow)} <= {"visitor"}
    assert db.session.query(LinkedIdentity).count() == 0


def test_the_right_answer_is_believed(client, trusted):
    answer = back(client, trusted)
    assert answer.headers["Location"] == "/en/sign-in/with/hostile/new"
    assert db.session.query(AuditEntry).count() == 0


@pytest.mark.parametrize("case", CLAIMS)
def test_each_claim_is_checked(client, trusted, case):
    told, code = CLAIMS[case]
    trusted.claims = told(trusted) if callable(told) else told
    assert_refused(back(client, trusted), code)


@pytest.mark.parametrize("case", HEADERS)
def test_each_part_of_the_header_is_checked(client, trusted, case):
    trusted.header, code = HEADERS[case]
    assert_refused(back(client, trusted), code)


@pytest.mark.parametrize("case", TOKENS)
def test_the_signature_and_the_answer_are_checked(client, trusted, case):
    break_it, code = TOKENS[case]
    break_it(trusted)
    assert_refused(back(client, trusted), code)


@pytest.mark.parametrize("case", METADATA)
def test_what_a_provider_publishes_is_checked(client, trusted, case):
    trusted.metadata = METADATA[case]
    assert_refused(client.get("/en/sign-in/with/hostile"), "INVALID_METADATA")


CALLBACKS = {
    "no state": ({"state": None}, "INVALID_STATE"),
    "another state": ({"state": "other"}, "INVALID_STATE"),
    "a state twice": ({"state": ["a", "b"]}, "INVALID_REQUEST"),
    "a huge state": ({"state": "a" * 5000}, "INVALID_REQUEST"),
    "a state in another script": ({"state": "ਅ"}, "INVALID_REQUEST"),
    "no code": ({"code": None}, "INVALID_CODE"),
    "an empty code": ({"code": ""}, "INVALID_CODE"),
    "another code": ({"code": "other"}, "INVALID_CODE"),
    "a code twice": ({"code": ["a", "good"]}, "INVALID_REQUEST"),
    "a huge code": ({"code": "a" * 5000}, "INVALID_REQUEST"),
    "no issuer, which it promised": ({"iss": None}, "INVALID_ISS"),
    "the issuer of another": ({"iss": "https://elsewhere.example"}, "INVALID_ISS"),
    "an issuer twice": ({"iss": ["a", "b"]}, "INVALID_REQUEST"),
    "access denied": ({"code": None, "error": "access_denied"}, "ACCESS_DENIED"),
    "a sign-in that is needed": ({"code": None, "error": "login_required"}, "ACCESS_DENIED"),
    "a fault of theirs": ({"code": None, "error": "server_error"}, "PROVIDER_ERROR"),
    "an error beside a code": ({"error": "server_error"}, "PROVIDER_ERROR"),
    "a huge error": ({"error": "x" * 1000}, "INVALID_REQUEST"),
    "an error with markup": ({"error": "<script>"}, "PROVIDER_ERROR"),
}


@pytest.mark.parametrize("case", CALLBACKS)
def test_each_parameter_of_the_callback_is_checked(client, trusted, case):
    changes, code = CALLBACKS[case]
    assert_refused(back(client, trusted, **changes), code)


def test_no_stranger_fills_the_record_with_answers_and_tokens(client, trusted):
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(15):
            assert client.get("/oidc/hostile/callback").status_code == 400
            assert client.post("/oidc/hostile/backchannel-logout").status_code == 400
    assert db.session.query(AuditEntry).filter_by(act="federation.refused").count() == 20


def test_an_answer_works_once(client, trusted):
    begun = client.get("/en/sign-in/with/hostile")
    said = urlencode(trusted.code_for(begun.headers["Location"]))
    assert client.get(f"/oidc/hostile/callback?{said}").status_code == 302
    again = client.get(f"/oidc/hostile/callback?{said}")
    assert_refused(again, "INVALID_STATE")


def test_a_code_that_was_used_is_refused_by_the_provider_and_so_by_us(client, trusted):
    back(client, trusted)
    assert_refused(back(client, trusted), "INVALID_CODE")


def test_an_answer_for_another_browser_is_refused(app, client, trusted):
    begun = client.get("/en/sign-in/with/hostile")
    said = urlencode(trusted.code_for(begun.headers["Location"]))
    assert_refused(app.test_client().get(f"/oidc/hostile/callback?{said}"), "INVALID_STATE")


def test_an_answer_after_ten_minutes_is_refused(client, trusted):
    begun = client.get("/en/sign-in/with/hostile")
    said = urlencode(trusted.code_for(begun.headers["Location"]))
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
        assert_refused(client.get(f"/oidc/hostile/callback?{said}"), "INVALID_STATE")


@pytest.fixture
def second():
    yield from listening(Hostile())


def test_two_providers_cannot_be_mixed_up(client, hostile, second, trusting):
    trusting(hostile.config("honest"), second.config("evil"))
    begun = client.get("/en/sign-in/with/honest")
    said = hostile.code_for(begun.headers["Location"])
    # The evil one has the browser bring the honest one's answer to its own address.
    assert_refused(client.get(f"/oidc/evil/callback?{urlencode(said)}"), "INVALID_STATE")
    # And the state is used up by that.
    assert_refused(client.get(f"/oidc/honest/callback?{urlencode(said)}"), "INVALID_STATE", 2)


def test_the_issuer_of_the_other_provider_is_refused(client, hostile, second, trusting):
    trusting(hostile.config("honest"), second.config("evil"))
    answer = back(client, hostile, "honest", iss=second.issuer)
    assert_refused(answer, "INVALID_ISS")
    assert hostile.spent == set()


REQUIRED = {
    "another class": ({"acr": ["high"]}, {"acr": "low"}, "INCORRECT_ACR"),
    "no class": ({"acr": ["high"]}, {}, "INCORRECT_ACR"),
    "other methods": ({"amr": ["pwd", "otp"]}, {"amr": ["pwd"]}, "INCORRECT_AMR"),
    "no methods": ({"amr": ["pwd"]}, {}, "INCORRECT_AMR"),
    "shown long ago": ({"max_age": 300}, at(auth_time=-1000), "INVALID_AUTH_TIME"),
    "no word of when": ({"max_age": 300}, {}, "INVALID_AUTH_TIME"),
    "when, of another type": ({"max_age": 300}, {"auth_time": "now"}, "INVALID_AUTH_TIME"),
}


@pytest.mark.parametrize("case", REQUIRED)
def test_what_the_operator_requires_is_checked(client, hostile, trusting, case):
    requires, told, code = REQUIRED[case]
    trusting(hostile.config(requires=requires))
    hostile.claims = told(hostile) if callable(told) else told
    assert_refused(back(client, hostile), code)


def test_userinfo_of_somebody_else_is_refused(client, trusted):
    trusted.userinfo = {"sub": "another", "name": "Eve"}
    assert_refused(back(client, trusted), "INVALID_USERINFO")


def test_several_audiences_are_right_with_our_name_as_party(client, trusted):
    trusted.claims = {"aud": [CLIENT, "other"], "azp": CLIENT}
    assert back(client, trusted).status_code == 302


def test_a_new_key_is_looked_for_once_a_minute(client, trusted):
    assert back(client, trusted).status_code == 302
    new = RSAKey.generate_key(2048, {"kid": "new", "use": "sig", "alg": "RS256"})
    trusted.key, trusted.header = new, {"kid": "new"}
    trusted.keys = [new.as_dict(private=False)]
    trusted.spent.clear()
    assert_refused(back(client, trusted), "INVALID_SIGNATURE")
    trusted.spent.clear()
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert back(client, trusted).status_code == 302


@pytest.mark.parametrize("query", ["?a=1", "?", "?a=%zz", "?a{b", "?&&=", "#part"])
def test_an_address_of_theirs_may_have_a_query(client, trusted, query):
    trusted.metadata = {"authorization_endpoint": f"https://a.example/{query}"}
    leads_to = client.get("/en/sign-in/with/hostile").headers["Location"]
    assert leads_to.startswith("https://a.example/?")
    assert "code_challenge=" in leads_to.partition("#")[0]


def test_an_unknown_provider_is_not_found(client, trusted):
    assert client.get("/oidc/other/callback?state=a&code=b").status_code == 404
    assert client.get("/en/sign-in/with/other").status_code == 404


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.sampled_from(["state", "code", "iss", "error", "error_description", "response"]),
        st.lists(st.text(max_size=50), max_size=3),
    )
)
def test_whatever_comes_back_is_answered_with_a_sentence(app, trusted, said):
    answer = app.test_client().get(
        f"/oidc/hostile/callback?{urlencode(said, doseq=True, errors='replace')}"
    )
    assert answer.status_code == 400


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "nonce", "sub", "azp", "acr", "amr",
                     "auth_time", "at_hash", "sid", "name", "birthdate"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    ),
)  # fmt: skip
def test_whatever_a_claim_holds_there_is_no_fault(app, trusted, claim, value):
    trusted.claims = {claim: value}
    trusted.spent.clear()
    answer = back(app.test_client(), trusted)
    assert answer.status_code in (302, 400)
    json.dumps(trusted.claims)
