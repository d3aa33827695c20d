"""`python -m tests.torture`: all faults, a table, exit 1 if anything was sent twice, lost or out of order."""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console
from rich.table import Table

from tests.torture import daemons
from tests.torture.scenarios import COLUMNS, SCENARIOS, Outcome, play

KILLS = 500


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--kills", type=int, default=KILLS, help="SIGKILLs in all, over all scenarios that kill")
    given.add_argument("--tries", type=int, default=5, help="of each other fault")
    given.add_argument("--only", default="", help="scenarios whose name has this in it")
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--break", dest="broken", choices=["blind-retry"], help="break the promise, to see it reported")
    options = given.parse_args()
    daemons.settings()
    daemons.preload()
    console = Console(width=160)
    chosen = [one for one in SCENARIOS if options.only in one.name]
    killing = [one for one in chosen if "kill" in one.name]
    outcomes: list[Outcome] = []
    begun = time.monotonic()
    for scenario in chosen:
        tries = options.tries if scenario not in killing else -(-options.kills // len(killing))
        outcome: Outcome | None = None
        # Bluesky allows few sign-ins in five minutes: a scenario of many kills is several runs.
        while tries > 0:
            part = play(scenario, min(tries, 22), options.seed + tries, blind=bool(options.broken))
            outcome = part if outcome is None else _both(outcome, part)
            tries -= 22
        assert outcome is not None
        outcomes.append(outcome)
        console.print(f"{time.monotonic() - begun:6.0f} s  {' · '.join(outcome.row())}", soft_wrap=True)
        for what in ("duplicates", "lost", "disordered", "incomplete"):
            for one in getattr(outcome.verdict, what)[:5]:
                console.print(f"          {what}: {one}", soft_wrap=True, markup=False)
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for outcome in outcomes:
        table.add_row(*outcome.row())
    console.print(table)
    bad = [one.name for one in outcomes if not one.verdict.clean]
    kills = sum(one.tries for one in outcomes if "kill" in one.name)
    console.print(f"{kills} kills, {sum(o.verdict.posts for o in outcomes)} posts, {time.monotonic() - begun:.0f} s. "
                  f"{'NOT CLEAN: ' + ', '.join(bad) if bad else 'Nothing twice, nothing lost, nothing out of order.'}")  # fmt: skip
    return 1 if bad else 0


def _both(one: Outcome, other: Outcome) -> Outcome:
    first, second = one.verdict, other.verdict
    first.posts += second.posts
    for name in ("duplicates", "lost", "disordered", "incomplete"):
        getattr(first, name).extend(getattr(second, name))
    first.person += second.person
    first.shown += second.shown
    if second.integrity != "ok":
        first.integrity = second.integrity
    return Outcome(one.name, one.tries + other.tries, first, one.recover_s + other.recover_s)


sys.exit(main())
