"""Somebody with an SQL shell changes the database after approval, in every way we could think of: nothing unapproved
leaves, and the record says so. Six deliveries of one post are approved and due."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign_bot.app import App
from campaign_bot.errors import StateError
from campaign_bot.model import ALL, Content, Delivery, State
from campaign_bot.sandbox.world import Fault
from campaign_bot.store.record import Head, Objection, next_line
from campaign_bot.store.sqlite import SqliteStore
from campaign_bot.values import replace
from tests.database import connect
from tests.stage import ALONE, DUE, Stage, set_stage

FORGED = "Vote for me!"
TARGET = "mastodon-en"
Attack = Callable[[Any, str], None]


@contextmanager
def shell(stage: Stage) -> Generator[Any]:
    db = connect(stage.app.database)
    yield db
    db.commit()
    db.close()


def column(db: Any, name: str, key: str) -> Any:
    return db.execute(f"select {name} from delivery where key = ?", [key]).fetchone()[0]


def put_content(db: Any, key: str, change: Callable[[dict[str, Any]], None]) -> str:
    """Other content with a right hash of its own. Returns the hash."""
    told = json.loads(column(db, "content", key))
    change(told)
    content = Content.from_json(json.dumps(told))
    db.execute(
        "update delivery set content = ?, content_hash = ? where key = ?", [content.to_json(), content.sha256, key]
    )
    return content.sha256


def other_text(told: dict[str, Any]) -> None:
    told["parts"][0]["text"] = FORGED


def other_alt(told: dict[str, Any]) -> None:
    told["parts"][0]["media"][0]["alt"] = FORGED


def a_poll(told: dict[str, Any]) -> None:
    told["parts"][0]["poll"] = {"options": ["yes", "no"], "duration_min": 60}


def no_picture(told: dict[str, Any]) -> None:
    del told["parts"][0]["media"]


def a_second_part(told: dict[str, Any]) -> None:
    told["parts"].append({"text": FORGED})


def for_followers_only(told: dict[str, Any]) -> None:
    told["visibility"] = "private"


def a_warning(told: dict[str, Any]) -> None:
    told["content_warning"] = FORGED


def text_alone(db: Any, key: str) -> None:
    content = column(db, "content", key).replace("The first fact of all.", FORGED)
    db.execute("update delivery set content = ? where key = ?", [content, key])


def text_and_all_hashes(db: Any, key: str) -> None:
    forged = put_content(db, key, other_text)
    db.execute("update approval set content_hash = ? where delivery = ?", [forged, key])


def forged_approval(db: Any, key: str) -> None:
    forged = put_content(db, key, other_text)
    db.execute(
        "insert into approval (delivery, decision, content_hash, person, at_ms, note) values (?, 'approved', ?, 'alex', ?, '')",
        [key, forged, int(DUE.timestamp() * 1000)],
    )


def picture_bytes(db: Any, key: str) -> None:
    sha256 = json.loads(column(db, "content", key))["parts"][0]["media"][0]["sha256"]
    db.execute("update media set bytes = ? where sha256 = ?", [b"another picture", sha256])


def picture_gone(db: Any, key: str) -> None:
    db.execute("delete from media")


def another_account(db: Any, key: str) -> None:
    db.execute("update delivery set account = 'mastodon-fr' where key = ?", [key])


def another_network(db: Any, key: str) -> None:
    db.execute("update delivery set network = 'x' where key = ?", [key])


def another_language(db: Any, key: str) -> None:
    db.execute("update delivery set language = 'fr' where key = ?", [key])


def another_key(db: Any, key: str) -> None:
    db.execute("update delivery set network_keys = '[\"mine\"]' where key = ?", [key])


def another_time(db: Any, key: str) -> None:
    db.execute("update delivery set due_ms = due_ms - 3600000 where key = ?", [key])


def another_series(db: Any, key: str) -> None:
    db.execute("update post set series = 'harmless'")


def another_post(db: Any, key: str) -> None:
    """As if it had no other language."""
    columns = [row[1] for row in db.execute("pragma table_info(post)") if row[1] not in ("key", "name")]
    names = ", ".join(columns)
    db.execute(f"insert into post (key, name, {names}) select 'f00', 'alone', {names} from post")
    db.execute("update delivery set post = 'f00' where key = ?", [key])


def broken_json(db: Any, key: str) -> None:
    db.execute("update delivery set content = '{', network_keys = 'x' where key = ?", [key])


def drop_guards(db: Any) -> None:
    for name in ("event_no_update", "event_no_delete", "event_follows"):
        db.execute(f"drop trigger {name}")


def rewritten_event(db: Any, key: str) -> None:
    forged = put_content(db, key, other_text)
    drop_guards(db)
    (detail,) = db.execute("select detail from event where subject = ? and action = 'approved'", [key]).fetchone()
    was = json.loads(detail)["hash"]
    db.execute(
        "update event set detail = ? where subject = ? and action = 'approved'", [detail.replace(was, forged), key]
    )
    db.execute("update approval set content_hash = ? where delivery = ?", [forged, key])


def rewritten_event_with_its_hash(db: Any, key: str) -> None:
    rewritten_event(db, key)
    row = db.execute(
        "select id, at_ms, actor, action, subject, detail, previous from event where subject = ? and action = 'approved'",
        [key],
    ).fetchone()
    line = next_line(Head(row[0] - 1, row[6]), at_ms=row[1], actor=row[2], action=row[3], subject=row[4], detail=row[5])
    db.execute("update event set hash = ? where id = ?", [line.hash, line.id])


def an_event_put_at_the_end(db: Any, key: str) -> None:
    forged = put_content(db, key, other_text)
    drop_guards(db)
    db.execute(
        "insert into event (at_ms, actor, action, subject, detail, previous, hash)"
        " values (1, 'alex', 'approved', ?, ?, '', '')",
        [key, json.dumps({"hash": forged})],
    )
    db.execute("update approval set content_hash = ? where delivery = ?", [forged, key])


def record_emptied(db: Any, key: str) -> None:
    text_and_all_hashes(db, key)
    drop_guards(db)
    db.execute("delete from event")


ATTACKS: list[Attack] = [
    text_alone, text_and_all_hashes, forged_approval, picture_bytes, picture_gone, another_account, another_network,
    another_language, another_key, another_time, another_series, another_post, broken_json, rewritten_event,
    rewritten_event_with_its_hash, an_event_put_at_the_end, record_emptied,
]  # fmt: skip


def work_as(stage: Stage, *, restarted: bool) -> App:
    """The daemon's work: by the process that was there before the attack, or by one that began after it."""
    app = stage.app
    if restarted:
        app = App(app.directory, environ={}, clock=stage.clock, sandbox_url=stage.networks.url, database=app.database)
    app.work()
    stage.clock.move_to(stage.clock() + timedelta(minutes=3))
    app.work()
    return app


