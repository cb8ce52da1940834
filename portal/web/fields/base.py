"""What every question has in common, and how text comes in clean."""

import unicodedata
from typing import Any

from wtforms import Field, ValidationError
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from portal.i18n import gettext

POINT = str.maketrans({"٫": ".", "٬": ",", "−": "-"})


class Question(Field):  # type: ignore[misc]
    """What all kinds have in common; `source` says where a filled-in value came from.

    `origin` may tell more of that: whether it is `verified`, and the `path` where it is corrected.
    """

    macro = "text"

    def __init__(
        self,
        label: Any = None,
        *,
        hint: Any = None,
        required: bool = True,
        source: Any = None,
        autocomplete: str | None = None,
        **more: Any,
    ) -> None:
        self.raw: str = ""
        self.typed: Any = None
        super().__init__(label, **more)
        self.hint, self.required, self.source = hint, required, source
        self.autocomplete = autocomplete
        self.origin: Any = None

    @property
    def first_id(self) -> str:
        """Where a link of the error summary leads."""
        return str(self.id)

    @property
    def data(self) -> Any:
        return self.typed

    @data.setter
    def data(self, value: Any) -> None:
        self.typed = value

    def process(
        self,
        formdata: Any,
        data: Any = unset_value,
        extra_filters: Any = None,  # noqa: ARG002
    ) -> None:
        self.errors: list[str] = []
        self.posted = formdata is not None
        known = self.default if data is unset_value else data
        # What is known stays beside what was sent: a file that was kept is not sent again.
        if known is not None:
            self.set_answer(known)
        if self.posted:
            self.read(formdata)

    def read(self, formdata: Any) -> None:
        self.raw = tidy(sent(formdata, self.name), lines=False)

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self.raw = "" if value is None else str(value)

    def answer(self) -> Any:
        """The typed answer after `validate`; None where there is none."""
        return self.typed

    def is_empty(self) -> bool:
        return not self.raw

    def missing(self) -> str:
        return gettext("Answer this question.")

    def parse(self) -> Any:
        """The typed answer of what was sent. Raises ValidationError."""
        return self.raw

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        self.errors = []
        try:
            self.typed = self._checked()
            for check in (*self.validators, *extra_validators):
                check(form, self)
        except (ValidationError, StopValidation) as error:
            self.errors = [str(error)]
        return not self.errors

    def _checked(self) -> Any:
        # A request without a body reads as a page that was never sent: what was known stands.
        if self.is_empty() if self.posted else self.typed is None:
            if self.required:
                raise ValidationError(self.missing())
            return None
        return self.parse() if self.posted else self.typed


def sent(formdata: Any, name: str) -> str:
    """The text that was sent under a name; nothing for a file, or whatever else stands there."""
    text = formdata.get(name)
    return text if isinstance(text, str) else ""


def tidy(text: Any, *, lines: bool) -> str:
    """NFC, without control characters and direction overrides; line breaks only where they fit."""
    folded = unicodedata.normalize("NFC", str(text)).replace("\r\n", "\n").replace("\r", "\n")
    kept = (one for one in folded if _is_text(one) or (lines and one in "\n\t"))
    return "".join(kept).strip()


def _is_text(letter: str) -> bool:
    # Joiners are letters' own business in Indic scripts; embeddings and overrides never are.
    if letter in "\u200c\u200d":
        return True
    return unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def latin_digits(text: str) -> str:
    """Digits of any script as 0 to 9."""
    return "".join(
        str(unicodedata.digit(one)) if one.isdecimal() else one for one in text.translate(POINT)
    )
