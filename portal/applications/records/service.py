"""The line that every act leaves in the timeline and the audit, and the clock of the promise."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from portal.applications import domain, workflow
from portal.applications.domain import FOR_THE_PERSON, Actor, Author, ProviderEvent
from portal.applications.models import AnswerChange, Application, TimelineEntry
from portal.applications.staging import service as staging
from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import Calendar

# Before the name of a question, among the words of an act: what is said of its answer.
ABOUT = "field:"


def tell(
    application: Application,
    act: str,
    author: Author,
    event: ProviderEvent | None = None,
    fields: tuple[str, ...] = (),
) -> None:
    """Write that this was done, as the application stands now."""
    application.entries += 1
    _write(application, act, author, event, fields)
    db.session.flush()


def begin(application: Application, act: str, author: Author) -> None:
    """Write the first line, which is counted when the application is made."""
    _write(application, act, author)


def sender(application: Application) -> Author:
    """Who sent it: the person, or somebody for them."""
    if application.acted_by is None or application.acted_as is None:
        return Author(Actor.CITIZEN, str(application.person_id))
    return Author(Actor(application.acted_as), str(application.acted_by), application.mandate_id)


def note_change(application: Application, before: dict[str, Any]) -> None:
    """Keep what the answers were that the entry written last has changed."""
    now = application.answers
    changed = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if not changed:
        return
    row = AnswerChange(
        subject_id=application.subject_id,
        application_id=application.id,
        number=application.entries,
    )
    row.before = {name: before.get(name) for name in sorted(changed)}
    db.session.add(row)


def changed(application: Application) -> dict[str, Any]:
    """By question, the answer before the person changed it last; None where there was none."""
    last = select(AnswerChange).where(AnswerChange.application_id == application.id)
    row = db.session.scalar(last.order_by(AnswerChange.number.desc()).limit(1))
    return row.before if row else {}


def has_helped(application: Application, person_id: str) -> bool:
    """Whether this person did anything in it for the citizen."""
    done = select(TimelineEntry.id).where(
        TimelineEntry.application_id == application.id,
        TimelineEntry.actor_id == person_id,
        TimelineEntry.actor.in_(FOR_THE_PERSON),
    )
    return str(application.acted_by) == person_id or bool(db.session.scalar(done.limit(1)))


def _write(
    application: Application,
    act: str,
    author: Author,
    event: ProviderEvent | None = None,
    fields: tuple[str, ...] = (),
) -> None:
    entry = TimelineEntry(
        subject_id=application.subject_id,
        application_id=application.id,
        number=application.entries,
        act=act,
        state=application.state,
        stage=application.stage,
        actor=author.kind,
        actor_id=author.id,
        mandate_id=author.under,
        fields=_codes(event, fields),
    )
    said: dict[str, Any] = {}
    if event:
        said = {"message": event.message, "reason": event.reason}
        said |= {f"{ABOUT}{name}": words for name, words in event.remarks.items()}
    entry.words = {name: dict(words) for name, words in said.items() if words} or None
    db.session.add(entry)
    audit.record(
        f"application.{act}",
        about=f"application:{application.id}",
        actor=author.id,
        subject_id=application.subject_id,
    )


def _codes(event: ProviderEvent | None, fields: tuple[str, ...]) -> dict[str, Any]:
    """What of an act is no text: the names of questions, the reason by its code, who proposed."""
    if event is None:
        return {"names": list(fields)}
    told = {"reason": event.reason_code, "proposed_by": event.proposed_by}
    return {"names": list(event.fields)} | {name: one for name, one in told.items() if one}


def handed_over(offer: registry.Offer) -> dict[str, Any]:
    """The columns of an application that goes to the provider now: its promise begins."""
    calendar = offer.provider.calendar
    due = declared.due_on(calendar, clock.today(calendar.zone), offer.service.promise)
    submitted_at: datetime = clock.now()
    begun = {"state": domain.State.SUBMITTED, "submitted_at": submitted_at, "due_on": due}
    begun["appeal_on"] = workflow.appeals_on(offer.service, due)
    return begun | staging.handed_over(offer)


def today(application: Application) -> date:
    return clock.today(_calendar(application).zone)


def stop_clock(application: Application) -> None:
    """Keep the working days that are left while the person is asked; what is late stays late."""
    staging.pause(application)
    application.appeal_on = None
    calendar = _calendar(application)
    today = clock.today(calendar.zone)
    # What stands still already keeps the days that it had.
    due = application.due_on if application.days_left is None else None
    if due is not None and due >= today:
        application.days_left = domain.days_left(calendar, today, due)


def start_clock(application: Application) -> None:
    """Let both clocks go on, that of the promise and that of the stage."""
    staging.resume(application)
    if application.days_left is not None:
        calendar = _calendar(application)
        today = clock.today(calendar.zone)
        application.due_on = declared.due_on(calendar, today, application.days_left)
        application.days_left = None
    service = registry.version(application.version_id).service
    application.appeal_on = workflow.appeals_on(service, application.due_on)


def _calendar(application: Application) -> Calendar:
    return registry.version(application.version_id).provider.calendar
