"""One try to bring a message to a department. No table is touched while it lasts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from uuid import UUID

from portal.kernel import clock, http
from portal.kernel.settings import current
from portal.webhooks import domain, messages
from portal.webhooks.domain import Outcome

# The longest reason that is kept of a call that got no answer.
DETAIL = 200


@dataclass(frozen=True)
class Call:
    """One try: everything it needs, read before the transaction ends.

    `is_first` is the first one of its message, `is_probe` asks a resting endpoint; the success of
    one to a `troubled` endpoint is noted. `most` may be under way from here at a time; one that is
    `counted` by limits, or waited for its turn, lets the next one have its own.
    """

    delivery_id: UUID
    about_id: UUID
    sequence: int
    provider_slug: str
    url: str
    body: str
    secrets: tuple[str, ...]
    most: int
    is_test: bool
    decides: bool
    is_first: bool
    is_probe: bool
    troubled: bool
    counted: bool
    turned: bool


@dataclass(frozen=True)
class Heard:
    """How a try went; `error` is a code, empty when the message arrived."""

    at: datetime
    duration_ms: int
    sent: Mapping[str, str]
    status: int | None = None
    error: str | None = None
    detail: str | None = None
    answer: str | None = None
    told: Mapping[str, str] | None = None
    retry_after: int = 0


def make(call: Call) -> Heard:
    at, began = clock.now(), perf_counter()
    sent = messages.headers(str(call.delivery_id), call.body, call.secrets, at)
    allowed = current().kernel.allow_private_webhooks
    try:
        answer = http.post(call.url, call.body.encode(), sent, allow_private=allowed)
    except http.Unreachable as error:
        code = "address_refused" if isinstance(error, http.AddressRefused) else "unreachable"
        detail = str(error).replace("\0", "")[:DETAIL]
        return Heard(at, _since(began), sent, error=code, detail=detail)
    said = answer.body[: domain.ANSWER_LIMIT].decode(errors="replace")
    arrived = meaning(call, answer.status, said) is Outcome.ARRIVED
    return Heard(
        at,
        _since(began),
        sent,
        status=answer.status,
        error=None if arrived else f"status_{answer.status}",
        answer=said or None,
        told=domain.excerpt(answer.headers),
        retry_after=domain.seconds_asked(answer.headers.get("retry-after"), clock.now()),
    )


def meaning(call: Call, status: int | None, answer: str | None) -> Outcome:
    """What came back means for this message; what decides may be refused for good."""
    return domain.outcome(status, answer or "" if call.decides else "")


def _since(began: float) -> int:
    return round((perf_counter() - began) * 1000)
