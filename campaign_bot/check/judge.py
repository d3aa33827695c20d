"""Asks every rule about every delivery."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from campaign_bot.check.reading import Text, folded, read
from campaign_bot.check.registry import RULES, Bench, Finding, Rule, Said
from campaign_bot.check.vocabulary import KNOWN, KNOWN_TAGS
from campaign_bot.check.wording import explained
from campaign_bot.library.files import Checks, Library
from campaign_bot.model import Content, Problem, Severity
from campaign_bot.networks.base import NOTHING_TOLD, Network, ToldLimits

#: What was found in a text, with the acronyms that its post explains.
Judgements = dict[tuple[Text, frozenset[str]], list[tuple[str, Severity, Finding]]]


@dataclass(frozen=True, slots=True)
class Found:
    """One finding with the delivery and the text that it is about."""

    said: Said
    rule: str
    severity: Severity
    message: str
    where: str
    text: str = ""
    start: int = 0
    end: int = 0
    french: str = ""


def bench_of(library: Library, networks: Callable[[str], Network], told: ToldLimits = NOTHING_TOLD) -> Bench:
    """What a campaign's files say the rules measure by."""
    campaign = library.campaign
    omitted = frozenset(name for name, choice in campaign.unsupported.model_dump().items() if choice == "omit")
    return replace(
        bench(
            campaign.checks, networks, campaign.languages, campaign.region, campaign.glossary, campaign.quiet_periods,
            campaign.timezone,
        ),
        omitted=omitted,
        told=told,
    )  # fmt: skip


def bench(
    checks: Checks,
    networks: Callable[[str], Network],
    languages: Sequence[str] = ("en", "fr"),
    region: str = "CA",
    glossary: Sequence[str] = (),
    quiet: Sequence[object] = (),
    zone: str = "UTC",
) -> Bench:
    own = {folded(tag.removeprefix("#")): tag.removeprefix("#") for tag in checks.hashtags}
    return Bench(
        checks, tuple(languages), region, networks, KNOWN | frozenset(glossary), frozenset(word.casefold() for word in checks.words),
        {**KNOWN_TAGS, **own}, tuple(quiet), zone,  # pyright: ignore[reportArgumentType]
    )  # fmt: skip


def findings(on: Bench, every: Sequence[Said]) -> list[Problem]:
    """Every finding, as problems that name their post."""
    return sorted({as_problem(one) for one in judge(on, every)})


def allowed(said: Said, rule_id: str) -> str:
    """The reason for which the item or its series may break this rule; empty where it may not."""
    told = (*(said.row.allow if said.row else ()), *said.allow)
    return next((one.reason for one in told if one.rule == rule_id), "")


def judge(on: Bench, every: Sequence[Said]) -> Iterator[Found]:
    judged: Judgements = {}
    for said in every:
        yield from of_network(on, said)
        yield from of_texts(on, said, judged)
        yield from of_post(on, said)
    for group in _posts(every):
        yield from _several(on, "pair", group)
    yield from _several(on, "set", list(every))


def of_network(on: Bench, said: Said) -> Iterator[Found]:
    """What the network itself would refuse."""
    for one in on.network_of(said).check(said.content):
        if severity := _severity(on, one.rule, one.severity):
            yield Found(said, one.rule, severity, one.message, one.where or _place_of(one.rule), french=one.french)


def _place_of(rule_id: str) -> str:
    return {"poll-limits": "poll", "poll-unsupported": "poll", "media-limits": "media", "alt-long": "media"}.get(
        rule_id, "text"
    )


def of_texts(on: Bench, said: Said, judged: Judgements | None = None) -> Iterator[Found]:
    """What the rules say of each text. The same text on another network is not read again."""
    texts = list(texts_of(said.content, on.region))
    acronyms = explained([text for _, text in texts])
    judged = {} if judged is None else judged
    here = replace(on, known=on.known | acronyms) if acronyms else on
    for where, text in texts:
        key = (text, acronyms)
        if key not in judged:
            judged[key] = list(_of_text(here, text))
        for rule_id, severity, finding in judged[key]:
            yield Found(
                said, rule_id, severity, finding.message, where, text.text, finding.start, finding.end, finding.french
            )


