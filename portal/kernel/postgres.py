"""Our own PostgreSQL for a machine that has none: makes a cluster and serves it.

Nothing here believes a pid: the server lives as long as it answers, and a lock that it and its
children hold says whether anything of it is left. Where it lives, and as whom, is stepdown's.
"""

import argparse
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from portal.kernel.parent import die_with_parent
from portal.kernel.stepdown import (
    Guise,
    Place,
    PostgresError,
    digest,
    find_programs,
    home_of,
    major_of,
    settle,
    told_if_closed,
)

DATABASE = "portal"
OWNER, APP, SUPERUSER = "portal_owner", "portal_app", "postgres"
PORT = "5432"
LONGEST_SOCKET_FOLDER = 107 - len(f"/.s.PGSQL.{PORT}")
PATIENCE = 10.0
# The database is never reached through a network, and its log never quotes what a person wrote.
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def role_statements() -> tuple[str, ...]:
    """What a superuser runs once in a server: one role owns the tables, the other serves."""
    rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    return (f"CREATE ROLE {OWNER} {rights}", f"CREATE ROLE {APP} {rights}")


def database_statements(database: str, template: str = "template1") -> tuple[str, ...]:
    """What a superuser runs once for each database."""
    return (
        f"CREATE DATABASE {database} OWNER {OWNER} TEMPLATE {template}",
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {APP}",
    )


