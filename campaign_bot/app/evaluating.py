"""What came of it: the store's figures put together for evaluation and the report."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from campaign_bot.app.experimenting import Experimenting
from campaign_bot.app.parts import utc_now
from campaign_bot.errors import ConfigError
from campaign_bot.evaluate import LATE, Evaluation, Facts, evaluate, with_texts
from campaign_bot.evaluate.ages import MOST_MORE, believable
from campaign_bot.evaluate.loops import CALLS
from campaign_bot.evaluate.objectives import day_began, end_of
from campaign_bot.evaluate.sums import add_up, as_known
from campaign_bot.evaluate.versus import versus
from campaign_bot.library.files import Text
from campaign_bot.model import Asking, Measured, Summed
from campaign_bot.store.collecting import TOO_LATE_TO_COUNT
from campaign_bot.store.looking import copied_to, look_into

#: Beyond so many deliveries fewer are drawn by lot: medians and comparisons lose nothing that a reader would see (they
#: compare 500 posts a side at most), and time and memory stay bounded however long a campaign lasts.
MOST_MEASURED, DRAWN = 30_000, 10_000
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

#: What a report can be held against: the period before it, another period, or another campaign's directory.
Compared = str | Path | tuple[datetime, datetime] | None


class Evaluating(Experimenting):
    """What surfaces ask for, after something went out."""

    @classmethod
    def at_rest(cls, directory: Path, database: Path, *, environ: Mapping[str, str] | None = None) -> Self:
        """A campaign with a database that nobody works in: a rehearsal's, or a copy. Its clock stands at its last event, so
        that a week-old post is a week old and money counts up to then. The file stays as it is: a copy is read, until
        `close`. Raises NotFound, StoreError."""
        simulated, last = look_into(database)
        clock = utc_now if last is None else lambda: last
        with ExitStack() as stack:
            copy = copied_to(Path(stack.enter_context(TemporaryDirectory(prefix="campaign-bot-"))), database)
            found = cls(directory, environ=environ, clock=clock, sandbox=simulated, database=copy)
            found._closing.push(stack.pop_all())
        return found

    def evaluation(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int | None = MOST_MEASURED,
        compare: Compared = None,
    ) -> Evaluation:
        """What came of the deliveries due from `since` to `until`. Where there are more than `most` of them, what is no
        sum is worked out from a draw; None: never."""
        part = bool(since or until)
        found = self._evaluation(since, until, most=most, judged=not part)
        if part:  # objectives are the whole campaign's
            found = replace(found, objectives=self._evaluation(None, None, most=most).objectives)
        if isinstance(compare, Path):
            return self._beside_campaign(found, compare)
        if compare is not None:
            return self._beside_period(found, since, until, compare)
        return self._with_texts(found)

    @property
    def titles(self) -> dict[str, dict[str, Text]]:
        """How series and commitments are called."""
        rows = [row for series in self.library.series.values() for row in series.rows]
        named = {row.id: short for row in rows if isinstance(short := row.field("short"), dict)}
        return {
            "series": {series.id: series.file.title for series in self.library.series.values()},
            "commitment": {one: named[one] for row in rows for one in row.commitments if one in named},
        }

    def _evaluation(
        self,
        since: datetime | None,
        until: datetime | None,
        *,
        most: int | None = MOST_MEASURED,
        age: timedelta | None = None,
        judged: bool = True,
    ) -> Evaluation:
        """`judged`: whether the objectives are, for which much is added up once more."""
        now = self.clock()
        # What adds up all deliveries is SQLite's work, beside ours.
        with ThreadPoolExecutor(2, thread_name_prefix="evaluation") as beside:
            drawn = most is not None and self.store.how_many(since=since, until=until) > most
            summed = beside.submit(self._summed, since, until) if drawn else None
            totals = (
                beside.submit(self.store.totals, since=since, until=until, late=LATE, zone=self.zone) if drawn else None
            )
            tallied = beside.submit(self.store.tallied, since=since, until=until)
            measured = self.store.measured(since=since, until=until, most=most, drawn=min(most or DRAWN, DRAWN))
        facts = Facts(
            tallied=tallied.result(),
            summed=summed.result() if summed else None,
            summed_then=self._summed_then(summed.result(), now) if summed and judged else {},
            left_then=self._left_then(now) if drawn and judged else {},
            totals=totals.result() if totals else None,
            asking=self._asking(measured, since, until) if drawn else None,
            no_result=frozenset(name for name, series in self.library.series.items() if series.file.no_result),
            spent=self.store.spent(since or _EVER, until or now),
            followers=[one for one in self.store.follower_counts() if (since or _EVER) <= one[1] < (until or now)],
            approvals=self.store.approvals(since=since, until=until),
            outcomes=[one for one in self.store.outcomes() if self._within(one.day, since, until)],
            clicks=[one for one in self.store.clicks() if self._within(one.day, since, until)],
            experiments=self.experiment_results(),
            simulated=self.store.simulated,
        )
        return evaluate(
            self.library.campaign, measured,
            titles=self.titles, now=now, facts=facts, since=since, until=until, at=age, judged=judged,
        )  # fmt: skip

    def _summed(self, since: datetime | None, until: datetime | None) -> list[Summed]:
        """The last counts of all deliveries, added up by the store; what it finds odd is looked at as all else is."""
        found, odd = self.store.summed(since=since, until=until, most=MOST_MORE, zone=self.zone)
        closer = (believable(one) for one in self.store.closer(odd, since=since, until=until))
        return [*found, *add_up(closer, self.zone)]

    def _summed_then(self, summed: list[Summed], now: datetime) -> dict[datetime, list[Summed]]:
        """The same as it was known when the day of each objective was over. What was sent long before had been read to its
        end by then."""
        campaign, found = self.library.campaign, dict[datetime, list[Summed]]()
        for then in self._days_over(now):
            first = (
                (then - max(campaign.collect_at, default=timedelta()) - TOO_LATE_TO_COUNT).astimezone(self.zone).date()
            )
            since = datetime.combine(first, time.min, self.zone)
            late, odd = self.store.summed_as_known(then, sent_since=since, most=MOST_MORE, zone=self.zone)
            closer = as_known(map(believable, self.store.closer(odd, since=None, until=None)), then)
            found[then] = [*(one for one in summed if one.day < first), *late, *add_up(closer, self.zone)]
        return found

    def _left_then(self, now: datetime) -> dict[datetime, tuple[int, int]]:
        """By the end of each objective's day; where one of these is still to come, by the beginning of today too."""
        ahead = any(
            one.metric == "punctual_percent" and end_of(one, self.zone) > now
            for one in self.library.campaign.objectives
        )
        instants = self._days_over(now) | ({day_began(now, self.zone)} if ahead else set())
        return {then: self.store.left_by(then, late=LATE) for then in instants}

    def _days_over(self, now: datetime) -> set[datetime]:
        """When the day of each objective ended that is over."""
        return {then for one in self.library.campaign.objectives if (then := end_of(one, self.zone)) <= now}

    def _asking(self, drawn: list[Measured], since: datetime | None, until: datetime | None) -> list[Asking]:
        """Every poll, call and result: a poll in the draw is not unanswered because its result was not drawn. How long a
        series' polls run is known from the draw."""
        polls: dict[str, int] = {}
        for one in drawn:
            if one.poll_min:
                polls[one.series] = max(polls.get(one.series, 0), one.poll_min)
        return self.store.asking(since=since, until=until, polls=polls, rungs=CALLS)

    def _within(self, day: date, since: datetime | None, until: datetime | None) -> bool:
        """Whether a day of the campaign's zone begins within a period."""
        begin = datetime.combine(day, time.min, self.zone)
        return (since or begin) <= begin < (until or begin + timedelta(days=1))

    def _beside_period(
        self,
        found: Evaluation,
        since: datetime | None,
        until: datetime | None,
        compare: str | tuple[datetime, datetime],
    ) -> Evaluation:
        begin, end = self._previous(since, until) if isinstance(compare, str) else compare
        if begin < (until or datetime.max.replace(tzinfo=UTC)) and (since or _EVER) < end:
            raise ConfigError(
                "The two periods overlap: what is in both cannot be held against itself.",
                advice="Choose two that have no day in common, with --since and --until.",
            )
        return self._beside(found, self, begin, end, name="")

    def _previous(self, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
        """As many whole days of the campaign's zone, right before `since`. Days before the campaign had no posts: a period
        that reaches into them would seem the poorer for it, so it is refused."""
        if since is None:
            raise ConfigError("`previous` needs a period to be before.", advice="Say since when with --since.")
        last = min(until or self.clock(), self.clock()) - timedelta(microseconds=1)
        first = since.astimezone(self.zone).date()
        days = (last.astimezone(self.zone).date() - first).days + 1
        if days < 1:
            raise ConfigError(
                f"{first} has not come yet: there is nothing to compare.", advice="Choose an earlier day with --since."
            )
        begin, starts = first - timedelta(days=days), self.library.campaign.starts
        if begin < starts <= first:
            raise ConfigError(
                f"The {days} days before {first} begin on {begin}, before the campaign does ({starts}).",
                advice="Choose a later day with --since."
                if first == starts
                else f"Choose a later day with --since, or what there was: --compare {starts}..{first - timedelta(days=1)}.",
            )
        return datetime.combine(begin, time.min, self.zone).astimezone(UTC), since

    def _beside_campaign(self, found: Evaluation, directory: Path) -> Evaluation:
        other = type(self)(directory, environ={}, clock=self.clock, sandbox_url=self.sandbox_url)
        if not other.database.is_file():
            other.close()
            raise ConfigError(
                f"{directory} has no database.", advice="Name the directory of a campaign that has begun."
            )
        try:
            return self._beside(found, other, None, None, name=directory.resolve().name)
        finally:
            other.close()

    def _beside(
        self, found: Evaluation, other: Self, since: datetime | None, until: datetime | None, *, name: str
    ) -> Evaluation:
        """Both at the same age: the smaller of the two at which most are known."""
        before = other._evaluation(since, until, judged=False)
        ages = [one.age for one in (found, before) if one.age is not None]
        if len(ages) == 2 and ages[0] != ages[1]:
            again = self._evaluation(found.since, found.until, age=min(ages), judged=False)
            found = replace(again, objectives=found.objectives)
            before = other._evaluation(since, until, age=min(ages), judged=False)
        return self._with_texts(replace(found, versus=versus(found, before, name)))

    def _with_texts(self, found: Evaluation) -> Evaluation:
        shown = {one.result.delivery for one in (*found.extremes.best, *found.extremes.worst)}
        kept = {key: delivery for key in shown if (delivery := self.store.delivery(key)) is not None}
        return with_texts(found, {key: delivery.content.text for key, delivery in kept.items()})
