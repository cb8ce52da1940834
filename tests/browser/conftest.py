"""A real browser against the application, served on a port of its own."""

import os
import shutil
import threading
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from portal.app import create_app, read_settings
from portal.kernel import crypto
from portal.kernel.db import db
from tests.browser.visit import Visit

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
REASON = "no chromium is installed: apt-get install chromium"
# Its own services would look for hosts outside at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A microphone that always hums, for the recorder; the browser is started once for all tests.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


def pytest_collection_modifyitems(config, items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def needs_chromium():
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(REASON)
        pytest.skip(REASON)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": CHROMIUM, "args": FLAGS, "headless": True}


@pytest.fixture
def more_settings():
    """Settings of the served application beside the usual ones; a journey may say others."""
    return {}


@pytest.fixture
def site(app, database, tmp_path, more_settings):
    """The address of the application, served by threads as people reach it."""
    server = make_server("localhost", 0, app, threaded=True)
    address = f"http://localhost:{server.port}"
    crypto.write_keyring(tmp_path / "keys.json", app.extensions["keyring"])
    # Its own application: the base URL, and so where links lead, holds the port.
    server.app = create_app(
        read_settings(
            {
                "PORTAL_ENV": "test",
                "PORTAL_VAR": str(tmp_path),
                "PORTAL_BASE_URL": address,
                "DATABASE_URL": database.app_url,
                **more_settings,
            }
        )
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()
    with server.app.app_context():
        db.engine.dispose()


@pytest.fixture
def visit(site, new_context):
    """Open a browser of somebody: `visit(language="ur", width=320, scripts=False)`."""

    def open_browser(language="en", width=1280, *, scripts=True):
        context = new_context(
            base_url=site,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        context.set_default_timeout(30_000)
        return Visit(context.new_page(), language, Axe() if scripts else None)

    return open_browser
