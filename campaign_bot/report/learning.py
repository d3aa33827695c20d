"""What was learned, in words: comparisons, experiments, and whether people got an answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

from campaign_bot.evaluate import Comparison, Evaluation
from campaign_bot.evaluate.comparisons import TIMES
from campaign_bot.evaluate.experiments import Arm, ExperimentResult
from campaign_bot.evaluate.sequential import FEWEST_BLOCKS
from campaign_bot.evaluate.statistics import MATTERS, POWER
from campaign_bot.report.labels import level_label, series_label, text_label
from campaign_bot.report.words import Speaker

#: A smaller difference of logarithms is none that was seen.
SEEN = 0.05
#: What an experiment can vary: wording and time.
CHOSEN = ("question", "length", "hour")


def power(speaker: Speaker) -> dict[str, str]:
    """The difference that posts are asked for, and how probably they find it."""
    return {"matters": speaker.percent(100 * (MATTERS - 1)), "power": speaker.percent(100 * POWER)}


def units(one: Comparison, speaker: Speaker, *, said: str = "units") -> str:
    """What is compared, and how many: posts against others, or the same posts on both sides."""
    name = "units_paired" if one.paired else said
    return speaker.sentence(name, posts=speaker.number(one.posts), others=speaker.number(one.others))


def kind_words(kinds: Sequence[str], speaker: Speaker) -> str:
    """likes, reposts, replies"""
    words = [speaker.word(name) for name in kinds]
    return ", ".join(word[:1].lower() + word[1:] for word in words)


def counted_words(one: Comparison, speaker: Speaker) -> str:
    """Beside a claim about networks or languages: what was counted. Else nothing."""
    return speaker.sentence("kinds", kinds=kind_words(one.counted, speaker)) if one.counted else ""


def also_words(one: Comparison, every: Sequence[Comparison], speaker: Speaker) -> str:
    """What else the same posts, or all the others, have in common. Else nothing."""
    found: list[str] = []
    for name, swapped in (("also", False), ("also_others", True)):
        same = [_within(each, speaker) for each in every if each.same_as == (one.factor, one.level)
                and each.swapped == swapped]  # fmt: skip
        if same:
            found.append(speaker.sentence(name, labels="; ".join(same)))
    return " ".join(found)


def _within(one: Comparison, speaker: Speaker) -> str:
    """The label of a comparison within a sentence: our own words in small letters, names as they are."""
    label = level_label(one, speaker)
    return label[:1].lower() + label[1:] if one.factor in ("picture", "question", "length") else label


def same_words(said: str, one: Comparison, every: Sequence[Comparison], speaker: Speaker) -> str:
    """What is said of a comparison, with the one whose posts it has, if it is the same test."""
    first = next((each for each in every if (each.factor, each.level) == one.same_as), None)
    if first is None:
        return said
    name = "others_of" if one.swapped else "same_as"
    return speaker.sentence(name, said=said, label=level_label(first, speaker))


def metric_words(one: Comparison, speaker: Speaker) -> str:
    """Networks and languages have other followers, so theirs is per follower."""
    return speaker.sentence("metric_followers" if one.factor in ("network", "language") else "metric_usual")


def than_words(one: Comparison, speaker: Speaker) -> str:
    """What it is held against: other posts; or, paired, the same posts on other networks or in other languages."""
    assert one.ratio is not None  # noqa: S101 - what is sure has one
    name = one.factor if one.paired else "posts"
    return speaker.sentence(f"than_{name}", than=speaker.than(one.ratio.estimate))


def verdict_words(one: Comparison, every: Sequence[Comparison], speaker: Speaker) -> str:
    """What a comparison of enough posts comes to, in a few words."""
    return same_words(_verdict(one, speaker), one, every, speaker)


def _verdict(one: Comparison, speaker: Speaker) -> str:
    if one.verdict != "unclear":
        return speaker.word(f"sure_{one.verdict}")
    if not one.more_posts:
        return speaker.sentence("tell_never" if one.more_posts is None else "tell_enough", **power(speaker))
    return speaker.sentence("tell_unclear", more=speaker.number(one.more_posts), **power(speaker))


def few_words(one: Comparison, every: Sequence[Comparison], speaker: Speaker) -> str:
    """A comparison of too few posts: how many there are, and how many more it takes at least; or of too many alike, or of some
    that are nowhere together."""
    return same_words(_few(one, speaker), one, every, speaker)


def _few(one: Comparison, speaker: Speaker) -> str:
    if one.verdict == "unclear":
        told = units(one, speaker, said="units_few")
        return speaker.sentence("tell_tied", label=level_label(one, speaker), units=told)
    if one.verdict == "elsewhere":
        name = f"tell_elsewhere_{one.factor}" if one.factor in ("network", "language") else "tell_elsewhere"
        return speaker.sentence(name, label=level_label(one, speaker), units=units(one, speaker, said="units_few"))
    numbers = {"units": units(one, speaker, said="units_few"), "more": speaker.number(one.more_posts)}
    return speaker.sentence("tell_few", label=level_label(one, speaker), **numbers)


def comparison_words(one: Comparison, every: Sequence[Comparison], speaker: Speaker) -> str:
    """A sure comparison as a sentence that a manager can read."""
    assert one.ratio is not None  # noqa: S101 - what is sure has one
    change, low, high = (speaker.change(value) for value in (one.ratio.estimate, one.ratio.low, one.ratio.high))
    said = speaker.sentence(
        "cmp_sure", label=level_label(one, speaker), change=change, metric=metric_words(one, speaker), low=low,
        high=high, than=than_words(one, speaker), units=units(one, speaker),
    )  # fmt: skip
    return " ".join(filter(None, (said, counted_words(one, speaker), also_words(one, every, speaker))))


def learning_words(evaluation: Evaluation, speaker: Speaker) -> list[str]:
    """What holds for all comparisons, and whether people got an answer."""
    found: list[str] = []
    levels = [one.confidence for one in evaluation.comparisons if one.confidence is not None]
    if levels:
        tested = speaker.number(sum(one.p is not None and one.same_as is None for one in evaluation.comparisons))
        least, age = speaker.percent(100 * min(levels), 2), speaker.age(evaluation.age)
        found.append(speaker.sentence("chance", number=tested, age=age, least=least))
    else:
        found.append(speaker.sentence("no_comparison"))
    found += _kinds(evaluation, speaker)
    if any(one.verdict == "unclear" or one.paired for one in evaluation.comparisons):
        found.append(speaker.sentence("power", **power(speaker)))
    if any(one.factor in TIMES and one.ratio for one in evaluation.comparisons):
        found.append(speaker.sentence("times_note"))
    found += _loops(evaluation, speaker)
    if (test := _next_test(evaluation)) is not None and test.ratio is not None:
        change = speaker.change(test.ratio.estimate)
        label = level_label(test, speaker)
        found.append(speaker.sentence("next_test", label=label[:1].lower() + label[1:], change=change))
    decisions = evaluation.campaign.decisions.get(speaker.language, "")
    found.append(
        speaker.sentence("decisions", decisions=decisions) if decisions else speaker.sentence("decisions_none")
    )
    return found


def _loops(evaluation: Evaluation, speaker: Speaker) -> list[str]:
    """Whether people got an answer; and how many of what asked them were polls, and how many calls without one."""
    loops, number = evaluation.loops, speaker.number
    asked = loops.open if loops.closed is None else loops.due
    parts = speaker.sentence("loops_parts", polls=number(asked.polls), calls=number(asked.calls))
    told = {"open": number(loops.still_open), "parts": parts}
    if loops.closed is not None:
        n, of = number(loops.closed.numerator), number(loops.closed.denominator)
        found = [speaker.sentence("loops", n=n, of=of, **told)]
    else:
        found = [speaker.sentence("loops_open" if loops.still_open else "loops_none", **told)]
    if loops.no_result:
        titles = {group.key: group.title for group in evaluation.groups["series"]}
        series = ", ".join(series_label(name, titles.get(name, {}), speaker) for name, _ in loops.no_result)
        posts = number(sum(posts for _, posts in loops.no_result))
        found.append(speaker.sentence("loops_no_result", number=posts, series=series))
    return found


def _kinds(evaluation: Evaluation, speaker: Speaker) -> list[str]:
    """What networks, and languages, are compared by; or that they are not."""
    found: list[str] = []
    for factor in ("network", "language"):
        first = next((one for one in evaluation.comparisons if one.factor == factor), None)
        if first is not None:
            kinds, left_out = kind_words(first.counted, speaker), speaker.number(first.left_out)
            name = "apart" if first.verdict == "apart" else "kinds"
            found.append(speaker.sentence(f"{name}_{factor}", kinds=kinds, left_out=left_out))
    return found


def _next_test(evaluation: Evaluation) -> Comparison | None:
    """Of what whoever posts can choose and is not sure: what would be found out with the fewest posts."""
    open_ones = [
        one
        for one in evaluation.comparisons
        if one.factor in CHOSEN and one.more_posts and one.ratio and abs(math.log(one.ratio.estimate)) > SEEN
    ]
    return min(open_ones, key=lambda one: (one.more_posts or 0, one.factor), default=None)


def experiment_words(one: ExperimentResult, speaker: Speaker) -> list[str]:
    """What an experiment found, variant by variant; then how far to trust it, and how it began and ended."""
    if one.declared is None:
        return [speaker.sentence("exp_undeclared")]
    found: list[str] = []
    if one.changed:
        found.append(speaker.sentence("exp_gone" if one.gone else "exp_altered" if one.ended else "exp_changed"))
    found += [_arm(one, arm, speaker) for arm in one.arms[1:]]
    if any(arm.posts for arm in one.arms):
        found.append(_medians(one, speaker))
    if left_out := sum(arm.left_out for arm in one.arms):
        arms = _by_variant({arm.variant: arm.left_out for arm in one.arms}, speaker)
        found.append(speaker.sentence("exp_left_out", number=speaker.number(left_out), arms=arms))
    found += _doubts(one, speaker)
    if one.ended is not None:
        blocks, most = speaker.count(one.blocks, "block"), speaker.number(one.most_blocks)
        day = speaker.date(one.ended.at)
        found.append(speaker.sentence("exp_ended", day=day, blocks=blocks, most=most))
        if one.ended.reason:  # else it was forgotten, as names of staff are
            found.append(speaker.sentence("exp_reason", reason=one.ended.reason))
    day, sha = speaker.date(one.declared.at), one.declared.sha256[:12]
    return [*found, speaker.sentence("exp_declared", day=day, sha=sha)]


def _doubts(one: ExperimentResult, speaker: Speaker) -> list[str]:
    """What is still to come, and what is left out."""
    found: list[str] = []
    if one.waiting:
        name = "exp_waiting_ended" if one.ended else "exp_waiting"
        found.append(speaker.sentence(name, number=speaker.number(one.waiting)))
    if one.verdict == "undecided":
        found.append(speaker.sentence("exp_stopped" if one.blocks >= one.most_blocks else "exp_stopped_early"))
    if one.cut:
        some = f" {speaker.sentence('exp_cut_some')}" if one.cut > 1 else ""
        found.append(speaker.sentence("exp_cut", blocks=speaker.count(one.cut, "block")) + some)
    if one.dropped:
        arms = _by_variant({arm.variant: arm.dropped for arm in one.arms}, speaker)
        found.append(speaker.sentence("exp_dropped", number=speaker.number(one.dropped), arms=arms))
    return found


def _by_variant(numbers: Mapping[str, int], speaker: Speaker) -> str:
    return ", ".join(
        speaker.sentence("exp_without", variant=variant, number=speaker.number(number))
        for variant, number in numbers.items()
    )


def experiment_verdict(one: ExperimentResult, speaker: Speaker) -> str:
    """Its verdict in words, with who won, or lost."""
    if one.verdict not in ("won", "lost"):
        return speaker.word(one.verdict)
    names = [speaker.sentence("exp_variant", variant=arm.variant) for arm in one.arms if arm.verdict == one.verdict]
    number = "one" if len(names) == 1 else "some"
    return speaker.sentence(f"exp_{number}_{one.verdict}", variants=speaker.listed(names))


def experiment_heading(one: ExperimentResult, speaker: Speaker) -> str:
    return speaker.sentence("exp_heading", question=experiment_title(one, speaker))


def experiment_title(one: ExperimentResult, speaker: Speaker) -> str:
    return text_label(one.question, one.id, speaker)


def _medians(one: ExperimentResult, speaker: Speaker) -> str:
    arms = "; ".join(
        speaker.sentence(
            "exp_one_arm", variant=arm.variant, median=speaker.number(arm.median, 1), number=speaker.number(arm.posts)
        )
        for arm in one.arms
    )
    what, age = kind_words([one.metric], speaker), speaker.age(timedelta(hours=one.age_hours))
    return speaker.sentence("exp_arms", what=what, age=age, arms=arms)


def _arm(one: ExperimentResult, arm: Arm, speaker: Speaker) -> str:
    names = {"variant": arm.variant, "control": one.arms[0].variant}
    blocks, most = speaker.count(one.blocks, "block"), speaker.number(one.most_blocks)
    if arm.ratio is None or one.blocks < FEWEST_BLOCKS:
        name = "exp_ended_early" if one.stopped else "exp_early"
        return speaker.sentence(name, blocks=blocks, most=most, fewest=speaker.number(FEWEST_BLOCKS), **names)
    change, low, high = (speaker.change(value) for value in (arm.ratio.estimate, arm.ratio.low, arm.ratio.high))
    if arm.verdict in ("won", "lost"):
        metric = speaker.sentence(f"metric_{one.metric}")
        return speaker.sentence(
            f"exp_{arm.verdict}", change=change, metric=metric, low=low, high=high, blocks=blocks,
            than=speaker.than(arm.ratio.estimate), **names,
        )  # fmt: skip
    if arm.verdict == "no difference":
        smallest = speaker.percent(one.smallest_effect)
        return speaker.sentence("exp_same", smallest=smallest, low=low, high=high, blocks=blocks, **names)
    name = "exp_open" if not one.stopped else "exp_undecided" if one.blocks >= one.most_blocks else "exp_ended_open"
    return speaker.sentence(name, low=low, high=high, blocks=blocks, most=most, **names)
