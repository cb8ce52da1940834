"""Children for whom their guardians act, without limits, until they are of age."""

from collections.abc import Sequence
from uuid import UUID

from portal.accounts.family import service as family
from portal.accounts.family.domain import Dependant, NoSuchChild
from portal.delegation.domain import ALL_NEEDS, EVERYTHING, Acting, Kind, Terms

Child = Dependant
ALL = Terms((EVERYTHING,), ALL_NEEDS)


def children_of(guardian_id: UUID) -> Sequence[Child]:
    """The children below 18 of this guardian."""
    return family.dependants_of(guardian_id)


def acting_for(child_id: UUID, guardian_id: UUID) -> Acting | None:
    """All that the guardian may do for the child; None when it is not theirs, or of age."""
    try:
        child = family.dependant(guardian_id, child_id)
    except NoSuchChild:
        return None
    return Acting(Kind.CHILD, child.id, guardian_id, ALL, None)
