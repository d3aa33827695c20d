"""The daemon as an operator meets it: a process, a signal, an exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns import write_campaign

BOT = [sys.executable, "-m", "campaign_bot"]


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    return write_campaign(tmp_path / "campaign")


@pytest.fixture
def daemon(campaign: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*BOT, "run", "--sandbox", "--port", "0"], cwd=campaign, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "COLUMNS": "160", "CAMPAIGN_BOT_LOG_FORMAT": "json"},
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


def until(found: Callable[[], Any], seconds: float = 45) -> Any:
    """What `found` returns as soon as it is something."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return value


def test_what_is_queued_and_approved_elsewhere_leaves_and_sigterm_ends_it(
    campaign: Path, daemon: subprocess.Popen[str]
) -> None:
    assert daemon.stderr is not None
    first = daemon.stderr.readline()
    url = (re.search(r"http://127\.0\.0\.1:\d+", first) or [""])[0]
    assert "SIMULATED" in first and url

    def command(*arguments: str) -> str:
        done = subprocess.run(
            [*BOT, "--sandbox", *arguments], cwd=campaign, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    both = ("--account", "mastodon-en", "--account", "mastodon-fr")
    texts = ("--text-en", "Hello from the queue", "--text-fr", "Bonjour de la file")
    added = command("queue", "add", *both, "--at", "now", *texts)
    post = (re.search(r"queue-[\d-]+", added) or [""])[0]
    command("approve", post)

    def truth() -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{url}/_sandbox/truth", timeout=5) as answer:
            return json.load(answer)

    until(lambda: len(truth()) == 2)
    there = {(one["account"], one["text"]) for one in truth()}
    assert there == {("mastodon-en", "Hello from the queue"), ("mastodon-fr", "Bonjour de la file")}
    until(lambda: {one["state"] for one in json.loads(command("queue", "show", post, "--json"))} == {"sent"})

    daemon.send_signal(signal.SIGTERM)
    _, said = daemon.communicate(timeout=10)
    assert daemon.returncode == 0, said
    assert "Traceback" not in said
    events = [json.loads(line)["event"] for line in said.splitlines() if line.startswith("{")]
    assert events[-1] == "left"


def test_without_credentials_it_says_which_and_leaves(campaign: Path) -> None:
    done = subprocess.run([*BOT, "run"], cwd=campaign, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "x-en lacks CAMPAIGN_BOT_X_EN_API_KEY" in done.stderr
    assert "campaign-bot run --sandbox" in done.stderr


class Told:
    """The log lines of a daemon, read as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.lines: list[dict[str, Any]] = []
        assert process.stderr is not None
        self._stream = process.stderr
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._stream:
            if line.startswith("{"):
                self.lines.append(json.loads(line))

    def line(self, event: str, number: int = 1) -> dict[str, Any]:
        """The n-th line of an event, as soon as it is there."""
        return until(lambda: [line for line in self.lines if line["event"] == event][number - 1 : number])[0]


@contextmanager
def a_daemon(campaign: Path, **environ: str) -> Generator[tuple[subprocess.Popen[str], Told]]:
    process = subprocess.Popen(
        [*BOT, "run", "--sandbox", "--port", "0"], cwd=campaign, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "CAMPAIGN_BOT_LOG_FORMAT": "json", **environ},
    )  # fmt: skip
    try:
        yield process, Told(process)
    finally:
        process.kill()
        process.wait()


def test_sighup_reads_the_files_again_and_bad_ones_leave_the_old_ones_in_force(campaign: Path) -> None:
    with a_daemon(campaign) as (process, told):
        assert told.line("planned")["posts"] == 0  # the campaign is not in the next two weeks
        file = campaign / "content/campaign.yaml"
        good = file.read_text(encoding="utf-8")
        file.write_text(good.replace("America/Toronto", "America/Tronto"), encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        assert "files have 1 error" in told.line("not planned: the files from before stay in force")["why"]
        file.write_text(good, encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        told.line("planned", 2)
        assert process.poll() is None


def test_systemd_is_told_that_it_is_ready_alive_and_leaving(campaign: Path) -> None:
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as here:
        here.bind(f"{short}/notify")  # a socket's path may have 107 bytes
        here.settimeout(15)
        with a_daemon(campaign, NOTIFY_SOCKET=f"{short}/notify") as (process, _):
            first = {here.recv(100), here.recv(100)}
            assert first == {b"WATCHDOG=1", b"READY=1"}
            process.send_signal(signal.SIGTERM)
            while (said := here.recv(100)) == b"WATCHDOG=1":
                pass
            assert said == b"STOPPING=1"
            assert process.wait(10) == 0


def test_a_second_daemon_on_the_same_database_is_said(campaign: Path) -> None:
    with a_daemon(campaign) as (_, first):
        first.line("running")
        with a_daemon(campaign) as (_, second):
            said = second.line("another daemon works on this database; both share the work")
            assert len(said["others"]) == 1


def test_the_health_port_tells_what_monitoring_asks(campaign: Path) -> None:
    with a_daemon(campaign, CAMPAIGN_BOT_HEALTH_ADDRESS="127.0.0.1:0") as (_, told):
        address = told.line("health port")["address"]

        def ask(path: str) -> tuple[int, str]:
            try:
                with urllib.request.urlopen(f"http://{address}{path}", timeout=5) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()

        told.line("planned")
        until(lambda: ask("/readyz") == (200, "ok\n"))
        assert ask("/healthz") == (200, "ok\n")
        code, metrics = ask("/metrics")
        assert code == 200
        assert 'campaign_bot_deliveries{account="x-en",network="x",state="approved"} 0.0' in metrics
        assert 'campaign_bot_concerns{kind="unconfirmed"} 0.0' in metrics
        assert "process_resident_memory_bytes" in metrics
        assert ask("/else")[0] == 404


def test_a_health_address_that_is_taken_is_one_clean_line(campaign: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            [*BOT, "run", "--sandbox", "--port", "0"], cwd=campaign, capture_output=True, text=True, timeout=60,
            check=False, env={**os.environ, "CAMPAIGN_BOT_HEALTH_ADDRESS": address},
        )  # fmt: skip
    assert done.returncode == 1
    assert f"Error: Nothing can listen on {address}" in done.stderr
    assert "Traceback" not in done.stderr
