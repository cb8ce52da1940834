"""How we say who we are to a provider."""

import base64
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.federation.hostile import CLIENT


def token_request(client, hostile):
    """The headers and the form of the request for tokens."""
    begun = client.get("/en/sign-in/with/hostile")
    said = urlencode(hostile.code_for(begun.headers["Location"]))
    assert client.get(f"/oidc/hostile/callback?{said}").status_code == 302
    headers, form = hostile.heard[-1]
    return headers, {name: one for name, (one,) in form.items()}


def test_a_secret_goes_in_a_header(client, hostile, trusting):
    trusting(hostile.config(client_secret="a b:c/ü"))
    headers, form = token_request(client, hostile)
    said = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
    assert said == f"{CLIENT}:a+b%3Ac%2F%C3%BC"
    assert "client_secret" not in form


def test_a_secret_goes_in_the_form_where_only_that_is_taken(client, hostile, trusting):
    hostile.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    trusting(hostile.config(client_secret="a b:c"))
    headers, form = token_request(client, hostile)
    assert "authorization" not in headers
    assert (form["client_id"], form["client_secret"]) == (CLIENT, "a b:c")


def test_without_a_secret_only_the_name_goes(client, hostile, trusting):
    trusting(hostile.config(client_secret=None))
    headers, form = token_request(client, hostile)
    assert "authorization" not in headers
    assert form["client_id"] == CLIENT


@pytest.mark.parametrize(
    ("key", "alg"),
    [(RSAKey.generate_key(2048), "RS256"), (ECKey.generate_key("P-256"), "ES256")],
    ids=["RSA", "EC"],
)
def test_a_private_key_signs_an_assertion(client, hostile, trusting, tmp_path, key, alg):
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    trusting(hostile.config(client_secret=None, private_key=str(tmp_path / "key.pem")))
    _, form = token_request(client, hostile)
    said = jwt.decode(form["client_assertion"], key, algorithms=[alg]).claims
    assert (said["iss"], said["sub"], said["aud"]) == (CLIENT, CLIENT, f"{hostile.issuer}/token")


def test_the_code_comes_with_its_verifier(client, hostile, trusting):
    trusting(hostile.config())
    _, form = token_request(client, hostile)
    assert form["grant_type"] == "authorization_code"
    assert form["redirect_uri"] == "http://localhost:8000/oidc/hostile/callback"
    assert len(form["code_verifier"]) == 64
