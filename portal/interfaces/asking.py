"""One question to a provider's interface: signed, guarded, and read as JSON. No tables."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from portal.kernel import clock, http, ids, signatures
from portal.kernel.outside import SECONDS
from portal.registry.hooks import NoAnswer

# A refusal that the provider words itself, such as an unknown account, comes with 404.
READ = (200, 404)
MARGIN = 0.5
AGENT = "Sanjha-Bills/1"
JSON = "application/json"


@dataclass(frozen=True)
class Line:
    """All that is needed to ask, so that nothing of the request is: it runs in another thread.

    `secrets` are those that are valid now; each gives a signature of its own.
    """

    url: str
    secrets: tuple[str, ...]
    allow_private: bool = False

    def __call__(self, path: str, query: Mapping[str, str]) -> Any:
        """The JSON that came back. Signed is `GET <path>?<query>`. Raises NoAnswer."""
        asked = f"{self.url}{path}?{urlencode(query)}"
        parts = urlsplit(asked)
        headers = self._headers(f"GET {parts.path}?{parts.query}")
        return self._read(lambda: http.get(asked, headers, **self._limits()))

    def send(self, path: str, told: Mapping[str, Any]) -> Any:
        """The JSON that came back. Signed is the body, as in messages. Raises NoAnswer."""
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        headers = self._headers(body) | {"content-type": JSON}
        asked = f"{self.url}{path}"
        return self._read(lambda: http.post(asked, body.encode(), headers, **self._limits()))

    def _headers(self, said: str) -> dict[str, str]:
        signed = signatures.headers(str(ids.uuid7()), said, self.secrets, clock.now())
        return {"accept": JSON, "user-agent": AGENT, **signed}

    def _limits(self) -> dict[str, Any]:
        # Whoever waits gives up first: a machine that says nothing is then left alone for a while.
        return {"seconds": SECONDS + MARGIN, "allow_private": self.allow_private}

    def _read(self, asking: Callable[[], http.Answer]) -> Any:
        if not self.url:
            raise NoAnswer("The address of the interface is not set.")
        try:
            told = asking()
        except http.Unreachable as error:
            raise NoAnswer(str(error)) from error
        if told.status not in READ:
            raise NoAnswer(f"It answered with status {told.status}.")
        try:
            return json.loads(told.body)
        except (ValueError, RecursionError) as error:
            raise NoAnswer("It answered something else than JSON.") from error


# Where no address is known: a hook that asks nobody works without one.
NOWHERE = Line("", ())
