"""Starting the process that cleans a picture, and saying how it went."""

import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from portal.files import images, kinds
from portal.kernel.errors import N_

# Less than the database lets a transaction stand idle.
PATIENCE = 9.0
TOO_MANY_PIXELS = N_("This picture has too many points.")
TOO_SLOW = N_("This picture takes too long to be read.")


def clean(source: BinaryIO, target: BinaryIO, kind: str) -> str:
    """Write the pixels of `source`, and nothing else of it, to `target`.

    Both are real files. Returns an empty text, or the sentence that refuses the picture.
    """
    source.seek(0)
    command = [sys.executable, "-I", str(Path(images.__file__)), kind]
    try:
        done = subprocess.run(
            command,
            stdin=source,
            stdout=target,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return TOO_SLOW
    if done.returncode == images.TOO_MANY_PIXELS:
        return TOO_MANY_PIXELS
    return kinds.DAMAGED if done.returncode else ""
