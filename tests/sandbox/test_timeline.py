"""The timeline page: posts as readers would see them."""

from __future__ import annotations

from datetime import UTC, datetime

from campaign_bot.library.files import Account
from campaign_bot.sandbox.server import build_world
from campaign_bot.sandbox.timeline import render
from campaign_bot.sandbox.world import LocalPost

NOW = datetime(2027, 2, 1, 17, tzinfo=UTC)


def test_the_first_of_a_month_is_said_as_french_says_it() -> None:
    account = Account(name="mastodon-fr", network="mastodon", language="fr", handle="ici")
    world = build_world([account], seed=1, now=lambda: NOW)
    world.posts.append(LocalPost("1", "mastodon", "mastodon-fr", "Bonjour", "fr", NOW))
    page = render(world, now=NOW)
    assert "1er févr. 2027" in page and "1 févr." not in page
