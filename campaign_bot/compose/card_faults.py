"""What must not be drawn: cards that fetch, whose text leaves the card, cannot be read, or is missing from the font.

Text is judged where it stands: its place and size from the SVG, its background from the picture without any text. What
cannot be judged (a `<style>`, a `transform` on text) is refused, so that no card passes unseen.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from PIL import Image, ImageColor

from campaign_bot.compose.lettering import missing_letters, text_width

#: What a fault is: (line, 0 where it is not known; message; advice).
Fault = tuple[int, str, str]
Colour = tuple[int, int, int]

FONTS = ("Liberation Sans", "sans-serif")  # either is drawn with the font that is bundled
#: WCAG 2.2, success criterion 1.4.3 (AA), for text of any size.
LEAST_CONTRAST = 4.5
ASCENT, DESCENT = 0.75, 0.21  # of Liberation Sans, over its size, without accents on capitals
_INHERITED = ("font-size", "font-weight", "font-family", "fill", "text-anchor", "fill-opacity", "opacity")
_SAMPLES = (60, 20)  # points of a text's background that are looked at


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text as it is drawn. Pixels; `y` is the base line."""

    text: str
    x: float
    y: float
    width: float
    size: float
    fill: str
    opacity: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return (self.x, self.y - ASCENT * self.size, self.x + self.width, self.y + DESCENT * self.size)


def faults(svg: str, width: int, height: int, draw: Callable[[str], bytes]) -> Iterator[Fault]:
    """Every reason not to draw this card of `width` by `height` pixels. `draw` makes a PNG of an SVG."""
    if re.search(r"<!(DOCTYPE|ENTITY)", svg, re.IGNORECASE):
        yield 1, "A card must not have a DOCTYPE.", "Begin with <svg …>."
        return
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 - without DOCTYPE there are no entities to fetch or to expand
    except ElementTree.ParseError as error:
        line = error.position[0]
        yield line, f"The card is not right as XML: {error}.", "Look for a tag that is not closed, or a bare & or <."
        return
    found = [*_fetches(root), *_unjudged(root)]
    yield from found
    if found:
        return
    runs = list(_runs(root))
    yield from _fonts(root, runs)
    yield from (fault for run in runs for fault in _of_run(run, width, height))
    yield from _contrast(root, [run for run in runs if _inside(run, width, height)], draw)


def _fetches(root: ElementTree.Element) -> Iterator[Fault]:
    for element in root.iter():
        texts = [("style", element.text or "")] if _name(element) == "style" else []
        for name, value in [*element.attrib.items(), *texts]:
            if found := _fetched(name.rpartition("}")[2], value):
                yield 0, f"The card fetches “{found[:60]}”.", "Draw it in the card, or embed it as data:image/…."


def _fetched(name: str, value: str) -> str:
    """What an attribute would fetch; empty where it stays inside the card."""
    named = [value] if name in ("href", "src") else re.findall(r"""url\(\s*["']?([^)"']*)""", value)
    if "@import" in value:
        return "@import"
    return next((one for one in named if not one.strip().startswith(("#", "data:image/"))), "")


def _unjudged(root: ElementTree.Element, *, moved: bool = False) -> Iterator[Fault]:
    """What would keep the text from being judged."""
    name, moved = _name(root), moved or "transform" in root.attrib
    if name == "style":
        yield 0, "The card has a <style>, whose colours cannot be checked.", "Write fill and font-size on the elements."
    if name == "text" and moved:
        yield 0, "A text is moved by a transform, so that its place cannot be checked.", "Write its x and y instead."
    if name in ("textPath", "use", "foreignObject"):
        yield 0, f"<{name}> may hold text that cannot be checked.", "Write <text> with its x and y."
    for below in root:
        yield from _unjudged(below, moved=moved)


def _fonts(root: ElementTree.Element, runs: list[Run]) -> Iterator[Fault]:
    fonts = {style["font-family"] for one in root.iter() if "font-family" in (style := _style(one))}
    if runs and not fonts:
        fonts = {"none"}
    for font in sorted(fonts):
        if not any(known in font for known in FONTS):
            message = f"Text in the font “{font}” would be missing from the picture."
            yield 0, message, 'Write font-family="Liberation Sans" on the <svg> element.'


def _of_run(run: Run, width: int, height: int) -> Iterator[Fault]:
    said = f"“{run.text[:40]}”"
    if missing := missing_letters(run.text):
        message = f"The card's font has no “{missing[:10]}” in {said}."
        yield 0, message, "Draw signs as shapes; for other scripts use a picture of your own (`file:`)."
    if not _inside(run, width, height):
        left, top, right, bottom = run.box
        over = max(-left, -top, right - width, bottom - height)
        yield 0, f"{said} leaves the card by {over:.0f} pixels.", "Lay it out with fit(width, height), or shorten it."


def _inside(run: Run, width: int, height: int) -> bool:
    left, top, right, bottom = run.box
    return left >= 0 and top >= 0 and right <= width and bottom <= height


