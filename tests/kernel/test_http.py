"""The guarded client: whom it calls, whom never, how long it waits and how much it reads."""

import contextlib
import re
import socket
import threading
from contextlib import closing
from functools import partial

import pytest

from portal.kernel import http
from portal.kernel.http import AddressRefused, Unreachable

# Every form of an inner or special address that we know; each must end before a connection.
INNER_FORMS = """
127.0.0.1 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.1 0x7f.0.0.1 017700000001
0177.0.0.1 0177.1 00000177.0.0.1 127.0.0.1. localhost localhost. LOCALHOST ①②⑦.⓪.⓪.① １２７.０.０.１
127。0。0。1 0 0.0.0.0 0x0 10.0.0.1 10.255.255.255 0xa000001 172.16.0.1 172.31.255.255
192.168.0.1 192.168.1 0xc0a80001 169.254.169.254 0xa9fea9fe 2852039166 100.64.0.1 100.127.255.255
192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 192.88.99.1 224.0.0.1 239.255.255.250
240.0.0.1 255.255.255.255 [::1] [::] [0:0:0:0:0:0:0:1] [::127.0.0.1] [::ffff:127.0.0.1]
[::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:8.8.8.8] [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1]
[64:ff9b::8.8.8.8] [64:ff9b:1::1] [100::1] [2001::1] [2001:0:7f00:1::] [2001:db8::1]
[2002:7f00:1::] [2002:a00:1::1] [3fff::1] [fc00::1] [fd12:3456::1] [fe80::1] [fec0::1] [ff02::1]
[5f00::1] [4000::1] 0x7f.0x0.0x0.0x1 0X7F.1 0300.0250.0.1 0xc0.0xa8.1 3232235521 127.000.000.001
127.0.0.1:8443 localhost.localdomain ip6-localhost ①⑦②.⑯.⓪.① ⑯⑨.②⑤④.⑯⑨.②⑤④ ｌｏｃａｌｈｏｓｔ
ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ℓocalhost loc­alhost 127.0.0.1。 169。254．169｡254 0251.0376.0251.0376 169.254.43518
100.100.100.200 168.63.129.16 192.31.196.1 192.52.193.1 192.175.48.1 [::ffff:169.254.169.254]
[::ffff:0a00:0001] [0:0:0:0:0:ffff:7f00:1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1:a00::1]
[2002:a9fe:a9fe::] [2002:c0a8:1::1] [2001:0:a9fe:a9fe::1] [2001:0:5ef5:79fb::80ff:fffe]
[2001:2::1] [2001:20::1] [fd00:ec2::254] [fe80::1%25eth0] [fe80::5efe:7f00:1] [febf::1] [feff::1]
[ff01::1] [ff05::2] [::7f00:1] [::2] [0000::0001] [2620:4f:8000::1]
"""
MALFORMED = [
    "",
    "https://",
    "https:///path",
    "https://?x",
    "https://:443/",
    "https://.",
    "https://..",
    "https://a..b/",
    "https://[::1/",
    "https://[::1]x/",
    "https://[not-ip]/",
    "https://93.184.215.14:0/",
    "https://93.184.215.14:65536/",
    "https://93.184.215.14:-1/",
    "https://93.184.215.14:٤٤٣/",
    "https://93.184.215.14:https/",
    "https://user@93.184.215.14/",
    "https://user:password@93.184.215.14/",
    "https://@93.184.215.14/",
    "https://93.184.215.14@127.0.0.1/",
    "https://93.184.215.14\\@127.0.0.1/",
    "https://93.184.215.14\\.127.0.0.1/",
    "https://93.184.215.14 .127.0.0.1/",
    "https://93.184.215.14/\r\nHost: inner",
    "https://93.184.215.14/a b",
    "https://93.184.215.14\x00.example.org/",
    "https://93.184.215.14\t/",
    "ht\ntps://93.184.215.14/",
    f"https://{'a' * 64}.example.org/",
]
OTHER_FORMS = """
http://93.184.215.14/ ftp://93.184.215.14/ file:///etc/passwd gopher://93.184.215.14/
//93.184.215.14/ javascript:alert(1) data:text/plain,x unix:///run/x.sock HTTPS+unix://x/
93.184.215.14 ws://93.184.215.14/
"""
INNER, OTHER_SCHEMES = INNER_FORMS.split(), OTHER_FORMS.split()
PUBLIC = "93.184.215.14"


def resolving_to(monkeypatch, *answers):
    """Names resolve to these addresses, one list for each time somebody asks."""
    left, asked = list(answers), []

    def resolve(host, port, **options):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in left.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.fixture
def no_connections(monkeypatch):
    """Counts attempts to connect, and lets none through."""
    tried = []

    def connect(address, *rest, **options):
        tried.append(address)
        raise OSError("no connections here")

    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


