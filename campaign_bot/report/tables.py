"""The report for programs: JSON by a published schema (docs/report.schema.json), and one tidy CSV row for each delivery
and reading."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from campaign_bot.evaluate import Comparison, Evaluation, Group, Judged, Rate
from campaign_bot.evaluate.benchmarks import Outside
from campaign_bot.evaluate.experiments import ExperimentResult
from campaign_bot.evaluate.ladder import FOLLOWING
from campaign_bot.evaluate.statistics import Interval
from campaign_bot.evaluate.versus import Stratum, Versus
from campaign_bot.model import Counts

COUNTS = Counts.__struct_fields__


def to_json(evaluation: Evaluation, languages: Sequence[str]) -> str:
    """null is what is not known; it never stands for 0."""
    return json.dumps(body(evaluation), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def body(evaluation: Evaluation) -> dict[str, Any]:
    ladder, loops = evaluation.ladder, evaluation.loops
    return {
        "campaign": evaluation.campaign.id,
        "made": evaluation.now.isoformat(),
        "since": _instant(evaluation.since),
        "until": _instant(evaluation.until),
        "simulated": evaluation.simulated,
        "drawn": evaluation.drawn,
        "age_hours": evaluation.age.total_seconds() / 3600 if evaluation.age else None,
        "objectives": [_objective(one) for one in evaluation.objectives],
        "inputs": {
            "posts_written": evaluation.posts_written,
            "approvals": evaluation.approvals,
            "staff_hours": evaluation.campaign.staff_hours,
            "spent_usd": evaluation.costs[-1].usd if evaluation.costs else None,
        },
        "total": _group(evaluation.total),
        **{f"by_{name}": [_group(one) for one in groups] for name, groups in evaluation.groups.items()},
        "late": evaluation.late,
        "lateness_p50_s": evaluation.lateness_p50_s,
        "lateness_p99_s": evaluation.lateness_p99_s,
        "punctual": _rate(evaluation.punctual),
        "complete_pairs": _rate(evaluation.pairs),
        "alt_texts": _rate(evaluation.alt_share),
        "weeks": [{"week": week, "sent": sent, "not_sent": other} for week, sent, other in evaluation.weeks],
        "growth": [
            {"network": name, "age_hours": age.total_seconds() / 3600, "median": value}
            for name, points in evaluation.growth.items()
            for age, value in points
        ],
        "ladder": [
            {
                "rung": one.name,
                "number": one.number,
                "deliveries": one.posts,
                "step": _rate(one.step),
                **({"followers_change": one.change} if one.name == FOLLOWING else {}),
            }
            for one in ladder.rungs
        ],
        "followers": None if ladder.followers is None else {"first": ladder.followers[0], "last": ladder.followers[1]},
        "participation_yield": _rate(ladder.participation_yield),
        "loops": {
            "closed": _rate(loops.closed),
            "open": loops.still_open,
            "unanswered": list(loops.unanswered),
            "due_kinds": asdict(loops.due),
            "open_kinds": asdict(loops.open),
            "no_result": [{"series": name, "posts": posts} for name, posts in loops.no_result],
        },
        "benchmarks": [{**asdict(one), "by_followers": _rate(one.by_followers)} for one in evaluation.benchmarks],
        "outside_benchmarks": [_outside(one) for one in evaluation.outside],
        "outcomes": evaluation.outcomes,
        "outcomes_before_start": evaluation.outcomes_before,
        "costs": [asdict(one) for one in evaluation.costs],
        "comparisons": [_comparison(one) for one in evaluation.comparisons],
        "experiments": [experiment_json(one) for one in evaluation.experiments],
        "doubts": asdict(evaluation.doubts),
        "versus": None if evaluation.versus is None else _versus(evaluation.versus),
    }


def to_csv(evaluation: Evaluation, languages: Sequence[str]) -> str:
    """An unread delivery has one row without counts; an empty cell is a count that the network does not tell, or the
    address of a simulated delivery, which leads nowhere."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["post", "series", "priority", "account", "network", "language", "state", "due", "sent", "url",
                     "followers_when_sent", "experiment", "variant", "age_hours", *COUNTS, "simulated"])  # fmt: skip
    simulated = int(evaluation.simulated)
    for one in (figures.result for figures in evaluation.posts):
        head = [one.post, one.series, one.priority, one.account, one.network, one.language, str(one.state),
                one.due.isoformat(), _instant(one.sent) or "", "" if simulated else one.url,
                "" if one.followers is None else one.followers, one.experiment, one.variant]  # fmt: skip
        for hours, counts in one.reads:
            writer.writerow([*head, round(hours, 3), *("" if value is None else value for value in counts), simulated])
        if not one.reads:
            writer.writerow([*head, "", *[""] * len(COUNTS), simulated])
    return out.getvalue()


