"""Outcomes: a file of what happened elsewhere (sign-ups, submissions, downloads), as rows or as all that is wrong with it.

CSV with a header: day, source, name, count and, if known, the post it is put down to. Comma, semicolon or tab; headers in
English or French. The file is read line by line, so a million rows fit; everything wrong is told at once, with its place.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from campaign_bot.errors import CampaignBotError, NotFound
from campaign_bot.model import Counts, Problem
from campaign_bot.store.base import OutcomeRow

#: What a column may be called.
HEADERS = {
    "day": ("day", "date", "jour"),
    "source": ("source",),
    "name": ("name", "outcome", "nom", "résultat"),
    "count": ("count", "number", "nombre", "total"),
    "post": ("post", "publication"),
}
REQUIRED = ("day", "source", "name", "count")
#: What the report knows by name; campaign.yaml's objectives may count others.
KNOWN_NAMES = ("sign_up", "submission", "download", "idea_answered", "idea_adopted")
#: What networks and the campaign itself count: an objective would add an outcome of this name to it.
TAKEN = frozenset({*Counts.__struct_fields__, "engagements", "sent"})
#: A cell that begins so is a formula to spreadsheets, who open what is imported here as open data too.
FORMULA = ("=", "+", "-", "@")
#: So many problems are told one by one; the others are counted.
TOLD, WARNED = 50, 10
MOST, LONGEST = 10**12, 200
_LAYOUT = f"The first line is {','.join(REQUIRED)} (or with ; between), the rows follow."
OPEN_QUOTE = "Is a quote opened here that is not closed?"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_ADDRESS = re.compile(r"\S@\S+\.\S")


@dataclass(slots=True)
class Checked:
    """What a look through the whole file found. `overflow`: problems beyond those that are listed. `names`: of outcomes,
    with the line of each one's first row. `first`: the earliest day, and its line."""

    sha256: str = ""
    rows: int = 0
    total: int = 0
    problems: list[Problem] = field(default_factory=list[Problem])
    overflow: int = 0
    names: dict[str, int] = field(default_factory=dict[str, int])
    first: tuple[date, int] | None = None

    @property
    def warnings(self) -> list[Problem]:
        return [one for one in self.problems if not one.blocks]

    @property
    def errors(self) -> int:
        return len(self.problems) - len(self.warnings) + self.overflow


