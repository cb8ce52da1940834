"""What accounts do about their own events."""

from portal.accounts.alarms import service as alarms
from portal.accounts.devices import domain
from portal.accounts.events import NewDevice


def warn_of_device(event: NewDevice) -> None:
    """The names are the makers' own; a dash for a browser that says nothing of itself."""
    device = domain.words(event.browser, event.system) or "-"
    alarms.warn(event.person_id, "new_device", device=device)
