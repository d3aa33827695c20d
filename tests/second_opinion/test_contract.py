"""The contract of every network, the very same functions, through the real client on mastodon-mock."""

from __future__ import annotations

from tests.networks import test_contract
from tests.networks.test_contract import *  # noqa: F403
from tests.second_opinion.conftest import WRONG


def test_the_list_of_where_it_is_wrong_names_tests_that_exist() -> None:
    assert [name for name in WRONG if not hasattr(test_contract, name)] == []
