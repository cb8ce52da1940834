"""The example for integrators: it believes nobody, forgets nothing and mixes nothing up."""

import json
import re
import runpy
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from examples.demo_department import app as department
from tests.webhooks.conftest import SECRET

ROOT = Path(__file__).parents[2]
REFERENCE = "PB-7K3M-9QXA"
OTHER_SECRET = "whsec_" + "YW5vdGhlciBzZWNyZXQgb2YgdGhlIHRlc3RzLCBsb25nIQ=="


def message(sequence=1, kind="application.submitted", **data):
    told = {
        "application": REFERENCE,
        "sequence": sequence,
        "state": "submitted",
        "service": "tehsil/income-certificate",
        "version": 1,
        "language": "pa",
        "due_on": "2026-12-15",
        "fee": None,
        "answers": {"applicant": "ਆਸ਼ਾ ਦੇਵੀ"},
        "documents": [],
    }
    return {"type": kind, "timestamp": "2026-11-22T09:30:00Z", "data": told | data}


def signed(told, message_id="m-1", secret=SECRET, age=timedelta()):
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    at = datetime.now(UTC) - age  # noqa: TID251 - the library looks at the real clock
    signature = Webhook(secret).sign(message_id, at, body.decode(errors="replace"))
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    return {"data": body, "headers": headers}


def hand_in(desk, told, **how):
    return desk.post("/webhook", **signed(told, **how))


def stored(desk):
    folder = desk.application.config["DEPARTMENT"].data
    with sqlite3.connect(folder / "department.sqlite") as database:
        rows = database.execute("SELECT id FROM messages ORDER BY id").fetchall()
    database.close()
    return [row[0] for row in rows]


def test_a_signed_message_is_stored_and_shown(desk):
    assert hand_in(desk, message()).status_code == 200
    assert stored(desk) == ["m-1"]
    assert REFERENCE in desk.get("/").text
    page = desk.get(f"/cases/{REFERENCE}").text
    assert "ਆਸ਼ਾ ਦੇਵੀ" in page
    assert "2026-12-15" in page


@pytest.mark.parametrize(
    "spoil",
    [
        {"secret": OTHER_SECRET},
        {"age": timedelta(minutes=6)},
        {"age": timedelta(minutes=-6)},
    ],
)
def test_a_message_that_the_portal_did_not_just_sign_is_refused(desk, spoil):
    assert hand_in(desk, message(), **spoil).status_code == 401
    assert stored(desk) == []


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("webhook-id", "m-2"),
        ("webhook-id", ""),
        ("webhook-timestamp", "0"),
        ("webhook-timestamp", "nan"),
        ("webhook-timestamp", "soon"),
        ("webhook-signature", ""),
        ("webhook-signature", "v1"),
        ("webhook-signature", "v1,nonsense"),
        ("webhook-signature", "v1,AAAA"),
        ("webhook-signature", "v2,AAAA"),
    ],
)
def test_a_message_with_a_changed_header_is_refused(desk, header, text):
    request = signed(message())
    request["headers"][header] = text
    assert desk.post("/webhook", **request).status_code == 401
    assert stored(desk) == []


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_message_without_a_header_is_refused(desk, header):
    request = signed(message())
    del request["headers"][header]
    assert desk.post("/webhook", **request).status_code == 401


