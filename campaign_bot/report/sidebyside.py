"""The section that holds a period or campaign against another one."""

from __future__ import annotations

from campaign_bot.evaluate import Evaluation, Rate
from campaign_bot.report.labels import last_day, local, parts_words, rate_words, sentence_case, text_label
from campaign_bot.report.learning import power
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
    rows.append((speaker.word("median"), *(speaker.number(one.total.median, 1) for one in both)))
    for name in ("by_followers", "by_impressions"):
        word = speaker.word(name.replace("by", "er"))
        rows.append((word, *(rate_words(getattr(one.total, name), speaker) for one in both)))
    rows += [
        (speaker.word("pairs_percent"), *(_share(one.pairs, speaker) for one in both)),
        (speaker.word("punctual_percent"), *(_share(one.punctual, speaker) for one in both)),
        (speaker.word("loops_percent"), *(_share(one.loops.closed, speaker) for one in both)),
    ]
    title = speaker.word("versus")
    words = (_words(evaluation, speaker), speaker.sentence("vs_note", age=speaker.age(evaluation.age)))
    return [
        Section(
            "versus", title, words, (Table(speaker.word("cap_versus"), (speaker.word("what"), *names), tuple(rows)),)
        )
    ]


def _other(evaluation: Evaluation, speaker: Speaker) -> str:
    """The other campaign by its title; by its directory too where both have one title."""
    found = evaluation.versus
    assert found is not None  # noqa: S101 - asked only then
    name = text_label(found.before.campaign.name, found.name, speaker)
    return f"{name} ({found.name})" if name == text_label(evaluation.campaign.name, "", speaker) else name


def _span(one: Evaluation, speaker: Speaker) -> str:
    begin = speaker.date(local(one.since, one)) if one.since else speaker.word("start")
    end = speaker.date(last_day(one.until, one)) if one.until else speaker.word("end")
    return speaker.sentence("span", begin=begin, end=end)


def _share(rate: Rate | None, speaker: Speaker) -> str:
    if rate is None:
        return speaker.word("not_told")
    share = speaker.percent(rate.percent, 1)
    return f"{share} ({parts_words(rate, speaker)})"


def _words(evaluation: Evaluation, speaker: Speaker) -> str:
    found = evaluation.versus
    assert found is not None  # noqa: S101 - asked only then
    numbers = {"posts": speaker.number(found.posts), "others": speaker.number(found.others)}
    units = speaker.sentence("units", **numbers)
    if found.verdict == "unclear" and found.ratio is None:
        return speaker.sentence("vs_tied", units=units)
    if found.ratio is None:
        return speaker.sentence("vs_few", more=speaker.number(found.more_posts), units=units)
    metric = speaker.sentence("metric_followers" if found.name else "metric_usual")
    change, low, high = (speaker.change(value) for value in (found.ratio.estimate, found.ratio.low, found.ratio.high))
    told = {"metric": metric, "low": low, "high": high, "units": units}
    if found.verdict in ("more", "less"):
        than = speaker.sentence(
            "than_campaign" if found.name else "than_period", campaign=_other(evaluation, speaker) if found.name else ""
        )
        return speaker.sentence("vs_sure", than=than, change=sentence_case(change), **told)
    if found.verdict == "same":
        return speaker.sentence("vs_same", **told)
    name = "vs_never" if found.more_posts is None else "vs_more" if found.more_posts else "vs_enough"
    more = speaker.sentence(name, more=speaker.number(found.more_posts), **power(speaker))
    return speaker.sentence("vs_unclear", more=more, **told)
