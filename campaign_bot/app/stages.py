"""The stages, each with the parts that it needs: plan, check, approve, evaluate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaign_bot import bill, check, handout, plan
from campaign_bot.app import checking
from campaign_bot.app.deciding import Deciding
from campaign_bot.app.experimenting import Experimenting
from campaign_bot.app.permitting import NOBODY
from campaign_bot.compose import ShapeName
from campaign_bot.difference import difference
from campaign_bot.errors import ContentError, NotFound
from campaign_bot.evaluate.ages import believed
from campaign_bot.library.files import Library
from campaign_bot.library.sound import NOT_LOOKED_AT
from campaign_bot.library.words import advice_for
from campaign_bot.model import Delivery, Problem, State
from campaign_bot.parity import parity
from campaign_bot.report.annex import Annex
from campaign_bot.store.base import Draft

#: How far ahead planning writes drafts when nobody says otherwise.
HORIZON = timedelta(weeks=2)
#: Of more deliveries than this the report holds no languages side by side: each would be read with its words.
MOST_SIDE_BY_SIDE = 20_000


class Stages(Deciding, Experimenting):
    """What surfaces ask for, before anything leaves and after."""

    def desired(self, *, until: datetime | None = None) -> plan.Plan:
        """What the files want from now on, and what that changes in the store. Nothing is written."""
        # The store before the files: what is decided on old files is refused where somebody has planned new ones meanwhile.
        known = self.store.scheduled()
        return self._desired(self._read_library(), known, until=until)

    def _desired(self, library: Library, known: Sequence[Delivery], *, until: datetime | None) -> plan.Plan:
        now = self.clock()
        until = until or now + HORIZON
        moved_here = {one.post for one in known if one.moved and one.open and now < one.due <= until}
        found = plan.desired(
            library,
            self.network,
            after=now,
            until=until,
            also=moved_here,
            assigned=self.store.assignments(),
            begun={name: at for name, (_, at) in self.store.declared().items()},
            told=self.told_limits(library),
        )
        found.problems = sorted({*found.problems, *self.experiment_problems(library)})
        found.planned = plan.named(found.planned, self.store.posts())
        found.changes = plan.compare(found, known, after=now, until=until, tolerance=self.rules.tolerance)
        return found

    def plan(self, *, until: datetime | None = None) -> plan.Plan:
        """Read the files anew, plan ahead and write it down. Raises ContentError, with nothing written and the files from
        before in force, when they are not right or a post cannot be composed."""
        known = self.store.scheduled()
        try:
            library = self._read_library()
            found = self._composable(self._desired(library, known, until=until))
        except ContentError as error:
            first = next((problem for problem in error.problems if problem.blocks), None)
            self.broken_files = error.message + (f" First: {first.place}: {first.message}" if first else "")
            raise
        self.broken_files, self.__dict__["library"] = "", library
        if self.stopping.is_set():
            return found
        self.let_go_of_gone(library)
        self.declare_experiments(found)
        plan.apply(found, self.store, now=self.clock(), tolerance=self.rules.tolerance)
        self.recheck()
        if self.rules.stand_in == NOBODY:
            drafts = [one for one in self.store.deliveries((State.DRAFT,)) if not one.reason]
            self.approve(drafts, self.findings(drafts), person=NOBODY)
        return found

    def _composable(self, found: plan.Plan) -> plan.Plan:
        blocking = [problem for problem in found.problems if problem.blocks]
        if changed := [problem for problem in blocking if problem.rule == "experiment"]:
            raise ContentError(f"{changed[0].message} Nothing was planned.", changed, advice=changed[0].advice)
        if blocking:
            raise ContentError(
                f"{len(blocking)} posts cannot be composed; nothing was planned.", found.problems,
                advice="Mend their templates and try again.",
            )  # fmt: skip
        return found

    def cards(
        self, shapes: Sequence[ShapeName], languages: Sequence[str], *, series: str, until: datetime, network: str
    ) -> Iterator[handout.Sheet]:
        """The cards of the coming posts with their captions, to carry to `network` by hand. Raises NotFound for a series
        that is not there, ContentError where a card or caption cannot be made."""
        if series and series not in self.library.series:
            raise NotFound(f"There is no series “{series}”.", advice=advice_for(series, self.library.series, "series"))
        now = self.clock()
        coming = [one for one in plan.posts(self.library, []) if now < one[4] <= until and series in ("", one[2].id)]
        yield from handout.sheets(self.library, coming, shapes, languages, network=network)

    def difference_of(self, change: plan.Change) -> list[str]:
        """What a change of a delivery that is there does to what it says; empty for new ones."""
        if change.delivery is None or change.draft is None:
            return []
        return difference(change.delivery.content, change.draft.content)

    def bill(self, said: Sequence[Draft | Delivery]) -> list[bill.Line]:
        """What publishing these and reading their counts will cost."""
        return bill.forecast(said, self.library.campaign.collect_at, self.network)

    def check(self) -> tuple[list[Problem], int, int]:
        """Every problem of the files, and of every post that they make, with how many posts and deliveries there are.
        What one file's error has nothing to do with is looked at all the same. Nothing is written."""
        problems, found = self.checked()
        if found is None:
            return problems, 0, 0
        return problems, len(found.planned), sum(len(planned.drafts) for planned in found.planned)

    def checked(self) -> tuple[list[Problem], plan.Plan | None]:
        """The same, with the whole campaign as planned; None where campaign.yaml is not right."""
        library, problems = self.load_sound()
        if library is None:
            return problems, None
        if not any(problem.blocks for problem in problems):
            self.__dict__["library"] = library
        campaign, told = library.campaign, self.told_limits(library)
        zone = ZoneInfo(campaign.timezone)
        begin = datetime.combine(campaign.starts, time.min, zone).astimezone(UTC) - timedelta(seconds=1)
        end = datetime.combine(campaign.ends, time.max, zone).astimezone(UTC)
        found = plan.desired(library, self.network, after=begin, until=end, told=told)
        if any(problem.rule == NOT_LOOKED_AT for problem in problems):  # what is missing is not missed
            found.problems = [one for one in found.problems if one.rule not in ("no-item-left", "no-earlier-post")]
        # A post that could not be composed for every account has that problem, not the ones that follow from it.
        wanted = Counter(
            {one.post.key: len(library.accounts_of(library.schedules[one.post.schedule])) for one in found.planned}
        )
        wanted.subtract(post for post, _ in found.left_out)
        whole = [one for one in found.planned if len(one.drafts) == wanted[one.post.key]]
        said = [said for planned in whole for said in checking.said(library, planned.post, planned.drafts)]
        judged = check.check_files(library, self.network, said, told)
        unsourced = {one.where for one in problems if one.rule == "source-missing"}  # told at the item: once is enough
        again = {one.name for one in said if one.row and one.row.id in unsourced}
        judged = [one for one in judged if one.rule != "source-missing" or one.post not in again]
        problems = [*problems, *found.problems, *judged]
        return sorted(set(problems)), found

    def findings(self, deliveries: Sequence[Delivery]) -> dict[str, list[Problem]]:
        """What the checks say of these deliveries, beside all others that are planned or sent. By delivery key."""
        posts = self.store.posts()
        silent = (State.CANCELLED, State.MISSED, State.FAILED, State.RETRACTED)
        every = [one for one in self.store.deliveries() if one.state not in silent]
        allowed = self.store.allowed()
        said = [said for one in every for said in checking.said(self.library, posts[one.post], [one], allowed)]
        names = {name: key for key, name in self.names(deliveries).items()}
        found: dict[str, list[Problem]] = {}
        for problem in check.check_all(self.library, self.network, said, self.told_limits(self.library)):
            if problem.post in names:
                found.setdefault(names[problem.post], []).append(problem)
        return found

    def annex(self, *, since: datetime | None = None, until: datetime | None = None) -> Annex:
        """What every report ends with: the languages side by side (of what was due from `since` to `until`), and where the
        record ends."""
        head = self.store.head()
        few = sum(one.number for one in self.store.tally()) <= MOST_SIDE_BY_SIDE
        found = None
        if few:
            results = [believed(one) for one in self.store.results()]
            period = [one for one in results if (since or one.due) <= one.due and (until is None or one.due < until)]
            found = parity(period, self.library.campaign.languages)
        titles = {series.id: series.file.title for series in self.library.series.values()}
        return Annex(found, head.id, head.hash, titles, self.zone)

    def campaign_end(self) -> datetime:
        """The last instant of the campaign's last day."""
        return datetime.combine(self.library.campaign.ends, time.max, self.zone).astimezone(UTC)