def test_a_changed_body_is_refused(desk):
    request = signed(message())
    request["data"] = request["data"].replace(b"submitted", b"withdrawn")
    assert desk.post("/webhook", **request).status_code == 401


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{"])
def test_a_body_that_is_no_json_is_refused(desk, body):
    assert desk.post("/webhook", **signed(body)).status_code == 401


@pytest.mark.parametrize("told", [[], {}, {"type": "x", "data": None}])
def test_a_signed_message_that_is_not_understood_comes_again(desk, told):
    assert hand_in(desk, told).status_code == 500
    assert stored(desk) == []


def test_a_message_of_another_day_is_kept_and_holds_nothing_up(desk):
    assert hand_in(desk, {"type": "weather.changed", "data": {}}).status_code == 200
    assert len(stored(desk)) == 1


def test_a_message_that_comes_twice_is_kept_once(desk):
    assert hand_in(desk, message()).status_code == 200
    assert hand_in(desk, message()).status_code == 200
    assert stored(desk) == ["m-1"]


def test_an_older_message_does_not_overwrite_a_newer_one(desk):
    newer = message(2, "application.answered", answers={"applicant": "Corrected"})
    hand_in(desk, newer, message_id="m-2")
    hand_in(desk, message(1, answers={"applicant": "Wrong"}), message_id="m-1")
    page = desk.get(f"/cases/{REFERENCE}").text
    assert "Corrected" in page
    assert "Wrong" not in page
    assert stored(desk) == ["m-1", "m-2"]
    assert page.index("application.submitted") < page.index("application.answered")


def test_a_withdrawn_case_says_so(desk):
    hand_in(desk, message())
    told = message(2, "application.withdrawn", state="withdrawn")
    del told["data"]["answers"], told["data"]["documents"]
    hand_in(desk, told, message_id="m-2")
    page = desk.get(f"/cases/{REFERENCE}").text
    assert "<strong>withdrawn</strong>" in page
    assert "The application was withdrawn." in page


def test_what_people_write_is_shown_and_never_run(desk):
    hand_in(desk, message(answers={"<i>": '<script>alert(1)</script>"'}))
    page = desk.get(f"/cases/{REFERENCE}").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_unknown_cases_and_documents_are_not_found(desk):
    hand_in(desk, message())
    assert desk.get("/cases/PB-0000-0000").status_code == 404
    assert desk.get(f"/cases/{REFERENCE}/documents/none").status_code == 404
    assert desk.post("/cases/PB-0000-0000/answer", data={"act": "approve"}).status_code == 404


def test_an_unknown_act_is_refused(desk):
    hand_in(desk, message())
    assert desk.post(f"/cases/{REFERENCE}/answer", data={"act": "burn"}).status_code == 400


def test_a_page_of_another_site_presses_no_button(desk):
    hand_in(desk, message())
    answer = desk.post(
        f"/cases/{REFERENCE}/answer",
        data={"act": "approve"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_who_calls_this_machine_by_another_name_reads_nothing(desk):
    hand_in(desk, message())
    assert desk.get("/", headers={"Host": "rebound.example:8100"}).status_code == 403
    for name in ("localhost", "127.0.0.1:8100"):
        assert desk.get("/", headers={"Host": name}).status_code == 200


def test_a_portal_that_is_down_is_said(desk):
    hand_in(desk, message())
    answer = desk.post(f"/cases/{REFERENCE}/answer", data={"act": "approve"})
    assert answer.status_code == 502
    assert "The portal cannot be reached." in answer.text


def test_each_showing_of_a_case_has_a_key_of_its_own(desk):
    hand_in(desk, message())
    keys = re.compile(r'name="key" value="([^"]+)"')
    first, second = (keys.findall(desk.get(f"/cases/{REFERENCE}").text) for _ in range(2))
    assert len(set(first)) == len(department.ACTS)
    assert not set(first) & set(second)


def test_a_huge_message_is_not_read(desk):
    assert desk.post("/webhook", data=b"x" * 200_000).status_code in (401, 413)


def test_the_certificate_is_a_pdf_with_right_addresses():
    made = department.pdf(["Number (7)", "a\\b", "ਆਸ਼ਾ"])
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", made)]
    for number, place in enumerate(places, 1):
        assert made[place:].startswith(b"%d 0 obj" % number)
    start = int(re.search(rb"startxref\n(\d+)", made)[1])
    assert made[start:].startswith(b"xref\n0 6\n")
    assert rb"(Number \(7\)) Tj" in made
    length = int(re.search(rb"/Length (\d+)", made)[1])
    assert made.partition(b"stream\n")[2][length:].startswith(b"\nendstream")


def test_it_says_which_settings_are_missing(monkeypatch):
    monkeypatch.setenv("DEPARTMENT_SECRET", SECRET)
    for name in ("DEPARTMENT_TOKEN", "DEPARTMENT_PORTAL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit, match="Set DEPARTMENT_TOKEN, DEPARTMENT_PORTAL"):
        runpy.run_path(str(ROOT / "examples/demo_department/app.py"), run_name="__main__")


@pytest.mark.parametrize(
    "command", [["-m", "examples.demo_department"], ["examples/demo_department/app.py"]]
)
def test_it_runs_as_a_program(tmp_path, command):
    environment = {
        "DEPARTMENT_SECRET": SECRET,
        "DEPARTMENT_TOKEN": "t",
        "DEPARTMENT_PORTAL": "http://127.0.0.1:9",
        "DEPARTMENT_PORT": "0",
        "DEPARTMENT_DATA": str(tmp_path),
    }
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            line = next(line for line in running.stderr if "Running on" in line)
            address = re.search(r"http://127\.0\.0\.1:\d+", line)[0]
            assert "No message has come yet." in httpx.get(address).text
        finally:
            running.terminate()


def test_it_shares_no_code_with_the_portal():
    source = (ROOT / "examples/demo_department/app.py").read_text()
    assert not re.search(r"^\s*(from|import) (portal|providers)", source, re.MULTILINE)
