"""What the contract's tests publish, as fixtures: a `conftest.py` says `from campaign_bot.contract.fixtures import *`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from campaign_bot.contract import under_test
from campaign_bot.model import Attachment

__all__ = ["a_gif", "a_picture", "a_video"]


@pytest.fixture
def a_picture() -> Callable[[str], Attachment]:
    return under_test.a_picture


@pytest.fixture
def a_video() -> Attachment:
    return under_test.a_video()


@pytest.fixture
def a_gif() -> Attachment:
    return under_test.a_gif()
