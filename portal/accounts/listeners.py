"""What accounts do about their own events."""

from portal.accounts.alarms import service as alarms
from portal.accounts.devices import domain
from portal.accounts.events import AccountSecured, NewDevice
from portal.accounts.family import service as family
from portal.accounts.joining import service as joining


def warn_of_device(event: NewDevice) -> None:
    """The names are the makers' own; a dash for a browser that says nothing of itself."""
    device = domain.words(event.browser, event.system) or "-"
    alarms.warn(event.person_id, "new_device", device=device)


def secured(event: AccountSecured) -> None:
    """A thief may have let others join a child, or made a code of a child's record."""
    family.secure(event.person_id, event.since)
    joining.take_back(event.person_id)
