"""What a campaign directory says, as far as it could be read: the checks look at this, a Library is made from it.

Everything is read even where something is wrong, so that all problems are told at once.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from campaign_bot.library.files import Account, CampaignFile, ExperimentFile, Row, ScheduleEntry, SeriesFile
from campaign_bot.library.words import problems_of, wrong_keys
from campaign_bot.library.yaml import Document, Keys, read, read_text
from campaign_bot.model import Problem

CAMPAIGN = "content/campaign.yaml"

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Part(Generic[M]):
    """One thing that a file defines, with its place. `value` is None where too much is wrong to look closer."""

    id: str
    value: M | None
    document: Document
    keys: Keys
    wrong: tuple[Keys, ...] = ()  # what was left out of `value` because it has a problem already

    def sound(self, key: str) -> bool:
        """Nothing below this key has a problem yet: what follows from it would not be a second one."""
        keys = (*self.keys, key)
        refused = (*self.wrong, *self.document.refused)
        return not any(found[: len(keys)] == keys for found in refused)

    def problem(self, rule: str, keys: Keys, message: str, advice: str = "", *, at_key: bool = False) -> Problem:
        return self.document.problem(rule, (*self.keys, *keys), message, advice, at_key=at_key)


@dataclass(frozen=True, slots=True)
class SeriesDraft:
    part: Part[SeriesFile]
    templates: dict[str, str]  # file name -> source text


@dataclass(slots=True)
class Draft:
    """All parts of a campaign directory."""

    directory: Path
    campaign: Part[CampaignFile] | None = None
    series: dict[str, SeriesDraft] = field(default_factory=dict[str, SeriesDraft])
    rows: dict[str, list[Part[Row]]] = field(default_factory=dict[str, list[Part[Row]]])  # by name of the data file
    unread: set[str] = field(default_factory=set[str])  # data files that could not be read: nothing follows from them
    entries: list[Part[ScheduleEntry]] = field(default_factory=list[Part[ScheduleEntry]])
    experiments: list[Part[ExperimentFile]] = field(default_factory=list[Part[ExperimentFile]])
    #: Series -> wordings of experiments that are over.
    used: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    cards: dict[str, str] = field(default_factory=dict[str, str])  # name -> source of the SVG template
    problems: list[Problem] = field(default_factory=list[Problem])

    def _said(self, key: str) -> Any:
        return self.campaign.document.at(key) if self.campaign else None

    @property
    def languages(self) -> tuple[str, ...]:
        """The campaign's languages as written, whatever else is wrong with campaign.yaml; empty: unknown."""
        said = self._said("languages")
        return tuple(language for language in said if isinstance(language, str)) if isinstance(said, list) else ()

    @property
    def priorities(self) -> tuple[str, ...]:
        said = self._said("priorities")
        return tuple(said) if isinstance(said, dict) else ()

    @property
    def account_names(self) -> tuple[str, ...]:
        said = self._said("accounts")
        return tuple(said) if isinstance(said, dict) else ()

    def accounts(self) -> dict[str, Account]:
        """The accounts that are right in themselves."""
        found: dict[str, Account] = {}
        for name in self.account_names:
            try:
                account = Account.model_validate(self._said("accounts")[name])
            except ValidationError:
                continue
            found[name] = account.model_copy(update={"name": name})
        return found


def read_draft(directory: Path) -> Draft:
    """Read every file of a campaign directory; `problems` tells what could not be read."""
    draft = Draft(directory)
    document = _document(draft, directory / CAMPAIGN)
    if document is not None:
        draft.campaign = _part(draft, CampaignFile, document, (), "campaign")
    for path in _children(draft, "content/series", Path.is_dir):
        draft.series[path.name] = _series(draft, path)
    for path in _yaml_files(draft, "content/data"):
        draft.rows[path.stem] = _rows(draft, path)
    for path in _yaml_files(draft, "schedules"):
        draft.entries += _entries(draft, path)
    for path in _yaml_files(draft, "content/experiments"):
        document = _document(draft, path)
        if document is not None:
            draft.experiments.append(_part(draft, ExperimentFile, document, (), path.stem))
    for path in _children(draft, "content/cards", lambda path: path.name.endswith(".svg.j2")):
        source = _text(draft, path)
        if source is not None:
            draft.cards[path.name.removesuffix(".svg.j2")] = source
    return draft


def _relative(draft: Draft, path: Path) -> str:
    return path.relative_to(draft.directory).as_posix()


