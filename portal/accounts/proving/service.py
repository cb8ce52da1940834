"""Sending codes to contacts, and what becomes true when one is shown.

Whoever asks for a code to somebody else's contact is told the same, and no code is sent: its owner
hears of it instead, in exactly one message as well.
"""

from uuid import UUID

from portal.accounts import domain as accounts
from portal.accounts.alarms import service as alarms
from portal.accounts.attempts import service as attempts
from portal.accounts.codes import service as codes
from portal.accounts.codes.domain import LASTS
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts import words
from portal.accounts.contacts.domain import (
    FOR_ADDRESS,
    FOR_CONTACT,
    FOR_PERSON,
    FOR_SIGN_IN,
    CannotBeProven,
    Contact,
    Kind,
)
from portal.accounts.domain import Details
from portal.accounts.people import service as people
from portal.audit import service as audit
from portal.i18n import language, speaking
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, NotFound
from portal.post import service as post


class NothingToProve(NotFound):
    message = N_("There is nothing to prove here. Look at your contacts.")


def provable(person_id: UUID) -> tuple[Contact, ...]:
    """What the person gave and has not proven, as far as a code can be sent to it."""
    waiting = (Contact(one.kind, one.to_prove) for one in contacts.known(person_id) if one.to_prove)
    return tuple(one for one in waiting if one.kind is Kind.EMAIL or post.offers_texts())


def one_to_prove(person_id: UUID, kind: Kind) -> Contact:
    """Raises NothingToProve."""
    found = (one for one in provable(person_id) if one.kind is kind)
    if (contact := next(found, None)) is None:
        raise NothingToProve
    return contact


def check(told: Details) -> None:
    """Whether somebody who told this can prove any of it. Raises CannotBeProven."""
    if not told.email and not post.offers_texts():
        raise CannotBeProven


def send_code(person_id: UUID, kind: Kind, *, address: str | None = None) -> UUID:
    """Send a code; the answer is to be kept in the session that asked.

    `address` is where a newcomer is, of whom nothing is known. Raises TooMany, NothingToProve.
    """
    contact = one_to_prove(person_id, kind)
    if address is not None:
        attempts.spend(FOR_ADDRESS, accounts.neighbourhood(address))
    attempts.spend(FOR_CONTACT, accounts.contact(contact.value))
    attempts.spend(FOR_PERSON, str(person_id))
    owner = contacts.holder(contact)
    _told("accounts.code_sent", person_id, kind)
    until = clock.now() + LASTS
    if owner is None:
        made = codes.make(_about(person_id, contact))
        said = words.proving(made.code, made.link, until)
        contacts.send(person_id, contact, said, language())
        return made.id
    spoken = people.one(owner).language
    with speaking(spoken):
        contacts.send(person_id, contact, words.has_account(until), spoken)
    return codes.make_dead(_about(person_id, contact))


def prove(person_id: UUID, kind: Kind, code_id: UUID, typed: str) -> bool:
    """Whether this is the code. Raises NothingToProve, ContactTaken."""
    contact = one_to_prove(person_id, kind)
    if not codes.use(code_id, _about(person_id, contact), typed):
        _told("accounts.code_refused", person_id, kind)
        return False
    _proven(person_id, contact)
    return True


def prove_by_link(person_id: UUID, kind: Kind, code_id: UUID, token: str) -> bool:
    """Whether this is the link that was sent. Raises NothingToProve, ContactTaken."""
    contact = one_to_prove(person_id, kind)
    if not codes.use_link(code_id, _about(person_id, contact), token):
        _told("accounts.code_refused", person_id, kind)
        return False
    _proven(person_id, contact)
    return True


def newcomer_proved(address: str) -> None:
    """One code less that counts against others at this address."""
    attempts.take_back(FOR_ADDRESS, accounts.neighbourhood(address))


def remove(person_id: UUID, kind: Kind) -> None:
    """Raises LastContact."""
    gone = contacts.remove(person_id, kind)
    people.changed(person_id)
    _warn(person_id, gone)


def change_details(person_id: UUID, told: Details) -> None:
    """Put these details in place of the old ones; a new contact waits until it is proven.

    All of it or nothing. Raises NoSuchPerson, TooYoung, NoContact, LastContact, CannotBeProven.
    """
    before = people.details(person_id)
    if not (told.email or told.mobile) and (before.email or before.mobile):
        raise accounts.NoContact
    with db.session.begin_nested():
        for kind in Kind:
            value = getattr(told, kind)
            if value != getattr(before, kind):
                _change(person_id, kind, value)
        people.change_details(person_id, told)


def send_sign_in_code(person_id: UUID) -> UUID | None:
    """A code to the proven number of somebody who showed the password. Raises TooMany."""
    number = contacts.text_number(person_id)
    if number is None or not contacts.text_factor(person_id):
        return None
    attempts.spend(FOR_SIGN_IN, str(person_id))
    made = codes.make(_signing_in(person_id, number))
    said = words.signing_in(made.code, clock.now() + LASTS)
    contacts.send(person_id, number, said, language())
    _told("accounts.code_sent", person_id, "sign-in")
    return made.id


def fits_sign_in(person_id: UUID, code_id: UUID, typed: str) -> bool:
    """Whether this is the code, and may be used still. The caller counts the tries."""
    number = contacts.text_number(person_id)
    if number is None or not contacts.text_factor(person_id):
        return False
    return codes.use(code_id, _signing_in(person_id, number), typed)


def _change(person_id: UUID, kind: Kind, value: str | None) -> None:
    if value:
        contacts.offer(person_id, Contact(kind, value))
    else:
        _warn(person_id, contacts.remove(person_id, kind))


def _proven(person_id: UUID, contact: Contact) -> None:
    before = contacts.claim(person_id, contact)
    people.changed(person_id)
    _warn(person_id, before)


def _warn(person_id: UUID, gone: Contact | None) -> None:
    if gone is not None:
        alarms.warn(person_id, "contact_changed", also=(gone.value,))


def _about(person_id: UUID, contact: Contact) -> str:
    return f"prove|{person_id}|{accounts.contact(contact.value)}"


def _signing_in(person_id: UUID, contact: Contact) -> str:
    return f"sign-in|{person_id}|{contact.value}"


def _told(act: str, person_id: UUID, why: str) -> None:
    audit.record(act, about=f"person:{person_id}", actor=person_id, subject_id=person_id, why=why)
