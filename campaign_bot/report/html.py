"""The report as one self-contained HTML file: no script, nothing fetched, readable on a phone and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from campaign_bot.evaluate import Evaluation
from campaign_bot.report import charts
from campaign_bot.report.labels import label, level_label, local, network_label, period, text_label
from campaign_bot.report.sections import Section
from campaign_bot.report.view import sections
from campaign_bot.report.words import Speaker

#: So many comparisons fit into one chart.
MOST_ROWS = 24


@dataclass(frozen=True, slots=True)
class Page:
    """The report in one language. `prefix` keeps the ids of two languages in one file apart."""

    language: str
    prefix: str
    name: str
    made: str
    sections: Sequence[Section]
    charts: dict[str, list[charts.Chart]]
    speaker: Speaker
    extra: str = ""  # the period, or what it is compared with


def render(evaluation: Evaluation, languages: Sequence[str]) -> str:
    """One page; with two languages both are in it, one after the other."""
    pages = [_page(evaluation, language, f"{language}-" if len(languages) > 1 else "") for language in languages]
    env = Environment(
        loader=PackageLoader("campaign_bot.report"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return env.get_template("report.html.j2").render(pages=pages, simulated=evaluation.simulated)


def _page(evaluation: Evaluation, language: str, prefix: str) -> Page:
    speaker = Speaker(language, evaluation.campaign.region)
    name = text_label(evaluation.campaign.name, evaluation.campaign.id, speaker)
    drawn = _charts(evaluation, speaker, prefix)  # first: they are drawn while the rest is made
    return Page(
        language, prefix, name, speaker.date(local(evaluation.now, evaluation)), sections(evaluation, speaker),
        drawn, speaker, period(evaluation, speaker),
    )  # fmt: skip


def _charts(evaluation: Evaluation, speaker: Speaker, prefix: str) -> dict[str, list[charts.Chart]]:
    """The charts of each section, by its id. That of comparisons is last: the others are drawn while they are worked out."""
    found: dict[str, list[charts.Chart]] = {"outputs": [], "outtakes": [], "learning": []}
    axis = speaker.word("median")
    for kind in ("network", "series"):
        rows = [(label(kind, one, speaker), one.median) for one in evaluation.groups[kind] if one.median is not None]
        if rows:
            title = speaker.word(f"chart_{kind}")
            found["outtakes"].append(charts.bars(title, rows, axis=axis, id=f"{prefix}{kind}", speaker=speaker))
    growth = [
        (network_label(name), age.total_seconds() / 3600, value)
        for name, points in evaluation.growth.items()
        for age, value in points
    ]
    if len({age for _, age, _ in growth}) > 1:
        axes = (speaker.word("age"), axis)
        chart = charts.lines(speaker.word("chart_growth"), growth, axes=axes, id=f"{prefix}growth", speaker=speaker)
        found["outtakes"].append(chart)
    if evaluation.weeks:
        weeks = [(speaker.week(week), float(sent)) for week, sent, _ in evaluation.weeks[-26:]]
        title = speaker.word("chart_weeks")
        found["outputs"].append(
            charts.bars(title, weeks, axis=speaker.word("sent"), id=f"{prefix}weeks", speaker=speaker)
        )
    told = [one for one in evaluation.comparisons if one.ratio is not None][:MOST_ROWS]
    if told:
        forest = [
            (level_label(one, speaker), 100 * r.estimate, 100 * r.low, 100 * r.high, one.sure)
            for one in told
            if (r := one.ratio)
        ]
        title, axis = speaker.word("chart_comparisons"), speaker.word("axis_change")
        found["learning"].append(charts.intervals(title, forest, axis=axis, id=f"{prefix}comparisons", speaker=speaker))
    return found
