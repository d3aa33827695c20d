"""Alerts: one message to the people who run the service, over whatever they read (mail, chat, a web hook)."""

from __future__ import annotations

import logging
from collections.abc import Sequence


def send(addresses: Sequence[str], title: str, body: str) -> list[int]:
    """Send one message to each address (an Apprise URL). Returns the places in `addresses` of those that did not take
    it; addresses hold secrets, so nobody names them."""
    from apprise import Apprise, NotifyFormat  # 0.3 s: only where an alert is told

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it would log addresses
    failed: list[int] = []
    for number, address in enumerate(addresses):
        one = Apprise()
        if not one.add(address) or not one.notify(title=title, body=body, body_format=NotifyFormat.TEXT):
            failed.append(number)
    return failed
