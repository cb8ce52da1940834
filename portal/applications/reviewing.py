"""What the page before sending says of a provider's own word: its fee, and what it found wrong."""

from collections.abc import Sequence
from typing import Any

from flask import url_for

from portal.applications import applying
from portal.applications.applying import Course
from portal.i18n import gettext, say
from portal.interfaces.domain import NotAnswering
from portal.kernel.errors import N_
from portal.kernel.money import Money
from portal.registry.hooks import Objection

UNPRICED = N_(
    "%(provider)s cannot say what this costs just now. Your answers are kept. Try again in a few"
    " minutes."
)


def priced(course: Course) -> tuple[Money | None, str]:
    """The fee, or why nobody can say it now."""
    try:
        return applying.price(course), ""
    except NotAnswering:
        return None, gettext(UNPRICED, provider=say(course.offer.provider.name))


def quoted_by(course: Course) -> list[Any]:
    """The questions whose answers the provider was told to say the fee."""
    names = course.offer.service.quote_by or ()
    return [one for one in course.asked.fields if one.name in names]


def objections(course: Course, told: Sequence[Objection]) -> list[tuple[str, str, str | None]]:
    """Of each: what is wrong, the question, and where it is answered, if it is one of the form."""
    found = []
    for one in told:
        places = [(step.slug, field) for step in course.steps for field in step.fields]
        at = next((place for place in places if place[1].name == one.field), None)
        more = {} if at is None else {"slug": at[0], "review": 1, "_anchor": one.field}
        url = _step(course, **more) if more else None
        found.append((one.sentence, say(at[1].label) if at else "", url))
    return found


def _step(course: Course, **more: Any) -> str:
    offer = course.offer
    more |= {"provider": offer.provider.slug, "name": offer.service.slug}
    return url_for("applications.step", **more)
