"""Open data: valid, described, without people, small counts left out; a page that everybody can read."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_bot.app import App
from campaign_bot.errors import StateError
from campaign_bot.library.metrics import COUNTS
from campaign_bot.opendata.package import METHOD
from campaign_bot.opendata.public import leads_somewhere
from campaign_bot.opendata.suppress import FLOOR, STEP, small, told, total
from campaign_bot.opendata.words import OUTCOMES, WORDS, Teller
from campaign_bot.rehearsal import STAND_IN, rehearse
from campaign_bot.store.base import DuePoll, OutcomeRow
from tests.campaigns import CAMPAIGN, write_campaign
from tests.database import connect, say_sent
from tests.stage import DUE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
COMMITMENTS = """\
- id: impact-1
  number: 1
  priority: impact
  text: {en: measure what changes, fr: mesurer ce qui change}
  heading: {en: Impact, fr: Impact}
  progress: {en: A first report is out., fr: Un premier rapport est paru.}
  source: {title: Vision, date: "2018"}
- id: impact-2
  number: 2
  priority: impact
  text: {en: tell it, fr: le dire}
  heading: {en: Impact, fr: Impact}
  source: {title: Vision, date: "2018"}
"""
POLL = {
    "content/data/commitments.yaml": COMMITMENTS,
    "content/data/questions.yaml": "- id: q\n  text: {en: What first?, fr: Quoi d’abord?}\n"
    "  options: {en: [=Budget, Transit], fr: [Budget, Transport]}\n",
    "content/series/polls/series.yaml": "title: {en: Polls, fr: Sondages}\npurpose: {en: Ask, fr: Demander}\n"
    "items: {data: questions}\npoll: {}\ncommitments: [impact-1]\n",
    "content/series/polls/post.en.j2": "{{ item.text }} #OpenGov\n",
    "content/series/polls/post.fr.j2": "{{ item.text }} #GouvOuvert\n",
    "content/series/polls/post.bluesky.en.j2": "{{ item.text }} Tell us. #OpenGov\n",
    "content/series/polls/post.bluesky.fr.j2": "{{ item.text }} Dites-le. #GouvOuvert\n",
    "schedules/polls.yaml": 'poll-once:\n  series: polls\n  when: {dates: ["2027-01-19 12:00"]}\n',
    "content/campaign.yaml": CAMPAIGN
    + "open_data: {publisher: {en: The office, fr: Le bureau}, contact: data@office.example}\n",
}


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    directory = tmp_path_factory.mktemp("small")
    done = rehearse(write_campaign(directory, **POLL), directory / "out", seed=7)
    store = done.app.store
    rows = [OutcomeRow(date(2027, 1, day), "site", "sign_up", count) for day, count in ((18, 4), (19, 40), (20, 50))]
    store.import_outcomes("o.csv", "0" * 64, rows, person="sam", now=done.app.clock())
    yield done.app
    done.app.close()
    done.networks.stop()


@pytest.fixture(scope="module")
def exported(rehearsed: App, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("public") / "open"
    rehearsed.export(directory, simulated_ok=True)
    return directory


def table(exported: Path, name: str) -> list[dict[str, str]]:
    with (exported / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_frictionless_finds_nothing_wrong(exported: Path) -> None:
    frictionless = pytest.importorskip(
        "frictionless", reason="frictionless is not installed: the package was not validated"
    )
    told = frictionless.validate(str(exported / "data" / "datapackage.json"))
    assert told.valid, told.flatten(["rowNumber", "fieldNumber", "type", "message"])


def test_frictionless_would_have_found_it(exported: Path, tmp_path: Path) -> None:
    frictionless = pytest.importorskip(
        "frictionless", reason="frictionless is not installed: the package was not validated"
    )
    shutil.copytree(exported / "data", tmp_path / "data")
    file = tmp_path / "data" / "followers.csv"
    file.write_text(file.read_text().replace("Z,", "Z,many", 1))
    assert not frictionless.validate(str(tmp_path / "data" / "datapackage.json")).valid


def test_every_column_is_described_in_both_languages_and_simulated_is_said_everywhere(exported: Path) -> None:
    told = json.loads((exported / "data" / "datapackage.json").read_text("utf-8"))
    assert told["simulated"] is True and "SIMULATED" in told["title"]
    assert told["licenses"][0]["name"] == "CC-BY-4.0" and told["method"] and told["method_fr"]
    for resource in told["resources"]:
        rows = table(exported, resource["name"])
        names = [field["name"] for field in resource["schema"]["fields"]]
        assert all(field["description"] and field["description_fr"] for field in resource["schema"]["fields"])
        assert {row["simulated"] for row in rows} <= {"true"}
        assert all(list(row) == names for row in rows)
    for page in ("index.html", "en.html", "fr.html"):
        assert re.search("SIMULATED|SIMULÉ", (exported / page).read_text("utf-8"))


def test_the_data_are_those_of_the_database(rehearsed: App, exported: Path) -> None:
    results = rehearsed.store.results()
    assert len(table(exported, "posts")) == len(results) == 24
    likes = sum(one.counts.likes or 0 for result in results for one in result.snapshots)
    assert sum(int(row["likes"] or 0) for row in table(exported, "engagement")) == likes
    assert table(exported, "engagement")[0]["impressions"] == "" or "x" in table(exported, "engagement")[0]["account"]
    spent = sum(float(row["usd"]) for row in rehearsed.store.view("spending"))
    assert sum(float(row["usd"]) for row in table(exported, "spending")) == pytest.approx(spent)


def test_nothing_about_people_is_in_it(exported: Path) -> None:
    text = "".join(file.read_text("utf-8") for file in exported.rglob("*") if file.is_file())
    assert STAND_IN not in text and "sam" not in re.findall(r"\w+", text)
    assert {row["approved_by"] for row in table(exported, "posts")} == {"campaign team"}


def test_small_counts_and_what_would_tell_them_are_left_out(exported: Path) -> None:
    assert [(row["day"], row["count"], row["suppressed"]) for row in table(exported, "outcomes")] == [
        ("2027-01-18", "", "true"), ("2027-01-19", "40", "false"), ("2027-01-20", "50", "false"),
    ]  # fmt: skip
    polls = table(exported, "polls")
    assert [(row["label_en"], row["label_fr"], row["polls"]) for row in polls] == [
        ("'=Budget", "Budget", "4"), ("Transit", "Transport", "4"),
    ]  # fmt: skip
    assert len({row["suppressed"] for row in polls}) == 1
    assert all(row["votes"] == "" or not 0 < int(row["votes"]) < FLOOR for row in polls)
    # The total is of what the table tells, so that page and table together tell no more.
    assert "<strong>at least 90</strong>" in (exported / "en.html").read_text("utf-8")
    assert "<strong>au moins\u00a090</strong>" in (exported / "fr.html").read_text("utf-8")


def test_votes_are_told_by_question_alone_and_by_no_account(exported: Path) -> None:
    """41 votes on a question, and 30 and 10 at two of its accounts, would tell that the third has 1."""
    assert table(exported, "polls")
    for file in (exported / "data").glob("*.csv"):
        names = file.read_text("utf-8").splitlines()[0].split(",")
        assert not {"account", "network", "language"} & set(names) or not [name for name in names if "votes" in name], (
            file
        )
    method = json.loads((exported / "data" / "datapackage.json").read_text("utf-8"))
    assert "votes of a single account" in method["method"] and "votes d’un seul compte" in method["method_fr"]


AGES = (timedelta(hours=1),)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[App]:
    """A question that went out on four accounts, on two networks, and closed a day later; nothing of it was read."""
    app = App(write_campaign(tmp_path / "c", **POLL), environ={}, database=tmp_path / "a.db")
    app.clock = lambda: DUE
    app.plan(until=DUE + timedelta(days=2))
    say_sent(app.database)
    assert app.store.due_snapshots(AGES, DUE) == []
    yield app
    app.close()


def told_votes(app: App, account: str, votes: list[int] | None, *, after: timedelta = timedelta(hours=1)) -> None:
    """What the network told so long after the close; None: nothing."""
    (one,) = (one for one in app.store.deliveries() if one.account == account and one.content.parts[0].poll)
    closed = DUE + timedelta(days=2)
    app.store.record_polls([(DuePoll(one.key, account, "1", ("a", "b"), closed), votes)], now=closed + after)


def published_votes(app: App) -> list[str]:
    directory = app.directory.parent / "open"
    app.export(directory)
    votes = [row["votes"] for row in table(directory, "polls")]
    page = (directory / "en.html").read_text("utf-8")
    assert re.findall(r"<dd><span>(\d+)", page) == votes, "the page tells what the table tells"
    return votes


def test_a_question_is_published_once_every_network_has_told_its_votes(asked: App) -> None:
    """75 and 94 today, and 76 and 96 once the last account was read, would tell its 1 and 2."""
    for account, votes in (("mastodon-en", [20, 30]), ("mastodon-fr", [15, 14]), ("x-en", [40, 50])):
        told_votes(asked, account, votes)
        assert published_votes(asked) == []
    told_votes(asked, "x-fr", [1, 2], after=timedelta(days=5))  # the daemon stood still
    assert published_votes(asked) == ["76", "96"]


def test_a_network_that_does_not_tell_in_three_days_holds_no_question_back_and_counts_no_more(asked: App) -> None:
    for account in ("mastodon-en", "mastodon-fr", "x-en"):
        told_votes(asked, account, [20, 30])
    told_votes(asked, "x-fr", None, after=timedelta(days=1))
    assert published_votes(asked) == []
    told_votes(asked, "x-fr", None, after=timedelta(days=3))
    assert published_votes(asked) == ["60", "90"]
    told_votes(asked, "x-fr", [1, 2], after=timedelta(days=4))  # asked again, as after a change of the ages
    assert published_votes(asked) == ["60", "90"]


def test_a_poll_that_left_after_the_first_was_over_changes_nothing(asked: App) -> None:
    with connect(str(asked.database)) as db:
        db.execute("update delivery set state = 'failed', sent_ms = null where account = 'x-fr'")
        db.commit()
    for account in ("mastodon-en", "mastodon-fr", "x-en"):
        told_votes(asked, account, [20, 30])
    assert published_votes(asked) == ["60", "90"]
    with connect(str(asked.database)) as db:
        db.execute("update delivery set state = 'sent', sent_ms = due_ms + 5 * 86400000 where account = 'x-fr'")
        db.commit()
    assert published_votes(asked) == ["60", "90"]
    told_votes(asked, "x-fr", [1, 2])
    assert published_votes(asked) == ["60", "90"]


OWN_WORDS = {"content/campaign.yaml": CAMPAIGN + "outcomes: {pledge: {en: Pledges, fr: Promesses}}\n"}


def signed_up(tmp_path: Path, *files: tuple[str, list[tuple[str, int, int]]]) -> list[tuple[list[str], list[str]]]:
    """What the table and the English page tell after each of these files of (source, day, count)."""
    app = App(write_campaign(tmp_path / "c", **OWN_WORDS), environ={}, database=tmp_path / "a.db")
    found: list[tuple[list[str], list[str]]] = []
    for number, (file, cells) in enumerate(files):
        rows = [OutcomeRow(date(2027, 1, day), source, "pledge", count) for source, day, count in cells]
        app.store.import_outcomes(file, f"{number:064}", rows, person="sam", now=app.clock())
        app.export(tmp_path / "open")
        page = (tmp_path / "open" / "en.html").read_text("utf-8")
        found.append(
            (
                [row["count"] for row in table(tmp_path / "open", "outcomes")],
                re.findall(r"Pledges: <strong>(.*?)</strong>", page),
            )
        )
    app.close()
    return found


def test_the_total_of_outcomes_is_that_of_the_table_and_words_are_the_campaigns_own(tmp_path: Path) -> None:
    """5 here and 45 and 55 there: a total of what was counted would tell of the 5."""
    told = signed_up(tmp_path, ("o.csv", [("fair", 18, 5), ("site", 18, 45), ("site", 19, 55)]))
    assert told == [(["", "40", "50"], ["at least 90"])]
    french = (tmp_path / "open" / "fr.html").read_text("utf-8").replace("&nbsp;", "\u00a0")
    assert "Promesses\u00a0: <strong>au moins\u00a090</strong>" in french


def test_what_happened_before_the_campaign_began_is_not_published(tmp_path: Path) -> None:
    """As in the report: the page must not claim more than that counts."""
    told = signed_up(tmp_path, ("a.csv", [("site", 17, 41), ("site", 18, 57)]))
    assert told == [(["50"], ["at least 50"])]


def test_a_new_day_beside_yesterdays_export_tells_no_small_count(tmp_path: Path) -> None:
    """41 and 57 were known to be 98: 99 would be the first of a new day."""
    before, after = signed_up(tmp_path, ("a.csv", [("site", 18, 41), ("site", 19, 57)]), ("b.csv", [("site", 20, 1)]))
    assert before == (["40", "50"], ["at least 90"])
    assert after == (["40", "50", ""], ["at least 90"])


def test_what_was_left_out_beside_a_small_count_does_not_come_back(tmp_path: Path) -> None:
    """1, 48 and 50: were the 48 hidden for the 1's sake, an 11 would bring it back, and the total of before tells the 1."""
    before, after = signed_up(
        tmp_path, ("a.csv", [("site", 18, 1), ("site", 19, 48), ("site", 20, 50)]), ("b.csv", [("site", 21, 11)])
    )
    assert before == (["", "40", "50"], ["at least 90"])
    assert after == (["", "40", "50", "10"], ["at least 100"])


