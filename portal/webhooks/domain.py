"""When a message is sent again, what an answer means, and what a department may say in it.

No network here, and no tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from portal.kernel.errors import N_, Conflict, NotFound

# Seconds from the first, second, … failure to the next try; after the last one it is dead.
SCHEDULE = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.2
LONGEST_WAIT = 86_400
# Seconds from a failure of a resting endpoint to the next try, and what all longer ones are.
PAUSES = (30, 60, 300, 900, 1800, 3600)
# An answer that may decide: later, through the interface; or against it for good, with a reason.
LATER, REFUSES = 202, 400
# What asks for this much patience asks it for all messages, when it says so with such a status.
ASKS_TO_REST, RESTFUL = PAUSES[0], (429, 503)
# People are told after so many failures in a row; from then on one message at a time is tried.
TOLD_AFTER = 3
# Whoever holds a link has the document, so it ends soon; the interface gives documents any time.
LINK_SECONDS = 3600
BODY_LIMIT = 20_000
# So many seconds a message waits for what its provider adds to it; then it goes without.
SHAPED_WITHIN, SHAPED_FIRST, SHAPED_LAST = 3 * 3600, 5, 1800
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
        "application.appealed": Kind(),
        "application.message": Kind(),
        "payment.refunded": Kind(),
        "payment.disputed": Kind(),
        "bill.paid": Kind("bill"),
        TEST: Kind("endpoint", tries=1),
    }
)


def shaped_after(waited: float) -> float:
    """Seconds until a provider that could not say what it adds is asked again: twice as many."""
    return min(max(waited, SHAPED_FIRST), SHAPED_LAST)


class State(StrEnum):
    """`held` waits for an earlier message of its application, or for the endpoint to be enabled."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    HELD = "held"
    SKIPPED = "skipped"


class Waits(StrEnum):
    """What about its endpoint a message waits for: its end of a pause, to be on, or a turn.

    `pace`: it goes by itself when its second has come. `feed`: it is there to be fetched.
    """

    REST = "rest"
    OFF = "off"
    TURN = "turn"
    PACE = "pace"
    FEED = "feed"


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


class NothingGivenUp(Conflict):
    message = N_("No message that was made in this time is given up. Choose another time.")


class NoEndpoint(Conflict):
    message = N_("Messages go nowhere yet. Save the address of your endpoint first.")


def outcome(status: int | None, answer: str = "") -> Outcome:
    """What a status code means; None when there was no answer.

    `answer` is what an answer that may decide said: a refusal for good arrived, too.
    """
    if status is not None and 200 <= status < 300:
        return Outcome.ARRIVED
    if status == REFUSES and answer and read_reply(answer, status):
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


def seconds_asked(header: str | None, at: datetime) -> int:
    """What a Retry-After header asks for, in seconds or by a date; 0 when it says nothing."""
    asked = (header or "").strip()
    if asked.isascii() and asked.isdigit():
        return int(asked) if len(asked) < 10 else 0
    try:
        until = parsedate_to_datetime(asked)
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        seconds = int((until - at).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0
    return min(max(seconds, 0), LONGEST_WAIT)


def pause(rests: int, retry_after: int = 0) -> int:
    """Seconds that an endpoint rests for the so many-th time, 0 the first, since it answered."""
    return max(PAUSES[min(rests, len(PAUSES) - 1)], min(retry_after, LONGEST_WAIT))


def _plain(text: str) -> str:
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        raise ValueError("control characters")
    return text


Language = Literal["en", "pa", "pa_Arab", "hi", "ur"]
Said = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_plain)]


class Reply(BaseModel):
    """What a department may say in the body of its answer; other members are not read."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    status: Literal["accepted", "rejected"]
    case_number: Annotated[Said, StringConstraints(max_length=100)] | None = None
    reason: Said | dict[Language, Said] | None = None

    @property
    def reason_by_language(self) -> dict[str, str] | None:
        if isinstance(self.reason, str):
            return {"en": self.reason}
        return {str(code): text for code, text in self.reason.items()} if self.reason else None


class Refusal(Reply):
    """In the body of a 400: with a reason it refuses for good, without one it is a fault."""

    status: Literal["rejected"] = "rejected"
    reason: Said | dict[Language, Said]


def read_reply(answer: str, status: int | None = 200) -> Reply | None:
    """What the answer says; None when it decides later, or says nothing that we understand."""
    if status == LATER:
        return None
    kind = Refusal if status == REFUSES else Reply
    try:
        return kind.model_validate_json(answer)
    except ValidationError:
        return None
