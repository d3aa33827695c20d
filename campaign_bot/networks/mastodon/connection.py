"""One account on Mastodon: publishing, looking for what was published, reading how people engaged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import regex

from campaign_bot.errors import NotReady, Rejected
from campaign_bot.model import Attachment, Automation, Counts, Identity, Lookup, Outgoing, Receipt
from campaign_bot.networks import automated
from campaign_bot.networks.base import COPY_ADDRESS, Tells
from campaign_bot.networks.mastodon.client import MastodonClient, failures, status_of
from campaign_bot.networks.mastodon.text import comparable, plain_text
from campaign_bot.networks.mastodon.told import can_quote, told_by

#: How many fields a profile has.
PROFILE_FIELDS = 4
#: Pages of own posts that a look reads at most; 40 posts each.
LOOK_PAGES, LOOK_SIZE = 5, 40


class MastodonConnection(MastodonClient):
    """One account by its access token."""

    def identify(self) -> Identity:
        me, scopes = self._me(), self._scopes()
        may = not scopes or any(scope in ("write", "write:statuses") for scope in scopes)
        detail = "" if may else f"The token may only {', '.join(scopes)}: make one with the scope write."
        return Identity(str(me.acct), may, detail)

    def _scopes(self) -> list[str]:
        """What the token may do, where the server says so: not all have this question, nor this answer."""
        from mastodon.errors import MastodonNotFoundError

        def ask() -> Any:
            try:
                return self._api.app_verify_credentials()
            except MastodonNotFoundError:
                return None

        told = getattr(self._ask(ask), "scopes", None)
        return " ".join(one for one in told if isinstance(one, str)).split() if isinstance(told, list) else []

    def publish(self, part: Outgoing, ready: Callable[[], None] = lambda: None) -> Receipt:
        if part.repost is not None:
            original = part.repost.remote_id
            ready()
            return _receipt(self._ask(lambda: self._api.status_reblog(original), "create"))
        if part.quote is not None:
            self._may_quote()
        media = [self._ready(attachment) for attachment in part.attachments]
        poll = None
        if part.poll is not None:
            poll = self._api.make_poll(list(part.poll.options), expires_in=part.poll.duration_min * 60)
        for attachment in part.attachments:  # attached once, they are nobody else's: also if the answer is lost
            self._preparing.pop(_kept_as(attachment), None)
        sensitive = bool(part.content_warning or part.label)
        ready()
        status = self._ask(
            lambda: self._api.status_post(
                part.text,
                in_reply_to_id=part.parent.remote_id if part.parent else None,
                media_ids=media or None,
                sensitive=None if poll else sensitive,  # GoToSocial refuses a poll with it
                visibility=part.visibility,
                spoiler_text=part.content_warning or None,
                language=part.language,
                idempotency_key=part.key or None,
                poll=poll,
                quoted_status_id=part.quote.remote_id if part.quote else None,
            ),
            "create",
        )
        return self._ask(lambda: _receipt(status), "create")

    def find(self, part: Outgoing, since: datetime, known: Collection[str] = ()) -> Lookup:
        """Look through the account's own posts back to `since`, comparing what a reader would read."""
        wanted = comparable(part.text)

        def is_it(status: Any) -> bool:
            if part.repost is not None:
                return status.reblog is not None and str(status.reblog.id) == part.repost.remote_id
            return status.reblog is None and comparable(plain_text(status.content)) == wanted

        older_than = None
        for _ in range(LOOK_PAGES):
            page = self._ask(lambda older=older_than: self._own_page(older))
            for status in page:
                ours = is_it(status) and str(status.id) not in known
                if ours and status.created_at >= since:
                    return Lookup(_receipt(status), conclusive=True)
            if len(page) < LOOK_SIZE or page[-1].created_at < since:
                return Lookup(None, conclusive=True)
            older_than = page[-1].id
        return Lookup(None, conclusive=False)

    def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Counts]:
        """A repost shows the counts of the post itself: they are that one's."""
        found = self._statuses(remote_ids)
        return {one: _counts(status) for one, status in found.items() if status.reblog is None}

    def poll_results(self, remote_ids: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """A poll travels with its status. Servers may hide an option's votes (null)."""
        found = {one: getattr(status, "poll", None) for one, status in self._statuses(remote_ids).items()}
        votes = {
            one: [option.votes_count for option in poll.options] for one, poll in found.items() if poll and poll.expired
        }
        return {one: told for one, told in votes.items() if None not in told}

    def followers(self) -> int | None:
        found = self._me().followers_count
        return found if isinstance(found, int) else None

    def edit(self, remote_id: str, part: Outgoing) -> None:
        """Mastodon drops what an edit does not name: pictures, poll and language are sent again as they are. (The
        library's own call has no language.)"""
        from mastodon.errors import MastodonAPIError

        now = self._ask(lambda: self._api.status(remote_id))
        body: dict[str, Any] = {
            "status": part.text,
            "spoiler_text": part.content_warning,
            "sensitive": bool(part.content_warning or part.label),
            "language": part.language,
            "media_ids": [str(media.id) for media in now.media_attachments],
        }
        if part.poll is not None:
            body["poll"] = {"options": list(part.poll.options), "expires_in": part.poll.duration_min * 60}

        def put() -> None:
            answer = self._session.put(
                f"{self._server}/api/v1/statuses/{remote_id}", json=body, timeout=self._timeout_s,
                headers={"Authorization": f"Bearer {self._api.access_token}"},
            )  # fmt: skip
            if answer.status_code != 200:
                raise MastodonAPIError("Mastodon API", answer.status_code, answer.reason, answer.text)

        self._ask(put, "upload")  # doing it again does the same

    def told_limits(self) -> Tells:
        return self._ask(lambda: told_by(self._instance()))

    def locate(self, url: str) -> Receipt:
        from mastodon.errors import MastodonNotFoundError

        found = regex.fullmatch(r"https?://[^/]+/(?:.+/)?([0-9A-Za-z]+)/?", url)
        if found is None:
            raise Rejected(self.account, f"“{url}” is not the address of a post.", advice=COPY_ADDRESS)

        def look() -> Any:
            try:
                return self._api.status(found[1])
            except MastodonNotFoundError:
                return None

        status = self._ask(look)
        if status is None or str(status.account.id) != self._own_id():
            raise Rejected(self.account, f"There is no post of this account at {url}.", advice=COPY_ADDRESS)
        return _receipt(status)

    def retract(self, remote_id: str) -> None:
        from mastodon.errors import MastodonNotFoundError

        def delete() -> None:
            """What was reposted stays: only that it was reposted is taken back."""
            try:
                original = self._api.status(remote_id).reblog
                if original is not None:
                    self._api.status_unreblog(original.id)
                else:
                    self._api.status_delete(remote_id)
            except MastodonNotFoundError:
                return

        self._ask(delete)

    def automation(self, by: str) -> Automation:
        return _automation(self._ask(self._api.account_verify_credentials), by)

    def mark_automated(self, by: str) -> Automation:
        """The flag `bot`, and who runs it as a field of the profile, if one of the four is free."""
        me = self._ask(self._api.account_verify_credentials)
        now = _automation(me, by)
        if now.marked and now.names_who:
            return now
        fields = [(field.name, field.value) for field in me.source.fields]
        if not now.names_who and by and len(fields) < PROFILE_FIELDS:
            fields.append((automated.field(self._language), by))
        after = self._ask(lambda: self._api.account_update_credentials(bot=True, fields=fields), "upload")
        return _automation(after, by)

    def _own_page(self, older_than: str | None) -> list[Any]:
        """What is no list of posts must not be taken for an empty one: it would say that a post is surely not there."""
        page = self._api.account_statuses(self._own_id(), max_id=older_than, limit=LOOK_SIZE)
        if not page and self._last_body.strip() != b"[]":  # the library makes an empty list of {} and null
            raise TypeError("no list of statuses")
        if not all(isinstance(one.content, str) and isinstance(one.created_at, datetime) for one in page):
            raise TypeError("no statuses")
        return page

    def _statuses(self, remote_ids: Sequence[str]) -> dict[str, Any]:
        """One call for all where the server can (Mastodon >= 4.3). What that leaves out is gone, on a server that has shown
        that it leaves out nothing else; on others it is asked for by itself before it counts as gone."""
        found: dict[str, Any] = {}
        if self._batch_is_served and len(remote_ids) > 1:
            found = self._batch(remote_ids)
        left_out = [one for one in remote_ids if one not in found]
        together = self._batch_is_served and len(remote_ids) > 1
        if not left_out or (together and self._is_gone(left_out, answered=bool(found))):
            return found
        return found | {one: status for one in left_out if (status := self._single(one)) is not None}

    def _is_gone(self, left_out: Sequence[str], *, answered: bool) -> bool:
        """Whether what a batch leaves out is gone. Some servers answer an empty list to a question that they do not know, and
        some may take fewer ids than we ask for. So the first and the last that are missing are asked for by themselves, and
        where nothing was answered at all, the batch is asked for a post that is there. Once a connection: a month of
        posts that vanished must not cost a call each, every time."""
        if self._left_out_is_gone is None:
            if any(self._single(one) is not None for one in dict.fromkeys((left_out[0], left_out[-1]))):
                self._left_out_is_gone = False
                self._batch_is_served = answered
            elif answered:
                self._left_out_is_gone = True
            elif (newest := self._newest()) is None:
                return True  # of an account without any post nothing can be left out; nothing is shown for later ones
            elif newest in self._batch([newest]):
                self._left_out_is_gone = True
            else:
                self._batch_is_served = False
        return self._left_out_is_gone is True

    def _newest(self) -> str | None:
        page = self._ask(lambda: self._own_page(None))
        return str(page[0].id) if page else None

    def _batch(self, remote_ids: Sequence[str]) -> dict[str, Any]:
        """Those that are there, by id. Empty where the server does not know the question: GoToSocial answers 405, older
        ones 404 or 400."""
        from mastodon.errors import MastodonAPIError

        def read() -> list[Any]:
            try:
                answer = self._api.statuses(list(remote_ids))
            except MastodonAPIError as error:
                if status_of(error) not in (400, 404, 405, 410, 422, 501):
                    raise
                self._batch_is_served = False
                return []
            if not isinstance(answer, list):
                raise TypeError("no list of statuses")
            return [status for status in answer if isinstance(status.id, str | int)]

        found = {str(status.id): status for status in self._ask(read)}
        return {one: found[one] for one in remote_ids if one in found}

    def _single(self, remote_id: str) -> Any | None:
        from mastodon.errors import MastodonNotFoundError

        def read() -> Any | None:
            try:
                status = self._api.status(remote_id)
            except MastodonNotFoundError:
                return None
            if str(status.id) != remote_id:
                raise TypeError("not that status")
            return status

        return self._ask(read)

    def _ready(self, attachment: Attachment) -> str:
        """The id of a picture or video that is ready to be attached: a server refuses one that it is still preparing.
        It is uploaded once; a later attempt asks for it. Raises NotReady."""
        from mastodon.errors import MastodonNotFoundError

        kept = _kept_as(attachment)
        media = None
        if kept in self._preparing:
            try:
                media = self._api.media(self._preparing[kept])
            except MastodonNotFoundError:  # it was thrown away: upload it again
                media = None
            except failures() as error:
                raise self._ours(error, "upload") from error
        if media is None:
            media = self._upload(attachment)
            self._preparing[kept] = str(media.id)
        if getattr(media, "url", None) is None:
            raise NotReady(self.account, f"{self._server} is still preparing {attachment.media.file}")
        return str(media.id)

    def _upload(self, attachment: Attachment) -> Any:
        return self._ask(
            lambda: self._api.media_post(
                attachment.data,
                mime_type=attachment.media.mime_type,
                description=attachment.media.alt,
                file_name=f"{attachment.media.sha256[:16]}.{attachment.media.mime_type.rpartition('/')[2]}",
            ),
            "upload",
        )

    def _may_quote(self) -> None:
        """Asked once more, for where nobody has yet, or long ago."""
        if self._quotes is None:
            self._quotes = self._ask(lambda: can_quote(self._instance()))
        if not self._quotes:
            raise Rejected(self.account, f"{self._server} cannot quote: that needs Mastodon 4.5 or newer")


def _kept_as(attachment: Attachment) -> str:
    return f"{attachment.media.sha256}/{attachment.media.alt}"


def _automation(me: Any, by: str) -> Automation:
    told = [str(me.source.note), *(str(field.value) for field in me.source.fields)]
    names = bool(by) and any(by in text for text in told)
    step = "" if names or not by else f"Name who runs it in the profile: {by}."
    return Automation(bool(me.bot), names, step)


def _receipt(status: Any) -> Receipt:
    """Raises TypeError for what is no status."""
    if not isinstance(status.id, str | int) or not isinstance(status.url or status.uri, str):
        raise TypeError("no status")
    return Receipt(str(status.id), str(status.url or status.uri))


def _counts(status: Any) -> Counts:
    poll = getattr(status, "poll", None)
    quotes = getattr(status, "quotes_count", None)
    return Counts(
        likes=status.favourites_count,
        reposts=status.reblogs_count,
        replies=status.replies_count,
        quotes=None if quotes is None else int(quotes),
        poll_votes=poll.votes_count if poll else None,
    )
