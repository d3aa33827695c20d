"""The record beside the tables: what is as it should be is never called altered."""

from __future__ import annotations

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
