"""Asking that a decision, or its absence, be looked at again; and deciding on that.

The only user of the table of appeals. Whoever changes one has locked its application before.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, false, func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.domain import Scope
from portal.applications import domain as cases
from portal.applications import service, workflow
from portal.applications.appeals import domain
from portal.applications.appeals.domain import Askable, Ground, Move, Party, Past, State
from portal.applications.appeals.models import Appeal
from portal.applications.domain import Actor, Author, ProviderEvent
from portal.applications.events import AppealEnded, ApplicationAppealed, StateChanged
from portal.applications.fees import service as fees
from portal.applications.lists.domain import Place
from portal.applications.models import Application, TimelineEntry
from portal.applications.reach.service import Reach, reached
from portal.applications.records import service as records
from portal.applications.service import Case
from portal.applications.staging import service as staging
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import AppealLevel

Asked = Appeal
A_BATCH = 200
CLOCK = Author(Actor.PORTAL, "appeals")
DECISIONS = ("approve", "refuse")


# --- How it stands ------------------------------------------------------------------------------


def of(application: Case) -> Sequence[Appeal]:
    """All of an application, the first one first."""
    mine = select(Appeal).where(Appeal.application_id == application.id)
    return db.session.scalars(mine.order_by(Appeal.id)).all()


def levels(application: Case) -> tuple[AppealLevel, ...]:
    return registry.version(application.version_id).service.appeals or ()


def level_of(application: Case, number: int) -> AppealLevel | None:
    """None where a newer version of the service has fewer levels."""
    known = levels(application)
    return known[number] if number < len(known) else None


def askable(application: Case) -> Askable | None:
    """What the person may appeal now, until when."""
    if not levels(application):
        return None
    ground, decided_on = _ground(application)
    past = _past(application, ground) if ground else None
    today = records.today(application)
    return domain.askable(levels(application), ground, past, decided_on, today)


def _ground(application: Case) -> tuple[Ground | None, date | None]:
    if application.state == cases.State.REFUSED:
        return Ground.REFUSED, _day(application, _refused_at(application))
    return (Ground.LATE, None) if _is_late(application) else (None, None)


def _is_late(application: Case) -> bool:
    """Whether the promised day has passed while the provider could work on it."""
    runs = application.state in workflow.WORKED and application.days_left is None
    due = application.due_on
    return runs and due is not None and due < records.today(application)


def _past(application: Case, ground: Ground) -> Past | None:
    here = (
        Appeal.application_id == application.id,
        Appeal.ground == ground,
        Appeal.since == _since(application),
    )
    row = db.session.scalar(select(Appeal).where(*here).order_by(Appeal.level.desc()).limit(1))
    if row is None:
        return None
    return Past(row.level, State(row.state), row.ended_at and _day(application, row.ended_at))


def _since(application: Case) -> int:
    """The line with which the work began that stands now: what is set aside begins anew."""
    anew = select(func.max(TimelineEntry.number)).where(
        TimelineEntry.application_id == application.id,
        TimelineEntry.act.in_([f"appeal_{act}" for act in domain.ANEW]),
    )
    return db.session.scalar(anew) or 0


def _refused_at(application: Case) -> datetime:
    made = select(func.max(TimelineEntry.created_at)).where(
        TimelineEntry.application_id == application.id, TimelineEntry.act == "refuse"
    )
    return db.session.scalar(made) or application.changed_at


def _day(application: Case, at: datetime) -> date:
    zone = registry.version(application.version_id).provider.calendar.zone
    return at.astimezone(ZoneInfo(zone)).date()


# --- Asking, and taking it back -----------------------------------------------------------------


def ask(
    application: Case, author: Author, text: str, papers: Sequence[Mapping[str, Any]] = ()
) -> Appeal:
    """Appeal what `askable` says. Raises NothingToAppeal, NoReasons."""
    found = askable(application)
    if found is None:
        raise domain.NothingToAppeal
    if not 0 < len(text.strip()) <= domain.LONGEST:
        raise domain.NoReasons
    row = _new(application, found.level, found.ground, author)
    row.text = text.strip()
    row.papers = [dict(one) for one in papers] or None
    before = State.UPHELD if found.level else None
    move = domain.move("ask", before, Party.PERSON)
    if not _opened(application, row, move.act, author):
        raise domain.NothingToAppeal
    return row


def _new(application: Case, level: int, ground: Ground, author: Author) -> Appeal:
    offer = registry.version(application.version_id)
    known = offer.service.appeals or ()
    calendar = offer.provider.calendar
    due = declared.due_on(calendar, clock.today(calendar.zone), known[level].days)
    row = Appeal(
        subject_id=application.subject_id,
        application_id=application.id,
        provider_slug=application.provider_slug,
        since=_since(application),
        ground=ground,
        level=level,
        post=known[level].post,
        state=State.OPEN,
        asked_as=author.kind,
        asked_by=author.id,
        due_on=due,
        passes_on=due + domain.A_DAY if level + 1 < len(known) else None,
    )
    row.text_sealed = row.papers_sealed = row.reasons_sealed = row.decided_by = row.ended_at = None
    return row


def _opened(application: Case, row: Appeal, act: str, author: Author) -> bool:
    """Whether there was none of this level yet: the table's own rule says so."""
    values = {column.name: getattr(row, column.name) for column in Appeal.__table__.columns}
    put = insert(Appeal).values(values).on_conflict_do_nothing().returning(Appeal.id)
    if db.session.scalar(put) is None:
        return False
    level = level_of(application, row.level)
    authority = level.authority.texts if level else None
    _tell(application, ProviderEvent(type=act, message=authority), author)
    publish(ApplicationAppealed(application.id, row.id, act))
    return True


