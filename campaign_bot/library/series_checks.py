"""What must be true of a series: its items, its pictures, its poll and its templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from campaign_bot.library.checks import chosen_rows
from campaign_bot.library.draft import Draft, Part, SeriesDraft
from campaign_bot.library.files import Account, Picture, Row, SeriesFile
from campaign_bot.library.pictures import MEDIA, media_path, picture_problem
from campaign_bot.library.words import advice_for, nearest
from campaign_bot.library.yaml import Keys
from campaign_bot.model import Problem

TemplateProblems = Callable[[str, str], list[Problem]]  # (file, source)

_TEMPLATE = re.compile(r"post\.(?:(?P<network>[a-z0-9-]+)\.)?(?P<language>[a-z]{2,3})\.j2")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_series(draft: Draft, networks: Collection[str], template_problems: TemplateProblems | None) -> list[Problem]:
    """Everything that is wrong with the series."""
    found: list[Problem] = []
    for name, series in draft.series.items():
        found += named_well(series.part)
        found += templates_known(draft, series, networks)
        found += templates_there(draft, name, series)
        if series.part.value is not None:
            found += items_exist(draft, name, series.part, series.part.value)
            found += pictures_exist(draft, series.part, series.part.value)
            found += poll_options_fit(draft, name, series.part.value)
    if template_problems is not None:
        found += templates_parse(draft, template_problems)
    return found


def named_well(part: Part[SeriesFile]) -> Iterator[Problem]:
    if not _SLUG.fullmatch(part.id):
        message = f"The folder `{part.id}` must be named in lower-case letters, digits and hyphens."
        yield part.problem("wrong-type", (), message, "Rename it; did-you-know is a good name.")


# Items


def items_exist(draft: Draft, name: str, part: Part[SeriesFile], file: SeriesFile) -> Iterator[Problem]:
    if not part.sound("items") or file.items.data in draft.unread:
        return
    if file.items.data not in draft.rows:
        message = f"There is no content/data/{file.items.data}.yaml."
        yield part.problem("unknown-data", ("items", "data"), message, advice_for(file.items.data, draft.rows, "file"))
        return
    rows = draft.rows[file.items.data]
    known = {row.id for row in rows}
    for number, id in enumerate(file.items.only):  # noqa: A001
        if id not in known:
            message = f"content/data/{file.items.data}.yaml has no item `{id}`."
            yield part.problem("unknown-item", ("items", "only", number), message, advice_for(id, known, "item"))
        if id in file.items.only[:number]:
            yield part.problem("defined-twice", ("items", "only", number), f"`{id}` is named twice.", "Keep it once.")
    fields = {key for row in rows if row.value for key in (*Row.model_fields, *(row.value.model_extra or {}))}
    unknown = [key for key in file.items.where if fields and key not in fields]
    for key in unknown:
        message = f"No item has a field `{key}`."
        advice = advice_for(key, fields, "field")
        yield part.problem("unknown-key", ("items", "where", key), message, advice, at_key=True)
    if not chosen_rows(draft, name) and not unknown and not set(file.items.only) - known and all(r.value for r in rows):
        message = f"The series takes no item from content/data/{file.items.data}.yaml."
        advice = "Add items there, or ask for less in `where`." if file.items.where else "Add items there."
        yield part.problem("no-items", ("items",), message, advice, at_key=True)


def poll_options_fit(draft: Draft, name: str, file: SeriesFile) -> Iterator[Problem]:
    if file.poll is None or not draft.series[name].part.sound("poll"):
        return
    key = file.poll.options
    for row in chosen_rows(draft, name):
        options = row.value.field(key) if row.value else None
        said = _options_problem(options)
        if said:
            message = f"`{key}` of `{row.id}` {said}."
            yield row.problem("poll-options", (key,), message, f"Write `{key}: {{en: [Yes, No], fr: [Oui, Non]}}`.")


def _options_problem(options: object) -> str | None:
    if options is None:
        return "is missing, and the series makes a poll from it"
    if not isinstance(options, dict) or not all(isinstance(texts, list) for texts in options.values()):
        return "must be a list of options for each language"
    for language, texts in options.items():
        if not 2 <= len(texts) <= 4:
            return f"has {len(texts)} in `{language}`; a poll has 2 to 4 options"
        if not all(isinstance(text, str) and text.strip() for text in texts):
            return f"has an option in `{language}` that is not text (put numbers, dates and true/false into quotes)"
    counts = {len(texts) for texts in options.values()}
    return None if len(counts) == 1 else "must have as many options in each language"


# Pictures


def pictures_exist(draft: Draft, part: Part[SeriesFile], file: SeriesFile) -> Iterator[Problem]:
    if not part.sound("pictures"):
        return
    for number, picture in enumerate(file.pictures):
        keys = ("pictures", number)
        if bool(picture.card) == bool(picture.file):
            message = "A picture is either a `card` or a `file`, exactly one of the two."
            yield part.problem("picture-missing", keys, message, "Keep one of them.")
        elif picture.card:
            yield from _card(draft, part, picture, (*keys, "card"))
        else:
            yield from _file(draft, part, picture, (*keys, "file"))


def _card(draft: Draft, part: Part[SeriesFile], picture: Picture, keys: Keys) -> Iterator[Problem]:
    if picture.card not in draft.cards:
        message = f"There is no content/cards/{picture.card}.svg.j2."
        yield part.problem("picture-missing", keys, message, advice_for(picture.card, draft.cards, "card"))


def _file(draft: Draft, part: Part[SeriesFile], picture: Picture, keys: Keys) -> Iterator[Problem]:
    path = media_path(draft.directory, picture.file)
    if path is None:
        message = f"There is no picture `{picture.file}` in {MEDIA}."
        media = draft.directory / MEDIA
        there = (
            sorted(p.relative_to(media).as_posix() for p in media.rglob("*") if p.is_file()) if media.is_dir() else []
        )
        meant = nearest(picture.file, there)
        advice = f"Did you mean `{meant}`?" if meant else f"Put it into {MEDIA}; links that lead out of it are refused."
        yield part.problem("picture-missing", keys, message, advice)
    elif said := picture_problem(path):
        message = f"`{picture.file}` cannot be published: {said}."
        yield part.problem("picture-broken", keys, message, "Save it again as PNG or JPEG.")


# Templates


def templates_known(draft: Draft, series: SeriesDraft, networks: Collection[str]) -> Iterator[Problem]:
    """A template whose name says a language or network that there is not would never be used."""
    if not draft.languages:
        return
    right = [f"post.{lang}.j2" for lang in draft.languages]
    right += [f"post.{network}.{lang}.j2" for network in sorted(networks) for lang in draft.languages]
    for name in series.templates:
        if name not in right:
            file = _beside(series, name)
            message = f"`{name}` is not the name of a template that will be used."
            found = _TEMPLATE.fullmatch(name)
            if found and found["language"] not in draft.languages:
                message = f"`{name}` is in `{found['language']}`, which is not a language of the campaign."
            elif found:
                message = f"`{name}` is for `{found['network']}`, which is not a network."
            yield Problem(file, 0, 0, "unknown-file", "error", message, _rename(name, right))


def _rename(name: str, right: list[str]) -> str:
    meant = nearest(name, right)
    return f"Did you mean `{meant}`?" if meant else "Templates are named post.<language>.j2."


def templates_there(draft: Draft, name: str, series: SeriesDraft) -> Iterator[Problem]:
    """Every account that the series publishes to finds its template."""
    lacking: dict[str, list[str]] = {}
    for account in _accounts_of(draft, name):
        general = f"post.{account.language}.j2"
        own = f"post.{account.network}.{account.language}.j2"
        if account.language in draft.languages and not {general, own} & set(series.templates):
            lacking.setdefault(general, []).append(account.name)
    for template, accounts in lacking.items():
        message = f"The series `{name}` has no {template} for {', '.join(accounts)}."
        found = series.part.problem("template-missing", (), message, f"Add {_beside(series, template)}.")
        yield found if series.part.value else replace(found, line=0, column=0)


def _accounts_of(draft: Draft, series: str) -> list[Account]:
    entries = [part.value for part in draft.entries if part.value and part.value.series == series]
    wanted = {
        name for entry in entries for name in (draft.account_names if entry.accounts == "all" else entry.accounts)
    }
    return [account for name, account in draft.accounts().items() if name in wanted]


def templates_parse(draft: Draft, template_problems: TemplateProblems) -> Iterator[Problem]:
    """Templates of posts and cards, and alt texts, which are templates too."""
    for series in draft.series.values():
        for name, source in series.templates.items():
            yield from template_problems(_beside(series, name), source)
        pictures = series.part.value.pictures if series.part.value and series.part.sound("pictures") else ()
        for number, picture in enumerate(pictures):
            for language, source in picture.alt.items():
                for problem in template_problems(series.part.document.file, source):
                    line, column = series.part.document.place(("pictures", number, "alt", language))
                    yield replace(problem, line=line, column=column)
    for name, source in draft.cards.items():
        yield from template_problems(f"content/cards/{name}.svg.j2", source)


def _beside(series: SeriesDraft, name: str) -> str:
    return f"{series.part.document.file.removesuffix('series.yaml')}{name}"
