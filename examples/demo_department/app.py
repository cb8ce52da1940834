"""A department's back office in one file: it shares no code with the portal.

It verifies and stores the portal's messages, shows the cases, and answers through the interface.
It is the power corporation's, too: it tells the portal which bills an account has, notes which were
paid, and says what it knows of an account while somebody fills in a form. Its pages have no
sign-in, so it listens on this machine only.
"""

import base64
import json
import os
import secrets
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from flask import Flask, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from standardwebhooks import Webhook, WebhookVerificationError

TABLES = """
CREATE TABLE IF NOT EXISTS messages (
  id TEXT PRIMARY KEY, application TEXT NOT NULL, sequence INTEGER NOT NULL, type TEXT NOT NULL,
  body TEXT NOT NULL, received TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE TABLE IF NOT EXISTS cases (
  application TEXT PRIMARY KEY, sequence INTEGER NOT NULL, state TEXT NOT NULL, data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS bills (
  number TEXT PRIMARY KEY, account TEXT NOT NULL, holder TEXT NOT NULL, period TEXT NOT NULL,
  amount TEXT NOT NULL, currency TEXT NOT NULL DEFAULT 'INR', due_on TEXT NOT NULL,
  payment TEXT, paid_at TEXT
);
CREATE TABLE IF NOT EXISTS parts (
  payment TEXT PRIMARY KEY, number TEXT NOT NULL, amount TEXT NOT NULL, paid_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS meters (
  account TEXT PRIMARY KEY, holder TEXT NOT NULL, meter TEXT NOT NULL
);
"""
# An older message never overwrites what a newer one said.
TAKE = """
INSERT INTO cases (application, sequence, state, data)
VALUES (:application, :sequence, :state, :data)
ON CONFLICT (application) DO UPDATE SET sequence = :sequence, state = :state, data = :data
WHERE excluded.sequence > cases.sequence
"""
# Days from the first start to the due day, months back, and the rest as it stands on the bill.
DEMO_BILLS = (
    ("3001234567", "Balwinder Kaur", 1, "1840.00", 12),
    ("3001234567", "Balwinder Kaur", 2, "1526.50", -18),
    ("3007654321", "ਗੁਰਮੀਤ ਸਿੰਘ", 1, "642.00", 9),
    ("3009876543", "عائشہ بی بی", 1, "2315.75", 15),
    ("3004445556", "Meera Textiles", 1, "48210.00", 6),
)
DEMO_METERS = (
    ("3001234567", "Balwinder Kaur", "PB-118204"),
    ("3007654321", "ਗੁਰਮੀਤ ਸਿੰਘ", "PB-220517"),
    ("3009876543", "عائشہ بی بی", "PB-305561"),
    ("3004445556", "Meera Textiles", "PB-990012"),
)
DEMO_METER = "INSERT OR IGNORE INTO meters (account, holder, meter) VALUES (?, ?, ?)"
DEMO_BILL = """
INSERT OR IGNORE INTO bills (account, holder, period, amount, due_on, number)
VALUES (:account, :holder, strftime('%m/%Y', 'now', 'start of month', :back), :amount,
  date('now', :due), strftime('%Y%m', 'now', 'start of month', :back) || '-' || :account)
"""
# Of a bill that was paid twice the first payment stays: the second is to be looked into.
PAID = """
UPDATE bills SET payment = :payment, paid_at = :paid_at
WHERE number = :bill AND account = :account AND paid_at IS NULL
"""
# Told again it is one part, as every message may come twice.
PART = "INSERT OR IGNORE INTO parts (payment, number, amount, paid_at) VALUES (?, ?, ?, ?)"
# A bill of more than this may be paid in parts, and so much each time.
LARGE, LEAST = Decimal("10000.00"), Decimal("5000.00")
PATIENCE = 10
MESSAGE_LIMIT = 100_000
OUR_NAMES = {"127.0.0.1", "localhost"}
ACTS = ("accept", "ask", "approve", "refuse", "issue")


@dataclass(frozen=True)
class Config:
    """`secret` verifies messages, `token` opens the portal's interface."""

    secret: str
    token: str
    portal: str
    data: Path


