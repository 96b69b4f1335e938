"""Fetch what strangers link to: the only outbound download of a job.

The worker sits in a network with services that trust it, and callers choose the address. So the check is made where
the connection is made: every address that a name resolves to must be public, and the socket goes to the very address
that was checked, at each redirect anew. How the address was spelt (decimal, octal, IPv6-mapped) cannot matter there.
"""

import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from .errors import DownloadFailed, DownloadTooLarge, UrlNotAllowed

MAX_BYTES = 50 * 1024 * 1024
MAX_SECONDS = 30.0
MAX_REDIRECTS = 5

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")  # a name or an IPv4 address in any spelling; an IPv6 address, no zone

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Not covered by ipaddress.is_global of every Python: translation prefixes that carry an IPv4 address inside (a NAT64
# or 6to4 gateway would turn 64:ff9b::169.254.169.254 into the metadata service), benchmark and discard ranges.
NEVER_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in (
        *("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96"),
        *("100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10"),
        *("192.88.99.0/24", "198.18.0.0/15", "192.0.0.0/24"),
        "168.63.129.16/32",  # Azure's metadata and DNS, a public number that only its own hosts reach
    )
)


def is_public(address: IPAddress) -> bool:
    """Whether an address is on the open internet."""
    if any(address.version == block.version and address in block for block in NEVER_PUBLIC):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


@dataclass(frozen=True)
class Fetcher:
    """Downloads a file that a caller names, within limits of size and time."""

    allowed: Callable[[IPAddress], bool] = is_public
    resolve: Callable[[str, int], list[str]] = resolve
    max_bytes: int = MAX_BYTES
    max_seconds: float = MAX_SECONDS
    """In all: names, connections, redirects and the body."""
    ssl_context: ssl.SSLContext = field(default_factory=httpcore.default_ssl_context)

    def fetch(self, url: str, field: str = "url") -> bytes:
        """Download what the caller's `field` links to; raises UrlNotAllowed, DownloadFailed or DownloadTooLarge."""
        try:
            return self._follow(url)
        except (UrlNotAllowed, DownloadFailed, DownloadTooLarge) as e:
            raise type(e)(f"{field}: {e.message}", field=field, **e.details) from e

    def _follow(self, url: str) -> bytes:
        deadline = _Deadline(self.max_seconds)
        backend = _CheckedBackend(self.allowed, self.resolve, deadline)
        url = _checked_url(url)
        try:
            with httpcore.ConnectionPool(ssl_context=self.ssl_context, network_backend=backend) as pool:
                for _ in range(MAX_REDIRECTS + 1):
                    answer = self._get(pool, url, deadline)
                    if isinstance(answer, bytes):
                        return answer
                    url = _checked_url(answer, url)
        except httpcore.TimeoutException as e:
            raise DownloadFailed(
                f"{_host(url)} did not deliver within {self.max_seconds:g} s; use a faster host or a smaller file",
                host=_host(url),
            ) from e
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as e:
            reason = str(e)[:200] or type(e).__name__  # may quote what was sent instead of HTTP
            raise DownloadFailed(f"{_host(url)} did not answer with the whole file: {reason}", host=_host(url)) from e
        raise DownloadFailed(f"more than {MAX_REDIRECTS} redirects; use the address that they end at", host=_host(url))

    def _get(self, pool: httpcore.ConnectionPool, url: str, deadline: "_Deadline") -> bytes | str:
        """One request: the file, or where it redirects to."""
        parts = urlsplit(url)
        headers = [("Host", parts.netloc), ("User-Agent", "f5tts-worker"), ("Accept-Encoding", "identity")]
        target = parts.path + (f"?{parts.query}" if parts.query else "")  # httpcore by itself would drop a ";" and on
        address = httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=target)
        with pool.stream("GET", address, headers=headers) as response:
            fields = {
                name.lower().decode("latin-1"): value.decode(errors="replace") for name, value in response.headers
            }
            if 300 <= response.status < 400 and "location" in fields:
                return fields["location"]
            if response.status != 200:
                raise DownloadFailed(
                    f"{_host(url)} answered HTTP {response.status}; check that the link works without a login",
                    host=_host(url),
                    http_status=response.status,
                )
            if fields.get("content-type", "").startswith("text/html"):
                raise DownloadFailed(
                    f"{_host(url)} delivered a web page, not a recording; send the direct link to the file",
                    host=_host(url),
                )
            return self._body(response.iter_stream(), url, deadline)

    def _body(self, chunks: Iterable[bytes], url: str, deadline: "_Deadline") -> bytes:
        data = bytearray()
        for chunk in chunks:
            deadline.left()
            data += chunk
            if len(data) > self.max_bytes:
                limit = self.max_bytes / 1024 / 1024
                raise DownloadTooLarge(
                    f"the file at {_host(url)} is over {limit:g} MB; send a shorter or a compressed one (mp3, m4a)",
                    host=_host(url),
                    max_bytes=self.max_bytes,
                )
        return bytes(data)


