"""Which delivery gets which variant of an experiment: dealt by lot in blocks, from a seed that is written down.

A block is as many posts in a row as there are variants. In it every network has each variant once, and each post has the
variants spread over the networks, so that network, item and time weigh on all variants alike. Languages of one network
get the same variant: neither is the trial of the other. Each block's lot is drawn apart from the others'.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaign_bot.library.files import Account, ExperimentFile, Library, Variant
from campaign_bot.model import Assignment, derived_key


@dataclass(frozen=True, slots=True)
class Dealt:
    """What one delivery got."""

    experiment: str
    name: str
    variant: Variant
    block: int


def lot(
    experiment: str, seed: int, block: int, variants: Sequence[str], networks: Sequence[str]
) -> dict[tuple[int, str], str]:
    """(place in the block, network) -> variant. The same arguments give the same lot, on any machine."""
    draw = random.Random(f"{experiment}/{seed}/{block}")  # noqa: S311 - a lot that anybody may check, no secret
    order, dealt = sorted(networks), list(variants)
    draw.shuffle(order)
    draw.shuffle(dealt)
    return {
        (place, network): dealt[(place + offset) % len(dealt)]
        for offset, network in enumerate(order)
        for place in range(len(dealt))
    }


def dealer(
    library: Library,
    posts: Iterable[tuple[str, str, datetime, datetime]],
    assigned: Mapping[str, Assignment],
    begun: Mapping[str, datetime],
    now: datetime,
) -> Dealer:
    """Deal all posts of the campaign: (key, series, wall-clock slot, instant). `begun`: when experiments did; those that did
    not begin now."""
    places: dict[str, tuple[str, int]] = {}
    known = list(posts)
    for name, file in library.experiments.items():
        most = file.most_blocks * len(file.variants)
        found = inside(library, name, known, assigned, begun.get(name, now))
        numbers = _numbers(library, name, found, assigned, now)
        places |= {key: (name, number) for key, number in numbers.items() if number < most}
    return Dealer(library, places, assigned)


def _numbers(
    library: Library,
    name: str,
    posts: Sequence[tuple[datetime, str]],
    assigned: Mapping[str, Assignment],
    now: datetime,
) -> dict[str, int]:
    """The number of each post in its experiment. One that was dealt keeps its own, however the schedule moved meanwhile; what
    comes between two of these takes a number that is free between theirs, or else any that is free: a block with a post too
    many would have two trials of a variant on an account."""
    found, blocks = _dealt_numbers(library, name, [key for _, key in posts], assigned)
    if not found and not blocks:
        return {key: number for number, (_, key) in enumerate(posts)}
    size = len(library.experiments[name].variants)
    used = set(found.values()) | {block * size + place for block in blocks for place in range(size)}
    dealt = [number for number, (_, key) in enumerate(posts) if key in found]
    last = dealt[-1] if dealt else -1
    between: list[str] = []
    before = min(used) - 1
    for number, (instant, key) in enumerate(posts[: last + 1]):
        if key in found:
            before = found[key]
            continue
        after = next(found[posts[one][1]] for one in dealt if one > number)
        free = next((one for one in range(before + 1, after) if one not in used), None)
        if free is not None:
            found[key] = before = free
            used.add(free)
        elif instant > now:
            between.append(key)
    for key in between:
        free = next(one for one in range(min(used), max(used) + 2) if one not in used)
        found[key] = free
        used.add(free)
    following = max(used) + 1
    return found | {key: following + number for number, (_, key) in enumerate(posts[last + 1 :])}


def _dealt_numbers(
    library: Library, name: str, posts: Sequence[str], assigned: Mapping[str, Assignment]
) -> tuple[dict[str, int], set[int]]:
    """The numbers of posts that were dealt, by what their lot says; and the blocks with posts that are not there any more,
    which take no other one."""
    file, accounts = library.experiments[name], library.campaign.accounts
    networks = sorted({one.network for one in accounts.values()})
    left = {key: one for key, one in assigned.items() if one.experiment == name}
    lots: dict[int, dict[tuple[int, str], str]] = {}
    found: dict[str, int] = {}
    size = len(file.variants)
    for post in posts if left else ():
        for account in accounts.values():
            one = left.pop(derived_key(post, account.name), None)
            if one is None or one.variant not in file.variants:
                continue
            if one.block not in lots:
                lots[one.block] = lot(name, file.seed, one.block, list(file.variants), networks)
            place = next(place for place in range(size) if lots[one.block][place, account.network] == one.variant)
            found.setdefault(post, one.block * size + place)
    return found, {one.block for one in left.values()}


def inside(
    library: Library,
    name: str,
    posts: Iterable[tuple[str, str, datetime, datetime]],
    assigned: Mapping[str, Assignment],
    begun: datetime,
) -> list[tuple[datetime, str]]:
    """The posts of an experiment in their order, as (instant, key): those due after it began. One that was another's, which
    has ended, stays that one's: this begins with those after it."""
    file, accounts = library.experiments[name], list(library.campaign.accounts)
    others = {one.delivery for one in assigned.values() if one.experiment != name}
    return sorted(
        (instant, key)
        for key, series, wall, instant in posts
        if series == file.series
        and instant > begun
        and (file.starts is None or wall.date() >= file.starts)
        and (file.ends is None or wall.date() <= file.ends)
        and (not others or not any(derived_key(key, account) in others for account in accounts))
    )


