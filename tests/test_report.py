"""The report as people and programs get it: by its schema, in both languages, and fit for those who cannot see it."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from campaign_bot.evaluate import Evaluation, Facts, evaluate
from campaign_bot.evaluate.versus import versus
from campaign_bot.library.files import Objective, OutsideBenchmark, Source
from campaign_bot.model import Measured, State
from campaign_bot.parity import parity
from campaign_bot.report import render
from campaign_bot.report.annex import Annex
from campaign_bot.report.sentences import METHODS, SENTENCES
from campaign_bot.report.texts import WORDS
from tests.test_evaluate import CAMPAIGN, DUE, counts, posts
from tests.test_experiments import judged

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "report.schema.json").read_text(encoding="utf-8"))
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


#: Tables and charts that one would have to scroll sideways.
CUT = """[...document.querySelectorAll('.scroll, .drawing')].filter(one => one.scrollWidth > one.clientWidth + 1)
  .map(one => one.innerText.slice(0, 60))"""


def made(measured: list[Measured], **facts: Any) -> Evaluation:
    goals = tuple(
        Objective(id=f"goal-{metric.replace('_', '-')}", text={"en": "Goal", "fr": "But"}, metric=metric, target=900,
                  by=(DUE + timedelta(days=80)).date())
        for metric in ("engagements", "sign_up", "punctual_percent")
    )  # fmt: skip
    campaign = CAMPAIGN.model_copy(update={"objectives": goals})
    now = DUE + timedelta(days=40)
    return evaluate(campaign, measured, titles={}, now=now, facts=Facts(simulated=True, **facts))


def full() -> Evaluation:
    """A bit of everything."""
    some = [
        *posts(20, engaged=[40, 55, 48, 61], series="asks", question=True, network="x", account="x-en", url="https://x.example/1"),
        *posts(20, engaged=[10, 14, 9], begin=50, account="mastodon-fr", language="fr"),
        *posts(2, engaged=[5], begin=90, network="bluesky", account="bluesky-en", state=State.FAILED),
    ]  # fmt: skip
    now = made(some, spent={"x": 1.5}, experiments=[judged([(20, 40)] * 30)])
    return replace(now, versus=versus(now, made(some[:15])))


EVALUATIONS = {
    "nothing": lambda: made([]),
    "one post": lambda: made(posts(1, engaged=[3])),
    "all zero": lambda: made(posts(20, engaged=[0])),
    "all unknown": lambda: made([replace(one, reads=((24.0, counts()),)) for one in posts(20, engaged=[0])]),
    "no followers": lambda: made([replace(one, followers=None) for one in posts(20, engaged=[1, 5])]),
    "everything": full,
}


@pytest.mark.parametrize("name", EVALUATIONS)
def test_json_follows_the_published_schema(name: str) -> None:
    told = json.loads(render(EVALUATIONS[name](), format="json", language="en"))
    jsonschema.Draft202012Validator(SCHEMA).validate(told)


@pytest.mark.parametrize("name", EVALUATIONS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_report_is_words_not_accidents(name: str, language: str) -> None:
    text = render(EVALUATIONS[name](), format="md", language=language)
    assert not re.search(r"\b(None|nan|inf)\b|\{\w*\}", text)
    if language == "fr":
        assert not re.search(r"[^\u00a0\s:/] ?:(?= )|« |[^\u00a0]»|\d %", re.sub(r"https?://\S+", "", text))


def test_an_empty_stage_is_not_measured_and_never_0() -> None:
    text = render(made(posts(20, engaged=[4])), format="md", language="en")
    assert "## What people did next\n\nNot measured." in text
    assert re.search(r"Participating[^|]*\| not measured", text)
    unread = render(EVALUATIONS["all unknown"](), format="md", language="en")
    assert "No counts are known yet." in unread


def test_what_is_unknown_is_said_in_the_words_of_its_column() -> None:
    """No baseline is not 0, a series without polls has no unknown votes, followers counted once have no known change."""
    poll = posts(10, engaged=[4], begin=70, series="asks", poll_min=60, account="mastodon-fr", language="fr")
    some = [*posts(10, engaged=[4]), *poll]
    text = render(made(some, followers=[("mastodon-en", DUE, 200)]), format="md", language="fr")
    assert "| But | sans point de départ | 900 |" in text
    assert re.search(r"\| facts \|.*\| aucun sondage \|", text)
    assert re.search(r"\| asks \|.*\| non connu \|", text)
    assert "| Attention – mentions J’aime, nouveaux abonnés | 80; abonnés\u00a0: non connu |" in text
    assert "| 2027, sem. 3 |" in text
    later = [("mastodon-en", DUE, 200), ("mastodon-en", DUE + timedelta(days=9), 190), ("mastodon-fr", DUE, 70)]
    counted = made(some, followers=later)
    assert "| 80; followers: −10 |" in render(counted, format="md", language="en")
    ladder = {one["rung"]: one for one in json.loads(render(counted, format="json", language="en"))["ladder"]}
    assert (ladder["aware"]["number"], ladder["aware"]["followers_change"]) == (80, -10)


def test_figures_from_outside_stand_beside_ours_only_at_the_same_age() -> None:
    source = Source(title="A study", url="https://study.example", date="2026")
    typed_in = [
        OutsideBenchmark.model_validate({"metric": metric, "value": 1.5, "age": age, "year": 2026, "network": "mastodon",
                                         "formula": "(likes + replies) ÷ followers", "source": source})
        for metric, age in (
            ("engagement_per_100_followers", timedelta(hours=24)), ("engagement_per_100_impressions", timedelta(hours=24)),
            ("median_engagements", timedelta(hours=24)), ("median_engagements", timedelta(days=7)), ("median_engagements", None),
        )
    ]  # fmt: skip
    campaign = CAMPAIGN.model_copy(update={"benchmarks": tuple(typed_in)})
    found = evaluate(campaign, posts(9, engaged=[4, 6, 8]), titles={}, now=DUE + timedelta(days=40))
    assert [(one.same_age, one.ours, one.read) for one in found.outside] == [
        (True, 3.0, 9), (True, None, 0), (True, 6.0, 9), (False, None, 0), (False, None, 0),
    ]  # fmt: skip
    text = render(found, format="md", language="en")
    assert (
        "| 1.5 | 1\u00a0day | 2026 | 3 (9 deliveries) | (likes + replies) ÷ followers – A study, https://study.example, 2026 |"
        in text
    )
    assert text.count("| not comparable: another age |") == 2
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(render(found, format="json", language="en")))


def test_every_rate_of_the_summary_has_its_denominator_and_its_age() -> None:
    text = render(full(), format="md", language="en").split("## Objectives")[0]
    assert re.search(
        r"at the age of 1\u00a0day \(\d+ counted\); all together [\d.]+ per 100 followers.* \([\d,]+ ÷ [\d,]+\)", text
    )
    assert re.search(r"(more|less|as much) engagement( per follower)? than other posts at the age of", text)


def test_both_languages_fit_into_one_file_without_clashing_ids() -> None:
    text = render(full(), format="html", language=("en", "fr"))
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert text.index('lang="en"') < text.index('<div class="page" lang="fr"')


def test_both_languages_say_the_same_things() -> None:
    for pairs in (WORDS, SENTENCES, dict(enumerate(METHODS))):
        for english, french in pairs.values():
            assert bool(english) == bool(french)
            assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", french))


@pytest.mark.skipif(
    CHROMIUM is None, reason="NO CHROMIUM: the report's accessibility is NOT checked (apt install chromium)"
)
def test_axe_finds_nothing_to_mend_on_phone_and_desk(tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    page_file = tmp_path / "report.html"
    annex = Annex(parity([], ["en", "fr"]), 1, "0" * 64)
    page_file.write_text(render(full(), format="html", language=("en", "fr"), annex=annex), encoding="utf-8")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(page_file.as_uri())
        for width in (390, 500, 1200):
            page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(page).response["violations"]
            assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(CUT) == []
        browser.close()
