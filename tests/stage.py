"""A small campaign, planned, approved and due, with an App and local networks by a clock that tests move."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaign_bot.app import App
from campaign_bot.model import Delivery
from campaign_bot.rehearsal import CompressedClock
from campaign_bot.sandbox.server import LocalNetworks, build_world
from tests.campaigns import write_campaign

#: What a post in one language of two says to the checks.
ALONE = {"pair-missing": "a drill in one language"}
DUE = datetime(2027, 1, 18, 17, tzinfo=UTC)


@dataclass
class Stage:
    app: App
    networks: LocalNetworks
    clock: CompressedClock

    def delivery(self, account: str) -> Delivery:
        (one,) = self.app.find(f"facts-2027-01-18@{account}")
        return one

    def posts(self, account: str) -> int:
        return len(self.networks.world.posts_of(account))

    def work(self, *, until: timedelta = timedelta(minutes=30)) -> None:
        """Wake whenever something is due, as the daemon would."""
        self.app.work()
        end = self.clock() + until
        while (wake := self.app.next_wake()) is not None and wake <= end:
            self.clock.move_to(max(wake, self.clock() + timedelta(seconds=1)))
            self.app.work()


@contextmanager
def set_stage(
    tmp_path: Path, files: Mapping[str, str] | None = None, *, approved: bool = True, now: datetime = DUE
) -> Generator[Stage]:
    clock = CompressedClock(DUE - timedelta(hours=1))
    directory = write_campaign(tmp_path / "small", **(files or {}))
    reader = App(directory, environ={}, clock=clock, sandbox=True)
    world = build_world(reader.library.campaign.accounts.values(), seed=1, now=clock)
    reader.close()
    with LocalNetworks(world) as networks:
        app = App(directory, environ={}, clock=clock, sandbox_url=networks.url, database=tmp_path / "a.db")
        app.plan(until=DUE + timedelta(hours=1))
        drafts = app.store.deliveries()
        if approved:
            assert all(one.done for one in app.approve(drafts, app.findings(drafts), person="alex"))
        clock.move_to(now)
        yield Stage(app, networks, clock)
        app.close()