@pytest.mark.parametrize(
    ("attack", "restarted"),
    [*((one, False) for one in ATTACKS), *((one, True) for one in ATTACKS[-4:])],
    ids=lambda one: getattr(one, "__name__", "restarted" if one else ""),
)
def test_a_database_edited_by_hand_publishes_nothing_that_nobody_approved(
    stage: Stage, attack: Attack, restarted: bool
) -> None:
    approved = {(one.account, one.content.text) for one in stage.app.store.deliveries()}
    target = stage.delivery(TARGET)
    stage.app.objection(target)  # this process has read the record before
    with shell(stage) as db:
        attack(db, target.key)
    app = work_as(stage, restarted=restarted)
    posts = stage.networks.world.posts
    assert {(post.account, post.text) for post in posts} <= approved
    assert (TARGET, target.content.text) not in {(post.account, post.text) for post in posts}
    after = app.store.delivery(target.key)
    assert after is not None
    assert after.state in (State.FAILED, State.DRAFT, State.APPROVED)
    assert after.reason.startswith("not sent: ")
    told = {one.kind for one in app.health().open_concerns}
    assert told & {"failed", "held", "unapproved"}, "somebody is told"
    if restarted:
        app.close()


@pytest.mark.parametrize(
    "change", [other_text, other_alt, a_poll, no_picture, a_second_part, for_followers_only, a_warning],
    ids=lambda one: one.__name__,
)  # fmt: skip
def test_each_field_of_the_content_is_bound(stage: Stage, change: Callable[[dict[str, Any]], None]) -> None:
    """All hashes that a table holds are made to fit; only the record does not."""
    target = stage.delivery(TARGET)
    with shell(stage) as db:
        forged = put_content(db, target.key, change)
        db.execute("update approval set content_hash = ? where delivery = ?", [forged, target.key])
    stage.work()
    after = stage.delivery(TARGET)
    assert (after.state, stage.posts(TARGET)) == (State.FAILED, 0)
    assert "its bytes are not the same, since alex approved it" in after.reason


