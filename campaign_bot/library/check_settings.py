"""What campaign.yaml, a series or an item says of the checks: rules that exist, and reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from campaign_bot.library.draft import Draft, Part
from campaign_bot.library.words import advice_for
from campaign_bot.library.yaml import Keys
from campaign_bot.model import Problem


def check_settings(draft: Draft, rules: Collection[str]) -> Iterator[Problem]:
    """Every rule that is named and does not exist."""
    if draft.campaign is not None:
        for keys in draft.campaign.document.keys:
            if keys[:2] == ("checks", "rules") and len(keys) == 3:
                yield from _known(draft.campaign, keys, str(keys[2]), rules, at_key=True)
    parts: list[Part[Any]] = [series.part for series in draft.series.values()]
    for part in (*parts, *(row for rows in draft.rows.values() for row in rows)):
        number = 0
        while part.document.has((*part.keys, "allow", number)):
            keys = ("allow", number, "rule")
            if isinstance(name := part.document.at(*part.keys, *keys), str):
                yield from _known(part, keys, name, rules)
            number += 1


def _known(
    part: Part[Any], keys: Keys, name: str, rules: Collection[str], *, at_key: bool = False
) -> Iterator[Problem]:
    if name not in rules:
        message = f"There is no rule `{name}`."
        advice = f"{advice_for(name, rules, 'rule')} `campaign-bot check --rules` lists them."
        yield part.problem("unknown-rule", keys, message, advice, at_key=at_key)