def create_app(config: Config) -> Flask:
    """Raises ValueError for a secret that is none."""
    Webhook(config.secret)
    config.data.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__)
    app.config["DEPARTMENT"] = config
    app.config["MAX_CONTENT_LENGTH"] = MESSAGE_LIMIT
    app.before_request(refuse_other_sites)
    app.add_url_rule("/webhook", view_func=webhook, methods=["POST"])
    app.add_url_rule("/bills", view_func=bills)
    app.add_url_rule("/look-up", view_func=look_up, methods=["POST"])
    app.add_url_rule("/", view_func=cases)
    app.add_url_rule("/accounts", view_func=accounts)
    app.add_url_rule("/cases/<reference>", view_func=case)
    app.add_url_rule("/cases/<reference>/documents/<field>", view_func=document)
    app.add_url_rule("/cases/<reference>/answer", view_func=answer, methods=["POST"])
    with app.app_context(), store() as database:
        database.executescript(TABLES)
        if database.execute("SELECT count(*) FROM bills").fetchone()[0] == 0:
            database.executemany(DEMO_BILL, [demo_bill(*one) for one in DEMO_BILLS])
        database.executemany(DEMO_METER, DEMO_METERS)
    return app


def demo_bill(account: str, holder: str, months: int, amount: str, days: int) -> dict[str, str]:
    told = {"account": account, "holder": holder, "amount": amount}
    return told | {"back": f"-{months} months", "due": f"{days:+} days"}


def config() -> Config:
    found: Config = current_app.config["DEPARTMENT"]
    return found


@contextmanager
def store() -> Iterator[sqlite3.Connection]:
    """One transaction of our own database."""
    database = sqlite3.connect(config().data / "department.sqlite", timeout=10)
    database.row_factory = sqlite3.Row
    try:
        with database:
            yield database
    finally:
        database.close()


def refuse_other_sites() -> None:
    """A page of another site may not press our buttons. The portal's messages carry no origin.

    Nor may it read our pages, by calling this machine by a name of its own.
    """
    if request.host.rpartition(":")[0] not in OUR_NAMES and request.host not in OUR_NAMES:
        abort(403)
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in {
        "cross-site",
        "same-site",
    }:
        abort(403)


# Messages from the portal.


def webhook() -> ResponseReturnValue:
    """Verify, store, answer. The work on the case comes later, so the portal never waits."""
    try:
        message = Webhook(config().secret).verify(request.get_data(), dict(request.headers))
    except (WebhookVerificationError, ValueError):
        return {"error": "The signature is not right."}, 401
    try:
        keep(request.headers["webhook-id"], message)
    except (KeyError, TypeError, sqlite3.Error):
        # Signed and yet not understood: the portal tries again, and we can be repaired meanwhile.
        return {"error": "The message is not understood."}, 500
    return {"status": "received"}


def keep(message_id: str, message: Mapping[str, Any]) -> None:
    """Store a message once, however often it comes, and act on it the first time."""
    kind, data = message["type"], message["data"]
    about, act = ABOUT.get(kind.partition(".")[0], OF_ANOTHER_DAY)
    row = {
        "id": message_id,
        "application": data.get(about, kind),
        "sequence": data.get("sequence", 0),
        "type": kind,
        "body": json.dumps(message),
    }
    with store() as database:
        new = database.execute(
            "INSERT OR IGNORE INTO messages (id, application, sequence, type, body)"
            " VALUES (:id, :application, :sequence, :type, :body)",
            row,
        )
        if new.rowcount:
            act(database, kind, data)


def take_case(database: sqlite3.Connection, _kind: str, data: Mapping[str, Any]) -> None:
    """Take what a message says of an application as the newest, if it is."""
    told = {name: data[name] for name in ("application", "sequence", "state")}
    database.execute(TAKE, told | {"data": json.dumps(data)})


def take_payment(database: sqlite3.Connection, kind: str, data: Mapping[str, Any]) -> None:
    """Note what was paid of a bill: nobody is asked for it again."""
    if kind != "bill.paid":
        return
    wanted = "SELECT number, amount FROM bills WHERE number = ? AND account = ?"
    found = database.execute(wanted, [data["bill"], data["account"]]).fetchone()
    part = [data[name] for name in ("payment", "bill", "amount", "paid_at")]
    if found is not None:
        database.execute(PART, part)
        if open_of(database, found) <= 0:
            database.execute(PAID, dict(data))


def open_of(database: sqlite3.Connection, bill: sqlite3.Row) -> Decimal:
    """What is left of a bill after the parts that were paid."""
    rows = database.execute("SELECT amount FROM parts WHERE number = ?", [bill["number"]])
    return Decimal(bill["amount"]) - sum((Decimal(row["amount"]) for row in rows), Decimal(0))


def take_nothing(_database: sqlite3.Connection, _kind: str, _data: Mapping[str, Any]) -> None:
    """Kept, and nothing to be done: a test, or a type that came after this was written."""


# What a message is about, by the first word of its type, and what it makes us do.
ABOUT = {
    "application": ("application", take_case),
    "bill": ("bill", take_payment),
    "endpoint": ("provider", take_nothing),
    "payment": ("application", take_case),
}
# To refuse what one does not know would hold up all that follows it.
OF_ANOTHER_DAY = ("application", take_nothing)


