"""How text is laid out on cards: the letters of Liberation Sans, their widths, and text that fits a box.

Liberation Sans (SIL Open Font License 1.1) travels inside vl-convert, so that every machine draws the same bytes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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

#: What Liberation Sans draws, after NFC: found by drawing each character on a machine without any other font.
#: Latin, Greek, Cyrillic, punctuation, currencies, arrows, a few signs. Anything else would be an empty box.
_LETTERS = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x384, 0x3CE), (0x400, 0x513), (0x1E00, 0x1E9B), (0x1EA0, 0x1EF9),
    (0x2012, 0x2022), (0x2026, 0x2026), (0x2030, 0x2030), (0x2032, 0x2034), (0x2039, 0x203A), (0x2044, 0x2044),
    (0x20A0, 0x20B5), (0x2116, 0x2117), (0x2122, 0x2122), (0x2153, 0x2154), (0x215B, 0x215E), (0x2190, 0x2195),
    (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265), (0x25A0, 0x25A1), (0x25CF, 0x25CF),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fit:
    """Text laid out in a box. Sizes in pixels."""

    size: int
    lines: tuple[str, ...]
    leading: int


def wrap(text: object, chars: int) -> list[str]:
    """Lines of at most `chars` characters, broken at spaces; a longer word stands alone. Kept breaks are kept."""
    return [line for row in str(text).splitlines() for line in _lines(row, chars, len)]


def fit(text: object, width: float, height: float, largest: int = 72, smallest: int = 28, bold: bool = False) -> Fit:
    """The largest size at which the text fits a box. Raises ValueError where it does not at the smallest."""
    words = str(text).strip()
    for size in range(largest, smallest - 1, -2):
        room = width / size * 1000
        lines = [line for row in words.splitlines() for line in _lines(row, room, lambda line: text_width(line, bold))]
        fits_across = all(text_width(line, bold) <= room for line in lines)
        if fits_across and len(lines) * size * LEADING <= height:
            return Fit(size, tuple(lines), round(size * LEADING))
    raise ValueError(f"“{words[:40]}…” does not fit into {width:g} × {height:g} at size {smallest}: shorten it")


def text_width(text: str, bold: bool = False) -> float:
    """The width of a line in thousandths of its size, a little generous."""
    letters = (_WIDTHS.get(c, _WIDEST) for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return sum(letters) * MARGIN * (BOLD if bold else 1)


def missing_letters(text: str) -> str:
    """The characters of a text that the font cannot draw, each once."""
    letters = dict.fromkeys(unicodedata.normalize("NFC", text))
    return "".join(c for c in letters if not (c in "\t\n" or any(low <= ord(c) <= high for low, high in _LETTERS)))


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
