"""What must be true of an experiment before it may begin."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from campaign_bot.library.draft import Draft, Part
from campaign_bot.library.files import ExperimentFile
from campaign_bot.library.words import advice_for
from campaign_bot.model import Problem

FEWEST, MOST = 2, 4


def check_experiments(draft: Draft, networks: Collection[str]) -> Iterator[Problem]:
    """Everything that is wrong with the experiments."""
    busy: dict[str, str] = {}
    for part in draft.experiments:
        file = part.value
        if file is None:
            continue
        if file.series not in draft.series:
            advice = advice_for(file.series, draft.series, "series")
            yield part.problem("unknown-series", ("series",), f"There is no series `{file.series}`.", advice)
            continue
        if file.starts and file.ends and file.ends < file.starts:
            yield part.problem("wrong-dates", ("ends",), "It ends before it starts.", "Put the dates in order.")
        other = busy.setdefault(file.series, part.id)
        if other != part.id:
            message = f"The series `{file.series}` is in the experiment `{other}` already."
            advice = "A post can be in one experiment only: end one, remove it, or use another series."
            yield part.problem("experiment", ("series",), message, advice)
        yield from _variants(draft, part, file, networks)


def _variants(
    draft: Draft, part: Part[ExperimentFile], file: ExperimentFile, networks: Collection[str]
) -> Iterator[Problem]:
    if not FEWEST <= len(file.variants) <= MOST:
        message = f"An experiment has {FEWEST} to {MOST} variants; this has {len(file.variants)}."
        yield part.problem("experiment", ("variants",), message, "Few variants are decided sooner.", at_key=True)
    arms = [(variant.wording, variant.at) for variant in file.variants.values()]
    for number, (name, variant) in enumerate(file.variants.items()):
        keys = ("variants", name)
        if arms[number] in arms[:number]:
            message = f"`{name}` is the same as another variant."
            yield part.problem("experiment", keys, message, "Give it a `wording` or a time (`at`) of its own.")
        if variant.wording in networks:
            message = (
                f"`{variant.wording}` is the name of a network: `post.{variant.wording}.en.j2` would be its wording."
            )
            yield part.problem("experiment", (*keys, "wording"), message, "Call the wording something else.")
        elif variant.wording:
            yield from _templates(draft, part, file, name)


def _templates(draft: Draft, part: Part[ExperimentFile], file: ExperimentFile, name: str) -> Iterator[Problem]:
    wording, series = file.variants[name].wording, draft.series[file.series]
    for language in draft.languages:
        template = f"post.{wording}.{language}.j2"
        if template not in series.templates:
            message = f"The series `{file.series}` has no {template}."
            advice = f"Add content/series/{file.series}/{template}."
            yield part.problem("template-missing", ("variants", name, "wording"), message, advice)


def wordings_of(draft: Draft, series: str) -> set[str]:
    """The wordings that experiments use or used, for the names of templates."""
    files = [part.value for part in draft.experiments if part.value and part.value.series == series]
    now = {variant.wording for file in files for variant in file.variants.values() if variant.wording}
    return now | draft.used.get(series, set())
