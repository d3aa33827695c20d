"""Texts as Bluesky sees them: links and hashtags by their places, and the keys that records have."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import regex

if TYPE_CHECKING:  # atproto takes 1.5 s and 70 MB to import, so at run time only a connection does
    from atproto import models

TID_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
TAG_GRAPHEMES, TAG_BYTES = 64, 640
GRAPHEME = regex.compile(r"\X")
_LINKS_AND_TAGS = regex.compile(
    r"""(?P<link>https?://[\p{L}\p{N}][^\s<>"«»“”]*)
      | (?<![^\s(\["«“'’]) \#(?P<tag>(?=[\p{N}_·-]*\p{L}) [\p{L}\p{M}\p{N}_·-]+)""",
    regex.VERBOSE,
)
CLOSING = ".,;:!?…'’"
BRACKETS = {")": "(", "]": "["}


class Piece(NamedTuple):
    """A stretch of a post's text, and what it leads to."""

    text: str
    link: str = ""
    tag: str = ""


def pieces(text: str) -> list[Piece]:
    """The text in stretches, links (with scheme) and hashtags apart. Together they are the text, unchanged."""
    found: list[Piece] = []
    end = 0
    for match in _LINKS_AND_TAGS.finditer(text):
        link, tag = _without_closing(match["link"] or ""), match["tag"] or ""
        if tag and (len(regex.findall(r"\X", tag)) > TAG_GRAPHEMES or len(tag.encode()) > TAG_BYTES):
            continue
        if match.start() > end:
            found.append(Piece(text[end : match.start()]))
        end = match.start() + len(link or f"#{tag}")
        found.append(Piece(text[match.start() : end], link, tag))
    return [*found, Piece(text[end:])] if end < len(text) else found


def _without_closing(link: str) -> str:
    """A link without the punctuation of the sentence around it; a bracket stays if it was opened in the link."""
    while link and (link[-1] in CLOSING or link.count(link[-1]) > link.count(BRACKETS.get(link[-1], link[-1]))):
        link = link[:-1]
    return link


def facets(text: str) -> list[models.AppBskyRichtextFacet.Main]:
    """Links and hashtags of a text by their places in its UTF-8 bytes."""
    from atproto import client_utils

    builder = client_utils.TextBuilder()
    for piece in pieces(text):
        if piece.link:
            builder.link(piece.text, piece.link)
        elif piece.tag:
            builder.tag(piece.text, piece.tag)
        else:
            builder.text(piece.text)
    return builder.build_facets()


def tid(microseconds: int, clock: int) -> str:
    """53 bits of time and 10 of clock, in the sortable base 32 of AT Protocol timestamp identifiers."""
    value = microseconds << 10 | clock
    return "".join(TID_LETTERS[value >> shift & 31] for shift in range(60, -1, -5))
