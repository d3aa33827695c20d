"""The contract of all else that is published, the very same functions, on Bluesky's own server."""

from __future__ import annotations

from campaign_bot.contract.posting import *  # noqa: F403
from tests.real.far_end import BlueskyUnderTest
from tests.real.servers import RealBluesky

PROFILE = "app.bsky.actor.profile"


def test_marking_an_account_keeps_what_its_profile_says(under_test: BlueskyUnderTest, servers: RealBluesky) -> None:
    """As in the contract, of a profile that is really there."""
    profile = {"$type": PROFILE, "displayName": "Open", "description": "We read budgets.", "pronouns": "they"}
    servers.put(under_test.person, PROFILE, "self", profile)
    under_test.connect().mark_automated("Youth for Open Government")
    (found,) = servers.records(under_test.person, PROFILE)
    after = found["value"]
    assert (after["displayName"], after["pronouns"]) == ("Open", "they")
    assert after["description"].startswith("We read budgets.")
    assert [one["val"] for one in after["labels"]["values"]] == ["bot"]
