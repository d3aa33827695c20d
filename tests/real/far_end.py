"""What the contract asks of the other end, answered by a real server instead of a local network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from campaign_bot.sandbox import bluesky_embeds as embeds
from campaign_bot.sandbox.bluesky_records import COLLECTION, GATES, REPOSTS, Json, check_gate, parent_of
from campaign_bot.sandbox.world import Fault, LocalAccount, LocalMedia, LocalPost, World
from tests.networks.conftest import UnderTest
from tests.networks.recorder import Recorder
from tests.real.servers import Person, RealBluesky

#: Read from the index, which lags behind the server: the gate waits for it, as nobody reads counts at once in life.
COUNTED = ("app.bsky.feed.getPosts", "app.bsky.actor.getProfile")


class FarEnd(World):
    """The accounts and posts of a real Bluesky, and the faults that its gate lets happen."""

    def __init__(self, servers: RealBluesky, people: Mapping[str, Person], *, now: Callable[[], datetime]) -> None:
        super().__init__(seed=0, now=now)
        self.servers, self.people = servers, people
        self.gate: Recorder | None = None
        for name, person in people.items():
            secrets = {"app_password": person.password}
            self.add_account(LocalAccount(name, "bluesky", "en", person.handle, person.did, secrets))

    def meets(self, method: str, path: str) -> Fault | None:
        return self.take_fault(next(iter(self.people)), method, path)

    def before(self, method: str, path: str) -> None:
        if path.endswith(COUNTED):
            self.servers.settle()

    def posts_of(self, account: str) -> list[LocalPost]:
        """Newest first, by the order in which the server took them: their keys only tell when each was due."""
        taken = self._taken()
        person = self.people[account]
        found = [*self.servers.records(person), *self.servers.records(person, REPOSTS)]
        found.sort(key=lambda one: taken.index(one["uri"]), reverse=True)
        gates = {one["uri"].rpartition("/")[2]: one["value"] for one in self.servers.records(person, GATES)}
        return [self._post(account, one, gates) for one in found]

    def followers(self, account: LocalAccount) -> int:
        return self.servers.profile(self.people[account.name])["followersCount"]

    def _taken(self) -> list[str]:
        exchanges = self.gate.exchanges if self.gate else []
        created = [
            json.loads(one.answer)
            for one in exchanges
            if one.target.endswith((".createRecord", ".applyWrites")) and one.status == 200
        ]
        return [one["uri"] if "uri" in one else one["results"][0]["uri"] for one in created]

    def _post(self, account: str, found: Json, gates: dict[str, Json]) -> LocalPost:
        record, rkey = found["value"], found["uri"].rpartition("/")[2]
        return LocalPost(
            id=rkey,
            network="bluesky",
            account=account,
            text=record.get("text", ""),
            language=next(iter(record.get("langs", [])), ""),
            created=datetime.fromisoformat(record["createdAt"]),
            media=[self._media(account, blob, about) for blob, about in embeds.shown_of(record)],
            reply_to=parent_of(record),
            quotes=embeds.quoted_by(record).rpartition("/")[2],
            reposts=record["subject"]["uri"].rpartition("/")[2] if "subject" in record else "",
            label=embeds.label_of(record),
            replies=check_gate(gates[rkey], rkey) if rkey in gates else "",
            link_card=embeds.parts_of(record).get("external", {}).get("external") or {},
            key=rkey,
            wire={"record": record, "cid": found["cid"], "collection": record.get("$type", COLLECTION)},
        )

    def _media(self, account: str, blob: Json, about: Json) -> LocalMedia:
        cid, ratio = blob["ref"]["$link"], about.get("aspectRatio", {})
        size = ratio.get("width", 0), ratio.get("height", 0)
        media = LocalMedia(cid, account, blob["mimeType"], self._blob(account, cid), about["alt"], *size)
        for caption in about.get("captions") or []:
            media.captions = self._blob(account, caption["file"]["ref"]["$link"]).decode()
        return media

    def _blob(self, account: str, cid: str) -> bytes:
        return self.servers.blob(self.people[account], cid)


@dataclass
class BlueskyUnderTest(UnderTest):
    """Bluesky's client on Bluesky's own server."""

    readers: list[Person] = field(default_factory=list[Person])

    @property
    def person(self) -> Person:
        return self.end.people[self.account.name]

    @property
    def end(self) -> FarEnd:
        assert isinstance(self.world, FarEnd)
        return self.world

    def secrets(self) -> dict[str, str]:
        return self.world.accounts[self.account.name].secrets

    def advance(self, by: timedelta) -> None:
        """A real server's clock stays; its readers do now what they would have done meanwhile."""
        super().advance(by)
        for record in self.end.servers.records(self.person):
            for reader in self.readers:
                self.end.servers.like(reader, record["uri"], record["cid"])
