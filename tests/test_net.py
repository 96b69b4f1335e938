"""Fetching what strangers link to: nothing that is not public is reached, and nothing lasts or grows without end."""

import contextlib
import ipaddress
import json
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import example, given
from hypothesis import strategies as st

from f5tts_worker.errors import DownloadFailed, DownloadTooLarge, UrlNotAllowed, WorkerError
from f5tts_worker.net import MAX_REDIRECTS, Fetcher, IPAddress, is_public

HERE, THERE = "127.0.0.1", "127.0.0.2"
"""The address that these tests allow, and one beside it that they do not."""

NAME = "voices.example"
SECRET = "s3cr3t"
"""In the query of every failing link: it must not come back in an error."""

NOT_PUBLIC = {
    "this network": "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "private 10": "10.0.0.1",
    "carrier-grade NAT": "100.64.0.1",
    "loopback": "127.0.0.1",
    "end of loopback": "127.255.255.254",
    "metadata": "169.254.169.254",
    "containers' metadata": "169.254.170.2",
    "private 172": "172.16.0.1",
    "private 172 end": "172.31.255.255",
    "protocol assignments": "192.0.0.170",
    "documentation 1": "192.0.2.1",
    "6to4 relay": "192.88.99.1",
    "private 192": "192.168.1.1",
    "benchmarks": "198.18.0.1",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "multicast": "224.0.0.1",
    "scoped multicast": "239.255.255.250",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "Azure's metadata": "168.63.129.16",
    "unspecified": "::",
    "loopback 6": "::1",
    "compatible": "::127.0.0.1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped metadata": "::ffff:169.254.169.254",
    "mapped public": "::ffff:8.8.8.8",
    "translated": "::ffff:0:127.0.0.1",
    "NAT64 loopback": "64:ff9b::7f00:1",
    "NAT64 metadata": "64:ff9b::169.254.169.254",
    "local NAT64": "64:ff9b:1::a9fe:a9fe",
    "discard": "100::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "ORCHID": "2001:20::1",
    "documentation 6": "2001:db8::1",
    "6to4 loopback": "2002:7f00:1::1",
    "documentation 6 long": "3fff::1",
    "segment routing": "5f00::1",
    "unique local": "fc00::1",
    "AWS metadata 6": "fd00:ec2::254",
    "link local": "fe80::1",
    "site local": "fec0::1",
    "multicast 6": "ff02::1",
    "global multicast 6": "ff0e::1",
    "unassigned": "4000::1",
}

PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "52.218.0.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.1"),
    *("2001:4860:4860::8888", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2400:cb00::1"),
]

SPELLINGS = {
    "name": "http://localhost/",
    "name in capitals": "http://LOCALHOST:8000/",
    "plain": "http://127.0.0.1/",
    "dot at the end": "http://127.0.0.1./",
    "name with a dot at the end": "http://localhost./",
    "one number": "http://2130706433/",
    "hexadecimal number": "http://0x7f000001/",
    "hexadecimal part": "http://0x7f.1/",
    "octal": "http://0177.0.0.1/",
    "octal with zeros": "http://00000177.0.0.01/",
    "short": "http://127.1/",
    "zero": "http://0/",
    "full-width digits": "http://\uff11\uff12\uff17.0.0.1/",
    "circled digits": "http://\u2460\u2461\u2466.0.0.1/",
    "ideographic dots": "http://127\u30020\u30020\u30021/",
    "escaped": "http://%31%32%37.0.0.1/",
    "private": "https://192.168.1.1/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata as a number": "http://2852039166/",
    "carrier-grade NAT": "http://100.64.0.1/",
    "multicast": "http://224.0.0.1/",
    "loopback 6": "http://[::1]/",
    "loopback 6 long": "http://[0:0:0:0:0:0:0:1]:8000/",
    "mapped": "http://[::ffff:127.0.0.1]/",
    "mapped in hexadecimal": "http://[::ffff:7f00:1]/",
    "NAT64": "http://[64:ff9b::7f00:1]/",
    "6to4": "http://[2002:7f00:1::]/",
    "unique local": "http://[fc00::1]/",
    "link local": "http://[fe80::1]/",
    "zone": "http://[fe80::1%25eth0]/",
    "zone, not escaped": "http://[fe80::1%eth0]/",
    "zone of loopback": "http://[::1%25lo]/",
    "backslash": "http://127.0.0.1\\.example.com/",
    "tab in the host": "http://127.0.\t0.1/",
    "space around": " \u00a0http://127.0.0.1/\n",
}

