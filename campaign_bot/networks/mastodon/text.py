"""Texts as Mastodon sees them: how long they are, and how they read in its HTML."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import regex

_URL = regex.compile(r"https?://[^\s<>\"«»“”]+", regex.I)
_GRAPHEME = regex.compile(r"\X")
_MENTION = regex.compile(r"(?<![\w/])(@[\w.-]*\w)@[\w.-]+\w")


def length(text: str, url: int) -> int:
    """Grapheme clusters. `url`: what a link with scheme counts as; 0: its own length. The server of a mention does not count."""
    if url:
        text = _URL.sub("x" * url, text)
    return len(_GRAPHEME.findall(_MENTION.sub(r"\1", text)))


class _Reader(HTMLParser):
    """The plain text of a post: what its author wrote, links as their addresses."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._link = ""
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._skipped or "quote-inline" in (given.get("class") or "").split():
            self._skipped += tag not in ("br", "img")  # what the server adds to a quote, for readers of old servers
            return
        if tag == "br":
            self.text += "\n"
        elif tag == "p" and self.text:
            self.text += "\n\n"
        elif tag == "a" and not {"hashtag", "mention"} & set((given.get("class") or "").split()):
            self._link = given.get("href") or ""
            self.text += self._link

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        if not self._link and not self._skipped:
            self.text += data


def plain_text(content: str) -> str:
    """A status's HTML as the text that was sent."""
    reader = _Reader()
    reader.feed(content)
    reader.close()
    return reader.text


def comparable(text: str) -> str:
    """A text in the form in which a server may not change it: white space folded."""
    return " ".join(html.unescape(text).split())
