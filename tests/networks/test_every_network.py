"""The contract (campaign_bot.contract.suite), kept by every network of the package."""

from campaign_bot.contract.suite import *  # noqa: F403