def _of_text(on: Bench, text: Text) -> Iterator[tuple[str, Severity, Finding]]:
    for rule in rules_that_look("text"):
        if rule.find is None or (rule.own and not text.own) or on.checks.rules.get(rule.id) == "off":
            continue
        for finding in rule.find(text, on):
            if severity := _severity(on, rule.id, finding.severity or rule.severity):
                yield rule.id, severity, finding


def of_post(on: Bench, said: Said) -> Iterator[Found]:
    for rule in rules_that_look("post"):
        for finding in rule.find(said, on) if rule.find else ():
            if severity := _severity(on, rule.id, finding.severity or rule.severity):
                text = _text_at(said, finding.where)
                yield Found(
                    said,
                    rule.id,
                    severity,
                    finding.message,
                    finding.where or "text",
                    text,
                    finding.start,
                    finding.end,
                    finding.french,
                )


def _several(on: Bench, looks: str, group: list[Said]) -> Iterator[Found]:
    for rule in rules_that_look(looks):
        for said, finding in rule.find(group, on) if rule.find else ():
            if severity := _severity(on, rule.id, finding.severity or rule.severity):
                yield Found(said, rule.id, severity, finding.message, finding.where or "text", french=finding.french)


def of_pair(on: Bench, group: list[Said]) -> Iterator[Found]:
    return _several(on, "pair", group)


def of_series(on: Bench, every: Sequence[Said]) -> Iterator[Found]:
    """What all texts of a series say together."""
    return _several(on, "series", list(every))


def of_set(on: Bench, every: list[Said]) -> Iterator[Found]:
    return _several(on, "set", every)


@cache
def rules_that_look(looks: str) -> list[Rule]:
    return [rule for rule in RULES.values() if rule.looks == looks]


def _severity(on: Bench, rule_id: str, severity: Severity) -> Severity | None:
    """The campaign's own severity; None where it switched the rule off."""
    chosen = on.checks.rules.get(rule_id, severity)
    return None if chosen == "off" else chosen


def _posts(every: Sequence[Said]) -> list[list[Said]]:
    """The deliveries of each post on each network."""
    groups: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for said in every:
        groups[said.post.key, said.network].append(said)
    return list(groups.values())


def texts_of(content: Content, region: str) -> Iterator[tuple[str, Text]]:
    """All that a reader may hear or see of a post, with how each text is called."""
    language, _, own_region = content.language.partition("-")
    region = own_region.upper() or region
    several = len(content.parts) > 1
    pictures = options = 0
    for number, part in enumerate(content.parts, 1):
        if part.text:
            yield f"part {number}" if several else "text", read(part.text, language, region)
        for media in part.media:
            pictures += 1
            if media.alt:
                yield f"alt {pictures}", read(media.alt, language, region, own=False)
        for option in part.poll.options if part.poll else ():
            options += 1
            yield f"option {options}", read(option, language, region, own=False)
    if content.content_warning:
        yield "content warning", read(content.content_warning, language, region, own=False)


def _text_at(said: Said, where: str) -> str:
    return next((text.text for name, text in texts_of(said.content, "CA") if name == where), "")


def as_problem(one: Found) -> Problem:
    """In English, as all commands speak, with the message in French beside it for pages; what is quoted stays as it is."""
    rule = RULES.get(one.rule)
    advice = rule.advice["en"] if rule else ""
    return Problem(
        "", 0, 0, one.rule, one.severity, one.message, advice, post=one.said.name,
        where=one.where, text=one.text, start=one.start, end=one.end, allowed=allowed(one.said, one.rule), french=one.french,
    )  # fmt: skip
