"""What an operator may write about identity providers, and what stops the start."""

import json

import pytest
from joserfc.jwk import RSAKey

from portal.app import create_app, read_settings
from portal.federation.settings import FederationSettings
from portal.kernel import crypto
from portal.kernel.settings import SettingsError

USUAL = {
    "slug": "national-id",
    "title": {"en": "National identity", "pa": "ਕੌਮੀ ਪਛਾਣ"},
    "issuer": "https://id.example.org",
    "client_id": "sanjha",
    "client_secret": "a secret",
}


def read(text):
    settings = read_settings({"PORTAL_ENV": "test", "PORTAL_IDENTITY_PROVIDERS": text})
    return settings.of(FederationSettings).identity_providers


def written(**changes):
    told = {**USUAL, **changes}
    return json.dumps([{name: value for name, value in told.items() if value is not None}])


def test_without_the_setting_there_are_none():
    assert read_settings({"PORTAL_ENV": "test"}).of(FederationSettings).identity_providers == ()


def test_they_stand_in_the_setting_or_in_a_file_of_json_or_yaml(tmp_path):
    (tmp_path / "them.json").write_text(written())
    (tmp_path / "them.yaml").write_text(
        "- slug: national-id\n  title: {en: National identity}\n"
        "  issuer: https://id.example.org\n  client_id: sanjha\n"
    )
    for text in (written(), str(tmp_path / "them.json"), str(tmp_path / "them.yaml")):
        (one,) = read(text)
        assert (one.slug, one.issuer) == ("national-id", "https://id.example.org")


WRONG = {
    "no such file": ("/nowhere/them.json", "it names no readable file"),
    "no list": ("{}", "it names no readable file"),
    "broken": ("[{", "it names no readable file"),
    "a number": ("[7]", "identity provider 1"),
    "no issuer": (written(issuer=None), "identity provider 1, issuer"),
    "an issuer with a query": (written(issuer="https://a.example?b"), "without ? and #"),
    "a title without English": (written(title={"pa": "ਕੌਮੀ"}), "identity provider 1, title"),
    "a slug with a slash": (written(slug="a/b"), "identity provider 1, slug"),
    "a detail we do not have": (written(claims={"shoe": "x"}), "identity provider 1, claims"),
    "an algorithm with a secret": (written(algorithms=["HS256"]), "algorithms"),
    "no algorithm": (written(algorithms=["none"]), "algorithms"),
    "a level we do not have": (written(assurance={"a": "sure"}), "assurance"),
    "enough without a high level": (written(sufficient=True), "sufficient needs"),
    "two credentials": (written(private_key="key.pem"), "not both"),
    "a spelling": (written(client_scret="x"), "client_scret"),
    "a long leeway": (written(leeway=86400), "leeway"),
    "one slug twice": (json.dumps([USUAL, USUAL]), "two identity providers have one slug"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_stops_the_start_with_a_sentence(case):
    text, said = WRONG[case]
    with pytest.raises(SettingsError, match="PORTAL_IDENTITY_PROVIDERS is not right") as raised:
        read(text)
    assert said in str(raised.value)
    assert "a secret" not in str(raised.value)


def start(tmp_path, text, **more):
    crypto.write_keyring(tmp_path / "keys.json", crypto.new_keyring())
    usual = {"PORTAL_ENV": "test", "DATABASE_URL": "postgresql+psycopg://localhost/none"}
    paths = {"PORTAL_VAR": str(tmp_path), "PORTAL_KEYS_FILE": str(tmp_path / "keys.json")}
    return create_app(read_settings(usual | paths | {"PORTAL_IDENTITY_PROVIDERS": text} | more))


def test_an_issuer_in_production_has_https(tmp_path):
    production = {"PORTAL_ENV": "production", "PORTAL_BASE_URL": "https://portal.example.org"}
    with pytest.raises(SettingsError, match="must begin with https:// in production"):
        start(tmp_path, written(issuer="http://id.example.org"), **production)


def test_a_key_that_is_none_stops_the_start(tmp_path):
    (tmp_path / "key.pem").write_text("no key")
    with pytest.raises(SettingsError, match="holds no private key"):
        start(tmp_path, written(client_secret=None, private_key=str(tmp_path / "key.pem")))


def test_a_private_key_is_read(tmp_path):
    (tmp_path / "key.pem").write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    app = start(tmp_path, written(client_secret=None, private_key=str(tmp_path / "key.pem")))
    assert app.extensions["identity_providers"]["national-id"].key.key_type == "RSA"
