"""What mastodon-mock does by itself: engagement that it counts, and faults that it makes (POST /api/v1/_mock/faults)."""

from __future__ import annotations

import pytest

from campaign_bot.errors import NetworkError, RateLimited, Unavailable, Unconfirmed
from campaign_bot.model import Counts
from tests.second_opinion.far_end import MockUnderTest

CREATE = "/api/v1/statuses"


def test_counts_are_what_a_reader_did_and_took_back(under_test: MockUnderTest) -> None:
    connection = under_test.connect()
    first = connection.publish(under_test.part("One of two."))
    connection.publish(under_test.part("Two of two.", root=first, parent=first))
    for how in ("favourite", "reblog", "bookmark"):
        under_test.end.engage(first.remote_id, how)
    under_test.end.reply(first.remote_id)
    assert connection.metrics([first.remote_id]) == {first.remote_id: Counts(likes=1, reposts=1, replies=2)}
    under_test.end.engage(first.remote_id, "unfavourite")
    assert connection.metrics([first.remote_id])[first.remote_id].likes == 0


def test_a_key_is_remembered_whatever_the_second_text(under_test: MockUnderTest) -> None:
    connection, part = under_test.connect(), under_test.part("As approved.")
    receipt = connection.publish(part)
    other = under_test.part("Other words.", key=part.key)
    assert connection.publish(other) == receipt
    assert [post.text for post in under_test.posts()] == ["As approved."]


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ({"type": "ratelimit"}, RateLimited),
        ({"type": "status", "status": 503}, Unavailable),
        ({"type": "status", "status": 500}, Unconfirmed),
        ({"type": "status", "status": 502, "body": "<html>Bad gateway</html>"}, Unconfirmed),
        ({"type": "malformed"}, Unconfirmed),
        ({"type": "latency", "delay_ms": 1500}, Unconfirmed),
        ({"type": "status", "status": 429}, RateLimited),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else value.__name__,
)
def test_its_own_faults_mean_what_ours_mean(
    under_test: MockUnderTest, effect: dict[str, object], expected: type[NetworkError]
) -> None:
    connection = under_test.connect(timeout_s=1.0)
    under_test.end.fault("POST", CREATE, **effect)
    with pytest.raises(expected):
        connection.publish(under_test.part())


def test_a_limit_told_in_seconds_instead_of_a_date_is_understood(under_test: MockUnderTest) -> None:
    """Mastodon writes a date; Pleroma and this one write seconds since 1970."""
    connection = under_test.connect()
    under_test.end.fault("POST", CREATE, type="ratelimit")
    with pytest.raises(RateLimited) as caught:
        connection.publish(under_test.part())
    assert caught.value.until is not None


def test_what_is_left_of_a_limit_is_noted(under_test: MockUnderTest) -> None:
    connection = under_test.connect()
    connection.publish(under_test.part())
    assert [one.bucket for one in connection.allowances()] == ["publish"]