def test_what_is_exchanged_between_the_look_and_the_claim_does_not_leave(stage: Stage) -> None:
    """The claim gives back the row that leaves: it has to be the one that was looked at."""
    target, app = stage.delivery(TARGET), stage.app
    look = app.objection

    def and_exchange(delivery: Delivery) -> Objection | None:
        found = look(delivery)
        with shell(stage) as db:
            db.execute("update delivery set network_keys = '[\"mine\"]' where key = ?", [target.key])
        return found

    app.objection = and_exchange  # type: ignore[method-assign]
    app.store.pause("mastodon-fr", now=stage.clock(), why="not part of this", actor="alex")
    app.work()
    assert stage.posts(TARGET) == 0
    del app.objection
    stage.work(until=timedelta(minutes=5))
    assert (stage.posts(TARGET), stage.delivery(TARGET).state) == (0, State.FAILED)


def test_a_draft_that_is_called_approved_becomes_a_draft_again(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False) as stage:
        target = stage.delivery(TARGET)
        with shell(stage) as db:
            db.execute("update delivery set state = 'approved' where key = ?", [target.key])
            db.execute(
                "insert into approval (delivery, decision, content_hash, person, at_ms, note)"
                " values (?, 'approved', ?, 'alex', 1, '')",
                [target.key, target.content_hash],
            )
        stage.work(until=timedelta(minutes=5))
        after = stage.delivery(TARGET)
        assert (after.state, stage.posts(TARGET)) == (State.DRAFT, 0)
        assert after.reason == "not sent: the record knows nobody who approved it"


def test_a_rejection_cannot_be_taken_back_by_removing_it(stage: Stage) -> None:
    target = stage.delivery(TARGET)
    stage.app.store.reject(target.key, target.content_hash, person="sam", note="wrong", now=stage.clock())
    stage.app.store.record_fault()  # as the daemon does at each wake
    with shell(stage) as db:
        drop_guards(db)
        db.execute("delete from event where action = 'rejected'")
        db.execute("update approval set voided_ms = null, voided_because = null where delivery = ?", [target.key])
        db.execute(
            "update delivery set state = 'approved', reason = '', network_keys = ? where key = ?",
            [json.dumps(target.network_keys), target.key],
        )
    stage.work(until=timedelta(minutes=5))
    assert stage.posts(TARGET) == 0
    assert stage.delivery(TARGET).held.startswith("not sent: the record cannot be trusted: event")
    assert stage.networks.world.posts == [], "with a record that was altered nothing leaves at all"


def test_the_database_itself_refuses_to_change_the_record(stage: Stage) -> None:
    with shell(stage) as db:
        for attempt in (
            "update event set actor = 'sam'",
            "delete from event",
            "insert into event (at_ms, actor, action, subject, detail) values (1, 'a', 'approved', 'x', '{}')",
            "insert or replace into event select id, at_ms, 'sam', action, subject, detail, previous, hash from event",
        ):
            with pytest.raises(Exception, match="the record is"):
                db.execute(attempt)
    assert stage.app.store.verify_record().faults == ()


def test_a_picture_that_was_exchanged_cannot_be_approved_either(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False) as stage:
        with shell(stage) as db:
            picture_bytes(db, stage.delivery("x-en").key)
        drafts = [stage.delivery("x-en"), stage.delivery("x-fr")]
        decisions = stage.app.approve(drafts, {}, person="alex")
        assert not any(one.done for one in decisions)
        assert "are not the ones that were planned" in decisions[0].why


def test_an_account_that_is_somebody_else_by_now_gets_nothing(stage: Stage) -> None:
    """The files are a way in too: the approval was for this login on this server."""
    file = stage.app.directory / "content/campaign.yaml"
    text = file.read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.startswith("  mastodon-en:"))
    file.write_text(text.replace(line, line.replace("https://mastodon.example", "https://elsewhere.example")), "utf-8")
    stage.app.plan()
    stage.work(until=timedelta(minutes=5))
    after = stage.delivery(TARGET)
    assert (after.state, stage.posts(TARGET)) == (State.DRAFT, 0)
    assert "approved for small_en at https://mastodon.example" in after.reason


def test_an_edit_in_public_does_not_carry_altered_bytes_along(stage: Stage) -> None:
    stage.work(until=timedelta(minutes=5))
    with shell(stage) as db:
        put_content(db, stage.delivery(TARGET).key, a_warning)
    sent = stage.delivery(TARGET)
    with pytest.raises(StateError, match="is not what the record says was allowed"):
        stage.app.edit(sent, 0, stage.app.edited(sent, 0, "Mended."))


