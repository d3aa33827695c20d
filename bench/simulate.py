"""Does the statistics keep its promises? Simulated experiments and comparisons, judged by the code that judges real ones.

Engagement is drawn as it is: counts, many zeros, lognormal with heavy tails, posts of one item alike, networks of
different size. `make simulate` runs it; docs/evaluation.md has the figures. Everything is seeded.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from campaign_bot.evaluate.ages import FIELDS, Known
from campaign_bot.evaluate.comparisons import Comparison
from campaign_bot.evaluate.comparisons import comparisons as compared
from campaign_bot.evaluate.experiments import block_differences
from campaign_bot.evaluate.groups import PostFigures, Rate, figures
from campaign_bot.evaluate.projections import Basis, project, project_sum
from campaign_bot.evaluate.sequential import FEWEST_BLOCKS, blocks_needed, interval, log_evidence
from campaign_bot.evaluate.statistics import ALPHA, FLOOR, Pairs, wilson
from campaign_bot.evaluate.strata import Placed, Strata
from campaign_bot.evaluate.versus import held_against
from campaign_bot.library.lots import lot
from campaign_bot.model import Measured, State

ACCOUNTS = {
    "x-en": 14.0, "x-fr": 11.0, "mastodon-en": 4.0, "mastodon-fr": 3.0, "bluesky-en": 8.0, "bluesky-fr": 6.0,
}  # fmt: skip
VARIANTS = ("plain", "asks")
LEVEL = math.log(1 / 0.05)
#: How posts differ: the spread of an item's appeal and of one delivery's luck (of logarithms), and the tail.
WORLDS: dict[str, tuple[float, float, str]] = {
    "lognormal": (0.5, 0.7, "normal"),
    "heavy tails (t, 2 degrees)": (0.5, 0.5, "t2"),
    "few engagements, many zeros": (0.7, 1.0, "sparse"),
}


def experiment(random: np.random.Generator, world: str, blocks: int, effect: float, seed: int) -> list[float]:
    """The differences of so many blocks, dealt by the real lot and put together by the real code."""
    item_spread, luck, tail = WORLDS[world]
    found: list[dict[str, dict[str, float]]] = []
    networks = sorted({name.partition("-")[0] for name in ACCOUNTS})
    for block in range(blocks):
        dealt = lot("simulated", seed, block, VARIANTS, networks)
        accounts: dict[str, dict[str, float]] = {}
        for place in range(len(VARIANTS)):
            item = random.normal(0, item_spread)
            for name, size in ACCOUNTS.items():
                variant = dealt[place, name.partition("-")[0]]
                size = size * (0.15 if tail == "sparse" else 1.0) * (1 + effect * (variant == "asks"))
                noise = random.standard_t(2) if tail == "t2" else random.normal()
                mean = size * math.exp(min(item + luck * noise, 12.0))
                accounts.setdefault(name, {})[variant] = float(random.poisson(mean))
        found.append(accounts)
    return block_differences(found, *VARIANTS)


def false_wins(runs: int, blocks: int) -> dict[str, float]:
    """Without an effect: how often 0 was outside at any look, after each block."""
    told: dict[str, float] = {}
    for number, world in enumerate(WORLDS):
        random = np.random.default_rng(100 + number)
        wrong = 0
        for run in range(runs):
            paths = experiment(random, world, blocks, 0.0, run)
            looks = range(FEWEST_BLOCKS, blocks + 1)
            wrong += any(log_evidence(paths[:look]) >= LEVEL for look in looks)
        told[world] = wrong / runs
    return told


def power(runs: int, effect: float = 0.6) -> dict[str, Any]:
    """With an effect: how often it was found within the blocks that `experiment plan` asks for, from the spread that
    30 pairs of posts without an effect had."""
    random = np.random.default_rng(7)
    before = experiment(random, "lognormal", 400, 0.0, 1)
    spread = float(np.std(before))
    # log1p of small counts shows less than the effect: the plan promises for the effect as it is measured.
    seen = float(np.mean(experiment(random, "lognormal", 2_000, effect, 2)))
    needed = blocks_needed(seen, spread)
    right = 0
    for run in range(runs):
        paths = experiment(random, "lognormal", needed, effect, 10_000 + run)
        right += any(
            log_evidence(paths[:look]) >= LEVEL and sum(paths[:look]) > 0 for look in range(FEWEST_BLOCKS, needed + 1)
        )
    return {"effect": effect, "blocks": needed, "posts": 2 * needed, "promised": 0.8, "found": right / runs}


def coverage(runs: int, blocks: int) -> dict[str, float]:
    """Differences around a true shift: how often it was inside at every look, and at the last."""
    told: dict[str, float] = {}
    for number, name in enumerate(("normal", "t, 2 degrees", "Cauchy")):
        random = np.random.default_rng(300 + number)
        always = last = 0
        for _ in range(runs):
            paths = [0.3 + one for one in _noise(random, name, blocks)]
            always += all(log_evidence(paths[:look], 0.3) < LEVEL for look in range(FEWEST_BLOCKS, blocks + 1))
            found = interval(paths)
            assert found is not None
            last += found.low <= 0.3 <= found.high
        told[f"{name}, at every look"] = always / runs
        told[f"{name}, at the last"] = last / runs
    return told


def _noise(random: np.random.Generator, name: str, number: int) -> list[float]:
    if name == "normal":
        return [0.5 * float(one) for one in random.normal(size=number)]
    drawn = random.standard_cauchy(number) if name == "Cauchy" else random.standard_t(2, number)
    return [0.3 * float(one) for one in drawn]


def comparisons(runs: int) -> dict[str, float]:
    """Intervals of ratios (lognormal posts, true ratio 1.5) at the levels that a report uses, and Wilson's of shares."""
    told: dict[str, float] = {}
    truth = math.log(1.5)
    for here, there in ((8, 8), (8, 40), (15, 15), (40, 40)):
        for alpha in (0.05, 0.0025):
            random = np.random.default_rng(here * 100 + there)
            inside = known = 0
            for _ in range(runs):
                left, right = random.normal(truth, 0.8, here), random.normal(0, 0.8, there)
                found = _one_account(left, right).interval(alpha)
                known += found is not None
                inside += found is not None and found.low <= truth <= found.high
            told[f"ratios at {1 - alpha:.2%}, {here} against {there}"] = inside / max(known, 1)
    random = np.random.default_rng(47)
    inside = 0
    for _ in range(runs):
        both = random.normal(0, 0.8, 47)
        left, right = both + random.normal(truth, 0.5, 47), both + random.normal(0, 0.5, 47)
        found = Pairs(list(left), list(right)).interval()
        inside += found is not None and found.low <= truth <= found.high
    told["ratios at 95.00%, 47 paired"] = inside / runs
    for trials, share in ((20, 0.1), (60, 0.5), (300, 0.97)):
        random = np.random.default_rng(trials)
        bounds = [wilson(int(random.binomial(trials, share)), trials) for _ in range(runs)]
        told[f"Wilson, {share:g} of {trials}"] = sum(b is not None and b.low <= share <= b.high for b in bounds) / runs
    return told


