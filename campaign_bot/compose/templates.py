"""Jinja2 for campaigns: sandboxed, strict about undefined names, and every error has its file and line.

Two lines mean something in a post's template: `---` begins the next part of a thread, `--- shorter ---` a shorter
wording of the whole post. They are replaced in the source, before rendering, so that no item's text can contain one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaign_bot.compose.filters import language_filters
from campaign_bot.errors import ContentError
from campaign_bot.model import Problem

_PART, _SHORTER = "\ue000", "\ue001"  # private use: no keyboard types them
_MARKS = ((re.compile(r"^---[ \t]*shorter[ \t]*---[ \t]*$", re.M), _SHORTER), (re.compile(r"^---[ \t]*$", re.M), _PART))
MAX_RENDERED = 100_000
#: What a template may name; `days_left` and `poll` only where the schedule or the series gives them.
NAMES = ("item", "campaign", "series", "account", "network", "language", "slot", "days_left", "poll", "index", "count", "link")

Filters = Mapping[str, Callable[..., Any]]


def environment(filters: Filters, *, escape: bool = False) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=escape, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
    )
    made.filters.update(filters)
    return made


def parse_problems(file: str, source: str) -> list[Problem]:
    """What is wrong with a template before it is rendered: syntax, and filters that do not exist."""
    try:
        env = environment({**language_filters("en", "CA"), "link": str})
        env.compile(env.parse(_mark(source)))
    except TemplateSyntaxError as error:
        return [_problem(file, error.lineno, str(error.message or "the template is not right"))]
    return []


def render(file: str, source: str, context: Mapping[str, Any], filters: Filters, *, escape: bool = False) -> str:
    """The template with these values. Raises ContentError with the file and line of what went wrong."""
    try:
        text = environment(filters, escape=escape).from_string(_mark(source)).render(context)
    except TemplateSyntaxError as error:
        raise _failed(file, error.lineno, str(error.message or error)) from error
    except UndefinedError as error:
        raise _failed(file, _line(error), str(error)) from error
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise _failed(file, _line(error), str(error) or type(error).__name__) from error
    if len(text) > MAX_RENDERED:
        raise _failed(file, 1, f"the text has {len(text):,} characters; no post has")
    return text


def versions(rendered: str) -> list[list[str]]:
    """The wordings of a rendered post, longest first, each as the parts of its thread, trimmed."""
    found = [[_tidy(part) for part in version.split(_PART)] for version in rendered.split(_SHORTER)]
    return [[part for part in parts if part] or [""] for parts in found]


def _mark(source: str) -> str:
    source = source.replace("\r\n", "\n")
    for line, mark in _MARKS:
        source = line.sub(mark, source)
    return source


def _tidy(text: str) -> str:
    lines = [line.rstrip(" \t") for line in text.strip().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _line(error: BaseException) -> int:
    """Jinja2 puts the template's own lines into the traceback; the deepest one is where it happened."""
    line, frame = 1, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == "<template>":
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def _failed(file: str, line: int, message: str) -> ContentError:
    return ContentError(f"{file} cannot be rendered.", [_problem(file, line, message)])


def _problem(file: str, line: int, message: str) -> Problem:
    advice = "See docs/writing-content.md for what templates can name."
    unknown = re.match(r"'(\w+)' is undefined", message) or re.match(r"No filter named '(\w+)'", message)
    if unknown and (near := get_close_matches(unknown[1], [*NAMES, *language_filters("en", "CA")], n=1)):
        advice = f"Did you mean `{near[0]}`?"
    elif missing := re.match(r"'[\w. ]*Values object' has no attribute '(\w+)'", message):
        message, advice = f"there is no “{missing[1]}” here", "The item has no such field; look at its row in content/data/."
    return Problem(file, line, 1, "template-error", "error", message, advice)
