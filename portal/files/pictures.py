"""Having a picture cleaned, and saying how it went."""

from typing import BinaryIO

from portal.files import images, kinds, workshop
from portal.kernel.errors import N_
from portal.kernel.scratch import scratch

TOO_MANY_PIXELS = N_("This picture has too many points.")
TOO_SLOW = N_("This picture takes too long to be read.")


def clean(source: BinaryIO, target: BinaryIO, kind: str) -> str:
    """Write the pixels of `source`, and nothing else of it, to `target`.

    Both are real files. Returns an empty text, or the sentence that refuses the picture.
    """
    with scratch() as told:
        status = workshop.run(images, (kind,), source, target, told)
    if status is None:
        return TOO_SLOW
    if status == images.TOO_MANY_PIXELS:
        return TOO_MANY_PIXELS
    return kinds.DAMAGED if status else ""
