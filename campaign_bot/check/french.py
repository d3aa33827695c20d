"""Rules about French as it is written in Canada (and, for campaigns of region FR, in France)."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from campaign_bot.bilingual import quoted
from campaign_bot.check.patterns import late
from campaign_bot.check.reading import NARROW, NBSP, Text
from campaign_bot.check.registry import Bench, Finding, rule
from campaign_bot.check.vocabulary import ALL_CAPITALS, CAPITALS, DOUBTFUL_CAPITALS

OQLF = "Office québécois de la langue française, Vitrine linguistique"
PORTAL = "Portail linguistique du Canada"

_ANY_SPACE = r"[^\S\n\u00a0\u202f]"
_COLON = late(
    rf"(?<=\S)(?<![:/\d\u00a0\u202f])(?P<gap>{_ANY_SPACE}*):(?![:/]|[-’']?[)(DPp3/|*](?!\p{{L}}))"
    rf"|(?<=\d)(?P<gap>{_ANY_SPACE}*):(?![:/\d]|[-’']?[)(DPp3/|*](?!\p{{L}}))|(?<=\d)(?P<gap>{_ANY_SPACE}+):(?=\d)"
)
_CLOSE = late(rf"(?<=\S)(?<![\u00a0\u202f])(?P<gap>{_ANY_SPACE}*)»")
_OPEN = late(rf"«(?P<gap>{_ANY_SPACE}*)(?![\u00a0\u202f\s])")
_SIGN = late(rf"(?<=\d)(?P<gap>{_ANY_SPACE}*)(?:%|\$(?!\d))(?!\w*=)")
_DOLLAR_FIRST = late(r"(?<![\p{L}\d$]|\d[ \u00a0\u202f])\$ ?\d[\d.,\u00a0\u202f ]*")
#: A run of figures, to tell 35 000 from a telephone number.
_FIGURES = late(r"(?<![\p{L}\p{N}.,/+#_-])\(?\d+\)?(?:[ \u00a0\u202f.-]\d+)+(?![\p{L}\p{N}/_]|[-.,]\d)")
_COMMAS = late(r"(?<![\p{L}\p{N}.,])\d{1,3}(?:,\d{3})*,000(?![\d,])|(?<![\p{L}\p{N}.,])\d{1,3}(?:,\d{3}){2,}(?![\d,])")
#: 1.000.000, and 35.000 before a word; a version, an address of a machine (192.168.100.1) or a number of a section is none.
_POINTS = late(
    r"(?<![\p{L}\p{N}.,:/])(?<!\b(?:versions?|articles?|sections?|règles?|art\.|v\.)[ \u00a0])[1-9]\d{0,2}(?:(?:\.\d{3}){2}(?![\p{N}]|\.\d)|\.000(?=[ \u00a0](?:de |d[’']|\p{Ll}{2,}[sx]\b|[$€])))"
)
_LONG = late(
    r"(?<![\p{L}\p{N}.,/#+_\u00a0\u202f-])(?<!\b(?:no|nᵒ|n°|numéro|article|code|dossier|loi|ISO|formulaire)[ \u00a0])\d{5,}(?=[ \u00a0](?:de |d’|\p{Ll}{2,}[sx]\b))"
)


#: Where a no-break space is missing, in French.
_WHERE = {
    "before the colon": "avant le deux-points",
    "before »": "avant le guillemet fermant",
    "after «": "après le guillemet ouvrant",
    "before the sign": "avant le signe",
    "between the digits": "entre les chiffres",
}


def nbsp_places(text: Text) -> Iterator[tuple[int, int, str, str]]:
    """Where a no-break space is missing: the stretch to be replaced, by what, and in words."""
    plain = text.words
    for pattern, where in (
        (_COLON, "before the colon"),
        (_CLOSE, "before »"),
        (_OPEN, "after «"),
        (_SIGN, "before the sign"),
    ):
        for match in pattern.finditer(plain):
            start, end = match.span("gap")
            yield start, end, NBSP, where
    for match in _FIGURES.finditer(plain):
        groups = regex.split(r"[ \u00a0\u202f]", match[0])
        if (
            " " in match[0]
            and len(groups[0]) <= 3
            and groups[0].isdecimal()
            and all(len(g) == 3 and g.isdecimal() for g in groups[1:])
        ):
            if groups[0].startswith("0") or (
                len(groups) > 2 and groups[0] == "1" and groups[1] in ("800", "888", "877", "866", "855", "844", "833")
            ):
                continue
            for gap in regex.finditer(" ", match[0]):
                yield match.start() + gap.start(), match.start() + gap.end(), NBSP, "between the digits"
    for match in _COMMAS.finditer(plain):
        for gap in regex.finditer(",", match[0]):
            yield match.start() + gap.start(), match.start() + gap.end(), NBSP, "between the digits"
    for match in _POINTS.finditer(plain):
        for gap in regex.finditer(r"\.", match[0]):
            yield match.start() + gap.start(), match.start() + gap.end(), NBSP, "between the digits"
    for match in _LONG.finditer(plain):
        digits = match[0]
        at = match.start() + len(digits) % 3 or match.start() + 3
        for place in range(at, match.end(), 3):
            yield place, place, NBSP, "between the digits"


@rule(
    "fr-nbsp", "error", "text", "In French, a no-break space (U+00A0) stands before : » % $, after « and in numbers (35 000).", mend=True,
    en="Type a no-break space (U+00A0) there.", fr="Mettez-y une espace insécable (U+00A0).", source=f"{OQLF}; {PORTAL}",
    passes=(
        ("fr", f"Objectif{NBSP}: 30{NBSP}%, «{NBSP}ouvert{NBSP}», 35{NBSP}000, 5{NBSP}$"), ("en", "a: b 5% $5 35 000"), ("fr", "À 14:30, format 16:9, https://a.ca:80/x?y=30%"), ("fr", "Les 1500 idées de 2027 et le 12345"),
        ("fr", "Composez le 1 800 622-6232 ou le 514 555-0123 dès 9:00"), ("fr", "Bravo :) à tous :tada: merci"), ("fr", "En 2019, 350 jeunes; en 2021 400 jeunes"), ("fr", f"Une aide de 3{NBSP}M$ à Ottawa"),
        ("fr", "Un mille fait 1,609 km"), ("fr", "Genèse 1:3, à l’échelle 1:50"), ("fr", "Voir ouvert.canada.ca/fr:plan et www.exemple.ca"), ("fr", "Le code K1A 0B1, la norme ISO 8601:2019"), ("fr", "Un ratio de 3:1 à 09:05:30"), ("fr", "La machine 192.168.100.101 et la version 2.000.001b"), ("fr", "Voir ok.ca:80 et Jean 3:16; merci"),
    ),
    fails=(
        ("fr", "Objectif : 30"), ("fr", "Objectif: 30"), ("fr", "Ils sont 30 % à voter"), ("fr", "Ils sont 30% à voter"), ("fr", "Un plan « ouvert »"), ("fr", "Un plan «ouvert»"), ("fr", "Les 35 000 élèves"), ("fr", "Il coûte 5 $ par mois"),
        ("fr", "Il coûte 5$ par mois"), ("fr", "Il coûte $5 par mois"), ("fr", "En 2030: tous ensemble"), ("fr", "Plus de 35,000 élèves"), ("fr", "Un plan de 1 250 000 $"), ("fr", f"Un plan «{NBSP}ouvert »"), ("fr", "Source : https://ouvert.canada.ca/fr"), ("fr", "Les 35000 élèves"), ("fr", "Plus de 1.000.000 de jeunes"), ("fr", "Les 35.000 élèves"),
    ),
)  # fmt: skip
def fr_nbsp(text: Text, bench: Bench) -> Iterator[Finding]:
    if text.language != "fr":
        return
    seen: set[str] = set()
    for start, end, _, where in nbsp_places(text):
        if where not in seen:
            seen.add(where)
            around = text.text[max(start - 12, 0) : end + 6].strip()
            yield Finding(
                f"no-break space missing {where}: “{around}”",
                start,
                max(end, start + 1),
                french=f"il manque une espace insécable {_WHERE[where]}{NBSP}: {quoted(around)}",
            )
    for start, end, right in dollar_places(text):
        yield Finding(
            f"“{text.text[start:end]}” is written {right} in French",
            start,
            end,
            french=f"{quoted(text.text[start:end])} s’écrit {right} en français",
        )


def dollar_places(text: Text) -> Iterator[tuple[int, int, str]]:
    """Amounts with the sign first, and how they are written in French."""
    for match in _DOLLAR_FIRST.finditer(text.words):
        amount = match[0].strip("$., \u00a0\u202f")
        yield match.start(), match.start() + match[0].rindex(amount) + len(amount), f"{amount}{NBSP}$"


_BEFORE = late(r"(?<=\S)(?<gap>[^\S\n]+)[;!?](?![-’']?[)(DPp](?!\p{L}))")
_NO_SPACE = late(r"(?<=[\p{L}\p{N}»)])(?<gap>)[;!?]")


def space_before_places(text: Text) -> Iterator[tuple[int, int, str]]:
    wanted = NBSP if text.region == "FR" else ""
    # A sign that touched an address with its scheme would become part of it.
    addresses = {end for start, end in text.links if text.has_scheme((start, end))}
    for match in (_NO_SPACE if text.region == "FR" else _BEFORE).finditer(text.prose):
        if match.start() not in addresses:
            yield *match.span("gap"), wanted


@rule(
    "fr-space-before", "error", "text", "In Canadian French, no space stands before ; ! and ? (campaigns of region FR want one).", mend=True,
    en="Take the space out.", fr="Enlevez l’espace.", source=f"{OQLF} (Canadian usage)",
    passes=(
        ("fr", "Et vous? Oui! Bien; merci."), ("en", "Really ? no rule here"), ("fr", "Merci ;) à tous"), ("fr", "Avez-vous lu https://a.ca/x ?"), ("fr", "Vraiment?! Oui…"), ("fr", "Une surprise (!) et un doute (?)"),
        ("fr-FR", f"Et vous{NBSP}? Oui{NBSP}!"), ("fr", f"«{NBSP}Ah!{NBSP}» dit-elle"),
    ),
    fails=(
        ("fr", "Et vous ?"), ("fr", f"Oui{NBSP}!"), ("fr", "Bien ; merci"), ("fr", f"Quoi{NARROW}?"), ("fr", "Une idée 💡 ?"), ("fr", "Merci à @jeunes@exemple.ca !"), ("fr", "Lisez ouvert.canada.ca ; écrivez-nous"), ("fr", "Vraiment ?!"), ("fr-FR", "Et vous? Oui!"), ("fr", f"«{NBSP}Ah !{NBSP}» dit-elle"),
    ),
)  # fmt: skip
def fr_space_before(text: Text, bench: Bench) -> Iterator[Finding]:
    if text.language != "fr":
        return
    for start, end, wanted in space_before_places(text):
        around = text.text[max(start - 12, 0) : end + 1].strip()
        if text.text[start:end].strip(" \u00a0\u202f\u2009\t") == "":
            told = "il manque une espace" if wanted else "il y a une espace de trop"
            yield Finding(
                f"{'no' if wanted else 'a'} space before “{text.text[end]}”: “{around}”",
                start,
                end + 1,
                french=f"{told} avant {quoted(text.text[end])}{NBSP}: {quoted(around)}",
            )
            return


@rule(
    "fr-narrow-space", "error", "text", "No narrow no-break space (U+202F) in French: it counts double on X.", mend=True,
    en="Use U+00A0: the narrow space counts double on X.", fr="Utilisez U+00A0\u00a0: l’espace fine compte double sur X.", source=f"{OQLF}; docs.x.com, counting characters",
    passes=(("fr", f"35{NBSP}000"), ("en", f"35{NARROW}000"), ("fr", "Une espace ordinaire"), ("fr", "a\u2060b")),
    fails=(("fr", f"35{NARROW}000 jeunes"), ("fr", f"Objectif{NARROW}: 30"), ("fr", f"30{NARROW}% de jeunes"), ("fr", f"«{NARROW}ouvert{NARROW}»")),
)  # fmt: skip
def fr_narrow_space(text: Text, bench: Bench) -> Iterator[Finding]:
    if text.language == "fr" and text.region != "FR" and (at := text.text.find(NARROW)) >= 0:
        around = text.text[max(at - 10, 0) : at + 6].strip()
        yield Finding(
            f"a narrow no-break space (U+202F): “{around}”",
            at,
            at + 1,
            french=f"une espace fine insécable (U+202F){NBSP}: {quoted(around)}",
        )


#: Single quotation marks around a few words; an apostrophe has a letter on both sides, or only after it (’n’, ’90).
SINGLE = r"(?<![\p{L}\p{N}])[‘'‚](?!n['’])(\p{L}(?:[^'’‘“”\"\n]|['’](?=\p{L})){0,80})['’](?![\p{L}\p{N}])"
_SINGLE = late(SINGLE)


def quote_places(text: Text) -> Iterator[int]:
    """Marks that are no French quotation marks, outside « »."""
    depth, last_open = 0, -1
    for at, letter in enumerate(text.prose):
        if letter == "«":
            depth += 1
        elif letter == "»":
            depth = max(depth - 1, 0)
        elif depth == 0 and (letter in "“”„‟" or (letter in "‘'‚" and _SINGLE.match(text.prose, at))):
            yield at
        elif letter == '"':
            before = text.prose[at - 1] if at else ""
            if before.isdecimal() and last_open < 0:
                continue  # inches
            last_open = -1 if last_open >= 0 else at
            yield at


@rule(
    "fr-quotes", "error", "text", "In French, « » are for quotations; “ ” stand inside them.", mend=True,
    en="Use « and » for quotations.", fr="Utilisez les guillemets «\u00a0et\u00a0».", source=f"{OQLF}; {PORTAL}",
    passes=(
        ("fr", f"«{NBSP}Il dit “oui”{NBSP}»"), ("en", "He says \"yes\" and “no”"), ("fr", "Un écran de 24\" et un clou de 5\""), ("fr", f"«{NBSP}Un «{NBSP}oui{NBSP}» et “non”{NBSP}»"), ("fr", "https://a.ca/?q=%22"), ("fr", "L’idée d’aujourd’hui"), ("fr", f"«{NBSP}Il dit “un ‘oui’ franc”{NBSP}»"), ("fr", "Du rock 'n' roll des années '90"),
    ),
    fails=(
        ("fr", "Il dit \"oui\""), ("fr", "Il dit “oui”"), ("fr", "Le plan \"ouvert\" est là"), ("fr", "„Oui“, dit-elle"), ("fr", f"«{NBSP}Oui{NBSP}» et “non”"), ("fr", "Un plan <<ouvert>> à tous"), ("fr", "Il dit 'oui' à tous"), ("fr", "Le mot ‘ouvert’ a un sens"), ("fr", "Un 'gouvernement d’ouverture', vraiment"),
    ),
)  # fmt: skip
def fr_quotes(text: Text, bench: Bench) -> Iterator[Finding]:
    if text.language != "fr":
        return
    at = next(quote_places(text), None)
    if at is None and (found := regex.search(r"<<[^<>\n]+>>", text.prose)):
        at = found.start()
    if at is not None:
        around = text.text[at : at + 18].split("\n")[0].strip()
        yield Finding(
            f"{text.text[at]} where « » belong: “{around}”",
            at,
            at + 1,
            french=f"{text.text[at]} là où il faut «{NBSP}»{NBSP}: {quoted(around)}",
        )


_BARE = {word.translate(str.maketrans("ÉÈÊÀÇÎ", "EEEACI")): word for word in CAPITALS if word not in ("À", "Ça")}
_DOUBTFUL = {word.translate(str.maketrans("ÉÈÊÀÇÎ", "EEEACI")): word for word in DOUBTFUL_CAPITALS}
for _word in _DOUBTFUL:
    _BARE.pop(_word, None)
_UPPER = {word.translate(str.maketrans("ÉÈÊÀÇÎ", "EEEACI")): word for word in ALL_CAPITALS}
_UPPER.pop("EDUCATION", None)
for _word in CAPITALS:
    if len(_word) > 3 and (bare := _word.upper().translate(str.maketrans("ÉÈÊÀÇÎ", "EEEACI"))) not in (
        "ELECTION",
        "ELECTIONS",
    ):
        _UPPER.setdefault(bare, _word.upper())
for _shared in ("EVOLUE", "EDITORIAL", "ETHIOPIA", "ELITE", "ILE", "ILES", "ETHIQUES", "REPONDEZ"):
    _UPPER.pop(_shared, None)
_FRENCH_BEFORE = r"(?:[ldLD][’']|\b(?:[Ll]es|[Ll]a|[Dd]es|[Uu]ne|[Aa]ux|[Ee]n|[Cc]ette|[Cc]es|[Nn]otre|[Vv]otre|[Nn]os|[Vv]os|[Dd]e|[Dd]’)\s)"
_FRENCH_AFTER = r"\s(?:de|des|du|d’|et|à|au|aux|pour|la|le|les|en|dans|sur|est|sont|fédérales?|provinciales?|municipales?|générales?|nationales?|civique|citoyenne|populaire)(?![\p{L}])"
_SPOT = late(
    r"(?<![\p{L}\p{N}_@.])(?:"
    + "|".join(sorted({*_BARE, *_UPPER}, key=len, reverse=True))
    + r")(?![\p{L}\p{N}_]|\.\p{L})"
)
_SPOT_DOUBTFUL = late(
    rf"(?<={_FRENCH_BEFORE})(?:{'|'.join(_DOUBTFUL)})(?![\p{{L}}]| (?:Canada|International|for|of|and|Act)\b)|(?:^|[.!?…:]\s+|\n)(?P<word>{'|'.join(_DOUBTFUL)})(?={_FRENCH_AFTER})"
)
_STARTS = r"(?:^|[.!?…]\s+|\n\s*|[«“:]\s*)"
_A = late(
    _STARTS + r"(?P<word>A)\s(?=l[’']\p{L}|(?:partir|la (?!parole)|ne|vous|nous|votre|vos|notre|nos|cette|cet|ces|ce (?:jour|stade|moment|sujet|titre|propos)|quoi|qui|quand|quel|quelle|propos|lire|voir|suivre|noter|savoir"
    r"|venir|bientôt|demain|tous|toutes|tout|chaque|travers|cause|titre|mesure|peine|côté|défaut|compter|long|court|moins|bas|haut|force|condition|deux|trois|quatre|jamais|toi|moi|eux|elles?|lui|Ottawa|Montréal|Québec|Toronto"
    r"|Paris|Gatineau|Halifax|Vancouver|Winnipeg|Calgary|Moncton|Sherbrooke|Laval|Edmonton|Regina|Iqaluit|Whitehorse|Yellowknife|Londres|Genève|Bruxelles|New York|\d{1,2}\sans|\d{1,2}\s?h\b|midi|minuit)(?![\p{L}]))"
    r"|\s(?P<word>A)\s(?=partir\b)"
    r"|(?:^|[.!?…]\s+|\n\s*)(?P<word>A)\s(?=\p{Lu}\p{Ll}[\p{L}-]*(?:\s\p{Lu}[\p{L}-]+)*,\s\p{Ll})"
)  # fmt: skip
_CA = late(
    _STARTS
    + r"(?P<word>Ca)\s(?=(?:va|vaut|marche|change|fait|ne|se|s[’']|commence|vous|nous|me|te|sera|serait|peut|bouge|y|alors|compte|suffit|aide|prend|passe|reste|veut|dépend|donne|doit|n[’']|c[’']|tombe|avance|existe|concerne|parle|sert|continue|arrive|et|aussi)(?![\p{L}]))"
)


def capital_places(text: Text) -> Iterator[tuple[int, int, str]]:
    plain = text.unquoted if text.language != "fr" else text.words
    for match in _SPOT.finditer(plain):
        yield *match.span(), _BARE.get(match[0]) or _UPPER[match[0]]
    for match in _SPOT_DOUBTFUL.finditer(plain):
        place = "word" if match["word"] else 0
        yield *match.span(place), _DOUBTFUL[match[place]]
    for pattern, right in ((_A, "À"), (_CA, "Ça")):
        for match in pattern.finditer(plain):
            yield *match.span("word"), right


@rule(
    "fr-capitals", "error", "text", "French capitals keep their accents: État, Égalité, À, Ça (a list of certain cases; names are left alone).", mend=True,
    en="Write the capital with its accent.", fr="Mettez l’accent sur la majuscule.", source="Académie française; OQLF",
    passes=(
        ("fr", "L’État, l’École, l’Égalité, À vous! Ça change."), ("fr", "Emma, Eric et Etienne Eluard écrivent"), ("fr", "A-t-il voté? Groupe A la semaine prochaine"), ("fr", "A voté! Vitamine A"), ("fr", "Global Partnership for Education et Elections Canada"),
        ("en", "Etat is a word. A la carte"), ("fr", "Voir etat.exemple.ca et #Egalite"), ("fr", "Avec Elisabeth II et Edmonton"), ("fr", "Le calcium (Ca) et la CA"), ("fr", "Ecuador, Eden, Elon, Elan et Energy"), ("fr", "Egale Canada et Net Zero Emissions Act"), ("fr", "Un événement à Edmundston"),
    ),
    fails=(
        ("fr", "L’Etat vous écoute"), ("fr", "Egalité pour tous"), ("fr", "A vous de jouer"), ("fr", "Ca change tout"), ("fr", "Ecrivez-nous"), ("fr", "Merci. A partir de lundi, tout change"), ("fr", "Etudiants et élèves, parlez"), ("fr", "Une histoire d’Evaluation"),
        ("fr", "Les Etats-Unis et le Canada"), ("fr", "A Ottawa, les jeunes parlent"), ("fr", "Ecole ouverte"), ("fr", "L’ETAT répond"), ("fr", "L’Education pour tous"), ("fr", "Evénement ce soir"), ("fr", "Elections fédérales"), ("fr", "Etes-vous prêts?"), ("fr", "A Natashquan, le facteur vote aussi"),
    ),
)  # fmt: skip
def fr_capitals(text: Text, bench: Bench) -> Iterator[Finding]:
    if text.language == "fr":
        for start, end, right in capital_places(text):
            if text.text[start:end].casefold() not in bench.spared:
                yield Finding(
                    f"“{text.text[start:end]}” is written {right}",
                    start,
                    end,
                    french=f"{quoted(text.text[start:end])} s’écrit {right}",
                )


_FEMININE = (
    "e|es|ne|nes|le|les|te|tes|se|ses|fe|trice|trices|rice|rices|euse|euses|ère|ères|ière|ières|ive|ives|esse|esses"
)
#: Every doublet has one of these in it, and few other texts.
_JOINED = late(r"\p{L}[·•‧⋅∙・(./-]\p{Ll}|\p{Ll}E")
_DOUBLET = late(
    rf"(?<![\p{{L}}@])\p{{L}}{{2,}}[·•‧⋅∙・](?<!l·(?=l))(?:{_FEMININE}|s)(?:[·•‧⋅∙・.]?s)?(?!\p{{L}})"
    rf"|(?<![\p{{L}}@])\p{{L}}{{2,}}\((?:{_FEMININE})\)s?"
    rf"|(?<![\p{{L}}@.])(?:\p{{L}}{{3,}}|[Uu]n)\.(?:(?<=n\.)nes?|(?!nes?\b)(?:{_FEMININE}))(?:\.s)?(?![\p{{L}}(])"
    rf"|(?<![\p{{L}}@/])\p{{L}}{{3,}}/(?:{_FEMININE})(?:/s)?(?![\p{{L}}/])"
    r"|(?<![\p{L}@-])\p{L}{2,}-(?:e|trice|euse|ère)(?:-?s)?(?![\p{L}-])|(?<![\p{L}@-])\p{L}{3,}-(?:ne|le|te)-s(?![\p{L}-])"
    r"|(?<![\p{L}@])\p{Lu}?\p{Ll}{3,}Es?(?!\p{L})"
)


@rule(
    "fr-doublet", "warning", "text", "No abbreviated doublets (élu·e·s, élu(e)s, /trice) in running text: an epicene word, or both words in full.",
    en="Use a word for both (les jeunes), or write both out: les élues et élus.", fr="Choisissez un mot épicène (les jeunes) ou le doublet complet\u00a0: les élues et élus.", source=f"{OQLF}, rédaction épicène",
    passes=(
        ("fr", "Les élues et élus, les jeunes et le personnel enseignant"), ("fr", "Écrivez par courriel ou (e)-mail"), ("fr", "et/ou, tous/toutes, km/h"), ("fr", "Lisez https://a.ca/citoyen/e"), ("fr", "Le(s) parent(s) et l’élève(s)"),
        ("fr", "Dites-le, p.ex. demain. Allez-y, croyez-les"), ("en", "Everyone/e and résumé(e)"), ("fr", "El col·lectiu català"), ("fr", "Le premier ministre ou la première ministre"), ("fr", "Open.canada.ca et iPhone SE"), ("fr", "Une élite, c.-à-d. une minorité"), ("fr", "Voir exemple.ne et citoyen.example"),
    ),
    fails=(
        ("fr", "Les élu·e·s répondent"), ("fr", "Les élu(e)s répondent"), ("fr", "Les étudiant.e.s répondent"), ("fr", "Un ou une directeur/trice"), ("fr", "Chaque citoyen/ne compte"), ("fr", "Les citoyen·nes votent"), ("fr", "Un étudiant/e sur deux"), ("fr", "Tou·te·s ensemble"), ("fr", "Les étudiant-e-s votent"), ("fr", "Les citoyen(ne)s votent"), ("fr", "Chaque élu.e répond"), ("fr", "Premier ministre/trice"), ("fr", "Les participant•es"),
    ),
)  # fmt: skip
def fr_doublet(text: Text, bench: Bench) -> Iterator[Finding]:
    if text.language == "fr" and _JOINED.search(text.words):
        for match in _DOUBLET.finditer(text.words):
            yield Finding(
                f"“{match[0]}” is an abbreviated doublet",
                *match.span(),
                french=f"{quoted(match[0])} est un doublet abrégé",
            )


_STRAIGHT = late(r"(?<=(?<![\p{L}\p{N}])\p{L}+)['´`](?=[\p{L}\p{N}«“@#])")


def apostrophe_places(text: Text) -> Iterator[int]:
    return (match.start() for match in _STRAIGHT.finditer(text.prose))


@rule(
    "fr-apostrophe", "warning", "text", "In French, the apostrophe is ’ and not '.", mend=True,
    en="Use the typographic apostrophe ’.", fr="Utilisez l’apostrophe typographique ’.", source=OQLF,
    passes=(("fr", "L’idée d’aujourd’hui"), ("en", "It's fine"), ("fr", "Un clou de 5' de long"), ("fr", "https://a.ca/l'idee"), ("fr", "Le mot d’ordre"), ("fr", "Le code d3b'07"), ("ar", "l'idée")),
    fails=(("fr", "L'idée"), ("fr", "Aujourd'hui, on vote"), ("fr", f"L'«{NBSP}idée{NBSP}»"), ("fr", "Qu'en dites-vous?"), ("fr", "C´est vous"), ("fr", "Le 5 mars, c'est demain")),
)  # fmt: skip
def fr_apostrophe(text: Text, bench: Bench) -> Iterator[Finding]:
    if text.language == "fr" and (at := next(apostrophe_places(text), None)) is not None:
        word = regex.search(r"\p{L}+$", text.text[:at])
        start = word.start() if word else at
        rest = regex.match(r"[\p{L}-]*", text.text[at + 1 :])
        end = at + 1 + (rest.end() if rest else 0)
        yield Finding(
            f"“{text.text[start:end]}” has a straight apostrophe",
            at,
            at + 1,
            french=f"{quoted(text.text[start:end])} a une apostrophe droite",
        )
