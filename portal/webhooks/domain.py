"""When a message is sent again, what an answer means, and what a department may say in it.

No network here, and no tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from portal.kernel.errors import N_, Conflict, NotFound

# Seconds from the first, second, … failure to the next try; after the last one it is dead.
SCHEDULE = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.2
LONGEST_WAIT = 86_400
# Whoever holds a link has the document, so it ends soon; the interface gives documents any time.
LINK_SECONDS = 3600
BODY_LIMIT = 20_000
# So much of an answer is kept with the try, and so much of its headers.
ANSWER_LIMIT = 4096
HEADERS_LIMIT = 4096


@dataclass(frozen=True)
class Kind:
    """What a type of message is about, in whose order it comes, and what it brings.

    `decides`: its answer may decide the case. `tries` are made before it is given up.
    """

    about: str = "application"
    answers: bool = False
    decides: bool = False
    tries: int = len(SCHEDULE) + 1


TEST = "endpoint.test"
# What ended needs no answers any more, and money changes none.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "application.submitted": Kind(answers=True, decides=True),
        "application.paid": Kind(),
        "application.answered": Kind(answers=True),
        "application.withdrawn": Kind(),
        "payment.refunded": Kind(),
        "bill.paid": Kind("bill"),
        TEST: Kind("endpoint", tries=1),
    }
)


class State(StrEnum):
    """`held` waits for an earlier message of its application, or for the endpoint to be enabled."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    HELD = "held"
    SKIPPED = "skipped"


SETTLED = (State.DELIVERED, State.SKIPPED)
# How lists part messages; one that failed is pending, and waits for its next try.
SHOWN = ("waiting", "failed", "held", "dead", "sent", "skipped")


class Outcome(StrEnum):
    ARRIVED = "arrived"
    GONE = "gone"
    FAILED = "failed"


class NoSuchDelivery(NotFound):
    message = N_("There is no such message among those of your provider.")


class NotDead(Conflict):
    message = N_("Only a message that was given up can be sent again or skipped.")


class NotWaiting(Conflict):
    message = N_("Only a message that waits to be sent can be held back.")


class NotKeptBack(Conflict):
    message = N_("This message is not held back by hand.")


class AlreadyTesting(Conflict):
    message = N_("A test is on its way already. Look how it went, then send another one.")


class NoEndpoint(Conflict):
    message = N_("Messages go nowhere yet. Save the address of your endpoint first.")


def outcome(status: int | None) -> Outcome:
    """What a status code means; None when there was no answer."""
    if status is not None and 200 <= status < 300:
        return Outcome.ARRIVED
    return Outcome.GONE if status == 410 else Outcome.FAILED


def shown(state: str, *, failed: bool) -> str:
    """How lists call a message; `failed` when its last try did, and it is tried again."""
    if state == State.PENDING:
        return "failed" if failed else "waiting"
    return "sent" if state == State.DELIVERED else state


def wait_after(
    failures: int, jitter: float, retry_after: int = 0, tries: int = len(SCHEDULE) + 1
) -> float | None:
    """Seconds until the next try, None when there is none.

    `jitter` is a random number from -1 to 1; `retry_after` is what the department asked for.
    """
    if failures >= tries:
        return None
    wait = SCHEDULE[failures - 1] * (1 + JITTER * jitter)
    return max(wait, min(retry_after, LONGEST_WAIT))


def excerpt(headers: Mapping[str, str]) -> dict[str, str]:
    """The first headers of an answer, as far as they are kept."""
    kept, room = {}, HEADERS_LIMIT
    for name, text in headers.items():
        room -= len(name) + len(text)
        if room < 0:
            break
        kept[name] = text
    return kept


def seconds_asked(header: str | None) -> int:
    """What a Retry-After header asks for; 0 when it is missing or names a date."""
    asked = (header or "").strip()
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0


def _plain(text: str) -> str:
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        raise ValueError("control characters")
    return text


Language = Literal["en", "pa", "pa_Arab", "hi", "ur"]
Said = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_plain)]


class Reply(BaseModel):
    """What a department may say in the body of a 2xx answer; other members are not read."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    status: Literal["accepted", "rejected"]
    case_number: Annotated[Said, StringConstraints(max_length=100)] | None = None
    reason: Said | dict[Language, Said] | None = None

    @property
    def reason_by_language(self) -> dict[str, str] | None:
        if isinstance(self.reason, str):
            return {"en": self.reason}
        return {str(code): text for code, text in self.reason.items()} if self.reason else None


def read_reply(answer: str) -> Reply | None:
    """What the answer says; None when it says nothing that we understand."""
    try:
        return Reply.model_validate_json(answer)
    except ValidationError:
        return None
