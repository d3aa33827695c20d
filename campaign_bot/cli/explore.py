"""explore: the database in a browser, read-only."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from campaign_bot.cli.session import err, print_json, session
from campaign_bot.errors import ConfigError


def register(root: typer.Typer) -> None:
    root.command()(explore)


def explore(
    context: typer.Context,
    database: Annotated[
        Path | None, typer.Argument(help="Another database of this campaign, e.g. rehearsal/rehearsal.db.")
    ] = None,
    port: Annotated[int, typer.Option(help="On 127.0.0.1; 0 takes a free one.", min=0, max=65_535)] = 8001,
    metadata: Annotated[
        bool, typer.Option("--metadata", help="Only print what Datasette is told, for a Datasette of your own.")
    ] = False,
) -> None:
    """Look at the database in a browser: Datasette, read-only, with words for every column and questions to begin with."""
    from campaign_bot.app import explorer
    from campaign_bot.store.copies import read_copy

    app = session(context).open()
    file = database or app.database
    if database is None:
        app.store.paused()  # the tables are there, and of this version
    simulated = app.simulated if database is None else read_copy(database).simulated
    told = explorer.metadata(file.stem, app.library.campaign, simulated=simulated)
    if metadata:
        print_json(told)
        return
    if importlib.util.find_spec("datasette") is None:
        raise ConfigError(
            "Datasette is not installed.", advice="Install it beside campaign-bot: pip install 'campaign-bot[explore]'."
        )
    app.close()
    with tempfile.TemporaryDirectory() as directory:
        metadata_file = Path(directory) / "metadata.json"
        metadata_file.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        port = _free(port)
        # Datasette opens a file read-only (mode=ro), so a daemon goes on writing beside it. A process of its own: it
        # would load another SQLite into this one.
        command = [
            sys.executable, "-m", "datasette", "serve", str(file), "--metadata", str(metadata_file), "--host", "127.0.0.1",
            "--port", str(port), "--setting", "sql_time_limit_ms", "5000", "--setting", "allow_download", "off",
            "--setting", "max_returned_rows", "10000",
        ]  # fmt: skip
        told = f"{escape(str(file))}, read-only, at [bold]http://127.0.0.1:{port}[/bold] until Ctrl-C."
        raise typer.Exit(_run(command, port, told))


def _free(port: int) -> int:
    """The port, or for 0 one that is free: Datasette would not say which one it took. Raises ConfigError where it is taken."""
    try:
        with socket.create_server(("127.0.0.1", port)) as free:
            return int(free.getsockname()[1])
    except OSError as error:
        why = f"The port {port} cannot be had: {error.strerror}."
        raise ConfigError(why, advice="Choose another with --port.") from error


def _run(command: list[str], port: int, told: str) -> int:
    """Datasette until it ends, or until we are asked to; `told` as soon as it answers."""
    import signal
    import subprocess
    from types import FrameType

    process = subprocess.Popen(command, env={**os.environ})  # noqa: S603 - our own interpreter and file

    def end(number: int, _: FrameType | None) -> None:
        process.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            err.print(told, soft_wrap=True)
            break
        time.sleep(0.1)
    code = process.wait()
    return 0 if code in (0, -signal.SIGTERM, -signal.SIGINT) else 1
