"""Templates: Jinja2 in a sandbox, where every slip becomes a problem with its file and line.

A manager's natural template gives the expected text: a line that holds only `{% … %}` tags leaves no blank line, and a
tag at the end of a line of text does not eat the line's end. A line `---` starts the next part of a thread, a line
`--- shorter ---` the next, shorter version. Both are found in the template, never in what fills it.
"""

from __future__ import annotations

import re
import traceback
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    meta,
    nodes,
    pass_eval_context,
)
from jinja2.exceptions import TemplateAssertionError, TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaign_bot.compose.filters import filters
from campaign_bot.errors import ContentError
from campaign_bot.library.words import advice_for
from campaign_bot.model import Problem

#: What a template may name. `days_left` and `poll` exist only for series that have them, `card` only in cards.
NAMES = (
    "account", "campaign", "card", "count", "days_left", "index", "item", "language", "network", "poll", "series", "slot",
)  # fmt: skip
SOMETIMES = {
    "card": "Only a picture template (content/cards/) has a shape.",
    "days_left": "Only a schedule with `before` counts days; ask `{% if days_left is defined %}`.",
    "poll": "Only a series with `poll:` has one; ask `{% if poll is defined %}`.",
}
MAX_ROUNDS = 10_000  # of all loops and macros in one rendering
MAX_CHARACTERS = 100_000
MAX_REPEATED = 10_000  # `"=" * 10000`

_NEXT_PART, _NEXT_VERSION = "\ue000", "\ue001"  # private use: what fills a template is freed from them
_SEPARATORS = re.compile(r"^[ \t]*---(?P<shorter>[ \t]*shorter[ \t]*---)?[ \t]*$", re.MULTILINE)
_TAGS = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_ROUND = "_round"
#: What a template can raise by itself; anything else is our own mistake.
_FAULTS = (
    TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, MemoryError,
)  # fmt: skip


class Fields(dict[str, Any]):
    """A mapping that templates read as `item.text`; `name` is how errors call it. Its keys win over dict's methods."""

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.name = name


class _Unknown(StrictUndefined):
    """Undefined values that name the nearest right word. Jinja2 carries one string: the second line is the advice."""

    @property
    def _undefined_message(self) -> str:
        name, owner = str(self._undefined_name), self._undefined_obj
        if isinstance(owner, Fields):
            return f"`{owner.name}` has no field `{name}`.\n{advice_for(name, owner, 'field')}"
        if name in SOMETIMES:
            return f"`{name}` is not known here.\n{SOMETIMES[name]}"
        if self._undefined_hint:
            return self._undefined_hint
        return f"`{name}` is not known.\n{advice_for(name, NAMES, 'name')}"


@pass_eval_context
def _finalized(_: nodes.EvalContext, value: Any) -> Any:
    """What a tag writes. (It takes a context, or Jinja2 would write constants while it compiles.)"""
    return _freed(value)


class Sandbox(ImmutableSandboxedEnvironment):
    """No files, no modules, no endless loops; keys before methods. No filter is called while a template is compiled: what it
    gives depends on the language, and `link` takes note of what it was given."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, *, escape: bool = False) -> None:
        super().__init__(
            undefined=_Unknown, autoescape=escape, trim_blocks=True, lstrip_blocks=True, finalize=_finalized,
            optimized=False, loader=None,
        )  # fmt: skip
        self.filters |= filters("en", "CA", None)

    def getattr(self, obj: Any, attribute: str) -> Any:
        return obj[attribute] if isinstance(obj, dict) and attribute in obj else super().getattr(obj, attribute)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        sizes = [len(side) for side in (left, right) if isinstance(side, str | list | tuple)]
        times = [side for side in (left, right) if isinstance(side, int)]
        if operator == "**" or (sizes and times and sizes[0] * times[0] > MAX_REPEATED):
            raise TemplateRuntimeError(f"`{operator}` would make something too large for a post")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Every loop and macro counts its rounds."""
        tree = super()._parse(source, name, filename)
        for node in tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock)):
            counted = nodes.ExprStmt(nodes.Call(nodes.Name(_ROUND, "load"), [], [], None, None))
            node.body.insert(0, counted.set_lineno(node.lineno))  # type: ignore[union-attr]
        return tree


@dataclass(frozen=True, slots=True)
class Version:
    """One length of a text: its parts, as a thread."""

    parts: tuple[str, ...]


def parse_problems(file: str, source: str) -> list[Problem]:
    """What is wrong with a template as it stands: syntax, unknown filters, tests and names. Never raises."""
    sandbox = Sandbox(escape=file.endswith(".svg.j2"))
    if file.endswith(".svg.j2"):
        sandbox.filters |= dict.fromkeys(("wrap", "fit"), str)
    try:
        tree = sandbox.parse(_prepared(source))
        found = list(_unknown_words(file, source, sandbox, tree))
        if not found:
            sandbox.compile(tree, filename=file)
    except (TemplateSyntaxError, TemplateAssertionError) as error:
        return [_syntax_problem(file, source, error)]
    except RecursionError:
        return [Problem(file, 1, 1, "template", "error", "The template is nested too deeply.", "Make it simpler.")]
    return found


