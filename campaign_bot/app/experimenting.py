"""Experiments as surfaces ask for them: declared before they begin, judged at any time, ended by a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from campaign_bot.app.permitting import Permitting
from campaign_bot.authority import SHORTEST_REASON
from campaign_bot.errors import NotFound, StateError
from campaign_bot.evaluate.experiments import (
    Declared,
    End,
    ExperimentResult,
    as_declared,
    experiment_result,
    left_behind,
)
from campaign_bot.library.files import ExperimentFile, Library
from campaign_bot.library.lots import design, hash_of
from campaign_bot.library.words import advice_for
from campaign_bot.model import OPEN_STATES, Assignment, Measured, Problem, State
from campaign_bot.store.base import Ended

if TYPE_CHECKING:
    from campaign_bot.plan import Plan


@dataclass(frozen=True, slots=True)
class Ending:
    """What ending an experiment did. All are numbers of deliveries that had not begun to leave."""

    let_go: int  # that lose their variant
    changing: int  # of these: that say something else then, or at another time
    approved: int  # of these: that need approval anew
    result: ExperimentResult


class Experimenting(Permitting):
    """What `experiment result`, `experiment end` and planning ask."""

    def experiment_results(self, name: str = "") -> list[ExperimentResult]:
        """What each experiment found so far; looking at it spoils nothing. One that began is told of even when its file is
        no longer there: else those that found nothing could be made to have never been."""
        declared, ended = self.store.declared(), self.store.ended()
        left = [one for one in declared if one not in self.library.experiments]
        names = [name] if name in left else [*self._experiment_names(name), *(() if name else left)]
        known = self.store.measured(in_experiments=True) if declared else []
        return [
            self._result(one, known, Declared(*declared[one]) if one in declared else None, ended.get(one))
            for one in names
        ]

    def _result(
        self, name: str, known: Sequence[Measured], declared: Declared | None, ended: Ended | None
    ) -> ExperimentResult:
        """One that was ended is judged by what was declared, whatever its file says now."""
        now = self.clock()
        if ended is not None and declared is not None:
            altered, end = hash_of(ended.design) != declared.sha256, End(ended.at, ended.reason)
            file = as_declared(ended.design)
            return experiment_result(name, file, known, declared=declared, changed=altered, now=now, ended=end)
        file = self.library.experiments.get(name)
        if file is None:
            assert declared is not None  # noqa: S101 - else nobody knows its name
            return left_behind(name, declared, self.store.design(name))
        changed = declared is not None and declared.sha256 != self._design(file, self.library)[1]
        return experiment_result(name, file, known, declared=declared, changed=changed, now=now)

    def end_experiment(self, name: str, reason: str) -> Ending:
        """Nothing more of it is dealt, and its result is that of what was sent until now. Raises NotFound for one that is
        not there, StateError for one that has not begun, has ended, or is not what was declared."""
        self.permit("end")
        reason = reason.strip()
        if len(reason) < SHORTEST_REASON:
            raise StateError("Why does it end?", advice='Write --reason "…": the report tells it.')
        declared, ended = self.store.declared(), self.store.ended()
        if name in ended:
            raise StateError(f"The experiment {name} has ended already, on {self._day(ended[name].at)}.")
        if name not in declared:
            self._experiment_names(name)
            raise StateError(f"The experiment {name} has not begun.", advice="Take its file away, and it never will.")
        file = self.library.experiments.get(name)
        if file is None or self._design(file, self.library)[1] != declared[name][0]:
            what = "been changed since it began" if file else "no file any more"
            raise StateError(
                f"The experiment {name} has {what}: its result does not count, and to end it would not change that.",
                advice="Put back what was declared (file and wordings), then end it.",
            )
        apart = {arm for arm, one in file.variants.items() if one.wording or one.at}
        in_it = {key for key, one in self._dealt(name).items() if not one.left_as}
        left = [one for one in self.store.deliveries(OPEN_STATES) if one.key in in_it]
        if self.store.end(name, reason, now=self.clock(), actor=self.person) is None:
            raise StateError(f"The experiment {name} has ended already.")
        dealt = self._dealt(name)
        gone = [one for one in left if dealt[one.key].let_go]
        self.__dict__.pop("library", None)  # without it
        return Ending(
            len(gone), sum(dealt[one.key].variant in apart for one in gone),
            sum(dealt[one.key].variant in apart and one.state is State.APPROVED for one in gone),
            self.experiment_results(name)[0],
        )  # fmt: skip

    def _dealt(self, name: str) -> dict[str, Assignment]:
        return {key: one for key, one in self.store.assignments().items() if one.experiment == name}

    def _day(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d}"

    def experiment_problems(self, library: Library) -> list[Problem]:
        """Experiments whose files no longer say what was declared: they cannot go on under the same name. Where one is gone,
        planning goes on without it."""
        return [*self._changed(library), *self._gone(library)]

    def _gone(self, library: Library) -> Iterator[Problem]:
        dealt = {one.delivery: one.experiment for one in self.store.assignments().values() if not one.left_as}
        if not set(dealt.values()) - set(library.experiments):
            return
        left = Counter(dealt.get(one.key, "") for one in self.store.deliveries(OPEN_STATES))
        for name in sorted(set(left) - set(library.experiments) - {""}):
            yield Problem(
                f"content/experiments/{name}.yaml", 0, 0, "experiment", "warning",
                f"The file of the experiment `{name}` is gone: its deliveries that have not left ({left[name]}) say what the"
                " series says anyway, and are no part of it any more.",
                f"Was that meant? Put it back, and end it with `campaign-bot experiment end {name} --reason \"…\"`: then its"
                " result stands.",
            )  # fmt: skip

    def _changed(self, library: Library) -> list[Problem]:
        return [
            Problem(
                f"content/experiments/{name}.yaml", 0, 0, "experiment", "error",
                f"The experiment `{name}` began on {declared:%Y-%m-%d} and has been changed since: its result would be worth"
                " nothing.",
                f"Put back what it said (file and wordings; the audit log has its hash). `campaign-bot experiment end {name}"
                ' --reason "…"` then ends it: its result stands, and all of it may be changed.',
            )
            for name, (sha256, declared) in self.store.declared().items()
            if (file := library.experiments.get(name)) is not None
            and self._design(file, library)[1] != sha256
        ]  # fmt: skip

    def declare_experiments(self, found: Plan) -> None:
        """Everything that is settled before the start, written into the record before the first draft of it."""
        for name in sorted({one.experiment for planned in found.planned for one in planned.assignments}):
            text, sha256 = self._design(self.library.experiments[name], self.library)
            self.store.declare(name, sha256, text, now=found.after, actor="plan")  # its posts are those after that

    def let_go_of_gone(self, library: Library) -> None:
        """Where the file of one that began is gone, what has not left says what the series says anyway: it is no trial of
        a variant, also if the file comes back."""
        dealt = {one.experiment for one in self.store.assignments().values() if not one.left_as}
        for name in sorted(dealt - set(library.experiments)):
            self.store.let_go(name, now=self.clock(), actor="plan", why="its file is no longer there")

    def _design(self, file: ExperimentFile, library: Library) -> tuple[str, str]:
        networks = {account.network for account in library.campaign.accounts.values()}
        return design(file, library.series[file.series].templates, networks)

    def _experiment_names(self, name: str) -> list[str]:
        known = self.library.experiments
        if name and name not in known:
            if name in self.store.ended():
                raise NotFound(
                    f"The experiment {name} has ended.",
                    advice="Its name cannot begin again: write one under another name.",
                )
            advice = advice_for(name, known, "experiment") if known else "Write one in content/experiments/."
            raise NotFound(f"There is no experiment “{name}”.", advice=advice)
        return [name] if name else list(known)
