"""import: whole or not at all, twice is once, a correction replaces, and back again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaign_bot.app import App
from campaign_bot.errors import CampaignBotError, ContentError
from campaign_bot.model import Outcome
from campaign_bot.outcomes import OutcomeFile
from tests.cli.conftest import Run

TODAY = date(2027, 2, 1)
HEADER = "day,source,name,count\n"


@pytest.fixture(autouse=True)
def begun(campaign: Path) -> None:
    """The campaign began before the days that are imported."""
    settings = campaign / "content" / "campaign.yaml"
    settings.write_text(settings.read_text("utf-8").replace("starts: 2027-01-18", "starts: 2026-01-05"), "utf-8")


def outcomes(campaign: Path) -> list[tuple[str, int]]:
    app = App(campaign, environ={})
    found = [(one.name, one.count) for one in app.store.outcomes()]
    app.close()
    return found


def test_a_file_is_kept_and_the_same_file_again_changes_nothing(run: Run, campaign: Path) -> None:
    Path("o.csv").write_text(HEADER + "2026-01-18,site,sign_up,4\n2026-01-19,site,download,0\n")
    assert "Import 1: 2 rows" in run("import", "o.csv").out
    again = run("import", "o.csv")
    assert (again.code, "imported before, as import 1" in again.out) == (0, True)
    assert outcomes(campaign) == [("sign_up", 4), ("download", 0)]


def test_a_corrected_file_takes_the_place_of_the_one_before_and_undo_brings_that_back(run: Run, campaign: Path) -> None:
    Path("o.csv").write_text(HEADER + "2026-01-18,site,sign_up,4\n2026-01-19,site,download,9\n")
    run("import", "o.csv")
    Path("o.csv").write_text(HEADER + "2026-01-18,site,sign_up,5\n")
    run("import", "o.csv")
    assert outcomes(campaign) == [("sign_up", 5)]
    undone = run("import", "--undo", 2)
    assert "Import 1 (o.csv), which it had replaced, counts again." in undone.out
    assert outcomes(campaign) == [("sign_up", 4), ("download", 9)]
    assert run("import", "--undo", 2).code == 1
    assert [one["state"] for one in run("import", "--list", "--json").json] == ["in force", "undone"]
    app = App(campaign, environ={})
    assert [one.action for one in app.store.events() if "import" in one.subject] == [
        "imported",
        "imported",
        "import-undone",
    ]
    app.close()


def test_a_name_that_nothing_counts_is_kept_and_warned_of(run: Run, campaign: Path) -> None:
    Path("o.csv").write_text(HEADER + "2026-01-18,site,download,4\n2026-01-18,site,sing_up,4\n")
    dry = run("import", "--dry-run", "o.csv")
    assert (dry.code, "It can be imported: 2 rows" in dry.out) == (0, True)
    told = run("import", "o.csv")
    assert "o.csv:3:1: warning: Nothing counts “sing_up” so far" in told.err and "Did you mean sign_up?" in told.err
    assert (told.code, "import --undo 1" in told.out) == (0, True)
    Path("o.csv").write_text(HEADER + "2026-01-18,site,sing_up,5\n")
    assert run("import", "o.csv", "--json").json["warnings"] == [], "who has seen it is not asked again"


def test_a_day_before_the_campaign_is_warned_of(run: Run, campaign: Path) -> None:
    Path("o.csv").write_text(HEADER + "2026-01-18,site,download,4\n2017-02-04,site,download,4\n")
    told = run("import", "o.csv")
    assert (told.code, "o.csv:3:1: warning: 2017-02-04 is before the campaign began (2026-01-05)" in told.err) == (
        0,
        True,
    )


def test_a_metric_of_an_objective_is_a_name_that_counts(run: Run, campaign: Path) -> None:
    settings = Path("content/campaign.yaml")
    objective = "{id: o, text: {en: T, fr: T}, metric: petition, target: 5, by: 2027-01-30}"
    words = "outcomes: {petition: {en: Petitions, fr: Pétitions}}"
    settings.write_text(f"{settings.read_text('utf-8')}objectives: [{objective}]\n{words}\n", "utf-8")
    Path("o.csv").write_text(HEADER + "2026-01-18,site,petition,4\n")
    assert run("import", "o.csv").err == ""


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-01-18,=HYPERLINK(1),sign_up,4", "begins with “=”"),
        ("2026-01-18,@site,sign_up,4", "begins with “@”"),
        ("2026-01-18,site,likes,4", "“likes” is counted by the networks"),
    ],
)
def test_what_would_be_a_formula_or_counted_twice_is_refused(run: Run, campaign: Path, row: str, words: str) -> None:
    Path("o.csv").write_text(HEADER + row + "\n")
    told = run("import", "o.csv")
    assert (told.code, words in told.err) == (1, True)
    assert outcomes(campaign) == []


def test_what_another_file_tells_already_would_count_twice(run: Run, campaign: Path) -> None:
    Path("a.csv").write_text(HEADER + "2026-01-18,site,sign_up,4\n")
    Path("b.csv").write_text(HEADER + "2026-01-18,site,sign_up,7\n")
    run("import", "a.csv")
    refused = run("import", "b.csv")
    assert (refused.code, "is in a.csv already" in refused.err) == (1, True)
    assert outcomes(campaign) == [("sign_up", 4)]


def test_all_rows_that_another_file_has_are_counted(run: Run, campaign: Path) -> None:
    rows = "".join(f"2026-01-18,site{number},sign_up,4\n" for number in range(1200))
    Path("a.csv").write_text(HEADER + rows)
    Path("b.csv").write_text(HEADER + rows.replace(",4", ",5") + "2026-01-19,site,sign_up,4\n")
    run("import", "a.csv")
    told = run("import", "b.csv")
    assert "b.csv has 1,200 errors; nothing was imported. The first 10 are shown." in told.err
    assert told.err.count("is in a.csv already") == 10


def test_everything_wrong_is_told_at_once_with_its_place_and_nothing_is_kept(run: Run, campaign: Path) -> None:
    lines = ["2026-01-18,site,sign_up,4", "18/01/2026,site,Sign Up,-3", "2026-01-19,jo@example.org,sign_up,1 200",
             "2026-01-18,site,sign_up,4", "2026-01-20,s", "2999-01-01,site,sign_up,1"]  # fmt: skip
    Path("o.csv").write_text(HEADER + "\n".join(lines))
    told = run("import", "o.csv")
    places = [line.split(": ")[0] for line in told.err.splitlines() if line.startswith("o.csv:")]
    assert places == [
        "o.csv:3:1",
        "o.csv:3:17",
        "o.csv:3:25",
        "o.csv:4:12",
        "o.csv:4:35",
        "o.csv:5:1",
        "o.csv:6:1",
        "o.csv:7:1",
    ]
    assert "jo@example.org" not in told.err
    assert (told.code, outcomes(campaign)) == (1, [])


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffday;source;name;count\r\n2026-01-18;café;sign_up;4\r\n".encode(),
        "jour\tsource\tnom\tnombre\n2026-01-18\tcafé\tsign_up\t4\n".encode("utf-16"),
        'count,name,"source",day\n"4",sign_up,"café",2026-01-18\n\n'.encode(),
        "sep=;\r\nday;source;name;count\r\n2026-01-18;café;sign_up;4\r\n".encode(),
        "\n\nday,source,name,count\n2026-01-18,café,sign_up,4\n".encode(),
        "day;source;name;count\r\n2026-01-18;café;sign_up;4\r\n".encode("utf-16-le"),
        "day;source;name;count\r\n2026-01-18;café;sign_up;4\r\n".encode("utf-16-be"),
    ],
)
def test_what_spreadsheets_write_is_read(run: Run, campaign: Path, data: bytes) -> None:
    Path("o.csv").write_bytes(data)
    assert run("import", "o.csv").code == 0
    app = App(campaign, environ={})
    assert app.store.outcomes() == [Outcome(date(2026, 1, 18), "café", "sign_up", 4)]
    app.close()


def test_another_encoding_is_named_with_the_first_byte_that_shows_it(run: Run, campaign: Path) -> None:
    Path("o.csv").write_bytes((HEADER + "2026-01-18,café,sign_up,4\n").encode("cp1252"))
    told = run("import", "o.csv")
    assert "o.csv:2:15" in told.err and "é" in told.err and "--encoding cp1252" in told.err
    assert run("import", "o.csv", "--encoding", "cp1252").code == 0
    assert run("import", "o.csv", "--encoding", "klingon").err.startswith("Error: “klingon” is no encoding.")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_half_a_letter_at_the_end_is_not_laid_to_another_encoding(run: Run, campaign: Path, encoding: str) -> None:
    Path("o.csv").write_bytes((HEADER + "2026-01-18,café,sign_up,4\n").encode(encoding)[:-1])
    told = run("import", "o.csv")
    assert told.code == 1
    assert "UTF-16, and a part of it is missing" in told.err
    assert "1252" not in told.err


def test_a_mark_of_utf_8_wins_over_the_encoding_that_was_asked_for(run: Run, campaign: Path) -> None:
    Path("o.csv").write_bytes(("\ufeff" + HEADER + "2026-01-18,café,sign_up,4\n").encode())
    assert run("import", "o.csv", "--encoding", "cp1252").code == 0
    app = App(campaign, environ={})
    assert [one.source for one in app.store.outcomes()] == ["café"]
    app.close()


def test_lines_are_counted_from_the_top_of_the_file(run: Run, campaign: Path) -> None:
    Path("o.csv").write_text("sep=,\n\n" + HEADER + "2026-01-18,site,sign_up,x\n")
    assert "o.csv:4:25" in run("import", "o.csv").err


@pytest.mark.parametrize("rows", [2, 9000])
def test_a_quote_that_is_not_closed_is_told_where_it_opens(run: Run, campaign: Path, rows: int) -> None:
    Path("o.csv").write_text(
        HEADER + "2026-01-18,site,sign_up,4\n" + '2026-01-19,"site,sign_up,4\n' + "2026-01-20,site,sign_up,4\n" * rows
    )
    told = run("import", "o.csv")
    assert "o.csv:3:1" in told.err and "Is a quote opened here that is not closed?" in told.err


def test_a_copy_of_a_file_that_is_in_force_changes_nothing(run: Run, campaign: Path) -> None:
    Path("o.csv").write_text(HEADER + "2026-01-18,site,sign_up,4\n")
    run("import", "o.csv")
    Path("copy.csv").write_text(Path("o.csv").read_text())
    again = run("import", "copy.csv")
    assert again.code == 0
    assert "copy.csv is the same as o.csv, which counts as import 1. Nothing was changed." in again.out
    assert "still counts" not in again.out
    assert outcomes(campaign) == [("sign_up", 4)]


def test_who_names_a_known_file_as_another_one_is_told_that_the_other_still_counts(run: Run, campaign: Path) -> None:
    """o.csv was corrected, but its new content came under another name first: o.csv as it was counts too."""
    Path("o.csv").write_text(HEADER + "2026-01-18,site,sign_up,4\n")
    run("import", "o.csv")
    Path("new.csv").write_text(HEADER + "2026-01-19,site,sign_up,5\n")
    run("import", "new.csv")
    Path("o.csv").write_text(Path("new.csv").read_text())
    told = run("import", "o.csv")
    assert "o.csv is the same as new.csv, which counts as import 2." in told.out
    assert "What o.csv said before, import 1, still counts beside it." in told.out
    assert "import --undo 1" in told.out
    assert sum(count for _, count in outcomes(campaign)) == 9
    assert run("import", "o.csv", "--json").json["still_counts"] == 1
    run("import", "--undo", 1)
    assert outcomes(campaign) == [("sign_up", 5)]
    assert run("import", "o.csv", "--json").json["still_counts"] is None


def test_programs_get_json_of_all_that_it_does(run: Run, campaign: Path) -> None:
    Path("o.csv").write_text(HEADER + "2026-01-18,site,sign_up,4\n")
    dry = run("import", "--dry-run", "--json", "o.csv").json
    assert (dry["rows"], dry["total"], dry["new"], dry["warnings"]) == (1, 4, False, [])
    made = run("import", "--json", "o.csv").json
    assert (made["id"], made["new"], made["at"][10]) == (1, True, "T")
    assert run("import", "--undo", 1, "--json").json == {"undone": 1, "in_force_again": []}


def test_a_workbook_is_told_from_a_csv(run: Run, campaign: Path) -> None:
    Path("o.csv").write_bytes(b"PK\x03\x04\x14\x00")
    assert "o.csv is a workbook, no CSV. Save its sheet as “CSV UTF-8”." in run("import", "o.csv").err


def test_a_row_can_be_put_down_to_a_post_that_exists(run: Run, campaign: Path) -> None:
    settings = Path("content/campaign.yaml")
    settings.write_text(settings.read_text("utf-8").replace("starts: 2026-01-05", "starts: 2027-01-18"), "utf-8")
    run("plan", "--until", "2027-01-31")
    Path("o.csv").write_text("day,source,name,count,post\n2026-01-18,site,sign_up,4,fact-2027-01-18\n")
    assert "Did you mean facts-2027-01-18?" in run("import", "o.csv").err
    Path("o.csv").write_text("day,source,name,count,post\n2026-01-18,site,sign_up,4,facts-2027-01-18\n")
    assert run("import", "o.csv").code == 0


@pytest.mark.parametrize(
    ("text", "words"), [("", "No row"), (HEADER, "No row"), ("a,b\n1,2\n", "The column day is missing")]
)
def test_nothing_in_it_or_other_columns(run: Run, campaign: Path, text: str, words: str) -> None:
    Path("o.csv").write_text(text)
    told = run("import", "o.csv")
    assert (told.code, words in told.err) == (1, True)


def test_a_dry_run_keeps_nothing(run: Run, campaign: Path) -> None:
    Path("o.csv").write_text(HEADER + "2026-01-18,site,sign_up,4\n")
    assert "1 row, 4 in all. Nothing was imported." in run("import", "--dry-run", "o.csv").out
    assert outcomes(campaign) == []


def test_many_problems_are_counted_and_the_first_are_shown(run: Run, campaign: Path) -> None:
    Path("o.csv").write_text(HEADER + "x,site,sign_up,4\n" * 1000)
    told = run("import", "o.csv")
    assert "has 1,000 errors" in told.err and "The first 50 are shown." in told.err


def test_a_file_that_changes_between_check_and_reading_is_not_kept_in_part(tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text(HEADER + "2026-01-18,site,sign_up,4\n")
    outcome_file = OutcomeFile(file, encoding="utf-8", posts=(), today=TODAY)
    assert outcome_file.check().problems == []
    file.write_text(HEADER + "2026-01-18,site,sign_up,4\nnonsense\n")
    with pytest.raises(CampaignBotError, match="changed while it was read"):
        list(outcome_file.rows())
    file.write_text(HEADER + "2026-01-18,site,sign_up,4\n2026-01-19,site,sign_up,4\n")
    with pytest.raises(CampaignBotError, match="changed while it was read"):
        list(outcome_file.rows())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300) | st.text(alphabet='day,source;"\n\r\t 0123456789-é', max_size=200).map(
    lambda text: ("day,source,name,count\n" + text).encode()))  # fmt: skip
@example(b"PK\x03\x04")
def test_whatever_is_in_the_file_there_is_a_place_or_rows(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "o.csv"
    file.write_bytes(data)
    if data.startswith(b"PK\x03\x04"):
        with pytest.raises(CampaignBotError, match="workbook"):
            OutcomeFile(file, encoding="utf-8", posts=(), today=TODAY)
        return
    outcome_file = OutcomeFile(file, encoding="utf-8", posts=(), today=TODAY)
    found = outcome_file.check()
    assert bool(found.problems) != bool(found.rows) or (found.rows and found.problems)
    if not found.problems:
        assert len(list(outcome_file.rows())) == found.rows


def test_nothing_half_is_kept_when_the_check_raises(campaign: Path) -> None:
    app = App(campaign, environ={})
    Path("o.csv").write_text(HEADER + "2026-01-18,site,sign_up,4\n2026-01-18,site,sign_up,4\n")
    with pytest.raises(ContentError):
        app.import_outcomes(Path("o.csv"))
    assert app.store.imports() == []
    app.close()
