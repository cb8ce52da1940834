"""Making accounts."""

from uuid import UUID

from portal.accounts import domain, passwords
from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import REGISTRATION
from portal.accounts.domain import Details
from portal.accounts.factors import service as factors
from portal.accounts.people import service as people
from portal.accounts.people.models import Password
from portal.accounts.roles import service as roles
from portal.kernel import clock
from portal.kernel.db import db


def register(
    told: Details, password: str, *, address: str, invitation: str | None = None
) -> UUID | None:
    """Make an account that waits for its second factor; None when these contacts do not do.

    Why they do not is said to nobody. Raises TooMany, UnfitPassword, InvitationEnded, and what
    domain.check_details raises.
    """
    domain.check_details(told, clock.today())
    passwords.check(password, told)
    address = domain.neighbourhood(address)
    attempts.spend(REGISTRATION, address)
    # Made before anybody looks, so that both answers take as long.
    hashed = passwords.hashed(password)
    if people.is_taken(told):
        return None
    person = people.add(told)
    db.session.add(Password(subject_id=person.id, hash=hashed))
    factors.new_app(person.id)
    if invitation:
        roles.redeem(invitation, person.id, told.email)
    attempts.take_back(REGISTRATION, address)
    return person.id
