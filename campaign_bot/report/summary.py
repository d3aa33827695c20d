"""The report's first five sentences, made from the figures and never stronger than they are."""

from __future__ import annotations

from collections import Counter

from campaign_bot.evaluate import Evaluation, Rate
from campaign_bot.evaluate.comparisons import TIMES
from campaign_bot.evaluate.ladder import PARTICIPATION
from campaign_bot.model import State
from campaign_bot.report.labels import level_label, no_rate, of_draw, parts_words
from campaign_bot.report.learning import also_words, counted_words, metric_words, than_words
from campaign_bot.report.words import Speaker

#: With a target that is reached in so few projections, "on the way" alone would promise too much.
UNLIKELY = 0.05


def summary(evaluation: Evaluation, speaker: Speaker) -> list[str]:
    """What went out; how people engaged; what differed; the objectives; whether people took part."""
    if not evaluation.total.planned:
        return [speaker.word("nothing_period" if evaluation.since or evaluation.until else "nothing")]
    return [
        _sent(evaluation, speaker), _engaged_drawn(evaluation, speaker), _differed(evaluation, speaker),
        _objectives(evaluation, speaker), _participated(evaluation, speaker),
    ]  # fmt: skip


def _sent(evaluation: Evaluation, speaker: Speaker) -> str:
    total = evaluation.total
    numbers = {name: speaker.number(getattr(total, name)) for name in ("planned", "failed", "missed")}
    if not total.retracted:
        return speaker.sentence("sent", sent=speaker.number(total.sent), **numbers)
    out, retracted = speaker.number(total.sent + total.retracted), speaker.number(total.retracted)
    return speaker.sentence("sent_retracted", out=out, retracted=retracted, **numbers)


def _engaged_drawn(evaluation: Evaluation, speaker: Speaker) -> str:
    """A draw's figures are no figures of all, and say so."""
    said = _engaged(evaluation, speaker)
    return f"{said} {of_draw(evaluation, speaker)}".rstrip() if evaluation.total.read else said


def _engaged(evaluation: Evaluation, speaker: Speaker) -> str:
    total = evaluation.total
    if total.median is None:
        read_otherwise = evaluation.age is None and any(rung.number is not None for rung in evaluation.ladder.rungs)
        return speaker.sentence("no_age" if read_otherwise else "unread")
    told = {
        "age": speaker.age(evaluation.age), "read": speaker.number(total.read),
        "rate": _rate(total.by_followers, no_rate(total, "followers"), total.read, speaker),
    }  # fmt: skip
    if total.read == 1:
        return speaker.sentence(
            "engaged_one", median=speaker.number(total.median, 1), age=told["age"], rate=told["rate"]
        )
    if total.engagements == 0:
        return speaker.sentence("engaged_nobody", age=told["age"], read=told["read"])
    if total.median < 1:  # half or more had none: "at least 0" would say nothing
        without = sum(one.engagements == 0 and one.result.state is State.SENT for one in evaluation.posts)
        return speaker.sentence("engaged_few", without=speaker.number(without), **told)
    return speaker.sentence("engaged", median=speaker.number(total.median, 1), **told)


def _rate(rate: Rate | None, none: str, read: int, speaker: Speaker) -> str:
    """With its numerator and its denominator; and of how many, where of some the followers are not known or there were none."""
    if rate is None or rate.percent is None:
        return speaker.sentence("engaged_no_followers" if none == "no_followers" else "engaged_no_rate")
    told = {"rate": speaker.rate(rate.percent), "parts": parts_words(rate, speaker)}
    if rate.posts < read:
        return speaker.sentence("engaged_rate_some", some=speaker.number(rate.posts), **told)
    return speaker.sentence("engaged_rate", **told)


def _differed(evaluation: Evaluation, speaker: Speaker) -> str:
    # What splits the same posts the same way is one test, and told once.
    tested = [one for one in evaluation.comparisons if one.p is not None and one.same_as is None]
    if not tested:
        return speaker.sentence("no_comparison")
    # Days and hours were not drawn by lot, so they are no advice; networks and languages have other people, so what an
    # author can choose comes first.
    found = [one for one in tested if one.sure and one.factor not in TIMES]
    sure = [one for one in found if one.factor not in ("network", "language")] or found
    if not sure:
        return speaker.sentence("no_difference_sure", number=speaker.number(len(tested)))
    best = min(sure, key=lambda one: (one.p or 0.0, one.factor, one.level))
    assert best.ratio is not None  # noqa: S101 - what is sure has one
    change, low, high = (speaker.change(value) for value in (best.ratio.estimate, best.ratio.low, best.ratio.high))
    # It is called the clearest of all only where it is.
    clearer = best.p is not None and any(one.p is not None and one.p < best.p for one in tested if one.sure)
    name = "clearest_untimed" if best.factor in ("network", "language") else "clearest_chosen"
    said = speaker.sentence(
        "strongest",
        which=speaker.sentence(name if clearer else "clearest", number=speaker.number(len(tested))),
        number=speaker.number(len(tested)), label=level_label(best, speaker), change=change, low=low, high=high,
        metric=metric_words(best, speaker), than=than_words(best, speaker), age=speaker.age(evaluation.age),
    )  # fmt: skip
    also = also_words(best, evaluation.comparisons, speaker)
    return " ".join(filter(None, (said, counted_words(best, speaker), also)))


def _objectives(evaluation: Evaluation, speaker: Speaker) -> str:
    if not evaluation.objectives:
        return speaker.sentence("objectives_none")
    number = Counter(one.verdict.replace(" ", "_") for one in evaluation.objectives)
    names = ("met", "on_the_way", "not_met", "not_measured")
    sentence = "objectives_judged_whole" if evaluation.since or evaluation.until else "objectives_judged"
    said = speaker.sentence(sentence, **{name: speaker.number(number[name]) for name in names})
    unlikely = sum(one.likely is not None and one.likely <= UNLIKELY for one in evaluation.objectives)
    if not unlikely:
        return said
    share = speaker.percent(100 * UNLIKELY)
    return f"{said} {speaker.sentence('objectives_unlikely', number=speaker.number(unlikely), share=share)}"


def _participated(evaluation: Evaluation, speaker: Speaker) -> str:
    found = [evaluation.outcomes[name] for name in PARTICIPATION if name in evaluation.outcomes]
    if not found:
        return speaker.sentence("participation_unknown")
    return speaker.sentence("participated", number=speaker.number(sum(found)))
