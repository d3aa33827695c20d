"""Rules about one text in one language: accessibility, French typography, what was left unfilled."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex

from campaign_bot.check.registry import Finding, rule

NBSP = "\u00a0"
_URL = regex.compile(r"https?://[^\s<>\"«»“”]+", regex.I)
_TAG = regex.compile(r"(?<![\w/&])#[\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*")
_EMOJI = regex.compile(r"(?=[\p{Extended_Pictographic}\p{Regional_Indicator}])(?![©®™])\X")
CANADA = "Canada.ca Content Style Guide"
OQLF = "Office québécois de la langue française, Banque de dépannage linguistique"


@rule(
    "placeholder", "error",
    en="Fill it in, or take it out.", fr="Remplissez-le, ou enlevez-le.", source="this project",
    passes=(("en", "Results […] by 2027 [1]"), ("fr", "Votre idée? #GouvOuvert")),
    fails=(("en", "[n] ideas received"), ("fr", "{{ item.text }}"), ("en", "TODO write this"), ("fr", "Le [date] à midi")),
)  # fmt: skip
def placeholder(text: str, language: str) -> Iterator[Finding]:
    for match in regex.finditer(
        r"\[(?:\p{Ll}|date|nom|name|lien|link|titre|title|url)\]|\{\{|\{%|\b(?:TODO|XXX)\b", text
    ):
        yield Finding(f"“{match[0]}” was not filled in")


@rule(
    "hashtag-count", "warning", whole=True,
    en="Keep the two that matter.", fr="Gardez les deux plus utiles.", source=f"{CANADA}, social media",
    passes=(("en", "Hello #OpenGov #OpenData"),), fails=(("fr", "Bonjour #GouvOuvert #Jeunesse #Idées"),),
)  # fmt: skip
def hashtag_count(text: str, language: str) -> Iterator[Finding]:
    tags = _TAG.findall(_URL.sub("", text))
    if len(tags) > 2:
        yield Finding(f"{len(tags)} hashtags")


@rule(
    "hashtag-case", "warning", whole=True,
    en="Begin each word with a capital, so that screen readers say the words: #OpenGovernment.",
    fr="Une majuscule à chaque mot, pour les lecteurs d’écran : #GouvernementOuvert.", source=f"{CANADA}, social media",
    passes=(("en", "#OpenGovernment #youth"), ("fr", "#DonnéesOuvertes")), fails=(("en", "#opengovernmentweek"),),
)  # fmt: skip
def hashtag_case(text: str, language: str) -> Iterator[Finding]:
    for tag in _TAG.findall(_URL.sub("", text)):
        if len(tag) > 13 and tag[1:].islower():
            yield Finding(f"{tag} is one run of small letters")


@rule(
    "emoji", "warning",
    en="Use one at most, at the end.", fr="Un seul au plus, à la fin.", source="UK GCS, accessible social media",
    passes=(("en", "Good news 🎉"), ("fr", "Bonne nouvelle! 👨‍👩‍👧")), fails=(("en", "Good 🎉 news 🎉"), ("fr", "🎉🎉🎉")),
)  # fmt: skip
def emoji(text: str, language: str) -> Iterator[Finding]:
    found = _EMOJI.findall(text)
    if len(found) > 1:
        yield Finding(f"{len(found)} emoji", "error" if len(found) >= 3 else None)


@rule(
    "fake-letters", "error",
    en="Write it in ordinary letters: screen readers spell these out or skip them.",
    fr="Écrivez en lettres ordinaires : les lecteurs d’écran les épellent ou les sautent.", source="UK GCS",
    passes=(("en", "Bold ideas, 2 × 3"),), fails=(("en", "𝗕𝗼𝗹𝗱 ideas"), ("fr", "Ｉｄéｅｓ")),
)  # fmt: skip
def fake_letters(text: str, language: str) -> Iterator[Finding]:
    if found := regex.search(r"[\U0001D400-\U0001D7FF\uFF21-\uFF3A\uFF41-\uFF5A]+", text):
        yield Finding(f"“{found[0]}” looks like letters and is not")


@rule(
    "sentence-long", "warning",
    en="Make two sentences of it.", fr="Faites-en deux phrases.", source=f"{CANADA}, 20 words",
    passes=(("en", "Half the world is under 30. Only 2.8% of members of parliament are."),),
    fails=(("en", "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
            " seventeen eighteen nineteen twenty twenty-one."),),
)  # fmt: skip
def sentence_long(text: str, language: str) -> Iterator[Finding]:
    """URLs, tags and emoji are no words; an elision or a hyphenated word is one; a blank line ends a sentence."""
    plain = _EMOJI.sub(" ", _TAG.sub(" ", _URL.sub(" ", text)))
    for sentence in regex.split(r"(?<=[.!?…])[»”\")]*\s+(?=[\p{Lu}\p{N}«“\"(])|\n\s*\n", plain):
        words = regex.findall(
            r"[\p{L}\p{N}][\p{L}\p{M}\p{N}’'.,\-\u00a0%]*", regex.sub(r"(?<=\d)\u00a0(?=\d)", "", sentence)
        )
        if len(words) > 20:
            start = " ".join(words[:4])
            yield Finding(f"the sentence “{start}…” has {len(words)} words", "error" if len(words) > 25 else None)


@rule(
    "link-count", "warning", whole=True,
    en="Choose the one link that matters.", fr="Choisissez le lien qui compte.", source=f"{CANADA}, social media",
    passes=(("en", "Read the plan: https://open.canada.ca/en #OpenGov"),),
    fails=(("en", "https://open.canada.ca/en or https://ouvert.canada.ca/fr"),),
)  # fmt: skip
def link_count(text: str, language: str) -> Iterator[Finding]:
    if len(links := _URL.findall(text)) > 1:
        yield Finding(f"{len(links)} links")


@rule(
    "fr-nbsp", "error",
    en="Type a no-break space (U+00A0) there.", fr="Mettez-y une espace insécable (U+00A0).", source=OQLF,
    passes=(("fr", f"Objectif{NBSP}: 30{NBSP}%, «{NBSP}ouvert{NBSP}», 35{NBSP}000, à 14:30, https://a.ca"), ("en", "a: b 5%")),
    fails=(("fr", "Objectif : 30"), ("fr", "Objectif: 30"), ("fr", "30 %"), ("fr", "30%"), ("fr", "« ouvert »"), ("fr", "35 000")),
)  # fmt: skip
def fr_nbsp(text: str, language: str) -> Iterator[Finding]:
    if language != "fr":
        return
    plain = _URL.sub("", text)
    patterns = (
        (r"(?<![\d\u00a0]):(?!//|\d)|(?<=\d)(?<!\u00a0):(?!\d)", "before the colon"),
        (r"(?<!\u00a0)»", "before »"),
        (r"«(?!\u00a0)", "after «"),
        (r"(?<=\d) ?[%$]", "before the sign"),
        (r"(?<=\d{1,3}) (?=\d{3}(?!\d))", "between the digits"),
    )
    for pattern, where in patterns:
        if found := regex.search(pattern, plain):
            yield Finding(
                f"no-break space missing {where}: “{plain[max(found.start() - 12, 0) : found.end() + 6].strip()}”"
            )


@rule(
    "fr-space-before", "error",
    en="Take the space out.", fr="Enlevez l’espace.", source=f"{OQLF} (Canadian usage)",
    passes=(("fr", "Et vous? Oui! Bien; merci."), ("en", "Really ? no rule here")),
    fails=(("fr", "Et vous ?"), ("fr", f"Oui{NBSP}!"), ("fr", "Bien ; merci")),
)  # fmt: skip
def fr_space_before(text: str, language: str) -> Iterator[Finding]:
    if language == "fr" and (found := regex.search(r"(\S+)[ \u00a0\u202f]+([;!?])", text)):
        yield Finding(f"a space before “{found[2]}” after “{found[1]}”")


@rule(
    "fr-narrow-space", "error",
    en="Use U+00A0: the narrow space counts double on X.", fr="Utilisez U+00A0 : l’espace fine compte double sur X.", source=OQLF,
    passes=(("fr", f"35{NBSP}000"),), fails=(("fr", "35\u202f000"),),
)  # fmt: skip
def fr_narrow_space(text: str, language: str) -> Iterator[Finding]:
    if language == "fr" and "\u202f" in text:
        yield Finding("a narrow no-break space (U+202F)")


@rule(
    "fr-quotes", "error",
    en="Use « and » for quotations.", fr="Utilisez les guillemets « et ».", source=OQLF,
    passes=(("fr", f"«{NBSP}Il dit “oui”{NBSP}»"),), fails=(("fr", "Il dit \"oui\""), ("fr", "Il dit “oui”")),
)  # fmt: skip
def fr_quotes(text: str, language: str) -> Iterator[Finding]:
    if language == "fr" and (found := regex.search(r"[\"“”]", regex.sub(r"«[^»]*»", "", _URL.sub("", text)))):
        yield Finding(f"{found[0]} where « » belong")


@rule(
    "fr-apostrophe", "warning",
    en="Use the typographic apostrophe ’.", fr="Utilisez l’apostrophe typographique ’.", source=OQLF,
    passes=(("fr", "L’idée"), ("en", "It's fine")), fails=(("fr", "L'idée"),),
)  # fmt: skip
def fr_apostrophe(text: str, language: str) -> Iterator[Finding]:
    if language == "fr" and (found := regex.search(r"\p{L}+'\p{L}*", _URL.sub("", text))):
        yield Finding(f"“{found[0]}” has a straight apostrophe")


def normalised(text: str) -> str:
    """A text as a reader would call it the same: without case, links, tags, punctuation and spacing."""
    plain = _TAG.sub(" ", _URL.sub(" ", unicodedata.normalize("NFKC", text).casefold()))
    return " ".join(regex.findall(r"[\p{L}\p{N}]+", plain))
