"""Which limits an account's posts are checked by, as `accounts check` and `doctor` say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_bot.app import App, utc_now
from campaign_bot.sandbox.server import LocalNetworks, build_world
from tests.cli.conftest import Run


def test_accounts_check_says_what_the_server_takes_also_when_it_is_gone(
    campaign: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App(campaign, environ={}, sandbox=True)
    world = build_world(app.library.campaign.accounts.values(), seed=1, now=utc_now)
    app.close()
    world.behaviour.configuration = {"statuses": {"max_characters": 700}}
    with LocalNetworks(world) as networks:
        monkeypatch.setenv("CAMPAIGN_BOT_SANDBOX_URL", networks.url)
        ran = run("accounts", "check", "mastodon-en")
        assert ran.code == 0 and "text 700, not 500" in ran.out
        (row,) = run("accounts", "check", "mastodon-en", "--json").json
        assert row["limits"]["text"] == 700 and row["limits_asked"]
        assert "its server tells none" in run("accounts", "check", "x-en").out
    ran = run("accounts", "check", "mastodon-en")
    assert ran.code == 1 and "text 700, not 500" in ran.out
    ran = run("accounts", "check", "mastodon-fr")
    assert "limits by the table (500 characters); its server was not asked yet" in ran.out
    told = [one["found"] for one in run("doctor", "--json").json if one["what"] == "mastodon-en"]
    assert any("text 700, not 500" in one for one in told)
