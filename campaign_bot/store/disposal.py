"""Disposal in SQLite: the words and pictures of old posts go, that they were there stays."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from campaign_bot.model import Content, Part, State
from campaign_bot.store.changes import Changes
from campaign_bot.store.connection import to_ms
from campaign_bot.store.database import Database
from campaign_bot.store.record import VERSIONING, Disposed

#: What has come to its end; nothing of it will be sent, looked up or edited.
ENDED = (State.SENT, State.FAILED, State.MISSED, State.CANCELLED, State.RETRACTED)
#: Stands where the words were.
GONE = "(disposed)"


class Disposal(Changes):
    """The verb of disposal (see `store.base.Store`)."""

    def dispose(self, before: datetime, *, now: datetime, person: str, why: str, dry_run: bool = False) -> Disposed:
        """Delete every version of the texts and pictures of posts that ended before an instant, unless another post needs
        them. Events, approvals, receipts and counts stay, and so does the chain; an event for each delivery has the hashes
        of what went. The file is written anew without them."""
        with self._connections.write() as db:
            found = self._disposable(db, before)
            if found.deliveries and not dry_run:
                self._dispose(db, found, now, person, why)
        if found.deliveries and not dry_run:
            with self._connections.errors():  # the file is written anew: a deleted row's bytes stay where they were
                self._connections.db.execute("VACUUM")
                self._connections.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return found

    def _disposable(self, db: Database, before: datetime) -> Disposed:
        ended = ", ".join(f"'{state}'" for state in ENDED)
        rows = db.execute(
            f"select key, post from delivery where post not in (select post from delivery where due_ms >= ?"
            f" or state not in ({ended})) and content <> json_set(content, '$.parts', json(?))",
            [to_ms(before), json.dumps([{"text": GONE}])],
        ).fetchall()
        going, posts = {key for key, _ in rows}, {post for _, post in rows}
        versions = self._versions(db)
        kept = {one for key, hashes in versions.items() if key not in going for one in hashes}
        contents = {key: tuple(sorted(versions[key] - kept)) for key in sorted(going)}
        gone = {one for hashes in contents.values() for one in hashes}
        texts = dict(db.execute("select hash, content from content").fetchall())
        media = set(_media(texts[one] for one in gone if one in texts))
        media -= set(_media(text for one, text in texts.items() if one not in gone))
        return Disposed(before, len(posts), contents, tuple(sorted(media)))

    def _versions(self, db: Database) -> dict[str, set[str]]:
        """Every content hash that each delivery ever had."""
        found: dict[str, set[str]] = {
            key: {content_hash} for key, content_hash in db.execute("select key, content_hash from delivery").fetchall()
        }
        rows = db.execute("select subject, action, detail from event where detail <> '{}'").fetchall()
        for subject, action, detail in rows:
            if subject in found:
                told: dict[str, Any] = json.loads(detail)
                names = ("from", "to") if action in VERSIONING else ("hash",)
                found[subject] |= {str(told[name]) for name in names if name in told}
        return found

    def _dispose(self, db: Database, found: Disposed, now: datetime, person: str, why: str) -> None:
        for key, hashes in found.contents.items():
            (language,) = db.execute("select language from delivery where key = ?", [key]).fetchone()
            stub = Content(language, (Part(GONE),)).to_json()
            db.execute("update delivery set content = ?, updated_ms = ? where key = ?", [stub, to_ms(now), key])
            for one in hashes:
                db.execute("delete from content where hash = ?", [one])
            self._event(db, now, person, "disposed", key, {"contents": list(hashes), "why": why})
        for one in found.media:
            db.execute("delete from media where sha256 = ?", [one])
        detail = {
            "before": found.before.isoformat(), "posts": found.posts, "deliveries": len(found.contents),
            "contents": len({one for hashes in found.contents.values() for one in hashes}),
            "media": list(found.media), "why": why,
        }  # fmt: skip
        self._event(db, now, person, "disposed", "database", detail)


def _media(contents: Iterable[str]) -> Iterable[str]:
    """Every picture of these, those of link cards too."""
    for text in contents:
        for part in Content.from_json(text).parts:
            yield from (media.sha256 for media in part.pictures)
