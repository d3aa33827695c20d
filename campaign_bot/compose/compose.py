"""Compose: series, item, account and slot become the exact content of one delivery.

A template may offer several wordings; the longest one that fits by the network's own count is taken. Nothing is cut:
where none fits, the shortest is kept, and the checks say by how much it is too long.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from campaign_bot.compose import cards
from campaign_bot.compose.filters import language_filters, linker
from campaign_bot.compose.templates import render, versions
from campaign_bot.errors import ConfigError
from campaign_bot.library.files import Account, Library, Picture, Row, Series
from campaign_bot.model import Content, Media, Part, Poll


@dataclass(frozen=True, slots=True)
class Composition:
    """The content, the bytes of its pictures by hash, and how it fits."""

    content: Content
    pictures: dict[str, bytes]
    length: int  # of the longest part, by the network's own count
    version: int  # 0: the longest wording of the template
    template: str


@dataclass(frozen=True, slots=True)
class _Scene:
    """What templates of one delivery see."""

    context: dict[str, Any]
    filters: dict[str, Callable[..., Any]]
    pictures: dict[str, bytes] = field(default_factory=dict[str, bytes])


class Values(Mapping[str, Any]):
    """A mapping whose translated fields speak one language; templates write `item.text`."""

    def __init__(self, values: Mapping[str, Any], language: str, languages: frozenset[str]) -> None:
        self._values, self._language, self._languages = values, language, languages

    def __getitem__(self, name: str) -> Any:
        return speak(self._values[name], self._language, self._languages)

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def speak(value: Any, language: str, languages: frozenset[str]) -> Any:
    """A translated field (a mapping by language) in one language; other values as they are, mappings wrapped."""
    if isinstance(value, Mapping):
        if value and set(value) <= languages:
            return value.get(language, "")
        return Values(value, language, languages)
    return value


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
) -> Composition:
    """The content of one delivery. `slot` is in the campaign's zone. Raises ContentError with file and line."""
    scene = _scene(library, series, row, account, slot=slot, days_left=days_left)
    name, source = series.template(account.network, account.language)
    file = f"content/series/{series.id}/{name}"
    wordings = versions(unicodedata.normalize("NFC", render(file, source, scene.context, scene.filters)))
    lengths = [max(measure(part) for part in parts) for parts in wordings]
    version = next((number for number, length in enumerate(lengths) if length <= limit), len(wordings) - 1)
    media = tuple(_picture(library, scene, picture, account.language) for picture in series.file.pictures)
    poll = scene.context.get("poll")
    first = Part(
        wordings[version][0], media, Poll(tuple(poll["options"]), poll["duration_min"]) if poll and polls else None
    )
    warning = series.file.content_warning.get(account.language, "")
    content = Content(
        account.language,
        (first, *(Part(text) for text in wordings[version][1:])),
        account.visibility,
        warning,
    )
    return Composition(content, scene.pictures, lengths[version], version, file)


def load_picture(file: Path, alt: str) -> tuple[Media, bytes]:
    """A picture file with its alt text. Raises ConfigError when it is missing or not a picture."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"The picture {file} cannot be read: {error.strerror}.", advice="Name an existing file.") from error
    return _media(file.name, data, alt), data


def _scene(
    library: Library, series: Series, row: Row, account: Account, *, slot: datetime, days_left: int | None
) -> _Scene:
    campaign, language = library.campaign, account.language
    languages = frozenset(campaign.languages)
    filters = language_filters(language, campaign.region)
    link = linker(campaign.links, campaign=campaign.id, network=account.network, series=series.id)
    ids = [one.id for one in series.rows]
    context: dict[str, Any] = {
        "item": Values(row.model_dump(), language, languages),
        "campaign": Values({"id": campaign.id, "name": campaign.name, "goal": campaign.goal}, language, languages),
        "series": Values({"id": series.id, "title": series.file.title}, language, languages),
        "account": account,
        "network": account.network,
        "language": language,
        "slot": slot,
        "index": ids.index(row.id) + 1,
        "count": len(ids),
        "link": link,
    }
    if days_left is not None:
        context["days_left"] = days_left
    if series.file.poll is not None:
        options = speak(row.field(series.file.poll.options), language, languages)
        context["poll"] = {
            "options": [unicodedata.normalize("NFC", str(option)) for option in options],
            "duration_min": int(series.file.poll.duration.total_seconds() // 60),
        }
    return _Scene(context, {**filters, "link": link})


def _picture(library: Library, scene: _Scene, picture: Picture, language: str) -> Media:
    place = "content/series/" + scene.context["series"]["id"] + "/series.yaml"
    alt = unicodedata.normalize("NFC", " ".join(render(place, picture.alt[language], scene.context, scene.filters).split()))
    if picture.file:
        media, data = load_picture(library.directory / "content" / "media" / picture.file, alt)
    else:
        card = f"content/cards/{picture.card}.svg.j2"
        source = (library.directory / card).read_text(encoding="utf-8")
        data, width, height = cards.draw(card, source, scene.context, scene.filters)
        media = Media(hashlib.sha256(data).hexdigest(), "image/png", alt, card, width, height)
    scene.pictures[media.sha256] = data
    return media


def _media(name: str, data: bytes, alt: str) -> Media:
    try:
        with Image.open(BytesIO(data)) as image:
            image.verify()
            kind = Image.MIME.get(image.format or "", "application/octet-stream")
            width, height = image.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ConfigError(f"{name} is not a picture that can be read.", advice="Use a PNG, JPEG, GIF or WebP file.") from error
    return Media(hashlib.sha256(data).hexdigest(), kind, unicodedata.normalize("NFC", alt.strip()), name, width, height)
