"""A department's cases, for its own programs: list them, read one, tell what happened."""

import base64
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from portal.api import service as answers
from portal.api import tags
from portal.api.access import calling, program
from portal.api.bodies import asked, read
from portal.api.openapi import Operation, described
from portal.applications import domain, service, shapes
from portal.applications.domain import Actor, ProviderEvent
from portal.applications.fees import service as fees
from portal.applications.lists import service as lists
from portal.applications.lists.domain import Place, Sort, Wanted, read_place
from portal.applications.service import Author, Case
from portal.applications.shapes import (
    ApplicationOut,
    Asked,
    DocumentOut,
    EventBody,
    MoneyOut,
    Moved,
    NotBase64,
    PaidOut,
    Row,
    Rows,
)
from portal.files import service as files
from portal.kernel.errors import N_, BadInput
from portal.kernel.settings import current
from portal.registry import service as registry
from portal.web.edge import takes

pages = Blueprint("cases_api", __name__, url_prefix="/api/v1/provider/applications")
# Base 64 needs a third more, and the rest of the body is small.
BODY_LIMIT = service.ISSUED_BYTES * 4 // 3 + 100_000
STATES = frozenset(domain.State) - {domain.State.DRAFT}


class BadPlace(BadInput):
    kind = "bad-place"
    message = N_("Ask for the next page by the address that the page before it gave.")


LIST = Operation(
    "List the applications of your provider",
    gives=Rows,
    description="The newest first. No answer is in the list: read each one by its `url`. The"
    " next page is at the address in the `Link` header and in `next`; null on the last page."
    " Applications whose fee comes first are listed once it is paid.",
    asks=Asked,
    given=shapes.rows,
    refusals=(BadPlace,),
    tagged=True,
    paged=True,
)
READ = Operation(
    "Read an application of your provider",
    gives=ApplicationOut,
    description="With the answers that the service declares and the person agreed to share, and"
    " nothing else. Each reading is noted, and the person sees it; an answer of 304 shows nothing"
    " and is not noted.",
    given=shapes.application,
    refusals=(domain.NoSuchApplication,),
    tagged=True,
)
TELL = Operation(
    "Tell what happened to an application",
    EventBody,
    Moved,
    201,
    description="Which event may follow which state stands in the guide. With `If-Match` it is done"
    " only if the application still stands as you read it.",
    sends=shapes.EVENTS,
    given=shapes.moved,
    refusals=(
        domain.NoSuchApplication,
        domain.MoveNotAllowed,
        fees.NotPaidYet,
        domain.EventIncomplete,
        domain.EventOverfull,
        domain.UnknownFields,
        domain.UnknownStage,
        NotBase64,
    ),
    tagged=True,
)
FETCH = Operation(
    "Fetch a document",
    media="application/octet-stream",
    description="The file as it was uploaded, with its own Content-Type. Noted as a reading.",
    refusals=(domain.NoSuchApplication,),
)


@pages.get("")
@program("applications")
@described(LIST)
def index() -> Response:
    wanted = asked(Asked)
    found = _rows(wanted)
    more = found[wanted.limit - 1] if len(found) > wanted.limit else None
    told = Rows(
        applications=[_row(one) for one in found[: wanted.limit]],
        next=_next(more) if more is not None else None,
    )
    return tags.answer(told, {"Link": f'<{told.next}>; rel="next"'} if told.next else None)


@pages.get("/<reference>")
@program("applications")
@described(READ)
def show(reference: str) -> Response:
    application = service.find_case(_mine(), reference)
    told = _shown(application)
    if not tags.is_known(told):
        service.disclosed(application, service.shared(application), "api")
    return tags.answer(told)


@pages.post("/<reference>/events")
@takes(BODY_LIMIT)
@program("applications")
@described(TELL)
def tell(reference: str) -> tuple[Response, int]:
    key = request.headers.get("Idempotency-Key")
    raw = request.path.encode() + b"\n" + request.get_data()
    service.find_case(_mine(), reference)
    told, status = answers.once(calling(), key, raw, lambda: (_moved(reference), 201))
    return jsonify(told), status


@pages.get("/<reference>/documents/<uuid:document_id>")
@program("applications")
@described(FETCH)
def document(reference: str, document_id: UUID) -> Response:
    application = service.find_case(_mine(), reference)
    response = files.download_response(service.paper(application, document_id))
    named = [one["field"] for one in service.papers(application) if one["file"] == str(document_id)]
    service.disclosed(application, named, "api")
    return response


def _mine() -> frozenset[str]:
    return frozenset({calling().provider_slug})


def _rows(asked_for: Asked) -> Sequence[Any]:
    """One more than are asked for, where there are more; none of another provider's service."""
    own = calling().provider_slug
    provider, _, slug = (asked_for.service or f"{own}/").partition("/")
    if provider != own:
        return []
    wanted = Wanted(service=(own, slug) if slug else None, since=asked_for.since)
    states = {asked_for.state} if asked_for.state else STATES
    most = asked_for.limit + 1
    return lists.of_provider(own, states, wanted, after=_after(asked_for), limit=most)


def _after(asked_for: Asked) -> Place | None:
    """Raises BadPlace."""
    if asked_for.after is None:
        return None
    if (place := read_place(asked_for.after, Sort.NEWEST)) is None:
        raise BadPlace
    return place


def _next(last: Any) -> str:
    """The same list from behind this row."""
    same: dict[str, Any] = request.args.to_dict() | {"after": str(Place(last.place, last.id))}
    return current().kernel.base_url + url_for(".index", **same)


def _check_match(reference: str) -> None:
    """Raises ChangedMeanwhile; whoever decides by what was read holds the case until it is done."""
    if "If-Match" in request.headers:
        fees.hold(service.find_case(_mine(), reference))
        tags.check_match(_shown(service.find_case(_mine(), reference, lock=True)))


def _row(row: Any) -> Row:
    address = url_for(".show", reference=row.reference)
    return Row(
        application=row.reference,
        state=row.state,
        stage=row.stage,
        service=f"{row.provider_slug}/{row.service_slug}",
        due_on=row.due_on,
        submitted_at=row.submitted_at,
        case_number=row.case_number,
        changed_at=row.changed_at,
        url=current().kernel.base_url + address,
    )


def _moved(reference: str) -> dict[str, Any]:
    event = _event(read(EventBody))
    _check_match(reference)
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