def _group(group: Group) -> dict[str, Any]:
    return {**asdict(group), "by_followers": _rate(group.by_followers), "by_impressions": _rate(group.by_impressions)}


def _rate(rate: Rate | None) -> dict[str, Any] | None:
    return None if rate is None else {**asdict(rate), "percent": rate.percent}


def _interval(found: Interval | None) -> dict[str, float] | None:
    return None if found is None else asdict(found)


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _objective(one: Judged) -> dict[str, Any]:
    objective = one.objective
    return {
        "id": objective.id, "metric": objective.metric, "baseline": objective.baseline, "target": objective.target,
        "by": objective.by.isoformat(), "value": one.value, "rate": _rate(one.rate), "verdict": one.verdict, "share": one.share,
        "age_hours": one.age.total_seconds() / 3600 if one.age else None,
        "projection": _interval(one.projection), "likely": one.likely, "unprojected": one.unprojected or None,
    }  # fmt: skip


def _outside(one: Outside) -> dict[str, Any]:
    file = one.file
    return {
        "metric": file.metric, "network": file.network, "language": file.language, "value": file.value,
        "age_hours": file.age.total_seconds() / 3600 if file.age else None, "year": file.year, "formula": file.formula,
        "source": file.source.model_dump(), "same_age": one.same_age, "ours": one.ours, "deliveries": one.read,
    }  # fmt: skip


def _versus(one: Versus) -> dict[str, Any]:
    return {
        "campaign": one.name or None, "since": _instant(one.before.since), "until": _instant(one.before.until),
        "total": _group(one.before.total), "posts": one.posts, "others": one.others, "ratio": _interval(one.ratio),
        "verdict": one.verdict, "more_posts": one.more_posts, "counted": list(one.counted), "left_out": one.left_out,
        "strata": [_stratum(each, one) for each in one.strata], "thin": [_stratum(each, one) for each in one.thin],
    }  # fmt: skip


def _stratum(one: Stratum, of: Versus) -> dict[str, Any]:
    network, language, account = (*one.place, None) if of.name else (None, None, *one.place)
    return {"network": network, "language": language, "account": account, "posts": one.posts, "others": one.others}


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "factor": one.factor, "level": one.level, "posts": one.posts, "others": one.others, "paired": one.paired,
        "ratio": _interval(one.ratio), "confidence": one.confidence, "p_holm": one.p, "verdict": one.verdict,
        "more_posts": one.more_posts, "counted": list(one.counted), "left_out": one.left_out,
        "same_as": None if one.same_as is None else {"factor": one.same_as[0], "level": one.same_as[1], "swapped": one.swapped},
    }  # fmt: skip


def experiment_json(one: ExperimentResult) -> dict[str, Any]:
    return {
        "id": one.id, "metric": one.metric, "age_hours": one.age_hours, "smallest_effect": one.smallest_effect,
        "most_blocks": one.most_blocks, "blocks": one.blocks, "waiting": one.waiting, "dropped": one.dropped,
        "declared": None if one.declared is None else _instant(one.declared.at),
        "sha256": None if one.declared is None else one.declared.sha256, "changed": one.changed, "gone": one.gone,
        "ended": None if one.ended is None else {"at": _instant(one.ended.at), "reason": one.ended.reason},
        "cut": one.cut, "verdict": one.verdict,
        "arms": [
            {"variant": arm.variant, "posts": arm.posts, "median": arm.median, "ratio": _interval(arm.ratio),
             "verdict": arm.verdict, "dropped": arm.dropped, "left_out": arm.left_out}
            for arm in one.arms
        ],
    }  # fmt: skip
