"""Answers of Mastodon-speaking servers that its library takes for something else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaign_bot.errors import Unavailable, Unconfirmed
from campaign_bot.sandbox.world import Fault
from tests.networks.conftest import NOW, UnderTest

pytestmark = pytest.mark.parametrize("under_test", ["mastodon"], indirect=True)
#: A proxy that writes a second Date, a server that tells a limit in its own words.
UNREADABLE = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299", "X-RateLimit-Reset": "in a while"}


def test_a_post_that_was_taken_with_unreadable_limits_is_never_sent_again_at_once(under_test: UnderTest) -> None:
    connection, part = under_test.connect(), under_test.part()
    connection.identify()
    under_test.world.faults.append(
        Fault("after", under_test.particulars.create_route, code=200, body="{}", headers=UNREADABLE)
    )
    with pytest.raises(Unconfirmed):
        connection.publish(part)
    assert connection.find(part, NOW - timedelta(minutes=1)).receipt is not None


def test_counts_with_unreadable_limits_are_read_later(under_test: UnderTest) -> None:
    connection = under_test.connect()
    receipt = connection.publish(under_test.part())
    under_test.world.faults.append(
        Fault("status", under_test.particulars.read_route, code=200, body="[]", headers=UNREADABLE)
    )
    with pytest.raises(Unavailable):
        connection.metrics([receipt.remote_id])