def _host(url: str) -> str:
    """The part of an address that may be shown and logged: the query of a link can be a secret."""
    return urlsplit(url).hostname or "the address"


def _checked_url(url: str, base: str = "") -> str:
    """The address in ASCII; raises UrlNotAllowed unless it is http or https, with a host and without a password."""
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        port = f":{parts.port}" if parts.port else ""
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else ""
    except ValueError as e:  # its text is not shown: it quotes parts of the address, which may be a password
        raise UrlNotAllowed("this is no web address; send a link to the file that starts with https://") from e
    if parts.scheme not in ("http", "https"):
        scheme = f"{parts.scheme[:20]}:" if parts.scheme else "an address without a scheme"
        raise UrlNotAllowed(f"only http:// and https:// addresses are fetched, not {scheme}; send a link to the file")
    if parts.username is not None:
        raise UrlNotAllowed("an address with a user name or password in it is not fetched; use a presigned link")
    host = _checked_host(parts.hostname or "")
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{path}{query}"


def _checked_host(host: str) -> str:
    """The host in ASCII, without a dot at its end."""
    try:
        ascii_host = host.encode("idna").decode("ascii").rstrip(".")
    except UnicodeError:
        ascii_host = ""
    if not _HOST.fullmatch(ascii_host):
        raise UrlNotAllowed(
            "the host of this address is no valid name: letters, digits, - and dots, without a zone or an escape"
        )
    return ascii_host


class _Deadline:
    """The end of the time that a fetch may take in all."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("out of time")
        return left


class _CheckedBackend(httpcore.NetworkBackend):
    """Opens connections to checked addresses only, and puts the deadline on every wait."""

    def __init__(
        self,
        allowed: Callable[[IPAddress], bool],
        resolve: Callable[[str, int], list[str]],
        deadline: _Deadline,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        refused = [address for address in addresses if not self._allowed(ipaddress.ip_address(address))]
        if refused:
            raise UrlNotAllowed(
                f"{host} is not a public address; put the file where anybody can reach it, or use upload_url",
                host=host,
            )
        error: Exception = httpcore.ConnectError("no address")
        for tried, address in enumerate(addresses):
            share = self._deadline.left() / (len(addresses) - tried)  # one that never answers leaves time for the rest
            try:
                stream = self._backend.connect_tcp(address, port, timeout=share)
            except (httpcore.NetworkError, httpcore.ConnectTimeout) as e:
                error = e
            else:
                return _DeadlineStream(stream, self._deadline)
        raise error

    def _addresses(self, host: str, port: int) -> list[str]:
        """Resolve in a thread of its own: the system's resolver takes no time limit."""
        answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(host, port))
            except (OSError, ValueError) as e:
                answers.put(OSError(str(e)))

        threading.Thread(target=ask, daemon=True, name="resolve").start()
        try:
            answer = answers.get(timeout=self._deadline.left())
        except queue.Empty as e:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from e
        if isinstance(answer, OSError) or not answer:
            raise DownloadFailed(f"the name {host} was not found; check the link", host=host)
        return [address.split("%")[0] for address in answer]


class _DeadlineStream(httpcore.NetworkStream):
    """A connection on which no wait outlasts the deadline, however slowly the bytes trickle."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _DeadlineStream(
            self._stream.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
