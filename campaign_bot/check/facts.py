"""Rules about what a post states: its source, its age, who speaks, and on which day."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import regex

from campaign_bot.check.reading import Text, read
from campaign_bot.check.registry import Bench, Example, Finding, Said, rule

YEARS_APART = 2


_AS_OF = regex.compile(r"(?:1[89]|20)\d\d")
_YEAR = regex.compile(
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
        yield Finding(f"“{row.id}” is to be checked before use, and nobody signed it off")
    if row.status == "historic":
        as_of = _AS_OF.search(row.as_of or (row.source.date if row.source else ""))
        named = [
            year
            for part in said.content.parts
            for year in years_in(read(part.text, said.content.language.partition("-")[0]))
        ]
        if as_of and not any(abs(year - int(as_of[0])) <= YEARS_APART for year in named):
            other = f" (it names {', '.join(map(str, named))})" if named else ""
            yield Finding(f"“{row.id}” was true in {as_of[0]}, and the text does not say so{other}")


@rule(
    "source-missing", "error", "post", "A number from data has a source with title, date and address.",
    en="Add `source:` with title, url and date to the item.", fr="Ajoutez `source:` avec title, url et date à l’élément.", source="this project: the campaign speaks for public trust",
    passes=(_fact("ipu-2-8", "Only 2.8% of MPs are 30 or under."), ("en", "A number of our own: 12 posts"), _fact("openstories", "Everyone has a story.")),
    fails=(_fact("no-such-fact", "Only 2.8% of MPs are 30 or under."), _fact("nothing-known", "12\u00a0% des jeunes votent", language="fr"), _fact("IPU", "2.8%")),
)  # fmt: skip
def source_missing(said: Said, bench: Bench) -> Iterator[Finding]:
    row = said.row
    if row is None or not any(character.isdecimal() for part in said.content.parts for character in part.text):
        return
    lacks = [name for name in ("title", "date", "url") if not getattr(row.source, name, "")]
    if lacks and any(character.isdecimal() for character in str(row.model_extra or {})):
        yield Finding(
            f"“{row.id}” states a number; its source lacks {', '.join(lacks)}"
            if row.source
            else f"“{row.id}” states a number and has no source"
        )


_CLAIM = regex.compile(
    r"(?i)\bwe,?\s+(?:are\s+)?(?:in\s+)?(?:at\s+|from\s+)?(?:the\s+)?(?:federal\s+|provincial\s+)?government(?:\s+of)?\b|\bas\s+(?:the|your)\s+government\b(?!\s+\w+s\b)|\bon behalf of (?:the|your) (?:\w+ )?government\b"
    r"|\b(?:our|your) government\s+(?:today\s+|now\s+|proudly\s+|is\s+|has\s+|will\s+)*(?:announc\w+|launch\w*|unveil\w*|introduc\w+|invest(?:s|ed|ing)|proud|pleased|committed|delivers|delivering|promises)\b"
    r"|\bofficial (?:account|channel|voice|page) of (?:the |your )?(?:\w+ )?government\b|\bthis is (?:the|your) government\b|\bthis is an? official government (?:account|announcement)\b"
    r"|\bnous,?\s+(?:sommes\s+)?(?:le\s+|votre\s+)?gouvernement\b|\bau nom du gouvernement\b|\ben tant que gouvernement\b|\bgovernment[’']s official (?:account|channel|voice|page)\b|\b(?:compte|canal|page|voix) officiel(?:le)? du gouvernement\b|\bvotre gouvernement,\s+(?:c[’']est\s+)?nous\b"
    r"|\bnotre gouvernement\s+(?:(?:est|a|vient|va|vous|aujourd[’']hui|maintenant|d[’'])\s*)*(?:annonc\w+|lanc\w+|dévoil\w+|investi\w*|fier|heureux|s[’']engage|promet|présente)\b"
)
_DENIAL = regex.compile(
    r"(?i)\b(?:not|never|nor|no|isn[’']t|aren[’']t|don[’']t|neither|without|n[’']est|ne\s|n[’']|ni|pas|jamais|sans|aucun|if|si|ask|demand)\b[^.!?\n]*$|\b(?:independent|indépendant\w*)\b[^.!?\n]*$"
)


@rule(
    "status-claim", "warning", "text", "The account does not pretend to be the government. Saying that it is not is fine.",
    en="Say who speaks: this campaign.", fr="Dites qui parle\u00a0: cette campagne.", source="this project: an independent campaign",
    passes=(
        ("en", "We are not the Government of Canada."), ("fr", "Nous ne sommes pas le gouvernement du Canada."), ("en", "The Government of Canada announced a plan in 2025."), ("en", "Does our government listen to us?"), ("fr", "Notre gouvernement nous écoute-t-il?"), ("en", "This is not an official account of the government."),
        ("en", "We, the people of Canada, ask the government."), ("fr", "Ce compte n’est pas un compte officiel du gouvernement."), ("en", "“We, the Government of Canada, commit,” says the plan."), ("en", "Open government is yours."), ("fr", "Le gouvernement du Canada annonce un plan."), ("en", "We follow the Government of Canada’s plan."),
        ("en", "We ask our government to launch it."), ("en", "We do not speak on behalf of the government."),
    ),
    fails=(
        ("en", "We, the Government of Canada, invite you."), ("fr", "Notre gouvernement annonce un plan."), ("en", "Our government is proud to launch it."), ("fr", "Nous, le gouvernement du Canada, vous écoutons."), ("en", "We are the Government of Canada."), ("fr", "Au nom du gouvernement, merci."), ("en", "On behalf of the Government of Canada, thank you."),
        ("fr", "Ici le compte officiel du gouvernement."), ("en", "Our government announces a new plan."), ("fr", "En tant que gouvernement, nous vous écoutons."), ("fr", "Notre gouvernement est fier de vous présenter son plan."), ("en", "As your government, we listen."),
    ),
)  # fmt: skip
def status_claim(text: Text, bench: Bench) -> Iterator[Finding]:
    for match in _CLAIM.finditer(text.unquoted):
        if not _DENIAL.search(text.unquoted[: match.start()]) and not regex.search(r"(?i)\b(?:not|pas)\b", match[0]):
            yield Finding(f"“{match[0]}” speaks as the government", *match.span())


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
            yield Finding(f"due on {day}, in a quiet period: {reason}")
