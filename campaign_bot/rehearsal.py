"""A whole campaign before its launch: real files, real clients over HTTP, real SQLite; only the people are simulated.

The clock jumps from one due instant to the next, so that weeks take seconds. Everything is marked SIMULATED.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from campaign_bot import check
from campaign_bot.app import App
from campaign_bot.app.working import READ_BY
from campaign_bot.errors import ConfigError
from campaign_bot.model import State
from campaign_bot.sandbox import timeline
from campaign_bot.sandbox.server import LocalNetworks, build_world
from campaign_bot.store.sqlite import SqliteStore

#: Who approves in a rehearsal. In the record it can't be taken for a person.
STAND_IN = "rehearsal (stand-in approver)"


class CompressedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Forward only: time does not run backwards, not even here."""
        self._now = max(self._now, instant)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a rehearsal is."""

    now: datetime
    sent: int
    of: int
    collected: int
    share: float  # of the simulated time, 0 to 1


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal leaves behind."""

    app: App
    networks: LocalNetworks
    database: Path
    timeline: Path
    not_approved: dict[str, str]  # POST@ACCOUNT -> why the stand-in could not approve it


def rehearse(
    directory: Path,
    out: Path,
    *,
    seed: int,
    weeks: int | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Rehearsed:
    """Play the campaign in `directory`; write database and timeline into `out`. The caller closes `app` and stops
    `networks`. Raises ContentError when the files are not right, before anything is written."""
    clock = CompressedClock(datetime(2000, 1, 1, tzinfo=UTC))
    files = App(directory, environ={}, clock=clock, sandbox=True)
    campaign = files.library.campaign
    zone = ZoneInfo(campaign.timezone)
    begin = datetime.combine(campaign.starts, time.min, zone).astimezone(UTC)
    end = files.campaign_end() if weeks is None else min(begin + timedelta(weeks=weeks), files.campaign_end())
    files.close()
    clock.move_to(begin)

    database = _fresh_database(out)
    world = build_world(campaign.accounts.values(), seed=seed, now=clock)
    local = LocalNetworks(world)
    local.start()
    app = App(directory, environ={}, clock=clock, sandbox_url=local.url, database=database)
    app.stand_in = STAND_IN
    app.plan(until=end)
    not_approved = _approve_all(app)
    check.forget()  # nothing is judged any more; what follows needs the memory
    _play(app, clock, end + max(campaign.collect_at, default=timedelta()) * READ_BY, progress)
    timeline_file = out / "timeline.html"
    timeline.write(world, timeline_file)
    return Rehearsed(app, local, database, timeline_file, not_approved)


def _play(app: App, clock: CompressedClock, end: datetime, progress: Callable[[Progress], None]) -> None:
    begin, total = clock(), len(app.store.deliveries((State.APPROVED,)))
    sent = collected = 0
    while (wake := app.next_wake()) is not None and wake <= end:
        clock.move_to(wake)
        worked = app.work()
        sent, collected = sent + worked.sent, collected + worked.collected
        share = (clock() - begin) / (end - begin)
        progress(Progress(clock(), sent, total, collected, share))
    clock.move_to(end)
    app.work()
    progress(Progress(clock(), sent, total, collected, 1.0))


def _approve_all(app: App) -> dict[str, str]:
    drafts = app.store.deliveries((State.DRAFT,))
    decisions = app.approve(drafts, app.findings(drafts), person=STAND_IN, note="so that the rehearsal can go on")
    names = {post.key: post.name for post in app.store.posts().values()}
    return {
        f"{names.get(one.delivery.post, one.delivery.post)}@{one.delivery.account}": one.why
        for one in decisions
        if not one.done
    }


def _fresh_database(out: Path) -> Path:
    """An empty place for this rehearsal. Only a database that is itself SIMULATED is ever replaced."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{out} cannot be made: {error.strerror}.", advice="Choose another place with --out."
        ) from error
    database = out / "rehearsal.db"
    if database.exists():
        SqliteStore(database, simulated=True).close()  # raises when it holds anything real
        for file in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm", ".lock"))):
            file.unlink(missing_ok=True)
    return database
