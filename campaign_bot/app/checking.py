"""Checking without a store: drafts of editors and other tools, judged by a campaign's settings and data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from campaign_bot import networks
from campaign_bot.check import Said
from campaign_bot.check.drafts import Judged, check_drafts
from campaign_bot.check.judge import bench, bench_of
from campaign_bot.check.mend_files import Mend, mends
from campaign_bot.check.registry import Bench
from campaign_bot.errors import ConfigError, StateError
from campaign_bot.library.draft import read_draft
from campaign_bot.library.files import Allowed, Checks, Library, Row
from campaign_bot.library.load import load_sound
from campaign_bot.model import Delivery, Post
from campaign_bot.store.base import Draft
from campaign_bot.whole import write_whole


def judge_drafts(directory: Path, lines: Iterable[str]) -> list[Judged]:
    """Every line of drafts with what is found. The settings are the campaign's; the defaults where its files cannot be
    read."""
    return check_drafts(bench_at(directory), rows_at(directory), lines)


def what_to_mend(directory: Path) -> tuple[list[Mend], list[str]]:
    """Every file in which something is certain to be mended, whatever is wrong in others; and the files that cannot be
    read, and are left as they are. Nothing is written."""
    draft = read_draft(directory)
    unread = sorted({one.file for one in draft.problems if one.rule in ("yaml-syntax", "not-utf8", "unreadable")})
    return list(mends(draft, bench_at(directory))), unread


def write_mends(directory: Path, found: Sequence[Mend]) -> None:
    """Write them, each file whole or not at all; one that was changed meanwhile is left alone and told."""
    for one in found:
        path = directory / one.file
        try:
            if path.read_bytes() != one.before.encode():
                raise StateError(f"{one.file} was changed meanwhile; it was left as it is.", advice="Run it again.")
            write_whole(path, one.after.encode())
        except OSError as error:
            raise ConfigError(
                f"{one.file} cannot be written: {error.strerror}.", advice="Check its permissions."
            ) from error


def bench_at(directory: Path) -> Bench:
    """What the rules measure by in this directory."""
    library, _ = load_sound(directory, networks=networks.names())
    if library:
        return bench_of(library, networks.get)
    draft = read_draft(directory)
    said = draft.campaign.value if draft.campaign else None
    if said is None:
        return bench(Checks(), networks.get, draft.languages or ("en", "fr"))
    return bench(said.checks, networks.get, said.languages, said.region, said.glossary)


def rows_at(directory: Path) -> dict[str, Row]:
    """Every item of content/data/ that is right in itself, by its id."""
    return {
        part.id: part.value
        for parts in read_draft(directory).rows.values()
        for part in parts
        if part.value is not None
    }  # fmt: skip


def said(
    library: Library,
    post: Post,
    drafts: Sequence[Draft | Delivery],
    allowed: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Said]:
    """Deliveries, planned or stored, as the checks read them: with the item that their words come from. `allowed`: what
    those that are in no file may break and why, by their keys."""
    series = library.series.get(post.series)
    row = next((one for one in series.rows if one.id == post.item), None) if series else None
    allow = series.file.allow if series else ()
    own = {
        key: tuple(Allowed(rule=rule, reason=reason) for rule, reason in told.items())
        for key, told in (allowed or {}).items()
    }
    return [Said(post, one.account, one.network, one.due, one.content, row, own.get(one.key, allow)) for one in drafts]
