"""Cards: pictures that are made from SVG templates (content/cards/*.svg.j2), as PNG.

For people who draw cards:
- Begin with `<svg xmlns="http://www.w3.org/2000/svg" width="{{ card.width }}" height="{{ card.height }}"
  font-family="Liberation Sans">`. A card has three shapes (`card.shape`): `wide` 1200 × 675 for X, Mastodon and Bluesky,
  `square` 1080 × 1080 and `story` 1080 × 1920 for networks that people serve by hand (`campaign-bot cards`).
- *Liberation Sans* (regular, bold, italic, bold italic) travels inside vl-convert, so the bytes are the same on machines
  without any fonts. A card that names another font without `Liberation Sans` beside it is refused, and so is a character
  that the font does not have (emoji, scripts other than Latin, Greek and Cyrillic): draw it as a shape.
- Values are escaped for XML. All names and filters of posts work, and two more:
  `wrap(chars)` gives lines of at most so many characters: `{% for line in item.text|wrap(28) %}`.
  `fit(width, height, largest=72, smallest=28, bold=False)` gives the largest size, in pixels, at which the text fits
  the box: `{% set box = item.text|fit(card.width - 160, 320) %}`, then `box.size`, `box.lines` and `box.leading` (line
  height): `<text y="200" font-size="{{ box.size }}">{% for line in box.lines %}<tspan x="80" dy="{{ box.leading }}">{{ line }}</tspan>`
  Text that does not fit at the smallest size is an error, and so is text that leaves the card: nothing is ever cut.
- Text needs a contrast of 4.5:1 to whatever is drawn behind it. So that this can be checked, say `fill` and `font-size` on
  the elements (no `<style>`), and place text by `x` and `y` (no `transform`).
- Nothing is fetched: `href` and `url(…)` may name `#an-id` of the card itself or hold `data:image/…`.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from campaign_bot.compose.card_faults import Fault, faults
from campaign_bot.compose.lettering import fit, wrap
from campaign_bot.compose.templates import Fields, render
from campaign_bot.errors import ContentError
from campaign_bot.model import Problem

ShapeName = Literal["wide", "square", "story"]


@dataclass(frozen=True, slots=True)
class Shape:
    name: ShapeName
    width: int  # pixels
    height: int


SHAPES: dict[ShapeName, Shape] = {
    "wide": Shape("wide", 1200, 675),
    "square": Shape("square", 1080, 1080),
    "story": Shape("story", 1080, 1920),
}


def render_card(
    svg_template: str,
    context: Mapping[str, Any],
    *,
    file: str = "card.svg.j2",
    shape: ShapeName = "wide",
    filters: Mapping[str, Callable[..., Any]] | None = None,
) -> bytes:
    """The card as PNG; the same SVG gives the same bytes. Raises ContentError when the template or the SVG is wrong."""
    wanted = SHAPES[shape]
    card = Fields("card", {"shape": shape, "width": wanted.width, "height": wanted.height})
    extra = {**(filters or {}), "wrap": wrap, "fit": fit}
    svg = render(file, svg_template, {**context, "card": card}, extra=extra, escape=True)
    svg = unicodedata.normalize("NFC", svg).strip()
    try:
        if fault := _fault(svg, wanted.width, wanted.height):
            line, message, advice = fault
            _refuse(file, line, f"{message} ({shape} shape)" if shape != "wide" else message, advice)
        png = _drawn(svg)
    except ValueError as error:
        return _refuse(file, 0, f"The card cannot be drawn: {error}.", "Open it in a browser to see what is wrong.")
    if (size := struct.unpack(">II", png[16:24])) != (wanted.width, wanted.height):
        message = f"The card is {size[0]} × {size[1]} pixels; its {shape} shape has {wanted.width} × {wanted.height}."
        _refuse(file, 1, message, 'Begin with <svg width="{{ card.width }}" height="{{ card.height }}" …>.')
    return png


@lru_cache(maxsize=128)
def _fault(svg: str, width: int, height: int) -> Fault | None:
    """The first reason not to draw a card. The same one goes to several networks: it is looked at once."""
    return next(faults(svg, width, height, _drawn), None)


@lru_cache(maxsize=128)
def _drawn(svg: str) -> bytes:
    import vl_convert  # late: 84 MB

    return vl_convert.svg_to_png(svg, scale=1)


def _refuse(file: str, line: int, message: str, advice: str) -> Any:
    problem = Problem(file, line, 0, "card", "error", message, advice)
    raise ContentError(f"{problem.place}: {message}", [problem], advice=advice)
