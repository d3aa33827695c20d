"""Privacy: every stored column, why, and how long. `stored.yaml` is the one table; a test compares it with the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from campaign_bot.bilingual import typeset

Text = Mapping[str, str]
FORGOTTEN = "forgotten"
#: Parts of the program that stand where a name may be.
PROGRAM = ("plan", "publisher", "collect", "forget")


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    what: Text  # by language
    staff: str = ""  # may name a person who works on the campaign: as a `name`, in `words`, in `json`


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a view where nothing is kept."""

    name: str
    what: Text
    columns: tuple[Column, ...]
    keep: Text | None = None
    time: str = ""  # the column by which its names are forgotten


@dataclass(frozen=True, slots=True)
class Stored:
    tables: tuple[Table, ...]
    views: tuple[Table, ...]
    common: Mapping[str, Column]

    def table(self, name: str) -> Table | None:
        return next((one for one in (*self.tables, *self.views) if one.name == name), None)

    def column(self, table: str, name: str) -> Column | None:
        """What is said of a column: by its table, or of all that have this name."""
        found = self.table(table)
        if found is None:
            return None
        return next((one for one in found.columns if one.name == name), self.common.get(name))

    def described(self, schema: Mapping[str, Sequence[str]]) -> list[Table]:
        """The tables of a schema with a word for each of their columns. What has none is left out: a test says so."""
        found = [(self.table(name), names) for name, names in schema.items()]
        return [
            replace(table, columns=tuple(one for name in names if (one := self.column(table.name, name)) is not None))
            for table, names in found
            if table is not None
        ]


def emptied(column: Column) -> str:
    """What stands in the place of a name that was forgotten."""
    return {"name": FORGOTTEN, "words": "", "json": "{}"}[column.staff]


@cache
def stored() -> Stored:
    from ruamel.yaml import YAML  # who only opens a database does not wait for it

    raw: Any = YAML(typ="safe").load(files("campaign_bot.privacy").joinpath("stored.yaml").read_text("utf-8"))
    keep = {name: _typed(words) for name, words in raw["keep"].items()}
    return Stored(
        tuple(_table(name, one, keep) for name, one in raw["tables"].items()),
        tuple(_table(name, one, keep) for name, one in raw["views"].items()),
        {name: _column(name, words) for name, words in raw["common"].items()},
    )


def _table(name: str, raw: Mapping[str, Any], keep: Mapping[str, Text]) -> Table:
    columns = tuple(_column(column, words) for column, words in raw["columns"].items())
    return Table(name, _typed(raw["what"]), columns, keep[raw["keep"]] if "keep" in raw else None, raw.get("time", ""))


def _column(name: str, raw: Any) -> Column:
    return Column(name, _typed(raw), raw.get("staff", "") if isinstance(raw, dict) else "")


def _typed(raw: Any) -> Text:
    """English and French, with the apostrophes of print; French gets the no-break spaces that are plain ones in the file."""
    english, french = (raw["en"], raw["fr"]) if isinstance(raw, dict) else raw.split(" | ")
    return {"en": english.replace("'", "’"), "fr": typeset(french)}
