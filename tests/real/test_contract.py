"""The contract of every network, the very same functions, through the real client on Bluesky's own server."""

from __future__ import annotations

from campaign_bot.contract.suite import *  # noqa: F403
