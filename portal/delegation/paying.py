"""For whom somebody may pay, whether or not they act for them in this browser now."""

from uuid import UUID

from portal.accounts import service as accounts
from portal.delegation import relatives, service
from portal.delegation.domain import ASSIST, AT_A_COUNTER, Acting, Need


def payable(helper_id: UUID) -> list[Acting]:
    """The rights of this person, as they are now, that let fees be paid."""
    held = [service.as_acting(row) for row in service.held(helper_id)]
    centres = accounts.providers_of(helper_id, ASSIST)
    mine = [one for one in held if one.kind not in AT_A_COUNTER or one.centre in centres]
    paying = [one for one in mine if Need.PAY in one.terms.needs]
    children = (child.id for child in relatives.children_of(helper_id))
    own = (relatives.acting_for(child_id, helper_id) for child_id in children)
    return [*paying, *(one for one in own if one is not None)]
