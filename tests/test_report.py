"""The report as people and programs get it: by its schema, in both languages, and fit for those who cannot see it."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
from datetime import timedelta
from itertools import product, takewhile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from markupsafe import escape

from campaign_bot.evaluate import Evaluation, Facts, evaluate, with_texts
from campaign_bot.evaluate.experiments import ExperimentResult
from campaign_bot.evaluate.versus import versus
from campaign_bot.library.files import Objective, OutsideBenchmark, Source
from campaign_bot.model import Measured, State
from campaign_bot.opendata.words import WORDS as PAGE_WORDS
from campaign_bot.parity import Incomplete, Side, parity
from campaign_bot.report import render
from campaign_bot.report.annex import WORDS as ANNEX_WORDS
from campaign_bot.report.annex import Annex
from campaign_bot.report.charts import bars, intervals, lines
from campaign_bot.report.methods import METHODS
from campaign_bot.report.sentences import SENTENCES
from campaign_bot.report.texts import WORDS
from campaign_bot.report.words import Speaker
from campaign_bot.values import replace
from tests.test_ending_experiments import WON, ended
from tests.test_evaluate import CAMPAIGN, DUE, counts, posts
from tests.test_experiments import SENT, judged

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "report.schema.json").read_text(encoding="utf-8"))
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


#: What one would have to scroll sideways.
CUT = """[...document.querySelectorAll('.table, figure, main, blockquote')].filter(one => one.scrollWidth > one.clientWidth + 1)
  .map(one => one.innerText.slice(0, 60))"""
#: Words in charts that are smaller than 11 pixels, as they are seen.
SMALL = """[...document.querySelectorAll('svg.chart')].filter(one => one.clientWidth).flatMap(one =>
  [...one.querySelectorAll('text')].filter(text => text.getBoundingClientRect().height < 11).map(text => text.textContent))"""
#: Words in charts that are not wholly inside.
OUTSIDE = """[...document.querySelectorAll('svg.chart')].filter(one => one.clientWidth).flatMap(one => {
  const all = one.getBoundingClientRect();
  return [...one.querySelectorAll('text')].filter(text => { const box = text.getBoundingClientRect();
    return box.left < all.left - 1 || box.right > all.right + 1 || box.bottom > all.bottom + 1; }).map(text => text.textContent); })"""


def made(measured: list[Measured], **facts: Any) -> Evaluation:
    goals = tuple(
        Objective(id=f"goal-{metric.replace('_', '-')}", text={"en": "Goal", "fr": "But"}, metric=metric, target=900,
                  by=(DUE + timedelta(days=80)).date())
        for metric in ("engagements", "sign_up", "punctual_percent")
    )  # fmt: skip
    campaign = CAMPAIGN.model_copy(update={"objectives": goals})
    now = DUE + timedelta(days=40)
    return evaluate(campaign, measured, titles={}, now=now, facts=Facts(simulated=True, **facts))


def experiments() -> list[ExperimentResult]:
    """Won, lost, ended undecided with a block that the end cut and others that wait, not begun, and void."""
    cut = (2, "asks", {"left_as": "draft", "state": State.DRAFT, "sent": None, "reads": ()})
    found = [
        judged(WON), judged([(b, a) for a, b in WON]), ended(WON[:3], cut), ended(WON, now=SENT + timedelta(days=4)),
        replace(judged([]), declared=None), replace(judged(WON), changed=True), replace(ended(WON), changed=True),
    ]  # fmt: skip
    return [replace(one, question={"en": "?", "fr": "?"}) for one in found]


def full() -> Evaluation:
    """A bit of everything."""
    some = [
        *posts(20, engaged=[40, 55, 48, 61], series="asks", question=True, network="x", account="x-en", url="https://x.example/1"),
        *posts(20, engaged=[10, 14, 9], begin=50, account="mastodon-fr", language="fr"),
        *posts(20, engaged=[10, 14, 9], begin=120, network="x", account="x-en"),
        *posts(2, engaged=[5], begin=90, network="bluesky", account="bluesky-en", state=State.FAILED),
    ]  # fmt: skip
    now = made(some, spent={"x": 1.5}, experiments=[judged([(20, 40)] * 30)])
    return replace(now, versus=versus(now, made(some[:15])))


def gone(hours: float) -> list[Measured]:
    """Posts that were read once, and vanished from their network before a day had passed."""
    return [replace(one, gone=True, reads=((hours, counts(likes=4)),)) for one in posts(12, engaged=[4])]


EVALUATIONS = {
    "nothing": lambda: made([]),
    "one post": lambda: made(posts(1, engaged=[3])),
    "all zero": lambda: made(posts(20, engaged=[0])),
    "all unknown": lambda: made([replace(one, reads=((24.0, counts()),)) for one in posts(20, engaged=[0])]),
    "no followers": lambda: made([replace(one, followers=None) for one in posts(20, engaged=[1, 5])]),
    "all gone": lambda: made(gone(1.0)),
    "at no age": lambda: made(gone(3.0)),
    "experiments": lambda: made(posts(1, engaged=[3]), experiments=experiments()),
    "everything": full,
}


def test_followers_that_are_known_are_told_where_nothing_else_is() -> None:
    counted = [("mastodon-en", DUE, 200), ("mastodon-en", DUE + timedelta(days=9), 230)]
    unread = [replace(one, reads=()) for one in posts(3, engaged=[0])]
    for language, words, none in (
        ("en", ("went from 200 to 230", "No counts are known yet.", "followers: +30"), "Not measured."),
        ("fr", ("de 200 à 230", "Aucun chiffre n’est encore connu.", "abonnés : +30"), "Non mesuré."),
    ):

        def stage(found: Evaluation, language: str = language) -> str:
            text = render(found, format="md", language=language).replace("\u00a0", " ")
            return text.split("## How people engaged" if language == "en" else "## Comment les gens ont réagi")[
                1
            ].split("\n## ")[0]

        told = stage(made(unread, followers=counted))
        assert all(one in told for one in words)
        assert none not in told
        assert none in stage(made(unread))


@pytest.mark.parametrize("name", EVALUATIONS)
def test_json_follows_the_published_schema(name: str) -> None:
    told = json.loads(render(EVALUATIONS[name](), format="json", language="en"))
    jsonschema.Draft202012Validator(SCHEMA).validate(told)


@pytest.mark.parametrize("name", EVALUATIONS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_report_is_words_not_accidents(name: str, language: str) -> None:
    text = render(EVALUATIONS[name](), format="md", language=language)
    assert not re.search(r"\b(None|nan|inf)\b|\{\w*\}", text)
    if language == "fr":
        assert not re.search(r"[^\u00a0\s:/] ?:(?= )|« |[^\u00a0]»|\d %|\$ US", re.sub(r"https?://\S+", "", text))


def test_an_experiment_s_heading_says_that_it_is_one_and_its_verdict() -> None:
    for language, heads in {
        "en": ("Experiment: asks", "“asks” won", "“asks” lost", "undecided", "not decided yet", "does not count"),
        "fr": ("Expérience\u00a0: asks", "«\u00a0asks\u00a0» gagne", "«\u00a0asks\u00a0» perd", "indécis", "pas encore décidé", "ne compte pas"),
    }.items():  # fmt: skip
        evaluation = EVALUATIONS["experiments"]()
        question = heads[0].replace("asks", "?")
        markdown = render(evaluation, format="md", language=language)
        page = render(evaluation, format="html", language=language)
        for verdict in heads[1:]:
            assert f"### {question} – {verdict}\n" in markdown
            assert f'<h3>{question} <span class="verdict">{verdict}</span></h3>' in page


def test_an_empty_stage_is_not_measured_and_never_0() -> None:
    text = render(made(posts(20, engaged=[4])), format="md", language="en")
    assert "## What people did next\n\nNot measured." in text
    assert re.search(r"Participating[^|]*\| not measured", text)
    unread = render(EVALUATIONS["all unknown"](), format="md", language="en")
    assert "No counts are known yet." in unread


def test_posts_that_vanished_count_up_to_then_where_there_are_no_others() -> None:
    text = render(EVALUATIONS["all gone"](), format="md", language="en")
    assert "at least 4 engagements at the age of 1\u00a0hour (12 counted)" in text
    assert "no longer shows: 12. They count up to then." in text
    still_there = replace(posts(1, engaged=[9], begin=40)[0], reads=((1.0, counts(likes=9)), (24.0, counts(likes=9))))
    assert made([*gone(1.0), still_there]).age == timedelta(hours=24)


def test_counts_at_no_age_that_can_be_compared_are_in_the_ladder_and_in_no_table_of_an_unknown_age() -> None:
    for language, unknown, told in (
        ("en", "not known**", "No counts are known at an age at which deliveries can be compared."),
        ("fr", "non connu**", "Aucun chiffre n’est connu à un âge où l’on puisse comparer les envois."),
    ):
        text = render(EVALUATIONS["at no age"](), format="md", language=language)
        assert unknown not in text
        assert text.count(told) == 2
        assert "| 48; " in text


def test_what_is_unknown_is_said_in_the_words_of_its_column() -> None:
    """No baseline is not 0, a series without polls has no unknown votes, followers counted once have no known change."""
    poll = posts(10, engaged=[4], begin=70, series="asks", poll_min=60, account="mastodon-fr", language="fr")
    some = [*posts(10, engaged=[4]), *poll]
    text = render(made(some, followers=[("mastodon-en", DUE, 200)]), format="md", language="fr")
    assert "| But | sans point de départ | 900 |" in text
    assert re.search(r"\| facts \|.*\| aucun sondage \|", text)
    assert re.search(r"\| asks \|.*\| non connu \|", text)
    assert "| Attention – mentions J’aime, nouveaux abonnés | 80; abonnés\u00a0: non connu |" in text
    assert "| 2027, sem. 3 |" in text
    later = [("mastodon-en", DUE, 200), ("mastodon-en", DUE + timedelta(days=9), 190), ("mastodon-fr", DUE, 70)]
    counted = made(some, followers=later)
    assert "| 80; followers: −10 |" in render(counted, format="md", language="en")
    ladder = {one["rung"]: one for one in json.loads(render(counted, format="json", language="en"))["ladder"]}
    assert (ladder["aware"]["number"], ladder["aware"]["followers_change"]) == (80, -10)


def test_figures_from_outside_stand_beside_ours_only_at_the_same_age() -> None:
    source = Source(title="A study", url="https://study.example", date="2026")
    typed_in = [
        OutsideBenchmark.model_validate({"metric": metric, "value": 1.5, "age": age, "year": 2026, "network": "mastodon",
                                         "formula": "(likes + replies) ÷ followers", "source": source})
        for metric, age in (
            ("engagement_per_100_followers", timedelta(hours=24)), ("engagement_per_100_impressions", timedelta(hours=24)),
            ("median_engagements", timedelta(hours=24)), ("median_engagements", timedelta(days=7)), ("median_engagements", None),
        )
    ]  # fmt: skip
    campaign = CAMPAIGN.model_copy(update={"benchmarks": tuple(typed_in)})
    found = evaluate(campaign, posts(9, engaged=[4, 6, 8]), titles={}, now=DUE + timedelta(days=40))
    assert [(one.same_age, one.ours, one.read) for one in found.outside] == [
        (True, 3.0, 9), (True, None, 0), (True, 6.0, 9), (False, None, 0), (False, None, 0),
    ]  # fmt: skip
    text = render(found, format="md", language="en")
    assert (
        "| 1.5 | 1\u00a0day | 2026 | 3 (9 deliveries) | (likes + replies) ÷ followers – A study, https://study.example, 2026 |"
        in text
    )
    assert text.count("| not comparable: another age |") == 2
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(render(found, format="json", language="en")))


def test_every_rate_of_the_summary_has_its_denominator_and_its_age() -> None:
    text = render(full(), format="md", language="en").split("## Objectives")[0]
    assert re.search(
        r"at the age of 1\u00a0day \(\d+ counted\); all together [\d.]+ per 100 followers.* \([\d,]+\u00a0÷\u00a0[\d,]+\)",
        text,
    )
    change = r"((more|less) engagement( per follower)? than|as much engagement( per follower)? as)"
    assert re.search(rf"{change} (other posts|the same posts on the other networks) at the age of", text)


def test_both_languages_fit_into_one_file_without_clashing_ids() -> None:
    text = render(full(), format="html", language=("en", "fr"))
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert text.index('lang="en"') < text.index('<div class="page" lang="fr"')


def test_both_languages_say_the_same_things() -> None:
    for pairs in (WORDS, SENTENCES, dict(enumerate(METHODS))):
        for english, french in pairs.values():
            assert bool(english) == bool(french)
            assert set(re.findall(r"\{(\w+)", english)) == set(re.findall(r"\{(\w+)", french))


#: What is counted, as it stands beside one and beside several; and verbs that go with them.
COUNTED = {
    "en": "post posts, delivery deliveries, comparison comparisons, pair pairs, picture pictures, engagement engagements, time times,"
    " block blocks, vote votes, is are, has have, was were, waits wait, it they",
    "fr": "publication publications, envoi envois, comparaison comparaisons, paire paires, image images, réaction réactions,"
    " bloc blocs, vote votes, faite faites, prévu prévus, a ont, est sont, révélerait révéleraient, dira diront, partira partiront,"
    " devra devront, elle elles",
}
#: Words that end like a plural and are none; what a noun never follows; places that hold words, or seconds.
NO_PLURALS = {"is", "was", "has", "waits", "less", "this", "its", "dans", "moins", "plus", "fois", "sans"}
APART = {"of", "de", "des", "d", "sur", "with", "at"}
WORDY = {
    "id",
    "age",
    "share",
    "change",
    "than",
    "low",
    "high",
    "metric",
    "label",
    "labels",
    "units",
    "arms",
    "scheduled",
    "p50",
    "p99",
}
#: Of what there are always many.
ALWAYS_MANY = {"drawn", "times", "plan_what", "vs_thin"}


def disagreeing(text: str, number: int, language: str) -> list[str]:
    """Numbers in a text that stand beside a noun or verb which does not go with them."""
    pairs = [pair.split() for pair in COUNTED[language].split(", ")]
    one = number < 2 if language == "fr" else number == 1
    wrong = {pair[one] for pair in pairs}
    found: list[str] = []
    for match in re.finditer(rf"(?<![\w.,]){number}((?:[ \u00a0][^\W\d]+){{1,3}})", text):
        words = [*takewhile(lambda word: word not in APART, match[1].replace("\u00a0", " ").split())] or ["of"]
        plural = one and words[0][-1] in "sx" and words[0] not in NO_PLURALS
        if plural or wrong & set(words):
            found.append(match[0])
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_number_goes_with_its_noun_in_every_sentence(number: int, language: str) -> None:
    """Every place holds the number, but for those that are known to hold words."""
    speaker = Speaker(language)
    said = {name: pair[language == "fr"] for name, pair in (SENTENCES | WORDS | PAGE_WORDS | ANNEX_WORDS).items()}
    wrong = {
        name: found
        for name, text in said.items()
        if name not in ALWAYS_MANY
        and (found := disagreeing(text.format_map(Every(speaker.number(number))), number, language))
    }
    assert wrong == {}
    assert disagreeing("Sur 1 comparaisons" if language == "fr" else "Of 1 comparisons", 1, language)


class Every(dict[str, object]):
    """One value by whatever name."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value

    def __missing__(self, name: str) -> object:
        return "…" if name in WORDY else self.value


