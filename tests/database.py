"""Opening a database beside the store. The same SQLite as the store's: two of them in one process break each other's
locks (sqlite.org/howtocorrupt.html, 2.2.1)."""

from __future__ import annotations

from typing import Any

import pysqlite3

connect: Any = pysqlite3.connect  # pyright: ignore[reportAttributeAccessIssue]
