"""check: drafts of other tools, what it shows, the formats for programs, and mending."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from campaign_bot.app.checking import bench_at, judge_drafts, rows_at
from campaign_bot.check import RULES, page
from campaign_bot.check.drafts import check_drafts
from campaign_bot.check.mend import mended
from campaign_bot.library.load import load
from tests.campaigns import FACTS, SERIES, write_campaign
from tests.cli.conftest import Run

ROOT = Path(__file__).parent.parent.parent
SHARED = Path(__file__).parents[3] / "shared" / "campaign"
BENCH = bench_at(ROOT)
ROWS = rows_at(ROOT)
TEMPLATE = "content/series/facts/post.fr.j2"


def drafts(tmp_path: Path, *lines: object) -> Path:
    file = tmp_path / "drafts.jsonl"
    file.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), "utf-8")
    return file


# Drafts


def test_each_draft_gets_one_line_of_findings(tmp_path: Path, campaign: Path, run: Run) -> None:
    wrong = {"id": "a", "language": "fr", "network": "x", "text": "Votez !"}
    right = {"id": "b", "language": "fr", "network": "x", "text": "Votez!"}
    ran = run("check", "--drafts", drafts(tmp_path, wrong, "", right))
    first, second = map(json.loads, ran.out.splitlines())
    assert ran.code == 1
    assert first["id"] == "a"
    assert [(one["rule"], one["severity"], one["where"]) for one in first["findings"]] == [
        ("fr-space-before", "error", "text")
    ]
    assert second == {"id": "b", "findings": []}


def test_what_to_do_about_a_french_post_is_said_in_the_language_of_the_message(campaign: Path, run: Run) -> None:
    """Words that take the place of others stay French; the sentence around them is the command's."""
    write_campaign(campaign, **{TEMPLATE: "A vous de voter : l’Etat vous lit! {{ item.text }}\n"})
    told = {one["rule"]: one["advice"] for one in run("check", "--json").json["problems"]}
    assert told.items() >= {(name, RULES[name].advice["en"]) for name in ("fr-nbsp", "fr-capitals")}
    assert RULES["fr-nbsp"].advice["fr"] not in run("check").out


def test_warnings_alone_do_not_fail(tmp_path: Path, campaign: Path, run: Run) -> None:
    ran = run(
        "check", "--drafts", drafts(tmp_path, {"id": 1, "language": "en", "network": "x", "text": "Visit our center"})
    )
    assert ran.code == 0
    assert json.loads(ran.out)["findings"][0]["rule"] == "en-spelling"


@pytest.mark.parametrize(
    ("line", "fragment"),
    [
        ("{", "not JSON"), ("[]", "JSON object"), ('{"text": "x"}', "`network` is missing"), ('{"network": "y", "text": "x"}', "no network “y”"),
        ('{"network": "x", "text": 5}', "`text` is a text"), ('{"network": "x", "text": "", "media": {}}', "`media` is a list"),
        ('{"network": "x", "poll": {"options": [1], "hours": 1}}', "is a text"), ('{"network": "x", "poll": {"options": [], "hours": "x"}}', "`hours` is a number"),
        ('{"network": "x", "text": "\\ud800"}', "half a character"), ('{"network": "x", "pair": 5, "text": "x"}', "`pair` is an object"), ("[" * 5000, "not JSON"),
        ('{"network": "x", "signed_off": "yes"}', "`signed_off` is true or false"), ('{"network": "x", "fact": 7}', "`fact` is a text"),
        ('{"network": "x", "media": [{"file": "a.mp4", "captions": "no"}]}', "`captions` is true or false"),
    ],
)  # fmt: skip
def test_what_is_no_draft_is_told_with_its_line(
    tmp_path: Path, campaign: Path, run: Run, line: str, fragment: str
) -> None:
    good = {"id": "b", "language": "en", "network": "x", "text": "Hello"}
    ran = run("check", "--drafts", drafts(tmp_path, good, line))
    assert ran.code == 1
    assert "drafts.jsonl:2:" in ran.err
    assert fragment in ran.err
    assert json.loads(ran.out.splitlines()[1])["findings"][0]["rule"] == "bad-draft"