#: Posts on either side, and what share of them (or of its accounts) is on Mastodon; or all are on all six accounts.
MIXES: dict[str, tuple[int, int, str]] = {
    "one network a post, 40 against 40": (40, 40, "one"),
    "one network a post, 20 against 12": (20, 12, "one"),
    "some accounts a post, 30 against 30": (30, 30, "some"),
    "some accounts a post, 12 against 12": (12, 12, "some"),
    "six accounts a post, 8 against 8": (8, 8, "all"),
}
UTC_ZONE = ZoneInfo("UTC")
_DUE = datetime(2027, 1, 18, 17, tzinfo=UTC)


def side_by_side(runs: int) -> dict[str, float]:
    """Two campaigns of which one is four fifths on Mastodon and the other one fifth, where X has three times the engagement: how
    often a difference is called sure where there is none within each network; the same where most posts have none or one;
    and how often the interval holds a true ratio of 1.5 (so, the test does not refuse it). Two periods of these accounts
    are the same test: their strata are the accounts."""
    told: dict[str, float] = {}
    for number, (name, (here, there, on)) in enumerate(MIXES.items()):
        random = np.random.default_rng(500 + number)
        wrong, inside = {1.0: 0, 0.02: 0}, [0, 0]
        for _ in range(runs):
            for times, better in ((1.0, 1.0), (0.02, 1.0), (1.0, 1.5)):
                both = [_mixed(random, here, 0.8, on, times * better), _mixed(random, there, 0.2, on, times)]
                sides = held_against(*both, campaigns=True).sides
                if sides.few >= FLOOR and better == 1:
                    wrong[times] += sides.p() < ALPHA
                elif sides.few >= FLOOR:
                    inside[0] += sides.p(math.log(better)) >= ALPHA
                    inside[1] += 1
        told[f"{name}: false differences"] = wrong[1.0] / runs
        told[f"{name}, most with none or one: false differences"] = wrong[0.02] / runs
        told[f"{name}: intervals hold 1.5"] = inside[0] / max(inside[1], 1)
    return told


