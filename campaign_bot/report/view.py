"""What every format shows, as plain sections of words and tables in one language: HTML and Markdown only dress it."""

from __future__ import annotations

from dataclasses import dataclass, field

from campaign_bot.evaluate import Evaluation, Group, PostFigures, Rate
from campaign_bot.library.files import Objective, Text
from campaign_bot.report.words import Speaker

NETWORKS = {"x": "X", "mastodon": "Mastodon", "bluesky": "Bluesky"}
#: By what the tables group.
KINDS = ("network", "language", "series", "priority")
LANGUAGES = {"en": {"en": "English", "fr": "anglais"}, "fr": {"en": "French", "fr": "français"}}


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, the names of the columns, and rows whose first cell names the row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    words: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    posts: tuple[tuple[str, str, str, str, str], ...] = field(default=())  # (name, rate, text, language, url)


def sections(evaluation: Evaluation, speaker: Speaker) -> list[Section]:
    word = speaker.word
    groups = evaluation.groups
    found = [
        Section("summary", word("summary"), tuple(_summary(evaluation, speaker))),
        Section("objectives", word("objectives"), *_objectives(evaluation, speaker)),
        Section(
            "outputs",
            word("outputs"),
            tables=(*(_outputs(name, groups[name], speaker) for name in KINDS), _weeks(evaluation, speaker)),
        ),
        Section(
            "outtakes",
            word("outtakes"),
            (speaker.sentence("chance"),),
            (*(_outtakes(name, groups[name], speaker) for name in KINDS), _growth(evaluation, speaker)),
        ),
    ]
    for name, posts in (("best", evaluation.best), ("worst", evaluation.worst)):
        if posts:
            found.append(Section(name, word(name), (word("few"),), posts=tuple(_post(one, speaker) for one in posts)))
    found.append(Section("outcomes", word("outcomes"), (word("not_measured"), word("outcomes_words"))))
    found.append(Section("methods", word("methods"), tuple(speaker.methods(speaker.age(evaluation.age)))))
    return found


def label(kind: str, group: Group, speaker: Speaker) -> str:
    """The group's name as people read it."""
    if kind == "network":
        return NETWORKS.get(group.key, group.key)
    if kind == "language":
        return LANGUAGES.get(group.key, {}).get(speaker.language, group.key)
    title: Text = group.title
    return title.get(speaker.language) or next(iter(title.values()), "") or group.key or speaker.word("none")


def _summary(evaluation: Evaluation, speaker: Speaker) -> list[str]:
    total, number = evaluation.total, speaker.number
    if not total.planned:
        return [speaker.word("nothing")]
    said = [
        speaker.sentence(
            "sent",
            sent=number(total.sent),
            planned=number(total.planned),
            failed=number(total.failed),
            missed=number(total.missed),
        )
    ]
    if evaluation.lateness_p50_s is not None:
        p50 = number(evaluation.lateness_p50_s, 1)
        said.append(speaker.sentence("late", late=number(evaluation.late), p50=p50))
    if evaluation.pairs is not None:
        pairs = evaluation.pairs
        said.append(speaker.sentence("pairs", n=number(pairs.numerator), of=number(pairs.denominator)))
    if total.engagements is None:
        return [*said, speaker.sentence("unread")]
    said.append(
        speaker.sentence(
            "engaged",
            age=speaker.age(evaluation.age),
            read=number(total.read),
            total=number(total.engagements),
            median=number(total.median, 1),
        )
    )
    return [*said, speaker.sentence("chance")]


def _objectives(evaluation: Evaluation, speaker: Speaker) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    goal = evaluation.campaign.goal.get(speaker.language, next(iter(evaluation.campaign.goal.values())))
    columns = tuple(speaker.word(name) for name in ("objectives", "target", "until", "measured"))
    rows = tuple(
        (
            one.text.get(speaker.language, one.id),
            speaker.number(one.target, 1),
            speaker.date(one.by),
            _measured(one, evaluation, speaker),
        )
        for one in evaluation.campaign.objectives
    )
    return (goal,), (Table(speaker.word("objectives"), columns, rows),) if rows else ()


def _measured(objective: Objective, evaluation: Evaluation, speaker: Speaker) -> str:
    known: dict[str, float | None] = {
        "complete_pairs_percent": evaluation.pairs.percent if evaluation.pairs else None,
        "poll_votes": evaluation.total.poll_votes,
        "engagements": evaluation.total.engagements,
        "sent": evaluation.total.sent,
    }
    value = known.get(objective.metric)
    return speaker.word("not_measured") if value is None else speaker.number(value, 1)


def _outputs(kind: str, groups: tuple[Group, ...], speaker: Speaker) -> Table:
    names = ("planned", "sent", "failed", "missed", "other")
    rows = tuple((label(kind, one, speaker), *(speaker.number(getattr(one, name)) for name in names)) for one in groups)
    title = f"{speaker.word('outputs')} – {speaker.word(kind).lower()}"
    return Table(title, (speaker.word(kind), *(speaker.word(name) for name in names)), rows)


def _outtakes(kind: str, groups: tuple[Group, ...], speaker: Speaker) -> Table:
    names = ("read", "engagements", "median", "er_followers", "er_impressions", "poll_votes")
    rows = tuple(
        (
            label(kind, one, speaker),
            speaker.number(one.read),
            speaker.number(one.engagements),
            speaker.number(one.median, 1),
            rate(one.by_followers, speaker),
            rate(one.by_impressions, speaker),
            speaker.number(one.poll_votes),
        )
        for one in groups
    )
    title = f"{speaker.word('outtakes')} – {speaker.word(kind).lower()}"
    return Table(title, (speaker.word(kind), *(speaker.word(name) for name in names)), rows)


def rate(found: Rate | None, speaker: Speaker) -> str:
    """2.31 (1,204 ÷ 52,080): the rate and what it was made of."""
    if found is None or found.percent is None:
        return speaker.word("not_told")
    return (
        f"{speaker.number(found.percent, 2)} ({speaker.number(found.numerator)} ÷ {speaker.number(found.denominator)})"
    )


def _weeks(evaluation: Evaluation, speaker: Speaker) -> Table:
    rows = tuple((week, speaker.number(sent), speaker.number(other)) for week, sent, other in evaluation.weeks)
    return Table(speaker.word("chart_weeks"), (speaker.word("week"), speaker.word("sent"), speaker.word("other")), rows)


def _growth(evaluation: Evaluation, speaker: Speaker) -> Table:
    ages = sorted({age for points in evaluation.growth.values() for age, _ in points})
    rows = tuple(
        (speaker.age(age), *(speaker.number(dict(points).get(age), 1) for points in evaluation.growth.values()))
        for age in ages
    )
    columns = (speaker.word("age"), *(NETWORKS.get(name, name) for name in evaluation.growth))
    return Table(speaker.word("chart_growth"), columns, rows)


def _post(one: PostFigures, speaker: Speaker) -> tuple[str, str, str, str, str]:
    result = one.result
    name = f"{result.post} · {result.account}"
    return (name, rate(one.by_followers, speaker), result.content.text, result.language, result.url)