def numbers(cell: str, language: str) -> list[float]:
    """The figures in a cell, as people of that language write them."""
    thousands, point = ("\u00a0", ",") if language == "fr" else (",", ".")
    found = re.findall(rf"[−]?\d{{1,3}}(?:{thousands}\d{{3}})+(?:\{point}\d+)?|[−]?\d+(?:\{point}\d+)?", cell)
    return [float(one.replace(thousands, "").replace(point, ".").replace("−", "-")) for one in found]


def markdown_tables(text: str) -> list[list[list[str]]]:
    """The rows of each table, without what names its columns."""
    found = re.findall(r"((?:^\|.*\|\n)+)", text, re.MULTILINE)
    return [[re.split(r" (?<!\\)\| ", line.strip("| ")) for line in one.splitlines()[2:]] for one in found]


def html_tables(text: str) -> list[list[list[str]]]:
    found = [
        re.findall(r"<tr[^>]*>(.*?)</tr>", one, re.DOTALL) for one in re.findall(r"<tbody.*?</tbody>", text, re.DOTALL)
    ]
    return [
        [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]
        for rows in found
    ]


def rate(told: dict[str, Any] | None) -> list[float]:
    return [] if told is None else [round(told["percent"], 2), told["numerator"], told["denominator"]]


def number(value: float | None, digits: int = 0) -> list[float]:
    return [] if value is None else [round(value, digits)]


