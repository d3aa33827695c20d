"""The local networks' HTTP server: one port on loopback that speaks X's, Mastodon's and Bluesky's protocols at once.

Their paths do not collide: /2/..., /api/..., /xrpc/.... Faults that a drill asked for are applied here, around the wire
modules, so that those stay honest.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import errno
import hashlib
import signal
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaign_bot.config import is_loopback
from campaign_bot.errors import ConfigError
from campaign_bot.library.files import Account
from campaign_bot.sandbox import sign_in, timeline
from campaign_bot.sandbox.place import LOOPBACK, secrets_of
from campaign_bot.sandbox.world import Behaviour, Fault, LocalAccount, World

#: Where packages register what a network of theirs looks like from here: a module with `router` and `SECRET_FIELDS`.
GROUP = "campaign_bot.local_networks"
OWN_ROUTES = ("/_sandbox/", "/timeline.json")  # not a network's: no fault meets them, nothing counts them
LARGEST_BODY = 600_000_000  # bytes; the largest upload that a network takes is a video of 512 MB


def build_world(accounts: Iterable[Account], *, seed: int, now: Callable[[], datetime]) -> World:
    """Local networks with these accounts, and an audience by this seed."""
    world = World(seed=seed, now=now)
    for account in accounts:
        digest = hashlib.sha256(f"{account.network}/{account.name}".encode()).digest()
        bluesky = account.network == "bluesky"
        world.add_account(
            LocalAccount(
                name=account.name,
                network=account.network,
                language=account.language,
                handle=_handle(account),
                id=f"did:plc:{base64.b32encode(digest)[:24].decode().lower()}"
                if bluesky
                else str(int.from_bytes(digest[:6]) + 10**15),
                secrets=secrets_of(account, _secret_fields(account.network)),
                may=account.may,
            )
        )
    return world


def _handle(account: Account) -> str:
    """The campaign's own, or one that the network would allow: a word, on Bluesky a domain."""
    if account.network != "bluesky":
        return account.handle or account.name.replace("-", "_")
    name = account.handle or account.name
    return name if "." in name else f"{name.replace('_', '-')}.bsky.example"


def build_app(world: World) -> ASGIApp:
    """The wires, the timeline, and the drill's own routes, as one ASGI application."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, max_body_size=LARGEST_BODY)
    for network in sorted({account.network for account in world.accounts.values()}):
        app.include_router(_wire(network).router(world))
    app.include_router(sign_in.router(world))

    def page() -> HTMLResponse:
        return HTMLResponse(timeline.render(world, now=world.now()))

    def listing() -> dict[str, Any]:
        return timeline.listing(world, now=world.now())

    def add_fault(fault: Fault) -> dict[str, bool]:
        with world.lock:
            world.faults.append(fault)
        return {"ok": True}

    def clear_faults() -> dict[str, bool]:
        with world.lock:
            world.faults.clear()
        return {"ok": True}

    def behave(behaviour: Behaviour) -> dict[str, bool]:
        world.behaviour = behaviour
        return {"ok": True}

    def truth() -> list[dict[str, Any]]:
        """What was really created here, for a harness that compares it with what the store believes."""
        with world.lock:
            return [
                {"network": p.network, "account": p.account, "id": p.id, "key": p.key, "text": p.text,
                 "created": p.created.isoformat(), "reply_to": p.reply_to, "deleted": p.deleted}
                for p in world.posts
            ]  # fmt: skip

    app.get("/")(page)
    app.get("/timeline.json")(listing)
    app.post("/_sandbox/faults")(add_fault)
    app.delete("/_sandbox/faults")(clear_faults)
    app.post("/_sandbox/behaviour")(behave)
    app.get("/_sandbox/truth")(truth)
    return Faults(app, world)


class Faults:
    """Between the socket and the wires: counts requests, and lets the next fault in line happen."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(OWN_ROUTES) or scope["path"] == "/":
            await self._app(scope, receive, send)
            return
        fault = self._world.take_fault(self._whose(scope), scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.kind == "late":
            # The whole request is here before the wait: who asked may have gone when it is carried out.
            body = await _whole(receive)
            await asyncio.sleep(fault.delay_s)
            await self._app(scope, _again(body), send)
            return
        if fault.kind in ("lost", "after"):
            await self._app(scope, receive, _nowhere)
        if fault.kind == "lost":
            _hang_up(send)
            return
        await _answer(fault, send)

    def _whose(self, scope: Scope) -> str:
        """The account by the secret in its Authorization header, or by its id in a session's token."""
        header = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"authorization"), "")
        claims = _claims(header)
        for account in self._world.accounts.values():
            if account.id in claims or any(secret in header for secret in account.secrets.values()):
                return account.name
        return ""


def _claims(authorization: str) -> str:
    """What a JSON Web Token says, as text; empty where there is none. Faults need a name, not a proof."""
    _, _, rest = authorization.partition(".")
    payload, _, _ = rest.partition(".")
    try:
        return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    except ValueError:
        return ""


def _hang_up(send: Send) -> None:
    """Close the connection without an answer. ASGI has no word for this: uvicorn's own request cycle knows the
    transport, and `send` is its method."""
    cycle = getattr(send, "__self__")  # noqa: B009
    cycle.disconnected = True
    cycle.transport.abort()


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _again(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _nowhere(_: Message) -> None:
    """The answer that nobody gets."""


async def _answer(fault: Fault, send: Send) -> None:
    headers = {"content-type": "text/html" if fault.body.startswith("<") else "application/json", **fault.headers}
    raw = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.code, "headers": raw})
    await send({"type": "http.response.body", "body": fault.body.encode()})


class LocalNetworks:
    """The server in a thread of this process; ready when `start` returns."""

    def __init__(self, world: World, *, host: str = LOOPBACK, port: int = 0) -> None:
        if not is_loopback(host):
            raise ConfigError(f"The local networks never listen on {host}.", advice=f"Use {LOOPBACK}.")
        self.world = world
        self._host, self._port = host, port
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    def start(self) -> None:
        """Listen and serve: who connects from now on is answered. Raises ConfigError when the port can't be had."""
        app = build_app(self.world)
        try:
            listener = socket.create_server((self._host, self._port), backlog=128)
        except OSError as error:
            why = (
                "is taken by another program" if error.errno == errno.EADDRINUSE else f"can't be had: {error.strerror}"
            )
            raise ConfigError(
                f"Port {self._port} {why}.", advice="Choose another with --port, or 0 for any that is free."
            ) from error
        # asyncio sets this only where a socket names its protocol; without it each answer waits 40 ms for an ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket, self._port = listener, listener.getsockname()[1]
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._serve, name="local-networks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End what is under way and close the port. Once is enough; twice does no harm."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(timeout=5)
        if self._socket is not None:
            self._socket.close()

    def wait(self) -> None:
        """Until SIGINT or SIGTERM."""
        ended = threading.Event()

        def end(_: int, __: FrameType | None) -> None:
            ended.set()

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            ended.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def __enter__(self) -> LocalNetworks:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self) -> None:
        assert self._server is not None  # noqa: S101
        assert self._socket is not None  # noqa: S101
        with contextlib.suppress(KeyboardInterrupt):
            self._server.run(sockets=[self._socket])


class _Server(uvicorn.Server):
    """In a thread: signals belong to the process that started us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@cache
def _wires() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _wire(network: str) -> Any:
    if network not in _wires():
        raise ConfigError(f"There is no local network for {network}.", advice=f"There are: {', '.join(_wires())}.")
    return _wires()[network].load()


def _secret_fields(network: str) -> tuple[str, ...]:
    return _wire(network).SECRET_FIELDS
