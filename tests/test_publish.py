"""Publishing once, whatever the network does: each fault, then the daemon's own work until nothing is open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaign_bot.model import State
from campaign_bot.rehearsal import CompressedClock
from campaign_bot.sandbox.world import Fault
from tests.stage import DUE, Stage

CREATE = {
    "x": "POST /2/tweets",
    "mastodon": "POST /api/v1/statuses",
    "bluesky": "POST /xrpc/com.atproto.repo.createRecord",
}


@pytest.mark.parametrize("network", sorted(CREATE))
@pytest.mark.parametrize(
    "fault",
    [
        Fault("lost", ""),
        Fault("after", "", code=500, body="{}"),
        Fault("after", "", code=502, body="<html>"),
        Fault("status", "", code=503, body="{}"),
        Fault("status", "", code=429, body='{"error":"RateLimitExceeded"}', headers={"x-rate-limit-remaining": "0"}),
    ],
    ids=["lost", "500-after", "502-after", "503", "429"],
)
def test_a_fault_at_sending_ends_in_exactly_one_post(stage: Stage, network: str, fault: Fault) -> None:
    account = f"{network}-en"
    fault = Fault(fault.kind, CREATE[network], times=1, code=fault.code, body=fault.body, headers=dict(fault.headers))
    if network == "mastodon" and fault.code == 429:
        fault.headers = {"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": DUE.isoformat()}
    others = [name for name in CREATE if name != network]
    stage.networks.world.faults.append(fault)
    for name in others:  # only the account under test may meet the fault
        assert CREATE[name] not in fault.route
    stage.app.store.pause(f"{network}-fr", now=DUE, why="not part of this test")
    stage.work()
    assert (stage.posts(account), stage.delivery(account).state) == (1, State.SENT)


def test_one_failing_network_does_not_stop_the_others(stage: Stage) -> None:
    stage.networks.world.faults.append(Fault("status", "/api/v1/", times=99, code=503, body="{}"))
    stage.app.work()
    states = {one.network: one.state for one in stage.app.store.deliveries()}
    assert states == {"x": State.SENT, "bluesky": State.SENT, "mastodon": State.APPROVED}


def test_a_refused_credential_pauses_the_account_and_says_so(stage: Stage) -> None:
    stage.networks.world.accounts["mastodon-en"].secrets["access_token"] = "revoked"
    stage.app.work()
    assert stage.delivery("mastodon-en").state is State.APPROVED
    assert "mastodon-en" in stage.app.store.paused()
    stage.networks.world.accounts["mastodon-en"].secrets["access_token"] = "sandbox-mastodon-en-access_token"
    stage.app.store.resume("mastodon-en", now=stage.clock(), actor="alex")
    stage.work()
    assert (stage.delivery("mastodon-en").state, stage.posts("mastodon-en")) == (State.SENT, 1)


def test_a_post_that_is_too_late_is_missed_and_never_sent(stage: Stage) -> None:
    stage.clock.move_to(DUE + timedelta(hours=2, minutes=1))
    stage.work()
    assert {one.state for one in stage.app.store.deliveries()} == {State.MISSED}
    assert stage.networks.world.posts == []


def test_a_sender_that_died_after_sending_does_not_lead_to_a_second_post(stage: Stage) -> None:
    one = stage.delivery("mastodon-en")
    stage.app.store.begin_attempt(
        one.key, one.content_hash, owner="dead", lease_until=DUE + timedelta(minutes=2),
        not_due_before=DUE - timedelta(hours=2), now=DUE,
    )  # fmt: skip
    from campaign_bot.publish import outgoing

    stage.app.connection("mastodon-en").publish(outgoing(stage.app.store, one, 0, {}))
    stage.work()
    assert (stage.delivery("mastodon-en").state, stage.posts("mastodon-en")) == (State.SENT, 1)


def test_changed_files_void_the_approval_and_nothing_unapproved_leaves(stage: Stage) -> None:
    facts = stage.app.directory / "content/data/facts.yaml"
    facts.write_text(facts.read_text(encoding="utf-8").replace("The first fact of all.", "Changed."), encoding="utf-8")
    stage.app.plan()
    # Planning looks only at what is still to come.
    earlier = CompressedClock(DUE - timedelta(minutes=5))
    stage.app.clock = earlier
    stage.app.plan(until=DUE + timedelta(hours=1))
    earlier.move_to(DUE)
    stage.app.work()
    # A post is one thing: the French side was approved together with words that are not there any more.
    assert (stage.delivery("x-en").state, stage.delivery("x-fr").state) == (State.DRAFT, State.DRAFT)
    assert (stage.posts("x-en"), stage.posts("x-fr")) == (0, 0)
