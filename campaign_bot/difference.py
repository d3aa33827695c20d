"""What is different between two contents, as lines that people can read: `-` was there, `+` is there now."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from campaign_bot.model import Content, Part


def difference(before: Content, after: Content) -> list[str]:
    """Text line by line, then pictures, alt texts, poll and settings. Empty where nothing is different."""
    return list(_lines(before, after))


def _lines(before: Content, after: Content) -> Iterator[str]:
    for number in range(max(len(before.parts), len(after.parts))):
        old = before.parts[number] if number < len(before.parts) else Part("")
        new = after.parts[number] if number < len(after.parts) else Part("")
        where = f"part {number + 1}, " if max(len(before.parts), len(after.parts)) > 1 else ""
        yield from _text(old.text, new.text)
        for name, was, told in (
            ("picture", _pictures(old), _pictures(new)),
            ("alt text", [one.alt for one in old.media], [one.alt for one in new.media]),
            (
                "captions",
                [one.captions for one in old.media if one.captions],
                [one.captions for one in new.media if one.captions],
            ),
            ("link card", _link_card(old), _link_card(new)),
            ("poll", _poll(old), _poll(new)),
        ):
            yield from _values(where + name, was, told)
    for name, was, told in (
        ("language", before.language, after.language),
        ("visibility", before.visibility, after.visibility),
        ("content warning", before.content_warning, after.content_warning),
        ("label", before.label, after.label),
        ("answers from", before.replies, after.replies),
        ("quotes the delivery", before.quotes, after.quotes),
        ("reposts the delivery", before.reposts, after.reposts),
    ):
        yield from _values(name, [was] if was else [], [told] if told else [])


def _text(old: str, new: str) -> Iterator[str]:
    if old == new:
        return
    for line in list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1))[2:]:
        if not line.startswith("@@"):
            yield f"{line[0]} {line[1:]}"


def _values(name: str, was: list[str], told: list[str]) -> Iterator[str]:
    yield from (f"- {name}: {one}" for one in was if one not in told)
    yield from (f"+ {name}: {one}" for one in told if one not in was)


def _pictures(part: Part) -> list[str]:
    """By their bytes: a picture of the same name may be another one."""
    return [f"{one.file} ({one.sha256[:12]})" for one in part.pictures]


def _link_card(part: Part) -> list[str]:
    card = part.link_card
    return [f"{card.title} / {card.description} / {card.link}"] if card else []


def _poll(part: Part) -> list[str]:
    if part.poll is None:
        return []
    return [f"{' / '.join(part.poll.options)}, open {part.poll.duration_min} min"]
