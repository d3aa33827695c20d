"""Collecting: few calls, each reading at its age or marked, whatever the network tells and whoever kills us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_bot.app import App
from campaign_bot.collect import MOST, NAMES, judge
from campaign_bot.health import Concern, health
from campaign_bot.model import Content, Counts, Outgoing, Part, Poll, Post, State, derived_key
from campaign_bot.sandbox import audience
from campaign_bot.sandbox.world import Fault
from campaign_bot.store.base import Draft, DueSnapshot, Planned
from campaign_bot.store.collecting import reading_by
from campaign_bot.store.connection import from_ms
from tests.campaigns import CAMPAIGN, SERIES
from tests.database import connect
from tests.stage import ALONE, DUE, Stage, set_stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: account -> (what one call reads at most, the calls that read counts)
BATCHES = {"mastodon-en": (20, "/api/v1/statuses"), "bluesky-en": (25, "getPosts"), "x-en": (100, "/tweets")}


def sent(stage: Stage, account: str, number: int, poll: Poll | None = None) -> str:
    """A delivery that is really on the local network, sent now. Returns its key."""
    app, now = stage.app, stage.clock()
    network = app.network(app.library.account(account).network)
    text = f"Post {number} of {account}"
    content, key = Content("en", (Part(text, poll=poll),)), derived_key(account, str(number))
    draft = Draft(key, account, network.name, "en", now, content, len(text), 500)
    app.store.add(Planned(Post(key, f"more-{number}-{account}", "queue", "queue", "", now, ""), (draft,), {}),
                  now=now, actor="test")  # fmt: skip
    keys = network.keys(key, content.sha256, now, 1)
    assert app.store.approve(key, content.sha256, keys, person="alex", note="", now=now)
    assert app.store.begin_attempt(
        key, content.sha256, owner="t", lease_until=now + HOUR, now=now, not_due_before=now - HOUR
    )
    part = Outgoing(text, "en", "public", "", keys[0], now, poll=poll)
    app.store.record_receipt(key, 0, app.connection(account).publish(part), now=now)
    assert app.store.settle_sent(key, owner="t", now=now)
    return key


def rows(stage: Stage, sql: str) -> list[tuple[Any, ...]]:
    with connect(stage.app.database) as db:
        return db.execute(sql).fetchall()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Stage]:
    """No post of the campaign's own is in the way."""
    with set_stage(tmp_path, {"schedules/weekly.yaml": "{}\n"}) as made:
        yield made


@pytest.mark.parametrize("account", BATCHES)
def test_one_call_reads_as_many_posts_as_the_network_allows(bare: Stage, account: str) -> None:
    size, route = BATCHES[account]
    if account == "x-en":
        bare.networks.world.behaviour.forgetful = True
    for number in range(size + 1):
        bare.clock.move_to(
            DUE + timedelta(seconds=20 * number)
        )  # each at a time of its own; X allows 100 in 15 minutes
        sent(bare, account, number)
    bare.work(until=2 * HOUR)
    bare.networks.world.requests.clear()
    bare.work(until=26 * HOUR)
    calls = [path for _, method, path in bare.networks.world.requests if method == "GET" and route in path]
    read = rows(bare, "select age_ms / 3600000, count(*), min(in_time) from snapshot group by 1")
    assert read == [(1, size + 1, 1), (24, size + 1, 1)]
    # Bluesky's session has ended by then: the call that finds out is made again.
    renewed = any("Session" in path for _, _, path in bare.networks.world.requests)
    assert len(calls) == 2 + renewed


def test_readings_of_one_utc_day_are_never_put_off_to_the_next() -> None:
    late_evening = round(datetime(2027, 1, 18, 23, 58, tzinfo=UTC).timestamp() * 1000)
    assert reading_by(late_evening, 3_600_000) == late_evening + 119_000


