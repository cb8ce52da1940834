"""What a guardian does for a child: adding one, and giving them the code for their own account."""

from uuid import UUID

from portal.accounts import domain
from portal.accounts.domain import Details
from portal.accounts.family import service as family
from portal.accounts.family.domain import NoChild, Relation
from portal.accounts.joining import service as joining
from portal.kernel import clock


def add(guardian_id: UUID, told: Details, relation: Relation) -> UUID:
    """Keep a child without an account, whose guardian this is.

    Raises NoChild, NotOfAge, TooMany, ImplausibleBirth.
    """
    if domain.is_of_age(told.birth_date, clock.today()):
        raise NoChild
    family.may_add(guardian_id)
    child_id = joining.keep(told, by=guardian_id, why="child")
    family.link(guardian_id, child_id, relation)
    return child_id


def joining_code(guardian_id: UUID, child_id: UUID) -> str:
    """Raises NoSuchChild, HasAccount, TooYoungForCode."""
    family.dependant(guardian_id, child_id)
    return joining.joining_code(child_id, by=guardian_id)
