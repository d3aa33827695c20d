"""The contract needs one fixture and one row."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

pytest.register_assert_rewrite("campaign_bot.contract.suite")

from campaign_bot import contract  # noqa: E402 - after the line above
from campaign_bot.model import Attachment  # noqa: E402

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


@pytest.fixture
def a_picture() -> Callable[[str], Attachment]:
    return contract.a_picture
