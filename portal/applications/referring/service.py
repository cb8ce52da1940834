"""Asking another provider about a case, and answering. The only user of the tables of referrals."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    any_,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from portal.accounts.domain import Scope
from portal.accounts.roles import service as roles
from portal.applications import domain as cases
from portal.applications.disclosing import service as disclosing
from portal.applications.domain import Actor, Author, ProviderEvent
from portal.applications.lists.domain import Place, Whose
from portal.applications.models import Application
from portal.applications.reach.service import Reach
from portal.applications.records import service as records
from portal.applications.referring import domain
from portal.applications.referring.domain import Reply, Standing, Wanted
from portal.applications.referring.models import CaseReferral, ReferralEnd
from portal.applications.service import Case
from portal.applications.work import service as work
from portal.audit import service as audit
from portal.consent import service as consent
from portal.geo import service as geo
from portal.kernel import clock
from portal.kernel.db import Base, db
from portal.registry import service as registry
from portal.registry.contract import Provider

Referral = CaseReferral
Ending = ReferralEnd
DECIDES = "applications.decide"
LOOKED, CHANNEL = "case.referral_looked", "referral"
ACTS = {
    Standing.ANSWERED: "refer_answer",
    Standing.DECLINED: "refer_decline",
    Standing.WITHDRAWN: "refer_withdraw",
}
# Counted up to here: whoever has more does not need to know how many.
MOST = 100


# --- The provider that asks ---------------------------------------------------------------------


def offices(case: Case) -> dict[str, Provider]:
    """The other providers, which have services of their own here."""
    rows = {one.provider: one.version_id for one in registry.catalogue_rows()}
    known = registry.versions(rows.values())
    return {
        slug: known[version].provider
        for slug, version in rows.items()
        if slug != case.provider_slug
    }


def may_ask(case: Case) -> bool:
    return case.state in domain.WHILE


def ask(case: Case, wanted: Wanted, officer: UUID, reach: Reach) -> CaseReferral:
    """Ask another provider; whoever calls has locked the case.

    Raises NotNow, NoSuchOffice, NobodyThere, NoWords, UnfitDay, NotShared, AskedAlready, OwnCase,
    HelpedWithIt, NotYourPost, HeldByAnother.
    """
    _check_asker(case, officer, reach)
    office = _office(case, wanted.to)
    text = domain.check_words(wanted.text)
    domain.check_day(wanted.due_on, records.today(case))
    if not set(wanted.fields) <= set(disclosing.shared(case)):
        raise domain.NotShared
    row = CaseReferral(
        subject_id=case.subject_id,
        application_id=case.id,
        provider_slug=wanted.to,
        asked_by=officer,
        fields=sorted(wanted.fields),
        due_on=wanted.due_on,
        state=Standing.OPEN,
    )
    row.officer_id, row.question = None, text
    if not _put(row):
        raise domain.AskedAlready
    if row.fields:
        consent.pass_on(case.id, row.fields, CHANNEL, to=wanted.to)
    _tell(case, "refer", officer, office)
    return row


def withdraw(case: Case, referral_id: UUID, officer: UUID, reach: Reach) -> None:
    """Ask no more; whoever calls has locked the case.

    Raises NoSuchReferral, Ended, OwnCase, HelpedWithIt, NotYourPost, HeldByAnother.
    """
    row = _of_case(case, referral_id)
    _check_hand(case, officer, reach)
    _end(row, case, Reply(Standing.WITHDRAWN, ""), officer)


def _check_asker(case: Case, officer: UUID, reach: Reach) -> None:
    _check_hand(case, officer, reach)
    if not may_ask(case):
        raise domain.NotNow


def _check_hand(case: Case, officer: UUID, reach: Reach) -> None:
    _check_stranger(case, officer)
    work.check_hand(case, Author(Actor.OFFICER, f"person:{officer}"), reach)


def _check_stranger(case: Case, officer: UUID) -> None:
    if officer == case.person_id:
        raise cases.OwnCase
    if records.has_helped(case, str(officer)):
        raise cases.HelpedWithIt


def _office(case: Case, slug: str) -> Provider:
    office = offices(case).get(slug)
    if office is None:
        raise domain.NoSuchOffice
    holders = roles.holders(slug, DECIDES).values()
    if not any(_may_answer(scope) for scopes in holders for scope in scopes):
        raise domain.NobodyThere
    return office


def of(case: Case) -> Sequence[CaseReferral]:
    """All of a case, the first one first."""
    mine = select(CaseReferral).where(CaseReferral.application_id == case.id)
    return db.session.scalars(mine.order_by(CaseReferral.id)).all()


def endings(rows: Collection[CaseReferral]) -> dict[UUID, ReferralEnd]:
    """How those that ended did, by referral."""
    ids = [row.id for row in rows if row.state != Standing.OPEN]
    if not ids:
        return {}
    found = db.session.scalars(select(ReferralEnd).where(ReferralEnd.referral_id.in_(ids)))
    return {one.referral_id: one for one in found}


def ending(row: CaseReferral) -> ReferralEnd | None:
    return endings([row]).get(row.id)


def paper(case: Case, referral_id: UUID, file_id: UUID) -> UUID:
    """The id of a file that came with the answer. Raises NoSuchReferral."""
    return answered_paper(_of_case(case, referral_id), file_id)


def answered_paper(row: CaseReferral, file_id: UUID) -> UUID:
    """The same for those who answered."""
    found = ending(row)
    if found is None or str(file_id) not in {one["file"] for one in found.papers or ()}:
        raise domain.NoSuchReferral
    return file_id


def _of_case(case: Case, referral_id: UUID) -> CaseReferral:
    here = CaseReferral.id == referral_id, CaseReferral.application_id == case.id
    row = db.session.scalar(
        select(CaseReferral).where(*here).execution_options(populate_existing=True)
    )
    if row is None:
        raise domain.NoSuchReferral
    return row


# --- The provider that is asked -----------------------------------------------------------------


def find(
    reach: Reach, referral_id: UUID, officer: UUID, *, lock: bool = False
) -> tuple[CaseReferral, Case]:
    """Raises NoSuchReferral, also for another desk's, and for one about the officer's own case."""
    wanted = _joined().where(CaseReferral.id == referral_id, _reached(reach))
    wanted = wanted.where(Application.person_id != officer)
    if lock:
        wanted = wanted.with_for_update(of=Application)
    found = db.session.execute(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise domain.NoSuchReferral
    return found[0], found[1]


def answer(reach: Reach, referral_id: UUID, reply: Reply, officer: UUID) -> CaseReferral:
    """Answer or decline. Of two at once the first one does.

    Raises NoSuchReferral, NoWords, Ended, HeldByAnother, HelpedWithIt.
    """
    row, case = find(reach, referral_id, officer, lock=True)
    domain.check_words(reply.text)
    _check_stranger(case, officer)
    if row.officer_id not in (None, officer):
        raise cases.HeldByAnother
    row.officer_id = officer
    _end(row, case, reply, officer)
    return row


def take(reach: Reach, referral_id: UUID, officer: UUID) -> None:
    """Take it, also from a colleague. Raises NoSuchReferral, Ended."""
    _held(reach, referral_id, officer, officer)


def leave(reach: Reach, referral_id: UUID, officer: UUID) -> None:
    """Let any officer of the desk take it. Raises NoSuchReferral, Ended, HeldByAnother."""
    _held(reach, referral_id, None, officer)


def _held(reach: Reach, referral_id: UUID, to: UUID | None, by: UUID) -> None:
    row, _ = find(reach, referral_id, by, lock=True)
    if row.state != Standing.OPEN:
        raise domain.Ended
    if to is None and row.officer_id not in (None, by):
        raise cases.HeldByAnother
    row.officer_id = to
    _audit(row, "referral.claim" if to else "referral.release", by)
    db.session.flush()


def parts(row: CaseReferral, case: Case) -> dict[str, Any]:
    """The answers that the provider asked may see: those ticked, and only while it is open."""
    if row.state != Standing.OPEN:
        return {}
    given = disclosing.shared(case)
    return {name: given[name] for name in row.fields if name in given}


def given_paper(row: CaseReferral, case: Case, file_id: UUID) -> UUID:
    """The id of a ticked document. Raises NoSuchReferral."""
    ticked = set(parts(row, case))
    for one in disclosing.papers(case):
        if one["field"].partition(".")[0] in ticked and one["file"] == str(file_id):
            return file_id
    raise domain.NoSuchReferral


def looked(row: CaseReferral, officer: UUID, why: str) -> None:
    """Leave the trace that the person can read."""
    audit.record(
        LOOKED, about=f"referral:{row.id}", actor=officer, subject_id=row.subject_id, why=why
    )


def looks(case: Case) -> list[tuple[str, datetime]]:
    """When officers of other providers opened what they were asked, by provider."""
    return [
        (row.provider_slug, at)
        for row in of(case)
        for at in audit.moments(row.subject_id, LOOKED, f"referral:{row.id}")
    ]


def queue(
    reach: Reach,
    officer: UUID,
    whose: Whose | None = None,
    *,
    after: Place | None = None,
    limit: int = 50,
) -> list[tuple[CaseReferral, Case]]:
    """What waits at the officer's desk, the most urgent first."""
    wanted = _waiting(_joined(), reach, officer)
    if whose is Whose.MINE:
        wanted = wanted.where(CaseReferral.officer_id == officer)
    if whose is Whose.NOBODY:
        wanted = wanted.where(CaseReferral.officer_id.is_(None))
    if after is not None:
        ends = tuple_(CaseReferral.due_on, CaseReferral.id)
        wanted = wanted.where(ends > (after.value, after.id))
    last = wanted.order_by(CaseReferral.due_on, CaseReferral.id).limit(limit)
    return [(row[0], row[1]) for row in db.session.execute(last)]


