"""Check: what a post must pass before it may leave. Errors block approval, warnings inform.

A rule looks at a text (`wording`, `signs`, `french`, `english`, `languages`), at a delivery (`pictures`, `facts`), or at
several (`sets`); what a network would refuse is decided in the network's own file (`fit` lists it). `judge` asks them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from campaign_bot.check import ease, english, facts, fit, french, languages, pictures, sets, signs, wording
from campaign_bot.check.judge import bench_of, findings, judge, of_series
from campaign_bot.check.places import Places
from campaign_bot.check.reading import folded, normalised, read
from campaign_bot.check.registry import RULES, Bench, Rule, Said
from campaign_bot.check.wording import explained_in
from campaign_bot.library.files import Library
from campaign_bot.model import Problem
from campaign_bot.networks.base import NOTHING_TOLD, Network, ToldLimits

__all__ = ["RULES", "Bench", "Rule", "Said", "check_all", "check_files", "check_once_more", "forget"]
#: Imported for their rules, which register themselves; the order is that of docs/checks.md.
FILES = (fit, wording, signs, pictures, languages, sets, ease, french, english, facts)


def forget() -> None:
    """Give back the memory that judging has taken: it takes it anew when something is judged again."""
    languages.forget_languages()
    for cached in (read, normalised, folded, explained_in):
        cached.cache_clear()


def check_all(
    library: Library, networks: Callable[[str], Network], every: Sequence[Said], told: ToldLimits = NOTHING_TOLD
) -> list[Problem]:
    """Every finding about these deliveries, each with its post's name, sorted. `told`: what servers said of their limits."""
    return findings(bench_of(library, networks, told), every)


def check_once_more(
    library: Library, networks: Callable[[str], Network], every: Sequence[Said], told: ToldLimits = NOTHING_TOLD
) -> list[Problem]:
    """What blocks these deliveries by the settings that are in force now; asked right before they are sent, so nothing is
    looked for that could only warn. (A quiet period holds them instead.)"""
    on = bench_of(library, networks, told)
    only_warn = {one.id: "off" for one in RULES.values() if one.severity == "warning" and not one.severities}
    chosen = {**only_warn, **on.checks.rules, "quiet-period": "off"}
    on = replace(on, checks=on.checks.model_copy(update={"rules": chosen}))
    return [one for one in findings(on, every) if one.blocks]


def check_files(
    library: Library, networks: Callable[[str], Network], every: Sequence[Said], told: ToldLimits = NOTHING_TOLD
) -> list[Problem]:
    """The same, each with the place in the campaign's files that its words come from."""
    places, on = Places(library), bench_of(library, networks, told)
    return sorted({places.placed(one) for one in (*judge(on, every), *of_series(on, every))})
