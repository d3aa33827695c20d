"""Rules about the words of one text: what was left unfilled, capitals, acronyms, sentences, letters that are none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from campaign_bot.bilingual import quoted
from campaign_bot.check.patterns import late
from campaign_bot.check.reading import MASK, Text, folded
from campaign_bot.check.registry import Bench, Finding, rule
from campaign_bot.check.vocabulary import SHOUTED

CANADA = "Canada.ca Content Style Guide"
GCS = "UK Government Communication Service, accessible social media"

_FILL_IN = (
    "date|nom|noms|name|names|prénom|lien|liens|link|url|titre|title|texte|text|ville|city|lieu|place|heure|time|jour|day"
    "|mois|month|année|year|nombre|number|chiffre|montant|amount|sujet|topic|thème|theme|pays|country|organisation|organization"
    "|hashtag|mot-clic|tbd|tbc|todo|placeholder|insert|insérer|adresse|address|email|courriel|pourcentage|percent|percentage"
    r"|first\s?name|last\s?name|full name|surname|prenom|town|region|région|ministre|minister|school|école|numéro|téléphone|phone"
    "|question|réponse|answer|citation|quote|event|événement|xx+|lorem ipsum|à compléter|à venir|to come"
)  # fmt: skip
_UNFILLED = late(
    rf"(?<![\p{{L}}\p{{N}}’'])\[(?:\p{{Ll}}|(?i:{_FILL_IN})|(?i:insert|insérer|insérez|your|votre|vos|add|ajouter)\s[^\]\n]{{0,80}}|(?i:(?:nom|prénom|date|titre|lien|adresse|nombre)\s(?:de|du|des|vers)|(?:name|date|title|link|number)\s(?:of|to))\s[^\]\n]{{0,80}})\](?![\p{{L}}\p{{N}}(])"
    r"|\$\{\w*\}|(?<!\w)%[A-Z][A-Z_]{2,}%(?!\w)|\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)|\}\}|%\}"
)
_MARKS = late(r"(?<![\p{L}\p{N}_-])(?:TODO|XXX|FIXME)(?![\p{L}\p{N}_])|\b[Ll]orem ipsum\b")


@rule(
    "placeholder", "error", "text",
    "Nothing is left to be filled in: [n], [date], {{, {%, TODO, XXX.",
    en="Fill it in, or take it out.", fr="Remplissez-le, ou enlevez-le.", source="this project",
    passes=(
        ("en", "Results […] by 2027 [1]"), ("fr", "Votre idée? #GouvOuvert"), ("en", "Super Bowl XXXI and chapter XX"),
        ("es", "Todo el mundo puede participar, y todo cuenta"), ("en", "“[t]he plan is open,” they wrote"), ("fr", "Le collectif Métodos"),
        ("fr", "[Vidéo] Le sommet en deux minutes"), ("en", "He said “open” [sic]"), ("en", "My to-do list is long"),
    ),
    fails=(
        ("en", "[n] ideas received"), ("fr", "{{ item.text }}"), ("en", "TODO write this"), ("fr", "Le [date] à midi"),
        ("fr", "Rendez-vous à [ville] demain"), ("en", "Join us on [Date] in Ottawa"), ("en", "{% if x %}Hello"),
        ("en", "Results: XXX ideas"), ("en", "Thanks, [insert name]!"), ("fr", "Suivi\u00a0: [v] vues, [e] gestes"), ("en", "More at [link]"), ("en", "Hi [Firstname], join us"), ("en", "Meet us in [Town]"), ("en", "Hello ${city}"), ("fr", "Bonjour %NAME%"), ("fr", "Le [nom de la ville] vous écoute"),
    ),
)  # fmt: skip
def placeholder(text: Text, bench: Bench) -> Iterator[Finding]:
    for match in _UNFILLED.finditer(text.text):
        yield Finding(f"“{match[0]}” was not filled in", *match.span(), french=f"{quoted(match[0])} n’a pas été rempli")
    for match in _MARKS.finditer(text.text):
        if text.language not in ("es", "pt", "it", "gl") or match[0] != "TODO":
            yield Finding(
                f"“{match[0]}” was not filled in", *match.span(), french=f"{quoted(match[0])} n’a pas été rempli"
            )


_MATHEMATICAL = late(r"[\U0001D400-\U0001D7FF]")
_FAKE = late(
    r"[\U0001D400-\U0001D7FF](?:[\s\U0001D400-\U0001D7FF]*[\U0001D400-\U0001D7FF])+"
    r"|[\uFF21-\uFF3A\uFF41-\uFF5A](?:[\s\uFF10-\uFF5A]*[\uFF21-\uFF3A\uFF41-\uFF5A])*"
    r"|(?<![/\[\p{L}])[ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ\p{Ll}]*(?:[ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ]){2,}[ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ\p{Ll}]*(?![/\]])"
    r"|[\u24B6-\u24E9\U0001F130-\U0001F149\U0001F150-\U0001F169\U0001F170-\U0001F189](?:[\s]?[\u24B6-\u24E9\U0001F130-\U0001F149\U0001F150-\U0001F169\U0001F170-\U0001F189])+"
    # struck through or underlined by combining signs, and letters of another alphabet that look like ours
    r"|(?:\p{L}[\u0332\u0333\u0335-\u0338]+[ ]?){2,}"
    r"|\b(?=\p{L}*\p{Latin})(?=\p{L}*[\u0400-\u04FFΑΒΕΖΗΙΚΜΝΟΡΤΥΧο])(?=\p{L}{3,})[\p{Latin}\u0400-\u04FFΑΒΕΖΗΙΚΜΝΟΡΤΥΧο]+\b"
    r"|[\u1D2C-\u1D6A\u02B0-\u02B8\u2071\u207F\u1D9B-\u1DBF]{4,}"
)


@rule(
    "fake-letters", "error", "text",
    "No letters from mathematics, full-width forms or small capitals as styling.",
    en="Write it in ordinary letters: screen readers spell these out or skip them.",
    fr="Écrivez en lettres ordinaires\u00a0: les lecteurs d’écran épellent ou sautent les autres.", source=GCS,
    passes=(
        ("en", "Bold ideas, 2 × 3"), ("fr", "Le 1ᵉʳ mars, Mᵐᵉ Roy et 5 m²"), ("en", "Room №4, 21 ℃, café naïve"), ("en", "The vowel /ɪ/ in “data”"),
        ("en", "Ελλάδα and Ωmega"), ("en", "Blood type 🅰️"), ("ar", "بيانات مفتوحة للجميع"), ("en", "① first, ② second"), ("en", "10 kΩ, 5 μm and Δt"), ("uk", "Відкриті дані для всіх"),
    ),
    fails=(
        ("en", "𝗕𝗼𝗹𝗱 ideas"), ("fr", "Ｉｄéｅｓ"), ("en", "𝘖𝘱𝘦𝘯 government"), ("en", "𝒴outh 𝒱oice"), ("fr", "ᴏᴜᴠᴇʀᴛ à tous"),
        ("en", "🅵🆁🅴🅴 data"), ("fr", "Ⓥⓞⓣⓔⓩ"), ("en", "𝟚𝟘𝟚𝟟 plan"), ("en", "ＯＰＥＮ data"), ("en", "It is f̶r̶e̶e̶ open"), ("en", "Оpen dаta for all"),
    ),
)  # fmt: skip
def fake_letters(text: Text, bench: Bench) -> Iterator[Finding]:
    if max(text.text, default="") < "\u02b0":
        return
    found = list(_FAKE.finditer(text.text))
    if not found and len(single := list(_MATHEMATICAL.finditer(text.text))) >= 2:
        found = single
    if found:
        yield Finding(
            f"“{found[0][0].strip()}” looks like letters and is not",
            *found[0].span(),
            french=f"{quoted(found[0][0].strip())} ressemble à des lettres et n’en est pas",
        )


_CAPITALS = late(r"(?<![\p{L}\p{N}_@&%-])\p{Lu}{2,}(?=(?:s|[’']s)?(?![\p{L}\p{N}_]|-\d|[’']?\p{Ll}))")
_TO_FILL = ("TODO", "XXX", "FIXME")
_ROMAN = late(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_VOWELS = "AEIOUYÀÂÄÉÈÊËÎÏÔÖÙÛÜŒÆ"


def _wordlike(word: str) -> bool:
    """Whether letters in capitals can be said as a word: VOTE, unlike IDRC."""
    vowels = sum(letter in _VOWELS for letter in word)
    return 1 / 3 <= vowels / len(word) <= 0.75 and not regex.search(rf"[^{_VOWELS}]{{4}}|^[^{_VOWELS}]{{3}}", word)


def _capital_words(text: Text, bench: Bench) -> list[regex.Match[str]]:
    """Words in capitals that are neither known acronyms nor numerals."""
    return [
        match
        for match in _CAPITALS.finditer(text.words)
        if (match[0] not in bench.known or match[0] in SHOUTED)
        and match[0] not in _TO_FILL
        and max(match[0]) < "\u2000"  # not the letters of `fake-letters`
        and match[0].casefold() not in bench.spared
        and not _ROMAN.fullmatch(match[0])
        and not (match.start() and text.words[match.start() - 1] == MASK)
    ]  # fmt: skip


@rule(
    "shouting", "warning", "text",
    "No two words in a row, and no word of four letters or more, in capitals. Acronyms, numerals and codes do not count.",
    en="Write it in small letters: capitals are hard to read and may be spelt out.",
    fr="Écrivez en minuscules\u00a0: les capitales se lisent mal et sont parfois épelées.", source=f"{CANADA}; {GCS}",
    passes=(
        ("en", "The OECD and the IPU count MPs"), ("fr", "L’OCDE et l’UIP comptent"), ("en", "COVID-19, H1N1 and Louis XVI"), ("en", "We do NOT collect names"),
        ("en", "Elizabeth II opened it at 9 AM EST"), ("en", "The US, the UK and IT"), ("en", "Bill C-11 and form T1-OVP"), ("fr", "Le XXIe siècle, en bref"),
        ("en", "The International Development Research Centre (IDRC) pays"), ("en", "A tag #IRM"), ("en", "UNESCO and UNICEF agree"), ("en", "A to Z"),
    ),
    fails=(
        ("en", "VOTE NOW for your idea"), ("fr", "VOTEZ pour votre idée"), ("en", "This is IMPORTANT"), ("fr", "C’est GRATUIT, pour tous"), ("en", "DO IT today"),
        ("fr", "DERNIÈRE CHANCE de participer"), ("en", "Your voice MATTERS"), ("fr", "ON VOUS ÉCOUTE"),
    ),
)  # fmt: skip
def shouting(text: Text, bench: Bench) -> Iterator[Finding]:
    for run in _loud(text, bench):
        start, end = run[0].start(), run[-1].end()
        yield Finding(
            f"“{text.text[start:end]}” is in capitals",
            start,
            end,
            french=f"{quoted(text.text[start:end])} est en capitales",
        )


_GAP = late(r"[\s,!’'\u00a0-]+")


def _loud(text: Text, bench: Bench) -> list[list[regex.Match[str]]]:
    """Runs of words in capitals that are said loudly: one of them at least is a word, and no acronym."""
    runs: list[list[regex.Match[str]]] = []
    for match in _capital_words(text, bench):
        if runs and _GAP.fullmatch(text.words[runs[-1][-1].end() : match.start()]):
            runs[-1].append(match)
        else:
            runs.append([match])
    return [run for run in runs if _is_loud([match[0] for match in run], bench)]


def _is_loud(run: list[str], bench: Bench) -> bool:
    words = [word for word in run if not _is_acronym(word) and word not in bench.known]
    if words:
        return len(run) > 1 or len(words[0]) >= 4
    # EST PARTI: a word that is an acronym too, beside letters that may be a word.
    return any(word in bench.known for word in run) and any(len(word) >= 4 for word in run if word not in bench.known)


def _is_acronym(word: str) -> bool:
    """Letters that are probably no word said loudly: short ones unless they are known, longer ones that cannot be said."""
    return word not in SHOUTED and (len(word) <= 5 or (len(word) == 6 and not _wordlike(word)))


@rule(
    "acronym", "warning", "text",
    "An acronym is in the campaign’s glossary, or the post says what it means.",
    en="Write it out once, with the acronym in parentheses, or add it to `glossary` in campaign.yaml.",
    fr="Écrivez-le au long une fois, suivi de l’abréviation entre parenthèses, ou ajoutez-le à `glossary` dans campaign.yaml.", source=CANADA,
    passes=(
        ("en", "The UN and the EU agree"), ("en", "The Independent Reporting Mechanism (IRM) rates plans. The IRM is free."), ("fr", "L’ONU et les ONG"),
        ("fr", "Le Secrétariat du Conseil du Trésor (SCT) répond"), ("en", "COVID-19 and CO2"), ("en", "King Charles III"), ("en", "Read it NOW"),
        ("en", "IRM (Independent Reporting Mechanism) reports"), ("en", "See #IRM"), ("fr", "Le XIXe siècle"), ("en", "MPs answer on TV"),
        ("en", "Q&A at 5 PM ET"),
    ),
    fails=(
        ("en", "Ask the IRM about it"), ("fr", "Le SCT répond à tous"), ("en", "Two CSOs wrote it"), ("en", "The NAP is out"), ("fr", "La DGEQ compte les votes"),
        ("en", "What the TBIPS says"), ("fr", "D’après l’IRIS, oui"), ("en", "FOGO’s first year"),
    ),
)  # fmt: skip
def acronym(text: Text, bench: Bench) -> Iterator[Finding]:
    seen: set[str] = set()
    loud = {match.start() for run in _loud(text, bench) for match in run}
    for match in _capital_words(text, bench):
        word = match[0]
        if word in bench.known or not _is_acronym(word) or word in seen or match.start() in loud:
            continue
        seen.add(word)
        yield Finding(f"“{word}” is not explained", *match.span(), french=f"{quoted(word)} n’est pas expliqué")


_IN_PARENTHESES = late(r"\((?:[^()]{0,20}?[\s:,])?(\p{Lu}{2,})s?(?:[,;][^()]*)?\)")
_BEFORE_NAME = late(r"(?<!\p{L})(\p{Lu}{2,})s?(?:\s*[(:=–—]\s*|,\s+(?:or|ou|the|le|la|l’)\s*)([^()\n]{4,120})")


def explained(texts: list[Text]) -> frozenset[str]:
    """The acronyms that these texts say in full: `Full Name (FN)`, `FN (Full Name)`, `FN: Full Name`."""
    return frozenset().union(*(explained_in(text.words) for text in texts))


@lru_cache(maxsize=20_000)
def explained_in(words: str) -> frozenset[str]:
    found: set[str] = set()
    for match in _IN_PARENTHESES.finditer(words):
        before = words[max(match.start() - 120, 0) : match.start()]
        if _spells(match[1], regex.findall(r"[\p{L}\p{N}]+", before)[-2 * len(match[1]) - 4 :]):
            found.add(match[1])
    for match in _BEFORE_NAME.finditer(words):
        if _initials(match[1], regex.findall(r"[\p{L}\p{N}]+", match[2])):
            found.add(match[1])
    return frozenset(found)


def _spells(word: str, names: list[str]) -> bool:
    """Whether the letters appear in this order in the names, beginning at the beginning of one."""
    letters = folded(word)
    plain = [folded(name) for name in names]
    return len(plain) > 1 and any(
        name[:1] == letters[:1] and _within(letters, "".join(plain[number:])) for number, name in enumerate(plain[:-1])
    )


def _within(letters: str, whole: str) -> bool:
    rest = iter(whole)
    return all(letter in rest for letter in letters)


def _initials(word: str, names: list[str]) -> bool:
    return (
        len(names) > 1
        and folded(names[0])[:1] == folded(word)[:1]
        and _within(folded(word), "".join(folded(name)[0] for name in names))
    )


@rule(
    "sentence-long", "warning", "text",
    "A sentence has at most 20 words; from 26 on it cannot leave.", severities="warning or error",
    en="Make two sentences of it.", fr="Faites-en deux phrases.", source=f"{CANADA}, 20 words; Center for Plain Language",
    passes=(
        ("en", "Half the world is under 30. Only 2.8% of members of parliament are."),
        ("en", "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty."),
        ("fr", "Aujourd’hui, l’idée qu’elle défend, c’est-à-dire l’ouverture, s’étend peut-être jusqu’à l’école d’à côté, d’après l’UIP, l’OCDE et 35\u00a0000 jeunes."),
        ("en", "Dr. A. Smith of St. John’s met M. Roy. They spoke of open data, e.g. budgets, for an hour. Then the U.S. Congress spoke and answered all."),
        ("en", "Budget\n- transit for every part of the city\n- housing for all who need it now\n- climate and water for our children and theirs"),
        ("en", "A heading without a full stop that goes on for a while\n\nAnd then the text, which also goes on for a little while"),
        ("en", "Read the whole plan with us tonight at the library in the centre of the city, then write us all https://open.canada.ca/en #OpenGov #YouthVoice"),
    ),
    fails=(
        ("en", "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty twenty-one."),
        ("en", "Our plan is open to all: you can read it, change it, share it; then we publish what you said and what came of it."),
        ("fr", "La moitié du monde a moins de 30\u00a0ans, mais seulement 2,8\u00a0% des parlementaires ont 30\u00a0ans ou moins (UIP, 2023)."),
        ("en", "We met Dr. Roy and Mrs. Smith at the library of St. John’s to talk about what young people want to change there soon."),
        ("fr", "Les membres ont publié leurs plans, p. ex. celui du Canada, que vous pouvez lire, commenter et changer avec nous dès demain matin."),
    ),
)  # fmt: skip
def sentence_long(text: Text, bench: Bench) -> Iterator[Finding]:
    for start, end in text.sentences:
        words = text.count(start, end)
        if words > bench.checks.sentence_words:
            said = " ".join(text.text[start:end].split()[:5])
            over = words - bench.checks.sentence_words
            severity = "error" if words > bench.checks.sentence_words_most else None
            yield Finding(
                f"the sentence “{said}…” has {words} words, {over} too many",
                start,
                end,
                severity,
                french=f"la phrase {quoted(said + '…')} compte {words} mots, {over} de trop",
            )
