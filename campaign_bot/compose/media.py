"""What goes along with a text: pictures and cards, videos with captions, the card of a link. Each as its network takes it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaign_bot.compose.cards import SHAPES, ShapeName, render_card
from campaign_bot.compose.fitting import DoesNotFit, Fitted, Room, fit, is_animated, still
from campaign_bot.compose.templates import render, tidy
from campaign_bot.errors import ContentError
from campaign_bot.library.files import Library, Series
from campaign_bot.library.pictures import MEDIA, media_path, picture_problem
from campaign_bot.library.videos import MP4, captions_of, video_facts, video_problem, without_making
from campaign_bot.library.yaml import read_text
from campaign_bot.model import LinkCard, Media, Problem
from campaign_bot.values import replace

#: The picture of a link's card is small everywhere.
THUMB_BYTES = 1_000_000
Loaded = tuple[Media, bytes]


@dataclass(frozen=True, slots=True)
class Studio:
    """Everything that making the media of one post needs."""

    library: Library
    series: Series
    language: str
    context: Mapping[str, Any]
    filters: Mapping[str, Callable[..., Any]]
    shape: ShapeName
    room: Room

    def pictures(self) -> list[Loaded]:
        found: list[Loaded] = []
        for number, picture in enumerate(self.series.file.pictures, 1):
            alt = self._worded(f"alt text of picture {number}", picture.alt[self.language])
            found.append(self._card(picture.card, alt) if picture.card else self._file(picture.file, alt))
        return found

    def videos(self, *, moving: bool, captions: bool) -> list[Loaded]:
        """`moving` False: of a GIF only its first picture. `captions` False: without them."""
        found: list[Loaded] = []
        for video in self.series.file.videos:
            alt, path = self._worded("alt text of the video", video.alt[self.language]), self._path(video.file)
            media, data = load_media(path, alt, self.room, f"{MEDIA}/{video.file}", moving=moving)
            if captions and (name := video.captions.get(self.language)):
                media = replace(media, captions=self._captions(name))
            found.append((media, data))
        return found

    def link_card(self) -> tuple[LinkCard, bytes] | None:
        """The card and the bytes of its picture (empty where it has none)."""
        source = self.series.file.link_card
        if source is None:
            return None
        link, title, description = (
            self._worded(f"{name} of the link card", texts.get(self.language, ""))
            for name, texts in (("link", source.link), ("title", source.title), ("description", source.description))
        )
        if not link.startswith(("https://", "http://")):
            raise broken(self.place, f"The link of the link card is `{link}`.", "Begin it with https://.")
        loaded = (
            self._card(source.card, title) if source.card else self._file(source.file, title) if source.file else None
        )
        thumb, data = loaded or (None, b"")
        return LinkCard(link, title, description, thumb), data

    @property
    def place(self) -> str:
        return f"content/series/{self.series.id}/series.yaml"

    def _worded(self, what: str, source: str) -> str:
        try:
            return tidy(render("alt", source, self.context, extra=self.filters))
        except ContentError as error:
            message = f"The {what} ({self.language}): {error.problems[0].message}"
            raise broken(self.place, message, error.problems[0].advice) from error

    def _card(self, name: str, alt: str) -> Loaded:
        file = f"content/cards/{name}.svg.j2"
        try:
            source = (self.library.directory / file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise broken(file, f"The card cannot be read: {error}.", "Put it back as a UTF-8 text file.") from error
        data = render_card(source, self.context, file=file, shape=self.shape, filters=self.filters)
        size = SHAPES[self.shape]
        return _fitted(Media("", "image/png", alt, file, size.width, size.height), data, self.room)

    def _file(self, name: str, alt: str) -> Loaded:
        return load_media(self._path(name), alt, self.room, f"{MEDIA}/{name}")

    def _path(self, name: str) -> Path:
        path = media_path(self.library.directory, name)
        if path is None:
            raise broken(f"{MEDIA}/{name}", "The file is not there.", "Put it back, or name another.")
        return path

    def _captions(self, name: str) -> str:
        text, problems = read_text(self._path(name), f"{MEDIA}/{name}")
        if text is None:
            raise ContentError(problems[0].message, problems)
        try:
            return captions_of(text, name)
        except ValueError as error:
            raise broken(f"{MEDIA}/{name}", f"The captions cannot be used: {error}.", "Mend the file.") from error


def load_media(path: Path, alt: str, room: Room, file: str = "", *, moving: bool = True) -> Loaded:
    """A picture or video file as a network takes it. Raises ContentError when it is not there or cannot be made to fit."""
    file = file or path.name
    if not path.is_file():
        raise broken(file, f"There is no file {path}.", "Check its name.")
    if is_video(path):
        return _video(path, alt, room, file)
    if said := picture_problem(path):
        raise broken(file, f"{path.name} cannot be published: {said}.", "Save it again as PNG or JPEG.")
    data = path.read_bytes()
    if not moving and is_animated(data):
        data = still(data)
    return _fitted(Media("", "", tidy(alt), file), data, room)


def is_video(path: Path) -> bool:
    """By its name: what is in it is looked at afterwards, and said."""
    return path.suffix.lower() in (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi")


def _video(path: Path, alt: str, room: Room, file: str) -> Loaded:
    if said := video_problem(path):
        raise broken(file, f"{path.name} cannot be published: {said}.", "Save it again as MP4 with H.264 and AAC.")
    data = without_making(path.read_bytes())
    facts = video_facts(data)
    assert not isinstance(facts, str)  # noqa: S101 - it was looked at
    for there, most, unit in (
        (len(data), room.max_video_bytes, "bytes"), (facts.duration_s, room.max_video_s, "seconds"),
    ):  # fmt: skip
        if there > most:
            raise broken(file, f"{file} has {there:,.0f} {unit}; {most:,.0f} are taken.", "Cut it, or save it smaller.")
    sha256 = hashlib.sha256(data).hexdigest()
    return Media(sha256, MP4, tidy(alt), file, facts.width, facts.height, round(facts.duration_s, 3)), data


def _fitted(media: Media, data: bytes, room: Room) -> Loaded:
    try:
        fitted: Fitted = fit(data, room)
    except DoesNotFit as error:
        raise broken(media.file, f"{media.file} {error}.", "Save a smaller one.") from error
    sha256 = hashlib.sha256(fitted.data).hexdigest()
    width, height = fitted.width, fitted.height
    return replace(media, sha256=sha256, mime_type=fitted.mime_type, width=width, height=height), fitted.data


def broken(file: str, message: str, advice: str) -> ContentError:
    return ContentError(message, [Problem(file, 0, 0, "picture", "error", message, advice)], advice=advice)