class OutcomeFile:
    """A file of outcomes. `posts`: the names that a row may be put down to."""

    def __init__(self, path: Path, *, encoding: str, posts: Collection[str], today: date) -> None:
        self.path = path
        self._posts, self._today = posts, today
        self._checked = ""  # the hash of what `check` saw
        if not path.is_file():
            what = f"{path} is not a file." if path.exists() else f"There is no file {path}."
            raise NotFound(what, advice="Name a CSV file.")
        try:
            self._encoding = _encoding_of(path, encoding)
        except LookupError:
            raise CampaignBotError(f"“{encoding}” is no encoding.", advice="Try cp1252 or utf-8.") from None

    def sha256(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def check(self) -> Checked:
        """Look at every line. Nothing is kept."""
        found, seen = Checked(), dict[int, int]()
        try:
            found.sha256 = self._checked = self.sha256()
            for line, row, problems in self._read():
                for problem in problems:
                    self._add(found, problem)
                if row is None:
                    continue
                first = seen.setdefault(hash((row.day, row.source, row.name, row.post)), line)
                if first != line:
                    what = f"Line {first} tells {row.name} of {row.source} on {row.day} already."
                    self._add(found, self._problem(line, 1, "defined-twice", what, "Add the two, or delete one."))
                found.names.setdefault(row.name, line)
                found.first = min(found.first or (row.day, line), (row.day, line))
                found.rows, found.total = found.rows + 1, found.total + row.count
        except UnicodeDecodeError as error:
            self._add(found, self._not_text(error))
        except csv.Error as error:
            self._add(found, self._problem(0, 0, "wrong-type", f"This is no CSV: {error}.", "Save it as CSV (UTF-8)."))
        except OSError as error:
            self._add(found, self._problem(0, 0, "unreadable", f"It cannot be read: {error.strerror}.", ""))
        if not found.rows and not found.problems:
            self._add(found, self._problem(0, 0, "empty", "No row is in it.", _LAYOUT))
        return found

    def rows(self) -> Iterator[OutcomeRow]:
        """The rows of a file that `check` found right. Raises, at the end at the latest, when it is another one by now."""
        changed = CampaignBotError(f"{self.path} changed while it was read.", advice="Try again; nothing was kept.")
        for _, row, problems in self._read():
            if row is None or problems:
                raise changed
            yield row
        if self._checked and self.sha256() != self._checked:
            raise changed

    def too_early(self, found: Checked, starts: date) -> list[Problem]:
        """A warning where a day is before the campaign: it is no result of it, and the year may be a slip."""
        if found.first is None or found.first[0] >= starts:
            return []
        day, line = found.first
        what = f"{day} is before the campaign began ({starts}): it is kept, and the report does not count it."
        return [Problem(str(self.path), line, 1, "bad-date", "warning", what, "Is the year right?")]

    def unknown_names(self, found: Checked, known: Collection[str]) -> list[Problem]:
        """A warning for each name that nothing counts: it may be new, and it may be a slip."""
        unknown = [(name, line) for name, line in found.names.items() if name not in known]
        problems: list[Problem] = []
        for name, line in unknown[:WARNED]:
            near = get_close_matches(name, known, n=1)
            cure = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(sorted(known))}."
            what = f"Nothing counts “{name}” so far: it is no objective's metric, and was never imported."
            problems.append(Problem(str(self.path), line, 1, "unknown-key", "warning", what, cure))
        if len(unknown) > WARNED:
            what = f"Nothing counts {len(unknown) - WARNED} more names."
            problems.append(Problem(str(self.path), 0, 0, "unknown-key", "warning", what, "Is this the right column?"))
        return problems

    # ---- how

    def _read(self) -> Iterator[tuple[int, OutcomeRow | None, list[Problem]]]:
        """(line, row, problems) of each line; a row only where nothing is wrong with it."""
        with self.path.open(encoding=self._encoding, newline="") as file:
            above, header = _header(file)
            if not header:
                return
            delimiter = max(",;\t", key=header.count)
            columns, problems = self._columns(next(csv.reader([header], delimiter=delimiter), []), above)
            if problems:
                yield above, None, problems
                return
            lines = _Lines(file)
            reader = csv.reader(lines, delimiter=delimiter)
            try:
                for cells in reader:
                    if any(map(str.strip, cells)):
                        yield self._row(cells, columns, above + lines.first(reader.line_num), lines, delimiter)
            except csv.Error as error:
                line, what = above + lines.first(reader.line_num), f"From here on this is no CSV: {error}."
                yield (
                    line,
                    None,
                    [self._problem(line, 1, "wrong-type", what, f"{OPEN_QUOTE} Or save it as CSV (UTF-8).")],
                )

    def _columns(self, header: Sequence[str], line: int) -> tuple[list[str], list[Problem]]:
        """Which column is what."""
        told = [cell.strip().strip("\ufeff").casefold() for cell in header]
        by_header = {alias: name for name, aliases in HEADERS.items() for alias in aliases}
        found = [by_header.get(cell, "") for cell in told]
        problems: list[Problem] = []
        for number, (cell, name) in enumerate(zip(told, found, strict=True)):
            column = 1 + sum(len(one) + 1 for one in header[:number])
            if not name:
                near = get_close_matches(cell, by_header, n=1)
                advice = f"Did you mean {near[0]}?" if near else f"The columns are {', '.join(HEADERS)}."
                problems.append(self._problem(line, column, "unknown-key", f"There is no column “{cell}”.", advice))
            elif name in found[:number]:
                problems.append(self._problem(line, column, "defined-twice", f"The column {name} is there twice.", ""))
        missing = [name for name in REQUIRED if name not in found]
        problems += [
            self._problem(line, 1, "missing-key", f"The column {name} is missing.", _LAYOUT) for name in missing
        ]
        return found, problems

    def _row(
        self, cells: Sequence[str], columns: Sequence[str], line: int, lines: _Lines, delimiter: str
    ) -> tuple[int, OutcomeRow | None, list[Problem]]:
        if len(cells) != len(columns):
            what = f"The row has {len(cells)} cell{'s' * (len(cells) != 1)}, and the header {len(columns)}."
            cure = "A cell with a comma in it stands in quotes."
            if (number := lines.number()) > 1:
                what = f"The row goes on for {number} lines. {what}"
                cure = OPEN_QUOTE
            return line, None, [self._problem(line, 1, "wrong-type", what, cure)]
        told = dict(zip(columns, map(str.strip, cells), strict=True))
        post = told.get("post", "")
        wrong = (
            ("day", _wrong_day(told["day"], self._today)),
            ("source", _wrong_source(told["source"])),
            ("name", _wrong_name(told["name"])),
            ("count", _wrong_count(told["count"])),
            ("post", self._wrong_post(post) if post else None),
        )
        problems = [(name, what) for name, what in wrong if what is not None]
        if problems:
            starts = _starts(lines.text(), delimiter)
            columns_of = {name: starts[at] if at < len(starts) else 1 for at, name in enumerate(columns)}
            return line, None, [self._problem(line, columns_of[name], *what) for name, what in problems]
        return line, OutcomeRow(_day(told["day"]), told["source"], told["name"], int(told["count"]), post), []

    def _wrong_post(self, name: str) -> tuple[str, str, str] | None:
        if name in self._posts:
            return None
        near = get_close_matches(name, self._posts, n=1)
        return (
            "unknown-item",
            f"There is no post “{name}”.",
            f"Did you mean {near[0]}?" if near else "Leave the cell empty.",
        )

    def _not_text(self, error: UnicodeDecodeError) -> Problem:
        """Where the first byte is that is no text in this encoding, and what it would be in the one that is likely."""
        if self._encoding.startswith("utf-16"):
            what = "The file is UTF-16, and a part of it is missing or damaged."
            return self._problem(0, 0, "not-utf8", what, "Save it as “CSV UTF-8”.")
        line, column, byte = _place_of_bad_byte(self.path, self._encoding)
        likely = bytes([byte]).decode("cp1252", "replace")
        what = f"The file is not {self._encoding.removesuffix('-sig').upper()}: byte 0x{byte:02X} (“{likely}” in Windows-1252)."
        return self._problem(line, column, "not-utf8", what, "Save it as “CSV UTF-8”, or add --encoding cp1252.")

    def _problem(self, line: int, column: int, rule: str, message: str, advice: str) -> Problem:
        return Problem(str(self.path), line, column, rule, "error", message, advice)

    def _add(self, found: Checked, problem: Problem) -> None:
        if len(found.problems) < TOLD:
            found.problems.append(problem)
        else:
            found.overflow += 1