NO_ADDRESSES = {
    "empty": "",
    "file": f"file:///etc/passwd?{SECRET}",
    "file with a host": "file://localhost/etc/passwd",
    "ftp": "ftp://voices.example/bob.wav",
    "gopher": "gopher://127.0.0.1:6379/_INFO",
    "data": "data:audio/wav;base64,UklGRg==",
    "javascript": "javascript:alert(1)",
    "no scheme": "voices.example/bob.wav",
    "no scheme but slashes": "//voices.example/bob.wav",
    "no host": "http:///bob.wav",
    "no slashes": "http:voices.example/bob.wav",
    "only a port": "http://:80/",
    "user": "http://user@voices.example/",
    "user and password": f"https://user:{SECRET}@voices.example/bob.wav",
    "empty user": "http://@voices.example/",
    "password with a bad host": f"http://user:{SECRET}@voices\u2100.example/",
    "password taken for a port": f"http://user:{SECRET}/x@voices.example/",
    "port too large": "http://voices.example:65536/",
    "open bracket": "http://[::1/",
    "no IPv6": "http://[voices.example]/",
    "nul in the host": "http://voices\x00.example/",
    "space in the host": "http://voices example/",
    "empty label": "http://voices..example/",
    "label too long": f"http://{'x' * 64}.example/",
    "lone surrogate in the host": "http://\ud800.example/",
    "lone surrogate in the path": "http://voices.example/\ud800",
    "lone surrogate in the query": "http://voices.example/?\ud800",
}

Answer = bytes | Callable[[socket.socket, threading.Event], None]
"""What a site sends, or does until it is stopped."""


def reply(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer of a site that closes the connection; a header that is empty is left out."""
    fields = {"Content_Length": str(len(body)), "Connection": "close"} | headers
    lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {text}" for name, text in fields.items() if text)]
    return "\r\n".join([*lines, "", ""]).encode() + body


def dripping(*, start: bytes, again: bytes, every_s: float) -> Answer:
    """An answer that never ends."""

    def answer(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(start)
        while not stopped.wait(every_s):
            connection.sendall(again)

    return answer


class Site(socketserver.ThreadingTCPServer):
    """A site on this machine for the time of a with block: an answer for each path."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 50

    def __init__(self, answers: Mapping[str, Answer], at: tuple[str, int] = (HERE, 0), tls: Any = None) -> None:
        outer = self
        self._answers, self._tls = answers, tls
        self._stopped = threading.Event()
        self.requests: list[str] = []
        self.targets: list[str] = []

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    outer.serve(self.request)

        super().__init__(at, Handler)
        self.port: int = self.server_address[1]
        self.address = f"{at[0]}:{self.port}"

    def __enter__(self) -> "Site":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.shutdown()
        self.server_close()

    def serve(self, connection: socket.socket) -> None:
        """Read a request and answer it by its path."""
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True)
        head = b""
        while not head.endswith(b"\r\n\r\n") and (data := connection.recv(65536)):
            head += data
        if head:
            self.requests.append(head.decode())
            self.targets.append(head.decode().split(" ")[1])
            answer = self._answers.get(self.targets[-1].partition("?")[0], reply(404))
            if callable(answer):
                answer(connection, self._stopped)
            else:
                connection.sendall(answer)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


def only_here(address: IPAddress) -> bool:
    """Lets through one address of this machine, in place of is_public."""
    return str(address) == HERE