def withdraw(application: Case, author: Author) -> Appeal:
    """The person wants no decision on it any more. Raises NotOpen."""
    row = _open(application)
    if row is None:
        raise domain.NotOpen
    _end(application, row, domain.move("withdraw", State(row.state), Party.PERSON), author)
    _ended(application, row)
    return row


def _open(application: Case) -> Appeal | None:
    mine = select(Appeal).where(Appeal.application_id == application.id, Appeal.state == State.OPEN)
    return db.session.scalar(mine.execution_options(populate_existing=True))


def _end(
    application: Case,
    row: Appeal,
    move: Move,
    author: Author,
    reasons: Mapping[str, str] | None = None,
) -> None:
    row.state, row.passes_on, row.ended_at = move.to, None, clock.now()
    application.changed_at = clock.now()
    db.session.flush()
    _tell(application, ProviderEvent(type=move.act, reason=reasons), author)


def _ended(application: Case, row: Appeal, then: str = "") -> None:
    publish(AppealEnded(application.id, row.id, row.state, row.ground, then))


def _tell(application: Case, event: ProviderEvent, author: Author) -> None:
    records.tell(application, f"appeal_{event.type}", author, event)


# --- Deciding -----------------------------------------------------------------------------------


def find(reach: Reach, appeal_id: UUID) -> tuple[Appeal, Case]:
    """Raises NoSuchAppeal, also for that of a provider that is not reached."""
    wanted = select(Appeal, Application).join(Application, Application.id == Appeal.application_id)
    found = db.session.execute(wanted.where(Appeal.id == appeal_id, reached(reach))).one_or_none()
    if found is None:
        raise domain.NoSuchAppeal
    return found[0], found[1]


def decide(
    reach: Reach, appeal_id: UUID, outcome: str, reasons: Mapping[str, str], officer: UUID
) -> Case:
    """Let an officer of the authority decide. Of two at once the first one does.

    Raises NoSuchAppeal, NoReasons, NotOpen, NotTheAuthority, DecidedBefore, OwnCase, NotPaidYet,
    MoveNotAllowed.
    """
    row, case = find(reach, appeal_id)
    fees.hold(case)
    case = service.find_case(reach, case.reference, lock=True)
    db.session.refresh(row)
    words = {code: text.strip() for code, text in reasons.items() if text.strip()}
    if not words or max(map(len, words.values())) > domain.LONGEST:
        raise domain.NoReasons
    move = domain.move(outcome, State(row.state), Party.AUTHORITY, Ground(row.ground))
    _check_judge(case, row, officer, reach)
    row.decided_by, row.reasons = officer, words
    to = _moved(case, row, outcome)
    _end(case, row, move, Author(Actor.OFFICER, f"person:{officer}"), words)
    if to is not None:
        _settle_fee(case)
        publish(StateChanged(case.id, case.state, "appeal"))
    _ended(case, row, case.state if to else "")
    return case


def _check_judge(case: Case, row: Appeal, officer: UUID, reach: Reach) -> None:
    if officer == case.person_id:
        raise cases.OwnCase
    if records.has_helped(case, str(officer)):
        raise cases.HelpedWithIt
    if not judges(case, row, reach):
        raise domain.NotTheAuthority
    if officer in _decided_before(case):
        raise domain.DecidedBefore


def judges(case: Case, row: Appeal, reach: Reach) -> bool:
    """Whether it is the work of this officer's post, where they reach the case."""
    theirs = {one for one in _scopes(reach) if one.post == row.post}
    here = select(Application.id).where(Application.id == case.id, reached(theirs))
    return db.session.scalar(here) is not None


def _scopes(reach: Reach) -> set[Scope]:
    return {one if isinstance(one, Scope) else Scope(one) for one in reach}


def _decided_before(case: Case) -> set[UUID]:
    """Who decided or proposed the decision, or decided an appeal before."""
    done = [one for one in service.timeline(case) if one.act in DECISIONS]
    told = {one.actor_id for one in done if one.actor == Actor.OFFICER}
    told |= {one.fields["proposed_by"] for one in done if one.fields.get("proposed_by")}
    earlier = {one.decided_by for one in of(case) if one.decided_by}
    return earlier | {UUID(one.removeprefix("person:")) for one in told}


