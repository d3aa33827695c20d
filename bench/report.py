"""How long the report takes over a million and ten million counts, and how much memory.

`make bench-report` makes databases in a temporary directory (about 1.1 GB for each million counts), writes the report
as a user would (a process of its own), and prints JSON. The counts are made up; the layout is the store's own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3

from campaign_bot.model import Content, Media, Part
from campaign_bot.store.sqlite import SqliteStore
from tests.campaigns import CAMPAIGN, write_campaign

ACCOUNTS = ("x-en", "x-fr", "mastodon-en", "mastodon-fr", "bluesky-en", "bluesky-fr")
AGES_H = (1, 6, 24, 72, 168)
BEGIN_MS = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)
HOUR_MS = 3_600_000


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:20]


def fill(path: Path, snapshots: int) -> None:
    """Posts every few minutes, six deliveries each, five counts a delivery."""
    SqliteStore(path).close()
    db: Any = pysqlite3.connect(str(path), isolation_level=None)  # pyright: ignore[reportAttributeAccessIssue]
    db.execute("pragma synchronous = off")
    posts = snapshots // len(AGES_H) // len(ACCOUNTS)
    step = 6 * 365 * 24 * HOUR_MS // max(posts, 1)
    draw = random.Random(1)
    media = Media("0" * 64, "image/png", "A card with a fact, described", "content/cards/fact.svg.j2", 1200, 675)
    texts = [
        Content(language, (Part(f"{'Did you know' if n % 3 else 'What do you think'}? " + "word " * 40, (media,) * (n % 2)),))
        for n in range(12)
        for language in ("en", "fr")
    ]  # fmt: skip
    contents = [(one.to_json(), one.sha256) for one in texts]

    def deliveries() -> Iterator[tuple[Any, ...]]:
        for number in range(posts):
            at = BEGIN_MS + number * step
            for place, account in enumerate(ACCOUNTS):
                network, _, language = account.partition("-")
                content, sha = contents[2 * (number % 12) + place % 2]
                yield (key(number * 6 + place), key(-number - 1), account, network, language, at, "sent", content, sha,
                       240, 280, "[]", 1, at, at + 800)  # fmt: skip

    def counts() -> Iterator[tuple[Any, ...]]:
        for number in range(posts * 6):
            final = draw.lognormvariate(2.5, 1.0)
            sent = BEGIN_MS + number // 6 * step + 800
            for hours in AGES_H:
                n = int(final * (1 - 0.5 ** (hours / 5)))
                yield (key(number), hours * HOUR_MS, sent + hours * HOUR_MS + 30_000, n, n // 4, n // 8, 0, None,
                       n * 40 if number % 6 < 2 else None, 0, 0)  # fmt: skip

    db.execute("begin")
    db.executemany(
        "insert into post (key, name, schedule, series, item, slot_ms, wall_time, priority, commitments, rung)"
        " values (?, ?, 'weekly', ?, ?, ?, '', ?, '[]', '')",
        ((key(-n - 1), f"p-{n}", f"series-{n % 8}", str(n), BEGIN_MS + n * step, ("impact", "")[n % 2]) for n in range(posts)),
    )  # fmt: skip
    db.executemany(
        "insert into delivery (key, post, account, network, language, due_ms, state, content, content_hash, length,"
        " length_limit, network_keys, attempts, updated_ms, sent_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        deliveries(),
    )
    db.executemany(
        "insert into snapshot (delivery, age_ms, taken_ms, likes, reposts, replies, quotes, bookmarks, impressions, gone,"
        " simulated) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        counts(),
    )
    db.executemany(
        "insert into followers (account, at_ms, followers, simulated) values (?, ?, ?, 0)",
        ((account, BEGIN_MS - 1, 900 + 100 * place) for place, account in enumerate(ACCOUNTS)),
    )
    db.execute("commit")
    db.close()


def measure(directory: Path, form: str) -> dict[str, float]:
    """One report by the command, as a process of its own: seconds and the most memory that any had so far."""
    begin = time.monotonic()
    command = [sys.executable, "-m", "campaign_bot", "-C", str(directory), "report", "--format", form, "-o", "out"]
    subprocess.run(command, check=True, cwd=directory, env={**os.environ, "NO_COLOR": "1"})
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": round(time.monotonic() - begin, 2), "memory_mb": round(memory)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--snapshots", type=int, nargs="*", default=[1_000_000, 10_000_000])
    found: dict[str, Any] = {}
    for number in parser.parse_args().snapshots:
        with tempfile.TemporaryDirectory(prefix="campaign-bot-bench-") as place:
            directory = write_campaign(Path(place) / "c")
            campaign = CAMPAIGN.replace("[1h, 24h]", "[1h, 6h, 24h, 3d, 7d]")
            (directory / "content" / "campaign.yaml").write_text(campaign, encoding="utf-8")
            fill(directory / "campaign.db", number)
            size = (directory / "campaign.db").stat().st_size / 1e9
            found[f"{number:,} counts"] = {"database_gb": round(size, 2), "html": measure(directory, "html")}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
