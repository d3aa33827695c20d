"""The daemon measured: start, idle, lateness, and a burst. `make bench` prints one table.

Everything runs on this machine: the daemon as operators start it, and the local networks in a process of their own. Figures
are of this machine and this moment; docs/operating.md says what is promised.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from campaign_bot import networks
from campaign_bot.model import Content, Part, Post, derived_key
from campaign_bot.store.base import Draft, Planned
from campaign_bot.store.sqlite import SqliteStore

BOT = [sys.executable, "-m", "campaign_bot"]
ACCOUNTS = [f"{('x', 'mastodon', 'bluesky')[number % 3]}-{number}" for number in range(20)]
IDLE_S = 60.0
SINGLE, BURST = 20, 1000


def write_campaign(directory: Path) -> None:
    accounts = "\n".join(
        f"  {name}: {{network: {name.partition('-')[0]}, language: en,"
        f" handle: {name + '.example' if name.startswith('bluesky') else name.replace('-', '_')}}}"
        for name in ACCOUNTS
    )
    files = {
        "content/campaign.yaml": "id: bench\nname: {en: Bench}\ngoal: {en: Measure}\nstarts: 2027-01-18\n"
        "ends: 2027-01-19\ntimezone: UTC\nlanguages: [en]\npriorities: {impact: {en: Impact}}\n"
        f"accounts:\n{accounts}\ncollect_at: [30d]\n",
        "content/data/facts.yaml": "- id: one\n  text: {en: One.}\n",
        "content/series/facts/series.yaml": "title: {en: S}\npurpose: {en: P}\nitems: {data: facts}\n",
        "content/series/facts/post.en.j2": "{{ item.text }}\n",
        "schedules/once.yaml": "once:\n  series: facts\n  when: {dates: ['2027-01-18 12:00']}\n",
    }
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")


def approve(store: SqliteStore, account: str, number: int, due: datetime) -> None:
    network, now = networks.get(account.partition("-")[0]), datetime.now(UTC)
    content = Content("en", (Part(f"Post {number} of {account}"),))
    key = derived_key("bench", account, str(number))
    draft = Draft(key, account, network.name, "en", due, content, 20, network.limits.text)
    store.add(
        Planned(
            Post(key, f"{'burst' if number >= BURST else 'single'}-{number}-{account}", "queue", "queue", "", due, ""),
            (draft,),
            {},
        ),
        now=now,
        actor="b",
    )
    keys = network.keys(key, content.sha256, due, 1)
    assert store.approve(key, content.sha256, keys, person="b", note="", now=now)


@contextlib.contextmanager
def process(*arguments: str, directory: Path, wanted: str, **environ: str) -> Generator[tuple[int, float, str]]:
    """A bot process: its id, the seconds until it said `wanted`, and what the words matched."""
    begun = time.monotonic()
    one = subprocess.Popen(
        [*BOT, "-C", str(directory), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "CAMPAIGN_BOT_LOG_FORMAT": "json", "PYTHONUNBUFFERED": "1", **environ},
    )  # fmt: skip
    try:
        assert one.stdout is not None
        for line in one.stdout:
            if found := re.search(wanted, line):
                break
        else:
            raise SystemExit(f"{arguments} ended early")
        took = time.monotonic() - begun
        drain = subprocess.Popen(["cat"], stdin=one.stdout, stdout=subprocess.DEVNULL)
        yield one.pid, took, found[0]
        one.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            one.wait(15)
    finally:
        one.kill()
        one.wait()
    drain.wait(5)


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


def lateness(store: SqliteStore, suffix: str) -> tuple[list[float], list[float]]:
    """Milliseconds from the due time to the intent, and to the receipt, of posts of one round."""
    rows = list(
        store._connections.db.query(
            "select due_ms, sent_ms, started_ms from delivery join attempt on attempt.delivery = delivery.key"
            " join post on post.key = delivery.post where state = 'sent' and post.name like ?",
            [suffix],
        )
    )
    return [row["started_ms"] - row["due_ms"] for row in rows], [row["sent_ms"] - row["due_ms"] for row in rows]


def main() -> None:
    shown = Table("what", "measured", "promised", box=None, pad_edge=False)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_campaign(directory)
        with process("sandbox", "--port", "0", directory=directory, wanted=r"http://[\d.]+:\d+") as (_, _, url):
            environ = {"CAMPAIGN_BOT_SANDBOX_URL": url}
            store = SqliteStore(directory / "sandbox.db", simulated=True)
            with process("run", directory=directory, wanted='"running"', **environ) as (pid, took, _):
                shown.add_row("start", f"{took:.2f} s", "2 s")
                time.sleep(5)
                before, begun = cpu_s(pid), time.monotonic()
                time.sleep(IDLE_S)
                share = (cpu_s(pid) - before) / (time.monotonic() - begun)
                shown.add_row(
                    "idle, no network loaded", f"{resident_mb(pid):.0f} MB, {share:.2%} of a core", "100 MB, 0.2 %"
                )
                base = datetime.now(UTC) + timedelta(seconds=30)
                for number in range(SINGLE):
                    approve(store, ACCOUNTS[number % 3], number, base + timedelta(seconds=number * 1.0))
                time.sleep(SINGLE + 33)
                intent, receipt = lateness(store, "single-%")
                shown.add_row(
                    f"{len(intent)} posts, one a second: late when it leaves",
                    f"median {median(intent):.0f} ms, worst {max(intent):.0f} ms",
                    "100 ms",
                )
                shown.add_row(
                    "the same, at the receipt", f"median {median(receipt):.0f} ms, worst {max(receipt):.0f} ms", ""
                )
                shown.add_row("memory, three networks loaded", f"{resident_mb(pid):.0f} MB", "")
                due = datetime.now(UTC) + timedelta(seconds=30)
                for number in range(BURST):
                    approve(store, ACCOUNTS[number % 20], 1000 + number, due + timedelta(milliseconds=number // 20))
                left = BURST
                end = time.monotonic() + 120
                while left and time.monotonic() < end:
                    time.sleep(0.2)
                    left = BURST - len(lateness(store, "burst-%")[0])
                rows = list(
                    store._connections.db.query(
                        "select account, due_ms, sent_ms from delivery join post on post.key = delivery.post"
                        " where post.name like 'burst-%' and state = 'sent' order by account, sent_ms, due_ms"
                    )
                )
                ordered = all(a["due_ms"] <= b["due_ms"] for a, b in pairwise(rows) if a["account"] == b["account"])
                seconds = max(row["sent_ms"] for row in rows) / 1000 - due.timestamp()
                shown.add_row(
                    f"{len(rows)} posts of 20 accounts in the same second",
                    f"all out after {seconds:.1f} s, {'each account in its order' if ordered else 'OUT OF ORDER'}", "in order",
                )  # fmt: skip
                shown.add_row("memory after that", f"{resident_mb(pid):.0f} MB", "")
            store.close()
    Console(width=160).print(shown)
    if left or not ordered:
        raise SystemExit(f"{left} not sent, {'in order' if ordered else 'out of order'}")


if __name__ == "__main__":
    main()