def _mixed(random: np.random.Generator, number: int, mastodon: float, on: str, times: float) -> list[PostFigures]:
    """Posts by the mean engagements of their accounts, lognormal; what a post is worth is the same on all of them."""
    found: list[PostFigures] = []
    for place in range(number):
        worth = random.normal(0, 0.5)
        if on == "one":
            accounts = ["mastodon-en" if random.random() < mastodon else "x-en"]
        else:
            shares = {"mastodon": mastodon, "x": 1 - mastodon, "bluesky": 0.5}
            same = {"all": 1.0, "most": 0.97}.get(on)
            accounts = [name for name in ACCOUNTS if random.random() < (same or shares[name.partition("-")[0]])]
        for name in accounts:
            network, _, language = name.partition("-")
            mean = 12 * ACCOUNTS[name] * times * math.exp(worth + random.normal(0, 0.7))
            likes = int(random.poisson(mean))
            counts = tuple(likes if field == "likes" else None for field in FIELDS)
            one = Measured(
                delivery="", post=f"{place}", series="", item="", priority="", commitments=(), rung="", answers="",
                account=name, network=network, language=language, due=_DUE, state=State.SENT, sent=_DUE, followers=1_000,
            )  # fmt: skip
            found.append(figures(one, counts, Known.READ))
    return found


