"""Mending in a campaign's files: templates whole, YAML only in texts that are under a language. Comments, code and
structure stay byte for byte."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import regex

from campaign_bot.check.mend import mended
from campaign_bot.check.patterns import late
from campaign_bot.check.registry import Bench
from campaign_bot.library.draft import Draft
from campaign_bot.library.scalars import Scalar, scalars
from campaign_bot.library.yaml import Keys

#: In double quotes a backslash begins an escape; it is left alone, with what it escapes.
ESCAPES = {'"': r"\\(?:x..|u....|U........|.)|\\\n\s*", "'": r"''"}
_TEMPLATE = late(r"post\.(?:[a-z0-9-]+\.)?([a-z]{2,3})\.j2")


@dataclass(frozen=True, slots=True)
class Mend:
    """What would become of one file."""

    file: str
    before: str
    after: str

    def diff(self) -> list[str]:
        return list(
            difflib.unified_diff(
                self.before.split("\n"), self.after.split("\n"), self.file, self.file, lineterm="", n=1
            )
        )  # fmt: skip

    @property
    def lines(self) -> int:
        """How many lines change."""
        return sum(line.startswith("+") for line in self.diff()[2:])


def mends(draft: Draft, on: Bench) -> Iterator[Mend]:
    """Every file in which something is certain to be mended. One that is no text, or no YAML, is left as it is."""
    for file in _files(draft.directory):
        path = draft.directory / file
        try:
            before = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):  # `check` tells it
            continue
        if template := _TEMPLATE.fullmatch(path.name):
            series = draft.series.get(path.parent.name)
            leave = [one.rule for one in series.part.value.allow] if series and series.part.value else []
            after = mended(before, template[1], on, leave=leave)
        else:
            after = _in_yaml(before, on)
        if after != before:
            yield Mend(file, before, after)


def _files(directory: Path) -> list[str]:
    found = [
        *directory.glob("content/campaign.yaml"),
        *directory.glob("content/data/*.yaml"),
        *directory.glob("content/series/*/*.yaml"),
        *(path for path in directory.glob("content/series/*/*.j2") if _TEMPLATE.fullmatch(path.name)),
    ]
    return sorted(
        path.relative_to(directory).as_posix() for path in found if path.is_file() and not path.name.startswith(".")
    )


def _in_yaml(source: str, on: Bench) -> str:
    """The file with its texts mended; as it was where the outcome would not be the same file with other words."""
    found = scalars(source)
    allowed = _allowed(found)
    after = source
    for one in reversed(found):
        language = _language(one.keys, on.languages)
        if language:
            leave = {rule for keys, rule in allowed if one.keys[: len(keys)] == keys}
            after = (
                after[: one.start]
                + _mended(source[one.start : one.end], one.style, language, on, leave)
                + after[one.end :]
            )
    told = scalars(after)
    same = len(told) == len(found) and all(
        was.keys == now.keys and (was.value == now.value or _language(was.keys, on.languages))
        for was, now in zip(found, told, strict=True)
    )
    return after if same else source


def _mended(raw: str, style: str, language: str, on: Bench, leave: Collection[str]) -> str:
    """A text as the file has it: in single quotes, two apostrophes stand for one."""
    if style == "'" and language == "fr" and "fr-apostrophe" not in leave:
        pieces = regex.split(r"(https?://\S+)", raw)  # a link is not a text: every second piece
        pieces[::2] = [regex.sub(r"(?<=\p{L})''(?=[\p{L}\p{N}«“])", "’", piece) for piece in pieces[::2]]
        raw = "".join(pieces)
    return mended(raw, language, on, leave=leave, escapes=ESCAPES.get(style, ""))


def _language(keys: Keys, languages: Sequence[str]) -> str:
    """The language that a value is in: that of the nearest key that is one. Rows' own words, such as an id, have none."""
    words = [key for key in keys if isinstance(key, str)]
    return words[-1] if words and words[-1] in languages else ""


def _allowed(found: Sequence[Scalar]) -> list[tuple[Keys, str]]:
    """Which rules are allowed below which keys."""
    return [
        (one.keys[:-3], one.value)
        for one in found
        if len(one.keys) >= 3 and one.keys[-3] == "allow" and one.keys[-1] == "rule"
    ]
