"""Asking another machine in the middle of a request: what stands, who waits, and for how long."""

import socket
import threading
from contextlib import closing, suppress

import pytest
from sqlalchemy import func, select, text

from portal.kernel import http
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.kernel.outside import MOST_WAITING, Busy, TookTooLong, outside
from portal.kernel.serving import THREADS

pytestmark = pytest.mark.usefixtures("app")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


@pytest.fixture
def silent():
    """A machine that takes the question and says nothing until it is let."""
    let, asked = threading.Event(), threading.Semaphore(0)
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    asked.release()
                    let.wait(20)
                    connection.sendall(ANSWER)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/", asked, let
    let.set()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def noted(name="Intended"):
    db.session.add(StoredEvent(name=name, payload={}))
    db.session.flush()


def notes():
    return db.session.scalar(select(func.count()).select_from(StoredEvent))


def idle(key):
    """Wait until nothing is asked under this key any more."""
    for _ in range(6000):
        with suppress(Busy):
            return outside(lambda: "free", key=key)
        threading.Event().wait(0.01)
    raise AssertionError(f"{key} stays busy")


def test_the_answer_is_given(silent):
    url, _, let = silent
    let.set()
    got = outside(lambda: http.get(url, {}, allow_private=True), key="board")
    assert (got.status, got.body) == (200, b"hi")


def test_what_was_noted_stands_before_the_call_and_no_connection_is_held():
    noted()
    pool = db.engine.pool
    seen = outside(pool.checkedout, key="board")
    db.session.rollback()
    assert seen == 0
    assert notes() == 1


def test_a_new_transaction_begins_by_itself_and_is_another():
    before = db.session.scalar(text("SELECT pg_current_xact_id()::text"))
    outside(lambda: None, key="board")
    noted("Outcome")
    assert db.session.scalar(text("SELECT pg_current_xact_id()::text")) != before
    db.session.rollback()
    assert notes() == 0


def test_a_side_that_is_too_slow_is_left(silent):
    url, asked, let = silent
    noted()
    with pytest.raises(TookTooLong):
        outside(lambda: http.get(url, {}, allow_private=True), key="board", seconds=0.2)
    assert asked.acquire(timeout=20)
    assert notes() == 1
    let.set()
    assert idle("board") == "free"


def test_the_client_itself_gives_up_at_its_own_limit(silent):
    url, _, _ = silent

    def call():
        return http.get(url, {}, seconds=0.2, allow_private=True)

    with pytest.raises(http.Unreachable):
        outside(call, key="board", seconds=20)
    assert idle("board") == "free"


def test_the_next_one_is_refused_at_once_while_another_is_asked(silent, house):
    url, asked, let = silent
    results = []

    def wait_for_it():
        with house.app_context():
            call = lambda: http.get(url, {}, allow_private=True).status  # noqa: E731
            results.append(outside(call, key="board", seconds=20))

    first = threading.Thread(target=wait_for_it)
    first.start()
    assert asked.acquire(timeout=20)
    with pytest.raises(Busy):
        outside(lambda: results.append("second"), key="board")
    assert outside(lambda: "elsewhere", key="mill") == "elsewhere"
    let.set()
    first.join()
    assert results == [200]
    assert outside(lambda: "again", key="board") == "again"


@pytest.mark.parametrize("error", [ValueError("no"), TimeoutError("own"), http.Unreachable("gone")])
def test_what_the_call_raises_comes_through(error):
    def call():
        raise error

    with pytest.raises(type(error)) as told:
        outside(call, key="board")
    assert told.value is error
    assert outside(lambda: "again", key="board") == "again"


def test_a_call_knows_nothing_of_the_request():
    with pytest.raises(RuntimeError, match="application context"):
        outside(notes, key="board")


def test_nobody_listening_is_told_at_once():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    with pytest.raises(http.Unreachable):
        outside(lambda: http.get(f"http://127.0.0.1:{port}/", {}, allow_private=True), key="board")


def waiting(house, key, go, results):
    """Ask in a thread of its own, until `go`."""
    inside = threading.Event()

    def call():
        inside.set()
        return go.wait(20)

    def ask():
        with house.app_context():
            results.append(outside(call, key=key, seconds=20))

    thread = threading.Thread(target=ask)
    thread.start()
    assert inside.wait(20)
    return thread


def test_few_wait_at_a_time_so_that_one_thread_always_serves(house):
    go, results = threading.Event(), []
    waiters = [waiting(house, f"slow {each}", go, results) for each in range(MOST_WAITING)]
    with pytest.raises(Busy):
        outside(lambda: "mill", key="mill")
    go.set()
    for one in waiters:
        one.join()
    assert results == [True] * MOST_WAITING
    assert outside(lambda: "mill", key="mill") == "mill"


def test_there_are_more_threads_than_may_wait():
    assert MOST_WAITING < THREADS


def test_the_patient_have_their_turn_when_the_first_one_has_its_answer(house):
    go, results = threading.Event(), []
    first = waiting(house, "board", go, results)
    threading.Timer(0.05, go.set).start()
    assert outside(lambda: "second", key="board", patience=20) == "second"
    first.join()


def test_the_patience_of_the_patient_ends(house):
    go, results = threading.Event(), []
    first = waiting(house, "board", go, results)
    with pytest.raises(Busy):
        outside(lambda: "second", key="board", patience=0.05)
    go.set()
    first.join()


def test_one_that_was_too_slow_is_left_alone_for_a_while(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("portal.kernel.outside.monotonic", lambda: now[0])
    go = threading.Event()
    with pytest.raises(TookTooLong):
        outside(lambda: go.wait(20), key="board", seconds=0.05, rest=10)
    go.set()
    now[0] = 109.0
    with pytest.raises(Busy):
        outside(lambda: "again", key="board", patience=20)
    assert outside(lambda: "mill", key="mill") == "mill"
    now[0] = 110.0
    assert outside(lambda: "again", key="board", patience=20) == "again"