@pytest.mark.parametrize("name", EVALUATIONS)
def test_every_format_and_language_tells_the_same_figures(name: str) -> None:
    found = EVALUATIONS[name]()
    tables = {
        language: markdown_tables(render(found, format="md", language=language)) for language in ("en", "fr")
    }  # fmt: skip
    for language, some in tables.items():
        assert html_tables(render(found, format="html", language=language)) == some
    figures = {
        language: [[[numbers(cell, language) for cell in row[1:]] for row in rows] for rows in some]
        for language, some in tables.items()
    }
    assert figures["en"] == figures["fr"]


@pytest.mark.parametrize("name", EVALUATIONS)
def test_the_figures_of_json_are_those_that_people_read(name: str) -> None:
    found = EVALUATIONS[name]()
    told = json.loads(render(found, format="json", language="en"))
    rows = [
        [numbers(cell, "en") for cell in row[1:]]
        for table in markdown_tables(render(found, format="md", language="en"))
        for row in table
    ]
    networks = [*told["by_network"], told["total"]] if len(told["by_network"]) > 1 else told["by_network"]
    groups = [*networks, *told["by_language"], *told["by_series"], *told["by_priority"]]
    expected = [[[group[name]] for name in ("planned", "sent", "failed", "missed", "other")] for group in groups]
    if told["age_hours"] is not None and told["total"]["read"]:
        expected += [
            [[group["read"]], number(group["engagements"]), number(group["median"], 1), rate(group["by_followers"]),
             rate(group["by_impressions"]), number(group["poll_votes"])]
            for group in groups
        ]  # fmt: skip
        expected += [
            [[one["posts"]], number(one["median"], 1), rate(one["by_followers"])] for one in told["benchmarks"]
        ]
        ages = dict.fromkeys(one["age_hours"] for one in told["growth"])
        expected += [[[round(one["median"], 1)] for one in told["growth"] if one["age_hours"] == age] for age in ages]
        expected += [
            [number(one["number"]) + number(one.get("followers_change")), rate(one["step"])] for one in told["ladder"]
        ]
    expected += [[[one["sent"]], [one["not_sent"]]] for one in told["weeks"]]
    expected += [
        [number(told["inputs"][name], 2)] for name in ("posts_written", "approvals", "staff_hours", "spent_usd")
    ]
    expected += [
        [
            number(one["usd"], 2),
            number(one["engagements"]),
            number(one["per_1000_engagements"], 2),
            number(one["per_participation"], 2),
        ]
        for one in told["costs"]
    ]
    expected += [[[count]] for count in told["outcomes"].values()]
    assert [one for one in expected if one not in rows] == []


