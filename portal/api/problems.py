"""What can go wrong with a call, each with the section of the documentation that explains it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from portal.api.bodies import Invalid, InvalidQuery, NotJson, Unreadable
from portal.api.limits.domain import TooManyCalls
from portal.api.openapi import Operation
from portal.api.service import KeyMissing, KeyReused, NoToken, ScopeMissing
from portal.api.tags import ChangedMeanwhile, NotAcceptable
from portal.kernel.errors import BadInput, Conflict, DomainError, Gone, NotFound, Refused, TooLarge
from portal.web.errors import PROBLEMS, SENTENCES, kind_of

EVERY_CALL: tuple[type[DomainError], ...] = (NoToken, ScopeMissing, TooManyCalls)
EVERY_BODY: tuple[type[DomainError], ...] = (NotJson, Unreadable, Invalid, TooLarge)
BY_STATUS: tuple[type[DomainError], ...] = (BadInput, Refused, NotFound, Conflict, Gone, TooLarge)
# Said by the edge of each request, and by no class of its own.
BY_EDGE = (401, 405, 413, 415, 422, 429, 500, 503)
SAMPLES = defaultdict(
    lambda: "…",
    scope="applications",
    retry_after="17",
    why="Expecting ',' delimiter: line 1 column 18 (char 17)",
    type="ask",
    missing="message, fields",
    member="document",
    names="income_prof",
    stage="field-raport",
    known="field-report, review",
)


@dataclass(frozen=True)
class Problem:
    """`kind` ends its `type`; `detail` is the sentence that is said, with samples in its places."""

    kind: str
    status: int
    detail: str
    has_errors: bool = False

    @property
    def title(self) -> str:
        return self.kind.replace("-", " ").capitalize()

    def example(self, base_url: str) -> dict[str, Any]:
        told: dict[str, Any] = {
            "type": base_url + PROBLEMS + self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": "urn:incident:4f1a9c03be",
        }
        if self.has_errors:
            told["errors"] = [{"pointer": "/reason", "detail": "Field required"}]
        return told


def of(error: type[DomainError]) -> Problem:
    sentence = error.message % SAMPLES if "%(" in error.message else error.message
    return Problem(error.kind or kind_of(error.status), error.status, sentence, error is Invalid)


def possible(operation: Operation) -> list[Problem]:
    """Whatever a call of this may meet, by status."""
    met = [*EVERY_CALL, *operation.refusals]
    if operation.media == "application/json":
        met.append(NotAcceptable)
    if operation.asks:
        met.append(InvalidQuery)
    if operation.takes:
        met += EVERY_BODY
    if operation.wants_key:
        met += (KeyMissing, KeyReused)
    if operation.tagged and (operation.takes or operation.wants_key):
        met.append(ChangedMeanwhile)
    faults = [Problem(kind_of(status), status, SENTENCES[500]) for status in (500, 503)]
    return sorted(_distinct([*map(of, met), *faults]), key=lambda one: one.status)


def every(operations: Iterable[Operation]) -> list[Problem]:
    """Each kind that any answer may name, by status and name."""
    said = [one for operation in operations for one in possible(operation)]
    rest = [of(error) for error in BY_STATUS]
    rest += [Problem(kind_of(one), one, SENTENCES.get(one, BadInput.message)) for one in BY_EDGE]
    kinds = {one.kind: one for one in reversed([*said, *rest])}
    return sorted(kinds.values(), key=lambda one: (one.status, one.kind))


def _distinct(found: Iterable[Problem]) -> Iterator[Problem]:
    """One for each kind and sentence."""
    yield from dict.fromkeys(found)