@given(st.integers(0, 2**41), st.integers(0, 2**33))
def test_a_reading_never_comes_before_its_age_nor_on_another_day(from_ms: int, slack_ms: int) -> None:
    by = reading_by(from_ms, slack_ms)
    assert from_ms <= by <= from_ms + slack_ms
    assert by // 86_400_000 == from_ms // 86_400_000


def test_every_age_is_read_once_and_in_time(stage: Stage) -> None:
    stage.work(until=3 * DAY)
    assert rows(stage, "select age_ms / 3600000, count(*), min(in_time), max(mark) from snapshot group by 1") == [
        (1, 6, 1, ""), (24, 6, 1, ""),
    ]  # fmt: skip
    assert rows(stage, "select count(*) from reading where kind = 'counts'") == [(0,)]


def test_a_post_that_is_read_several_times_on_one_utc_day_is_charged_once(tmp_path: Path) -> None:
    ages = {"content/campaign.yaml": CAMPAIGN.replace("[1h, 24h]", "[1h, 2h, 3h, 24h]")}
    with set_stage(tmp_path, ages) as stage:
        stage.work(until=3 * DAY)
        assert rows(stage, "select count(*) from snapshot join delivery on delivery = key where network = 'x'") == [
            (8,)
        ]
        read = "select resource, day, count(*) from spend where action = 'read of an own post' group by 1, 2 order by 2"
        assert (
            sorted(day for _, day, times in rows(stage, read) if times == 1) == ["2027-01-18"] * 2 + ["2027-01-19"] * 2
        )


def test_what_was_slept_through_is_marked_and_no_figure_is_passed_for_it(stage: Stage) -> None:
    stage.app.work()
    stage.clock.move_to(DUE + 60 * HOUR)
    stage.app.work()
    assert rows(stage, "select distinct age_ms / 3600000, in_time, mark, likes is null from snapshot order by 1") == [
        (1, 0, "missed", 1), (24, 0, "late", 0),
    ]  # fmt: skip
    assert rows(stage, "select count(*) from engagement") == [(0,)]
    assert rows(stage, "select distinct reading, late_hours from readings order by 1") == [
        ("late", 36.0),
        ("missed", 0.0),
    ]
    assert [one.snapshots for one in stage.app.store.results()] == [()] * 6


def test_a_deleted_post_is_written_down_as_gone_and_comes_back_if_it_does(stage: Stage) -> None:
    stage.app.work()
    (post,) = stage.networks.world.posts_of("mastodon-en")
    post.deleted = True
    stage.work(until=2 * HOUR)
    post.deleted = False
    stage.work(until=2 * DAY)
    told = "select age_hours, reading from readings where account = 'mastodon-en' order by 1"
    assert rows(stage, told) == [(1.0, "gone"), (24.0, "read")]
    assert "gone" not in [one.kind for one in stage.app.health().concerns]


def test_a_post_that_vanished_needs_a_person_until_one_has_seen_it(stage: Stage) -> None:
    stage.app.work()
    (post,) = stage.networks.world.posts_of("mastodon-en")
    post.deleted = True
    stage.app.retract(stage.delivery("mastodon-fr"), "a wrong figure")
    stage.work(until=2 * HOUR)

    def gone() -> list[Concern]:
        return [one for one in stage.app.health().open_concerns if one.kind == "gone"]

    (one,) = gone()
    assert (one.subject, one.message) == (
        "mastodon-en", "The network no longer shows facts-2027-01-18, and nobody here took it back.",
    )  # fmt: skip
    assert "The local networks forget everything when they stop" in one.advice
    assert "delete a.db. `campaign-bot status --seen` takes note of it." in one.advice
    real = health(
        stage.app.store, {}, missing={}, budgets=(), others=(), now=stage.clock(), command="campaign-bot"
    ).concerns
    assert "was it moderated" in next(one.advice for one in real if one.kind == "gone")
    stage.app.take_note([one])
    assert gone() == []


