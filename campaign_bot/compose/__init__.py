"""Compose: from templates and items to the exact content of a delivery. Reads no clock and no network.

`filters` and `cards` tell template authors what they can write.
"""

from campaign_bot.compose.cards import SHAPES, ShapeName, render_card
from campaign_bot.compose.compose import Composition, compose, load_picture
from campaign_bot.compose.templates import parse_problems

__all__ = ["SHAPES", "Composition", "ShapeName", "compose", "load_picture", "parse_problems", "render_card"]