def test_a_corrected_file_tells_no_small_difference(tmp_path: Path) -> None:
    before, after = signed_up(tmp_path, ("a.csv", [("site", 18, 12)]), ("a.csv", [("site", 18, 15)]))
    assert before == after == (["10"], ["at least 10"])


def test_of_small_counts_alone_no_total_is_told_however_many_there_are(tmp_path: Path) -> None:
    """Ten days of 9: "at least 90" of ten counts of at most 9 would tell each of them."""
    (told,) = signed_up(tmp_path, ("a.csv", [("site", day, 9) for day in range(18, 28)]))
    assert told == ([""] * 10, ["only counts of 1 to 9, not published"])


def test_clicks_of_two_days_beside_each_other_tell_no_small_count(tmp_path: Path) -> None:
    domain = {"content/campaign.yaml": CAMPAIGN + "links: {domain: https://go.example.org}\n"}
    app = App(
        write_campaign(tmp_path / "c", **domain),
        environ={},
        database=tmp_path / "a.db",
        clock=lambda: DUE - timedelta(hours=1),
    )
    app.plan(until=DUE + timedelta(days=1))
    say_sent(app.database)
    first, second, *_ = app.store.links()
    told: list[list[str]] = []
    for day, number in ((18, 51), (19, 3)):
        app.store.record_clicks({(date(2027, 1, day), one.code, "human"): number for one in (first, second)})
        app.export(tmp_path / "open")
        page = (tmp_path / "open" / "en.html").read_text("utf-8")
        told.append([row["count"] for row in table(tmp_path / "open", "clicks")] + re.findall(r"at least (\d+)", page))
    app.close()
    assert told == [["50", "50", "100"], ["50", "50", "100"]]


