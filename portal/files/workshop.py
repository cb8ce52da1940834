"""Where pictures and recordings are converted: in a process of its own, two at a time."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import IO, Any, BinaryIO

# Less than the database lets a transaction stand idle.
PATIENCE = 9.0
# Whoever comes third waits for one of these: uploads leave processors to everybody else.
_places = threading.BoundedSemaphore(2)


def run(
    program: ModuleType, words: tuple[str, ...], source: BinaryIO, target: BinaryIO, told: IO[Any]
) -> int | None:
    """The status with which the program ended, that reads `source` and writes `target`.

    All three are real files. None when it took too long, or found no place in that time.
    """
    with place() as found:
        if not found:
            return None
        return _run(
            [sys.executable, "-I", str(Path(str(program.__file__))), *words], source, target, told
        )


@contextmanager
def place() -> Iterator[bool]:
    """A place to work in; False when none came free in time."""
    found = _places.acquire(timeout=PATIENCE)
    try:
        yield found
    finally:
        if found:
            _places.release()


def _run(command: list[str], source: BinaryIO, target: BinaryIO, told: IO[Any]) -> int | None:
    source.seek(0)
    try:
        done = subprocess.run(
            command,
            stdin=source,
            stdout=target,
            stderr=told,
            env={},
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode
