"""Limits asked of the server, through the whole: planned, shown, checked and approved by its word."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from campaign_bot.app import App
from campaign_bot.health import Concern
from campaign_bot.model import Delivery, State
from tests.campaigns import CAMPAIGN, write_campaign
from tests.stage import ALONE, DUE, Stage, set_stage

LIVES = DUE + timedelta(hours=1)
FULL = {"statuses": {"max_characters": 60, "characters_reserved_per_url": 0}}
ASKED = "/api/v2/instance"


def ask(stage: Stage, account: str = "mastodon-en") -> None:
    stage.app.ask_limits(stage.app.library.account(account))


def times_asked(stage: Stage) -> int:
    return sum(path.endswith(ASKED) for _, _, path in stage.networks.world.requests)


def test_planning_chooses_the_wording_that_fits_by_the_servers_count(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False, now=DUE - timedelta(minutes=50)) as stage:
        before = stage.delivery("mastodon-en")
        assert "open.canada.ca" in before.content.text and before.limit == 500
        stage.networks.world.behaviour.configuration = {
            "statuses": {"max_characters": 50, "characters_reserved_per_url": 0}
        }
        ask(stage)
        stage.app.plan(until=LIVES)
        after = stage.delivery("mastodon-en")
        assert after.content.text == "The first fact of all. #OpenGov" and (after.length, after.limit) == (31, 50)
        # The other accounts go by what they were told, or by the table.
        assert stage.delivery("mastodon-fr").limit == 500 and stage.delivery("x-en").limit == 280


def test_what_is_planned_already_is_measured_again_and_blocked_but_nothing_is_void(tmp_path: Path) -> None:
    with set_stage(tmp_path, now=DUE - timedelta(minutes=50)) as stage:
        before = stage.delivery("mastodon-en")
        stage.networks.world.behaviour.configuration = {
            "statuses": {"max_characters": 30, "characters_reserved_per_url": 0}
        }
        ask(stage)
        after = stage.delivery("mastodon-en")
        assert after.state is State.APPROVED and after.content_hash == before.content_hash
        assert (after.length, after.limit) == (len(before.content.text), 30)
        assert stage.app.store.trail(after.key).fault == ""
        problems = stage.app.findings([after])[after.key]
        (found,) = [one for one in problems if one.rule == "too-long"]
        assert found.blocks and f"{len(before.content.text)} of 30 characters" in found.message
        problems, _, _ = stage.app.check()
        assert any(one.rule == "too-long" and "of 30 characters" in one.message for one in problems)


SHORT = {"statuses": {"max_characters": 30, "characters_reserved_per_url": 0}}
LONG_POST = "This was approved when the server still took it, and now it is too long."


def queue_and_approve(stage: Stage) -> Delivery:
    """A post that is in no file: planning cannot choose a shorter wording for it."""
    (queued,) = stage.app.queue(["mastodon-en"], LONG_POST, DUE + timedelta(hours=3), allow=ALONE)
    assert all(one.done for one in stage.app.approve([queued], {}, person="alex"))
    return queued


def concern_about(stage: Stage, queued: Delivery) -> Concern:
    (found,) = [one for one in stage.app.health().concerns if one.subject == stage.app.name_of(queued)]
    return found


def test_an_approval_is_void_at_the_next_planning_where_the_server_takes_it_no_more(tmp_path: Path) -> None:
    """Early enough for somebody to act, and with the reason; nobody has to wait for the server's refusal."""
    with set_stage(tmp_path, now=DUE - timedelta(minutes=50)) as stage:
        queued = queue_and_approve(stage)
        stage.networks.world.behaviour.configuration = SHORT
        ask(stage)
        stage.app.plan(until=LIVES)
        after = stage.app.store.delivery(queued.key)
        assert after is not None and after.state is State.DRAFT
        assert after.reason == (
            f"not sent: the account's server would refuse it: {len(LONG_POST)} of 30 characters by its server's count:"
            f" {len(LONG_POST) - 30} too many"
        )
        found = concern_about(stage, queued)
        assert found.kind == "unapproved" and "of 30 characters by its server's count" in found.message
        decisions = stage.app.approve([after], stage.app.findings([after]), person="alex")
        assert not decisions[0].done and "too-long" in decisions[0].why


