"""Processes of the harness: the local networks, and daemons that die where they are told to.

Both are forked from this process, with every client library loaded, so that a start takes a moment and not seconds.
They are processes of their own and are killed with SIGKILL; nothing of theirs runs at exit.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import Value
from pathlib import Path
from typing import Any, NoReturn

from campaign_bot import log, publish
from campaign_bot.app import App
from campaign_bot.daemon import Daemon
from campaign_bot.model import Delivery, Outgoing, Receipt, State
from campaign_bot.networks.base import Connection
from campaign_bot.sandbox.server import LocalNetworks, build_world
from campaign_bot.store.connection import Connections
from campaign_bot.store.database import Database
from campaign_bot.store.sqlite import SqliteStore

#: The engine's own times, shortened alike, so that a recovery takes seconds.
TIMING = publish.Timing(
    lease=timedelta(seconds=5), look_spacing=timedelta(seconds=3), first_backoff=timedelta(seconds=0.3),
    longest_backoff=timedelta(seconds=2), attempts=40, rate_limit_pause=timedelta(seconds=2),
)  # fmt: skip
TIMEOUT_S = "1"

FAILPOINTS = (
    "before the intent",
    "after the intent",
    "request on the wire",
    "after the answer",
    "before the receipt's commit",
    "between a thread's parts",
    "before the outcome",
)

#: Seconds that the clock of every daemon is off by; shared, so that it can be set while they run. Without a lock: who is
#: killed while holding it would hold it for ever.
clock_offset: Any = Value("d", 0.0, lock=False)


def now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=clock_offset.value)


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL does not return")


@dataclass
class Trap:
    """Where this daemon dies: at the `after`-th time that it comes by `point`."""

    point: str = ""
    after: int = 1

    def at(self, point: str) -> None:
        if point == self.point:
            self.after -= 1
            if self.after == 0:
                die()


class DeadlyConnections(Connections):
    trap: Trap = Trap()
    in_receipt = threading.local()

    @contextmanager
    def write(self) -> Generator[Database]:
        with super().write() as db:
            yield db
            if getattr(self.in_receipt, "yes", False):
                self.trap.at("before the receipt's commit")


class DeadlyStore(SqliteStore):
    def __init__(self, path: Path, trap: Trap) -> None:
        super().__init__(path, simulated=True)
        self._trap = trap
        self._connections.close()
        self._connections = DeadlyConnections(path, simulated=True)
        self._connections.trap = trap

    def begin_attempt(self, delivery: str, content_hash: str, **more: Any) -> Delivery | None:
        self._trap.at("before the intent")
        claimed = super().begin_attempt(delivery, content_hash, **more)
        if claimed is not None:
            self._trap.at("after the intent")
        return claimed

    def record_receipt(self, delivery: str, part: int, receipt: Receipt, *, now: datetime) -> None:
        self._trap.at("after the answer")
        DeadlyConnections.in_receipt.yes = True
        super().record_receipt(delivery, part, receipt, now=now)
        DeadlyConnections.in_receipt.yes = False
        if part == 0 and len((self.delivery(delivery) or _nothing()).content.parts) > 1:
            self._trap.at("between a thread's parts")

    def settle_sent(self, delivery: str, *, owner: str, now: datetime) -> bool:
        self._trap.at("before the outcome")
        return super().settle_sent(delivery, owner=owner, now=now)


def _nothing() -> Delivery:
    raise AssertionError("a receipt for a delivery that is not there")


class DeadlyApp(App):
    """An App whose store and connections spring the trap; `blind` resends without looking, to see duplicates happen."""

    def __init__(self, directory: Path, url: str, trap: Trap, *, blind: bool, elsewhere: bool) -> None:
        super().__init__(
            directory, environ={"CAMPAIGN_BOT_TIMEOUT_S": TIMEOUT_S}, clock=now, sandbox_url=url, timing=TIMING
        )
        self._trap = trap
        self._blind = blind
        if elsewhere:  # another machine: nobody here can see that its process is gone, its lease has to end
            self.owner = f"elsewhere-{os.urandom(4).hex()}:{os.getpid()}:0"
        self.__dict__["store"] = (BlindStore if blind else DeadlyStore)(self.database, trap)

    def connection(self, account_name: str) -> Connection:
        made = super().connection(account_name)
        if self._trap.point == "request on the wire" and not hasattr(made, "_trapped"):
            real, trap = made.publish, self._trap

            def send(part: Outgoing, ready: Callable[[], None] = lambda: None) -> Receipt:
                def armed() -> None:
                    ready()
                    trap.after -= 1
                    if trap.after == 0:
                        threading.Timer(random.uniform(0, 0.02), die).start()

                return real(part, armed)

            made.publish = send  # type: ignore[method-assign]
            made._trapped = True  # type: ignore[attr-defined]
        return made


class BlindStore(DeadlyStore):
    """Breaks the promise on purpose: what may have been sent is taken for not sent. The harness has to see it."""

    def settle_unconfirmed(self, delivery: str, *, now: datetime, why: str, owner: str, **_: Any) -> bool:
        return self.settle_later(delivery, owner=owner, not_before=now, counted=True, now=now, why=why)

    def expire_leases(self, now: datetime, *, dead: Sequence[str] = ()) -> int:
        done = super().expire_leases(now, dead=dead)
        for one in self.deliveries((State.UNCONFIRMED,)):
            self.settle_later(one.key, owner="", not_before=now, counted=True, now=now, why="blind", looks=0)
        return done


@dataclass
class Process:
    """A forked process, known by its id."""

    pid: int
    ended: bool = field(default=False)

    def kill(self, number: int = signal.SIGKILL) -> None:
        if not self.over():
            os.kill(self.pid, number)

    def over(self) -> bool:
        if not self.ended:
            pid, _ = os.waitpid(self.pid, os.WNOHANG)
            self.ended = pid != 0
        return self.ended

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not self.over() and time.monotonic() < end:
            time.sleep(0.01)
        return self.ended

    def end(self) -> None:
        self.kill()
        self.wait(5)


def fork(work: Callable[[], None], output: Path) -> Process:
    """Run `work` in a child that writes to `output` and never comes back here."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Process(pid)
    code = 1
    try:
        with output.open("ab", buffering=0) as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        sys.stdout = open(1, "w", closefd=False, buffering=1)  # noqa: SIM115
        sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - it is written down, and the child ends here whatever it was
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def start_networks(directory: Path, port_file: Path) -> Process:
    """The local networks, in a process of their own: they keep the truth of what was created."""

    def work() -> None:
        files = App(directory, environ={}, sandbox=True)
        world = build_world(files.library.campaign.accounts.values(), seed=1, now=lambda: datetime.now(UTC))
        networks = LocalNetworks(world)
        networks.start()
        beside = port_file.with_suffix(".new")
        beside.write_text(networks.url)
        beside.rename(port_file)
        networks.wait()

    return fork(work, directory / "networks.log")


def start_daemon(
    directory: Path, url: str, *, trap: Trap | None = None, blind: bool = False, elsewhere: bool = False,
    largest_file: int = 0, user: int = 0,
) -> Process:  # fmt: skip
    def work() -> None:
        if largest_file:  # a full disk, for this process
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
        if user:
            os.setuid(user)
        log.configure(style="json", secrets=())
        app = DeadlyApp(directory, url, trap or Trap(), blind=blind, elsewhere=elsewhere)
        Daemon(app).run()

    return fork(work, directory / "daemons.log")


def preload() -> None:
    """Load what a daemon would load at its first send, before forking."""
    for name in ("tweepy", "mastodon", "atproto", "httpx", "requests", "twitter_text"):
        __import__(name)


def settings(_: Mapping[str, str] | None = None) -> None:
    """Nothing of the caller's own settings reaches the harness."""
    for name in list(os.environ):
        if name.startswith("CAMPAIGN_BOT_"):
            del os.environ[name]
