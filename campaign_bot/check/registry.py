"""The table of rules. A rule is one small pure function; adding one is writing it under `@rule` with its examples.

Examples are its test and its documentation at once: `(language, text)` that must pass, and that must fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from campaign_bot.library.files import Library
from campaign_bot.model import Content, Post, Problem, Severity


@dataclass(frozen=True, slots=True)
class Said:
    """One delivery as the checks read it: planned or stored, it makes no difference."""

    post: Post
    account: str
    network: str
    due: datetime
    content: Content

    @property
    def name(self) -> str:
        return f"{self.post.name}@{self.account}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: words about this text, and a severity of its own where the rule has two."""

    message: str
    severity: Severity | None = None


#: Reads one text (a part, an alt text, a poll option) in its language.
TextRule = Callable[[str, str], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    severity: Severity
    advice: dict[str, str]  # by language
    source: str
    passes: tuple[tuple[str, str], ...]  # (language, text)
    fails: tuple[tuple[str, str], ...]
    find: TextRule
    whole: bool  # reads only the post's own text, not alt texts and poll options


TEXT_RULES: dict[str, Rule] = {}


def rule(
    id: str,  # noqa: A002 - what it is
    severity: Severity,
    *,
    en: str,
    fr: str,
    source: str,
    passes: tuple[tuple[str, str], ...],
    fails: tuple[tuple[str, str], ...],
    whole: bool = False,
) -> Callable[[TextRule], TextRule]:
    """Put a function into the table of rules."""

    def register(find: TextRule) -> TextRule:
        TEXT_RULES[id] = Rule(id, severity, {"en": en, "fr": fr}, source, passes, fails, find, whole)
        return find

    return register


def problem(said: Said, rule_id: str, severity: Severity, message: str, advice: str = "") -> Problem:
    """A finding with its post; composed text has no file of its own."""
    return Problem("", 0, 0, rule_id, severity, message, advice, post=said.name)


#: Reads a whole set of deliveries, such as a pair in two languages.
SetRule = Callable[[Library, "list[Said]"], Iterable[Problem]]
