"""Drafts that are in no campaign file: one JSON object a line in, one line of findings each out."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from campaign_bot.check.judge import Found, of_network, of_pair, of_post, of_set, of_texts
from campaign_bot.check.patterns import late
from campaign_bot.check.registry import Bench, Said
from campaign_bot.errors import NotFound
from campaign_bot.library.files import Row
from campaign_bot.library.words import advice_for
from campaign_bot.model import Content, Media, Part, Poll, Post
from campaign_bot.values import replace

#: Drafts have no time of their own.
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
HOURS = 24.0
LANGUAGE = "language-missing"
#: A value that is told is cut to this.
SHOWN = 40
#: These say what a network costs or lacks, and ask for no other words.
OF_THE_NETWORK = ("link-price", "poll-unsupported")
#: What is not in every system's table of types.
_TYPES = {".webp": "image/webp", ".avif": "image/avif", ".heic": "image/heic", ".mov": "video/quicktime", ".webm": "video/webm",
          ".m4v": "video/mp4", ".mp4": "video/mp4", ".mkv": "video/x-matroska", ".svg": "image/svg+xml", ".pdf": "application/pdf"}  # fmt: skip

_HALF = late(r"[\ud800-\udfff]")


class BadDraft(Exception):
    """A line that is no draft, in words."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said about one line. `bad` is why it is no draft."""

    line: int
    id: Any
    findings: tuple[Found, ...] = ()
    bad: str = ""

    @property
    def blocks(self) -> bool:
        return bool(self.bad) or any(one.severity == "error" for one in self.findings)

    def as_json(self) -> dict[str, Any]:
        told = [
            {"rule": one.rule, "severity": one.severity, "where": one.where, "message": one.message}
            for one in self.findings
        ]
        if self.bad:
            told = [{"rule": "bad-draft", "severity": "error", "where": f"line {self.line}", "message": self.bad}]
        return {"id": self.id, "findings": told}


