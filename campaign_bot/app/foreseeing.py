"""What an experiment takes before it begins: how many posts by power, and what those that are scheduled can find."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from campaign_bot import plan
from campaign_bot.app.stages import Stages
from campaign_bot.evaluate.experiments import usual_spread
from campaign_bot.evaluate.sequential import blocks_needed, smallest_effect
from campaign_bot.library.files import ExperimentFile
from campaign_bot.library.lots import inside
from campaign_bot.model import Measured

#: How much blocks differ without any effect, where the campaign has too few posts to tell: of lognormal engagement with
#: a spread of 0.7, one network and two languages.
ASSUMED_SPREAD = 0.7
POWER = 0.8
#: So many deliveries settle how much posts differ.
MOST_FOR_SPREAD = 20_000


@dataclass(frozen=True, slots=True)
class ExperimentPlan:
    """What an experiment takes, before it begins. Effects are in percent."""

    id: str
    file: ExperimentFile
    spread: float
    spread_from: int  # pairs of posts that it was measured on; 0: assumed
    blocks_needed: int  # 0: more than anybody posts
    posts_scheduled: int
    #: Of these: by the checks, or not to be composed, for an account at least; so they never leave there.
    posts_refused: int
    blocks_scheduled: int  # of those that it takes: in which every variant leaves somewhere
    found_by_schedule: float | None  # the smallest effect that the scheduled posts find

    @property
    def posts_needed(self) -> int:
        return self.blocks_needed * len(self.file.variants)

    @property
    def posts_used(self) -> int:
        return self.blocks_scheduled * len(self.file.variants)


class Foreseeing(Stages):
    """What `experiment plan` asks."""

    def experiment_plans(self, name: str = "") -> list[ExperimentPlan]:
        """How many posts each experiment takes. Raises NotFound for one that is not there."""
        names = self._experiment_names(name)
        if not names:
            return []
        measured = self.store.measured(most=MOST_FOR_SPREAD)
        leaving = self._leaving()
        return [self._experiment_plan(one, measured, self._scheduled(one), leaving) for one in names]

    def _leaving(self) -> dict[str, tuple[frozenset[str], bool]]:
        """Post -> the accounts on which it can leave by its files as they are, and whether that is everywhere."""
        problems, found = self.checked()
        refused = {one.post for one in problems if one.blocks}
        leaving: dict[str, tuple[frozenset[str], bool]] = {}
        for planned in found.planned if found else ():
            post = planned.post
            fit = {one.account for one in planned.drafts if f"{post.name}@{one.account}" not in refused}
            by_choice = {account for key, account in found.left_out if key == post.key} if found else set[str]()
            wanted = {one.name for one in self.library.accounts_of(self.library.schedules[post.schedule])} - by_choice
            leaving[post.key] = frozenset(fit), fit == wanted
        return leaving

    def _scheduled(self, name: str) -> list[str]:
        """The posts that the experiment can take, in their order. One that has not begun takes none of the past."""
        _, begun = self.store.declared().get(name, ("", self.clock()))
        every = [(post.key, post.series, slot.wall, slot.instant) for post, slot, *_ in plan.posts(self.library, [])]
        return [key for _, key in inside(self.library, name, every, self.store.assignments(), begun)]

    def _experiment_plan(
        self, name: str, measured: Sequence[Measured], scheduled: Sequence[str],
        leaving: Mapping[str, tuple[Collection[str], bool]],
    ) -> ExperimentPlan:  # fmt: skip
        file = self.library.experiments[name]
        hours, variants = file.age / timedelta(hours=1), len(file.variants)
        spread = usual_spread(measured, file.series, file.metric, hours, self.clock()) or (ASSUMED_SPREAD, 0)
        alpha = 0.05 / (variants - 1)
        needed = blocks_needed(math.log(1 + file.smallest_effect / 100), spread[0], power=POWER, alpha=alpha)
        fit = [set(leaving[post][0]) if post in leaving else set[str]() for post in scheduled]
        taken = fit[: file.most_blocks * variants]
        whole = [taken[first : first + variants] for first in range(0, len(taken) - variants + 1, variants)]
        blocks = sum(bool(set.intersection(*accounts)) for accounts in whole)
        refused = sum(post not in leaving or not leaving[post][1] for post in scheduled)
        found = smallest_effect(blocks, spread[0], power=POWER, alpha=alpha)
        smallest = None if found is None else 100 * (math.exp(found) - 1)
        return ExperimentPlan(name, file, *spread, needed, len(scheduled), refused, blocks, smallest)
