"""check, plan, preview, init: what managers see."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.campaigns import write_campaign
from tests.cli.conftest import Run

ROOT = Path(__file__).parent.parent.parent
UNTIL = ("--until", "2027-01-31")


def test_a_right_campaign_passes_and_says_what_was_checked(campaign: Path, run: Run) -> None:
    ran = run("check")
    assert ran.code == 0
    assert "3 posts, 18 deliveries checked: no errors" in ran.out


def test_every_problem_comes_with_its_place_and_the_nearest_right_word(campaign: Path, run: Run) -> None:
    write_campaign(
        campaign,
        **{
            "schedules/weekly.yaml": "a:\n  series: fact\n  when: {cron: '0 12 * * 1'}\nb:\n  serie: facts\n  when: {cron: '0 12 * * 1'}\n",
            "content/series/facts/post.en.j2": "{{ itm.text }}",
        },
    )
    ran = run("check")
    assert ran.code == 1
    assert "schedules/weekly.yaml:2:" in ran.out
    assert "facts" in ran.out
    assert "schedules/weekly.yaml:5:" in ran.out
    assert "weekdays as names" in ran.out


def test_json_has_the_same_problems(campaign: Path, run: Run) -> None:
    write_campaign(campaign, **{"content/series/facts/post.fr.j2": "{{ item.txt }}"})
    ran = run("check", "--json")
    assert ran.code == 1
    assert {(one["file"], one["line"]) for one in ran.json["problems"] if one["severity"] == "error"} == {
        ("content/series/facts/post.fr.j2", 1)
    }


def test_an_empty_directory_says_how_to_begin(tmp_path: Path, run: Run) -> None:
    ran = run("-C", tmp_path, "check")
    assert ran.code == 1
    assert "campaign-bot init" in ran.out


@pytest.mark.parametrize(
    "command", [("plan",), ("queue", "add", "--account", "x-en", "--at", "now", "--text", "hi"), ("run",)]
)
def test_bad_files_stop_every_command_before_anything_is_written(
    campaign: Path, run: Run, command: tuple[str, ...]
) -> None:
    write_campaign(campaign, **{"content/campaign.yaml": "id: [\n"})
    ran = run(*command)
    assert ran.code == 1
    assert "content/campaign.yaml:" in ran.err
    assert "Traceback" not in ran.err
    assert not (campaign / "campaign.db").exists()


def test_plan_shows_when_what_where_and_how_long(campaign: Path, run: Run) -> None:
    ran = run("plan", *UNTIL)
    assert ran.code == 0
    assert "Mon 2027-01-18 12:00" in ran.out
    assert "facts-2027-01-18" in ran.out
    assert "/280" in ran.out
    assert "18 deliveries" in ran.out


def test_planning_twice_changes_nothing(campaign: Path, run: Run) -> None:
    run("plan", *UNTIL)
    assert "Nothing would change." in run("plan", *UNTIL, "--dry-run").out


def test_dry_run_tells_added_changed_voided_and_cancelled_and_writes_nothing(campaign: Path, run: Run) -> None:
    assert run("plan", *UNTIL, "--dry-run").out.count("added") == 18
    assert run("queue", "list").out.startswith("No deliveries")
    run("plan", *UNTIL)
    assert run("approve", "facts-2027-01-18@x-en", "facts-2027-01-18@x-fr").code == 0
    text = (campaign / "content/data/facts.yaml").read_text(encoding="utf-8")
    write_campaign(
        campaign,
        **{
            "content/data/facts.yaml": text.replace("The first fact of all.", "The very first fact."),
            "schedules/weekly.yaml": (campaign / "schedules/weekly.yaml").read_text().replace("mon,thu", "mon"),
        },
    )
    ran = run("plan", *UNTIL, "--dry-run", "--json")
    kinds = {(one["change"], one["post"], one["account"]) for one in ran.json["changes"]}
    assert ("approval voided", "facts-2027-01-18", "x-en") in kinds
    assert ("changed", "facts-2027-01-18", "bluesky-en") in kinds
    assert ("cancelled", "facts-2027-01-21", "x-fr") in kinds
    assert run("queue", "list", "--state", "cancelled").out.startswith("No deliveries")


def test_preview_shows_exactly_what_will_be_sent(campaign: Path, run: Run) -> None:
    run("plan", *UNTIL)
    ran = run("preview", "facts-2027-01-18@mastodon-fr", "--json")
    (one,) = ran.json
    (part,) = one["content"]["parts"]
    assert part["text"].startswith("Le premier fait de tous.\n\nhttps://ouvert.canada.ca/fr?utm_source=mastodon")
    assert part["media"][0]["alt"] == "Une carte dit\u00a0: Le premier fait de tous."
    shown = run("preview", "facts-2027-01-18@mastodon-fr").out
    assert "alt: Une carte dit\u00a0: Le premier fait de tous." in shown
    assert "(1200×675)" in shown


def test_an_unknown_post_gets_the_nearest_name(campaign: Path, run: Run) -> None:
    run("plan", *UNTIL)
    ran = run("preview", "fact-2027-01-18")
    assert (ran.code, ran.out) == (1, "")
    assert "Did you mean facts-2027-01-18?" in ran.err


def test_init_makes_a_campaign_that_passes(tmp_path: Path, run: Run) -> None:
    assert run("init", tmp_path / "mine").code == 0
    ran = run("-C", tmp_path / "mine", "check")
    assert ran.code == 0, ran.out
    assert "__STARTS__" not in (tmp_path / "mine/content/campaign.yaml").read_text(encoding="utf-8")


def test_init_never_overwrites(campaign: Path, run: Run) -> None:
    before = (campaign / "content/campaign.yaml").read_bytes()
    ran = run("init", campaign)
    assert ran.code == 1
    assert "nothing was written" in ran.err
    assert (campaign / "content/campaign.yaml").read_bytes() == before


def test_the_shipped_campaign_is_written_as_it_is_here(tmp_path: Path, run: Run) -> None:
    def files(directory: Path) -> dict[str, bytes]:
        some = (one for name in ("content", "schedules") for one in (directory / name).rglob("*") if one.is_file())
        return {one.relative_to(directory).as_posix(): one.read_bytes() for one in some}

    assert run("init", tmp_path / "og", "--example", "open-government").code == 0
    assert files(tmp_path / "og") == files(ROOT)


def test_a_read_only_database_is_said_plainly(campaign: Path, run: Run) -> None:
    run("plan", *UNTIL)
    (campaign / "campaign.db").write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    ran = run("plan", *UNTIL)
    assert ran.code == 1
    assert "not a campaign database" in ran.err
    assert "Traceback" not in ran.err
    assert stat.S_ISREG((campaign / "campaign.db").stat().st_mode)


@pytest.mark.parametrize(
    "wrong", [("nosuch",), ("plan", "--nosuch"), ("plan", "--until"), ("queue", "add", "--text", "x")]
)
def test_wrong_usage_is_told_without_a_traceback(run: Run, wrong: tuple[str, ...]) -> None:
    ran = run(*wrong)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert "Error" in ran.err
