"""A throw-away portal with the demo world, as `portal run --demo` starts it, for other tools."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import httpx
import pyotp

from portal.demo.domain import ACCOUNTS, Account
from portal.kernel import clock, ports

ROOT = Path(__file__).parents[1]
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
READY = "The portal is ready"
LEAVING = 20


@dataclass(frozen=True)
class World:
    url: str
    var: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def session(self, account: Account) -> str:
        """The cookie of somebody who signed in, as a browser would."""
        with httpx.Client(base_url=self.url, follow_redirects=True) as browser:
            first = browser.get("/en/sign-in")
            told = {"contact": account.email, "password": account.password}
            second = browser.post(first.url, data=told | _token(first))
            code = {"code": pyotp.TOTP(account.secret).at(clock.now())}
            last = browser.post(second.url, data=code | _token(second))
            last.raise_for_status()
            return browser.cookies["session"]


@contextmanager
def world(**settings: str) -> Iterator[World]:
    """Gone at the end, with all its data."""
    port = ports.a_free_one(ports.LAST + 1)
    with tempfile.TemporaryDirectory(prefix="portal-world-") as folder:
        # The supervisor hands these down to every program that it starts.
        told = {
            "PORTAL_ENV": "development",
            "PORTAL_VAR": folder,
            "PORTAL_LOG_LEVEL": "warning",
            **settings,
        }
        outer = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = [
            sys.executable,
            "-m",
            "portal.cli",
            "run",
            "--demo",
            "--port",
            str(port),
        ]
        with subprocess.Popen(
            command, cwd=ROOT, env=outer | told, stdout=subprocess.PIPE, text=True
        ) as running:
            try:
                _await(running)
                yield World(f"http://localhost:{port}", Path(folder))
            finally:
                running.send_signal(signal.SIGINT)
                running.wait(LEAVING)


def citizen() -> Account:
    return ACCOUNTS[0]


def _await(running: "subprocess.Popen[str]") -> None:
    for line in running.stdout or ():
        if READY in line:
            # It goes on to say what it mails, and would wait for a reader when nobody listens.
            Thread(target=_overhear, args=(running,), daemon=True).start()
            return
    sys.exit("The demo world did not start. Read what it said above.")


def _overhear(running: "subprocess.Popen[str]") -> None:
    for _ in running.stdout or ():
        pass


def _token(page: httpx.Response) -> dict[str, str]:
    found = TOKEN.search(page.text)
    return {"csrf_token": found[1] if found else ""}
