"""Lists of applications: a person's own, and the desk's queue. No answer is opened for them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from portal.applications.models import Application
from portal.kernel.db import db

LISTED = (
    Application.id,
    Application.reference,
    Application.provider_slug,
    Application.service_slug,
    Application.version_id,
    Application.state,
    Application.stage,
    Application.due_on,
    Application.days_left,
    Application.created_at,
    Application.changed_at,
)


def of_person(person_id: UUID, *, after: UUID | None = None, limit: int = 20) -> Sequence[Any]:
    """Rows for the list of a person, newest first."""
    wanted = select(*LISTED).where(Application.person_id == person_id)
    if after is not None:
        wanted = wanted.where(Application.id < after)
    return db.session.execute(wanted.order_by(Application.id.desc()).limit(limit)).all()


def queue(
    providers: Collection[str],
    states: Sequence[str],
    *,
    after: tuple[date, UUID] | None = None,
    limit: int = 50,
) -> Sequence[Any]:
    """Rows of the desk's list, the most urgent first."""
    here = Application.provider_slug.in_(providers), Application.state.in_(states)
    wanted = select(*LISTED).where(*here)
    if after is not None:
        wanted = wanted.where(tuple_(Application.due_on, Application.id) > after)
    ordered = wanted.order_by(Application.due_on, Application.id)
    return db.session.execute(ordered.limit(limit)).all()
