"""Trying a proposed version on the newest applications of its service: counts go to the registry.

Nobody sees an answer, and nothing is kept of them.
"""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select

from portal.accounts.service import NoSuchPerson
from portal.applications.domain import ENDED
from portal.applications.fees import service as fees
from portal.applications.models import Application
from portal.applications.trials import domain
from portal.audit import service as audit
from portal.forms import service as drafts
from portal.kernel import keys
from portal.kernel.db import db
from portal.kernel.keys import Erased
from portal.profile import service as profile
from portal.registry import service as registry
from portal.registry.publishing import service as publishing
from portal.registry.publishing.service import Trial

# The newest of them; so many are opened at a time.
MOST, AT_A_TIME = 1000, 100


def try_on_past(version_id: UUID) -> None:
    """Note how applications of the past fare under it. Does nothing when none is on beside it."""
    version = registry.find(version_id)
    if version.current_id is None or version.current_id == version_id:
        return
    offers = registry.versions((version_id, version.current_id))
    old, new = offers[version.current_id].service, offers[version_id].service
    # Who applied is asked about only when a rule is: that costs more than all the rest.
    judges = old.eligibility is not None or new.eligibility is not None
    found: Counter[str] = Counter()
    for application in _newest(version.provider, version.service):
        try:
            answers = application.answers
            facts = profile.facts(application.person_id) if judges else {}
        except (Erased, NoSuchPerson):
            continue
        found["tried"] += 1
        found.update(domain.differences(old, new, answers, facts, fees.here()))
    found["running"] = _running(version.provider, version.service)
    found["drafts"] = drafts.open_for(f"{version.provider}/{version.service}")
    publishing.note_trial(version_id, Trial(**found))
    audit.record("service.tried", about=f"version:{version_id}", actor="applications")


def _newest(provider: str, service: str) -> Iterator[Application]:
    ids = select(Application.id).where(
        Application.provider_slug == provider,
        Application.service_slug == service,
        Application.submitted_at.is_not(None),
    )
    wanted = list(db.session.scalars(ids.order_by(Application.submitted_at.desc()).limit(MOST)))
    for start in range(0, len(wanted), AT_A_TIME):
        some = select(Application).where(Application.id.in_(wanted[start : start + AT_A_TIME]))
        rows = db.session.scalars(some.order_by(Application.id)).all()
        keys.preload(row.subject_id for row in rows)
        yield from rows
        db.session.expunge_all()


def _running(provider: str, service: str) -> int:
    count = select(func.count()).where(
        Application.provider_slug == provider,
        Application.service_slug == service,
        Application.submitted_at.is_not(None),
        Application.state.not_in(ENDED),
    )
    return db.session.scalar(count) or 0
