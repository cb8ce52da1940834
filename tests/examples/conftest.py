"""The demo department, alone and beside a portal that listens on this machine."""

import threading

import pytest
from werkzeug.serving import make_server

from examples.demo_department.app import Config, create_app

# The department's tests send what a real portal sends, so these come from the room that sends it.
from tests.webhooks.conftest import SECRET, kernel, offer, person, private_allowed, send

__all__ = ["kernel", "offer", "person", "private_allowed", "send"]


@pytest.fixture
def serve():
    """Serves a WSGI application on a port of its own; gives its address."""
    running = []

    def start(app):
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def make_department(tmp_path):
    """Makes the department's program; where it takes the portal to be is up to the test."""

    def make(portal, token):
        return create_app(Config(SECRET, token, portal, tmp_path / "department"))

    return make


@pytest.fixture
def desk(make_department):
    """A clerk's browser, at a department whose portal is down."""
    return make_department("http://127.0.0.1:9", "sanjha_none").test_client()
