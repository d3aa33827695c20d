"""Addresses as people write them into files: of servers, sources and pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

#: An error about a value that nobody may see.
PRIVATE = "private"


def parse_address(address: str) -> str:
    """The address, if a request could go there. Raises ValueError with a sentence otherwise."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("this is no address: look at its host and port") from error
    if address and (not host or port == 0):
        raise ValueError("this is no address: look at its host and port")
    if parts.username is not None or parts.password is not None:
        said = "write the address without a name and password: secrets belong into .env"
        raise PydanticCustomError(PRIVATE, "{sentence}", {"sentence": said})
    return address
