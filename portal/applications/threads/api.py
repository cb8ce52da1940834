"""The messages of a case, for a department's own programs: read them, and write to the person."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from portal.api import service as answers
from portal.api import tags
from portal.api.access import calling, program
from portal.api.bodies import read
from portal.api.openapi import Operation, described
from portal.applications import service as applications
from portal.applications.domain import Actor, Author, NoSuchApplication
from portal.applications.service import Case
from portal.applications.threads import domain, service, shapes
from portal.applications.threads.domain import Side
from portal.applications.threads.service import Written
from portal.applications.threads.shapes import MessageBody, MessageOut, MessagesOut, PaperOut
from portal.audit import service as audit
from portal.files import service as files
from portal.kernel.settings import current

pages = Blueprint("threads_api", __name__, url_prefix="/api/v1/provider/applications")
LIST = Operation(
    "Read the messages of an application",
    gives=MessagesOut,
    description="What the person and your provider wrote to each other, the oldest first. Each"
    " reading is noted. It takes no mark away from your officers: writing does.",
    given=shapes.messages,
    refusals=(NoSuchApplication,),
    tagged=True,
)
WRITE = Operation(
    "Write to the person of an application",
    MessageBody,
    MessageOut,
    201,
    description="The person is told, and reads it under the name of your provider. It asks for"
    " nothing formally and moves nothing: the event `ask` does.",
    sends={"text": {"text": "Your certificate can be fetched from Monday on."}},
    given=shapes.written,
    refusals=(NoSuchApplication, domain.Closed, domain.EmptyMessage, domain.TooMuch),
)
FETCH = Operation(
    "Fetch a document of a message",
    media="application/octet-stream",
    description="The file as it was uploaded, with its own Content-Type. Noted as a reading.",
    refusals=(NoSuchApplication,),
)


@pages.get("/<reference>/messages")
@program("applications")
@described(LIST)
def index(reference: str) -> Response:
    case = applications.find_case(_mine(), reference)
    told = MessagesOut(
        messages=[_shown(case, one) for one in service.thread(case)],
        open=service.is_open(case),
    )
    if not tags.is_known(told):
        _noted(case)
    return tags.answer(told)


@pages.post("/<reference>/messages")
@program("applications")
@described(WRITE)
def write(reference: str) -> tuple[Response, int]:
    key = request.headers.get("Idempotency-Key")
    raw = request.path.encode() + b"\n" + request.get_data()
    applications.find_case(_mine(), reference)
    told, status = answers.once(calling(), key, raw, lambda: (_written(reference), 201))
    return jsonify(told), status


@pages.get("/<reference>/messages/<uuid:message_id>/documents/<uuid:file_id>")
@program("applications")
@described(FETCH)
def document(reference: str, message_id: UUID, file_id: UUID) -> Response:
    case = applications.find_case(_mine(), reference)
    response = files.download_response(service.paper(case, message_id, file_id))
    _noted(case)
    return response


def _mine() -> frozenset[str]:
    return frozenset({calling().provider_slug})


def _noted(case: Case) -> None:
    audit.record(
        "application.messages_read",
        about=f"application:{case.id}",
        actor=f"token:{calling().token_id}",
        subject_id=case.subject_id,
    )


def _written(reference: str) -> dict[str, Any]:
    body = read(MessageBody)
    case = applications.find_case(_mine(), reference, lock=True)
    author = Author(Actor.PROVIDER, f"token:{calling().token_id}")
    row = service.write(case, author, body.text)
    return _shown(case, row).model_dump(mode="json")


def _shown(case: Case, row: Written) -> MessageOut:
    """Nobody's name: of the person the case says it, of officers the person learns none either."""
    return MessageOut(
        id=row.id,
        number=row.number,
        side="person" if row.side == Side.PERSON else "provider",
        written_at=row.created_at,
        text=row.text,
        documents=[_paper(case, row, one) for one in row.papers or ()],
    )


def _paper(case: Case, row: Written, paper: dict[str, Any]) -> PaperOut:
    file_id = UUID(paper["file"])
    path = url_for(".document", reference=case.reference, message_id=row.id, file_id=file_id)
    told = {name: paper[name] for name in ("name", "type", "bytes", "sha256")}
    return PaperOut(id=file_id, url=current().kernel.base_url + path, **told)
