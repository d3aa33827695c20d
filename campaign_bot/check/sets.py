"""Rules about several deliveries at once: a post in its languages, and the same words said twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePath

from campaign_bot.check.registry import Said, SetRule, problem
from campaign_bot.check.text import normalised
from campaign_bot.library.files import Library
from campaign_bot.model import QUEUE, Problem

#: Nearly the same words on one network within this time look like spam to the network and to readers.
REPEAT_AFTER = timedelta(days=30)
#: Shorter texts are alike by chance.
MIN_WORDS = 4


def alt_texts(library: Library, every: list[Said]) -> Iterator[Problem]:
    """alt-missing, alt-placeholder: every picture says in words what it shows."""
    for said in every:
        for media in (media for part in said.content.parts for media in part.media):
            alt = media.alt.strip()
            if not alt:
                yield problem(
                    said, "alt-missing", "error", f"{media.file} has no alt text", "Say what the picture shows."
                )
            elif alt.casefold() in {
                "image",
                "photo",
                "picture",
                media.file.casefold(),
                PurePath(media.file).name.casefold(),
            }:
                yield problem(
                    said, "alt-placeholder", "error", f"the alt text “{alt}” says nothing", "Say what it shows."
                )
            elif len(alt) > 250:
                advice = "Aim for about 140 characters; the rest belongs in the text."
                yield problem(said, "alt-long", "warning", f"the alt text has {len(alt)} characters", advice)


def pairs(library: Library, every: list[Said]) -> Iterator[Problem]:
    """pair-missing, pair-media: a post is one thing in every language of the campaign, with the same pictures."""
    languages = set(library.campaign.languages)
    by_post: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for said in every:
        if said.post.schedule != QUEUE:
            by_post[said.post.key, said.network].append(said)
    for group in by_post.values():
        missing = languages - {said.content.language for said in group}
        if missing:
            message = f"there is no {' and no '.join(sorted(missing))} version on {group[0].network}"
            yield problem(
                group[0], "pair-missing", "error", message, "Add an account of that language to the schedule entry."
            )
        shapes = {tuple((len(p.media), bool(p.poll)) for p in said.content.parts) for said in group}
        if len({shape[0] if shape else None for shape in shapes}) > 1:
            yield problem(
                group[0],
                "pair-media",
                "error",
                "one language has a picture or poll that the other lacks",
                "Give both the same.",
            )


def near_duplicates(library: Library, every: list[Said]) -> Iterator[Problem]:
    """near-duplicate: the same words on the same network, in another post or from another account."""
    seen: dict[tuple[str, str], Said] = {}
    for said in sorted(every, key=lambda one: (one.due, one.name)):
        words = normalised(said.content.text)
        before = seen.get((said.network, words))
        if before is not None and len(words.split()) >= MIN_WORDS and said.due - before.due < REPEAT_AFTER:
            message = f"says the same as {before.name}"
            yield problem(said, "near-duplicate", "error", message, "Networks hide repeated posts: word it otherwise.")
        seen[said.network, words] = said


def language_missing(library: Library, every: list[Said]) -> Iterator[Problem]:
    for said in every:
        if not said.content.language:
            yield problem(said, "language-missing", "error", "the post has no language", "Set the account's language.")


SET_RULES: tuple[SetRule, ...] = (alt_texts, pairs, near_duplicates, language_missing)
