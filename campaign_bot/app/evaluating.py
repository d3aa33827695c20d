"""What came of it: the store's figures put together for evaluation and the report."""

from __future__ import annotations

from datetime import UTC, datetime

from campaign_bot.app.experimenting import Experimenting
from campaign_bot.evaluate import Evaluation, Facts, evaluate, with_texts
from campaign_bot.library.files import Text

#: More deliveries than this are drawn by lot: medians and comparisons lose nothing by it, time and memory stay bounded.
MOST_MEASURED = 150_000
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Evaluating(Experimenting):
    """What surfaces ask for, after something went out."""

    def evaluation(
        self, *, since: datetime | None = None, until: datetime | None = None, whole: bool = False
    ) -> Evaluation:
        """What came of the deliveries due from `since` to before `until`. `whole`: every delivery, however many."""
        now = self.clock()
        measured = self.store.measured(since=since, until=until, most=None if whole else MOST_MEASURED)
        facts = Facts(
            tallied=self.store.tallied(since=since, until=until),
            spent=self.store.spent(since or _EVER, until or now),
            followers=[one for one in self.store.follower_counts() if (since or _EVER) <= one[1] < (until or now)],
            approvals=self.store.approvals(since=since, until=until),
            experiments=self.experiment_results(),
            simulated=self.store.simulated,
        )
        found = evaluate(
            self.library.campaign, measured, titles=self.titles, now=now, facts=facts, since=since, until=until
        )
        shown = {one.result.delivery for one in (*found.best, *found.worst)}
        kept = {key: delivery for key in shown if (delivery := self.store.delivery(key)) is not None}
        return with_texts(found, {key: delivery.content.text for key, delivery in kept.items()})

    @property
    def titles(self) -> dict[str, dict[str, Text]]:
        """How series and commitments are called."""
        rows = [row for series in self.library.series.values() for row in series.rows]
        named = {row.id: short for row in rows if isinstance(short := row.field("short"), dict)}
        return {
            "series": {series.id: series.file.title for series in self.library.series.values()},
            "commitment": {one: named[one] for row in rows for one in row.commitments if one in named},
        }
