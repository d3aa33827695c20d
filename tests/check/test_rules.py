"""Every rule on the examples that stand beside it, and the rules over several deliveries."""

from __future__ import annotations

import pytest

from campaign_bot.check import TEXT_RULES

PASSES = [(one.id, language, text) for one in TEXT_RULES.values() for language, text in one.passes]
FAILS = [(one.id, language, text) for one in TEXT_RULES.values() for language, text in one.fails]


@pytest.mark.parametrize(("rule", "language", "text"), PASSES)
def test_what_is_right_passes(rule: str, language: str, text: str) -> None:
    assert list(TEXT_RULES[rule].find(text, language)) == []


@pytest.mark.parametrize(("rule", "language", "text"), FAILS)
def test_what_is_wrong_is_found(rule: str, language: str, text: str) -> None:
    assert list(TEXT_RULES[rule].find(text, language))


@pytest.mark.parametrize("rule", sorted(TEXT_RULES))
def test_every_rule_has_examples_and_advice_in_both_languages(rule: str) -> None:
    one = TEXT_RULES[rule]
    assert one.passes
    assert one.fails
    assert one.advice["en"] != one.advice["fr"]
    assert one.source
