"""Which addresses lead somewhere for everybody. Those of a rehearsal, or of a server inside a house, do not."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

#: Names that no public server has (RFC 6761, RFC 6762).
LOCAL = ("localhost", ".localhost", ".local", ".internal")


def leads_somewhere(address: str) -> bool:
    """Whether it can be an address of the public web: nobody is asked."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    host = host.rstrip(".")
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(LOCAL)