def test_clicks_on_what_is_not_out_are_not_published(tmp_path: Path) -> None:
    """Neither that there is such a post, nor a total that its table does not have."""
    domain = {"content/campaign.yaml": CAMPAIGN + "links: {domain: https://go.example.org}\n"}
    app = App(write_campaign(tmp_path / "c", **domain), environ={}, clock=lambda: DUE - timedelta(hours=1))
    app.plan(until=DUE + timedelta(days=1))
    say_sent(app.database)
    app.store.record_clicks({(date(2027, 1, 18), one.code, "human"): 30 for one in app.store.links()})
    with connect(str(app.database)) as db:
        db.execute("update delivery set state = 'retracted' where account not in ('mastodon-en', 'mastodon-fr')")
        db.commit()
    app.export(tmp_path / "open")
    app.close()
    assert [row["account"] for row in table(tmp_path / "open", "clicks")] == ["mastodon-en", "mastodon-fr"]
    assert "at least 60" in (tmp_path / "open" / "en.html").read_text("utf-8")


counts = st.integers(0, 60) | st.integers(0, 12)
cells = st.lists(counts, max_size=4)


@given(cells, counts, counts)
def test_a_small_count_could_as_well_be_any_other(others: list[int], one: int, two: int) -> None:
    """Whatever else is published, also the total: 1 to 9 are told alike, and so are all that have the same tens."""
    if told(one) == told(two) and small(one) == small(two):
        assert total([*others, one]) == total([*others, two])
    assert (told(one) is None) == small(one)


