"""What servers do that are broken, or not what they claim to be: each answers one request in its own bad way."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

Answer = Callable[[BaseHTTPRequestHandler], None]


def says(body: bytes, *, status: int = 200, kind: str = "application/json", **headers: str) -> Answer:
    """A whole answer with this body."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        with contextlib.suppress(OSError):
            request.wfile.write(body)

    return answer


def drips(head: bytes, drop: bytes, *, every_s: float = 0.1, at_most_s: float = 20) -> Answer:
    """Begins like any answer and then sends a little now and then, for ever: no single wait is long."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        end = time.monotonic() + at_most_s
        with contextlib.suppress(OSError):
            request.wfile.write(head)
            while time.monotonic() < end:
                request.wfile.write(drop)
                request.wfile.flush()
                time.sleep(every_s)

    return answer


def pours(request: BaseHTTPRequestHandler) -> None:
    """Sends without end, as fast as it is read."""
    with contextlib.suppress(OSError):
        request.wfile.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"data": "')
        for _ in range(2000):
            request.wfile.write(b"x" * 100_000)


def breaks_off(request: BaseHTTPRequestHandler) -> None:
    """Resets the connection in the middle of its answer."""
    request.wfile.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"id": ')
    request.wfile.flush()
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()


def speaks_something_else(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n\x00\x01\x02")


PAGE = b"<html><body><h1>It works!</h1><script>alert(1)</script></body></html>"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
LARGE = json.dumps([{"id": str(n), "text": "x" * 1000} for n in range(10_000)]).encode()

#: Everything that is no usable answer, whatever was asked.
NO_ANSWERS: dict[str, Answer] = {
    "a page with 200": says(PAGE, kind="text/html"),
    "a page that claims to be JSON": says(PAGE),
    "a list": says(b"[]"),
    "null": says(b"null"),
    "a text": says(b'"welcome"'),
    "nothing in it": says(b"{}"),
    "wrong types in it": says(b'{"data": 5, "id": [], "uri": null, "posts": {"a": 1}, "url": 7, "cid": {}}'),
    "not UTF-8": says(b'{"data": "\xff\xfe\x00"}'),
    "nested without end": says(b"[" * 200_000),
    "empty": says(b""),
    "10 MB": says(LARGE),
    "a little that unpacks to 50 MB": says(gzip.compress(b"[" + b" " * 50_000_000 + b"]"), content_encoding="gzip"),
    "not packed as it says": says(b"{}", content_encoding="gzip"),
    "a page with 500": says(PAGE, status=500, kind="text/html"),
    "teapot": says(b'{"error": "short and stout"}', status=302),
    "another protocol": speaks_something_else,
    "a reset in mid answer": breaks_off,
    "pours without end": pours,
    "drips a body without end": drips(HEAD + b'\r\n{"data": "', b"x"),
    "drips chunks without end": drips(HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "drips headers without end": drips(HEAD, b"x-a: b\r\n"),
}
