"""Each question to a provider's own interface, for the description of it: shapes and examples."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, Field

from portal.api.openapi import Json, Sample, Told
from portal.registry.hook_paths import ANSWERS


class DraftTold(BaseModel):
    service: str = Field(description="the slug of the service")
    answers: dict[str, Any]
    language: str = Field(description="the one to answer in")


class CaseTold(DraftTold):
    type: str = Field(description="the type of the message that is about to go out")
    reference: str


class LookUpTold(BaseModel):
    field: str = Field(description="the question whose answer is looked up")
    value: str


def _draft(sample: Sample) -> dict[str, Json]:
    slug = sample.path.partition("/")[2]
    return {"service": slug, "answers": dict(sample.answers), "language": "pa"}


def _case(sample: Sample) -> dict[str, Json]:
    more = {"type": "application.submitted", "reference": sample.reference}
    return {**_draft(sample), **more}


def _look_up(_: Sample) -> dict[str, Json]:
    return {"field": "account", "value": "3001234567"}


Question = tuple[str, type[BaseModel], Callable[[Sample], dict[str, Json]], str]
QUESTIONS: dict[str, Question] = {
    "quote": (
        "What does it cost?",
        DraftTold,
        _draft,
        "Told are the answers that `quote_by` names, before anybody has agreed to anything.",
    ),
    "check": (
        "Is anything wrong with these answers?",
        DraftTold,
        _draft,
        "The person has agreed and is about to send them. Told is everything but the documents.",
    ),
    "payload": (
        "What shall the message bring beside the answers?",
        CaseTold,
        _case,
        "Asked before the first try, and again until it is answered or three hours are over.",
    ),
    "look_up": (
        "What is known of this answer?",
        LookUpTold,
        _look_up,
        'For a value that you do not know, answer `{"error": "unknown"}` with the status 404.',
    ),
}
ASKED = tuple(
    Told(
        f"interface.{name}",
        summary,
        body,
        example,
        description,
        answer=ANSWERS[name],
        is_question=True,
    )
    for name, (summary, body, example, description) in QUESTIONS.items()
)
