"""A recorder between a real client and a local network: every request and answer passes through it as they are."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, byte for byte."""

    method: str
    target: str  # path and query
    sent: bytes
    sent_type: str
    status: int
    answer: bytes
    answer_type: str


class Recorder:
    """A loopback proxy in front of `upstream`; `exchanges` has what passed, in order."""

    def __init__(self, upstream: str) -> None:
        self.exchanges: list[Exchange] = []
        place = urlsplit(upstream)
        kept = self.exchanges

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                onward = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
                onward.request(self.command, self.path, body, dict(self.headers))
                response = onward.getresponse()
                answer = response.read()
                onward.close()
                types = (self.headers.get("content-type", ""), response.getheader("content-type", ""))
                kept.append(Exchange(self.command, self.path, body, types[0], response.status, answer, types[1]))
                self.send_response(response.status)
                for name, value in response.getheaders():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_DELETE = _pass  # noqa: N815 - http.server calls these

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
                """Quiet: a test says what it found."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