class Cluster:
    """One PostgreSQL in a folder of its own; `durable=False` makes one to be thrown away.

    Who can open the folder may connect: the socket lies where only the server's user (and root)
    can enter, and is trusted. A password would have to be kept beside it, readable by the same
    user, and would add nothing.
    """

    def __init__(self, folder: Path, *, programs: Path | None = None, durable: bool = True) -> None:
        self.folder = folder.absolute()
        self.programs = programs
        self.durable = durable
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        return home_of(self.folder)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket(self) -> Path:
        """The socket's folder: beside the data, unless the path is too long for a socket."""
        beside = self.home / "socket"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        return Path("/tmp") / f"portal-{digest(self.home)}"  # noqa: S108 - see _own_socket

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.socket))}&port={PORT}"

    @property
    def app_url(self) -> str:
        return self.url(APP)

    @property
    def owner_url(self) -> str:
        return self.url(OWNER)

    @property
    def superuser_url(self) -> str:
        return self.url(SUPERUSER, "postgres")

    def initialise(self) -> None:
        """Make the cluster with its roles and its database, unless it is there."""
        if major := major_of(self.data):
            find_programs(self.programs, major)
            return
        with self._lock():
            place = settle(self.folder, self.programs)
            if not major_of(self.data):
                self._make(place)

    def command(self) -> list[str]:
        """The server as a foreground process, to be started again and again by a supervisor."""
        named = ["--programs", str(self.programs)] if self.programs else []
        throw_away = [] if self.durable else ["--throw-away"]
        return [
            sys.executable,
            "-m",
            "portal.kernel.postgres",
            str(self.folder),
            *named,
            *throw_away,
        ]

    def is_ready(self) -> bool:
        """Whether it takes connections now."""
        try:
            # Asked earlier it would complain in the log; on this word alone nobody relies.
            if not (self.data / "postmaster.pid").read_text().rstrip().endswith("ready"):
                return False
            ask = str(find_programs(self.programs) / "pg_isready")
            where = ["-h", str(self.socket), "-p", PORT, "-U", SUPERUSER, "-d", "postgres"]
            return subprocess.run([ask, "-q", *where], check=False).returncode == 0
        except OSError:
            return False

    def wait_ready(self, seconds: float = PATIENCE) -> None:
        """Return when it takes connections; PostgresError when it does not in time."""
        ends = time.monotonic() + seconds
        while not self.is_ready():
            if time.monotonic() > ends or (self._server and self._server.poll() is not None):
                raise PostgresError(
                    f"PostgreSQL in {self.home} did not start. Read what it said above; if another"
                    " program serves this folder, stop it first."
                )
            time.sleep(0.02)

    def start(self) -> None:
        """Serve from here, without a supervisor; the server ends with this process."""
        self.initialise()
        self._server = subprocess.Popen(self.command(), process_group=0, stdin=subprocess.DEVNULL)
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server that `start` began: connections are closed, nothing is lost."""
        if self._server is None:
            return
        self._server.send_signal(signal.SIGINT)
        try:
            self._server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._server = None

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Use the server that runs, or one of our own for as long as this lasts."""
        if self.is_ready():
            yield
            return
        self.start()
        try:
            yield
        finally:
            self.stop()

    def destroy(self) -> None:
        """Stop it and remove every file of it."""
        self.stop()
        for folder in (self.socket, self.home, self.folder):
            shutil.rmtree(folder, ignore_errors=True)

    def serve(self) -> None:
        """Turn this very process into the server; it returns by an exception only.

        The lock stays open in the server and all its children. Whoever holds it knows that nothing
        of an earlier server is left, and may remove its pid file, whatever runs under that pid now.
        """
        held = _locked(self.folder)
        place = settle(self.folder, self.programs)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._own_socket(place.guise)
        settings = SETTINGS | {"unix_socket_directories": str(self.socket)}
        settings |= {} if self.durable else THROW_AWAY
        command = [*place.guise.prefix, f"{place.programs}/postgres", "-D", str(self.data)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        os.set_inheritable(held, True)  # noqa: FBT003 - its only form
        os.chdir("/")
        place.guise.become()
        die_with_parent(signal.SIGINT)
        os.execve(command[0], command, {**os.environ, "LC_ALL": "C"})  # noqa: S606

    def _make(self, place: Place) -> None:
        """Whole or not at all: what an interrupted attempt left is swept away by the next."""
        half = self.home / "data.half"
        shutil.rmtree(half, ignore_errors=True)
        place.guise.take(half)
        initdb = [f"{place.programs}/initdb", "-D", str(half), "-U", SUPERUSER, "-E", "UTF8"]
        initdb += ["--auth-local=trust", "--auth-host=reject", *([] if self.durable else ["-N"])]
        try:
            place.guise.run([*initdb, "--locale=C.UTF-8"])
        except PostgresError:
            place.guise.run([*initdb, "--no-locale"])
        alone = [f"{place.programs}/postgres", "--single", "-c", "exit_on_error=true"]
        alone += [] if self.durable else ["-F"]
        statements = [*role_statements(), *database_statements(DATABASE)]
        place.guise.run([*alone, "-D", str(half), "postgres"], "\n".join(statements) + "\n")
        half.rename(self.data)

    def _own_socket(self, guise: Guise) -> None:
        """Make the socket's folder; in /tmp another could have been first: trust no stranger's."""
        folder = self.socket
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        if (
            folder.is_symlink()
            or found.st_mode & 0o77
            or found.st_uid not in (os.geteuid(), guise.uid)
        ):
            raise PostgresError(f"{folder} belongs to somebody else. Ask for it to be removed.")
        guise.take(folder)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        held = _locked(self.folder)
        try:
            yield
        finally:
            os.close(held)


def _locked(folder: Path) -> int:
    """The folder's lock, waited for: a server that was killed needs a moment to be gone."""
    with told_if_closed(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                os.close(held)
                raise PostgresError(f"Another PostgreSQL serves {folder}. Stop it first.") from None
            time.sleep(0.05)
        else:
            return held


def main() -> None:
    reader = argparse.ArgumentParser(description="Serve a PostgreSQL cluster in the foreground.")
    reader.add_argument("folder", type=Path)
    reader.add_argument("--programs", type=Path)
    reader.add_argument("--throw-away", action="store_true")
    given = reader.parse_args()
    try:
        Cluster(given.folder, programs=given.programs, durable=not given.throw_away).serve()
    except (PostgresError, OSError) as error:
        sys.exit(f"PostgreSQL cannot be started: {error}")


if __name__ == "__main__":
    main()
