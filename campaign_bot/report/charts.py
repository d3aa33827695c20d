"""The report's charts: Vega-Lite, made SVG by vl-convert, with a text alternative that states the figures.

Nothing is told by colour alone: lines end with their names, sure differences have filled points, and every chart's
figures are in a table beside it. A chart with a row for each name is drawn twice: for a desk and paper with the names
beside the rows, for a phone with the names above them, so that its words are as large as the page's. No name is cut.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from textwrap import wrap
from typing import Any

from markupsafe import Markup

from campaign_bot import drawing
from campaign_bot.report.words import N, Speaker

INK, SOFT, LINE, BAR = "#1b1f24", "#57606a", "#d5d9df", "#2563a8"
COLOURS = ["#2563a8", "#b3541e", "#3b7d4f", "#7a4a9c"]
FONT = "Liberation Sans"
#: Pixels from one line of a name to the next.
LEADING = 15
#: Pixels that the names at the ends of lines stay apart.
APART = 16
#: Pixels of what is drawn, without names and axes; TALL is for lines.
WIDE, TALL = 300, 220
FRENCH_NUMBERS = {"decimal": ",", "thousands": N, "grouping": [3], "currency": ["", f"{N}$"]}

Spec = dict[str, Any]  # Vega-Lite


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that is being drawn. Its drawings are waited for when they are written into the page."""

    title: str
    drawings: tuple[Callable[[], Markup], ...]

    def __html__(self) -> Markup:
        return Markup("").join(drawn() for drawn in self.drawings)


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows of a chart are, in pixels from its top: the lines of their names, and what is drawn for them."""

    lines: tuple[dict[str, Any], ...]  # of the names: {"line", "y"}
    middles: tuple[float, ...]
    height: float
    above: bool  # the names stand above what is drawn, not beside it

    @classmethod
    def beside(cls, names: Sequence[str]) -> Rows:
        return cls._placed(names, characters=60, above=False)

    @classmethod
    def over(cls, names: Sequence[str]) -> Rows:
        return cls._placed(names, characters=44, above=True)

    @classmethod
    def _placed(cls, names: Sequence[str], *, characters: int, above: bool) -> Rows:
        lines, middles, top = list[dict[str, Any]](), list[float](), 0.0
        for name in names:
            parts = wrap(name, characters) or [""]
            tall = LEADING * len(parts)
            height = tall + 26 if above else tall + 10
            first = top + (8 if above else (height - tall + LEADING) / 2)
            lines += [{"line": part, "y": first + LEADING * place} for place, part in enumerate(parts)]
            middles.append(top + tall + 10 if above else top + height / 2)
            top += height
        return cls(tuple(lines), tuple(middles), top, above)

    def y(self) -> Spec:
        """The rows' own scale: a pixel is a pixel."""
        scale = {"domain": [0, self.height], "reverse": True, "nice": False, "zero": False}
        return {"field": "y", "type": "quantitative", "scale": scale, "axis": None}

    def names(self) -> tuple[list[Spec], Spec]:
        """The names, and the ground that keeps the chart's lines from crossing them: below all that is drawn. Beside the
        chart nothing crosses them."""
        mark = {"type": "text", "align": "left" if self.above else "right", "baseline": "middle"}
        rest = {
            "data": {"values": list(self.lines)},
            "encoding": {"text": {"field": "line"}, "y": self.y(), "x": {"value": 0 if self.above else -8}},
        }
        ground = {"mark": {**mark, "color": "#ffffff", "stroke": "#ffffff", "strokeWidth": 5}, **rest}
        names = {"mark": {**mark, "color": INK}, **rest}
        return [ground] if self.above else [], names


def bars(title: str, rows: Sequence[tuple[str, float]], *, axis: str, id: str, speaker: Speaker) -> Chart:  # noqa: A002
    """A horizontal bar for each (label, value)."""
    labels = [label for label, _ in rows]
    most = max([1.0, *(value for _, value in rows)])
    x = _x("value", axis, {"domain": [0, most], "nice": True}, {"tickCount": 4, **_counts(most)})

    def drawn(placed: Rows) -> Spec:
        values = [
            {"y": middle, "value": value, "zero": 0, "told": speaker.number(value, 1)}
            for middle, (_, value) in zip(placed.middles, rows, strict=True)
        ]
        bar = {
            "mark": {"type": "rule", "color": BAR, "strokeWidth": 15},
            "encoding": {"y": placed.y(), "x": x, "x2": {"field": "zero"}},
        }
        figure = {
            "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 5, "color": INK},
            "encoding": {"y": placed.y(), "x": x, "text": {"field": "told"}},
        }
        ground, names = placed.names()
        return _layers(placed.height, values, *ground, bar, figure, names)

    told = [(label, speaker.number(value, 1)) for label, value in rows]
    return _drawings([drawn(Rows.beside(labels)), drawn(Rows.over(labels))], title, told, id, speaker)


