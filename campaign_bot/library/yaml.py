"""A YAML file as plain values that remember where they were written.

ruamel.yaml (YAML 1.2) parses; the values are built here from its nodes, so that every finding has its place and one
bad date does not hide the next one. What is read: mappings, lists, texts, numbers, true/false, null, dates.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from campaign_bot.library.dates import DATE_ADVICE
from campaign_bot.model import Problem

MAX_BYTES = 5_000_000
MAX_VALUES = 200_000  # after aliases are written out; far more than people write by hand

Keys = tuple[str | int, ...]  # the way to a value: ("accounts", "x-en", "language")
Place = tuple[int, int]  # line and column, from 1

#: Control characters but tab and line feed, and the overrides that show letters in another order than they are in. The
#: parser refuses most as they are; written as escapes ("\\x1b") they get past it.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_STANDARD = "tag:yaml.org,2002:"
_TAGS = {_STANDARD + kind for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value")}


@dataclass(slots=True)
class Document:
    """A file's value, and where each part of it is written."""

    file: str  # relative to the campaign directory
    value: Any = None
    values: dict[Keys, Place] = field(default_factory=dict[Keys, Place])
    keys: dict[Keys, Place] = field(default_factory=dict[Keys, Place])
    refused: set[Keys] = field(default_factory=set[Keys])  # values that have their problem already

    def has(self, keys: Keys) -> bool:
        return keys in self.values

    def at(self, *keys: str | int) -> Any:
        """The value at `keys`; None where there is none."""
        value = self.value
        for key in keys:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def place(self, keys: Keys) -> Place:
        """Where the value is written, or the nearest mapping or list around it."""
        while keys and keys not in self.values:
            keys = keys[:-1]
        return self.values.get(keys, (1, 1))

    def key_place(self, keys: Keys) -> Place:
        """Where the key is written; for an item of a list, the item."""
        return self.keys.get(keys) or self.place(keys)

    def problem(self, rule: str, keys: Keys, message: str, advice: str = "", *, at_key: bool = False) -> Problem:
        """An error about the value at `keys` (or about its key)."""
        line, column = self.key_place(keys) if at_key else self.place(keys)
        return Problem(self.file, line, column, rule, "error", message, advice)


def read_text(path: Path, file: str) -> tuple[str | None, list[Problem]]:
    """A file's text. It must be UTF-8 (a byte order mark is dropped) and at most 5 MB."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            return None, [Problem(file, 0, 0, "unreadable", "error", "This is not a file.", "Remove or rename it.")]
        if size > MAX_BYTES:
            message = f"The file has {size / 1_000_000:.1f} MB; at most {MAX_BYTES // 1_000_000} MB are read."
            return None, [Problem(file, 0, 0, "unreadable", "error", message, "Split it into several files.")]
        raw = path.read_bytes()
    except OSError as error:
        message = f"The file cannot be read: {error.strerror or error}."
        return None, [Problem(file, 0, 0, "unreadable", "error", message)]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        return None, [_not_utf8(file, raw, error.start)]


def parse(text: str, file: str) -> tuple[Document | None, list[Problem]]:
    """The text's value with places. None when it is not YAML at all; an empty text's value is None."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
        document = Document(file)
        builder = _Builder(document)
        if node is not None:
            document.value = builder.build(node, (), builder.mark(node))
    except (YAMLError, _Refused) as error:
        return None, [_syntax_problem(file, text, error)]
    except RecursionError:
        return None, [Problem(file, 1, 1, "yaml-syntax", "error", "The values are nested too deeply to be read.")]
    except ValueError as error:
        # ruamel.yaml lets a malformed directive or escape (\Uffffffff) through as a bare ValueError, without a place.
        return None, [Problem(file, 1, 1, "yaml-syntax", "error", f"This is not YAML: {error}.")]
    return document, builder.problems


def read(path: Path, file: str) -> tuple[Document | None, list[Problem]]:
    """A YAML file's value with places, and what is wrong with it."""
    text, problems = read_text(path, file)
    return (None, problems) if text is None else parse(text, file)


