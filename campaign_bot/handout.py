"""Handout: the cards of the coming posts as files, with their captions, for networks that people serve by hand.

Instagram and TikTok take pictures in their own shapes and no bot of ours. What people carry there is composed from the
same items by the same templates as what the bot publishes; its alt text comes from the same data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from campaign_bot.compose import LACKS, Room, ShapeName, Takes, compose
from campaign_bot.errors import ContentError
from campaign_bot.library.files import Library, Row, Series
from campaign_bot.model import REPLIES, Post, Problem
from campaign_bot.schedule import Slot

#: A post that the files make: what it is, when, and of which item; the last is its due time.
Coming = tuple[Post, Slot, Series, Row, datetime]

#: People can do by hand what a post asks for, but for a poll: that is worded. Pictures stay as they were drawn.
CAN = frozenset(LACKS) - {"poll"} | {f"replies:{who}" for who in REPLIES}
ROOM = Room(("image/png", "image/jpeg"), 50_000_000)

#: Instagram's own limit of a caption (help.instagram.com, read 2026-11); TikTok takes more.
CAPTION = 2200
TAKES = Takes("A caption", len, CAPTION, CAN, ROOM)
ALT = {"en": "Alt text: ", "fr": "Texte de remplacement\u00a0: "}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file to carry: a picture, or (no `shape`) the caption beside the pictures of its post and language."""

    name: str
    post: str
    language: str
    shape: str
    data: bytes


def sheets(
    library: Library, coming: Iterable[Coming], shapes: Sequence[ShapeName], languages: Sequence[str], *, network: str
) -> Iterable[Sheet]:
    """The cards of these posts, and their captions, in each language. `network` is where they go, for the links' sake.
    Posts without a card are left out. Raises ContentError where one cannot be made."""
    zone = ZoneInfo(library.campaign.timezone)
    for post, slot, series, row, _ in coming:
        if not any(picture.card for picture in series.file.pictures):
            continue
        accounts = {one.language: one for one in library.accounts_of(library.schedules[slot.entry])}
        for language in (one for one in languages if one in accounts):
            account = accounts[language].model_copy(update={"network": network})
            told = ""
            for shape in shapes:
                made = compose(
                    library, series, row, account, slot=slot.instant.astimezone(zone), days_left=slot.days_left,
                    takes=TAKES, shape=shape,
                )  # fmt: skip
                if made.length > CAPTION:
                    message = f"The caption of {post.name} ({language}) has {made.length} characters of {CAPTION}."
                    file = f"content/series/{series.id}/{made.template}"
                    raise ContentError(message, [Problem(file, 0, 0, "too-long", "error", message)])
                media = made.content.parts[0].media
                for number, one in enumerate(media, 1):
                    which = f"-{number}" if len(media) > 1 else ""
                    name = f"{post.name}.{language}.{shape}{which}.png"
                    yield Sheet(name, post.name, language, shape, made.pictures[one.sha256])
                alts = "\n".join(f"{ALT.get(language, ALT['en'])}{one.alt}" for one in media)
                told = f"{made.content.text}\n\n{alts}\n"
            yield Sheet(f"{post.name}.{language}.txt", post.name, language, "", told.encode())
