"""status, doctor, backup, restore, retract, edit as people type them."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from campaign_bot.app.known import fingerprint
from tests.cli.conftest import Run
from tests.database import connect

AT = ("--at", "2027-03-04 12:00")


def test_status_of_a_campaign_that_nobody_runs(campaign: Path, run: Run) -> None:
    assert run("status").code == 0  # nothing is planned, nothing is missing
    run("plan", "--until", "2027-01-31")
    ran = run("status")
    assert ran.code == 1
    assert "silent" in ran.out and "campaign-bot run" in ran.out
    told = run("status", "--json").json
    assert told["healthy"] is False
    assert [one["kind"] for one in told["concerns"]] == ["silent"]
    assert {one["account"] for one in told["accounts"]} == {
        "x-en", "x-fr", "mastodon-en", "mastodon-fr", "bluesky-en", "bluesky-fr",
    }  # fmt: skip


def on_a_full_disk(*arguments: object, room: int) -> str:
    """What a command says, in a process of its own, when no file may grow beyond `room` bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    ran = subprocess.run(
        [sys.executable, "-m", "campaign_bot", *map(str, arguments)], preexec_fn=limit, capture_output=True, text=True
    )
    assert ran.returncode == 1, ran.stderr
    return ran.stderr


def test_a_database_on_a_full_disk_is_named_with_the_cause_and_a_cure(campaign: Path, run: Run) -> None:
    run("plan", "--until", "2027-01-31")
    told = on_a_full_disk("status", room=0)
    assert "The database campaign.db failed" in told
    assert "full" in told and "Make room there" in told


def test_an_export_on_a_full_disk_leaves_the_one_before_and_says_that_room_is_an_answer(
    campaign: Path, run: Run
) -> None:
    file = campaign / "content" / "campaign.yaml"
    file.write_text(file.read_text("utf-8").replace("starts: 2027-01-18", "starts: 2026-01-12"), "utf-8")
    rows = "".join(f"2026-01-18,source{number},sign_up,4\n" for number in range(3000))
    (campaign / "o.csv").write_text(f"day,source,name,count\n{rows}", "utf-8")
    assert run("import", "o.csv").code == 0
    assert run("export", "open").code == 0
    before = (campaign / "open" / "en.html").read_bytes()
    told = on_a_full_disk("export", "open", room=33_000)
    assert "open cannot be written: " in told and "make room there" in told
    assert (campaign / "open" / "en.html").read_bytes() == before


def test_what_a_person_has_seen_no_longer_counts(campaign: Path, run: Run) -> None:
    run("plan", "--until", "2027-01-31")
    assert run("status", "--seen").code == 0
    ran = run("status")
    assert ran.code == 0 and "1 matter somebody has taken note of" in ran.out
    assert run("status", "--json").json["concerns"][0]["seen_by"] == "alex"


def test_approved_posts_without_credentials_are_a_matter(campaign: Path, run: Run) -> None:
    run("plan", "--until", "2027-01-31")
    run("approve", "--all")
    ran = run("status")
    assert "no-credentials x-en" in ran.out and "CAMPAIGN_BOT_X_EN_API_KEY" in ran.out


def test_status_works_with_broken_files(campaign: Path, run: Run) -> None:
    run("plan", "--until", "2027-01-31")
    (campaign / "content/campaign.yaml").write_text("id: [", encoding="utf-8")
    ran = run("status")
    assert ran.code == 1
    assert "files" in ran.out and "campaign-bot check" in ran.out


@pytest.mark.parametrize("broken", ["content/campaign.yaml", "content/data/facts.yaml"])
def test_an_account_is_stopped_whatever_file_is_broken(campaign: Path, run: Run, broken: str) -> None:
    run("plan", "--until", "2027-01-31")
    (campaign / broken).write_text("- id: [", encoding="utf-8")
    ran = run("pause", "--account", "x-en")
    assert (ran.code, ran.out) == (0, "x-en is paused. What falls due meanwhile is held, and listed by `resume`.\n")
    assert "paused x-en It is paused: by alex." in run("status").out
    for name, told in (("x-em", "Did you mean x-en?"), ("nobody", "campaign-bot check"), ("x-fr", "")):
        ran = run("pause", "--account", name)
        assert (ran.code, told in ran.err) == (0 if name == "x-fr" else 1, True), ran.err


def test_what_status_remembers_of_the_files_goes_with_any_change(campaign: Path, run: Run) -> None:
    """It does not read them again while none has changed; of the same length, and with its old time, is a change too."""
    series = campaign / "content/series/facts/series.yaml"
    right, times = series.read_text("utf-8"), series.stat()
    for text, kinds in ((right, set[str]()), (right.replace("title", "titel"), {"files"}), (right, set[str]())):
        series.write_text(text, encoding="utf-8")
        os.utime(series, ns=(times.st_atime_ns, times.st_mtime_ns))
        for _ in "twice":
            assert {one["kind"] for one in run("status", "--json").json["concerns"]} == kinds
    settings = campaign / "content/campaign.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("timezone:", "budget: {x: 5}\ntimezone:").replace("x-en:", "x-us:"), "utf-8")
    told = run("status", "--json").json
    assert told["budgets"][0]["budget"] == 5
    assert "x-us" in {one["account"] for one in told["accounts"]}
    (campaign / "schedules/more.yaml").write_text("[", encoding="utf-8")
    assert {one["kind"] for one in run("status", "--json").json["concerns"]} == {"files"}


