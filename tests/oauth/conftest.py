"""Clients of the authorization server, and a person who is asked to let them in."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from portal.kernel.db import db
from portal.oauth.clients import service as clients
from portal.oauth.clients.domain import Kind, Told
from tests.accounts.factories import browser, csrf_token, make_person, signed_in_client

BACK = "https://land.example.org/back"
VERIFIER = "v" * 43
SCOPES = ("openid", "profile", "email", "citizen", "offline_access")


@dataclass
class Party:
    """A client as the tests know it."""

    id: str
    secret: str | None
    web: object

    def ask(self, **changes):
        usual = {
            "client_id": self.id,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": " ".join(SCOPES),
            "state": "s t&te",
            "code_challenge": create_s256_code_challenge(VERIFIER),
            "code_challenge_method": "S256",
        }
        told = {name: value for name, value in (usual | changes).items() if value is not None}
        return "/oauth/authorize?" + urlencode(told, doseq=True)

    def post(self, where="token", **changes):
        usual = {"client_id": self.id, "client_secret": self.secret}
        told = {name: value for name, value in (usual | changes).items() if value is not None}
        return self.web.post(f"/oauth/{where}", data=told)

    def redeem(self, code, /, **changes):
        usual = {"grant_type": "authorization_code", "code": code}
        return self.post(**usual | {"redirect_uri": BACK, "code_verifier": VERIFIER} | changes)

    def refresh(self, token, **changes):
        return self.post(grant_type="refresh_token", refresh_token=token, **changes)


def sent_back(response):
    """What the person's browser brings back to the site."""
    assert response.status_code == 303, response.get_data(as_text=True)
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def let_in(person, url, ticked=("name", "email"), act="agree"):
    """Go through the consent page."""
    page = person.get(urlsplit(url).path + "?" + urlsplit(url).query).headers["Location"]
    html = person.get(page)
    if html.status_code == 303:
        return html
    assert html.status_code == 200, (page, html.status_code, html.headers)
    told = {"csrf_token": csrf_token(html.data), "claim": list(ticked), "act": act}
    return person.post(page, data=told)


@pytest.fixture
def staff(app):
    """An integrator and an admin."""
    return make_person(role="integrator", provider="revenue"), make_person(role="admin")


@pytest.fixture
def registered(app, staff):
    def make(kind=Kind.SITE, redirects=(BACK,), scopes=SCOPES, provider="revenue", needed=()):
        told = Told(
            provider, "Land records", kind, "https://land.example.org", "To show your land",
            () if kind is Kind.PROGRAM else redirects, scopes, needed,
        )  # fmt: skip
        row = clients.register(told, staff[0].id)
        clients.approve(row.id, staff[1].id)
        secret = None
        if kind is not Kind.APP:
            secret = clients.new_secret(row.id, {provider}, staff[0].id)
        db.session.commit()
        return Party(str(row.id), secret, browser(app))

    return make


@pytest.fixture
def site(registered):
    return registered()


@pytest.fixture
def asha(app):
    return make_person(name="Asha Devi")


@pytest.fixture
def person(app, asha):
    return signed_in_client(app, asha)


@pytest.fixture
def code(site, person):
    return sent_back(let_in(person, site.ask()))["code"]
