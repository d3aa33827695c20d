"""The redirector: short addresses lead on, and what is counted is clicks, not people.

It keeps a number for each link, day and kind. No cookie, no address, no id, no log of requests; only targets that the
campaign wrote. Clicks wait in memory for a second, so that many at once are one write; SIGTERM writes what waits, a kill
loses that second. Who opens connections and does not ask is let go of, so that nobody can keep others out.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import resource
import signal
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Mapping, MutableMapping
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from campaign_bot.app import App
from campaign_bot.errors import CampaignBotError, ConfigError
from campaign_bot.log import log

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

WRITE_EVERY_S = 1.0
#: A request is a few lines. Who has not sent them by then, or does not read the answer, is let go of.
ASK_WITHIN_S = 10.0
#: So many connections at most, and never more than half of the files that this process may open.
MOST_CONNECTIONS = 1000
#: So many connections wait to be taken; they are taken in one go, before any is let go of.
BACKLOG = 256
#: Who fetches an address to show its title beside a post, by a word of its User-Agent. As of 2026-11: X, Meta, Slack,
#: Discord, Telegram, LinkedIn name theirs in their developers' pages; fediverse servers and Bluesky in their source. An app
#: in which people open links puts its name into its browser's (Pinterest, Snapchat): the name alone is no previewer.
PREVIEWERS = (
    "twitterbot", "mastodon", "cardyb", "bluesky", "pleroma", "akkoma", "misskey", "gotosocial", "pixelfed", "friendica",
    "lemmy", "facebookexternalhit", "slackbot", "slack-imgproxy", "discordbot", "telegrambot", "linkedinbot", "whatsapp",
    "skypeuripreview", "iframely", "embedly", "pinterestbot", "pinterest.com/bot", "redditbot", "snap url preview", "snapurlpreview",
    "tumblr", "viber",
)  # fmt: skip
#: What sticks to an address when it is copied out of a sentence.
STUCK = ".,;:!?)]»”\u00a0 /"

HEADERS = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
)
PAGE_HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"),
)


@lru_cache(maxsize=2000)
def kind_of(agent: str) -> str:
    """human, preview or bot, by what a browser says it is. Other crawlers: the list of crawler-user-agents."""
    from crawleruseragents import is_crawler

    if any(word in agent.casefold() for word in PREVIEWERS):
        return "preview"
    return "bot" if not agent or is_crawler(agent) else "human"


class _Trouble:
    """Something that fails again and again: told when it begins and when it is over, since a line for each click would go
    on filling the disk that may be full."""

    def __init__(self, begins: str, over: str) -> None:
        self._begins, self._over, self._lasts = begins, over, False

    def met(self, error: CampaignBotError, **values: object) -> None:
        if not self._lasts:
            log.error(self._begins, why=str(error), **values)
        self._lasts = True

    def gone(self, **values: object) -> None:
        if self._lasts:
            log.info(self._over, **values)
        self._lasts = False


class Redirector:
    """An ASGI application."""

    def __init__(self, app: App) -> None:
        self._store, self._clock, self._zone = app.store, app.clock, app.local_zone
        campaign = app.library.campaign
        self._name = {language: campaign.name.get(language, campaign.id) for language in ("en", "fr")}
        self._waiting: Counter[tuple[date, str, str]] = Counter()
        self._targets: dict[str, str] = {}
        self._unread = _Trouble("the links cannot be read", "the links can be read again")
        self._unwritten = _Trouble("clicks wait", "the clicks that waited are written")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, send)

    # ---- requests

    async def _answer(self, scope: Scope, send: Send) -> None:
        method, path = scope["method"], str(scope["path"])
        if method not in ("GET", "HEAD"):
            await _say(send, 405, b"", ((b"allow", b"GET, HEAD"),))
            return
        if path == "/":
            await _say(send, 200, self._page(_WELCOME) if method == "GET" else b"", PAGE_HEADERS)
            return
        code = path[1:].rstrip(STUCK).casefold()
        try:
            target = self._target(code)
        except CampaignBotError as error:
            self._unread.met(error)
            await _say(send, 503, self._page(_BUSY), (*PAGE_HEADERS, (b"retry-after", b"5")))
            return
        if target is None:
            await _say(send, 404, self._page(_UNKNOWN) if method == "GET" else b"", PAGE_HEADERS)
            return
        headers = {bytes(name): bytes(value) for name, value in scope["headers"]}
        today = self._clock().astimezone(self._zone).date()
        self._waiting[today, code, _kind(method, headers)] += 1
        await _say(send, 302, b"", ((b"location", target.encode("ascii", "ignore")),))

    def _target(self, code: str) -> str | None:
        """Only what the campaign wrote. Links never change, so they are looked up once."""
        if code not in self._targets:
            if not code.isalnum() or len(code) >= 40:
                return None
            link = self._store.link(code)
            self._unread.gone()
            if link is None:
                return None
            self._targets[code] = _ascii(link.target)
        return self._targets[code]

    def _page(self, words: Mapping[str, tuple[str, str]]) -> bytes:
        """Both languages on one page: nobody's language is asked for or kept."""
        halves = "".join(
            f'<section lang="{language}"><h1>{escape(title)}</h1><p>{escape(text.format(name=self._name[language]))}</p></section>'
            for language, (title, text) in words.items()
        )
        return _PAGE.format(title=escape(" / ".join(title for title, _ in words.values())), halves=halves).encode()

    # ---- counts

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        writing = asyncio.create_task(self._write_now_and_then())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
        await self._write()
        if self._waiting:
            log.error("clicks are lost: they could not be written to the end", number=self._waiting.total())
        await send({"type": "lifespan.shutdown.complete"})

    async def _write_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            await asyncio.shield(asyncio.ensure_future(self._write()))

    async def _write(self) -> None:
        """What waits becomes part of the counts; if the database cannot take it now, it waits on."""
        if not self._waiting:
            return
        clicks, self._waiting = self._waiting, Counter()
        try:
            await asyncio.to_thread(self._store.record_clicks, clicks)
        except CampaignBotError as error:
            self._waiting += clicks
            self._unwritten.met(error, number=clicks.total())
        else:
            self._unwritten.gone(number=clicks.total())


