"""Reading what evaluation needs: lean rows, a fair draw where there are very many, and sums that SQLite adds up."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from msgspec.json import decode

from campaign_bot.model import Counted, Measured, State, Tallied
from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import from_ms, from_ms_or_none, to_ms
from campaign_bot.store.rows import COUNT_FIELDS

#: A question mark that ends a sentence; the one in a link's address is none.
_QUESTION = re.compile(r"\?(?=[\s»”\"')]|$)")
_HOUR_MS = 3_600_000
_DAY_MS = 86_400_000
_KEY_DIGITS = 12  # of a post's key, enough to draw by

#: Of a part of a day; the states are named so that the index is used.
_COUNTED = """
    union all select series, coalesce(priority, ''), network, language, state, 1 from delivery join post on post.key = delivery.post
     where state in (select value from json_each(?)) and due_ms >= ? and due_ms < ?
"""

_Reads = dict[str, tuple[list[tuple[int, Counted]], bool]]


class Measuring(Changes):
    """The verbs of evaluation (see `store.base.Store`)."""

    def measured(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int | None = None,
        drawn: int | None = None,
        in_experiments: bool = False,
    ) -> list[Measured]:
        """The deliveries due from `since` to before `until`, by due time; or only those in experiments. Where there are more than `most`, about
        `drawn` of them (else as many as `most`), those of the posts whose keys come first: keys are hashes, so that is a
        fair draw, the same one each time, and a post's languages stay together."""
        where, values = _period(since, until)
        if in_experiments:
            where += " and delivery.key in (select delivery from assignment)"
        number = self._rows(f"select count(*) as number from delivery where {where}", values)[0]["number"]
        if most is not None and number > most:
            where += " and delivery.post < ?"
            values = [*values, f"{int((drawn or most) / number * 16**_KEY_DIGITS):0{_KEY_DIGITS}x}"]
        with self._connections.errors():
            return list(self._measured(where, values))

    def tallied(self, *, since: datetime | None = None, until: datetime | None = None) -> list[Tallied]:
        """How many deliveries there are of each kind and state: exact, however many. Whole days (UTC) are counted already."""
        begin, end = _period(since, until)[1]
        first, last = -(-begin // _DAY_MS), end // _DAY_MS
        edges = [(begin, first * _DAY_MS), (last * _DAY_MS, end)] if first <= last else [(begin, end)]
        rows = self._rows(
            f"""
            select series, priority, network, language, state, sum(number) as number from (
              select series, priority, network, language, state, number from tally where day >= ? and day < ?
              {_COUNTED * len(edges)}
            ) group by 1, 2, 3, 4, 5 having sum(number) > 0
            """,
            [first, last, *(value for edge in edges for value in (json.dumps(list(State)), *edge))],
        )
        return [
            Tallied(row["series"], row["priority"], row["network"], row["language"], State(row["state"]), row["number"])
            for row in rows
        ]

    def _measured(self, where: str, values: list[Any]) -> Iterator[Measured]:
        followers, assigned, reads = self._followers(), self._assigned(), self._reads(where, values)
        nothing: tuple[list[tuple[int, Counted]], bool] = ([], False)
        told: dict[str, tuple[str, ...]] = {}
        rows = self._connections.db.execute(
            "select delivery.key, name, series, item, priority, commitments, rung, answers, account, network, language,"
            " due_ms, state, sent_ms, length, content, url from delivery join post on post.key = delivery.post"
            " left join receipt on receipt.delivery = delivery.key and receipt.part = 0"
            f" where {where} order by due_ms, account, delivery.key",
            values,
        )
        for (
            key, name, series, item, priority, said, rung, answers, account, network, language,
            due_ms, state, sent_ms, length, content, url,
        ) in rows:  # fmt: skip
            commitments = told.get(said) or told.setdefault(said, tuple(json.loads(said)))
            pictures, described, question, poll_min, parts = _said(content)
            experiment, variant, block, left_as = assigned.get(key, ("", "", 0, ""))
            taken, gone = reads.pop(key, nothing)
            aged = () if sent_ms is None else tuple(((at - sent_ms) / _HOUR_MS, counts) for at, counts in taken)
            yield Measured(
                key, name, series, item, priority, commitments, rung, answers, account, network, language,
                from_ms(due_ms), State(state), from_ms_or_none(sent_ms), _last_before(followers.get(account), sent_ms),
                gone, pictures, described, question, poll_min, length, parts, experiment, variant, block, left_as,
                url or "", aged,
            )  # fmt: skip

    def _followers(self) -> dict[str, tuple[list[int], list[int]]]:
        """When each account's followers were counted, and how many they were."""
        found: dict[str, tuple[list[int], list[int]]] = {}
        for account, at_ms, number in self._connections.db.execute(
            "select account, at_ms, followers from followers order by account, at_ms"
        ):
            times, numbers = found.setdefault(account, ([], []))
            times.append(at_ms)
            numbers.append(number)
        return found

    def _assigned(self) -> dict[str, tuple[str, str, int, str]]:
        rows = self._connections.db.execute("select delivery, experiment, variant, block, left_as from assignment")
        return {
            delivery: (experiment, variant, block, left_as) for delivery, experiment, variant, block, left_as in rows
        }

    def _reads(self, where: str, values: list[Any]) -> _Reads:
        """What was read of each delivery, in the order of time, and whether it was found to be gone."""
        found: _Reads = {}
        # The plus keeps SQLite from going through all deliveries in this order, rather than to those of the drawn posts.
        rows = self._connections.db.execute(
            f"select delivery.key, snapshot.gone, snapshot.taken_ms, {', '.join(COUNT_FIELDS)} from delivery"
            f" join snapshot on snapshot.delivery = delivery.key where {where} order by +delivery.key, snapshot.age_ms",
            values,
        )
        for key, group in groupby(rows, key=itemgetter(0)):
            some = [(row[1], row[2], row[3:]) for row in group]
            taken = [(taken_ms, counts) for gone, taken_ms, counts in some if not gone and counts != _NOTHING]
            found[key] = taken, any(gone for gone, _, _ in some)
        return found

    def approvals(self, *, since: datetime | None = None, until: datetime | None = None) -> int:
        """How many times somebody approved a delivery of this period."""
        where, values = _period(since, until)
        rows = self._rows(
            "select count(*) as number from approval join delivery on delivery.key = approval.delivery"
            f" where decision = 'approved' and {where}",
            values,
        )
        return int(rows[0]["number"])

    def follower_counts(self) -> list[tuple[str, datetime, int]]:
        """(account, when, followers), in the order of time."""
        rows = self._rows("select account, at_ms, followers from followers order by at_ms")
        return [(row["account"], from_ms(row["at_ms"]), row["followers"]) for row in rows]


_NOTHING: Counted = (None,) * len(COUNT_FIELDS)


def _period(since: datetime | None, until: datetime | None) -> tuple[str, list[Any]]:
    begin, end = since or datetime(1970, 1, 1, tzinfo=UTC), until or datetime(9999, 1, 1, tzinfo=UTC)
    return "due_ms >= ? and due_ms < ?", [to_ms(begin), to_ms(end)]


def _last_before(counted: tuple[list[int], list[int]] | None, sent_ms: int | None) -> int | None:
    if counted is None or sent_ms is None:
        return None
    place = bisect_right(counted[0], sent_ms)
    return counted[1][place - 1] if place else None


def _said(content: str) -> tuple[int, int, bool, int, int]:
    """(pictures, those with alt text, whether it asks, minutes of its poll, parts) of a content's JSON."""
    parts = decode(content)["parts"]
    media = [one for part in parts for one in part.get("media", ())]
    poll = next((part["poll"] for part in parts if part.get("poll")), None)
    asks = poll is not None or any(_QUESTION.search(part["text"]) for part in parts)
    described = sum(bool(one.get("alt", "").strip()) for one in media)
    return len(media), described, asks, poll.get("duration_min", 0) if poll else 0, len(parts)
