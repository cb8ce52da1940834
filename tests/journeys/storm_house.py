"""A portal under `portal run`, on a database of its own that keeps what it said it kept; its kills.

The supervisor of the portal, and nobody else, starts again what was killed.
"""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from portal.kernel.postgres import APP, Cluster
from tests.cluster import Urls
from tests.journeys.houses import House

# Kills come in gusts: so many at once, so many seconds from one to the next, so long a lull after.
GUST, BETWEEN, LULL = (5, 12), (0.01, 0.1), (0.5, 2.0)
# Kills of web and worker per second; on a slow machine the storm lasts longer than it should.
LEAST = 3.4
# What is killed for twenty kills. A backend that is killed takes every connection along, since
# PostgreSQL then recovers from its log; a connection is one that is ended alone.
DECK = ("web process",) * 13 + ("connection",) * 3 + ("backend",) * 2 + ("worker",)
# Everything that people need stops: one of these for twenty kills.
SELDOM = ("database", "web")
GENTLY = {"connection": signal.SIGTERM}


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    born: int
    command: str


def programs(kills):
    """How many of these were our own programs."""
    return sum(count for kind, count in kills.items() if kind.startswith(("web", "worker")))


class WholeHouse(House):
    """`run` is the one program: it starts PostgreSQL, web and worker itself."""

    def __init__(self, var: Path):
        super().__init__(Urls("", ""), var)
        self.cluster = Cluster(var / "postgres")

    @property
    def env(self):
        told = super().env
        del told["DATABASE_URL"]
        return told

    @property
    def database(self):
        return {"DATABASE_URL": self.cluster.app_url}

    def stop(self):
        super().stop()
        self.cluster.destroy()

    def rage(self, seconds, chance: random.Random):
        """Kill one thing after the other; how many of each."""
        kills = Counter()
        deck = []
        ends = time.monotonic() + seconds
        while time.monotonic() < ends or programs(kills) < LEAST * seconds:
            for _ in range(chance.randint(*GUST)):
                deck = deck or self._shuffled(chance, kills)
                # What is down already cannot be killed: then the next one.
                if struck := next((kind for kind in deck if self._strike(kind, chance)), None):
                    deck.remove(struck)
                    kills[struck] += 1
                time.sleep(chance.uniform(*BETWEEN))
            time.sleep(chance.uniform(*LULL))
        return kills

    def _shuffled(self, chance, kills):
        seldom = min(SELDOM, key=lambda kind: kills[kind])
        return chance.sample([*DECK, seldom], len(DECK) + 1)

    def _strike(self, kind, chance):
        """Whether there was one to kill."""
        found = _targets(self.running["run"].pid, kind)
        # Of the web's processes the older one, while there are two: one is left to serve.
        if kind == "web process":
            found = sorted(found, key=lambda each: each.born)[:-1]
        if not found:
            return False
        one = chance.choice(found)
        with suppress(ProcessLookupError):
            held = os.pidfd_open(one.pid)
            try:
                # Now that its number is held, it still must be the one that was found.
                if (now := _read(one.pid)) is None or now.born != one.born:
                    return False
                signal.pidfd_send_signal(held, GENTLY.get(kind, signal.SIGKILL))
            finally:
                os.close(held)
            return True
        return False


def _targets(supervisor, kind):
    everything = _everything()
    of = {
        name: [one for one in everything if one.parent == supervisor and part in one.command]
        for name, part in {"web": "cli web", "worker": "cli worker", "database": "postgres"}.items()
    }
    if kind in of:
        return of[kind]
    above = {one.pid for one in of["web" if kind == "web process" else "database"]}
    below = [one for one in everything if one.parent in above]
    return below if kind == "web process" else [one for one in below if APP in one.command]


def _everything():
    found = (_read(int(path.name)) for path in Path("/proc").glob("[0-9]*"))
    return [one for one in found if one is not None]


def _read(pid):
    """None for one that is gone, or nearly."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return None
    state, parent, born = stat[0], int(stat[1]), int(stat[19])
    return None if state == "Z" else Process(pid, parent, born, command)
