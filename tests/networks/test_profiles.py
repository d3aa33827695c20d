"""The contract of profiles, as far as it is looked at from behind: marking an account changes nothing else of it."""

from __future__ import annotations

from tests.networks.conftest import UnderTest


def test_marking_an_account_keeps_what_its_profile_says(under_test: UnderTest) -> None:
    account = under_test.world.accounts[under_test.account.name]
    account.about, account.fields = "We read budgets.", [("Site", "https://example.org")]
    account.profile = {"$type": "app.bsky.actor.profile", "displayName": "Open", "description": "We read budgets.",
                       "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}}  # fmt: skip
    under_test.connect().mark_automated("Youth for Open Government")
    assert account.about == "We read budgets."
    assert ("Site", "https://example.org") in account.fields
    assert account.profile["displayName"] == "Open"
    assert account.profile["description"].startswith("We read budgets.")
    if under_test.network.name == "bluesky":
        assert [one["val"] for one in account.profile["labels"]["values"]] == ["!no-unauthenticated", "bot"]
