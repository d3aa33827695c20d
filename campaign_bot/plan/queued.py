"""Posts that a person queues, which are in no file."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from campaign_bot.compose import Takes, load_media, settle
from campaign_bot.errors import ContentError
from campaign_bot.library.files import Account, Library, Unsupported
from campaign_bot.model import QUEUE, Content, Part, Post, Problem, derived_key
from campaign_bot.networks.base import NOTHING_TOLD, Network, ToldLimits
from campaign_bot.plan.names import free_name
from campaign_bot.store.base import Draft, Planned


@dataclass(frozen=True, slots=True)
class Queued:
    """What a person queues that is in no file, in each language. `quotes` and `reposts`: the own earlier delivery, by
    account. `allow`: rules that it may break, and why."""

    texts: Mapping[str, str]
    due: datetime
    pictures: Sequence[tuple[Path, Mapping[str, str]]] = ()  # (file, alt by language); a video is one too
    quotes: Mapping[str, str] = field(default_factory=dict[str, str])
    reposts: Mapping[str, str] = field(default_factory=dict[str, str])
    allow: Mapping[str, str] = field(default_factory=dict[str, str])

    def text(self, language: str) -> str:
        """One text as it is kept: composed letters, plain line ends."""
        return unicodedata.normalize("NFC", self.texts.get(language, "").replace("\r\n", "\n")).strip()


def queued(
    library: Library,
    networks: Callable[[str], Network],
    accounts: Sequence[Account],
    wanted: Queued,
    names: Collection[str],
    author: str,
    told: ToldLimits = NOTHING_TOLD,
) -> Planned:
    """A post that is in no file. The same words for the same time are the same post. Raises ContentError for a picture
    that cannot be made to fit, and for what an account's network cannot do."""
    due, wall = wanted.due, wanted.due.astimezone(ZoneInfo(library.campaign.timezone))
    about = sorted({*wanted.quotes.values(), *wanted.reposts.values()})
    texts = dict.fromkeys(wanted.text(account.language) for account in sorted(accounts, key=lambda one: one.language))
    key = derived_key(library.campaign.id, QUEUE, due.isoformat(), *texts, *about)
    name = free_name(f"{QUEUE}-{wall:%Y-%m-%d-%H%M}", key, dict.fromkeys(names, ""))
    wall_time = f"{wall:%Y-%m-%d %H:%M} {library.campaign.timezone}"
    post = Post(key=key, name=name, schedule=QUEUE, series=QUEUE, item="", slot=due, wall_time=wall_time)
    drafts: list[Draft] = []
    pictures: dict[str, tuple[str, bytes]] = {}
    for account in accounts:
        takes = networks(account.network).told(told.get(account.name, {})).takes(account)
        text = wanted.text(account.language)
        loaded = [load_media(file, alts.get(account.language, ""), takes.room) for file, alts in wanted.pictures]
        pictures |= {media.sha256: (media.mime_type, data) for media, data in loaded}
        content = Content(
            account.language,
            (Part(text, tuple(media for media, _ in loaded)),),
            account.visibility,
            quotes=wanted.quotes.get(account.name, ""),
            reposts=wanted.reposts.get(account.name, ""),
        )
        _refuse_lacks(library, takes, account, content)
        drafts.append(
            Draft(
                key=derived_key(key, account.name),
                account=account.name,
                network=account.network,
                language=account.language,
                due=due,
                content=content,
                length=takes.measure(text),
                limit=takes.limit,
                authors=(author,),
                allow=tuple(sorted(wanted.allow.items())),
            )
        )
    return Planned(post, tuple(drafts), pictures)


def _refuse_lacks(library: Library, takes: Takes, account: Account, content: Content) -> None:
    """What a person queues for an account goes there or is refused at once: nothing is left out by a general choice."""
    asked = [
        feature
        for feature, wanted in (
            ("quote", content.quotes),
            ("repost", content.reposts),
            ("video", any(media.duration_s for media in content.parts[0].media)),
            ("visibility", content.visibility != "public"),
        )
        if wanted
    ]
    _, lacks = settle(asked, takes, Unsupported(), worded=False)
    if lacks:
        message = f"{account.name}: {lacks[0].message}."
        raise ContentError(message, [Problem("", 0, 0, "unsupported", "error", message)], advice="Leave it out there.")
