"""What an experiment found so far: won, lost, no difference or not yet, with an interval that stays valid while one looks.

The unit is the block: each of its accounts had every variant once, dealt by lot (`library.lots`). A block's difference is the
mean, over its accounts, of log(1 + engagements) with a variant minus with the first one; a block counts when each of
its deliveries is old enough.

Whoever ends one has looked, and may: the interval holds after every number of whole blocks at once. A block that the end cut
does not count at all: which of its accounts had both variants by then would depend on what the lot gave them.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from statistics import fmean, median, stdev
from typing import Any

from pydantic import TypeAdapter

from campaign_bot.evaluate.ages import Known, at_age, believable, engagements
from campaign_bot.evaluate.ages import field as count_of
from campaign_bot.evaluate.sequential import interval
from campaign_bot.evaluate.statistics import Interval
from campaign_bot.library.files import ExperimentFile, Text
from campaign_bot.model import OPEN_STATES, Measured, State
from campaign_bot.values import replace

ALPHA = 0.05
#: As which a delivery was left by its experiment that had left by then, or may have. Empty: nobody has ended it.
_ON_THE_WAY = ("", State.SENDING, State.UNCONFIRMED, State.SENT, State.RETRACTED)


@dataclass(frozen=True, slots=True)
class Declared:
    """What the record holds of an experiment: the hash of all that was written before the start, and when."""

    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant against the first. `ratio`: 1.3 is 30 % more. None: too few blocks yet. `posts` and `median` are of the
    deliveries that the ratio is of, and of no others."""

    variant: str
    posts: int
    median: float | None
    ratio: Interval | None
    verdict: str  # won, lost, no difference, not yet, or with all in undecided; "control" for the first
    dropped: int = 0  # its deliveries whose counts will not be known
    left_out: int = 0  # whose counts are known, and whose block is cut, not whole (yet), or beyond the last one


@dataclass(frozen=True, slots=True)
class End:
    """That a person ended it: when, and why."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ExperimentResult:
    id: str
    question: Text
    metric: str
    age_hours: float
    smallest_effect: float  # percent
    most_blocks: int
    declared: Declared | None  # None: it has not begun
    changed: bool  # what the files say now is not what was declared
    gone: bool  # its file is no longer there, so that the record says what it was
    blocks: int  # that count
    waiting: int  # deliveries that are not old enough, or not sent yet
    arms: tuple[Arm, ...]
    ended: End | None = None
    cut: int = 0  # blocks of which a part was sent and the rest is no part of it any more; they do not count

    @property
    def dropped(self) -> int:
        """Deliveries whose counts will not be known."""
        return sum(arm.dropped for arm in self.arms)

    @property
    def verdict(self) -> str:
        """Of the whole: a winner if there is one; lost if every variant lost; nothing if the rules changed meanwhile."""
        if self.changed:
            return "void"
        found = [arm.verdict for arm in self.arms[1:]]
        for word in ("won", "not yet", "undecided", "no difference"):
            if word in found:
                return word
        return "lost" if found else "not yet"

    @property
    def stopped(self) -> bool:
        """All blocks that were planned are in, or it was ended and nothing of it waits: what is not decided now stays
        undecided."""
        return self.blocks >= self.most_blocks or (self.ended is not None and not self.waiting)


def experiment_result(
    id: str,  # noqa: A002
    file: ExperimentFile,
    measured: Sequence[Measured],
    *,
    declared: Declared | None,
    changed: bool,
    now: datetime,
    ended: End | None = None,
) -> ExperimentResult:
    """`file`: what was declared, from the files or from the record. Of one that `ended` only what had left by then counts."""
    hours, variants = file.age.total_seconds() / 3600, list(file.variants)
    found = _trials([one for one in measured if one.experiment == id and one.variant in variants], file, hours, now)
    # In the order of the blocks: the lot of each is drawn apart from all before it.
    usable = [
        found.values[block] for block in sorted(found.values) if block not in found.open | found.cut
    ][: file.most_blocks]  # fmt: skip
    arms, counted = [_arm(variants[0], variants[1:], usable, found)], 0
    for variant in variants[1:]:
        differences = block_differences(usable, variants[0], variant)
        counted = max(counted, len(differences))
        told = interval(differences, alpha=ALPHA / (len(variants) - 1))
        ratio = None if told is None else Interval(*map(math.exp, (told.estimate, told.low, told.high)))
        arm = _arm(variant, variants[:1], usable, found)
        arms.append(replace(arm, ratio=ratio, verdict=_verdict(ratio, file.smallest_effect)))
    result = ExperimentResult(
        id, file.question, file.metric, hours, file.smallest_effect, file.most_blocks,
        declared, changed, False, counted, found.waiting, tuple(arms), ended, len(found.cut & found.begun),
    )  # fmt: skip
    return _settled(result) if result.stopped else result


@dataclass(slots=True)
class _Trials:
    """What became of an experiment's deliveries. `values`: by block, account and variant, of those that are counted."""

    values: dict[int, dict[str, dict[str, int]]] = field(default_factory=dict[int, dict[str, dict[str, int]]])
    dropped: Counter[str] = field(default_factory=Counter[str])  # by variant
    waiting: int = 0
    open: set[int] = field(default_factory=set[int])  # blocks of which something waits
    begun: set[int] = field(default_factory=set[int])  # of which something has left
    cut: set[int] = field(default_factory=set[int])  # of which something is no part any more


