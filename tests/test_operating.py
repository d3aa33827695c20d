"""What holds posts back, what tells people, and what brings a database back."""

from __future__ import annotations

import json
import re
import stat
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign_bot import plan, publish
from campaign_bot.app import App
from campaign_bot.cli.session import parse_instant
from campaign_bot.errors import CampaignBotError, ContentError, NetworkError, StateError, StoreError
from campaign_bot.model import ALL, Allowance, State
from campaign_bot.sandbox.world import Fault
from campaign_bot.store.sqlite import SqliteStore
from tests.campaigns import CAMPAIGN
from tests.database import connect
from tests.stage import ALONE, DUE, Stage, set_stage

MINUTE = timedelta(minutes=1)
ACCOUNTS = ("bluesky-en", "bluesky-fr", "mastodon-en", "mastodon-fr", "x-en", "x-fr")


def states(stage: Stage) -> dict[str, State]:
    return {one.account: one.state for one in stage.app.store.deliveries() if one.due == DUE}


def kinds(stage: Stage) -> dict[str, str]:
    """Subject -> kind of what needs a person."""
    return {one.subject: one.kind for one in stage.app.health().open_concerns}


# ---- pauses and quiet periods


def test_what_falls_due_in_a_pause_is_held_and_leaves_only_when_a_person_says_so(stage: Stage) -> None:
    store = stage.app.store
    store.pause("mastodon-en", now=DUE, why="a drill", actor="alex")
    stage.work()
    assert (stage.posts("mastodon-en"), stage.posts("mastodon-fr")) == (0, 1)
    store.resume("mastodon-en", now=stage.clock(), actor="alex")
    stage.work()
    held = stage.delivery("mastodon-en")
    assert (held.state, held.held, stage.posts("mastodon-en")) == (State.APPROVED, "paused: a drill", 0)
    store.release(held.key, not_before=stage.clock() + MINUTE, now=stage.clock(), actor="alex")
    stage.app.work()
    assert stage.posts("mastodon-en") == 0, "not before its time"
    stage.work()
    assert (stage.delivery("mastodon-en").state, stage.posts("mastodon-en")) == (State.SENT, 1)


def test_a_pause_of_everything_stops_every_account(stage: Stage) -> None:
    stage.app.store.pause(ALL, now=DUE, why="news", actor="alex")
    stage.work()
    assert stage.networks.world.posts == []
    assert all(one.held for one in stage.app.store.deliveries((State.APPROVED,)) if one.due == DUE)


def test_a_pause_between_the_pictures_and_the_create_request_still_stops_it(stage: Stage) -> None:
    """The kill switch is asked for right before the request: an upload before it takes time."""
    store = stage.app.store
    connection: Any = stage.app.connection("mastodon-en")
    upload = connection._upload

    def and_pause(attachment: object) -> str:
        store.pause("mastodon-en", now=stage.clock(), why="stop", actor="alex")
        return upload(attachment)

    connection._upload = and_pause
    stage.app.work()
    assert stage.posts("mastodon-en") == 0
    one = stage.delivery("mastodon-en")
    assert (one.state, one.attempts) == (State.APPROVED, 0)


def test_a_quiet_period_holds_by_the_calendar(tmp_path: Path) -> None:
    quiet = "quiet_periods:\n  - {starts: 2027-01-18, ends: 2027-01-18, reason: {en: Mourning, fr: Deuil}}\n"
    with set_stage(tmp_path) as stage:
        # It begins after the approval: nothing that falls into one could be approved.
        (stage.app.directory / "content/campaign.yaml").write_text(CAMPAIGN + quiet, "utf-8")
        stage.app.plan()
        stage.work()
        assert stage.networks.world.posts == []
        assert stage.delivery("x-fr").held == "quiet period: Mourning"
        assert "held" in kinds(stage).values()


# ---- allowances


