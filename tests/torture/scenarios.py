"""Each fault by its name, and the run that tries it."""

from __future__ import annotations

import contextlib
import json
import os
import random
import tempfile
import time
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from campaign_bot.model import Delivery, State
from campaign_bot.store.sqlite import SqliteStore
from tests.database import connect
from tests.torture import campaign
from tests.torture.campaign import ACCOUNTS, Verdict
from tests.torture.daemons import FAILPOINTS, Process, Trap, clock_offset, start_daemon, start_networks

DRAIN_S = 90.0
NOBODY = 65_534
CREATE = ("POST /2/tweets", "POST /api/v1/statuses", "POST /xrpc/com.atproto.repo.createRecord")


@dataclass
class Run:
    """One scenario's directory, networks and database."""

    directory: Path
    url: str
    networks: Process
    store: SqliteStore
    dice: random.Random
    blind: bool
    tries: int = 0
    daemons: list[Process] = field(default_factory=list[Process])
    _number: int = 0

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{path}", data, {"content-type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def fault(self, kind: str, times: int, **more: Any) -> None:
        for route in CREATE:
            self.ask("POST", "faults", {"kind": kind, "route": route, "times": times, **more})

    def post(self, count: int, *, within: float = 0.5) -> None:
        """So many deliveries for accounts in turn, due in the next moment."""
        for _ in range(count):
            account = ACCOUNTS[self._number % len(ACCOUNTS)]
            due = datetime.now(UTC) + timedelta(seconds=self.dice.uniform(0, within))
            campaign.add(self.store, account, self._number // len(ACCOUNTS), due)
            self._number += 1

    def daemon(self, **more: Any) -> Process:
        one = start_daemon(self.directory, more.pop("url", self.url), blind=self.blind, **more)
        self.daemons.append(one)
        return one

    def drain(self) -> None:
        """A healthy daemon until nothing is under way any more."""
        one = self.daemon()
        end = time.monotonic() + (DRAIN_S / 10 if self.blind else DRAIN_S)  # what is broken may never come to rest
        while time.monotonic() < end:
            open_ones = self.store.deliveries((State.APPROVED, State.SENDING, State.UNCONFIRMED))
            if all(_rests(d) for d in open_ones):
                break
            time.sleep(0.2)
        one.end()


@dataclass(frozen=True)
class Scenario:
    name: str
    play: Callable[[Run, int], None]  # with how many tries


@dataclass
class Outcome:
    name: str
    tries: int
    verdict: Verdict
    recover_s: list[float]

    def row(self) -> tuple[str, ...]:
        found = self.verdict
        times = f"{median(self.recover_s):.1f} / {max(self.recover_s):.1f}" if self.recover_s else "-"
        wrong = len(found.disordered) + len(found.incomplete) + (found.integrity != "ok")
        return (
            self.name, str(self.tries), str(found.posts), str(len(found.duplicates)), str(len(found.lost)), str(wrong),
            str(found.person), str(found.shown), times,
        )  # fmt: skip


COLUMNS = ("fault", "tries", "posts", "duplicates", "lost", "disorder", "person", "shown", "recovery s (median / max)")


def play(scenario: Scenario, tries: int, seed: int, *, blind: bool = False) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="torture-") as name, _run(Path(name), seed, blind) as run:
        scenario.play(run, tries)
        clock_offset.value = 0.0
        run.ask("DELETE", "faults")
        run.drain()
        truth = run.ask("GET", "truth")
        return Outcome(scenario.name, run.tries, campaign.judge(run.store.path, truth), _recoveries(run.store))


@contextlib.contextmanager
def _run(directory: Path, seed: int, blind: bool) -> Generator[Run]:
    campaign.write(directory)
    directory.chmod(0o755)
    port_file = directory / "url"
    networks = start_networks(directory, port_file)
    try:
        end = time.monotonic() + 20
        while not port_file.exists():
            assert time.monotonic() < end, (directory / "networks.log").read_text()
            time.sleep(0.02)
        store = SqliteStore(directory / "sandbox.db", simulated=True)
        run = Run(directory, port_file.read_text(), networks, store, random.Random(seed), blind)
        try:
            yield run
        finally:
            for one in run.daemons:
                one.end()
            store.close()
    finally:
        networks.end()


