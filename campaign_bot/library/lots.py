"""Which delivery gets which variant of an experiment: dealt by lot in blocks, from a seed that is written down.

A block is as many posts in a row as there are variants. In it every account has each variant once, and each post has the
variants spread over the accounts, so that network, language, item and time weigh on all variants alike. Each block's lot
is drawn apart from the others'.
"""

from __future__ import annotations

import random
from collections.abc import Sequence


def lot(
    experiment: str, seed: int, block: int, variants: Sequence[str], accounts: Sequence[str]
) -> dict[tuple[int, str], str]:
    """(place in the block, account) -> variant. The same arguments give the same lot, on any machine."""
    draw = random.Random(f"{experiment}/{seed}/{block}")  # noqa: S311 - a lot that anybody may check, no secret
    number = len(variants)
    order = list(accounts)
    draw.shuffle(order)
    dealt = list(variants)
    draw.shuffle(dealt)
    return {
        (place, account): dealt[(place + offset) % number]
        for offset, account in enumerate(order)
        for place in range(number)
    }