class _Lines:
    """The lines of a file, remembering those of the row that is being read: a quoted cell may hold several."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._row, self._taken = file, list[str](), True

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._taken:
            self._row, self._taken = [], False
        line = next(self._file)
        self._row.append(line)
        return line

    def first(self, last: int) -> int:
        """The number of the row's first line, by that of its last."""
        self._taken = True
        return last - len(self._row) + 1

    def number(self) -> int:
        return len(self._row)

    def text(self) -> str:
        return self._row[0] if self._row else ""


def _header(file: TextIO) -> tuple[int, str]:
    """The line that names the columns, and its number. Some spreadsheets write empty lines above it, or `sep=;`."""
    for number, line in enumerate(iter(file.readline, ""), 1):
        if line.strip() and not re.fullmatch(r"\ufeff?sep=.", line.strip(), re.IGNORECASE):
            return number, line
    return 0, ""


_day = lru_cache(maxsize=4096)(date.fromisoformat)


@lru_cache(maxsize=4096)
def _wrong_day(text: str, today: date) -> tuple[str, str, str] | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date() if len(text) == 10 else None  # noqa: DTZ007 - a day, no instant
    except ValueError:
        day = None
    if day is None:
        return "bad-date", f"“{text[:40]}” is not a day.", "Write it as 2027-03-04."
    if day > today:
        return "bad-date", f"{day} is still to come.", "Outcomes are of days that are over."
    return ("bad-date", f"{day} is too long ago.", "Write the year with four digits.") if day.year < 2000 else None


