"""The short form of `make torture`: a few kills, lost answers and a clock that is set; and that the harness can fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def torture(*options: str) -> subprocess.CompletedProcess[str]:
    # A process of its own: it forks, and must not inherit this one's threads.
    return subprocess.run(
        [sys.executable, "-m", "tests.torture", *options], cwd=ROOT, capture_output=True, text=True, timeout=150,
        check=False, env={**os.environ, "COLUMNS": "160"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "fault", ["request on the wire", "before the receipt", "four daemons", "answer lost", "clock set", "truncated"]
)
def test_nothing_twice_nothing_lost(fault: str) -> None:
    done = torture("--kills", "4", "--tries", "1", "--only", fault)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing twice, nothing lost" in done.stdout


def test_the_harness_sees_a_blind_retry() -> None:
    done = torture("--tries", "2", "--only", "server takes a post again", "--break", "blind-retry")
    assert done.returncode == 1
    assert "duplicates: Post" in done.stdout, done.stdout + done.stderr
