"""The demo department beside the portal: what it must be told, kept in a file, and starting it.

Light on purpose: `python -m portal.demo.department FILE MODULE` turns into the department's own
program, which knows nothing of the portal.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MODULE = "examples.demo_department"
SIMULATOR = "portal.demo.simulator"
# How far its port is from the portal's, when that one is free.
APART = 100


@dataclass(frozen=True)
class Department:
    """`secret` signs messages to it, `token` opens the portal's interface to it.

    `answers` is what a simulated one says when it is asked: path -> JSON.
    """

    secret: str
    token: str
    port: int
    portal: str
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def is_here() -> bool:
    """Whether the example came along: a package without the repository has none."""
    return (ROOT / MODULE.replace(".", "/")).is_dir()


def file_in(var: Path) -> Path:
    return var / "demo" / "department.json"


def read(file: Path) -> Department | None:
    try:
        return Department(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write(file: Path, department: Department) -> None:
    """Whole or not at all, and for its owner's eyes only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".half")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        json.dump(asdict(department), opened)
    half.replace(file)


def command(file: Path, module: str = MODULE) -> list[str]:
    return [sys.executable, "-m", "portal.demo.department", str(file), module]


def main() -> None:
    file, module = Path(sys.argv[1]), sys.argv[2]
    known = read(file)
    if known is None:
        sys.exit(f"{file} is missing. It is made by: portal run --demo")
    told = {
        "DEPARTMENT_SECRET": known.secret,
        "DEPARTMENT_TOKEN": known.token,
        "DEPARTMENT_PORT": str(known.port),
        "DEPARTMENT_PORTAL": known.portal,
        "DEPARTMENT_ANSWERS": json.dumps(known.answers),
        "DEPARTMENT_DATA": str(file.with_name("department").absolute()),
        "PYTHONPATH": str(ROOT),
    }
    # Neither our settings nor our database are its business.
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    os.execve(sys.executable, [sys.executable, "-m", module], kept | told)  # noqa: S606


if __name__ == "__main__":
    main()
