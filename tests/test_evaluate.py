"""Evaluation: what is unknown is not nothing, rates keep their parts, groups add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from campaign_bot.evaluate import Evaluation, engagements, evaluate
from campaign_bot.library.files import CampaignFile
from campaign_bot.library.load import load
from campaign_bot.model import Content, Counts, Part, Result, Snapshot, State
from tests.campaigns import write_campaign

DUE = datetime(2027, 1, 18, 17, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


def _campaign() -> CampaignFile:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as directory:
        library, _ = load(write_campaign(Path(directory)), networks=("x", "mastodon", "bluesky"))
        assert library is not None
        return library.campaign


CAMPAIGN = _campaign()
BASE = Result(
    delivery="d", post="p", series="facts", item="one", priority="impact", commitments=(), account="mastodon-en",
    network="mastodon", language="en", due=DUE, state=State.SENT, content=Content("en", (Part("text"),)),
    sent=DUE + timedelta(seconds=1), followers=200,
)  # fmt: skip


def told(*results: Result) -> Evaluation:
    return evaluate(CAMPAIGN, results, titles={}, now=DUE + timedelta(days=9))


def snapshot(age: timedelta, **counts: int | None) -> Snapshot:
    return Snapshot(age, DUE + age, Counts(**counts))  # type: ignore[arg-type]


def test_nothing_at_all_is_no_error_and_no_zero() -> None:
    total = told().total
    assert (total.planned, total.engagements, total.median, total.by_followers) == (0, None, None, None)


def test_a_post_that_was_not_read_has_no_engagement_not_none() -> None:
    read = replace(BASE, delivery="a", snapshots=(snapshot(HOUR, likes=4, replies=2),))
    unread = replace(BASE, delivery="b")
    total = told(read, unread).total
    assert (total.sent, total.read, total.engagements) == (2, 1, 6)
    assert total.by_followers is not None
    assert (total.by_followers.numerator, total.by_followers.denominator, total.by_followers.posts) == (6, 200, 1)


def test_counts_that_a_network_does_not_tell_are_unknown() -> None:
    assert engagements(Counts()) is None
    assert engagements(Counts(likes=None, replies=0)) == 0
    assert told(replace(BASE, snapshots=(snapshot(HOUR),))).total.engagements is None


def test_without_followers_there_is_no_rate() -> None:
    for followers in (None, 0):
        found = told(replace(BASE, followers=followers, snapshots=(snapshot(HOUR, likes=3),)))
        assert found.total.engagements == 3
        assert found.total.by_followers is None
        assert found.best == ()


def test_posts_are_compared_at_one_age_only() -> None:
    old = [
        replace(BASE, delivery=str(n), snapshots=(snapshot(HOUR, likes=1), snapshot(DAY, likes=10))) for n in range(3)
    ]
    young = replace(BASE, delivery="young", snapshots=(snapshot(HOUR, likes=1),))
    mostly_old = told(*old, replace(old[0], delivery="4"), young)
    assert mostly_old.age == DAY
    assert mostly_old.total.engagements == 40
    assert told(old[0], young).age == HOUR


results = st.lists(
    st.builds(
        lambda number, state, network, language, likes, followers: replace(
            BASE,
            delivery=f"d{number}",
            state=state,
            network=network,
            language=language,
            followers=followers,
            snapshots=() if likes is None or state is not State.SENT else (snapshot(HOUR, likes=likes),),
        ),
        st.integers(0, 10**6),
        st.sampled_from(list(State)),
        st.sampled_from(["x", "mastodon", "bluesky"]),
        st.sampled_from(["en", "fr"]),
        st.none() | st.integers(0, 10**9),
        st.none() | st.integers(0, 10**7),
    ),
    max_size=30,
)


@given(results)
def test_groups_add_up_to_the_whole(some: list[Result]) -> None:
    found = told(*some)
    assert found.total.planned == len(some)
    for groups in found.groups.values():
        for name in ("planned", "sent", "failed", "missed", "other", "read"):
            assert sum(cast("int", getattr(group, name)) for group in groups) == getattr(found.total, name)
        assert sum(group.engagements or 0 for group in groups) == (found.total.engagements or 0)
    assert found.total.planned == sum((found.total.sent, found.total.failed, found.total.missed, found.total.other))


@given(results)
def test_rates_are_never_without_a_denominator(some: list[Result]) -> None:
    found = told(*some)
    for group in (found.total, *(group for groups in found.groups.values() for group in groups)):
        for rate in (group.by_followers, group.by_impressions):
            assert rate is None or (rate.denominator > 0 and rate.posts <= group.read and rate.percent is not None)
