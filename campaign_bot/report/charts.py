"""The report's charts: Altair to SVG by vl-convert, with a text alternative that states the figures.

Nothing is told by colour alone: lines end with their names, sure differences have filled points, and every chart's
figures are in a table beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from campaign_bot.report.words import Speaker

INK, SOFT, LINE, BAR = "#1b1f24", "#57606a", "#d5d9df", "#2563a8"
COLOURS = ["#2563a8", "#b3541e", "#3b7d4f", "#7a4a9c"]
FONT = "Liberation Sans"

Chart = tuple[str, Markup]  # its title and its drawing


def bars(title: str, rows: Sequence[tuple[str, float]], *, axis: str, id: str, speaker: Speaker) -> Chart:  # noqa: A002
    """A horizontal bar for each (label, value)."""
    import altair as alt

    values = [{"label": label, "value": value, "told": speaker.number(value, 1)} for label, value in rows]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("value:Q", title=axis, axis=alt.Axis(tickMinStep=1, tickCount=5, format="~s")),
        y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=200)),
    )
    chart = base.mark_bar(color=BAR, height={"band": 0.62}) + base.mark_text(align="left", dx=5, color=INK).encode(
        text="told:N"
    )
    told = [(label, speaker.number(value, 1)) for label, value in rows]
    return _svg(chart.properties(width=300, height=alt.Step(26)), title, told, id)


def lines(
    title: str, rows: Sequence[tuple[str, float, float]], *, axes: tuple[str, str], id: str, speaker: Speaker  # noqa: A002
) -> Chart:  # fmt: skip
    """A line for each name over (name, x, y), named at its end."""
    import altair as alt

    names = list(dict.fromkeys(name for name, _, _ in rows))
    values = [{"name": name, "x": x, "y": y} for name, x, y in rows]
    last = [max((row for row in values if row["name"] == name), key=lambda row: float(row["x"])) for name in names]
    colour = alt.Color("name:N", legend=None, scale=alt.Scale(domain=names, range=COLOURS[: max(len(names), 1)]))
    x = alt.X("x:Q", title=axes[0], axis=alt.Axis(tickCount=6, labelOverlap="greedy", labelSeparation=6))
    y = alt.Y("y:Q", title=axes[1], axis=alt.Axis(tickCount=5, format="~s"))
    drawn = alt.Chart(alt.InlineData(values=values)).mark_line(point=True).encode(x=x, y=y, color=colour)
    ends = (
        alt.Chart(alt.InlineData(values=last))
        .mark_text(align="left", dx=8, fontWeight="bold")
        .encode(x="x:Q", y="y:Q", text="name:N", color=colour)
    )
    told = [(f"{name}, {speaker.number(x, 1)}", speaker.number(y, 1)) for name, x, y in rows]
    return _svg((drawn + ends).properties(width=300, height=220), title, told, id)


def intervals(
    title: str, rows: Sequence[tuple[str, float, float, float, bool]], *, axis: str, id: str, speaker: Speaker  # noqa: A002
) -> Chart:  # fmt: skip
    """A point with its interval for each (label, estimate, low, high, sure), on a logarithmic axis around 100 %."""
    import altair as alt

    values = [
        {"label": label, "at": at, "low": max(low, 10), "high": min(high, 1000), "sure": sure}
        for label, at, low, high, sure in rows
        if 10 <= at <= 1000
    ]
    scale = alt.Scale(type="log", base=2, domain=[_below(values), _above(values)], nice=False)
    ticks = [tick for tick in (12.5, 25, 50, 75, 100, 150, 200, 400, 800) if _below(values) <= tick <= _above(values)]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=330))
    )
    spans = base.mark_rule(color=INK, strokeWidth=2).encode(
        x=alt.X(
            "low:Q", title=axis, scale=scale, axis=alt.Axis(values=ticks, format="~r", labelExpr="datum.label + ' %'")
        ),
        x2="high:Q",
    )
    points = base.mark_point(size=70, color=BAR, opacity=1, strokeWidth=2).encode(
        x=alt.X("at:Q", scale=scale),
        fill=alt.condition("datum.sure", alt.value(BAR), alt.value("#ffffff")),
    )
    even = (
        alt.Chart(alt.InlineData(values=[{"x": 100}]))
        .mark_rule(color=SOFT, strokeDash=[4, 3])
        .encode(x=alt.X("x:Q", scale=scale))
    )
    told = [
        (label, f"{speaker.percent(at)} ({speaker.percent(low)} – {speaker.percent(high)})")
        for label, at, low, high, _ in rows
    ]
    return _svg((even + spans + points).properties(width=300, height=alt.Step(24)), title, told, id)


def _below(values: Sequence[dict[str, Any]]) -> float:
    return min([66.0, *(float(one["low"]) for one in values)]) * 0.95


def _above(values: Sequence[dict[str, Any]]) -> float:
    return max([150.0, *(float(one["high"]) for one in values)]) * 1.05


def _svg(chart: Any, title: str, rows: Sequence[tuple[str, str]], id: str) -> Chart:  # noqa: A002
    import vl_convert

    chart = (
        chart.configure(font=FONT, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK, titleColor=SOFT, titleFontWeight="normal", gridColor=LINE, domainColor=LINE,
            tickColor=LINE, labelFontSize=13, titleFontSize=13,
        )
        .configure_axisY(grid=False, ticks=False, labelPadding=6)
        .configure_text(fontSize=13)
    )  # fmt: skip
    svg = vl_convert.vegalite_to_svg(chart.to_json())
    figures = "; ".join(f"{label}: {told}" for label, told in rows)
    head = Markup('<svg role="img" aria-labelledby="{0}-t {0}-d" class="chart" ').format(id)
    told = Markup('<title id="{0}-t">{1}</title><desc id="{0}-d">{2}</desc>').format(id, title, figures)
    opening = re.match(r"<svg\s+([^>]*)>", svg)
    assert opening is not None  # noqa: S101 - vl-convert's output begins so
    attributes = re.sub(r'\s*(?:width|height)="[^"]*"|class="[^"]*"', "", opening[1])
    width = re.search(r'viewBox="0 0 ([0-9.]+)', attributes)
    size = f' style="max-width:{float(width[1]) * 1.15:.0f}px"' if width else ""
    # Roles and labels of the parts would be read out one by one; the picture has one alternative.
    inner = re.sub(r'\s(?:aria-[a-z]+|role)="[^"]*"', "", svg[opening.end() :])
    # Ids inside are unique per chart, or the clip paths of one would apply to all.
    inner = re.sub(r'(id="|url\(#)', rf"\g<1>{id}-", inner)
    return title, Markup(str(head) + attributes + size + ">" + str(told) + inner)  # noqa: S704 - our own chart; labels escaped by vl-convert
