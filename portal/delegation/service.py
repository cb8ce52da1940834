"""Granting, accepting, ending and looking up rights to act. Nobody else touches mandates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from portal.accounts import domain as people
from portal.accounts import service as accounts
from portal.accounts.alarms import service as alarms
from portal.audit import service as audit
from portal.delegation import domain
from portal.delegation.domain import (
    ASSIST,
    CODE_LASTS,
    CODE_LENGTH,
    INVITATION_LASTS,
    INVITATION_LENGTH,
    SESSION_LASTS,
    Acting,
    Kind,
    Need,
    NoSuchMandate,
    NotYourself,
    SlipKeptAlready,
    Terms,
)
from portal.delegation.models import Mandate
from portal.files import service as files
from portal.kernel import clock, crypto, ids, keys
from portal.kernel.db import db

Given = Mandate
SLIP_PREFIX = "SL"
SLIP_KINDS = ("jpeg", "png", "pdf")
LISTED = 100
UNUSED_KEPT = timedelta(days=30)
WRITTEN_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Made:
    """A new right that waits for its code to be typed; the code is shown this once."""

    id: UUID
    code: str


# --- Granting -----------------------------------------------------------------------------------


def grant(principal_id: UUID, contact: str, terms: Terms, ends: datetime) -> Made:
    """Let whoever has proven this contact, and types the code, act for the principal.

    Whether anybody has is not looked up, so it cannot be learnt. Raises TooLong, NotYourself.
    """
    now = clock.now()
    domain.check_end(ends, now)
    meant = people.contact(contact)
    mine = accounts.details(principal_id)
    if meant in (people.contact(mine.email or ""), people.contact(mine.mobile or "")):
        raise NotYourself
    code = ids.new_code(INVITATION_LENGTH)
    row = _new(principal_id, Kind.HELPER, terms, ends)
    row.contact = meant
    row.code_hash, row.code_ends = crypto.token_hash(code), now + INVITATION_LASTS
    _add(row, "delegation.granted", principal_id)
    return Made(row.id, ids.grouped(code))


def open_session(principal_id: UUID, terms: Terms) -> Made:
    """A code that the principal gives to an operator, who may then act for an hour."""
    code = ids.new_code(CODE_LENGTH)
    row = _new(principal_id, Kind.SESSION, terms, clock.now() + CODE_LASTS)
    row.code_hash, row.code_ends = crypto.token_hash(code), row.ends
    _add(row, "delegation.session_offered", principal_id)
    return Made(row.id, ids.grouped(code))


def asked_session(principal_id: UUID, terms: Terms, operator_id: UUID, centre: str) -> Made:
    """The same, asked for by an operator, who alone may use it; the code goes to the principal."""
    code = ids.new_code(CODE_LENGTH)
    row = _new(principal_id, Kind.SESSION, terms, clock.now() + CODE_LASTS)
    row.code_hash, row.code_ends = crypto.token_hash(code), row.ends
    row.asked_by, row.centre = operator_id, centre
    _add(row, "delegation.session_asked", operator_id)
    return Made(row.id, ids.grouped(code))


def begin_slip(
    subject_id: UUID, terms: Terms, ends: datetime, operator_id: UUID, centre: str
) -> Mandate:
    """A slip for somebody without an account, to be signed. Raises TooLong."""
    now = clock.now()
    domain.check_end(ends, now)
    row = _new(subject_id, Kind.SLIP, terms, ends)
    row.helper_id, row.accepted_at, row.centre = operator_id, now, centre
    row.slip_number = ids.reference(SLIP_PREFIX)
    _add(row, "delegation.slip_begun", operator_id)
    return row


def _new(principal_id: UUID, kind: Kind, terms: Terms, ends: datetime) -> Mandate:
    return Mandate(
        subject_id=principal_id,
        kind=kind,
        services=list(terms.services),
        needs=[Need.FILL, *(one for one in terms.needs if one is not Need.FILL)],
        ends=ends,
    )


def _add(row: Mandate, act: str, actor_id: UUID) -> None:
    db.session.add(row)
    db.session.flush()
    _record(act, row, actor_id)


# --- Accepting ----------------------------------------------------------------------------------


def accept(code: str, helper_id: UUID) -> Mandate | None:
    """Use the code of a grant up; None for one that does not work for this person."""
    row = db.session.scalar(select(Mandate).where(*_waiting(code, Kind.HELPER)))
    if row is None or not _is_meant(row, helper_id):
        _refused(helper_id)
        return None
    return _taken(_waiting(code, Kind.HELPER), helper_id, {})


def _is_meant(row: Mandate, helper_id: UUID) -> bool:
    """Only a proven contact leads to a person."""
    try:
        return accounts.id_of(row.contact or "") == helper_id
    except accounts.NoSuchPerson:
        return False


def start_session(code: str, operator_id: UUID, centre: str) -> Mandate | None:
    """Use the code of a session up: it lasts from now. None for one that does not work."""
    open_to_me = or_(Mandate.asked_by.is_(None), Mandate.asked_by == operator_id)
    lasts = {"ends": clock.now() + SESSION_LASTS, "centre": centre}
    return _taken((*_waiting(code, Kind.SESSION), open_to_me), operator_id, lasts)


def _waiting(code: str, kind: Kind) -> tuple[ColumnElement[bool], ...]:
    return (
        Mandate.code_hash == crypto.token_hash(ids.read_code(code)),
        Mandate.kind == kind,
        Mandate.helper_id.is_(None),
        Mandate.ended_at.is_(None),
        Mandate.code_ends > clock.now(),
    )


def _taken(
    wanted: Sequence[ColumnElement[bool]], helper_id: UUID, more: dict[str, Any]
) -> Mandate | None:
    """By one statement, so that a code is used once however often it is sent."""
    taken = (
        update(Mandate)
        .where(*wanted, Mandate.subject_id != helper_id)
        .values(helper_id=helper_id, accepted_at=clock.now(), **more)
        .returning(Mandate)
        .execution_options(populate_existing=True)
    )
    row = db.session.scalar(taken)
    if row is None:
        _refused(helper_id)
        return None
    _record("delegation.accepted", row, helper_id)
    alarms.warn(row.subject_id, "helper_added", kind=row.kind)
    return row


def _refused(person_id: UUID) -> None:
    audit.record("delegation.code_refused", about=f"person:{person_id}", actor=person_id)


# --- Ending -------------------------------------------------------------------------------------


def end(mandate_id: UUID, by: UUID) -> Mandate:
    """Either side ends it, at once. Raises NoSuchMandate, also for one of other people."""
    ended = (
        update(Mandate)
        .where(Mandate.id == mandate_id, Mandate.ended_at.is_(None), _of_either(by))
        .values(ended_at=clock.now(), ended_by=by)
        .returning(Mandate)
        .execution_options(populate_existing=True)
    )
    row = db.session.scalar(ended)
    if row is None:
        raise NoSuchMandate
    _record("delegation.ended", row, by)
    return row


def end_slip(number: str, operator_id: UUID) -> bool:
    """Any operator ends a slip by its number, for a person who asks; whether there was one."""
    ended = (
        update(Mandate)
        .where(Mandate.slip_number == ids.read_reference(number), Mandate.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_by=operator_id)
        .returning(Mandate)
        .execution_options(populate_existing=True)
    )
    row = db.session.scalar(ended)
    if row is not None:
        _record("delegation.ended", row, operator_id)
    return row is not None


def forget(person_id: UUID) -> None:
    """End all that somebody who left let others do, or did for others."""
    _end_all(person_id, _of_either(person_id))


def secure(principal_id: UUID, since: datetime | None) -> None:
    """End what a thief may have let others do: each code that waits, each right since then."""
    theirs: list[ColumnElement[bool]] = [Mandate.helper_id.is_(None)]
    if since is not None:
        # The warning that the moment is of was written just after the right began.
        begun = since - WRITTEN_WITHIN
        theirs += [Mandate.created_at >= begun, Mandate.accepted_at >= begun]
    _end_all(principal_id, and_(Mandate.subject_id == principal_id, or_(*theirs)))


def _end_all(by: UUID, which: ColumnElement[bool]) -> None:
    ended = (
        update(Mandate)
        .where(which, Mandate.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_by=by)
        .returning(Mandate)
        .execution_options(populate_existing=True)
    )
    for row in db.session.scalars(ended).all():
        _record("delegation.ended", row, by)


def _of_either(person_id: UUID) -> ColumnElement[bool]:
    return or_(Mandate.subject_id == person_id, Mandate.helper_id == person_id)


# --- Looking up ---------------------------------------------------------------------------------


def acting(mandate_id: UUID, helper_id: UUID) -> Acting | None:
    """How far the right goes now; None when there is none any more."""
    row = db.session.scalar(select(Mandate).where(Mandate.id == mandate_id, _lives(helper_id)))
    return None if row is None else as_acting(row)


def as_acting(row: Mandate) -> Acting:
    """A right that somebody accepted, as the pages of applying know it."""
    return Acting(
        kind=Kind(row.kind),
        person_id=row.subject_id,
        actor_id=row.helper_id or row.subject_id,
        terms=terms_of(row),
        ends=row.ends,
        mandate_id=row.id,
        is_signed=row.kind != Kind.SLIP or row.slip_file_id is not None,
        centre=row.centre,
    )


def terms_of(row: Mandate) -> Terms:
    return Terms(tuple(row.services), tuple(Need(one) for one in row.needs))


def held(helper_id: UUID, *, of: UUID | None = None) -> Sequence[Mandate]:
    """Those for whom the helper may act now, slips of which included; of one principal, or all."""
    wanted = select(Mandate).where(_lives(helper_id)).order_by(Mandate.id.desc())
    if of is not None:
        wanted = wanted.where(Mandate.subject_id == of)
    rows = db.session.scalars(wanted.limit(LISTED)).all()
    keys.preload(row.subject_id for row in rows)
    return rows


def given(principal_id: UUID) -> Sequence[Mandate]:
    """What the principal let others do: all that can still be ended, then the newest."""
    mine = select(Mandate).where(Mandate.subject_id == principal_id)
    may_end = and_(Mandate.ended_at.is_(None), Mandate.ends > clock.now())
    order = and_(may_end, Mandate.helper_id.is_not(None)).desc(), may_end.desc(), Mandate.id.desc()
    return db.session.scalars(mine.order_by(*order).limit(LISTED)).all()


def is_waiting(row: Mandate) -> bool:
    """Nobody has typed its code yet, and somebody still may."""
    in_time = row.code_ends is not None and row.code_ends > clock.now()
    return row.helper_id is None and row.ended_at is None and in_time


def is_live(row: Mandate) -> bool:
    return row.helper_id is not None and row.ended_at is None and row.ends > clock.now()


def centres(mandate_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The service centres under which things were done."""
    if not mandate_ids:
        return {}
    wanted = select(Mandate.id, Mandate.centre).where(Mandate.id.in_(set(mandate_ids)))
    return {row.id: row.centre for row in db.session.execute(wanted) if row.centre}