@pytest.mark.parametrize("name", EVALUATIONS)
def test_the_rows_of_csv_add_up_to_json(name: str) -> None:
    found = EVALUATIONS[name]()
    told = json.loads(render(found, format="json", language="en"))
    rows = list(csv.DictReader(io.StringIO(render(found, format="csv", language="en"))))
    for key in ("network", "language", "series", "priority"):
        for group in told[f"by_{key}"]:
            mine = [one for one in rows if one[key] == group["key"]]
            keys = {(one["post"], one["account"]): one["state"] for one in mine}
            assert len(keys) == group["planned"]
            assert sum(state == "sent" for state in keys.values()) == group["sent"]
            read = [
                one
                for one in mine
                if one["state"] == "sent" and one["age_hours"] and float(one["age_hours"]) == told["age_hours"]
            ]
            engaged = [
                one[name]
                for one in read
                for name in ("likes", "reposts", "replies", "quotes", "bookmarks")
                if one[name]
            ]
            assert (sum(map(int, engaged)) if engaged else None) == group["engagements"]


@pytest.mark.parametrize("name", EVALUATIONS)
def test_in_french_no_number_begins_a_line_after_its_colon_and_no_unit_after_its_number(name: str) -> None:
    """On a phone such a line was a lone 0, and a thousand was a 1 and a 000."""
    page = re.sub(r"<[^>]+>", "¦", render(EVALUATIONS[name](), format="html", language="fr"))
    found = re.findall(
        r".{0,30}(?:\u00a0: (?=[\d\u2212+])|\d (?=000\b|(?:secondes?|minutes?|heures?|jours?)\b)).{0,9}", page
    )
    assert found == []


