"""What a report is made of in every format: sections of words, tables and posts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, the names of the columns, and rows whose first cell names the row. `words`: the last cell is a
    sentence, not a number."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One post, shown with its rate."""

    name: str
    rate: str
    text: str
    language: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    words: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    cards: tuple[tuple[str, tuple[Card, ...]], ...] = ()  # (heading, posts)
    notes: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (heading, sentences)
