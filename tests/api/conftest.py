"""What the tests of programs' interfaces share: a department with a token, and its case."""

import shutil
from uuid import uuid4

import pytest

from portal.api import service
from portal.files import shelves
from portal.kernel.db import db
from tests.accounts.factories import browser, make_person
from tests.applications import factories


@pytest.fixture
def revenue(app):
    factories.published()
    yield app
    shutil.rmtree(shelves.folder(), ignore_errors=True)


@pytest.fixture
def person(revenue):
    return make_person(name="Asha Devi")


@pytest.fixture
def application(person):
    return factories.sent(person)


class Program:
    """A department's program, calling with its token."""

    def __init__(self, app, token):
        self.client, self.token = browser(app), token

    def _headers(self, **more):
        return {"Authorization": f"Bearer {self.token}", **more}

    def get(self, path):
        return self.client.get(path, headers=self._headers())

    def tell(self, application, key=None, **event):
        headers = self._headers(**{"Idempotency-Key": key or str(uuid4())})
        path = f"/api/v1/provider/applications/{application.reference}/events"
        return self.client.post(path, json=event, headers=headers)

    def send(self, path, data, content_type="application/json", key="k"):
        headers = self._headers(**{"Idempotency-Key": key} if key else {})
        return self.client.post(path, data=data, content_type=content_type, headers=headers)


@pytest.fixture
def token(app):
    """Makes tokens."""

    def make(provider="revenue", scopes=service.SCOPES):
        made = service.issue_token(provider, scopes, "tests", uuid4())
        db.session.commit()
        return made

    return make


@pytest.fixture
def program(revenue, token):
    return Program(revenue, token())


@pytest.fixture
def other_program(revenue, token):
    """A program of another provider."""
    return Program(revenue, token("tehsil"))
