"""Rules about tags, emoji and links."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from campaign_bot.bilingual import N, quoted
from campaign_bot.check.patterns import late
from campaign_bot.check.reading import EMOJI, MASK, Text, folded, read
from campaign_bot.check.registry import Bench, Finding, Said, rule
from campaign_bot.check.vocabulary import ONE_WORD
from campaign_bot.check.wording import CANADA, GCS

URL_1 = "https://open.canada.ca/en"
_LETTER = late(r"[\p{L}\p{N}]")
#: Longer than this, a tag in small letters is probably several words.
LONG_TAG = 12


def of_several_words(tag: str, bench: Bench) -> str:
    """How a tag is written that is known to be several words; empty where it is not known. A year may follow."""
    body = tag.removeprefix("#")
    letters = body.rstrip("0123456789")
    known = bench.hashtags.get(folded(letters), "")
    return f"#{known}{body[len(letters) :]}" if known else ""


@rule(
    "hashtag-count", "warning", "text", "At most two hashtags.", own=True,
    en="Keep the two that matter.", fr="Gardez les deux plus utiles.", source=f"{CANADA}, social media",
    passes=(
        ("en", "Hello #OpenGov #OpenData"), ("en", "We are #1 and item #2 of #3"), ("en", "See https://a.ca/#one #OpenGov #OpenData"),
        ("fr", "Bonjour #GouvOuvert"), ("en", "C# and F# and A# are not tags"), ("en", "Q&A &#39;open&#39; data"),
    ),
    fails=(("fr", "Bonjour #GouvOuvert #Jeunesse #Idées"), ("en", "#OpenGov #OpenData #Youth #Canada"), ("en", "Hi #a1 #b2 #c3"), ("fr", "Bonjour #GouvOuvert #GouvOuvert #GouvOuvert")),
)  # fmt: skip
def hashtag_count(text: Text, bench: Bench) -> Iterator[Finding]:
    if len(text.tags) > bench.checks.hashtags_most:
        tag, start, end = text.tags[bench.checks.hashtags_most]
        yield Finding(
            f"{len(text.tags)} hashtags; {tag} and any after it are too many",
            start,
            end,
            french=f"{len(text.tags)} mots-clics{N}: à partir de {tag}, c’est trop",
        )


@rule(
    "hashtag-case", "warning", "text",
    "A tag of several words begins each with a capital, and keeps its accents: #DonnéesOuvertes.", severities="warning or error", mend=True,
    en="Begin each word with a capital, so that screen readers say the words: #OpenGovernment.",
    fr="Une majuscule à chaque mot, pour les lecteurs d’écran\u00a0: #GouvernementOuvert.", source=f"{CANADA}, social media; {GCS}",
    passes=(
        ("en", "Hello #OpenGovernment #youth"), ("fr", "#DonnéesOuvertes #Égalité"), ("fr", "Bonjour #participation #environnement"), ("en", "#OpenGov2027"),
        ("en", "#ottawa #transparency"), ("en", "https://a.ca/#opengov"), ("fr", "#HistoiresDImpact"), ("en", "#ÉlectionsCanada"),
    ),
    fails=(
        ("en", "#opengovernmentweek"), ("en", "#opengov"), ("fr", "#DonneesOuvertes"), ("fr", "#gouvouvert"), ("en", "#OPENDATA"), ("en", "#Opengov2027"),
        ("fr", "#donnéesouvertes"), ("en", "#myvoicematterstoo"), ("fr", "#journéedelajeunesse"),
    ),
)  # fmt: skip
def hashtag_case(text: Text, bench: Bench) -> Iterator[Finding]:
    for tag, start, end in text.tags:
        right = of_several_words(tag, bench)
        if right:
            if tag != right:
                yield Finding(f"{tag} is written {right}", start, end, "error", french=f"{tag} s’écrit {right}")
        elif sum(map(str.isalpha, tag)) > LONG_TAG and tag.islower() and tag[1:] not in ONE_WORD:
            yield Finding(
                f"{tag} is one run of small letters",
                start,
                end,
                french=f"{tag} est tout en minuscules, sans rien entre ses mots",
            )


@rule(
    "hashtag-place", "warning", "text", "Tags stand at the end of the text, with a final link and an emoji in any order.", own=True,
    en="Write the word in the text, and put the tag at the end.", fr="Écrivez le mot dans le texte, et mettez le mot-clic à la fin.",
    source=f"{CANADA}, social media",
    passes=(
        ("en", f"Read the plan: {URL_1} #OpenGov #Youth"), ("en", f"Read the plan #OpenGov {URL_1}"), ("en", "Good news! #OpenGov 🎉"), ("en", "It is about #OpenGov."),
        ("en", f"🎉 Good news #OpenGov\n\n#Youth {URL_1}"), ("en", "We are #1 in open data"), ("fr", f"Source\u00a0: {URL_1}#plan"),
        ("fr", "Votre idée? #GouvOuvert ouvert.canada.ca"),
    ),
    fails=(
        ("en", "#OpenGov is for all"), ("en", "Your #OpenGov idea counts"), ("fr", "Le #GouvOuvert, c’est vous. Écrivez-nous."), ("en", "#OpenGov 🎉 is open"),
        ("fr", "Les #Jeunes ont une idée #GouvOuvert"),
    ),
)  # fmt: skip
def hashtag_place(text: Text, bench: Bench) -> Iterator[Finding]:
    if not text.tags:
        return
    rest = text.bare.replace(MASK, " ")  # tags, links, emoji are blank now
    last = max((match.end() for match in _LETTER.finditer(rest)), default=0)
    for tag, start, end in text.tags:
        if start < last:
            yield Finding(f"{tag} stands in the middle of the text", start, end, french=f"{tag} est au milieu du texte")


#: Before one of these words' place comes a noun: an emoji there stands for it.
_WANTS_WORD = frozenset(
    "a an the about of to for with and or my your our their its i le la les un une de du des aux à pour avec et ou mon ma mes votre vos"
    " notre nos".split()
)  # fmt: skip


@rule(
    "emoji", "warning", "text",
    "One emoji at most, after the words: not repeated, not inside a sentence, not as a bullet, not for a word.", severities="warning or error",
    en="Use one at most, at the end.", fr="Un seul au plus, à la fin.", source=GCS,
    passes=(
        ("en", "Good news 🎉"), ("fr", "Bonne nouvelle! 👨‍👩‍👧‍👦"), ("en", "Canada wins! 🇨🇦 #OpenGov"), ("en", "Thank you 👏🏽"), ("en", "© 2027 Open™ → 50%"), ("en", "We did it! 🎉 Thank you all."),
        ("en", f"Read the plan 📖 {URL_1} #OpenGov"), ("en", "🎉 Good news for all"), ("fr", "Votre idée? 💡"), ("en", "Call 613-555-0199 at 9:30, option #2 or *3"), ("fr", "Bravo à tous 🎉!"),
        ("en", "Pride 🏳️‍🌈"), ("en", "Rate it ★★★ here ↗"),
    ),
    fails=(
        ("en", "Good 🎉 news 🎉"), ("fr", "Bravo 🎉🎉🎉"), ("en", "I ❤️ open data"), ("en", "Bring your 💡 to the table"), ("en", "1️⃣ Budget 2️⃣ Transit"),
        ("en", "Two points:\n✅ budget"), ("fr", "Une idée 💡 pour la ville"), ("en", "Made with love in 🇨🇦"), ("en", "Flags 🇨🇦 🇫🇷"),
    ),
)  # fmt: skip
def emoji(text: Text, bench: Bench) -> Iterator[Finding]:
    found = text.emoji
    if not found:
        return
    if len(found) > 1:
        signs = " ".join(sign for sign, _, _ in found[:6])
        yield Finding(
            f"{len(found)} emoji: {signs}",
            found[1][1],
            found[1][2],
            "error" if len(found) >= 3 else None,
            french=f"{len(found)} émojis{N}: {signs}",
        )
        return
    sign, start, end = found[0]
    before, after = text.words[:start], text.words[end:]
    line = before.rpartition("\n")[2]
    if not line.strip(" >") and before.strip() and regex.match(r"[ \u00a0]*[\p{L}\p{N}]", after):
        yield Finding(f"{sign} as a bullet", start, end, french=f"{sign} sert de puce")
    elif _ends(after):
        word = regex.search(r"(?<![\p{L}-])([\p{L}’']+)[ \u00a0]*$", before)
        place = (
            regex.match(r"\p{Regional_Indicator}", sign) and word and word[1].casefold() in ("in", "en", "au", "from")
        )
        if word and (place or word[1].casefold() in _WANTS_WORD) and "\n" not in word[0]:
            yield Finding(
                f"{sign} instead of a word, after “{word[1]}”",
                start,
                end,
                french=f"{sign} remplace un mot, après {quoted(word[1])}",
            )
    elif regex.search(r"[\p{L}\p{N},;’'(«“][ \u00a0]*$", before):
        yield Finding(f"{sign} in the middle of a sentence", start, end, french=f"{sign} au milieu d’une phrase")


def _ends(after: str) -> bool:
    """Whether nothing but punctuation, tags and links follows on the line or at all."""
    line = after.partition("\n")[0]
    return not _LETTER.search(line.replace(MASK, " "))


@rule(
    "vague-link", "error", "text", "The words of a link say where it leads, not “click here”, “read more”, “en savoir plus”.",
    en="Say what people find there: Read the plan:", fr="Dites ce que les gens y trouvent\u00a0: Lisez le plan\u00a0:", source=f"{CANADA}; Section 508",
    passes=(
        ("en", f"Read more about the plan: {URL_1}"), ("fr", f"Pour en savoir plus sur le plan\u00a0: {URL_1}"), ("en", "Reply here. We publish every idea."), ("fr", "Répondez ici. On publie tout."),
        ("en", f"Want to learn more? Read the plan: {URL_1}"), ("en", "Avoid “click here” in your links"), ("fr", "Évitez «\u00a0cliquez ici\u00a0» dans vos liens"), ("en", f"Here’s the plan: {URL_1}"),
        ("en", f"Learn more about open data in 2027: {URL_1}"), ("fr", f"Ici, tout le monde peut parler. Le plan\u00a0: {URL_1}"), ("en", "Young people read more than you think."), ("fr", "D’ici 2027, tout sera ouvert."),
    ),
    fails=(
        ("en", f"Click here: {URL_1}"), ("en", f"Our plan is out. Read more: {URL_1}"), ("en", f"Our plan is out. Learn more {URL_1}"), ("fr", f"Cliquez ici pour voter\u00a0: {URL_1}"), ("fr", f"Le plan est là. En savoir plus\u00a0: {URL_1}"),
        ("fr", f"Lire la suite {URL_1}"), ("en", f"See more 👉 {URL_1}"), ("en", f"The plan is out.\nHere: {URL_1}"), ("fr", f"Le plan est publié. Ici\u00a0: {URL_1}"), ("en", "Read our plan [here](https://open.canada.ca/en)"),
        ("fr", f"Pour en savoir plus\u00a0: {URL_1}"), ("en", f"Tell us what you think! Click here to vote {URL_1}"), ("fr", f"Le plan est publié. En lire plus\u00a0: {URL_1}"), ("fr", f"Votre avis compte. C’est par ici {URL_1}"),
    ),
)  # fmt: skip
def vague_link(text: Text, bench: Bench) -> Iterator[Finding]:
    if not _MAYBE_VAGUE.search(text.text):
        return
    spans = {match.span() for match in _ALWAYS_VAGUE.finditer(text.unquoted)}
    spans |= {match.span() for match in _IN_BRACKETS.finditer(text.text)}
    spans |= {match.span(1) for match in _BEFORE_LINK.finditer(text.unquoted)}
    for match in _ALONE.finditer(text.unquoted):
        spans.add(match.span(1))
    for start, end in sorted(spans):
        yield Finding(
            f"“{text.text[start:end]}” does not say where the link leads",
            start,
            end,
            french=f"{quoted(text.text[start:end])} ne dit pas où mène le lien",
        )


_VAGUE = (
    r"(?:(?:to )?(?:read|learn|see|find out|discover|view|know) more(?: here)?|more (?:info|information|details)(?: here)?|(?:for )?more (?:info|information|details)|read on|this link|link here|details here|info here|more here|here"
    r"|more|(?:pour )?en (?:savoir|lire|apprendre) (?:plus|davantage)|(?:lire|voir) la suite|(?:voir|lire) plus|lisez la suite|plus d[’'](?:info|infos|information|informations|détails)|plus de détails|suivez ce lien|ce lien|(?:c[’']est )?par ici|c[’']est ici|ici|apprenez-en (?:plus|davantage))"
)
#: Every vague phrase has one of these in it.
_MAYBE_VAGUE = late(r"(?i)here|more|read on|link|lien|ici|savoir|lire|suite|plus|info|détails|apprenez|davantage")
_ALWAYS_VAGUE = late(
    r"(?i)(?<![\p{L}-])(?:click(?:ing)? (?:on )?(?:here|this link|the link)|tap here|clique[zr]? (?:juste )?(?:ici|sur ce lien|sur le lien)|appuyez ici)(?![\p{L}-])"
)
_IN_BRACKETS = late(rf"(?i)(?<=\[)(?:{_VAGUE})(?=\]\()")
_END = r"[\s\u00a0:.!…,;–—>→➡⬇↓👇👉🔗\uFE0F()-]*"
#: The phrase is all that its sentence says, and a link or the end of the text comes next.
_BEFORE_LINK = late(rf"(?i),[\s\u00a0]+({_VAGUE}){_END}(?={MASK})")
_ALONE = late(
    rf"(?i)(?:^|[.!?…\n:—–({MASK}]|\p{{Extended_Pictographic}}\uFE0F?)[\s\u00a0>→]*({_VAGUE})(?:{_END}(?={MASK})|[\s\u00a0.!…:→👇👉]*$)"
)


@rule(
    "link-count", "warning", "post", "One link at most, and nothing but tags after it.",
    en="Choose the one link that matters, and put it at the end.", fr="Choisissez le lien qui compte, et mettez-le à la fin.", source=f"{CANADA}, social media",
    passes=(
        ("en", f"Read the plan: {URL_1} #OpenGov"), ("en", "Over 80,000 datasets on open.canada.ca in 2019. Which one would you use?"), ("en", f"The plan ({URL_1}). 🎉"), ("en", f"{URL_1}"),
        {"language": "en", "network": "x", "text": "Over 80,000 datasets on open.canada.ca in 2019. Which one would you use?"},
        ("fr", f"Le plan\u00a0: {URL_1} #GouvOuvert #Jeunesse"), ("en", "Write to youth@example.org or ask @opengov@mastodon.example"),
    ),
    fails=(
        ("en", "https://open.canada.ca/en or https://ouvert.canada.ca/fr"), ("en", f"{URL_1} is where you read the plan"), ("fr", f"Lisez {URL_1} avant vendredi."),
        {"language": "en", "network": "x", "text": "open.canada.ca and ouvert.canada.ca"}, ("en", f"{URL_1} {URL_1}"),
    ),
)  # fmt: skip
def link_count(said: Said, bench: Bench) -> Iterator[Finding]:
    for number, part in enumerate(said.content.parts):
        where = "text" if len(said.content.parts) == 1 else f"part {number + 1}"
        text = read(part.text, said.content.language.partition("-")[0])
        links = bench.networks(said.network).links(text.text)
        if len(links) > 1:
            yield Finding(f"{len(links)} links", *links[1], where=where, french=f"{len(links)} liens")
        elif links and text.has_scheme(links[0]):
            after = EMOJI.sub(" ", text.words[links[0][1] :])
            if word := regex.search(r"[\p{L}\p{N}][\p{L}\p{N}’'-]*", after.replace(MASK, " ")):
                start = links[0][1] + word.start()
                yield Finding(
                    f"words after the link: “{word[0]}…”",
                    start,
                    start + len(word[0]),
                    where=where,
                    french=f"des mots après le lien{N}: {quoted(word[0] + '…')}",
                )
