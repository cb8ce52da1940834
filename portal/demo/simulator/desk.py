"""The example's department, which also keeps each request of the portal as it came.

It knows nothing of the portal beside the example's program, and listens on this machine only.
"""

import json
from collections import deque
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader
from standardwebhooks import Webhook, WebhookVerificationError

from examples.demo_department import app as department
from examples.demo_department.app import Config, config, store

WEBHOOK = "/webhook"
NEXT = "simulator"
# What the endpoints of answers are called by.
ASKED = "asked "
MOST_SHOWN = 200
TABLES = """
CREATE TABLE IF NOT EXISTS requests (
  number INTEGER PRIMARY KEY, received TEXT NOT NULL DEFAULT (datetime('now')),
  application TEXT, sequence INTEGER, type TEXT, headers TEXT NOT NULL, body TEXT NOT NULL,
  fault TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS acts (
  number INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT (datetime('now')),
  application TEXT NOT NULL, act TEXT NOT NULL, words TEXT NOT NULL, state TEXT NOT NULL
);
"""
TIMELINE = """
SELECT received AS at, 'The portal sent ' || type AS what, '' AS words, number AS request,
  'we answered ' || status AS state FROM requests WHERE application = :application
UNION ALL
SELECT at, 'You answered: ' || act, words, NULL, 'now ' || replace(state, '_', ' ')
FROM acts WHERE application = :application ORDER BY at
"""
# What the next message may be answered with, instead of being taken as usual.
FAILURES: Mapping[str, tuple[int, dict[str, str]]] = {
    "500": (500, {}),
    "503": (503, {"Retry-After": "10"}),
}
REPLIES: Mapping[str, dict[str, Any]] = {
    "accepted": {"status": "accepted", "case_number": "TRY/1"},
    "rejected": {"status": "rejected", "reason": {"en": "This was tried with a refusal."}},
}


def create_app(settings: Config, answers: Mapping[str, Any] | None = None) -> Flask:
    """`answers` is said to what is asked: path -> JSON. Raises ValueError for a wrong secret."""
    app = department.create_app(settings)
    own = FileSystemLoader(Path(__file__).parent / "templates")
    theirs = app.jinja_loader
    app.jinja_loader = ChoiceLoader([own, theirs] if theirs else [own])
    app.extensions[NEXT] = deque()
    app.before_request(fail)
    app.after_request(note)
    for path, told in (answers or {}).items():
        view = partial(jsonify, told)
        app.add_url_rule(path, f"{ASKED}{path}", view, methods=["GET", "POST"])
    app.add_url_rule("/requests", view_func=requests)
    app.add_url_rule("/requests/next", view_func=choose, methods=["POST"])
    app.add_url_rule("/requests/<int:number>", view_func=one)
    app.add_url_rule("/cases/<reference>/timeline", view_func=timeline)
    with app.app_context(), store() as database:
        database.executescript(TABLES)
    return app


def waiting() -> deque[str]:
    """How the next messages are answered, when not as usual."""
    found: deque[str] = current_app.extensions[NEXT]
    return found


def is_message() -> bool:
    return request.method == "POST" and request.path == WEBHOOK


def is_question() -> bool:
    return (request.endpoint or "").startswith(ASKED)


def fail() -> ResponseReturnValue | None:
    """Refuse this message, if that was chosen."""
    if is_message() and waiting() and waiting()[0] in FAILURES:
        status, headers = FAILURES[waiting().popleft()]
        return {"error": "The simulator was told to fail."}, status, headers
    return None


def note(response: Response) -> Response:
    """Keep what came and what we answered; a message may be decided at once, if that was chosen."""
    if is_message():
        if response.status_code == 200 and waiting():
            response.set_data(json.dumps(REPLIES[waiting().popleft()]))
        keep(response)
    elif is_question():
        keep(response)
    elif request.endpoint == "answer" and response.status_code == 302:
        told = {"application": (request.view_args or {})["reference"], **request.form.to_dict()}
        with store() as database:
            database.execute(
                "INSERT INTO acts (application, act, words, state)"
                " SELECT application, :act, :words, state FROM cases"
                " WHERE application = :application",
                {"words": "", **told},
            )
    return response


def keep(response: Response) -> None:
    body = request.get_data(as_text=True)
    data = told_in(body)
    row = {
        "application": data.get("application"),
        "sequence": data.get("sequence"),
        "type": f"asked at {request.path}" if is_question() else data.get("type"),
        "headers": json.dumps(list(request.headers.items())),
        "body": body,
        "fault": fault_of_signature(body),
        "status": response.status_code,
        "answer": response.get_data(as_text=True),
    }
    with store() as database:
        database.execute(
            "INSERT INTO requests (application, sequence, type, headers, body, fault, status,"
            " answer) VALUES (:application, :sequence, :type, :headers, :body, :fault, :status,"
            " :answer)",
            row,
        )


def told_in(body: str) -> dict[str, Any]:
    """What the list of requests shows of a message; nothing of one that cannot be read."""
    try:
        whole = json.loads(body)
        return {"type": whole["type"], **whole["data"]}
    except (ValueError, KeyError, TypeError):
        return {}


def fault_of_signature(body: str) -> str:
    """Empty when the signature is right. A question without a body is signed by its address."""
    said = body if request.method == "POST" else f"GET {request.full_path}"
    try:
        Webhook(config().secret).verify(said, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError) as error:
        return str(error) or "The signature is not right."
    return ""


def requests() -> str:
    with store() as database:
        rows = database.execute(
            "SELECT * FROM requests ORDER BY number DESC LIMIT ?", [MOST_SHOWN]
        ).fetchall()
    return render_template("requests.html", requests=rows, waiting=list(waiting()))


def choose() -> ResponseReturnValue:
    """Answer the next message in another way."""
    how = request.form.get("how", "")
    if how not in {*FAILURES, *REPLIES}:
        abort(400)
    waiting().append(how)
    return redirect(url_for("requests"))


def one(number: int) -> str:
    with store() as database:
        row = database.execute("SELECT * FROM requests WHERE number = ?", [number]).fetchone()
    if row is None:
        abort(404)
    headers = json.loads(row["headers"])
    signed = {name.lower(): text for name, text in headers}
    start = ".".join(signed.get(f"webhook-{name}", "") for name in ("id", "timestamp"))
    return render_template(
        "request.html", request=row, headers=headers, start=start, pretty=pretty(row["body"])
    )


def pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body


def timeline(reference: str) -> str:
    found = department.find(reference)
    with store() as database:
        rows = database.execute(TIMELINE, {"application": reference}).fetchall()
    return render_template("timeline.html", case=found, rows=rows)