def lines(
    title: str, rows: Sequence[tuple[str, float, float]], *, axes: tuple[str, str], id: str, speaker: Speaker  # noqa: A002
) -> Chart:  # fmt: skip
    """A line for each name over (name, age in hours, y), named at its end. Ages are far apart, so their axis is logarithmic
    and marks just them."""
    names = list(dict.fromkeys(name for name, _, _ in rows))
    values = [{"name": name, "x": x, "y": y} for name, x, y in rows]
    most = max([1.0, *(y for _, _, y in rows)])
    last = [max((row for row in values if row["name"] == name), key=lambda row: float(row["x"])) for name in names]
    ages = sorted({x for _, x, _ in rows})
    # By all digits of each age, as JavaScript writes numbers: one that is not found gets no mark.
    words = json.dumps({repr(age).removesuffix(".0"): _short_age(age, speaker) for age in ages}, ensure_ascii=False)
    marked = {"values": ages, "labelExpr": f"{words}['' + datum.value]", "labelOverlap": "greedy", "labelSeparation": 4}
    x = _x("x", axes[0], {"type": "log", "domain": [ages[0], ages[-1]], "nice": False}, marked)
    colour = {
        "field": "name", "type": "nominal", "legend": None,
        "scale": {"domain": names, "range": [COLOURS[place % len(COLOURS)] for place in range(len(names))]},
    }  # fmt: skip
    y = _x("y", axes[1], {"domain": [0, most]}, {"tickCount": 5, **_counts(most)})
    line = {"mark": {"type": "line", "point": True}, "encoding": {"x": x, "y": y, "color": colour}}
    ends = {
        "data": {"values": _apart(last, most * APART / TALL)},
        "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 8, "fontWeight": "bold"},
        "encoding": {"x": x, "y": y, "color": colour, "text": {"field": "name"}},
    }
    told = [(f"{name}, {_short_age(x, speaker)}", speaker.number(y, 1)) for name, x, y in rows]
    return _drawings([_layers(TALL, values, line, ends)], title, told, id, speaker)


def _short_age(hours: float, speaker: Speaker) -> str:
    """1 h, 3 d."""
    if hours % 24:
        return f"{speaker.number(hours, 1)}{N}h"
    return f"{speaker.number(hours / 24)}{N}{'j' if speaker.language == 'fr' else 'd'}"


def _apart(ends: Sequence[dict[str, Any]], gap: float) -> list[dict[str, Any]]:
    """The names at the ends of lines, so far up that none lies on another."""
    placed: list[dict[str, Any]] = []
    for one in sorted(ends, key=lambda one: float(one["y"])):
        lowest = placed[-1]["y"] + gap if placed else one["y"]
        placed.append({**one, "y": max(one["y"], lowest)})
    return placed


def intervals(
    title: str, rows: Sequence[tuple[str, float, float, float, bool]], *, axis: str, id: str, speaker: Speaker  # noqa: A002
) -> Chart:  # fmt: skip
    """A point with its interval for each (label, estimate, low, high, sure), on a logarithmic axis around 100 %."""
    within = [row for row in rows if 10 <= row[1] <= 1000]
    labels = [label for label, *_ in within]
    below = min([66.0, *(max(low, 10) for _, _, low, _, _ in within)]) * 0.95
    above = max([150.0, *(min(high, 1000) for _, _, _, high, _ in within)]) * 1.05
    near = above < 4 * below  # doubles alone would mark little more than 100 %
    some = (33, 50, 75, 100, 150, 200, 300) if near else (12.5, 25, 50, 100, 200, 400, 800)
    ticks = [tick for tick in some if below <= tick <= above]
    sign = f"{N}%" if speaker.language == "fr" else "%"
    marked = {"values": ticks, "format": "~r", "labelExpr": f"datum.label + '{sign}'"}
    scale = {"type": "log", "base": 2, "domain": [below, above], "nice": False}
    filled = {"condition": {"test": "datum.sure", "value": BAR}, "value": "#ffffff"}

    def drawn(placed: Rows) -> Spec:
        values = [
            {"y": middle, "at": at, "low": max(low, 10), "high": min(high, 1000), "sure": sure}
            for middle, (_, at, low, high, sure) in zip(placed.middles, within, strict=True)
        ]
        even = {
            "data": {"values": [{"x": 100}]},
            "mark": {"type": "rule", "color": SOFT, "strokeDash": [4, 3]},
            "encoding": {"x": _x("x", axis, scale, marked)},
        }
        spans = {
            "mark": {"type": "rule", "color": INK, "strokeWidth": 2},
            "encoding": {"y": placed.y(), "x": _x("low", axis, scale, marked), "x2": {"field": "high"}},
        }
        points = {
            "mark": {"type": "point", "size": 70, "color": BAR, "opacity": 1, "strokeWidth": 2},
            "encoding": {"y": placed.y(), "x": _x("at", axis, scale, marked), "fill": filled},
        }
        ground, names = placed.names()
        return _layers(placed.height, values, even, *ground, spans, points, names)

    told = [
        (label, f"{speaker.percent(at)} ({speaker.percent(low)} – {speaker.percent(high)})")
        for label, at, low, high, _ in rows
    ]
    return _drawings([drawn(Rows.beside(labels)), drawn(Rows.over(labels))], title, told, id, speaker)


