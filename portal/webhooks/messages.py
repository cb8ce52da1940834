"""What a message says and how it is signed. Nothing is stored or sent here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal.applications.service import Disclosure
from portal.bills.service import Disclosure as BillDisclosure
from portal.files.links import signed_url
from portal.kernel import signatures
from portal.kernel.settings import current
from portal.registry.hooks import Case
from portal.webhooks.domain import BODY_LIMIT, KINDS, LINK_SECONDS


@dataclass(frozen=True)
class Message:
    """`body` is byte for byte what is signed and sent at every try; `fields` is what it tells."""

    body: str
    fields: tuple[str, ...] = ()


def compose(
    kind: str,
    told: Disclosure,
    at: datetime,
    more: Mapping[str, Any] | None = None,
    *,
    by_reference: bool = False,
) -> Message:
    """What the provider reads of an application; `more` stands beside what is always said.

    `by_reference` says only where the answers are, as a message does that would be too long.
    """
    core = {
        "application": told.reference,
        "sequence": told.sequence,
        "state": told.state,
        "service": f"{told.provider_slug}/{told.service_slug}",
        "version": told.version,
        "language": told.language,
        "submitted_by": told.submitted_by,
        "due_on": told.due_on.isoformat() if told.due_on else None,
        "fee": told.fee.as_json() if told.fee else None,
        "paid": told.paid,
        **(more or {}),
    }
    if not KINDS[kind].answers:
        return Message(_written(kind, core, at))
    elsewhere = Message(_written(kind, core | {"url": case_url(told.reference)}, at))
    if by_reference:
        return elsewhere
    papers = [_paper(paper, told.provider_slug, at) for paper in told.documents]
    whole = _written(kind, core | {"answers": told.answers, "documents": papers}, at)
    if len(whole.encode()) < BODY_LIMIT:
        return Message(whole, (*told.answers, *(paper["field"] for paper in papers)))
    return elsewhere


def case_in(body: str, language: str) -> Case:
    """What a message tells, for the provider that adds something to it."""
    told = json.loads(body)
    data = told["data"]
    slug = data["service"].partition("/")[2]
    return Case(told["type"], data["application"], slug, data.get("answers", {}), language)


def with_payload(body: str, payload: Mapping[str, Any] | None) -> str:
    """The message with what its provider adds; one that is too long then leaves its answers out."""
    told = json.loads(body)
    told["data"]["payload"] = payload
    whole = _text(told)
    if len(whole.encode()) < BODY_LIMIT:
        return whole
    for name in ("answers", "documents"):
        told["data"].pop(name, None)
    told["data"]["url"] = case_url(told["data"]["application"])
    return _text(told)


def compose_bill(told: BillDisclosure, at: datetime) -> Message:
    """What the provider reads of a bill of its own that was paid: one message, nothing follows."""
    return Message(_written("bill.paid", {"sequence": 1, **told.data}, at))


def compose_test(provider_slug: str, at: datetime) -> Message:
    """What a test says: nothing about anybody."""
    return Message(_written("endpoint.test", {"provider": provider_slug}, at))


def case_url(reference: str) -> str:
    """Where a department reads the case through the interface."""
    return f"{current().kernel.base_url}/api/v1/provider/applications/{reference}"


def headers(message_id: str, body: str, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    return {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Sanjha-Webhooks/1",
        **signatures.headers(message_id, body, secrets, at),
    }


def _paper(paper: Mapping[str, Any], provider_slug: str, at: datetime) -> dict[str, Any]:
    url = signed_url(UUID(paper["file"]), provider_slug, LINK_SECONDS)
    shown = {name: paper[name] for name in ("field", "name", "type", "bytes", "sha256")}
    return shown | {"url": url, "expires": _moment(at + timedelta(seconds=LINK_SECONDS))}


def _written(kind: str, data: Mapping[str, Any], at: datetime) -> str:
    return _text({"type": kind, "timestamp": _moment(at), "data": data})


def _text(whole: Mapping[str, Any]) -> str:
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
