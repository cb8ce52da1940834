"""A provider by the words of the page alone: begun, edited, uploaded, published, used, decided."""

import re
from uuid import uuid4

import pytest

from examples.demo_department.app import Config, create_app
from portal.api import service as interface
from portal.kernel.db import db
from portal.registry import service as registry
from portal.registry.publishing import service as publishing
from portal.webhooks import service as webhooks
from tests.accounts.factories import browser, make_person, signed_in_client
from tests.applications import factories
from tests.applications.pages import open_page
from tests.applications.test_applying_pages import address
from tests.examples.conftest import serve
from tests.examples.test_both_sides import press
from tests.jobs import run_jobs
from tests.registry.test_writing_a_provider import TEN_MINUTES, manifest
from tests.webhooks.conftest import SECRET, kernel

__all__ = ["kernel", "manifest", "serve"]
SERVICE = "hire-a-hall"


@pytest.fixture
def token(app):
    made = interface.issue_token("city-parks", interface.SCOPES, "their programs", uuid4())
    db.session.commit()
    return made


@pytest.fixture
def department(app, serve, kernel, token, tmp_path):
    """City Parks' own program, which listens; and its clerks' browser."""
    kernel(allow_private_webhooks=True, base_url=serve(app))
    portal = app.config["SETTINGS"].kernel.base_url
    program = create_app(Config(SECRET, token, portal, tmp_path / "department"))
    webhooks.set_endpoint("city-parks", serve(program) + "/webhook", "tests", SECRET)
    db.session.commit()
    return program.test_client()


def uploaded(app, manifest, token):
    """Sent as the page says; the numbers of the drafts that were recorded."""
    sending = TEN_MINUTES.split("### 6.")[1].split("```")[1]
    method, path = sending.split()[:2]
    media = sending.split("Content-Type: ")[1].strip()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    answer = browser(app).open(
        path, method=method, data=manifest.read_bytes(), content_type=media, headers=headers
    )
    assert answer.status_code == 200, answer.text
    return [one["number"] for one in answer.get_json()["recorded"]]


def published():
    """By two admins, one after the other."""
    first, second = (make_person(role="admin").id for _ in range(2))
    (draft,) = registry.newest(waiting=True)
    publishing.propose(draft.id, first)
    publishing.publish(draft.id, second)
    db.session.commit()


def apply(app, person):
    """Through the pages, as anybody does."""
    client = signed_in_client(app, person)
    page = open_page(client, f"/en/apply/city-parks/{SERVICE}").send()
    page = page.send(phone="+919876500001", use="home", days="3", **address("home"))
    review = page.send(honest="yes")
    assert "₹6,000" in review.words
    review.send(agree="yes")


@pytest.mark.promise("B6")
def test_a_provider_of_the_page_decides_its_first_case(app, manifest, token, department):
    factories.published()
    assert uploaded(app, manifest, token) == [1]
    published()
    person = make_person(name="Asha Devi")
    apply(app, person)
    run_jobs()
    (case,) = re.findall(r'href="(/cases/[^"]+)"', department.get("/").text)
    shown = department.get(case).text
    assert "city-parks/hire-a-hall" in shown
    assert "Asha Devi" in shown
    press(department, case, "accept")
    press(department, case, "refuse", words="The hall is taken")
    reference = case.rpartition("/")[2]
    page = signed_in_client(app, person).get(f"/en/applications/{reference}").text
    assert "The hall is taken" in page
