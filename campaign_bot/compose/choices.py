"""What happens where a network cannot do what a post asks for: the campaign's choice, carried out before sending."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from campaign_bot.compose.fitting import Room
from campaign_bot.library.files import Unsupported


@dataclass(frozen=True, slots=True)
class Takes:
    """What an account's network takes, as composing needs to know it."""

    title: str  # as people write the network's name
    measure: Callable[[str], int]
    limit: int
    can: frozenset[str]  # of the keys of LACKS, `link_card`, and for replies each way by itself: replies:following
    room: Room
    lacks: frozenset[str] = frozenset()  # what the network can do and the account's own server cannot


#: What a post may ask for -> how a sentence says that a network lacks it.
LACKS = {
    "poll": "has no polls",
    "thread": "takes no threads from this account",
    "quote": "does not let this account quote",
    "repost": "does not let this account repost",
    "video": "takes no videos",
    "gif": "takes no pictures that move",
    "captions": "shows no captions",
    "content_warning": "has no content warnings",
    "label": "has no labels for what pictures show",
    "replies": "cannot limit who replies in this way",
    "visibility": "has only public posts",
}


class LeftOut(Exception):
    """The campaign chose that nothing goes out there; the message says why."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that the post asks for and the network cannot do, and the campaign has no way out for."""

    feature: str
    message: str
    advice: str


def settle(needed: Iterable[str], takes: Takes, choices: Unsupported, *, worded: bool) -> tuple[set[str], list[Lack]]:
    """What to leave out of the post, and what blocks it. `worded`: the post has a wording of its own for this network.
    Raises LeftOut where the campaign chose to skip the network."""
    out: set[str] = set()
    lacks: list[Lack] = []
    for asked in needed:
        if asked in takes.can:
            continue
        feature = asked.partition(":")[0]
        choice, who = getattr(choices, feature), "The account's server" if feature in takes.lacks else takes.title
        lacking = f"{who} {LACKS[feature]}"
        if choice == "skip":
            raise LeftOut(lacking)
        if choice == "block":
            advice = (
                f"Leave this account out, or choose in content/campaign.yaml: `unsupported: {{{feature}: reword}}`"
                f" (a wording of its own), or `skip`{' or `omit`' if feature in OMITTED else ''}."
            )
            lacks.append(Lack(feature, f"{lacking}, and the post asks for it", advice))
        elif choice == "reword" and not worded:
            lacks.append(Lack(feature, f"{lacking}, and there is no wording for it", "Write one: {template}."))
        else:
            out.add(feature)
    return out, lacks


#: What can be left out without another word.
OMITTED = ("gif", "captions", "content_warning", "label", "replies", "visibility")
