"""The deliveries with the highest and the lowest engagement rates, by the names that people gave."""

from __future__ import annotations

from campaign_bot.evaluate import Evaluation, PostFigures
from campaign_bot.evaluate.extremes import MOST, Extremes
from campaign_bot.report.labels import local, network_label, rate_words, said_in, series_label
from campaign_bot.report.sections import Card, Cards
from campaign_bot.report.words import Speaker


def shown(evaluation: Evaluation, speaker: Speaker) -> list[Cards]:
    """What is shown, and why there are not three of each."""
    found = evaluation.extremes
    if not found.ranked:
        return []
    if found.all_level:
        words = (speaker.sentence("shown_all_level", of=speaker.number(found.ranked)),)
        return [Cards(speaker.word("best"), words, ())]
    made: list[Cards] = []
    for name, why, posts, level in (
        ("best", _why_few(found, speaker), found.best, found.level_best),
        ("worst", _why_none(found, speaker), found.worst, found.level_worst),
    ):
        words = [*why, speaker.word("few")] if posts else why
        if level:
            words.append(speaker.sentence("shown_level", more=speaker.number(level)))
        if posts and evaluation.simulated and not any(one.cards for one in made):
            words.append(speaker.sentence("shown_no_links"))
        if words:
            cards = tuple(_card(one, evaluation, speaker) for one in posts)
            made.append(Cards(speaker.word(name), tuple(words), cards))
    return made


def _why_few(found: Extremes, speaker: Speaker) -> list[str]:
    """Who had no engagement is no best one."""
    some, of = found.ranked - found.without, speaker.number(found.ranked)
    if not some:
        return [speaker.sentence("shown_none", of=of)]
    if found.without and some <= MOST:
        return [speaker.sentence("shown_fewer", some=speaker.number(some), of=of)]
    return []


def _why_none(found: Extremes, speaker: Speaker) -> list[str]:
    """Of many without any engagement none is singled out."""
    if found.ranked > found.without > MOST:
        without, of = speaker.number(found.without), speaker.number(found.ranked)
        return [speaker.sentence("shown_many_without", without=without, of=of)]
    return []


def _card(one: PostFigures, evaluation: Evaluation, speaker: Speaker) -> Card:
    """By the names that people gave; where nobody can open it there is no link."""
    result = one.result
    rate = speaker.labelled(speaker.word("er_followers"), rate_words(one.by_followers, speaker, none="untold"))
    rate += f", {speaker.sentence('at_age', age=speaker.age(evaluation.age))}"
    title = next((group.title for group in evaluation.groups["series"] if group.key == result.series), {})
    name = speaker.sentence(
        "shown_name", series=series_label(result.series, title, speaker),
        day=speaker.date(local(result.due, evaluation)), network=network_label(result.network),
    )  # fmt: skip
    url = "" if evaluation.simulated else result.url
    return Card(name, rate, one.text, result.language, url, said_in(result.language, speaker))
