"""An officer's act on a case, where it takes effect at once or when a second officer confirms it.

The only user of the table of proposals. The case itself moves in `portal.applications.service`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.applications import domain, service
from portal.applications.domain import Actor, Author, ProviderEvent
from portal.applications.reach.service import Reach
from portal.applications.service import Case
from portal.applications.work import service as work
from portal.applications.work.models import CaseProposal
from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, BadInput, Conflict, DomainError
from portal.registry import service as registry

# So many cases at once: a page of the queue.
MOST = 50
# Acts that may be done to many cases at once: those that need nothing of the single case.
AT_ONCE = ("accept", "progress", "approve", "refuse", "note")


class AlreadyProposed(Conflict):
    message = N_("A decision on this case waits for a second officer already. Look at it first.")


class NothingProposed(Conflict):
    message = N_("No decision waits on this case any more. Load it again.")


class SameOfficer(domain.NeedsTwo):
    message = N_("You proposed this decision yourself. Another officer must confirm it.")


class TooMany(BadInput):
    status = 422
    message = N_("Choose one to 50 cases.")


@dataclass(frozen=True)
class Outcome:
    """What an act does, or did, to one of many cases: moved, proposed, or refused with words."""

    reference: str
    service: tuple[str, str]
    version_id: UUID
    before: str
    after: str
    proposed: bool = False
    refusal: DomainError | None = None


def tell(reach: Reach, reference: str, event: ProviderEvent, officer: UUID) -> Case | CaseProposal:
    """Do it, or propose it where two officers decide.

    Raises what `service.receive` refuses, and AlreadyProposed.
    """
    author = _author(officer)
    case = service.find_case(reach, reference)
    if domain.ACTS[event.type].to is not None and waiting(case):
        raise AlreadyProposed
    if not work.needs_two(registry.version(case.version_id).service, event.type):
        return service.receive(reach, reference, event, author)
    # Whatever would be refused now is said to the one who wants it, not to the second officer.
    _try(reach, reference, replace(event, proposed_by="somebody else"), author)
    return _propose(service.find_case(reach, reference, lock=True), event, officer)


def _author(officer: UUID) -> Author:
    return Author(Actor.OFFICER, f"person:{officer}")


def _try(reach: Reach, reference: str, event: ProviderEvent, author: Author) -> Case:
    """Do it, and take it back at once: to see what would come of it."""
    attempt = db.session.begin_nested()
    try:
        return service.receive(reach, reference, event, author)
    finally:
        attempt.rollback()


def _propose(case: Case, event: ProviderEvent, officer: UUID) -> CaseProposal:
    row = CaseProposal(
        subject_id=case.subject_id,
        application_id=case.id,
        act=event.type,
        case_entries=case.entries,
        proposed_by=officer,
    )
    row.decided_by = row.decided_at = row.confirmed = row.answer_sealed = None
    row.event = _kept(event)
    values = {column.name: getattr(row, column.name) for column in CaseProposal.__table__.columns}
    put = insert(CaseProposal).values(values).on_conflict_do_nothing()
    if db.session.scalar(put.returning(CaseProposal.id)) is None:
        raise AlreadyProposed
    _told(case, "propose", officer, event.type)
    return row


def _kept(event: ProviderEvent) -> dict[str, Any]:
    told = {"message": event.message, "reason": event.reason, "reason_code": event.reason_code}
    told["case_number"] = event.case_number
    return {name: one for name, one in told.items() if one}


def waiting(case: Case) -> CaseProposal | None:
    """The decision that waits for a second officer."""
    mine = select(CaseProposal).where(
        CaseProposal.application_id == case.id, CaseProposal.decided_at.is_(None)
    )
    return db.session.scalar(mine)


def given_back(case: Case) -> Sequence[CaseProposal]:
    """The proposals that a second officer gave back, the newest first."""
    mine = select(CaseProposal).where(
        CaseProposal.application_id == case.id, CaseProposal.confirmed.is_(False)
    )
    return db.session.scalars(mine.order_by(CaseProposal.id.desc())).all()


def confirm(reach: Reach, reference: str, officer: UUID) -> Case:
    """Let the decision that waits take effect.

    Raises NothingProposed, SameOfficer, and what `service.receive` refuses, such as SeenBefore
    when something happened since it was proposed.
    """
    case = service.find_case(reach, reference, lock=True)
    found = _taken(case, officer)
    event = ProviderEvent(
        type=found.act,
        seen=found.case_entries,
        proposed_by=f"person:{found.proposed_by}",
        **found.event,
    )
    # Whoever holds the case holds it with the second officer.
    case.officer_id = officer
    db.session.flush()
    done = service.receive(reach, reference, event, _author(officer))
    _end(found, officer, confirmed=True)
    return done


def give_back(reach: Reach, reference: str, officer: UUID, why: str) -> Case:
    """Refuse to confirm it. Raises NothingProposed, SameOfficer, EmptyNote."""
    case = service.find_case(reach, reference, lock=True)
    found = _taken(case, officer)
    if not 0 < len(why.strip()) <= work.LONGEST_NOTE:
        raise work.EmptyNote
    found.answer = why.strip()
    _end(found, officer, confirmed=False)
    _told(case, "give_back", officer, found.act)
    return case


def take_back(reach: Reach, reference: str, officer: UUID) -> None:
    """The one who proposed it does so no more. Raises NothingProposed."""
    case = service.find_case(reach, reference, lock=True)
    found = waiting(case)
    if found is None or found.proposed_by != officer:
        raise NothingProposed
    db.session.delete(found)
    _told(case, "take_back", officer, found.act)
    db.session.flush()


def _taken(case: Case, officer: UUID) -> CaseProposal:
    found = waiting(case)
    if found is None:
        raise NothingProposed
    if found.proposed_by == officer:
        raise SameOfficer
    return found


def _end(found: CaseProposal, officer: UUID, *, confirmed: bool) -> None:
    found.decided_by, found.decided_at, found.confirmed = officer, clock.now(), confirmed
    db.session.flush()


def _told(case: Case, act: str, officer: UUID, why: str) -> None:
    audit.record(
        f"application.{act}",
        about=f"application:{case.id}",
        actor=officer,
        subject_id=case.subject_id,
        why=why,
    )


# --- Many at once -------------------------------------------------------------------------------


def preview(
    reach: Reach, references: Sequence[str], event: ProviderEvent, officer: UUID
) -> list[Outcome]:
    """What the act would do to each of these cases; nothing is changed. Raises TooMany."""
    _check(references)
    return [_outcome(reach, one, event, officer, dry=True) for one in dict.fromkeys(references)]


def tell_all(
    reach: Reach, references: Sequence[str], event: ProviderEvent, officer: UUID
) -> list[Outcome]:
    """Do it to each of them, one by one: a refusal leaves that case as it was. Raises TooMany."""
    _check(references)
    return [_outcome(reach, one, event, officer, dry=False) for one in dict.fromkeys(references)]


def _check(references: Sequence[str]) -> None:
    if not 0 < len(set(references)) <= MOST:
        raise TooMany


def _outcome(
    reach: Reach, reference: str, event: ProviderEvent, officer: UUID, *, dry: bool
) -> Outcome:
    try:
        case = service.find_case(reach, reference)
    except DomainError as refusal:
        return Outcome(reference, ("", ""), UUID(int=0), "", "", refusal=refusal)
    path, before = (case.provider_slug, case.service_slug), case.state
    attempt, proposed, refused, after = db.session.begin_nested(), False, None, before
    try:
        done = tell(reach, reference, event, officer)
        proposed = isinstance(done, CaseProposal)
        after = before if proposed else service.find_case(reach, reference).state
    except DomainError as refusal:
        refused = refusal
    if dry or refused:
        attempt.rollback()
    else:
        attempt.commit()
    return Outcome(reference, path, case.version_id, before, after, proposed, refused)
