"""The press of this process: one program that is started when it is first needed."""

import atexit
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast

from portal.kernel.log import log
from portal.web.assets import DIST

# For the turn and the paper together: less than the database lets a transaction stand idle.
PATIENCE = 9.0
# Of it for the turn: with less time for the paper, a press would be ended that is not slow.
TURN = 6.0
PROGRAM = Path(__file__).with_name("program.py")
FONTS = DIST / "print"
BORDER = DIST.parent / "src" / "phulkari.svg"
LENGTH = struct.Struct(">I")
# A full pipe, read at once.
A_PART = 65536


class PressFailed(Exception):
    """No paper was made; the text is for the log."""


class Press:
    """One order after the other. A program that hangs is ended; the next order starts it anew."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self.program: subprocess.Popen[bytes] | None = None
        self._of = 0
        atexit.register(self.end)

    def make(self, order: Mapping[str, Any]) -> bytes:
        """The signed paper. Raises PressFailed."""
        written, until = json.dumps(order).encode(), time.monotonic() + PATIENCE
        if not self._turn.acquire(timeout=TURN):
            raise PressFailed("The press is busy.")
        try:
            answer = self._asked(written, until) or self._asked(written, until)
        finally:
            self._turn.release()
        if answer is None:
            raise PressFailed("The press ended before it answered.")
        if answer[0] != 1:
            raise PressFailed(answer[1:].decode(errors="replace"))
        return answer[1:]

    def _asked(self, written: bytes, until: float) -> bytes | None:
        """None when the program was, or is, gone: one that had waited for long had ended itself."""
        program = self._running()
        try:
            orders, papers = cast("IO[bytes]", program.stdin), cast("IO[bytes]", program.stdout)
            orders.write(LENGTH.pack(len(written)) + written)
            orders.flush()
            (size,) = LENGTH.unpack(_read(papers.fileno(), LENGTH.size, until))
            return _read(papers.fileno(), size, until)
        except (BrokenPipeError, EOFError):
            self.end()
            return None
        except TimeoutError:
            self.end()
            raise PressFailed(f"No paper was made within {PATIENCE:g} seconds.") from None

    def _running(self) -> subprocess.Popen[bytes]:
        # A process that was forked does not share its parent's program.
        if self.program is not None and (
            self._of != os.getpid() or self.program.poll() is not None
        ):
            self.end()
        if self.program is None:
            self.program, self._of = self._started(), os.getpid()
        return self.program

    def _started(self) -> subprocess.Popen[bytes]:
        log.info("press started")
        command = [sys.executable, "-I", str(PROGRAM), str(FONTS), str(BORDER)]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}, close_fds=True
        )

    def end(self) -> None:
        """Let go of the program; it is killed, whatever it does."""
        if self.program is not None and self._of == os.getpid():
            self.program.kill()
            self.program.communicate()
        self.program = None


def _read(source: int, size: int, until: float) -> bytes:
    """Raises TimeoutError, EOFError."""
    parts = bytearray()
    while len(parts) < size:
        ready, _, _ = select.select([source], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(source, min(A_PART, size - len(parts)))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


press = Press()