def received(connection):
    """A whole request of ours, whose body is {}; of anything else what came first."""
    request = connection.recv(65536)
    while request.startswith(b"POST ") and not request.endswith(b"\r\n\r\n{}"):
        request += connection.recv(65536) or b"\r\n\r\n{}"
    return request


@pytest.fixture
def listen():
    """Starts a raw server: `talk(connection, request)` says what it likes. Gives its address."""
    running = []

    def start(talk):
        server = socket.create_server(("127.0.0.1", 0))
        requests = []

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    request = received(connection)
                    requests.append(request)
                    try:
                        talk(connection, request)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.getsockname()[1]}", requests

    yield start
    for server, thread in running:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def saying(text):
    return lambda connection, _request: connection.sendall(text)


def send(url, **options):
    return http.post(url, b"{}", {"webhook-id": "1"}, allow_private=True, **options)


def test_there_are_at_least_sixty_forms():
    assert len({*INNER, *MALFORMED, *OTHER_SCHEMES}) >= 100


@pytest.mark.parametrize("host", INNER)
def test_an_inner_address_is_never_called(host, no_connections):
    with pytest.raises(Unreachable):
        http.post(f"https://{host}/hook", b"{}", {})
    assert no_connections == []


@pytest.mark.parametrize("url", MALFORMED)
@pytest.mark.parametrize("allow_private", [False, True])
def test_a_malformed_address_is_never_called(url, allow_private, no_connections):
    with pytest.raises(Unreachable):
        http.post(url, b"{}", {}, allow_private=allow_private)
    assert no_connections == []


@pytest.mark.parametrize("url", OTHER_SCHEMES)
def test_only_https_is_called(url, no_connections):
    with pytest.raises(AddressRefused):
        http.post(url, b"{}", {})
    assert no_connections == []


def test_loopback_over_http_needs_the_setting():
    with pytest.raises(AddressRefused):
        http.check("http://127.0.0.1:8100/webhook")
    assert http.check("http://127.0.0.1:8100/webhook", allow_private=True).addresses


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "93.184.215.14", "[2606:2800:21f:cb07::1]", "0x08080808"]
)
def test_public_addresses_pass(host):
    assert http.check(f"https://{host}/hook").addresses


