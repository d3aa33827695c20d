"""Earlier posts quoted and reposted, videos that are not ready, what a network cannot do: through the whole of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_bot.contract import VIDEO
from campaign_bot.errors import ContentError, StateError
from campaign_bot.model import Delivery, State
from campaign_bot.sandbox.world import Fault
from tests.campaigns import CAMPAIGN, SERIES
from tests.stage import ALONE, DUE, Stage, set_stage

ITEMS = "items: {data: facts}"
AGAIN = f"title: {{en: Again, fr: Encore}}\npurpose: {{en: P, fr: P}}\npriority: impact\n{ITEMS}\n"
SCHEDULES = """\
facts-weekly:
  series: facts
  when: {cron: "0 12 * * mon,thu"}
  ends: 2027-01-25
again-weekly:
  series: again
  accounts: [ACCOUNTS]
  when: {dates: [2027-01-18 12:20]}
"""
#: X lets only some accounts quote.
MAY = CAMPAIGN.replace("handle: small_en}", "handle: small_en, may: [quote]}", 1).replace(
    "handle: small_fr}", "handle: small_fr, may: [quote]}", 1
)


def again(how: str, accounts: str, **more: str) -> dict[str, str]:
    files = {
        "content/series/again/series.yaml": f"{AGAIN}{how}: {{series: facts}}\n",
        "schedules/weekly.yaml": SCHEDULES.replace("ACCOUNTS", accounts),
        **more,
    }
    if how == "quotes":
        for language, words in (("en", "In case you missed it."), ("fr", "Au cas où vous l’auriez manqué.")):
            files[f"content/series/again/post.{language}.j2"] = words
    return files


@pytest.fixture
def reposts(tmp_path: Path) -> Iterator[Stage]:
    files = again("reposts", "x-en, x-fr, mastodon-en, mastodon-fr, bluesky-en, bluesky-fr")
    with set_stage(tmp_path, files) as stage:
        yield stage


def the(stage: Stage, name: str) -> Delivery:
    (one,) = stage.app.find(name)
    return one


@pytest.mark.parametrize("account", ["x-en", "mastodon-fr", "bluesky-en"])
def test_a_series_shows_an_earlier_post_of_the_same_item_again(reposts: Stage, account: str) -> None:
    reposts.work()
    repost, original = reposts.networks.world.posts_of(account)
    assert repost.reposts == original.id
    delivery = the(reposts, f"again-2027-01-18@{account}")
    assert (delivery.state, delivery.content.text) == (State.SENT, "")


def test_a_repost_whose_answer_is_lost_is_looked_for_and_is_there_once(reposts: Stage) -> None:
    for account, route in (("x-en", "/retweets"), ("mastodon-en", "/reblog"), ("bluesky-en", "createRecord")):
        reposts.work(until=timedelta(minutes=5))
        reposts.networks.world.faults.append(Fault("lost", route, account))
    reposts.work(until=timedelta(hours=1))
    for account in ("x-en", "mastodon-en", "bluesky-en"):
        assert the(reposts, f"again-2027-01-18@{account}").state is State.SENT
        assert sum(bool(post.reposts) for post in reposts.networks.world.posts_of(account)) == 1


def test_what_was_retracted_is_not_reposted_and_the_reason_is_plain(reposts: Stage) -> None:
    reposts.app.work()
    reposts.app.retract(the(reposts, "facts-2027-01-18@mastodon-en"), "wrong figure")
    reposts.work()
    delivery = the(reposts, "again-2027-01-18@mastodon-en")
    assert (delivery.state, delivery.reason) == (State.FAILED, "the post that it reposts was retracted")
    assert reposts.posts("mastodon-en") == 0


def test_what_is_not_out_yet_is_waited_for(reposts: Stage) -> None:
    held = the(reposts, "facts-2027-01-18@bluesky-fr")
    reposts.app.store.hold(held.key, now=reposts.clock(), why="a look at it")
    reposts.work(until=timedelta(minutes=21))
    delivery = the(reposts, "again-2027-01-18@bluesky-fr")
    assert (delivery.state, delivery.reason) == (
        State.APPROVED, "the post that it reposts is not out yet: it is approved",
    )  # fmt: skip
    reposts.app.store.release(held.key, not_before=reposts.clock(), now=reposts.clock(), actor="alex")
    reposts.work()
    assert the(reposts, "again-2027-01-18@bluesky-fr").state is State.SENT


def test_a_repost_has_no_counts_of_its_own(reposts: Stage) -> None:
    reposts.work(until=timedelta(days=2))
    counted = {one.post: len(one.snapshots) for one in reposts.app.store.results() if one.account == "x-en"}
    assert counted == {"facts-2027-01-18": 2, "again-2027-01-18": 0}


def test_a_series_quotes_where_the_account_may(tmp_path: Path) -> None:
    with set_stage(tmp_path, again("quotes", "x-en, x-fr", **{"content/campaign.yaml": MAY})) as stage:
        stage.work()
        quote, original = stage.networks.world.posts_of("x-en")
        assert (quote.quotes, quote.text) == (original.id, "In case you missed it.")


def test_a_network_is_left_out_by_choice_and_that_is_said(tmp_path: Path) -> None:
    choice = {"content/campaign.yaml": CAMPAIGN + "unsupported: {quote: skip}\n"}
    with set_stage(tmp_path, again("quotes", "x-en, x-fr, bluesky-en, bluesky-fr", **choice)) as stage:
        stage.work()
        assert (stage.posts("x-en"), stage.posts("bluesky-en")) == (1, 2)
        problems, _, _ = stage.app.check()
        assert [(p.post, p.rule, p.severity) for p in problems if "lets" in p.message or "let " in p.message] == [
            (f"again-2027-01-18@{account}", "left-out", "warning") for account in ("x-en", "x-fr")
        ]


def test_a_wording_of_its_own_takes_the_place_of_a_quote(tmp_path: Path) -> None:
    files = again("quotes", "x-en, x-fr", **{"content/campaign.yaml": CAMPAIGN + "unsupported: {quote: reword}\n"})
    with pytest.raises(ContentError) as caught, set_stage(tmp_path, files):
        pass
    assert "there is no wording for it" in caught.value.problems[0].message
    assert "post.x.en.j2" in caught.value.problems[0].advice
    for language in ("en", "fr"):
        files[f"content/series/again/post.x.{language}.j2"] = f"{{{{ item.text }}}} Again {language}."
    with set_stage(tmp_path, files) as stage:
        stage.work()
        again_post, _ = stage.networks.world.posts_of("x-en")
        assert (again_post.quotes, again_post.text) == ("", "The first fact of all. Again en.")


def test_what_a_network_cannot_do_is_told_before_anything_is_planned(tmp_path: Path) -> None:
    with (
        pytest.raises(ContentError) as caught,
        set_stage(tmp_path, again("quotes", "x-en, x-fr")),
    ):
        pass
    problem = caught.value.problems[0]
    assert (problem.place, problem.rule) == ("content/series/again/series.yaml:5:1", "unsupported")
    assert "X does not let this account quote" in problem.message
    assert "unsupported: {quote: reword}" in problem.advice


def test_nothing_earlier_to_show_is_a_problem_with_its_place(tmp_path: Path) -> None:
    files = again("reposts", "bluesky-en, bluesky-fr")
    files["schedules/weekly.yaml"] = files["schedules/weekly.yaml"].replace("12:20", "11:50")
    with pytest.raises(ContentError) as caught, set_stage(tmp_path, files):
        pass
    problem = caught.value.problems[0]
    assert (problem.place, problem.rule) == ("content/series/again/series.yaml:5:1", "no-earlier-post")
    assert "No post of facts about one goes out on bluesky-en before" in problem.message


def test_a_post_is_queued_to_show_an_earlier_one(reposts: Stage) -> None:
    reposts.app.work()
    due = reposts.clock() + timedelta(minutes=1)
    queued = [
        *reposts.app.queue(["bluesky-en"], "Look again.", due, quote="facts-2027-01-18", allow=ALONE),
        *reposts.app.queue(["bluesky-fr"], "", due, repost="facts-2027-01-18", allow=ALONE),
    ]
    assert all(one.done for one in reposts.app.approve(queued, reposts.app.findings(queued), person="alex"))
    reposts.work(until=timedelta(minutes=5))
    assert reposts.networks.world.posts_of("bluesky-en")[0].quotes
    assert reposts.networks.world.posts_of("bluesky-fr")[0].reposts


def test_what_cannot_be_queued_is_said_at_once(reposts: Stage) -> None:
    due = reposts.clock() + timedelta(minutes=30)
    with pytest.raises(ContentError, match="x-en: X does not let this account quote"):
        reposts.app.queue(["x-en"], "Look.", due, quote="facts-2027-01-18", allow=ALONE)
    reposts.app.store.cancel(the(reposts, "facts-2027-01-18@bluesky-en").key, now=reposts.clock(), actor="a", why="w")
    with pytest.raises(StateError, match="is cancelled: it will not be out by then"):
        reposts.app.queue(["bluesky-en"], "", due, repost="facts-2027-01-18", allow=ALONE)


def test_a_video_goes_out_with_its_captions_once_each_network_is_ready(tmp_path: Path) -> None:
    media = tmp_path / "small/content/media"
    media.mkdir(parents=True)
    shutil.copy(VIDEO, media)
    for language in ("en", "fr"):
        (media / f"{language}.srt").write_text("1\n00:00:00,000 --> 00:00:02,000\nBonjour\n", encoding="utf-8")
    video = "videos: [{file: short.mp4, alt: {en: It shines, fr: Ça brille}, captions: {en: en.srt, fr: fr.srt}}]\n"
    files = {
        "content/series/facts/series.yaml": SERIES[: SERIES.index("pictures:")] + video,
        "content/campaign.yaml": CAMPAIGN + "unsupported: {captions: omit}\n",
    }
    with set_stage(tmp_path, files) as stage:
        stage.work()
        for account in ("x-en", "mastodon-fr", "bluesky-en"):
            (post,) = stage.networks.world.posts_of(account)
            assert b"45.4215" not in post.media[0].data
            assert bool(post.media[0].captions) == (not account.startswith("mastodon"))
            late = (post.created - DUE).total_seconds()
            assert late < 30, account
            assert stage.delivery(account).attempts == 1


def test_a_video_that_is_never_ready_is_missed_and_says_why(tmp_path: Path) -> None:
    media = tmp_path / "small/content/media"
    media.mkdir(parents=True)
    shutil.copy(VIDEO, media)
    for language in ("en", "fr"):
        (media / f"{language}.srt").write_text("1\n00:00:00,000 --> 00:00:02,000\nBonjour\n", encoding="utf-8")
    files = {
        "content/series/facts/series.yaml": SERIES[: SERIES.index("pictures:")]
        + "videos: [{file: short.mp4, alt: {en: It shines, fr: Ça brille}, captions: {en: en.srt, fr: fr.srt}}]\n",
        "content/campaign.yaml": CAMPAIGN + "unsupported: {captions: omit}\n",
    }
    with set_stage(tmp_path, files) as stage:
        stage.networks.world.behaviour.preparing_s = 1e6
        stage.work(until=timedelta(hours=3))
        for account in ("x-en", "mastodon-fr"):
            delivery = stage.delivery(account)
            assert delivery.state is State.MISSED
            assert "still preparing content/media/short.mp4" in delivery.reason
        asked = [path for _, method, path in stage.networks.world.requests if method == "GET" and "media" in path]
        assert len(asked) < 150
