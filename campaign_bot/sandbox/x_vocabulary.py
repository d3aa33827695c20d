"""X's two vocabularies. Until OpenAPI 2.166 a post is a tweet and a repost a retweet; 2.167 renames both, in parameters
and in answers. The local X understands either; it answers in the newer one when `Behaviour.newer_words` says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

#: What 2.166 calls it -> what 2.167 calls it. Paths and what is sent to create a post kept their names.
PARAMETERS = {"tweet.fields": "post.fields"}
FIELDS = {
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
    "pinned_tweet_id": "pinned_post_id",
    "most_recent_tweet_id": "most_recent_post_id",
}
WORDS = {"resource_type": {"tweet": "post"}}
#: Fields whose values are of another shape.
SHAPES: dict[str, Callable[[Any], Any]] = {
    "associated_subtitles": lambda all_of_them: all_of_them[0],
    "processing_info": lambda state: {name: value for name, value in state.items() if name != "type"},
}
PROBLEMS = ("https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/")


def newer(answer: Any) -> Any:
    """An answer of 2.166 in the words of 2.167, and in its shapes where those changed too."""
    if isinstance(answer, list):
        return [newer(one) for one in cast("list[Any]", answer)]
    if not isinstance(answer, dict):
        return answer
    told: dict[str, Any] = {}
    for name, value in cast("dict[str, Any]", answer).items():
        value = newer(value)
        if isinstance(value, str):
            value = WORDS.get(name, {}).get(value, value)
            value = value.replace(*PROBLEMS) if name == "type" else value
        told[FIELDS.get(name, name)] = SHAPES.get(name, lambda same: same)(value)
    if "retweeted" in told and "id" in told:
        told["rest_id"] = told.pop("id")
    return told
