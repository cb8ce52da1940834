"""One endpoint under test: what is sent to it, what came back, and whether that is right."""

import shlex
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from portal.kernel import clock
from portal.kernel.http import Answer, Unreachable
from portal.kit.conform import calling, signing
from portal.kit.conform.messages import Message

# So often a message is tried that the endpoint could not take at once, as the portal would.
TRIES = 3
LONGEST_WAIT = 10.0
SHOWN = 200


class Wanted(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"
    NOT_TAKEN = "not taken"


# Statuses that are right; of these 410 would switch the endpoint off.
RIGHT: dict[Wanted, Callable[[int], bool]] = {
    Wanted.TAKEN: lambda status: 200 <= status < 300,
    Wanted.REFUSED: lambda status: 400 <= status < 500 and status != 410,
    Wanted.NOT_TAKEN: lambda status: status >= 300 and status != 410,
}


@dataclass(frozen=True)
class Sent:
    """One message and what came of it; no status when nothing came, and `said` tells why."""

    what: str
    wanted: Wanted
    status: int | None
    seconds: float
    tries: int
    said: str

    @property
    def right(self) -> bool:
        if self.status is None:
            return self.wanted is Wanted.NOT_TAKEN
        return RIGHT[self.wanted](self.status)


@dataclass
class Endpoint:
    """`secret` is the one that the department has now. Everything sent is kept in `sent`."""

    url: str
    secret: str
    service: str = "conformance/test"
    key: str | None = None
    sleep: Callable[[float], None] = time.sleep
    sent: list[Sent] = field(default_factory=list)

    def take(
        self, message: Message, what: str, keys: Sequence[str] = (), among: str = "%s"
    ) -> None:
        """Send it as the portal does, again when it cannot be taken at once.

        `among` holds other signatures, and %s where ours stand.
        """
        tries, one = 0, None
        while one is None or (tries < TRIES and _again(one)):
            if one is not None:
                self.sleep(_wait(one))
            tries += 1
            headers = self._headers(message, keys or (self.secret,))
            headers["webhook-signature"] = among % headers["webhook-signature"]
            one = self._call(message, headers)
        self._keep(what, Wanted.TAKEN, one, tries)

    def once(
        self,
        message: Message,
        what: str,
        wanted: Wanted,
        *,
        keys: Sequence[str] = (),
        off: timedelta = timedelta(),
        body: str | None = None,
    ) -> None:
        """Send it one time, perhaps with a time that is `off`, or with another body than signed."""
        headers = self._headers(message, keys or (self.secret,), off)
        self._keep(what, wanted, self._call(message, headers, body), 1)

    def unsigned(self, message: Message, what: str) -> None:
        headers = self._headers(message, (self.secret,))
        kept = {name: text for name, text in headers.items() if not name.startswith("webhook-")}
        self._keep(what, Wanted.REFUSED, self._call(message, kept), 1)

    def hang_up(self, message: Message, *, half: bool) -> None:
        """Begin to send it, and end the call in the body's middle or as the answer comes."""
        how = calling.half if half else calling.losing_the_answer
        how(self.url, message.body.encode(), self._headers(message, (self.secret,)))

    def _headers(
        self, message: Message, keys: Sequence[str], off: timedelta = timedelta()
    ) -> dict[str, str]:
        return signing.headers(message.id, message.body, keys, clock.now() + off)

    def _call(
        self, message: Message, headers: dict[str, str], body: str | None = None
    ) -> tuple[Answer | str, float]:
        begun = time.monotonic()
        came: Answer | str
        try:
            came = calling.whole(self.url, (body or message.body).encode(), headers)
        except Unreachable as error:
            came = str(error)
        return came, time.monotonic() - begun

    def _keep(self, what: str, wanted: Wanted, one: tuple[Answer | str, float], tries: int) -> None:
        came, seconds = one
        if isinstance(came, str):
            self.sent.append(Sent(what, wanted, None, seconds, tries, came))
            return
        said = came.body.decode(errors="replace")[:SHOWN]
        self.sent.append(Sent(what, wanted, came.status, seconds, tries, said))


def run(command: str) -> None:
    """The department's own command breaks or mends. Raises OSError, CalledProcessError."""
    subprocess.run(shlex.split(command), check=True, stdin=subprocess.DEVNULL)


def _again(one: tuple[Answer | str, float]) -> bool:
    came, _ = one
    return isinstance(came, str) or came.status >= 500 or came.status == 429


def _wait(one: tuple[Answer | str, float]) -> float:
    came, _ = one
    asked = "" if isinstance(came, str) else came.headers.get("retry-after", "")
    return min(float(asked), LONGEST_WAIT) if asked.isascii() and asked.isdigit() else 1.0