def test_a_comparison_is_called_the_clearest_only_where_it_is() -> None:
    """Hours are not drawn by lot, so that another comparison comes first; but none that is less clear is called the clearest."""
    early = posts(20, engaged=[400, 420, 390], series="asks")
    late = posts(20, engaged=[10, 14, 9], begin=50)
    series = made([*early, *late])
    assert "The one comparison" in render(series, format="md", language="en")
    best = next(one for one in series.comparisons if one.factor == "series")
    clearer = replace(best, factor="hour", level="00-06", p=(best.p or 0) / 10)
    vars(series)["comparisons"] = (*series.comparisons, clearer)
    english, french = (render(series, format="md", language=language) for language in ("en", "fr"))
    assert "Of what an author can choose, the clearest difference (2 comparisons)" in english
    assert "De ce qu’on choisit en rédigeant, l’écart le plus net (2 comparaisons)" in french


def test_figures_of_a_draw_say_so_at_once() -> None:
    drawn = replace(made(posts(20, engaged=[3, 5])), drawn=20)
    text = render(drawn, format="md", language="en")
    assert "followers counted (80 ÷ 4,000). These are figures of 20 deliveries, drawn by lot from 20." in text.replace(
        "\u00a0", " "
    )
    assert "drawn by lot from" not in render(made(posts(20, engaged=[3, 5])), format="md", language="en")


