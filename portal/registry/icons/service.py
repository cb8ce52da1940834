"""Making icons anew, keeping them, and finding them again."""

import hashlib
from io import BytesIO
from shutil import copyfileobj

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.files import pictures
from portal.kernel.db import db
from portal.kernel.errors import N_, NotFound
from portal.kernel.scratch import scratch
from portal.registry.icons.models import Icon

# As it is shown; what was sent is bounded by the bundle.
MOST_BYTES = 400_000
TOO_LARGE = (
    f"Drawn anew it has more than {MOST_BYTES} bytes. Use fewer colours, or make it smaller."
)


class NoSuchIcon(NotFound):
    message = N_("There is no such picture.")


class IconRefused(ValueError):
    """Its text is the sentence that refuses the picture."""


def cleaned(raw: bytes) -> bytes:
    """A PNG of its pixels and nothing else, made where a decoder can do no harm.

    Raises IconRefused.
    """
    with scratch() as source, scratch() as target:
        copyfileobj(BytesIO(raw), source)
        if sentence := pictures.clean(source, target, "png"):
            raise IconRefused(sentence)
        target.seek(0)
        png = target.read(MOST_BYTES + 1)
    if len(png) > MOST_BYTES:
        raise IconRefused(TOO_LARGE)
    return png


def keep(png: bytes) -> str:
    """Its digest, under which it is found again."""
    digest = hashlib.sha256(png).hexdigest()
    row = {"digest": digest, "content": png}
    db.session.execute(insert(Icon).values(row).on_conflict_do_nothing())
    return digest


def content(digest: str) -> bytes:
    """Raises NoSuchIcon."""
    if not digest.isalnum():
        raise NoSuchIcon
    found = db.session.scalar(select(Icon.content).where(Icon.digest == digest))
    if found is None:
        raise NoSuchIcon
    return found
