"""A gate between a real client and a server, whoever wrote that: requests and answers pass through it as they are, are
recorded, and meet the faults that a drill asks for."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import urlsplit

from campaign_bot.sandbox.world import Fault

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}


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
    """A loopback proxy in front of `upstream`; `exchanges` has what passed, in order.

    `meets` says which fault a request ("METHOD", "/path") meets, as `World.take_fault` does; `before` is called ahead of
    each request that is carried on. `rewrite` gives an answer as the client gets it. Requests whose "METHOD /path" begins
    with `route` are not carried on where there is an `instead`: it answers them, however it likes. The headers of `beside`
    stand in every answer, in place of the server's own. `breaks_off`: the server sometimes ends its answer before its end by
    a fault of its own, where the same question does no harm, and is asked once more.
    """

    def __init__(
        self,
        upstream: str,
        *,
        meets: Callable[[str, str], Fault | None] = lambda method, path: None,
        before: Callable[[str, str], None] = lambda method, path: None,
        rewrite: Callable[[bytes, str], bytes] = lambda answer, own_url: answer,
        route: str = "",
        instead: Callable[[BaseHTTPRequestHandler], None] | None = None,
        beside: Mapping[str, str] = MappingProxyType({}),
        breaks_off: bool = False,
    ) -> None:
        self.exchanges: list[Exchange] = []
        self.refused: list[Exchange] = []  # what met `instead`; also among the exchanges
        self._route, self._instead, self._beside, self._breaks_off = route, instead, beside, breaks_off
        self._place = urlsplit(upstream)
        self._meets, self._before, self._rewrite = meets, before, rewrite
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                recorder._serve(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815 - http.server calls these

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

    def _serve(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("content-length") or 0))
        path = urlsplit(asked.path).path
        if self._instead is not None and f"{asked.command} {asked.path}".startswith(self._route):
            self.refused.append(Exchange(asked.command, asked.path, body, "", 0, b"", ""))
            self.exchanges.append(self.refused[-1])
            asked.close_connection = True
            return self._instead(asked)
        fault = self._meets(asked.command, path)
        if fault is not None and fault.kind == "status":
            return _answer_with(asked, fault)
        if fault is not None and fault.kind == "late":
            time.sleep(fault.delay_s)
        self._before(asked.command, path)
        answer, headers = self._carried_on(asked, body)
        if fault is not None and fault.kind == "after":
            return _answer_with(asked, fault)
        if fault is not None and fault.kind == "lost":
            asked.close_connection = True
            return asked.connection.shutdown(socket.SHUT_RDWR)
        return _send(asked, answer.status, headers, answer.answer)

    def _carried_on(self, asked: BaseHTTPRequestHandler, body: bytes) -> tuple[Exchange, list[tuple[str, str]]]:
        try:
            response, told = self._asked(asked, body)
        except http.client.IncompleteRead:
            if not self._breaks_off:
                raise
            response, told = self._asked(asked, body)
        answer = self._rewrite(told, self.url)
        types = (asked.headers.get("content-type", ""), response.getheader("content-type", ""))
        exchange = Exchange(asked.command, asked.path, body, types[0], response.status, answer, types[1])
        self.exchanges.append(exchange)
        replaced = HOP_BY_HOP | {name.lower() for name in self._beside}
        kept = [(name, value) for name, value in response.getheaders() if name.lower() not in replaced]
        return exchange, [*kept, *self._beside.items()]

    def _asked(self, asked: BaseHTTPRequestHandler, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        onward = http.client.HTTPConnection(self._place.hostname or "", self._place.port, timeout=20)
        # Asked for as it is, so that what is recorded can be read.
        given = {name: value for name, value in asked.headers.items() if name.lower() != "accept-encoding"}
        with contextlib.closing(onward):
            onward.request(asked.command, asked.path, body, given)
            response = onward.getresponse()
            return response, response.read()


def _answer_with(asked: BaseHTTPRequestHandler, fault: Fault) -> None:
    kind = "text/html" if fault.body.startswith("<") else "application/json"
    _send(asked, fault.code, [("content-type", kind), *fault.headers.items()], fault.body.encode())


def _send(asked: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    try:
        asked.send_response_only(status)  # with the server's own Date, not a second one
        for name, value in headers:
            asked.send_header(name, value)
        asked.send_header("content-length", str(len(body)))
        asked.end_headers()
        asked.wfile.write(body)
    except OSError:  # who asked did not wait
        asked.close_connection = True