def projections(runs: int) -> dict[str, float]:
    """How often a rate, or a sum of weeks, ended within its projection, with as long to go as was gone, and with three times as long. Shares of
    units; engagements ÷ followers of posts (six deliveries each, lognormal; and with tails of t with 3 degrees)."""
    told: dict[str, float] = {}
    starts, today = date(2027, 1, 18), date(2027, 1, 18) + timedelta(days=30)
    for times in (1, 3):
        by = today + timedelta(days=30 * times - 1)
        for number, share in ((20, 0.5), (60, 0.9), (300, 0.98)):
            random = np.random.default_rng(number + times)
            inside = 0
            for _ in range(runs):
                seen, more = int(random.binomial(number, share)), int(random.binomial(number * times, share))
                found = project(
                    Rate(seen, number, number), Basis(), target=90, starts=starts, today=today, by=by
                ).interval
                end = 100 * (seen + more) / (number * (1 + times))
                inside += found is not None and found.low - 1e-9 <= end <= found.high + 1e-9
            told[f"share of {share:g}, {number} units and {number * times} to come"] = inside / runs
        for number, some, tail in ((8, runs, ""), (20, runs, ""), (60, runs // 4, ""), (20, runs, "heavy ")):
            random = np.random.default_rng(number * 10 + times)
            inside = 0
            for _ in range(max(some, 1)):
                every = _posts(random, number * (1 + times), heavy=bool(tail))
                seen = every[:number]
                rate = Rate(sum(n for n, _ in seen), sum(d for _, d in seen), number)
                found = project(rate, Basis(posts=seen), target=1, starts=starts, today=today, by=by).interval
                end = 100 * sum(n for n, _ in every) / sum(d for _, d in every)
                inside += found is not None and found.low <= end <= found.high
            told[f"{tail}engagement of {number} posts and {number * times} to come"] = inside / max(some, 1)
    for number, coming in ((3, 5), (4, 4), (6, 2), (12, 12)):
        for name in ("normal", "lognormal", "heavy lognormal"):
            random = np.random.default_rng(number * 100 + coming)
            inside = 0
            for _ in range(runs):
                weeks = [round(one) for one in _week(random, name, number + coming)]
                some = weeks[:number]
                found = project_sum(some, sum(some), left=7 * coming, target=1).interval
                inside += found is not None and found.low - 0.5 <= sum(weeks) <= found.high + 0.5
            told[f"{name} sum of {number} weeks and {coming} to come"] = inside / runs
    return told


def _week(random: np.random.Generator, name: str, number: int) -> list[float]:
    """A week's sum is one of many posts: of 100, give or take 30; or lognormal, with 0.4 or with 0.8."""
    if name == "normal":
        return [max(one, 0.0) for one in random.normal(100, 30, number)]
    return list(random.lognormal(math.log(100), 0.4 if name == "lognormal" else 0.8, number))


def _posts(random: np.random.Generator, number: int, *, heavy: bool) -> list[tuple[int, int]]:
    """Engagements and followers of posts, all their deliveries together; one in four is on half of the accounts."""
    followers = np.where(random.random(number) < 0.25, 900, 1_800)
    appeal = random.normal(0, 0.5, number) + np.log(np.exp(random.normal(0, 0.7, (number, 6))).mean(axis=1))
    if heavy:  # without a mean, so without a rate that more posts would come to
        appeal = random.normal(0, 0.7, number) + 0.3 * random.standard_t(3, number)
    engaged = random.poisson(followers * 0.02 * np.exp(np.minimum(appeal, 8)))
    return [(int(n), int(d)) for n, d in zip(engaged, followers, strict=True)]


def enough(runs: int) -> dict[str, Any]:
    """The posts that a report asks for, from posts without a difference: how often they find a quarter more (80 % is
    promised). `posts` is the median of what was asked for."""
    told: dict[str, Any] = {}
    effect = math.log(1.25)
    for name, alpha, paired in (("one comparison", 0.05, False), ("one of 20", 0.0025, False), ("paired", 0.05, True)):
        random = np.random.default_rng(80)
        asked: list[int] = []
        found = 0
        for _ in range(runs):
            held = Pairs if paired else _one_account
            needed = held(*_two(random, 30, 60, 0.0, paired)).needed(alpha=alpha)
            if needed is None:
                continue
            asked.append(needed)
            number = min(needed, 500 if paired else 250)  # more than 500 a side are not looked at
            found += held(*_two(random, number, 2 * number, effect, paired)).p() < alpha
        told[name] = {"posts": int(np.median(asked)), "found": found / max(len(asked), 1)}
    return told


def _two(random: np.random.Generator, here: int, there: int, effect: float, paired: bool) -> list[list[float]]:
    """Two kinds of posts; paired: what a post is worth is on both sides."""
    spread = 0.25
    if not paired:
        return [list(random.normal(effect, spread, here)), list(random.normal(0, spread, there))]
    both = random.normal(0, 0.8, here)
    return [list(both + random.normal(shift, spread, here)) for shift in (effect, 0.0)]


def kinds(runs: int) -> dict[str, float]:
    """Two series of which one is four fifths on Mastodon and the other one fifth, as a report compares them: how often a
    difference is called sure where there is none on any account; the same where most posts have none or one; and, where
    there is one of 1.5, how often the interval holds it and how often it is found."""
    told: dict[str, float] = {}
    mixes = {name: (*one, (0.8, 0.2)) for name, one in MIXES.items()}
    mixes["some accounts a post, 30 against 30, the same mix"] = (30, 30, "some", (0.5, 0.5))
    mixes["six accounts a post, of 3% of which no count is known, 20 against 40"] = (20, 40, "most", (0.5, 0.5))
    for number, (name, (here, there, on, mix)) in enumerate(mixes.items()):
        random = np.random.default_rng(700 + number)
        for times, better in ((1.0, 1.0), (0.02, 1.0), (1.0, 1.5)):
            found = [_series(random, here, there, mix, on, times, better) for _ in range(runs)]
            sure = sum(one.sure for one in found) / runs
            if better == 1:
                sparse = "" if times == 1 else ", most with none or one"
                told[f"{name}{sparse}: false differences"] = sure
            else:
                ratios = [one.ratio for one in found if one.ratio is not None]
                told[f"{name}: intervals hold 1.5"] = sum(one.low <= better <= one.high for one in ratios) / len(ratios)
                told[f"{name}: 1.5 is found"] = sure
    return told


def _series(
    random: np.random.Generator, here: int, there: int, mix: tuple[float, float], on: str, times: float, better: float
) -> Comparison:
    """A report's comparison of two series, the first of them better. How many follow is not known, so networks are not compared."""
    first, second = (
        [replace(one, by_followers=None, result=replace(one.result, series=name, post=name + one.result.post)) for one in some]
        for name, some in (
            ("a", _mixed(random, here, mix[0], on, times * better)), ("b", _mixed(random, there, mix[1], on, times)),
        )
    )  # fmt: skip
    return next(one for one in compared([*first, *second], {}, UTC_ZONE) if one.factor == "series")


def _one_account(left: Any, right: Any) -> Strata:
    """Two kinds of posts, all of one account."""
    values = [
        (f"{side}{place}", ("",), float(value))
        for side, some in enumerate((left, right))
        for place, value in enumerate(some)
    ]
    placed, here = Placed(values), np.arange(len(left) + len(right)) < len(left)
    return placed.strata(placed.table(here), placed.table(~here))


def family(runs: int, posts: int = 96) -> dict[str, float]:
    """Reports in which any comparison without a difference is called one (after Holm): of eight series, four parts of the day,
    seven weekdays, questions and pictures, each series on accounts of its own choice. `comparisons`: how many there are."""
    random = np.random.default_rng(11)
    wrong = number = 0
    for _ in range(runs):
        some: list[PostFigures] = []
        for series in range(8):
            for one in _mixed(random, posts // 8, 0.2 + 0.1 * (series % 7), "some", 1.0):
                post = int(one.result.post) * 8 + series
                due = _DUE + timedelta(days=post % 7, hours=6 * (post % 4) - 12)
                told = replace(
                    one.result, series=f"{series}", post=f"{post}", due=due, question=post % 3 == 0, pictures=post % 2
                )
                some.append(replace(one, by_followers=None, result=told))
        found = [one for one in compared(some, {}, UTC_ZONE) if one.p is not None and one.same_as is None]
        number += len(found)
        wrong += any(one.sure for one in found)
    return {"comparisons": round(number / runs, 1), "with a false difference": wrong / runs}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--blocks", type=int, default=60)
    wanted = parser.parse_args()
    began = time.monotonic()
    found = {
        "runs": wanted.runs,
        "false wins, no effect, looking after every block": false_wins(wanted.runs, wanted.blocks),
        "power": power(wanted.runs),
        "always-valid intervals cover": coverage(wanted.runs, wanted.blocks),
        "intervals of comparisons cover": comparisons(wanted.runs),
        "side by side, whatever the mix of networks": side_by_side(wanted.runs),
        "projections hold how it ends": projections(wanted.runs),
        "the posts that a report asks for find a quarter more": enough(max(wanted.runs // 4, 1)),
        "kinds of posts, whatever the mix of accounts": kinds(max(wanted.runs // 2, 1)),
        "reports with any false difference": family(max(wanted.runs // 4, 1)),
        "seconds": 0.0,
    }
    found["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
