"""Choosing and agreeing."""

from collections.abc import Sequence
from typing import Any

from wtforms import ValidationError

from portal.i18n import gettext, lazy_gettext, number
from portal.web.fields.base import Question


class ChoiceField(Question):
    """One of some options, as cards; `options` are pairs of code and words."""

    macro = "radio"

    def __init__(
        self, label: Any = None, *, options: Sequence[tuple[str, Any]] = (), **more: Any
    ) -> None:
        super().__init__(label, **more)
        self.options = list(options)

    @property
    def first_id(self) -> str:
        return f"{self.id}-0"

    def missing(self) -> str:
        return gettext("Choose one of the answers.")

    def parse(self) -> Any:
        if self.raw not in {code for code, _ in self.options}:
            raise ValidationError(gettext("Choose one of the answers that are shown."))
        return self.raw


class SelectField(ChoiceField):
    """The same as a list that opens, for many options."""

    macro = "select"

    @property
    def first_id(self) -> str:
        return str(self.id)


class YesNoField(ChoiceField):
    def __init__(self, label: Any = None, **more: Any) -> None:
        more.setdefault("options", [("yes", lazy_gettext("Yes")), ("no", lazy_gettext("No"))])
        super().__init__(label, **more)

    def missing(self) -> str:
        return gettext("Choose yes or no.")

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self.raw = {True: "yes", False: "no"}.get(value, "")

    def parse(self) -> bool:
        return bool(super().parse() == "yes")


class ChoicesField(Question):
    """Any of some options. `groups` folds long lists: each title with the option it begins at."""

    macro = "checkboxes"
    groups: Sequence[tuple[int, str]] = ()

    def __init__(
        self,
        label: Any = None,
        *,
        options: Sequence[tuple[str, Any]] = (),
        at_least: int = 0,
        at_most: int | None = None,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.options, self.at_least, self.at_most = list(options), at_least, at_most
        self.chosen: list[str] = []

    @property
    def first_id(self) -> str:
        return f"{self.id}-0"

    def read(self, formdata: Any) -> None:
        texts = (one for one in formdata.getlist(self.name) if isinstance(one, str))
        self.chosen = list(dict.fromkeys(texts))

    @property
    def folds(self) -> list[tuple[int, int, str | None]]:
        """The options in parts: from which on, up to which, and under which title, if any."""
        starts = [(0, None), *self.groups]
        ends = [start for start, _ in starts[1:]] + [len(self.options)]
        return [(start, end, title) for (start, title), end in zip(starts, ends, strict=True)]

    def is_chosen_in(self, start: int, end: int) -> bool:
        return any(code in self.chosen for code, _ in self.options[start:end])

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self.chosen = list(value or ())

    def is_empty(self) -> bool:
        return not self.chosen

    def missing(self) -> str:
        return gettext("Choose at least one of the answers.")

    def parse(self) -> list[str]:
        codes = [code for code, _ in self.options]
        if not set(self.chosen) <= set(codes):
            raise ValidationError(gettext("Choose from the answers that are shown."))
        if len(self.chosen) < self.at_least:
            raise ValidationError(
                gettext("Choose at least %(least)s answers.", least=number(self.at_least))
            )
        if self.at_most is not None and len(self.chosen) > self.at_most:
            raise ValidationError(
                gettext("Choose at most %(most)s answers.", most=number(self.at_most))
            )
        return [code for code in codes if code in self.chosen]


class DeclarationField(Question):
    """A statement to tick."""

    macro = "tick"

    def missing(self) -> str:
        return gettext("Tick the box if you agree. Without it this cannot be sent.")

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self.raw = "yes" if value else ""

    def parse(self) -> bool:
        return True
