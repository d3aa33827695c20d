"""Words in English and French side by side, as tables have them, and French as it is printed.

Tables are typed with plain spaces; the no-break spaces that French puts before : » and % and after « come in here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: What is said, by its name: (English, French).
Table = Mapping[str, tuple[str, str]]
N = "\u00a0"
_TYPED = ((" :", f"{N}:"), ("« ", f"«{N}"), (" »", f"{N}»"), (" %", f"{N}%"), ("$ US", f"${N}US"))
#: A space at which no line may end: after a colon or “au moins”, for the number alone on the next line says nothing; within a
#: number, and before its unit.
_NO_END = re.compile(
    rf"(?<={N}:) (?=[\d\u2212+])|(?<=\bau moins) (?=\d)|(?<=\d) (?=000\b|(?:secondes?|minutes?|heures?|jours?)\b)"
)


def typeset(french: str) -> str:
    for plain, right in _TYPED:
        french = french.replace(plain, right)
    return together(french)


def together(french: str) -> str:
    """The text with each number beside the colon and the unit that it belongs to; once more after values came in."""
    return _NO_END.sub(N, french)


def quoted(text: str) -> str:
    """Somebody's own words in French quotation marks; nothing in them is touched, so this comes after `typeset`."""
    return f"«{N}{text}{N}»"


def say(words: Table, name: str, language: str, /, **values: object) -> str:
    """The words of this name in French, or in English for whatever other language; `values` take the places in braces."""
    english, french = words[name]
    if language != "fr":
        return english.format(**values) if values else english
    return together(typeset(french).format(**values)) if values else typeset(french)
