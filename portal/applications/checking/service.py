"""Keeping what was looked into before an application was sent. The only user of these tables."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from portal.applications.checking.models import DraftCheck, VouchedAnswers
from portal.applications.models import Application
from portal.applications.service import Case
from portal.forms import service as drafts
from portal.forms.sources import VERIFIED
from portal.kernel import clock
from portal.kernel.db import db

PASSED, WRONG, SILENT = "passed", "wrong", "silent"
Sources = Mapping[str, Mapping[str, str]]
# Rows that this transaction has read are not looked for.
UNREAD = {"synchronize_session": False}


def looked_into(draft_id: UUID, outcome: str) -> None:
    """Keep what the provider's own check came to last."""
    now = {"outcome": outcome, "checked_at": clock.now()}
    put = insert(DraftCheck).values(draft_id=draft_id, **now)
    db.session.execute(put.on_conflict_do_update(index_elements=["draft_id"], set_=now))


def said(application: Case) -> DraftCheck | None:
    """What the provider's own check came to; None where it was never asked."""
    return db.session.get(DraftCheck, application.submission)


def sweep() -> None:
    """Forget what was said of drafts that were never sent, and are gone by now."""
    was_sent = exists().where(Application.submission == DraftCheck.draft_id)
    old = DraftCheck.checked_at < clock.now() - drafts.KEPT
    db.session.execute(delete(DraftCheck).where(old, ~was_sent), execution_options=UNREAD)


def vouch(application: Case, sources: Sources) -> None:
    """Keep which answers had a source that vouches for them; a twin's are kept already."""
    told = {
        name: {"value": application.answers[name], "source": dict(source)}
        for name, source in sources.items()
        if VERIFIED in source and name in application.answers
    }
    if not told:
        return
    row = VouchedAnswers(subject_id=application.subject_id, application_id=application.id)
    row.told = told
    values = {one.name: getattr(row, one.name) for one in VouchedAnswers.__table__.columns}
    db.session.execute(insert(VouchedAnswers).values(values).on_conflict_do_nothing())


def vouched(application: Case) -> dict[str, Mapping[str, str]]:
    """The source of each answer that is still the one it was; a correction is the person's own."""
    mine = select(VouchedAnswers).where(VouchedAnswers.application_id == application.id)
    row = db.session.scalar(mine)
    told: Mapping[str, Any] = row.told if row else {}
    now = application.answers
    return {name: one["source"] for name, one in told.items() if now.get(name) == one["value"]}
