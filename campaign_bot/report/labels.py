"""How groups, factors and rates are called in a language."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from campaign_bot.evaluate import Evaluation, Group, Rate
from campaign_bot.evaluate.comparisons import WEEKDAYS, Comparison
from campaign_bot.library.files import Text
from campaign_bot.model import QUEUE
from campaign_bot.report.words import N, Speaker

NETWORKS = {"x": "X", "mastodon": "Mastodon", "bluesky": "Bluesky"}


def network_label(name: str) -> str:
    return NETWORKS.get(name, name)


def text_label(text: Text, key: str, speaker: Speaker) -> str:
    """In the report's language; else in another one, and said so; else the key."""
    if own := text.get(speaker.language):
        return own
    other = next(((language, said) for language, said in text.items() if said), None)
    if other is None:
        return key or speaker.word("none")
    return f"{other[1]} {said_in(other[0], speaker)}"


def said_in(language: str, speaker: Speaker) -> str:
    """“(in French)”, of words that are not in the report's language; else nothing."""
    if language == speaker.language:
        return ""
    return speaker.sentence("said_in", language=language_label(language, speaker))


def sentence_case(text: str) -> str:
    """As the beginning of a line."""
    return text[:1].upper() + text[1:]


def language_label(code: str, speaker: Speaker) -> str:
    """As the report's language calls it; a code that is none stays one."""
    if code in ("en", "fr"):
        return speaker.word(f"lang_{code}")
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name("fr_CA" if speaker.language == "fr" else "en_CA")
    except (UnknownLocaleError, ValueError):
        return code
    return name or code


def label(kind: str, group: Group, speaker: Speaker) -> str:
    """The group's name as people read it."""
    if kind == "network":
        return network_label(group.key)
    if kind == "language":
        return sentence_case(language_label(group.key, speaker))
    if kind == "series":
        return series_label(group.key, group.title, speaker)
    return text_label(group.title, group.key, speaker)


def series_label(key: str, title: Text, speaker: Speaker) -> str:
    """A series by its title; posts that are in none have no title."""
    return speaker.word("no_series") if key == QUEUE else text_label(title, key, speaker)


def level_label(one: Comparison, speaker: Speaker) -> str:
    """The posts that a comparison is about, as the beginning of a line."""
    if one.factor == "network":
        return network_label(one.level)
    if one.factor == "language":
        return sentence_case(language_label(one.level, speaker))
    if one.factor in ("picture", "question", "length"):
        return speaker.word(f"{one.factor}_{one.level}")
    if one.factor == "weekday":
        return sentence_case(speaker.weekday(WEEKDAYS.index(one.level)))
    if one.factor == "hour":
        begin, _, end = one.level.partition("-")
        return f"{int(begin)}{N}h – {int(end)}{N}h" if speaker.language == "fr" else f"{begin}:00–{end}:00"
    if one.factor == "series":
        return f"{series_label(one.level, one.title, speaker)} ({speaker.word(one.factor).lower()})"
    return f"{text_label(one.title, one.level, speaker)} ({speaker.word(one.factor).lower()})"


def no_rate(group: Group, per: str) -> str:
    """The word for why a group has no rate per follower, or per impression: nothing was sent, nothing was counted, there
    was nobody to divide by, or nobody tells how many."""
    if group.read == 0:
        return "not_counted" if group.sent else "nothing_sent"
    return f"no_{per}" if getattr(group, f"without_{per}") == group.read else "untold"


def group_rate(group: Group, per: str, speaker: Speaker) -> str:
    """Its rate per `followers` or `impressions`, or why it has none."""
    return rate_words(getattr(group, f"by_{per}"), speaker, none=no_rate(group, per), of=group.read)


def counted(group: Group, value: float | None, speaker: Speaker) -> str:
    """A figure of what was counted; or why there is none."""
    if value is None and group.read == 0:
        return speaker.word("not_counted" if group.sent else "nothing_sent")
    return speaker.number(value, 1)


def rate_words(found: Rate | None, speaker: Speaker, *, none: str, of: int = 0) -> str:
    """2.31 (1,204 ÷ 52,080): the rate and what it was made of; or the word `none` for why there is not any. Where it is of
    fewer than the `of` deliveries that stand beside it, it says of how many."""
    if found is None or found.percent is None:
        return speaker.word(none)
    parts = parts_words(found, speaker)
    if found.posts < of:
        parts = speaker.sentence("parts_of", parts=parts, number=speaker.number(found.posts))
    return f"{speaker.rate(found.percent)} ({parts})"


def parts_words(found: Rate, speaker: Speaker) -> str:
    """1,204 ÷ 52,080, which no line's end takes apart."""
    return f"{speaker.number(found.numerator)}{N}÷{N}{speaker.number(found.denominator)}"


def of_draw(evaluation: Evaluation, speaker: Speaker) -> str:
    """Of how many deliveries the figures are, where they are a draw; else nothing."""
    if evaluation.drawn is None:
        return ""
    planned, drawn = speaker.number(evaluation.total.planned), speaker.number(evaluation.drawn)
    return speaker.sentence("of_draw", planned=planned, drawn=drawn)


def period(evaluation: Evaluation, speaker: Speaker) -> str:
    """What part of the campaign this is about; empty: all of it."""
    if evaluation.since is None and evaluation.until is None:
        return ""
    begin = speaker.date(local(evaluation.since, evaluation)) if evaluation.since else "…"
    end = speaker.date(last_day(evaluation.until, evaluation)) if evaluation.until else "…"
    return f"{speaker.word('period')}{speaker.colon} {begin} – {end}"


def last_day(until: datetime, evaluation: Evaluation) -> datetime:
    """The last day of a period that goes to before `until`: at midnight the day before is the last."""
    return local(until - timedelta(microseconds=1), evaluation)


def local(instant: datetime, evaluation: Evaluation) -> datetime:
    """As the campaign's own clock shows it."""
    return instant.astimezone(ZoneInfo(evaluation.campaign.timezone))
