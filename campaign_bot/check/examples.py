"""A rule's examples as drafts, tried the way that `check --drafts` tries anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from campaign_bot.check.drafts import Judged, check_drafts
from campaign_bot.check.registry import Bench, Example
from campaign_bot.library.files import Row

NETWORK = "mastodon"


def as_drafts(example: Example) -> list[dict[str, Any]]:
    """The drafts of one example; the last is the one that the rule is about."""
    if isinstance(example, tuple):
        language, text = example
        return [{"id": "example", "language": language, "network": NETWORK, "text": text}]
    if "drafts" in example:
        return [dict(one) for one in example["drafts"]]
    return [{"id": "example", **example}]


def tried(on: Bench, rows: Mapping[str, Row], example: Example) -> Judged:
    """What the checks say of an example's last draft."""
    return check_drafts(on, rows, [json.dumps(one) for one in as_drafts(example)])[-1]
