"""One account on X: publishing, looking for what was published, reading how people engaged."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from campaign_bot.errors import AuthError, Rejected, Unconfirmed
from campaign_bot.model import Automation, Counts, Identity, Lookup, Outgoing, Receipt
from campaign_bot.networks.base import COPY_ADDRESS
from campaign_bot.networks.x.client import XClient, user_of
from campaign_bot.networks.x.reading import (
    FIELDS,
    PRIVATE_FIELDS,
    Json,
    counts_of,
    parameters,
    polls_of,
    posts_of,
    result_of,
    stretches,
    window,
)
from campaign_bot.networks.x.text import comparable, create_action, link_places, reposted, written_out

#: What the id of a repost ends with, after the id of the original.
REPOSTED = "/repost"
REPLY_SETTINGS = {"following": "following", "mentioned": "mentionedUsers"}
STEP = (
    "By hand, once: Settings > Your account > Account information > Automation > Managing account; sign in there with"
    " the account of {by}, and name {by} in the profile's text."
)
#: Posts of one's own that a look reads at most: pages of 100.
LOOK_PAGES, PAGE = 5, 100


class XConnection(XClient):
    """One account by its own keys."""

    def warm_up(self) -> None:
        """Whether a text has a link, and so what it costs, takes X's own parser: 0.2 s to load."""
        link_places(".")

    def identify(self) -> Identity:
        response = self._ask(lambda: self._client.request("GET", "/2/users/me", user_auth=True))
        me = self._ask(lambda: user_of(self._json(response)["data"]))
        self._id = me["id"]
        self.meter("read of a user", [self._id])
        level = response.headers.get("x-access-level", "")
        may = level in ("", "read-write", "read-write-directmessages")
        detail = "" if may else "The keys may only read: set the app to Read and write, then make new keys."
        return Identity(me["username"], may, detail)

    def publish(self, part: Outgoing, ready: Callable[[], None] = lambda: None) -> Receipt:
        if part.repost is not None:
            return self._repost(part.repost.remote_id, ready)
        media = [
            self._uploads.ready(attachment, label=part.label, language=part.language) for attachment in part.attachments
        ]
        poll: dict[str, Any] = {}
        if part.poll is not None:
            poll = {"poll_options": list(part.poll.options), "poll_duration_minutes": part.poll.duration_min}
        ready()
        created = self._ask(
            lambda: self._client.create_tweet(
                text=part.text,
                media_ids=media or None,
                in_reply_to_tweet_id=part.parent.remote_id if part.parent else None,
                quote_tweet_id=part.quote.remote_id if part.quote else None,
                reply_settings=REPLY_SETTINGS[part.replies] if part.replies else None,
                user_auth=True,
                **poll,
            ),
            "create",
        )
        remote_id = str(created.data.get("id") or "") if isinstance(created.data, dict) else ""
        if not remote_id:
            raise Unconfirmed(self.account, "X took the post but gave no id; it may be there.")
        self.meter(create_action(part.text), [remote_id])
        return self._receipt(remote_id)

    def _repost(self, original: str, ready: Callable[[], None]) -> Receipt:
        """X reposts a post of an account once: doing it again does nothing. It has no id to rely on, so ours names the
        original."""
        path = f"/2/users/{self._own_id()}/retweets"
        ready()
        answer = self._ask(
            lambda: self._client.request("POST", path, json={"tweet_id": original}, user_auth=True), "create"
        )
        try:
            done = answer.json()["data"]["retweeted"]
        except (ValueError, KeyError, TypeError) as error:
            raise Unconfirmed(self.account, "X gave no usable answer; the repost may be there.") from error
        if not done:
            raise Rejected(self.account, "X did not repost it")
        return self._receipt(original, REPOSTED)

    def find(self, part: Outgoing, since: datetime, known: Collection[str] = ()) -> Lookup:
        """Read the own timeline back to `since`, comparing texts with their links written out."""
        wanted = comparable(part.text)
        token = ""

        def is_it(post: Any) -> bool:
            if part.repost is not None:
                return reposted(post) == part.repost.remote_id
            return not reposted(post) and comparable(written_out(post)) == wanted and str(post.id) not in known

        for _ in range(LOOK_PAGES):
            page = self._ask(partial(self._own_posts, since, token))
            self.meter("read of an own post", [str(post.id) for post in page.data or []])
            for post in page.data or []:
                if not is_it(post):
                    continue
                if part.repost is not None:
                    return Lookup(self._receipt(part.repost.remote_id, REPOSTED), conclusive=True)
                self.meter(create_action(part.text), [str(post.id)])  # its answer was lost, so nobody has yet
                return Lookup(self._receipt(str(post.id)), conclusive=True)
            token = str((page.meta or {}).get("next_token") or "")
            if not token:
                return Lookup(None, conclusive=True)
        return Lookup(None, conclusive=False)

    def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Counts]:
        """From the own timeline, at a fifth of the price; what is not there, by its id."""

        def read() -> Mapping[str, Counts]:
            posts, polls = self._posts(remote_ids)
            return {one: counts_of(post, polls) for one, post in posts.items()}

        return self._ask(read)

    def poll_results(self, remote_ids: Sequence[str]) -> Mapping[str, Sequence[int]]:
        def read() -> Mapping[str, Sequence[int]]:
            posts, polls = self._posts(remote_ids)
            results = {one: result_of(post, polls) for one, post in posts.items()}
            return {one: votes for one, votes in results.items() if votes is not None}

        return self._ask(read)

    def _posts(self, remote_ids: Sequence[str]) -> tuple[dict[str, Json], dict[str, Json]]:
        """The posts that are there, and their polls. A post for which X refuses a field may be left out whole: it is
        asked for once more without that field before it counts as gone. Of a repost nobody asks: people engage with the
        post itself."""
        missing = {one for one in remote_ids if one.isdecimal()}
        posts, polls = dict[str, Json](), dict[str, Json]()

        def read(path: str, more: Mapping[str, str], fields: str, action: str) -> None:
            answer = self._read(path, {**more, **parameters(fields)})
            self.meter(action, list(posts_of(answer)))
            found = {one: post for one, post in posts_of(answer).items() if one in missing}
            posts.update(found)
            polls.update(polls_of(answer))
            missing.difference_update(found)

        timeline = f"/2/users/{self._own_id()}/tweets"
        for fields in (PRIVATE_FIELDS, FIELDS) if self._clicks_are_told else (FIELDS,):
            for run in stretches(missing):
                try:
                    read(timeline, window(run), fields, "read of an own post")
                except AuthError:
                    if fields != PRIVATE_FIELDS:
                        raise
                    self._clicks_are_told = False
                    break
        if missing:
            read("/2/tweets", {"ids": ",".join(sorted(missing))}, FIELDS, "read of a post")
        return posts, polls

    def followers(self) -> int | None:
        found = (self._me().get("public_metrics") or {}).get("followers_count")
        return None if found is None else int(found)

    def locate(self, url: str) -> Receipt:
        found = re.fullmatch(r"https?://[^?]+/status/(\d+)(?:[/?].*)?", url)
        if found is None:
            raise Rejected(self.account, f"“{url}” is not the address of a post.", advice=COPY_ADDRESS)
        answer = self._ask(lambda: self._client.get_tweets([found[1]], tweet_fields=["author_id"], user_auth=True))
        posts = [post for post in answer.data or [] if str(post.author_id) == self._own_id()]
        self.meter("read of a post", [str(post.id) for post in answer.data or []])
        if not posts:
            raise Rejected(self.account, f"There is no post of this account at {url}.", advice=COPY_ADDRESS)
        return self._receipt(found[1])

    def retract(self, remote_id: str) -> None:
        from tweepy.errors import NotFound

        def delete() -> None:
            try:
                if remote_id.endswith(REPOSTED):
                    original = remote_id.removesuffix(REPOSTED)
                    path = f"/2/users/{self._own_id()}/retweets/{original}"
                    self._client.request("DELETE", path, user_auth=True)
                else:
                    self._client.delete_tweet(remote_id, user_auth=True)
            except NotFound:
                return

        self._ask(delete)

    def automation(self, by: str) -> Automation:
        """X has no field for it that a program can read or write: only the profile's text can be looked at."""
        answer = self._ask(lambda: self._client.get_me(user_fields=["description"], user_auth=True))
        return Automation(None, bool(by) and by in str(answer.data.description or ""), STEP.format(by=by))

    def mark_automated(self, by: str) -> Automation:
        return self.automation(by)

    def _own_posts(self, since: datetime, token: str) -> Any:
        page = self._client.get_users_tweets(
            self._own_id(),
            start_time=since.astimezone(UTC).replace(microsecond=0),
            max_results=PAGE,
            pagination_token=token or None,
            tweet_fields=["created_at", "entities", "referenced_tweets"],
            user_auth=True,
        )
        if "result_count" not in page.meta:  # else anything would pass for an empty timeline: “surely not there”
            raise ValueError("no page of a timeline")
        return page

    def _receipt(self, remote_id: str, suffix: str = "") -> Receipt:
        return Receipt(remote_id + suffix, f"https://x.com/{self._handle or 'i'}/status/{remote_id}")
