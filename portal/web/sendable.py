"""Until when the form of a page can be sent, said on the page itself."""

from dataclasses import dataclass
from datetime import datetime

from flask import g

from portal import i18n
from portal.i18n import gettext as _
from portal.kernel import clock
from portal.web.access import visitor_or_none


@dataclass(frozen=True)
class Sendable:
    said: str
    seconds: int


def has_form() -> None:
    """Note that the page has a form that sends something."""
    g.has_form = True


def sendable() -> Sendable | None:
    """None on a page without a form so far, and for who is not signed in."""
    if not g.get("has_form") or (person := visitor_or_none()) is None:
        return None
    is_last = person.until >= person.ends
    return Sendable(sentence(person.until, is_last=is_last), seconds_to(person.until))


def sentence(until: datetime, *, is_last: bool) -> str:
    """`is_last` when no page that is opened moves it any further."""
    time = i18n.time_of_day(until)
    if is_last:
        return _("You can send this page until %(time)s. Then you sign in again.", time=time)
    return _(
        "You can send this page until %(time)s. Each page that you open gives you 15 minutes more.",
        time=time,
    )


def seconds_to(until: datetime) -> int:
    return max(0, int((until - clock.now()).total_seconds()))
