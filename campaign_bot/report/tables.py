"""The report for programs: JSON with stable keys, and one tidy CSV row for each delivery and age."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import Any

from campaign_bot.evaluate import Evaluation, Group, Rate
from campaign_bot.model import Counts

COUNTS = tuple(Counts.__dataclass_fields__)


def to_json(evaluation: Evaluation, language: str) -> str:
    body = {
        "campaign": evaluation.campaign.id,
        "made": evaluation.now.isoformat(),
        "simulated": evaluation.simulated,
        "age_hours": evaluation.age.total_seconds() / 3600 if evaluation.age else None,
        "total": _group(evaluation.total),
        **{f"by_{name}": [_group(one) for one in groups] for name, groups in evaluation.groups.items()},
        "late": evaluation.late,
        "lateness_p50_s": evaluation.lateness_p50_s,
        "lateness_p99_s": evaluation.lateness_p99_s,
        "complete_pairs": _rate(evaluation.pairs),
        "alt_texts": _rate(evaluation.alt_share),
        "weeks": [{"week": week, "sent": sent, "not_sent": other} for week, sent, other in evaluation.weeks],
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def to_csv(evaluation: Evaluation, language: str) -> str:
    """An unread delivery has one row without counts; an empty cell is a count that the network does not tell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["post", "series", "priority", "account", "network", "language", "state", "due", "sent", "url",
                     "followers_when_sent", "age_hours", *COUNTS, "simulated"])  # fmt: skip
    for one in (figures.result for figures in evaluation.posts):
        sent = one.sent.isoformat() if one.sent else ""
        head = [one.post, one.series, one.priority, one.account, one.network, one.language, str(one.state),
                one.due.isoformat(), sent, one.url, "" if one.followers is None else one.followers]  # fmt: skip
        for snapshot in one.snapshots:
            counts = ["" if (value := getattr(snapshot.counts, name)) is None else value for name in COUNTS]
            writer.writerow([*head, snapshot.age.total_seconds() / 3600, *counts, int(one.simulated)])
        if not one.snapshots:
            writer.writerow([*head, "", *[""] * len(COUNTS), int(one.simulated)])
    return out.getvalue()


def _group(group: Group) -> dict[str, Any]:
    body = asdict(group)
    return {**body, "by_followers": _rate(group.by_followers), "by_impressions": _rate(group.by_impressions)}


def _rate(rate: Rate | None) -> dict[str, Any] | None:
    return None if rate is None else {**asdict(rate), "percent": rate.percent}
