"""A portal of real processes: web, worker and department, on a database of the test cluster."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from portal.app import read_settings
from portal.cli import house as cli
from portal.demo import department
from portal.kernel import crypto, ports
from tests.cluster import Urls
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 120
LEAVING = 30


@dataclass
class House:
    """Programs are called web, worker and department. Each is its own group of processes."""

    urls: Urls
    var: Path
    port: int = field(default_factory=free_port)
    running: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)

    @property
    def url(self):
        return f"http://localhost:{self.port}"

    @property
    def env(self):
        return {
            "PORTAL_ENV": "development",
            "PORTAL_BASE_URL": self.url,
            "PORT": str(self.port),
            "PORTAL_VAR": str(self.var),
            "PORTAL_ALLOW_PRIVATE_WEBHOOKS": "true",
            "PORTAL_LOG_LEVEL": "warning",
            # A cheap check of passwords: what is tested here is not how strong it is.
            "PORTAL_PASSWORD_MEMORY": "64",
            "DATABASE_URL": self.urls.app_url,
            **self.settings,
        }

    @property
    def department(self):
        return department.read(department.file_in(self.var))

    def furnish(self):
        """The demo world, in its database."""
        crypto.write_keyring(self.var / "keys.json", crypto.new_keyring())
        cli.prepare(
            read_settings(self.env | {"DATABASE_ADMIN_URL": self.urls.owner_url}), demo=True
        )

    def start(self, name):
        commands = {"department": department.command(department.file_in(self.var))}
        command = commands.get(name, [sys.executable, "-m", "portal.cli", name])
        outer = {key: value for key, value in os.environ.items() if not key.startswith("PORTAL_")}
        with (self.var / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=outer | self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self, name):
        return (self.var / f"{name}.log").read_text()

    def wait(self, *, with_department=True):
        """Until everything answers."""
        ends = time.monotonic() + PATIENCE
        wanted = [(self.port, "/readyz")]
        wanted += [(self.department.port, "/")] if with_department else []
        while not all(ports.answers(*one) for one in wanted):
            assert time.monotonic() < ends, "\n".join(self.said(name) for name in self.running)
            time.sleep(0.05)

    def kill(self, name):
        """As a machine that loses its power: the whole group at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()

    def stop(self):
        for running in self.running.values():
            running.terminate()
        for name, running in self.running.items():
            try:
                running.wait(LEAVING)
            except subprocess.TimeoutExpired:
                self.kill(name)
