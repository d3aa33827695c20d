"""Collecting and asking at scale: a database of a million snapshots, made and measured. `python -m bench.collect [SNAPSHOTS]`.

Deliveries are spread evenly over two years, so that one in 24 is young enough to be read again. Figures are of this machine and
this moment; each is the median of a few runs, `status` as a process from its start to its end.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from msgspec.structs import astuple
from rich.console import Console
from rich.table import Table

from bench.engine import ACCOUNTS, BOT, write_campaign
from campaign_bot.model import Content, Part
from campaign_bot.store.record import Head, next_line
from campaign_bot.store.sqlite import SqliteStore

AGES = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=30),
)
SPAN = timedelta(days=730)
RUNS = 5
#: What a dashboard asks: name -> (SQL, milliseconds promised).
DASHBOARD = {
    "the 50 posts that were sent last": "select post, account, sent, url from posts where delivery in"
    " (select key from delivery where state = 'sent' order by sent_ms desc limit 50)",
    "counts of one post": "select * from engagement where delivery = :delivery",
    "followers over time": "select * from audience where account = 'x-0'",
    "the last 100 events": "select * from event order by id desc limit 100",
    "spending by month": "select month, network, sum(usd) from spending group by 1, 2",
    "polls, outcomes, clicks": "select (select count(*) from polls), (select sum(count) from outcomes), (select sum(count) from clicks)",
    "last 30 days by network at 24 h": "select network, count(*), sum(likes), sum(reposts) from delivery join snapshot on"
    " snapshot.delivery = delivery.key and age_ms = 86400000 and in_time and not gone"
    " where state = 'sent' and sent_ms > :month group by network",
}
#: Everything at once: analysts' questions, for which there is no promise.
ANALYSIS = {
    "all posts by network at 24 h": "select network, count(*), avg(engagements) from engagement where age_hours = 24 group by network",
}


def fill(path: Path, snapshots: int, now: datetime) -> None:
    store = SqliteStore(path)
    db = store._connections.db.conn
    number = snapshots // len(AGES)
    now_ms, span_ms = round(now.timestamp() * 1000), round(SPAN.total_seconds() * 1000)
    draw = random.Random(1)
    content = Content("en", (Part("A post of the bench. https://open.canada.ca/en"),))
    body, digest = content.to_json(), content.sha256

    def sent(index: int) -> int:
        return now_ms - span_ms + span_ms * index // number

    def counts() -> Iterator[tuple[Any, ...]]:
        for index in range(number):
            likes = draw.randrange(50)
            for age in AGES:
                age_ms = round(age.total_seconds() * 1000)
                if sent(index) + age_ms <= now_ms - 3_600_000:
                    likes += draw.randrange(5)
                    yield f"k{index}", age_ms, sent(index) + age_ms, likes, likes // 4, likes // 9, 0, 0, 1, ""

    db.execute("begin")
    db.executemany(
        "insert into post (key, name, schedule, series, item, slot_ms, wall_time, priority, commitments, rung)"
        " values (?, ?, 'w', 'facts', 'one', ?, '', 'impact', '[\"impact-2\"]', 'aware')",
        ((f"p{index}", f"facts-{index}", sent(index)) for index in range(number)),
    )
    db.executemany(
        "insert into delivery (key, post, account, network, language, due_ms, state, content, content_hash, length,"
        " length_limit, sent_ms, updated_ms, attempts) values (?, ?, ?, ?, 'en', ?, 'sent', ?, ?, 46, 500, ?, ?, 1)",
        (
            (f"k{index}", f"p{index}", ACCOUNTS[index % 20], ACCOUNTS[index % 20].partition("-")[0], sent(index), body, digest,
             sent(index), sent(index))
            for index in range(number)
        ),
    )  # fmt: skip
    db.executemany(
        "insert into receipt (delivery, part, remote_id, url, cid, at_ms, simulated) values (?, 0, ?, ?, '', ?, 0)",
        ((f"k{index}", str(index), f"https://x.example/{index}", sent(index)) for index in range(number)),
    )
    db.executemany(
        "insert into snapshot (delivery, age_ms, taken_ms, likes, reposts, replies, gone, simulated, in_time, mark)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        counts(),
    )
    db.executemany(
        "insert into event (id, at_ms, actor, action, subject, detail, previous, hash) values (?, ?, ?, ?, ?, ?, ?, ?)",
        record(number, sent),
    )
    db.executemany(
        "insert into followers (account, at_ms, followers, simulated) values (?, ?, ?, 0)",
        ((name, now_ms - day * 86_400_000, 1000 + day) for name in ACCOUNTS for day in range(SPAN.days)),
    )
    db.executemany(
        "insert into spend (account, action, resource, day, network, at_ms, usd_micro, simulated)"
        " values (?, 'post', ?, '', 'x', ?, 15000, 0)",
        ((ACCOUNTS[index % 20], str(index), sent(index)) for index in range(0, number, 3)),
    )
    db.execute("commit")
    db.execute("analyze")
    store.close()


def record(number: int, sent: Callable[[int], int]) -> Iterator[tuple[Any, ...]]:
    """One event a delivery, each following the one before."""
    head = Head()
    for index in range(number):
        line = next_line(head, at_ms=sent(index), actor="publisher", action="sent", subject=f"k{index}", detail="{}")
        head = Head(line.id, line.hash)
        yield astuple(line)


def timed(work: Callable[[], object], runs: int = RUNS) -> float:
    """Milliseconds, the median."""
    found: list[float] = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        found.append((time.perf_counter() - begun) * 1000)
    return median(found)


def as_process(command: list[str], runs: int = RUNS) -> str:
    """Seconds from its start to its end, and of the processor: the second is the same where others work too."""
    wall, processor = list[float](), list[float]()
    for _ in range(runs):
        begun, before = time.perf_counter(), _children_s()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall.append(time.perf_counter() - begun)
        processor.append(_children_s() - before)
    return f"{median(wall):.2f} s ({median(processor):.2f} s of the processor)"


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    snapshots = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 1_000_000
    shown = Table("what", "measured", "promised", box=None, pad_edge=False)
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_campaign(directory)
        begun = time.monotonic()
        fill(directory / "campaign.db", snapshots, now)
        size = (directory / "campaign.db").stat().st_size / 1e6
        store = SqliteStore(directory / "campaign.db")
        rows = store._rows("select count(*) as number from snapshot")[0]["number"]
        shown.add_row(f"made: {rows:,} snapshots", f"{time.monotonic() - begun:.0f} s, {size:.0f} MB", "")
        first = timed(lambda: store.due_snapshots(AGES, now), runs=1)
        due = store.due_snapshots(AGES, now)
        shown.add_row(f"first look after the ages changed ({len(due):,} due)", f"{first:.0f} ms", "")
        if due:
            store.record_snapshots([(one, None) for one in due], now=now)
        shown.add_row("counts due now", f"{timed(lambda: store.due_snapshots(AGES, now)):.1f} ms", "10 ms")
        shown.add_row("next instant", f"{timed(lambda: store.next_due(now, AGES)):.1f} ms", "10 ms")
        shown.add_row("due to be sent", f"{timed(lambda: store.due(now)):.1f} ms", "10 ms")
        command = [*BOT, "-C", str(directory), "status"]
        shown.add_row(
            "status, as a process",
            as_process(command),
            "0.3 s",
        )
        nothing = [*BOT, "--version"]
        shown.add_row(
            "  of it: --version, as a process",
            as_process(nothing),
            "",
        )
        values = {"delivery": "k100", "month": round((now - timedelta(days=30)).timestamp() * 1000)}
        for what, sql in {**DASHBOARD, **ANALYSIS}.items():
            used = {key: value for key, value in values.items() if f":{key}" in sql}
            ms = timed(lambda sql=sql, used=used: store._rows(sql, used))
            shown.add_row(what, f"{ms:.1f} ms", "100 ms" if what in DASHBOARD else "")
        store.close()
    Console(width=120).print(shown)


if __name__ == "__main__":
    main()
