"""Addresses, with the area chosen list by list."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from wtforms import ValidationError

from portal.i18n import gettext
from portal.web.fields.base import Question, latin_digits, sent, tidy


@dataclass(frozen=True)
class Level:
    """One list of an area cascade: its label, its options as code and words, and the chosen one."""

    kind: str
    label: Any
    options: Sequence[tuple[str, Any]]
    chosen: str | None


Levels = Callable[[str | None], Sequence[Level]]
# No cascade is deeper; more was not sent by our page.
DEEPEST = 8


class AddressField(Question):
    """A line, an area by a cascade of lists, a postal code.

    `levels` gives the lists that lead to an area, the next one to choose from included; it is
    given by the caller, because this room knows no areas.
    """

    macro = "address"

    def __init__(self, label: Any = None, *, levels: Levels, **more: Any) -> None:
        super().__init__(label, **more)
        self.levels_of = levels
        self.line = self.postal_code = ""
        self.area: str | None = None
        self.wrong = "line"

    @property
    def first_id(self) -> str:
        """The part that is wrong: for the area, its last list."""
        lists = self.levels
        return f"{self.id}-{lists[-1].kind if self.wrong == 'area' and lists else self.wrong}"

    @property
    def levels(self) -> Sequence[Level]:
        return self.levels_of(self.area)

    def read(self, formdata: Any) -> None:
        self.line = tidy(sent(formdata, f"{self.name}-line"), lines=False)[:200]
        code = sent(formdata, f"{self.name}-postal_code")
        self.postal_code = latin_digits(tidy(code, lines=False))[:10]
        codes = formdata.getlist(f"{self.name}-area")
        self.area = self._deepest(one for one in codes if isinstance(one, str))

    def _deepest(self, codes: Iterable[str]) -> str | None:
        """The last choice that still fits the one above it: a changed district drops its tehsil."""
        area: str | None = None
        for code in islice(codes, DEEPEST):
            lists = self.levels_of(area)
            if not lists or code not in {option for option, _ in lists[-1].options}:
                break
            area = code
        return area

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self.line, self.area = value.get("line", ""), value.get("area")
        self.postal_code = value.get("postal_code") or ""

    def is_empty(self) -> bool:
        return not (self.line or self.postal_code)

    def missing(self) -> str:
        return gettext("Enter the address.")

    def parse(self) -> dict[str, str | None]:
        if not self.line:
            raise ValidationError(gettext("Enter the house and street."))
        lists = self.levels
        if self.area is None or (lists and lists[-1].chosen is None):
            self.wrong = "area"
            raise ValidationError(gettext("Choose the place down to the town or village."))
        if self.postal_code and not re.fullmatch(r"[1-9]\d{4,5}", self.postal_code):
            self.wrong = "postal_code"
            raise ValidationError(gettext("Enter the postal code with its digits, like 141001."))
        return {"line": self.line, "area": self.area, "postal_code": self.postal_code or None}
