"""The portal's own processes: which they are, what they hold in memory, and making one wait."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Memory:
    """In MB: all that the process has mapped in, and its share of what several have."""

    rss: float
    pss: float


def found(var: Path, program: str) -> list[int]:
    """The processes of `portal web` or `portal worker` of this folder, parents first."""
    wanted = f"portal.cli\0{program}".encode()
    pids = []
    for entry in PROC.glob("[0-9]*"):
        try:
            is_ours = str(var).encode() in (entry / "environ").read_bytes()
            if is_ours and wanted in (entry / "cmdline").read_bytes():
                pids.append(int(entry.name))
        except OSError:
            continue
    return sorted(pids)


def memory(pid: int) -> Memory:
    told = dict(
        line.split()[:2] for line in (PROC / f"{pid}/smaps_rollup").read_text().splitlines()[1:]
    )
    return Memory(int(told["Rss:"]) / 1024, int(told["Pss:"]) / 1024)


def largest(var: Path, program: str) -> Memory:
    """Of several processes of the program, the one with most."""
    return max((memory(pid) for pid in found(var, program)), key=lambda one: one.pss)


@contextmanager
def waiting(var: Path, program: str) -> Iterator[None]:
    """Let the program wait, so that others have the processors to themselves."""
    pids = found(var, program)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
