"""Files."""

from collections.abc import Sequence
from typing import Any

from portal.i18n import gettext
from portal.web.fields.base import Question


class DocumentField(Question):
    """A file. What was kept before stays until another is sent; keeping is the caller's."""

    macro = "file"

    def __init__(
        self,
        label: Any = None,
        *,
        accepts: Sequence[str] = ("pdf", "jpeg", "png"),
        most_bytes: int = 10_000_000,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.accepts, self.most_bytes = tuple(accepts), most_bytes
        self.upload: Any = None

    @property
    def accept(self) -> str:
        kinds = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
        return ",".join(kinds.get(kind, f".{kind}") for kind in self.accepts)

    def read(self, formdata: Any) -> None:
        given = formdata.get(self.name)
        self.upload = given if getattr(given, "filename", "") else None

    def set_answer(self, value: Any) -> None:
        self.typed = value

    def is_empty(self) -> bool:
        return self.upload is None and self.typed is None

    def missing(self) -> str:
        return gettext("Add a file.")

    def parse(self) -> Any:
        return self.typed
