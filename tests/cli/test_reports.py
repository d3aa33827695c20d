"""experiment and report, as people type them."""

from __future__ import annotations

from pathlib import Path

from tests.campaigns import write_campaign
from tests.cli.conftest import Run
from tests.test_experiments import WORDINGS


def test_the_command_plans_and_judges(campaign: Path, run: Run) -> None:
    assert "There is no experiment" in run("experiment", "plan").out
    write_campaign(campaign, **WORDINGS)
    said = run("experiment", "plan")
    assert (said.code, "To find 25% more with a probability of 80%" in said.out) == (0, True)
    (told,) = run("experiment", "plan", "--json").json
    assert told["posts_needed"] == 2 * told["blocks_needed"] > 100
    assert told["found_by_schedule"] is None  # three posts find nothing
    assert "It has not begun." in run("experiment", "result").out
    assert run("experiment", "result", "--language", "fr").out.startswith("ask-or-tell\u00a0: Une question")
    unknown = run("experiment", "result", "ask-or-tel")
    assert (unknown.code, "Did you mean" in unknown.err) == (1, True)
