"""Files that people enclose with what they write, kept as those among the answers are."""

from typing import Any

from portal.applications.service import Case
from portal.files import service as files

KINDS = ("pdf", "jpeg", "png")
BYTES = 5_000_000


def kept(application: Case, upload: Any, *, counted: bool = True) -> dict[str, Any]:
    """What is told of a file; those of officers take none of the person's room."""
    file = files.keep(
        upload.stream,
        upload.filename,
        subject_id=application.subject_id,
        person_id=application.person_id,
        accepts=KINDS,
        most_bytes=BYTES,
        counted=counted,
    )
    told = {name: getattr(file, name) for name in ("name", "type", "bytes", "sha256")}
    return {"file": str(file.id), **told}
