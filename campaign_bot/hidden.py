"""Letters that nobody sees, made visible where people decide on a text: what they see is what leaves."""

from __future__ import annotations

#: Control characters, spaces of no width, and marks that turn the direction of what follows: another text would be seen
#: than is sent. (What joins letters and emoji, U+200C and U+200D, is part of writing.)
_SEEN = str.maketrans(
    {
        number: f"\\u{number:04x}"
        for number in (
            *range(9), *range(11, 32), *range(127, 160), 0x00AD, 0x200B, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF
        )
    }
)  # fmt: skip


def visible(text: str) -> str:
    """The same text, with each of these as its code."""
    return text.translate(_SEEN)
