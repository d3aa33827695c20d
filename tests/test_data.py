"""The interface for analysts: views as documented, words for every column, a notebook that runs, Datasette that answers."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from campaign_bot.app.explorer import QUESTIONS, in_french, metadata
from campaign_bot.privacy import stored
from campaign_bot.store.base import OutcomeRow
from campaign_bot.store.schema import schema
from tests.campaigns import CAMPAIGN
from tests.database import connect
from tests.stage import DUE, Stage, set_stage

ROOT = Path(__file__).parent.parent
DOCS = (ROOT / "docs" / "data.md").read_text("utf-8")


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A database in which something has happened."""
    with set_stage(tmp_path_factory.mktemp("data")) as stage:
        stage.work(until=timedelta(days=3))
        stage.app.close()
        yield stage


def test_the_views_have_the_columns_that_the_docs_promise() -> None:
    promised = {
        name: re.findall(r"^\| `(\w+)` \|", section, re.M)
        for name, section in re.findall(r"^### (\w+)\n(.*?)(?=^##)", DOCS, re.M | re.S)
    }
    assert promised == schema("view")


def test_every_stored_column_has_a_reason_and_nothing_else_has() -> None:
    for kind in ("table", "view"):
        for name, columns in schema(kind).items():
            table = stored().table(name)
            assert table is not None, f"{name} is stored, and campaign_bot/privacy/stored.yaml does not say why"
            assert (table.keep is not None) == (kind == "table")
            missing = [column for column in columns if stored().column(name, column) is None]
            assert not missing, f"{name}.{missing[:1]} is stored, and campaign_bot/privacy/stored.yaml does not say why"
            assert {one.name for one in table.columns} <= set(columns)
    assert {one.name for one in stored().tables} == set(schema())
    texts = [column.what for table in (*stored().tables, *stored().views) for column in table.columns]
    assert all(what["en"] and what["fr"] for what in texts)


def test_what_may_name_staff_can_be_forgotten_or_is_the_record() -> None:
    for table in stored().tables:
        if any(column.staff for column in table.columns):
            assert table.time in schema()[table.name] or table.name in ("event", "approval")
    named = re.compile(r"person|actor|note|_by$|handle|address|agent|reply_text|user")
    for name, columns in schema().items():
        for column in columns:
            found = stored().column(name, column)
            assert found is not None
            assert found.staff or not named.search(column) or column in ("replaced_by",), (
                f"{name}.{column}: whose name is it?"
            )


@pytest.mark.parametrize("names", QUESTIONS, ids=lambda names: names[0])
def test_every_question_of_the_explorer_reads_documented_views_only_and_has_an_answer(
    worked: Stage, names: tuple[str, str]
) -> None:
    question, sql = QUESTIONS[names]
    assert question["en"].endswith("?") and question["fr"].endswith("?") and question["fr"] != question["en"]
    assert set(re.findall(r"\bfrom (\w+)", sql)) <= set(schema("view"))
    with connect(worked.app.database) as db:
        found = db.execute(sql).fetchall()
        french = db.execute(in_french(sql))
        assert not {column[0] for column in french.description} & {"network", "account", "engagements", "month"}
        assert french.fetchall() == found, "the same answer, in the same order"
    if names[0] in ("by-network", "best-posts", "series-replies", "growth", "cost"):
        assert found


def test_weeks_of_what_happened_elsewhere_are_those_of_the_report() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute("create table outcomes (day text, source text, name text, count integer)")
        days = [date(2020, 12, 28) + timedelta(days=3 * step) for step in range(900)]
        db.executemany("insert into outcomes values (?, 's', 'n', 1)", [(day.isoformat(),) for day in days])
        weeks = {row[0]: row[3] for row in db.execute(QUESTIONS["outcomes", "ailleurs"][1])}
    assert weeks == Counter(f"{(iso := day.isocalendar()).year}-W{iso.week:02d}" for day in days)