def test_a_broken_row_stops_only_itself(stage: Stage) -> None:
    with shell(stage) as db:
        broken_json(db, stage.delivery(TARGET).key)
    stage.work(until=timedelta(minutes=5))
    assert stage.delivery(TARGET).state is State.FAILED
    assert (stage.posts("x-en"), stage.posts("bluesky-fr")) == (1, 1)


def test_a_restored_record_goes_on(stage: Stage, tmp_path: Path) -> None:
    stage.app.backup(tmp_path / "copy.db")
    stage.work(until=timedelta(minutes=5))
    lost = stage.app.store.head()
    stage.app.restore(tmp_path / "copy.db")
    events = stage.app.store.events()
    restored = next(one for one in events if one.action == "restored")
    assert restored.detail["replaced"] == {"id": lost.id, "hash": lost.hash}
    assert stage.app.store.verify_record().faults == ()


def test_a_store_that_is_no_chain_says_where(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "a.db")
    for number in range(6):
        store.pause(f"a-{number}", now=DUE, why="drill", actor="alex")
    head = store.head()
    with connect(tmp_path / "a.db") as db:
        drop_guards(db)
        db.execute("update event set actor = 'sam' where id = 2")
        db.execute("delete from event where id = 4")
    faults = store.verify_record().faults
    assert [(one.id, one.message) for one in faults] == [
        (2, "it is not what was written: its hash does not fit"),
        (5, "event 4 is missing before this one"),
    ]
    assert store.head() == head
    store.close()


def test_after_a_person_has_looked_into_it_everything_is_approved_anew(stage: Stage) -> None:
    """The forged approval is not believed either, and what is approved afterwards leaves."""
    target = stage.delivery(TARGET)
    with shell(stage) as db:
        rewritten_event_with_its_hash(db, target.key)
    stage.app.close()
    again = App(
        stage.app.directory, environ={}, clock=stage.clock, sandbox_url=stage.networks.url, database=stage.app.database
    )
    again.work()
    assert stage.networks.world.posts == []
    assert again.store.accept_faults(now=stage.clock(), person="sam", why="a drill")
    assert again.store.accept_faults(now=stage.clock(), person="sam", why="a drill") == ()
    stage.app = again
    stage.work(until=timedelta(minutes=1))
    assert stage.networks.world.posts == []
    drafts = [stage.delivery("x-en"), stage.delivery("x-fr")]
    assert all(one.done for one in again.approve(drafts, {}, person="sam"))
    stage.work(until=timedelta(minutes=1))
    assert (stage.posts("x-en"), stage.posts("x-fr"), stage.posts(TARGET)) == (1, 1, 0)
    assert again.store.verify_record().faults, "what was altered stays told"


def test_an_approval_from_before_the_record_was_bound_still_counts(stage: Stage) -> None:
    """An event of an older version has the hash and nothing else."""
    target = stage.delivery(TARGET)
    app: Any = stage.app
    with app.store._connections.write() as db:
        app.store._event(db, stage.clock(), "alex", "approval-voided", target.key, {})
        app.store._event(db, stage.clock(), "alex", "approved", target.key, {"hash": target.content_hash})
    stage.work(until=timedelta(minutes=5))
    assert stage.posts(TARGET) == 1


@pytest.mark.parametrize("outcome", ["sent", "unconfirmed", "failed", "retracted"])
def test_what_came_to_its_end_is_not_sent_again_because_a_table_says_approved(stage: Stage, outcome: str) -> None:
    target, app = stage.delivery(TARGET), stage.app
    if outcome in ("failed", "unconfirmed"):
        kind = "status" if outcome == "failed" else "lost"
        stage.networks.world.faults.append(Fault(kind, "POST /api/v1/statuses", TARGET, code=422))  # type: ignore[arg-type]
    app.work()
    if outcome == "retracted":
        app.retract(stage.delivery(TARGET), "a drill")
    assert stage.delivery(TARGET).state == outcome
    assert app.beside_record() == [], "the tables are what the record says"
    published = len(stage.networks.world.posts)
    with shell(stage) as db:
        for table in ("attempt", "receipt"):
            db.execute(f"delete from {table} where delivery = ?", [target.key])
        db.execute("update approval set voided_ms = null where delivery = ?", [target.key])
        db.execute(
            "update delivery set state = 'approved', sent_ms = null, not_before_ms = null, network_keys = ?, reason = ''"
            " where key = ?", [json.dumps(target.network_keys), target.key],
        )  # fmt: skip
    assert [name for name, _ in app.beside_record()] == [f"facts-2027-01-18@{TARGET}"]
    work_as(stage, restarted=False)
    assert len(stage.networks.world.posts) == published
    after = stage.delivery(TARGET)
    assert after.held == f"not sent: the record says that it is {outcome} already" or after.state is State.DRAFT