def _moved(case: Case, row: Appeal, outcome: str) -> cases.State | None:
    """Let the outcome take effect; None where the application stays as it is."""
    to = domain.AFTER.get(outcome)
    if to is None or (to is cases.State.IN_PROGRESS and row.ground == Ground.LATE):
        return None
    cases.check_appealed(cases.State(case.state), to)
    if to is cases.State.IN_PROGRESS:
        _begin_anew(case)
        return to
    fees.check_paid(case)
    case.state = to
    staging.leave(case)
    return to


def _begin_anew(case: Case) -> None:
    """Back to the first stage, with all the days of the promise."""
    offer = registry.version(case.version_id)
    begun = records.handed_over(offer) | {"state": cases.State.IN_PROGRESS}
    del begun["submitted_at"]
    for name, value in begun.items():
        setattr(case, name, value)
    first = workflow.stage_of(offer.service, None)
    case.stage = first.slug if first else None


def _settle_fee(case: Case) -> None:
    """A fee that the refusal let go is due again."""
    moment = registry.version(case.version_id).service.payment
    if case.state == cases.State.APPROVED:
        fees.ask_after(case)
    elif cases.owes_with(moment, fees.of(case), case.paid_at):
        fees.ask(case)


def settle(application_id: UUID) -> None:
    """Nothing is left to decide where the provider decided late, or the application ended."""
    case = service.by_id(application_id)
    row = _open(case)
    if row is not None and row.ground == Ground.LATE and case.state not in workflow.WORKED:
        move = domain.move("settle", State(row.state), Party.PROVIDER)
        _end(case, row, move, Author(Actor.PORTAL, "appeals"))
        _ended(case, row)


# --- The clock ----------------------------------------------------------------------------------


def open_late() -> bool:
    """Open the first appeal for a batch of those whose day has passed; whether more may wait.

    What somebody works on in this moment comes with the next batch.
    """
    wanted = (
        select(Application)
        .where(Application.appeal_on <= clock.today())
        .order_by(Application.appeal_on, Application.id)
        .limit(A_BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(wanted).all()
    for case in rows:
        case.appeal_on = None
        if _is_late(case) and levels(case):
            row = _new(case, 0, Ground.LATE, CLOCK)
            _opened(case, row, domain.move("open", None, Party.CLOCK).act, CLOCK)
    db.session.flush()
    return len(rows) == A_BATCH


def pass_on() -> bool:
    """Give the next level what a level did not decide in time; whether more may wait."""
    wanted = (
        select(Appeal, Application)
        .join(Application, Application.id == Appeal.application_id)
        .where(Appeal.passes_on <= clock.today(), Appeal.state == State.OPEN)
        .order_by(Appeal.passes_on, Appeal.id)
        .limit(A_BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = db.session.execute(wanted).all()
    for row, case in rows:
        _pass_on(row, case)
    db.session.flush()
    return len(rows) == A_BATCH


def _pass_on(row: Appeal, case: Case) -> None:
    if level_of(case, row.level + 1) is None:
        # Moved to a version that has no such level: it stays where it is.
        row.passes_on = None
        return
    move = domain.move("pass_on", State(row.state), Party.CLOCK)
    row.state, row.passes_on, row.ended_at = move.to, None, clock.now()
    db.session.flush()
    higher = _new(case, row.level + 1, Ground(row.ground), CLOCK)
    higher.since = row.since
    higher.asked_as, higher.asked_by = row.asked_as, row.asked_by
    higher.text, higher.papers = row.text, row.papers
    _opened(case, higher, move.act, CLOCK)


# --- The list of the desk -----------------------------------------------------------------------


def queue(
    reach: Reach, *, after: Place | None = None, limit: int = 50
) -> list[tuple[Appeal, Case]]:
    """Open appeals, the most urgent first: those of the officer's posts; all without a post."""
    wanted = _waiting(_scopes(reach))
    ends = tuple_(Appeal.due_on, Appeal.id)
    if after is not None:
        wanted = wanted.where(ends > (after.value, after.id))
    rows = db.session.execute(wanted.order_by(Appeal.due_on, Appeal.id).limit(limit)).all()
    return [(row[0], row[1]) for row in rows]


def _waiting(scopes: Collection[Scope]) -> Select[Appeal, Application]:
    parts = [
        and_(
            Appeal.provider_slug == scope.provider,
            true() if scope.post is None else Appeal.post == scope.post,
            reached({scope}),
        )
        for scope in sorted(scopes, key=str)
    ]
    wanted = select(Appeal, Application).join(Application, Application.id == Appeal.application_id)
    return wanted.where(Appeal.state == State.OPEN, or_(false(), *parts))


def told(appeal_id: UUID) -> dict[str, Any]:
    """What programs are told of an appeal: nothing that anybody wrote."""
    row = db.session.get_one(Appeal, appeal_id)
    return {
        "level": row.level + 1,
        "ground": row.ground,
        "state": row.state,
        "due_on": row.due_on.isoformat(),
    }


def paper(row: Appeal, file_id: UUID) -> UUID:
    """The id of a file that came with an appeal. Raises NoSuchAppeal."""
    if str(file_id) not in {one["file"] for one in row.papers or ()}:
        raise domain.NoSuchAppeal
    return file_id
