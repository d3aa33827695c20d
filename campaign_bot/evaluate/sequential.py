"""Intervals that stay valid however often one looks, for engagement, which is heavy-tailed.

A block has every variant once, dealt by lot. Without an effect, exchanging two variants within a block changes nothing,
so the difference of their logarithms is as likely to be x as -x: symmetric about 0 by the lot alone, whatever the
distribution, also without a variance. For symmetric d_1, d_2, ... and any λ, exp(λ Σd - λ² Σd²/2) is a supermartingale
(de la Peña 1999, A General Class of Exponential Inequalities, section 6; Howard, Ramdas, McAuliffe, Sekhon 2020,
Time-uniform Chernoff bounds, Lemma 3(d)). Mixed over λ ~ N(0, 1/ρ) it is

    M_n = sqrt(ρ / (ρ + V)) exp(S² / (2 (ρ + V)))      S = Σ (d_i - δ),  V = Σ (d_i - δ)²

and by Ville's inequality M_n reaches 1/α with a probability of at most α, at whatever time one stops. The interval is
every shift δ for which it has not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from campaign_bot.evaluate.statistics import Interval

#: No variant multiplies engagement by more than this (e^7, about 1,100): what is beyond is not searched.
WIDEST = 7.0
#: With fewer blocks the interval has no end: shifts far away are not excluded either.
FEWEST_BLOCKS = 12
#: ρ, in squared logarithms: the mixture is sharpest after about so much variation. It must not depend on the data.
RHO = 2.0
_GRID = 1401


def log_evidence(differences: Sequence[float], shift: float = 0.0) -> float:
    """log M_n: how strongly the differences speak against `shift` as the true one."""
    total = sum(one - shift for one in differences)
    variation = sum((one - shift) ** 2 for one in differences)
    return total * total / (2 * (RHO + variation)) - 0.5 * math.log1p(variation / RHO)


def interval(differences: Sequence[float], *, alpha: float = 0.05) -> Interval | None:
    """The differences' middle and the ends of the always-valid interval. None: too few blocks."""
    import numpy as np

    number = len(differences)
    if number < FEWEST_BLOCKS:
        return None
    total, squares = sum(differences), sum(one * one for one in differences)
    shifts = np.linspace(-WIDEST, WIDEST, _GRID)
    sums = total - number * shifts
    variation = np.maximum(squares - 2 * shifts * total + number * shifts**2, 0.0)
    inside = sums**2 / (2 * (RHO + variation)) - 0.5 * np.log1p(variation / RHO) < math.log(1 / alpha)
    kept = shifts[inside]
    middle = min(max(total / number, -WIDEST), WIDEST)
    if not len(kept):
        return Interval(middle, middle, middle)
    step = 2 * WIDEST / (_GRID - 1)  # an end between two points of the grid belongs to the wider side
    return Interval(middle, min(float(kept[0]) - step, middle), max(float(kept[-1]) + step, middle))


def first_sure(paths: Any, *, alpha: float = 0.05) -> Any:
    """For each row of differences (runs x blocks): the number of blocks after which 0 was first excluded; 0: never.
    Looked at after every block from `FEWEST_BLOCKS` on."""
    import numpy as np

    sums, variation = np.cumsum(paths, axis=1), np.cumsum(paths**2, axis=1)
    sure = sums**2 / (2 * (RHO + variation)) - 0.5 * np.log1p(variation / RHO) >= math.log(1 / alpha)
    sure[:, : FEWEST_BLOCKS - 1] = False
    return np.where(sure.any(axis=1), sure.argmax(axis=1) + 1, 0)


def blocks_needed(effect: float, spread: float, *, power: float = 0.8, alpha: float = 0.05, most: int = 4_000) -> int:
    """After how many blocks an effect (a difference of logarithms) is found with probability `power`, looking after
    each block; `spread` is the standard deviation of the differences between blocks. 0: not within `most`."""
    import numpy as np

    random = np.random.default_rng(20_270_118)
    size = 200
    while size <= most:
        found = first_sure(random.normal(effect, spread, (1_000, size)), alpha=alpha)
        times = np.sort(np.where(found > 0, found, size + 1))
        needed = int(times[math.ceil(power * len(times)) - 1])
        if needed <= size:
            return needed
        size *= 2
    return 0


def smallest_effect(blocks: int, spread: float, *, power: float = 0.8, alpha: float = 0.05) -> float | None:
    """The smallest difference of logarithms that so many blocks find with probability `power`; None: none at all."""
    import numpy as np

    if blocks < FEWEST_BLOCKS:
        return None
    noise = np.random.default_rng(20_270_118).normal(0, spread, (1_000, blocks))
    low, high = 0.0, WIDEST
    if float((first_sure(noise + high, alpha=alpha) > 0).mean()) < power:
        return None
    while high - low > 0.01:
        middle = (low + high) / 2
        if float((first_sure(noise + middle, alpha=alpha) > 0).mean()) >= power:
            high = middle
        else:
            low = middle
    return high
