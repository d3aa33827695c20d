"""Publishing once, whatever the network does: each fault, then the daemon's own work until nothing is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaign_bot.app import App
from campaign_bot.model import Delivery, State
from campaign_bot.rehearsal import CompressedClock
from campaign_bot.sandbox.server import LocalNetworks, build_world
from campaign_bot.sandbox.world import Fault
from tests.campaigns import write_campaign

DUE = datetime(2027, 1, 18, 17, tzinfo=UTC)
CREATE = {
    "x": "POST /2/tweets",
    "mastodon": "POST /api/v1/statuses",
    "bluesky": "POST /xrpc/com.atproto.repo.createRecord",
}


@dataclass
class Stage:
    app: App
    networks: LocalNetworks
    clock: CompressedClock

    def delivery(self, account: str) -> Delivery:
        (one,) = self.app.find(f"facts-2027-01-18@{account}")
        return one

    def posts(self, account: str) -> int:
        return len(self.networks.world.posts_of(account))

    def work(self, *, until: timedelta = timedelta(minutes=30)) -> None:
        """Wake whenever something is due, as the daemon would."""
        self.app.work()
        end = self.clock() + until
        while (wake := self.app.next_wake()) is not None and wake <= end:
            self.clock.move_to(max(wake, self.clock() + timedelta(seconds=1)))
            self.app.work()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    clock = CompressedClock(DUE - timedelta(hours=1))
    directory = write_campaign(tmp_path / "small")
    files = App(directory, environ={}, clock=clock, sandbox=True)
    world = build_world(files.library.campaign.accounts.values(), seed=1, now=clock)
    files.close()
    with LocalNetworks(world) as networks:
        app = App(directory, environ={}, clock=clock, sandbox_url=networks.url, database=tmp_path / "a.db")
        app.plan(until=DUE + timedelta(hours=1))
        drafts = app.store.deliveries()
        assert all(one.done for one in app.approve(drafts, app.findings(drafts), person="alex"))
        clock.move_to(DUE)
        yield Stage(app, networks, clock)
        app.close()


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
        one.key, one.content_hash, owner="dead", lease_until=DUE + timedelta(minutes=2), now=DUE
    )
    from campaign_bot.publish import outgoing

    stage.app.connection("mastodon-en").publish(outgoing(stage.app.store, one, 0, {}))
    stage.work()
    assert (stage.delivery("mastodon-en").state, stage.posts("mastodon-en")) == (State.SENT, 1)


def test_changed_files_void_the_approval_and_nothing_unapproved_leaves(stage: Stage) -> None:
    facts = stage.app.directory / "content/data/facts.yaml"
    facts.write_text(facts.read_text(encoding="utf-8").replace("The first fact of all.", "Changed."), encoding="utf-8")
    stage.app.reload()
    # Planning looks only at what is still to come.
    earlier = CompressedClock(DUE - timedelta(minutes=5))
    stage.app.clock = earlier
    stage.app.plan(until=DUE + timedelta(hours=1))
    earlier.move_to(DUE)
    stage.app.work()
    assert stage.delivery("x-en").state is State.DRAFT
    assert (stage.posts("x-en"), stage.posts("x-fr")) == (0, 1)
