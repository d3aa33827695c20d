"""The contract's second part, the very same functions, on mastodon-mock."""

from __future__ import annotations

from campaign_bot.contract.posting import *  # noqa: F403
