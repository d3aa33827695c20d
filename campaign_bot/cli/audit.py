"""audit: the record of who did what. Is it whole, what does it say, and everything about one post."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from msgspec import structs
from rich.markup import escape

from campaign_bot.app import App
from campaign_bot.app.auditing import Entry, Standing
from campaign_bot.cli.session import (
    Json,
    counted,
    local,
    out,
    parse_day_end,
    parse_instant,
    print_difference,
    print_json,
    session,
)
from campaign_bot.errors import StateError
from campaign_bot.model import Delivery
from campaign_bot.store.connection import from_ms
from campaign_bot.store.record import Line, Verified


class Format(StrEnum):
    TEXT = "text"
    CSV = "csv"
    JSON = "json"


As = Annotated[Format, typer.Option("--format", help="text for people; csv or json for records keeping.")]
COLUMNS = ("id", "at", "actor", "action", "subject", "name", "identity", "detail", "previous", "hash")
ENTRY = ("at", "delivery", "what", "who", "identity", "detail", "event", "hash")


def register(root: typer.Typer) -> None:
    audit = typer.Typer(help="The record: who did what to what, when, why. It cannot be changed.", no_args_is_help=True)
    for command in (verify, accept, log, post, dispose):
        audit.command()(command)
    root.add_typer(audit, name="audit")


def verify(
    context: typer.Context,
    head: Annotated[
        str, typer.Option(help="A head hash that is known elsewhere, e.g. from a report: is it in this record?")
    ] = "",
    as_json: Json = False,
) -> None:
    """Read the whole record: is any event changed, missing, put in between or in another order; and is every delivery
    in the tables what it is by the record? Exit 1 if not."""
    app = session(context).open()
    found = app.store.verify_record()
    pinned = _find(app, head)
    beside = app.beside_record()
    fine = not found.faults and not beside and pinned is not False
    if as_json:
        print_json({"whole": fine, "events": found.events, "head": structs.asdict(found.head),
                    "faults": [{"event": one.id, "at": _iso(one.at_ms), "message": one.message} for one in found.faults],
                    "tables": [{"delivery": name, "message": why} for name, why in beside],
                    "pinned": pinned if isinstance(pinned, bool | None) else pinned.id})  # fmt: skip
    else:
        for name, why in beside:
            out.print(f"[red]{escape(name)}[/red]: {escape(why)}", soft_wrap=True)
        _tell(found, head, pinned)
    raise typer.Exit(0 if fine else 1)


def accept(
    context: typer.Context, why: Annotated[str, typer.Option(help="What was found out, for the record.")]
) -> None:
    """Go on with a record that was altered: its faults stay in it and count as known. Everything that waits has to be
    approved anew. Restart the daemon afterwards."""
    app = session(context).open()
    faults = app.accept(why)
    if not faults:
        raise StateError("There is no fault in the record that nobody has accepted.")
    for one in faults:
        out.print(f"event {one.id} of {_iso(one.at_ms)}: {escape(one.message)}", soft_wrap=True)
    out.print(
        f"{counted(len(faults), 'fault')} accepted by {escape(app.person)}. What waits has to be approved anew.",
        soft_wrap=True,
    )


def _find(app: App, head: str) -> Line | bool | None:
    """The event with a hash that begins so; False where there is none, None where nothing was asked."""
    if not head:
        return None
    return next((line for line in app.store.lines() if len(head) >= 8 and line.hash.startswith(head.lower())), False)


def _tell(found: Verified, head: str, pinned: Line | bool | None) -> None:
    for one in found.faults:
        out.print(f"[red]event {one.id}[/red] of {_iso(one.at_ms)}: {escape(one.message)}", soft_wrap=True)
    if isinstance(pinned, Line):
        out.print(f"{escape(head)} is event {pinned.id} of {_iso(pinned.at_ms)}.", soft_wrap=True)
    elif pinned is False:
        out.print(
            f"[red]{escape(head)} is not in this record:[/red] events were removed or rewritten since it was printed, or"
            " the database was restored from an older copy (then an event “restored” says so).",
            soft_wrap=True,
        )
    colour = "red" if found.faults else "green"
    said = f"{counted(len(found.faults), 'fault')}" if found.faults else "whole, each following the one before"
    out.print(f"{counted(found.events, 'event')}: [{colour}]{said}[/{colour}].")
    out.print(f"Head: event {found.head.id}, {found.head.hash}", soft_wrap=True)


def log(
    context: typer.Context,
    name: Annotated[str, typer.Option("--post", help="Only this post, or post@account.")] = "",
    actor: Annotated[str, typer.Option(help="Only what this person or program did.")] = "",
    action: Annotated[str, typer.Option(help="Only this, e.g. approved.")] = "",
    since: Annotated[str, typer.Option(help="From this day or instant on.")] = "",
    until: Annotated[str, typer.Option(help="Up to this day or instant.")] = "",
    format: As = Format.TEXT,  # noqa: A002 - what people call it
) -> None:
    """The record, one event a line, oldest first."""
    app = session(context).open()
    zone = app.local_zone
    lines = app.log(
        name=name, actor=actor, action=action,
        since=_instant(since, zone, app.clock(), end=False), until=_instant(until, zone, app.clock(), end=True),
    )  # fmt: skip
    names = app.subjects()
    if format is Format.CSV:
        _csv(COLUMNS, (_row(line, names) for line in lines))
    elif format is Format.JSON:
        print_json([_row(line, names) | {"detail": line.told} for line in lines])
    else:
        number = 0
        for line in lines:
            number += 1
            subject = names.get(line.subject, line.subject)
            told = _words(line.told)
            out.print(
                f"[dim]{line.id:>5}  {from_ms(line.at_ms).astimezone(zone):%Y-%m-%d %H:%M:%S}[/dim]  "
                f"[bold]{escape(line.action)}[/bold] {escape(subject)} by {escape(line.actor)}"
                + (f"  [dim]{escape(told)}[/dim]" if told else ""),
                soft_wrap=True,
            )
        out.print(f"\n{counted(number, 'event')}, times in {zone.key}.")


def post(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A post, or post@account for one delivery.")],
    format: As = Format.TEXT,  # noqa: A002 - what people call it
) -> None:
    """Everything about one post: what it said when, who allowed which bytes, attempts, answers, receipts, edits."""
    app = session(context).open()
    deliveries = app.find(name)
    if format is Format.JSON:
        print_json(app.dossier(deliveries))
    elif format is Format.CSV:
        _csv(ENTRY, (asdict(entry) | {"at": entry.at.isoformat(), "detail": _json(entry.detail)}
                     for one in deliveries for entry in (*app.happened(one), *_altered(app, one))))  # fmt: skip
    else:
        _page(app, deliveries)


def dispose(
    context: typer.Context,
    before: Annotated[str, typer.Option(help="Posts that ended before this day.")],
    why: Annotated[str, typer.Option(help="By which rule, for the record.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the texts and pictures of old posts for good. That they were there, who approved them and how they were
    answered stays, and the record stays whole. Copies of the database still have them."""
    app = session(context).open()
    last = parse_day_end(before, app.zone)
    instant = datetime.combine(last.astimezone(app.zone).date(), time.min, app.zone).astimezone(UTC)
    found = app.dispose(instant, why, dry_run=True)
    versions = len({one for hashes in found.contents.values() for one in hashes})
    told = (
        f"{counted(found.posts, 'post')} that ended before {before}: {counted(versions, 'version')} of"
        f" {counted(found.deliveries, 'delivery')}, {counted(len(found.media), 'picture')}"
    )
    if dry_run or not found.deliveries:
        out.print(f"{told}. Nothing was deleted.")
        return
    if not yes:
        typer.confirm(f"Delete for good: {told}?", abort=True)
    app.dispose(instant, why, dry_run=False)
    out.print(
        f"Deleted: {told}. Copies of the database still have them: delete those that are older too.", soft_wrap=True
    )


