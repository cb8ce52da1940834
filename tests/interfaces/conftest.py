"""Providers' own interfaces that listen on this machine."""

import pytest

from portal.interfaces import service as interfaces
from portal.kernel.db import db
from tests.bills.conftest import corporation, listening
from tests.interfaces.listening import opened
from tests.webhooks.conftest import SECRET, kernel, private_allowed

__all__ = ["corporation", "kernel", "listening", "private_allowed"]


@pytest.fixture
def tehsil(private_allowed):
    """The interface of the tests' department, set in its console."""
    interface, close = opened()
    interfaces.save("tehsil", interface.url, "tests", SECRET)
    db.session.commit()
    yield interface
    close()
