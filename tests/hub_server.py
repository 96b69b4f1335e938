"""HubServer: files over HTTP as a model hub answers, and as a flat index of wheels; it can break off, block and lie."""

import hashlib
import http.server
import re
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PIECE = 1 << 16


@dataclass
class Served:
    """What is behind one address, and how it is sent."""

    content: bytes
    etag: str
    size: int
    """As the hub names it."""
    large: bool = False
    """Kept as the hub keeps weights: at another address, with a SHA-256."""
    breaks_off_after: list[int] = field(default_factory=list)
    """The next answers end after so many bytes each, as a broken connection does."""
    blocks_after: int | None = None
    reached: threading.Event = field(default_factory=threading.Event)
    """Set when an answer blocks."""
    released: threading.Event = field(default_factory=threading.Event)
    """An answer that blocks goes on when a test sets it."""


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    method: str
    name: str
    """Without repository and revision."""
    first_byte: int


class HubServer:
    """Serves what is put into it; a context manager."""

    def __init__(self) -> None:
        self.served: dict[str, Served] = {}
        self.asked: list[Asked] = []
        self.status: int | None = None
        """Answered to whatever is asked for."""
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "HubServer":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for served in self.served.values():
            served.released.set()
        self._server.shutdown()
        self._server.server_close()

    def put(self, name: str, content: bytes, *, large: bool = True, sent: bytes | None = None, **how: Any) -> Served:
        """Serve a file by its name alone, whatever the repository; `sent` goes out in its place."""
        whole = hashlib.sha256(content) if large else hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
        if not large:
            whole.update(content)
        self.served[name] = Served(
            content if sent is None else sent, whole.hexdigest(), how.pop("size", len(content)), large, **how
        )
        return self.served[name]

    def gets(self, name: str) -> list[int]:
        """The first byte that each GET asked for."""
        return [asked.first_byte for asked in self.asked if (asked.method, asked.name) == ("GET", name)]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, hub: HubServer, *args: Any) -> None:
        self._hub = hub
        super().__init__(*args)

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _answer(self) -> None:
        name = re.sub(r"^/([^/]+/[^/]+/resolve/[^/]+|stored|wheels)/", "", self.path)
        first = int((re.search(r"bytes=(\d+)-", self.headers["Range"] or "") or [0, "0"])[1])
        self._hub.asked.append(Asked(self.command, name, first))
        if self._hub.status:
            self._headers(self._hub.status, {"Content-Length": "0"})
        elif self.path == "/wheels/":
            links = "".join(f'<a href="/wheels/{name}">{name}</a>' for name in self._hub.served).encode()
            self._headers(200, {"Content-Type": "text/html", "Content-Length": str(len(links))})
            self.wfile.write(links)
        elif name not in self._hub.served:
            self._headers(404, {"X-Error-Code": "EntryNotFound", "Content-Length": "0"})
        elif self._hub.served[name].large and "/resolve/" in self.path:
            served = self._hub.served[name]
            linked = {"X-Linked-Etag": f'"{served.etag}"', "X-Linked-Size": str(served.size)}
            stored = {"Location": f"{self._hub.url}/stored/{name}", "X-Repo-Commit": COMMIT, "Content-Length": "0"}
            self._headers(302, linked | stored)
        else:
            self._send(self._hub.served[name], first)

    def _headers(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.end_headers()

    def _send(self, served: Served, first: int) -> None:
        content = memoryview(served.content)[first:]
        if first and not content:
            self._headers(416, {"Content-Range": f"bytes */{len(served.content)}", "Content-Length": "0"})
            return
        headers = {"ETag": f'"{served.etag}"', "X-Repo-Commit": COMMIT, "Content-Length": str(len(content))}
        if self.path.startswith("/wheels/"):
            headers["Cache-Control"] = "max-age=365000000, immutable"  # as an index says of a file
        if first:
            headers["Content-Range"] = f"bytes {first}-{len(served.content) - 1}/{len(served.content)}"
        if self.command == "HEAD":
            self._headers(200, headers | {"Content-Length": str(served.size)})
            return
        self._headers(206 if first else 200, headers)
        self._send_content(served, content)

    def _send_content(self, served: Served, content: memoryview) -> None:
        end = served.breaks_off_after.pop(0) if served.breaks_off_after else len(content)
        for start in range(0, end, PIECE):
            if served.blocks_after is not None and start >= served.blocks_after:
                served.reached.set()
                served.released.wait()
            try:
                self.wfile.write(content[start : min(start + PIECE, end)])
            except (BrokenPipeError, ConnectionResetError):  # who asked is gone
                break
        self.close_connection = end < len(content)
