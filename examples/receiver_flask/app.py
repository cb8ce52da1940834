"""A department in Flask: checks each message, keeps it once, and accepts applications at once."""

import os
import sqlite3

from flask import Flask, Response, jsonify, request
from standardwebhooks import Webhook, WebhookVerificationError

app = Flask(__name__)
TABLE = "CREATE TABLE IF NOT EXISTS messages (n INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT)"
PUT = "INSERT OR IGNORE INTO messages (id, body) VALUES (?, ?)"
FIND = "SELECT n FROM messages WHERE id = ?"


@app.post("/webhook")
def webhook() -> tuple[Response, int]:
    body = request.get_data(as_text=True)
    try:
        message = Webhook(os.environ["WEBHOOK_SECRET"]).verify(body, dict(request.headers))
    except (WebhookVerificationError, ValueError):
        return jsonify(error="The signature does not fit."), 401
    number = keep(request.headers["webhook-id"], body)
    if message["type"] == "application.submitted":
        return jsonify(status="accepted", case_number=f"FL/{number}"), 200
    return jsonify(), 200


def keep(message_id: str, body: str) -> int:
    """Store it, unless it is there already; the number that it has."""
    with sqlite3.connect(os.environ["MESSAGES"]) as store:
        store.execute(TABLE)
        store.execute(PUT, (message_id, body))
        return int(store.execute(FIND, (message_id,)).fetchone()[0])
