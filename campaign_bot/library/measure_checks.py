"""What must be true of what a campaign wants to be measured: its objectives, benchmarks from outside, published results."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from campaign_bot.library.checks import chosen_rows
from campaign_bot.library.draft import Draft, Part
from campaign_bot.library.files import Row
from campaign_bot.library.metrics import METRICS
from campaign_bot.library.words import advice_for, nearest
from campaign_bot.model import Problem


def check_measures(draft: Draft, networks: Collection[str]) -> Iterator[Problem]:
    """Everything that is wrong with them."""
    yield from _objectives(draft)
    yield from _benchmarks(draft, networks)
    yield from _results(draft)


def _objectives(draft: Draft) -> Iterator[Problem]:
    """A metric that nobody works out would be "not measured" for ever. Looked up as written, whatever else is wrong."""
    if draft.campaign is None:
        return
    document = draft.campaign.document
    named: Any = document.at("outcomes")
    said: Any = document.at("objectives")
    known = (*METRICS, *(map(str, named) if isinstance(named, dict) else ()))
    objectives: list[Any] = said if isinstance(said, list) else []
    for number, one in enumerate(objectives):
        metric: Any = one.get("metric") if isinstance(one, dict) else None
        if isinstance(metric, str) and metric not in known:
            advice = advice_for(metric, known, "metric")
            if not nearest(metric, known):
                advice += " An outcome of your own, which you import, needs its words under `outcomes:`."
            keys = ("objectives", number, "metric")
            yield document.problem("unknown-metric", keys, f"Nothing measures `{metric}`.", advice)


def _benchmarks(draft: Draft, networks: Collection[str]) -> Iterator[Problem]:
    if draft.campaign is None or (campaign := draft.campaign.value) is None:
        return
    for number, one in enumerate(campaign.benchmarks):
        if one.network is not None and one.network not in networks:
            message, advice = f"There is no network `{one.network}`.", advice_for(one.network, networks, "network")
            yield draft.campaign.problem("unknown-network", ("benchmarks", number, "network"), message, advice)


def _results(draft: Draft) -> Iterator[Problem]:
    """A result that is nobody's would leave its poll unanswered in the report."""
    for parts in draft.rows.values():
        for part in parts:
            if part.value and part.value.answers:
                yield from _answers(draft, part, part.value.answers)


def _answers(draft: Draft, part: Part[Row], words: str) -> Iterator[Problem]:
    series, slash, item = words.partition("/")
    if series not in draft.series:
        advice = advice_for(series, draft.series, "series")
        yield part.problem("unknown-series", ("answers",), f"There is no series `{series}`.", advice)
        return
    found = draft.series[series].part.value
    if found is None or found.items.data in draft.unread:
        return
    items = [row.id for row in chosen_rows(draft, series)]
    if slash and items and item not in items:
        message = f"The series `{series}` has no item `{item}`."
        yield part.problem("unknown-item", ("answers",), message, advice_for(item, items, "item"))
