"""Cards: pictures that are made from SVG templates (content/cards/*.svg.j2). 1200 × 675 pixels, PNG.

For people who draw cards:
- Begin with `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="675" viewBox="0 0 1200 675"
  font-family="Liberation Sans">`. *Liberation Sans* (regular, bold, italic, bold italic) travels inside vl-convert, so
  the bytes are the same on machines without any fonts. Text in a font that a machine does not have is not drawn at
  all, so a card that names another font without `Liberation Sans` beside it is refused. Emoji, arrows like → and other
  signs beyond Latin, Greek and Cyrillic are not in it: draw them as shapes.
- Values are escaped for XML. All names and filters of posts work, and two more:
  `wrap(chars)` gives lines of at most so many characters: `{% for line in item.text|wrap(28) %}`.
  `fit(width, height, largest=72, smallest=28, bold=False)` gives the largest size, in pixels, at which the text fits
  the box: `{% set box = item.text|fit(1040, 320) %}`, then `box.size`, `box.lines` and `box.leading` (line height):
  `<text font-size="{{ box.size }}">{% for line in box.lines %}<tspan x="80" dy="{{ box.leading }}">{{ line }}</tspan>`
  Text that does not fit at the smallest size is an error: nothing is ever cut.
- Nothing is fetched: `href` and `url(…)` may name `#an-id` of the card itself or hold `data:image/…`.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from campaign_bot.compose.templates import render
from campaign_bot.errors import ContentError
from campaign_bot.model import Problem

WIDTH, HEIGHT = 1200, 675  # pixels
FONTS = ("Liberation Sans", "sans-serif")  # either is drawn with the font that is bundled
LEADING = 1.25  # line height over font size
MARGIN = 1.03  # kerning and rounding
BOLD = 1.08  # bold letters are about so much wider

# Widths of the letters of Liberation Sans (those of Helvetica), in thousandths of the size.
_WIDTHS = {
    letter: width
    for width, letters in {
        191: "'", 222: "ijl‘’", 260: "|", 278: " !,./:;I[\\]ft\u00a0", 333: "-()`r“”", 334: "{}", 355: '"', 389: "*",
        469: "^", 500: "Jcksvxyz", 556: "#$0123456789?L_abdeghnopqu«»–€", 584: "+<=>~",
        611: "FTZ", 667: "&ABEKPSVXY", 722: "CDHNRUw", 778: "GOQ", 833: "Mm", 889: "%", 944: "W",
        1000: "—…œŒæÆ", 1015: "@",
    }.items()
    for letter in letters
}  # fmt: skip
_WIDEST = 1000  # what is not in the table


@dataclass(frozen=True, slots=True)
class Fit:
    """Text laid out in a box. Sizes in pixels."""

    size: int
    lines: tuple[str, ...]
    leading: int


def render_card(
    svg_template: str,
    context: Mapping[str, Any],
    *,
    file: str = "card.svg.j2",
    filters: Mapping[str, Callable[..., Any]] | None = None,
) -> bytes:
    """The card as PNG; the same SVG gives the same bytes. Raises ContentError when the template or the SVG is wrong."""
    svg = render(file, svg_template, context, extra={**(filters or {}), "wrap": wrap, "fit": fit}, escape=True)
    svg = unicodedata.normalize("NFC", svg).strip()
    for line, message, advice in _svg_faults(svg):
        _refuse(file, line, message, advice)
    try:
        png = _drawn(svg)
    except ValueError as error:
        return _refuse(file, 0, f"The card cannot be drawn: {error}.", "Open it in a browser to see what is wrong.")
    if (size := struct.unpack(">II", png[16:24])) != (WIDTH, HEIGHT):
        message = f"The card is {size[0]} × {size[1]} pixels; it must be {WIDTH} × {HEIGHT}."
        _refuse(file, 1, message, f'Begin with <svg width="{WIDTH}" height="{HEIGHT}" …>.')
    return png


def wrap(text: object, chars: int) -> list[str]:
    """Lines of at most `chars` characters, broken at spaces; a longer word stands alone. Kept breaks are kept."""
    return [line for row in str(text).splitlines() for line in _lines(row, chars, len)]


def fit(text: object, width: int, height: int, largest: int = 72, smallest: int = 28, bold: bool = False) -> Fit:
    """The largest size at which the text fits a box. Raises ValueError where it does not at the smallest."""
    words = str(text).strip()
    for size in range(largest, smallest - 1, -2):
        room = width / size * 1000
        lines = [line for row in words.splitlines() for line in _lines(row, room, lambda line: text_width(line, bold))]
        fits_across = all(text_width(line, bold) <= room for line in lines)
        if fits_across and len(lines) * size * LEADING <= height:
            return Fit(size, tuple(lines), round(size * LEADING))
    raise ValueError(f"“{words[:40]}…” does not fit into {width} × {height} at size {smallest}: shorten it")


def text_width(text: str, bold: bool = False) -> float:
    """The width of a line in thousandths of its size, a little generous."""
    letters = (_WIDTHS.get(c, _WIDEST) for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return sum(letters) * MARGIN * (BOLD if bold else 1)


def _lines(row: str, room: float, measure: Callable[[str], float]) -> Iterator[str]:
    line = ""
    for word in re.split(r"[ \t]+", row.strip()):  # a no-break space holds
        longer = f"{line} {word}" if line else word
        if line and measure(longer) > room:
            yield line
            line = word
        else:
            line = longer
    yield line


def _svg_faults(svg: str) -> Iterator[tuple[int, str, str]]:
    """(line, message, advice) of what must not be drawn."""
    if re.search(r"<!(DOCTYPE|ENTITY)", svg, re.IGNORECASE):
        yield 1, "A card must not have a DOCTYPE.", "Begin with <svg …>."
        return
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 - without DOCTYPE there are no entities to fetch or to expand
    except ElementTree.ParseError as error:
        line = error.position[0]
        yield line, f"The card is not right as XML: {error}.", "Look for a tag that is not closed, or a bare & or <."
        return
    fonts: set[str] = set()
    for element in root.iter():
        style = f"{element.get('style', '')};{element.text or ''}" if element.tag.endswith("style") else ""
        for name, value in [*element.attrib.items(), ("style", style)]:
            if found := _fetched(name.rpartition("}")[2], value):
                yield 0, f"The card fetches “{found[:60]}”.", "Draw it in the card, or embed it as data:image/…."
            if name in ("font-family", "style"):
                fonts |= set(re.findall(r"font-family\s*:\s*([^;}]+)", value)) if name == "style" else {value}
    has_text = any(element.tag.endswith("}text") for element in root.iter())
    if has_text and not fonts:
        fonts = {"none"}
    for font in sorted(fonts):
        if not any(known in font for known in FONTS):
            message = f"Text in the font “{font}” would be missing from the picture."
            yield 0, message, 'Write font-family="Liberation Sans" on the <svg> element.'


def _fetched(name: str, value: str) -> str:
    """What an attribute would fetch; empty where it stays inside the card."""
    named = [value] if name in ("href", "src") else re.findall(r"""url\(\s*["']?([^)"']*)""", value)
    if "@import" in value:
        return "@import"
    return next((one for one in named if not one.strip().startswith(("#", "data:image/"))), "")


@lru_cache(maxsize=128)
def _drawn(svg: str) -> bytes:
    import vl_convert  # late: 84 MB

    return vl_convert.svg_to_png(svg, scale=1)


def _refuse(file: str, line: int, message: str, advice: str) -> Any:
    problem = Problem(file, line, 0, "card", "error", message, advice)
    raise ContentError(f"{problem.place}: {message}", [problem], advice=advice)
