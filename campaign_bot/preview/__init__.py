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

from campaign_bot.hidden import visible
from campaign_bot.model import Delivery, LinkCard, Media, Post, Problem
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
    cures: Mapping[str, str]  # what to do about a rule's findings, in the page's language; by rule


def direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def render(
    waiting: Sequence[Waiting],
    findings: Mapping[str, Sequence[Problem]],
    changed: Mapping[str, Sequence[str]],
    pictures: Mapping[str, bytes],
    page: Page,
    language: str,
    earlier: Mapping[str, tuple[str, str]] | None = None,
) -> str:
    """The page in one language (en or fr); the posts in theirs. `findings` and `changed` (what is different from what was
    approved before) are by delivery key, `pictures` by their hash; `earlier`: the name and text of posts that others quote or
    repost, by delivery key."""
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
        sides = [_side(side, findings, changed, pictures, page, words, earlier or {}) for side in one.sides]
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
    pictures: Mapping[str, bytes], page: Page, words: Words, earlier: Mapping[str, tuple[str, str]],
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
        "warning": visible(one.content.content_warning),
        "earlier": _earlier(one, words, earlier) if one.content.earlier else None,
        "label": words[one.content.label] if one.content.label else "",
        "replies": words[one.content.replies] if one.content.replies else "",
        "visibility": words.visibility(one.content.visibility),
        "parts": [
            {
                "text": marked_up(visible(part.text), one.network),
                "media": [_picture(media, pictures) for media in part.media],
                "card": _card(part.link_card, pictures) if part.link_card else None,
                "poll": {
                    "options": [visible(option) for option in part.poll.options],
                    "open": words.duration(part.poll.duration_min),
                }
                if part.poll
                else None,
            }
            for part in one.content.parts
        ],
        "findings": [
            {
                "blocks": problem.blocks, "rule": problem.rule, **_message(problem, words),
                "advice": page.cures.get(problem.rule, problem.advice),
                "language": words.language if problem.rule in page.cures else "en",
            }
            for problem in findings.get(one.key, ())
        ],
        "changed": [(line[:1], line[2:]) for line in changed.get(one.key, ())],
    }  # fmt: skip


def _message(problem: Problem, words: Words) -> dict[str, str]:
    """What is wrong, and the language that says so: the page's own, wherever the finding has it."""
    french = words.language == "fr" and problem.french
    return {"message": problem.french, "said_in": "fr"} if french else {"message": problem.message, "said_in": "en"}


def _picture(media: Media, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    src, width, height = small(pictures.get(media.sha256, b""))
    return {
        "src": src, "width": width, "height": height, "alt": visible(media.alt), "file": media.file,
        "seconds": round(media.duration_s), "captions": visible(_spoken(media.captions)),
    }  # fmt: skip


def _earlier(one: Delivery, words: Words, earlier: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    name, text = earlier.get(one.content.earlier, ("", ""))
    return {"verb": words["quotes" if one.content.quotes else "reposts"], "name": name, "text": visible(text)}


def _card(card: LinkCard, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    thumb = _picture(card.thumb, pictures) if card.thumb else None
    return {"link": card.link, "title": visible(card.title), "description": visible(card.description), "thumb": thumb}


def _spoken(captions: str) -> str:
    """The words of WebVTT captions, without times."""
    lines = [line.strip() for line in captions.splitlines()]
    return " ".join(line for line in lines if line and line != "WEBVTT" and "-->" not in line and not line.isdigit())