@pytest.mark.parametrize(
    ("language", "words"),
    [("zz", "“zz” is the code of no language"), ("english", "en is meant?"), (5, "not 5"), (["en"], 'not ["en"]'), (None, "no language")],
)  # fmt: skip
def test_a_language_that_is_none_is_a_finding_and_the_rest_is_judged(language: object, words: str) -> None:
    draft = {"network": "X", "language": language, "text": "Vote 𝗻𝗼𝘄"}
    beside = {**draft, "language": "en", "text": "Vote now", "pair": {"language": language, "text": "Votez ici"}}
    first, second = judge_drafts(ROOT, [json.dumps(draft), json.dumps(beside)])
    assert {one.rule for one in first.findings} == {"language-missing", "fake-letters"}
    assert [words in one.message for one in first.findings if one.rule == "language-missing"] == [True]
    assert {(one.rule, one.where) for one in second.findings} == {("language-missing", "pair")}


@pytest.mark.parametrize("language", ["fr_CA", "FR", "fr-CA", " fr "])
def test_a_language_may_be_written_as_other_tools_do(language: str) -> None:
    (one,) = judge_drafts(ROOT, [json.dumps({"network": "x", "language": language, "text": "Votez !"})])
    assert [found.rule for found in one.findings] == ["fr-space-before"]


def test_drafts_need_no_campaign_and_come_from_standard_input(tmp_path: Path) -> None:
    line = json.dumps(
        {
            "id": "é",
            "language": "en",
            "network": "bluesky",
            "text": "In 10 years, 4,500 commitments.",
            "fact": "ogp-members-2021",
        }
    )
    ran = subprocess.run(
        [sys.executable, "-m", "campaign_bot", "check", "--drafts", "-"], input=line.encode(), capture_output=True, cwd=tmp_path, check=False
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr
    assert [one["rule"] for one in json.loads(ran.stdout)["findings"]] == ["stale"]


def test_a_mended_draft_beside_the_wrong_one_is_no_duplicate_of_it(tmp_path: Path) -> None:
    texts = [
        "Votre ville demande ce qui compte : dites-le.",
        "Votre ville demande ce qui compte\u00a0: dites-le.",
        "Votre ville demande ce qui compte, dites-le!",
    ]
    lines = [
        json.dumps({"id": number, "language": "fr", "network": "x", "text": text}) for number, text in enumerate(texts)
    ]
    assert [[one.rule for one in draft.findings] for draft in judge_drafts(ROOT, lines)] == [
        ["fr-nbsp"],
        [],
        ["near-duplicate"],
    ]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=120), st.sampled_from(("en", "fr", "ar", "")), st.sampled_from(("x", "mastodon", "bluesky")))
def test_any_text_gets_an_answer(text: str, language: str, network: str) -> None:
    (judged,) = check_drafts(
        BENCH,
        ROWS,
        [
            json.dumps(
                {
                    "id": 1,
                    "language": language,
                    "network": network,
                    "text": text,
                    "media": [{"file": text, "alt": text}],
                }
            )
        ],
    )
    assert judged.bad or json.dumps(judged.as_json(), ensure_ascii=False).encode()


# The shipped campaign, and the facts that it is made from


def test_the_shipped_campaign_has_no_findings(run: Run) -> None:
    ran = run("-C", ROOT, "check")
    assert ran.code == 0
    assert re.search(r"\b2\d\d deliveries checked: no errors, no warnings, 1 allowed\.", ran.out), ran.out


def test_the_collected_facts_have_the_findings_that_are_known_and_no_other() -> None:
    if not SHARED.is_dir():
        pytest.skip(
            f"there are no collected facts at {SHARED}: the check against false alarms on 122 sentences was NOT run"
        )
    facts = YAML(typ="safe").load((SHARED / "facts.yaml").read_text("utf-8"))["facts"]
    assert len(facts) == 61
    found: dict[str, set[str]] = {}
    for language, other in (("en", "fr"), ("fr", "en")):
        lines = [
            json.dumps(
                {
                    "id": one["id"],
                    "language": language,
                    "network": "mastodon",
                    "text": one[language],
                    "fact": one["id"],
                    "pair": {"language": other, "text": one[other]},
                }
            )
            for one in facts
        ]
        for judged in judge_drafts(ROOT, lines):
            if judged.findings:
                found.setdefault(str(judged.id), set()).update(one.rule for one in judged.findings)
    historic = {"ogp-members-2021", "summit-2019-people", "fogo-grants", "asoc-students", "ontario-youth"}
    before_use = {one["id"] for one in facts if one["status"] == "check-before-use"}
    assert found == {name: {"stale"} for name in historic | before_use}


