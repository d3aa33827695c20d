"""Which language a text is in, by py3langid. Silent when it is short or unsure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from babel import Locale

from campaign_bot.bilingual import N, quoted
from campaign_bot.check.patterns import late
from campaign_bot.check.reading import MASK, Text
from campaign_bot.check.registry import Bench, Finding, Said, rule

#: Fewer words tell too little.
MIN_WORDS = 6
#: So sure must the detector be of another language, and so little may it believe in the one that is said.
SURE, DOUBT = 0.97, 0.01
#: What is looked for beside the campaign's languages: those that its authors are likely to mix up.
BESIDE = ("en", "fr", "es", "pt", "it", "de")
#: Small words that only this language has among those that are mixed up: with three of them the detector is not asked.
ENOUGH = 3
SURE_WORDS = {
    "en": frozenset(
        "the of and to is are that for you what with would was they their have has who how more than this your at we".split()
    ),
    "fr": frozenset(
        "les des du et est une qui pour dans vous sur aux avec nous votre vos ou ont cette leur sont pas ils au ce".split()
    ),
}
_WORDS = late(r"\p{L}[\p{L}\p{M}]*")
NAMES = {
    "en": "English",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "it": "Italian",
    "de": "German",
    "ar": "Arabic",
}


@cache
def _detector(languages: tuple[str, ...]) -> Any:
    """Takes half a second to load, so only where a text is long enough to be judged."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages([one for one in languages if one in set(found.labels)])
    return found


def forget_languages() -> None:
    """Give back the detector's 60 MB."""
    _detector.cache_clear()


@rule(
    "wrong-language", "warning", "text", "The text is in the language that it says (six words or more).",
    en="Was it put into the other language’s template, or not translated?", fr="L’a-t-on mis dans le gabarit de l’autre langue, ou pas traduit?", source="py3langid",
    passes=(
        ("en", "Young people want a say in public decisions today"), ("fr", "Les jeunes veulent participer aux décisions publiques"), ("en", "Bonjour Ottawa"), ("fr", "L’Open Government Partnership et l’Open Gov Youth Collective ont publié leur plan"),
        ("en", "Read the article “Les jeunes et la démocratie” in Le Devoir today"), ("fr", "Open Data Day 2025"), ("es", "Los jóvenes quieren participar en las decisiones públicas"), ("ar", "الشباب يريدون المشاركة في القرارات العامة اليوم"), ("en", "3 priorities, 14 commitments: inclusion, participation, impact."),
    ),
    fails=(
        ("fr", "Young people want a say in public decisions today"), ("en", "Les jeunes veulent participer aux décisions publiques"), ("en", "Los jóvenes quieren participar en las decisiones públicas"), ("fr", "What should your city put online first this year?"), ("ar", "Young people want a say in public decisions today"), ("es", "Les jeunes veulent participer aux décisions publiques"),
    ),
)  # fmt: skip
def wrong_language(text: Text, bench: Bench) -> Iterator[Finding]:
    prose = text.unquoted.replace(MASK, " ")
    words = _WORDS.findall(prose)
    if len(words) < MIN_WORDS or not text.language:
        return
    if len(SURE_WORDS.get(text.language, frozenset()).intersection(map(str.casefold, words))) >= ENOUGH:
        return
    languages = tuple(sorted({*BESIDE, *bench.languages, text.language}))
    detector = _detector(languages)
    if text.language not in detector.labels:
        return
    chances: dict[str, float] = dict(detector.rank(prose))
    best = max(chances, key=lambda one: chances[one])
    if best != text.language and chances[best] >= SURE and chances[text.language] <= DOUBT:
        yield Finding(
            f"this looks like {NAMES.get(best, best)}, not {NAMES.get(text.language, text.language)}",
            french=f"le texte semble être en {in_french(best)} et non en {in_french(text.language)}",
        )


def in_french(language: str) -> str:
    """What a language is called in French, without its region."""
    return Locale("fr").languages.get(language.partition("-")[0], language)


@cache
def known_languages() -> dict[str, str]:
    """Every language of the Unicode CLDR, by its code: its name in English."""
    return {code: name for code, name in Locale("en").languages.items() if code not in ("mul", "root", "und", "zxx")}


@rule(
    "language-missing", "error", "post", "A post says which language it is in, by the code of a language that there is.",
    en="Set the account’s language: en, fr, iu…", fr="Indiquez la langue du compte\u00a0: en, fr, iu…", source="WCAG 3.1.1; BCP 47; networks",
    passes=(("en", "Hello"), ("fr", "Bonjour"), ("fr-CA", "Bonjour"), ("ar", "مرحبا"), ("iu", "ᐊᐃ")),
    fails=(
        {"network": "mastodon", "text": "Hello"}, {"network": "x", "text": "Hello", "language": ""}, {"network": "x", "text": "Hello", "language": None},
        ("zz", "Hello"), ("english", "Hello"), {"network": "x", "text": "Hello", "language": 5},
    ),
)  # fmt: skip
def language_missing(said: Said, bench: Bench) -> Iterator[Finding]:
    language = said.content.language
    if not language:
        yield Finding("the post has no language", french="la publication n’a pas de langue")
    elif language.partition("-")[0] not in known_languages():
        codes = {name.casefold(): code for code, name in known_languages().items()}
        meant = codes.get(language.partition("-")[0].casefold(), "")
        yield Finding(
            f"“{language}” is the code of no language{f': {meant} is meant?' if meant else ''}",
            french=f"{quoted(language)} n’est le code d’aucune langue{f'{N}: serait-ce {meant}?' if meant else ''}",
        )
