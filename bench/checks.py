"""How long the checks take: 1,000 posts in 2 languages on 3 networks, each with a text of its own; and whether a text
that is made to be slow stays linear: twice as long may take twice as long, not four times.

python -m bench.checks [POSTS]
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaign_bot.app.checking import bench_at, rows_at
from campaign_bot.check.drafts import check_drafts
from campaign_bot.check.judge import findings
from campaign_bot.check.registry import Said
from campaign_bot.model import Content, Media, Part, Post

ROOT = Path(__file__).parent.parent
BEGIN = datetime(2027, 1, 18, 17, tzinfo=UTC)
ENDINGS = {"en": "What would you want to know next? #OpenGov", "fr": "Que voudriez-vous savoir ensuite? #GouvOuvert"}


def said(posts: int) -> list[Said]:
    """The shipped facts again and again, with a number, so that no two texts of different posts are the same."""
    rows = [row for row in rows_at(ROOT).values() if row.field("text")]
    found: list[Said] = []
    for number in range(posts):
        row = rows[number % len(rows)]
        due = BEGIN + timedelta(hours=number)
        post = Post(f"post {number}", f"post-{number}", "bench", "bench", row.id, due, "")
        for language in ("en", "fr"):
            for network in ("x", "mastodon", "bluesky"):
                text = f"{number}. {row.field('text')[language]}\n\n{ENDINGS[language]}"
                picture = Media("", "image/png", f"{row.field('text')[language]} ({number})", "fact.png", 1200, 675)
                content = Content(language, (Part(text, (picture,)),))
                found.append(Said(post, f"{network}-{language}", network, due, content, row))
    return found


#: Repeated, these made one pattern or another look at everything again and again.
HOSTILE = (
    "'a ",
    "a-",
    "a_",
    "a",
    "a\u0336",
    "according to a  ",
    "[nom de ",
    "AB ",
    "1 sur ",
    "http://",
    "@a.",
    "we ",
    "$1 ",
)
SIGNS = 10_000


def worst_growth() -> tuple[float, str]:
    """How much longer twice the text takes, at worst, and which text."""
    on = bench_at(ROOT)

    def judged(text: str) -> float:
        begin = time.process_time()
        for language in ("en", "fr"):
            draft = {
                "language": language,
                "network": "mastodon",
                "text": text,
                "media": [{"file": "a.png", "alt": text}],
            }
            check_drafts(on, {}, [json.dumps(draft)])
        return time.process_time() - begin

    found: list[tuple[float, str]] = []
    for piece in HOSTILE:
        once, twice = (judged(piece * (signs // len(piece))) for signs in (SIGNS, 2 * SIGNS))
        found.append((twice / once, piece))
    return max(found)


def main() -> None:
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    every = said(posts)
    on = bench_at(ROOT)
    begin = time.process_time()
    found = findings(on, every)
    took = time.process_time() - begin
    print(
        f"{posts} posts, {len(every)} deliveries: {took:.2f} s of processor time, {len(found)} findings (a goal: 3 s for 1,000 posts)"
    )
    growth, piece = worst_growth()
    print(f"twice a text of {SIGNS} signs takes {growth:.1f} times as long at worst ({piece!r}; linear is 2)")


if __name__ == "__main__":
    main()
