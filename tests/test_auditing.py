"""The record beside the tables: what is as it should be is never called altered."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from campaign_bot.app import App
from campaign_bot.model import State
from tests.stage import set_stage


def test_what_a_daemon_sends_while_the_record_is_read_is_no_difference(tmp_path: Path) -> None:
    with set_stage(tmp_path) as stage:
        app: Any = stage.app
        daemon = App(
            app.directory, environ={}, clock=stage.clock, sandbox_url=stage.networks.url, database=app.database
        )
        asked: list[str] = []

        def sends_in_between(sql: str) -> None:
            if "from delivery" in sql and not asked:  # the events are read, and the deliveries are not yet
                asked.append(sql)
                daemon.work()

        database = app.store._connections.db.conn
        database.set_trace_callback(sends_in_between)
        found = app.beside_record()
        database.set_trace_callback(None)
        daemon.close()
        assert asked and {one.state for one in app.store.deliveries()} == {State.SENT}
        assert found == []
        assert app.beside_record() == []


def test_what_failed_for_good_stays_so_by_the_record_when_its_words_are_disposed_of(tmp_path: Path) -> None:
    with set_stage(tmp_path) as stage:
        app = stage.app
        for one in app.store.deliveries():
            assert app.store.void(one.key, now=stage.clock(), actor="publisher", why="altered", after=State.FAILED)
        assert app.beside_record() == []
        stage.clock.move_to(stage.clock() + timedelta(days=200))
        assert app.dispose(stage.clock() - timedelta(days=100), "rule 12", dry_run=False).deliveries == 6
        assert app.beside_record() == []


def test_what_was_under_way_when_faults_were_accepted_is_what_the_record_says(tmp_path: Path) -> None:
    with set_stage(tmp_path) as stage:
        app: Any = stage.app
        for one in app.store.deliveries():
            assert app.store.doubt(one.key, one.network_keys, now=stage.clock(), why="an old copy")
        with app.store._connections.write() as db:
            db.execute("drop trigger event_no_update")
            db.execute("update event set actor = 'mallory' where id = 1")
        assert app.accept("a drill")
        assert app.beside_record() == []
