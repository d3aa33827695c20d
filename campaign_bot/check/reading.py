"""A text as a reader meets it: its links, tags, emoji, words and sentences, each with its place.

What is masked keeps its length, so that a finding's place in the masked text is its place in the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache

import regex

from campaign_bot.check.patterns import late

NBSP = "\u00a0"
NARROW = "\u202f"
#: Stands for each character of what is no prose: links, addresses, shortcodes.
MASK = "\ue000"

_TLDS = (
    "ca|com|org|net|gov|edu|int|info|io|eu|fr|uk|ch|quebec|social|app|dev|news|media|online|site|tv|mil|au|nz|kr|example"
)  # fmt: skip
URL = late(
    rf"""https?://[^\s<>"«»“”]+
       | (?<![\w@.])(?:[\p{{L}}\p{{N}}](?:[\p{{L}}\p{{N}}-]*[\p{{L}}\p{{N}}])?\.)+
         (?:(?:{_TLDS})(?![\w@-]|\.\w)(?::\d{{2,5}}(?!\d))?(?:/[^\s<>"«»“”]*)?|\p{{L}}{{2,}}/[^\s<>"«»“”]*(?<!/e|/ne|/es|/trice|/le|/se|/te))""",
    regex.VERBOSE | regex.IGNORECASE,
)
_MAYBE_LINK = late(r"[\p{L}\p{N}]\.[\p{L}\p{N}]|://")
_SCHEME = late(r"https?://", regex.IGNORECASE)
_ADDRESS = late(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w/])@[\w.-]*\w(?:@[\w.-]+\w)?|(?:mailto|tel|at):\S+")
_SHORTCODE = late(r"(?<![\p{L}\p{N}:]):[a-z][a-z0-9_+-]*:(?![\p{L}\p{N}:])")
TAG = late(r"(?<![\w/&#])#(?=[\p{N}_]*\p{L})[\p{L}\p{M}\p{N}_]+")
EMOJI = late(
    r"(?:[0-9#*]\uFE0F?\u20E3)"
    r"|(?=[\p{Extended_Pictographic}\p{Regional_Indicator}])(?![©®™])"
    r"(?:(?=[\U0001F000-\U0010FFFF]|[\u2600-\u2604\u2607-\u27BF]|.\uFE0F|\p{Emoji_Presentation}))\X"
)
#: What closes a sentence or a phrase besides its words.
_CLOSERS = r"[»”\"’')\]\u00a0\u202f]*"
_MARK = late(rf"[.!?…]+{_CLOSERS}(?:\s+|$)")
_BREAK = late(r"\n[^\S\n]*\n|\n(?=[^\S\n]*(?:[-–—•*▪◦·‣]|\d{1,2}[.)]|\p{Emoji_Presentation}|[0-9]\uFE0F?\u20E3)\s?)")
_BEGINS = late(
    rf"[\p{{Lu}}\p{{Lt}}\p{{Lo}}\p{{N}}«“\"‘¿¡(\[@#{MASK}\p{{Extended_Pictographic}}\p{{Regional_Indicator}}–—•-]"
)
#: No sentence ends with these, whatever follows.
_NEVER_LAST = {
    "m", "mm", "mme", "mmes", "mlle", "dr", "dre", "drs", "pr", "prof", "me", "mr", "mrs", "ms", "st", "ste", "hon",
    "sen", "gov", "rep", "gen", "p", "pp", "vol", "art", "fig", "chap", "tél", "tel", "av", "boul", "no", "nos", "nᵒ",
    "vs", "cf", "e.g", "i.e", "ex", "p.ex", "c.-à-d", "env", "approx", "ca", "incl", "excl", "j.-c", "réf", "ref",
    "min", "max", "dept", "univ",
}  # fmt: skip
#: These end a sentence when one of the words that often begin sentences comes next.
_PERHAPS_LAST = late(
    r"(?:\p{Lu}\.)*\p{Lu}|inc|ltd|ltée|jr|sr|etc|jan|feb|févr|apr|avr|juill|aug|sept?|oct|nov|déc|dec|co|corp|a\.m|p\.m"
)
_STARTERS = {
    "the", "a", "an", "in", "on", "at", "we", "it", "they", "this", "that", "these", "our", "you", "your", "but", "and",
    "what", "how", "why", "who", "is", "are", "do", "read", "join", "there", "le", "la", "les", "un", "une", "en", "au",
    "il", "elle", "ils", "elles", "nous", "vous", "ce", "cette", "ces", "et", "mais", "que", "qui", "comment",
    "pourquoi", "dans", "pour", "votre", "notre", "c’est", "voici",
}  # fmt: skip
WORD = late(r"[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}’'.,@/&+_\-\u2011\u00b7]*[\p{L}\p{M}\p{N}])?[%]?")
_MAYBE_EMOJI = late(r"[\u203c-\u3299\U0001F000-\U0010FFFF]")
_QUOTED = late(r"«[^»]*»|“[^”]*”|\"[^\"\n]*\"")
_LAST_WORD = late(r"[\p{L}\p{N}.\-]+$")
_PLAIN = late(r"[\p{L}\p{N}]+")
_FIRST_WORD = late(r"[\p{L}’]+")
_DIGIT_GAP = late(r"(?<=\d)[\u00a0\u202f ](?=\d{3})")


class Text:
    """One text of a post: a part, an alt text, a poll option, a content warning."""

    def __init__(self, text: str, language: str, *, region: str = "CA", own: bool = True) -> None:
        self.text = unicodedata.normalize("NFC", text)
        self.language = language  # without its region: fr
        self.region = region  # CA, FR
        self.own = own  # what the post itself says, and not an alt text or a poll option

    @cached_property
    def links(self) -> list[tuple[int, int]]:
        """Where links are, with or without a scheme."""
        if not _MAYBE_LINK.search(self.text):
            return []
        return [_trimmed(match.start(), match[0]) for match in URL.finditer(self.text)]

    def has_scheme(self, link: tuple[int, int]) -> bool:
        return _SCHEME.match(self.text, link[0]) is not None

    @cached_property
    def prose(self) -> str:
        """The text with links, addresses and shortcodes masked."""
        spans = [*self.links, *(match.span() for match in _SHORTCODE.finditer(self.text))]
        if any(sign in self.text for sign in ("@", "mailto:", "tel:", "at:")):
            spans += [match.span() for match in _ADDRESS.finditer(self.text)]
        return _masked(self.text, spans, MASK)

    @cached_property
    def tags(self) -> list[tuple[str, int, int]]:
        return [(match[0], *match.span()) for match in TAG.finditer(self.prose)]

    @cached_property
    def emoji(self) -> list[tuple[str, int, int]]:
        if not _MAYBE_EMOJI.search(self.text):
            return []
        return [(match[0], *match.span()) for match in EMOJI.finditer(self.text)]

    @cached_property
    def words(self) -> str:
        """The prose without tags."""
        return TAG.sub(lambda match: MASK * len(match[0]), self.prose)

    @cached_property
    def unquoted(self) -> str:
        """The words without what stands in quotation marks: those are somebody else's."""
        return _QUOTED.sub(lambda match: MASK * len(match[0]), self.words)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Where each sentence is. `:` and `;` end none; a blank line or the next point of a list does."""
        return [span for block in self._blocks() for span in self._split(*block)]

    def _blocks(self) -> Iterator[tuple[int, int]]:
        start = 0
        for match in _BREAK.finditer(self.text):
            yield start, match.start()
            start = match.end()
        yield start, len(self.text)

    def _split(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        text, first = self.words, start
        for match in _MARK.finditer(text, start, end):
            after = match.end()
            if after >= end or not _BEGINS.match(text, after) or self._abbreviates(match.start(), after):
                continue
            yield first, after
            first = after
        if first < end:
            yield first, end

    def _abbreviates(self, dot: int, after: int) -> bool:
        """Whether the point belongs to an abbreviation in the middle of a sentence."""
        if self.words[dot] != "." or self.words[dot : dot + 2] == "..":
            return False
        before = _LAST_WORD.search(self.words[max(dot - 12, 0) : dot])
        if before is None:
            return False
        word = before[0]
        if word.casefold() in _NEVER_LAST:
            return word.casefold() not in {"no", "ca", "me", "max", "min"} or self.words[after].isdecimal()
        if _PERHAPS_LAST.fullmatch(word) or _PERHAPS_LAST.fullmatch(word.casefold()):
            following = _FIRST_WORD.match(self.words, after)
            return following is not None and following[0].casefold() not in _STARTERS and "etc" not in word.casefold()
        return False

    def words_in(self, start: int, end: int) -> list[str]:
        """The words of a stretch. Links, tags and emoji are none; an elision, a hyphenated word, a number is one."""
        return WORD.findall(_DIGIT_GAP.sub("", self.bare[start:end]))

    def count(self, start: int, end: int) -> int:
        return len(self.words_in(start, end))

    @cached_property
    def bare(self) -> str:
        """The words without emoji either."""
        return _masked(self.words, [(start, end) for _, start, end in self.emoji], " ")


def _trimmed(start: int, link: str) -> tuple[int, int]:
    """A link without the punctuation of the sentence around it."""
    while link and link[-1] in ".,;:!?…’')]":
        if link[-1] == ")" and link.count("(") >= link.count(")"):
            break
        link = link[:-1]
    return start, start + len(link)


def _masked(text: str, spans: list[tuple[int, int]], mask: str) -> str:
    """The text with each stretch replaced by as many of `mask`."""
    if not spans:
        return text
    letters = list(text)
    for start, end in spans:
        letters[start:end] = mask * (end - start)
    return "".join(letters)


@lru_cache(maxsize=20_000)
def read(text: str, language: str, region: str = "CA", own: bool = True) -> Text:
    """The same as Text(…), which a post on several networks says again and again."""
    return Text(text, language, region=region, own=own)


@lru_cache(maxsize=20_000)
def folded(word: str) -> str:
    """A word without case and accents, for looking it up."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))


@lru_cache(maxsize=20_000)
def normalised(text: str) -> str:
    """A text as a reader would call it the same: without case, links, tags, emoji, punctuation and spacing."""
    seen = Text(unicodedata.normalize("NFKC", text), "")
    return " ".join(_PLAIN.findall(seen.words.casefold()))
