"""What networks would refuse, as rows of the table: each network's own file decides, by its own count."""

from __future__ import annotations

from typing import Any

from campaign_bot.check.registry import Example, elsewhere
from campaign_bot.check.signs import URL_1

NETWORKS = "the networks’ own documentation, and what a server tells of its limits"


def _on(network: str, text: str, language: str = "en", **more: Any) -> Example:
    return {"language": language, "network": network, "text": text, **more}


def _poll(*options: str, hours: float = 24, network: str = "mastodon", **more: Any) -> Example:
    return _on(
        network, "What should your city put online first?", poll={"options": list(options), "hours": hours}, **more
    )


def _media(*files: str, network: str = "mastodon", **more: Any) -> Example:
    media = [{"file": file, "alt": f"Hands, number {number}", "captions": True} for number, file in enumerate(files)]
    return _on(network, "See for yourself", media=media, **more)


elsewhere(
    "fit", "too-long", "error", "network", "The text fits, by the network’s own count: X weighs it, Mastodon counts a link as 23, Bluesky also counts bytes.",
    en="Shorten it, or offer a shorter wording after a line `--- shorter ---`.", fr="Raccourcissez, ou offrez une version plus courte après une ligne `--- shorter ---`.", source=NETWORKS,
    passes=(_on("x", "a" * 280), _on("mastodon", "a" * 500), _on("bluesky", "a" * 300), _on("mastodon", "é" * 470 + " https://example.org/" + "b" * 200), _on("bluesky", "👨‍👩‍👧" + "a" * 299)),
    fails=(_on("x", "a" * 281), _on("mastodon", "a" * 501), _on("bluesky", "a" * 301), _on("x", "é" * 240 + " 日本語" * 10), _on("x", "a. " * 89 + " open.canada.ca"), _on("bluesky", "à" + "\u0301" * 2000)),
)  # fmt: skip
elsewhere(
    "fit", "empty", "error", "network", "There is something to send: text, a picture or a poll.",
    en="Write something.", fr="Écrivez quelque chose.", source="this project",
    passes=(_on("x", "."), _media("a.png")), fails=(_on("x", ""), _on("mastodon", " \n\t"), _on("bluesky", "\u200b\u200d\ufeff"), _on("x", "\u2060\u00a0\u3164")),
)  # fmt: skip
elsewhere(
    "fit", "media-limits", "error", "network", "The network takes these pictures and videos: their number, kind, size, length, and together.",
    en="Leave some out, or convert them.", fr="Enlevez-en, ou convertissez-les.", source=NETWORKS,
    passes=(_media("a.png", "b.jpg", "c.webp", "d.png"), _media("a.png", network="bluesky"), _media("a.gif", network="x"), _media("a.mov", network="x"), _media("a.webm")),
    fails=(_media("a.png", "b.png", "c.png", "d.png", "e.png"), _media("a.bmp", network="x"), _media("plan.pdf"), _media("a.tiff", network="bluesky"), _media("a.mov", network="bluesky"), _media("a.mkv", network="x"), _media("a.mov", "b.png")),
)  # fmt: skip
elsewhere(
    "fit", "poll-limits", "error", "network", "The network takes this poll: 2 to 4 different options of its length, its time, and no media beside it.",
    en="Shorten, or leave something out.", fr="Raccourcissez, ou enlevez quelque chose.", source=NETWORKS,
    passes=(_poll("Yes", "No"), _poll("The budget", "Transit", "Housing", "Climate", network="x"), _poll("a" * 25, "b" * 25, network="x"), _poll("a" * 50, "b" * 50)),
    fails=(_poll("Yes"), _poll("a", "b", "c", "d", "e"), _poll("Yes", "yes "), _poll("a" * 26, "b", network="x"), _poll("a" * 51, "b"), _poll("Yes", "No", hours=24 * 60), _poll("Yes", "No", hours=0.01), _poll("Yes", ""), _poll("Yes", "No", media=[{"file": "a.png", "alt": "Hands"}], network="x")),
)  # fmt: skip
elsewhere(
    "fit", "poll-unsupported", "warning", "network", "The network has polls.",
    en="Ask in the text, as a numbered question.", fr="Posez la question dans le texte, avec des numéros.", source=NETWORKS,
    passes=(_poll("Yes", "No", network="x"), _on("bluesky", "1) yes 2) no")), fails=(_poll("Yes", "No", network="bluesky"),),
)  # fmt: skip
elsewhere(
    "fit", "link-price", "warning", "network", "A link, with or without its scheme, makes a post on X cost $0.200 instead of $0.015.",
    en="Offer a wording without a link for X: post.x.<language>.j2.", fr="Offrez une version sans lien pour X\u00a0: post.x.<langue>.j2.", source="docs.x.com, pay-per-use pricing",
    passes=(_on("x", "No link at all. The end"), _on("mastodon", f"Read it: {URL_1}"), _on("x", "p. ex. 2.8 % of e.g. M. Roy"), _on("x", "Version 2.0.1 of the plan")),
    fails=(_on("x", f"Read it: {URL_1}"), _on("x", "See open.canada.ca"), _on("x", "HTTP://OPEN.CANADA.CA")),
)  # fmt: skip
