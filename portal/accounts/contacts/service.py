"""Which contacts a person has, which of them are proven, and who is reached by them."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from portal.accounts.contacts import words
from portal.accounts.contacts.domain import CannotBeProven, Contact, Kind, Known, LastContact
from portal.accounts.people import service as people
from portal.accounts.people.models import Person
from portal.accounts.people.service import ContactTaken
from portal.accounts.roles import service as roles
from portal.accounts.settings import AccountsSettings
from portal.audit import service as audit
from portal.kernel.db import db
from portal.kernel.settings import current
from portal.post import service as post

__all__ = [
    "Contact",
    "ContactTaken",
    "Kind",
    "Known",
    "LastContact",
    "claim",
    "clear",
    "email_of",
    "holder",
    "known",
    "offer",
    "put_back",
    "reachable",
    "remove",
    "send",
    "set_text_factor",
    "text_factor",
    "text_factor_is_offered",
    "text_number",
    "trust",
]


def reachable(person_id: UUID) -> tuple[Contact, ...]:
    """Where the person is told things: what they have proven, the e-mail address first.

    Never a number that somebody else has shown to be theirs by now. Raises NoSuchPerson.
    """
    person = people.one(person_id)
    return tuple(
        Contact(one.kind, one.value)
        for one in _known(person)
        if one.is_proven and one.value and one.leaves is None
    )


def email_of(person_id: UUID) -> str | None:
    """The proven e-mail address. Raises NoSuchPerson."""
    found = (one.value for one in reachable(person_id) if one.kind is Kind.EMAIL)
    return next(found, None)


def known(person_id: UUID) -> tuple[Known, ...]:
    """Both kinds, as the person's own page shows them. Raises NoSuchPerson."""
    return _known(people.one(person_id))


def trust(person_id: UUID, *, only: Kind | None = None) -> None:
    """Take what the person gave as proven: where we know it from elsewhere.

    Raises ContactTaken.
    """
    for one in known(person_id):
        if one.to_prove and only in (None, one.kind):
            claim(person_id, Contact(one.kind, one.to_prove))


def claim(person_id: UUID, contact: Contact) -> Contact | None:
    """The person has proven this: they are found by it from now on. What was in force before.

    Raises ContactTaken, also when somebody proved it in the same moment.
    """
    person = people.hold(person_id)
    before = _in_force(person, contact.kind)
    try:
        with db.session.begin_nested():
            _put(person, contact)
            db.session.flush()
    except IntegrityError as error:
        raise ContactTaken from error
    post.try_again(contact.value)
    _told("accounts.contact_proven", person_id, contact.kind)
    return before if before and before.value != contact.value else None


def offer(person_id: UUID, contact: Contact) -> None:
    """Keep this as what the person wants to prove. Raises CannotBeProven."""
    if contact.kind is Kind.MOBILE and not post.offers_texts():
        raise CannotBeProven
    person = people.hold(person_id)
    now, is_proven = getattr(person, contact.kind), _key(person, contact.kind) is not None
    if now == contact.value:
        setattr(person, f"new_{contact.kind}", None)
    else:
        setattr(person, f"new_{contact.kind}" if is_proven else contact.kind, contact.value)
    db.session.flush()


def remove(person_id: UUID, kind: Kind) -> Contact | None:
    """Take a contact, and what waits for its place, away; what was in force. Raises LastContact."""
    person = people.hold(person_id)
    others = [one for one in _known(person) if one.kind is not kind and one.is_proven]
    before = _in_force(person, kind)
    if before and not any(one.leaves is None for one in others):
        raise LastContact
    clear(person, kind)
    db.session.flush()
    _told("accounts.contact_removed", person_id, kind)
    return before


def put_back(person_id: UUID, contact: Contact) -> Contact | None:
    """Make this the person's again, who had proven it before. What it takes the place of, if any.

    Nothing is done when it is somebody else's by now.
    """
    if holder(contact) not in (None, person_id):
        return None
    before = claim(person_id, contact)
    if contact.kind is Kind.MOBILE:
        people.hold(person_id).text_factor = False
    return before


def clear(person: Person, kind: Kind) -> None:
    setattr(person, kind, None)
    setattr(person, f"new_{kind}", None)
    setattr(person, f"{kind}_key", None)
    if kind is Kind.MOBILE:
        person.mobile_leaves, person.text_factor = None, False


def holder(contact: Contact) -> UUID | None:
    """Who has proven this contact."""
    found = people.find(contact.value)
    return found.id if found else None


def send(subject_id: UUID, contact: Contact, message: words.Said, language: str) -> None:
    """Send one message to this contact, whichever way leads there."""
    if contact.kind is Kind.MOBILE:
        post.send_text(
            subject_id=subject_id,
            to=contact.value,
            body=message.text,
            language=language,
            kind="security",
            good_until=message.good_until,
        )
    else:
        post.send_mail(
            subject_id=subject_id,
            to=contact.value,
            subject=message.subject,
            body=message.mail,
            language=language,
            kind="security",
        )


def text_factor(person_id: UUID) -> bool:
    """Whether the person may sign in with a code that is sent to their number."""
    person = people.one(person_id)
    return person.text_factor and text_factor_is_offered(person_id) and _text_to(person) is not None


def text_factor_is_offered(person_id: UUID) -> bool:
    """Whether the person may switch it on: never whoever sees other people's data."""
    switched_on = current().of(AccountsSettings).text_factor and post.offers_texts()
    return switched_on and not roles.permissions_of(person_id)


def text_number(person_id: UUID) -> Contact | None:
    """The number that a code would be sent to."""
    return _text_to(people.one(person_id))


def set_text_factor(person_id: UUID, on: bool) -> bool:  # noqa: FBT001 - what it is set to
    """Whether this changed anything; it is not switched on without a proven number."""
    person = people.hold(person_id)
    wanted = on and text_factor_is_offered(person_id) and _text_to(person) is not None
    if person.text_factor == wanted:
        return False
    person.text_factor = wanted
    db.session.flush()
    _told("accounts.text_factor_set", person_id, "on" if wanted else "off")
    return True


def _text_to(person: Person) -> Contact | None:
    if person.mobile and person.mobile_key and person.mobile_leaves is None:
        return Contact(Kind.MOBILE, person.mobile)
    return None


def _known(person: Person) -> tuple[Known, ...]:
    email, mobile = person.email_key is not None, person.mobile_key is not None
    return (
        Known(Kind.EMAIL, person.email, email, person.new_email),
        Known(Kind.MOBILE, person.mobile, mobile, person.new_mobile, person.mobile_leaves),
    )


def _in_force(person: Person, kind: Kind) -> Contact | None:
    value: str | None = getattr(person, kind)
    return Contact(kind, value) if value and _key(person, kind) else None


def _key(person: Person, kind: Kind) -> bytes | None:
    found: bytes | None = getattr(person, f"{kind}_key")
    return found


def _put(person: Person, contact: Contact) -> None:
    if contact.kind is Kind.EMAIL:
        person.email_key = people.email_key(contact.value)
    else:
        person.mobile_key = people.mobile_key(contact.value)
        person.mobile_leaves = None
    setattr(person, contact.kind, contact.value)
    setattr(person, f"new_{contact.kind}", None)


def _told(act: str, person_id: UUID, why: str) -> None:
    audit.record(act, about=f"person:{person_id}", actor=person_id, subject_id=person_id, why=why)
