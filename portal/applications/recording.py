"""The questions of a stage as a page for the officer, by the engine of forms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from uuid import UUID

from portal.applications import workflow
from portal.applications.service import Case, NoSuchApplication
from portal.applications.work import service as work
from portal.files import service as files
from portal.forms import engine
from portal.forms.engine import Posted, Sheet
from portal.kernel.errors import N_, Conflict
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import Form, Stage, Step


class NothingToRecord(Conflict):
    kind: ClassVar[str | None] = "move-not-allowed"
    message = N_("At this stage there is nothing to record.")


@dataclass(frozen=True)
class Page:
    case: Case
    stage: Stage
    questions: engine.Page
    sheet: Sheet


def begin(case: Case) -> Page:
    """With what was recorded before. Raises NothingToRecord."""
    service = registry.version(case.version_id).service
    stage = workflow.stage_of(service, case.stage)
    if stage is None or not stage.record or case.state not in workflow.WORKED:
        raise NothingToRecord
    kept = work.recorded(case).get(stage.slug)
    form = _form(stage)
    questions = engine.Page(form, form.steps[0], kept.answers if kept else {})
    return Page(case, stage, questions, engine.show(questions))


def refreshed(page: Page, posted: Posted) -> Page:
    return replace(page, sheet=engine.refresh(page.questions, posted))


def taken(page: Page, posted: Posted) -> Page:
    return replace(page, sheet=engine.take(page.questions, posted, _keeper(page.case)))


def _keeper(case: Case) -> engine.Keep:
    """Files of officers stand under the person's key, and take none of their room."""

    def keep(question: Any, upload: Any) -> Mapping[str, Any]:
        kept = files.keep(
            upload.stream,
            upload.filename,
            subject_id=case.subject_id,
            person_id=case.person_id,
            accepts=question.accepts,
            most_bytes=question.most_bytes,
            counted=False,
        )
        told = {name: getattr(kept, name) for name in ("name", "type", "bytes", "sha256")}
        return {"file": str(kept.id), **told}

    return keep


def paper(case: Case, file_id: UUID) -> UUID:
    """The id of a file that was recorded with this case. Raises NoSuchApplication."""
    service = registry.version(case.version_id).service
    for slug, row in work.recorded(case).items():
        stage = service.stage(slug)
        if stage is not None and str(file_id) in _files(stage, row.answers):
            return file_id
    raise NoSuchApplication


def _files(stage: Stage, answers: Mapping[str, Any]) -> set[str]:
    return {str(answer["file"]) for _, answer in declared.file_answers(_form(stage), answers)}


def _form(stage: Stage) -> Form:
    return Form(Step(stage.title, *(stage.record or ()), slug="record"))
