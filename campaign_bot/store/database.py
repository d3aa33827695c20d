"""One connection to a database: plain SQL at once, sqlite-utils with the first statement that it writes better."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite_utils
    from sqlite_utils.db import Table

Values = Sequence[object] | Mapping[str, object]


class Database:
    """A connection of pysqlite3. `whole` is the same one in the hands of sqlite-utils, `table` one of its tables."""

    def __init__(self, conn: Any) -> None:
        self.conn = conn

    def execute(self, sql: str, values: Values = ()) -> Any:
        return self.conn.execute(sql, values)

    def query(self, sql: str, values: Values = ()) -> Iterator[dict[str, Any]]:
        """The rows by the names of their columns, one by one."""
        cursor = self.conn.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def table(self, name: str) -> Table:
        return self.whole.table(name)

    @cached_property
    def whole(self) -> sqlite_utils.Database:
        return _sqlite_utils().Database(self.conn)


@cache
def _sqlite_utils() -> Any:
    """The library without what it would load along with it: numpy and pandas, half a second where they are installed, for
    values of their types that nobody hands it."""
    left_out = [name for name in ("numpy", "pandas") if name not in sys.modules]
    for name in left_out:
        sys.modules[name] = None  # pyright: ignore[reportArgumentType] - `import` raises ImportError for it
    try:
        return importlib.import_module("sqlite_utils")
    finally:
        for name in left_out:
            del sys.modules[name]
