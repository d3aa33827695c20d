"""accounts: what is configured, and whether each account can really publish."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from campaign_bot.cli.content import Json
from campaign_bot.cli.session import counted, hide_secrets, out, print_json, session, table
from campaign_bot.errors import CampaignBotError, ConfigError


def register(root: typer.Typer) -> None:
    accounts = typer.Typer(help="The campaign's accounts.", no_args_is_help=True)
    accounts.command("list")(list_)
    accounts.command()(check)
    accounts.command()(label)
    root.add_typer(accounts, name="accounts")


def list_(context: typer.Context, as_json: Json = False) -> None:
    """What campaign.yaml and the settings say about each account. Nobody is asked."""
    app = session(context).open()
    paused = app.store.paused()
    rows: list[dict[str, Any]] = [
        {"account": name, "network": account.network, "language": account.language, "server": app.server_of(account),
         "handle": account.handle, "missing_settings": app.missing_settings(account), "paused": paused[name].reason if name in paused else ""}
        for name, account in app.library.campaign.accounts.items()
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    shown = table("account", "network", "language", "server", "handle", "state")
    for row in rows:
        missing = row["missing_settings"]
        state = (
            f"paused: {row['paused']}"
            if row["paused"]
            else f"{counted(len(missing), 'setting')} missing"
            if missing
            else "set"
        )
        shown.add_row(
            str(row["account"]), str(row["network"]), str(row["language"]), str(row["server"]), str(row["handle"]),
            escape(state), style="yellow" if missing or row["paused"] else None,
        )  # fmt: skip
    out.print(shown)
    for row in rows:
        if row["missing_settings"]:
            out.print(f"{row['account']} lacks {', '.join(row['missing_settings'])}", soft_wrap=True)


def check(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Only these accounts.")] = None,
    as_json: Json = False,
) -> None:
    """Ask each network who the account is and whether it may publish. Nothing is published."""
    app = session(context).open()
    hide_secrets(app)
    rows: list[dict[str, object]] = []
    for name in names or app.account_names(""):
        account = app.library.account(app.account_names(name)[0])
        try:
            identity = app.connection(account.name).identify()
            found = app.automation(account)
            rows.append({"account": name, "network": account.network, "handle": identity.handle,
                         "may_publish": identity.may_publish, "detail": identity.detail,
                         "automated": found.automation.marked, "names_who": found.automation.names_who,
                         "finding": found.sentence})  # fmt: skip
        except CampaignBotError as error:
            rows.append({"account": name, "network": account.network, "handle": account.handle,
                         "may_publish": False, "detail": f"{error.message} {error.advice}".strip()})  # fmt: skip
    unable = sum(not row["may_publish"] for row in rows)
    if as_json:
        print_json(rows)
    else:
        shown = table("account", "network", "handle", "may publish", "detail")
        for row in rows:
            may = "[green]yes[/green]" if row["may_publish"] else "[red]no[/red]"
            shown.add_row(str(row["account"]), str(row["network"]), str(row["handle"]), may, escape(str(row["detail"])))
        out.print(shown)
        for row in rows:
            if row.get("finding"):
                out.print(f"[yellow]{row['account']}:[/yellow] {escape(str(row['finding']))}", soft_wrap=True)
        out.print(f"\n{len(rows) - unable} of {counted(len(rows), 'account')} can publish.")
        if unable and app.simulated:
            out.print(f"Are the local networks up at {app.sandbox_url}? `campaign-bot sandbox` starts them.")
    raise typer.Exit(1 if unable else 0)


def label(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="An account.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Mark an account as automated, and name who runs it (`automated_by` in campaign.yaml), as networks ask of bots."""
    app = session(context).open()
    hide_secrets(app)
    account = app.library.account(app.account_names(name)[0])
    if not account.automated_by:
        raise ConfigError(
            f"content/campaign.yaml does not say who runs {name}.",
            advice=f"Add `automated_by: a name that readers know` to {name}.",
        )
    if not yes:
        typer.confirm(f"Change the public profile of {name}: automated, run by {account.automated_by}?", abort=True)
    after = app.label(account)
    if after.marked:
        out.print(f"{name}: marked as automated" + (f", run by {account.automated_by}" if after.names_who else ""))
    if after.step:
        out.print(after.step, soft_wrap=True)
    raise typer.Exit(0 if after.names_who and after.marked is not False else 1)
