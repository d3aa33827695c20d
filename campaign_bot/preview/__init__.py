"""Preview: what waits for approval as one self-contained page, which can be mailed to somebody without access.

Each post stands as readers would see it on its network, all languages side by side, with what the checks say of it.
Nothing on the page is fetched and nothing on it decides anything: who reads it answers to who sent it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from campaign_bot.model import Delivery, Media, Post, Problem
from campaign_bot.pairs import seen_code
from campaign_bot.preview.words import Words
from campaign_bot.sandbox.timeline import TITLES, marked_up, small

#: Languages that are written from right to left.
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """One post on one network (or several with one language each), all its sides."""

    post: Post
    title: str  # of its series
    sides: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What the page tells beside the posts."""

    campaign: str
    now: datetime
    zone: tzinfo
    simulated: bool
    head: str  # of the record
    handles: Mapping[str, str]  # by account


def direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def render(
    waiting: Sequence[Waiting],
    findings: Mapping[str, Sequence[Problem]],
    changed: Mapping[str, Sequence[str]],
    pictures: Mapping[str, bytes],
    page: Page,
    language: str,
) -> str:
    """The page in one language (en or fr); the posts in theirs. `findings` and `changed` (what is different from what was
    approved before) are by delivery key, `pictures` by their hash."""
    words = Words(language)
    env = Environment(
        loader=PackageLoader("campaign_bot.preview"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    posts: dict[str, dict[str, Any]] = {}
    for number, one in enumerate(waiting):
        due = one.sides[0].due.astimezone(page.zone)
        shown = posts.setdefault(
            one.post.key,
            {
                "id": f"post-{len(posts) + 1}",
                "name": one.post.name,
                "title": one.title,
                "when": words.instant(due),
                "iso": due.isoformat(),
                "code": seen_code(
                    side.content_hash for other in waiting if other.post.key == one.post.key for side in other.sides
                ),
                "groups": [],
            },
        )
        sides = [_side(side, findings, changed, pictures, page, words) for side in one.sides]
        names = dict.fromkeys(TITLES.get(side.network, side.network) for side in one.sides)
        shown["groups"].append({"network": ", ".join(names), "id": f"group-{number + 1}", "sides": sides})
    errors = sum(problem.blocks for some in findings.values() for problem in some)
    warnings = sum(len(some) for some in findings.values()) - errors
    return env.get_template("preview.html.j2").render(
        page=page, posts=list(posts.values()), words=words, language=language, made=words.instant(page.now.astimezone(page.zone)),
        counted=words.counted(len(posts), sum(len(one.sides) for one in waiting)), errors=errors, warnings=warnings,
    )  # fmt: skip


def _side(
    one: Delivery, findings: Mapping[str, Sequence[Problem]], changed: Mapping[str, Sequence[str]],
    pictures: Mapping[str, bytes], page: Page, words: Words,
) -> dict[str, Any]:  # fmt: skip
    return {
        "account": one.account,
        "handle": page.handles.get(one.account, one.account),
        "language": one.content.language,
        "language_name": words.language_name(one.content.language),
        "direction": direction(one.content.language),
        "state": words.state(one.state),
        "reason": one.reason,
        "length": words.length(one.length, one.limit),
        "too_long": one.length > one.limit,
        "hash": one.content_hash[:16],
        "warning": one.content.content_warning,
        "visibility": words.visibility(one.content.visibility),
        "parts": [
            {
                "text": marked_up(part.text, one.network),
                "media": [_picture(media, pictures) for media in part.media],
                "poll": {"options": part.poll.options, "open": words.duration(part.poll.duration_min)}
                if part.poll
                else None,
            }
            for part in one.content.parts
        ],
        "findings": [
            {"blocks": problem.blocks, "message": problem.message, "advice": problem.advice, "rule": problem.rule}
            for problem in findings.get(one.key, ())
        ],
        "changed": [(line[:1], line[2:]) for line in changed.get(one.key, ())],
    }


def _picture(media: Media, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    src, width, height = small(pictures.get(media.sha256, b""))
    return {"src": src, "width": width, "height": height, "alt": media.alt, "file": media.file}
