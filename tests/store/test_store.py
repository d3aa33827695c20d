"""The conformance suite of a store: every verb, as the stages use it, on a real database file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.report import fill
from campaign_bot.errors import StoreError
from campaign_bot.model import Content, Counts, Delivery, Media, Part, Post, Receipt, State, derived_key
from campaign_bot.store.base import Draft, DueSnapshot, Planned
from campaign_bot.store.sqlite import SqliteStore
from tests.database import connect

NOW = datetime(2027, 1, 18, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "campaign.db")
    yield opened
    opened.close()


def a_draft(account: str = "mastodon-en", due: datetime = NOW + HOUR, text: str = "Hello", post: str = "p") -> Draft:
    network, language = account.split("-")
    content = Content(language, (Part(text),))
    return Draft(derived_key(post, account), account, network, language, due, content, len(text), 500)


def a_post(*drafts: Draft, key: str = "p", name: str = "did-you-know-2027-01-18") -> Planned:
    post = Post(
        key, name, "weekly", "did-you-know", "fact", NOW, "2027-01-18 12:00 America/Toronto", "impact", ("impact-2",)
    )
    return Planned(post, drafts, {})


def planned(store: SqliteStore, *drafts: Draft) -> Delivery:
    store.add(a_post(*(drafts or (a_draft(),))), now=NOW, actor="plan")
    return store.deliveries()[0]


def approved(store: SqliteStore, *drafts: Draft) -> Delivery:
    planned(store, *drafts)
    for one in store.deliveries():
        assert store.approve(one.key, one.content_hash, ["key-0"], person="alex", note="", now=NOW)
    return store.deliveries()[0]


def begin(store: SqliteStore, one: Delivery, now: datetime = NOW + HOUR, owner: str = "a") -> Delivery | None:
    return store.begin_attempt(
        one.key, one.content_hash, owner=owner, lease_until=now + timedelta(minutes=2), not_due_before=now - 2 * HOUR,
        now=now,
    )  # fmt: skip


def test_planning_twice_adds_nothing_the_second_time(store: SqliteStore) -> None:
    assert store.add(a_post(a_draft()), now=NOW, actor="plan") == 1
    assert store.add(a_post(a_draft()), now=NOW, actor="plan") == 0
    assert [event.action for event in store.events()] == ["planned"]


def test_a_delivery_comes_back_as_it_was_planned(store: SqliteStore) -> None:
    picture = Media("ab" * 32, "image/png", "A card", "cards/fact", 1200, 675)
    content = Content("fr", (Part("Été « où »", (picture,)), Part("suite")), "unlisted", "Avertissement")
    draft = Draft("k", "mastodon-fr", "mastodon", "fr", NOW, content, 11, 500)
    one = planned(store, draft)
    assert (one.content, one.due, one.state, one.length) == (content, NOW, State.DRAFT, 11)
    assert one.content_hash == content.sha256


def test_approval_freezes_the_bytes_that_the_person_saw(store: SqliteStore) -> None:
    one = planned(store)
    changed = a_draft(text="Other words")
    assert store.change(changed, now=NOW, actor="plan", why="text changed")
    assert not store.approve(one.key, one.content_hash, ["k"], person="alex", note="", now=NOW)
    assert store.deliveries()[0].state is State.DRAFT


def test_a_changed_byte_voids_the_approval(store: SqliteStore) -> None:
    one = approved(store)
    store.change(a_draft(text="Other words"), now=NOW, actor="plan", why="text changed")
    assert store.deliveries()[0].state is State.DRAFT
    assert begin(store, one) is None
    told = store.events(one.key)[-1].detail
    assert told == {"why": "text changed", "from": one.content_hash, "to": store.deliveries()[0].content_hash}


def test_bytes_changed_behind_our_back_do_not_leave(store: SqliteStore, tmp_path: Path) -> None:
    one = approved(store)
    other = Content("en", (Part("Not approved"),))
    with connect(tmp_path / "campaign.db") as db:
        db.execute("update delivery set content = ?, content_hash = ?", [other.to_json(), other.sha256])
    fresh = store.deliveries()[0]
    assert begin(store, fresh) is None
    assert begin(store, one) is None


def test_only_one_of_many_senders_claims_a_delivery(store: SqliteStore) -> None:
    one = approved(store)
    claims: list[Delivery | None] = []
    threads = [threading.Thread(target=lambda n=n: claims.append(begin(store, one, owner=str(n)))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (claimed,) = [claim for claim in claims if claim is not None]
    assert (claimed.state, claimed.attempts) == (State.SENDING, 1)


def test_what_was_moved_since_it_was_read_is_not_claimed(store: SqliteStore) -> None:
    one = approved(store)
    assert store.move(one.key, NOW + 3 * HOUR, now=NOW, actor="alex")
    assert store.approve(one.key, one.content_hash, ["key-1"], person="alex", note="", now=NOW)
    assert begin(store, one) is None
    claimed = begin(store, one, now=NOW + 3 * HOUR)
    assert claimed is not None and claimed.network_keys == ("key-1",)


def test_what_is_too_late_is_not_claimed(store: SqliteStore) -> None:
    one = approved(store)
    assert begin(store, one, now=one.due + 2 * HOUR + MINUTE) is None


def test_a_machine_that_slept_after_the_claim_does_not_send(store: SqliteStore) -> None:
    one = approved(store)
    assert begin(store, one)
    later = one.due + 9 * HOUR
    assert store.go_on(one.key, owner="a", lease_until=later, not_due_before=one.due - HOUR, now=one.due + MINUTE)
    assert not store.go_on(
        one.key, owner="a", lease_until=later, not_due_before=one.due + MINUTE, now=one.due + 2 * MINUTE
    )
    store.record_receipt(one.key, 0, Receipt("1", "https://mastodon.example/1"), now=one.due)
    assert store.go_on(
        one.key, owner="a", lease_until=later, not_due_before=one.due + MINUTE, now=one.due + 3 * MINUTE
    ), "a thread goes on"


def test_due_is_approved_in_time_and_not_paused(store: SqliteStore) -> None:
    one = approved(store, a_draft(), a_draft("mastodon-fr", due=NOW + 2 * HOUR))
    assert [d.key for d in store.due(NOW)] == []
    assert [d.key for d in store.due(NOW + HOUR)] == [one.key]
    store.pause("mastodon-en", now=NOW, why="token refused")
    assert store.due(NOW + HOUR) == []
    assert begin(store, one) is None
    assert store.resume("mastodon-en", now=NOW, actor="alex")
    assert [d.key for d in store.due(NOW + HOUR)] == [one.key]


def test_a_sent_delivery_never_becomes_anything_else(store: SqliteStore) -> None:
    one = approved(store)
    begin(store, one)
    store.record_receipt(one.key, 0, Receipt("1", "https://mastodon.example/1"), now=NOW + HOUR)
    assert store.settle_sent(one.key, owner="a", now=NOW + HOUR)
    assert not store.settle_failed(one.key, owner="a", now=NOW, why="late")
    assert not store.settle_later(one.key, owner="a", not_before=NOW, counted=True, now=NOW, why="late")
    assert not store.cancel(one.key, now=NOW, actor="alex", why="no")
    assert not store.miss(one.key, NOW + 5 * HOUR, now=NOW, why="no")
    assert begin(store, one) is None
    assert store.deliveries()[0].state is State.SENT


def test_a_dead_sender_leaves_an_unconfirmed_delivery(store: SqliteStore) -> None:
    one = approved(store)
    begin(store, one)
    assert store.expire_leases(NOW + HOUR + timedelta(minutes=1)) == 0
    assert store.expire_leases(NOW + HOUR + timedelta(minutes=3)) == 1
    assert store.deliveries()[0].state is State.UNCONFIRMED
    assert [d.key for d in store.to_look_up(NOW + HOUR + timedelta(minutes=3))] == [one.key]
    assert begin(store, one, now=NOW + 2 * HOUR) is None


def test_a_rate_limit_is_not_an_attempt(store: SqliteStore) -> None:
    one = approved(store)
    begin(store, one)
    store.settle_later(one.key, owner="a", not_before=NOW + 2 * HOUR, counted=False, now=NOW + HOUR, why="429")
    again = store.deliveries()[0]
    assert (again.attempts, again.state, again.reason) == (0, State.APPROVED, "429")
    assert store.due(NOW + HOUR) == []
    assert begin(store, again, now=NOW + 2 * HOUR - MINUTE) is None, "not before its time"
    claimed = begin(store, again, now=NOW + 2 * HOUR)
    assert claimed is not None and claimed.attempts == 1


def test_moving_voids_the_approval_and_planning_leaves_it(store: SqliteStore) -> None:
    one = approved(store)
    assert store.move(one.key, NOW + 3 * HOUR, now=NOW, actor="alex")
    moved = store.deliveries()[0]
    assert (moved.state, moved.due, moved.moved) == (State.DRAFT, NOW + 3 * HOUR, True)


def a_sent_delivery(store: SqliteStore) -> Delivery:
    one = approved(store)
    begin(store, one)
    store.record_followers("mastodon-en", 120, now=NOW)
    store.record_receipt(one.key, 0, Receipt("77", "https://mastodon.example/77"), now=NOW + HOUR)
    store.settle_sent(one.key, owner="a", now=NOW + HOUR)
    return one


def test_counts_are_due_at_each_age_once(store: SqliteStore) -> None:
    a_sent_delivery(store)
    ages = [HOUR, 24 * HOUR]
    sent = NOW + HOUR
    # A reading waits a twentieth of its age for others that can share its call, and not longer.
    assert store.due_snapshots(ages, sent + timedelta(minutes=62)) == []
    assert store.next_due(sent, ages) == sent + timedelta(minutes=63)
    (due,) = store.due_snapshots(ages, sent + timedelta(minutes=63))
    assert (due.remote_id, due.age) == ("77", HOUR)
    store.record_snapshots([(due, Counts(likes=3))], now=sent + HOUR)
    assert store.due_snapshots(ages, sent + 2 * HOUR) == []
    assert store.next_due(sent + 2 * HOUR, ages) == sent + 24 * HOUR + timedelta(minutes=72)


def test_an_age_that_was_slept_through_stays_unread(store: SqliteStore) -> None:
    a_sent_delivery(store)
    (due,) = store.due_snapshots([HOUR, 24 * HOUR], NOW + timedelta(days=3))
    assert due.age == 24 * HOUR
    store.record_snapshots([(due, Counts(likes=9))], now=NOW + timedelta(days=3))
    assert store.due_snapshots([HOUR, 24 * HOUR], NOW + timedelta(days=4)) == []


def test_unknown_counts_stay_null_and_the_first_reading_stays(store: SqliteStore, tmp_path: Path) -> None:
    one = a_sent_delivery(store)
    due = DueSnapshot(one.key, one.account, one.network, "77", HOUR)
    store.record_snapshots([(due, Counts(likes=0, replies=2))], now=NOW + 2 * HOUR)
    store.record_snapshots([(due, Counts(likes=50))], now=NOW + 2 * HOUR)
    (result,) = store.results()
    assert result.snapshots[0].counts == Counts(likes=0, replies=2)
    assert (result.followers, result.url, result.post) == (
        120,
        "https://mastodon.example/77",
        "did-you-know-2027-01-18",
    )
    with connect(tmp_path / "campaign.db") as db:
        row = db.execute("select likes, impressions, engagements, followers_when_sent from engagement").fetchone()
    assert row == (0, None, 2, 120)


def test_the_view_answers_an_analyst_s_question(store: SqliteStore, tmp_path: Path) -> None:
    one = a_sent_delivery(store)
    store.record_snapshots([(DueSnapshot(one.key, "a", "mastodon", "77", 24 * HOUR), Counts(replies=4))], now=NOW)
    with connect(tmp_path / "campaign.db") as db:
        rows = db.execute(
            "select series, avg(replies), age_hours from engagement where language = 'en' group by series"
        ).fetchall()
    assert rows == [("did-you-know", 4.0, 24.0)]


def test_simulated_and_real_never_share_a_database(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "a.db", simulated=True).close()
    with pytest.raises(StoreError, match="SIMULATED"):
        SqliteStore(tmp_path / "a.db")
    SqliteStore(tmp_path / "b.db").close()
    with pytest.raises(StoreError, match="real networks"):
        SqliteStore(tmp_path / "b.db", simulated=True)


def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Path) -> None:
    file = tmp_path / "campaign.db"
    file.write_text("this is a letter, not a database" * 100)
    with pytest.raises(StoreError, match="not a campaign database"):
        SqliteStore(file)
    assert file.read_text().startswith("this is a letter")


def test_a_missing_directory_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        SqliteStore(tmp_path / "nowhere" / "campaign.db")


def test_changes_are_noticed_without_reading_tables(tmp_path: Path) -> None:
    one, other = SqliteStore(tmp_path / "a.db"), SqliteStore(tmp_path / "a.db")
    before = one.changes()
    assert one.changes() == before
    planned(other)
    assert one.changes() != before


def test_four_processes_open_a_new_database_at_once(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from campaign_bot.store.sqlite import SqliteStore; SqliteStore(pathlib.Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.db")]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ}) for _ in range(4)]
    assert [(process.wait(30), process.stderr.read() if process.stderr else b"") for process in running] == [
        (0, b"")
    ] * 4


def test_writers_side_by_side_wait_for_each_other(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "a.db")
    drafts = [a_draft(post=f"p{n}") for n in range(8)]
    for n, draft in enumerate(drafts):
        store.add(a_post(draft, key=f"p{n}", name=f"post-{n}"), now=NOW, actor="plan")
    failures: list[StoreError] = []

    def write(key: str) -> None:
        try:
            for part in range(15):
                store.record_receipt(key, part, Receipt(str(part), "https://mastodon.example"), now=NOW)
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(draft.key,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [len(store.receipts(draft.key)) for draft in drafts] == [15] * 8


def test_a_draw_of_very_many_keeps_a_posts_languages_together(tmp_path: Path) -> None:
    """Else hardly a post would be found in every language."""
    fill(tmp_path / "a.db", snapshots=6_000)  # 200 posts in six deliveries each
    store = SqliteStore(tmp_path / "a.db")
    assert len(store.measured(most=1_200, drawn=300)) == 1_200, "all, where there are not too many"
    found = store.measured(most=1_199, drawn=300)
    assert 150 <= len(found) <= 450
    assert set(Counter(one.post for one in found).values()) == {6}
    assert found == store.measured(most=1_199, drawn=300), "the same draw each time"
    store.close()


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["approve", "move", "cancel"]), st.integers(-80, 80)), max_size=8
    ),
    st.integers(-80, 80),
    st.integers(-80, 80),
)
@settings(max_examples=12, deadline=None)
def test_what_is_counted_as_it_changes_is_what_is_there(
    changes: list[tuple[int, str, int]], since: int, until: int
) -> None:
    """Of each kind and state, in any period: whole days are counted already, their parts at both ends are not."""
    with tempfile.TemporaryDirectory() as name:
        store = SqliteStore(Path(name) / "a.db")
        drafts = [a_draft("x-en", NOW + 13 * number * HOUR, post=f"p{number}") for number in range(4)]
        for number, draft in enumerate(drafts):
            store.add(a_post(draft, key=f"p{number}", name=f"facts-{number}"), now=NOW, actor="plan")
        for number, change, hours in changes:
            draft = drafts[number]
            match change:
                case "approve":
                    store.approve(draft.key, draft.content.sha256, ["k"], person="alex", note="", now=NOW)
                case "move":
                    store.move(draft.key, NOW + hours * HOUR, now=NOW, actor="alex", kept=False)
                case _:
                    store.cancel(draft.key, now=NOW, actor="alex", why="")
        begin, end = NOW + since * HOUR, NOW + until * HOUR
        for first, last in ((None, None), (begin, None), (None, end), (begin, end)):
            there = Counter(
                one.state
                for one in store.deliveries()
                if (first or one.due) <= one.due and (last is None or one.due < last)
            )
            assert Counter({one.state: one.number for one in store.tallied(since=first, until=last)}) == there
        assert Counter({one.state: one.number for one in store.tally()}) == Counter(
            one.state for one in store.deliveries()
        )
        store.close()


@pytest.mark.parametrize("change", ["series = 'more'", "priority = 'high'", "series = 'more', priority = null"])
def test_what_is_counted_follows_a_post_that_becomes_of_another_kind(
    store: SqliteStore, tmp_path: Path, change: str
) -> None:
    """Else the count would differ from then on from what is there: of each kind, and of all."""
    store.add(a_post(a_draft(), a_draft("x-fr")), now=NOW, actor="plan")
    store.add(a_post(a_draft(post="other"), key="other", name="facts-2"), now=NOW, actor="plan")
    with connect(tmp_path / "campaign.db") as db:
        db.execute(f"update post set {change} where name <> 'facts-2'")
        db.execute("update delivery set state = 'approved'")
        db.commit()
    there = Counter((one.series, one.priority or "", one.network, one.language, one.state) for one in store.measured())
    counted = {(one.series, one.priority, one.network, one.language, one.state): one.number for one in store.tallied()}
    assert counted == there
    assert sum(there.values()) == 3
