"""Every rule on the examples that stand beside it: they are its documentation, and the corpus against false alarms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign_bot import networks
from campaign_bot.app.checking import bench_at, rows_at
from campaign_bot.check import RULES
from campaign_bot.check.examples import as_drafts, tried
from campaign_bot.check.registry import Example

ROOT = Path(__file__).parent.parent.parent
BENCH = bench_at(ROOT)
ROWS = rows_at(ROOT)
#: What an example breaks besides because it cannot be said otherwise.
BESIDE = {
    ("link-count", "link-price"): "a bare domain is a link on X, and costs",
    ("too-long", "link-price"): "the same",
    ("too-long", "sentence-long"): "so many words are no short sentence",
    ("alt-long", "sentence-long"): "the same",
    ("fr-capitals", "shouting"): "a word in capitals throughout",
    ("alt-missing", "media-limits"): "a network that takes no video",
    ("captions-missing", "media-limits"): "the same",
    ("pair-media", "media-limits"): "the same",
    ("fr-space-before", "fr-narrow-space"): "the space is a narrow one",
}
#: What `check --drafts` says of how a draft is written; drafts are other programs', and stand on no page.
OF_DRAFTS = ("there is no fact", "`language` is a code")
QUOTED = re.compile("«\u00a0.*?\u00a0»")
BREAKS = re.compile(r" [:»%$]|« | [;?!]")


def _examples(kind: str) -> Iterator[object]:
    for rule in RULES.values():
        for number, example in enumerate(getattr(rule, kind), 1):
            yield pytest.param(rule.id, example, id=f"{rule.id}-{number}")


@pytest.mark.parametrize(("rule", "example"), list(_examples("passes")))
def test_what_is_right_passes_every_rule(rule: str, example: Example) -> None:
    found = {one.rule for one in tried(BENCH, ROWS, example).findings}
    assert {one for one in found if (rule, one) not in BESIDE} == set(), as_drafts(example)[-1]


@pytest.mark.parametrize(("rule", "example"), list(_examples("fails")))
def test_what_is_wrong_is_found_and_nothing_else(rule: str, example: Example) -> None:
    found = {one.rule for one in tried(BENCH, ROWS, example).findings}
    assert rule in found, as_drafts(example)[-1]
    assert {one for one in found if (rule, one) not in BESIDE} == {rule}, as_drafts(example)[-1]


@pytest.mark.parametrize(("rule", "example"), list(_examples("fails")))
def test_what_is_found_is_said_in_french_too(rule: str, example: Example) -> None:
    for found in tried(BENCH, ROWS, example).findings:
        if not found.message.startswith(OF_DRAFTS):
            assert found.french, found.message
        words = QUOTED.sub("", found.french)
        assert not BREAKS.search(words), f"a line may break before a sign: {found.french}"


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_has_advice_in_both_languages_and_a_source(rule: str) -> None:
    one = RULES[rule]
    assert one.advice["en"] != one.advice["fr"]
    assert one.says
    assert one.source


def test_every_text_rule_has_examples_of_either_kind() -> None:
    few = {
        rule.id: (len(rule.passes), len(rule.fails))
        for rule in RULES.values()
        if rule.looks == "text" and min(len(rule.passes), len(rule.fails)) < 4
    }
    assert few == {}


def test_the_networks_name_no_rule_that_the_table_lacks() -> None:
    told = {
        found.rule
        for rule in RULES.values()
        for example in (*rule.passes, *rule.fails)
        for found in tried(BENCH, ROWS, example).findings
    }
    assert told <= set(RULES)
    assert networks.names()