def render(
    file: str, source: str, context: Mapping[str, Any], *, extra: Mapping[str, Callable[..., Any]], escape: bool = False
) -> str:
    """The filled template. `extra`: the filters of the post's language; `link` is a function too.

    Raises ContentError with one problem, placed at file:line."""
    sandbox = Sandbox(escape=escape)
    sandbox.filters |= extra
    functions: dict[str, Any] = {_ROUND: _rounds()} | ({"link": extra["link"]} if "link" in extra else {})
    try:
        code = _compiled(file, source, escape, frozenset(extra))
        template = Template.from_code(sandbox, code, sandbox.make_globals(functions))
        return _collected(template.generate(context))
    except TemplateSyntaxError as error:
        problem = _syntax_problem(file, source, error)
    except _FAULTS as error:
        problem = _fault(file, source, error)
    raise ContentError(f"{problem.place}: {problem.message}", [problem], advice=problem.advice)


@lru_cache(maxsize=256)
def _compiled(file: str, source: str, escape: bool, extra: frozenset[str]) -> CodeType:
    """A template as code, which is the same for every post that it makes. `extra`: the names of the filters."""
    sandbox = Sandbox(escape=escape)
    sandbox.filters |= dict.fromkeys(extra, str)
    return sandbox.compile(_prepared(source), filename=file)


def split(text: str) -> tuple[Version, ...]:
    """The rendered text as versions of parts, longest first. A version or part that came out empty is left out, unless
    nothing else is there."""
    found: list[Version] = []
    for version in text.split(_NEXT_VERSION):
        parts = tuple(part for part in map(tidy, version.split(_NEXT_PART)) if part)
        if parts:
            found.append(Version(parts))
    return tuple(found) or (Version(("",)),)


def tidy(text: str) -> str:
    """NFC, LF, no blanks at the end of lines, at most one empty line in a row, nothing around."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _prepared(source: str) -> str:
    """Separators become sentinels and tags at the end of a line of text keep its end; lines stay where they are."""
    source = str(_freed(source)).replace("\r\n", "\n")
    source = _SEPARATORS.sub(lambda found: _NEXT_VERSION if found["shorter"] else _NEXT_PART, source)
    return _TAGS.sub(_keep_line_end, source)


def _keep_line_end(tag: re.Match[str]) -> str:
    """Jinja2 drops the newline after any tag; we want that only where the line holds nothing but tags."""
    text = tag[0]
    if tag.string[tag.end() : tag.end() + 1] != "\n" or text[-3] in "-+":
        return text
    before = _TAGS.sub("", tag.string[: tag.start()]).rpartition("\n")[2]
    return f"{text[:-2]}+{text[-2:]}" if before.strip() else text


def _freed(value: Any) -> Any:
    """What fills a template cannot start a part."""
    if isinstance(value, str) and (_NEXT_PART in value or _NEXT_VERSION in value):
        return value.replace(_NEXT_PART, "").replace(_NEXT_VERSION, "")
    return value


def _rounds() -> Callable[[], None]:
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        if done > MAX_ROUNDS:
            raise TemplateRuntimeError(f"its loops go round more than {MAX_ROUNDS:,} times")

    return count


def _collected(pieces: Iterator[str]) -> str:
    found: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_CHARACTERS:
            raise TemplateRuntimeError(f"its text is longer than {MAX_CHARACTERS:,} characters")
        found.append(piece)
    return "".join(found)


def _unknown_words(file: str, source: str, sandbox: Sandbox, tree: nodes.Template) -> Iterator[Problem]:
    def problem(rule: str, line: int, word: str, message: str, advice: str) -> Problem:
        return Problem(file, line, _column(source, line, word), rule, "error", message, advice)

    for kind, known, found in (
        ("filter", sandbox.filters, tree.find_all(nodes.Filter)),
        ("test", sandbox.tests, tree.find_all(nodes.Test)),
    ):
        for node in found:
            if node.name not in known:
                message = f"There is no {kind} `{node.name}`."
                yield problem(f"unknown-{kind}", node.lineno, node.name, message, _near(node.name, known, kind))
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        message = "A template stands alone: it cannot read another file."
        yield problem("template", node.lineno, "", message, "Write the text here.")
    known_names = {*NAMES, *sandbox.globals, "link", _ROUND}
    for name in sorted(meta.find_undeclared_variables(tree) - known_names):
        line = next((n.lineno for n in tree.find_all(nodes.Name) if n.name == name and n.ctx == "load"), 1)
        yield problem("unknown-variable", line, name, f"`{name}` is not known.", _near(name, NAMES, "name"))


def _near(word: str, known: Mapping[str, Any] | tuple[str, ...], kind: str) -> str:
    ours = [*filters("en", "CA", None)] if kind == "filter" else known
    advice = advice_for(word, known, kind)
    return advice if advice.startswith("Did") else advice_for(word, ours, kind)


def _syntax_problem(file: str, source: str, error: TemplateSyntaxError) -> Problem:
    message = (error.message or "The template cannot be read").rstrip(".")
    column = _column(source, error.lineno)
    return Problem(file, error.lineno, column, "template", "error", f"{message}.", "Mend the tag on this line.")


def _fault(file: str, source: str, error: BaseException) -> Problem:
    lines = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    message, _, advice = str(error).partition("\n")
    rule = "unknown-variable" if advice else "template"
    message = message or type(error).__name__
    words = re.findall("`([^`]+)`", message)
    message = message if message.endswith(".") else f"The template failed: {message}."
    line = lines[-1] if lines else 0
    column = _column(source, line, words[-1] if words else "") if line else 0
    return Problem(file, line, column, rule, "error", message, advice)


def _column(source: str, line: int, word: str = "") -> int:
    """Jinja2 knows lines only: where the word stands in its line, else the line's first tag. Counts from 1."""
    lines = source.splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    found = (word and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)) or re.search(r"\{[{%#]", text)
    return found.start() + 1 if found else 1
