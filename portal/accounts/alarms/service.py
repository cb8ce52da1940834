"""Warnings to a person about their own account, over every way that reaches them.

A contact that was replaced goes on to hear of what changes for seven days: it can stop what a
thief does who changed it, and can do nothing else.
"""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, select, update

from portal.accounts import domain as accounts
from portal.accounts.alarms import words
from portal.accounts.alarms.domain import LASTS, SAME, LinkEnded
from portal.accounts.alarms.models import Alarm
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Contact, Kind
from portal.accounts.people import service as people
from portal.i18n import speaking
from portal.kernel import clock, crypto, keys
from portal.kernel.db import db

PUT_OUT = "put_out"


@dataclass(frozen=True)
class Warned:
    """Whose link it is, and when what it warned of happened."""

    person_id: UUID
    what: str
    at: datetime


def warn(person_id: UUID, what: str, *, also: Collection[str] = (), **about: str) -> None:
    """Tell the person at each verified contact, and at those of `also`, that this happened.

    `what` is one of domain.WARNINGS; each message has a link that says it was somebody else.
    """
    # What the caller has changed is read again below.
    db.session.flush()
    try:
        # Held, so that of two at once the second sees what the first has sent.
        person = people.hold(person_id)
    except people.NoSuchPerson:
        return
    gone = _contacts(also)
    told = "|".join(f"{name}={one}" for name, one in sorted(about.items()))
    for contact in dict.fromkeys((*_warned(person_id), *gone)):
        event = keys.keyed_hash("alarms.event", f"{person_id}|{what}|{told}|{contact.value}")
        if _told_already(event):
            continue
        token = _keep(person_id, what, event, contact.value if contact in gone else None)
        with speaking(person.language):
            said = words.said(what, about, token)
        contacts.send(person_id, contact, said, person.language)


def tell(person_id: UUID, what: str, to: Iterable[Contact]) -> None:
    """Say there what happened, once and without a link."""
    spoken = people.one(person_id).language
    with speaking(spoken):
        said = words.said(what, {}, "")
    for contact in to:
        contacts.send(person_id, contact, said, spoken)


def told_to(person_id: UUID) -> tuple[Contact, ...]:
    """Who hears that the account may be opened anew: everybody it belonged to in the last days."""
    return _reached(person_id, _former_rows(person_id))


def put_out(person_id: UUID, contact: Contact) -> None:
    """One that gave way to an earlier one: it may be the owner's own, who left a stolen mailbox.

    So it hears of a recovery for a while and can stop it. It is warned of nothing else, and no
    link of its own takes anything from whoever holds the account now.
    """
    event = keys.keyed_hash("alarms.event", f"{person_id}|{PUT_OUT}|{contact.value}")
    _keep(person_id, PUT_OUT, event, contact.value)


def check(token: str) -> Warned | None:
    """Whom the link is about; None when it has ended, was used or never was."""
    row = db.session.scalar(select(Alarm).where(_open(token)))
    return Warned(row.subject_id, row.what, row.created_at) if row else None


def use(token: str) -> Warned:
    """Use the link up, and the person's others with it. Raises LinkEnded."""
    mine = update(Alarm).where(_open(token)).values(used_at=clock.now())
    used = db.session.execute(
        mine.returning(Alarm.subject_id, Alarm.what, Alarm.created_at)
    ).first()
    if used is None:
        raise LinkEnded
    others = update(Alarm).where(Alarm.subject_id == used[0], Alarm.used_at.is_(None))
    db.session.execute(others.values(used_at=clock.now()))
    return Warned(*used)


def replaced_since(person_id: UUID, moment: datetime) -> list[Contact]:
    """The contacts that were replaced or removed since then: what each kind was before all that."""
    rows = _replaced_rows(person_id).where(Alarm.created_at >= moment)
    order = (Alarm.created_at.desc(), Alarm.id.desc())
    known = _contacts(row.former for row in db.session.scalars(rows.order_by(*order)) if row.former)
    return list({one.kind: one for one in known}.values())


def let_go(contact: Contact) -> None:
    """Whoever has this contact now hears nothing of those who had it before."""
    theirs = update(Alarm).where(Alarm.former_key == _former_key(contact.value))
    db.session.execute(theirs.values(former_sealed=None, former_key=None))


def sweep() -> None:
    """Remove warnings whose links have ended."""
    db.session.execute(delete(Alarm).where(Alarm.ends <= clock.now()))


def _keep(person_id: UUID, what: str, event: bytes, former: str | None) -> str:
    token = secrets.token_urlsafe(24)
    row = Alarm(subject_id=person_id, what=what, event=event, former=former)
    row.token_hash, row.created_at = crypto.token_hash(token), clock.now()
    row.former_key = _former_key(former) if former else None
    row.ends = row.created_at + LASTS
    db.session.add(row)
    db.session.flush()
    return token


def _former_key(value: str) -> bytes:
    return keys.keyed_hash("alarms.former", accounts.contact(value))


def _told_already(event: bytes) -> bool:
    lately = Alarm.created_at > clock.now() - SAME
    return db.session.scalar(select(Alarm.id).where(Alarm.event == event, lately)) is not None


def _warned(person_id: UUID) -> tuple[Contact, ...]:
    """Who hears of changes: the proven contacts, and those replaced in the last days."""
    return _reached(person_id, _replaced_rows(person_id))


def _reached(person_id: UUID, rows: Select[Alarm]) -> tuple[Contact, ...]:
    return tuple(dict.fromkeys((*contacts.reachable(person_id), *_former(rows))))


def _replaced_rows(person_id: UUID) -> Select[Alarm]:
    return _former_rows(person_id).where(Alarm.what != PUT_OUT)


def _former_rows(person_id: UUID) -> Select[Alarm]:
    return select(Alarm).where(
        Alarm.subject_id == person_id, Alarm.former_sealed.is_not(None), Alarm.ends > clock.now()
    )


def _former(rows: Select[Alarm]) -> list[Contact]:
    known = [row.former for row in db.session.scalars(rows.order_by(Alarm.created_at, Alarm.id))]
    theirs = _contacts(value for value in known if value)
    # Whoever proved it since as their own is not told of somebody else's account; and one that is
    # the person's again is among the reachable ones, unless its next owner claims it.
    return [one for one in theirs if contacts.holder(one) is None]


def _contacts(values: Iterable[str]) -> list[Contact]:
    """As they were proven: another spelling may be another mailbox."""
    return [Contact(Kind.EMAIL if "@" in value else Kind.MOBILE, value) for value in values]


def _open(token: str) -> ColumnElement[bool]:
    return and_(
        Alarm.token_hash == crypto.token_hash(token),
        Alarm.used_at.is_(None),
        Alarm.ends > clock.now(),
    )
