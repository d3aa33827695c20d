"""What a report is made of in every format: sections of words, tables and posts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, the names of the columns, and rows whose first cell names the row. `words`: the columns (by place) that
    are words, not numbers, so that they begin where reading begins. `short`: its cells are so short that it fits a phone as
    it is."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = ()
    id: str = ""
    short: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One delivery, shown with its rate. `language` is its text's; `said_in` says so where it is not the report's; `url` is
    empty where there is nothing to open."""

    name: str
    rate: str
    text: str
    language: str
    url: str
    said_in: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """Deliveries under a heading, and what is to be known of the choice."""

    heading: str
    words: tuple[str, ...]
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Sentences under a heading. `verdict`: what they come to, in a word or two that stand out."""

    heading: str
    sentences: tuple[str, ...]
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    words: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    cards: tuple[Cards, ...] = ()
    notes: tuple[Note, ...] = ()