# For people and for programs


def test_a_finding_stands_under_its_line_with_a_caret(campaign: Path, run: Run) -> None:
    write_campaign(campaign, **{TEMPLATE: "Bonjour ! {{ item.text }} #GouvOuvert\n"})
    ran = run("check")
    lines = ran.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{TEMPLATE}:1:8: error"))
    assert lines[at + 1].strip().startswith("Bonjour !")
    assert lines[at + 2].index("^") == lines[at + 1].index(" !")
    assert "Take the space out." in lines[at + 3]
    assert "and 1 more" in ran.out  # three accounts speak French, three posts: told once


def test_a_finding_in_an_item_stands_at_its_row(campaign: Path, run: Run) -> None:
    write_campaign(
        campaign, **{"content/data/facts.yaml": FACTS.replace("Le premier fait de tous.", "L'Etat répond à tous.")}
    )
    found = {(one["rule"], one["file"], one["line"]) for one in run("check", "--json").json["problems"]}
    assert {("fr-capitals", "content/data/facts.yaml", 2), ("fr-apostrophe", "content/data/facts.yaml", 2)} <= found


def test_sarif_and_annotations_name_file_line_and_rule(campaign: Path, run: Run) -> None:
    write_campaign(campaign, **{TEMPLATE: "Bonjour ! {{ item.text }} 100 % #GouvOuvert\n"})
    (told,) = run("check", "--format", "sarif").json["runs"]
    places = {
        (
            one["ruleId"],
            one["level"],
            one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            one["locations"][0]["physicalLocation"]["region"]["startLine"],
        )
        for one in told["results"]
    }
    assert ("fr-space-before", "error", TEMPLATE, 1) in places
    assert [rule["id"] for rule in told["tool"]["driver"]["rules"]] == sorted(
        {one["ruleId"] for one in told["results"]}
    )
    ran = run("check", "--format", "github")
    assert ran.code == 1
    line = next(line for line in ran.out.splitlines() if "title=fr-nbsp" in line)
    assert line.startswith(f"::error file={TEMPLATE},line=1,col=")
    assert "100 %25" in line


def test_an_unknown_format_is_wrong_usage(campaign: Path, run: Run) -> None:
    assert run("check", "--format", "xml").code == 2
    assert run("check", "--yes").code == 2


# One error hides no other


def test_the_digits_of_a_link_are_no_figure(campaign: Path) -> None:
    facts = FACTS.replace("A second fact", "A https://a.ca/27 fact")
    assert load(write_campaign(campaign, **{"content/data/facts.yaml": facts}))[1] == []


def test_a_figure_without_a_source_hides_nothing_else(campaign: Path, run: Run) -> None:
    facts = FACTS.replace("The first fact", "All 14 facts")
    write_campaign(campaign, **{"content/data/facts.yaml": facts, TEMPLATE: "Bonjour ! {{ item.text }} #GouvOuvert\n"})
    ran = run("check", "--json")
    told = {(one["rule"], one["file"]) for one in ran.json["problems"] if one["severity"] == "error"}
    assert (ran.code, told) == (
        1, {("source-missing", "content/data/facts.yaml"), ("fr-space-before", TEMPLATE)},
    )  # fmt: skip
    assert ran.json["deliveries"] == 18
    assert run("check", "--fix", "--yes").code == 0
    assert (campaign / TEMPLATE).read_text("utf-8").startswith("Bonjour! ")
    assert run("plan").code == 1, "nothing is planned while a number has no source"