def test_receipts_changed_by_hand_lead_no_quote_edit_or_retraction_to_another_post(stage: Stage) -> None:
    """Else a post that was approved would show, change or delete one that nobody meant."""
    app, due = stage.app, stage.clock() + timedelta(hours=1)
    app.work()
    quoting = app.queue(["bluesky-en"], "Look at this one again.", due, quote="facts-2027-01-18", allow=ALONE)
    assert all(one.done for one in app.approve(quoting, app.findings(quoting), person="sam"))
    stranger = next(one for one in stage.networks.world.posts if one.account == "bluesky-fr")
    with shell(stage) as db:
        for account in ("bluesky-en", TARGET):
            other = column(db, "key", stage.delivery(account.replace("en", "fr")).key)
            db.execute(
                "update receipt set remote_id = theirs.remote_id, url = theirs.url, cid = theirs.cid from (select * from"
                " receipt where delivery = ?) as theirs where receipt.delivery = ?", [other, stage.delivery(account).key],
            )  # fmt: skip
    stage.work(until=timedelta(hours=2))
    assert [one for one in stage.networks.world.posts if "Look at this" in one.text] == []
    (after,) = [one for one in app.store.deliveries() if one.key == quoting[0].key]
    assert (after.state, "not where the record says" in after.reason) == (State.FAILED, True)
    for act in (
        lambda: app.retract(stage.delivery(TARGET), "a drill"),
        lambda: app.edit(stage.delivery(TARGET), 0, app.edited(stage.delivery(TARGET), 0, "Other words.")),
    ):
        with pytest.raises(StateError, match="not where the record says"):
            act()
    assert stranger in stage.networks.world.posts
    assert (stage.posts("mastodon-fr"), stage.posts(TARGET)) == (1, 1)


@pytest.mark.parametrize("account", [TARGET, ALL])
def test_a_pause_that_is_taken_out_of_its_table_still_holds(stage: Stage, account: str) -> None:
    stage.app.pause(account, "a drill")
    with shell(stage) as db:
        db.execute("delete from pause")
    stage.app.work()
    assert stage.posts(TARGET) == 0
    name = "everything" if account == ALL else TARGET
    assert stage.delivery(TARGET).held == f"not sent: the record says that {name} is paused, and nobody has ended that"
    assert stage.posts("x-en") == (account != ALL)
    assert stage.app.resume(account), "a person ends it all the same"
    assert not stage.app.resume(account), "once"
    stage.app.release(stage.delivery(TARGET), stage.clock())
    stage.work(until=timedelta(minutes=1))
    assert stage.posts(TARGET) == 1


def test_what_fell_due_in_such_a_pause_leaves_in_no_burst_when_it_ends(stage: Stage) -> None:
    """Nobody was at work meanwhile, so nothing is held yet."""
    stage.app.pause(ALL, "a drill")
    with shell(stage) as db:
        db.execute("delete from pause")
    assert stage.app.resume(ALL)
    stage.work(until=timedelta(minutes=1))
    assert stage.networks.world.posts == []
    assert {bool(one.held) for one in stage.app.store.deliveries()} == {True}


@pytest.mark.parametrize(("was", "now"), [("network: mastodon", "network: bluesky"), ("language: en", "language: fr")])
def test_an_account_of_another_network_or_language_by_now_gets_nothing(stage: Stage, was: str, now: str) -> None:
    """Another process reads the changed file and sends before anything is planned anew. Login and server are the same."""
    file = stage.app.directory / "content/campaign.yaml"
    line = next(one for one in file.read_text("utf-8").splitlines() if one.startswith(f"  {TARGET}:"))
    file.write_text(file.read_text("utf-8").replace(line, line.replace(was, now)), "utf-8")
    app = work_as(stage, restarted=True)
    after = app.store.delivery(stage.delivery(TARGET).key)
    assert after is not None
    assert (stage.posts(TARGET), len(stage.networks.world.posts_of("bluesky-en"))) == (0, 1)
    if TARGET not in app.store.paused():  # the other network has refused these credentials before anything was asked
        assert (after.state, f"the account {TARGET} is {now.split()[1]} now" in after.reason) == (State.DRAFT, True)
    assert app.objection(replace(after, state=State.APPROVED)) is not None
    app.close()
