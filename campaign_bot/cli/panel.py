"""A delivery as people see it before it is sent: its words, what goes along, and what is said beside them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from campaign_bot.app import App
from campaign_bot.cli.session import local
from campaign_bot.hidden import visible
from campaign_bot.model import Content, Delivery, Part


def panel(app: App, delivery: Delivery, zone: ZoneInfo) -> Panel:
    content = delivery.content
    lines: list[str] = []
    if content.content_warning:
        lines.append(f"[bold]Content warning:[/bold] {escape(content.content_warning)}\n")
    for number, part in enumerate(content.parts):
        lines.append(("\n[dim]-- next part --[/dim]\n" if number else "") + escape(part.text))
        lines += _media_lines(part)
        if part.poll:
            lines.append(
                "\n[bold]Poll[/bold], open "
                + f"{part.poll.duration_min // 60} h\n"
                + "\n".join(f"  ○ {escape(o)}" for o in part.poll.options)
            )
    lines += _around(app, content)
    return Panel(
        Text.from_markup(visible("\n".join(lines).lstrip("\n")), overflow="fold"), title=f"{delivery.account} · {delivery.language} · {delivery.state}",
        subtitle=f"{local(delivery.due, zone)} · {delivery.length}/{delivery.limit} · {app.name_of(delivery)}",
        title_align="left", subtitle_align="left",
    )  # fmt: skip


def _media_lines(part: Part) -> list[str]:
    lines: list[str] = []
    for one in part.media:
        kind = "Video" if one.duration_s else "GIF" if one.mime_type == "image/gif" else "Picture"
        length = f", {one.duration_s:.1f} s" if one.duration_s else ""
        lines.append(
            f"\n[bold]{kind}[/bold] {escape(one.file)} ({one.width}×{one.height}{length})\n  alt: {escape(one.alt)}"
        )
        if one.captions:
            lines.append(f"  captions: {one.captions.count('-->')}, WebVTT")
    if card := part.link_card:
        lines.append(
            f"\n[bold]Link card[/bold] {escape(card.title)}\n  {escape(card.description)}\n  {escape(card.link)}"
        )
        lines += [f"  picture: {escape(card.thumb.file)}"] if card.thumb else []
    return lines


def _around(app: App, content: Content) -> list[str]:
    """What is said beside the words: which earlier post it shows, who may see and answer it."""
    lines: list[str] = []
    if content.earlier:
        before = app.store.delivery(content.earlier)
        name = f"{app.name_of(before)} ({before.state})" if before else "a post that is not planned yet"
        lines.append(f"\n[bold]{'Quotes' if content.quotes else 'Reposts'}[/bold] {escape(name)}")
        if before:
            lines += [f"  [dim]{escape(line)}[/dim]" for line in before.content.text.splitlines()[:3]]
    told = [
        f"{name}: {value}"
        for name, value in (("visible", content.visibility), ("label", content.label), ("answers", content.replies))
        if value not in ("", "public")
    ]
    return [*lines, "\n" + " · ".join(told)] if told else lines
