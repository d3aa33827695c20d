"""The packages in examples/ as somebody would have them: built, installed beside campaign-bot, their own tests run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
WEBHOOK = ROOT / "examples/campaign-bot-webhook"


def run(*command: object, path: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(path), str(ROOT)]), "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=path, env=environ, capture_output=True, text=True, timeout=110
    )


def test_a_network_of_ones_own_is_found_and_keeps_the_contract(tmp_path: Path) -> None:
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "-q")
    installed = run("-m", "pip", "install", *offline, "--target", tmp_path, WEBHOOK, path=tmp_path)
    assert installed.returncode == 0, installed.stderr
    listed = run("-c", "from campaign_bot import networks; print(networks.get('webhook').title)", path=tmp_path)
    assert listed.stdout == "Website\n", listed.stderr
    tested = run("-m", "pytest", "-q", "-p", "no:cacheprovider", WEBHOOK / "tests", path=tmp_path)
    assert tested.returncode == 0, tested.stdout[-3000:]
    passed = re.search(r"(\d+) passed", tested.stdout) or re.search(r"(\.{20,})", tested.stdout)
    assert passed is not None
