"""Mastodon's client on mastodon-mock (PyPI): a second opinion, not an oracle. `WRONG` says where it is no opinion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from mastodon_mock.config import AuthConfig, DatabaseConfig, MastodonMockConfig, RateLimitConfig
from mastodon_mock.testing.server import MockServer

from campaign_bot import networks
from campaign_bot.contract.fixtures import a_gif, a_picture, a_video
from campaign_bot.library.files import Account
from tests.networks.conftest import NOW, PARTICULARS
from tests.networks.recorder import Recorder
from tests.second_opinion.far_end import MockEnd, MockUnderTest

__all__ = ["a_gif", "a_picture", "a_video"]

REQUESTS_ALLOWED = 40  # of one token in five minutes: Mastodon has 300, which would take a while to use up

#: Tests of the contract that mastodon-mock cannot pass, and why that is not our client's fault.
WRONG = {
    "test_a_poll_arrives_with_its_options_where_there_are_polls": "its clock is the machine's and cannot be set, and nobody votes",
    "test_the_result_of_a_poll_is_told_when_it_is_over_and_not_before": "the same",
    "test_counts_of_many_posts_take_one_call_and_unknown_is_none": "it has no quotes_count, which Mastodon tells since 4.5",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [
        one
        for one in items
        if one.path.parent.name == "second_opinion" and one.path.name in ("test_contract.py", "test_posting.py")
    ]
    for item in ours:
        if reason := WRONG.get(item.originalname if isinstance(item, pytest.Function) else ""):
            item.add_marker(pytest.mark.xfail(reason=f"mastodon-mock: {reason}", strict=True))


@pytest.fixture(scope="session")
def mock() -> Iterator[MockServer]:
    config = MastodonMockConfig(
        database=DatabaseConfig(path=":memory:"),
        auth=AuthConfig(enforce_scopes=True),
        ratelimit=RateLimitConfig(enabled=True, limit=REQUESTS_ALLOWED, window_seconds=300),
    )
    with MockServer(config=config) as started:
        yield started


_numbers = count(1)


@pytest.fixture
def under_test(mock: MockServer) -> Iterator[MockUnderTest]:
    number = next(_numbers)
    handle = f"opengov_{number}"
    account = Account(name="mastodon-en", network="mastodon", language="en", handle=handle, may=("quote",))
    particulars = replace(PARTICULARS["mastodon"], requests_allowed=REQUESTS_ALLOWED)
    clock = [NOW]
    world = MockEnd(mock.base_url, account=account.name, handle=handle, now=lambda: clock[0])
    # Its middlewares now and then lose the body of an answer on a busy machine ("shorter than Content-Length").
    with Recorder(mock.base_url, meets=world.meets, rewrite=world.by_our_clock, breaks_off=True) as gate:
        made = MockUnderTest(networks.get("mastodon"), account, world, gate, particulars, clock)
        yield made
        for one in made.opened:
            one.close()
    world.close()
