"""The record as people ask for it: is it whole, who did what, and everything about one post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs, to_builtins

from campaign_bot.app.stages import Stages
from campaign_bot.difference import difference
from campaign_bot.errors import StateError
from campaign_bot.library.lots import hash_of
from campaign_bot.model import OPEN_STATES, Assignment, Content, Delivery, Event, Post, State
from campaign_bot.pairs import pairs, seen_code
from campaign_bot.store.connection import from_ms, to_ms
from campaign_bot.store.experimenting import fingerprint
from campaign_bot.store.record import VERSIONING, Disposed, Fault, Line, Trail

#: Nothing is disposed of sooner than this.
SHORTEST_RETENTION = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of what happened to a delivery, from whichever table tells it."""

    at: datetime
    delivery: str  # post@account
    what: str
    who: str
    identity: str  # how we know who that is
    detail: dict[str, Any]
    event: int | None = None  # its number in the record
    hash: str = ""  # of the event


@dataclass(frozen=True, slots=True)
class Standing:
    """What a delivery says now against what the record says that it says."""

    hash: str  # of the bytes that are there
    recorded: str  # of those that the record names last
    difference: list[str]  # from those to these; empty where they are the same
    may_not_leave: str  # why, where it is called approved

    @property
    def right(self) -> bool:
        return self.hash == self.recorded and not self.may_not_leave


def _left_otherwise(one: Assignment, told: Mapping[str, Sequence[Event]], until: Sequence[Mapping[str, int]]) -> bool:
    """Whether the record knows that a delivery had left, or had not, when its experiment let go of it (the last time as it
    ended), and the table says otherwise."""
    events = told.get(one.delivery, ())
    was_open = [Trail(tuple(events[: then.get(one.delivery, 0)])).state in OPEN_STATES for then in until]
    return not any(was_open) if one.let_go else was_open[-1]


