"""Which parts of a campaign directory can be read on although something is wrong in it.

One file's error must not hide what is wrong in the others. A part that is not right in itself is left out, with all that
follows from it: what could be said of that would be no finding of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from campaign_bot.library.draft import CAMPAIGN, Draft
from campaign_bot.library.lots import wordings_in
from campaign_bot.model import Problem
from campaign_bot.values import replace

#: These block a post and are no errors of reading: what is said can be looked at all the same.
OF_WORDS = ("source-missing",)
NOT_LOOKED_AT = "not-looked-at"
CURE = "Mend those and check again."


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not looked at: series by name, items by their file and number, files with schedules or experiments."""

    series: frozenset[str] = frozenset()
    items: frozenset[tuple[str, int]] = frozenset()
    files: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.series or self.items or self.files)


def unsound(draft: Draft, problems: Iterable[Problem]) -> LeftOut | None:
    """What has to be left out. None: campaign.yaml is not right, and everything follows from that."""
    blocking = [one for one in problems if one.blocks and one.rule not in OF_WORDS]
    wrong = {one.file for one in blocking}
    if draft.campaign is None or draft.campaign.value is None or CAMPAIGN in wrong:
        return None
    items, unread = _items(draft, blocking)
    series = {
        name
        for name, loaded in draft.series.items()
        if loaded.part.value is None
        or any(file.startswith(f"content/series/{name}/") for file in wrong)
        or loaded.part.value.items.data in unread
    }
    while more := {name for name in set(draft.series) - series if _after(draft, name) & series}:
        series |= more
    return LeftOut(frozenset(series), frozenset(items), frozenset(wrong))


def _items(draft: Draft, blocking: Sequence[Problem]) -> tuple[set[tuple[str, int]], set[str]]:
    """The items that something is wrong with; and the data files of which nobody can say which these are."""
    items: set[tuple[str, int]] = set()
    unread = set(draft.unread)
    for name, parts in draft.rows.items():
        begins = [part.document.place(part.keys)[0] for part in parts]
        for one in blocking:
            if one.file != f"content/data/{name}.yaml":
                continue
            at = bisect_right(begins, one.line) - 1
            if at < 0:
                unread.add(name)
            else:
                items.add((name, at))
    return items, unread


def _after(draft: Draft, name: str) -> set[str]:
    """The series whose posts this one quotes or reposts."""
    file = draft.series[name].part.value
    sources = (file.quotes, file.reposts) if file else ()
    return {source.series for source in sources if source}


def without(draft: Draft, left_out: LeftOut) -> Draft:
    """The same draft without these parts."""
    return replace(
        draft,
        rows={
            name: [part for number, part in enumerate(parts) if (name, number) not in left_out.items]
            for name, parts in draft.rows.items()
        },
        series={name: one for name, one in draft.series.items() if name not in left_out.series},
        entries=[
            part
            for part in draft.entries
            if part.document.file not in left_out.files and (not part.value or part.value.series not in left_out.series)
        ],
        experiments=[
            part
            for part in draft.experiments
            if part.document.file not in left_out.files and (not part.value or part.value.series not in left_out.series)
        ],
    )


def without_ended(draft: Draft, ended: Mapping[str, str]) -> Draft:
    """The same draft; what the files of experiments that are over say is no matter any more, right or wrong. `ended`: what
    they were declared to be; their wordings may stay where they are."""
    used: dict[str, set[str]] = {}
    for design in ended.values():
        series, wordings = wordings_in(design)
        used.setdefault(series, set()).update(wordings)
    files = {f"content/experiments/{name}.yaml" for name in ended}
    return replace(
        draft,
        experiments=[part for part in draft.experiments if part.id not in ended],
        used=used,
        problems=[one for one in draft.problems if one.file not in files],
    )


def not_looked_at(draft: Draft, left_out: LeftOut) -> Iterator[Problem]:
    """That their posts were not looked at, so that nobody takes silence for praise."""
    for name in sorted(left_out.series):
        document = draft.series[name].part.document
        message = f"The posts of `{name}` were not looked at: its files have errors."
        yield Problem(document.file, 0, 0, NOT_LOOKED_AT, "warning", message, CURE)
    for name, number in sorted(left_out.items):
        part = draft.rows[name][number]
        message = f"What is made from the item `{part.id or number + 1}` was not looked at: it has errors."
        yield replace(part.problem(NOT_LOOKED_AT, (), message, CURE), severity="warning")
    for file in sorted(_schedules(draft) & left_out.files):
        message = "What this file schedules was not looked at: it has errors."
        yield Problem(file, 0, 0, NOT_LOOKED_AT, "warning", message, CURE)


def _schedules(draft: Draft) -> set[str]:
    return {part.document.file for part in draft.entries}
