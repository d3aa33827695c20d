"""How easy the texts of a series are to read, together: one post is too short to tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import regex

from campaign_bot.bilingual import N
from campaign_bot.check.languages import in_french
from campaign_bot.check.patterns import late
from campaign_bot.check.reading import read
from campaign_bot.check.registry import Bench, Finding, Said, rule
from campaign_bot.model import QUEUE

#: Fewer words tell too little.
MIN_WORDS = 100
LONG_WORD = 6
LIX_MOST, GRADE_MOST, EASE_LEAST = 45, 9, 60

_VOWELS = "aeiouyàâäéèêëîïôöùûüœæ"
_NUCLEUS = late(rf"[{_VOWELS}]+")
_GLIDE = late(rf"(?<=[{_VOWELS}])y(?=[{_VOWELS}])")
_PIECE = late(r"\p{L}+")


@dataclass(frozen=True, slots=True)
class Sounds:
    """How a language says its vowels: letters that are not said, and two beside each other that are said apart."""

    mute: regex.Pattern[str]
    apart: regex.Pattern[str]


_SOUNDS = {
    "fr": Sounds(
        late(
            rf"(?<=[{_VOWELS}].*[^{_VOWELS}])e(?:s|(?<![mcgsv]e)nt)?$|(?<=é)es?$|(?<=q)u(?=[aei])|(?<=[aeiou].*qu)es?$"
        ),
        # créer, réunion, naïf, coopérer
        late(rf"é(?=[aeiou]s?[^{_VOWELS}s])|(?<=[aeou])[éïëü]|oo"),
    ),
    "en": Sounds(
        late(
            r"(?<=[aeiouy].*[^aeiouy])(?:(?<![^aeiouy]l)e$|(?<!(?:[sxzcg]|[cs]h))e(?=s$)|(?<![td])e(?=d$)|e(?=(?:ful|less|ly|ment|thing|one|where)s?$))|(?<=^ev)e(?=ry)"
        ),
        # idea, video, media, material, experience, society, create, usual, medium, doing, mechanism
        late(
            r"(?<=[aeiouy].*[^aeiouy])e[ao]s?$|(?<![ctgs])i(?=a(?:[nl]?s?$))|i(?=os?$|um|et)|(?<![tc])i(?=en[ct])|(?<=c)i(?=at)|(?<=cr)e(?=at)|(?<![qg])u(?=a)|[aeou](?=ing)|s(?=ms?$)"
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Texts as their words and sentences."""

    words: tuple[str, ...]
    sentences: int

    @property
    def per_sentence(self) -> float:
        return len(self.words) / self.sentences

    @property
    def lix(self) -> float:
        """Words a sentence, and the share of words longer than six letters. Björnsson, Läsbarhet (1968)."""
        return self.per_sentence + 100 * sum(len(word) > LONG_WORD for word in self.words) / len(self.words)

    def syllables(self, language: str) -> float:
        """Syllables a word."""
        return sum(syllables(word, language) for word in self.words) / len(self.words)

    @property
    def grade(self) -> float:
        """The school grade of an English text. Flesch and Kincaid, Navy Research Branch Report 8-75 (1975)."""
        return 0.39 * self.per_sentence + 11.8 * self.syllables("en") - 15.59

    @property
    def ease(self) -> float:
        """The ease of a French text. Kandel and Moles, Application de l’indice de Flesch à la langue française (1958)."""
        return 207 - 1.015 * self.per_sentence - 73.6 * self.syllables("fr")


def measured(texts: Iterable[str], language: str, region: str = "CA") -> Measured:
    """The words of texts in a language, without links, tags and emoji, and how many sentences they make."""
    words: list[str] = []
    sentences = 0
    for text in texts:
        seen = read(text, language, region)
        said = [found for span in seen.sentences if (found := seen.words_in(*span))]
        sentences += len(said)
        words += chain.from_iterable(said)
    return Measured(tuple(words), sentences)


def syllables(word: str, language: str) -> int:
    """Vowels that are said together are one. By the spelling alone: wrong in some words, good to some in a hundred over a
    text. (Line breaks, which libraries count, are no syllables; a dictionary of English would weigh more than this rule.)"""
    sounds = _SOUNDS[language]
    return max(1, sum(_piece(piece, sounds) for piece in _PIECE.findall(word.casefold())))


def _piece(piece: str, sounds: Sounds) -> int:
    plain = sounds.mute.sub("", _GLIDE.sub("j", piece))
    return len(_NUCLEUS.findall(plain)) + len(sounds.apart.findall(plain))


@rule(
    "readability", "warning", "series",
    "The texts of a series together are easy to read: LIX of 45 at most; in English a Flesch-Kincaid grade of 9 at most, in French 60 at least after Kandel and Moles.",
    en="Shorter sentences and plainer words; this is advice, and never blocks.", fr="Des phrases plus courtes et des mots plus simples; c’est un conseil, qui ne bloque jamais.",
    source="Björnsson (1968); Flesch and Kincaid (1975); Kandel and Moles (1958)", passes=(("en", "A draft is too short to be judged."),), fails=(),
)  # fmt: skip
def readability(every: list[Said], bench: Bench) -> Iterator[tuple[Said, Finding]]:
    """The different texts of a series in one language, from a hundred words on."""
    series: dict[tuple[str, str], dict[str, Said]] = {}
    for said in every:
        if said.post.schedule != QUEUE:
            series.setdefault((said.post.series, said.content.language), {}).setdefault(said.content.text, said)
    for (name, language), texts in sorted(series.items()):
        base = language.partition("-")[0]
        found = measured(texts, base, bench.region)
        if len(found.words) < MIN_WORDS or not found.sentences:
            continue
        if told := list(_too_hard(found, base)):
            english, french = ("; ".join(each) for each in zip(*told, strict=True))
            yield (
                next(iter(texts.values())),
                Finding(
                    f"the series {name} is hard to read in {language}: {english}",
                    french=f"la série {name} est difficile à lire en {in_french(language)}{N}: {french.replace('.', ',')}",
                ),
            )


def _too_hard(found: Measured, language: str) -> Iterator[tuple[str, str]]:
    """What is over its limit, with the figures that it is made of; in English and in French."""
    words = f"{found.per_sentence:.0f}"
    if found.lix > LIX_MOST:
        long = sum(len(word) > LONG_WORD for word in found.words) / len(found.words)
        yield (
            f"LIX {found.lix:.0f}, over {LIX_MOST} ({words} words a sentence, {long:.0%} long words)",
            f"LIX de {found.lix:.0f}, plus de {LIX_MOST} ({words} mots par phrase, {long * 100:.0f}{N}% de mots longs)",
        )
    if language == "en" and found.grade > GRADE_MOST:
        said = f"{found.syllables('en'):.2f}"
        yield (
            f"Flesch-Kincaid grade {found.grade:.1f}, over {GRADE_MOST} ({words} words a sentence, {said} syllables a word)",
            f"niveau de Flesch-Kincaid de {found.grade:.1f}, plus de {GRADE_MOST} ({words} mots par phrase, {said} syllabes par mot)",
        )
    if language == "fr" and found.ease < EASE_LEAST:
        said = f"{found.syllables('fr'):.2f}"
        yield (
            f"Kandel-Moles {found.ease:.0f}, under {EASE_LEAST} ({words} words a sentence, {said} syllables a word)",
            f"Kandel-Moles de {found.ease:.0f}, moins de {EASE_LEAST} ({words} mots par phrase, {said} syllabes par mot)",
        )
