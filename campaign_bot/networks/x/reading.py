"""Reading posts on X: which stretches of the own timeline hold what is wanted, and what an answer says of a post.

A post on the own timeline costs a fifth of one that is asked for by its id, and every post of a stretch is charged, wanted
or not. So stretches are narrow: posts that stand close together share one, and lonely ones have one each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

from campaign_bot.model import Counts

Json = Mapping[str, Any]
#: Own posts within this time are read together: parts of a thread, and what was sent in a row.
NEAR_MS = 15 * 60 * 1000
#: Calls that one reading of counts may take; beyond that, farther posts share a stretch.
MOST_STRETCHES = 10
#: What one page holds, by X's rules.
SMALLEST_PAGE, PAGE = 5, 100
#: A page is never larger than what reading the wanted posts by their ids would cost.
PRICE_RATIO = 5
FIELDS = "public_metrics,attachments"
#: Clicks on links; X tells them of the account's own posts of the last 30 days.
PRIVATE_FIELDS = f"{FIELDS},non_public_metrics"


def parameters(fields: str) -> dict[str, str]:
    return {"tweet.fields": fields, "expansions": "attachments.poll_ids", "poll.fields": "options,voting_status"}


def stretches(ids: Collection[str], most: int = MOST_STRETCHES) -> list[list[int]]:
    """The ids, oldest first, in runs of neighbours: as few posts of nobody's interest between them as `most` runs allow.
    An id of X tells its millisecond above its lowest 22 bits."""
    ordered = sorted({int(one) for one in ids})
    gaps = sorted(((after - before) >> 22, after) for before, after in pairwise(ordered))
    begins = {after for gap, after in gaps[::-1][: most - 1] if gap > NEAR_MS}
    found: list[list[int]] = []
    for one in ordered:
        if not found or one in begins or len(found[-1]) == PAGE:
            found.append([])
        found[-1].append(one)
    return found


def window(run: Sequence[int]) -> dict[str, str]:
    """The parameters of the page of the own timeline that holds this run; X leaves both ends out."""
    size = min(max(PRICE_RATIO * len(run), SMALLEST_PAGE), PAGE)
    return {"since_id": str(run[0] - 1), "until_id": str(run[-1] + 1), "max_results": str(size)}


def posts_of(answer: Json) -> dict[str, Json]:
    return {str(post["id"]): post for post in answer.get("data") or ()}


def polls_of(answer: Json) -> dict[str, Json]:
    return {str(poll["id"]): poll for poll in (answer.get("includes") or {}).get("polls") or ()}


def counts_of(post: Json, polls: Mapping[str, Json]) -> Counts:
    """Both of X's vocabularies: retweet_count is repost_count in newer answers. What is not in it is not told: X refuses
    a field by leaving it out."""
    public: Json = post.get("public_metrics") or {}
    private: Json = post.get("non_public_metrics") or {}
    poll = _poll(post, polls)
    return Counts(
        likes=public.get("like_count"),
        reposts=public.get("retweet_count", public.get("repost_count")),
        replies=public.get("reply_count"),
        quotes=public.get("quote_count"),
        bookmarks=public.get("bookmark_count"),
        impressions=public.get("impression_count", private.get("impression_count")),
        link_clicks=private.get("url_link_clicks"),
        poll_votes=sum(votes) if poll is not None and (votes := _votes(poll)) else None,
    )


def result_of(post: Json, polls: Mapping[str, Json]) -> list[int] | None:
    """The votes for each option of a poll that is over."""
    poll = _poll(post, polls)
    return _votes(poll) if poll is not None and poll.get("voting_status") == "closed" else None


def _poll(post: Json, polls: Mapping[str, Json]) -> Json | None:
    ids = (post.get("attachments") or {}).get("poll_ids") or ()
    return next((polls[str(one)] for one in ids if str(one) in polls), None)


def _votes(poll: Json) -> list[int]:
    return [int(one["votes"]) for one in sorted(poll.get("options") or (), key=lambda one: one["position"])]
