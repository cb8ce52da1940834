"""The report of changes in the words of whoever reads it, instead of the names of the contract."""

from typing import Any

from portal.i18n import gettext, say
from portal.registry.changes import Change
from portal.registry.contract import Inherited, Service
from portal.registry.domain import every_field
from portal.registry.inheriting import overrides
from portal.registry.vocabulary import PERSONAL_CLASSES


def told(change: Change, *services: Service | None) -> dict[str, Any]:
    """What its sentence is filled with; the first of the services that has a question names it."""
    names = _parts() if change.code == "words" else _labels(services)
    words = _words(change.code)
    return {
        "where": names.get(change.where, change.where),
        "before": words.get(change.before, change.before),
        "after": words.get(change.after, change.after),
    }


def own_parts() -> dict[str, str]:
    """What may differ where a service is inherited."""
    return {
        "fee": gettext("The fee"),
        "tariff": gettext("The table of fees"),
        "fee_words": gettext("The words for the fee"),
        "payment": gettext("When the fee is paid"),
        "promise": gettext("The promised time"),
        "who_may": gettext("Who may apply"),
        "shares": gettext("Why answers are shared"),
        "keeps": gettext("What the provider keeps"),
        "channels": gettext("Where people apply"),
    }


def differing(inherited: Inherited) -> list[str]:
    """What is said otherwise, in words."""
    words = own_parts()
    return [words[name] for name in overrides(inherited)]


def _labels(services: tuple[Service | None, ...]) -> dict[str, str]:
    found = [every_field(one.form) for one in services if one]
    return {field.name: say(field.label) for fields in reversed(found) for field in fields}


def _words(code: str) -> dict[Any, str]:
    """For the values that a contract writes as codes."""
    if code in ("class_raised", "class_lowered"):
        return {name: say(words).lower() for name, words in PERSONAL_CLASSES.items()}
    if code == "payment":
        return {
            "before": gettext("before the provider gets the application"),
            "with": gettext("with the application, before it is decided"),
            "after": gettext("after the approval"),
        }
    return {}


def _parts() -> dict[str, str]:
    return own_parts() | {
        "title": gettext("Title"),
        "summary": gettext("Summary"),
        "description": gettext("Description"),
        "category": gettext("Category"),
        "life_events": gettext("Events in life"),
        "audience": gettext("Who it is for"),
        "keywords": gettext("Words to find it by"),
    }
