"""Bad input: each thing that is wrong is one problem, at its place, in words that help."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign_bot.library.load import load
from campaign_bot.library.rules import RULES
from campaign_bot.library.words import nearest
from campaign_bot.library.yaml import parse
from campaign_bot.model import Problem
from tests.library.conftest import GOOD, Write
from tests.library.test_media_rules import BAD as BAD_MEDIA

NETWORKS = ("bluesky", "mastodon", "x")

CAMPAIGN = "content/campaign.yaml"
FACTS = "content/data/facts.yaml"
SERIES = "content/series/did-you-know/series.yaml"
WEEKLY = "schedules/weekly.yaml"


def problems_in(directory: Path) -> list[Problem]:
    library, problems = load(directory, networks=NETWORKS, rules=("fr-nbsp", "emoji"))
    assert (library is None) == any(problem.blocks for problem in problems)
    assert {problem.rule for problem in problems} <= set(RULES)
    return problems


def changed(file: str, old: str, new: str) -> dict[str, str | bytes | None]:
    assert old in GOOD[file]
    return {file: GOOD[file].replace(old, new, 1)}


def ended(file: str, more: str) -> dict[str, str | bytes | None]:
    return {file: GOOD[file] + more}


def on_x(setting: str) -> dict[str, str | bytes | None]:
    return changed(CAMPAIGN, "{network: x, language: en}", f"{{network: x, language: en, {setting}}}")


X_EN = f"{CAMPAIGN}:13"
CRON = 'when: {cron: "0 12 * * mon"}'


# (what is written, place, rule, part of the message with its advice)
def objective(metric: str) -> str:
    return f"objectives:\n- {{id: a, text: {{en: A, fr: B}}, metric: {metric}, target: 5, by: 2027-02-28}}\n"


def benchmark(network: str) -> str:
    source = "source: {title: A, date: 2026}"
    return f"benchmarks:\n- {{network: {network}, metric: median_engagements, value: 5, age: 24h, year: 2026, formula: likes a post, {source}}}\n"


BAD: list[tuple[dict[str, str | bytes | None], str, str, str]] = [
    # reading
    ({CAMPAIGN: None}, CAMPAIGN, "empty-campaign", "campaign-bot init DIR"),
    ({CAMPAIGN: ""}, CAMPAIGN, "empty-campaign", "is empty"),
    ({FACTS: b"- id: a\n  text: caf\xe9\n"}, f"{FACTS}:2:12", "not-utf8", "0xE9"),
    ({FACTS: "- id: a\n".encode("utf-16")}, f"{FACTS}:1:1", "not-utf8", "UTF-16"),
    ({FACTS: b"# " + b"x" * 5_000_000}, FACTS, "unreadable", "at most 5 MB"),
    ({"content/series/did-you-know/post.fr.j2": b"\n\xff"}, "content/series/did-you-know/post.fr.j2:2:1", "not-utf8", ""),
    # the checks
    (ended(CAMPAIGN, "checks: {rules: {emojis: off}}\n"), f"{CAMPAIGN}:14:18", "unknown-rule", "Did you mean `emoji`?"),
    # accounts: what names a login or a server is written as it is seen
    (on_x('handle: "small\\x1b[2Jen"'), f"{X_EN}:44", "yaml-syntax", "cannot have (U+001B)"),
    (on_x('handle: "small\\u202een"'), f"{X_EN}:44", "yaml-syntax", "cannot have (U+202E)"),
    (on_x('handle: "small\\u200ben"'), f"{X_EN}:44", "wrong-type", "must be a handle such as name"),
    (on_x("handle: small en"), f"{X_EN}:44", "wrong-type", "it is `small en`"),
    (on_x('handle: "https://x.com/small"'), f"{X_EN}:44", "wrong-type", "name, @name@server or name.bsky.social"),
    (on_x('server: ""'), f"{X_EN}:44", "wrong-type", "name the server, or leave it out"),
    (on_x('server: "https://x.com\\x00"'), f"{X_EN}:44", "yaml-syntax", "cannot have (U+0000)"),
    (on_x('server: "https://x\\u200b.com"'), f"{X_EN}:44", "wrong-type", "hidden characters"),
    (on_x('server: "https://["'), f"{X_EN}:44", "wrong-type", "look at its host and port"),
    (on_x('server: "https://x.com:99999"'), f"{X_EN}:44", "wrong-type", "look at its host and port"),
    (on_x('server: "https://:secret@x.com"'), f"{X_EN}:44", "wrong-type", "secrets belong into .env."),
    (ended(CAMPAIGN, '"na\\x07me": 1\n'), f"{CAMPAIGN}:14:1", "yaml-syntax", "cannot have (U+0007)"),
    # approvals
    (ended(CAMPAIGN, "people: {sam: [chief]}\napprovals: {roles: [chef]}\n"), f"{CAMPAIGN}:15:20", "unknown-role", "Did you mean `chief`?"),
    (ended(CAMPAIGN, "people: {sam: []}\napprovals: {needed: 2}\n"), f"{CAMPAIGN}:15:12", "too-few-people", "only sam may approve"),
    (ended(CAMPAIGN, "approvals: {needed: 2}\n"), f"{CAMPAIGN}:14:12", "too-few-people", "one person can go by several names"),
    (ended(CAMPAIGN, "people: {sam: [], noor: []}\napprovals: {needed: 2}\n"), f"{CAMPAIGN}:15:12", "too-few-people", "`self_approval: counts-as-one`"),
    (ended(CAMPAIGN, "approvals: {self_approval: sometimes}\n"), f"{CAMPAIGN}:14:28", "wrong-type", "counts-as-one"),
    # YAML
    (ended(CAMPAIGN, "name:\n\t- tab\n"), f"{CAMPAIGN}:15:1", "yaml-syntax", "Indent with spaces"),
    (ended(CAMPAIGN, "region: [CA\n"), f"{CAMPAIGN}:14:9", "yaml-syntax", "never closed"),
    (ended(CAMPAIGN, "region: 'CA\n"), f"{CAMPAIGN}:14:9", "yaml-syntax", "never closed"),
    (ended(CAMPAIGN, "region: a: b\n"), f"{CAMPAIGN}:14:10", "yaml-syntax", "quotation marks"),
    (ended(CAMPAIGN, " region: CA\n"), f"{CAMPAIGN}:14:2", "yaml-syntax", "lined up"),
    (ended(CAMPAIGN, "id: again\n"), f"{CAMPAIGN}:14:1", "defined-twice", "first on line 1"),
    (ended(CAMPAIGN, "region: !!python/name:os.system CA\n"), f"{CAMPAIGN}:14:9", "yaml-syntax", "tag"),
    (ended(CAMPAIGN, "<<: {region: CA}\n"), f"{CAMPAIGN}:14:1", "yaml-syntax", "<<"),
    (ended(CAMPAIGN, "glossary: &g [*g]\n"), f"{CAMPAIGN}:14:11", "yaml-syntax", "contains itself"),
    (ended(CAMPAIGN, "---\nid: b\n"), f"{CAMPAIGN}:14:1", "yaml-syntax", "second document"),
    (ended(CAMPAIGN, 'region: "C\x07A"\n'), f"{CAMPAIGN}:14:11", "yaml-syntax", "U+0007"),
    (ended(FACTS, "- id: late\n  day: 2027-02-30\n"), f"{FACTS}:15:8", "bad-date", "`2027-02-30` is not a date that exists"),
    # keys and values
    (ended(CAMPAIGN, "timzone: UTC\n"), f"{CAMPAIGN}:14:1", "unknown-key", "Did you mean `timezone`?"),
    (changed(CAMPAIGN, "x-en: {network: x,", "x-en: {network: x, langauge: fr,"), f"{CAMPAIGN}:13:22", "unknown-key", "`language`"),
    (changed(CAMPAIGN, "x-en: {", "x-en: {name: x, "), f"{CAMPAIGN}:13:10", "unknown-key", "the key"),
    (changed(WEEKLY, 'cron: "0 12 * * mon"', 'cron: "0 12 * * mon", form: 3'), f"{WEEKLY}:4:32", "unknown-key", "`from`"),
    (changed(CAMPAIGN, "ends: 2027-02-28\n", ""), f"{CAMPAIGN}:1:1", "missing-key", "`ends` is missing"),
    (changed(CAMPAIGN, "network: mastodon, language: en", "language: en"), f"{CAMPAIGN}:11:3", "missing-key", "`network`"),
    (changed(CAMPAIGN, "name: {en: Spring, fr: Printemps}", "name: Spring"), f"{CAMPAIGN}:2:7", "wrong-type", "for each language"),
    (changed(CAMPAIGN, "en: Spring", "en: 2027"), f"{CAMPAIGN}:2:12", "wrong-type", "quotation marks"),
    (changed(CAMPAIGN, "id: spring", "id: Spring 27"), f"{CAMPAIGN}:1:5", "wrong-type", "hyphens"),
    (changed(CAMPAIGN, "accounts:", "  Other!: {en: A, fr: B}\naccounts:"), f"{CAMPAIGN}:10:3", "wrong-type", "lower-case"),
    (changed(CAMPAIGN, "language: en}", "language: en, visibility: pubic}"), f"{CAMPAIGN}:11:62", "wrong-type", "`public`"),
    (ended(CAMPAIGN, "max_lateness: 2 hours\n"), f"{CAMPAIGN}:14:15", "wrong-type", "30m, 2h, 3d"),
    (ended(CAMPAIGN, "max_lateness: 99999999w\n"), f"{CAMPAIGN}:14:15", "wrong-type", "ten years"),
    (ended(CAMPAIGN, "collect_at:\n- 1h\n- soon\n"), f"{CAMPAIGN}:16:3", "wrong-type", "Item 2 of `collect_at`"),
    (ended(CAMPAIGN, f"max_lateness: {'9' * 5000}\n"), f"{CAMPAIGN}:14:15", "wrong-type", "number"),
    (changed(WEEKLY, "[mastodon-en, mastodon-fr]", "mastodon-en"), f"{WEEKLY}:3:13", "wrong-type", "a list or `all`"),
    (changed(WEEKLY, "[mastodon-en, mastodon-fr]", "[1]"), f"{WEEKLY}:3:14", "wrong-type", "must be text"),
    ({WEEKLY: "- series: did-you-know\n"}, f"{WEEKLY}:1:1", "wrong-type", "names of schedule entries"),
    ({"content/data/more.yaml": "rows: []\n"}, "content/data/more.yaml:1:1", "wrong-type", "- id:"),
    # the campaign
    (changed(CAMPAIGN, "2027-02-28", "2027-02-30"), f"{CAMPAIGN}:5:7", "bad-date", "`2027-02-30` is not a date that exists"),
    (changed(CAMPAIGN, "2027-02-28", '"28 February"'), f"{CAMPAIGN}:5:7", "bad-date", "2027-03-04"),
    (changed(CAMPAIGN, "2027-02-28", "0207-02-28"), f"{CAMPAIGN}:5:7", "bad-date", "between 2000 and 2100"),
    (changed(CAMPAIGN, "2027-02-28", "2026-02-28"), f"{CAMPAIGN}:5:7", "bad-date", "comes before"),
    (changed(CAMPAIGN, "America/Toronto", "America/Toronot"), f"{CAMPAIGN}:6:11", "unknown-timezone", "`America/Toronto`"),
    (ended(CAMPAIGN, objective("poll_vots")), f"{CAMPAIGN}:15:41", "unknown-metric", "Did you mean `poll_votes`?"),
    (ended(CAMPAIGN, objective("pledge")), f"{CAMPAIGN}:15:41", "unknown-metric", "`outcomes:`"),
    (ended(CAMPAIGN, "outcomes: {pledge: {en: Pledges, fr: Promesses}}\n" + objective("pledges")), f"{CAMPAIGN}:16:41", "unknown-metric", "`pledge`?"),
    (ended(CAMPAIGN, "outcomes: {pledge: {en: Pledges}}\n"), f"{CAMPAIGN}:14:12", "missing-language", "`fr`"),
    (ended(CAMPAIGN, benchmark("mastodn")), f"{CAMPAIGN}:15:13", "unknown-network", "Did you mean `mastodon`?"),
    (ended(CAMPAIGN, benchmark("x").replace("formula: likes a post, ", "")), f"{CAMPAIGN}:15:3", "missing-key", "`formula`"),
    (ended(FACTS, "- id: later\n  text: {en: A, fr: B}\n  answers: did-you-kno\n"), f"{FACTS}:16:12", "unknown-series", "`did-you-know`?"),
    (ended(FACTS, "- id: later\n  text: {en: A, fr: B}\n  answers: did-you-know/on\n"), f"{FACTS}:16:12", "unknown-item", "no item `on`"),
    (changed(CAMPAIGN, "America/Toronto", "Toronto"), f"{CAMPAIGN}:6:11", "unknown-timezone", "`America/Toronto`"),
    (changed(CAMPAIGN, "network: x,", "network: mastodn,"), f"{CAMPAIGN}:13:19", "unknown-network", "`mastodon`"),
    (changed(CAMPAIGN, "network: x, language: en", "network: x, language: es"), f"{CAMPAIGN}:13:32", "unknown-language", "`es`"),
    (changed(CAMPAIGN, "[en, fr]", "[en, fr, en]"), f"{CAMPAIGN}:7:21", "defined-twice", "`en`"),
    # languages
    (changed(CAMPAIGN, "{en: Spring, fr: Printemps}", "{en: Spring}"), f"{CAMPAIGN}:2:1", "missing-language", "`fr`"),
    (changed(CAMPAIGN, "{en: Impact, fr: Impact}", "{fr: Impact}"), f"{CAMPAIGN}:9:3", "missing-language", "`en`"),
    (changed(CAMPAIGN, "fr: Printemps", "fr: ''"), f"{CAMPAIGN}:2:24", "missing-language", "empty"),
    (changed(CAMPAIGN, "fr: Printemps", "fr: A, de: B"), f"{CAMPAIGN}:2:27", "unknown-language", "`de`"),
    (changed(SERIES, "{en: Curiosity, fr: Curiosité}", "{en: Curiosity}"), f"{SERIES}:2:1", "missing-language", "`purpose`"),
    (changed(FACTS, "{en: No figure, fr: Aucun chiffre}", "{en: No figure}"), f"{FACTS}:7:3", "missing-language", "`text`"),
    # items
    (changed(FACTS, "  source: {title: A report", "  #"), f"{FACTS}:2:14", "source-missing", "`half` states a number"),
    (ended(FACTS, "- id: half\n"), f"{FACTS}:14:7", "defined-twice", "line 1"),
    (ended("content/data/commitments.yaml", "- id: impact-1\n"), "content/data/commitments.yaml:3:7", "defined-twice", "line 1"),
    (ended(FACTS, "- text: {en: A, fr: B}\n"), f"{FACTS}:14:3", "missing-key", "`id` is missing"),
    (ended(FACTS, "- id: late\n  priority: impcat\n"), f"{FACTS}:15:13", "unknown-priority", "`impact`"),
    (ended(FACTS, "- id: late\n  commitments: [impact-2]\n"), f"{FACTS}:15:17", "unknown-commitment", "`impact-1`"),
    (ended(FACTS, "- id: late\n  sources: {title: A}\n"), f"{FACTS}:15:3", "unknown-key", "`source`"),
    # series
    ({SERIES: None}, SERIES, "missing-file", "did-you-know"),
    (changed(SERIES, "data: facts", "data: fatcs"), f"{SERIES}:5:15", "unknown-data", "`facts`"),
    (changed(SERIES, "facts}", "facts, only: [half, thrid]}"), f"{SERIES}:5:35", "unknown-item", "`third`"),
    (changed(SERIES, "facts}", "facts, where: {seson: winter}}"), f"{SERIES}:5:30", "unknown-key", "`seson`"),
    (changed(SERIES, "facts}", "facts, where: {id: no}}"), f"{SERIES}:5:1", "no-items", "takes no item"),
    (changed(SERIES, "priority: impact", "priority: impacts"), f"{SERIES}:3:11", "unknown-priority", "`impact`"),
    (changed(SERIES, "impact-1", "impact-9"), f"{SERIES}:4:15", "unknown-commitment", "`impact-9`"),
    (ended(SERIES, "rung: aware\nno_result: true\n"), f"{SERIES}:7:1", "no-result", "Nobody waits for a result"),
    (ended(SERIES, "poll: {}\nno_result: true\n"), f"{SERIES}:7:1", "no-result", "A poll has a result"),
    (ended(SERIES, "rung: awar\n"), f"{SERIES}:6:7", "wrong-type", "Did you mean `aware`?"),
    ({**ended(SERIES, "poll: {}\n"), **ended(FACTS, "- id: late\n")}, f"{FACTS}:14:3", "poll-options", "is missing"),
    (
        {**ended(SERIES, "poll: {}\n"), **changed(FACTS, '["Yes", "No"]', '["Yes"]')},
        f"{FACTS}:3:12", "poll-options", "2 to 4",
    ),
    (
        {**ended(SERIES, "poll: {}\n"), **changed(FACTS, '["Yes", "No"]', "[A, B, C]")},
        f"{FACTS}:3:12", "poll-options", "as many",
    ),
    (ended(SERIES, "pictures: [{alt: {en: A, fr: B}}]\n"), f"{SERIES}:6:12", "picture-missing", "exactly one"),
    (ended(SERIES, "pictures: [{card: fact, alt: {en: A, fr: B}}]\n"), f"{SERIES}:6:19", "picture-missing", "fact.svg.j2"),
    (ended(SERIES, "pictures: [{file: ../campaign.yaml, alt: {en: A, fr: B}}]\n"), f"{SERIES}:6:19", "picture-missing", "refused"),
    (ended(SERIES, 'pictures: [{file: "a\\0b", alt: {en: A, fr: B}}]\n'), f"{SERIES}:6:19", "yaml-syntax", "U+0000"),
    # templates
    ({"content/series/did-you-know/post.fr.j2": None}, f"{SERIES}:1:1", "template-missing", "post.fr.j2 for mastodon-fr"),
    ({"content/series/did-you-know/post.ft.j2": "x"}, "content/series/did-you-know/post.ft.j2", "unknown-file", "`post.f"),
    ({"content/series/did-you-know/post.mastdon.fr.j2": "x"}, "content/series/did-you-know/post.mastdon.fr.j2", "unknown-file", "`post.mastodon.fr.j2`"),
    ({"schedules/extra.yml": "a: 1"}, "schedules/extra.yml", "unknown-file", "extra.yaml"),
    # schedules
    (changed(WEEKLY, "series: did-you-know", "series: did-you-now"), f"{WEEKLY}:2:11", "unknown-series", "`did-you-know`"),
    (changed(WEEKLY, "mastodon-fr]", "mastodon-rf]"), f"{WEEKLY}:3:27", "unknown-account", "`mastodon-fr`"),
    (changed(WEEKLY, "[mastodon-en, mastodon-fr]", "[]"), f"{WEEKLY}:3:13", "unknown-account", "accounts: all"),
    (changed(WEEKLY, CRON, "when: {}"), f"{WEEKLY}:4:3", "bad-when", "exactly one"),
    (changed(WEEKLY, CRON, 'when: {cron: "0 12 * * mon", every: 3d}'), f"{WEEKLY}:4:3", "bad-when", "cron and every"),
    (changed(WEEKLY, CRON, 'when: {cron: "0 25 * * mon"}'), f"{WEEKLY}:4:16", "bad-when", "0 25"),
    (changed(WEEKLY, CRON, 'when: {cron: "0 12 * *"}'), f"{WEEKLY}:4:16", "bad-when", "5 fields"),
    (changed(WEEKLY, CRON, "when: {dates: [2027-02-01]}"), f"{WEEKLY}:4:18", "bad-date", "time of day"),
    (changed(WEEKLY, CRON, "when: {dates: ['2027-02-30 12:00']}"), f"{WEEKLY}:4:18", "bad-date", "not a date that exists"),
    (changed(WEEKLY, CRON, "when: {dates: [2027-02-01T12:00:00Z]}"), f"{WEEKLY}:4:18", "bad-date", "campaign's timezone"),
    (changed(WEEKLY, CRON, 'when: {before: day, days: [1], at: "25:00"}'), f"{WEEKLY}:4:38", "bad-date", "25:00"),
    (changed(WEEKLY, CRON, f"{CRON}\n  starts: 2027-02-02\n  ends: 2027-02-01"), f"{WEEKLY}:6:9", "bad-date", "before"),
    (
        {"schedules/zz.yaml": GOOD[WEEKLY]},
        "schedules/zz.yaml:1:1", "defined-twice", "also defined in schedules/weekly.yaml, line 1",
    ),
    (
        {
            **changed(WEEKLY, CRON, 'when: {before: day, days: [1], at: "12:00"}'),
            **changed(FACTS, "day: 2027-02-02", "day: soon"),
        },
        f"{FACTS}:9:8", "bad-when", "`day` of `words` must be a date",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "place", "rule", "fragment"), BAD, ids=[f"{bad[2]}-{n}" for n, bad in enumerate(BAD)]
)
def test_bad_input_is_one_problem_at_its_place_told_in_sentences_without_jargon(
    write: Write, files: dict[str, str | bytes | None], place: str, rule: str, fragment: str
) -> None:
    problems = problems_in(write(files))
    assert [(problem.place, problem.rule) for problem in problems] == [(place, rule)], problems
    (problem,) = problems
    assert fragment in f"{problem.message} {problem.advice}"
    for said in (problem.message, problem.advice):
        assert not said or said.endswith((".", "?", "!", "…", "`", "]")), said
        assert not re.search(r"Input should|Value error|validation|pydantic|dict|tuple|NoneType|Extra inputs", said)


def test_every_problem_of_every_file_is_told_at_once_and_in_order(write: Write) -> None:
    directory = write(
        {
            **changed(
                CAMPAIGN, "2027-02-28\ntimezone: America/Toronto", "2027-02-30\ntimezone: Mars/Base\ncolour: red"
            ),
            **changed(SERIES, "data: facts", "data: facts, only: [nobody]"),
            **changed(WEEKLY, "mastodon-fr]", "nobody]"),
            FACTS: "a: [1\n",
            "content/series/did-you-know/post.fr.j2": b"\xff",
        }
    )
    problems = problems_in(directory)
    assert [(problem.place, problem.rule) for problem in problems] == [
        ("content/campaign.yaml:5:7", "bad-date"),
        ("content/campaign.yaml:6:11", "unknown-timezone"),
        ("content/campaign.yaml:7:1", "unknown-key"),
        ("content/data/facts.yaml:1:4", "yaml-syntax"),
        ("content/series/did-you-know/post.fr.j2:1:1", "not-utf8"),
        ("schedules/weekly.yaml:3:27", "unknown-account"),
    ]


def test_aliases_that_multiply_are_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    document, problems = parse("\n".join(lines), "bomb.yaml")
    assert document is None
    assert problems[0].rule == "yaml-syntax"
    assert "aliases" in problems[0].message


@pytest.mark.parametrize("text", ["? " * 2000, "- " * 5000, "[" * 1000])
def test_deep_nesting_is_a_problem(text: str) -> None:
    _document, problems = parse(text, "deep.yaml")
    assert [problem.rule for problem in problems] == ["yaml-syntax"]


def test_every_rule_is_tested_here_or_beside_the_good_campaign() -> None:
    tested = {rule for _, _, rule, _ in BAD} | {rule for _, _, rule, _ in BAD_MEDIA}
    assert set(RULES) - tested == {
        "template-error",
        "picture-broken",
        "not-looked-at",
    }  # the last: tests/cli/test_checking.py


def test_a_pipe_or_a_folder_where_a_file_should_be_is_a_problem(write: Write) -> None:
    directory = write({FACTS: None})
    os.mkfifo(directory / FACTS)
    (directory / "schedules/more.yaml").mkdir()
    assert [(problem.place, problem.rule) for problem in problems_in(directory)] == [
        (FACTS, "unreadable"),
        ("schedules/more.yaml", "unreadable"),
    ]


def test_a_directory_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert [p.rule for p in problems_in(tmp_path / "nothing")] == ["empty-campaign"]
    (tmp_path / "file").touch()
    assert [p.rule for p in problems_in(tmp_path / "file")] == ["empty-campaign"]


def test_nearest_word() -> None:
    assert nearest("Mastodn", ["x", "mastodon"]) == "mastodon"
    assert nearest("zebra", ["x", "mastodon"]) == ""


FILES = sorted(GOOD)
MORE_TEXT = st.text(alphabet=st.sampled_from(list("ab0-: \n\t[]{}#&*!|>'\"%@`,?\\é\0\x85\u2028<~.=")), max_size=60)
VALUES = st.sampled_from(
    [
        "null",
        "3",
        "1.5",
        "true",
        "[]",
        "{}",
        "x",
        "2027-02-30",
        "[1, [2]]",
        "{a: {b: c}}",
        "''",
        ".nan",
        "0xZ",
        "!!int x",
    ]
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=st.sampled_from(FILES), content=st.binary(max_size=60) | MORE_TEXT.map(str.encode))
def test_garbage_never_raises(write: Write, file: str, content: bytes) -> None:
    problems_in(write({file: content}))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), file=st.sampled_from([name for name in FILES if name.endswith(".yaml")]))
def test_any_value_in_any_place_never_raises(write: Write, data: st.DataObject, file: str) -> None:
    text = GOOD[file]
    holes = [match.span(1) for match in re.finditer(r"[:\[,] ?([^\s:,{}\[\]]+|\{.*?\}|\[.*?\])(?=[\n,\]}])", text)]
    start, end = data.draw(st.sampled_from(holes))
    problems_in(write({file: text[:start] + data.draw(VALUES) + text[end:]}))


@settings(max_examples=300, deadline=None)
@given(MORE_TEXT | st.text(max_size=40))
def test_any_text_is_a_document_or_a_problem(text: str) -> None:
    document, problems = parse(text, "any.yaml")
    assert document is not None or problems