@given(cells)
def test_a_total_is_what_the_table_tells_and_no_more_than_was_counted(some: list[int]) -> None:
    found, parts = total(some), [told(count) for count in some]
    assert found is None or (found == sum(part or 0 for part in parts) <= sum(some) and found % STEP == 0)
    assert (found is None) == (None in parts and not any(parts))


def test_simulated_figures_are_no_open_data_unless_that_is_wanted(rehearsed: App, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="SIMULATED"):
        rehearsed.export(tmp_path / "open")
    assert not (tmp_path / "open").exists()


def test_an_address_that_leads_nowhere_is_left_empty_and_the_column_says_why(exported: Path) -> None:
    """A rehearsal's posts were on local networks that are gone: their addresses are of no use, and say what runs here."""
    posts = table(exported, "posts")
    assert {row["state"] for row in posts} == {"sent"}
    assert {row["url"] for row in posts} == {""}
    package = json.loads((exported / "data" / "datapackage.json").read_text("utf-8"))
    (told,) = (field for field in package["resources"][0]["schema"]["fields"] if field["name"] == "url")
    assert "empty" in told["description"] and "vide" in told["description_fr"]
    for file in exported.rglob("*.*"):
        assert not re.search(r"127\.0\.0\.1|localhost|\[::1\]", file.read_text("utf-8")), file


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("https://mastodon.example/@a/1", True), ("https://93.184.215.14/a", True),
        ("http://127.0.0.1:8000/@a/1", False), ("http://[::1]/a", False), ("http://localhost:3000/a", False),
        ("http://x.localhost/a", False), ("http://192.168.1.4/a", False), ("http://mastodon/a", False), ("", False),
        ("http://[", False),
    ],
)  # fmt: skip
def test_only_public_addresses_are_published(address: str, leads: bool) -> None:
    assert leads_somewhere(address) is leads


