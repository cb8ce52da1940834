"""The one guarded client for calls to addresses that others gave us.

The name is resolved once, every address of it is classified, and the connection goes to an
address that was checked. Redirects are not followed, answers are read up to a limit, and the whole
call has one deadline, however slowly the other side talks.
"""

import ipaddress
import re
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import httpcore

ANSWER_LIMIT = 64 * 1024
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
# `ipaddress.is_global` is wrong for NAT64 and 6to4 forms of loopback and for multicast, so the
# refused networks stand here (IANA special-purpose registries, and where clouds tell secrets).
REFUSED_NETWORKS = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12
192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16
192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
"""
REFUSED = tuple(ipaddress.ip_network(network) for network in REFUSED_NETWORKS.split())
# Of IPv6, only this part is given out; loopback, mapped, NAT64 and local forms lie outside of it.
GIVEN_OUT = ipaddress.ip_network("2000::/3")
# urlsplit alone drops what follows the closing bracket.
BRACKETED = re.compile(r"\[[^\]]+\](:[0-9]*)?")
FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


class Unreachable(Exception):
    """The call could not be made or got no answer; the text says why."""


class AddressRefused(Unreachable):
    """The address is not one that we call."""


@dataclass(frozen=True)
class Answer:
    """`headers` have names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Target:
    """A URL that was read once, and the checked addresses to connect to, in order."""

    url: httpcore.URL
    host_header: str
    addresses: tuple[str, ...]


def post(
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float | None = None,
    allow_private: bool = False,
) -> Answer:
    """Send one POST, which takes no longer than `seconds`. Raises Unreachable, AddressRefused."""
    ends = monotonic() + (TOTAL_SECONDS if seconds is None else seconds)
    target = check(url, allow_private=allow_private)
    return _called("POST", target, headers, content, ends)


def get(
    url: str,
    headers: Mapping[str, str],
    *,
    seconds: float | None = None,
    allow_private: bool = False,
    most: int = ANSWER_LIMIT,
) -> Answer:
    """Send one GET, which takes no longer than `seconds`, and read `most` bytes of the answer.

    Raises Unreachable, AddressRefused.
    """
    ends = monotonic() + (TOTAL_SECONDS if seconds is None else seconds)
    target = check(url, allow_private=allow_private)
    return _called("GET", target, headers, None, ends, most)


def _called(
    method: str,
    target: Target,
    headers: Mapping[str, str],
    content: bytes | None,
    ends: float,
    most: int = ANSWER_LIMIT,
) -> Answer:
    sent = {**headers, "host": target.host_header, "accept-encoding": "identity"}
    patience = {"connect": CONNECT_SECONDS, "read": TOTAL_SECONDS, "write": TOTAL_SECONDS}
    pool = httpcore.ConnectionPool(
        ssl_context=_trusted(), network_backend=Checked(target.addresses, ends)
    )
    call = pool.stream(
        method,
        target.url,
        headers=list(sent.items()),
        content=content,
        extensions={"timeout": patience},
    )
    try:
        with pool, call as response:
            told = {name.decode().lower(): value.decode() for name, value in response.headers}
            return Answer(response.status, told, _limited(response, most))
    except FAILURES as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from error
    except UnicodeDecodeError as error:
        raise Unreachable("The answer has a header that is no text.") from error


def check(url: str, *, allow_private: bool = False) -> Target:
    """Where to connect for this URL. Raises AddressRefused, Unreachable."""
    parts, host, port = _read(url)
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise AddressRefused("The address must begin with https://.")
    addresses = _resolve(host, port)
    if not allow_private and any(is_refused(one) or is_own(one) for one in addresses):
        raise AddressRefused("The address belongs to a private or special network.")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else ""
    target = httpcore.URL(
        scheme=parts.scheme.encode(), host=host.encode(), port=port, target=(path + query).encode()
    )
    shown = f"[{host}]" if ":" in host else host
    default = port == (443 if parts.scheme == "https" else 80)
    return Target(target, shown if default else f"{shown}:{port}", addresses)


def is_refused(address: str) -> bool:
    """Whether an IP address is of a private or special network."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if parsed.version == 6 and parsed not in GIVEN_OUT:
        return True
    return any(parsed in network for network in REFUSED if network.version == parsed.version)


def is_own(address: str) -> bool:
    """Whether this machine itself has the address: what listens there may be meant for it alone.

    To itself a machine speaks from the very address that it speaks to. Nothing is sent.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((address, 9))
            return str(asking.getsockname()[0]) == address
    except OSError:
        return False


class Checked(httpcore.SyncBackend):
    """Connects to checked addresses only, whatever the host is called, and until a deadline."""

    def __init__(self, addresses: tuple[str, ...], ends: float) -> None:
        self.addresses, self.ends = addresses, ends

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - resolved and checked before
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("The name has no address.")
        for address in self.addresses:
            patience = _left(self.ends, timeout)
            try:
                stream = super().connect_tcp(
                    address, port, patience, local_address, socket_options or []
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return Hurried(stream, self.ends)
        raise failure


class Hurried(httpcore.NetworkStream):
    """A stream on which no operation outlasts the deadline of the whole call."""

    def __init__(self, stream: httpcore.NetworkStream, ends: float) -> None:
        self.stream, self.ends = stream, ends

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.ends, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.ends, timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        patience = _left(self.ends, timeout)
        return Hurried(self.stream.start_tls(ssl_context, server_hostname, patience), self.ends)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(ends: float, timeout: float | None) -> float:
    left = min(ends - monotonic(), timeout or TOTAL_SECONDS)
    if left <= 0:
        raise httpcore.ReadTimeout("The call took longer than it may.")
    return left


def _read(url: str) -> tuple[SplitResult, str, int]:
    """The parts, the host in ASCII and the port. Raises AddressRefused."""
    if "\\" in url or any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        raise AddressRefused("The address holds a space, a backslash or a control character.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except (ValueError, UnicodeError) as error:
        raise AddressRefused("The address is malformed.") from error
    bracketed = "[" not in parts.netloc or BRACKETED.fullmatch(parts.netloc)
    if not host or not bracketed or "@" in parts.netloc or port == 0:
        raise AddressRefused("The address must name a host, without a user name.")
    return parts, host, port or (443 if parts.scheme == "https" else 80)


def _resolve(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"The name {host} has no address.") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@cache
def _trusted() -> ssl.SSLContext:
    """The usual authorities, and those that the machine's operator added."""
    context = httpcore.default_ssl_context()
    context.load_default_certs()
    return context


def _limited(response: httpcore.Response, most: int) -> bytes:
    body = b""
    for chunk in response.iter_stream():
        body += chunk
        if len(body) >= most:
            break
    return body[:most]
