"""Where officer and person meet, as a stage declares it: a visit to them, or an appointment.

Part of `portal.registry.contract`, which alone is imported by providers.
"""

from typing import Annotated, Any

import pydantic

from portal.registry.questions import Frozen, Whole, by_position
from portal.registry.words import Words

# The time of a clock on the wall, such as 09:30.
WallTime = Annotated[str, pydantic.StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Visit(Frozen):
    """An officer goes to the person: `about` says what is looked at there.

    `place` names the question whose answer is the place, `minutes` how long the officer may come
    early or late: the window that the person is told. At least so many `photos` are kept with a
    visit that was made. A person who `may_ask` may ask once for another time. Unless it is not
    `required`, a case leaves the stage only when the visit was made.
    """

    about: Words
    place: str
    minutes: Whole = 120
    photos: Whole = 0
    may_ask: bool = True
    required: bool = True

    @by_position
    def __init__(self, about: Words, place: str, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, about=about, place=place, **more)


class Office(Frozen):
    """A counter to which people come; the address is read by them."""

    slug: str
    title: Words
    address: Words

    @by_position
    def __init__(self, slug: str, title: Words, address: Words) -> None:
        pydantic.BaseModel.__init__(self, slug=slug, title=title, address=address)


class Hours(Frozen):
    """When it is open on an ISO weekday: 1 is Monday. A day may be named twice, with a break."""

    weekday: Whole
    opens: WallTime
    closes: WallTime

    @by_position
    def __init__(self, weekday: int, opens: str, closes: str) -> None:
        pydantic.BaseModel.__init__(self, weekday=weekday, opens=opens, closes=closes)

    @property
    def span(self) -> tuple[int, int]:
        """Minutes of the day, such as 570 for 09:30."""
        return _minute(self.opens), _minute(self.closes)


def _minute(wall: str) -> int:
    hours, minutes = wall.split(":")
    return int(hours) * 60 + int(minutes)


class Appointment(Frozen):
    """The person comes to one of the `offices`, at a time that they choose.

    `seats` people are seen at once, for `minutes` each; times are offered from `from_days` to
    `to_days` ahead, on working days. It may be moved `moves` times. While nobody has chosen a
    time, the clock of the stage stands still if it `pauses`. Unless it is not `required`, a case
    leaves the stage only when the person was there.
    """

    offices: tuple[Office, ...]
    hours: tuple[Hours, ...]
    minutes: Whole = 15
    seats: Whole = 1
    from_days: Whole = 1
    to_days: Whole = 14
    moves: Whole = 2
    pauses: bool = True
    required: bool = True

    def office(self, slug: str | None) -> Office | None:
        return next((one for one in self.offices if one.slug == slug), None)
