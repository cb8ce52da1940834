"""Calls to the endpoint: whole ones, and two that hang up on it."""

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import httpcore

from portal.kernel import http
from portal.kernel.http import Answer

PATIENCE = 15.0


class HungUp(Exception):
    """We ended the call ourselves."""


def whole(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Raises portal.kernel.http.Unreachable."""
    return http.post(url, body, headers, seconds=PATIENCE, allow_private=True)


def losing_the_answer(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Everything is sent, and the call ends when the first byte of an answer comes."""
    with suppress(*http.FAILURES, HungUp):
        _call(url, body, headers, Deaf())


def half(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """The connection ends in the middle of the body."""
    told = {**headers, "content-length": str(len(body))}
    with suppress(*http.FAILURES, HungUp):
        _call(url, _broken(body), told, None)


def _broken(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise HungUp


def _call(
    url: str,
    content: bytes | Iterator[bytes],
    headers: Mapping[str, str],
    backend: httpcore.NetworkBackend | None,
) -> None:
    patience = dict.fromkeys(("connect", "read", "write"), PATIENCE)
    with httpcore.ConnectionPool(ssl_context=_trusted(), network_backend=backend) as pool:
        pool.request(
            "POST",
            url,
            headers=list(headers.items()),
            content=content,
            extensions={"timeout": patience},
        )


@cache
def _trusted() -> ssl.SSLContext:
    context = httpcore.default_ssl_context()
    context.load_default_certs()
    return context


class Deaf(httpcore.SyncBackend):
    """Makes connections that hang up where the answer comes."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return Unheard(super().connect_tcp(host, port, timeout, local_address, socket_options))


class Unheard(httpcore.NetworkStream):
    """A stream that is written to the end, and whose other side answers to nobody.

    The first byte is awaited: only then has the endpoint worked on the message, and a second
    call cannot overtake the first.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self.stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        self.stream.read(1, timeout)
        raise HungUp

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, timeout)

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return Unheard(self.stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
