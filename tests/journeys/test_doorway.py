"""The server in front of the application: slow clients keep nobody else waiting."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import httpx
import pytest

from portal.kernel import ports
from portal.kernel.serving import THREADS
from tests.journeys.door import MOST, PIECE, PIECES, PROCESSES
from tests.ports import free_port

CROWD = 3 * PROCESSES * THREADS
PATIENCE = 30


@pytest.fixture(scope="module")
def port():
    number = free_port()
    command = [sys.executable, "-m", "tests.journeys.door", str(number)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as server:
        ends = time.monotonic() + 3 * PATIENCE
        while not ports.answers(number, "/healthz"):
            assert time.monotonic() < ends
            time.sleep(0.05)
        yield number
        server.send_signal(signal.SIGTERM)


@pytest.fixture
def visitor(port):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def crowd(port):
    """Many connections, each with the beginning of a request."""
    with ExitStack() as open_:

        def come(said):
            found = [
                open_.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
                for _ in range(CROWD)
            ]
            for one in found:
                one.sendall(said)
            return found

        yield come


def upload(size, sent=b""):
    return b"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (
        size,
        sent,
    )


def answer(connection):
    """All that comes, up to the end of a JSON body."""
    told = b""
    while not told.rstrip().endswith(b"}"):
        piece = connection.recv(65536)
        if not piece:
            break
        told += piece
    return told


def test_slow_uploads_hold_no_thread(crowd, visitor):
    slow = crowd(upload(100_000, b"x" * 1000))
    for _ in range(CROWD):
        assert visitor.get("/healthz").status_code == 200
    for one in slow:
        one.sendall(b"x" * 99_000)
    assert all(b'"bytes":100000' in answer(one) for one in slow)


def test_slow_downloads_hold_no_thread(crowd, visitor):
    crowd(b"GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for _ in range(CROWD):
        assert visitor.get("/healthz").status_code == 200


def test_a_long_answer_comes_whole(visitor):
    assert visitor.get("/long").content == PIECE * PIECES


def test_what_was_cut_off_is_not_taken_for_whole(port, visitor):
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(upload(1000, b"x" * 10))
        connection.shutdown(socket.SHUT_WR)
        assert b" 200 " not in connection.recv(65536)
    assert visitor.get("/healthz").status_code == 200


@pytest.mark.parametrize("declared", [True, False])
def test_what_is_too_long_is_refused_by_the_application(visitor, declared):
    body = b"x" * (MOST + 1)
    sent = body if declared else iter([body[:1000], body[1000:]])
    refused = visitor.post("/upload", content=sent)
    assert refused.status_code == 413
    assert "Request Entity Too Large" in refused.text


def test_a_body_without_a_length_is_read_to_its_end(visitor):
    sent = visitor.post("/upload", content=iter([b"x" * 70_000, b"y" * 70_000]))
    assert sent.json() == {"bytes": 140_000}


def test_paths_in_any_script_arrive_as_they_were_written(visitor):
    assert visitor.get("/told/ਪੰਜਾਬੀ/اردو").text == "ਪੰਜਾਬੀ/اردو"


def test_a_path_that_is_no_text_is_only_not_found(port):
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(b"GET /%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b" 404 " in answer(connection)


def test_all_cookies_of_an_answer_leave(visitor):
    assert dict(visitor.get("/told/x").cookies) == {"one": "1", "two": "2"}


def test_a_header_with_an_underscore_passes_for_no_other(port):
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(
            b"GET /told/x HTTP/1.1\r\nHost: localhost\r\nX_Forged: yes\r\nConnection: close\r\n\r\n"
        )
        assert b"x-forged: no" in answer(connection).lower()


def test_the_application_knows_who_asks(visitor):
    assert visitor.get("/told/x").headers["x-who"] == "127.0.0.1"


def test_a_fault_is_an_answer_too(visitor):
    assert visitor.get("/broken").status_code == 500
    assert visitor.get("/healthz").status_code == 200


def test_a_killed_process_is_replaced(port):
    seen = set()
    ends = time.monotonic() + PATIENCE
    first = httpx.get(f"http://127.0.0.1:{port}/healthz").json()["pid"]
    os.kill(first, signal.SIGKILL)
    while len(seen - {first}) < PROCESSES:
        assert time.monotonic() < ends
        try:
            seen.add(httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json()["pid"])
        except httpx.TransportError:
            time.sleep(0.05)
