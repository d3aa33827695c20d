"""Compose: from templates and items to exact content."""

from campaign_bot.compose.compose import Composition, compose, load_picture
from campaign_bot.compose.templates import parse_problems

__all__ = ["Composition", "compose", "load_picture", "parse_problems"]