def _document(draft: Draft, path: Path) -> Document | None:
    document, problems = read(path, _relative(draft, path))
    draft.problems += problems
    return document


def _text(draft: Draft, path: Path) -> str | None:
    text, problems = read_text(path, _relative(draft, path))
    draft.problems += problems
    return text


def _children(draft: Draft, folder: str, wanted: Callable[[Path], bool]) -> list[Path]:
    """What a folder holds, by name; a folder that is not there holds nothing. Hidden files are nobody's."""
    try:
        found = sorted((draft.directory / folder).iterdir())
        return [path for path in found if not path.name.startswith(".") and wanted(path)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        message = f"The folder cannot be read: {error.strerror}."
        draft.problems.append(Problem(folder, 0, 0, "unreadable", "error", message))
        return []


def _yaml_files(draft: Draft, folder: str) -> list[Path]:
    for path in _children(draft, folder, lambda path: path.suffix.lower() in (".yml", ".json")):
        message = f"`{path.name}` is not read: files here end in .yaml."
        advice = f"Rename it to {path.stem}.yaml."
        draft.problems.append(Problem(_relative(draft, path), 0, 0, "unknown-file", "error", message, advice))
    return _children(draft, folder, lambda path: path.suffix == ".yaml")


def _series(draft: Draft, folder: Path) -> SeriesDraft:
    path = folder / "series.yaml"
    document = _document(draft, path) if path.exists() else None
    if not path.exists():
        message = f"The series `{folder.name}` has no series.yaml."
        found = Problem(_relative(draft, path), 0, 0, "missing-file", "error", message, "Add it, or remove the folder.")
        draft.problems.append(found)
    if document is None:
        document = Document(_relative(draft, path))
        part: Part[SeriesFile] = Part(folder.name, None, document, ())
    else:
        part = _part(draft, SeriesFile, document, (), folder.name)
    templates: dict[str, str] = {}
    for template in _children(draft, _relative(draft, folder), lambda path: path.suffix == ".j2"):
        # A template that cannot be read has its problem; it is there all the same.
        templates[template.name] = _text(draft, template) or ""
    return SeriesDraft(part, templates)


def _rows(draft: Draft, path: Path) -> list[Part[Row]]:
    document = _document(draft, path)
    if document is None or not isinstance(document.value, list | None):
        draft.unread.add(path.stem)
    if document is None or document.value is None:
        return []
    if not isinstance(document.value, list):
        advice = "Begin each item with `- id: its-name`, at the start of a line."
        draft.problems.append(document.problem("wrong-type", (), "The file must be a list of items.", advice))
        return []
    return [
        _part(draft, Row, document, (number,), str(document.at(number, "id") or ""))
        for number in range(len(document.value))
    ]


def _entries(draft: Draft, path: Path) -> list[Part[ScheduleEntry]]:
    document = _document(draft, path)
    if document is None or document.value is None:
        return []
    if not isinstance(document.value, dict):
        advice = "Write `name-of-the-entry:` at the start of a line, and its keys indented below."
        message = "The file must be a mapping from the names of schedule entries to the entries."
        draft.problems.append(document.problem("wrong-type", (), message, advice))
        return []
    return [_part(draft, ScheduleEntry, document, (name,), str(name)) for name in document.value]


def _part(draft: Draft, model: type[M], document: Document, keys: Keys, id: str) -> Part[M]:  # noqa: A002
    """The model of what is written at `keys`; if something is wrong, of what is left without it."""
    raw = document.at(*keys)
    try:
        return Part(id, model.model_validate(raw), document, keys)
    except ValidationError as error:
        draft.problems += problems_of(error, document, keys, model)
        wrong = tuple(wrong_keys(error, document, keys))
    try:
        return Part(
            id, model.model_validate(_without(raw, [found[len(keys) :] for found in wrong])), document, keys, wrong
        )
    except ValidationError:
        return Part(id, None, document, keys, wrong)


def _without(value: Any, wrong: list[Keys]) -> Any:
    """A copy of the value that lacks what is wrong. Items of lists go from the end, so that the others keep theirs."""
    left = copy.deepcopy(value)
    for keys in sorted(set(wrong), key=lambda keys: [str(key).zfill(9) for key in keys], reverse=True):
        around = left
        for key in keys[:-1]:
            around = around[key]
        if keys:
            del around[keys[-1]]
    return left
