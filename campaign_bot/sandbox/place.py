"""Where the local networks are, and what an account presents to them: all that a client of theirs has to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaign_bot.library.files import Account

LOOPBACK = "127.0.0.1"
#: Where they are when nobody says otherwise, so that a second terminal finds them.
PORT = 8765
URL = f"http://{LOOPBACK}:{PORT}"


def secrets_of(account: Account, fields: Sequence[str]) -> dict[str, str]:
    """What an account's client presents to the local networks: derived, so that nobody has to exchange anything."""
    return {field: f"sandbox-{account.name}-{field}" for field in fields}
