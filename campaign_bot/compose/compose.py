"""Compose: one item of a series, said for one account. The longest version that fits; nothing is ever cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaign_bot.compose.cards import ShapeName
from campaign_bot.compose.choices import Takes, settle
from campaign_bot.compose.filters import Tracking, filters
from campaign_bot.compose.links import Shortener
from campaign_bot.compose.media import Studio, is_video
from campaign_bot.compose.templates import Fields, render, split, tidy
from campaign_bot.errors import ContentError
from campaign_bot.library.files import Account, Library, Row, Series
from campaign_bot.library.pictures import media_path
from campaign_bot.model import Content, Part, Poll, Problem

#: The key of series.yaml that asks for a feature.
KEYS = {
    "poll": "poll", "quote": "quotes", "repost": "reposts", "gif": "videos", "video": "videos", "captions": "videos",
    "content_warning": "content_warning", "label": "label", "replies": "replies",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Composition:
    """What came out. `version` counts from 0, the longest; `length` is that of the longest part."""

    content: Content
    pictures: dict[str, bytes]  # by sha256; videos too
    length: int
    version: int
    template: str
    links: tuple[tuple[str, str], ...] = ()  # (code, target) of short addresses


def compose(
    library: Library,
    series: Series,
    row: Row,
    account: Account,
    *,
    slot: datetime,
    days_left: int | None,
    takes: Takes,
    earlier: str = "",
    shape: ShapeName = "wide",
    wording: str = "",
    post: str = "",
) -> Composition:
    """The post (its key: `post`) for one account: `slot` in the campaign's zone, `takes` what its network takes, `earlier` the
    delivery that it quotes or reposts, `shape` that of its cards, `wording` an experiment's.

    The longest version in which every part fits is taken; if none does, the shortest, and the check says too-long.
    Pictures and the poll go with the first part. What the network cannot do is left out as the campaign chose. Raises
    ContentError, with a problem at file:line, when a template cannot be filled, a picture cannot be made, or something
    cannot be done and there is no way out; LeftOut where the campaign chose that nothing goes out there."""
    template, source = _template(series, account, wording)
    worded = template.startswith(f"post.{account.network}.") or "poll.native" in source
    needed = _needed(library, series, account)
    out = _settled(library, series, row, account, needed, takes, worded=worded)
    polls = "poll" in takes.can
    context = _context(library, series, row, account, slot, days_left, polls)
    shorten = Shortener(library.campaign.links.domain, library.campaign.id, post, account.name)
    extra = filters(account.language, library.campaign.region, _tracking(library, series, account), shorten)
    studio = Studio(library, series, account.language, context, extra, shape, takes.room)
    reposts = earlier if series.file.reposts is not None and "repost" not in out else ""
    try:
        versions = split("")
        if not reposts:
            versions = split(render(f"content/series/{series.id}/{template}", source, context, extra=extra))
        loaded = studio.pictures() if not reposts else []
        if "video" not in out and not reposts:
            loaded += studio.videos(moving="gif" not in out, captions="captions" not in out)
        linked = studio.link_card() if "link_card" in takes.can and not reposts else None
    except ContentError as error:
        raise _about(error, row, account) from error
    longest = [max(map(takes.measure, version.parts)) for version in versions]
    chosen = next((number for number, length in enumerate(longest) if length <= takes.limit), len(versions) - 1)
    first, *others = versions[chosen].parts
    if others:
        _settled(library, series, row, account, ["thread"], takes, worded=False, template=template)
    content = Content(
        language=account.language,
        parts=(
            Part(
                first,
                tuple(media for media, _ in loaded),
                _poll(series, context) if polls and not reposts else None,
                linked[0] if linked else None,
            ),
            *map(Part, others),
        ),
        visibility=account.visibility if "visibility" not in out else "public",
        content_warning=_warning(series, account) if "content_warning" not in out else "",
        label=series.file.label if "label" not in out else "",
        replies=series.file.replies if "replies" not in out and series.file.replies != "everybody" else "",
        quotes=earlier if series.file.quotes is not None and "quote" not in out else "",
        reposts=reposts,
    )
    pictures = {media.sha256: data for media, data in loaded}
    if linked and linked[0].thumb:
        pictures[linked[0].thumb.sha256] = linked[1]
    said = content.to_json()  # a link card names its address outside of the text
    links = tuple((code, target) for code, target in shorten.targets.items() if code in said)
    return Composition(content, pictures, longest[chosen], chosen, template, links)


def _template(series: Series, account: Account, wording: str) -> tuple[str, str]:
    """A series that reposts may have no text at all."""
    try:
        return series.template(account.network, account.language, wording)
    except KeyError:
        if series.file.reposts is None:
            raise
        return "", ""


def _needed(library: Library, series: Series, account: Account) -> list[str]:
    """What the post asks for that not every network can do; whether it is a thread shows later."""
    file = series.file
    moving = False
    for video in file.videos:
        path = media_path(library.directory, video.file)
        moving = moving or (path is not None and not is_video(path))
    return [
        feature
        for feature, asked in (
            ("poll", file.poll is not None),
            ("quote", file.quotes is not None),
            ("repost", file.reposts is not None),
            ("gif", moving),
            ("video", bool(file.videos) and not moving),
            ("captions", any(account.language in video.captions for video in file.videos)),
            ("content_warning", bool(_warning(series, account))),
            ("label", bool(file.label)),
            (f"replies:{file.replies}", file.replies != "everybody"),
            ("visibility", account.visibility != "public"),
        )
        if asked
    ]


def _settled(
    library: Library, series: Series, row: Row, account: Account, needed: list[str], takes: Takes,
    *, worded: bool, template: str = "",
) -> set[str]:  # fmt: skip
    """What to leave out. Raises LeftOut, or ContentError at the key that asks for what cannot be done."""
    out, lacks = settle(needed, takes, library.campaign.unsupported, worded=worded)
    own = f"content/series/{series.id}/post.{account.network}.{account.language}.j2"
    problems: list[Problem] = []
    for lack in lacks:
        file, (line, column) = f"content/series/{series.id}/series.yaml", series.place(KEYS.get(lack.feature, ""))
        if lack.feature == "thread":
            file, line, column = f"content/series/{series.id}/{template}", 0, 0
        elif lack.feature == "visibility":
            file, line, column = "content/campaign.yaml", 0, 0
        advice = lack.advice.format(template=own) if "{template}" in lack.advice else lack.advice
        problems.append(Problem(file, line, column, "unsupported", "error", f"{lack.message}.", advice))
    if problems:
        raise _about(ContentError(problems[0].message, problems, advice=problems[0].advice), row, account)
    return out


def _warning(series: Series, account: Account) -> str:
    return tidy(series.file.content_warning.get(account.language, ""))


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


def _about(error: ContentError, row: Row, account: Account) -> ContentError:
    """The same, with the item and the account it happened for."""
    problems = [
        Problem(p.file, p.line, p.column, p.rule, p.severity, f"{p.message} (item {row.id}, {account.name})", p.advice)
        for p in error.problems
    ]
    return ContentError(error.message, problems, advice=error.advice)
