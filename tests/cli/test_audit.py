"""audit: the record, as people and their archives read it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.campaigns import SERIES, write_campaign
from tests.cli.conftest import Run
from tests.database import connect

UNTIL = ("--until", "2027-01-31")
POST = "facts-2027-01-18"


@pytest.fixture
def approved(campaign: Path, run: Run) -> Path:
    run("plan", *UNTIL)
    run("approve", POST, "--note", "fine")
    return campaign


def tamper(campaign: Path, sql: str) -> None:
    with connect(campaign / "campaign.db") as db:
        for name in ("event_no_update", "event_no_delete", "event_follows"):
            db.execute(f"drop trigger if exists {name}")
        db.execute(sql)


def test_a_whole_record_is_said_to_be_whole(approved: Path, run: Run) -> None:
    told = run("audit", "verify", "--json").json
    assert (told["whole"], told["events"], told["faults"]) == (True, 24, [])
    assert run("status", "--json").json["record_head"] == {"event": 24, "hash": told["head"]["hash"]}
    ran = run("audit", "verify", "--head", told["head"]["hash"])
    assert ran.code == 0
    assert "24 events: whole, each following the one before." in ran.out


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("update event set actor = 'sam' where id = 7", {7: "it is not what was written: its hash does not fit"}),
        ("update event set at_ms = at_ms - 1 where id = 7", {7: "it is not what was written: its hash does not fit"}),
        ("delete from event where id = 7", {8: "event 7 is missing before this one"}),
        ("delete from event where id in (7, 8)", {9: "events 7 to 8 are missing before this one"}),
        ("delete from event where id = 1", {2: "event 1 is missing before this one"}),
        (
            "update event set id = case id when 7 then -8 else -7 end where id in (7, 8)",
            {},
        ),
    ],
)
def test_every_change_and_gap_is_found_at_its_place(approved: Path, run: Run, sql: str, told: dict[int, str]) -> None:
    tamper(approved, sql)
    if not told:  # two events in the other order
        tamper(approved, "update event set id = -id where id < 0")
    ran = run("audit", "verify", "--json")
    assert ran.code == 1
    faults = {one["event"]: one["message"] for one in ran.json["faults"]}
    if told:
        assert faults == told
    else:
        assert set(faults) >= {7, 8}
    assert run("audit", "verify").code == 1


def test_what_is_removed_at_the_end_shows_in_the_tables_and_by_a_printed_head(approved: Path, run: Run) -> None:
    report = run("report", "--format", "json").json
    head = report["record_head"]["hash"]
    tamper(approved, "delete from event where id > 18")
    told = run("audit", "verify", "--json").json
    assert (told["whole"], told["faults"]) == (False, []), "the chain by itself is whole"
    assert {one["message"] for one in told["tables"]} == {"it is approved, and draft by the record"}
    tamper(approved, "update delivery set state = 'draft' where state = 'approved'")
    assert run("audit", "verify").code == 0, "now nothing here shows it"
    ran = run("audit", "verify", "--head", head)
    assert ran.code == 1
    assert "is not in this record" in ran.out


def test_the_log_is_filtered_and_exported(approved: Path, run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("audit", "log", "--action", "approved", "--format", "csv").out)))
    assert len(rows) == 6
    assert {(row["actor"], row["identity"]) for row in rows} == {("alex", "command line, CAMPAIGN_BOT_PERSON")}
    assert json.loads(rows[0]["detail"])["note"] == "fine"
    told = run("audit", "log", "--post", f"{POST}@x-en", "--format", "json").json
    assert [one["action"] for one in told] == ["planned", "approved"]
    assert told[1]["detail"]["account"] == "x-en"
    assert run("audit", "log", "--actor", "nobody").out.startswith("\nno events")
    assert run("audit", "log", "--until", "2001-01-01").out.startswith("\nno events")
    assert len(run("audit", "log", "--since", "2001-01-01", "--format", "json").json) == 24


def test_everything_about_a_post_is_on_one_page_and_in_files(approved: Path, run: Run) -> None:
    told = run("audit", "post", POST, "--format", "json").json
    assert (told["post"]["name"], len(told["deliveries"])) == (POST, 6)
    one = next(one for one in told["deliveries"] if one["account"] == "x-en")
    assert [version["content"]["parts"][0]["text"].splitlines()[0] for version in one["versions"]] == [
        "The first fact of all."
    ]
    assert [(given["person"], given["content_hash"]) for given in one["approvals"]] == [("alex", one["content_hash"])]
    assert [finding["rule"] for finding in one["findings"]] == ["link-price"]
    rows = list(csv.DictReader(io.StringIO(run("audit", "post", POST, "--format", "csv").out)))
    assert len(rows) == 12
    assert {row["what"] for row in rows} == {"planned", "approved"}
    assert "approved by alex (command line, CAMPAIGN_BOT_PERSON)" in run("audit", "post", POST).out


def test_wrong_calls_get_a_sentence(approved: Path, run: Run) -> None:
    for arguments, words in (
        (("audit", "post", "facts-2027-01-19"), "Did you mean"),
        (("audit", "log", "--since", "yesterday"), "is not a date"),
        (("audit", "verify", "--head", "abc"), ""),
    ):
        ran = run(*arguments)
        assert ran.code == 1
        assert words in ran.err


def test_disposal_takes_the_words_and_leaves_the_record(campaign: Path, run: Run) -> None:
    """An old post ends; its words go from the file, its history and a later post's picture stay."""
    run("plan", *UNTIL)
    run("approve", POST)
    run("queue", "cancel", POST)
    with connect(campaign / "campaign.db") as db:  # long ago
        db.execute("update delivery set due_ms = due_ms - 86400000 * 1000 where state = 'cancelled'")
    before = run("audit", "post", POST, "--format", "json").json
    assert "dispose" in run("audit", "dispose", "--help").out
    ran = run("audit", "dispose", "--before", "2026-01-01", "--why", "rule 12", "--dry-run")
    assert (
        "1 post that ended before 2026-01-01: 6 versions of 6 deliveries, 2 pictures. Nothing was deleted." in ran.out
    )
    assert run("audit", "dispose", "--before", "2026-01-01", "--why", "rule 12", "--yes").code == 0
    raw = (campaign / "campaign.db").read_bytes() + b"".join(
        one.read_bytes() for one in campaign.glob("campaign.db-wal")
    )
    assert b"The first fact of all." not in raw
    assert b"A second fact follows it." in raw
    after = run("audit", "post", POST, "--format", "json").json["deliveries"]
    assert {one["content"]["parts"][0]["text"] for one in after} == {"(disposed)"}
    assert [one["content_hash"] for one in after] == [one["content_hash"] for one in before["deliveries"]]
    assert all(one["happened"][-1]["what"] == "disposed" for one in after)
    assert run("audit", "verify").code == 0
    assert run("report", "--format", "json").code == 0
    again = run("audit", "dispose", "--before", "2026-01-01", "--why", "rule 12", "--yes")
    assert again.out.startswith("no posts")
    with connect(campaign / "campaign.db") as db:
        assert db.execute("select count(*) from media").fetchone() == (4,)


