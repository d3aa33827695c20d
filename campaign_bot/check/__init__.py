"""Check: what a post must pass before it may leave. Errors block approval, warnings inform.

Three kinds of rules: what a network would refuse (each network's own file), what one text may look like (`text`), and
what deliveries must be to each other (`sets`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from campaign_bot.check import text as _text
from campaign_bot.check.registry import TEXT_RULES, Rule, Said, problem
from campaign_bot.check.sets import SET_RULES
from campaign_bot.library.files import Library
from campaign_bot.model import Content, Problem
from campaign_bot.networks.base import Network

__all__ = ["TEXT_RULES", "Rule", "Said", "check_all"]
assert _text  # noqa: S101 - imported for its rules, which register themselves


def check_all(library: Library, networks: Callable[[str], Network], every: Sequence[Said]) -> list[Problem]:
    """Every finding about these deliveries, each with its post's name, sorted."""
    found: list[Problem] = []
    for said in every:
        found += [replace(one, post=said.name) for one in networks(said.network).check(said.content)]
        found += _of_texts(said)
    for find in SET_RULES:
        found += find(library, list(every))
    return sorted(set(found))


def _of_texts(said: Said) -> Iterator[Problem]:
    language = said.content.language
    for one in TEXT_RULES.values():
        for text in _texts(said.content, whole=one.whole):
            for finding in one.find(text, language):
                advice = one.advice.get(language, one.advice["en"])
                yield problem(said, one.id, finding.severity or one.severity, finding.message, advice)


def _texts(content: Content, *, whole: bool) -> Iterator[str]:
    """The post's own parts; and, for most rules, all else that a reader may hear or see."""
    for part in content.parts:
        yield part.text
        if not whole:
            yield from (media.alt for media in part.media)
            yield from part.poll.options if part.poll else ()
    if content.content_warning and not whole:
        yield content.content_warning