@dataclass(frozen=True, slots=True)
class Dealer:
    """`places`: post -> its experiment and its number in it. `assigned`: what was dealt already stays, by delivery."""

    library: Library
    places: Mapping[str, tuple[str, int]]
    assigned: Mapping[str, Assignment]

    def deal(self, post: str, delivery: str, account: Account) -> Dealt | None:
        """What a delivery gets; None where it is in no experiment."""
        before = self.assigned.get(delivery)
        if before is not None:
            if before.let_go:
                return None
            file = self.library.experiments.get(before.experiment)
            if file is None or before.variant not in file.variants:
                return None
            return Dealt(before.experiment, before.variant, file.variants[before.variant], before.block)
        if post not in self.places:
            return None
        name, number = self.places[post]
        file = self.library.experiments[name]
        block, place = divmod(number, len(file.variants))
        networks = {one.network for one in self.library.campaign.accounts.values()}
        found = lot(name, file.seed, block, list(file.variants), sorted(networks))[place, account.network]
        return Dealt(name, found, file.variants[found], block)


def design(file: ExperimentFile, templates: Mapping[str, str], networks: Collection[str]) -> tuple[str, str]:
    """Everything that is settled before the start, as canonical JSON, and its hash: the file, which variant comes first
    (the others are held against it, and the lot is drawn from their order), and the wordings that are compared. Where the
    series' own wording is one of them, it is settled too."""
    wordings = {variant.wording for variant in file.variants.values()}
    own = {name: text for name, text in templates.items() if _wording(name, networks) in wordings}
    told = {
        "experiment": file.model_dump(mode="json"), "order": list(file.variants),
        "wordings": own if wordings != {""} else {},  # between times of day no wording is compared
    }  # fmt: skip
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text, hash_of(text)


def hash_of(text: str) -> str:
    """Of a design, as it is in the record."""
    return hashlib.sha256(text.encode()).hexdigest()


def wordings_in(design: str) -> tuple[str, set[str]]:
    """The series of a design, and the wordings that it compares."""
    file = json.loads(design)["experiment"]
    return file["series"], {one["wording"] for one in file["variants"].values() if one["wording"]}


def _wording(template: str, networks: Collection[str]) -> str:
    """post.asks.en.j2, post.asks.x.en.j2: asks. post.en.j2, post.x.en.j2: none, it is what the series says anyway."""
    first = template.split(".")[1:-2][:1]
    return "" if not first or first[0] in networks else first[0]
