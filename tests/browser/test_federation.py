"""Somebody comes with an identity of another service, and links it to the account by hand."""

import json

import pytest

from tests.accounts.factories import PASSWORD, fresh_code, make_person
from tests.browser.visit import DESK, PHONE, PLAIN
from tests.federation.hostile import Hostile, listening

TITLE = {"en": "State identity", "ur": "ریاستی شناخت", "pa": "ਸੂਬਾਈ ਪਛਾਣ"}
CLAIMS = {"name": "name", "birth_date": "birthdate", "gender": "gender"}


@pytest.fixture
def there():
    """An identity provider at which somebody is signed in already."""
    for one in listening(Hostile()):
        told = {"name": "Asha Rani", "birthdate": "1990-05-17", "gender": "female"}
        one.claims = {"sub": "asha", **told}
        yield one


@pytest.fixture
def more_settings(there):
    known = there.config("state-id", title=TITLE, claims=CLAIMS)
    return {"PORTAL_IDENTITY_PROVIDERS": json.dumps([known])}


@pytest.mark.promise("M20")
@pytest.mark.parametrize("way", [DESK, PHONE, PLAIN])
def test_an_identity_is_linked_and_then_signs_in(app, there, visit, way):
    asha = make_person(name="Asha Devi")
    person = visit(**way)
    person.go("/sign-in")
    person.shot("sign-in")
    person.follow("main a[href*='/sign-in/with/state-id']")
    person.shot("unknown")
    person.follow("main a.btn.go")
    person.fill(contact=asha.email, password=PASSWORD)
    person.press()
    person.fill(code=fresh_code(asha))
    person.press()
    assert "Asha Rani" in person.text()
    person.shot("link")
    person.press()
    assert person.page.url.endswith("/account/identities")
    person.shot("identities")
    person.go("/profile")
    assert TITLE[person.language] in person.text()
    person.shot("profile")
    there.claims = {"sub": "asha", "aud": "another"}
    later = visit(**way)
    later.page.goto(f"/{later.language}/sign-in")
    later.follow("main a[href*='/sign-in/with/state-id']")
    later.shot("refused")
    assert person.faults == []
    assert [one for one in later.faults if "400" not in one] == []
