"""retract, edit: what has been published already."""

from __future__ import annotations

from difflib import unified_diff
from typing import Annotated

import typer
from rich.markup import escape

from campaign_bot.cli.session import err, hide_secrets, out, print_problems, session
from campaign_bot.errors import CampaignBotError, StateError
from campaign_bot.model import State


def register(root: typer.Typer) -> None:
    for command in (retract, edit):
        root.command()(command)


def retract(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A post, or post@account for one delivery.")],
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
) -> None:
    """Delete a post where it was published, and say where that was not possible."""
    app = session(context).open()
    hide_secrets(app)
    found = app.find(name)
    sent = app.out(found)
    if not sent:
        if any(one.state is State.RETRACTED for one in found):
            raise StateError(f"“{name}” has been retracted already; nothing of it is out.")
        raise StateError(f"Nothing of “{name}” has been sent.", advice="`queue cancel` takes back what has not left.")
    failed = 0
    for one in sent:
        try:
            app.retract(one, reason)
            out.print(f"{escape(app.name_of(one))}: retracted")
        except CampaignBotError as error:
            failed += 1
            err.print(f"[red]{escape(app.name_of(one))}: not retracted:[/red] {escape(str(error))}", soft_wrap=True)
    if failed:
        raise typer.Exit(1)


def edit(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="post@account of a delivery that was sent.")],
    text: Annotated[str, typer.Option(help="The new text. “-” reads it from standard input.")],
    part: Annotated[int, typer.Option(help="Which part of a thread.", min=1)] = 1,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Change the text of a published post, where the network can. Pictures, poll and language stay."""
    app = session(context).open()
    hide_secrets(app)
    said = typer.get_text_stream("stdin").read().strip() if text == "-" else text
    (one, *more) = app.find(name)
    if more:
        raise StateError(f"“{name}” is several deliveries.", advice="Name one: post@account.")
    edited = app.edited(one, part - 1, said)
    before, after = one.content.parts[part - 1].text, said
    for line in list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[3:]:
        colour = {"+": "green", "-": "red"}.get(line[:1], "dim")
        out.print(f"[{colour}]{escape(line)}[/{colour}]", soft_wrap=True)
    problems = app.check_content(one, edited)
    print_problems(problems, err)
    if any(problem.blocks for problem in problems):
        raise CampaignBotError("It was not changed.", advice="Mend what blocks it.")
    if not yes:
        typer.confirm(f"Change {app.name_of(one)} in public, approved by {app.person}?", abort=True)
    app.edit(one, part - 1, edited)
    out.print(f"{escape(app.name_of(one))}: changed")
