"""What a provider may see of an application: declared and consented fields, files, and looks.

Each look of an officer and each disclosure leaves its trace.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from portal.applications.domain import Disclosure, NoSuchApplication, SubmittedBy
from portal.applications.fees import service as fees
from portal.applications.models import Application
from portal.audit import service as audit
from portal.consent import service as consent
from portal.consent.domain import Disclosed
from portal.kernel.db import db
from portal.registry import domain as declared
from portal.registry import service as registry

Answers = Mapping[str, Any]
Files = list[tuple[str, dict[str, Any]]]
LOOKED, IN_EMERGENCY = "case.looked", "case.emergency"


def disclosure(application_id: UUID) -> Disclosure:
    """What the provider's next message may hold; takes the next number of the application."""
    application = db.session.get_one(Application, application_id)
    application.sequence += 1
    db.session.flush()
    seen = shared(application)
    files_in_it = _files(application, seen)
    return Disclosure(
        application_id=application.id,
        subject_id=application.subject_id,
        reference=application.reference,
        sequence=application.sequence,
        state=application.state,
        provider_slug=application.provider_slug,
        service_slug=application.service_slug,
        version=registry.version(application.version_id).number,
        language=application.language,
        due_on=application.due_on,
        fee=fees.of(application),
        paid=paid(application),
        answers=_plain(seen, files_in_it),
        documents=_papers(files_in_it),
        submitted_by=submitted_by(application),
    )


def submitted_by(application: Application) -> SubmittedBy:
    """Who sent it, without a name."""
    return cast("SubmittedBy", application.acted_as or "self")


def paid(application: Application) -> dict[str, Any] | None:
    """What the provider needs to find the money again."""
    if application.paid_at is None or (payment := fees.payment(application)) is None:
        return None
    return {"payment": payment.reference, "paid_at": f"{application.paid_at:%Y-%m-%dT%H:%M:%SZ}"}


def plain_answers(application: Application) -> dict[str, Any]:
    """The declared and consented answers, without files: those are in `papers`."""
    seen = shared(application)
    return _plain(seen, _files(application, seen))


def _plain(seen: Answers, files_in_it: Files) -> dict[str, Any]:
    kept = [answer for _, answer in files_in_it]
    return {
        name: [_without(row, kept) for row in value] if _is_rows(value) else value
        for name, value in _without(seen, kept).items()
    }


def _without(answers: Mapping[str, Any], kept: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if value not in kept}


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def papers(application: Application) -> list[dict[str, Any]]:
    """The declared and consented files: field, file, name, type, bytes, sha256."""
    return _papers(_files(application, shared(application)))


def _papers(files_in_it: Files) -> list[dict[str, Any]]:
    return [{"field": place, **answer} for place, answer in files_in_it]


def paper(application: Application, file_id: UUID) -> UUID:
    """The id of a document of this application. Raises NoSuchApplication for any other file."""
    if str(file_id) not in {one["file"] for one in papers(application)}:
        raise NoSuchApplication
    return file_id


def shared(application: Application) -> dict[str, Any]:
    """The declared and consented answers, documents included: what the provider may see."""
    given = agreed(application)
    return {name: value for name, value in application.answers.items() if name in given}


def agreed(application: Application) -> frozenset[str]:
    return consent.effective_fields(application.id)


def _files(application: Application, seen: Answers) -> Files:
    """The files among the answers that may be seen, with their places: `partners.1.photo`."""
    form = registry.version(application.version_id).service.form
    return declared.file_answers(form, seen)


def looked(
    application: Application, officer_id: UUID, why: str, *, emergency: bool = False
) -> None:
    """Leave the trace that the person can read: who opened the case, and why."""
    audit.record(
        IN_EMERGENCY if emergency else LOOKED,
        about=f"application:{application.id}",
        actor=officer_id,
        subject_id=application.subject_id,
        why=why,
    )


def looks(application: Application, *, emergency: bool = False) -> Sequence[datetime]:
    """When officers opened the case or a document of it, for the person to read.

    Looks in an emergency stand apart: they are no part of the work on the case.
    """
    act = IN_EMERGENCY if emergency else LOOKED
    return audit.moments(application.subject_id, act, f"application:{application.id}")


def opened(application: Application, officer_id: UUID, *, emergency: bool = False) -> None:
    """An officer sees the case: recorded each time, and disclosed when there is something new."""
    looked(application, officer_id, "read" if emergency else "decide", emergency=emergency)
    fields = set(shared(application))
    given = consent.for_application(application.id)
    seen = {name for one in given for told in one.disclosed for name in _at_desk(told)}
    if fields - seen:
        disclosed(application, fields, "desk")


def _at_desk(told: Disclosed) -> tuple[str, ...]:
    return told.fields if told.channel == "desk" else ()


def disclosed(application: Application, fields: Collection[str], channel: str) -> None:
    """Note in the consent ledger what was given to the provider now, and by which way."""
    if fields:
        # The last consent names all that may be shared: it grows with corrections.
        consent.disclose_latest(application.id, fields, channel)
