"""Five languages, two directions: which one is spoken now, its words, and how it writes figures."""

from portal.i18n.formats import (
    day,
    file_size,
    listed,
    moment,
    money,
    number,
    time_of_day,
)
from portal.i18n.languages import (
    LANGUAGES,
    TAGS,
    direction,
    language,
    language_of_tag,
    language_wanted,
    speak,
    speaking,
    tag,
)
from portal.i18n.words import gettext, lazy_gettext, ngettext, say, translate

__all__ = [
    "LANGUAGES",
    "TAGS",
    "day",
    "direction",
    "file_size",
    "gettext",
    "language",
    "language_of_tag",
    "language_wanted",
    "lazy_gettext",
    "listed",
    "moment",
    "money",
    "ngettext",
    "number",
    "say",
    "speak",
    "speaking",
    "tag",
    "time_of_day",
    "translate",
]