def _lives(helper_id: UUID) -> ColumnElement[bool]:
    """Operators act as long as they hold the role at that centre."""
    serves = Mandate.centre.in_(accounts.providers_of(helper_id, ASSIST))
    return and_(
        Mandate.helper_id == helper_id,
        Mandate.ended_at.is_(None),
        Mandate.ends > clock.now(),
        or_(Mandate.kind == Kind.HELPER, serves),
    )


def sweep() -> None:
    """Remove rights that nobody accepted in time."""
    unused = (Mandate.helper_id.is_(None), Mandate.code_ends < clock.now() - UNUSED_KEPT)
    db.session.execute(delete(Mandate).where(*unused))


# --- Slips --------------------------------------------------------------------------------------


def slip(mandate_id: UUID, operator_id: UUID) -> Mandate:
    """A slip of this operator. Raises NoSuchMandate."""
    wanted = select(Mandate).where(
        Mandate.id == mandate_id, Mandate.kind == Kind.SLIP, _lives(operator_id)
    )
    row = db.session.scalar(wanted)
    if row is None:
        raise NoSuchMandate
    return row


def keep_slip(mandate_id: UUID, operator_id: UUID, stream: BinaryIO, name: str) -> Mandate:
    """Keep the photo of the signed slip, once.

    Raises NoSuchMandate, SlipKeptAlready, and what the files room refuses.
    """
    row = slip(mandate_id, operator_id)
    kept = files.keep(
        stream,
        name,
        subject_id=row.subject_id,
        person_id=row.subject_id,
        accepts=SLIP_KINDS,
        counted=False,
    )
    signed = (
        update(Mandate)
        .where(Mandate.id == row.id, Mandate.slip_file_id.is_(None), _lives(operator_id))
        .values(slip_file_id=kept.id)
        .returning(Mandate)
        .execution_options(populate_existing=True)
    )
    if db.session.scalar(signed) is None:
        files.discard(kept.id)
        raise SlipKeptAlready
    _record("delegation.slip_signed", row, operator_id)
    return row


def slip_file(mandate_id: UUID | None) -> UUID | None:
    """The photo of the slip under which something was done, if it was done under one."""
    if mandate_id is None:
        return None
    return db.session.scalar(select(Mandate.slip_file_id).where(Mandate.id == mandate_id))


def _record(act: str, row: Mandate, actor_id: UUID) -> None:
    audit.record(
        act,
        about=f"mandate:{row.id}",
        actor=actor_id,
        subject_id=row.subject_id,
        why=f"{row.kind} {row.centre or ''}".strip(),
    )