def _page(app: App, deliveries: Sequence[Delivery]) -> None:
    zone, told = app.local_zone, app.dossier(deliveries)
    about = told["post"]
    out.print(f"[bold]{escape(about['name'])}[/bold]  series {about['series']}, item {about['item'] or '-'}, "
              f"{about['wall_time']}", soft_wrap=True)  # fmt: skip
    for one, delivery in zip(told["deliveries"], deliveries, strict=True):
        out.print(f"\n[bold]{delivery.account}[/bold] ({delivery.language})  {delivery.state}, "
                  f"due {local(delivery.due, zone)}", soft_wrap=True)  # fmt: skip
        if delivery.reason:
            out.print(f"  {escape(delivery.reason)}", soft_wrap=True)
        for number, version in enumerate(one["versions"], 1):
            out.print(f"  [bold]version {number}[/bold] {version['hash'][:16]}… since {version['since'][:19]}Z")
            if number == 1 and version["content"]:
                for part in version["content"]["parts"]:
                    for line in part["text"].splitlines():
                        out.print(f"    {escape(line)}", soft_wrap=True)
                    for media in part["media"]:
                        out.print(
                            f"    [dim]{escape(media['file'])}, alt: {escape(media['alt'])}[/dim]", soft_wrap=True
                        )
            print_difference(version["difference"], indent="    ")
        _stands(app.standing(delivery))
        for finding in one["findings"]:
            out.print(
                f"  {finding['severity']}: {escape(finding['message'])} ({finding['rule']})",
                style="yellow",
                soft_wrap=True,
            )
        for entry in app.happened(delivery):
            by = f" by {entry.who}" + (f" ({entry.identity})" if entry.identity else "")
            words = _words(entry.detail)
            out.print(
                f"  [dim]{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}[/dim]  {escape(entry.what)}{escape(by)}"
                + (f"  [dim]{escape(words)}[/dim]" if words else ""),
                soft_wrap=True,
            )  # fmt: skip
    if told["record_fault"]:
        out.print(f"\n[red]The record cannot be trusted:[/red] {escape(told['record_fault'])}", soft_wrap=True)
    out.print(
        f"\nThe record ends at event {told['record_head']['event']}, {told['record_head']['hash']}", soft_wrap=True
    )