# Questions of the portal about bills.


def bills() -> ResponseReturnValue:
    """The unpaid bills of an account, for whoever signed the question with our secret."""
    asked = f"GET {request.path}?{request.query_string.decode(errors='replace')}"
    try:
        Webhook(config().secret).verify(asked, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return {"error": "signature"}, 401
    account = request.args.get("account", "")
    with store() as database:
        rows = database.execute(
            "SELECT number, amount, currency, due_on, period, holder, paid_at FROM bills"
            " WHERE account = ? ORDER BY due_on",
            [account],
        ).fetchall()
        unpaid = [told_of(database, row) for row in rows if row["paid_at"] is None]
    if not rows:
        return {"error": "unknown_account"}, 404
    return {"account": account, "bills": unpaid}


def told_of(database: sqlite3.Connection, row: sqlite3.Row) -> dict[str, str]:
    """A bill as the portal is told of it; a large one may be paid in parts."""
    names = ("number", "currency", "due_on", "period", "holder")
    whole, left = Decimal(row["amount"]), open_of(database, row)
    bill = {name: row[name] for name in names} | {"amount": f"{left:.2f}"}
    if whole > LARGE:
        bill |= {"least": f"{LEAST:.2f}", "received": f"{whole - left:.2f}"}
    return bill


# What the portal looks up while somebody fills in a form.


def look_up() -> ResponseReturnValue:
    """What we tell of an account to whoever knows its number: that may be anybody."""
    try:
        asked = Webhook(config().secret).verify(request.get_data(), dict(request.headers))
    except (WebhookVerificationError, ValueError):
        return {"error": "signature"}, 401
    with store() as database:
        row = database.execute(
            "SELECT holder, meter FROM meters WHERE account = ?", [str(asked.get("value"))]
        ).fetchone()
    if row is None:
        return {"error": "unknown"}, 404
    return {"values": {"holder": masked(row["holder"]), "meter": row["meter"]}}


def masked(name: str) -> str:
    """B••• K•••: enough for those who know the name, and for nobody else."""
    return " ".join(f"{first_letter(word)}•••" for word in name.split())


def first_letter(word: str) -> str:
    """With the signs that belong to it, as in ਬਿ."""
    marks = [unicodedata.category(letter) in ("Mn", "Mc") for letter in word]
    return word[: marks.index(False, 1)] if False in marks[1:] else word


# Pages for the department's clerks.


def cases() -> str:
    with store() as database:
        rows = database.execute("SELECT * FROM cases ORDER BY rowid DESC LIMIT 200").fetchall()
    return render_template("cases.html", cases=[opened(row) for row in rows])


def accounts() -> str:
    with store() as database:
        rows = database.execute("SELECT * FROM bills ORDER BY account, due_on").fetchall()
    return render_template("accounts.html", bills=rows)


def case(reference: str) -> ResponseReturnValue:
    return show(reference)


def show(reference: str, fault: str = "", status: int = 200) -> ResponseReturnValue:
    found = filled(find(reference))
    with store() as database:
        messages = database.execute(
            "SELECT id, sequence, type, received FROM messages WHERE application = ?"
            " ORDER BY sequence",
            [reference],
        ).fetchall()
    page = render_template(
        "case.html",
        case=found,
        messages=messages,
        fault=fault,
        # One key for each time the page is shown: a double click is one answer.
        key=secrets.token_urlsafe(16),
    )
    return page, status


def find(reference: str) -> dict[str, Any]:
    with store() as database:
        row = database.execute("SELECT * FROM cases WHERE application = ?", [reference]).fetchone()
    if row is None:
        abort(404)
    return opened(row)


def opened(row: sqlite3.Row) -> dict[str, Any]:
    """A case as our pages use it."""
    return {"answers": {}, "documents": [], **json.loads(row["data"]), "state": row["state"]}


def filled(found: dict[str, Any]) -> dict[str, Any]:
    """Answers that were too large for a message are read through the interface."""
    if "url" not in found:
        return found
    try:
        got = call("GET", f"/api/v1/provider/applications/{found['application']}")
        told = got.json() if got.status_code == 200 else {}
    except (httpx.HTTPError, ValueError):
        return found
    return found | {name: told[name] for name in ("answers", "documents") if name in told}


def document(reference: str, field: str) -> ResponseReturnValue:
    """Hand a document through. Its link is signed and expires; the interface gives a fresh one."""
    found = filled(find(reference))
    for paper in found["documents"]:
        if paper["field"] == field:
            break
    else:
        abort(404)
    try:
        got = httpx.get(paper["url"], timeout=PATIENCE)
        if got.status_code != 200:
            got = call("GET", fresh_link(reference, field))
    except (httpx.HTTPError, LookupError):
        return show(reference, "The portal cannot be reached. Try again later.", 502)
    if got.status_code != 200:
        return show(reference, fault_of(got), 502)
    headers = {
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(got.content, content_type=paper["type"], headers=headers)


def fresh_link(reference: str, field: str) -> str:
    """Raises LookupError when the portal has no such document any more."""
    told = call("GET", f"/api/v1/provider/applications/{reference}").json()
    links = {one["field"]: str(one["url"]) for one in told.get("documents", [])}
    return links[field]


# Answers to the portal.


def answer(reference: str) -> ResponseReturnValue:
    """Send what the clerk decided as an event."""
    found = find(reference)
    act = request.form.get("act", "")
    if act not in ACTS:
        abort(400)
    path = f"/api/v1/provider/applications/{reference}/events"
    key = request.form.get("key") or secrets.token_urlsafe(16)
    try:
        got = call("POST", path, json=event(act, found), key=key)
    except httpx.HTTPError:
        return show(reference, "The portal cannot be reached. Try again later.", 502)
    if got.status_code >= 400:
        return show(reference, fault_of(got), 409)
    with store() as database:
        database.execute(
            "UPDATE cases SET state = ? WHERE application = ?", [got.json()["state"], reference]
        )
    return redirect(url_for("case", reference=reference))


def event(act: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """The body that the interface takes for this act."""
    words = request.form.get("words", "").strip()
    said = {"en": words} if words else None
    bodies: dict[str, dict[str, Any]] = {
        "accept": {"case_number": case_number(found["application"])},
        "ask": {"message": said, "fields": request.form.getlist("fields")},
        "approve": {"message": said},
        "refuse": {"reason": said},
        "issue": {"message": said, "document": certificate(found)} if act == "issue" else {},
    }
    return {"type": act} | {name: value for name, value in bodies[act].items() if value}


def call(method: str, path: str, *, json: Any = None, key: str = "") -> httpx.Response:
    """Call the portal's interface. Raises httpx.HTTPError."""
    headers = {"Authorization": f"Bearer {config().token}"}
    if key:
        headers["Idempotency-Key"] = key
    url = httpx.URL(config().portal).join(path)
    return httpx.request(method, url, json=json, headers=headers, timeout=PATIENCE)


def fault_of(got: httpx.Response) -> str:
    """What the portal's problem document says."""
    try:
        told = got.json()
        return " ".join([told["detail"], *(one["detail"] for one in told.get("errors", []))])
    except (ValueError, KeyError, TypeError):
        return f"The portal answered {got.status_code}."


def case_number(reference: str) -> str:
    return f"REV/{reference.removeprefix('PB-')}"


def certificate(found: Mapping[str, Any]) -> dict[str, str]:
    with store() as database:
        today = database.execute("SELECT date('now')").fetchone()[0]
    lines = [
        "CERTIFICATE",
        "",
        f"Number: {case_number(found['application'])}",
        f"Application: {found['application']}",
        f"Service: {found['service']}",
        f"Issued on: {today}",
        "",
        "Issued by the demo department. Not a real document.",
    ]
    content = base64.b64encode(pdf(lines)).decode()
    return {"name": f"certificate-{found['application']}.pdf", "content": content}


def pdf(lines: list[str]) -> bytes:
    """One page of plain lines, as small as a PDF can be: five objects and their addresses."""
    shown = [line.translate({40: "\\(", 41: "\\)", 92: "\\\\"}) for line in lines]
    text = "\n".join(f"({line}) Tj T*" for line in shown)
    stream = f"BT /F1 14 Tf 20 TL 72 760 Td\n{text}\nET".encode("latin-1", "replace")
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page + b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + end + trailer


def main() -> None:
    missing = [
        name
        for name in ("DEPARTMENT_SECRET", "DEPARTMENT_TOKEN", "DEPARTMENT_PORTAL")
        if not os.environ.get(name)
    ]
    if missing:
        raise SystemExit(f"Set {', '.join(missing)}: see the README beside this program.")
    app = create_app(
        Config(
            os.environ["DEPARTMENT_SECRET"],
            os.environ["DEPARTMENT_TOKEN"],
            os.environ["DEPARTMENT_PORTAL"],
            Path(os.environ.get("DEPARTMENT_DATA", "department-data")),
        )
    )
    app.run(host="127.0.0.1", port=int(os.environ.get("DEPARTMENT_PORT", "8100")))


if __name__ == "__main__":
    main()
