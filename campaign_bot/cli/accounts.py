"""accounts: what is configured, and whether each account can really publish."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from campaign_bot.app import App
from campaign_bot.cli.session import Json, counted, err, hide_secrets, out, print_json, session, table
from campaign_bot.errors import CampaignBotError, ConfigError, StoreError
from campaign_bot.library.files import Account
from campaign_bot.model import Identity


def register(root: typer.Typer) -> None:
    accounts = typer.Typer(help="The campaign's accounts.", no_args_is_help=True)
    accounts.command("list")(list_)
    accounts.command()(check)
    accounts.command()(login)
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
    chosen = [app.library.account(app.account_names(name)[0]) for name in names or app.account_names("")]
    rows = [_row(app, account) for account in chosen]
    if as_json:
        print_json(rows)
    else:
        _show(rows)
        if app.simulated and not all(row["may_publish"] for row in rows):
            out.print(f"Are the local networks up at {app.sandbox_url}? `campaign-bot sandbox` starts them.")
    raise typer.Exit(0 if all(row["may_publish"] for row in rows) else 1)


def login(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The account, as in campaign.yaml.")],
    file: Annotated[
        Path | None, typer.Option("--file", help="Where the secrets go; .env in the campaign's directory if not said.")
    ] = None,
) -> None:
    """Get an account's credentials, step by step, and keep them in a file that only you can read. What is there already is
    replaced only if you say so. Ends with what `accounts check` says."""
    app = session(context).open()
    hide_secrets(app)
    account = app.library.account(app.account_names(name)[0])
    target = file or app.directory / ".env"
    you = Terminal()
    if (
        not app.simulated
        and not app.missing_settings(account)
        and not you.agrees(f"{name} has credentials. Replace them?")
    ):
        raise typer.Exit(1)
    signed_in = app.sign_in(account, you)
    try:
        identity = app.try_out(account, signed_in)
        wrong = "" if identity.may_publish else identity.detail
    except CampaignBotError as error:
        identity, wrong = Identity("", False), f"{error.message} {error.advice}".strip()
    if wrong:
        err.print(f"[red]They do not work:[/red] {escape(wrong)}", soft_wrap=True)
        if not you.agrees("Keep them all the same?"):
            raise typer.Exit(1)
    hidden = app.keep(account, signed_in, target)
    out.print(f"Kept in {escape(str(target))}, which only you can read.", soft_wrap=True)
    for setting in hidden:
        err.print(
            f"[yellow]The environment sets {setting} to something else, and wins over the file.[/yellow]",
            soft_wrap=True,
        )
    if not wrong:
        _show([_told(account, identity)])
    raise typer.Exit(1 if wrong else 0)


class Terminal:
    """The person at the keyboard, or whatever feeds us lines."""

    def tell(self, text: str) -> None:
        err.print(f"\n{escape(text)}", soft_wrap=True)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        for _ in range(3):
            answer = self._line(f"{question}: ", hidden=hidden).strip()
            if answer and answer.isprintable():
                return answer
            err.print("That is empty, or has characters that no such thing has.")
        raise CampaignBotError("Nothing was given; nothing was changed.")

    def agrees(self, question: str) -> bool:
        return self._line(f"{question} [y/N] ").strip().lower() in ("y", "yes", "o", "oui")

    def _line(self, prompt: str, *, hidden: bool = False) -> str:
        if hidden and sys.stdin.isatty():
            return getpass.getpass(prompt)
        sys.stderr.write(prompt)
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise CampaignBotError("The answers ended; nothing was changed.", advice="Run it in a terminal.")
        return line


def _row(app: App, account: Account) -> dict[str, object]:
    try:
        told = _told(account, app.identify(account))
        found = app.automation(account)
    except CampaignBotError as error:
        told = _told(account, Identity(account.handle, False, f"{error.message} {error.advice}".strip()))
        return {**told, **_limits(app, account)}
    automated = {"automated": found.automation.marked, "names_who": found.automation.names_who}
    return {**told, **automated, "finding": found.sentence, **_limits(app, account)}


def _limits(app: App, account: Account) -> dict[str, object]:
    """By which limits its posts are checked; what cannot be read says nothing of the account."""
    try:
        found = app.limits_now(account)
    except StoreError:
        return {}
    return {"limits": dict(found.told), "limits_asked": found.asked, "limits_in_force": found.sentence}


def _told(account: Account, identity: Identity) -> dict[str, object]:
    return {
        "account": account.name, "network": account.network, "handle": identity.handle,
        "may_publish": identity.may_publish, "expires": identity.expires, "detail": identity.detail,
    }  # fmt: skip


def _show(rows: Sequence[Mapping[str, object]]) -> None:
    shown = table("account", "network", "handle", "may publish", "until", "detail")
    for row in rows:
        may = "[green]yes[/green]" if row["may_publish"] else "[red]no[/red]"
        expires = row["expires"]
        until = f"{expires:%Y-%m-%d}" if isinstance(expires, datetime) else "no end told" if row["may_publish"] else "-"
        shown.add_row(
            str(row["account"]), str(row["network"]), str(row["handle"]), may, until, escape(str(row["detail"]))
        )
    out.print(shown)
    for row in rows:
        if row.get("finding"):
            out.print(f"[yellow]{row['account']}:[/yellow] {escape(str(row['finding']))}", soft_wrap=True)
        if row.get("limits_in_force"):
            out.print(f"{row['account']}: {escape(str(row['limits_in_force']))}", soft_wrap=True)
    able = sum(bool(row["may_publish"]) for row in rows)
    out.print(f"\n{able} of {counted(len(rows), 'account')} can publish.")


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