def check_drafts(on: Bench, rows: Mapping[str, Row], lines: Iterable[str]) -> list[Judged]:
    """Judge every line by itself; then, beside each other, those that nothing is found against.

    A draft that has a finding will be changed before it leaves, often into the very draft beside it: so only drafts
    without one are compared, and only those that are the same in everything but their text."""
    judged: list[Judged] = []
    clean: list[tuple[int, Said, str]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip("\ufeff \t\r\n"):
            continue
        raw: Any = None
        try:
            raw = _object(line)
            said, found = _judge_one(on, rows, raw, number)
        except BadDraft as error:
            judged.append(Judged(number, raw.get("id") if isinstance(raw, dict) else None, bad=str(error)))
            continue
        if all(one.rule in OF_THE_NETWORK for one in found):
            clean.append((len(judged), said, _rest(raw)))
        judged.append(Judged(number, raw.get("id", number), tuple(found)))
    for at, one in _repeated(on, clean):
        judged[at] = replace(judged[at], findings=(*judged[at].findings, one))
    return judged


def _repeated(on: Bench, clean: Sequence[tuple[int, Said, str]]) -> Iterator[tuple[int, Found]]:
    groups: dict[str, list[tuple[int, Said]]] = {}
    for at, said, rest in clean:
        groups.setdefault(rest, []).append((at, said))
    for group in groups.values():
        places = {id(said): at for at, said in group}
        for found in of_set(on, [said for _, said in group]):
            yield places[id(found.said)], found


def _rest(raw: Mapping[str, Any]) -> str:
    return json.dumps(
        {key: value for key, value in raw.items() if key not in ("id", "text")}, sort_keys=True, default=str
    )


def _object(line: str) -> dict[str, Any]:
    try:
        raw: Any = json.loads(line.strip("\ufeff"))
    except (ValueError, RecursionError) as error:
        said = error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deeply"
        raise BadDraft(f"this is not JSON: {said}") from None
    if not isinstance(raw, dict):
        raise BadDraft("a draft is a JSON object: {…}")
    if _HALF.search(line):
        raise BadDraft("this is not UTF-8")
    if _HALF.search(json.dumps(raw, ensure_ascii=False)):
        raise BadDraft("it holds half a character (\\ud800 to \\udfff)")
    return raw


def _judge_one(on: Bench, rows: Mapping[str, Row], raw: dict[str, Any], number: int) -> tuple[Said, list[Found]]:
    said = _said(on, rows, raw, number)
    found = [*of_network(on, said), *of_texts(on, said), *_of_post(on, said, raw)]
    fact = _word(raw, "fact")
    if fact and fact not in rows:
        found.append(
            Found(
                said,
                "source-missing",
                "error",
                f"there is no fact “{fact}” in the data: {advice_for(fact, rows, 'fact')}",
                "fact",
            )
        )
    found = [replace(one, where="fact") if one.rule in ("stale", "source-missing") else one for one in found]
    pair = raw.get("pair")
    if pair is not None:
        if not isinstance(pair, dict):
            raise BadDraft("`pair` is an object with `language` and `text`")
        beside = _beside(on, raw, pair, number)
        both = replace(on, languages=_both(on, said, beside))
        found += [replace(one, where="pair") for one in of_pair(both, [said, beside])]
        own = replace(
            beside, content=replace(beside.content, parts=tuple(Part(part.text) for part in beside.content.parts))
        )
        if own.content.text.strip():
            told = (*of_texts(on, own), *_too_long(on, own), *_of_language(on, own, pair))
            found += [replace(one, where="pair") for one in told]
    seen: dict[tuple[str, str, str], Found] = {(one.rule, one.where, one.message): one for one in found}
    return said, list(seen.values())


def _of_post(on: Bench, said: Said, raw: Mapping[str, Any]) -> Iterator[Found]:
    yield from (one for one in of_post(on, said) if one.rule != LANGUAGE)
    yield from _of_language(on, said, raw)


def _of_language(on: Bench, said: Said, raw: Mapping[str, Any]) -> Iterator[Found]:
    """What is missing, or is no language, as the draft has it."""
    value = raw.get("language")
    for one in of_post(on, said):
        if one.rule == LANGUAGE and value is not None and not isinstance(value, str):
            told = f"`language` is a code such as en or fr, not {_shown(value)}"
            yield replace(one, message=told, french="")
        elif one.rule == LANGUAGE:
            yield one


def _too_long(on: Bench, said: Said) -> Iterator[Found]:
    return (one for one in of_network(on, said) if one.rule == "too-long")


def _both(on: Bench, said: Said, beside: Said) -> tuple[str, ...]:
    """The languages that a pair must have: its own two; where both are one, also the campaign's others."""
    mine, other = said.content.language, beside.content.language
    if mine != other:
        return tuple(dict.fromkeys((mine, other)))
    return tuple(dict.fromkeys((mine, *on.languages)))


def _beside(on: Bench, raw: Mapping[str, Any], pair: dict[str, Any], number: int) -> Said:
    """The other language, with the pictures and the poll of the draft unless it has its own."""
    as_draft = {**raw, "language": pair.get("language"), "text": pair.get("text", ""), "pair": None, "fact": None}
    as_draft |= {key: pair[key] for key in ("media", "poll") if key in pair}
    made = _said(on, {}, as_draft, number)
    if not str(pair.get("text") or "").strip() and "media" not in pair and "poll" not in pair:
        return replace(made, content=replace(made.content, parts=(Part(""),)))
    return made


def _said(on: Bench, rows: Mapping[str, Row], raw: Mapping[str, Any], number: int) -> Said:
    language = raw.get("language")
    language = language.strip().replace("_", "-") if isinstance(language, str) else ""
    text = _word(raw, "text")
    network = _word(raw, "network")
    if not network:
        raise BadDraft("`network` is missing")
    network = network.lower()
    try:
        on.networks(network)
    except NotFound as error:
        raise BadDraft(f"there is no network “{network}”. {error.advice}".rstrip()) from error
    media = tuple(_media(one) for one in _list(raw, "media"))
    part = Part(text, media, _poll(raw))
    name = str(raw["id"]) if raw.get("id") not in (None, "") else f"line {number}"
    post = Post(f"draft {number}", name, "drafts", "drafts", "", NO_TIME, "")
    fact = raw.get("fact")
    row = rows.get(fact) if isinstance(fact, str) else None
    base, _, region = language.partition("-")
    content = Content(language=base.lower() + (f"-{region}" if region else ""), parts=(part,))
    return Said(
        post, f"{network}-{base}", network, NO_TIME, content, row, signed_off=_yes(raw, "signed_off"), name=name
    )


def _word(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadDraft(f"`{key}` is a text, not {_shown(value)}")
    return value.strip() if key != "text" else value


def _shown(value: Any) -> str:
    told = json.dumps(value, ensure_ascii=False)
    return told if len(told) <= SHOWN else told[:SHOWN] + "…"


def _yes(raw: Mapping[str, Any], key: str) -> bool:
    value = raw.get(key)
    if not isinstance(value, bool | None):
        raise BadDraft(f"`{key}` is true or false, not {_shown(value)}")
    return value is True


def _list(raw: Mapping[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadDraft(f"`{key}` is a list")
    return value


def _media(raw: Any) -> Media:
    if not isinstance(raw, dict):
        raise BadDraft("each of `media` is an object with `file` and `alt`")
    file, alt = _word(raw, "file"), raw.get("alt")
    if alt is not None and not isinstance(alt, str):
        raise BadDraft("`alt` is a text")
    suffix = PurePath(file).suffix.lower()
    mime = _TYPES.get(suffix) or mimetypes.guess_type(file)[0] or "image/png"
    captions = raw.get("captions")
    if isinstance(captions, str) and captions and not captions.lower().endswith((".vtt", ".srt")):
        raise BadDraft(f"`captions` is true or false, or the name of their file, not {_shown(captions)}")
    if not isinstance(captions, bool | str | None):
        raise BadDraft(f"`captions` is true or false, not {_shown(captions)}")
    return Media(
        "",
        mime,
        alt or "",
        file,
        captions="WEBVTT" if captions else "",
    )


def _poll(raw: Mapping[str, Any]) -> Poll | None:
    poll = raw.get("poll")
    if poll is None:
        return None
    if not isinstance(poll, dict):
        raise BadDraft("`poll` is an object with `options` and `hours`")
    options = _list(poll, "options")
    if not all(isinstance(option, str) for option in options):
        raise BadDraft("each of `options` is a text")
    hours = poll.get("hours", HOURS)
    hours = HOURS if hours is None else hours
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not abs(hours) < 1e6:
        raise BadDraft("`hours` is a number")
    return Poll(tuple(options), int(hours * 60))
