"""Compose: from templates and items to the exact content of a delivery. Reads no clock and no network.

`filters` and `cards` tell template authors what they can write.
"""

from campaign_bot.compose.cards import SHAPES, ShapeName, render_card
from campaign_bot.compose.choices import LACKS, LeftOut, Takes, settle
from campaign_bot.compose.compose import Composition, compose
from campaign_bot.compose.fitting import Room
from campaign_bot.compose.media import is_video, load_media
from campaign_bot.compose.templates import parse_problems

__all__ = [
    "LACKS",
    "SHAPES",
    "Composition",
    "LeftOut",
    "Room",
    "ShapeName",
    "Takes",
    "compose",
    "is_video",
    "load_media",
    "parse_problems",
    "render_card",
    "settle",
]
