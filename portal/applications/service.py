"""What is done to an application by its person and its provider.

Fees, records, renewals and lists stand beside it; nobody else touches the tables.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from portal.applications import domain
from portal.applications.disclosing import service as disclosing
from portal.applications.domain import Actor, ProviderEvent, State
from portal.applications.events import (
    ApplicationAnswered,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    StateChanged,
)
from portal.applications.fees import service as fees
from portal.applications.issuing import service as issuing
from portal.applications.lists import service as lists
from portal.applications.models import Application, TimelineEntry
from portal.applications.reach.service import Reach, reached
from portal.applications.records import service as records
from portal.applications.staging import service as staging
from portal.applications.work import service as work
from portal.consent import service as consent
from portal.delegation import paying
from portal.delegation.domain import covers
from portal.kernel import clock, ids
from portal.kernel.db import db, wait_patiently
from portal.kernel.errors import N_, Conflict
from portal.kernel.events import publish
from portal.kernel.money import Money
from portal.kernel.settings import current
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import Notice

Answers = Mapping[str, Any]
# What callers read of an application; its columns are changed here alone.
Case = Application
Sender = domain.Sender
Author = domain.Author
Behalf = domain.Behalf
Disclosure = domain.Disclosure
NoSuchApplication = domain.NoSuchApplication
# What may be seen of an application stands in a sub-room of its own.
changed = records.changed
disclosure = disclosing.disclosure
disclosed = disclosing.disclosed
looked = disclosing.looked
looks = disclosing.looks
opened = disclosing.opened
paid = disclosing.paid
paper = disclosing.paper
papers = disclosing.papers
plain_answers = disclosing.plain_answers
shared = disclosing.shared
submitted_by = disclosing.submitted_by
issued = issuing.of
issued_document = issuing.one_of
ISSUED_BYTES = issuing.ISSUED_BYTES
TABLE = cast("Table", Application.__table__)
# Put together once: that costs more than sending it.
PUT = insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)


class NothingAsked(Conflict):
    message = N_("Nothing is asked of you for this application now.")


def submit(
    submission: UUID,
    sender: Sender,
    offer: registry.Offer,
    answers: Answers | declared.Asked,
    judged: Mapping[str, Any] | None = None,
    said: Money | None = None,
) -> Application:
    """Send the answers of one draft, which are complete; sent again, it is the same application.

    The provider gets it now, or when its fee is paid. `judged` is what the rule of eligibility
    said, and `said` what the provider itself wants for it, where it is asked. Raises NotReady when
    the answers do not allow a fee to be worked out.
    """
    asked = declared.look(offer.service.form, answers)
    fee = fees.quoted(offer, asked, said)
    wait_patiently()
    # A twin's application ends it; a reference that is taken already is drawn again.
    while (application := _inserted(_new(submission, sender, offer, asked, judged, fee))) is None:
        if twin := find_submission(sender.person_id, submission):
            return twin
    _consent(application, offer, asked, is_first=True)
    if application.submitted_at is None:
        fees.ask_first(application)
        return application
    records.begin(application, "submit", sender.author)
    publish(ApplicationSubmitted(application.id))
    if offer.service.payment == "with":
        fees.ask(application)
    return application


def _inserted(application: Application) -> Application | None:
    """None when the submission or the reference is there already."""
    values = {column.name: getattr(application, column.name) for column in TABLE.columns}
    if db.session.scalar(PUT, values) is None:
        return None
    # It is a row now, as if it had been read.
    for name, value in values.items():
        set_committed_value(application, name, value)
    make_transient_to_detached(application)
    db.session.add(application)
    return application


def _new(
    submission: UUID,
    sender: Sender,
    offer: registry.Offer,
    asked: declared.Asked,
    judged: Mapping[str, Any] | None,
    fee: Money | None,
) -> Application:
    waits = fee is not None and offer.service.payment == "before"
    begun = {"state": State.AWAITING_PAYMENT, "level": 0}
    if not waits:
        begun = records.handed_over(offer)
    application = Application(
        subject_id=sender.subject_id,
        bundle_id=sender.bundle_id,
        reference=ids.reference(current().kernel.reference_prefix),
        submission=submission,
        person_id=sender.person_id,
        acted_by=UUID(sender.by.id) if sender.by else None,
        acted_as=sender.by.kind if sender.by else None,
        mandate_id=sender.by.under if sender.by else None,
        area=domain.area_of(offer.service.form, asked.answers),
        provider_slug=offer.provider.slug,
        service_slug=offer.service.slug,
        version_id=offer.version_id,
        language=sender.language,
        fee_minor=fee.minor if fee else None,
        fee_currency=fee.currency if fee else None,
        # Its beginning is written with it.
        entries=1,
        sequence=0,
        changed_at=clock.now(),
        **begun,
    )
    application.answers = asked.answers
    application.judged = dict(judged) if judged else None
    return application


def _consent(
    application: Application,
    offer: registry.Offer,
    answers: Answers | declared.Asked,
    *,
    is_first: bool = False,
) -> None:
    """Record what the person agreed to share: all that the form asked them."""
    consent.record(
        application_id=application.id,
        subject_id=application.subject_id,
        person_id=application.person_id,
        offer=offer,
        fields=sorted(declared.shared_fields(offer.service, answers)),
        is_first=is_first,
    )


def find(
    person_id: UUID, reference: str, *, lock: bool = False, by: Behalf | None = None
) -> Application:
    """Raises NoSuchApplication, also for somebody else's, and where `by` may not act."""
    wanted = lists.within(_by(reference), by).where(Application.person_id == person_id)
    return _found(db.session.scalar(_locked(wanted) if lock else wanted))