LOCAL: dict[str, Any] = {"allowed": only_here, "resolve": lambda host, port: [HERE], "max_seconds": 5.0}
"""For sites of this machine, to which every name leads."""

NO_TLS = {"ssl_context": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
"""Trusts nobody; the one that trusts the web's authorities takes 40 ms to make."""


def fetcher(**options: Any) -> Fetcher:
    """A fetcher for sites of this machine."""
    return Fetcher(**LOCAL | NO_TLS | options)


def error_of(fetch: Callable[[], object], kind: type[WorkerError]) -> WorkerError:
    """The error of a fetch, after a look at what may not be in it."""
    with pytest.raises(WorkerError) as caught:
        fetch()
    assert type(caught.value) is kind
    shown = f"{caught.value!r} {json.dumps(caught.value.to_json())}"
    assert SECRET not in shown
    assert len(shown) < 1000
    return caught.value


@pytest.mark.parametrize("address", NOT_PUBLIC.values(), ids=NOT_PUBLIC)
def test_an_address_that_is_not_on_the_open_internet_is_not_public(address: str) -> None:
    """Private, reserved, translated, multicast: none of them."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_on_the_open_internet_is_public(address: str) -> None:
    """The neighbours of the refused blocks, and addresses that voices are fetched from."""
    assert is_public(ipaddress.ip_address(address))


@given(inner=st.ip_addresses(v=4), prefix=st.sampled_from(["::", "::ffff:", "::ffff:0:", "64:ff9b::", "2002:"]))
@example(inner=ipaddress.IPv4Address("8.8.8.8"), prefix="2002:")
def test_no_address_that_carries_another_is_public(inner: ipaddress.IPv4Address, prefix: str) -> None:
    """Whatever IPv4 address is wrapped into IPv6, a gateway never unwraps it for a caller."""
    high, low = int(inner) >> 16, int(inner) & 0xFFFF
    wrapped = f"2002:{high:x}:{low:x}::1" if prefix == "2002:" else f"{prefix}{high:x}:{low:x}"
    assert not is_public(ipaddress.ip_address(wrapped))


@pytest.mark.parametrize("url", SPELLINGS.values(), ids=SPELLINGS)
def test_an_address_of_this_network_is_refused_however_it_is_spelt(url: str) -> None:
    """The system's own resolver says what a spelling means, and that is what is checked."""
    error_of(lambda: Fetcher(max_seconds=2, **NO_TLS).fetch(url), UrlNotAllowed)


@pytest.mark.parametrize("url", NO_ADDRESSES.values(), ids=NO_ADDRESSES)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    """Other schemes, credentials and malformed addresses end before any name is looked up."""
    asked: list[str] = []
    error_of(lambda: fetcher(resolve=lambda host, port: asked.append(host) or [HERE]).fetch(url), UrlNotAllowed)
    assert asked == []


def test_a_file_is_fetched_with_a_plain_request() -> None:
    """The name goes into Host, the connection to the address that was checked, and the body comes back as it was."""
    body = bytes(range(256)) * 1000
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return [HERE]

    with Site({"/bob.wav": reply(200, body, CONTENT_TYPE="audio/wav")}) as site:
        fetched = fetcher(resolve=resolve).fetch(f" \u00a0http://{NAME.upper()}:{site.port}/bob.wav?a=1#part\n")
    assert fetched == body
    assert asked == [(NAME, site.port)]
    assert site.requests == [
        f"GET /bob.wav?a=1 HTTP/1.1\r\nHost: {NAME}:{site.port}\r\n"
        "User-Agent: f5tts-worker\r\nAccept-Encoding: identity\r\n\r\n"
    ]


@pytest.mark.parametrize(
    ("sent", "target"),
    [
        ("", "/"),
        ("?a=b", "/?a=b"),
        ("/Zoë 2.wav", "/Zo%C3%AB%202.wav"),
        ("/Zo%C3%AB%202.wav", "/Zo%C3%AB%202.wav"),
        ("/a+b&c=d;e,f@g!$'()*~", "/a+b&c=d;e,f@g!$'()*~"),
        ("/x?name=Zoë 2&sig=a%2Fb%2Bc==&t=1:2", "/x?name=Zo%C3%AB%202&sig=a%2Fb%2Bc==&t=1:2"),
        ('/<a>"b"', "/%3Ca%3E%22b%22"),
        ("/a\r\nX-Evil: 1", "/aX-Evil:%201"),
        ("/x?a\u2028b", "/x?a%E2%80%A8b"),
    ],
    ids=["empty", "query", "unicode", "escaped", "signs", "presigned", "brackets", "line break", "line separator"],
)
def test_an_address_is_sent_as_a_browser_would(sent: str, target: str) -> None:
    """What is not ASCII is escaped once, what is escaped stays, and nothing can add a header."""
    with Site({target.partition("?")[0]: reply(200, b"ok")}) as site:
        assert fetcher().fetch(f"http://{NAME}:{site.port}{sent}") == b"ok"
    assert site.targets == [target]
    assert site.requests[0].count("\r\n") == 5


def test_a_name_in_another_script_is_looked_up_in_ascii() -> None:
    """Resolver and site both see the xn-- name."""
    asked: list[str] = []
    with Site({"/": reply(200)}) as site:
        fetcher(resolve=lambda host, port: asked.append(host) or [HERE]).fetch(f"http://Bücher.example:{site.port}/")
    assert asked == ["xn--bcher-kva.example"]
    assert f"\r\nHost: xn--bcher-kva.example:{site.port}\r\n" in site.requests[0]


@pytest.mark.parametrize("addresses", [[HERE, THERE], [THERE, HERE], [THERE], [HERE, "::1"], [HERE, "fe80::1%eth0"]])
def test_a_name_with_one_refused_address_is_refused(addresses: list[str]) -> None:
    """One bad answer spoils the others: nothing is connected to."""
    with Site({"/": reply(200)}) as site, Site({"/": reply(200)}, (THERE, site.port)) as other:
        fetch = fetcher(resolve=lambda host, port: addresses).fetch
        error = error_of(lambda: fetch(f"http://{NAME}:{site.port}/?{SECRET}"), UrlNotAllowed)
        assert error.details == {"field": "url", "host": NAME}
        assert not any(address in error.message for address in addresses)
    assert site.requests + other.requests == []


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """A name that changes its mind (DNS rebinding) is asked once a connection, and each answer is checked."""
    answers = iter([[HERE], [THERE]])
    hop = reply(302, Location="/again")
    with Site({"/": reply(200, b"here"), "/hop": hop}) as site, Site({"/": reply(200)}, (THERE, site.port)) as other:
        assert fetcher(resolve=lambda host, port: next(answers)).fetch(f"http://{NAME}:{site.port}/") == b"here"
        answers = iter([[HERE], [THERE]])
        fetch = fetcher(resolve=lambda host, port: next(answers)).fetch
        error_of(lambda: fetch(f"http://{NAME}:{site.port}/hop"), UrlNotAllowed)
    assert (site.targets, other.targets) == (["/", "/hop"], [])


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve the name by itself, behind the check."""
    with Site({"/": reply(200, b"direct")}) as site, Site({}) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.address}")
        assert fetcher().fetch(f"http://{NAME}:{site.port}/") == b"direct"
    assert proxy.requests == []


def test_the_next_address_of_a_name_is_tried() -> None:
    """An address that refuses, or that never answers, leaves time for the others."""
    with Site({"/": reply(200, b"ok")}) as site, socket.socket() as full, contextlib.ExitStack() as stack:
        both = {"allowed": lambda address: address.is_loopback, "resolve": lambda host, port: [THERE, HERE]}
        fetch = fetcher(**both, max_seconds=0.8).fetch
        assert fetch(f"http://{NAME}:{site.port}/") == b"ok"  # nobody listens there
        full.bind((THERE, site.port))
        full.listen(0)
        for _ in range(4):  # a queue that is full drops whoever comes next
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((THERE, site.port))
        assert fetch(f"http://{NAME}:{site.port}/") == b"ok"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/there/bob.wav", "/there/bob.wav"),
        ("bob.wav", "/from/bob.wav"),
        ("../bob.wav?a=b", "/bob.wav?a=b"),
        ("//{name}:{port}/bob.wav", "/bob.wav"),
        ("http://other.example:{port}/bob.wav", "/bob.wav"),
        ("/Zoë 2.wav", "/Zo%C3%AB%202.wav"),
        ("?a=b", "/from/here?a=b"),
    ],
    ids=["absolute path", "relative", "parent", "no scheme", "other host", "not escaped", "query"],
)
def test_a_redirect_is_followed(status: int, location: str, target: str) -> None:
    """Relative or absolute, escaped or not, it leads where a browser would go."""

    def here(connection: socket.socket, stopped: threading.Event) -> None:
        where = location.format(name=NAME, port=site.port)
        first = len(site.requests) == 1
        connection.sendall(reply(status, b"moved", Location=where) if first else reply(200, b"ok"))

    answers = {target.partition("?")[0]: reply(200, b"ok")} | {"/from/here": here}
    with Site(answers) as site:
        assert fetcher().fetch(f"http://{NAME}:{site.port}/from/here") == b"ok"
    assert site.targets == ["/from/here", target]


@pytest.mark.parametrize(
    "location",
    [
        f"http://{THERE}:{{port}}/?{SECRET}",
        f"//{THERE}:{{port}}/",
        "http://[::1]:{port}/",
        f"file:///etc/passwd?{SECRET}",
        "gopher://127.0.0.1:6379/_INFO",
        f"http://user:{SECRET}@{NAME}:{{port}}/",
        "http://[::1",
    ],
    ids=["refused address", "without scheme", "loopback 6", "file", "gopher", "password", "malformed"],
)
def test_a_redirect_to_what_is_not_allowed_is_refused(location: str) -> None:
    """Each hop is checked like the first address."""

    def hop(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(reply(302, Location=location.format(port=site.port)))

    def resolve(host: str, port: int) -> list[str]:
        return [HERE if host == NAME else host]

    with Site({"/": hop}) as site, Site({"/": reply(200)}, (THERE, site.port)) as other:
        error_of(lambda: fetcher(resolve=resolve).fetch(f"http://{NAME}:{site.port}/"), UrlNotAllowed)
    assert (len(site.requests), len(other.requests)) == (1, 0)


def test_redirects_end() -> None:
    """As many hops as allowed are followed, and a loop is left."""
    hops = {f"/{hop}": reply(302, Location=f"/{hop + 1}?{SECRET}") for hop in range(MAX_REDIRECTS + 1)}
    with Site(hops | {f"/{MAX_REDIRECTS}": reply(200, b"ok")}) as site:
        assert fetcher().fetch(f"http://{NAME}:{site.port}/0") == b"ok"
    with Site(hops) as site:
        error = error_of(lambda: fetcher().fetch(f"http://{NAME}:{site.port}/0"), DownloadFailed)
        assert len(site.requests) == MAX_REDIRECTS + 1
    assert (error.details, "redirects" in error.message) == ({"field": "url", "host": NAME}, True)


@pytest.mark.parametrize("status", [204, 206, 304, 401, 403, 404, 410, 429, 500, 503])
def test_an_answer_that_is_not_the_file_is_a_failed_download(status: int) -> None:
    """The error says what the site answered."""
    with Site({"/": reply(status)}) as site:
        error = error_of(lambda: fetcher().fetch(f"http://{NAME}:{site.port}/?{SECRET}"), DownloadFailed)
    assert error.details == {"field": "url", "host": NAME, "http_status": status}
    assert f"{NAME} answered HTTP {status}" in error.message


BROKEN = {
    "nothing": b"",
    "not HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "binary": bytes(range(256)) * 4000,
    "a line without end": b"x" * 60_000 + b"\r\n\r\n",
    "cut in the headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "cut in the body": reply(200, b"half", Content_Length="8"),
    "cut in a chunk": reply(200, b"8\r\nhalf", Content_Length="", Transfer_Encoding="chunked"),
    "no number": reply(200, b"x", Content_Length="x"),
    "endless header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000,
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_a_failed_download(answer: bytes) -> None:
    """Half a file is never taken for a whole one."""
    with Site({"/": answer}) as site:
        error = error_of(lambda: fetcher().fetch(f"http://{NAME}:{site.port}/?{SECRET}"), DownloadFailed)
    assert (error.details, f"{NAME} did not answer" in error.message) == ({"field": "url", "host": NAME}, True)


ENDLESS = {
    "body": dripping(start=b"HTTP/1.1 200 OK\r\n\r\n", again=b"x", every_s=0.02),
    "body with a length": dripping(start=b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", again=b"x", every_s=0.02),
    "chunks": dripping(
        start=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", again=b"1\r\nx\r\n", every_s=0.02
    ),
    "header": dripping(start=b"HTTP/1.1 200 OK\r\nX: ", again=b"x", every_s=0.02),
    "headers": dripping(start=b"HTTP/1.1 200 OK\r\n", again=b"X: x\r\n", every_s=0.02),
    "promises": dripping(start=b"", again=b"HTTP/1.1 103 Early Hints\r\n\r\n", every_s=0.02),
    "silence": dripping(start=b"", again=b"", every_s=0.02),
    "redirects": lambda connection, stopped: stopped.wait(0.1) or connection.sendall(reply(302, Location="/")),
}


@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
def test_a_slow_site_is_left_in_time(answer: Answer) -> None:
    """The limit is on all of it, not on each wait: neither drops nor hops extend it."""
    with Site({"/": answer}) as site:
        began = time.monotonic()
        fetch = fetcher(max_seconds=0.3).fetch
        error = error_of(lambda: fetch(f"http://{NAME}:{site.port}/?{SECRET}"), DownloadFailed)
        assert 0.2 < time.monotonic() - began < 1.5
    assert f"{NAME} did not deliver within 0.3 s" in error.message


def test_a_site_that_never_finishes_its_handshake_is_left_in_time() -> None:
    """The limit holds for TLS too."""
    with Site({}) as site:
        began = time.monotonic()
        error_of(lambda: fetcher(max_seconds=0.3).fetch(f"https://{NAME}:{site.port}/"), DownloadFailed)
        assert time.monotonic() - began < 1.5


def test_a_resolver_that_hangs_is_left_in_time() -> None:
    """The system's resolver has no limit of its own."""
    release = threading.Event()
    began = time.monotonic()
    fetch = fetcher(resolve=lambda host, port: release.wait(10) and [HERE], max_seconds=0.3).fetch
    error = error_of(lambda: fetch(f"http://{NAME}/?{SECRET}"), DownloadFailed)
    release.set()
    assert time.monotonic() - began < 1.5
    assert "within 0.3 s" in error.message


@pytest.mark.parametrize("failure", [OSError("no such name"), UnicodeError("label too long"), None], ids=repr)
def test_a_name_that_is_not_found_is_a_failed_download(failure: Exception | None) -> None:
    """However the resolver puts it, the error names the name."""

    def resolve(host: str, port: int) -> list[str]:
        if failure:
            raise failure
        return []

    error = error_of(lambda: fetcher(resolve=resolve).fetch(f"http://{NAME}/?{SECRET}"), DownloadFailed)
    assert (error.details, f"the name {NAME} was not found" in error.message) == ({"field": "url", "host": NAME}, True)


def test_a_refused_connection_is_a_failed_download() -> None:
    """Nobody listens at the port."""
    with socket.socket() as unused:
        unused.bind((HERE, 0))
        port = unused.getsockname()[1]
        error = error_of(lambda: fetcher().fetch(f"http://{NAME}:{port}/?{SECRET}"), DownloadFailed)
    assert (error.details, HERE in error.message) == ({"field": "url", "host": NAME}, False)


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: 67108864\r\n\r\n", b"Connection: close\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"],
    ids=["with a length", "without a length", "in chunks"],
)
def test_a_file_over_the_limit_is_not_downloaded(head: bytes) -> None:
    """The connection is closed long before the site has sent it all, whatever it says of the length."""
    block = b"10000\r\n" + b"x" * 65536 + b"\r\n" if b"chunked" in head else b"x" * 65536
    sent: list[int] = []

    def flood(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head)
        for _ in range(1024):  # 64 MB; sockets hold a few of them
            connection.sendall(block)
            sent.append(65536)

    with Site({"/": flood}) as site:
        fetch = fetcher(max_bytes=200_000).fetch
        error = error_of(lambda: fetch(f"http://{NAME}:{site.port}/?{SECRET}"), DownloadTooLarge)
    assert error.details == {"field": "url", "host": NAME, "max_bytes": 200_000}
    assert sum(sent) < 32 * 1024 * 1024


