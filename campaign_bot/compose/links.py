"""Short addresses on the campaign's own domain, so that clicks can be counted without knowing anything about people."""

from __future__ import annotations

import hashlib

#: Letters and digits that are not mistaken for each other; without vowels they spell nothing.
ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"
#: 28^9: among 100,000 links, two share a code with a chance of 1 in 2,000 (and then the store refuses the second).
LENGTH = 9


def link_code(campaign: str, post: str, account: str, target: str) -> str:
    """Derived, not drawn: the same link in the same post for the same account has the same code on any machine."""
    number = int.from_bytes(hashlib.sha256("\x1f".join((campaign, post, account, target)).encode()).digest())
    digits: list[str] = []
    for _ in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[rest])
    return "".join(digits)


class Shortener:
    """Makes the short addresses of one post for one account, and remembers where each leads."""

    def __init__(self, domain: str, campaign: str, post: str, account: str) -> None:
        self._domain, self._words = domain.rstrip("/"), (campaign, post, account)
        self.targets: dict[str, str] = {}

    def __call__(self, target: str) -> str:
        if not self._domain:
            return target
        code = link_code(*self._words, target)
        self.targets[code] = target
        return f"{self._domain}/{code}"
