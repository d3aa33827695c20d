"""The contract that every network keeps, as tests that a network of one's own can run too.

A package that registers a network takes three steps (docs/adding-a-network.md): a `conftest.py` that makes the fixture
`under_test` with `opened(...)` and takes the others from `fixtures`, one row of `Particulars`, and a test module that says
`from campaign_bot.contract.suite import *` and `from campaign_bot.contract.posting import *`. Needs pytest, which
campaign-bot itself does not install.
"""

from campaign_bot.contract.under_test import NOW, VIDEO, Particulars, UnderTest, a_gif, a_picture, a_video, opened

__all__ = ["NOW", "VIDEO", "Particulars", "UnderTest", "a_gif", "a_picture", "a_video", "opened"]
