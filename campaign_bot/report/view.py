"""What every format shows, as plain sections of words and tables in one language: HTML and Markdown only dress it."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_bot.evaluate import Evaluation, Group, Judged
from campaign_bot.evaluate.ladder import FOLLOWING, Rung
from campaign_bot.evaluate.money import Cost, uncredited
from campaign_bot.evaluate.statistics import Interval
from campaign_bot.library.files import Text
from campaign_bot.library.metrics import OUTCOMES
from campaign_bot.report.labels import (
    counted,
    group_rate,
    label,
    language_label,
    level_label,
    local,
    network_label,
    of_draw,
    parts_words,
    rate_words,
    text_label,
)
from campaign_bot.report.learning import (
    comparison_words,
    experiment_heading,
    experiment_verdict,
    experiment_words,
    few_words,
    learning_words,
    units,
    verdict_words,
)
from campaign_bot.report.sections import Note, Section, Table
from campaign_bot.report.shown import shown
from campaign_bot.report.sidebyside import side_by_side
from campaign_bot.report.summary import summary
from campaign_bot.report.words import N, Speaker

#: By what the tables group.
KINDS = ("network", "language", "series", "priority")
#: The share of all engagement from which one delivery is worth a warning.
LARGE = 50.0


def sections(evaluation: Evaluation, speaker: Speaker) -> list[Section]:
    """The report from its summary to its methods: the stages of evaluation in their order."""
    word = speaker.word
    made = (_objectives, _inputs, _outputs, _outtakes, _outcomes, _impact, _learning)
    return [
        Section("summary", word("summary"), tuple(summary(evaluation, speaker))),
        *side_by_side(evaluation, speaker),
        *(one(evaluation, speaker) for one in made),
        Section("methods", word("methods"), tuple(speaker.methods(age=speaker.age(evaluation.age)))),
    ]


def _objectives(evaluation: Evaluation, speaker: Speaker) -> Section:
    goal = text_label(evaluation.campaign.goal, "", speaker)
    if not evaluation.objectives:
        return Section("objectives", speaker.word("objectives"), (goal, speaker.sentence("objectives_none")))
    names = ("objectives", "baseline", "target", "until", "measured", "verdict", "projection")
    rows = tuple(_objective(one, speaker) for one in evaluation.objectives)
    table = Table(speaker.word("cap_objectives"), tuple(speaker.word(name) for name in names), rows, (3, 5, 6))
    words, today = [goal], local(evaluation.now, evaluation)
    if evaluation.since or evaluation.until:
        words.append(speaker.sentence("objectives_whole", now=speaker.date(today)))
    if any(one.by < today.date() for one in evaluation.campaign.objectives):
        words.append(speaker.sentence("objectives_then"))
    return Section("objectives", speaker.word("objectives"), tuple(words), (table,))


def _objective(one: Judged, speaker: Speaker) -> tuple[str, ...]:
    objective = one.objective

    def amount(value: float | None, unknown: str = "not_measured_short") -> str:
        """In the metric's own unit."""
        if value is None:
            return speaker.word(unknown)
        return speaker.percent(value, 1) if objective.metric.endswith("_percent") else speaker.rounded(value)

    projection = "–"
    if one.projection is not None:
        ends = (one.projection.low, one.projection.high)
        projection = f"{amount(one.projection.estimate)} ({'–'.join(map(amount, ends))})"
    if one.unprojected:
        projection = speaker.word(one.unprojected)
    if one.likely is not None:
        projection += "; " + speaker.sentence("likely", share=speaker.percent(100 * one.likely))
    value = amount(one.value)
    if one.rate is not None:
        parts, read = parts_words(one.rate, speaker), speaker.number(one.rate.posts)
        named = "value_of_read" if one.age is not None else "value_of"
        value = speaker.sentence(named, value=value, parts=parts, read=read)
    if one.age is not None:  # a rate of engagement is of deliveries at one age
        value = speaker.sentence("at_value", value=value, at=speaker.sentence("at_age", age=speaker.age(one.age)))
    text = text_label(objective.text, objective.id, speaker)
    if audience := objective.audience.get(speaker.language):
        text = speaker.sentence("for_audience", text=text.removesuffix("."), audience=audience)
    return (
        text, amount(objective.baseline, "no_baseline"), amount(objective.target), speaker.date(objective.by),
        value, speaker.word(one.verdict), projection,
    )  # fmt: skip


