"""Rules about English as it is written in Canada."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from campaign_bot.bilingual import quoted
from campaign_bot.check.patterns import late
from campaign_bot.check.reading import MASK, Text
from campaign_bot.check.registry import Bench, Finding, rule
from campaign_bot.check.vocabulary import SPELLING

_WORD = late(r"(?<![\p{L}\p{N}_@’'/])\p{L}{4,}(?![\p{L}_]|\.\p{Ll})")
_LETTER = late(r"[\p{L}\p{N}]")
#: After one of these, or an adjective between, `license` is the noun, which Canada spells licence.
_LICENCE = late(
    r"(?i)\b(?:an?|the|this|that|your|our|their|its|his|her|my|each|every|any|no|another|open|new|free|data|government|software|source|creative|commons|under|driver[’']?s[’']?|content|one)\s(?P<word>licenses?)\b"
    r"(?!\s(?:the|a|an|their|our|your|it|them|all|data|software|content|this|that)\b)"
    r"|\b(?:an?|another|each|every|any|no)\s\p{Ll}+\s(?P<word>license)\b"
    r"|\b(?P<word>licenses)\s(?:for|of|are|is|and|from|that|to)\b"
)
_METRE = late(
    r"(?i:\d[\d,.]*|square|cubic|two|three|four|five|six|seven|eight|nine|ten|twenty|fifty|hundred|thousand)[ \u00a0-](?P<word>meters?)\b"
)
_LICENSE = late(r"\b(?:to|will|can|may|must|should|cannot|could|would|we|they|you|who)\s(?P<word>licence)\b")


def spelling_places(text: Text, spared: frozenset[str] = frozenset()) -> Iterator[tuple[int, int, str]]:
    """Spellings that are not Canadian, with the Canadian one. Names are left alone: a capital in mid-sentence, or at its
    beginning before another capital or `for`, `of`; in quotation marks, a title."""
    plain = text.words
    for match in _WORD.finditer(plain):
        word = match[0]
        right = SPELLING.get(word.casefold())
        if right is None or word.casefold() in spared:
            continue
        inside = plain[match.start() - 1 : match.start()] == "-"  # Trent-Center is a name, well-labeled is none
        if word.isupper() or (
            not word.islower() and (inside or text.unquoted[match.start()] == MASK or not _ordinary(text, match))
        ):
            continue
        yield *match.span(), right if word.islower() else right.capitalize()
    for match in _LICENCE.finditer(plain):
        start, end = match.span("word")
        if plain[start].islower() and "license" not in spared:
            yield start, end, plain[start:end].replace("license", "licence")
    for match in _METRE.finditer(plain):
        start, end = match.span("word")
        yield start, end, plain[start:end].replace("meter", "metre")
    for match in _LICENSE.finditer(plain):
        if "licence" not in spared:
            yield *match.span("word"), "license"


def _ordinary(text: Text, match: regex.Match[str]) -> bool:
    """Whether a word with a capital is the first of a sentence and nobody's name."""
    start = next(start for start, end in text.sentences if start <= match.start() < end)
    if not match[0][1:].islower() or _LETTER.search(text.words[start : match.start()]):
        return False
    return not regex.match(r"\s+(?:\p{Lu}|for\b|of\b|on\b|and\s\p{Lu})", text.words[match.end() :])


@rule(
    "en-spelling", "warning", "text", "Canadian spelling: centre, colour, defence, licence (noun), license (verb), program, -ize, travelled.", mend=True,
    en="Use the Canadian spelling.", fr="Utilisez l’orthographe canadienne.", source="Government of Canada, Writing tips plus; Canadian Oxford Dictionary",
    passes=(
        ("en", "The centre’s colour, our defence, a program to organize and travelled"), ("en", "The Center for Open Data and the US Department of Defense"), ("en", "We license it under an open licence"), ("fr", "Le programme et le center"), ("en", "Visit https://color.example.org/center"),
        ("en", "We advise, exercise, revise and compromise"), ("en", "An elaborate, humorous and laborious honorary talk"), ("en", "World Health Organisation"), ("en", "United Nations Development Programme"), ("en", "Organisation for Economic Co-operation and Development"), ("en-US", "The color of the center"),
        ("en", "A licensed driver and a licensing office"), ("en", "Mr. Gray and Ms. Harbor"), ("en", "A parking meter"), ("en", "Enterprise and expertise surprise"), ("en", "Analysis of the metre"), ("en", "Watch “Canceled” and “The Color of Money”"), ("en", "Two analyses of why catalysts matter"), ("en", "The Trent-Center line"),
    ),
    fails=(
        ("en", "The community center is open"), ("en", "What color is it?"), ("en", "The defense of open data"), ("en", "Get a license for your data"), ("en", "They licenced the data"), ("en", "A new programme"), ("en", "We organise events"), ("en", "She traveled far"), ("en", "Your neighborhood counts"), ("en", "Recognise every voice"),
        ("en", "Our labor and behavior"), ("en", "An open license for all"), ("en", "The organisation of work"), ("en", "They canceled it"), ("en", "Two kilometers away"), ("en", "Programmes are open"), ("en", "We prioritise youth"), ("en", "Our favorite idea"), ("en", "We analyse it together"), ("en", "A “new center” opens"), ("en", "Apply for a fishing license at the desk"), ("en", "Well-labeled jars"),
    ),
)  # fmt: skip
def en_spelling(text: Text, bench: Bench) -> Iterator[Finding]:
    if text.language == "en" and text.region == "CA":
        for start, end, right in spelling_places(text, bench.spared):
            yield Finding(
                f"“{text.text[start:end]}” is spelt {right} in Canada",
                start,
                end,
                french=f"{quoted(text.text[start:end])} s’écrit {right} au Canada",
            )