def test_a_period_speaks_of_itself() -> None:
    part = replace(made(posts(20, engaged=[3, 5])), since=DUE)
    text = render(part, format="md", language="en")
    assert "none were imported of the days of this period" in text
    assert "outcomes and charges are those of the period’s days" in text
    assert "(of this period’s deliveries alone)" in text
    nothing = replace(made([]), since=DUE)
    assert "Nothing was planned in this period." in render(nothing, format="md", language="en")


def test_half_had_at_least_0_is_never_said() -> None:
    few = made(posts(20, engaged=[0, 0, 3]))
    assert "14 of 20 deliveries had no engagement at the age of 1\u00a0day; all together 0.45" in render(
        few, format="md", language="en"
    )
    assert "sans aucune réaction à l’âge de 1\u00a0jour\u00a0:\u00a014 sur 20" in render(
        few, format="md", language="fr"
    )
    none = EVALUATIONS["all zero"]()
    assert "Not one of 20 deliveries had any engagement" in render(none, format="md", language="en")
    for found in (few, none):
        assert "at least 0" not in render(found, format="html", language="en")


@pytest.mark.parametrize(
    ("engaged", "best", "worst", "said"),
    [
        ([0], 0, 0, "Not one of the 20 deliveries with a rate had any engagement."),
        ([0] * 18 + [4, 5], 2, 0, "Only 2 of the 20 deliveries with a rate had any engagement."),
        ([0] * 18 + [4, 5], 2, 0, "18 of the 20 deliveries with a rate had no engagement"),
        ([5], 0, 0, "All 20 deliveries with a rate have the same one"),
        ([9, 8, *[5] * 10, *[2] * 4, *[1] * 4], 3, 3, "As many engagements per 100 followers as the last one shown here: 9 more."),
        ([9, 8, *[5] * 10, *[2] * 4, *[1] * 4], 3, 3, "As many engagements per 100 followers as the last one shown here: 1 more."),
        (list(range(1, 21)), 3, 3, "differences between them may well be chance"),
    ],
)  # fmt: skip
def test_the_best_have_engagement_and_who_is_level_is_told(
    engaged: list[int], best: int, worst: int, said: str
) -> None:
    found = made(posts(20, engaged=engaged))
    assert (len(found.extremes.best), len(found.extremes.worst)) == (best, worst)
    assert all(one.engagements for one in found.extremes.best)
    assert not {one.result.post for one in found.extremes.best} & {one.result.post for one in found.extremes.worst}
    for format_ in ("md", "html"):
        assert said in render(found, format=format_, language="en")


