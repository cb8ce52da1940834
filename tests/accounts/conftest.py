"""What the tests of accounts share."""

import pytest

from tests.accounts import factories


@pytest.fixture
def person(app):
    return factories.make_person()


@pytest.fixture
def client(app):
    return factories.browser(app)
