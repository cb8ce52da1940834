"""The department of a trial, beside a portal over real connections: requests, answers, timeline."""

import re
from uuid import uuid4

import pytest

from examples.demo_department.app import Config
from portal.api import service as interface
from portal.applications import service as applications
from portal.demo.simulator.desk import create_app
from portal.kernel.db import db
from portal.webhooks import service as webhooks
from tests.examples.conftest import kernel, offer, person, private_allowed, send, serve
from tests.examples.test_both_sides import in_the_portal, press
from tests.jobs import run_jobs
from tests.webhooks.conftest import SECRET

__all__ = ["kernel", "offer", "person", "private_allowed", "send", "serve"]
CROSS_SITE = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def desk(app, offer, serve, kernel, tmp_path):
    """The simulator's pages; the program behind them listens, and has a token for the portal."""
    kernel(allow_private_webhooks=True, base_url=serve(app))
    token = interface.issue_token("tehsil", interface.SCOPES, "simulator", uuid4())
    portal = app.config["SETTINGS"].kernel.base_url
    program = create_app(Config(SECRET, token, portal, tmp_path / "department"))
    webhooks.set_endpoint("tehsil", serve(program) + "/webhook", "tests", SECRET)
    db.session.commit()
    return program.test_client()


@pytest.fixture
def case(desk, send):
    application = send()
    run_jobs()
    return f"/cases/{application.reference}"


def test_the_exact_request_is_shown_with_its_signature(desk, case):
    page = desk.get("/requests/1").text
    assert "The signature is right." in page
    for name in ("Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"):
        assert f"<dt>{name}</dt>" in page
    assert case.rpartition("/")[2] in page
    assert "We answered" in desk.get("/requests").text


def test_what_others_send_is_shown_as_wrong(desk):
    assert desk.post("/webhook", data=b"{}").status_code == 401
    assert "The signature is wrong: Missing required headers" in desk.get("/requests/1").text
    assert "not readable" in desk.get("/requests").text


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        (["accept"], "in_progress"),
        (["accept", "approve", "issue"], "issued"),
        (["refuse"], "refused"),
    ],
)
def test_a_case_is_answered_and_its_timeline_says_so(desk, case, acts, state):
    for act in acts:
        words = {"words": "Not our area"} if act == "refuse" else {}
        assert press(desk, case, act, **words).status_code == 200
    assert in_the_portal(case).state == state
    lines = re.findall("<li>(.*)</li>", desk.get(f"{case}/timeline").text)
    assert "application.submitted" in lines[0]
    assert [f"You answered: {act}" in line for act, line in zip(acts, lines[1:], strict=True)]
    assert f"now {state.replace('_', ' ')}" in lines[-1]


def test_a_question_comes_back_answered(desk, case, person):
    press(desk, case, "ask", words="Which name?", fields=["applicant"])
    applications.answer(person.id, in_the_portal(case).reference, {"applicant": "ਆਸ਼ਾ ਰਾਣੀ"})
    db.session.commit()
    run_jobs()
    lines = re.findall("<li>(.*)</li>", desk.get(f"{case}/timeline").text)
    assert [
        part in line for part, line in zip(("submitted", "ask", "answered"), lines, strict=True)
    ]
    assert "ਆਸ਼ਾ ਰਾਣੀ" in desk.get("/requests/2").text


@pytest.mark.parametrize("how", ["500", "503"])
def test_a_message_may_be_failed_once_and_comes_again(desk, send, how):
    desk.post("/requests/next", data={"how": how})
    application = send()
    run_jobs()
    assert f"<p>{how}</p>" in desk.get("/requests/1").text
    assert desk.get(f"/cases/{application.reference}").status_code == 404


@pytest.mark.parametrize(("how", "state"), [("accepted", "in_progress"), ("rejected", "refused")])
def test_a_case_may_be_decided_by_the_answer_to_its_message(desk, send, how, state):
    desk.post("/requests/next", data={"how": how})
    application = send()
    run_jobs()
    assert in_the_portal(f"/cases/{application.reference}").state == state


def test_there_is_no_other_way_to_answer(desk):
    assert desk.post("/requests/next", data={"how": "418"}).status_code == 400
    assert desk.post("/requests/next", data={"how": "500"}, headers=CROSS_SITE).status_code == 403
    assert desk.get("/requests/9").status_code == 404