def _inputs(evaluation: Evaluation, speaker: Speaker) -> Section:
    spent = evaluation.costs[-1].usd if evaluation.costs else None
    unknown = speaker.word("not_measured_short")
    rows = (
        (speaker.word("posts_written"), speaker.number(evaluation.posts_written)),
        (speaker.word("approvals"), _or(unknown, evaluation.approvals, speaker)),
        (speaker.word("staff_hours"), _or(unknown, evaluation.campaign.staff_hours, speaker)),
        (speaker.word("spent_all"), unknown if spent is None else speaker.money(spent)),
    )
    table = Table(speaker.word("cap_inputs"), (speaker.word("what"), speaker.word("number")), rows)
    return Section("inputs", speaker.word("inputs"), tables=(table,))


def _or(unknown: str, value: float | None, speaker: Speaker) -> str:
    return unknown if value is None else speaker.number(value, 1)


def _outputs(evaluation: Evaluation, speaker: Speaker) -> Section:
    number, words = speaker.number, list[str]()
    if evaluation.lateness_p50_s is not None:
        p50, p99 = number(evaluation.lateness_p50_s, 1), number(evaluation.lateness_p99_s, 1)
        sent = number(evaluation.total.sent)
        words.append(speaker.sentence("late", late=number(evaluation.late), sent=sent, p50=p50, p99=p99))
    for name, rate in (("pairs", evaluation.pairs), ("alt", evaluation.alt_share)):
        if rate is not None:
            share = speaker.percent(rate.percent, 1)
            words.append(speaker.sentence(name, n=number(rate.numerator), of=number(rate.denominator), share=share))
            if evaluation.drawn is not None:
                words[-1] += f" {of_draw(evaluation, speaker)}"
    tables = tuple(_sent_table(name, evaluation, speaker) for name in _kinds(evaluation))
    weeks = tuple((speaker.week(week), number(sent), number(other)) for week, sent, other in evaluation.weeks)
    columns = tuple(speaker.word(name) for name in ("week", "sent", "not_sent"))
    if weeks:
        tables = (*tables, Table(speaker.word("chart_weeks"), columns, weeks, id="weeks", short=True))
    return _measured("outputs", words, tables, speaker)


def _kinds(evaluation: Evaluation) -> list[str]:
    """By what the deliveries can be told apart: not by priority where none has one."""
    return [kind for kind in KINDS if any(one.key for one in evaluation.groups[kind])]


def _rows(kind: str, evaluation: Evaluation, speaker: Speaker) -> list[tuple[str, Group]]:
    """The groups of a kind by their names; the networks, which come first, end with all deliveries together."""
    named = [(label(kind, one, speaker), one) for one in evaluation.groups[kind]]
    return [*named, (speaker.word("total"), evaluation.total)] if kind == KINDS[0] and len(named) > 1 else named


def _sent_table(kind: str, evaluation: Evaluation, speaker: Speaker) -> Table:
    names = ("planned", "sent", "failed", "missed", "other")
    rows = tuple(
        (named, *(speaker.number(getattr(one, name)) for name in names))
        for named, one in _rows(kind, evaluation, speaker)
    )
    title = speaker.sentence("cap_outputs", kind=speaker.word(kind).lower())
    return Table(title, (speaker.word(kind), *(speaker.word(name) for name in names)), rows, short=True)


def _measured(id: str, words: Sequence[str], tables: tuple[Table, ...], speaker: Speaker) -> Section:  # noqa: A002
    """A stage; an empty one says that it was not measured."""
    return Section(id, speaker.word(id), tuple(words) if words or tables else (speaker.word("not_measured"),), tables)


def _outtakes(evaluation: Evaluation, speaker: Speaker) -> Section:
    number, total, words = speaker.number, evaluation.total, list[str]()
    unread = total.median is None and all(rung.number is None for rung in evaluation.ladder.rungs)
    if unread and evaluation.ladder.followers is None:
        return Section("outtakes", speaker.word("outtakes"), (speaker.word("not_measured"), speaker.sentence("unread")))
    if total.young:
        words.append(speaker.sentence("young", number=number(total.young), age=speaker.age(evaluation.age)))
    largest = evaluation.largest_share
    if largest is not None and (largest.percent or 0) >= LARGE and largest.posts > 1:
        words.append(speaker.sentence("largest", share=speaker.percent(largest.percent)))
    if evaluation.ladder.followers is not None:
        first, last = map(number, evaluation.ladder.followers)
        words.append(speaker.sentence("followers", first=first, last=last))
    if evaluation.since or evaluation.until:
        words.append(speaker.sentence("in_period"))
    words += _doubts(evaluation, speaker)
    if unread:  # but who follows is known
        words.append(speaker.sentence("unread"))
    elif evaluation.age is None:  # outcomes or late counts are known all the same, and the ladder tells them
        words.append(speaker.sentence("no_age"))
    kinds = _kinds(evaluation) if evaluation.age is not None else ()
    tables = (
        *(_engaged_table(name, evaluation, speaker) for name in kinds),
        *_growth(evaluation, speaker),
        _ladder(evaluation, speaker),
        *_benchmarks(evaluation, speaker),
        *_outside(evaluation, speaker),
    )  # fmt: skip
    return Section("outtakes", speaker.word("outtakes"), tuple(words), tables, tuple(shown(evaluation, speaker)))