def waiting(reach: Reach, officer: UUID) -> int:
    """How many wait there; ends at MOST."""
    rows = _waiting(_joined(), reach, officer).with_only_columns(CaseReferral.id).limit(MOST)
    return db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _joined() -> Select[CaseReferral, Application]:
    here = Application.id == CaseReferral.application_id
    return select(CaseReferral, Application).join(Application, here)


def _waiting(
    wanted: Select[CaseReferral, Application], reach: Reach, officer: UUID
) -> Select[CaseReferral, Application]:
    mine = _reached(reach), Application.person_id != officer
    return wanted.where(CaseReferral.state == Standing.OPEN, *mine)


def _reached(reach: Reach) -> ColumnElement[bool]:
    """Those asked of a provider of the reach, about people of its areas."""
    scopes = {one if isinstance(one, Scope) else Scope(one) for one in reach}
    here = [
        and_(CaseReferral.provider_slug == scope.provider, *_inside(scope))
        for scope in sorted(scopes, key=str)
        if _may_answer(scope)
    ]
    return or_(false(), *here)


def _inside(scope: Scope) -> list[ColumnElement[bool]]:
    if scope.area is None:
        return []
    codes = sorted(geo.within(scope.area))
    return [Application.area == any_(literal(codes, ARRAY(String)))]