def _x(field: str, title: str, scale: Spec, axis: Spec) -> Spec:
    return {"field": field, "type": "quantitative", "title": title, "scale": scale, "axis": axis}


def _counts(most: float) -> Spec:
    """An axis of counts from 0: there is no half of one."""
    few = {"values": list(range(math.ceil(most) + 1))} if most < 5 else {}
    return {"format": ",~f", **few}


def _layers(height: float, values: Sequence[Spec], *layers: Spec) -> Spec:
    """One drawing of layers over the same rows, in the report's own look."""
    axes = {
        "labelColor": INK, "titleColor": SOFT, "titleFontWeight": "normal", "gridColor": LINE, "domainColor": LINE,
        "tickColor": LINE, "labelFontSize": 13, "titleFontSize": 13,
    }  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDE,
        "height": height,
        "data": {"values": list(values)},
        "layer": list(layers),
        "config": {
            "font": FONT, "background": "transparent", "view": {"stroke": None}, "axis": axes,
            "axisY": {"grid": False, "ticks": False, "labelPadding": 6}, "text": {"fontSize": 13},
        },
    }  # fmt: skip


def _drawings(specs: Sequence[Spec], title: str, rows: Sequence[tuple[str, str]], id: str, speaker: Speaker) -> Chart:  # noqa: A002
    """One drawing for all, or one for a desk and one for a phone; the page shows one, so one is read out."""
    figures = "; ".join(speaker.labelled(label, told) for label, told in rows)
    kinds = ("chart",) if len(specs) == 1 else ("chart large", "chart small")
    return Chart(
        title,
        tuple(
            partial(_svg, _ask(spec, speaker), title, figures, f"{id}-small" if place else id, kinds[place])
            for place, spec in enumerate(specs)
        ),
    )


def _ask(spec: Spec, speaker: Speaker) -> drawing.Svg:
    return drawing.ask(spec, FRENCH_NUMBERS if speaker.language == "fr" else None)


def _svg(asked: drawing.Svg, title: str, figures: str, id: str, kind: str) -> Markup:  # noqa: A002
    svg = asked()
    head = Markup('<svg role="img" aria-labelledby="{0}-t {0}-d" class="{1}" ').format(id, kind)
    told = Markup('<title id="{0}-t">{1}</title><desc id="{0}-d">{2}</desc>').format(id, title, figures)
    opening = re.match(r"<svg\s+([^>]*)>", svg)
    assert opening is not None  # noqa: S101 - vl-convert's output begins so
    attributes = re.sub(r'\s*(?:width|height)="[^"]*"|class="[^"]*"', "", opening[1])
    width = re.search(r'viewBox="0 0 ([0-9.]+)', attributes)
    size = f' style="--width:{float(width[1]) * 1.15:.0f}px"' if width else ""
    # Roles and labels of the parts would be read out one by one; the picture has one alternative.
    inner = re.sub(r'\s(?:aria-[a-z]+|role)="[^"]*"', "", svg[opening.end() :])
    # Ids inside are unique per chart, or the clip paths of one would apply to all.
    inner = re.sub(r'(id="|url\(#)', rf"\g<1>{id}-", inner)
    return Markup(str(head) + attributes + size + ">" + str(told) + inner)  # noqa: S704 - our own chart; labels escaped by vl-convert