def quoted(*, simulated: bool) -> Evaluation:
    """French and English deliveries with their texts, whose series has a title."""
    some = [
        *posts(3, engaged=[9, 8, 7], account="mastodon-fr", language="fr", url="http://127.0.0.1:9/1"),
        *posts(9, engaged=[1, 2], begin=50, url="http://127.0.0.1:9/2"),
    ]
    titles = {"series": {"facts": {"en": "Did you know?", "fr": "Le saviez-vous?"}}}
    found = evaluate(CAMPAIGN, some, titles=titles, now=DUE + timedelta(days=40), facts=Facts(simulated=simulated))
    return with_texts(
        found, {one.result.delivery: "Bonjour" if one.result.language == "fr" else "Hello" for one in found.posts}
    )


def test_posts_in_another_language_are_marked_and_called_by_their_titles() -> None:
    found = quoted(simulated=False)
    for language, title, here, there in (
        ("en", "Did you know?, January 18, 2027 · Mastodon", "Bonjour", "(in French)"),
        ("fr", "Le saviez-vous?, 18 janvier 2027 · Mastodon", "Hello", "(en anglais)"),
    ):
        text = render(found, format="md", language=language)
        assert f"**{title}** {there} – " in text
        assert f"**{title}** – " in text
        assert text.count(there) == 3
        page = render(found, format="html", language=language)
        other = "fr" if language == "en" else "en"
        assert page.count(there) == 3
        assert page.count(f'<blockquote lang="{other}" dir="auto">{here}</blockquote>') == 3
        assert not re.search("mastodon-fr|mastodon-en|facts", page + text)


def test_a_rehearsal_has_no_links_to_networks_that_are_gone() -> None:
    rows = list(csv.DictReader(io.StringIO(render(full(), format="csv", language="en"))))
    assert {row["url"] for row in rows} == {""}
    real = list(csv.DictReader(io.StringIO(render(replace(full(), simulated=False), format="csv", language="en"))))
    assert {row["url"] for row in real} == {"", "https://x.example/1"}
    for language, why in (("en", "Without links: "), ("fr", "Sans liens\u00a0: ")):
        for format_ in ("html", "md"):
            gone = render(quoted(simulated=True), format=format_, language=language)
            assert "127.0.0.1" not in gone
            assert gone.count(why) == 1
            real = render(quoted(simulated=False), format=format_, language=language)
            assert real.count("http://127.0.0.1:9/") == 6
            assert why not in real


def test_words_begin_where_reading_begins() -> None:
    text = render(full(), format="md", language="en")
    assert re.search(r"\| Verdict \|\n\|---\|---:\|---\|---\|---\|\n", text)
    page = render(full(), format="html", language="en")
    assert '<th scope="col" role="columnheader" class="said">Verdict</th>' in page
    assert '<td role="cell" class="said" data-name="Verdict">' in page


def test_a_small_rate_is_not_written_as_0() -> None:
    speaker = Speaker("fr")
    assert [speaker.rate(value) for value in (0.9, 0.002, 0, 1234.5)] == ["0,90", "0,002", "0,00", "1\u00a0234,50"]


def test_an_incomplete_pair_is_told_in_words_of_the_report() -> None:
    sides = (Side("en", State.SENT, ""), Side("fr", State.FAILED, "422"))
    lacking = Incomplete("facts-2027-01-18", "mastodon", ("fr",), "", "facts", DUE, sides)
    found = parity([], ["en", "fr"])
    assert found is not None
    annex = Annex(
        replace(found, incomplete=(lacking,)), 1, "0" * 64, {"facts": {"en": "Did you know?", "fr": "Le saviez-vous?"}}
    )
    said = "Le saviez-vous?, 18 janvier 2027 · Mastodon, langue manquante\u00a0: français (anglais\u00a0: paru; français\u00a0: échoué (422))"
    assert f"- {said}" in render(full(), format="md", language="fr", annex=annex)
    page = render(full(), format="html", language="fr", annex=annex)
    assert said in html.unescape(page)
    assert '<li><a href="#fr-record">Le registre</a></li>' in page
    json.loads(render(full(), format="json", language="fr", annex=annex))


def test_an_axis_of_counts_has_no_halves() -> None:
    drawn = escape(bars("Title", [("one", 1.0), ("none", 0.0)], axis="Sent", id="i", speaker=Speaker("en")))
    words = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert {one for one in words if one[:1].isdigit()} == {"0", "1"}


