"""What a person writes to appeal, and what the authority decides."""

from collections.abc import Iterator
from typing import Any

from flask_wtf import FlaskForm

from portal.applications.enclosing import BYTES, KINDS
from portal.i18n import lazy_gettext
from portal.web.fields import ChoiceField, DocumentField, LongTextField

SIZE = lazy_gettext("PDF, JPEG or PNG, up to 5 MB")


def _paper() -> DocumentField:
    return DocumentField(
        lazy_gettext("A document that shows it"),
        hint=SIZE,
        accepts=KINDS,
        most_bytes=BYTES,
        required=False,
    )


class AskForm(FlaskForm):  # type: ignore[misc]
    text = LongTextField(
        lazy_gettext("Why it should be decided otherwise"),
        hint=lazy_gettext("What was overlooked, or is not right. The authority reads your words."),
        max_length=4000,
    )
    first = _paper()
    second = _paper()
    third = _paper()

    @property
    def papers(self) -> tuple[DocumentField, ...]:
        return (self.first, self.second, self.third)

    def uploads(self) -> Iterator[Any]:
        return (one.upload for one in self.papers if one.upload is not None)


class DecideForm(FlaskForm):  # type: ignore[misc]
    outcome = ChoiceField(lazy_gettext("Decision on the appeal"))
    reasons = LongTextField(
        lazy_gettext("Reasons"),
        hint=lazy_gettext("The person reads them as you write them."),
        max_length=4000,
    )