def test_what_is_remembered_goes_with_the_program_too(campaign: Path, tmp_path: Path) -> None:
    """One that is worked on, or pulled, keeps its version: its checks may be stricter all the same."""
    program = tmp_path / "program"
    checks = program / "check" / "rules.py"
    checks.parent.mkdir(parents=True)
    checks.write_text("MOST = 300", encoding="utf-8")
    marks = [fingerprint(campaign, program)]
    checks.write_text("MOST = 80", encoding="utf-8")
    marks.append(fingerprint(campaign, program))
    (checks.parent / "more.py").touch()
    marks.append(fingerprint(campaign, program))
    assert len(set(marks)) == 3
    (checks.parent / "__pycache__").mkdir()
    (checks.parent / "__pycache__" / "rules.pyc").touch()
    assert fingerprint(campaign, program) == marks[-1], "to run it is no change"


def test_status_works_where_python_is_told_of_packages_that_are_not_there(
    campaign: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(campaign / "nowhere/site-packages"), *sys.path])
    ran = run("status", "--json")
    assert not ran.err and ran.json["accounts"]


def test_who_only_looks_loads_little(campaign: Path, run: Run) -> None:
    """Else `status` takes more than half a second, of which it works a tenth."""
    run("status")
    for command in (["status"], ["queue", "list"]):
        asked = f"import sys; sys.argv[1:] = {command}; import campaign_bot.cli as c\ntry: c.main()\nfinally: print(*sys.modules)"
        told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False).stdout
        loaded = set(told.split())
        assert "campaign_bot.app.watching" in loaded, command
        slow = {
            "campaign_bot.plan",
            "campaign_bot.library.files",
            "pydantic",
            "jinja2",
            "ruamel.yaml",
            "sqlite_utils",
            "structlog",
        }
        assert not slow & loaded, command


def test_doctor_names_what_is_wrong_with_its_cure(campaign: Path, run: Run) -> None:
    (campaign / ".env").write_text("CAMPAIGN_BOT_PERSON=alex\n", encoding="utf-8")
    (campaign / ".env").chmod(0o644)
    ran = run("doctor")
    assert ran.code == 1
    assert ".env can be read by others (644)" in ran.out and "chmod 600" in ran.out
    assert "SQLite: 3." in ran.out
    assert "x-en: lacks CAMPAIGN_BOT_X_EN_API_KEY" in ran.out
    levels = {one["what"]: one["level"] for one in run("doctor", "--json").json}
    assert levels["Python"] == levels["SQLite"] == levels["time zones"] == levels["content"] == "ok"
    assert levels["alerts"] == levels["copies"] == "warning"


def test_doctor_says_which_files_are_wrong(campaign: Path, run: Run) -> None:
    (campaign / "content/campaign.yaml").write_text("id: [", encoding="utf-8")
    found = {one["what"]: one for one in run("doctor", "--json").json}
    assert found["content"]["level"] == "error" and "campaign-bot check" in found["content"]["cure"]


def test_a_copy_and_back(campaign: Path, run: Run) -> None:
    run("plan", "--until", "2027-01-31")
    ran = run("backup", "copy.db")
    assert ran.code == 0 and "copy.db: whole," in ran.out
    assert run("backup", "copy.db").code == 1
    assert "Create it first" in run("backup", "nowhere/copy.db").err
    run("queue", "cancel", "facts-2027-01-18")
    ran = run("restore", "copy.db")
    assert ran.code == 0, ran.err
    assert "campaign.db.before-" in ran.out
    assert {one["state"] for one in run("queue", "list", "--json").json} == {"draft"}
    assert "--sandbox" in run("--sandbox", "restore", "copy.db").err  # a real one never becomes a simulated one


def test_what_was_not_sent_is_not_retracted_or_edited(campaign: Path, run: Run) -> None:
    run("plan", "--until", "2027-01-31")
    ran = run("retract", "facts-2027-01-18", "--reason", "wrong")
    assert ran.code == 1 and "queue cancel" in ran.err
    ran = run("edit", "facts-2027-01-18@x-en", "--text", "Other")
    assert ran.code == 1 and "only what was sent can be edited" in ran.err
    ran = run("edit", "facts-2027-01-18", "--text", "Other")
    assert ran.code == 1 and "Name one: post@account" in ran.err


def test_what_is_held_and_what_was_retracted_are_called_so(campaign: Path, run: Run) -> None:
    run("plan", "--until", "2027-01-31")
    with connect(str(campaign / "campaign.db")) as db:
        db.execute("update delivery set state = 'approved', held = 'paused: a drill' where account = 'x-en'")
        db.execute("update delivery set state = 'retracted' where account = 'x-fr'")
    listed = run("queue", "list").out
    assert "held" in listed and "paused" in listed
    ran = run("retract", "facts-2027-01-18@x-fr", "--reason", "wrong")
    assert (ran.code, "has been retracted already" in ran.err) == (1, True)


def test_the_bill_is_shown_before_launch(campaign: Path, run: Run) -> None:
    ran = run("plan", "--until", "2027-01-31")
    assert "The bill of these posts" in ran.out and "post with a link" in ran.out
    bill = {line["action"]: line for line in run("plan", "--until", "2027-01-31", "--json").json["bill"]}
    assert (bill["post with a link"]["count"], bill["post with a link"]["usd"]) == (6, 1.2)
    assert bill["read of an own post"]["count"] == 12


def test_a_budget_for_an_unknown_network_is_a_problem(campaign: Path, run: Run) -> None:
    file = campaign / "content/campaign.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "budget: {mastodom: 3}\n", encoding="utf-8")
    ran = run("check")
    assert ran.code == 1 and "Did you mean" in ran.out and "mastodon" in ran.out
