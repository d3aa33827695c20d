"""One account on Bluesky: publishing under keys of our own, looking for what was published, reading how people engaged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import regex
from pydantic import ValidationError

from campaign_bot.errors import Rejected, Unconfirmed
from campaign_bot.model import Automation, Counts, Identity, Lookup, Outgoing, Receipt
from campaign_bot.networks.automated import sentence
from campaign_bot.networks.base import COPY_ADDRESS
from campaign_bot.networks.bluesky import records
from campaign_bot.networks.bluesky.records import BOT, GATES, POSTS, PROFILE, REPOSTS

if TYPE_CHECKING:  # atproto takes 1.5 s and 70 MB to import, so at run time only a connection does
    from atproto import models

from campaign_bot.networks.bluesky.client import BlueskyClient, told_by_failure
from campaign_bot.networks.bluesky.text import facets


class BlueskyConnection(BlueskyClient):
    """One account, signed in at the first call."""

    def identify(self) -> Identity:
        told = self._ask(lambda: self._client.com.atproto.server.get_session())
        if told.active is False:
            return Identity(told.handle, False, f"The account is {told.status or 'not active'}.")
        scope = self._session.access_jwt_payload.scope if self._session else ""
        if scope == "com.atproto.access":
            return Identity(told.handle, True, "Signed in with the account's main password: make an app password.")
        return Identity(told.handle, True, "An app password, which may publish and does not end by itself.")

    def publish(self, part: Outgoing, ready: Callable[[], None] = lambda: None) -> Receipt:
        from atproto import models

        if part.poll:  # never dropped in silence
            raise Rejected(self.account, "Bluesky has no polls.", advice="Ask for replies, or link to a form.")
        if part.repost is not None:
            return self._create(REPOSTS, records.repost(part), part.key, ready)
        record, did = self._record(part), self._signed_in().did
        gate = records.gate(part, f"at://{did}/{POSTS}/{part.key}")
        if gate is None:
            return self._create(POSTS, record, part.key, ready)
        # The rule about who may answer is a record of its own: both are written at once, or neither.
        writes = [
            models.ComAtprotoRepoApplyWrites.Create(collection=POSTS, rkey=part.key, value=record),  # pyright: ignore[reportArgumentType]
            models.ComAtprotoRepoApplyWrites.Create(collection=GATES, rkey=part.key, value=gate),  # pyright: ignore[reportArgumentType]
        ]
        data = models.ComAtprotoRepoApplyWrites.Data(repo=did, writes=list(writes))
        ready()
        written = self._ask(lambda: self._client.com.atproto.repo.apply_writes(data), "create")
        first = next(iter(written.results or []), None)
        if not isinstance(first, models.ComAtprotoRepoApplyWrites.CreateResult):
            raise Unconfirmed(self.account, "Bluesky took the post but did not say where it is.")
        return self._receipt(first.uri, first.cid)

    def _create(self, collection: str, record: Any, key: str, ready: Callable[[], None]) -> Receipt:
        from atproto import models

        data = models.ComAtprotoRepoCreateRecord.Data(
            collection=collection, record=record, repo=self._signed_in().did, rkey=key
        )
        ready()
        created = self._ask(lambda: self._client.com.atproto.repo.create_record(data), "create")
        return self._receipt(created.uri, created.cid)

    def find(self, part: Outgoing, since: datetime, known: Collection[str] = ()) -> Lookup:
        """Asks for the record key, which is conclusive both ways; another text under our key is not."""
        found = self._read(REPOSTS if part.repost else POSTS, part.key)
        if found is None:
            return Lookup(None, conclusive=True)
        if part.repost is not None:
            ours = getattr(getattr(found.value, "subject", None), "uri", None) == part.repost.remote_id
        else:
            ours = getattr(found.value, "text", None) == part.text
        if not found.cid or not ours:
            return Lookup(None, conclusive=False)
        return Lookup(self._receipt(found.uri, found.cid), conclusive=True)

    def _read(self, collection: str, key: str) -> Any:
        """A record of our own; None where there is none."""
        from atproto import models
        from atproto.exceptions import BadRequestError

        params = models.ComAtprotoRepoGetRecord.Params(collection=collection, repo=self._signed_in().did, rkey=key)

        def look() -> models.ComAtprotoRepoGetRecord.Response | None:
            try:
                return self._client.com.atproto.repo.get_record(params)
            except BadRequestError as error:
                if told_by_failure(error).code == "RecordNotFound":
                    return None
                raise

        return self._ask(look)

    def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Counts]:
        """As Bluesky tells them: replies include the next part of one's own thread."""
        from atproto import models

        params = models.AppBskyFeedGetPosts.Params(uris=list(remote_ids))
        answer = self._ask(lambda: self._client.app.bsky.feed.get_posts(params))
        return {
            post.uri: Counts(
                likes=post.like_count,
                reposts=post.repost_count,
                replies=post.reply_count,
                quotes=post.quote_count,
                bookmarks=post.bookmark_count,
            )
            for post in answer.posts
        }

    def followers(self) -> int | None:
        from atproto import models

        params = models.AppBskyActorGetProfile.Params(actor=self._signed_in().did)
        return self._ask(lambda: self._client.app.bsky.actor.get_profile(params)).followers_count

    def locate(self, url: str) -> Receipt:
        found = regex.fullmatch(r"(?:https://[^?]+/post|at://[^/]+/app\.bsky\.feed\.post)/([^/?]+)/?(?:\?.*)?", url)
        if found is None:
            raise Rejected(self.account, f"“{url}” is not the address of a post.", advice=COPY_ADDRESS)
        there = self._read(POSTS, found[1])
        if there is None or not there.cid:
            raise Rejected(self.account, f"There is no post of this account at {url}.", advice=COPY_ADDRESS)
        return self._receipt(there.uri, there.cid)

    def retract(self, remote_id: str) -> None:
        from atproto import models

        data = models.ComAtprotoRepoDeleteRecord.Data(
            collection=records.collection_of(remote_id),
            repo=self._signed_in().did,
            rkey=remote_id.rpartition("/")[2],
        )
        self._ask(lambda: self._client.com.atproto.repo.delete_record(data))

    def automation(self, by: str) -> Automation:
        return _automation(self._profile()[0], by)

    def mark_automated(self, by: str) -> Automation:
        """The profile is read, changed and put back: only if nobody changed it meanwhile."""
        from atproto import models

        profile, cid = self._profile()
        after = records.marked(profile, sentence(self._language, by), by)
        if after != {"$type": PROFILE, **profile}:
            data = models.ComAtprotoRepoPutRecord.Data(
                collection=PROFILE, repo=self._signed_in().did, rkey="self", record=after, swap_record=cid
            )
            self._ask(lambda: self._client.com.atproto.repo.put_record(data), "upload")
        return _automation(after, by)

    def _profile(self) -> tuple[dict[str, Any], str | None]:
        """The own profile as it is kept, whatever is in it, and its content's hash."""
        found = self._read(PROFILE, "self")
        if found is None:
            return {}, None
        value = found.value
        kept = value if isinstance(value, dict) else value.model_dump(by_alias=True, exclude_none=True, mode="json")
        return {name: one for name, one in kept.items() if name != "$type"}, found.cid

    def _record(self, part: Outgoing) -> models.AppBskyFeedPost.Record:
        """The record as it will be stored, with its pictures uploaded: the same at every attempt."""
        from atproto import models

        try:
            return models.AppBskyFeedPost.Record(
                text=part.text,
                facets=facets(part.text) or None,
                langs=[part.language],
                created_at=records.written_at(part),
                embed=records.embed(part, self._upload),
                reply=records.reply(part),
                labels=records.labels(part),
            )
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise Rejected(self.account, f"Bluesky would refuse this post: {told}.") from error

    def _upload(self, data: bytes, mime_type: str) -> Any:
        headers = {"Content-Type": mime_type}
        return self._ask(lambda: self._client.com.atproto.repo.upload_blob(data, headers=headers), "upload").blob

    def _receipt(self, uri: str, cid: str) -> Receipt:
        return Receipt(uri, f"https://bsky.app/profile/{self._handle}/post/{uri.rpartition('/')[2]}", cid)


def _automation(profile: Mapping[str, Any], by: str) -> Automation:
    values = [one["val"] for one in (profile.get("labels") or {}).get("values", [])]
    names = bool(by) and by in str(profile.get("description") or "")
    step = "" if names or not by else f"Name who runs it in the profile's text: {by}."
    return Automation(BOT in values, names, step)
