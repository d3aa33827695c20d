"""networks: what each network can do, from the code itself, and how we know."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from campaign_bot import networks as installed
from campaign_bot.cli.session import Json, out, print_json, table
from campaign_bot.networks.base import ANOTHERS, DOCUMENTED, REAL, TESTED
from campaign_bot.networks.capabilities import CAPABILITIES, row

COLOURS = {"yes": "green", "no": "red", "if allowed": "yellow"}
#: What stands behind a cell by how it was shown; a "no" is what a vendor says of itself.
MARKS = {TESTED: "", ANOTHERS: "=", REAL: "+", DOCUMENTED: "*"}


def register(root: typer.Typer) -> None:
    root.command(name="networks")(networks)


def networks(
    as_json: Json = False,
    how: Annotated[bool, typer.Option("--how", help="Also how each is done, or why not.")] = False,
) -> None:
    """What each network can do, and how that was shown. Needs no campaign."""
    there = [installed.get(name) for name in installed.names()]
    if as_json:
        print_json(
            [
                {
                    "network": network.name,
                    "limits": {name: getattr(network.limits, name) for name in network.limits.__slots__},
                    "capabilities": {
                        name: {"can": cell.can, "how": cell.how, "shown": cell.shown}
                        for name in CAPABILITIES
                        for cell in row(name, [network])
                    },
                }
                for network in there
            ]
        )
        return
    shown = table("what", *(network.title for network in there), whole=tuple(network.title for network in there))
    for name, words in CAPABILITIES.items():
        cells = row(name, there)
        shown.add_row(
            words,
            *(f"[{COLOURS[cell.can]}]{cell.can}[/]{MARKS[cell.shown] if cell.can != 'no' else ''}" for cell in cells),
        )
    out.print(shown)
    out.print(
        "\nA “yes” was shown by the contract tests, through the real client library on a local network; + on the"
        " network’s own server too; = on a stand-in that others wrote (mastodon-mock) too; * only its vendor’s documentation"
        " says so."
        "\nif allowed: the account says so in content/campaign.yaml, `may: \\[thread, quote]`, once its network lets it."
        "\nThis is the networks’ own word; what an account’s server says of itself wins: `campaign-bot accounts check`."
        "\nWhat happens to a post that asks for a “no” is the campaign’s choice: `unsupported:` in content/campaign.yaml.",
        soft_wrap=True,
    )
    if how:
        for name, words in CAPABILITIES.items():
            out.print(f"\n[bold]{words}[/bold]")
            for network, cell in zip(there, row(name, there), strict=True):
                out.print(f"  {network.title:9} {cell.can}: {escape(cell.how)}", soft_wrap=True)
