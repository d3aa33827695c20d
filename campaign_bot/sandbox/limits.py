"""Rate limits as the real networks keep them: so many requests in a window that begins with the first one."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a window after a request, as the networks' headers tell it."""

    limit: int
    remaining: int
    reset: datetime
    allowed: bool


class RateLimiter:
    """Fixed windows per account and bucket, by the clock that is passed in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, str], tuple[datetime, int]] = {}  # -> (its end, used)

    def take(
        self, account: str, bucket: str, limit: int, window_s: float, now: datetime, *, cost: int = 1
    ) -> Allowance:
        """Use `cost` of the bucket, unless that is more than is left: then nothing is used and `allowed` is False."""
        with self._lock:
            reset, used = self._windows.get((account, bucket), (now, 0))
            if reset <= now:
                reset, used = now + timedelta(seconds=window_s), 0
            allowed = used + cost <= limit
            used += cost if allowed else 0
            self._windows[account, bucket] = (reset, used)
            return Allowance(limit, max(limit - used, 0), reset, allowed)
