"""The checks right before a post is sent: what they say now counts, and not what they said when it was approved."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from campaign_bot.app import App
from campaign_bot.model import ALL, State
from tests.campaigns import CAMPAIGN, SERIES, write_campaign
from tests.stage import DUE, Stage, set_stage

HOUR = timedelta(hours=1)
PLAIN = {"content/series/facts/series.yaml": SERIES.split("pictures:")[0]}
GLOSSARY = "glossary: [KPQR]\nchecks: {rules: {acronym: error}}\n"
STRICTER = "checks: {sentence_words: 3, sentence_words_most: 4}\n"


def restarted(stage: Stage) -> None:
    """Another process reads the files as they are now; nothing is planned anew before it sends."""
    stage.app.close()
    stage.app = App(
        stage.app.directory, environ={}, clock=stage.clock, sandbox_url=stage.networks.url, database=stage.app.database
    )


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ({}, {"content/campaign.yaml": CAMPAIGN + STRICTER}, "(sentence-long)"),
        (
            {"content/campaign.yaml": CAMPAIGN + GLOSSARY, "content/series/facts/post.en.j2": "The KPQR is here."},
            {"content/campaign.yaml": CAMPAIGN + GLOSSARY.replace("[KPQR]", "[]")},
            "(acronym)",
        ),
        (
            {"content/series/facts/series.yaml": PLAIN["content/series/facts/series.yaml"] + "allow: [{rule: fr-space-before, reason: a quotation}]\n",
             "content/series/facts/post.fr.j2": "Bonjour !"},
            PLAIN,
            "(fr-space-before)",
        ),
    ],
    ids=["a stricter rule", "a shorter glossary", "what was allowed is not any more"],
)  # fmt: skip
def test_what_became_unfit_after_it_was_approved_does_not_leave(
    tmp_path: Path, before: dict[str, str], after: dict[str, str], why: str
) -> None:
    with set_stage(tmp_path, PLAIN | before) as stage:
        write_campaign(stage.app.directory, **{**PLAIN, **before, **after})
        restarted(stage)
        stage.work(until=HOUR)
        every = stage.app.store.deliveries()
        unfit = [one for one in every if why in one.reason]
        assert any(one.reason.startswith("not sent: it does not pass the checks any more: ") for one in unfit)
        assert {one.state for one in every} == {State.DRAFT}, "neither in this language nor in the other"
        assert stage.networks.world.posts == []
        assert "unapproved" in {one.kind for one in stage.app.health().open_concerns}, "somebody is told"


def test_planning_tells_early_and_what_fits_again_is_approved_anew(tmp_path: Path) -> None:
    with set_stage(tmp_path, PLAIN, now=DUE - timedelta(minutes=40)) as stage:
        write_campaign(stage.app.directory, **PLAIN, **{"content/campaign.yaml": CAMPAIGN + STRICTER})
        stage.app.plan(until=DUE + HOUR)
        assert {one.state for one in stage.app.store.deliveries()} == {State.DRAFT}
        write_campaign(stage.app.directory, **PLAIN)
        stage.app.plan(until=DUE + HOUR)
        drafts = stage.app.store.deliveries()
        assert {one.state for one in drafts} == {State.DRAFT}, "a change back is no approval"
        assert all(one.done for one in stage.app.approve(drafts, stage.app.findings(drafts), person="sam"))
        stage.work(until=2 * HOUR)
        assert {one.state for one in stage.app.store.deliveries()} == {State.SENT}


def test_planning_tells_early_of_a_paused_account_too(tmp_path: Path) -> None:
    with set_stage(tmp_path, PLAIN, now=DUE - timedelta(minutes=40)) as stage:
        stage.app.pause(ALL, "a drill")
        write_campaign(stage.app.directory, **PLAIN, **{"content/campaign.yaml": CAMPAIGN + STRICTER})
        restarted(stage)
        assert stage.app.recheck() == 6
        assert {one.state for one in stage.app.store.deliveries()} == {State.DRAFT}


def test_a_servers_limit_that_sank_holds_back_what_is_longer(tmp_path: Path) -> None:
    with set_stage(tmp_path, PLAIN, now=DUE - timedelta(minutes=5)) as stage:
        stage.networks.world.behaviour.configuration = {"statuses": {"max_characters": 30}}
        stage.app.ask_limits(stage.app.library.account("mastodon-en"))
        stage.work(until=HOUR)
        long = stage.delivery("mastodon-en")
        assert (long.state, stage.posts("mastodon-en"), stage.posts("bluesky-en")) == (State.DRAFT, 0, 1)
        assert "of 30 characters" in long.reason
        other = stage.delivery("mastodon-fr")
        assert (other.state, stage.posts("mastodon-fr")) == (State.DRAFT, 0), "a post is one thing"


def test_a_quiet_period_that_was_added_holds_and_does_not_void(tmp_path: Path) -> None:
    with set_stage(tmp_path, PLAIN) as stage:
        quiet = "quiet_periods: [{starts: 2027-01-18, ends: 2027-01-18, reason: {en: Mourning, fr: Deuil}}]\n"
        write_campaign(stage.app.directory, **PLAIN, **{"content/campaign.yaml": CAMPAIGN + quiet})
        restarted(stage)
        stage.work(until=HOUR)
        one = stage.delivery("mastodon-en")
        assert (one.state, one.held, stage.networks.world.posts) == (State.APPROVED, "quiet period: Mourning", [])