class Auditing(Stages):
    """What an auditor asks."""

    def log(
        self, *, name: str = "", actor: str = "", action: str = "",
        since: datetime | None = None, until: datetime | None = None,
    ) -> Iterator[Line]:  # fmt: skip
        """The record's lines in their order, only those that fit. `name`: a post or post@account."""
        keys = {one.key for one in self.find(name)} if name else set[str]()
        for line in self.store.lines():
            if (
                (not keys or line.subject in keys)
                and actor in ("", line.actor)
                and action in ("", line.action)
                and (since is None or line.at_ms >= to_ms(since))
                and (until is None or line.at_ms <= to_ms(until))
            ):
                yield line

    def beside_record(self) -> list[tuple[str, str]]:
        """Deliveries (by the names that people know) that are in the tables what they are not in the record, and how. Both
        are read as of one instant: what a daemon sends in between is no difference."""
        with self.store.at_one_instant():
            return self._beside_record()

    def _beside_record(self) -> list[tuple[str, str]]:
        told: dict[str, list[Event]] = {}
        until: dict[str, list[dict[str, int]]] = {}  # experiment -> how many events of each there were when it let go
        for line in self.store.lines():
            told.setdefault(line.subject, []).append(
                Event(from_ms(line.at_ms), line.actor, line.action, line.subject, line.told)
            )
            if line.action in ("experiment interrupted", "experiment ended"):
                until.setdefault(line.subject, []).append({key: len(events) for key, events in told.items()})
        there = {one.key: one for one in self.store.deliveries()}
        names = self.names(list(there.values()))
        found = [
            (names[key], why)
            for key, one in there.items()
            if (why := self._differs(one, Trail(tuple(told.get(key, ())))))
        ]
        planned = {key: events[0] for key, events in told.items() if events[0].action == "planned"}
        gone = [key for key in planned if key not in there]
        return [
            *found,
            *self._experiments_beside(told, until),
            *(
                (f"{planned[key].detail.get('post')}@{planned[key].detail.get('account')}", "it is gone")
                for key in gone
            ),
        ]

    def _experiments_beside(
        self, told: Mapping[str, Sequence[Event]], until: Mapping[str, Sequence[Mapping[str, int]]]
    ) -> Iterator[tuple[str, str]]:
        """Experiments whose design, end or lot is in the tables what it is not in the record."""
        declared, ended, dealt = self.store.declared(), self.store.ended(), self.store.assignments()
        known = {name for name, events in told.items() if any(one.action == "experiment declared" for one in events)}
        for name in sorted(known | set(declared)):
            events = {one.action: one for one in told.get(name, ())}
            begun, end = events.get("experiment declared"), events.get("experiment ended")
            sha256 = declared[name][0] if name in declared else ""
            if begun is None or begun.detail.get("sha256") != sha256 or hash_of(self.store.design(name)) != sha256:
                yield f"experiment {name}", "it is not what was declared by the record"
            elif (end is None) != (name not in ended):
                yield (
                    f"experiment {name}",
                    "it has not ended by the record" if end is None else "it has ended by the record",
                )
            elif end is not None:
                of = [one for one in dealt.values() if one.experiment == name]
                lot = fingerprint((one.delivery, one.variant, one.block) for one in of)
                if ended[name].at != end.at or ended[name].reason not in ("", end.detail.get("reason")):
                    yield f"experiment {name}", "it ended otherwise by the record"
                elif lot != end.detail.get("dealt") or any(_left_otherwise(one, told, until[name]) for one in of):
                    yield f"experiment {name}", "its variants are others than by the record"

    def _differs(self, one: Delivery, trail: Trail) -> str:
        if not trail.events:
            return "the record does not know it"
        # Voided for good it has failed, which older events do not say; and what was never approved is a draft after a look.
        last = trail.events[-1]
        untold = last.action == "approval-voided" and "state" not in last.detail
        states = {trail.state} | ({State.FAILED} if untold else set())
        states |= {State.DRAFT} if trail.state is State.APPROVED and not trail.approvals else set()
        if one.state not in states:
            return f"it is {one.state}, and {trail.state} by the record"
        if trail.version and trail.version != one.content.sha256:
            return "it says something else than by the record"
        receipts = self.store.receipts(one.key) if one.state is State.SENT else {}
        if any(not trail.knows(part, receipt) for part, receipt in receipts.items()):
            return "it was published elsewhere by the record"
        return ""

    def subjects(self) -> dict[str, str]:
        """The names that people know, by the keys that the record has."""
        return self.names(self.store.deliveries())

    def dossier(self, deliveries: Sequence[Delivery]) -> dict[str, Any]:
        """Everything about a post: what it said when, who allowed which bytes, what was tried and answered."""
        posts, findings = self.store.posts(), self.findings(deliveries)
        post: Post = posts[deliveries[0].post]
        head = self.store.head()
        return {
            "post": structs.asdict(post) | {"slot": post.slot.isoformat()},
            "simulated": self.simulated,
            "record_head": {"event": head.id, "hash": head.hash},
            "record_fault": self.store.record_fault(),
            "deliveries": [
                {
                    **self.describe(one),
                    "versions": self._versions(one),
                    "standing": asdict(self.standing(one)),
                    "findings": [
                        {name: getattr(problem, name) for name in ("rule", "severity", "message")}
                        for problem in findings.get(one.key, ())
                    ],
                    "approvals": [structs.asdict(given) for given in self.store.trail(one.key).approvals],
                    "receipts": [structs.asdict(receipt) for receipt in self.store.receipts(one.key).values()],
                    "happened": [asdict(entry) for entry in self.happened(one)],
                }
                for one in deliveries
            ],
        }

    def standing(self, delivery: Delivery) -> Standing:
        """Whether what stands in the tables is what the record knows; texts that were disposed of stand as they are."""
        there, (_, recorded) = delivery.content.sha256, self.versions(delivery)[-1]
        if any(one.action == "disposed" for one in self.store.events(delivery.key)):
            there = recorded
        lines: list[str] = []
        if there != recorded:
            before = self.store.content(recorded)
            lines = difference(before, delivery.content) if before else []
            lines = lines or ["(the version of the record was not kept, or differs in settings alone)"]
        found = self.objection(delivery) if delivery.state is State.APPROVED else None
        return Standing(there, recorded, lines, found.why if found else "")

    def happened(self, delivery: Delivery) -> list[Entry]:
        """Events, attempts with their answers, and receipts, in the order of time."""
        name = self.name_of(delivery)
        found = [
            Entry(
                from_ms(line.at_ms), name, line.action, line.actor, str(line.told.get("identity", "")),
                {key: value for key, value in line.told.items() if key != "identity"}, line.id, line.hash,
            )
            for line in self.store.lines(delivery.key)
        ]  # fmt: skip
        for one in self.store.attempts_of(delivery.key):
            detail = {"number": one.number, "started": one.started.isoformat(), "error": one.error}
            found.append(
                Entry(one.finished or one.started, name, f"answer: {one.outcome or 'none yet'}", one.owner, "", detail)
            )
        for part, (receipt, at) in self.store.receipts_with_time(delivery.key).items():
            found.append(
                Entry(at, name, "receipt", delivery.network, "", {"part": part + 1, **structs.asdict(receipt)})
            )
        return sorted(found, key=lambda one: (one.at, one.event or 0))

    def _versions(self, delivery: Delivery) -> list[dict[str, Any]]:
        """Each content that it ever had, with what is different from the one before."""
        found: list[dict[str, Any]] = []
        before: Content | None = None
        for at, content_hash in self.versions(delivery):
            content = self.store.content(content_hash)
            found.append(
                {
                    "hash": content_hash,
                    "since": at.isoformat(),
                    "content": to_builtins(content) if content else None,
                    "difference": difference(before, content) if before and content else [],
                }
            )
            before = content or before
        return found

    def versions(self, delivery: Delivery) -> list[tuple[datetime, str]]:
        """Since when it has said what, by the hashes that the record names."""
        found: list[tuple[datetime, str]] = []
        for event in self.store.events(delivery.key):
            told = event.detail.get("to", "") if event.action in VERSIONING else ""
            if told and (not found or found[-1][1] != told):
                found.append((event.at, str(told)))
        return found or [(self.clock(), delivery.content_hash)]

    def previews(self, deliveries: Sequence[Delivery], language: str) -> str:
        """One self-contained page of these, as readers would see them, with findings; `language` is the page's own."""
        from campaign_bot import preview
        from campaign_bot.check import RULES

        posts, series, campaign = self.store.posts(), self.library.series, self.library.campaign
        waiting: list[preview.Waiting] = []
        for sides in pairs(deliveries):
            post = posts[sides[0].post]
            title = series[post.series].file.title.get(language, post.series) if post.series in series else post.name
            waiting.append(preview.Waiting(post, title, sides))
        hashes = {media.sha256 for one in deliveries for part in one.content.parts for media in part.pictures}
        page = preview.Page(
            campaign=campaign.name.get(language, campaign.name[campaign.languages[0]]),
            now=self.clock(),
            zone=self.zone,
            simulated=self.simulated,
            head=self.store.head().hash,
            handles={name: account.handle or name for name, account in campaign.accounts.items()},
            cures={rule.id: rule.advice[language] for rule in RULES.values()},
        )
        changed = {one.key: self.since_approval(one) for one in deliveries}
        pictures = {sha256: self.store.picture(sha256) for sha256 in hashes}
        before = {key: one for key in {one.content.earlier for one in deliveries} if (one := self.store.delivery(key))}
        earlier = {key: (self.name_of(one), one.content.text) for key, one in before.items()}
        return preview.render(waiting, self.findings(deliveries), changed, pictures, page, language, earlier)

    def seen_code(self, deliveries: Sequence[Delivery]) -> str:
        """The code that a page shows for a post. Raises StateError for several posts: each has its own."""
        posts = {one.post for one in deliveries}
        if len(posts) != 1:
            raise StateError("A code is for one post.", advice="Name one post with --seen.")
        sides = [one for one in self.store.of_post(posts.pop()) if one.open]
        return seen_code(one.content_hash for one in sides)

    def waiting(self) -> list[Delivery]:
        """All sides of every post that has a draft which may still be approved."""
        earliest = self.clock() - self.library.campaign.max_lateness
        drafts = {one.post for one in self.store.deliveries((State.DRAFT,)) if one.due > earliest}
        order = {name: number for number, name in enumerate(self.library.campaign.accounts)}
        found = [one for one in self.store.deliveries(OPEN_STATES) if one.post in drafts]
        return sorted(found, key=lambda one: (one.due, one.post, order.get(one.account, len(order))))

    def accept(self, why: str) -> tuple[Fault, ...]:
        """Go on with a record that was altered. Returns the faults that nobody had accepted."""
        self.permit("accept")
        return self.store.accept_faults(now=self.clock(), person=self.person, why=why)

    def dispose(self, before: datetime, why: str, *, dry_run: bool) -> Disposed:
        """Delete the words and pictures of posts that ended before an instant. Raises StateError where that is not long
        ago: the checks compare with what was said lately, and counts are still being read."""
        self.permit("dispose")
        now = self.clock()
        if now - before < SHORTEST_RETENTION:
            raise StateError(
                f"What ended less than {SHORTEST_RETENTION.days} days ago is kept.", advice="Choose an earlier day."
            )
        return self.store.dispose(before, now=now, person=self.person, why=why, dry_run=dry_run)

    def since_approval(self, delivery: Delivery) -> list[str]:
        """What is different from the bytes that were approved last; empty where they are the same or nothing was."""
        approved = self.store.trail(delivery.key).last_approved_hash
        if not approved or approved == delivery.content_hash:
            return []
        before = self.store.content(approved)
        return difference(before, delivery.content) if before else ["(the approved version was not kept)"]