@pytest.mark.parametrize("fields", [{}, {"Content_Length": ""}], ids=["with a length", "without a length"])
def test_a_file_of_just_the_limit_is_downloaded(fields: dict[str, str]) -> None:
    """The limit itself is allowed, a byte more is not."""
    with Site({"/fits": reply(200, b"x" * 100_000, **fields), "/over": reply(200, b"x" * 100_001, **fields)}) as site:
        fetch = fetcher(max_bytes=100_000).fetch
        assert len(fetch(f"http://{NAME}:{site.port}/fits")) == 100_000
        error_of(lambda: fetch(f"http://{NAME}:{site.port}/over?{SECRET}"), DownloadTooLarge)


class Authority:
    """A certificate authority of these tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of test_net")])
        certificate = self._sign(self._name, self._key.public_key(), x509.BasicConstraints(True, None), days=1)
        self.trusted = ssl.create_default_context(cadata=certificate.decode())

    def site(self, name: str, days: int = 1) -> ssl.SSLContext:
        """What a site needs to show a certificate for `name`."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        certificate = self._sign(subject, key.public_key(), names, days=days)
        kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        path = self._folder / f"{name}.pem"
        path.write_bytes(certificate + key.private_bytes(serialization.Encoding.PEM, kind, plain))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(self, subject: x509.Name, key: Any, extension: x509.ExtensionType, *, days: int) -> bytes:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number()).add_extension(extension, critical=False)
        builder = builder.not_valid_before(now - timedelta(days=9)).not_valid_after(now + timedelta(days=days))
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One for the module: keys take a moment to make."""
    return Authority(tmp_path_factory.mktemp("authority"))


def test_https_checks_the_certificate_of_the_name(authority: Authority) -> None:
    """The socket goes to the checked address, the handshake asks for the name, and its certificate is accepted."""
    asked: list[str] = []
    tls = authority.site(NAME)
    tls.sni_callback = lambda connection, name, context: asked.append(name)
    with Site({"/": reply(200, b"ok")}, tls=tls) as site:
        assert fetcher(ssl_context=authority.trusted).fetch(f"https://{NAME}:{site.port}/") == b"ok"
    assert asked == [NAME]


@pytest.mark.parametrize(
    ("name", "days", "trusted"),
    [("other.example", 1, True), (NAME, -1, True), (NAME, 1, False)],
    ids=["another name", "expired", "an authority nobody knows"],
)
def test_https_refuses_another_certificate(authority: Authority, name: str, days: int, trusted: bool) -> None:
    """Who cannot prove the name is not asked for the file."""
    fetch = (fetcher(ssl_context=authority.trusted) if trusted else Fetcher(**LOCAL)).fetch
    with Site({"/": reply(200, b"ok")}, tls=authority.site(name, days)) as site:
        error = error_of(lambda: fetch(f"https://{NAME}:{site.port}/?{SECRET}"), DownloadFailed)
        assert site.requests == []
    assert (error.details, "certificate" in error.message.lower()) == ({"field": "url", "host": NAME}, True)
