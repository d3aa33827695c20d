"""Counts: in few calls, for little money, and unknown is never 0."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_bot.collect import without_own
from campaign_bot.model import Counts, Poll
from campaign_bot.networks.base import Connection
from campaign_bot.networks.x.reading import MOST_STRETCHES, NEAR_MS, PAGE, counts_of, stretches
from campaign_bot.sandbox.world import Fault
from tests.networks.conftest import UnderTest

x_only = pytest.mark.parametrize("under_test", ["x"], indirect=True)
mastodon_only = pytest.mark.parametrize("under_test", ["mastodon"], indirect=True)
with_polls = pytest.mark.parametrize("under_test", ["x", "mastodon"], indirect=True)


def spent(under_test: UnderTest) -> tuple[list[tuple[str, str]], Connection]:
    """A connection, and what it is charged for as the ledger would keep it: once a day for the same thing."""
    charged: list[tuple[str, str]] = []
    connection = under_test.connect()
    connection.meter = lambda action, ids: charged.extend((action, one) for one in ids if (action, one) not in charged)
    return charged, connection


@x_only
def test_each_wanted_post_is_charged_as_an_own_one_and_no_other(under_test: UnderTest) -> None:
    charged, connection = spent(under_test)
    ids: list[str] = []
    for number in range(6):
        ids.append(connection.publish(under_test.part(f"Post {number} of six.")).remote_id)
        under_test.advance(timedelta(hours=7))
    charged.clear()
    counts = connection.metrics([ids[0], ids[2], ids[5]])
    assert set(counts) == {ids[0], ids[2], ids[5]}
    reads = [one for action, one in charged if action == "read of an own post"]
    assert sorted(reads) == sorted([ids[0], ids[2], ids[5]])
    assert not [one for action, one in charged if action == "read of a post"]


@x_only
def test_posts_that_stand_close_together_take_one_call(under_test: UnderTest) -> None:
    _, connection = spent(under_test)
    ids = [connection.publish(under_test.part(f"Close {number}.")).remote_id for number in range(30)]
    before = len(under_test.world.requests)
    assert set(connection.metrics(ids)) == set(ids)
    made = [path for _, _, path in under_test.world.requests[before:]]
    assert len([path for path in made if path.endswith("/tweets")]) == 1
    assert len(made) <= 2  # and at most one question for whose timeline it is


@x_only
def test_what_the_timeline_does_not_show_is_read_by_its_id(under_test: UnderTest) -> None:
    charged, connection = spent(under_test)
    receipt = connection.publish(under_test.part("The listing lags behind."))
    under_test.world.behaviour = replace(under_test.world.behaviour, listing_lag_s=3600)
    assert set(connection.metrics([receipt.remote_id])) == {receipt.remote_id}
    assert ("read of a post", receipt.remote_id) in charged


@x_only
def test_clicks_are_told_for_thirty_days_and_unknown_after(under_test: UnderTest) -> None:
    connection = under_test.connect()
    linked = connection.publish(under_test.part("See https://open.canada.ca/en")).remote_id
    plain = connection.publish(under_test.part("No link here.")).remote_id
    under_test.advance(timedelta(days=2))
    counts = connection.metrics([linked, plain])
    assert counts[linked].link_clicks is not None
    assert counts[plain].link_clicks is None
    under_test.advance(timedelta(days=40))
    later = connection.metrics([linked])[linked]
    assert later.link_clicks is None
    assert later.likes is not None


@x_only
def test_an_account_that_may_not_see_clicks_still_gets_its_counts(under_test: UnderTest) -> None:
    connection = under_test.connect()
    one = connection.publish(under_test.part("See https://open.canada.ca/en")).remote_id
    connection.identify()
    body = '{"title": "Forbidden", "detail": "You are not permitted to use: non_public_metrics.", "status": 403}'
    under_test.world.faults.append(Fault("status", under_test.particulars.read_route, code=403, body=body))
    for _ in range(2):
        counts = connection.metrics([one])[one]
        assert (counts.link_clicks, counts.likes) == (None, counts.likes)
        assert counts.likes is not None


def test_a_field_that_x_refuses_in_a_200_is_unknown_and_not_0() -> None:
    assert counts_of({"id": "1", "text": "x"}, {}) == Counts()
    assert counts_of({"id": "1", "public_metrics": {"like_count": 3}}, {}) == Counts(likes=3)


def test_both_vocabularies_of_x_are_understood() -> None:
    old = {"retweet_count": 4, "like_count": 1, "reply_count": 0, "quote_count": 2, "bookmark_count": 0}
    new = {"repost_count": 4, **{name: value for name, value in old.items() if name != "retweet_count"}}
    assert counts_of({"public_metrics": new}, {}) == counts_of({"public_metrics": old}, {})
    assert counts_of({"public_metrics": new}, {}).reposts == 4


@given(st.lists(st.integers(1, 2**62), max_size=300))
def test_stretches_hold_every_id_once_in_few_runs(ids: list[int]) -> None:
    runs = stretches([str(one) for one in ids])
    assert [one for run in runs for one in run] == sorted(set(ids))
    assert all(1 <= len(run) <= PAGE for run in runs)
    assert len(runs) <= MOST_STRETCHES + len(set(ids)) // PAGE


def test_a_stretch_ends_where_posts_are_far_apart() -> None:
    minute = 60_000 << 22
    close, far = [1, 1 + minute], [1 + minute + ((NEAR_MS + 1) << 22) + minute]
    assert stretches([str(one) for one in (*far, *close)]) == [close, far]


@mastodon_only
@pytest.mark.parametrize("code", [400, 404, 405])
def test_a_server_that_refuses_the_batch_is_asked_one_by_one_from_then_on(under_test: UnderTest, code: int) -> None:
    connection = under_test.connect()
    ids = [connection.publish(under_test.part(f"Post {number}.")).remote_id for number in range(3)]
    under_test.world.faults.append(Fault("status", "GET /api/v1/statuses", code=code, body='{"error": "no"}'))
    assert set(connection.metrics(ids)) == set(ids)
    before = len(under_test.world.requests)
    assert set(connection.metrics(ids)) == set(ids)
    assert [path for _, _, path in under_test.world.requests[before:]] == [f"/api/v1/statuses/{one}" for one in ids]


@mastodon_only
def test_an_empty_answer_to_a_batch_is_no_proof_that_posts_are_gone(under_test: UnderTest) -> None:
    connection = under_test.connect()
    ids = [connection.publish(under_test.part(f"Post {number}.")).remote_id for number in range(3)]
    under_test.world.faults.append(Fault("status", "GET /api/v1/statuses", code=200, body="[]"))
    assert set(connection.metrics(ids)) == set(ids)


@mastodon_only
def test_posts_that_vanished_cost_no_call_each(under_test: UnderTest) -> None:
    connection = under_test.connect()
    ids = [connection.publish(under_test.part(f"Post {number}.")).remote_id for number in range(120)]
    for post in under_test.posts()[1:]:
        post.deleted = True
    for times, most in ((1, 120 / 20 + 5), (2, 120 / 20)):
        before = len(under_test.world.requests)
        found = [key for start in range(0, 120, 20) for key in connection.metrics(ids[start : start + 20])]
        assert len(found) == 1
        made = len(under_test.world.requests) - before
        assert made <= most, f"reading {times} took {made} calls"


@mastodon_only
def test_posts_of_an_account_without_any_left_are_gone(under_test: UnderTest) -> None:
    connection = under_test.connect()
    ids = [connection.publish(under_test.part(f"Post {number}.")).remote_id for number in range(20)]
    for post in under_test.posts():
        post.deleted = True
    before = len(under_test.world.requests)
    assert connection.metrics(ids) == {}
    assert len(under_test.world.requests) - before <= 5


@mastodon_only
def test_a_server_that_always_answers_a_batch_with_nothing_is_asked_one_by_one(under_test: UnderTest) -> None:
    """The first and the last that are missing are really gone: that says nothing about those between."""
    connection = under_test.connect()
    ids = [connection.publish(under_test.part(f"Post {number}.")).remote_id for number in range(5)]
    posts = sorted(under_test.posts(), key=lambda post: ids.index(str(post.id)))
    posts[0].deleted = posts[-1].deleted = True
    under_test.world.behaviour = replace(under_test.world.behaviour, batchless=True)
    assert set(connection.metrics(ids)) == set(ids[1:-1])
    assert set(connection.metrics(ids)) == set(ids[1:-1])


@mastodon_only
def test_an_account_without_posts_shows_nothing_of_what_a_batch_will_leave_out(under_test: UnderTest) -> None:
    connection = under_test.connect()
    under_test.world.behaviour = replace(under_test.world.behaviour, batchless=True)
    gone = [connection.publish(under_test.part(f"Post {number}.")).remote_id for number in range(5)]
    for post in under_test.posts():
        post.deleted = True
    assert connection.metrics(gone) == {}
    ids = [connection.publish(under_test.part(f"New post {number}.")).remote_id for number in range(3)]
    assert set(connection.metrics(ids)) == set(ids)


@mastodon_only
def test_what_a_server_drops_from_a_long_list_is_asked_for_by_itself(under_test: UnderTest) -> None:
    connection = under_test.connect()
    ids = [connection.publish(under_test.part(f"Post {number}.")).remote_id for number in range(25)]
    assert set(connection.metrics(ids)) == set(ids)  # it takes 20, and says nothing of the others


@with_polls
def test_the_result_of_a_poll_is_told_when_it_is_over(under_test: UnderTest) -> None:
    connection = under_test.connect()
    asked = connection.publish(under_test.part("Which?", poll=Poll(("Le budget", "Le transport", "Rien"), 60)))
    plain = connection.publish(under_test.part("No question."))
    assert connection.poll_results([asked.remote_id, plain.remote_id]) == {}
    under_test.advance(timedelta(hours=2))
    post = next(one for one in under_test.posts() if one.poll_options)
    assert connection.poll_results([asked.remote_id, plain.remote_id]) == {
        asked.remote_id: under_test.world.poll_votes(post)
    }


def test_the_next_part_of_an_own_thread_is_no_reply_of_the_audience() -> None:
    assert without_own(Counts(replies=3, likes=1), parts=2) == Counts(replies=2, likes=1)
    assert without_own(Counts(replies=3), parts=1) == Counts(replies=3)
    assert without_own(Counts(replies=None), parts=2) == Counts(replies=None)
    assert without_own(Counts(replies=0), parts=2) == Counts(replies=0)  # the network has not counted it yet
    assert without_own(None, parts=2) is None
