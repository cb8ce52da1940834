"""What the tests of applications share."""

import shutil

import pytest

from portal.files import shelves
from tests.accounts.factories import browser, make_person, signed_in_client
from tests.applications import factories


@pytest.fixture
def revenue(app):
    """The revenue department's services, published, and empty shelves."""
    factories.published()
    yield app
    shutil.rmtree(shelves.folder(), ignore_errors=True)


@pytest.fixture
def person(revenue):
    return make_person(name="Asha Devi")


@pytest.fixture
def stranger(revenue):
    return make_person(name="Ravi Kumar")


@pytest.fixture
def officer(revenue):
    return make_person(name="Officer Singh", role="officer", provider="revenue")


@pytest.fixture
def mine(revenue, person):
    """The person's browser, signed in."""
    return signed_in_client(revenue, person)


@pytest.fixture
def desk(revenue, officer):
    """The officer's browser, signed in."""
    return signed_in_client(revenue, officer)


@pytest.fixture
def theirs(revenue, stranger):
    """A browser of somebody else, signed in."""
    return signed_in_client(revenue, stranger)


@pytest.fixture
def visitor(revenue):
    """A browser of nobody in particular."""
    return browser(revenue)


@pytest.fixture
def application(person):
    return factories.sent(person)