def test_the_methods_are_told_point_by_point_on_the_page_and_in_the_package(exported: Path) -> None:
    package = json.loads((exported / "data" / "datapackage.json").read_text("utf-8"))
    for language, key in (("en", "method"), ("fr", "method_fr")):
        page = unescape((exported / f"{language}.html").read_text("utf-8"))
        for heading, words in METHOD[language]:
            assert f"<dt>{heading}</dt><dd>{words}</dd>" in page
            assert words in package[key]


def test_what_is_published_whole_is_named_as_what_networks_tell_everybody(exported: Path) -> None:
    """Every count of engagement.csv that is not told in tens is in that list, in both languages and in the docs."""
    package = json.loads((exported / "data" / "datapackage.json").read_text("utf-8"))
    (engagement,) = (one for one in package["resources"] if one["name"] == "engagement")
    described = {field["name"]: field["description"] for field in engagement["schema"]["fields"]}
    whole = {name for name in COUNTS if name in described and "whole tens" not in described[name]}
    assert whole == {"likes", "reposts", "replies", "quotes", "bookmarks", "impressions"}
    docs = (Path(__file__).parent.parent / "docs" / "data.md").read_text("utf-8")
    told = "Likes, reposts, replies, quotes, bookmarks and impressions are told to everybody by the networks"
    assert told in package["method"] and told in " ".join(docs.split())
    assert (
        "les citations, les signets et les affichages sont communiqués à tous par les réseaux" in package["method_fr"]
    )


def test_the_docs_of_the_report_say_that_it_leaves_no_small_count_out() -> None:
    docs = Path(__file__).parent.parent / "docs"
    assert "`report` is for inside, `export` for the public" in (docs / "data.md").read_text("utf-8")
    assert "The report is for inside: it tells every count as it is" in (docs / "evaluation.md").read_text("utf-8")


