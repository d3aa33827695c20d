"""experiment and report, as people type them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest

from bench.report import fill
from tests.campaigns import write_campaign
from tests.cli.conftest import Ran, Run
from tests.database import connect
from tests.test_experiments import WORDINGS

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def test_the_command_plans_and_judges(campaign: Path, run: Run) -> None:
    assert "There is no experiment" in run("experiment", "plan").out
    assert "Il n’y a aucune expérience" in run("experiment", "plan", "--language", "fr").out
    write_campaign(campaign, **WORDINGS)
    said = run("experiment", "plan")
    assert (said.code, "To find 25% more with a probability of 80%" in said.out) == (0, True)
    (told,) = run("experiment", "plan", "--json").json
    assert told["posts_needed"] == 2 * told["blocks_needed"] > 100
    assert told["found_by_schedule"] is None  # three posts find nothing
    french = run("experiment", "plan", "--language", "fr").out
    assert "Pour révéler 25\u00a0% de plus avec une probabilité de 80\u00a0%" in french
    assert "au plus 40\u00a0blocs" in french
    assert run("experiment", "plan", "--language", "de").code == 2
    assert "It has not begun." in run("experiment", "result").out
    assert run("experiment", "result", "--language", "fr").out.startswith("ask-or-tell\u00a0: Une question")
    unknown = run("experiment", "result", "ask-or-tel")
    assert (unknown.code, "Did you mean" in unknown.err) == (1, True)


def measured(database: Path, *, simulated: bool = False) -> Path:
    """100 posts of 2020 to 2025, six deliveries each."""
    fill(database, 3_000)
    if simulated:
        with connect(str(database)) as db:
            db.execute("update meta set value = 'yes' where name = 'simulated'")
            db.execute("update snapshot set simulated = 1")
    return database


def test_a_rehearsal_s_database_is_reported_as_of_its_last_event(campaign: Path, run: Run) -> None:
    database = measured(campaign / "rehearsal.db", simulated=True)
    before = run("report", "--format", "md")
    assert "Nothing was planned yet." in before.out  # the campaign's own database is another one
    said = run("report", "--database", database, "--format", "json")
    (last,) = connect(str(database)).execute("select max(taken_ms) from snapshot").fetchone()
    assert said.code == 0, said.err
    assert said.json["simulated"] is True
    assert date.fromisoformat(said.json["made"][:10]) == date.fromtimestamp(last / 1000)
    assert said.json["total"]["young"] == 0
    assert run("experiment", "result", "--database", database).code == 0
    assert run("report", "--database", database, "--language", "fr").code == 0
    assert (database.parent / "report.fr.html").is_file()


def test_a_series_says_that_its_calls_have_no_result(campaign: Path, run: Run) -> None:
    database = measured(campaign / "rehearsal.db")
    with connect(str(database)) as db:
        (series, number) = db.execute("select series, count(*) from post group by series").fetchone()
        db.execute("update post set rung = 'participating', answers = ''")
    file = f"content/series/{series}/series.yaml"
    words = (campaign / "content/series/facts/series.yaml").read_text("utf-8") + "rung: participating\n"

    def loops(more: str) -> dict[str, object]:
        write_campaign(campaign, **{file: words + more})
        return run("report", "--database", database, "--format", "json").json["loops"]

    assert loops("")["no_result"] == []
    assert loops("no_result: true\n")["no_result"] == [{"series": series, "posts": number}]


def test_a_rehearsal_s_database_is_exported_as_it_is(campaign: Path, run: Run) -> None:
    """Of a campaign without commitments: every link within the page leads somewhere."""
    database = measured(campaign / "rehearsal.db", simulated=True)
    before = database.read_bytes()
    refused = run("export", campaign / "open", "--database", database)
    assert (refused.code, "SIMULATED" in refused.err, (campaign / "open").exists()) == (1, True, False)
    assert run("export", campaign / "open", "--database", database, "--simulated-ok").code == 0
    for language in ("en", "fr"):
        page = (campaign / "open" / f"{language}.html").read_text("utf-8")
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r' id="([^"]+)"', page))
    assert len((campaign / "open" / "data" / "posts.csv").read_text("utf-8").splitlines()) > 100
    assert database.read_bytes() == before


def test_a_count_that_cannot_be_is_left_out_of_the_public_page_and_of_the_languages_side_by_side(
    campaign: Path, run: Run
) -> None:
    database = measured(campaign / "rehearsal.db", simulated=True)
    with connect(str(database)) as db:
        db.execute("update snapshot set likes = 3000000000 where age_ms = (select max(age_ms) from snapshot)"
                   " and delivery = (select min(delivery) from snapshot)")  # fmt: skip
    run("export", campaign / "open", "--database", database, "--simulated-ok")
    page = (campaign / "open" / "en.html").read_text("utf-8")
    report = run("report", "--database", database, "--format", "md").out
    assert "grew beyond belief: 1. Those readings are left out." in report
    assert not re.findall(r"3,00\d,\d{3},\d{3}", page + report)


def test_a_backup_that_is_reported_stays_as_it_was(
    campaign: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an older version, and write-protected: what is read is a copy, and it goes."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    run("plan", "--until", "2027-01-31")
    kept = tmp_path / "kept"
    kept.mkdir()
    run("backup", kept / "old.db")
    with connect(str(kept / "old.db")) as db:
        for (name,) in db.execute(
            "select name from sqlite_master where type = 'trigger' and name like 'tally%'"
        ).fetchall():
            db.execute(f"drop trigger {name}")
        db.execute("drop table tally")
        db.execute("delete from _sqlite_migrations where name = 'm014_tally'")
    before = (kept / "old.db").read_bytes()
    assert run("report", "--database", kept / "old.db", "--format", "json").code == 0
    assert (kept / "old.db").read_bytes() == before
    assert [one.name for one in kept.iterdir()] == ["old.db"]
    assert not list(scratch.iterdir())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "There is no file"),
        (b"", "is not a database"),
        (b"no database at all, but long enough" * 99, "is not a database"),
    ],
)
def test_what_is_no_database_stays_as_it_is(campaign: Path, run: Run, content: bytes | None, message: str) -> None:
    file = campaign / "other.db"
    if content is not None:
        file.write_bytes(content)
    said = run("report", "--database", file)
    assert (said.code, message in said.err, "Traceback" in said.err) == (1, True, False)
    assert (file.read_bytes() if file.exists() else None) == content


def test_periods_are_compared_day_by_day_without_overlap(campaign: Path, run: Run) -> None:
    measured(campaign / "campaign.db")
    said = run(
        "report", "--since", "2023-03-01", "--until", "2023-03-31", "--compare", "previous", "--format", "md"
    ).out
    assert "Period: March 1, 2023 – March 31, 2023" in said
    # 31 days, over the change of the clocks on March 12
    assert "| January 29, 2023 to February 28, 2023 | March 1, 2023 to March 31, 2023 |" in said
    versus = run(
        "report", "--since", "2023-03-01", "--until", "2023-03-31", "--compare", "previous", "--format", "json"
    ).json
    assert versus["versus"]["until"] == versus["since"]
    assert versus["versus"]["total"]["planned"] + versus["total"]["planned"] == 6 * 3
    named = run(
        "report", "--since", "2023-03-01", "--compare", "2022-01-01..2022-12-31", "--language", "fr", "--format", "md"
    )
    assert "du 1er janvier 2022 au 31 décembre 2022" in named.out.replace("\u00a0", " ")
    assert "publications contre" in named.out


def test_the_period_before_does_not_reach_back_before_the_campaign(campaign: Path, run: Run) -> None:
    file = campaign / "content" / "campaign.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("starts: 2027-01-18", "starts: 2023-03-15"), encoding="utf-8"
    )
    measured(campaign / "campaign.db")

    def report(since: str, *compare: str) -> Ran:
        return run("report", "--since", since, "--until", "2023-03-31", "--compare", *compare, "--format", "md")

    said = report("2023-03-20", "previous")
    told = " ".join(said.err.split())
    assert said.code == 1
    assert "The 12 days before 2023-03-20 begin on 2023-03-08, before the campaign does (2023-03-15)." in told
    assert "--compare 2023-03-15..2023-03-19" in told
    assert report("2023-03-20", "2023-03-15..2023-03-19").code == 0
    first = report("2023-03-15", "previous")
    assert (first.code, "Choose a later day with --since." in " ".join(first.err.split())) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--compare", "previous"), "Say since when with --since"),
        (("--since", "2999-01-01", "--compare", "previous"), "has not come yet"),
        (("--since", "2027-02-02", "--until", "2027-02-01"), "--until is before --since"),
        (("--compare", "2027-02-02..2027-02-01"), "is not a period"),
        (("--compare", "2023-02-01..2023-02-20"), "The two periods overlap"),
        (("--since", "2023-03-01", "--compare", "2023-02-20..2023-03-01"), "The two periods overlap"),
        (("--compare", "2027-02-02.."), "is not a date"),
        (("--compare", "nowhere"), "nothing to compare with"),
        (("--compare", "."), ""),
        (("--since", "yesterday"), "Write it as 2027-03-04"),
    ],
)
def test_periods_that_are_none_are_refused_in_words(
    campaign: Path, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    said = run("report", "--format", "md", *arguments)
    assert (said.code, message in said.err, "Traceback" in said.err) == (1 if message else 0, True, False)


def test_another_campaign_is_compared_per_follower(campaign: Path, run: Run, tmp_path: Path) -> None:
    measured(campaign / "campaign.db")
    other = write_campaign(tmp_path / "autumn")
    missing = run("report", "--compare", other, "--format", "md")
    assert (missing.code, "has no database" in missing.err) == (1, True)
    idle = write_campaign(tmp_path / "winter")
    assert run("-C", idle, "pause", "--reason", "It has not begun.").code == 0
    said = run("report", "--compare", idle, "--format", "md").out
    assert re.search(r"Engagement is not compared\. Deliveries that are counted: 600 here, 0 there\.", said)
    measured(other / "campaign.db")
    said = run("report", "--compare", other, "--format", "md").out
    assert "| What | Small (autumn) | This campaign |" in said  # both have one title
    assert "No difference that matters in engagement per follower" in said  # it is the same campaign twice
    assert re.search(r"\(100 against 100 posts\)", said)
    with connect(str(other / "campaign.db")) as db:
        db.execute("update meta set value = 'yes' where name = 'simulated'")
    mixed = run("report", "--compare", other, "--format", "md")
    assert (mixed.code, "SIMULATED" in mixed.err) == (1, True)


@pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM: printing is NOT checked (apt install chromium)")
def test_a_pdf_is_printed_whole_or_the_reason_told(campaign: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    measured(campaign / "campaign.db")
    assert run("report", "--format", "pdf", "--since", "2025-01-01", "-o", "a.pdf").code == 0
    printed = (campaign / "a.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 3
    assert run("report", "--format", "pdf", "-o", "-").code == 1
    monkeypatch.setenv("PATH", "")
    without = run("report", "--format", "pdf", "-o", "b.pdf")
    assert (without.code, "apt install chromium" in without.err) == (1, True)


def test_charts_are_the_same_wherever_they_are_drawn(campaign: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the command; in it, where no process can be made, and where the one that was made has gone."""
    database = measured(campaign / "rehearsal.db")
    pages: list[str] = []
    for python in (sys.executable, str(campaign / "no-python"), shutil.which("true")):
        monkeypatch.setattr(sys, "executable", python)
        assert run("report", "--database", database, "--output", campaign / "report.html").code == 0
        pages.append((campaign / "report.html").read_text("utf-8"))
        with pytest.raises(ChildProcessError):  # none is left
            os.waitpid(-1, os.WNOHANG)
    assert pages[0].count("<svg") > 1
    assert pages[0] == pages[1] == pages[2]


def test_the_engine_of_charts_starts_beside_the_report(campaign: Path) -> None:
    """It takes a second, and the figures as long."""
    database = measured(campaign / "rehearsal.db")
    command = ["-C", str(campaign), "report", "--database", str(database)]
    asked = f"import sys; sys.argv[1:] = {command}; import campaign_bot.cli as c\ntry: c.main()\nfinally: print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert told.stderr.startswith("Report: ")
    assert "<svg" in (campaign / "report.en.html").read_text("utf-8")
    assert "vl_convert" not in told.stdout.split()
