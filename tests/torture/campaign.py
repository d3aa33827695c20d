"""What the harness sends: posts with texts of their own, threads among them, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from campaign_bot import networks
from campaign_bot.model import Content, Part, Post, State, derived_key
from campaign_bot.store.base import Draft, Planned
from campaign_bot.store.sqlite import SqliteStore
from tests.campaigns import write_campaign
from tests.database import connect

EACH = 4  # accounts of each network
THREAD_EVERY = 4  # every fourth post is a thread
ACCOUNTS = [f"{network}-{number}" for number in range(EACH) for network in ("x", "mastodon", "bluesky")]


def write(directory: Path) -> Path:
    accounts = "\n".join(
        f"  {name}: {{network: {name.split('-')[0]}, language: en,"
        f" handle: {name.replace('-', '.') + '.example' if name.startswith('bluesky') else name.replace('-', '_')}, may: [thread]}}"
        for name in ACCOUNTS
    )
    campaign = f"""\
id: torture
name: {{en: Torture}}
goal: {{en: Nothing twice and nothing lost}}
starts: 2027-01-18
ends: 2027-01-19
timezone: UTC
languages: [en]
priorities: {{impact: {{en: Impact}}}}
accounts:
{accounts}
collect_at: [30d]
"""
    series = "title: {en: S}\npurpose: {en: P}\npriority: impact\nitems: {data: facts}\n"
    return write_campaign(
        directory,
        **{
            "content/campaign.yaml": campaign,
            "content/data/facts.yaml": "- id: one\n  text: {en: One.}\n",
            "content/series/facts/series.yaml": series,
            "content/series/facts/post.en.j2": "{{ item.text }}\n",
            "content/series/facts/post.fr.j2": None,
            "content/cards/fact.svg.j2": None,
            "schedules/weekly.yaml": "once:\n  series: facts\n  when: {dates: ['2027-01-18 12:00']}\n",
        },
    )


def add(store: SqliteStore, account: str, number: int, due: datetime) -> str:
    """One approved delivery, due at an instant. Returns its key."""
    network = networks.get(account.split("-")[0])
    parts = tuple(
        Part(f"Post {number} of {account}, part {part}: https://example.org/{number}/{part}")
        for part in range(3 if number % THREAD_EVERY == 0 else 1)
    )
    content = Content("en", parts)
    key = derived_key("torture", account, str(number))
    draft = Draft(key, account, network.name, "en", due, content, 1, network.limits.text)
    post = Post(key, f"post-{number}-{account}", "queue", "queue", "", due, "", "")
    store.add(Planned(post, (draft,), {}), now=due - timedelta(seconds=5), actor="harness")
    keys = network.keys(key, content.sha256, due, len(parts))
    assert store.approve(key, content.sha256, keys, person="harness", note="", now=due - timedelta(seconds=4))
    return key


@dataclass
class Verdict:
    """What the truth of the networks and the store's belief, side by side, say."""

    posts: int = 0
    duplicates: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])
    disordered: list[str] = field(default_factory=list[str])
    incomplete: list[str] = field(default_factory=list[str])  # the audit log does not tell the whole story
    person: int = 0  # unconfirmed: shown, waits for a person
    shown: int = 0  # failed or missed, with a reason
    integrity: str = "ok"

    @property
    def clean(self) -> bool:
        return not (self.duplicates or self.lost or self.disordered or self.incomplete) and self.integrity == "ok"


def judge(database: Path, truth: list[dict[str, Any]]) -> Verdict:
    """Every approved delivery exists exactly once, or is shown with its reason."""
    store = SqliteStore(database, simulated=True)
    there: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for post in truth:
        there.setdefault((post["account"], post["text"]), []).append(post)
    found = Verdict(posts=len(truth))
    for one in store.deliveries():
        created = [there.get((one.account, part.text), []) for part in one.content.parts]
        found.duplicates += [
            part.text for part, posts in zip(one.content.parts, created, strict=True) if len(posts) > 1
        ]
        whole = all(created)
        match one.state:
            case State.SENT:
                if not whole:
                    found.lost.append(f"{one.key} is sent, but not there")
            case State.UNCONFIRMED if one.not_before is None and one.reason:
                found.person += 1
            case State.FAILED | State.MISSED if one.reason:
                found.shown += 1
                if whole:
                    found.lost.append(f"{one.key} is {one.state}, but there")
            case State.APPROVED if one.not_before and one.not_before > datetime.now(UTC) and one.reason:
                found.shown += 1  # waits until the network's own limit is over, and says so
            case _:
                found.lost.append(f"{one.key} is still {one.state}: {one.reason}")
        first = [posts[0] for posts in created if posts]
        for before, after in pairwise(first):
            if not (
                before["created"] <= after["created"]
                and after["reply_to"] in (before["id"], _uri(store, one.key, before))
            ):
                found.disordered.append(f"{one.key}: {after['text']}")
        found.incomplete += _gaps(store, one.key, one.state)
    store.close()
    with connect(database) as db:
        found.integrity = str(db.execute("pragma integrity_check").fetchone()[0])
    return found


def _uri(store: SqliteStore, delivery: str, post: dict[str, Any]) -> str:
    """Bluesky's replies name the parent's address, which ends in its record key."""
    return next((r.remote_id for r in store.receipts(delivery).values() if r.remote_id.endswith(str(post["id"]))), "")


#: What the audit log has to end in, by state.
LAST = {
    State.SENT: {"sent"},
    State.UNCONFIRMED: {"unconfirmed", "lease-expired"},
    State.FAILED: {"failed"},
    State.MISSED: {"missed"},
}


def _gaps(store: SqliteStore, delivery: str, state: State) -> list[str]:
    actions = [event.action for event in store.events(delivery)]
    faults: list[str] = []
    if actions[:2] != ["planned", "approved"]:
        faults.append(f"{delivery} begins with {actions[:2]}")
    if state in LAST and actions[-1] not in LAST[state]:
        faults.append(f"{delivery} is {state}, its last event is {actions[-1]}")
    endings = ("sent", "later", "unconfirmed", "failed", "lease-expired")
    open_attempts = 0
    for action in actions:
        open_attempts += action == "sending"
        if action in endings and open_attempts:
            open_attempts -= 1
        if open_attempts > 1:
            faults.append(f"{delivery} was sent twice at once: {actions}")
            break
    return faults
