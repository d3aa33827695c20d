"""links: short addresses on the campaign's own domain, and how often they were followed."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from campaign_bot.cli.session import Json, counted, err, out, print_json, session, table
from campaign_bot.errors import ConfigError

#: Kinds of clicks, as people read them.
KINDS = {"human": "people", "preview": "previews", "bot": "bots"}


def register(root: typer.Typer) -> None:
    links = typer.Typer(help="Short addresses on the campaign's own domain, and clicks on them.", no_args_is_help=True)
    links.command("list")(list_)
    links.command()(serve)
    root.add_typer(links, name="links")


def list_(context: typer.Context, as_json: Json = False) -> None:
    """Every short address: where it leads, and how often people followed it. Previews and bots are counted apart."""
    here = session(context)
    app = here.open()
    clicks = app.store.clicks_by_link()
    domain = app.library.campaign.links.domain
    found: list[dict[str, str | int]] = [
        {
            "address": f"{domain}/{link.code}", "post": link.post, "account": link.account, "target": link.target,
            **{kind: clicks.get(link.code, {}).get(kind, 0) for kind in KINDS},
        }
        for link in app.store.links()
    ]  # fmt: skip
    if as_json:
        print_json(found)
        return
    if not found:
        why = "no post has a link yet" if domain else "content/campaign.yaml has no `links: {domain: https://…}`"
        out.print(f"There are no short addresses: {why}.", soft_wrap=True)
        return
    # What a post's accounts link to differs in its UTM marks alone: it is told once, above them.
    told: dict[tuple[str, str], list[dict[str, str | int]]] = {}
    for one in found:
        told.setdefault((str(one["post"]), _bare(str(one["target"]))), []).append(one)
    for (post, target), some in told.items():
        out.print(f"[bold]{escape(post)}[/bold] leads to {escape(target)}", soft_wrap=True)
        shown = table(
            "account", "short address", *KINDS.values(), numbers=tuple(KINDS.values()), whole=("short address",)
        )
        for one in some:
            numbers = (f"{one[kind]:,}" for kind in KINDS)
            shown.add_row(f"{one['account']}", str(one["address"]), *numbers)
        out.print(shown)
        out.print()
    out.print(f"{counted(len(found), 'link')}.")


def _bare(target: str) -> str:
    """An address without the marks that are put on it."""
    whole, mark, place = target.partition("#")
    address, _, query = whole.partition("?")
    kept = "&".join(one for one in query.split("&") if not one.startswith("utm_"))
    return (f"{address}?{kept}" if kept else address) + mark + place


def serve(
    context: typer.Context,
    address: Annotated[
        str, typer.Option(help="Where to answer. Put your web server with TLS before it.")
    ] = "127.0.0.1:8080",
) -> None:
    """Answer short addresses until SIGTERM: lead on, and count the click without anything about who clicked."""
    from campaign_bot import redirector

    app = session(context).open()
    domain = app.library.campaign.links.domain
    if not domain:
        raise ConfigError(
            "The campaign has no domain for short addresses.",
            advice="Put `links: {domain: https://go.example.org}` into content/campaign.yaml, plan and approve anew.",
        )
    redirector.serve(app, address, ready=lambda url: err.print(f"{escape(domain)} is answered at [bold]{url}[/bold]"))