def _wrong_count(text: str) -> tuple[str, str, str] | None:
    if text.isascii() and text.isdecimal() and len(text) <= 13 and int(text) <= MOST:
        return None
    if re.fullmatch(r"-\d+", text, re.ASCII):
        return (
            "wrong-type",
            f"{text[:40]} is negative.",
            "A count is 0 or more; a corrected file replaces the one before.",
        )
    if re.fullmatch(r"\d+", text, re.ASCII):
        return "wrong-type", f"{text[:40]} is more than anybody counts.", f"At most {MOST:,}."
    return "wrong-type", f"“{text[:40]}” is no count.", "Write a whole number without spaces, such as 1500."


@lru_cache(maxsize=4096)
def _wrong_name(text: str) -> tuple[str, str, str] | None:
    if text in TAKEN:
        what = f"“{text}” is counted by the networks or the campaign itself: the two would be added up."
        return "wrong-type", what, "Choose another name, e.g. with where it was counted in front."
    if len(text) <= LONGEST and _NAME.fullmatch(text):
        return None
    near = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    advice = f"Write {near}." if _NAME.fullmatch(near) else f"Such as {', '.join(KNOWN_NAMES)}."
    return "wrong-type", f"“{text[:40]}” is no name of an outcome: lower-case letters, digits, single _.", advice


@lru_cache(maxsize=4096)
def _wrong_source(text: str) -> tuple[str, str, str] | None:
    if not text:
        return "missing-key", "The source is empty.", "Say where it was counted, e.g. website."
    if _ADDRESS.search(text):
        return (
            "personal",
            "The source looks like somebody's address.",
            "No data about people come in here: name the system.",
        )
    if text.startswith(FORMULA):
        what = f"The source begins with “{text[0]}”: spreadsheets that open the open data would take it for a formula."
        return "wrong-type", what, "Begin with a letter."
    if not text.isprintable():
        return "wrong-type", "The source holds characters that nobody can see.", "Type it anew."
    return ("wrong-type", f"The source is longer than {LONGEST} characters.", "") if len(text) > LONGEST else None


def _starts(line: str, delimiter: str) -> list[int]:
    """The column (from 1) at which each cell of a line begins."""
    starts, quoted = [1], False
    for number, character in enumerate(line, 1):
        if character == '"':
            quoted = not quoted
        elif character == delimiter and not quoted:
            starts.append(number + 1)
    return starts


def _encoding_of(path: Path, wanted: str) -> str:
    """What the file's first bytes say, or what was asked for."""
    with path.open("rb") as file:
        begin = file.read(4)
    if begin == b"PK\x03\x04":
        raise CampaignBotError(f"{path} is a workbook, no CSV.", advice="Save its sheet as “CSV UTF-8”.")
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without its mark: the names of columns have a zero for every second byte, and no other text has.
    for encoding, letters, zeros in (("utf-16-le", begin[::2], begin[1::2]), ("utf-16-be", begin[1::2], begin[::2])):
        if all(letters) and zeros == b"\0\0":
            return encoding
    if begin.startswith(codecs.BOM_UTF8):  # whatever was asked for: it would be read as “Ã©” for “é”, and kept
        codecs.lookup(wanted)
        return "utf-8-sig"
    return "utf-8-sig" if codecs.lookup(wanted).name == "utf-8" else wanted


def _place_of_bad_byte(path: Path, encoding: str) -> tuple[int, int, int]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as error:
                return number, len(line[: error.start].decode(encoding, "replace")) + 1, line[error.start]
    return 0, 0, 0
