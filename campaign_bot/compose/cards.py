"""Picture cards: an SVG template and an item become a PNG, the same bytes on every machine.

vl-convert draws them without a browser. Cards use the fonts that it brings along (Roboto, Roboto Condensed, DejaVu and
Liberation Sans among them): name one of these in `font-family`, so that no machine's own fonts matter.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from campaign_bot.compose.templates import Filters, render
from campaign_bot.errors import ContentError
from campaign_bot.model import Problem

WIDTH, HEIGHT = 1200, 675
_OUTSIDE = re.compile(r"""(?:href|src)\s*=\s*["'](?!\#|data:)|url\(\s*["']?(?!\#|["']?\#|data:)|<!ENTITY|<\?xml-stylesheet""", re.I)


def draw(file: str, source: str, context: Mapping[str, Any], filters: Filters) -> tuple[bytes, int, int]:
    """The card as PNG, with its width and height. Raises ContentError for an SVG that is not right or that would
    fetch something."""
    svg = render(file, source, context, filters, escape=True)
    if _OUTSIDE.search(svg):
        raise ContentError(
            f"{file} cannot be drawn.",
            [Problem(file, 1, 1, "card-outside", "error", "the card refers to something outside itself", "Use shapes and text only.")],
        )
    try:
        return _png(svg), WIDTH, HEIGHT
    except ValueError as error:
        problem = Problem(file, 1, 1, "card-broken", "error", f"the SVG cannot be drawn: {error}", "Check that every tag is closed.")
        raise ContentError(f"{file} cannot be drawn.", [problem]) from error


@functools.lru_cache(maxsize=512)
def _png(svg: str) -> bytes:
    import vl_convert  # noqa: PLC0415 - 84 MB, only where cards are drawn

    return vl_convert.svg_to_png(svg)
