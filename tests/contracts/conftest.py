"""A house with something in it: services, a sent application, and people of every role."""

import shutil

import pytest

from portal.accounts import service as accounts
from portal.accounts.domain import Role
from portal.files import shelves
from portal.kernel.db import db
from tests.accounts.factories import browser, make_person, signed_in_client
from tests.applications import factories


@pytest.fixture
def lived_in(app):
    factories.published()
    yield app
    shutil.rmtree(shelves.folder(), ignore_errors=True)


@pytest.fixture
def citizen(lived_in):
    return make_person(name="Asha Devi")


@pytest.fixture
def application(citizen):
    return factories.asked(factories.sent(citizen), "born")


@pytest.fixture
def everybody(lived_in):
    """A person who holds every role."""
    person = make_person(name="Officer Singh", role="officer", provider="revenue")
    accounts.grant(person.id, Role.INTEGRATOR, "revenue", by="tests")
    accounts.grant(person.id, Role.ADMIN, by="tests")
    accounts.grant(person.id, Role.OPERATOR, "service-centre-1", by="tests")
    accounts.grant(person.id, Role.FINANCE, by="tests")
    accounts.grant(person.id, Role.CASHIER, "revenue", by="tests")
    db.session.commit()
    factories.draft_for(person)
    return person


@pytest.fixture
def as_citizen(lived_in, citizen):
    return signed_in_client(lived_in, citizen)


@pytest.fixture
def as_everybody(lived_in, everybody):
    return signed_in_client(lived_in, everybody)


@pytest.fixture
def as_visitor(lived_in):
    return browser(lived_in)
