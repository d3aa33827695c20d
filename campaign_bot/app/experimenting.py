"""Experiments as surfaces ask for them: declared before they begin, planned by power, judged at any time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from campaign_bot.app.names import Names
from campaign_bot.errors import NotFound
from campaign_bot.evaluate.experiments import Declared, ExperimentResult, experiment_result, left_behind, usual_spread
from campaign_bot.evaluate.sequential import blocks_needed, smallest_effect
from campaign_bot.library.files import ExperimentFile, Library
from campaign_bot.library.lots import design
from campaign_bot.library.words import advice_for
from campaign_bot.model import Measured, Problem

if TYPE_CHECKING:
    from campaign_bot.plan import Plan

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
    found_by_schedule: float | None  # the smallest effect that the scheduled posts find

    @property
    def posts_needed(self) -> int:
        return self.blocks_needed * len(self.file.variants)

    @property
    def blocks_scheduled(self) -> int:
        return min(self.posts_scheduled // len(self.file.variants), self.file.most_blocks)


class Experimenting(Names):
    """What `experiment` and planning ask."""

    def experiment_plans(self, name: str = "") -> list[ExperimentPlan]:
        """How many posts each experiment takes. Raises NotFound for one that is not there."""
        scheduled = self._scheduled_by_series()
        measured = self.store.measured(most=MOST_FOR_SPREAD)
        return [
            self._experiment_plan(one, measured, scheduled.get(self.library.experiments[one].series, 0))
            for one in self._experiment_names(name)
        ]

    def experiment_results(self, name: str = "") -> list[ExperimentResult]:
        """What each experiment found so far; looking at it spoils nothing. One that began is told of even when its file is
        no longer there: else those that found nothing could be made to have never been."""
        declared, now = self.store.declared(), self.clock()
        left = [one for one in declared if one not in self.library.experiments]
        if name in left:
            return [self._left_behind(name, declared[name])]
        known = self.store.measured(in_experiments=True) if declared else []
        found: list[ExperimentResult] = []
        for one in self._experiment_names(name):
            file = self.library.experiments[one]
            before = Declared(*declared[one]) if one in declared else None
            changed = before is not None and before.sha256 != self._design(file, self.library)[1]
            found.append(experiment_result(one, file, known, declared=before, changed=changed, now=now))
        return found + [self._left_behind(one, declared[one]) for one in left if not name]

    def _left_behind(self, name: str, declared: tuple[str, datetime]) -> ExperimentResult:
        return left_behind(name, Declared(*declared), self.store.design(name))

    def experiment_problems(self, library: Library) -> list[Problem]:
        """Experiments whose files no longer say what was declared: they cannot go on under the same name."""
        return [
            Problem(
                f"content/experiments/{name}.yaml", 0, 0, "experiment", "error",
                f"The experiment `{name}` began on {declared:%Y-%m-%d} and has been changed since: its result would be worth"
                " nothing.",
                "Put back what it said (the audit log has its hash), or end it and begin another under a new name.",
            )
            for name, (sha256, declared) in self.store.declared().items()
            if (file := library.experiments.get(name)) is not None
            and self._design(file, library)[1] != sha256
        ]  # fmt: skip

    def declare_experiments(self, found: Plan) -> None:
        """Everything that is settled before the start, written into the record before the first draft of it."""
        for name in sorted({one.experiment for planned in found.planned for one in planned.assignments}):
            text, sha256 = self._design(self.library.experiments[name], self.library)
            self.store.declare(name, sha256, text, now=self.clock(), actor="plan")

    def _design(self, file: ExperimentFile, library: Library) -> tuple[str, str]:
        networks = {account.network for account in library.campaign.accounts.values()}
        return design(file, library.series[file.series].templates, networks)

    def _experiment_names(self, name: str) -> list[str]:
        known = self.library.experiments
        if name and name not in known:
            advice = advice_for(name, known, "experiment") if known else "Write one in content/experiments/."
            raise NotFound(f"There is no experiment “{name}”.", advice=advice)
        return [name] if name else list(known)

    def _scheduled_by_series(self) -> dict[str, int]:
        from campaign_bot import plan  # late: a report takes none of it

        number: dict[str, int] = {}
        for post, slot, _, _, _ in plan.posts(self.library, []):
            file = next((one for one in self.library.experiments.values() if one.series == post.series), None)
            day = slot.wall.date()
            if file and (file.starts or day) <= day <= (file.ends or day):
                number[post.series] = number.get(post.series, 0) + 1
        return number

    def _experiment_plan(self, name: str, measured: Sequence[Measured], scheduled: int) -> ExperimentPlan:
        file = self.library.experiments[name]
        hours = file.age / timedelta(hours=1)
        spread = usual_spread(measured, file.series, hours, self.clock()) or (ASSUMED_SPREAD, 0)
        alpha = 0.05 / (len(file.variants) - 1)
        needed = blocks_needed(math.log(1 + file.smallest_effect / 100), spread[0], power=POWER, alpha=alpha)
        blocks = min(scheduled // len(file.variants), file.most_blocks)
        found = smallest_effect(blocks, spread[0], power=POWER, alpha=alpha)
        smallest = None if found is None else 100 * (math.exp(found) - 1)
        return ExperimentPlan(name, file, *spread, needed, scheduled, smallest)
