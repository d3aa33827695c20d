"""The whole road on a small campaign: real files, real clients over HTTP, real SQLite; and what the report makes of it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from campaign_bot import plan
from campaign_bot.errors import ContentError, StoreError
from campaign_bot.model import State
from campaign_bot.rehearsal import STAND_IN, Rehearsed, rehearse
from campaign_bot.report import render
from campaign_bot.report.words import METHODS, SENTENCES, WORDS
from campaign_bot.store.sqlite import SqliteStore
from tests.campaigns import FILES, write_campaign
from tests.database import connect


def close(done: Rehearsed) -> None:
    done.app.close()
    done.networks.stop()


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsed]:
    directory = tmp_path_factory.mktemp("small")
    done = rehearse(write_campaign(directory), directory / "out", seed=7)
    yield done
    close(done)


def test_everything_planned_is_sent_once_and_on_time(rehearsed: Rehearsed) -> None:
    results = rehearsed.app.store.results()
    assert len(results) == 18
    assert {one.state for one in results} == {State.SENT}
    assert all(one.sent == one.due for one in results)
    truth = rehearsed.networks.world.posts
    assert sorted((post.account, post.text) for post in truth) == sorted(
        (one.account, one.content.text) for one in results
    )


def test_counts_are_read_at_every_age_and_marked_simulated(rehearsed: Rehearsed) -> None:
    with connect(rehearsed.database) as db:
        assert db.execute("select count(*), min(simulated) from snapshot").fetchone() == (36, 1)
        assert db.execute("select min(simulated) from receipt").fetchone() == (1,)
        assert db.execute("select value from meta where name = 'simulated'").fetchone() == ("yes",)
        people = {row[0] for row in db.execute("select distinct person from approval")}
    assert people == {STAND_IN}


def test_unknown_counts_are_null(rehearsed: Rehearsed) -> None:
    with connect(rehearsed.database) as db:
        told = dict(db.execute("select network, count(impressions) from engagement group by network"))
    assert told == {"bluesky": 0, "mastodon": 0, "x": 12}


def test_no_secret_is_in_the_database(rehearsed: Rehearsed) -> None:
    dump = rehearsed.database.read_bytes()
    secrets = [secret for account in rehearsed.networks.world.accounts.values() for secret in account.secrets.values()]
    assert not [secret for secret in secrets if secret.encode() in dump]


def test_the_same_seed_gives_the_same_figures_and_another_seed_others(rehearsed: Rehearsed, tmp_path: Path) -> None:
    directory = write_campaign(tmp_path / "again")
    same, other = (rehearse(directory, tmp_path / str(seed), seed=seed) for seed in (7, 8))
    try:
        told = [render(one.app.evaluation(), format="csv", language="en") for one in (rehearsed, same, other)]
    finally:
        close(same)
        close(other)
    # Ids, and so addresses, are given in the order in which accounts happen to be served.
    figures = [[{**row, "url": ""} for row in csv.DictReader(io.StringIO(text))] for text in told]
    assert figures[0] == figures[1]
    assert figures[0] != figures[2]


def test_a_real_database_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    SqliteStore(tmp_path / "out" / "rehearsal.db").close()
    with pytest.raises(StoreError, match="real networks"):
        rehearse(write_campaign(tmp_path / "small"), tmp_path / "out", seed=1)


def test_bad_files_stop_it_before_anything_is_written(tmp_path: Path) -> None:
    directory = write_campaign(tmp_path / "small", **{"schedules/weekly.yaml": "a: {series: no, when: {}}"})
    with pytest.raises(ContentError):
        rehearse(directory, tmp_path / "out", seed=1)
    assert not (tmp_path / "out").exists()


def test_what_the_stand_in_could_not_approve_is_told_by_its_name(tmp_path: Path) -> None:
    facts = """\
- id: one
  text: {en: Each decision of the town council is published with its reasons., fr: Chaque décision du conseil municipal est publiée avec ses motifs.}
- id: two
  text: {en: Each decision of the town council is published with its reasons!, fr: Chaque décision du conseil municipal est publiée avec ses motifs!}