def _doubts(evaluation: Evaluation, speaker: Speaker) -> list[str]:
    found = [
        speaker.sentence(f"doubt_{name}", number=speaker.number(value))
        for name in ("fell", "jumped", "negative", "gone")
        if (value := getattr(evaluation.doubts, name))
    ]
    if evaluation.drawn is not None:
        planned, drawn = speaker.number(evaluation.total.planned), speaker.number(evaluation.drawn)
        found.append(speaker.sentence("drawn", planned=planned, drawn=drawn))
    return found


def _engaged_table(kind: str, evaluation: Evaluation, speaker: Speaker) -> Table:
    names = ("read", "engagements", "median", "er_followers", "er_impressions", "poll_votes")
    rows = tuple(
        (
            named, speaker.number(one.read), counted(one, one.engagements, speaker), counted(one, one.median, speaker),
            group_rate(one, "followers", speaker), group_rate(one, "impressions", speaker),
            speaker.word("no_polls") if one.poll_votes is None and not one.polls else speaker.number(one.poll_votes),
        )
        for named, one in _rows(kind, evaluation, speaker)
    )  # fmt: skip
    title = speaker.sentence("cap_outtakes", kind=speaker.word(kind).lower(), age=speaker.age(evaluation.age))
    return Table(title, (speaker.word(kind), *(speaker.word(name) for name in names)), rows)


def _growth(evaluation: Evaluation, speaker: Speaker) -> tuple[Table, ...]:
    ages = sorted({age for points in evaluation.growth.values() for age, _ in points})
    rows = tuple(
        (speaker.age(age), *(speaker.number(dict(points).get(age), 1) for points in evaluation.growth.values()))
        for age in ages
    )
    columns = (speaker.word("age"), *map(network_label, evaluation.growth))
    return (Table(speaker.word("chart_growth"), columns, rows, id="growth", short=True),) if rows else ()


def _ladder(evaluation: Evaluation, speaker: Speaker) -> Table:
    """From exposed to co-creating; who tells nothing has not been measured."""
    unknown = speaker.word("not_measured_short")
    rows = tuple(
        (
            f"{speaker.word(rung.name)} – {speaker.word('signs_' + rung.name)}",
            _signs(rung, unknown, speaker),
            "–" if rung.step is None and not rung.empty else rate_words(rung.step, speaker, none="none_below"),
        )
        for rung in evaluation.ladder.rungs
    )
    return Table(speaker.word("cap_ladder"), tuple(map(speaker.word, ("rung", "number", "step"))), rows, id="ladder")


def _signs(rung: Rung, unknown: str, speaker: Speaker) -> str:
    number = unknown if rung.number is None else speaker.number(rung.number)
    if rung.name != FOLLOWING:
        return number
    return speaker.sentence("aware_change", likes=number, change=speaker.signed(rung.change))


def _benchmarks(evaluation: Evaluation, speaker: Speaker) -> tuple[Table, ...]:
    rows = tuple(
        (
            f"{network_label(one.network)}, {language_label(one.language, speaker)}, {speaker.word('format_' + one.format)}",
            speaker.number(one.posts), speaker.number(one.median, 1),
            rate_words(one.by_followers, speaker, none="no_followers" if one.nobody else "untold", of=one.posts),
        )
        for one in evaluation.benchmarks
    )  # fmt: skip
    columns = tuple(map(speaker.word, ("format", "read", "median", "er_followers")))
    title = f"{speaker.word('cap_benchmarks')}, {speaker.sentence('at_age', age=speaker.age(evaluation.age))}"
    if evaluation.since or evaluation.until:
        title = speaker.sentence("benchmarks_period", title=title)
    return (Table(title, columns, rows),) if rows else ()


def _outside(evaluation: Evaluation, speaker: Speaker) -> tuple[Table, ...]:
    rows: list[tuple[str, ...]] = []
    for one in evaluation.outside:
        file = one.file
        where = [network_label(file.network)] if file.network else []
        where += [language_label(file.language, speaker)] if file.language else []
        kind = ", ".join((speaker.word(file.metric), *where))
        ours = speaker.sentence("outside_other") if not one.same_age else speaker.number(one.ours, 2)
        if one.ours is not None:
            ours = speaker.sentence("outside_ours", value=ours, read=speaker.number(one.read))
        source = ", ".join(filter(None, (file.source.title, file.source.url, file.source.date)))
        rows.append((
            kind, speaker.number(file.value, 2), speaker.age(file.age), str(file.year), ours, f"{file.formula} – {source}",
        ))  # fmt: skip
    columns = tuple(map(speaker.word, ("outside", "value", "age", "year", "ours", "formula")))
    return (Table(speaker.word("cap_outside"), columns, tuple(rows), (5,)),) if rows else ()


