"""What may be known of an application without an account, and by when one like it was decided."""

import hmac
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import Limit
from portal.accounts.domain import neighbourhood
from portal.applications import service
from portal.applications.domain import State
from portal.applications.models import Application, TimelineEntry
from portal.applications.service import Case
from portal.applications.tracking import domain
from portal.applications.tracking.domain import Forecast, Promised
from portal.kernel import clock, ids, keys
from portal.kernel.db import db
from portal.kernel.errors import N_, NotFound
from portal.registry import service as registry

PURPOSE = "applications.status"
HOUR = timedelta(hours=1)
# Somebody who looks for their own needs two or three tries; a code is one of 2^40.
BY_ADDRESS = Limit("status", 20, HOUR, timedelta(minutes=10), HOUR)
BY_REFERENCE = replace(BY_ADDRESS, name="status.reference", tries=10)
DECIDED = (State.APPROVED, State.REFUSED, State.ISSUED)


class NotKnown(NotFound):
    """The same for a wrong reference and for a wrong code."""

    kind: ClassVar[str | None] = None
    status = 422
    message = N_(
        "This reference and code do not belong together. Look at the slip, and type both again."
    )


def code(application: Case) -> str:
    """What the slip says beside the reference; nothing of it is stored."""
    return _code(application.id)


def _code(application_id: UUID) -> str:
    return domain.code(keys.keyed_hash(PURPOSE, str(application_id)))


def look_up(reference: str, typed: str, address: str) -> Case:
    """The application of this reference, for somebody who knows its code.

    Raises NotKnown, TooMany.
    """
    about = ids.read_reference(reference) or ""
    place = neighbourhood(address)
    attempts.spend(BY_ADDRESS, place)
    # What is no reference at all is nobody's, and counts for the address alone.
    if about:
        attempts.spend(BY_REFERENCE, about)
    wanted = select(Application).where(Application.reference == about)
    found = db.session.scalar(wanted)
    # Worked out whether there is one or not, so that both take as long.
    right = hmac.compare_digest(_code(found.id if found else UUID(int=0)), domain.read(typed))
    if found is None or not right:
        raise NotKnown
    attempts.take_back(BY_ADDRESS, place)
    attempts.take_back(BY_REFERENCE, about)
    return found


def forecast(application: Case) -> Forecast | None:
    """By the newest decisions of the same service, in days from its sending; None if too few."""
    here = (
        Application.provider_slug == application.provider_slug,
        Application.service_slug == application.service_slug,
        Application.state.in_(DECIDED),
        Application.submitted_at.is_not(None),
    )
    newest = select(Application.id, Application.submitted_at).where(*here)
    newest_ = newest.order_by(Application.submitted_at.desc()).limit(domain.NEWEST).subquery()
    decided = TimelineEntry.act.in_(("approve", "refuse"))
    took = func.extract("epoch", TimelineEntry.created_at - newest_.c.submitted_at) / 86400
    rows = select(took).join(newest_, TimelineEntry.application_id == newest_.c.id).where(decided)
    return domain.forecast([int(days) + 1 for days in db.session.scalars(rows)])


def promised(application: Case) -> Promised | None:
    """What its due day is made of; None while it is not with the provider."""
    if application.submitted_at is None or application.due_on is None:
        return None
    offer = registry.version(application.version_id)
    calendar = offer.provider.calendar
    begun = application.submitted_at.astimezone(ZoneInfo(calendar.zone)).date()
    return domain.promised(calendar, offer.service.promise, begun, application.due_on)


def stood_still(application: Case) -> int:
    """How many days it has waited for the person until now."""
    entries = service.timeline(application)
    waited, asked = timedelta(0), None
    for entry in entries:
        if entry.state == State.NEEDS_INFORMATION:
            asked = asked or entry.created_at
        elif asked is not None:
            waited, asked = waited + (entry.created_at - asked), None
    if asked is not None:
        waited += clock.now() - asked
    return waited.days
