"""Whose credentials are whose: proved before anything leaves with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_bot.app import App
from campaign_bot.errors import ConfigError
from campaign_bot.model import State
from campaign_bot.sandbox.world import Fault
from tests.campaigns import CAMPAIGN, write_campaign
from tests.stage import DUE, Stage, set_stage

#: The request that says who an account is.
WHO = {
    "x": "GET /2/users/me",
    "mastodon": "GET /api/v1/accounts/verify_credentials",
    "bluesky": "GET /xrpc/com.atproto.server.getSession",
}


def swap(stage: Stage, network: str) -> None:
    """Each of the two accounts answers to the other one's credentials: as if somebody had mixed up their lines in .env."""
    en, fr = (stage.networks.world.accounts[f"{network}-{language}"] for language in ("en", "fr"))
    en.secrets, fr.secrets = fr.secrets, en.secrets


def asked(stage: Stage, account: str) -> int:
    route = WHO[account.partition("-")[0]]
    return sum(f"{method} {path}" == route and name == account for name, method, path in stage.networks.world.requests)


def test_swapped_credentials_publish_nothing_and_the_alert_says_whose_they_are(stage: Stage) -> None:
    for network in WHO:
        swap(stage, network)
    stage.work()
    accounts = sorted(stage.app.library.campaign.accounts)
    assert [stage.posts(account) for account in accounts] == [0] * 6
    paused = stage.app.store.paused()
    assert sorted(paused) == accounts
    for network in ("x", "mastodon"):
        assert paused[f"{network}-en"].reason == "These are the credentials of small_fr, not of small_en."
        assert paused[f"{network}-fr"].reason == "These are the credentials of small_en, not of small_fr."
    assert "401" in paused["bluesky-en"].reason  # who signs in by name opens nothing with another's password
    assert {stage.delivery(account).attempts for account in accounts} == {0}
    (found,) = [one for one in stage.app.health().concerns if one.subject == "x-en"]
    assert found.kind == "refused" and "credentials of small_fr, not of small_en" in found.message
    assert "accounts check" in found.advice and "resume" in found.advice
    # Mended, and let go by a person: it is asked anew, and everything leaves once.
    now = stage.clock()
    for network in WHO:
        swap(stage, network)
    for account in accounts:
        stage.app.store.resume(account, now=now, actor="alex")
        stage.app.store.release(stage.delivery(account).key, not_before=now, now=now, actor="alex")
    stage.work()
    assert [stage.posts(account) for account in accounts] == [1] * 6


def test_an_account_that_may_only_read_is_paused_before_it_tries(stage: Stage) -> None:
    stage.networks.world.accounts["x-en"].may_publish = False
    stage.work()
    assert "may only read" in stage.app.store.paused()["x-en"].reason
    assert stage.delivery("x-en").attempts == 0


def test_each_set_of_credentials_is_asked_about_once_and_cannot_be_got_back(stage: Stage) -> None:
    stage.work()
    before = {account: asked(stage, account) for account in stage.app.library.campaign.accounts}
    assert min(before.values()) >= 1
    stage.app.close()
    again = App(
        stage.app.directory, environ={}, clock=stage.clock, sandbox_url=stage.networks.url, database=stage.app.database
    )
    for name, account in again.library.campaign.accounts.items():
        assert again.prove(account, again.connection(name)) == ""
        kept = again.store.proof(name)
        assert len(kept) == 32 and not any(one in kept for one in stage.networks.world.accounts[name].secrets.values())
    assert len({again.store.proof(name) for name in before}) == 6
    again.close()
    assert {account: asked(stage, account) for account in before} == before


def test_an_unconfirmed_post_is_not_looked_for_with_anothers_credentials(stage: Stage) -> None:
    """The other account's posts would say that ours is surely not there, and it would go out twice."""
    stage.networks.world.faults.append(Fault("lost", "POST /api/v1/statuses", account="mastodon-en"))
    stage.app.work()
    assert (stage.posts("mastodon-en"), stage.delivery("mastodon-en").state) == (1, State.UNCONFIRMED)
    swap(stage, "mastodon")
    again = App(
        stage.app.directory, environ={}, clock=stage.clock, sandbox_url=stage.networks.url, database=stage.app.database
    )
    fingerprint = again.store.proof("mastodon-en")
    again.store.record_proof("mastodon-en", "of the credentials from before", now=stage.clock())
    again.work()
    assert fingerprint and "credentials of small_fr" in again.store.paused()["mastodon-en"].reason
    again.close()
    assert (stage.posts("mastodon-en"), stage.delivery("mastodon-en").state) == (1, State.UNCONFIRMED)


