"""A person's own applications, for the sites and apps that they let in with the scope for it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for
from pydantic import BaseModel, Field

from portal.api.access import calling, citizen
from portal.api.bodies import Query
from portal.api.openapi import Operation, Sample, described
from portal.applications.lists import service as lists
from portal.audit import service as audit
from portal.kernel.errors import N_, BadInput
from portal.kernel.settings import current

pages = Blueprint("own_cases_api", __name__, url_prefix="/api/v1/citizen/applications")
PAGE = 50


class BadPlace(BadInput):
    kind = "bad-place"
    message = N_("Ask for the next page by the address that the page before it gave.")


class OwnApplication(BaseModel):
    """No answer of the person is in it."""

    application: str = Field(description="the reference")
    service: str
    state: str
    stage: str | None
    due_on: date | None
    submitted_at: datetime | None


class OwnApplications(BaseModel):
    applications: list[OwnApplication]
    next: str | None = Field(description="the address of the next page, if there is one")


class Asked(Query):
    """Where the list goes on."""

    after: str | None = Field(default=None, description="as the page before gave it in `next`")


def _example(sample: Sample) -> dict[str, Any]:
    return {
        "application": sample.reference,
        "service": sample.path,
        "state": "in_progress",
        "stage": None,
        "due_on": "2026-12-15",
        "submitted_at": "2026-11-22T09:30:00Z",
    }


@pages.get("")
@citizen("applications")
@described(
    Operation(
        "List the person's own applications",
        gives=OwnApplications,
        description="The newest first. No answer is in the list, and each reading is noted.",
        asks=Asked,
        given=lambda sample: {"applications": [_example(sample)], "next": None},
        refusals=(BadPlace,),
    )
)
def index() -> Response:
    person_id = calling().person_id
    assert person_id is not None  # noqa: S101 - the guard lets in only who acts for a person
    rows = lists.of_person(person_id, after=_after(), limit=PAGE + 1)
    about, by = f"person:{person_id}", f"token:{calling().token_id}"
    audit.record("applications.listed", about=about, actor=by, subject_id=person_id)
    shown = rows[:PAGE]
    more = url_for(".index", after=shown[-1].id) if len(rows) > PAGE else None
    told = OwnApplications(
        applications=[_shown(row) for row in shown],
        next=current().kernel.base_url + more if more else None,
    )
    return jsonify(told.model_dump(mode="json"))


def _after() -> UUID | None:
    """Raises BadPlace."""
    text = request.args.get("after")
    try:
        return UUID(text) if text is not None else None
    except ValueError as error:
        raise BadPlace from error


def _shown(row: Any) -> OwnApplication:
    return OwnApplication(
        application=row.reference,
        service=f"{row.provider_slug}/{row.service_slug}",
        state=row.state,
        stage=row.stage,
        due_on=row.due_on,
        submitted_at=row.submitted_at,
    )
