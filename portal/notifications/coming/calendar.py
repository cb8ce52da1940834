"""What comes up as a calendar (RFC 5545): days or times, each with an alarm of a day before."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from portal.i18n import gettext, tag
from portal.kernel import clock
from portal.kernel.room import Coming
from portal.kernel.settings import current

DAY = timedelta(days=1)


def written(items: Iterable[Coming]) -> bytes:
    whole = Calendar()
    whole.add("prodid", "-//Sanjha//Coming up//EN")
    whole.add("version", "2.0")
    whole.add("x-wr-calname", gettext("Sanjha"))
    for item in items:
        if item.on is not None:
            whole.add_component(_event(item))
    return bytes(whole.to_ical())


def _event(item: Coming) -> Event:
    event = Event()
    event.add("uid", f"{item.key}@sanjha")
    event.add("dtstamp", clock.now())
    begins, ends = _time(item)
    event.add("dtstart", begins)
    event.add("dtend", ends)
    event.add("summary", item.title)
    event.add("description", item.body)
    event.add("url", f"{current().kernel.base_url}/{tag()}/{item.path}")
    # What only falls due on a day keeps nobody busy.
    event.add("transp", "OPAQUE" if item.at else "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", item.title)
    alarm.add("trigger", -DAY)
    event.add_component(alarm)
    return event


def _time(item: Coming) -> tuple[date | datetime, date | datetime]:
    """From when to when: a time of the day, else the whole day."""
    if item.at is not None:
        return item.at[0].astimezone(UTC), item.at[1].astimezone(UTC)
    on = item.on or clock.today()
    return on, on + DAY