class _Refused(Exception):
    """YAML that we do not read, with its place."""

    def __init__(self, place: Place, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.place, self.advice = place, advice


class _Builder:
    """Turns ruamel's nodes into plain values, noting places and problems."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self._count = 0
        self._open: set[int] = set()  # ids of the nodes being built: an alias to one of them has no end

    @staticmethod
    def mark(node: Node) -> Place:
        return node.start_mark.line + 1, node.start_mark.column + 1

    def build(self, node: Node, keys: Keys, place: Place) -> Any:
        self._count += 1
        if self._count > MAX_VALUES:
            raise _Refused(place, f"The file has more than {MAX_VALUES:,} values once its aliases are written out.")
        if id(node) in self._open:
            raise _Refused(self.mark(node), "This value contains itself (an alias, `*`, to what is around it).")
        self.document.values[keys] = place
        if isinstance(node, ScalarNode):
            return self._scalar(node, keys)
        self._tagged(node, keys)
        self._open.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                return [self.build(item, (*keys, n), self.mark(item)) for n, item in enumerate(node.value)]
            assert isinstance(node, MappingNode)  # noqa: S101 - YAML has three kinds of nodes
            return dict(self._items(node, keys))
        finally:
            self._open.discard(id(node))

    def _items(self, node: MappingNode, keys: Keys) -> Iterator[tuple[str, Any]]:
        seen: dict[str, Place] = {}
        for key_node, value_node in node.value:
            place = self.mark(key_node)
            if not isinstance(key_node, ScalarNode):
                raise _Refused(place, "A key must be a word, not a list or a mapping.")
            if str(key_node.tag) == f"{_STANDARD}merge":
                raise _Refused(place, "`<<` is not read.", "Write the keys out.")
            key = str(key_node.value)
            if found := _HIDDEN.search(key):
                raise _Refused(place, _cannot_have(found[0]), "Delete it.")
            if key in seen:
                line, column = place
                message = f"`{key}` is defined twice here; first on line {seen[key][0]}."
                advice = "Keep one of the two."
                found = Problem(self.document.file, line, column, "defined-twice", "error", message, advice)
                self.problems.append(found)
                continue
            seen[key] = place
            self.document.keys[(*keys, key)] = place
            # An empty value has no place of its own: ruamel marks the next token, often on another line.
            empty = isinstance(value_node, ScalarNode) and not value_node.value and not value_node.style
            yield key, self.build(value_node, (*keys, key), place if empty else self.mark(value_node))

    def _scalar(self, node: ScalarNode, keys: Keys) -> Any:
        text, tag = str(node.value), self._tagged(node, keys)
        try:
            match tag.removeprefix(_STANDARD):
                case "null":
                    return None
                case "bool":
                    return text.lower() == "true"
                case "int":
                    return _integer(text)
                case "float":
                    return _real(text)
                case "timestamp":
                    return _instant(text)
                case _:
                    if found := _HIDDEN.search(text):
                        self._note("yaml-syntax", keys, _cannot_have(found[0]), "Delete it.")
                    return text
        except (ValueError, OverflowError):
            if tag.endswith("timestamp"):
                self._note("bad-date", keys, f"`{text}` is not a date that exists.", DATE_ADVICE)
            else:
                self._note("wrong-type", keys, f"`{text[:40]}` is no number that can be used.", "Use digits.")
            return text

    def _tagged(self, node: Node, keys: Keys) -> str:
        """The node's tag; one that is not of YAML's own kinds is a problem."""
        tag = str(node.tag)
        if tag not in _TAGS:
            shown = tag.replace(_STANDARD, "!!")
            self._note("yaml-syntax", keys, f"The tag `{shown}` means nothing here.", "Remove it.")
        return tag

    def _note(self, rule: str, keys: Keys, message: str, advice: str) -> None:
        self.document.refused.add(keys)
        self.problems.append(self.document.problem(rule, keys, message, advice))


def _cannot_have(letter: str) -> str:
    return f"There is a character that texts cannot have (U+{ord(letter):04X})."


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    return int(digits, 0) if digits.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") else int(digits)


def _real(text: str) -> float:
    number = float(text.replace("_", ""))
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _instant(text: str) -> date | datetime:
    parts = text.split("-")
    if len(text) <= 10 and len(parts) == 3:
        return date(*map(int, parts))
    return datetime.fromisoformat(text)


# What the parser says -> what a person can act on. First match wins.
_SYNTAX = (
    ("found character '\\t'", "A tab stands where the line is indented.", "Indent with spaces: YAML refuses tabs."),
    (
        "mapping values are not allowed here",
        "There is a second `: ` on this line, or the line is indented more than the one above.",
        "Put texts that contain `: ` into quotation marks, and line up the keys.",
    ),
    (
        "expected <block end>",
        "This line is not lined up with the lines above.",
        "Keys of one mapping, and items of one list, start in the same column.",
    ),
    ("could not find expected ':'", "The key above this line has no `:`.", "Write `key: value`."),
    ("found unexpected end of stream", "A quotation mark is opened here and never closed.", "Close it."),
    ("found undefined alias", "An alias (`*`) names an anchor (`&`) that is not there.", "Put texts with * in quotes."),
    ("but found another document", "A second document begins here.", "Keep one document a file: remove the `---`."),
    ("<stream end>", "A bracket is opened and never closed.", "Close it with ] or }."),
    (
        "that cannot start any token",
        "A plain text cannot begin with this character.",
        "Put the text into quotation marks.",
    ),
    ("found unknown escape character", "This backslash means nothing in double quotes.", "Use single quotes."),
)


def _syntax_problem(file: str, text: str, error: YAMLError | _Refused) -> Problem:
    if isinstance(error, _Refused):
        return Problem(file, *error.place, "yaml-syntax", "error", str(error), error.advice)
    if isinstance(error, ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")
        return Problem(file, line, column, "yaml-syntax", "error", _cannot_have(chr(code)), "Delete it.")
    said = str(getattr(error, "problem", None) or "").replace("\t", "\\t")
    mark = None
    if isinstance(error, MarkedYAMLError):
        # Where a bracket or quotation mark was opened says more than the file's end.
        never_closed = "end of stream" in said or "<stream end>" in said
        marks = (error.context_mark, error.problem_mark) if never_closed else (error.problem_mark, error.context_mark)
        mark = marks[0] or marks[1]
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    for fragment, message, advice in _SYNTAX:
        if fragment in said:
            return Problem(file, line, column, "yaml-syntax", "error", message, advice)
    return Problem(file, line, column, "yaml-syntax", "error", f"This is not YAML: {said or error}.")


def _not_utf8(file: str, raw: bytes, start: int) -> Problem:
    line = raw.count(b"\n", 0, start) + 1
    column = len(raw[raw.rfind(b"\n", 0, start) + 1 : start].decode("utf-8", "replace")) + 1
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        message, likely = "The file is not UTF-8: it begins like UTF-16.", "UTF-16"
    else:
        byte = raw[start]
        shown = bytes([byte]).decode("cp1252", "replace")
        message = f"Byte {start} (0x{byte:02X}) is not UTF-8; in Windows-1252 it would be {shown!r}."
        likely = "Windows-1252"
    advice = f"Save the file as UTF-8 (it was probably saved as {likely})."
    return Problem(file, line, column, "not-utf8", "error", message, advice)
