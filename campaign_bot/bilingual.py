"""Words in English and French side by side, as tables have them, and French as it is printed.

Tables are typed with plain spaces; the no-break spaces that French puts before : » and % and after « come in here.
"""

from __future__ import annotations

from collections.abc import Mapping

#: What is said, by its name: (English, French).
Table = Mapping[str, tuple[str, str]]
N = "\u00a0"
_TYPED = ((" :", f"{N}:"), ("« ", f"«{N}"), (" »", f"{N}»"), (" %", f"{N}%"))


def typeset(french: str) -> str:
    for plain, right in _TYPED:
        french = french.replace(plain, right)
    return french


def quoted(text: str) -> str:
    """Somebody's own words in French quotation marks; nothing in them is touched, so this comes after `typeset`."""
    return f"«{N}{text}{N}»"


def say(words: Table, name: str, language: str, /, **values: object) -> str:
    """The words of this name in French, or in English for whatever other language; `values` take the places in braces."""
    english, french = words[name]
    text = typeset(french) if language == "fr" else english
    return text.format(**values) if values else text