def _may_answer(scope: Scope) -> bool:
    """A role for one category of services is none for what another provider asks."""
    return scope.category is None


# --- Both ---------------------------------------------------------------------------------------


def settle(application_id: UUID) -> None:
    """Nobody needs an answer any more where the case is decided or has ended."""
    case = db.session.get_one(Application, application_id)
    if may_ask(case):
        return
    for row in of(case):
        if row.state == Standing.OPEN:
            _close(row, Reply(Standing.OVER, ""), None)


def _end(row: CaseReferral, case: Case, reply: Reply, by: UUID) -> None:
    _close(row, reply, by)
    office = registry.provider(row.provider_slug)
    _tell(case, ACTS[reply.outcome], by, office)


def _close(row: CaseReferral, reply: Reply, by: UUID | None) -> None:
    """The table's own rule lets it end once. Raises Ended."""
    end = ReferralEnd(subject_id=row.subject_id, referral_id=row.id, outcome=reply.outcome, by=by)
    end.text = reply.text.strip() or None
    end.papers = [dict(one) for one in reply.papers] or None
    if not _put(end):
        raise domain.Ended
    row.state = reply.outcome
    _audit(row, f"referral.{reply.outcome}", by or Actor.PORTAL)
    db.session.flush()


def _put(row: Base) -> bool:
    """Whether the rules of the table let the row be there."""
    values: Mapping[str, Any] = {one.name: getattr(row, one.name) for one in row.__table__.columns}
    put = insert(type(row)).values(values).on_conflict_do_nothing()
    return db.session.scalar(put.returning(row.__table__.c.id)) is not None


def _audit(row: CaseReferral, act: str, by: UUID | str) -> None:
    audit.record(act, about=f"referral:{row.id}", actor=by, subject_id=row.subject_id)


def _tell(case: Case, act: str, officer: UUID, office: Provider) -> None:
    """A line in the history, with the name of the office and none of the words."""
    case.changed_at = clock.now()
    said = ProviderEvent(type=act, message=office.name.texts)
    records.tell(case, act, Author(Actor.OFFICER, f"person:{officer}"), said)
