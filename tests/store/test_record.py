"""The record as a chain: written by several processes at once, carried over from older databases, read at any size."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from campaign_bot.errors import StoreError
from campaign_bot.store.database import Database
from campaign_bot.store.migrations import migrate
from campaign_bot.store.record import Fault, Head, Line, faults_of, next_line
from campaign_bot.store.sqlite import SqliteStore
from campaign_bot.values import replace
from tests.database import connect

NOW = datetime(2027, 1, 18, 12, tzinfo=UTC)


def chain(number: int) -> list[Line]:
    lines: list[Line] = []
    head = Head()
    for at in range(number):
        line = next_line(head, at_ms=at, actor="alex", action="did", subject=f"s{at % 3}", detail='{"n": 1}')
        lines.append(line)
        head = Head(line.id, line.hash)
    return lines


def faults(lines: list[Line]) -> list[Fault]:
    return [one for one in faults_of(lines, Head()) if isinstance(one, Fault)]


FIELDS = ("id", "at_ms", "actor", "action", "subject", "detail", "previous", "hash")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_one_change_of_any_kind_is_found(data: st.DataObject) -> None:
    """Any field of any line changed, any line removed but the last, any two exchanged, one put in twice."""
    lines = chain(data.draw(st.integers(2, 8)))
    at = data.draw(st.integers(0, len(lines) - 2))
    match data.draw(st.sampled_from(["field", "removed", "exchanged", "twice"])):
        case "field":
            name = data.draw(st.sampled_from(FIELDS))
            was = getattr(lines[at], name)
            lines[at] = replace(lines[at], **{name: was + 1000 if isinstance(was, int) else was + " "})
        case "removed":
            del lines[at]
        case "exchanged":
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        case _:
            lines.insert(at, lines[at])
    assert faults(lines)


def test_a_right_chain_has_no_fault_and_ends_in_its_head() -> None:
    lines = chain(5)
    assert list(faults_of(lines, Head())) == [Head(5, lines[-1].hash)]
    assert list(faults_of([], Head())) == [Head()]


def test_many_writers_write_one_chain(tmp_path: Path) -> None:
    stores = [SqliteStore(tmp_path / "a.db") for _ in range(4)]

    def work(number: int) -> None:
        for _ in range(25):
            stores[number].pause(f"account-{number}", now=NOW, why="drill", actor=f"writer-{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    found = stores[0].verify_record()
    assert (found.events, found.faults) == (100, ())
    assert stores[1].record_fault() == ""
    for one in stores:
        one.close()


def test_an_event_that_is_rolled_back_leaves_no_gap(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "a.db")
    store.pause("a", now=NOW, why="drill", actor="alex")
    with pytest.raises(RuntimeError), store._connections.write() as db:
        store._event(db, NOW, "alex", "half", "x", {})
        raise RuntimeError
    store.pause("b", now=NOW, why="drill", actor="alex")
    found = store.verify_record()
    assert (found.events, found.faults) == (2, ())
    store.close()


def test_a_database_from_before_the_chain_is_chained_in_its_order(tmp_path: Path) -> None:
    """Gaps in the old numbers are closed, every word stays."""
    file = tmp_path / "old.db"
    with connect(file) as connection:
        old = Database(connection)
        migrate(old, stop_before="m008_record")
        for number in (3, 4, 9):
            old.execute(
                "insert into event (id, at_ms, actor, action, subject, detail) values (?, ?, 'alex', 'did', 'x', ?)",
                [number, number * 1000, f'{{"n": {number}}}'],
            )
        connection.commit()
    connection.close()
    store = SqliteStore(file)
    assert [(line.id, line.at_ms, line.detail) for line in store.lines()] == [
        (1, 3000, '{"n": 3}'),
        (2, 4000, '{"n": 4}'),
        (3, 9000, '{"n": 9}'),
    ]
    assert store.verify_record().faults == ()
    store.pause("a", now=NOW, why="drill", actor="alex")
    assert store.head().id == 4
    store.close()


def test_the_database_refuses_what_does_not_follow(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "a.db")
    store.pause("a", now=NOW, why="drill", actor="alex")
    line = next_line(store.head(), at_ms=1, actor="a", action="b", subject="c", detail="{}")
    wrong = [replace(line, id=5), replace(line, previous="0" * 64), replace(line, hash="")]
    for one in wrong:
        with pytest.raises(StoreError, match="the record is a chain"), store._connections.write() as db:
            db.execute("insert into event values (?, ?, ?, ?, ?, ?, ?, ?)", astuple(one))
    store.close()


@pytest.mark.parametrize(
    ("sql", "recent", "whole"),
    [
        ("select 1", "", ""),
        ("update event set actor = 'sam' where id = 1400", "event 1400: it is not", "event 1400: it is not"),
        ("delete from event where id = 1499", "event 1500: event 1499 is missing", "event 1500: event 1499 is missing"),
        ("delete from event where id = 7", "event 8: event 7 is missing", "event 8: event 7 is missing"),
        ("delete from event where id < 1450", "event 1450: events 1 to 1449 are", "event 1450: events 1 to 1449 are"),
        ("update event set actor = 'sam' where id = 7", "", "event 7: it is not"),
    ],
)
def test_of_a_long_record_the_end_and_the_number_are_looked_at(
    tmp_path: Path, sql: str, recent: str, whole: str
) -> None:
    """What was rewritten long ago is for who reads the whole."""
    store = SqliteStore(tmp_path / "a.db")
    with connect(tmp_path / "a.db") as db:
        rows = [astuple(line) for line in chain(1_500)]
        db.executemany("insert into event (id, at_ms, actor, action, subject, detail, previous, hash)"
                       " values (?, ?, ?, ?, ?, ?, ?, ?)", rows)  # fmt: skip
        for name in ("event_no_update", "event_no_delete", "event_follows"):
            db.execute(f"drop trigger if exists {name}")
        db.execute(sql)
    assert store.recent_fault()[: len(recent) or None] == recent
    assert store.record_fault()[: len(whole) or None] == whole
    store.close()


def test_what_was_told_of_the_record_is_looked_into_again(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "a.db")
    assert not store.is_alerted("record")
    store.claim_alerts(["record/event 7: it is not what was written"], now=NOW, stale_before=NOW)
    assert store.is_alerted("record")
    assert not store.is_alerted("recor")
    store.keep_alerts([])
    assert not store.is_alerted("record")
    store.close()