def _rests(one: Delivery) -> bool:
    """It waits for a person, or for the end of a network's limit that is farther away than the harness waits."""
    if one.state is State.UNCONFIRMED:
        return one.not_before is None
    until = one.not_before
    return one.state is State.APPROVED and until is not None and until > datetime.now(UTC) + timedelta(seconds=DRAIN_S)


def _recoveries(store: SqliteStore) -> list[float]:
    """From the first sign of trouble of a delivery to its being sent, in seconds."""
    begun: dict[str, float] = {}
    took: list[float] = []
    for event in store.events():
        if event.action in ("later", "unconfirmed", "lease-expired"):
            begun.setdefault(event.subject, event.at.timestamp())
        elif event.action == "sent" and event.subject in begun:
            took.append(max(event.at.timestamp() - begun.pop(event.subject), 0))
    return took


# ---- kills


def _kills(point: str) -> Callable[[Run, int], None]:
    def play(run: Run, tries: int) -> None:
        for number in range(tries):
            run.post(3, within=0.2)
            trap = Trap(point, run.dice.randint(1, 3)) if point else Trap()
            daemon = run.daemon(trap=trap, elsewhere=number % 3 == 2)
            if not point or not daemon.wait(1.5):
                time.sleep(run.dice.uniform(0, 0.4) if not point else 0)
                daemon.end()
            run.tries += 1

    return play


def _several(number: int) -> Callable[[Run, int], None]:
    """So many daemons at once; one of them is killed and replaced again and again."""

    def play(run: Run, tries: int) -> None:
        daemons = [run.daemon() for _ in range(number)]
        for _ in range(tries):
            run.post(4, within=0.3)
            time.sleep(run.dice.uniform(0.1, 0.4))
            victim = run.dice.randrange(number)
            daemons[victim].end()
            daemons[victim] = run.daemon()
            run.tries += 1

    return play


# ---- the wire


def _wire(kind: str, **more: Any) -> Callable[[Run, int], None]:
    def play(run: Run, tries: int) -> None:
        daemon = run.daemon()
        for _ in range(tries):
            run.fault(kind, 1, **more)
            run.post(6, within=0.2)
            time.sleep(0.3)
            run.tries += len(CREATE)
        _quiet(run, 12)
        daemon.end()

    return play


def _behaviour(**ways: Any) -> Callable[[Run, int], None]:
    """A way of the server, and answers that get lost: the two together."""

    def play(run: Run, tries: int) -> None:
        run.ask("POST", "behaviour", ways)
        _wire("lost")(run, tries)

    return play


def _unreachable(url: str) -> Callable[[Run, int], None]:
    """Nobody there; then the right address again."""

    def play(run: Run, tries: int) -> None:
        for _ in range(tries):
            run.post(4, within=0.1)
            daemon = run.daemon(url=url)
            time.sleep(1)
            daemon.end()
            run.tries += 1

    return play


def _revoked(run: Run, tries: int) -> None:
    """The token is refused in the middle; a person mends it, resumes and lets go what was held."""
    daemon = run.daemon()
    for _ in range(tries):
        run.fault("status", 2, code=401, body='{"error":"The access token was revoked","message":"revoked"}')
        run.post(6, within=0.1)
        time.sleep(0.8)
        run.ask("DELETE", "faults")
        at = datetime.now(UTC)
        run.store.resume("*", now=at, actor="harness")
        run.tries += 1
    time.sleep(1)
    run.store.resume("*", now=datetime.now(UTC), actor="harness")
    for one in run.store.deliveries((State.APPROVED,)):
        run.store.release(one.key, not_before=datetime.now(UTC), now=datetime.now(UTC), actor="harness")
    daemon.end()


def _clock(run: Run, tries: int) -> None:
    """The clock jumps an hour forward and back while posts leave and answers get lost."""
    daemon = run.daemon()
    for _ in range(tries):
        for step in (3600, -3600):
            run.fault("lost", 1)
            run.post(4, within=0.3)
            time.sleep(run.dice.uniform(0.1, 0.4))
            clock_offset.value += step
            run.tries += 1
            time.sleep(run.dice.uniform(0.1, 0.5))
    _quiet(run, 12)
    daemon.end()


