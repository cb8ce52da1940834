"""Manifests and bundles that are as heavy as may be: how long each takes, and how much memory.

`python -m tools.bench.manifests` measures them and says so.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

TIMES = 3
SLOWEST, MOST_MEMORY = 0.2, 50.0
# The cases are the tests' own.
CASES = "tests.registry.heavy"


@dataclass(frozen=True)
class Manifests:
    """Of so many cases the slowest, in seconds of processor; and the growth of memory in MB."""

    cases: int
    slowest: float
    which: str
    grown: float


def measure() -> Manifests:
    """The least of a few processes for each case; other work on the machine touches it least."""
    runs = [_run() for _ in range(TIMES)]
    spent = {name: min(one["spent"][name] for one in runs) for name in runs[0]["spent"]}
    which = max(spent, key=spent.__getitem__)
    return Manifests(len(spent), spent[which], which, max(one["grown"] for one in runs))


def _run() -> Any:
    """In a process that has done nothing else, so that nothing is in its caches."""
    command = (sys.executable, "-m", CASES)
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    sys.stdout.write(f"{measure()}\n")