def test_the_notebook_s_cells_run_and_say_what_the_report_says(worked: Stage) -> None:
    if importlib.util.find_spec("pandas") is None:
        pytest.skip("pandas is not installed: the notebook was not run")
    cells = json.loads((ROOT / "docs" / "analysis.ipynb").read_text("utf-8"))["cells"]
    assert all(cell["outputs"] == [] for cell in cells if cell["cell_type"] == "code")
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    told = subprocess.run(
        [sys.executable, "-W", "error::FutureWarning", "-c", f"{code}\nprint(age, rates.to_json(orient='index'), sep='\\n')"],
        capture_output=True, text=True,
        env={**os.environ, "CAMPAIGN_DB": str(worked.app.database)},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "6 deliveries, 12 readings (SIMULATED)" in told.stdout
    *_, age, rates = told.stdout.splitlines()
    found = worked.app.evaluation()
    assert found.age == timedelta(hours=float(age))
    report = {one.key: one.by_followers for one in found.groups["network"]}
    for network, rate in json.loads(rates).items():
        said = report[network]
        assert said is not None and said.percent is not None
        assert (rate["engagements"], rate["followers_when_sent"]) == (said.numerator, said.denominator)
        assert rate["per_100_followers"] == round(said.percent, 2)


def test_the_notebook_s_difference_of_medians_says_which_is_taken_from_which() -> None:
    if importlib.util.find_spec("pandas") is None:
        pytest.skip("pandas is not installed: the notebook was not run")
    cells = json.loads((ROOT / "docs" / "analysis.ipynb").read_text("utf-8"))["cells"]
    (cell,) = ("".join(cell["source"]) for cell in cells if "draw.choices" in "".join(cell["source"]))
    rows = [
        {"network": "x", "language": language, "engagements": engagements}
        for language, engagements in (("fr", 10), ("en", 30))
        for _ in range(8)
    ]
    code = f"import pandas as pd\nat_age = pd.DataFrame({rows})\n{cell}"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told == "x: median of en minus median of fr, 95 %: 20.0 to 20.0\n"


def test_the_explorer_answers_in_a_browser_and_cannot_write(worked: Stage) -> None:
    if importlib.util.find_spec("datasette") is None:
        pytest.skip("datasette is not installed: the explorer was not started")
    command = [
        sys.executable, "-m", "campaign_bot", "-C", str(worked.app.directory), "explore", str(worked.app.database),
    ]  # fmt: skip
    process = subprocess.Popen([*command, "--port", "0"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        assert process.stderr is not None
        lines: list[str] = []
        while not any("read-only" in line for line in lines) and (line := process.stderr.readline()):
            lines.append(line)  # it says so as soon as it answers
        assert any("read-only" in line for line in lines), lines
        told = lines[-1]
        (port,) = re.findall(r"http://127\.0\.0\.1:([1-9]\d*)", told)
        page = _page(f"http://127.0.0.1:{port}/a")
        assert "How do engagements grow" in page and "Comment les réactions croissent-elles" in page
        assert "SIMULATED" in page
        told = json.loads(_page(f"http://127.0.0.1:{port}/a/growth.json?_shape=array"))
        assert {row["age_hours"] for row in told} == {1, 24}
        front = _page(f"http://127.0.0.1:{port}/")
        links = re.findall(r'href="(a/[a-z-]+)"', front)
        assert len(links) == 2 * len(QUESTIONS)
        assert "réseau" in _page(f"http://127.0.0.1:{port}/{links[-1].replace('clics', 'croissance')}")
        assert "number of replies; no reply is read or kept" in _page(f"http://127.0.0.1:{port}/a/engagement")
        with pytest.raises(urllib.error.HTTPError):
            _page(f"http://127.0.0.1:{port}/a.json?sql=delete+from+event")
        again = subprocess.run([*command, "--port", port], capture_output=True, text=True, timeout=60, check=False)
        assert (again.returncode, again.stdout) == (1, "")
        assert re.fullmatch(rf"Error: The port {port} cannot be had: .* Choose another with --port\.\n", again.stderr)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def test_the_explorer_s_words_are_in_both_languages(worked: Stage) -> None:
    told = metadata("a", worked.app.library.campaign, simulated=False)["databases"]["a"]
    assert told["tables"]["click"]["columns"]["count"] == "how often · combien de fois"
    assert told["tables"]["daemon"]["hidden"] and not told["tables"]["posts"]["hidden"]


def test_a_database_may_be_called_anything_in_the_explorer(worked: Stage) -> None:
    front = metadata('été 1.5~50%+"><b>', worked.app.library.campaign, simulated=False)["description_html"]
    links = re.findall(r'href="([^"]+)/[a-z-]+"', front)
    assert links == ["~C3~A9t~C3~A9+1~2E5~7E50~25~2B~22~3E~3Cb~3E"] * 2 * len(QUESTIONS)
    assert "<b>" not in front


def test_a_link_that_only_machines_follow_has_no_people_and_not_an_unknown_number_of_them(tmp_path: Path) -> None:
    changed = {"content/campaign.yaml": CAMPAIGN + "links: {domain: https://go.example.org}\n"}
    with set_stage(tmp_path, changed) as stage:
        stage.work()
        first, second, *_ = stage.app.store.links()
        stage.app.store.record_clicks(
            {(date(2027, 1, 19), first.code, "human"): 2, (date(2027, 1, 19), second.code, "bot"): 1}
        )
        with connect(stage.app.database) as db:
            rows = db.execute(QUESTIONS["clicks", "clics"][1]).fetchall()
        assert [row[3:] for row in rows] == [(2, 0), (0, 1)]


def test_an_objective_is_judged_the_same_when_days_of_clicks_are_forgotten(tmp_path: Path) -> None:
    objective = "objectives: [{id: o, text: {en: O, fr: O}, metric: link_clicks, target: 6, by: 2027-02-10}]\n"
    changed = {"content/campaign.yaml": CAMPAIGN + objective + "links: {domain: https://go.example.org}\n"}
    with set_stage(tmp_path, changed) as stage:
        stage.work()
        code = stage.app.store.links()[0].code
        for day in (date(2027, 1, 19), date(2027, 2, 10), date(2027, 2, 11), date(2027, 3, 2)):
            stage.app.store.record_clicks({(day, code, "human"): 2})
        stage.clock.move_to(DUE + timedelta(days=500))
        before = stage.app.evaluation()
        assert [(one.value, one.verdict) for one in before.objectives] == [(4, "not met")]
        assert stage.app.forget()["click.day"] == 3
        assert stage.app.evaluation().objectives == before.objectives
        assert stage.app.evaluation().ladder == before.ladder


def test_names_go_when_their_time_is_over_and_figures_and_the_record_stay(tmp_path: Path) -> None:
    with set_stage(tmp_path) as stage:
        stage.work(until=timedelta(days=2))
        store = stage.app.store
        before = [one.snapshots for one in store.results()]
        store.import_outcomes(
            "o.csv", "0" * 64, [OutcomeRow(date(2027, 1, 18), "site", "sign_up", 40)], person="sam", now=DUE
        )
        with connect(stage.app.database) as db:
            db.execute("insert into link values (?, 'p', 'a', 'https://x.example', 0)", ["c" * 9])
            db.commit()
        for day in (date(2027, 1, 17), date(2027, 1, 30), date(2027, 1, 31), date(2027, 2, 1)):
            store.record_clicks({(day, "c" * 9, "human"): 2})
        stage.clock.move_to(DUE + timedelta(days=500))
        assert stage.app.forget(dry=True) == {"click.day": 3}
        stage.clock.move_to(DUE + timedelta(days=800))
        told = stage.app.forget(dry=True)
        assert told == {"import.person": 1, "click.day": 3}
        assert stage.app.forget() == told
        assert stage.app.forget() == {}
        assert [one.snapshots for one in store.results()] == before
        # From the campaign's first day on, January is a month of its own: the report counts it as it did before.
        assert [(one.day.isoformat(), one.count) for one in store.clicks()] == [
            ("2027-01-01", 2), ("2027-01-18", 4), ("2027-02-01", 2),
        ]  # fmt: skip
        assert [(one.person, one.rows) for one in store.imports()] == [("forgotten", 1)]
        assert store.verify_record().faults == ()
        assert [one.count for one in store.outcomes()] == [40]