@pytest.mark.parametrize(
    "addresses", [[PUBLIC, "127.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC, "fe80::1%eth0"]]
)
def test_one_inner_address_among_several_refuses_the_name(monkeypatch, no_connections, addresses):
    resolving_to(monkeypatch, addresses)
    with pytest.raises(AddressRefused):
        http.post("https://department.example.org/", b"{}", {})
    assert no_connections == []


def test_a_name_that_changes_its_address_is_called_at_the_checked_one(monkeypatch, no_connections):
    asked = resolving_to(monkeypatch, [PUBLIC], ["127.0.0.1"])
    with pytest.raises(Unreachable):
        http.post("https://rebinding.example.org/", b"{}", {})
    assert asked == ["rebinding.example.org"]
    assert no_connections == [(PUBLIC, 443)]


def test_the_machines_own_address_is_known_whatever_network_it_is_of(monkeypatch):
    assert http.is_own("127.0.0.1")
    assert not http.is_own(PUBLIC)
    monkeypatch.setattr(http, "REFUSED", ())
    with pytest.raises(AddressRefused):
        http.check("https://127.0.0.1/hook")


@pytest.fixture
def accepts():
    """Counts what reaches this machine at one port of all its addresses."""
    with closing(socket.create_server(("", 0))) as server:
        server.settimeout(0)

        def count():
            found = 0
            with contextlib.suppress(BlockingIOError):
                while True:
                    connection, _ = server.accept()
                    connection.close()
                    found += 1
            return found

        yield server.getsockname()[1], count


def test_no_form_of_an_inner_address_reaches_a_listener_on_this_machine(accepts):
    port, count = accepts
    for host in INNER:
        bare = re.sub(r"(?<![:\[]):\d+$", "", host)
        with pytest.raises(Unreachable):
            http.post(f"https://{bare}:{port}/hook", b"{}", {}, seconds=2)
    assert count() == 0
    # That the listener would have noticed:
    with pytest.raises(Unreachable):
        http.post(f"https://127.0.0.1:{port}/", b"{}", {}, seconds=0.2, allow_private=True)
    assert count() == 1


def test_a_name_that_leads_inside_at_the_second_asking_reaches_nobody(monkeypatch, accepts):
    port, count = accepts
    asked, resolve, connect = [], socket.getaddrinfo, socket.create_connection

    def rebinding(host, *rest, **options):
        if host == PUBLIC:
            return resolve(host, *rest, **options)
        asked.append(host)
        return resolve("127.0.0.1" if len(asked) > 1 else PUBLIC, *rest, **options)

    def nearby(address, *rest, **options):
        if address[0] == PUBLIC:
            raise OSError("not from a test")
        return connect(address, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", nearby)
    with pytest.raises(Unreachable):
        http.post(f"https://rebinding.example.org:{port}/", b"{}", {}, seconds=1)
    assert (asked, count()) == (["rebinding.example.org"], 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside_reaches_nobody(listen, accepts, status):
    port, count = accepts
    answer = f"HTTP/1.1 {status} Moved\r\nLocation: http://127.0.0.1:{port}/\r\n\r\n"
    url, _ = listen(saying(answer.encode()))
    assert send(url).status == status
    assert count() == 0


def test_the_next_address_is_tried_when_the_first_is_dead(monkeypatch, no_connections):
    resolving_to(monkeypatch, [PUBLIC, "93.184.215.15"])
    with pytest.raises(Unreachable):
        http.post("https://department.example.org/", b"{}", {})
    assert [host for host, _ in no_connections] == [PUBLIC, "93.184.215.15"]


def test_a_name_in_another_script_is_called_by_its_ascii_form(monkeypatch, no_connections):
    asked = resolving_to(monkeypatch, [PUBLIC])
    with pytest.raises(Unreachable):
        http.post("https://ਵਿਭਾਗ.example.org/ਹੁੱਕ?ਸ=1", b"{}", {})
    assert asked[0].startswith("xn--")


def test_a_get_brings_no_body(listen):
    url, requests = listen(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    got = http.get(f"{url}/bills?account=1%2F2", {"webhook-id": "1"}, allow_private=True)
    assert (got.status, got.body) == (200, b"ok")
    head, _, body = requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"GET /bills?account=1%2F2 HTTP/1.1\r\n")
    assert b"webhook-id: 1" in head.lower()
    assert b"content-length" not in head.lower()
    assert body == b""


@pytest.mark.parametrize("call", [http.get, partial(http.post, content=b"")])
def test_a_call_has_a_limit_of_its_own(listen, call):
    over = threading.Event()

    def talk(connection, request):
        over.wait(20)

    url, _ = listen(talk)
    try:
        with pytest.raises(Unreachable):
            call(url, headers={}, seconds=0.2, allow_private=True)
    finally:
        over.set()


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "169.254.169.254"])
def test_a_get_never_calls_an_inner_address(host, no_connections):
    with pytest.raises(AddressRefused):
        http.get(f"https://{host}/bills", {})
    assert no_connections == []


def test_a_proxy_of_the_environment_is_not_used(monkeypatch, listen):
    url, requests = listen(saying(b"HTTP/1.1 204 No Content\r\n\r\n"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert send(url).status == 204
    assert len(requests) == 1


def test_what_is_sent_arrives_unchanged(listen):
    answer = b"HTTP/1.1 200 OK\r\nX-Case: 7\r\nContent-Length: 2\r\n\r\nok"
    url, requests = listen(saying(answer))
    got = send(f"{url}/a%20b/ਹ?x=1&y=%2F#part")
    assert (got.status, got.body, got.headers["x-case"]) == (200, b"ok", "7")
    head, _, body = requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a%20b/%E0%A8%B9?x=1&y=%2F HTTP/1.1\r\n")
    assert f"host: {url.removeprefix('http://')}".encode() in head.lower()
    assert b"webhook-id: 1" in head.lower()
    assert body == b"{}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(listen, status):
    inside, reached = listen(saying(b"HTTP/1.1 200 OK\r\n\r\n"))
    answer = f"HTTP/1.1 {status} Moved\r\nLocation: {inside}/\r\nContent-Length: 0\r\n\r\n"
    url, _ = listen(saying(answer.encode()))
    assert send(url).status == status
    assert reached == []


def test_a_long_answer_is_cut(listen):
    def talk(connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    url, _ = listen(talk)
    assert len(send(url).body) == http.ANSWER_LIMIT


def test_a_packed_answer_is_not_unpacked(listen):
    packed = b"\x1f\x8b" + b"\x00" * 30
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 32\r\n\r\n" + packed
    url, _ = listen(saying(answer))
    assert send(url).body == packed


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nbroken header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Name: \xff\xfe\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x28",
    ],
)
def test_an_answer_that_is_no_http_is_unreachable(listen, answer):
    url, _ = listen(saying(answer))
    with pytest.raises(Unreachable):
        send(url)


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_side_that_drips_is_left_at_the_deadline(listen, monkeypatch, beginning):
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.3)
    over = threading.Event()

    def talk(connection, request):
        connection.sendall(beginning)
        while not over.wait(0.02):
            connection.sendall(b"x")

    url, _ = listen(talk)
    try:
        with pytest.raises(Unreachable):
            send(url)
    finally:
        over.set()


def test_nobody_listening_is_unreachable():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unreachable):
        send(f"http://127.0.0.1:{port}/")


def test_a_certificate_that_nobody_trusts_is_unreachable(listen):
    url, _ = listen(saying(b"HTTP/1.1 200 OK\r\n\r\n"))
    with pytest.raises(Unreachable):
        send(url.replace("http://", "https://"))
