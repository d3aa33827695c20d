"""The networks under test on servers that others wrote: only with `--real`, which `make test-real` gives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from campaign_bot import networks
from campaign_bot.library.files import Account
from tests.networks.conftest import NOW, PARTICULARS, a_gif, a_picture, a_video
from tests.networks.recorder import Recorder
from tests.real.far_end import BlueskyUnderTest, FarEnd
from tests.real.servers import Person, RealBluesky, real_bluesky

__all__ = ["a_gif", "a_picture", "a_video"]

READERS = 3


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.getoption("--real") else True


@pytest.fixture(scope="session")
def servers() -> Iterator[RealBluesky]:
    with real_bluesky() as started:
        yield started


@pytest.fixture(scope="session")
def readers(servers: RealBluesky) -> list[Person]:
    """Second accounts, who like, repost, answer and quote."""
    return [servers.create_account(f"reader-{number}.test") for number in range(1, READERS + 1)]


_numbers = count(1)


@pytest.fixture
def under_test(servers: RealBluesky, readers: list[Person]) -> Iterator[BlueskyUnderTest]:
    """A new account on Bluesky's own server, behind a gate that lets drills happen."""
    person = servers.create_account(f"opengov-{next(_numbers)}.test")
    account = Account(name="bluesky-en", network="bluesky", language="en", handle=person.handle)
    clock = [NOW]
    world = FarEnd(servers, {account.name: person}, now=lambda: clock[0])
    with Recorder(servers.pds, meets=world.meets, before=world.before, own_names=(servers.pds,)) as gate:
        world.gate = gate
        made = BlueskyUnderTest(
            networks.get("bluesky"), account, world, gate, PARTICULARS["bluesky"], clock, readers=readers
        )
        yield made
        for one in made.opened:
            one.close()
