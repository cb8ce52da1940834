"""What the page works out by itself from other answers."""

from typing import Any

from portal.web.fields.base import Question


class ComputedField(Question):
    """Shown and never sent: `shown` holds the value in words, empty while it is unknown.

    Working it out is the caller's, who knows the rule.
    """

    macro = "computed"

    def __init__(self, label: Any = None, *, shown: str = "", **more: Any) -> None:
        more["required"] = False
        super().__init__(label, **more)
        self.shown = shown

    def read(self, formdata: Any) -> None:
        """Whatever was sent under this name was not asked for."""

    def set_answer(self, value: Any) -> None:
        self.typed = value

    def is_empty(self) -> bool:
        return self.typed is None

    def parse(self) -> Any:
        return self.typed
