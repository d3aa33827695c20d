"""What every client over HTTP keeps to, whatever a server does: an answer of bounded size, in bounded time, from the host
that was asked. The clients' own timeouts bound each wait; a server that sends a byte a second would pass them for ever.

Used by a network's own file, which hands one of these to its library.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, MutableMapping
from datetime import UTC, datetime
from functools import cache
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit
from weakref import WeakSet

if TYPE_CHECKING:
    import httpx

#: Of an answer, once unpacked. The largest that we ask for, a page of posts, has some 300 kB.
LARGEST_ANSWER = 5_000_000
#: A request and its answer may take so many times the timeout of one wait, and longer by what is uploaded at this speed.
TIMES, UPLOAD_BYTES_S = 2, 250_000
CHUNK = 65_536


#: What reading an answer that is not what it says can raise in any client. ValueError holds pydantic's and JSON's errors,
#: OSError what no library has made its own.
UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    OSError,
    HTTPException,
)


class Cut(Exception):
    """We gave up on an answer. The message is the end of a sentence: “… took longer than 30 s”."""


class Watch:
    """Ends the requests of one client that take too long, by closing its sockets under it."""

    def __init__(self) -> None:
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._expired = False

    def note(self, sock: Any) -> None:
        if isinstance(sock, socket.socket):
            self._sockets.add(sock)

    @contextlib.contextmanager
    def limit(self, seconds: float) -> Generator[None]:
        """Raises Cut where what is done inside takes longer, however it takes the loss of its sockets: an answer that
        ends with its connection would look whole."""
        self._expired = False
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as error:
            if self._expired:
                raise Cut(f"took longer than {seconds:.0f} s") from error
            raise
        finally:
            timer.cancel()
        if self._expired:
            raise Cut(f"took longer than {seconds:.0f} s")

    def _end(self) -> None:
        self._expired = True
        for sock in list(self._sockets):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # of the plain socket, also under TLS: wakes who reads


def bounded_adapter(
    timeout_s: float,
    *,
    carry: Callable[[str], str] = lambda url: url,
    noted: Callable[[str, str, MutableMapping[str, str]], None] = lambda method, path, headers: None,
) -> Any:
    """For a session of requests. `carry` may send a request elsewhere than its library signed it for; `noted` is told of
    every answer's headers, before the library reads them; what would break it there can be taken out."""
    from requests.adapters import HTTPAdapter

    watch = Watch()

    def watched(kind: Any) -> Any:
        class Watched(kind):
            def connect(self) -> None:
                super().connect()
                watch.note(self.sock)

        return Watched

    kinds: dict[Any, Any] = {}

    class Bounded(HTTPAdapter):
        def send(self, request: Any, **options: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
            request.url = carry(request.url)
            given: dict[str, Any] = {**options, "timeout": timeout_s, "proxies": {}, "stream": True}
            size = int(request.headers.get("Content-Length") or 0)
            with watch.limit(TIMES * timeout_s + size / UPLOAD_BYTES_S):
                answer = super().send(request, **given)
                noted(request.method, urlsplit(request.url).path, answer.headers)
                if answer.is_redirect and (cut := _elsewhere(request.method, request.url, answer.headers["location"])):
                    answer.close()
                    raise cut
                try:
                    answer.__dict__["_content"] = _bounded(answer.iter_content(CHUNK))  # where requests keeps a body
                except Cut:
                    answer.close()
                    raise
            return answer

        def get_connection_with_tls_context(
            self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
        ) -> Any:
            pool = super().get_connection_with_tls_context(request, verify, proxies=None, cert=cert)
            kind = pool.ConnectionCls
            if kind not in kinds.values():
                pool.ConnectionCls = kinds.setdefault(kind, watched(kind))
            return pool

    return Bounded(max_retries=0)  # a retried POST is a second post


def bounded_transport(timeout_s: float) -> httpx.BaseTransport:
    """For a client of httpx."""
    import httpx

    watch = Watch()

    def trace(name: str, info: Mapping[str, Any]) -> None:
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            watch.note(info["return_value"].get_extra_info("socket"))

    class Bounded(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            request.extensions = {**request.extensions, "trace": trace}
            size = int(request.headers.get("content-length") or 0)
            with watch.limit(TIMES * timeout_s + size / UPLOAD_BYTES_S):
                answer = super().handle_request(request)
                try:
                    location = answer.headers["location"] if answer.has_redirect_location else ""
                    if location and (cut := _elsewhere(request.method, str(request.url), location)):
                        raise cut
                    body = _bounded(answer.iter_bytes(CHUNK))
                finally:
                    answer.close()
            spent = (b"content-encoding", b"content-length")
            headers = [(name, value) for name, value in answer.headers.raw if name.lower() not in spent]  # as they came
            return httpx.Response(answer.status_code, headers=headers, content=body, extensions=answer.extensions)

    return Bounded(trust_env=False)


def instant(seconds: str) -> datetime | None:
    """An instant as headers tell it, in seconds since 1970; None for what is none."""
    if not (seconds.isascii() and seconds.isdecimal()):
        return None
    with contextlib.suppress(ValueError, OverflowError, OSError):  # a year that is none
        return datetime.fromtimestamp(int(seconds), UTC)
    return None


@cache
def failures_of_requests() -> tuple[type[Exception], ...]:
    """All that a request through a session of requests may raise, beside what its own library makes of it: its errors,
    urllib3's that it lets through, and what reading an answer that is none can raise."""
    import requests
    from urllib3.exceptions import HTTPError

    return (Cut, requests.RequestException, HTTPError, *UNREADABLE)


@cache
def failures_of_httpx() -> tuple[type[Exception], ...]:
    """The same for a client of httpx."""
    import httpx

    return (Cut, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict, *UNREADABLE)


def never_left(error: BaseException | None) -> bool:
    """Whether an error of requests says that nobody listened or was found: no byte of the request left."""
    import requests

    if isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return True
    return isinstance(error, requests.ConnectionError) and any(
        words in str(error) for words in ("NewConnectionError", "Failed to resolve", "NameResolutionError")
    )


def why(error: BaseException) -> str:
    """In a few words why there is no answer. The words of libraries hold addresses and more: only their kind is told."""
    return str(error) if isinstance(error, Cut) else type(error).__name__


def _bounded(chunks: Iterable[bytes]) -> bytes:
    kept = bytearray()
    for chunk in chunks:
        kept += chunk
        if len(kept) > LARGEST_ANSWER:
            raise Cut(f"answered with more than {LARGEST_ANSWER / 1e6:.0f} MB")
    return bytes(kept)


def _elsewhere(method: str, url: str, location: str) -> Cut | None:
    """A redirect to another host would take the account's credentials, or its post, to whoever it names. None where a
    reading stays on the host that was asked."""
    try:
        asked, told = urlsplit(url), urlsplit(urljoin(url, location))
        host, same = told.netloc, (asked.scheme, asked.netloc) == (told.scheme, told.netloc)
    except ValueError:
        host, same = "", False
    if same and method in ("GET", "HEAD"):
        return None
    host = "".join(letter for letter in host[:100] if letter.isprintable())
    return Cut(f"sends us on to {host or 'another address'}, which is never followed")
