"""What departments' programs send and read of applications, and examples of it."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from portal.api.bodies import Body, Query
from portal.api.openapi import Sample
from portal.applications.domain import SubmittedBy
from portal.kernel.errors import N_, BadInput
from portal.web.fields.base import tidy

Language = Literal["en", "pa", "pa_Arab", "hi", "ur"]
Known = Literal[
    "awaiting_payment",
    "submitted",
    "in_progress",
    "needs_information",
    "approved",
    "refused",
    "issued",
    "withdrawn",
    "lapsed",
]


def _readable(text: str) -> str:
    if tidy(text, lines=True) != text.strip().replace("\r\n", "\n"):
        raise ValueError("leave out control characters")
    return text


Short = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_readable)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_readable)]
Texts = Annotated[dict[Language, Long], Field(min_length=1)]


class NotBase64(BadInput):
    status: ClassVar[int] = 422
    message = N_("The content of the document is not base 64.")


class IssuedFile(Body):
    name: Short
    content: str = Field(description="the file in base 64, at most 5 MB before encoding")


class EventBody(Body):
    type: Literal["accept", "progress", "ask", "approve", "refuse", "issue", "note"]
    stage: Short | None = Field(default=None, description="one that the service declares")
    message: Texts | None = Field(default=None, description="what the person reads, by language")
    fields: list[Short] = Field(default=[], max_length=100, description="names to correct")
    remarks: dict[Short, Texts] = Field(
        default={}, max_length=100, description="what is wrong with each of `fields`, by its name"
    )
    reason: Texts | None = Field(default=None, description="why, by language")
    reason_code: Short | None = Field(
        default=None, description="one of the service's reasons; it says itself without a `reason`"
    )
    case_number: Short | None = Field(default=None, description="your own number of the case")
    document: IssuedFile | None = Field(default=None, description="what is issued")


class Asked(Query):
    """What a list is to hold; what is left out leaves all in."""

    limit: int = Field(default=50, ge=1, le=200, description="how many at most")
    after: str | None = Field(
        default=None, max_length=100, description="the place that the page before ended at"
    )
    state: Known | None = Field(default=None, description="those in this state alone")
    service: str | None = Field(
        default=None, pattern="^[a-z0-9-]+/[a-z0-9-]+$", description="as it stands in `service`"
    )
    since: AwareDatetime | None = Field(default=None, description="those sent then or later")


class MoneyOut(BaseModel):
    amount: str
    currency: str


class PaidOut(BaseModel):
    payment: str = Field(description="the reference of the payment")
    paid_at: datetime


class DocumentOut(BaseModel):
    id: UUID
    field: str
    name: str
    type: str
    bytes: int
    sha256: str
    url: str = Field(description="fetch it with the same token")


class Stands(BaseModel):
    """Where an application stands. No answer is in it."""

    application: str = Field(description="the reference")
    state: str
    stage: str | None
    service: str = Field(description="provider and service, parted by a slash")
    due_on: date | None
    submitted_at: datetime
    case_number: str | None = Field(description="your own number")


class Row(Stands):
    changed_at: datetime
    url: str = Field(description="where it is read whole")


class Rows(BaseModel):
    applications: list[Row]
    next: str | None = Field(description="the address of the next page, as in the Link header")


class ApplicationOut(Stands):
    version: int = Field(description="of the service, as it was applied for")
    language: str = Field(description="that the person reads")
    submitted_by: SubmittedBy = Field(description="the person, or who acted for them")
    asked: list[str] = Field(description="names of fields that you asked to be corrected")
    fee: MoneyOut | None
    paid: PaidOut | None
    answers: dict[str, Any] = Field(description="declared by the service and agreed to, by name")
    documents: list[DocumentOut]


class Moved(BaseModel):
    application: str
    state: str
    stage: str | None
    due_on: date | None


def moved(sample: Sample) -> dict[str, Any]:
    return {
        "application": sample.reference,
        "state": "needs_information",
        "stage": None,
        "due_on": None,
    }


def _stands(sample: Sample) -> dict[str, Any]:
    return {
        "application": sample.reference,
        "state": "submitted",
        "stage": None,
        "service": sample.path,
        "due_on": "2026-12-15",
        "submitted_at": "2026-11-22T09:30:00Z",
        "case_number": None,
    }


def rows(sample: Sample) -> dict[str, Any]:
    address = f"https://…/api/v1/provider/applications/{sample.reference}"
    row = _stands(sample) | {"changed_at": "2026-11-22T09:30:00Z", "url": address}
    return {"applications": [row], "next": None}


def application(sample: Sample) -> dict[str, Any]:
    document_id = "0192f3c4-5d1e-7a3b-9c2d-4e5f60718293"
    address = f"https://…/api/v1/provider/applications/{sample.reference}/documents/{document_id}"
    papers = [
        {
            "id": document_id,
            "field": name,
            "name": f"{name.replace('_', '-')}.pdf",
            "type": "application/pdf",
            "bytes": 48211,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "url": address,
        }
        for name in sample.papers[:1]
    ]
    return _stands(sample) | {
        "version": sample.version,
        "language": "pa",
        "submitted_by": "self",
        "asked": [],
        "fee": {"amount": "150.00", "currency": "INR"},
        "paid": None,
        "answers": dict(sample.answers),
        "documents": papers,
    }


def _ask(sample: Sample) -> dict[str, Any]:
    wanted = [*sample.papers, *sample.answers][:1]
    message = {"en": "Send it once more: it cannot be read."}
    return {"type": "ask", "fields": wanted, "message": message}


_SAID = {"en": "All is in order.", "pa": "ਸਭ ਕੁਝ ਠੀਕ ਹੈ।"}
EVENTS: dict[str, Any] = {
    "accept": {"type": "accept", "case_number": "REV/2026/17"},
    "note": {"type": "note", "message": _SAID},
    "ask": _ask,
    "approve": {"type": "approve", "message": _SAID},
    "refuse": {"type": "refuse", "reason": {"en": "The income is above the limit."}},
    "issue": {"type": "issue", "document": {"name": "certificate.pdf", "content": "JVBERi0xLjcK…"}},
}
