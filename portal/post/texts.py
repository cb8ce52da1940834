"""The ways out for text messages: a company's HTTP interface, or the console of a developer.

As in adapters.py each returns when the message left, or raises Undelivered.
"""

import json
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

from portal.kernel import http
from portal.kernel.settings import current
from portal.post.adapters import Undelivered
from portal.post.domain import Text
from portal.post.settings import PostSettings

PLACE = re.compile(r"\{(to|text|from|id)\}")
LONGEST_ID = 200
# Too many at once, or asked to come back: not the message's fault.
LATER = {408, 425, 429}


class Texts(Protocol):
    def send(self, text: Text, at: datetime) -> str | None:
        """Hand the message over; what the company calls it, if it says so. Raises Undelivered."""
        ...


class ConsoleTexts:
    """Prints the message, for development."""

    def send(self, text: Text, at: datetime) -> str | None:
        sys.stdout.write(f"--- text to {text.to}, {at:%H:%M:%S} UTC\n{text.body}\n---\n")
        sys.stdout.flush()
        return None


class HttpTexts:
    """Any company whose interface takes one POST of JSON or of a form for one message."""

    def __init__(self, settings: PostSettings, *, allow_private: bool) -> None:
        self.settings, self.allow_private = settings, allow_private

    def send(self, text: Text, at: datetime) -> str | None:  # noqa: ARG002 - companies note the time
        content, kind = body(self.settings.sms_body, text, self.settings.sms_from or "")
        # The same at every try, for companies that know the header.
        headers = {"content-type": kind, "idempotency-key": text.id}
        try:
            answer = http.post(
                self.settings.sms_url or "",
                content,
                headers | self.settings.secret_headers,
                allow_private=self.allow_private,
            )
        except http.AddressRefused as error:
            raise Undelivered("address_refused", final=True) from error
        except http.Unreachable as error:
            raise Undelivered("unreachable") from error
        if not 200 <= answer.status < 300:
            final = 400 <= answer.status < 500 and answer.status not in LATER
            raise Undelivered(f"sms_{answer.status}", final=final)
        path = self.settings.sms_answer_id
        return named(answer.body, path) if path else None


def named(said: bytes, path: str) -> str | None:
    """What stands there in an answer of JSON: names and numbers of places, with dots between."""
    try:
        told = json.loads(said)
    except ValueError:
        return None
    for name in path.split("."):
        if isinstance(told, dict):
            told = told.get(name)
        elif isinstance(told, list) and name.isdecimal() and int(name) < len(told):
            told = told[int(name)]
        else:
            return None
    is_one = isinstance(told, str | int) and not isinstance(told, bool)
    return str(told)[:LONGEST_ID] if is_one else None


def body(template: str, text: Text, sender: str) -> tuple[bytes, str]:
    """What is posted, and its type. Values are put into the template once it was read.

    So that nothing in a message can end its field and begin another.
    """
    values = {"to": text.to, "text": text.body, "from": sender, "id": text.id}
    if template.lstrip().startswith("{"):
        told = _filled(json.loads(template), values)
        return json.dumps(told, ensure_ascii=False).encode(), "application/json"
    pairs = parse_qsl(template, keep_blank_values=True)
    form = urlencode([(name, _filled(value, values)) for name, value in pairs])
    return form.encode(), "application/x-www-form-urlencoded"


def _filled(told: Any, values: Mapping[str, str]) -> Any:
    if isinstance(told, str):
        return PLACE.sub(lambda found: values[found[1]], told)
    if isinstance(told, list):
        return [_filled(one, values) for one in told]
    if isinstance(told, dict):
        return {name: _filled(one, values) for name, one in told.items()}
    return told


def configured() -> Texts:
    """The adapter that the settings choose."""
    settings = current().of(PostSettings)
    if settings.sms == "http":
        return HttpTexts(settings, allow_private=current().kernel.allow_private_webhooks)
    return ConsoleTexts()
