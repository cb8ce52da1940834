"""What the profile knows of a person, in which groups it is shown, and what forms take from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from portal.accounts.domain import Details, age
from portal.i18n import translate
from portal.kernel.errors import N_, NotFound
from portal.kernel.room import Filled
from portal.registry.vocabulary import PREFILL
from portal.registry.words import LANGUAGES, Words

EXTRAS = ("father_name", "national_id")
# One signs in with these, so nobody else's word changes them.
CONTACTS = ("mobile", "email")
VERIFIED_BY = N_("verified by %(source)s")


class NoSuchGroup(NotFound):
    message = N_("There is no such part of the profile.")


@dataclass(frozen=True)
class Source:
    """Who vouches for a value, such as an identity provider: its slug, and its title."""

    slug: str
    title: Words


@dataclass(frozen=True)
class Verified:
    """A typed answer that a source vouched for on a day."""

    value: Any
    source: Source
    on: date


@dataclass(frozen=True)
class Known:
    """All that is known: what registration asked, what the person added, what others verified.

    `since` is the day of registration, `dates` the days of later changes.
    """

    details: Details
    extras: Mapping[str, Any]
    since: date | None = None
    verified: Mapping[str, Verified] = field(default_factory=dict)
    dates: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """One page of the profile: its title, why it is asked, its fields with their labels."""

    slug: str
    title: str
    why: str
    fields: Mapping[str, str]


GROUPS = (
    Group(
        "you",
        N_("You"),
        N_("Most services ask who you are. Write the names as on your identity card."),
        {
            "name": N_("Full name"),
            "father_name": N_("Name of your father or husband"),
            "birth_date": N_("Date of birth"),
            "gender": N_("Gender"),
        },
    ),
    Group(
        "contact",
        N_("How to reach you"),
        N_("You sign in with the mobile number or the e-mail address."),
        {
            "mobile": N_("Mobile number"),
            "email": N_("E-mail address"),
            "phone": N_("Another phone number"),
        },
    ),
    Group(
        "home",
        N_("Where you live"),
        N_("Many services depend on the place where you live."),
        {"address": N_("Home address")},
    ),
    Group(
        "identity",
        N_("Your identity number"),
        N_("Only services that need the number get it, and only after you agreed."),
        {"national_id": N_("Aadhaar number")},
    ),
)

# Each path of the vocabulary as a typed answer, None where the person told nothing.
SOURCES: Mapping[str, Callable[[Known], Any]] = MappingProxyType(
    {
        "profile.name": lambda known: known.details.name,
        "profile.father_name": lambda known: known.extras.get("father_name"),
        "profile.birth_date": lambda known: known.details.birth_date.isoformat(),
        "profile.gender": lambda known: known.details.gender and known.details.gender.value,
        "profile.phone": lambda known: known.details.mobile or known.details.phone,
        "profile.email": lambda known: known.details.email,
        "profile.home": lambda known: known.details.address,
        "profile.national_id": lambda known: known.extras.get("national_id"),
    }
)


def group(slug: str) -> Group:
    """Raises NoSuchGroup."""
    found = next((one for one in GROUPS if one.slug == slug), None)
    if found is None:
        raise NoSuchGroup
    return found


def answers(known: Known) -> dict[str, Any]:
    """Everything by the names of fields, as typed answers."""
    details = known.details
    return {
        "name": details.name,
        "birth_date": details.birth_date.isoformat(),
        "gender": details.gender and details.gender.value,
        "mobile": details.mobile,
        "email": details.email,
        "phone": details.phone,
        "address": details.address,
        **{name: known.extras.get(name) for name in EXTRAS},
    }


def marks(known: Known) -> dict[str, Verified]:
    """What is verified, by the names of fields; a value that is another now bears no mark."""
    now = answers(known)
    return {name: one for name, one in known.verified.items() if one.value == now.get(name)}


def facts(known: Known, today: date) -> dict[str, Any]:
    """What rules of eligibility may ask; what the person did not tell has no entry."""
    details = known.details
    person = {
        "age": age(details.birth_date, today),
        "birth_date": details.birth_date.isoformat(),
        "gender": details.gender and details.gender.value,
        "area": details.address and details.address.get("area"),
    }
    told = {name: value for name, value in person.items() if value is not None}
    return {"today": today.isoformat(), "person": told}


def prefilled(known: Known, path: str) -> Filled | None:
    """None for a path of another room, and for what the person did not tell."""
    value = SOURCES[path](known) if path in SOURCES else None
    if value is None:
        return None
    name = _field_of(path, known)
    mark = marks(known).get(name)
    group = next(one for one in GROUPS if name in one.fields)
    on = mark.on if mark else known.dates.get(name, _first_told(known, name))
    source = _source_of(path, mark).texts
    return Filled(value, source, on, verified=mark is not None, path=f"profile/{group.slug}")


def _first_told(known: Known, name: str) -> date | None:
    """Contacts are changed elsewhere, and what was added later has a day of its own."""
    return None if name in CONTACTS or name in EXTRAS else known.since


def _field_of(path: str, known: Known) -> str:
    """The field that a path is filled from."""
    named = path.removeprefix("profile.")
    if named == "phone" and known.details.mobile:
        return "mobile"
    return "address" if named == "home" else named


def _source_of(path: str, mark: Verified | None) -> Words:
    title = PREFILL[path].title
    if mark is None:
        return title
    by = mark.source.title
    return Words(
        texts={
            code: f"{title.say(code)}, {translate(code, VERIFIED_BY, source=by.say(code))}"
            for code in LANGUAGES
        }
    )
