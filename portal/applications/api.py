"""A department's cases, for its own programs: read one, tell what happened, fetch documents."""

import base64
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from portal.api import service as answers
from portal.api.access import calling, program
from portal.api.bodies import Body, read
from portal.api.openapi import Operation, described
from portal.applications import service
from portal.applications.domain import Actor, ProviderEvent, SubmittedBy
from portal.applications.fees import service as fees
from portal.applications.service import Author, Case
from portal.files import service as files
from portal.kernel.errors import N_, BadInput
from portal.kernel.settings import current
from portal.registry import service as registry
from portal.web.edge import takes
from portal.web.fields.base import tidy

pages = Blueprint("cases_api", __name__, url_prefix="/api/v1/provider/applications")

Language = Literal["en", "pa", "pa_Arab", "hi", "ur"]


def _readable(text: str) -> str:
    if tidy(text, lines=True) != text.strip().replace("\r\n", "\n"):
        raise ValueError("leave out control characters")
    return text


Short = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_readable)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_readable)]
Texts = Annotated[dict[Language, Long], Field(min_length=1)]
# Base 64 needs a third more, and the rest of the body is small.
BODY_LIMIT = service.ISSUED_BYTES * 4 // 3 + 100_000


class NotBase64(BadInput):
    status: ClassVar[int] = 422
    message = N_("The content of the document is not base 64.")


class IssuedFile(Body):
    name: Short
    content: str = Field(description="the file in base 64, at most 5 MB before encoding")


class EventBody(Body):
    type: Literal["accept", "progress", "ask", "approve", "refuse", "issue", "note"]
    stage: Short | None = None
    message: Texts | None = Field(default=None, description="what the person reads, by language")
    fields: list[Short] = Field(default=[], max_length=100, description="names to correct")
    reason: Texts | None = None
    case_number: Short | None = None
    document: IssuedFile | None = None


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
    url: str


class ApplicationOut(BaseModel):
    application: str
    state: str
    stage: str | None
    service: str
    version: int
    language: str
    submitted_by: SubmittedBy = Field(description="the person, or who acted for them")
    due_on: date | None
    submitted_at: datetime
    case_number: str | None
    asked: list[str]
    fee: MoneyOut | None
    paid: PaidOut | None
    answers: dict[str, Any]
    documents: list[DocumentOut]


class Moved(BaseModel):
    application: str
    state: str
    stage: str | None
    due_on: date | None


@pages.get("/<reference>")
@program("applications")
@described(Operation("Read an application of your provider", gives=ApplicationOut))
def show(reference: str) -> Response:
    application = service.find_case(_mine(), reference)
    service.disclosed(application, service.shared(application), "api")
    return jsonify(_shown(application).model_dump(mode="json"))


@pages.post("/<reference>/events")
@takes(BODY_LIMIT)
@program("applications")
@described(Operation("Tell what happened to an application", EventBody, Moved, 201))
def tell(reference: str) -> tuple[Response, int]:
    key = request.headers.get("Idempotency-Key")
    raw = request.path.encode() + b"\n" + request.get_data()
    service.find_case(_mine(), reference)
    told, status = answers.once(calling(), key, raw, lambda: (_moved(reference), 201))
    return jsonify(told), status


@pages.get("/<reference>/documents/<uuid:document_id>")
@program("applications")
@described(Operation("Fetch a document", media="application/octet-stream"))
def document(reference: str, document_id: UUID) -> Response:
    application = service.find_case(_mine(), reference)
    response = files.download_response(service.paper(application, document_id))
    named = [one["field"] for one in service.papers(application) if one["file"] == str(document_id)]
    service.disclosed(application, named, "api")
    return response


def _mine() -> frozenset[str]:
    return frozenset({calling().provider_slug})


def _moved(reference: str) -> dict[str, Any]:
    event = _event(read(EventBody))
    author = Author(Actor.PROVIDER, f"token:{calling().token_id}")
    application = service.receive(_mine(), reference, event, author)
    return Moved(
        application=application.reference,
        state=application.state,
        stage=application.stage,
        due_on=application.due_on,
    ).model_dump(mode="json")


def _event(body: EventBody) -> ProviderEvent:
    told = body.model_dump(exclude={"document", "fields"})
    if body.document is None:
        return ProviderEvent(**told, fields=tuple(body.fields))
    try:
        content = base64.b64decode(body.document.content, validate=True)
    except ValueError as error:
        raise NotBase64 from error
    return ProviderEvent(**told, fields=tuple(body.fields), document=(body.document.name, content))


def _shown(application: Case) -> ApplicationOut:
    offer = registry.version(application.version_id)
    fee, paid = fees.of(application), service.paid(application)
    return ApplicationOut(
        application=application.reference,
        state=application.state,
        stage=application.stage,
        service=f"{application.provider_slug}/{application.service_slug}",
        version=offer.number,
        language=application.language,
        submitted_by=service.submitted_by(application),
        due_on=application.due_on,
        submitted_at=application.submitted_at or application.created_at,
        case_number=application.case_number,
        asked=application.asked or [],
        fee=MoneyOut(**fee.as_json()) if fee else None,
        paid=PaidOut(**paid) if paid else None,
        answers=service.plain_answers(application),
        documents=[_paper(application, paper) for paper in service.papers(application)],
    )


def _paper(application: Case, paper: dict[str, Any]) -> DocumentOut:
    file_id = UUID(paper["file"])
    path = url_for(".document", reference=application.reference, document_id=file_id)
    told = {name: paper[name] for name in ("field", "name", "type", "bytes", "sha256")}
    return DocumentOut(id=file_id, url=current().kernel.base_url + path, **told)
