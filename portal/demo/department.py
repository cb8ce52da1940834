"""The demo department beside the portal: what the two know of each other, and starting it."""

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

import portal
from portal.demo import service
from portal.kernel import ports
from portal.kernel.errors import DomainError
from portal.kernel.settings import Settings
from portal.webhooks.service import new_secret

ROOT = Path(portal.__file__).parents[1]
MODULE = "examples.demo_department"
# How far its port is from the portal's, when that one is free.
APART = 100


class NoDepartment(DomainError):
    message = "The demo department is not set up. Begin with: portal run --demo"


@dataclass(frozen=True)
class Department:
    """Kept in a file beside the data, readable by its owner alone."""

    secret: str
    token: str
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def connect(settings: Settings) -> None:
    """Let portal and department know each other, at a port that is free today."""
    known = _known(settings)
    wanted = known.port if known else settings.kernel.port + APART
    port = ports.a_free_one(wanted)
    if known and known.port == port:
        return
    secret = known.secret if known else new_secret()
    token = known.token if known else service.new_token()
    department = Department(secret, token, port)
    service.open_door(f"{department.url}/webhook", secret)
    _write(_file(settings), department)


def serve(settings: Settings) -> NoReturn:
    """Turn this process into the department. Raises NoDepartment."""
    if (known := _known(settings)) is None or not (ROOT / "examples").exists():
        raise NoDepartment
    told = {
        "DEPARTMENT_SECRET": known.secret,
        "DEPARTMENT_TOKEN": known.token,
        "DEPARTMENT_PORT": str(known.port),
        "DEPARTMENT_PORTAL": settings.kernel.base_url,
        "DEPARTMENT_DATA": str(_file(settings).with_name("department").absolute()),
        "PYTHONPATH": str(ROOT),
    }
    # It shares nothing with the portal: neither its settings nor its database.
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    os.execve(sys.executable, [sys.executable, "-m", MODULE], kept | told)  # noqa: S606


def is_ready(settings: Settings) -> bool:
    known = _known(settings)
    return known is not None and ports.answers(known.port)


def address(settings: Settings) -> str:
    """Raises NoDepartment."""
    if (known := _known(settings)) is None:
        raise NoDepartment
    return known.url


def _file(settings: Settings) -> Path:
    return settings.kernel.var / "demo" / "department.json"


def _known(settings: Settings) -> Department | None:
    try:
        return Department(**json.loads(_file(settings).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write(file: Path, department: Department) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".half")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        json.dump(asdict(department), opened)
    half.replace(file)
