"""The contract's second part (campaign_bot.contract.posting), and our networks' own words for what it asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from campaign_bot.contract.posting import *  # noqa: F403
from campaign_bot.model import Attachment, LinkCard
from campaign_bot.networks.capabilities import CAPABILITIES
from tests.networks.conftest import UnderTest

#: What pictures show, and who may answer, as each network has it on the wire.
LABELS = {"bluesky": "graphic-media", "mastodon": "sensitive", "x": "graphic_violence"}
REPLIES_WORDS = {
    ("bluesky", "following"): "following", ("bluesky", "followers"): "follower", ("bluesky", "mentioned"): "mention",
    ("bluesky", "nobody"): "nobody", ("x", "following"): "following", ("x", "mentioned"): "mentionedUsers",
}  # fmt: skip


def test_our_tables_say_something_of_every_capability(under_test: UnderTest) -> None:
    assert set(under_test.network.cells) == set(CAPABILITIES)


def test_labels_are_the_networks_own_words(under_test: UnderTest, a_picture: Callable[[str], Attachment]) -> None:
    part = under_test.part("After the fire.", label="graphic-media", attachments=(a_picture("A burnt house"),))
    under_test.connect().publish(part)
    assert under_test.posts()[0].label == LABELS[under_test.network.name]


@pytest.mark.parametrize(("under_test", "who"), sorted(REPLIES_WORDS), indirect=["under_test"])
def test_who_may_answer_is_said_in_the_networks_own_words(under_test: UnderTest, who: str) -> None:
    under_test.connect().publish(under_test.part("For some.", replies=who))
    assert REPLIES_WORDS[under_test.network.name, who] in under_test.posts()[0].replies


@pytest.mark.parametrize("under_test", ["bluesky"], indirect=True)
def test_a_link_cards_picture_is_the_one_that_we_made(
    under_test: UnderTest, a_picture: Callable[[str], Attachment]
) -> None:
    thumb = a_picture("")
    card = LinkCard("https://open.canada.ca/en", "Open Canada", "The plan in one page", thumb.media)
    under_test.connect().publish(under_test.part("Read the plan.", link_card=card, thumb=thumb))
    assert under_test.posts()[0].link_card["thumb"]["size"] == len(thumb.data)


@pytest.mark.parametrize("under_test", ["x"], indirect=True)
def test_on_x_the_profiles_text_is_looked_at_for_who_runs_it(under_test: UnderTest) -> None:
    connection, by = under_test.connect(), "Youth for Open Government"
    under_test.world.accounts[under_test.account.name].about = f"Posts by {by}"
    assert connection.automation(by).names_who