class Impatient(H11Protocol):
    """One connection, with an end: uvicorn itself waits for the rest of a request as long as its sender likes."""

    open: ClassVar[dict[Impatient, None]] = {}  # those that began to wait first, first
    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._wait()
        if len(self.open) > most_connections():
            longest = next(iter(self.open))
            longest._wait_no_more()
            longest.transport.abort()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._wait_no_more()
        self.open[self] = None
        self._end = self.loop.call_later(ASK_WITHIN_S, self.transport.abort)

    def _wait_no_more(self) -> None:
        self.open.pop(self, None)
        if self._end is not None:
            self._end.cancel()


def most_connections() -> int:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files < 0 else min(MOST_CONNECTIONS, files // 2)


def serve(app: App, address: str, *, ready: Callable[[str], None]) -> None:
    """Answer until SIGTERM or SIGINT. `ready` is told the address. Raises ConfigError when it can't be had."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise ConfigError(f"“{address}” is no address.", advice="Write host:port, e.g. 127.0.0.1:8080.")
    try:
        listener = socket.create_server((host.strip("[]"), int(port)), backlog=BACKLOG)
    except OSError as error:
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"can't be had: {error.strerror}"
        raise ConfigError(f"{address} {why}.", advice="Choose another with --address.") from error
    config = uvicorn.Config(
        # What strangers send is not worth a line each: they could fill the disk with them.
        Redirector(app), log_config=None, log_level="error", access_log=False, server_header=False, proxy_headers=False, lifespan="on",
        timeout_keep_alive=5, timeout_graceful_shutdown=5, http=Impatient, backlog=BACKLOG,
        ws="none",  # a connection that became a web socket would no longer be an Impatient one
    )  # fmt: skip
    with listener:
        ready(f"http://{host}:{listener.getsockname()[1]}")
        _Server(config).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Leaves with 0 when it is asked to: uvicorn would end by the signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield


def _kind(method: str, headers: Mapping[bytes, bytes]) -> str:
    """What a browser fetches ahead of a click is none; who asks for headers only is a program."""
    purpose = headers.get(b"sec-purpose", headers.get(b"purpose", headers.get(b"x-moz", b""))).lower()
    if b"prefetch" in purpose or b"preview" in purpose:
        return "preview"
    kind = kind_of(headers.get(b"user-agent", b"")[:400].decode("latin-1").strip())
    return "bot" if method == "HEAD" and kind == "human" else kind


def _ascii(target: str) -> str:
    """The address as a header can carry it."""
    from urllib.parse import quote

    return quote(target, safe="%/:=&?~#+!$,;'@()*[]")


async def _say(send: Send, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*HEADERS, *headers, length]})
    await send({"type": "http.response.body", "body": body})


_UNKNOWN = {
    "en": ("This link leads nowhere", "It may have been cut off. These are the short links of “{name}”."),
    "fr": (
        "Ce lien ne mène nulle part",
        "Il a peut-être été tronqué. Ce sont les liens courts de «\u00a0{name}\u00a0».",
    ),
}
_BUSY = {
    "en": ("One moment, please", "Try again in a few seconds."),
    "fr": ("Un instant, s’il vous plaît", "Réessayez dans quelques secondes."),
}
_WELCOME = {
    "en": (
        "Short links",
        "These are the short links of “{name}”. We count how often each is followed, and nothing about who follows it: no"
        " cookies, no addresses, no logs.",
    ),
    "fr": (
        "Liens courts",
        "Ce sont les liens courts de «\u00a0{name}\u00a0». Nous comptons combien de fois chacun est suivi, et rien sur les"
        " personnes qui le suivent\u00a0: ni témoins, ni adresses, ni journaux.",
    ),
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>body{{font:18px/1.5 system-ui,sans-serif;max-width:36rem;margin:10vh auto;padding:0 1.2rem;
color:#1b1f24;background:#fff}}h1{{font-size:1.4rem}}section+section{{border-top:1px solid #d5d9df;margin-top:2rem}}</style>
</head><body><main>{halves}</main></body></html>
"""