"""
    plain = FILES["content/series/facts/series.yaml"].partition("pictures:")[0]
    twice = {"content/data/facts.yaml": facts, "content/series/facts/series.yaml": plain}
    done = rehearse(write_campaign(tmp_path / "small", **twice), tmp_path / "out", seed=1)
    close(done)
    assert "facts-2027-01-21@mastodon-en" in done.not_approved
    assert all(re.fullmatch(r"facts-[0-9-]+@[a-z-]+", name) for name in done.not_approved)


class Page(HTMLParser):
    """What a page holds that a test asks about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "img", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_is_whole_self_contained_and_says_simulated(rehearsed: Rehearsed, language: str) -> None:
    text = render(rehearsed.app.evaluation(), format="html", language=language)
    page = Page(text)
    assert page.open == []
    assert ("html", {"lang": language}) in page.tags
    assert not [tag for tag, attrs in page.tags if tag in ("script", "link", "iframe") or "src" in attrs]
    assert "@import" not in text
    charts = [attrs for tag, attrs in page.tags if tag == "svg"]
    # Those with a row for each name are drawn for a desk and for a phone; one of the two is shown.
    assert len([one for one in charts if one["class"] != "chart small"]) == 4
    assert len([one for one in charts if one["class"] == "chart small"]) == 3
    assert all(attrs["role"] == "img" for attrs in charts)
    assert sum(tag == "desc" for tag, _ in page.tags) == len(charts)
    assert WORDS["simulated"][language == "fr"] in text


def test_markdown_json_and_csv_tell_the_same(rehearsed: Rehearsed) -> None:
    evaluation = rehearsed.app.evaluation()
    told = json.loads(render(evaluation, format="json", language="en"))
    assert (told["simulated"], told["total"]["sent"], told["age_hours"]) == (True, 18, 24)
    rows = list(csv.DictReader(io.StringIO(render(evaluation, format="csv", language="en"))))
    # Readings of an account wait for each other a little; within a tenth of the age they are that age's.
    day = {
        (row["post"], row["account"]): row
        for row in rows
        if row["age_hours"] and 0.9 <= float(row["age_hours"]) / 24 <= 1.1
    }
    total = sum(
        int(row[name] or 0) for row in day.values() for name in ("likes", "reposts", "replies", "quotes", "bookmarks")
    )
    assert told["total"]["engagements"] == total
    assert f"{total:,}" in render(evaluation, format="md", language="en")
    assert "SIMULÉ" in render(evaluation, format="md", language="fr")


def test_a_campaign_in_which_nothing_happened_has_a_report(tmp_path: Path) -> None:
    from campaign_bot.app import App

    app = App(write_campaign(tmp_path / "small"), environ={}, database=tmp_path / "a.db")
    for form in ("html", "md", "json", "csv"):
        text = render(app.evaluation(), format=form, language="fr")
        assert not re.search(r"\b(nan|inf)\b", text.lower())
    assert "Rien n’est encore prévu." in render(app.evaluation(), format="md", language="fr")
    app.close()


def test_every_word_is_there_in_both_languages() -> None:
    pairs = [pair for name, pair in {**WORDS, **SENTENCES}.items() if name != "group"] + list(METHODS)
    assert all(english and french for english, french in pairs)
    for english, french in [*SENTENCES.values(), *METHODS]:
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", french))


def test_the_languages_side_by_side_are_of_the_period(rehearsed: Rehearsed) -> None:
    whole, nothing = rehearsed.app.annex(), rehearsed.app.annex(since=rehearsed.app.clock())
    assert whole.parity is not None and nothing.parity is not None
    assert whole.parity.complete.whole > 0 == nothing.parity.complete.whole


def test_the_shipped_campaign_never_says_the_same_sentence_twice_in_a_row() -> None:
    from campaign_bot.app import App

    root = Path(__file__).parent.parent
    app = App(root, environ={}, clock=lambda: datetime(2027, 1, 17, tzinfo=UTC), sandbox=True)
    found = plan.desired(app.library, app.network, after=app.clock(), until=app.campaign_end())
    texts = {draft.content.text for one in found.planned for draft in one.drafts}
    app.close()
    assert texts
    assert not [text for text in texts if re.search(r"([^.!?]{6,}[.!?])\s+\1", text)]
