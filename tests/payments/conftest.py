"""What the tests of payments share: a person, their browser, and gateways of other kinds."""

from dataclasses import replace

import pytest

from payments.gateways import gateways
from tests.accounts.factories import browser, make_person, signed_in_client
from tests.payments.factories import owed


@pytest.fixture
def person(app):
    return make_person(name="Asha Devi")


@pytest.fixture
def mine(app, person):
    """The person's browser, signed in."""
    return signed_in_client(app, person)


@pytest.fixture
def visitor(app):
    return browser(app)


@pytest.fixture
def payment(app, person):
    """What the person owes."""
    return owed(person_id=person.id, subject_id=person.id)


@pytest.fixture
def another_gateway(monkeypatch):
    """Put one more gateway beside the sandbox, made from it with changes."""

    def put(slug, **changes):
        made = replace(gateways()["sandbox"], slug=slug, title=f"By {slug}", **changes)
        monkeypatch.setitem(gateways(), slug, made)
        return made

    return put
