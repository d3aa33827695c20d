"""What all tests share: nothing leaves this machine, and nothing of the developer's environment comes in."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("campaign_bot.contract.suite", "campaign_bot.contract.posting")

if TYPE_CHECKING:
    from tests.stage import Stage

for _name in [name for name in os.environ if name.upper().startswith("CAMPAIGN_BOT_")]:
    del os.environ[_name]
os.environ["COLUMNS"] = "160"  # tables as on a wide terminal, before any console is made
for _name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
    os.environ.pop(_name, None)

# How long a test takes is no test: on a busy machine the first example alone takes longer than hypothesis's 200 ms.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--real", action="store_true", help="also on servers that others wrote (`make test-real`)")


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0])
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Every connection that is not to this machine is refused, whoever tries."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if not _is_loopback(address):
            raise AssertionError(f"a test tried to reach {address}")
        real(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    yield
    socket.socket.connect = real  # type: ignore[method-assign]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Six deliveries of one post, approved, due now (`tests.stage`)."""
    from tests.stage import set_stage

    with set_stage(tmp_path) as made:
        yield made