def test_only_an_export_is_ever_replaced(rehearsed: App, exported: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(StateError, match="something else"):
        rehearsed.export(tmp_path / "mine", simulated_ok=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    shutil.copytree(exported, tmp_path / "again")
    (tmp_path / "again" / "en.html").write_text("old")
    rehearsed.export(tmp_path / "again", simulated_ok=True)
    assert (tmp_path / "again" / "en.html").read_text("utf-8") != "old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["again", "mine"]


def test_a_campaign_in_which_nothing_happened_can_be_published(tmp_path: Path) -> None:
    frictionless = pytest.importorskip(
        "frictionless", reason="frictionless is not installed: the package was not validated"
    )
    app = App(write_campaign(tmp_path / "c"), environ={}, database=tmp_path / "a.db")
    app.export(tmp_path / "open")
    app.close()
    text = (tmp_path / "open" / "fr.html").read_text("utf-8")
    assert "Rien n’est encore paru." in text and "Non mesuré." in text and "nan" not in re.findall(r"\w+", text.lower())
    assert "SIMUL" not in text
    assert frictionless.validate(str(tmp_path / "open" / "data" / "datapackage.json")).valid


def test_drafts_and_withdrawn_words_are_not_published(tmp_path: Path) -> None:
    from tests.stage import ALONE, set_stage

    with set_stage(tmp_path) as stage:
        stage.app.work()
        stage.app.retract(stage.delivery("mastodon-en"), "wrong figure")
        stage.app.queue(["mastodon-en"], "A secret of next week", DUE + timedelta(days=7), (), allow=ALONE)
        stage.app.export(tmp_path / "open", simulated_ok=True)
        told = {row["account"]: row for row in table(tmp_path / "open", "posts")}
        assert len(told) == 6
        assert (told["mastodon-en"]["state"], told["mastodon-en"]["text"], told["mastodon-en"]["url"]) == (
            "retracted",
            "",
            "",
        )
        every = "".join(file.read_text("utf-8") for file in (tmp_path / "open").rglob("*") if file.is_file())
        assert "secret" not in every and "wrong figure" not in every


class Page(HTMLParser):
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


@pytest.mark.parametrize("name", ["index", "en", "fr"])
def test_the_page_stands_alone_and_its_links_lead_somewhere(exported: Path, name: str) -> None:
    page = Page((exported / f"{name}.html").read_text("utf-8"))
    assert page.open == []
    assert not [attrs for tag, attrs in page.tags if tag == "a" and "127.0.0.1" in (attrs["href"] or "")]  # gone by now
    assert not [tag for tag, attrs in page.tags if tag in ("script", "iframe", "img") or "src" in attrs]
    for href in (attrs["href"] or "" for tag, attrs in page.tags if tag in ("a", "link")):
        if not href.startswith(("http", "#")):
            assert (exported / href).is_file()
        if href.startswith("#"):
            assert [1 for _, attrs in page.tags if attrs.get("id") == href[1:]]


def test_the_page_says_what_came_of_the_commitments_in_both_languages(exported: Path) -> None:
    english, french = ((exported / f"{language}.html").read_text("utf-8") for language in ("en", "fr"))
    assert "A first report is out." in english and "Un premier rapport est paru." in french
    assert "Posts that are out: 1 of 1" in english and "Publications parues\u00a0:\u00a01 sur 1" in french
    assert "data@office.example" in english and "Publié par Le bureau." in french
    assert "No post was about it" in english and "Aucune publication n’en a parlé" in french, "the campaign is over"
    assert "encore" not in french and " yet" not in english
    assert "counts at each" not in english, "no post is about two of them"


def test_a_post_about_two_commitments_counts_at_each_and_the_page_says_so(tmp_path: Path) -> None:
    about_both = {**POLL, "content/series/polls/series.yaml": POLL["content/series/polls/series.yaml"].replace(
        "[impact-1]", "[impact-1, impact-2]")}  # fmt: skip
    app = App(write_campaign(tmp_path / "c", **about_both), environ={}, database=tmp_path / "a.db")
    app.clock = lambda: datetime(2027, 1, 18, 12, tzinfo=UTC)
    app.plan(until=datetime(2027, 1, 30, tzinfo=UTC))
    app.export(tmp_path / "open")
    app.close()
    english, french = ((tmp_path / "open" / f"{language}.html").read_text("utf-8") for language in ("en", "fr"))
    assert english.count("Posts that are out: 0 of 1") == 2 and "counts at each of them" in english
    assert "compte pour chacun" in french and "Rien n’est encore paru." in french


def test_amounts_have_their_cents_in_both_languages() -> None:
    assert [Teller(language, "CA").usd(1234.5) for language in ("en", "fr")] == ["1,234.50", "1\u00a0234,50"]


def test_french_typography(exported: Path) -> None:
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", (exported / "fr.html").read_text("utf-8"), flags=re.S)
    assert not re.findall(r"\w :|« | »|\w'\w", text)


def test_every_word_is_there_in_both_languages() -> None:
    for english, french in (*WORDS.values(), *OUTCOMES.values()):
        assert english and french
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", french))


#: What one would have to scroll sideways to see all of.
CUT = """[...document.querySelectorAll('main *')].filter(one => one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 80))"""


@pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: the public page was not looked at with axe (apt-get install chromium)"
)
def test_axe_finds_nothing_on_a_desk_and_on_a_phone(exported: Path) -> None:
    axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, width, scheme in product(("index", "en", "fr"), (1280, 660, 390), ("light", "dark")):
            tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            tab.goto((exported / f"{name}.html").as_uri())
            tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            found: Any = axe_module.Axe().run(tab)
            assert found.violations_count == 0, f"{name} at {width}, {scheme}: {found.generate_report()}"
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways at {width}"
            assert tab.evaluate(CUT) == [], f"{name} at {width}"
            tab.close()
        browser.close()
