"""Open data: what the campaign did, for everybody to check: a data package and a public page in both languages.

Nothing about people is in it, small counts are left out (suppress.py), and what a rehearsal made says so everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from campaign_bot.library.files import Library
from campaign_bot.opendata import package, page
from campaign_bot.opendata.progress import Progress
from campaign_bot.opendata.tables import DataTable, Field, Row, tables

__all__ = ["Exported", "write_export"]

DATA = "data"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: rows by table, and the files that people open."""

    rows: dict[str, int]
    pages: tuple[str, ...]


def write_export(
    directory: Path,
    library: Library,
    found: Progress,
    view: Callable[[str], Iterable[Row]],
    *,
    settled: Collection[str],
    simulated: bool,
    now: datetime,
) -> Exported:
    """Write the data package and the pages into an empty directory. `view` gives the rows of a documented view;
    `settled`: the deliveries whose polls may be told."""
    every = (*tables(settled, library.campaign.starts), _commitments(found))
    (directory / DATA).mkdir()
    rows = package.write(directory / DATA, every, view, campaign=library.campaign, simulated=simulated, now=now)
    pages = {f"{language}.html": page.render(found, library, every, rows, language=language, simulated=simulated, now=now)
             for language in page.LANGUAGES}  # fmt: skip
    pages["index.html"] = page.front(library, simulated=simulated)
    for name, text in pages.items():
        (directory / name).write_text(text, encoding="utf-8")
    return Exported(rows, tuple(pages))


def _commitments(found: Progress) -> DataTable:
    """The commitments with what was published about each."""

    def make(_: Callable[[str], Iterable[Row]]) -> Iterator[Row]:
        for one in found.commitments:
            yield {
                "id": one.id, "text_en": one.text.get("en"), "text_fr": one.text.get("fr"), "posts_planned": one.planned,
                "posts_out": one.out, "engagements": one.engagements, "progress_en": one.progress.get("en"),
                "progress_fr": one.progress.get("fr"), "source": one.source or None,
            }  # fmt: skip

    told: tuple[tuple[str, str, str, str], ...] = (
        ("id", "string", "the commitment’s name in the other tables", "le nom de l’engagement dans les autres tables"),
        ("text_en", "string", "the commitment in English", "l’engagement en anglais"),
        ("text_fr", "string", "the commitment in French", "l’engagement en français"),
        ("posts_planned", "integer", "posts about it, out or planned", "les publications qui en parlent, parues ou prévues"),
        ("posts_out", "integer", "posts about it that are out", "celles qui sont parues"),
        ("engagements", "integer", "engagements of those, at the age of comparison; empty: not measured",
         "leurs réactions, à l’âge de comparaison; vide\u00a0: non mesuré"),
        ("progress_en", "string", "what the campaign writes down of its progress, in English", "ce que la campagne consigne de ses progrès, en anglais"),
        ("progress_fr", "string", "the same in French", "la même chose en français"),
        ("source", "string", "where the commitment is written", "où l’engagement est écrit"),
        ("simulated", "boolean", "true: figures of a rehearsal", "true\u00a0: chiffres d’une répétition"),
    )  # fmt: skip
    fields = tuple(Field(name, kind, {"en": english, "fr": french}) for name, kind, english, french in told)
    title = {
        "en": "The commitments, and what was published about each",
        "fr": "Les engagements, et ce qui est paru sur chacun",
    }
    return DataTable("commitments", title, fields, make, ("id",))
