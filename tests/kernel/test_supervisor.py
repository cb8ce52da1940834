"""The supervisor: order, starting again, stopping in order, and nobody left behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from portal.kernel import supervisor
from portal.kernel.postgres import Cluster
from portal.kernel.supervisor import NotReady, Program, Supervisor

# Writes its number, tells of its end, and lives until it is ended.
STEADY = """
import os, signal, sys, pathlib
name, log = sys.argv[1], pathlib.Path(sys.argv[2])
def write(text):
    with log.open("a") as file: file.write(text + chr(10))
def end(*_):
    write(f"{name} ends"); sys.exit()
signal.signal(signal.SIGTERM, end)
write(f"{name} {os.getpid()}")
while True: signal.pause()
"""
STUBBORN = STEADY.replace(", end)", ", signal.SIG_IGN)")
WITH_A_CHILD = STEADY.replace(
    "while", "child = os.fork()\nif child: write(f'child {child}')\nwhile"
)
SUPERVISE = """
import sys
from tests.kernel.test_supervisor import supervise
supervise(sys.argv[1])
"""


def steady(name, log, source=STEADY, **options):
    return Program(name, [sys.executable, "-c", source, name, str(log)], **options)


def supervise(log):
    Supervisor([steady("first", log), steady("second", log)]).run()


def stop():
    os.kill(os.getpid(), signal.SIGINT)


def until(fact, seconds=60):
    ends = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < ends, "this did not come true in time"


def lives(pid):
    with suppress(ProcessLookupError, FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log"
    path.touch()
    return path


@pytest.fixture
def pids(log):
    """The numbers that a program has had, in order."""

    def read(name):
        lines = [line.split() for line in log.read_text().splitlines()]
        return [int(pid) for who, pid in lines if who == name and pid.isdigit()]

    return read


@pytest.fixture
def apart(log):
    """A supervisor of two programs, in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", SUPERVISE, log], stderr=subprocess.PIPE) as one:
        until(lambda: log.read_text().count("\n") == 2)
        yield one
        one.kill()


def test_what_ends_starts_again_whatever_its_code():
    said = []

    def listen(sentence):
        said.append(sentence)
        if len(said) == 5:
            stop()

    programs = [Program("good", ["true"]), Program("bad", ["false"])]
    Supervisor(programs, say=listen).run()
    assert [line for line in said if "good ended with code 0" in line][1:]
    assert [line for line in said if "bad ended with code 1" in line][1:]


def test_pauses_double(monkeypatch):
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0.3)
    said = []

    def listen(sentence):
        said.append(sentence)
        if len(said) == 3:
            stop()

    Supervisor([Program("bad", ["false"])], say=listen).run()
    assert [line.split()[-2] for line in said] == ["0.2", "0.3", "0.3"]


def test_what_was_healthy_starts_again_without_a_long_pause(monkeypatch):
    monkeypatch.setattr(supervisor, "HEALTHY_AFTER", 0)
    said = []

    def listen(sentence):
        said.append(sentence)
        if len(said) == 3:
            stop()

    Supervisor([Program("bad", ["false"])], say=listen).run()
    assert [line.split()[-2] for line in said] == ["0.2", "0.2", "0.2"]


def test_a_killed_program_comes_back(log, pids):
    def killed_once_and_back():
        if len(pids("web")) == 1:
            with suppress(ProcessLookupError):
                os.kill(pids("web")[0], signal.SIGKILL)
        return len(pids("web")) == 2

    said = []
    Supervisor([steady("web", log, ready=killed_once_and_back, then=stop)], say=said.append).run()
    assert "web ended with SIGKILL; it starts again in 0.2 s." in said
    assert not any(map(lives, pids("web")))


def test_the_next_waits_until_the_first_is_ready_and_what_follows_is_done(log, pids):
    asked = []

    def ready():
        asked.append(len(pids("second")))
        return len(asked) > 3

    programs = [
        steady("first", log, ready=ready, then=lambda: asked.append(len(pids("second")))),
        steady("second", log, ready=lambda: pids("second"), then=stop),
    ]
    Supervisor(programs).run()
    assert set(asked) == {0}
    assert pids("second")


def test_a_failing_step_stops_all_and_is_told(log, pids):
    def fail():
        raise RuntimeError("no migration")

    with pytest.raises(RuntimeError, match="no migration"):
        Supervisor([steady("first", log, ready=lambda: pids("first"), then=fail)]).run()
    assert not any(map(lives, pids("first")))


def test_one_that_never_becomes_ready_is_told(log, monkeypatch):
    monkeypatch.setattr(supervisor, "READY_WITHIN", 0.1)
    with pytest.raises(NotReady, match="first did not become ready"):
        Supervisor([steady("first", log, ready=lambda: False)]).run()


def test_a_program_that_is_not_there_does_not_stop_the_others(log, pids):
    said = []
    programs = [
        Program("absent", ["/nowhere/absent"]),
        steady("there", log, ready=lambda: pids("there"), then=stop),
    ]
    Supervisor(programs, say=said.append).run()
    assert said[0].startswith("absent cannot start:")


def test_a_program_has_our_environment_and_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("OURS", "1")
    wrote = tmp_path / "wrote"
    command = ["sh", "-c", f"echo $OURS $ITS > {wrote}; exec sleep 60"]
    ready = lambda: wrote.exists() and wrote.read_text()  # noqa: E731 - said once
    Supervisor([Program("env", command, {"ITS": "2"}, ready=ready, then=stop)]).run()
    assert wrote.read_text() == "1 2\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_stop_it_ends_all_in_reverse_order(apart, log, pids, number):
    apart.send_signal(number)
    assert apart.wait(60) == 0
    assert log.read_text().splitlines()[2:] == ["second ends", "first ends"]
    assert not any(map(lives, [*pids("first"), *pids("second")]))


def test_the_stubborn_is_killed_when_somebody_hurries(log, pids, monkeypatch):
    monkeypatch.setattr(supervisor, "HURRY", 0.1)

    def hurry():
        stop()
        stop()

    said = []
    program = steady("stubborn", log, STUBBORN, ready=lambda: pids("stubborn"), then=hurry)
    Supervisor([program], say=said.append).run()
    assert said == ["stubborn did not end and is killed."]
    assert not any(map(lives, pids("stubborn")))


def test_the_children_of_what_ended_go_with_it(log, pids):
    def gone():
        if len(pids("child")) == 1:
            with suppress(ProcessLookupError):
                os.kill(pids("tree")[0], signal.SIGKILL)
        return len(pids("tree")) == 2 and not lives(pids("child")[0])

    Supervisor([steady("tree", log, WITH_A_CHILD, ready=gone, then=stop)], say=list).run()
    until(lambda: not any(map(lives, pids("child"))))


def test_nobody_outlives_a_killed_supervisor(apart, pids):
    apart.kill()
    until(lambda: not any(map(lives, [*pids("first"), *pids("second")])))


def test_a_database_under_it_survives_a_kill_and_ends_with_it():
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "pg", durable=False)
        cluster.initialise()
        number = cluster.data / "postmaster.pid"
        seen = []

        def killed_once_and_back():
            if not cluster.is_ready():
                return False
            pid = int(number.read_text().split()[0])
            if pid not in seen:
                seen.append(pid)
                if len(seen) == 1:
                    os.kill(pid, signal.SIGKILL)
            return len(seen) == 2

        database = Program(
            "database",
            cluster.command(),
            ready=killed_once_and_back,
            stop_signal=signal.SIGINT,
            then=stop,
        )
        Supervisor([database], say=list).run()
        assert not any(map(lives, seen))
        assert not number.exists()
        cluster.destroy()