def test_what_is_out_is_not_taken_for_deleted_by_anothers_credentials(stage: Stage) -> None:
    """The other account's server says 404 to a post that is not its own; deleting what is gone is no error."""
    stage.work()
    swap(stage, "mastodon")
    with pytest.raises(ConfigError, match=r"credentials of small_fr, not of small_en\. Nothing was done"):
        again = App(
            stage.app.directory,
            environ={},
            clock=stage.clock,
            sandbox_url=stage.networks.url,
            database=stage.app.database,
        )
        again.store.record_proof("mastodon-en", "of the credentials from before", now=stage.clock())
        try:
            again.retract(stage.delivery("mastodon-en"), "a slip")
        finally:
            again.close()
    assert (stage.posts("mastodon-en"), stage.delivery("mastodon-en").state) == (1, State.SENT)


def test_nobody_to_ask_means_later_and_says_why(stage: Stage) -> None:
    stage.networks.world.faults.append(Fault("status", WHO["mastodon"], account="mastodon-en", times=1, code=503))
    stage.app.work()
    waiting = stage.delivery("mastodon-en")
    assert (waiting.state, waiting.attempts) == (State.APPROVED, 0)
    assert waiting.reason.startswith("nobody could be asked whose credentials these are")
    stage.work()
    assert (stage.posts("mastodon-en"), stage.delivery("mastodon-en").state) == (1, State.SENT)


def test_an_account_without_a_handle_has_nothing_to_compare_with(tmp_path: Path) -> None:
    nameless = CAMPAIGN.replace(
        "network: mastodon, language: en, handle: small_en,", "network: mastodon, language: en,"
    )
    with set_stage(tmp_path, {"content/campaign.yaml": nameless}, now=DUE) as stage:
        stage.work()
        assert stage.posts("mastodon-en") == 1
        assert stage.app.store.proof("mastodon-en") == ""


def test_what_is_proved_is_what_the_connection_has_and_not_what_is_written_by_now(tmp_path: Path, stage: Stage) -> None:
    world, secret = stage.networks.world, tmp_path / "token"
    directory = write_campaign(
        tmp_path / "live",
        **{"content/campaign.yaml": CAMPAIGN.replace("https://mastodon.example", stage.networks.url)},
    )
    secret.write_text(world.accounts["mastodon-en"].secrets["access_token"])
    environ = {"CAMPAIGN_BOT_MASTODON_EN_ACCESS_TOKEN_FILE": str(secret)}

    def proved() -> tuple[str, int]:
        app, before = App(directory, environ=environ, clock=stage.clock), asked(stage, "mastodon-en")
        try:
            account, connection = app.library.account("mastodon-en"), app.connection("mastodon-en")
            # While it is at work somebody writes the other account's secret.
            secret.write_text(world.accounts["mastodon-fr"].secrets["access_token"])
            return app.prove(account, connection), asked(stage, "mastodon-en") - before
        finally:
            app.close()

    assert proved() == ("", 1)
    assert proved()[0] == "These are the credentials of small_fr, not of small_en."


@pytest.mark.parametrize("code", [503, 429])
def test_a_look_waits_too_while_nobody_can_be_asked(stage: Stage, code: int) -> None:
    world, store = stage.networks.world, stage.app.store
    world.faults.append(Fault("lost", "POST /api/v1/statuses", account="mastodon-en"))
    stage.app.work()
    assert stage.delivery("mastodon-en").state is State.UNCONFIRMED
    store.record_proof("mastodon-en", "of older credentials", now=stage.clock())
    app = App(
        stage.app.directory, environ={}, clock=stage.clock, sandbox_url=stage.networks.url, database=stage.app.database
    )
    world.faults.append(Fault("status", WHO["mastodon"], account="mastodon-en", times=100, code=code))
    before = asked(stage, "mastodon-en")
    for _ in range(3):
        app.work()
    assert asked(stage, "mastodon-en") == before + 1
    assert "nobody could be asked" in stage.delivery("mastodon-en").reason
    world.faults.clear()
    stage.work()
    assert (stage.delivery("mastodon-en").state, stage.posts("mastodon-en")) == (State.SENT, 1)
    app.close()
