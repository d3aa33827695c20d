"""Texts as X sees them: what they weigh, where their links are, and how they read on the timeline."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any


@cache
def _text_parser() -> Any:
    """Takes 0.6 s to import; only where a text for X is measured."""
    import twitter_text

    return twitter_text


#: Letters that weigh 1 and cannot begin an emoji: X's own ranges without © and ®.
_LIGHT = re.compile("[\x00-\xa8\xaa-\xad\xaf-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]*")
LINK_WEIGHT = 23


@lru_cache(maxsize=20_000)
def weighted(text: str) -> int:
    """X's parser looks for emoji at length; a text that can have none is only looked through for links."""
    if _LIGHT.fullmatch(text):
        return len(text) + sum(LINK_WEIGHT - (end - start) for start, end in link_places(text))
    return int(_text_parser().parse_tweet(text).weightedLength)


@lru_cache(maxsize=20_000)
def link_places(text: str) -> tuple[tuple[int, int], ...]:
    """Links as X sees them, bare domains too."""
    if "." not in text:
        return ()
    from twitter_text.extract_urls import extract_urls_with_indices

    return tuple((found["indices"][0], found["indices"][1]) for found in extract_urls_with_indices(text))


def create_action(text: str) -> str:
    return "post with a link" if link_places(text) else "post"


def reposted(post: Any) -> str:
    """The id of the post that this one reposts; empty for one of its own. X calls them by two names."""
    for one in post.data.get("referenced_tweets") or post.data.get("referenced_posts") or []:
        if one.get("type") in ("retweeted", "reposted"):
            return str(one["id"])
    return ""


def written_out(post: Any) -> str:
    """The text with X's short links replaced by what they stand for, and its HTML entities by their characters."""
    text = str(post.text)
    for url in ((post.data.get("entities") or {}).get("urls")) or []:
        # The link that X adds for a picture or video was not in the text.
        written = "" if url.get("media_key") else url.get("expanded_url") or url["url"]
        text = text.replace(url["url"], written)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def comparable(text: str) -> str:
    """White space folded, and links without what X adds to them: it writes example.org out as http://example.org."""
    return " ".join(re.sub(r"https?://", "", unicodedata.normalize("NFC", text)).split())