def _outcomes(evaluation: Evaluation, speaker: Speaker) -> Section:
    words, tables = list[str](), list[Table]()
    if evaluation.outcomes:
        words_of = evaluation.campaign.outcomes
        rows = tuple(
            (_outcome(name, words_of.get(name, {}), speaker), speaker.number(count))
            for name, count in evaluation.outcomes.items()
        )
        columns = (speaker.word("what"), speaker.word("number"))
        tables.append(Table(speaker.word("cap_outcomes"), columns, rows))
        if (found := evaluation.ladder.participation_yield) is not None:
            number = speaker.rounded(1000 * found.numerator / found.denominator)
            words.append(speaker.sentence("yield", number=number, parts=parts_words(found, speaker)))
    else:
        part = evaluation.since or evaluation.until
        words += [speaker.word("not_measured"), speaker.word("outcomes_words_period" if part else "outcomes_words")]
    if evaluation.outcomes_before:
        starts, number = speaker.date(evaluation.campaign.starts), speaker.number(evaluation.outcomes_before)
        words.append(speaker.sentence("outcomes_before", starts=starts, number=number))
    if evaluation.costs:
        tables.append(_costs(evaluation, speaker))
        if number := uncredited(evaluation.costs):
            of = speaker.number(evaluation.costs[-1].participations)
            words.append(speaker.sentence("uncredited", number=speaker.number(number), of=of))
    return Section("outcomes", speaker.word("outcomes"), tuple(words), tuple(tables))


def _outcome(name: str, said: Text, speaker: Speaker) -> str:
    """In the campaign's own words, or ours; an outcome that has none is called as it was imported."""
    return said.get(speaker.language) or (speaker.word(name) if name in OUTCOMES else name.replace("_", " "))


def _costs(evaluation: Evaluation, speaker: Speaker) -> Table:
    names = ("network", "cost", "engagements", "per_1000", "per_participation")
    rows = tuple(
        (
            network_label(one.key) if one.key else speaker.word("total"), speaker.money(one.usd),
            speaker.number(one.engagements),
            speaker.word("no_engagements") if one.engagements == 0 else speaker.money(one.per_1000_engagements),
            _per_participation(one, speaker),
        )
        for one in evaluation.costs
    )  # fmt: skip
    return Table(speaker.word("cap_costs"), tuple(map(speaker.word, names)), rows)


def _per_participation(one: Cost, speaker: Speaker) -> str:
    if one.participations and one.per_participation is None:
        return speaker.word("uncredited")
    return speaker.word("no_participations") if one.participations == 0 else speaker.money(one.per_participation)


def _impact(evaluation: Evaluation, speaker: Speaker) -> Section:
    said = evaluation.campaign.impact.get(speaker.language, "")
    words = (
        (said, speaker.word("impact_words")) if said else (speaker.word("not_measured"), speaker.word("impact_words"))
    )
    return Section("impact", speaker.word("impact"), words)


def _between(ratio: Interval, speaker: Speaker) -> str:
    """Its two ends, neither of which a line's end takes apart."""
    return " – ".join(speaker.change(end).replace(" ", N) for end in (ratio.low, ratio.high))


def _learning(evaluation: Evaluation, speaker: Speaker) -> Section:
    names = ("comparison", "against", "difference", "interval", "verdict")
    rows = tuple(
        (
            level_label(one, speaker), units(one, speaker, said="units_short"),
            speaker.change(one.ratio.estimate), _between(one.ratio, speaker),
            verdict_words(one, evaluation.comparisons, speaker),
        )
        for one in evaluation.comparisons
        if one.ratio is not None
    )  # fmt: skip
    columns = tuple(map(speaker.word, names))
    tables = (Table(speaker.word("cap_comparisons"), columns, rows, (2, 3, 4), id="comparisons"),)
    notes = [
        Note(experiment_heading(one, speaker), tuple(experiment_words(one, speaker)), experiment_verdict(one, speaker))
        for one in evaluation.experiments
    ]
    every = evaluation.comparisons
    sure = tuple(comparison_words(one, every, speaker) for one in every if one.sure and one.same_as is None)
    if sure:
        notes.append(Note(speaker.word("differs"), sure))
    few = tuple(few_words(one, every, speaker) for one in every if one.ratio is None and one.verdict != "apart")
    if few:
        notes.append(Note(speaker.word("too_few"), few))
    words = tuple(learning_words(evaluation, speaker))
    return Section("learning", speaker.word("learning"), words, tables if rows else (), notes=tuple(notes))
