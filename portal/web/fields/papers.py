"""Files: papers, photos and speech."""

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
        kinds = {
            "pdf": "application/pdf",
            "jpeg": "image/jpeg",
            "png": "image/png",
            "webp": "image/webp",
        }
        return ",".join(kinds.get(kind, f".{kind}") for kind in self.accepts)

    def read(self, formdata: Any) -> None:
        given = (one for one in formdata.getlist(self.name) if getattr(one, "filename", ""))
        self.upload = next(given, None)

    def set_answer(self, value: Any) -> None:
        self.typed = value

    def is_empty(self) -> bool:
        return self.upload is None and self.typed is None

    def missing(self) -> str:
        return gettext("Add a file.")

    def parse(self) -> Any:
        return self.typed


class PhotoField(DocumentField):
    """A picture, from the camera or from those that are there: two controls of one name.

    Kinds are named one by one, not image/*: phones then turn what we cannot read into JPEG.
    """

    macro = "photo"

    def __init__(
        self, label: Any = None, *, accepts: Sequence[str] = ("jpeg", "png"), **more: Any
    ) -> None:
        super().__init__(label, accepts=accepts, **more)

    def missing(self) -> str:
        return gettext("Add a photo.")


class AudioField(DocumentField):
    """Speech: a sound file, or a recording that the page puts in its place."""

    macro = "audio"

    def __init__(
        self,
        label: Any = None,
        *,
        most_seconds: int = 180,
        most_bytes: int = 20_000_000,
        **more: Any,
    ) -> None:
        super().__init__(label, accepts=(), most_bytes=most_bytes, **more)
        self.most_seconds = most_seconds

    @property
    def accept(self) -> str:
        return "audio/*"

    def missing(self) -> str:
        return gettext("Record what you want to say, or add a sound file.")