def test_what_was_retracted_is_not_read_again(stage: Stage) -> None:
    stage.app.work()
    stage.app.retract(stage.delivery("mastodon-en"), "a wrong figure")
    stage.work(until=2 * DAY)
    assert rows(stage, "select count(*) from readings where account = 'mastodon-en'") == [(0,)]
    assert rows(stage, "select count(*) from reading") == [(0,)]


def test_a_daemon_that_dies_between_reading_and_writing_reads_again_and_keeps_one(stage: Stage) -> None:
    stage.app.work()
    stage.clock.move_to(DUE + HOUR + timedelta(minutes=4))
    due = stage.app.store.due_snapshots(stage.app.ages, stage.clock())
    again = App(
        stage.app.directory, environ={}, clock=stage.clock, sandbox_url=stage.networks.url, database=stage.app.database
    )
    assert again.work().collected == 6
    stage.app.store.record_snapshots([(one, Counts(likes=10**6)) for one in due], now=stage.clock())  # it was not dead
    again.close()
    assert rows(stage, "select count(*), max(likes) < 1000 from snapshot") == [(6, 1)]


def test_a_network_that_is_down_is_asked_again_after_a_while(stage: Stage) -> None:
    stage.app.work()
    stage.networks.world.faults.append(Fault("status", "/api/v1/statuses", "mastodon-en", code=503))
    stage.work(until=2 * HOUR)
    late = dict(rows(stage, "select account, late_hours * 60 from readings"))
    assert late["mastodon-en"] == pytest.approx(late["mastodon-fr"] + 5)
    assert len(late) == 6


def test_ages_that_are_added_later_are_read_too(stage: Stage) -> None:
    stage.work(until=3 * DAY)
    assert stage.app.store.due_snapshots((*stage.app.ages, 7 * DAY), DUE + 8 * DAY) != []


def test_a_thousandfold_jump_and_a_fall_are_kept_and_marked() -> None:
    now = DUE + HOUR
    due = DueSnapshot("d", "a", "x", "1", HOUR, DUE, before=Counts(likes=5, replies=2))
    assert judge(due, Counts(likes=10**9, replies=1), now) == (Counts(likes=10**9, replies=1), ("fell", "jumped"))
    assert judge(due, Counts(likes=5), now) == (Counts(likes=5), ())
    assert judge(due, None, now + 2 * HOUR) == (None, ("late",))


@given(
    st.lists(st.builds(Counts, *[st.none() | st.integers() | st.floats() | st.booleans() for _ in NAMES]), max_size=4)
)
def test_whatever_a_network_tells_can_be_kept(told: list[Any]) -> None:
    before: Counts | None = None
    for counts in told:
        kept, _ = judge(DueSnapshot("d", "a", "x", "1", HOUR, DUE, before=before), counts, DUE + HOUR)
        assert kept is not None
        values = [getattr(kept, name) for name in NAMES]
        assert all(value is None or (type(value) is int and 0 <= value <= MOST) for value in values)
        before = kept


def test_absurd_counts_pass_through_the_whole_road(bare: Stage) -> None:
    key = sent(bare, "mastodon-en", 1)
    for age, counts in ((HOUR, Counts(likes=3)), (24 * HOUR, Counts(likes=-1, reposts=2**70, replies=10**9))):
        (due,) = bare.app.store.due_snapshots(bare.app.ages, DUE + age * 1.06)
        kept, marks = judge(due, counts, DUE + age)
        bare.app.store.record_snapshots([(due, kept)], now=DUE + age, marks={key: marks})
    (result,) = bare.app.store.results()
    assert [one.counts for one in result.snapshots] == [Counts(likes=3), Counts(replies=10**9)]
    assert rows(bare, "select mark from snapshot order by age_ms") == [("",), ("impossible",)]


