"""Findings for people, for code review tools (SARIF) and as annotations in a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape

from campaign_bot import __version__
from campaign_bot.check import RULES
from campaign_bot.library.rules import RULES as FILE_RULES
from campaign_bot.model import Problem

#: A line that is shown is cut to this, around what was found.
WIDTH = 76
INDENT = "    "
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def merged(problems: Sequence[Problem]) -> list[tuple[Problem, list[str]]]:
    """The same finding at the same place is told once, with the posts that it is in."""
    found: dict[tuple[object, ...], tuple[Problem, list[str]]] = {}
    for one in sorted(problems):
        same = (one.file, one.line, one.column, one.rule, one.message, one.post if not one.file else "")
        found.setdefault(same, (one, []))[1].append(one.post)
    return list(found.values())


def show(problems: Sequence[Problem], console: Console, directory: Path) -> None:
    """Every problem by file: place, severity, what is wrong, the line with a caret, what to do, and in which posts."""
    for number, (_, group) in enumerate(groupby(merged(problems), key=lambda one: one[0].file)):
        if number:
            console.print()
        lines: dict[str, list[str]] = {}
        for one, posts in group:
            colour = "dim" if one.allowed else "red" if one.blocks else "yellow"
            severity = "allowed" if one.allowed else one.severity
            console.print(
                f"[bold]{escape(one.place or 'campaign')}[/bold]: [{colour}]{severity}[/{colour}]: "
                f"{escape(one.message)} [dim]({one.rule})[/dim]", soft_wrap=True, emoji=False,
            )  # fmt: skip
            for shown in _line(one, directory, lines):
                console.print(f"{INDENT}{escape(shown)}", soft_wrap=True, emoji=False)
            told = [f"Allowed: {one.allowed}"] if one.allowed else [one.advice] if one.advice else []
            told += [f"In {_posts(posts)}."] if one.file and posts[0] else []
            for words in told:
                console.print(f"{INDENT}{escape(words)}", style="dim", soft_wrap=True, emoji=False)


def _posts(posts: list[str]) -> str:
    names = list(dict.fromkeys(posts))
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return " and ".join(names[:2]) + more if not more else ", ".join(names[:2]) + more


def _line(one: Problem, directory: Path, lines: dict[str, list[str]]) -> list[str]:
    """The line and a caret under what was found; nothing where there is no place."""
    if one.file and one.line:
        if one.file not in lines:
            try:
                lines[one.file] = (directory / one.file).read_text("utf-8-sig").split("\n")
            except (OSError, UnicodeDecodeError):
                lines[one.file] = []
        if one.line > len(lines[one.file]):
            return []
        return _with_caret(lines[one.file][one.line - 1], one.column - 1, one.end - one.start)
    if one.end > one.start and one.text:
        begin = one.text.rfind("\n", 0, one.start) + 1
        return _with_caret(one.text[begin:].split("\n")[0], one.start - begin, one.end - one.start)
    return []


def _with_caret(line: str, at: int, length: int) -> list[str]:
    line = line.rstrip().replace("\t", " ")
    if at < 0 or at > len(line) or not line.strip():
        return []
    if len(line) > WIDTH:
        begin = max(0, min(at - WIDTH // 2, len(line) - WIDTH + 2))
        cut = line[begin : begin + WIDTH - 2]
        at -= begin
        line = ("…" if begin else "") + cut + ("" if line.endswith(cut) else "…")
        at += 1 if begin else 0
    under = max(1, min(length, len(line) - at))
    return [line, " " * cell_len(line[:at]) + "^" + "~" * (min(under, 30) - 1)]


def as_github(problems: Sequence[Problem]) -> Iterator[str]:
    """Workflow commands, which GitHub shows beside the line."""
    for one, posts in merged(problems):
        kind = "notice" if one.allowed else "error" if one.blocks else "warning"
        place = {
            "file": one.file or "content/campaign.yaml",
            "line": str(one.line or 1),
            "col": str(one.column or 1),
            "title": one.rule,
        }
        told = [
            one.message,
            f"Allowed: {one.allowed}" if one.allowed else one.advice,
            f"In {_posts(posts)}." if posts[0] else "",
        ]
        words = ",".join(f"{name}={_property(value)}" for name, value in place.items())
        yield f"::{kind} {words}::{_data(chr(10).join(filter(None, told)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(problems: Sequence[Problem]) -> dict[str, Any]:
    """SARIF 2.1.0, with every rule that was broken and its advice."""
    together = merged(problems)
    ids = sorted({one.rule for one, _ in together})
    rules = [_sarif_rule(rule) for rule in ids]
    results = [_sarif_result(one, posts, ids) for one, posts in together]
    driver = {"name": "campaign-bot", "version": __version__, "rules": rules}
    return {
        "$schema": SARIF,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}],
    }


def _sarif_rule(rule_id: str) -> dict[str, Any]:
    rule = RULES.get(rule_id)
    says = rule.says if rule else FILE_RULES.get(rule_id, rule_id)
    found: dict[str, Any] = {"id": rule_id, "shortDescription": {"text": says}}
    if rule:
        found["help"] = {"text": f"{rule.advice['en']}\n{rule.advice['fr']}\n\nSource: {rule.source}"}
        found["defaultConfiguration"] = {"level": rule.severity}
    return found


def _sarif_result(one: Problem, posts: list[str], ids: list[str]) -> dict[str, Any]:
    region = {"startLine": max(one.line, 1), "startColumn": max(one.column, 1)}
    told = f"{one.message} In {_posts(posts)}." if posts[0] and one.file else one.message
    place: dict[str, Any] = {"artifactLocation": {"uri": one.file or "content/campaign.yaml"}, "region": region}
    found: dict[str, Any] = {
        "ruleId": one.rule, "ruleIndex": ids.index(one.rule), "level": one.severity, "message": {"text": f"{told} {one.advice}".strip()},
        "locations": [{"physicalLocation": place}],
    }  # fmt: skip
    if one.allowed:
        found["suppressions"] = [{"kind": "external", "justification": one.allowed}]
    return found
