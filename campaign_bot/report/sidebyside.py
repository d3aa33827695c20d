"""The section that holds a period or campaign against another one."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_bot.evaluate import Evaluation, Rate
from campaign_bot.evaluate.statistics import wilson
from campaign_bot.evaluate.strata import FEWEST
from campaign_bot.evaluate.versus import Stratum, Versus
from campaign_bot.report.labels import counted as figure
from campaign_bot.report.labels import (
    group_rate,
    language_label,
    last_day,
    local,
    network_label,
    parts_words,
    sentence_case,
    text_label,
)
from campaign_bot.report.learning import kind_words, power
from campaign_bot.report.sections import Section, Table
from campaign_bot.report.words import Speaker


def side_by_side(evaluation: Evaluation, speaker: Speaker) -> list[Section]:
    """One section, or none where nothing is compared."""
    found = evaluation.versus
    if found is None:
        return []
    both = (found.before, evaluation)
    names = (
        (_other(evaluation, speaker), speaker.word("this_campaign"))
        if found.name
        else tuple(_span(one, speaker) for one in both)
    )
    counted = ("planned", "sent", "failed", "missed")
    rows: list[tuple[str, ...]] = [
        (speaker.word(name), *(speaker.number(getattr(one.total, name)) for one in both)) for name in counted
    ]
    rows.append((speaker.word("median"), *(figure(one.total, one.total.median, speaker) for one in both)))
    rows += [
        (speaker.word(f"er_{name}"), *(group_rate(one.total, name, speaker) for one in both))
        for name in ("followers", "impressions")
    ]
    rows += [
        (speaker.word("pairs_percent"), *(_share(one.pairs, speaker) for one in both)),
        (speaker.word("punctual_percent"), *(_share(one.punctual, speaker) for one in both)),
        (speaker.word("loops_percent"), *(_share(one.loops.closed, speaker, none="none_due") for one in both)),
    ]
    title = speaker.word("versus")
    words = (
        _words(evaluation, speaker),
        *_strata(found, speaker),
        *_kinds(found, speaker),
        *([speaker.sentence("vs_age", age=speaker.age(evaluation.age))] if evaluation.age else []),
        speaker.sentence("vs_note"),
    )
    columns = (speaker.word("what"), *names)
    # Wilson's intervals make cells of several words.
    return [Section("versus", title, words, (Table(speaker.word("cap_versus"), columns, tuple(rows), words=(1, 2)),))]


def _other(evaluation: Evaluation, speaker: Speaker) -> str:
    """The other campaign by its title; by its directory too where both have one title."""
    found = evaluation.versus
    assert found is not None  # noqa: S101 - asked only then
    name = text_label(found.before.campaign.name, found.name, speaker)
    return f"{name} ({found.name})" if name == text_label(evaluation.campaign.name, "", speaker) else name


def _span(one: Evaluation, speaker: Speaker) -> str:
    begin = speaker.date(local(one.since, one)) if one.since else ""
    end = speaker.date(last_day(one.until, one)) if one.until else ""
    name = {(True, True): "span", (True, False): "span_to_now", (False, True): "span_from_start"}
    return speaker.sentence(name.get((bool(begin), bool(end)), "span_all"), begin=begin, end=end)


def _share(rate: Rate | None, speaker: Speaker, *, none: str = "nothing_sent") -> str:
    """With Wilson's interval: two shares side by side are held against each other, whoever reads them."""
    if rate is None:
        return speaker.word(none)
    share = speaker.percent(rate.percent, 1)
    share = f"{share} ({parts_words(rate, speaker)})"
    found = wilson(rate.numerator, rate.denominator)
    if found is None:
        return share
    low, high = speaker.percent(100 * found.low, 1), speaker.percent(100 * found.high, 1)
    return speaker.sentence("share_between", share=share, low=low, high=high)


def _strata(found: Versus, speaker: Speaker) -> list[str]:
    """Within what posts are held against each other, and what is left out."""
    words: list[str] = []
    if found.strata:
        name = "vs_strata_campaign" if found.name else "vs_strata_period"
        words.append(speaker.sentence(name, strata=_places(found.strata, found, speaker)))
    if found.thin:
        few, strata = speaker.number(FEWEST), _places(found.thin, found, speaker)
        words.append(speaker.sentence("vs_thin", few=few, strata=strata))
    return words


def _places(some: Sequence[Stratum], found: Versus, speaker: Speaker) -> str:
    told: list[str] = []
    for one in some:
        name = one.place[0]
        if found.name:
            network, language = one.place
            name = f"{network_label(network)}, {language_label(language, speaker)}"
        units = speaker.sentence("units_few", posts=speaker.number(one.posts), others=speaker.number(one.others))
        told.append(f"{name} ({units})")
    return "; ".join(told)


def _kinds(found: Versus, speaker: Speaker) -> list[str]:
    """What was counted on both sides."""
    if found.verdict in ("apart", "elsewhere"):
        return []
    name = "vs_kinds_campaign" if found.name else "vs_kinds_period"
    words = (
        [speaker.sentence(name, kinds=kind_words(found.counted, speaker))] if found.counted or not found.name else []
    )
    if found.left_out:
        words.append(speaker.sentence("vs_left_out", left_out=speaker.number(found.left_out)))
    return words


def _words(evaluation: Evaluation, speaker: Speaker) -> str:
    found = evaluation.versus
    assert found is not None  # noqa: S101 - asked only then
    numbers = {"posts": speaker.number(found.posts), "others": speaker.number(found.others)}
    units = speaker.sentence("units", **numbers)
    if found.verdict == "apart":
        return speaker.sentence("vs_apart")
    if found.verdict == "elsewhere":
        return speaker.sentence("vs_elsewhere_campaign" if found.name else "vs_elsewhere_period")
    read = {"here": evaluation.total.read, "there": found.before.total.read}
    if not all(read.values()):
        sides = {side: speaker.number(number) for side, number in read.items()}
        return speaker.sentence("vs_uncounted", **sides)
    if found.verdict == "unclear" and found.ratio is None:
        return speaker.sentence("vs_tied", units=units)
    if found.ratio is None:
        return speaker.sentence("vs_few", more=speaker.number(found.more_posts), units=units)
    metric = speaker.sentence("metric_followers" if found.name else "metric_usual")
    change, low, high = (speaker.change(value) for value in (found.ratio.estimate, found.ratio.low, found.ratio.high))
    told = {"metric": metric, "low": low, "high": high, "units": units}
    if found.verdict in ("more", "less"):
        than = speaker.sentence(
            "than_campaign" if found.name else "than_period",
            campaign=_other(evaluation, speaker) if found.name else "",
            than=speaker.than(found.ratio.estimate),
        )
        return speaker.sentence("vs_sure", than=than, change=sentence_case(change), **told)
    if found.verdict == "same":
        return speaker.sentence("vs_same", **told)
    name = "vs_never" if found.more_posts is None else "vs_more" if found.more_posts else "vs_enough"
    more = speaker.sentence(name, more=speaker.number(found.more_posts), **power(speaker))
    return speaker.sentence("vs_unclear", more=more, **told)
