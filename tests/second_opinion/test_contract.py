"""The contract of every network, the very same functions, through the real client on mastodon-mock."""

from __future__ import annotations

from campaign_bot.contract import posting, suite
from campaign_bot.contract.suite import *  # noqa: F403
from tests.second_opinion.conftest import WRONG


def test_the_list_of_where_it_is_wrong_names_tests_that_exist() -> None:
    assert [name for name in WRONG if not hasattr(suite, name) and not hasattr(posting, name)] == []
