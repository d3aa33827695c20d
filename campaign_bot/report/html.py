"""The report as one self-contained HTML file: no script, nothing fetched, readable on a phone and on paper."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from campaign_bot.evaluate import Evaluation
from campaign_bot.report import charts
from campaign_bot.report.view import NETWORKS, label, sections
from campaign_bot.report.words import Speaker


def render(evaluation: Evaluation, language: str) -> str:
    speaker = Speaker(language, evaluation.campaign.region)
    env = Environment(
        loader=PackageLoader("campaign_bot.report"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(default=True),
    )
    return env.get_template("report.html.j2").render(
        name=evaluation.campaign.name.get(language, evaluation.campaign.id),
        made=speaker.date(evaluation.now),
        simulated=evaluation.simulated,
        sections=sections(evaluation, speaker),
        charts=_charts(evaluation, speaker),
        word=speaker.word,
        language=language,
    )


def _charts(evaluation: Evaluation, speaker: Speaker) -> dict[str, list[Markup]]:
    """The charts of each section, by its id."""
    found: dict[str, list[Markup]] = {"outputs": [], "outtakes": []}
    axis = speaker.word("median")
    for number, kind in enumerate(("network", "series"), 1):
        rows = [(label(kind, one, speaker), one.median) for one in evaluation.groups[kind] if one.median is not None]
        if rows:
            found["outtakes"].append(charts.bars(speaker.word(f"chart_{kind}"), rows, axis=axis, number=number))
    growth = [
        (NETWORKS.get(name, name), age.total_seconds() / 3600, value)
        for name, points in evaluation.growth.items()
        for age, value in points
    ]
    if growth:
        axes = (f"{speaker.word('age')} ({speaker.word('hours')})", axis)
        found["outtakes"].append(charts.lines(speaker.word("chart_growth"), growth, axes=axes, number=3))
    if evaluation.weeks:
        weeks = [(week, float(sent)) for week, sent, _ in evaluation.weeks]
        found["outputs"].append(charts.bars(speaker.word("chart_weeks"), weeks, axis=speaker.word("sent"), number=4))
    return found