OTHER = "content/series/other/"


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ({"content/data/others.yaml": "- id: [\n"}, OTHER + "series.yaml"),
        ({"content/data/others.yaml": "- id: bad\n  text: {en: Only one.}\n- id: good\n  text: {en: Both., fr: Deux.}\n"},
         "content/data/others.yaml:1:3"),
        ({OTHER + "series.yaml": SERIES + "titel: {}\n", "content/data/others.yaml": FACTS}, OTHER + "series.yaml"),
        ({OTHER + "post.en.j2": "{% if %}", "content/data/others.yaml": FACTS}, OTHER + "series.yaml"),
        ({"schedules/other.yaml": "other: {series: facts, accounts: [nobody], when: {cron: '0 9 * * tue'}}\n",
          "content/data/others.yaml": FACTS}, "schedules/other.yaml"),
    ],
    ids=["a file", "an item", "a series", "a template", "a schedule"],
)  # fmt: skip
def test_an_error_in_one_place_does_not_hide_what_is_wrong_in_others(
    campaign: Path, run: Run, broken: dict[str, str], place: str
) -> None:
    """What follows from the error is not told as findings; what was not looked at is said."""
    files = {
        OTHER + "series.yaml": SERIES.replace("facts", "others"),
        OTHER + "post.en.j2": "{{ item.text }}",
        OTHER + "post.fr.j2": "{{ item.text }} Encore !",
        "schedules/other.yaml": "other:\n  series: other\n  when: {cron: '0 9 * * tue'}\n",
        TEMPLATE: "Bonjour ! {{ item.text }}\n",
    }
    write_campaign(campaign, **{**files, **broken})
    found = run("check", "--json").json["problems"]
    assert any(one["rule"] == "fr-space-before" and one["file"] == TEMPLATE for one in found)
    (unseen,) = {f"{one['file']}:{one['line']}:{one['column']}".removesuffix(":0:0")
                 for one in found if one["rule"] == "not-looked-at"}  # fmt: skip
    assert unseen == place
    assert {one["rule"] for one in found if one["severity"] == "error"} - {"fr-space-before"} <= {
        "yaml-syntax", "missing-language", "unknown-key", "template", "unknown-account", "template-missing",
    }  # fmt: skip
    mended = run("check", "--fix", "--yes")
    assert (campaign / TEMPLATE).read_text("utf-8").startswith("Bonjour! ")
    left = "content/data/others.yaml cannot be read and is left as it is" in mended.err
    assert (mended.code, left) == (0, any(one["rule"] == "yaml-syntax" for one in found))


# The campaign's own settings


def test_severity_and_thresholds_are_the_campaigns(campaign: Path, run: Run) -> None:
    file = campaign / "content/campaign.yaml"
    write_campaign(campaign, **{TEMPLATE: "Bonjour ! {{ item.text }}\n"})
    file.write_text(
        file.read_text("utf-8") + "checks:\n  rules: {fr-space-before: warning, pair-length: off}\n", "utf-8"
    )
    ran = run("check", "--json")
    assert ran.code == 0
    assert {(one["rule"], one["severity"]) for one in ran.json["problems"]} >= {("fr-space-before", "warning")}


def test_a_rule_that_does_not_exist_is_a_problem_at_its_place(campaign: Path, run: Run) -> None:
    file = campaign / "content/campaign.yaml"
    file.write_text(file.read_text("utf-8") + "checks:\n  rules:\n    fr-nbps: off\n", "utf-8")
    ran = run("check")
    assert ran.code == 1
    assert "content/campaign.yaml:20:5: error: There is no rule `fr-nbps`" in ran.out
    assert "fr-nbsp" in ran.out


def test_what_is_allowed_with_a_reason_is_shown_and_kept_and_does_not_block(campaign: Path, run: Run) -> None:
    reason = "it is a quotation of the law"
    write_campaign(
        campaign,
        **{TEMPLATE: "Bonjour ! {{ item.text }}\n", "content/series/facts/series.yaml": SERIES + f"allow: [{{rule: fr-space-before, reason: {reason}}}]\n"},
    )  # fmt: skip
    ran = run("check")
    assert ran.code == 0
    assert f"Allowed: {reason}" in ran.out
    assert "1 allowed" in ran.out
    assert run("plan", "--until", "2027-01-31").code == 0
    assert run("approve", "--all").code == 0
    assert reason in run("audit", "log", "--format", "json").out


def test_a_series_that_is_hard_to_read_is_told_once_and_never_blocks(campaign: Path, run: Run) -> None:
    hard = "Responsabilisation gouvernementale intergouvernementale institutionnelle, participation communautaire. " * 8
    write_campaign(campaign, **{TEMPLATE: "{{ item.text }} " + hard + "\n"})
    found = [one for one in run("check", "--json").json["problems"] if one["rule"] == "readability"]
    assert [(one["severity"], one["file"]) for one in found] == [("warning", TEMPLATE)]
    assert "LIX" in found[0]["message"]
    assert "Kandel-Moles" in found[0]["message"]


# The table of rules


def test_the_page_of_rules_is_what_the_table_says() -> None:
    assert (ROOT / "docs/checks.md").read_text("utf-8") == page.page(), "run `make docs`"


