"""What came of the cases: as a report for people and for programs, and as a certificate."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from portal.kit.conform.calling import PATIENCE
from portal.kit.conform.driving import Sent

# Slower than this is no fault, and worth a look: a worker of the portal waits meanwhile.
SLOW = 2.0


@dataclass(frozen=True)
class Result:
    name: str
    expected: str
    advice: str
    sent: tuple[Sent, ...]
    fault: str = ""

    @property
    def passed(self) -> bool:
        return not self.fault and bool(self.sent) and all(one.right for one in self.sent)

    @property
    def came(self) -> str:
        return self.fault or "; ".join(_came(one) for one in self.sent)


@dataclass(frozen=True)
class Report:
    url: str
    at: datetime
    tool: str
    results: Sequence[Result]

    @property
    def passed(self) -> bool:
        return all(one.passed for one in self.results)

    @property
    def slowest(self) -> float:
        return max((one.seconds for result in self.results for one in result.sent), default=0.0)

    def as_json(self) -> dict[str, Any]:
        cases = [
            {
                "name": one.name,
                "expected": one.expected,
                "came": one.came,
                "passed": one.passed,
                "sent": [asdict(each) | {"right": each.right} for each in one.sent],
            }
            for one in self.results
        ]
        told = self.core() | {"cases": cases, "slowest": round(self.slowest, 3)}
        return told | ({"hash": self.hash} if self.passed else {})

    def core(self) -> dict[str, Any]:
        """What the hash is made of: the address without its query, the time, the cases."""
        parts = urlsplit(self.url)
        return {
            "url": f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}",
            "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "tool": self.tool,
            "passed": self.passed,
            "names": [one.name for one in self.results],
        }

    @property
    def hash(self) -> str:
        text = json.dumps(self.core(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def lines(self) -> Iterator[str]:
        width = max(len(one.name) for one in self.results)
        for one in self.results:
            yield f"{'ok  ' if one.passed else 'FAIL'} {one.name:<{width}}  {one.came}"
            if not one.passed:
                yield f"     {'':<{width}}  expected {one.expected}. {one.advice}"
        if self.slowest > SLOW:
            yield (
                f"The slowest answer took {self.slowest:.1f} s. We wait {PATIENCE:.0f} s: store the"
                " message, answer, and work on it later."
            )

    def certificate(self) -> Iterator[str]:
        core = self.core()
        yield "CERTIFICATE OF CONFORMANCE"
        yield f"Endpoint   {core['url']}"
        yield f"Date       {core['at']}"
        yield f"Cases      {len(self.results)} of {len(self.results)}: {', '.join(core['names'])}"
        yield f"Tool       {self.tool}"
        yield f"SHA-256    {self.hash}"


def _came(one: Sent) -> str:
    status = str(one.status) if one.status is not None else f"no answer ({one.said})"
    again = f" at try {one.tries}" if one.tries > 1 else ""
    wrong = "" if one.right else ", WRONG"
    return f"{one.what}: {status}{again}{wrong}"
