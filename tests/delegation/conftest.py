"""What the tests of acting for another share."""

import shutil
from datetime import timedelta

import pytest

from portal.delegation import service
from portal.files import shelves
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import make_person, signed_in_client
from tests.applications import factories as applications
from tests.delegation.factories import INCOME_PATH, terms

CENTRE = "sewa-1"


@pytest.fixture
def revenue(app):
    """The revenue department's services, published, and empty shelves."""
    applications.published()
    yield app
    shutil.rmtree(shelves.folder(), ignore_errors=True)


@pytest.fixture
def asha(revenue):
    """Who lets others act."""
    return make_person(name="Asha Devi")


@pytest.fixture
def ravi(revenue):
    """Who helps."""
    return make_person(name="Ravi Kumar")


@pytest.fixture
def nobody(revenue):
    """Somebody who has nothing to do with it."""
    return make_person(name="Meena Rani")


@pytest.fixture
def operator(revenue):
    return make_person(name="Gurpreet Kaur", role="operator", provider=CENTRE)


@pytest.fixture
def ashas(revenue, asha):
    return signed_in_client(revenue, asha)


@pytest.fixture
def ravis(revenue, ravi):
    return signed_in_client(revenue, ravi)


@pytest.fixture
def nobodys(revenue, nobody):
    return signed_in_client(revenue, nobody)


@pytest.fixture
def counter(revenue, operator):
    return signed_in_client(revenue, operator)


@pytest.fixture
def slip(asha, operator):
    """A slip for a subject of the operator's."""
    ends = clock.now() + timedelta(days=30)
    row = service.begin_slip(asha.id, terms(INCOME_PATH), ends, operator.id, CENTRE)
    db.session.commit()
    return row
