"""What is typed to prove who one is: never trimmed, never shown again."""

from typing import Any

from wtforms import ValidationError

from portal.i18n import gettext
from portal.web.fields.base import Question, latin_digits, sent, tidy

LONGEST = 1024


class PasswordField(Question):
    """Taken as typed; `autocomplete` is current-password or new-password."""

    macro = "password"

    def __init__(self, label: Any = None, **more: Any) -> None:
        more.setdefault("autocomplete", "current-password")
        super().__init__(label, **more)

    def read(self, formdata: Any) -> None:
        self.raw = sent(formdata, self.name)

    def missing(self) -> str:
        return gettext("Enter the password.")

    def parse(self) -> str:
        if len(self.raw) > LONGEST:
            raise ValidationError(gettext("The password is too long."))
        return self.raw


class CodeField(Question):
    """Digits from an app, or a recovery code; spaces and dashes do not matter."""

    macro = "code"

    def __init__(self, label: Any = None, *, digits: bool = True, **more: Any) -> None:
        more.setdefault("autocomplete", "one-time-code")
        super().__init__(label, **more)
        self.inputmode = "numeric" if digits else "text"

    def read(self, formdata: Any) -> None:
        typed = latin_digits(tidy(sent(formdata, self.name), lines=False))[:64]
        self.raw = typed.replace(" ", "").replace("-", "")

    def missing(self) -> str:
        return gettext("Enter the code.")
