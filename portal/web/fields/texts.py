"""Words: short, long, and names."""

import re
from typing import Any

from wtforms import ValidationError

from portal.i18n import gettext, number
from portal.web.fields.base import Question, sent, tidy

LONGEST = 4000


class TextField(Question):
    def __init__(
        self,
        label: Any = None,
        *,
        min_length: int = 0,
        max_length: int = 200,
        rows: int = 0,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.min_length, self.max_length = min_length, min(max_length, LONGEST)
        self.rows = rows

    def parse(self) -> str:
        if len(self.raw) > self.max_length:
            raise ValidationError(
                gettext("Write at most %(most)s characters.", most=number(self.max_length))
            )
        if len(self.raw) < self.min_length:
            raise ValidationError(
                gettext("Write at least %(least)s characters.", least=number(self.min_length))
            )
        return self.raw


class LongTextField(TextField):
    macro = "textarea"

    def __init__(
        self, label: Any = None, *, max_length: int = 2000, rows: int = 5, **more: Any
    ) -> None:
        super().__init__(label, max_length=max_length, rows=rows, **more)

    def read(self, formdata: Any) -> None:
        self.raw = tidy(sent(formdata, self.name), lines=True)


class NameField(TextField):
    """A person's name in any script: letters, and what stands between them."""

    def __init__(self, label: Any = None, *, max_length: int = 120, **more: Any) -> None:
        more.setdefault("autocomplete", "name")
        super().__init__(label, max_length=max_length, **more)

    def missing(self) -> str:
        return gettext("Enter the name.")

    def parse(self) -> str:
        name = re.sub(r"\s+", " ", super().parse())
        if not any(one.isalpha() for one in name) or re.search(r"[<>{}\[\]\\|^~=0-9@#$%]", name):
            raise ValidationError(gettext("Enter the name with letters only, like Asha Devi."))
        return name
