"""Asking a citizen for a session, and recording somebody who has no account."""

from datetime import datetime, timedelta
from uuid import UUID

from portal.accounts import domain as people
from portal.accounts import service as accounts
from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import Limit
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.words import Said
from portal.accounts.domain import Details
from portal.accounts.joining import service as joining
from portal.audit import service as audit
from portal.delegation import service as mandates
from portal.delegation.domain import CODE_LASTS, Terms
from portal.delegation.service import Given
from portal.i18n import gettext, speaking
from portal.kernel import clock

MINUTE = timedelta(minutes=1)
# What one operator asks for, what one citizen is asked, and how often somebody types codes.
ASKING = Limit("delegation.asking", 20, 10 * MINUTE, 10 * MINUTE, 60 * MINUTE)
ASKED = Limit("delegation.asked", 3, 10 * MINUTE, 10 * MINUTE, 60 * MINUTE)
TYPING = Limit("delegation.typing", 10, 10 * MINUTE, 10 * MINUTE, 60 * MINUTE)


def count_code(person_id: UUID) -> None:
    """Count one typed code. Raises TooMany."""
    attempts.spend(TYPING, str(person_id))


def ask(contact: str, terms: Terms, operator_id: UUID, centre: str) -> None:
    """Send the citizen a code to read out; says the same whether there is such an account.

    Raises TooMany.
    """
    meant = people.contact(contact)
    attempts.spend(ASKING, str(operator_id))
    attempts.spend(ASKED, meant)
    audit.record("delegation.asked", about=f"centre:{centre}", actor=operator_id)
    try:
        citizen_id = accounts.id_of(meant)
    except accounts.NoSuchPerson:
        return
    # A number that goes to its next owner reaches its former one no more.
    ways = [one for one in contacts.reachable(citizen_id) if people.contact(one.value) == meant]
    if ways and citizen_id != operator_id:
        made = mandates.asked_session(citizen_id, terms, operator_id, centre)
        spoken = accounts.details(citizen_id).language
        with speaking(spoken):
            contacts.send(citizen_id, ways[0], _said(made.code, centre), spoken)


def _said(code: str, centre: str) -> Said:
    told = gettext(
        "%(site)s: %(number)s is your code for the service centre %(centre)s. It lets the operator "
        "act for you for one hour. Read it out only if you are there.",
        site="Sanjha",
        number=code,
        centre=centre,
    )
    more = gettext(
        "You see what is done, and can end it at any time, under “Helpers” in your account."
    )
    subject = gettext("Your code for the service centre")
    return Said(subject, f"{told}\n\n{more}\n", told, clock.now() + CODE_LASTS)


def record(told: Details, terms: Terms, ends: datetime, operator_id: UUID, centre: str) -> Given:
    """Keep somebody without an account, with a slip to sign. Raises TooLong."""
    subject_id = joining.keep(told, by=operator_id, why="assisted")
    return mandates.begin_slip(subject_id, terms, ends, operator_id, centre)
