"""What comes from elsewhere and what goes out to the public: imports of outcomes, open data, what is stored and why."""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from campaign_bot.app.evaluating import Evaluating
from campaign_bot.app.stages import Stages
from campaign_bot.errors import ConfigError, ContentError, NotFound, StateError
from campaign_bot.evaluate.ages import believed
from campaign_bot.model import Problem
from campaign_bot.outcomes import KNOWN_NAMES, TAKEN, Checked, OutcomeFile
from campaign_bot.store.base import Imported

if TYPE_CHECKING:  # loaded where something is published
    from campaign_bot.opendata import Exported
    from campaign_bot.opendata.progress import Progress

#: So many rows that another file has too are named.
NAMED_OVERLAPS = 10


class Telling(Stages, Evaluating):
    """The surfaces' way to everything beyond the report."""

    def check_outcomes(self, file: Path, *, encoding: str = "utf-8") -> tuple[OutcomeFile, Checked]:
        """Look through a file of outcomes. Raises ContentError with all that is wrong with it; nothing is kept. What may
        be wrong is a warning."""
        posts = {one.name for one in self.store.posts().values()}
        now = self.clock()  # who counts may end days by the campaign's zone or by UTC
        today = max(now.astimezone(zone).date() for zone in (UTC, self.zone))
        outcomes = OutcomeFile(file, encoding=encoding, posts=posts, today=today)
        found = outcomes.check()
        found.problems += outcomes.unknown_names(found, self._known_names())
        found.problems += outcomes.too_early(found, self.library.campaign.starts)
        if not found.errors:
            self._overlaps(outcomes, found)
        if number := found.errors:
            more = f" The first {number - found.overflow} are shown." if found.overflow else ""
            raise ContentError(
                f"{file.name} has {number:,} {'error' if number == 1 else 'errors'}; nothing was imported.{more}",
                found.problems,
                advice=f"Mend {'it' if number == 1 else 'them'} and import the file again.",
            )
        return outcomes, found

    def import_outcomes(self, file: Path, *, encoding: str = "utf-8") -> tuple[Imported, bool, list[Problem]]:
        """Keep a file of outcomes, whole or not at all. Also whether it is new (the same bytes again change nothing), and
        warnings."""
        self.permit("import")
        known = {one.id for one in self.store.imports()}
        if (before := self._imported_before(file, encoding)) is not None:
            return before, False, []
        outcomes, found = self.check_outcomes(file, encoding=encoding)
        made = self.store.import_outcomes(
            file.name, found.sha256, outcomes.rows(), person=self.person, now=self.clock()
        )
        return made, made.id not in known, found.warnings

    def _imported_before(self, file: Path, encoding: str) -> Imported | None:
        """The import in force that holds the same bytes: nobody need look through a million rows again for that."""
        try:
            sha256 = OutcomeFile(file, encoding=encoding, posts=(), today=self.clock().date()).sha256()
        except OSError:  # `check` says it with its place
            return None
        return next((one for one in self.store.imports() if (one.sha256, one.state) == (sha256, "in force")), None)

    def undo_import(self, number: int) -> tuple[Imported, list[Imported]]:
        """Take an import back; also those that count again because it had replaced them. Raises NotFound, or StateError
        where it is not in force."""
        self.permit("import")
        found = {one.id: one for one in self.store.imports()}
        if number not in found:
            raise NotFound(f"There is no import {number}.", advice="`import --list` shows them.")
        if not self.store.undo_import(number, person=self.person, now=self.clock()):
            raise StateError(f"Import {number} is {found[number].state} already.", advice="Nothing was changed.")
        again = [one for one in self.store.imports() if one.state == "in force" != found[one.id].state]
        return found[number], again

    def export(self, directory: Path, *, simulated_ok: bool = False) -> Exported:
        """Write open data and the public page, whole or not at all; an export that is there is replaced. Raises
        StateError for simulated figures without `simulated_ok`, and where the directory holds anything else."""
        from campaign_bot.opendata import write_export

        if self.simulated and not simulated_ok:
            raise StateError(
                "These figures are SIMULATED; they are no open data.", advice="To look at them anyway: --simulated-ok."
            )
        _refuse_what_is_no_export(directory)
        beside = directory.with_name(f".{directory.name}.new")
        shutil.rmtree(beside, ignore_errors=True)
        settled = self.store.settled_polls()
        found, now = self._progress(settled), self.clock()
        now = max(now, found.latest or now)  # a rehearsal is ahead of its readers
        try:
            beside.mkdir(parents=True)
            made = write_export(
                beside, self.library, found, self.store.view, settled=settled, simulated=self.simulated, now=now
            )
            _swap(beside, directory)
        except OSError as error:
            raise ConfigError(
                f"{directory} cannot be written: {error.strerror or error}.",
                advice="Choose another place, or make room there.",
            ) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return made

    def _progress(self, settled: Collection[str]) -> Progress:
        """What the public page tells."""
        from campaign_bot.opendata.progress import progress
        from campaign_bot.opendata.tables import poll_rows

        approved = {
            str(row["delivery"]): datetime.fromisoformat(str(row["approved"]))
            for row in self.store.view("posts")
            if row["approved"]
        }
        clicks: Counter[tuple[str, str]] = Counter()
        for click in self.store.clicks():
            clicks[click.post, click.account] += click.count
        return progress(
            self.library, [believed(one) for one in self.store.results()], age=self.evaluation().age, approved=approved, outcomes=self.store.outcomes(),
            clicks=list(clicks.values()), polls=poll_rows(self.store.view, settled), spending=self.store.view("spending"),
        )  # fmt: skip

    def forget(self, *, dry: bool = False) -> dict[str, int]:
        """Let go of what is older than the campaign's `retention`. Returns how many values, by table and column."""
        now, retention = self.clock(), self.library.campaign.retention
        clicks = (now - retention.clicks).astimezone(self.zone).date()
        # What the report counts from its first day on, or up to an objective's, it must find again.
        campaign = self.library.campaign
        parting = {campaign.starts, *(one.by + timedelta(days=1) for one in campaign.objectives)}
        return self.store.forget(names=now - retention.names, clicks=clicks, parting=parting, dry=dry, now=now)

    def _known_names(self) -> set[str]:
        """Names of outcomes that something counts: the report, an objective, an earlier import."""
        known = {*KNOWN_NAMES, *self.store.outcome_names()}
        with contextlib.suppress(ContentError):  # what happened elsewhere can be kept all the same
            known |= {one.metric for one in self.library.campaign.objectives} - TAKEN
        return known

    def _overlaps(self, outcomes: OutcomeFile, checked: Checked) -> None:
        """Rows that a file of another name has too would count twice: each of them is an error."""
        found, number = self.store.overlapping(outcomes.rows(), file=outcomes.path.name, most=NAMED_OVERLAPS)
        advice = "Undo that import, or give this file its name: then it takes its place."
        checked.problems += [
            Problem(
                str(outcomes.path), 0, 0, "defined-twice", "error",
                f"{one.name} of {one.source} on {one.day} is in {one.file} already.", advice,
            )
            for one in found
        ]  # fmt: skip
        checked.overflow += number - len(found)


def _refuse_what_is_no_export(directory: Path) -> None:
    """Only an export is ever replaced."""
    if directory.exists() and not directory.is_dir():
        raise StateError(f"{directory} is not a directory.", advice="Name another place.")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / "data" / "datapackage.json").is_file():
        raise StateError(f"{directory} holds something else; nothing was written.", advice="Name a new directory.")


def _swap(new: Path, directory: Path) -> None:
    """Put the new export in the place of the old one: at any moment one of them is whole."""
    old = directory.with_name(f".{directory.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if directory.exists():
        directory.rename(old)
    new.rename(directory)
    shutil.rmtree(old, ignore_errors=True)
