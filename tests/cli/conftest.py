"""Commands as people type them: `run("plan", "--until", "2027-01-31")` in a small campaign's directory."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from campaign_bot.cli import main
from tests.campaigns import write_campaign


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small campaign, and we are in it. It is in the future of every test run: slots are in 2027 and later."""
    directory = write_campaign(tmp_path / "campaign")
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("CAMPAIGN_BOT_PERSON", "alex")

    def call(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["campaign-bot", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        code = left.value.code
        return Ran(code if isinstance(code, int) else 1, said.out, said.err)

    yield call