@pytest.mark.parametrize("account", ["mastodon-en", "x-en"])
def test_a_poll_s_result_is_read_when_it_is_over(bare: Stage, account: str) -> None:
    key = sent(bare, account, 1, Poll(("Budget", "Transport", "Housing"), 24 * 60))
    bare.work(until=23 * HOUR)
    assert rows(bare, "select count(*) from poll_result") == [(0,)]
    bare.work(until=30 * HOUR)
    (post,) = bare.networks.world.posts_of(account)
    votes = bare.networks.world.poll_votes(post)
    assert rows(bare, f"select option, label, votes from polls where delivery = '{key}'") == [
        (1, "Budget", votes[0]), (2, "Transport", votes[1]), (3, "Housing", votes[2]),
    ]  # fmt: skip
    assert rows(bare, "select * from reading where kind = 'poll'") == []


def test_a_poll_that_the_network_does_not_tell_is_given_up_in_three_days_and_said(bare: Stage) -> None:
    key = sent(bare, "mastodon-en", 1, Poll(("Budget", "Transport"), 60))
    bare.networks.world.posts_of("mastodon-en")[0].deleted = True
    bare.work(until=5 * DAY)
    assert rows(bare, "select count(*) from poll_result") == [(0,)]
    assert [event.action for event in bare.app.store.events(key)][-1] == "poll-not-told"
    assert rows(bare, "select * from reading") == []


def test_followers_are_counted_daily_and_at_each_send(stage: Stage) -> None:
    stage.work(until=3 * DAY)
    times = [at for (at,) in rows(stage, "select at_ms from followers where account = 'mastodon-en' order by at_ms")]
    assert times[0] == round(DUE.timestamp() * 1000)
    assert {after - before for before, after in pairwise(times)} == {86_400_000}
    before = len(times)
    sent_at = stage.clock() + HOUR
    stage.app.queue(["mastodon-en"], "One more", sent_at, (), allow=ALONE)
    (one,) = [one for one in stage.app.store.deliveries((State.DRAFT,)) if one.due == sent_at]
    stage.app.approve([one], {}, person="alex")
    stage.work(until=2 * HOUR)
    assert rows(stage, "select count(*) from followers where account = 'mastodon-en'") == [(before + 1,)]


def test_followers_are_no_longer_counted_when_the_last_post_has_been_read(stage: Stage) -> None:
    stage.work(until=60 * DAY)
    (last,) = rows(stage, "select max(at_ms) from followers")[0]
    assert datetime.fromtimestamp(last / 1000, UTC) <= stage.app.measured_until
    assert stage.app.next_wake() is None


def test_a_threads_own_next_part_is_no_reply_of_a_reader(tmp_path: Path) -> None:
    """Through the whole, on every network: composed, sent in its parts, counted as the network tells it, kept without."""
    files = {
        "content/campaign.yaml": CAMPAIGN.replace("handle: small_en}", "handle: small_en, may: [thread]}", 1).replace(
            "handle: small_fr}", "handle: small_fr, may: [thread]}", 1
        ),
        "content/series/facts/series.yaml": SERIES.partition("pictures:")[0],
        "content/series/facts/post.en.j2": "{{ item.text }}\n---\nWhy it matters: it is yours.\n",
        "content/series/facts/post.fr.j2": "{{ item.text }}\n---\nPourquoi c’est important\u00a0: c’est à vous.\n",
        "schedules/weekly.yaml": "weekly: {series: facts, when: {cron: '0 12 * * mon'}, ends: 2027-01-19}\n",
    }
    with set_stage(tmp_path, files) as stage:
        stage.work(until=2 * HOUR)
        sql = "select account, snapshot.replies, taken_ms from snapshot join delivery on key = delivery where age_ms = 3600000"
        kept = {account: (replies, from_ms(taken)) for account, replies, taken in rows(stage, sql)}
        world = stage.networks.world
        for account in stage.app.library.campaign.accounts:
            second, first = world.posts_of(account)
            assert second.reply_to in (first.id, first.key)
            replies, taken = kept[account]
            told = audience.counts(world.seed, first, taken, own_replies=1).replies  # as the network tells it
            assert told is not None and replies == told - 1
