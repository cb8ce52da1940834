"""One question to a provider's interface: signed, guarded, and read as JSON. No tables."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from portal.kernel import clock, http, ids, signing
from portal.kernel.outside import SECONDS
from portal.registry.hooks import NoAnswer

# A refusal that the provider words itself, such as an unknown account, comes with 404.
READ = (200, 404)


@dataclass(frozen=True)
class Line:
    """All that is needed to ask, so that nothing of the request is: it runs in another thread.

    `secrets` are those that are valid now; each gives a signature of its own.
    """

    url: str
    secrets: tuple[str, ...]
    allow_private: bool = False

    def __call__(self, path: str, query: Mapping[str, str]) -> Any:
        """The JSON that came back. Raises NoAnswer."""
        asked = f"{self.url}{path}?{urlencode(query)}"
        try:
            told = http.get(
                asked, self._headers(asked), seconds=SECONDS, allow_private=self.allow_private
            )
        except http.Unreachable as error:
            raise NoAnswer(str(error)) from error
        if told.status not in READ:
            raise NoAnswer(f"It answered with status {told.status}.")
        try:
            return json.loads(told.body)
        except (ValueError, RecursionError) as error:
            raise NoAnswer("It answered something else than JSON.") from error

    def _headers(self, asked: str) -> dict[str, str]:
        """As messages are signed, over `GET <path>?<query>` in place of a body."""
        parts = urlsplit(asked)
        said = f"GET {parts.path}?{parts.query}"
        return {
            "accept": "application/json",
            "user-agent": "Sanjha-Bills/1",
            **signing.headers(str(ids.uuid7()), said, self.secrets, clock.now()),
        }