def test_disposal_takes_the_pictures_of_link_cards_too(campaign: Path, run: Run) -> None:
    card = 'link_card: {link: {en: "https://a.ca/", fr: "https://a.ca/"}, title: {en: T, fr: T}, card: fact}\n'
    text = "{{ item.text }} https://a.ca/"
    series = "content/series/facts/"
    write_campaign(campaign, **{f"{series}series.yaml": SERIES.split("pictures:")[0] + card,
                                f"{series}post.en.j2": text, f"{series}post.fr.j2": text})  # fmt: skip
    assert run("plan", *UNTIL).code == 0
    run("queue", "cancel", POST)
    with connect(campaign / "campaign.db") as db:
        assert db.execute("select count(*) from media").fetchone() == (6,)
        db.execute("update delivery set due_ms = due_ms - 86400000 * 1000 where state = 'cancelled'")
    ran = run("audit", "dispose", "--before", "2026-01-01", "--why", "rule 12", "--yes")
    assert "2 pictures" in ran.out
    with connect(campaign / "campaign.db") as db:
        assert db.execute("select count(*) from media").fetchone() == (4,)
    assert run("approve", "--all").code == 0, "what waits has its pictures still"


def test_what_is_not_over_or_not_old_is_never_disposed_of(campaign: Path, run: Run) -> None:
    run("plan", *UNTIL)
    with connect(campaign / "campaign.db") as db:
        db.execute("update delivery set due_ms = due_ms - 86400000 * 1000")
    assert run("audit", "dispose", "--before", "2026-01-01", "--why", "x", "--yes").out.startswith("no posts")
    assert run("audit", "dispose", "--before", "2999-01-01", "--why", "x", "--yes").code == 1


def test_a_post_changed_by_hand_is_shown_beside_what_was_approved(approved: Path, run: Run) -> None:
    forge = "replace(content, 'The first fact of all.', 'Vote for me!')"
    tamper(
        approved,
        f"update delivery set content = {forge} where account = 'x-en' and due_ms = (select min(due_ms) from delivery)",
    )
    said = run("audit", "post", f"{POST}@x-en").out
    assert "What stands in the database now is not what the record says:" in said
    assert "- The first fact of all." in said and "+ Vote for me!" in said
    assert "It cannot leave: its bytes are not the ones that were approved" in said
    (told,) = run("audit", "post", f"{POST}@x-en", "--format", "json").json["deliveries"]
    assert told["standing"]["hash"] != told["standing"]["recorded"] == told["versions"][-1]["hash"]
    last = list(csv.DictReader(io.StringIO(run("audit", "post", f"{POST}@x-en", "--format", "csv").out)))[-1]
    assert (last["what"], "Vote for me!" in last["detail"]) == ("found: not what the record says", True)
    untouched = run("audit", "post", f"{POST}@x-fr").out
    assert "not what the record says" not in untouched and "cannot leave" not in untouched


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("update delivery set state = 'sent' where account = 'x-en'", "it is sent, and approved by the record"),
        ("update delivery set content = replace(content, 'first', 'worst') where account = 'x-en'", "it says something else than by the record"),
        ("delete from approval; delete from delivery where account = 'x-en'", "it is gone"),
    ],
)  # fmt: skip
def test_tables_that_are_not_what_the_record_says_are_told(approved: Path, run: Run, sql: str, message: str) -> None:
    tamper(approved, "pragma foreign_keys = off")
    for one in sql.split("; "):
        tamper(approved, one)
    ran = run("audit", "verify")
    assert (ran.code, f"{POST}@x-en: {message}" in ran.out) == (1, True), ran.out
