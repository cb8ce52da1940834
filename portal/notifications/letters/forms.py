"""A newsletter as it is written: a title and a text in each language."""

from typing import Any

from flask_wtf import FlaskForm

from portal.i18n import LANGUAGES
from portal.i18n import lazy_gettext as _l
from portal.i18n.languages import NAMES
from portal.notifications.letters.domain import LONGEST
from portal.post.domain import SUBJECT_LIMIT
from portal.web.fields import ChoiceField, LongTextField, TextField

KINDS = (("newsletter", _l("Newsletter")), ("promotions", _l("New services and offers")))


class LetterForm(FlaskForm):  # type: ignore[misc]
    kind = ChoiceField(_l("What it is"), options=KINDS)

    @property
    def is_wrong(self) -> bool:
        return any(field.errors for field in self)

    def by_language(self, part: str) -> dict[str, str]:
        return {code: self[f"{part}_{code}"].answer() for code in LANGUAGES}


def letter_form() -> LetterForm:
    fields: dict[str, Any] = {}
    for code in LANGUAGES:
        name = NAMES[code]
        fields[f"title_{code}"] = TextField(
            _l("Title, %(language)s", language=name), max_length=SUBJECT_LIMIT
        )
        fields[f"text_{code}"] = LongTextField(
            _l("Text, %(language)s", language=name), max_length=LONGEST
        )
    made: LetterForm = type("WholeLetter", (LetterForm,), fields)()
    return made
