"""What can be wrong with visits and appointments: places nobody knows, hours without a time."""

from collections.abc import Iterator

from portal.registry.contract import AddressField, Appointment, Service, Stage, Visit
from portal.registry.finding import Finding, slugs
from portal.registry.questions import LocationField

MOST_MINUTES, MOST_SEATS, MOST_AHEAD, MOST_MOVES, MOST_PHOTOS = 480, 100, 60, 10, 10
MOST_OFFICES, MOST_HOURS = 50, 28


def about_meetings(place: str, service: Service, stage: Stage) -> Iterator[Finding]:
    if stage.visit is not None and stage.appointment is not None:
        sentence = "A stage has a visit or an appointment. Make two stages of them."
        yield Finding(f"{place}.visit", sentence)
    if stage.visit is not None:
        yield from _about_visit(f"{place}.visit", service, stage.visit)
    if stage.appointment is not None:
        yield from _about_appointment(f"{place}.appointment", stage.appointment)


def _about_visit(place: str, service: Service, visit: Visit) -> Iterator[Finding]:
    asked = service.form.field(visit.place)
    if not isinstance(asked, AddressField | LocationField):
        sentence = "Name a question of the form that asks for an address or a location."
        yield Finding(f"{place}.place", sentence)
    elif not asked.required or asked.when is not None:
        sentence = "Whoever is visited must have said where: ask it always, and require it."
        yield Finding(f"{place}.place", sentence)
    if not 15 <= visit.minutes <= MOST_MINUTES:
        yield Finding(f"{place}.minutes", f"The window is 15 to {MOST_MINUTES} minutes long.")
    if not 0 <= visit.photos <= MOST_PHOTOS:
        yield Finding(f"{place}.photos", f"A visit has at most {MOST_PHOTOS} photos.")


def _about_appointment(place: str, meant: Appointment) -> Iterator[Finding]:
    yield from slugs(f"{place}.offices", meant.offices, "offices")
    if not 0 < len(meant.offices) <= MOST_OFFICES:
        yield Finding(f"{place}.offices", f"Name 1 to {MOST_OFFICES} places to come to.")
    if not 0 < len(meant.hours) <= MOST_HOURS:
        yield Finding(f"{place}.hours", f"Say when it is open, in 1 to {MOST_HOURS} lines.")
    yield from _about_figures(place, meant)
    yield from _about_hours(f"{place}.hours", meant)


def _about_figures(place: str, meant: Appointment) -> Iterator[Finding]:
    if not 5 <= meant.minutes <= MOST_MINUTES:
        yield Finding(f"{place}.minutes", f"An appointment takes 5 to {MOST_MINUTES} minutes.")
    if not 0 < meant.seats <= MOST_SEATS:
        yield Finding(f"{place}.seats", f"1 to {MOST_SEATS} people are seen at once.")
    if not 0 <= meant.from_days <= meant.to_days <= MOST_AHEAD:
        sentence = f"Times are offered from 0 to {MOST_AHEAD} days ahead; the first comes first."
        yield Finding(f"{place}.from_days", sentence)
    if not 0 <= meant.moves <= MOST_MOVES:
        yield Finding(f"{place}.moves", f"It is moved at most {MOST_MOVES} times.")


def _about_hours(place: str, meant: Appointment) -> Iterator[Finding]:
    until: dict[int, int] = {}
    for number, one in enumerate(meant.hours):
        here, (opens, closes) = f"{place}.{number}", one.span
        if not 1 <= one.weekday <= 7:
            yield Finding(here, "A weekday is 1, Monday, to 7, Sunday.")
        if closes - opens < meant.minutes:
            yield Finding(here, "Not one appointment fits between opening and closing.")
        if opens < until.get(one.weekday, 0):
            yield Finding(here, "It begins before the line above it ends, on the same weekday.")
        until[one.weekday] = max(closes, until.get(one.weekday, 0))
