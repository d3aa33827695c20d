"""The contract needs one fixture and one row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("campaign_bot.contract.suite", "campaign_bot.contract.posting")

from campaign_bot import contract  # noqa: E402 - after the line above
from campaign_bot.contract.fixtures import a_gif, a_picture, a_video  # noqa: E402

__all__ = ["a_gif", "a_picture", "a_video"]

WEBSITE = contract.Particulars(
    {"handle": "newsroom"},
    "POST /webhook/posts",
    "GET /webhook/counts",
    "GET /webhook/posts",
    repeat="same",
    requests_allowed=0,
)


@pytest.fixture
def under_test() -> Iterator[contract.UnderTest]:
    with contract.opened("webhook", WEBSITE) as made:
        yield made
