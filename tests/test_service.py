"""The daemon as an operator meets it: a process, a signal, an exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
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


def until(found: Callable[[], Any], seconds: float = 15) -> Any:
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

    added = command("queue", "add", "--account", "mastodon-en", "--at", "now", "--text", "Hello from the queue")
    post = (re.search(r"queue-[\d-]+", added) or [""])[0]
    command("approve", post)

    def truth() -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{url}/_sandbox/truth", timeout=5) as answer:
            return json.load(answer)

    (there,) = until(truth)
    assert (there["account"], there["text"]) == ("mastodon-en", "Hello from the queue")
    until(lambda: json.loads(command("queue", "show", post, "--json"))[0]["state"] == "sent")

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