def test_rules_are_listed_and_explained(campaign: Path, run: Run) -> None:
    assert [one["id"] for one in run("check", "--rules", "--json").json] == [rule.id for rule in page.ordered()]
    said = run("check", "--explain", "fr-nbsp").out
    assert "Objectif[nbsp]: 30[nbsp]%" in said
    assert RULES["fr-nbsp"].advice["fr"] in said
    assert "Did you mean `fr-nbsp`?" in run("check", "--explain", "fr-nsbp").err


# Mending


def test_fix_shows_the_diff_and_writes_only_when_told(campaign: Path, run: Run) -> None:
    write_campaign(
        campaign,
        **{
            TEMPLATE: '{# "A vous !" #}\nA vous ! L\'Etat : {{ link(\'https://a.ca/d?l="x" !\') }} "{{ item.text }}" 30% #gouvouvert\n'
        },
    )
    before = (campaign / TEMPLATE).read_bytes()
    ran = run("check", "--fix")
    assert ran.code == 1
    assert "À vous! L’État⍽:" in ran.out
    assert "Add --yes" in ran.out
    assert (campaign / TEMPLATE).read_bytes() == before
    assert run("check", "--fix", "--yes").code == 0
    after = '{# "A vous !" #}\nÀ vous! L’État\u00a0: {{ link(\'https://a.ca/d?l="x" !\') }} «\u00a0{{ item.text }}\u00a0» 30\u00a0% #GouvOuvert\n'
    assert (campaign / TEMPLATE).read_text("utf-8") == after
    assert "Nothing to mend." in run("check", "--fix").out


def test_fix_leaves_structure_comments_and_other_keys_of_yaml_as_they_are(campaign: Path, run: Run) -> None:
    rows = """\
# L'Etat ! "color"
- id: one   # d'abord
  note: 'the center of "it" !'
  text: {en: The center of all., fr: 'L''Etat dit "oui" !'}
  list: {fr: [L'un, "d'\\u00e9l\\u00e8ve"], en: [a, b]}
- id: two
  text:
    en: >
      The color
      of it.
    fr: Un deuxième
      fait le suit !
"""
    write_campaign(campaign, **{"content/data/facts.yaml": rows})
    assert run("check", "--fix", "--yes").code == 0
    assert (campaign / "content/data/facts.yaml").read_text("utf-8") == (
        rows.replace("center of all", "centre of all").replace("'L''Etat dit \"oui\" !'", "'L’État dit «\u00a0oui\u00a0»!'")
        .replace("[L'un", "[L’un").replace("The color\n", "The colour\n").replace("suit !", "suit!")
    )  # fmt: skip


@settings(deadline=None)
@given(st.text(alphabet="aàÀEÉt lL'\"«»:;!?%$0123\u00a0\u202f{}#%’“”.,\n", max_size=60), st.sampled_from(("en", "fr")))
def test_mending_twice_changes_nothing_the_second_time(text: str, language: str) -> None:
    once = mended(text, language, BENCH)
    assert mended(once, language, BENCH) == once


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if rule.mend])
def test_what_a_rule_can_mend_is_not_found_again(rule: str) -> None:
    for example in RULES[rule].fails:
        assert isinstance(example, tuple)
        language, text = example
        if (
            language == "fr-FR"
            or "<<" in text
            or (rule == "hashtag-case" and text in ("#opengovernmentweek", "#myvoicematterstoo"))
        ):
            continue
        after = mended(text, language, BENCH)
        lines = [json.dumps({"language": language, "network": "mastodon", "text": after})]
        assert rule not in {one.rule for one in check_drafts(BENCH, {}, lines)[0].findings}, (text, after)


def test_every_fact_of_the_shipped_campaign_has_a_status() -> None:
    rows = ROWS
    assert {name for name, row in rows.items() if row.field("text") and row.source and not row.status and "commitment" not in str(row.source.title)} <= {
        name for name in rows if name.startswith(("inclusion-", "participation-", "impact-"))
    }  # fmt: skip


def test_fix_leaves_links_alone_however_the_file_quotes_them(campaign: Path, run: Run) -> None:
    facts = campaign / "content/data/facts.yaml"
    facts.write_text(
        facts.read_text("utf-8").replace(
            "fr: Le premier fait de tous.", "fr: 'L''an https://example.org/l''idee dit tout.'"
        ),
        "utf-8",
    )
    assert run("check", "--fix", "--yes").code == 0
    assert "fr: 'L’an https://example.org/l''idee dit tout.'" in facts.read_text("utf-8")