def find_submission(person_id: UUID, submission: UUID) -> Application | None:
    """The application that a draft became, if it was sent."""
    wanted = select(Application).where(
        Application.submission == submission, Application.person_id == person_id
    )
    return db.session.scalar(wanted)


def find_case(reach: Reach, reference: str, *, lock: bool = False) -> Application:
    """A case that is reached by these providers or scopes.

    Raises NoSuchApplication, also for another's, and for one that was not paid yet.
    """
    here = reached(reach), Application.submitted_at.is_not(None)
    wanted = _by(reference).where(*here)
    return _found(db.session.scalar(_locked(wanted) if lock else wanted))


def versions_of(reach: Reach, references: Collection[str]) -> set[UUID]:
    """Of those of the cases that are reached."""
    meant = [ids.read_reference(one) or "" for one in references]
    here = reached(reach), Application.submitted_at.is_not(None)
    wanted = select(Application.version_id).where(*here, Application.reference.in_(meant))
    return set(db.session.scalars(wanted.distinct()))


def _by(reference: str) -> Select[Application]:
    return select(Application).where(Application.reference == (ids.read_reference(reference) or ""))


def _locked(wanted: Select[Application]) -> Select[Application]:
    """As it is in the database now: what was read before may be old."""
    return wanted.with_for_update().execution_options(populate_existing=True)


def by_id(application_id: UUID) -> Application:
    return _found(db.session.get(Application, application_id))


def _found(application: Application | None) -> Application:
    if application is None:
        raise NoSuchApplication
    return application


def timeline(application: Application) -> Sequence[TimelineEntry]:
    wanted = select(TimelineEntry).where(TimelineEntry.application_id == application.id)
    return db.session.scalars(wanted.order_by(TimelineEntry.number)).all()


def receive(reach: Reach, reference: str, event: ProviderEvent, author: Author) -> Application:
    """Let a provider or an officer move a case.

    Raises NoSuchApplication, OwnCase, MoveNotAllowed, NotPaidYet, EventIncomplete,
    EventOverfull, UnknownFields, UnknownStage, UnknownReason, what `work.check` refuses, and what
    the files room refuses.
    """
    fees.hold(find_case(reach, reference))
    application = find_case(reach, reference, lock=True)
    _check_stranger(application, author)
    event = work.worded(application, event, author)
    act = event.check()
    domain.check_act(State(application.state), act)
    if act.to is State.ISSUED and event.document is None and not issuing.is_made(application):
        raise domain.EventIncomplete(event.type, "document")
    _check_names(application, event)
    move = work.check(application, event, author, reach)
    if act.to is State.APPROVED:
        fees.check_paid(application)
    if act.to is State.ISSUED:
        issuing.issue(application, event)
    work.taken_up(application, author)
    _move(application, act.to, event, move.to_stage)
    records.tell(application, event.type, author, event)
    _settle_fee(application, act.to)
    if act.to is not None:
        publish(StateChanged(application.id, application.state))
    return application


def _check_stranger(application: Application, author: Author) -> None:
    """Nobody decides on what they sent, for themselves or for another. Raises OwnCase."""
    if author.id == f"person:{application.person_id}":
        raise domain.OwnCase
    helper = author.id.removeprefix("person:")
    if author.kind is Actor.OFFICER and records.has_helped(application, helper):
        raise domain.HelpedWithIt


def _settle_fee(application: Application, to: State | None) -> None:
    """A decision lets a fee fall due, or lets it go."""
    if to is State.APPROVED:
        fees.ask_after(application)
    elif to is State.REFUSED:
        fees.drop(application)