# ---- the disk


def _full(run: Run, tries: int) -> None:
    """The database cannot grow: now before, now after the network has answered."""
    for number in range(tries):
        run.post(6, within=0.1)
        size = max((run.directory / name).stat().st_size for name in ("sandbox.db", "sandbox.db-wal"))
        daemon = run.daemon(largest_file=size + 4096 * (number % 4) + 100)
        time.sleep(1.2)
        daemon.end()
        run.tries += 1


def _read_only(run: Run, tries: int) -> None:
    """A daemon that may read the database but not write it."""
    for _ in range(tries):
        run.post(4, within=0.1)
        for file in run.directory.glob("sandbox.db*"):
            file.chmod(0o444)
        daemon = run.daemon(user=NOBODY if os.getuid() == 0 else 0)
        time.sleep(1)
        daemon.end()
        for file in run.directory.glob("sandbox.db*"):
            file.chmod(0o644)
        run.tries += 1


def _locked(run: Run, tries: int) -> None:
    """Another process holds the database for ten seconds while posts fall due."""
    daemon = run.daemon()
    for _ in range(tries):
        run.post(6, within=0.4)
        with contextlib.closing(connect(run.store.path, isolation_level=None, timeout=20)) as other:
            other.execute("begin exclusive")
            time.sleep(10)
            other.execute("rollback")
        run.tries += 1
    daemon.end()


def _backup(run: Run, tries: int) -> None:
    """Copies are taken while posts leave; each is whole."""
    daemon = run.daemon()
    for number in range(tries):
        run.post(6, within=0.2)
        copy = run.directory / f"copy-{number}.db"
        run.store.backup(copy, now=datetime.now(UTC))
        with contextlib.closing(connect(copy)) as db:
            assert db.execute("pragma integrity_check").fetchone()[0] == "ok"
        run.tries += 1
    daemon.end()


def _quiet(run: Run, seconds: float) -> None:
    """Let the recoveries happen."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(
        one.state is not State.UNCONFIRMED or one.not_before is not None
        for one in run.store.deliveries((State.APPROVED, State.SENDING, State.UNCONFIRMED))
    ):
        time.sleep(0.2)


RESET = {"x-rate-limit-reset": "1", "X-RateLimit-Reset": "2020-01-01T00:00:00Z", "ratelimit-reset": "1"}
LIMITED = '{"error":"RateLimitExceeded","message":"slow down","errors":[{"code":88,"message":"Rate limit exceeded"}]}'
SCENARIOS = (
    Scenario("kill -9 at any time", _kills("")),
    *(Scenario(f"kill -9 {point}", _kills(point)) for point in FAILPOINTS),
    Scenario("two daemons, one killed", _several(2)),
    Scenario("four daemons, one killed", _several(4)),
    Scenario("created, answer lost", _wire("lost")),
    Scenario("answer after the timeout", _wire("late", delay_s=1.6)),
    Scenario("500 after creating", _wire("after", code=500, body="{}")),
    Scenario("502 with a page", _wire("after", code=502, body="<html>Bad gateway</html>")),
    Scenario("truncated JSON after creating", _wire("after", code=200, body='{"id": "12')),
    Scenario("503 before creating", _wire("status", code=503, body="{}")),
    Scenario("429 with headers", _wire("status", code=429, body=LIMITED, headers=RESET)),
    Scenario("429 without headers", _wire("status", code=429, body=LIMITED)),
    Scenario("connection refused", _unreachable("http://127.0.0.1:9")),
    Scenario("name not found", _unreachable("http://networks.invalid:80")),
    Scenario("token revoked in the middle", _revoked),
    Scenario("server takes a post again", _behaviour(forgetful=True)),
    Scenario("listing lags 2 s", _behaviour(listing_lag_s=2.0, forgetful=True)),
    Scenario("clock set by 1 h and back", _clock),
    Scenario("disk full", _full),
    Scenario("database read-only", _read_only),
    Scenario("database locked for 10 s", _locked),
    Scenario("backup while sending", _backup),
)