def _trials(some: Sequence[Measured], file: ExperimentFile, hours: float, now: datetime) -> _Trials:
    found = _Trials()
    for one in some:
        if one.left_as in OPEN_STATES:
            found.cut.add(one.block)
            continue
        number, known = _metric(one, file.metric, hours, now)
        if one.sent is not None:
            found.begun.add(one.block)
        if one.left_as not in _ON_THE_WAY:
            found.dropped[one.variant] += 1  # whatever became of it after the end
        elif number is not None:
            found.values.setdefault(one.block, {}).setdefault(one.account, {})[one.variant] = number
        elif known is Known.YOUNG or one.state in (State.DRAFT, State.APPROVED, State.SENDING, State.UNCONFIRMED):
            found.waiting += 1
            found.open.add(one.block)
        else:
            found.dropped[one.variant] += 1
    return found


def _arm(variant: str, others: Sequence[str], usable: Sequence[Mapping[str, Mapping[str, int]]], found: _Trials) -> Arm:
    """A variant's deliveries that are held against those of one of the others, on the same account in the same block."""
    used = [
        told[variant]
        for accounts in usable
        for told in accounts.values()
        if variant in told and any(other in told for other in others)
    ]
    all_ = sum(variant in told for accounts in found.values.values() for told in accounts.values())
    middle = float(median(used)) if used else None
    return Arm(variant, len(used), middle, None, "control", found.dropped[variant], all_ - len(used))


def _settled(result: ExperimentResult) -> ExperimentResult:
    """With nothing more to come nothing is "not yet" any more."""
    arms = (replace(arm, verdict="undecided") if arm.verdict == "not yet" else arm for arm in result.arms)
    return replace(result, arms=tuple(arms))


def left_behind(id: str, declared: Declared, design: str) -> ExperimentResult:  # noqa: A002
    """An experiment that began and whose file is no longer there: what it was, from the record. Without its file what it
    found does not count, as its posts may have lost their variants; but that it began is told."""
    told = json.loads(design)["experiment"]
    age = TypeAdapter(timedelta).validate_python(told["age"])
    return ExperimentResult(
        id, told["question"], told["metric"], age / timedelta(hours=1), told["smallest_effect"], told["most_blocks"],
        declared, changed=True, gone=True, blocks=0, waiting=0, arms=(),
    )  # fmt: skip


def as_declared(design: str) -> ExperimentFile:
    """The file that was written down before the start, with its variants in their order: the first is the control."""
    told = json.loads(design)
    file: dict[str, Any] = told["experiment"]
    variants: dict[str, dict[str, Any]] = {}
    for name in told["order"]:
        said = file["variants"][name]  # a file leaves out what is empty here
        at = {"at": time.fromisoformat(said["at"])} if said["at"] else {}
        variants[name] = at | ({"wording": said["wording"]} if said["wording"] else {})
    age = TypeAdapter(timedelta).validate_python(file["age"])
    return ExperimentFile.model_validate({**file, "age": age, "variants": variants})


def block_differences(blocks: Sequence[Mapping[str, Mapping[str, float]]], control: str, variant: str) -> list[float]:
    """For each block the mean over its accounts of log(1 + engagements) with the variant minus with the control, where an
    account has both. Engagements in."""
    found: list[float] = []
    for accounts in blocks:
        differences = [
            math.log1p(max(told[variant], 0)) - math.log1p(max(told[control], 0))
            for told in accounts.values()
            if variant in told and control in told
        ]
        if differences:
            found.append(fmean(differences))
    return found


def usual_spread(
    measured: Sequence[Measured], series: str, metric: str, hours: float, now: datetime
) -> tuple[float, int] | None:
    """How much a block's difference in this metric would vary without any effect, from the series' posts so far, each pair
    of posts in a row taken for a block of two: (standard deviation, number of pairs). None: too few to say."""
    posts: dict[str, dict[str, float]] = {}
    order: dict[str, datetime] = {}
    for one in measured:
        if one.series == series and one.state is State.SENT:
            number, _ = _metric(one, metric, hours, now)
            if number is not None:
                posts.setdefault(one.post, {})[one.account] = math.log1p(max(number, 0))
                order[one.post] = min(order.get(one.post, one.due), one.due)
    names = sorted(posts, key=lambda name: order[name])
    pairs = [(posts[a], posts[b]) for a, b in zip(names[::2], names[1::2], strict=False)]
    # As in a block, every other account has the two the other way round.
    found = [
        fmean((-1) ** place * (b[account] - a[account]) for place, account in enumerate(both))
        for a, b in pairs
        if (both := sorted(set(a) & set(b)))
    ]
    return (stdev(found), len(found)) if len(found) >= 4 else None


def _metric(one: Measured, metric: str, hours: float, now: datetime) -> tuple[int | None, Known]:
    """A trial that was counted is one, also when the post was taken back later: else whoever takes back what a variant did
    badly would turn the result."""
    if one.state is State.RETRACTED:
        counts, known = at_age(believable(replace(one, state=State.SENT, gone=True)), hours, now)
        known = Known.GONE if counts is None else known
    else:
        counts, known = at_age(believable(one), hours, now)
    if counts is None:
        return None, known
    return engagements(counts) if metric == "engagements" else count_of(counts, metric), known


def _verdict(ratio: Interval | None, smallest_effect: float) -> str:
    if ratio is None:
        return "not yet"
    if ratio.low > 1:
        return "won"
    if ratio.high < 1:
        return "lost"
    worth = 1 + smallest_effect / 100
    return "no difference" if 1 / worth < ratio.low and ratio.high < worth else "not yet"
