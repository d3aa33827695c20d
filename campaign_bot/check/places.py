"""Where a composed text's words stand in the campaign's files: in the item, or in the template."""

from __future__ import annotations

from campaign_bot.check.judge import Found, as_problem
from campaign_bot.library.files import Library
from campaign_bot.model import Problem
from campaign_bot.values import replace

#: So many characters on either side of what was found are looked for first; shorter ones may stand in several places.
AROUND = (40, 20, 8, 0)
#: What is found must be so long to be looked for without anything around it.
LONG_ENOUGH = 3


class Places:
    """The files of a library, read once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._data: dict[str, str] = {}

    def placed(self, found: Found) -> Problem:
        """The finding as a problem with file, line and column. Where its words are not to be found, the template."""
        problem = as_problem(found)
        series = self._library.series.get(found.said.post.series)
        if series is None:
            return problem
        language = found.said.content.language
        name, source = series.template(found.said.network, language)
        template = f"content/series/{series.id}/{name}"
        if found.end > found.start:
            yaml = f"content/series/{series.id}/series.yaml"
            data = f"content/data/{series.file.items.data}.yaml"
            start, row = self._row(data, found.said.post.item)
            for file, text, first in ((template, source, 0), (data, row, start), (yaml, self._read(yaml), 0)):
                if place := _find(found, text):
                    line, column = place
                    return replace(problem, file=file, line=first + line, column=column)
        return replace(problem, file=template)

    def _read(self, file: str) -> str:
        if file not in self._data:
            try:
                self._data[file] = (self._library.directory / file).read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError):  # it was there when the library was loaded
                self._data[file] = ""
        return self._data[file]

    def _row(self, file: str, item: str) -> tuple[int, str]:
        """The lines of one item, and how many come before."""
        lines = self._read(file).split("\n")
        starts = [number for number, line in enumerate(lines) if line.lstrip(" -").startswith("id:")]
        mine = next((at for at in starts if lines[at].split("id:", 1)[1].split("#")[0].strip(" '\"") == item), None)
        if mine is None:
            return 0, ""
        end = next((at for at in starts if at > mine), len(lines))
        return mine, "\n".join(lines[mine:end])


def _find(found: Found, source: str) -> tuple[int, int] | None:
    """Line and column of what was found, by the longest stretch around it that the source has."""
    stop = found.text.find("\n", found.end)
    first, last = found.text.rfind("\n", 0, found.start) + 1, len(found.text) if stop < 0 else stop
    for before, after in (sides for around in AROUND for sides in ((around, around), (around, 0), (0, around))):
        begin, end = max(first, found.start - before), min(last, found.end + after)
        wanted = found.text[begin:end]
        if len(wanted) >= LONG_ENOUGH and wanted.strip() and (at := source.find(wanted)) >= 0:
            at += found.start - begin
            return source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at)
    return None
