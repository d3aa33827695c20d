"""The contract that every network keeps, and nothing more: the website has no ways of its own to test."""

from campaign_bot.contract.posting import *  # noqa: F403
from campaign_bot.contract.suite import *  # noqa: F403