def may_be_asked(application: Application) -> list[Any]:
    """The questions of the form that this person was asked."""
    form = registry.version(application.version_id).service.form
    asked = declared.visible_fields(form, application.answers)
    return [one for one in asked if not isinstance(one, Notice)]


def _check_names(application: Application, event: ProviderEvent) -> None:
    """Fields and stages are those of the form and the service."""
    asked = {one.name for one in may_be_asked(application)} if event.fields else set()
    strange = [name for name in event.fields if name not in asked]
    if strange := [*strange, *(name for name in event.remarks if name not in event.fields)]:
        raise domain.UnknownFields(strange)
    stages = registry.version(application.version_id).service.stages
    known = [stage.slug for stage in stages]
    if event.stage is not None and event.stage not in known:
        raise domain.UnknownStage(event.stage, known)


def _move(
    application: Application, to: State | None, event: ProviderEvent, stage: str | None
) -> None:
    application.case_number = event.case_number or application.case_number
    application.changed_at = clock.now()
    if to is None:
        return
    application.state = to
    if to is State.NEEDS_INFORMATION:
        application.asked = list(event.fields)
        records.stop_clock(application)
        return
    application.asked = None
    records.start_clock(application)
    if to is State.IN_PROGRESS:
        staging.enter(application, stage)
    else:
        staging.leave(application)


def answer(
    person_id: UUID,
    reference: str,
    corrected: Answers,
    by: Behalf | None = None,
    said: Money | None = None,
) -> Application:
    """Take the person's corrections to what was asked, and let the clock go on.

    `corrected` answers questions of `to_correct`; others stay as they are. `said` is what the
    provider itself wants for it now, where it is asked. Raises
    NoSuchApplication, NothingAsked, NotReady, FeeWouldChange.
    """
    fees.hold(find(person_id, reference, by=by))
    application = find(person_id, reference, lock=True, by=by)
    if application.state != State.NEEDS_INFORMATION:
        raise NothingAsked
    asked = tuple(sorted(application.asked or ()))
    offer = registry.version(application.version_id)
    before = application.answers
    now = merged(application, corrected, {one.name for one in to_correct(application)})
    fees.requote(application, offer, now, said)
    take(application, now)
    application.state, application.asked = State.IN_PROGRESS, None
    application.changed_at = clock.now()
    records.start_clock(application)
    records.tell(application, "answer", _author(person_id, by), fields=asked)
    records.note_change(application, before)
    publish(ApplicationAnswered(application.id))
    return application


def merged(application: Application, corrected: Answers, reopened: set[str]) -> declared.Asked:
    """The answers as they stand with the corrected ones among `reopened`."""
    others = {name: one for name, one in application.answers.items() if name not in reopened}
    changed = {name: one for name, one in corrected.items() if name in reopened}
    form = registry.version(application.version_id).service.form
    return declared.look(form, {**others, **changed})


def take(application: Application, now: declared.Asked) -> None:
    """Let these answers stand; what they share beyond what was agreed to is agreed to with them."""
    offer = registry.version(application.version_id)
    application.answers = now.answers
    # Officers of one area go by where the person lives, as it is corrected.
    application.area = domain.area_of(offer.service.form, now.answers)
    if set(declared.shared_fields(offer.service, now)) - disclosing.agreed(application):
        _consent(application, offer, now)


def to_correct(application: Application) -> list[Any]:
    """What was asked about, and the questions that another answer to it may touch."""
    form = registry.version(application.version_id).service.form
    visible = {one.name for one in may_be_asked(application)}
    names = domain.touched(form, visible, application.asked or ())
    return [one for one in form.fields if one.name in names]


def withdraw(person_id: UUID, reference: str, by: Behalf | None = None) -> Application:
    """Raises NoSuchApplication, MoveNotAllowed."""
    fees.hold(find(person_id, reference, by=by))
    application = find(person_id, reference, lock=True, by=by)
    domain.check_move(State(application.state), State.WITHDRAWN)
    application.state, application.asked = State.WITHDRAWN, None
    staging.leave(application)
    application.changed_at = clock.now()
    records.tell(application, "withdraw", _author(person_id, by))
    fees.drop(application)
    if application.submitted_at is not None:
        publish(ApplicationWithdrawn(application.id))
    return application


def _author(person_id: UUID, by: Behalf | None) -> Author:
    return by.author if by else Author(Actor.CITIZEN, str(person_id))


def may_pay(helper_id: UUID, application_id: UUID) -> bool:
    """Whether somebody lets this person pay the fee of their application, now."""
    application = db.session.get(Application, application_id)
    if application is None:
        return False
    path = application.provider_slug, application.service_slug
    rights = paying.payable(helper_id, application.person_id)
    return any(covers(one.terms.services, *path) for one in rights)
