"""Compose: one item of a series, said for one account. The longest version that fits; nothing is ever cut."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image

from campaign_bot.compose.cards import SHAPES, ShapeName, render_card
from campaign_bot.compose.filters import Tracking, filters
from campaign_bot.compose.templates import Fields, render, split, tidy
from campaign_bot.errors import ContentError
from campaign_bot.library.files import Account, Library, Picture, Row, Series
from campaign_bot.library.pictures import MEDIA, media_path, picture_problem
from campaign_bot.model import Content, Media, Part, Poll, Problem


@dataclass(frozen=True, slots=True)
class Composition:
    """What came out. `version` counts from 0, the longest; `length` is that of the longest part."""

    content: Content
    pictures: dict[str, bytes]  # by sha256
    length: int
    version: int
    template: str


def compose(
    library: Library,
    series: Series,
    row: Row,
    account: Account,
    *,
    slot: datetime,
    days_left: int | None,
    measure: Callable[[str], int],
    limit: int,
    polls: bool,
    shape: ShapeName = "wide",
) -> Composition:
    """The post for one account: `slot` in the campaign's zone, `measure` and `limit` the network's own count, `shape` that
    of its cards.

    The longest version in which every part fits is taken; if none does, the shortest, and the check says too-long.
    Pictures and the poll go with the first part; where the network has no polls the poll is left out. Raises
    ContentError, with a problem at file:line, when a template cannot be filled or a picture cannot be made."""
    context = _context(library, series, row, account, slot, days_left, polls)
    extra = filters(account.language, library.campaign.region, _tracking(library, series, account))
    template, source = series.template(account.network, account.language)
    try:
        versions = split(render(f"content/series/{series.id}/{template}", source, context, extra=extra))
        loaded = [
            _picture(library, series, number, account.language, context, extra, shape)
            for number in range(len(series.file.pictures))
        ]
    except ContentError as error:
        raise _about(error, row, account) from error
    longest = [max(map(measure, version.parts)) for version in versions]
    chosen = next((number for number, length in enumerate(longest) if length <= limit), len(versions) - 1)
    first, *others = versions[chosen].parts
    poll = _poll(series, context) if polls else None
    content = Content(
        language=account.language,
        parts=(Part(first, tuple(media for media, _ in loaded), poll), *map(Part, others)),
        visibility=account.visibility,
        content_warning=tidy(series.file.content_warning.get(account.language, "")),
    )
    return Composition(content, {media.sha256: data for media, data in loaded}, longest[chosen], chosen, template)


def load_picture(file: Path, alt: str) -> tuple[Media, bytes]:
    """A picture file with its alt text. Raises ContentError when it is not there or not a picture."""
    if not file.is_file():
        raise _broken(str(file), f"There is no picture {file}.", "Check its name.")
    if said := picture_problem(file):
        raise _broken(str(file), f"{file} cannot be published: {said}.", "Save it again as PNG or JPEG.")
    data = file.read_bytes()
    with Image.open(io.BytesIO(data)) as picture:
        mime, (width, height) = Image.MIME[picture.format or "PNG"], picture.size
    return Media(hashlib.sha256(data).hexdigest(), mime, tidy(alt), file.name, width, height), data


def translated(value: Any, language: str, languages: tuple[str, ...]) -> Any:
    """The value with every translated mapping inside it replaced by its text in the language."""
    if isinstance(value, dict):
        if language in value and set(value) <= set(languages):
            return translated(value[language], language, languages)
        return {key: translated(below, language, languages) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [translated(below, language, languages) for below in value]
    return value


def _context(
    library: Library, series: Series, row: Row, account: Account, slot: datetime, days_left: int | None, polls: bool
) -> dict[str, Any]:
    """The names that templates know (templates.NAMES)."""
    campaign, language = library.campaign, account.language
    values = translated(row.model_dump(), language, campaign.languages)
    context = {
        "item": _fields("item", {name: value for name, value in values.items() if value is not None}),
        "campaign": Fields(
            "campaign",
            {
                "id": campaign.id,
                "name": campaign.name[language],
                "goal": campaign.goal[language],
                "starts": campaign.starts,
                "ends": campaign.ends,
            },
        ),
        "series": Fields("series", {"id": series.id, "title": series.file.title[language]}),
        "account": Fields("account", {"name": account.name, "handle": account.handle}),
        "network": account.network,
        "language": language,
        "slot": slot,
        "index": next((at for at, one in enumerate(series.rows, 1) if one.id == row.id), 1),
        "count": len(series.rows),
    }
    if days_left is not None:
        context["days_left"] = days_left
    if series.file.poll is not None:
        options = values.get(series.file.poll.options) or []
        context["poll"] = Fields("poll", {"options": [tidy(str(option)) for option in options], "native": polls})
    return context


def _fields(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return Fields(name, {key: _fields(f"{name}.{key}", below) for key, below in value.items()})
    if isinstance(value, list):
        return [_fields(name, below) for below in value]
    return value


def _tracking(library: Library, series: Series, account: Account) -> Tracking | None:
    links = library.campaign.links
    return Tracking(account.network, links.campaign or library.campaign.id, series.id) if links.utm else None


def _poll(series: Series, context: Mapping[str, Any]) -> Poll | None:
    if series.file.poll is None:
        return None
    minutes = int(series.file.poll.duration.total_seconds() // 60)
    return Poll(tuple(context["poll"]["options"]), minutes)


def _picture(
    library: Library,
    series: Series,
    number: int,
    language: str,
    context: Mapping[str, Any],
    extra: Mapping[str, Callable[..., Any]],
    shape: ShapeName,
) -> tuple[Media, bytes]:
    picture: Picture = series.file.pictures[number]
    try:
        alt = tidy(render("alt", picture.alt[language], context, extra=extra))
    except ContentError as error:
        message = f"The alt text of picture {number + 1} ({language}): {error.problems[0].message}"
        raise _broken(f"content/series/{series.id}/series.yaml", message, error.problems[0].advice) from error
    if not picture.card:
        path = media_path(library.directory, picture.file)
        if path is None:
            raise _broken(f"{MEDIA}/{picture.file}", "The picture is not there.", "Put it back, or name another.")
        media, data = load_picture(path, alt)
        return Media(media.sha256, media.mime_type, alt, f"{MEDIA}/{picture.file}", media.width, media.height), data
    file = f"content/cards/{picture.card}.svg.j2"
    try:
        source = (library.directory / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(file, f"The card cannot be read: {error}.", "Put it back as a UTF-8 text file.") from error
    data = render_card(source, context, file=file, shape=shape, filters=extra)
    size = SHAPES[shape]
    return Media(hashlib.sha256(data).hexdigest(), "image/png", alt, file, size.width, size.height), data


def _broken(file: str, message: str, advice: str) -> ContentError:
    return ContentError(message, [Problem(file, 0, 0, "picture", "error", message, advice)], advice=advice)


def _about(error: ContentError, row: Row, account: Account) -> ContentError:
    """The same, with the item and the account it happened for."""
    problems = [
        Problem(p.file, p.line, p.column, p.rule, p.severity, f"{p.message} (item {row.id}, {account.name})", p.advice)
        for p in error.problems
    ]
    return ContentError(error.message, problems, advice=error.advice)