def test_a_used_up_allowance_is_waited_for_and_no_429_is_earned(stage: Stage) -> None:
    reset = DUE + 10 * MINUTE
    for network in ("x", "mastodon", "bluesky"):
        stage.app.store.record_allowances(f"{network}-en", [Allowance("publish", 100, 0, reset)])
    stage.networks.world.requests.clear()
    stage.app.work()
    assert [states(stage)[f"{one}-en"] for one in ("x", "mastodon", "bluesky")] == [State.APPROVED] * 3
    assert all(stage.delivery(f"{one}-en").attempts == 0 for one in ("x", "mastodon", "bluesky"))
    stage.work()
    assert stage.clock() >= reset
    assert set(states(stage).values()) == {State.SENT}


def test_allowances_come_from_the_networks_headers_and_outlive_a_restart(stage: Stage) -> None:
    stage.app.work()
    # Bluesky tells the tightest of its limits: here that of an address, which every account and request use up.
    for account, quota, used in (("x-en", 100, 1), ("mastodon-en", 300, 1), ("bluesky-en", 3000 // 3, 5)):
        left = stage.app.store.allowances(account)["publish"]
        assert left.quota == quota and quota - used <= left.remaining < quota, account
        assert left.reset > stage.clock()
    with connect(stage.app.database) as db:
        assert db.execute("select count(*) from allowance where bucket = 'publish'").fetchone() == (6,)


# ---- money


def test_the_ledger_is_the_forecast(stage: Stage) -> None:
    forecast = {(line.action, line.count) for line in stage.app.bill(stage.app.store.deliveries())}
    stage.work(until=timedelta(days=1, hours=3))  # the last count
    with connect(stage.app.database) as db:
        ledger = set(db.execute("select action, sum(times) from spending group by action").fetchall())
    reads = {("read of an own post", 4), ("read of a user", 4)}
    assert ledger == forecast == {("post with a link", 2), ("alt text", 2), *reads}


def test_a_post_whose_answer_was_lost_is_charged_once(stage: Stage) -> None:
    stage.networks.world.faults.append(Fault("lost", "POST /2/tweets", times=2))
    stage.work()
    assert (stage.posts("x-en"), stage.delivery("x-en").state) == (1, State.SENT)
    with connect(stage.app.database) as db:
        charged = db.execute("select count(*) from spend where action = 'post with a link'").fetchone()[0]
    assert charged == stage.posts("x-en") + stage.posts("x-fr") == 2


def test_near_the_budget_counts_give_way_and_at_its_end_posts_are_held(tmp_path: Path) -> None:
    # One post with a link and an alt text is 0.205, each account's followers 0.01; the second post would exceed 0.25.
    with set_stage(tmp_path, {"content/campaign.yaml": CAMPAIGN + "budget: {x: 0.25}\n"}) as stage:
        stage.work(until=timedelta(hours=3))
        done = states(stage)
        (held,) = [one for one in stage.app.store.deliveries((State.APPROVED,)) if one.held]
        assert sorted((done["x-en"], done["x-fr"])) == [State.APPROVED, State.SENT]
        assert re.match(
            r"budget: \$0\.2[0123] of X's \$0\.25 for 2027-01 \(UTC\) are spent or on their way, and this takes \$0\.205",
            held.held,
        )
        assert {"budget", "held"} <= set(kinds(stage).values())
        with connect(stage.app.database) as db:  # 82 % are spent: the count after one hour is left out
            ages = db.execute("select network, age_ms from posts join snapshot using (delivery)").fetchall()
        assert ("mastodon", 3_600_000) in ages and ("x", 3_600_000) not in ages
        stage.work(until=timedelta(hours=30))
        with connect(stage.app.database) as db:
            ages = db.execute("select network, age_ms from posts join snapshot using (delivery)").fetchall()
        assert ("x", 86_400_000) in ages


def test_what_a_post_under_way_has_cost_already_is_not_counted_twice(tmp_path: Path) -> None:
    # Both posts and both accounts' followers are 0.43. While one is between its charge and its end, the other is judged.
    with set_stage(tmp_path, {"content/campaign.yaml": CAMPAIGN + "budget: {x: 0.44}\n"}) as stage:
        charged, judged, met = threading.Event(), threading.Event(), list[bool]()

        def meter(account: str, wait_after: str, tell: threading.Event, wait: threading.Event) -> None:
            connection = stage.app.connection(account)
            charge = connection.meter

            def slowly(action: str, ids: Sequence[str]) -> None:
                charge(action, ids)
                if action != "read of a user":
                    tell.set()
                if action == wait_after:
                    met.append(wait.wait(5))

            connection.meter = slowly

        meter("x-en", "post with a link", charged, judged)
        meter("x-fr", "read of a user", judged, charged)
        stage.work()
        assert len(met) > 1 and all(met), "one was judged while the other was under way"
        assert [states(stage)[name] for name in ("x-en", "x-fr")] == [State.SENT, State.SENT]


# ---- what needs a person, and who is told


def test_health_names_what_needs_a_person_with_what_to_do(stage: Stage) -> None:
    stage.networks.world.faults.append(
        Fault("status", "POST /api/v1/statuses", times=1, code=422, body='{"error":"Validation failed: no"}')
    )
    stage.app.store.pause("x-fr", now=DUE, why="a drill", actor="alex")
    stage.work()
    found = {one.kind: one for one in stage.app.health(command="bot").open_concerns}
    assert set(found) == {"silent", "failed", "paused", "held"}
    assert "bot queue release facts-2027-01-18@x-fr" in found["held"].advice
    assert "422: Validation failed: no" in found["failed"].message
    accounts = {one.account: one for one in stage.app.health().accounts}
    assert accounts["x-fr"].held == 1 and accounts["x-fr"].paused == "a drill"
    assert accounts["x-en"].last_sent is not None
    # A person has seen it: the service counts as healthy, until something new happens.
    stage.app.take_note(stage.app.health().open_concerns)
    assert stage.app.health().open_concerns == ()
    assert stage.app.health().concerns


def test_what_is_overdue_is_said_after_a_minute(stage: Stage) -> None:
    stage.clock.move_to(DUE + timedelta(seconds=50))
    assert "overdue" not in kinds(stage).values()
    stage.clock.move_to(DUE + timedelta(seconds=70))
    assert [one.overdue for one in stage.app.health().accounts] == [1] * 6


class Hook(BaseHTTPRequestHandler):
    told: list[dict[str, str]]
    code = 200

    def do_POST(self) -> None:
        type(self).told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(type(self).code)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def web_hook(stage: Stage) -> Generator[type[Hook]]:
    """A web hook on this machine that the alerts go to."""
    kind = type("Own", (Hook,), {"told": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    stage.app.settings.alerts = f"json://127.0.0.1:{server.server_port}/token-4711"
    try:
        yield kind
    finally:
        server.shutdown()
        server.server_close()


def tell(stage: Stage) -> int:
    return stage.app.tell(stage.app.health().concerns)


def test_each_matter_is_told_once_and_again_when_it_comes_back(stage: Stage) -> None:
    stage.app.say_alive(stage.clock())
    with web_hook(stage) as hook:
        assert tell(stage) == 0
        stage.clock.move_to(DUE + 2 * MINUTE)
        stage.app.say_alive(stage.clock())
        assert tell(stage) == 6
        (message,) = hook.told
        assert message["title"].startswith("[SIMULATED] campaign-bot on ")
        assert "overdue: facts-2027-01-18@bluesky-en" in message["message"]
        assert "and 1 more" in message["message"]
        assert tell(stage) == 0, "once"
        stage.clock.move_to(DUE + 4 * MINUTE)
        assert tell(stage) == 1 and "silent" in hook.told[-1]["message"]
        assert tell(stage) == 0
        stage.app.say_alive(stage.clock())
        assert tell(stage) == 0, "over"
        stage.clock.move_to(DUE + 6 * MINUTE)
        assert tell(stage) == 1, "it came back"
        stage.work()
        assert tell(stage) == 0


def test_an_alert_that_nobody_took_is_tried_again_and_no_address_is_logged(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    with web_hook(stage) as hook:
        hook.code = 500
        assert tell(stage) == 0
        hook.code = 200
        assert tell(stage) == 1
        assert len(hook.told) == 2
    said = capfd.readouterr()
    assert "not delivered" in said.out + said.err
    assert "token-4711" not in said.out + said.err


# ---- copies


def test_a_copy_is_whole_and_never_replaces_a_file(stage: Stage, tmp_path: Path) -> None:
    stage.work()
    rows = stage.app.backup(tmp_path / "copy.db")
    with connect(tmp_path / "copy.db") as db:
        assert db.execute("select count(*) from delivery where state = 'sent'").fetchone() == (6,)
    assert rows > 20
    assert list(tmp_path.glob(".*")) == []
    with pytest.raises(StateError, match="exists already"):
        stage.app.backup(tmp_path / "copy.db")


def test_copies_are_made_daily_and_the_oldest_go(stage: Stage) -> None:
    stage.app.settings.backup_directory, stage.app.settings.backup_keep = "copies", 2
    names: list[str] = []
    for day in range(4):
        stage.clock.move_to(DUE + timedelta(days=day, minutes=5))
        made = stage.app.rotate_backups()
        assert made is not None
        names.append(made.name)
        assert stage.app.rotate_backups() is None
    assert sorted(file.name for file in (stage.app.directory / "copies").iterdir()) == names[-2:]
    assert "backup" not in kinds(stage).values()
    stage.clock.move_to(DUE + timedelta(days=7))
    assert "backup" in kinds(stage).values()


def test_after_a_restore_nothing_that_fell_due_since_is_sent_twice(tmp_path: Path) -> None:
    with set_stage(tmp_path, now=DUE - MINUTE) as stage:
        _restore(stage, tmp_path)


def _restore(stage: Stage, tmp_path: Path) -> None:
    stage.app.backup(tmp_path / "copy.db")
    stage.clock.move_to(DUE)
    for network in ("mastodon", "bluesky"):  # one account of each network had not sent yet
        stage.app.store.pause(f"{network}-fr", now=DUE, why="later")
    stage.work(until=5 * MINUTE)
    before = {name: stage.posts(name) for name in ACCOUNTS}
    assert before == {"bluesky-en": 1, "bluesky-fr": 0, "mastodon-en": 1, "mastodon-fr": 0, "x-en": 1, "x-fr": 1}
    restored = stage.app.restore(tmp_path / "copy.db")
    assert (restored.doubtful, restored.copied) == (6, DUE - MINUTE)
    assert restored.before is not None and restored.before.exists()
    assert set(states(stage).values()) == {State.UNCONFIRMED}
    stage.work()
    after, posts = states(stage), {name: stage.posts(name) for name in ACCOUNTS}
    assert posts == before
    # Not found is no proof: somebody may have retracted or cancelled it since the copy was made.
    assert after == {name: State.SENT if before[name] else State.UNCONFIRMED for name in ACCOUNTS}
    assert all(one.not_before is None for one in stage.app.store.deliveries((State.UNCONFIRMED,)))


def test_a_draft_that_was_approved_and_sent_after_the_copy_is_found(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False) as stage:
        stage.app.backup(tmp_path / "copy.db")
        sent = [stage.delivery("mastodon-en"), stage.delivery("mastodon-fr")]
        stage.app.approve(sent, {}, person="alex")
        stage.work(until=5 * MINUTE)
        stage.app.restore(tmp_path / "copy.db")
        stage.work()
        after = states(stage)
        assert (after["mastodon-en"], after["mastodon-fr"]) == (State.SENT, State.SENT)
        # Nobody had approved these: they are drafts again, and never leave by themselves.
        assert (after["bluesky-en"], after["bluesky-fr"]) == (State.DRAFT, State.DRAFT)
        assert after["x-fr"] is State.DRAFT
        assert len(stage.networks.world.posts) == 2


def test_a_restore_refuses_what_is_no_copy_and_while_a_daemon_works(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "no.db").write_bytes(b"not a database at all, but long enough to look like a file" * 20)
    with pytest.raises(StoreError, match="is no copy of a campaign database"):
        stage.app.restore(tmp_path / "no.db")
    with pytest.raises(StoreError, match="There is no file"):
        stage.app.restore(tmp_path / "none.db")
    stage.app.backup(tmp_path / "copy.db")
    stage.app.say_alive(stage.clock())
    with pytest.raises(StateError, match="A daemon is at work"):
        stage.app.restore(tmp_path / "copy.db")
    assert len(stage.app.store.deliveries()) == 6


# ---- what is out already


def test_retract_deletes_and_says_where_it_could_not(stage: Stage) -> None:
    stage.work()
    stage.networks.world.faults.append(Fault("status", "DELETE /api/v1/statuses", times=1, code=503, body="{}"))
    stage.app.retract(stage.delivery("x-en"), "wrong figure")
    stage.app.retract(stage.delivery("bluesky-en"), "wrong figure")
    with pytest.raises(NetworkError, match="503"):
        stage.app.retract(stage.delivery("mastodon-en"), "wrong figure")
    assert states(stage)["mastodon-en"] is State.SENT
    stage.app.retract(stage.delivery("mastodon-en"), "wrong figure")
    assert [states(stage)[f"{one}-en"] for one in ("x", "mastodon", "bluesky")] == [State.RETRACTED] * 3
    assert all(stage.posts(f"{one}-en") == 0 for one in ("x", "mastodon", "bluesky"))
    assert stage.posts("x-fr") == 1


def test_an_edit_keeps_pictures_and_language_and_is_on_record(stage: Stage) -> None:
    stage.work()
    one = stage.delivery("mastodon-en")
    stage.app.edit(one, 0, stage.app.edited(one, 0, "It says this now. #OpenGov"))
    (post,) = stage.networks.world.posts_of("mastodon-en")
    assert (post.text, post.language, len(post.media)) == ("It says this now. #OpenGov", "en", 1)
    after = stage.delivery("mastodon-en")
    assert after.content.text == "It says this now. #OpenGov"
    assert after.content_hash == after.content.sha256 != one.content_hash
    assert stage.app.history(after)[-1].action == "edited"
    with pytest.raises(NetworkError, match="cannot change"):
        other = stage.delivery("x-en")
        stage.app.edit(other, 0, stage.app.edited(other, 0, "Something else"))
    assert stage.delivery("x-en").content.text != "Something else"


# ---- the clock


def test_a_clock_that_was_ahead_does_not_hold_posts_back_once_it_is_right(stage: Stage) -> None:
    stage.networks.world.faults.append(Fault("status", "POST /api/v1/statuses", times=2, code=503, body="{}"))
    wrong = DUE + timedelta(hours=1)
    stage.clock.move_to(wrong)
    stage.app.work()
    assert stage.delivery("mastodon-en").not_before is not None
    stage.app.clock = lambda: DUE + MINUTE  # set right
    stage.app.clock_was_set.set()
    stage.app.work()
    not_before = stage.delivery("mastodon-en").not_before
    assert not_before is None or not_before <= DUE + MINUTE + stage.app.timing.longest_backoff


def test_a_day_off_misses_what_is_too_late_and_says_so(stage: Stage) -> None:
    stage.clock.move_to(DUE + timedelta(days=1))
    stage.work()
    assert set(states(stage).values()) == {State.MISSED}
    assert set(kinds(stage).values()) >= {"missed"}


# ---- planning beside people who queue


class BusyStore(SqliteStore):
    """Before each of its reads somebody else queues a post."""

    somebody: App | None = None
    number = 0

    def _rows(self, sql: str, values: Any = ()) -> list[dict[str, Any]]:
        if self.somebody is not None:
            self.number += 1
            text = f"Number {self.number} of many words, said once."
            self.somebody.queue(["mastodon-en"], text, DUE + timedelta(days=1), [], allow=ALONE)
        return super()._rows(sql, values)


def test_planning_never_cancels_what_somebody_queues_meanwhile(stage: Stage) -> None:
    somebody = App(
        stage.app.directory, environ={}, clock=stage.clock, sandbox_url=stage.networks.url, database=stage.app.database
    )
    busy = BusyStore(stage.app.database, simulated=True)
    busy.somebody, stage.app.__dict__["store"] = somebody, busy
    assert not [change for change in stage.app.desired().changes if change.kind == "cancelled"]
    assert busy.number > 0
    somebody.close()


def test_a_retracted_post_does_not_come_back_after_a_restore(tmp_path: Path) -> None:
    with set_stage(tmp_path, now=DUE - MINUTE) as stage:
        stage.app.backup(tmp_path / "copy.db")
        stage.clock.move_to(DUE)
        stage.work(until=5 * MINUTE)
        stage.app.retract(stage.delivery("bluesky-en"), "a mistake")
        stage.app.restore(tmp_path / "copy.db")
        stage.work()
        assert (stage.delivery("bluesky-en").state, stage.posts("bluesky-en")) == (State.UNCONFIRMED, 0)


# ---- what was moved, what is late, what sleeps


def test_a_post_that_somebody_moved_stays_planned_and_approved(stage: Stage) -> None:
    moved_to = DUE + timedelta(hours=5)
    stage.clock._now = DUE - timedelta(hours=1)
    stage.app.move(stage.app.find("facts-2027-01-18"), moved_to)
    stage.clock.move_to(DUE + timedelta(minutes=30))  # its slot is over, and the hourly plan looks ahead from here
    drafts = stage.app.store.deliveries((State.DRAFT,))
    assert all(one.done for one in stage.app.approve(drafts, stage.app.findings(drafts), person="alex"))
    stage.app.plan(until=DUE + timedelta(days=1))
    assert {one.state for one in stage.app.store.deliveries() if one.due == moved_to} == {State.APPROVED}
    facts = stage.app.directory / "content/data/facts.yaml"
    facts.write_text(facts.read_text("utf-8").replace("The first fact of all.", "Other words."), "utf-8")
    stage.app.plan(until=DUE + timedelta(days=1))
    assert "Other words." in stage.delivery("mastodon-en").content.text, "its words still come from the files"
    assert stage.delivery("mastodon-en").state is State.DRAFT


def test_what_turns_out_not_sent_leaves_neither_late_nor_in_a_quiet_period(tmp_path: Path) -> None:
    quiet = CAMPAIGN + "quiet_periods: [{starts: 2027-01-18, ends: 2027-01-18, reason: {en: Mourning, fr: Deuil}}]\n"
    with set_stage(tmp_path) as stage:
        for account in ("bluesky-en", "bluesky-fr"):
            one = stage.delivery(account)
            assert stage.app.store.begin_attempt(
                one.key, one.content_hash, owner="dead", lease_until=DUE, not_due_before=DUE, now=DUE
            )
        stage.clock.move_to(DUE + timedelta(hours=2, minutes=1))
        stage.work()
        assert (stage.delivery("bluesky-en").state, stage.posts("bluesky-en")) == (State.MISSED, 0)
    with set_stage(tmp_path / "again") as stage:
        one = stage.delivery("bluesky-en")
        assert stage.app.store.begin_attempt(
            one.key, one.content_hash, owner="dead", lease_until=DUE, not_due_before=DUE, now=DUE
        )
        (stage.app.directory / "content/campaign.yaml").write_text(quiet, "utf-8")
        stage.app.plan()
        stage.clock.move_to(DUE + MINUTE)
        stage.work()
        held = stage.delivery("bluesky-en")
        assert (held.state, held.held, stage.posts("bluesky-en")) == (State.APPROVED, "quiet period: Mourning", 0)


def test_accounts_do_not_rest_until_an_old_clock_comes_again(stage: Stage) -> None:
    stage.work(until=MINUTE)
    stage.clock._now = DUE - timedelta(hours=3)
    stage.app.clock_was_set.set()
    (one,) = stage.app.queue(
        ["mastodon-en"], "Words for after the clock was set.", stage.clock() + MINUTE, [], allow=ALONE
    )
    assert stage.app.approve([one], {}, person="alex")[0].done
    stage.clock.move_to(one.due)
    stage.app.work()
    assert stage.posts("mastodon-en") == 2


def test_a_template_error_found_while_planning_is_told(stage: Stage) -> None:
    template = stage.app.directory / "content/series/facts/post.en.j2"
    template.write_text("{{ item.nonsense }}\n", "utf-8")
    before = stage.app.library
    with pytest.raises(ContentError):
        stage.app.plan()
    assert stage.app.library is before, "the files from before stay in force"
    (told,) = [one for one in stage.app.health().open_concerns if one.kind == "files"]
    assert "content/series/facts/post.en.j2:1:9" in told.message


def test_two_posts_never_bear_the_same_name(stage: Stage) -> None:
    schedule = stage.app.directory / "schedules/weekly.yaml"
    stage.clock._now = DUE - timedelta(hours=1)
    schedule.write_text(schedule.read_text("utf-8").replace("0 12 * * mon", "5 12 * * mon"), "utf-8")
    stage.app.plan(until=DUE + timedelta(hours=1))
    names = [post.name for post in stage.app.store.posts().values()]
    assert len(names) == len(set(names)) and "facts-2027-01-18-2" in names
    assert len({one.post for one in stage.app.find("facts-2027-01-18")}) == 1


def test_planning_from_old_files_does_not_undo_what_somebody_approved_meanwhile(stage: Stage) -> None:
    stage.clock._now = DUE - timedelta(hours=1)
    facts = stage.app.directory / "content/data/facts.yaml"
    slow = App(
        stage.app.directory, environ={}, clock=stage.clock, sandbox_url=stage.networks.url, database=stage.app.database
    )
    until = DUE + timedelta(hours=1)
    known, library = slow.store.scheduled(), slow._read_library()  # a daemon has begun to plan
    facts.write_text(facts.read_text("utf-8").replace("The first fact of all.", "Other words."), "utf-8")
    stage.app.plan(until=until)
    drafts = stage.app.store.deliveries((State.DRAFT,))
    assert all(one.done for one in stage.app.approve(drafts, stage.app.findings(drafts), person="alex"))
    plan.apply(slow._desired(library, known, until=until), slow.store, now=stage.clock())
    assert {one.state for one in stage.app.store.deliveries() if one.due == DUE} == {State.APPROVED}
    assert "Other words." in stage.delivery("mastodon-en").content.text
    slow.close()


def test_a_servers_words_are_kept_without_the_secret_that_they_echo(stage: Stage) -> None:
    token = stage.app.credentials(stage.app.library.account("mastodon-en")).reveal()["access_token"]
    stage.app.connection("mastodon-en")
    error = NetworkError("mastodon-en", f"the server answered 422: cannot do with Bearer {token}")
    assert token not in str(error) and "[secret]" in error.message


# ---- threads that stop half-way, and what people say of them


THREAD = {"content/series/facts/post.en.j2": "{{ item.text }} One.\n---\nTwo.\n---\nThree.\n",
          "content/series/facts/post.fr.j2": "{{ item.text }} Un.\n---\nDeux.\n---\nTrois.\n",
          "content/series/facts/post.x.en.j2": "{{ item.text }} One.\n",
          "content/series/facts/post.x.fr.j2": "{{ item.text }} Un.\n"}  # fmt: skip


def _stuck(stage: Stage, kind: str) -> Any:
    """A Mastodon thread whose second part met a fault."""
    for account in ("x-en", "x-fr", "bluesky-en", "bluesky-fr", "mastodon-fr"):
        stage.app.store.pause(account, now=DUE, why="not now", actor="alex")
    one = stage.delivery("mastodon-en")
    parts = [publish.outgoing(stage.app.store, one, 0, {})]
    claimed = stage.app.store.begin_attempt(
        one.key, one.content_hash, owner="a", lease_until=DUE + MINUTE, not_due_before=DUE, now=DUE
    )
    assert claimed
    stage.app.store.record_receipt(one.key, 0, stage.app.connection("mastodon-en").publish(parts[0]), now=DUE)
    if kind == "failed":
        stage.app.store.settle_failed(one.key, owner="a", now=DUE, why="refused")
    else:
        stage.app.store.settle_unconfirmed(one.key, owner="a", look_at=None, now=DUE, why="no answer")
    return stage.delivery("mastodon-en")


def test_a_person_who_found_one_part_of_a_thread_does_not_lose_the_rest(tmp_path: Path) -> None:
    with set_stage(tmp_path, THREAD) as stage:
        one = _stuck(stage, "unconfirmed")
        receipts = stage.app.store.receipts(one.key)
        second = stage.app.connection("mastodon-en").publish(publish.outgoing(stage.app.store, one, 1, receipts))
        with pytest.raises(StateError, match="another delivery"):
            stage.app.resolve(one, receipts[0].url)
        with pytest.raises(NetworkError, match="not the address"):
            stage.app.resolve(one, "not-a-url")
        stage.app.resolve(one, second.url)
        assert stage.delivery("mastodon-en").state is State.APPROVED
        stage.work()
        assert (stage.delivery("mastodon-en").state, stage.posts("mastodon-en")) == (State.SENT, 3)


def test_what_is_out_of_a_thread_that_failed_is_said_and_can_be_retracted(tmp_path: Path) -> None:
    with set_stage(tmp_path, THREAD) as stage:
        one = _stuck(stage, "failed")
        (told,) = [c for c in stage.app.health().open_concerns if c.subject.endswith("mastodon-en")]
        assert "1 of 3 parts are public" in told.message and "retract" in told.advice
        assert stage.app.out([one]) == [one]
        stage.app.retract(one, "half of it")
        assert (stage.delivery("mastodon-en").state, stage.posts("mastodon-en")) == (State.RETRACTED, 0)


def test_what_ends_with_a_thread_is_its_connection_to_the_database(stage: Stage) -> None:
    def ask() -> None:
        stage.app.store.paused()

    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(30):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2


def test_control_characters_block_and_are_shown(stage: Stage) -> None:
    (one,) = stage.app.queue(
        ["mastodon-en"], "Hello\x1b[31m there\u202e, friends", DUE + timedelta(hours=1), [], allow=ALONE
    )
    (problem,) = [p for p in stage.app.findings([one])[one.key] if p.rule == "control-character"]
    assert problem.blocks and "U+001B" in problem.message


def test_a_post_that_was_queued_and_cancelled_may_be_queued_again(stage: Stage) -> None:
    due = DUE + timedelta(hours=1)
    (one,) = stage.app.queue(["mastodon-en"], "Words that come back.", due, [], allow=ALONE)
    assert stage.app.store.cancel(one.key, now=stage.clock(), actor="alex", why="a mistake")
    (again,) = stage.app.queue(["mastodon-en"], "Words that come back.", due, [], allow=ALONE)
    assert (again.key, again.state) == (one.key, State.DRAFT)
    with pytest.raises(StateError, match="queued for the same time already"):
        stage.app.queue(["mastodon-en"], "Words that come back.", due, [], allow=ALONE)


def test_strange_words_and_times_get_one_sentence(stage: Stage) -> None:
    with pytest.raises(StateError, match="not UTF-8"):
        stage.app.queue(["mastodon-en"], "caf\udce9", DUE + timedelta(hours=1), [], allow=ALONE)
    with pytest.raises(CampaignBotError, match="too far away"):
        parse_instant("9999-12-31 23:59", ZoneInfo("America/Toronto"), DUE)


def test_a_restored_database_is_for_the_user_and_with_the_rights_of_the_one_before(
    stage: Stage, tmp_path: Path
) -> None:
    stage.app.backup(tmp_path / "copy.db")
    stage.app.database.chmod(0o600)
    (tmp_path / "copy.db").chmod(0o644)
    stage.app.restore(tmp_path / "copy.db")
    assert stat.S_IMODE(stage.app.database.stat().st_mode) == 0o600


def test_what_falls_due_while_a_wake_works_is_the_next_wake(stage: Stage) -> None:
    dispatched_at = DUE - timedelta(milliseconds=5)
    stage.clock.move_to(DUE + timedelta(milliseconds=5))  # the wake came a hair early, and took a while
    assert stage.app.next_wake(dispatched_at) == DUE
    assert stage.app.next_wake() != DUE
