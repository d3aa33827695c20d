"""Rules about what a post states: its source, its age, who speaks, and on which day."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import regex

from campaign_bot.bilingual import N, quoted
from campaign_bot.check.patterns import late
from campaign_bot.check.reading import Text, read
from campaign_bot.check.registry import Bench, Example, Finding, Said, rule
from campaign_bot.model import Part

YEARS_APART = 2


_AS_OF = late(r"(?:1[89]|20)\d\d")
_YEAR = late(
    r"(?<!\d)(?<!\d[.,\u00a0\u202f ])((?:1[89]|20)\d\d)(?:\s?[-–/]\s?(\d{2}|\d{4}))?(?![\d]|[.,\u00a0\u202f]\d{3}|\s?%)"
)


def _fact(fact: str, text: str, *, language: str = "en", signed_off: bool = False) -> Example:
    return {"language": language, "network": "mastodon", "text": text, "fact": fact, "signed_off": signed_off}


def years_in(text: Text) -> list[int]:
    """The years that a text names, out of its links; `2018-20` names two."""
    found: list[int] = []
    for match in _YEAR.finditer(text.prose):
        found.append(int(match[1]))
        if match[2]:
            found.append(int(match[2] if len(match[2]) == 4 else match[1][:2] + match[2]))
    return found


@rule(
    "stale", "error", "post", "A historic fact names a year within 2 of its own; a fact to be checked before use is signed off by a person.",
    en="Say the year in the text (in 2019); or look at the source again and put `signed_off: name, date` on the item.",
    fr="Dites l’année dans le texte (en 2019); ou relisez la source et mettez `signed_off: nom, date` sur l’élément.", source="this project: facts.yaml, status",
    passes=(
        _fact("ogp-members-2021", "By 2021, OGP members had made more than 4,500 commitments."), _fact("summit-2019-people", "En 2019, plus de 2\u00a0000 personnes étaient à Ottawa.", language="fr"), _fact("youth-40-percent", "Over 40% of OGP members have a youth commitment.", signed_off=True),
        _fact("ogp-two-billion", "OGP members represent more than 2 billion people."), _fact("canada-cochair", "In 2018-19, Canada co-chaired OGP."), _fact("nap-2022", "5 themes in Canada’s 2022-24 plan."), _fact("open-canada-80k", "Over 80,000 open datasets in 2020."), _fact("summit-2019-dates", "Le Sommet a eu lieu en\u00a02019.", language="fr"), _fact("summit-2019-dates", "See #Ottawa2019"),
    ),
    fails=(
        _fact("ogp-members-2021", "In 10 years, OGP members made more than 4,500 commitments."), _fact("summit-2019-people", "Plus de 2\u00a0000 personnes de plus de 100 pays au Sommet d’Ottawa.", language="fr"), _fact("youth-40-percent", "Over 40% of OGP members have a youth commitment."), _fact("asoc-students", "About 35,000 students in Italy, first in 2013."),
        _fact("fogo-grants", "Research in 9 countries. https://example.org/2019"), _fact("ontario-youth", "Ontario built a tool with 2,017 people."), _fact("day-open-data", "Open Data Day is in March."),
    ),
)  # fmt: skip
def stale(said: Said, bench: Bench) -> Iterator[Finding]:
    row = said.row
    if row is None:
        return
    if row.status == "check-before-use" and not said.signed_off and not row.signed_off:
        yield Finding(
            f"“{row.id}” is to be checked before use, and nobody signed it off",
            french=f"{quoted(row.id)} est à vérifier avant usage, et personne ne l’a attesté",
        )
    if row.status == "historic":
        as_of = _AS_OF.search(row.as_of or (row.source.date if row.source else ""))
        named = [
            year
            for part in said.content.parts
            for year in years_in(read(part.text, said.content.language.partition("-")[0]))
        ]
        if as_of and not any(abs(year - int(as_of[0])) <= YEARS_APART for year in named):
            other = f" (it names {', '.join(map(str, named))})" if named else ""
            beside = f" (il nomme {', '.join(map(str, named))})" if named else ""
            yield Finding(
                f"“{row.id}” was true in {as_of[0]}, and the text does not say so{other}",
                french=f"{quoted(row.id)} était vrai en {as_of[0]}, et le texte ne le dit pas{beside}",
            )


@rule(
    "source-missing", "error", "post", "A number from data has a source with title, date and address; “a survey”, “studies” are none.",
    en="Add `source:` with title, url and date to the item; in a text of its own, name who counted and when.", fr="Ajoutez `source:` avec title, url et date à l’élément; dans un texte à part, dites qui a compté et quand.", source="this project: the campaign speaks for public trust",
    passes=(_fact("ipu-2-8", "Only 2.8% of MPs are 30 or under."), ("en", "A number of our own: 12 posts"), _fact("openstories", "Everyone has a story."), ("en", "According to Statistics Canada (2019), 67% of youth belong to a group."), ("fr", "Un sondage de l’UIP (2023) donne 2,8\u00a0%."),
        ("en", "Studies show that it works. Meet us on March 8."), ("fr", "Selon un sondage, 12\u00a0% votent\u00a0: https://exemple.ca/sondage")),
    fails=(("en", "According to a survey, 73% of teens agree."), ("fr", "D’après une étude, 12\u00a0% des jeunes votent."), ("en", "Data shows that 4 in 10 requests are never answered."), _fact("no-such-fact", "Only 2.8% of MPs are 30 or under."), _fact("nothing-known", "12\u00a0% des jeunes votent", language="fr"), _fact("IPU", "2.8%")),
)  # fmt: skip
def source_missing(said: Said, bench: Bench) -> Iterator[Finding]:
    row = said.row
    if row is None:
        yield from _by_nobody(said)
    if row is None or not any(map(_states_number, said.content.parts)):
        return
    lacks = [name for name in ("title", "date", "url") if not getattr(row.source, name, "")]
    if lacks and any(character.isdecimal() for character in str(row.model_extra or {})):
        if row.source:
            yield Finding(
                f"“{row.id}” states a number; its source lacks {', '.join(lacks)}",
                french=f"{quoted(row.id)} donne un nombre; il manque à sa source {', '.join(lacks)}",
            )
        else:
            yield Finding(
                f"“{row.id}” states a number and has no source",
                french=f"{quoted(row.id)} donne un nombre et n’a pas de source",
            )


#: A study that nobody made, and a number of it in the same sentence.
_STUDY = r"(?:survey|poll|study|report|studies|surveys|polls|reports|research)"
_ETUDE = r"(?:sondage|étude|enquête|rapport|recherche)"
_NOBODY = late(
    rf"""(?ix) \b(?:according\s+to|in)\s+(?:a|one|some|the|recent|new|\s)*\s(?:{_STUDY}|data|figures|experts)\b(?!\s+(?:by|from|of))
    | \b(?:{_STUDY}|data|figures|experts)\s+(?:shows?|says?|suggests?|finds?|found|tells?|estimates?)\b
    | \b(?:selon|d[’']après)\s+(?:une?|des|les|plusieurs|certaines?|l[’']|\s)*\s?(?:{_ETUDE}s?|données|chiffres|experts)\b(?!\s+(?:du|de\s+la|de\s+l|d[’']))
    | \b(?:{_ETUDE}s?|données|chiffres|experts)\s+(?:récentes?\s+)?(?:montrent?|révèlent?|disent|indiquent?|estiment?)\b
    """
)
_SHARE = late(r"\d+(?:[.,]\d+)?[\s\u00a0]?(?:%|percent\b|per cent\b|pour cent\b)|\b\d+\s(?:in|out of|sur)\s\d+\b")


def _by_nobody(said: Said) -> Iterator[Finding]:
    """A share in a text that is from no data, laid to “a survey” without a name, a year in parentheses or a link."""
    for part in said.content.parts:
        text = read(part.text, said.content.language.partition("-")[0])
        if text.links or regex.search(r"\([^()]*(?:19|20)\d\d[^()]*\)", text.text):
            continue
        for start, end in text.sentences:
            sentence = text.prose[start:end]
            if (who := _NOBODY.search(sentence)) and (share := _SHARE.search(sentence)):
                yield Finding(
                    f"“{who[0].strip()}” is no source of “{share[0]}”",
                    start + who.start(),
                    start + who.end(),
                    french=f"{quoted(who[0].strip())} n’est pas une source pour {quoted(share[0])}",
                )


def _states_number(part: Part) -> bool:
    """Whether there is a digit in it that is in no link."""
    return any(character.isdecimal() for character in read(part.text, "").prose)


_GOVERNMENT = r"(?:(?:federal|provincial|territorial|municipal|national|canadian|current)\s+)?government\b(?![’']s\b)"
_GOUVERNEMENT = r"gouvernement\b"
_DOES = (
    r"(?:(?:today|now|proudly|also|is|has|just|will|are|been)\s+)*(?:announc\w+|launch\w*|unveil\w*|introduc\w+|invest(?:s|ed|ing)|invit(?:es|ed|ing)|thanks|welcomes|presents"
    r"|proud|pleased|happy|committed|commits|deliver(?:s|ing|ed)|promises)\b"
)
_FAIT = r"(?:(?:est|a|vient|va|vous|aujourd[’']hui|maintenant|aussi|d[’']|de)\s*)*(?:annonc\w+|lanc\w+|dévoil\w+|investi\w*|invite\w*|remerci\w+|consult\w+|fier|heureux|s[’']engage|promet|présent\w+)\b(?!-t-)"
_BEGINS = r"(?:^|[.!?…:\n]\s*)"
#: Who says so speaks as the government, whatever follows.
_CLAIM = late(
    rf"""(?ix)
      \bwe(?:[’']re|,?\s+(?:are\s+)?)\s*(?:in\s+|at\s+|from\s+|here\s+at\s+)?(?:(?:the|your)\s+)?{_GOVERNMENT}
    | \bas\s+(?:(?:the|your|a)\s+)?{_GOVERNMENT}(?:\s+of\s+\p{{L}}+(?:\s\p{{Lu}}\p{{L}}+)*)?(?:,|\s+(?:we|our|i)\b)
    | {_BEGINS}on\s+behalf\s+of\s+(?:the|your)\s+{_GOVERNMENT}
    | \b(?:we|i)\b[^.!?\n]{{0,40}}\bon\s+behalf\s+of\s+(?:the|your)\s+{_GOVERNMENT}
    | \bofficial\s+(?:account|channel|voice|page|feed)\s+of\s+(?:(?:the|your)\s+)?{_GOVERNMENT}
    | \bgovernment[’']s\s+official\s+(?:account|channel|voice|page|feed)\b
    | \b(?:this|here)\s+is\s+(?:the|your)\s+{_GOVERNMENT}(?!\s+(?:of\s+\p{{L}}+\s+)?(?:that|which|plan|data|portal|page|site|report))
    | \bthis\s+is\s+an?\s+official\s+government\s+(?:account|announcement|message)\b
    | {_BEGINS}(?:an?\s+|this\s+is\s+an?\s+)?(?:official\s+)?(?:message|announcement|notice)\s+from\s+(?:the|your)\s+{_GOVERNMENT}
    | \bbrought\s+to\s+you\s+by\s+(?:the|your)\s+{_GOVERNMENT}
    | \bnous,?\s+(?:sommes\s+)?(?:(?:le|votre|du|au|membres\s+du)\s+)?{_GOUVERNEMENT}
    | {_BEGINS}au\s+nom\s+(?:du|de\s+votre)\s+{_GOUVERNEMENT} | \b(?:nous|je)\b[^.!?\n]{{0,40}}\bau\s+nom\s+(?:du|de\s+votre)\s+{_GOUVERNEMENT}
    | \b(?:en\s+tant\s+que|à\s+titre\s+de)\s+(?:votre\s+)?{_GOUVERNEMENT} | \bcomme\s+{_GOUVERNEMENT}[^.!?\n,]*,\s+nous\b
    | \b(?:compte|canal|page|voix|fil)\s+officiel(?:le)?\s+du\s+{_GOUVERNEMENT}
    | \bici\s+(?:le|votre)\s+{_GOUVERNEMENT} | \bc[’']est\s+votre\s+{_GOUVERNEMENT}\s+qui\b
    | \bvotre\s+{_GOUVERNEMENT},\s+(?:c[’']est\s+)?nous\b
    | {_BEGINS}(?:un\s+)?(?:message|avis|communiqué)\s+(?:officiel\s+)?(?:du|de\s+votre)\s+{_GOUVERNEMENT}
    """
)
#: These are a claim unless they are asked.
_OUR_DEEDS = late(
    rf"""(?ix)
      \b(?:our|your)\s+(?:{_GOVERNMENT}(?:\s+of\s+\p{{L}}+(?:\s\p{{Lu}}\p{{L}}+)*)?|(?:ministry|department)\b(?:\s+of\s+\p{{L}}+)?)\s+{_DOES}
    | \b(?:notre|votre)\s+(?:{_GOUVERNEMENT}(?:\s+(?:du|de\s+l[’']|de\s+la)\s*\p{{L}}+)?|ministère\b(?:\s+(?:du|des|de\s+la|de\s+l[’'])\s*\p{{L}}+)?)\s+{_FAIT}
    """
)
_DENIAL = late(
    r"(?i)\b(?:not|never|nor|no|isn[’']t|aren[’']t|don[’']t|neither|without|n[’']est|ne\s|n[’']|ni|pas|jamais|sans|aucun|if|si|ask|demand)\b[^.!?\n]*$|\b(?:independent|indépendant\w*)\b[^.!?\n]*$"
)
_NOT = late(r"(?i)\b(?:not|pas|never|jamais)\b|n[’']t\b")
_OFFICE = late(r"(?i)\b(?:ministry|department|minist[eè]re)\b")


@rule(
    "status-claim", "warning", "text", "The account does not pretend to be the government. Saying that it is not is fine.",
    en="Say who speaks: this campaign.", fr="Dites qui parle\u00a0: cette campagne.", source="this project: an independent campaign",
    passes=(
        ("en", "We are not the Government of Canada."), ("fr", "Nous ne sommes pas le gouvernement du Canada."), ("en", "The Government of Canada announced a plan in 2025."), ("en", "Does our government listen to us?"), ("fr", "Notre gouvernement nous écoute-t-il?"), ("en", "This is not an official account of the government."),
        ("en", "We, the people of Canada, ask the government."), ("fr", "Ce compte n’est pas un compte officiel du gouvernement."), ("en", "“We, the Government of Canada, commit,” says the plan."), ("en", "Open government is yours."), ("fr", "Le gouvernement du Canada annonce un plan."), ("en", "We follow the Government of Canada’s plan."),
        ("en", "We ask our government to launch it."), ("en", "We do not speak on behalf of the government."), ("en", "As the government announced last week, the plan is open."), ("en", "Is our government committed to openness?"), ("en", "The minister spoke on behalf of the government."), ("fr", "Notre gouvernement annonce-t-il ses plans assez tôt?"),
        ("en", "We are the government’s critics, and its friends."), ("fr", "C’est le gouvernement qui décide; c’est vous qui le dites."),
    ),
    fails=(
        ("en", "We, the Government of Canada, invite you."), ("fr", "Notre gouvernement annonce un plan."), ("en", "Our government is proud to launch it."), ("fr", "Nous, le gouvernement du Canada, vous écoutons."), ("en", "We are the Government of Canada."), ("fr", "Au nom du gouvernement, merci."), ("en", "On behalf of the Government of Canada, thank you."),
        ("fr", "Ici le compte officiel du gouvernement."), ("en", "Our government announces a new plan."), ("fr", "En tant que gouvernement, nous vous écoutons."), ("fr", "Notre gouvernement est fier de vous présenter son plan."), ("en", "As your government, we listen."), ("en", "We are your government."), ("en", "Your Government of Ontario invites you to speak."), ("en", "As the federal government, we publish our data."), ("fr", "Votre gouvernement vous invite à parler."), ("en", "A message from the Government of Canada: vote."), ("fr", "Ici le gouvernement du Canada."),
        ("fr", "Notre ministère annonce un plan."),
    ),
)  # fmt: skip
def status_claim(text: Text, bench: Bench) -> Iterator[Finding]:
    plain = text.unquoted
    if "gov" not in plain.casefold() and "gouv" not in plain.casefold() and not _OFFICE.search(plain):
        return
    deeds = [*_OUR_DEEDS.finditer(plain)]
    asked = [(start, end) for start, end in text.sentences if "?" in plain[end - 3 : end]] if deeds else []
    deeds = [one for one in deeds if not any(start <= one.start() < end for start, end in asked)]
    for match in sorted([*_CLAIM.finditer(plain), *deeds], key=lambda one: one.start()):
        said = match[0].lstrip(".!?…: \n")
        if not _DENIAL.search(plain[: match.end() - len(said)]) and not _NOT.search(said):
            yield Finding(
                f"“{said}” speaks as the government",
                match.end() - len(said),
                match.end(),
                french=f"{quoted(said)} parle au nom du gouvernement",
            )


@rule(
    "quiet-period", "error", "post", "Nothing is due in a quiet period (an election’s caretaker convention, mourning).",
    en="Move it to another day.", fr="Déplacez-la à un autre jour.", source="Privy Council Office, caretaker convention",
    passes=(("en", "A draft has no day"), ("fr", "Une ébauche n’a pas de jour")), fails=(),
)  # fmt: skip
def quiet_period(said: Said, bench: Bench) -> Iterator[Finding]:
    day = said.due.astimezone(ZoneInfo(bench.zone)).date()
    for period in bench.quiet:
        if period.starts <= day <= period.ends:
            reason = period.reason.get(said.content.language) or next(iter(period.reason.values()), "")
            french_reason = period.reason.get("fr") or reason
            yield Finding(
                f"due on {day}, in a quiet period: {reason}",
                french=f"prévue le {day}, en période de silence{N}: {french_reason}",
            )
