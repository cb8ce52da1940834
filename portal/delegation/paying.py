"""For whom somebody may pay, whether or not they act for them in this browser now."""

from uuid import UUID

from portal.delegation import relatives, service
from portal.delegation.domain import Acting, Need


def payable(helper_id: UUID, principal_id: UUID) -> list[Acting]:
    """The rights of this person, as they are now, that let fees of the principal be paid."""
    held = (service.as_acting(row) for row in service.held(helper_id, of=principal_id))
    child = relatives.acting_for(principal_id, helper_id)
    all_ = (*held, *([child] if child else []))
    return [one for one in all_ if one.is_signed and Need.PAY in one.terms.needs]
