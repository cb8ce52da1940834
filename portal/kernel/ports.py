"""Ports of this machine: whether one is free, and whether a server behind it answers."""

import socket
from urllib.error import URLError
from urllib.request import Request, urlopen

PATIENCE = 2
LAST = 65535


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return False
    return True


def a_free_one(wanted: int) -> int:
    """The wanted one, or any other when it is taken."""
    if wanted <= LAST and is_free(wanted):
        return wanted
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        number: int = tried.getsockname()[1]
    return number


def answers(port: int, path: str = "/") -> bool:
    """Whether a page of a server on this machine is there now."""
    asked = Request(f"http://127.0.0.1:{port}{path}", headers={"Host": f"localhost:{port}"})
    try:
        with urlopen(asked, timeout=PATIENCE) as said:  # noqa: S310 - our own address
            return bool(said.status == 200)
    except (URLError, OSError):
        return False