def _stands(found: Standing) -> None:
    if found.difference:
        out.print("  [red]What stands in the database now is not what the record says:[/red]", soft_wrap=True)
        print_difference(found.difference, indent="    ")
    if found.may_not_leave:
        out.print(f"  [red]It cannot leave:[/red] {escape(found.may_not_leave)}", soft_wrap=True)


def _altered(app: App, delivery: Delivery) -> list[Entry]:
    """What is found now and nobody wrote down."""
    found = app.standing(delivery)
    if found.right:
        return []
    what = "found: not what the record says" if found.difference else "found: may not leave"
    return [Entry(app.clock(), app.name_of(delivery), what, "audit", "", asdict(found))]


def _instant(text: str, zone: ZoneInfo, now: datetime, *, end: bool) -> datetime | None:
    """A day (its beginning or end) or an instant, as people write them."""
    if not text:
        return None
    if len(text.strip()) > len("2027-03-04"):
        return parse_instant(text, zone, now)
    last = parse_day_end(text, zone)
    return last if end else datetime.combine(last.astimezone(zone).date(), time.min, zone)


def _row(line: Line, names: dict[str, str]) -> dict[str, Any]:
    """One event; with `detail` as the exact text that its hash covers."""
    told = structs.asdict(line)
    return {name: told.get(name, "") for name in COLUMNS} | {
        "at": _iso(line.at_ms), "name": names.get(line.subject, ""), "identity": str(line.told.get("identity", "")),
    }  # fmt: skip


def _words(detail: dict[str, Any]) -> str:
    """A detail for people; long hashes are cut."""
    shown = {
        key: value for key, value in detail.items() if key not in ("keys", "identity", "cid") and value not in ("", [])
    }
    return ", ".join(
        f"{key.replace('_', ' ')}: {value[:12] + '…' if isinstance(value, str) and _is_hash(value) else value}"
        for key, value in shown.items()
    )


def _is_hash(text: str) -> bool:
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)


def _iso(ms: int | None) -> str:
    return "" if ms is None else from_ms(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
