"""Runs programs side by side, starts again what ends, and leaves none behind when it is stopped.

Single-threaded: it sleeps until a child ends, a signal comes or a pause is over. What the programs
are is the caller's.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

from portal.kernel.parent import die_with_parent

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
HEALTHY_AFTER = 30.0
READY_WITHIN = 60.0
PATIENCE, HURRY = 10.0, 1.0
TICK = 0.05
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NotReady(Exception):
    """A program that others wait for does not come up."""


@dataclass(frozen=True)
class Program:
    """One program. Those after it wait until it is `ready` for the first time, and `then` is done.

    `env` is added to our own environment. `then` runs in the supervisor, once: for what must come
    between two programs, such as migrations.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    then: Callable[[], None] | None = None


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


class Supervisor:
    """`run` returns when it was told to stop (SIGINT, SIGTERM, SIGHUP) and all programs are gone.

    An exception of a program's `ready` or `then` stops them all too, and is raised again.
    """

    def __init__(
        self, programs: Sequence[Program], *, say: Callable[[str], None] | None = None
    ) -> None:
        self._children = [_Child(program) for program in programs]
        self._say = say or _say
        self._told: list[int] = []
        self._bell = -1

    def run(self) -> None:
        """Call this in the main thread."""
        with self._signals():
            try:
                self._start_all()
                while not self._told:
                    self._look_after(self._children)
                    self._sleep(min(child.waits_for() for child in self._children))
            finally:
                self._stop_all()

    def _start_all(self) -> None:
        for count, child in enumerate(self._children, start=1):
            self._look_after(self._children[:count])
            self._await(child, self._children[:count])
            if not self._told and child.program.then:
                child.program.then()
            if self._told:
                return

    def _await(self, child: "_Child", started: Sequence["_Child"]) -> None:
        ends = time.monotonic() + READY_WITHIN
        while not self._told and child.program.ready and not child.program.ready():
            if time.monotonic() > ends:
                raise NotReady(f"{child.program.name} did not become ready. Read what it said.")
            self._sleep(TICK)
            self._look_after(started)

    def _look_after(self, children: Sequence["_Child"]) -> None:
        for child in children:
            if child.ended():
                pause = child.bury()
                self._say(
                    f"{child.program.name} ended with {child.ending()};"
                    f" it starts again in {pause:.1f} s."
                )
            if child.process is None and child.waits_for() <= 0:
                self._start(child)

    def _start(self, child: "_Child") -> None:
        try:
            child.start()
        except OSError as error:
            pause = child.bury()
            self._say(f"{child.program.name} cannot start: {error}; trying in {pause:.1f} s.")

    def _stop_all(self) -> None:
        """In reverse, each with the time it needs; a second SIGINT hurries."""
        for child in reversed(self._children):
            if child.process is None:
                continue
            child.signal(child.program.stop_signal)
            begun = time.monotonic()
            while not child.ended():
                left = (
                    begun
                    + (HURRY if self._told.count(signal.SIGINT) > 1 else PATIENCE)
                    - time.monotonic()
                )
                if left <= 0:
                    self._say(f"{child.program.name} did not end and is killed.")
                    child.kill()
                self._sleep(min(max(left, TICK), PATIENCE))
            child.bury()

    def _sleep(self, seconds: float) -> None:
        """Until a child ends or a signal comes, but no longer than this."""
        ready, _, _ = select.select([self._bell], [], [], max(seconds, 0))
        if ready:
            with suppress(BlockingIOError):
                os.read(self._bell, 1024)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        self._bell, striker = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(striker, False)
        # Under nohup, the end of the terminal is not ours.
        heard = [number for number in STOPPING if number != signal.SIGHUP or _heeded(number)]
        before = {number: signal.signal(number, self._note) for number in heard}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        rung = signal.set_wakeup_fd(striker, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(rung)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._bell)
            os.close(striker)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._told.append(number)


class _Child:
    """A program's process, if it runs, and when it is to be started again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self._code = 0
        self._pause = FIRST_PAUSE
        self._started = self._next = time.monotonic()

    def start(self) -> None:
        self._started = time.monotonic()
        self.process = subprocess.Popen(
            self.program.command,
            env={**os.environ, **self.program.env},
            stdin=subprocess.DEVNULL,
            # A group of its own: Ctrl-C reaches us alone, and we end them in order.
            process_group=0,
            preexec_fn=partial(_bind, os.getpid(), self.program.stop_signal),  # noqa: PLW1509
        )

    def waits_for(self) -> float:
        """Seconds until something is to be done without being woken."""
        return PATIENCE if self.process else self._next - time.monotonic()

    def ended(self) -> bool:
        """Looks without reaping: as long as the zombie is there, nobody else has its number."""
        if self.process is None:
            return False
        look = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, look) is not None

    def bury(self) -> float:
        """Take what is left of its group along, and return the pause before the next start."""
        if self.process is not None:
            self.kill()
            self._code = self.process.wait()
            self.process = None
        if time.monotonic() - self._started >= HEALTHY_AFTER:
            self._pause = FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self._next = time.monotonic() + pause
        return pause

    def ending(self) -> str:
        if self._code >= 0:
            return f"code {self._code}"
        return signal.Signals(-self._code).name

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            # Not send_signal: it would reap.
            os.kill(self.process.pid, number)

    def kill(self) -> None:
        """The whole group; one whose leader alone is left, as a zombie, does not mind."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def _heeded(number: signal.Signals) -> bool:
    return signal.getsignal(number) != signal.SIG_IGN


def _bind(supervisor: int, with_signal: signal.Signals) -> None:
    """Runs in the child, before the program."""
    die_with_parent(with_signal)
    if os.getppid() != supervisor:
        os._exit(1)
