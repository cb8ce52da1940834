"""Messages as the portal sends them, about applications that do not exist.

docs/webhooks.md says what stands in each. `test` says that nothing real is behind it: it is a
member that the portal does not send, as others may be added one day.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from portal.kernel import clock, ids

# The portal sends answers in a message of fewer bytes than this, and else where to read them.
LIMIT = 20_000
LETTER = "ਲ"
ANSWERS = {"applicant": "ਆਸ਼ਾ ਦੇਵੀ", "use": "home", "copies": 2}
FEE = {"amount": "150.00", "currency": "INR"}


@dataclass(frozen=True)
class Message:
    """One message, which may be sent many times; `body` is the same every time."""

    kind: str
    body: str
    id: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True)
class Application:
    """An application that does not exist, of which messages tell."""

    service: str
    reference: str = field(default_factory=lambda: ids.reference("PB"))

    def told(self, kind: str, sequence: int, **more: Any) -> Message:
        return _message(kind, self._core(sequence) | more)

    def submitted(self, sequence: int = 1, **more: Any) -> Message:
        told = {"answers": ANSWERS, "documents": []} | more
        return self.told("application.submitted", sequence, **told)

    def big(self) -> Message:
        """As many bytes as a message with answers can have, in letters of three bytes each."""
        small = self.submitted(answers={"story": ""})
        letters = (LIMIT - 1 - len(small.body.encode())) // len(LETTER.encode())
        return self.submitted(answers={"story": LETTER * letters})

    def by_reference(self) -> Message:
        """Too large for a message: it says where to read the answers."""
        url = f"https://portal.example/api/v1/provider/applications/{self.reference}"
        return self.told("application.submitted", 1, url=url)

    def _core(self, sequence: int) -> dict[str, Any]:
        return {
            "application": self.reference,
            "sequence": sequence,
            "state": "submitted",
            "service": self.service,
            "version": 1,
            "language": "pa",
            "submitted_by": "self",
            "due_on": (clock.today() + timedelta(days=21)).isoformat(),
            "fee": FEE,
            "paid": None,
            "test": True,
        }


def a_test(service: str) -> Message:
    return _message("endpoint.test", {"provider": service.partition("/")[0]})


def a_bill() -> Message:
    told = {"sequence": 1, "bill": f"test-{uuid4().hex[:8]}", "account": "0000000000", **FEE}
    paid = {"payment": ids.reference("PB"), "paid_at": _moment(clock.now())}
    return _message("bill.paid", told | paid | {"test": True})


def of_another_day(service: str) -> Message:
    """A type that nobody knows yet."""
    return _message("parcel.weighed", {"provider": service.partition("/")[0], "grams": 12})


def _message(kind: str, data: Mapping[str, Any]) -> Message:
    whole = {"type": kind, "timestamp": _moment(clock.now()), "data": data}
    return Message(kind, json.dumps(whole, ensure_ascii=False, separators=(",", ":")))


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