def test_what_the_server_takes_no_more_never_leaves(tmp_path: Path) -> None:
    """Asked between planning and sending: the last look before the first byte finds it."""
    with set_stage(tmp_path, now=DUE - timedelta(minutes=50)) as stage:
        queued = queue_and_approve(stage)
        stage.networks.world.behaviour.configuration = SHORT
        ask(stage)
        stage.clock.move_to(queued.due)
        stage.app.store.pause("mastodon-fr", now=stage.clock(), why="not part of this test")
        stage.app.work()
        after = stage.app.store.delivery(queued.key)
        assert after is not None and (after.state, after.attempts) == (State.DRAFT, 0)
        assert LONG_POST not in [post.text for post in stage.networks.world.posts_of("mastodon-en")]
        assert stage.app.store.first_attempt(queued.key) is None
        assert concern_about(stage, queued).kind == "unapproved"


def test_what_the_campaign_lets_pass_is_not_held_back_by_what_the_server_told(tmp_path: Path) -> None:
    settings = {"content/campaign.yaml": CAMPAIGN + "checks: {rules: {too-long: warning}}\n"}
    with set_stage(tmp_path, settings, now=DUE - timedelta(minutes=50)) as stage:
        queued = queue_and_approve(stage)
        stage.networks.world.behaviour.configuration = SHORT
        ask(stage)
        stage.app.plan(until=LIVES)
        after = stage.app.store.delivery(queued.key)
        assert after is not None and after.state is State.APPROVED


def test_nothing_over_the_servers_limit_is_approved(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False, now=DUE - timedelta(minutes=50)) as stage:
        stage.networks.world.behaviour.configuration = {"statuses": {"max_characters": 30}}
        ask(stage)
        drafts = stage.app.store.deliveries()
        stage.app.approve(drafts, stage.app.findings(drafts), person="alex")
        assert stage.delivery("mastodon-en").state is State.DRAFT
        assert stage.delivery("bluesky-en").state is State.APPROVED


def test_a_server_is_asked_once_a_day(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False, now=DUE - timedelta(minutes=50)) as stage:
        ask(stage)
        stage.clock.move_to(stage.clock() + timedelta(hours=23))
        ask(stage)
        assert times_asked(stage) == 1
        stage.networks.world.behaviour.configuration = {"statuses": {"max_characters": 900}}
        stage.clock.move_to(stage.clock() + timedelta(hours=1))
        ask(stage)
        assert times_asked(stage) == 2
        assert stage.app.network_of(stage.app.library.account("mastodon-en")).limits.text == 900


def test_the_daemon_asks_for_every_account_and_a_dead_server_leaves_what_is_known(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False, now=DUE - timedelta(minutes=50)) as stage:
        stage.networks.world.behaviour.configuration = {"statuses": {"max_characters": 900}}
        stage.app.ask_servers()
        assert times_asked(stage) == 2 and not stage.app.busy
        assert stage.delivery("mastodon-fr").limit == 900 and stage.delivery("bluesky-fr").limit == 300
        stage.app.ask_servers()
        assert times_asked(stage) == 2
        stage.clock.move_to(stage.clock() + timedelta(days=2))
        stage.networks.__exit__(None, None, None)
        stage.app.ask_servers()
        assert not stage.app.busy
        assert stage.app.network_of(stage.app.library.account("mastodon-fr")).limits.text == 900
        stage.networks.__enter__()


def test_people_are_told_which_limits_are_in_force_and_since_when(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False, now=DUE - timedelta(minutes=50)) as stage:
        account = stage.app.library.account("mastodon-en")
        asked_not = stage.app.limits_in_force(account).sentence
        assert asked_not == "limits by the table (500 characters); its server was not asked yet"
        stage.networks.world.behaviour.configuration = FULL
        told = [one.found for one in stage.app.doctor() if one.what == "mastodon-en"]
        assert "limits as its server told on 2027-01-18 11:10: text 60, not 500; a link counts in full, not 23" in told
        assert any("its server tells none (2027-01-18 11:10)" in one.found for one in stage.app.doctor())


def test_another_server_of_the_account_is_another_word(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False) as stage:
        stage.networks.world.behaviour.configuration = FULL
        ask(stage)
        database = stage.app.database
        moved = App(
            stage.app.directory, environ={}, clock=stage.clock, sandbox_url="http://127.0.0.1:9", database=database
        )
        try:
            account = moved.library.account("mastodon-en")
            assert moved.network_of(account).limits.text == 500 and moved.limits_are_due(account)
        finally:
            moved.close()


def test_checking_makes_no_database(tmp_path: Path) -> None:
    app = App(write_campaign(tmp_path / "small"), environ={}, sandbox=True, database=tmp_path / "none.db")
    app.check()
    app.close()
    assert not (tmp_path / "none.db").exists()


def test_what_was_told_is_kept_as_it_was_told(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False) as stage:
        stage.networks.world.behaviour.configuration = FULL
        ask(stage)
        told = stage.app.store.told()["mastodon-en"]
        assert told.limits["text"] == 60 and told.at == stage.clock() and json.dumps(dict(told.limits))
