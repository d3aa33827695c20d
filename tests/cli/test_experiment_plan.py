"""experiment plan: what the scheduled posts can find, of those that will leave; by the metric that will be judged."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path
from statistics import stdev

import pytest

from campaign_bot.evaluate.experiments import usual_spread
from campaign_bot.values import replace
from tests.campaigns import write_campaign
from tests.cli.conftest import Run
from tests.test_ending_experiments import NO_PICTURES
from tests.test_experiments import COUNTS, ONE, SENT, WORDINGS, an_app

DAILY = "facts-daily:\n  series: facts\n  when: {cron: '0 12 * * *'}\n"


def rows(number: int, **changed: str) -> str:
    """So many items of words that no other one has."""
    told = {f"f{n}": " ".join(_word(n * 8 + k) for k in range(8)).capitalize() + "." for n in range(number)} | changed
    return "".join(f"- id: {name}\n  text: {{en: {text!r}, fr: {text!r}}}\n" for name, text in told.items())


def _word(number: int) -> str:
    return "".join("bdfglmnprst"[number // 11**place % 11] + "aeiou"[(number + place) % 5] for place in range(3))


@pytest.mark.parametrize("metric", ["engagements", "likes", "replies"])
def test_the_spread_is_that_of_the_metric(metric: str) -> None:
    """Likes vary by a factor, replies do not at all."""
    posts = [
        replace(
            ONE, delivery=f"d{n}", post=f"p{n}", due=SENT + timedelta(days=n), sent=SENT + timedelta(days=n), experiment="",
            reads=((24.0, tuple({"likes": 8 * (n % 2 * 3 + n % 5), "replies": 2}.get(name) for name in COUNTS)),),
        )
        for n in range(20)
    ]  # fmt: skip
    values = {
        "likes": [8 * (n % 2 * 3 + n % 5) for n in range(20)],
        "replies": [2] * 20,
        "engagements": [8 * (n % 2 * 3 + n % 5) + 2 for n in range(20)],
    }[metric]
    logs = [math.log1p(one) for one in values]
    expected = stdev(b - a for a, b in zip(logs[::2], logs[1::2], strict=True))
    found = usual_spread(posts, "s", metric, 24, SENT + timedelta(days=99))
    assert found is not None
    assert (found[0], found[1]) == (pytest.approx(expected), 10)


def test_posts_that_the_checks_refuse_are_not_counted_on(campaign: Path, run: Run) -> None:
    files = {**WORDINGS, **NO_PICTURES, "schedules/weekly.yaml": DAILY, "content/data/facts.yaml": rows(14)}
    write_campaign(campaign, **files)
    (right,) = run("experiment", "plan", "--json").json
    assert (right["posts_scheduled"], right["posts_refused"], right["posts_used"]) == (14, 0, 14)
    same = {f"f{n}": "A lantern shines upon the quiet meadow tonight." for n in (1, 5)}
    write_campaign(campaign, **{**files, "content/data/facts.yaml": rows(14, **same)})
    (somewhere,) = run("experiment", "plan", "--json").json  # refused where both say it in the same words
    assert (somewhere["posts_refused"], somewhere["posts_used"]) == (1, 14)
    long = " ".join(map(_word, range(200, 300))).capitalize() + "."
    write_campaign(campaign, **{**files, "content/data/facts.yaml": rows(14, f5=long)})
    (told,) = run("experiment", "plan", "--json").json
    assert (told["posts_scheduled"], told["posts_refused"], told["posts_used"]) == (14, 1, 12)
    said = run("experiment", "plan").out
    assert "14 posts (1 with errors, which `check` tells: it does not leave as it is)" in said
    assert "of which the experiment can use 12 (6 blocks)" in said
    assert "elle ne partira pas telle quelle)" in run("experiment", "plan", "--language", "fr").out


def test_one_that_has_not_begun_takes_no_posts_of_the_past(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c")
    (before,) = app.experiment_plans()
    app.clock = lambda: datetime.fromisoformat("2027-01-20T12:00:00Z")
    (later,) = app.experiment_plans()
    assert (before.posts_scheduled, later.posts_scheduled) == (3, 2)
    app.close()
