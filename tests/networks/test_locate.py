"""The contract of `locate`: a person names a post by its address, and is believed only where it is there and our own."""

from __future__ import annotations

import pytest

from campaign_bot.errors import Rejected
from tests.networks.conftest import UnderTest


def test_a_post_is_located_by_the_address_that_readers_see(under_test: UnderTest) -> None:
    connection = under_test.connect()
    receipt = connection.publish(under_test.part())
    assert connection.locate(receipt.url) == receipt


@pytest.mark.parametrize("url", ["not-a-url", "https://example.org/", "https://example.org/a b", ""])
def test_what_is_no_address_of_a_post_is_refused(under_test: UnderTest, url: str) -> None:
    with pytest.raises(Rejected):
        under_test.connect().locate(url)


def test_a_post_that_is_gone_is_not_located(under_test: UnderTest) -> None:
    connection = under_test.connect()
    receipt = connection.publish(under_test.part())
    connection.retract(receipt.remote_id)
    with pytest.raises(Rejected, match="no post of this account"):
        connection.locate(receipt.url)
