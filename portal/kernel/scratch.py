"""Scratch space for what people send: never on a disk in the clear, gone when it is closed."""

import os
import tempfile
from typing import BinaryIO, cast


def scratch() -> BinaryIO:
    """A real file without a name, in memory where the system can do that."""
    if hasattr(os, "memfd_create"):
        return cast("BinaryIO", os.fdopen(os.memfd_create("scratch"), "w+b"))
    return cast("BinaryIO", tempfile.TemporaryFile())
