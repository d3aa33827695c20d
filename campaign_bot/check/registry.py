"""The table of rules. A rule is one small pure function; adding one is writing it under `@rule` with its examples.

Examples are its test and its documentation at once: drafts, in the shape that `check --drafts` reads, that the rule lets
pass and that it finds. `(language, text)` is short for a draft that says only that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from campaign_bot.check.reading import Text
from campaign_bot.library.files import Allowed, Checks, QuietPeriod, Row
from campaign_bot.model import Content, Post, Problem, Severity
from campaign_bot.networks.base import NOTHING_TOLD, Network, ToldLimits

#: A draft as JSON, or a language and a text.
Example = Mapping[str, Any] | tuple[str, str]
#: What the rule looks at: each text; each post for one account; a post in its languages; all posts; what a series says; or it is decided in a
#: network's own file, when files are read, or when a person approves.
Looks = Literal["text", "post", "pair", "set", "series", "network", "files", "approval"]


@dataclass(frozen=True, slots=True)
class Said:
    """One delivery as the checks read it: planned, stored or a draft, it makes no difference."""

    post: Post
    account: str
    network: str
    due: datetime
    content: Content
    row: Row | None = None  # what its words come from
    allow: tuple[Allowed, ...] = ()  # what its series may break
    signed_off: bool = False  # a person looked again at what must be looked at before use
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", f"{self.post.name}@{self.account}")


@dataclass(frozen=True, slots=True)
class Bench:
    """What the rules measure by: the campaign's own settings, and the networks."""

    checks: Checks
    languages: tuple[str, ...]
    region: str
    networks: Callable[[str], Network]
    known: frozenset[str]  # acronyms that readers know
    spared: frozenset[str]  # words that the campaign allows, in lower case
    hashtags: Mapping[str, str]  # several words in one: how it is written, by its letters alone
    quiet: tuple[QuietPeriod, ...] = ()
    zone: str = "UTC"
    omitted: frozenset[str] = frozenset()  # what the campaign goes without where a network cannot do it
    told: ToldLimits = field(default_factory=lambda: NOTHING_TOLD)  # what servers said of their limits

    def network_of(self, said: Said) -> Network:
        """The network of a delivery as its account's server says that it is."""
        return self.networks(said.network).told(self.told.get(said.account, {}))


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: words about it in both languages, where in the text, and a severity of its own where the rule has
    two."""

    message: str
    start: int = 0
    end: int = 0
    severity: Severity | None = None
    where: str = ""  # text, alt 1, option 2: where the rule looks at more than one text
    french: str = field(kw_only=True)  # the message, as a French page tells it


#: Reads one text in its language.
TextRule = Callable[[Text, Bench], Iterable[Finding]]
#: Reads one delivery.
PostRule = Callable[[Said, Bench], Iterable[Finding]]
#: Reads the deliveries of one post on one network; or all there are.
SetRule = Callable[["list[Said]", Bench], Iterable["tuple[Said, Finding]"]]


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    severity: Severity
    looks: Looks
    says: str  # the rule, in one sentence
    advice: Mapping[str, str]  # by language
    source: str
    passes: tuple[Example, ...]
    fails: tuple[Example, ...]
    severities: str = ""  # "warning or error" where it has two
    own: bool = False  # a text rule that leaves alt texts and poll options alone
    mend: bool = False  # `check --fix` can
    find: Callable[..., Iterable[Any]] | None = field(default=None, compare=False)
    group: str = ""  # the file that it stands in


RULES: dict[str, Rule] = {}


def rule(
    id: str,  # noqa: A002 - what it is
    severity: Severity,
    looks: Looks,
    says: str,
    *,
    en: str,
    fr: str,
    source: str,
    passes: tuple[Example, ...],
    fails: tuple[Example, ...],
    severities: str = "",
    own: bool = False,
    mend: bool = False,
) -> Callable[[Callable[..., Iterable[Any]]], Callable[..., Iterable[Any]]]:
    """Put a function into the table of rules."""

    def register(find: Callable[..., Iterable[Any]]) -> Callable[..., Iterable[Any]]:
        RULES[id] = Rule(
            id, severity, looks, says, {"en": en, "fr": fr}, source, passes, fails, severities, own, mend, find,
            find.__module__.rpartition(".")[2],
        )  # fmt: skip
        return find

    return register


def elsewhere(
    group: str,
    id: str,  # noqa: A002 - what it is
    severity: Severity,
    looks: Looks,
    says: str,
    *,
    en: str,
    fr: str,
    source: str,
    passes: tuple[Example, ...] = (),
    fails: tuple[Example, ...] = (),
    severities: str = "",
) -> None:
    """A rule that another place decides, so that the table is whole and its examples are tried."""
    RULES[id] = Rule(id, severity, looks, says, {"en": en, "fr": fr}, source, passes, fails, severities, group=group)


def problem(said: Said, rule_id: str, severity: Severity, message: str, advice: str = "") -> Problem:
    """A finding with its post; composed text has no file of its own."""
    return Problem("", 0, 0, rule_id, severity, message, advice, post=said.name)