def test_the_axis_of_ages_marks_each_of_them() -> None:
    rows = [("X", hours, 2.0) for hours in (1 / 6, 1.0, 24.0, 720.0)]
    drawn = escape(lines("Title", rows, axes=("Age", "Median"), id="i", speaker=Speaker("en")))
    words = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert {"0.2\u00a0h", "1\u00a0h", "1\u00a0d", "30\u00a0d"} <= set(words)


def test_a_chart_says_all_of_a_long_name_with_the_sign_of_its_language() -> None:
    name = "Mobiliser les jeunes dans les médias sociaux, partout et toute l’année, avec des partenaires (engagement)"
    rows = [(name, 120.0, 90.0, 160.0, False), ("X", 80.0, 60.0, 95.0, True)]
    for language, fifty in (("fr", "100\u00a0%"), ("en", "100%")):
        drawn = escape(intervals("Titre", rows, axis="x", id="i", speaker=Speaker(language)))
        for svg in drawn.split("<svg")[1:]:
            words = html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))
            assert set(name.split()) <= set(words.split(" "))
            assert "…" not in words
            assert fifty in words


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [(70, 140, {"75%", "100%", "150%"}), (55, 180, {"75%", "100%", "150%"}), (12, 900, {"12.5%", "100%", "800%"})],
)
def test_the_axis_of_intervals_marks_more_than_100_percent(low: float, high: float, marks: set[str]) -> None:
    drawn = escape(intervals("Title", [("X", 100.0, low, high, False)], axis="x", id="i", speaker=Speaker("en")))
    for svg in drawn.split("<svg")[1:]:
        assert marks <= set(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


@pytest.mark.skipif(
    CHROMIUM is None, reason="NO CHROMIUM: the report's accessibility is NOT checked (apt install chromium)"
)
def test_axe_finds_nothing_to_mend_on_phone_and_desk(tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    page_file = tmp_path / "report.html"
    annex = Annex(parity([], ["en", "fr"]), 1, "0" * 64)
    page_file.write_text(render(full(), format="html", language=("en", "fr"), annex=annex), encoding="utf-8")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(page_file.as_uri())
        assert (
            page.evaluate("document.querySelectorAll('[tabindex=\"0\"]').length") == 0
        )  # no stop where nothing is done
        for scheme, width in (*product(("light", "dark"), (390, 1280)), ("light", 320), ("light", 740), ("light", 800)):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(page).response["violations"]
            assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(CUT) == page.evaluate(OUTSIDE) == []
            assert width < 390 or page.evaluate(SMALL) == []
        browser.close()


@pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM: wide tables are NOT looked at (apt install chromium)")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_large_figures_stay_within_their_column(tmp_path: Path, language: str) -> None:
    """A campaign that many people follow has wide rates: their cells go on a second line, not beyond the page."""
    from playwright.sync_api import sync_playwright

    told: dict[str, Any] = {"followers": 1_950_000, "reads": ((24.0, counts(likes=123_456, impressions=9_876_543)),)}
    some = [
        *posts(20, engaged=[0], network="x", account="x-en", **told),
        *posts(20, engaged=[0], begin=50, account="mastodon-fr", language="fr", poll_min=60, followers=1_000_000),
    ]
    page_file = tmp_path / "report.html"
    page_file.write_text(render(made(some), format="html", language=language), encoding="utf-8")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(page_file.as_uri())
        for width in (390, 740, 870, 965, 1060, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(CUT) == [], width
        browser.close()


def test_where_no_post_has_a_priority_there_is_no_table_of_them() -> None:
    without = [replace(one, priority="") for one in posts(10, engaged=[4])]
    assert "by priority" not in render(made(without), format="md", language="en")
    assert "by priority" in render(made([*without, *posts(1, engaged=[4], begin=50)]), format="md", language="en")


def test_an_objective_with_its_public_is_one_sentence() -> None:
    goal = Objective(id="a", text={"en": "People answer."}, audience={"en": "the young"}, metric="sent", target=5, by=DUE.date())  # fmt: skip
    campaign = CAMPAIGN.model_copy(update={"objectives": (goal,)})
    text = render(evaluate(campaign, [], titles={}, now=DUE), format="md", language="en")
    assert "| People answer (for: the young) |" in text
