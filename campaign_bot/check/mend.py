"""What the machine can mend without doubt, in one text. Mending twice changes nothing the second time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import regex

from campaign_bot.check.english import spelling_places
from campaign_bot.check.french import (
    SINGLE,
    apostrophe_places,
    capital_places,
    dollar_places,
    nbsp_places,
    quote_places,
    space_before_places,
)
from campaign_bot.check.patterns import late
from campaign_bot.check.reading import NARROW, NBSP, Text
from campaign_bot.check.registry import Bench
from campaign_bot.check.signs import of_several_words

#: Stands for each character of code in a template: it is no space, no letter and no link.
CODE = "\ue001"
_CODE = late(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", regex.DOTALL)

#: What is mended may show another fault beside it: so often all is looked at again at most.
PASSES = 5
#: A stretch and what replaces it.
Edit = tuple[int, int, str]
Mender = Callable[[Text, Bench], Iterator[Edit]]


def mended(source: str, language: str, on: Bench, *, leave: Collection[str] = (), escapes: str = "") -> str:
    """The text with all that is certain mended, and Jinja code, links and what `escapes` matches as they were. Rules that
    are off or in `leave` mend nothing."""
    left = {*leave, *(rule for rule, chosen in on.checks.rules.items() if chosen == "off")}
    for _ in range(PASSES):
        before = source
        for rule, mender in MENDERS:
            if rule not in left:
                source = _apply(source, mender, language, on, escapes)
        if source == before:
            break
    return source


def _apply(source: str, mender: Mender, language: str, on: Bench, escapes: str) -> str:
    masked = _CODE.sub(lambda match: CODE * len(match[0]), source)
    if escapes:
        masked = regex.sub(escapes, lambda match: CODE * len(match[0]), masked)
    text = Text("", language, region=on.region)
    text.text = masked  # as it is: places in it must be those in the file
    last = 0
    pieces: list[str] = []
    for start, end, right in sorted(set(mender(text, on))):
        if start >= last and CODE not in masked[start:end]:
            pieces += [source[last:start], right]
            last = end
    return "".join([*pieces, source[last:]])


def _narrow(text: Text, on: Bench) -> Iterator[Edit]:
    if text.language == "fr" and on.region != "FR":
        for match in regex.finditer(NARROW, text.prose):
            yield *match.span(), "" if text.prose[match.end() : match.end() + 1] in (";", "!", "?") else NBSP


def _space_before(text: Text, on: Bench) -> Iterator[Edit]:
    if text.language == "fr":
        yield from space_before_places(text)


def _nbsp(text: Text, on: Bench) -> Iterator[Edit]:
    if text.language == "fr":
        yield from ((start, end, right) for start, end, right, _ in nbsp_places(text))


def _dollars(text: Text, on: Bench) -> Iterator[Edit]:
    if text.language == "fr":
        yield from dollar_places(text)


_IN_QUOTES = late(
    r"(?<![\p{L}\p{N}\d])\"[^\S\n]*([^\"«»\n]+?)[^\S\n]*\"(?![\p{L}\p{N}])|[“„][^\S\n]*([^“”„‟\"«»\n]+?)[^\S\n]*[”“]"
    + f"|{SINGLE}"
)


def _quotes(text: Text, on: Bench) -> Iterator[Edit]:
    wrong = set(quote_places(text)) if text.language == "fr" else set[int]()
    for match in _IN_QUOTES.finditer(text.prose) if wrong else ():
        if match.start() in wrong:
            inner = next(match.span(group) for group in (1, 2, 3) if match[group] is not None)
            yield match.start(), inner[0], f"«{NBSP}"
            yield inner[1], match.end(), f"{NBSP}»"


def _capitals(text: Text, on: Bench) -> Iterator[Edit]:
    for start, end, right in capital_places(text) if text.language == "fr" else ():
        if text.text[start:end].casefold() not in on.spared:
            yield start, end, right


def _apostrophes(text: Text, on: Bench) -> Iterator[Edit]:
    if text.language == "fr":
        yield from ((at, at + 1, "’") for at in apostrophe_places(text))


def _hashtags(text: Text, on: Bench) -> Iterator[Edit]:
    for tag, start, end in text.tags:
        if (right := of_several_words(tag, on)) and right != tag:
            yield start, end, right


def _spelling(text: Text, on: Bench) -> Iterator[Edit]:
    if text.language == "en" and on.region == "CA":
        yield from spelling_places(text, on.spared)


#: In this order: each sees what the one before it has mended.
MENDERS: tuple[tuple[str, Mender], ...] = (
    ("fr-narrow-space", _narrow),
    ("fr-space-before", _space_before),
    ("fr-quotes", _quotes),
    ("fr-nbsp", _dollars),
    ("fr-nbsp", _nbsp),
    ("fr-capitals", _capitals),
    ("fr-apostrophe", _apostrophes),
    ("hashtag-case", _hashtags),
    ("en-spelling", _spelling),
)
