"""A message, with up to two documents."""

from collections.abc import Iterator
from typing import Any

from flask_wtf import FlaskForm

from portal.applications.enclosing import BYTES, KINDS
from portal.i18n import lazy_gettext
from portal.web.fields import DocumentField, LongTextField


def _paper() -> DocumentField:
    return DocumentField(
        lazy_gettext("Document"),
        hint=lazy_gettext("PDF, JPEG or PNG, up to 5 MB"),
        accepts=KINDS,
        most_bytes=BYTES,
        required=False,
    )


class MessageForm(FlaskForm):  # type: ignore[misc]
    text = LongTextField(lazy_gettext("Message"), max_length=4000)
    first = _paper()
    second = _paper()

    def uploads(self) -> Iterator[Any]:
        return (one.upload for one in (self.first, self.second) if one.upload is not None)
