"""The last counts of each delivery, and how many deliveries stand where, kept as they come, are what the snapshots and the
deliveries say, whoever writes, and in whatever order."""

from __future__ import annotations

import random
from typing import Any

from campaign_bot.store.connection import memory
from campaign_bot.store.database import Database
from campaign_bot.store.migrations import migrate
from campaign_bot.store.rows import COUNT_FIELDS

NAMES = ", ".join(COUNT_FIELDS)
COLUMNS = f"delivery, network, due_ms, sent_ms, age_ms, taken_ms, {NAMES}, told, least, most"
NOTHING: tuple[int | None, ...] = (None,) * len(COUNT_FIELDS)
WRITES = (
    "insert or ignore into delivery (key, post, account, network, language, due_ms, state, content, content_hash, sent_ms)"
    " values (:key, 'p', 'x-en', :network, 'en', 1, :state, '{}', '', :sent)",
    "insert or replace into delivery (key, post, account, network, language, due_ms, state, content, content_hash, sent_ms)"
    " values (:key, 'p', 'x-en', :network, 'en', 2, :state, '{}', '', :sent)",
    "update delivery set state = :state where key = :key",
    "update delivery set sent_ms = :sent where key = :key",
    "update delivery set due_ms = due_ms + 1 where key = :key",
    "update delivery set network = :network where key = :key",
    "update or ignore delivery set key = :other where key = :key",
    "delete from delivery where key = :key and :age = 0",
    *[
        f"insert or {conflict} into snapshot (delivery, age_ms, taken_ms, gone, simulated, {NAMES})"
        f" values (:key, :age, 10 * :age, :gone, 0, {', '.join(f':{name}' for name in COUNT_FIELDS)})"
        for conflict in ("ignore", "ignore", "replace")
    ],
    f"update snapshot set gone = :gone, {', '.join(f'{name} = :{name}' for name in COUNT_FIELDS)}"
    " where delivery = :key and age_ms = :age",
    "update or ignore snapshot set delivery = :other, age_ms = :age where delivery = :key",
    "delete from snapshot where delivery = :key and age_ms >= :age",
)


def worked_out(db: Any) -> list[tuple[Any, ...]]:
    """What `latest` is to hold, from deliveries and snapshots, without its SQL."""
    found: list[tuple[Any, ...]] = []
    for delivery in db.execute(
        "select key, network, due_ms, sent_ms from delivery where state = 'sent' and sent_ms is not null order by key"
    ).fetchall():
        reads = db.execute(
            f"select age_ms, taken_ms, {NAMES} from snapshot where delivery = ? and not gone order by age_ms",
            delivery[:1],
        ).fetchall()
        told = [read for read in reads if read[2:] != NOTHING]
        age, taken = told[-1][:2] if told else (None, None)
        counts = [
            next((one for one in reversed(each) if one is not None), None)
            for each in zip(*(r[2:] for r in reads), strict=True)
        ]
        counts = counts or list(NOTHING)
        mask = sum(1 << place for place, value in enumerate(counts) if value is not None)
        known = [value or 0 for value in counts]
        found.append((*delivery, age, taken, *counts, mask, min(known), max(known)))
    return found


def opened(*, stop_before: str = "") -> Any:
    db = memory()
    db.execute("pragma recursive_triggers = on")  # as the store opens it
    migrate(Database(db), stop_before=stop_before)
    db.execute("insert into post (key, name, series, slot_ms) values ('p', 'p', 's', 0)")
    return db


def write(db: Any, draw: random.Random) -> str:
    """Anything that a writer may do, and what it was."""
    silent, sql = draw.random() < 0.3, draw.choice(WRITES)
    values = {name: None if silent else draw.choice([None, -4, 0, 7, 10**9]) for name in COUNT_FIELDS}
    db.execute(sql, values := values | {
        "key": draw.choice("abc"), "other": draw.choice("abc"), "network": draw.choice(["x", "mastodon"]),
        "state": draw.choice(["sent", "sent", "sending"]), "sent": draw.choice([None, 1, 2, 3]),
        "age": draw.randrange(4), "gone": int(draw.random() < 0.2),
    })  # fmt: skip
    return f"{sql} {values}"


def kept(db: Any) -> list[tuple[Any, ...]]:
    return db.execute(f"select {COLUMNS} from latest order by delivery").fetchall()


def standing(db: Any) -> list[tuple[str, str, int]]:
    return db.execute("select account, state, number from standing where number <> 0 order by 1, 2").fetchall()


def counted(db: Any) -> list[tuple[str, str, int]]:
    return db.execute("select account, state, count(*) from delivery group by 1, 2 order by 1, 2").fetchall()


def test_the_last_counts_are_those_of_the_snapshots_whatever_is_written() -> None:
    db, draw, ages = opened(), random.Random(15), set[int | None]()
    for number in range(4_000):
        done = write(db, draw)
        assert kept(db) == worked_out(db), f"{number}: {done}"
        assert standing(db) == counted(db), f"{number}: {done}"
        ages |= {row[4] for row in kept(db)}
    db.close()
    assert ages == {None, 0, 1, 2, 3}


def test_an_older_database_gets_the_last_counts_of_what_it_holds() -> None:
    db, draw = opened(stop_before="m018_last_told"), random.Random(15)
    while len(worked_out(db)) < 3 or not all(row[4] for row in worked_out(db)):
        write(db, draw)
    migrate(Database(db))
    assert kept(db) == worked_out(db)
    db.close()