def _contrast(root: ElementTree.Element, runs: list[Run], draw: Callable[[str], bytes]) -> Iterator[Fault]:
    """Every text against the pixels that lie under it."""
    for parent in list(root.iter()):
        for text in [below for below in parent if _name(below) == "text"]:
            parent.remove(text)
    if not runs:
        return
    picture = _background(ElementTree.tostring(root, encoding="unicode"), draw)
    for run in runs:
        said = f"“{run.text[:40]}”"
        colour = _colour(run.fill)
        if colour is None:
            yield 0, f"The colour “{run.fill}” of {said} cannot be judged.", "Write a plain colour such as #ffffff."
            continue
        under = picture.crop((int(run.box[0]), int(run.box[1]), int(run.box[2]) + 1, int(run.box[3]) + 1))
        points = set(under.resize(_SAMPLES, Image.Resampling.NEAREST).get_flattened_data())
        least = min(contrast(_mixed(colour, point, run.opacity), point) for point in points)  # type: ignore[arg-type]
        if least < LEAST_CONTRAST:
            message = f"{said} cannot be read well: contrast {least:.1f}:1 to what is behind it, {LEAST_CONTRAST}:1 is needed."
            yield 0, message, "Choose a lighter or darker colour, or move it off the shape."


@lru_cache(maxsize=16)
def _background(svg: str, draw: Callable[[str], bytes]) -> Image.Image:
    picture = Image.open(io.BytesIO(draw(svg))).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two sRGB colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        share / 12.92 if (share := value / 255) <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for value in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: Colour, under: Colour, opacity: float) -> Colour:
    red, green, blue = (round(a * opacity + b * (1 - opacity)) for a, b in zip(colour, under, strict=True))
    return (red, green, blue)


def _colour(fill: str) -> Colour | None:
    try:
        found = ImageColor.getrgb(fill)
    except ValueError:
        return None
    return (found[0], found[1], found[2]) if len(found) == 3 or found[3] == 255 else None


def _runs(element: ElementTree.Element, above: Mapping[str, str] | None = None) -> Iterator[Run]:
    """Every stretch of text, where it is drawn."""
    style = _inherit(element, above or {})
    if _name(element) == "text":
        yield from _of_text(element, style)
        return
    for below in element:
        yield from _runs(below, style)


def _of_text(text: ElementTree.Element, style: Mapping[str, str]) -> Iterator[Run]:
    """A text's runs. What names its x begins a new chunk, and `text-anchor` places whole chunks."""
    y = 0.0
    chunks: list[tuple[float, list[tuple[str, float, Mapping[str, str]]]]] = [(0.0, [])]
    for attributes, own, words in _pieces(text, style):
        if "x" in attributes:
            chunks.append((_pixels(attributes["x"]), []))
        y = _pixels(attributes.get("y", str(y))) + _pixels(attributes.get("dy", "0"))
        if words.strip():
            chunks[-1][1].append((re.sub(r"[ \t\r\n]+", " ", words), y, own))
    for x, pieces in chunks:
        total = sum(_width(words, own) for words, _, own in pieces)
        anchor = pieces[0][2].get("text-anchor", "start") if pieces else "start"
        at = x - total * {"middle": 0.5, "end": 1.0}.get(anchor, 0.0)
        for words, base, own in pieces:
            width = _width(words, own)
            opacity = float(own.get("fill-opacity", "1")) * float(own.get("opacity", "1"))
            yield Run(words.strip(" "), at, base, width, _size(own), own.get("fill", "black"), opacity)
            at += width


def _pieces(
    element: ElementTree.Element, style: Mapping[str, str]
) -> Iterator[tuple[Mapping[str, str], Mapping[str, str], str]]:
    """(attributes, style, words) of a text and its tspans, in reading order."""
    yield element.attrib, style, element.text or ""
    for below in element:
        yield from _pieces(below, _inherit(below, style))
        yield {}, style, below.tail or ""


def _inherit(element: ElementTree.Element, above: Mapping[str, str]) -> Mapping[str, str]:
    own = {name: value for name, value in _style(element).items() if name in _INHERITED}
    if "opacity" in own:  # that of a group holds for all that is in it
        own["opacity"] = str(float(own["opacity"]) * float(above.get("opacity", "1")))
    return {**above, **own}


def _style(element: ElementTree.Element) -> dict[str, str]:
    """An element's presentation attributes; what `style` says wins."""
    declared = (one.partition(":") for one in element.get("style", "").split(";"))
    return {**element.attrib, **{name.strip(): value.strip() for name, colon, value in declared if colon}}


def _width(words: str, style: Mapping[str, str]) -> float:
    bold = style.get("font-weight", "") in ("bold", "bolder", "600", "700", "800", "900")
    return text_width(words.strip(" "), bold) * _size(style) / 1000


def _size(style: Mapping[str, str]) -> float:
    return _pixels(style.get("font-size", "16"))


def _pixels(length: str) -> float:
    """A length in pixels. Raises ValueError for other units."""
    try:
        return float(length.strip().removesuffix("px"))
    except ValueError:
        raise ValueError(f"“{length}” is no length in pixels") from None


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
