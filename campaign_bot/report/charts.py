"""The report's charts: Altair to SVG by vl-convert, with a text alternative that states the figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

INK, BAR = "#1b1f24", "#2563a8"
COLOURS = ["#2563a8", "#b3541e", "#3b7d4f", "#7a4a9c"]


def bars(title: str, rows: Sequence[tuple[str, float]], *, axis: str, number: int) -> Markup:
    """A horizontal bar for each (label, value)."""
    import altair as alt

    data = alt.InlineData(values=[{"label": label, "value": value} for label, value in rows])
    base = alt.Chart(data).encode(
        x=alt.X("value:Q", title=axis, axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=220)),
    )
    chart = base.mark_bar(color=BAR, height=18) + base.mark_text(align="left", dx=4, color=INK).encode(
        text=alt.Text("value:Q", format="~g")
    )
    return _svg(chart.properties(width=440, height=alt.Step(30)), title, rows, number)


def lines(title: str, rows: Sequence[tuple[str, float, float]], *, axes: tuple[str, str], number: int) -> Markup:
    """A line for each name over (name, x, y)."""
    import altair as alt

    data = alt.InlineData(values=[{"name": name, "x": x, "y": y} for name, x, y in rows])
    chart = (
        alt.Chart(data)
        .mark_line(point=True)
        .encode(
            x=alt.X("x:Q", title=axes[0]),
            y=alt.Y("y:Q", title=axes[1]),
            color=alt.Color("name:N", title=None, scale=alt.Scale(range=COLOURS), legend=alt.Legend(orient="top")),
        )
        .properties(width=460, height=240)
    )
    told = [(f"{name}, {x:g}", y) for name, x, y in rows]
    return _svg(chart, title, told, number)


def _svg(chart: Any, title: str, rows: Sequence[tuple[str, float]], number: int) -> Markup:
    import vl_convert

    chart = chart.configure(font="Liberation Sans", background="transparent").configure_view(stroke=None)
    svg = vl_convert.vegalite_to_svg(chart.to_json())
    figures = "; ".join(f"{label}: {value:g}" for label, value in rows)
    head = Markup('<svg role="img" aria-labelledby="c{0}t c{0}d" class="chart" ').format(number)
    told = Markup('<title id="c{0}t">{1}</title><desc id="c{0}d">{2}</desc>').format(number, title, figures)
    opening = re.match(r"<svg\s+([^>]*)>", svg)
    assert opening is not None  # noqa: S101 - vl-convert's output begins so
    attributes = re.sub(r'\s*(?:width|height)="[^"]*"|class="[^"]*"', "", opening[1])
    # Ids inside are unique per chart, or the clip paths of one would apply to all.
    inner = re.sub(r'(id="|url\(#)', rf"\g<1>c{number}-", svg[opening.end() :])
    return Markup(str(head) + attributes + ">" + str(told) + inner)  # noqa: S704 - our own chart; labels escaped by vl-convert
