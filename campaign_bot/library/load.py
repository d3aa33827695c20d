"""A campaign directory as a Library, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from campaign_bot.library.check_settings import check_settings
from campaign_bot.library.checks import check_draft, chosen_rows
from campaign_bot.library.draft import CAMPAIGN, Draft, read_draft
from campaign_bot.library.experiment_checks import check_experiments
from campaign_bot.library.files import Library, Series
from campaign_bot.library.measure_checks import check_measures
from campaign_bot.library.series_checks import TemplateProblems, check_series
from campaign_bot.library.sound import NOT_LOOKED_AT, not_looked_at, unsound, without, without_ended
from campaign_bot.model import Problem


def load(
    directory: Path,
    *,
    networks: Collection[str] | None = None,
    template_problems: TemplateProblems | None = None,
    rules: Collection[str] | None = None,
    ended: Mapping[str, str] | None = None,
) -> tuple[Library | None, list[Problem]]:
    """Read a campaign directory. Every problem of every file is told, sorted by place; a Library when none blocks.

    `networks`: the names that accounts may use (None: any). `template_problems(file, source)`: what is wrong with a
    template's syntax (None: not looked at). `rules`: those of the checks that files may name (None: any). `ended`: experiments that are
    over, with what they were declared to be; nothing follows from their files, whatever these say by now. Bad content never raises.
    """
    library, problems = load_sound(
        directory, networks=networks, template_problems=template_problems, rules=rules, ended=ended
    )
    problems = [one for one in problems if one.rule != NOT_LOOKED_AT]
    return (None if any(problem.blocks for problem in problems) else library), problems


def load_sound(
    directory: Path,
    *,
    networks: Collection[str] | None = None,
    template_problems: TemplateProblems | None = None,
    rules: Collection[str] | None = None,
    ended: Mapping[str, str] | None = None,
) -> tuple[Library | None, list[Problem]]:
    """The same; but where something blocks, a Library of all that can be read on, so that one file's error hides nothing
    in the others. Nothing is published from it. None where campaign.yaml itself is not right."""
    empty = _empty(directory)
    if empty is not None:
        return None, [empty]
    draft = without_ended(read_draft(directory), ended or {})
    known = {account.network for account in draft.accounts().values()} if networks is None else networks
    found = {
        *draft.problems,
        *check_draft(draft, known),
        *check_series(draft, known, template_problems),
        *check_experiments(draft, known),
        *check_measures(draft, known),
        *(check_settings(draft, rules) if rules is not None else ()),
    }
    left_out = unsound(draft, found)
    if left_out is None:
        return None, sorted(found)
    return _library(without(draft, left_out)), sorted({*found, *not_looked_at(draft, left_out)})


def _empty(directory: Path) -> Problem | None:
    path = directory / CAMPAIGN
    try:
        if path.stat().st_size and path.is_file():
            return None
        message = f"{CAMPAIGN} is empty." if path.is_file() else f"{CAMPAIGN} is not a file."
    except (FileNotFoundError, NotADirectoryError):
        message = "There is no campaign here."
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        message = f"The campaign cannot be read: {said}."
        return Problem(CAMPAIGN, 0, 0, "unreadable", "error", message, "Look at the path and at who may read it.")
    return Problem(CAMPAIGN, 0, 0, "empty-campaign", "error", message, "Begin one with `campaign-bot init DIR`.")


def _library(draft: Draft) -> Library:
    assert draft.campaign is not None and draft.campaign.value is not None  # noqa: S101 - no problem was found
    series = {
        name: Series(
            name,
            loaded.part.value,
            tuple(row.value for row in chosen_rows(draft, name) if row.value),
            loaded.templates,
            {key: loaded.part.document.key_place((key,)) for key in loaded.part.value.model_fields_set},
        )
        for name, loaded in draft.series.items()
        if loaded.part.value
    }
    schedules = {part.id: part.value for part in draft.entries if part.value}
    places = {part.id: (part.document.file, *part.document.key_place(part.keys)) for part in draft.entries}
    experiments = {part.id: part.value for part in draft.experiments if part.value}
    commitments = tuple(part.value for part in draft.rows.get("commitments", []) if part.value)
    return Library(
        draft.directory,
        draft.campaign.value,
        series,
        schedules,
        places,
        experiments=experiments,
        commitments=commitments,
    )
