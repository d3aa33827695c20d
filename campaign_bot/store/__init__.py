"""The store. sqlite-utils is loaded here first, without what it would load along with it: numpy and pandas, half a second at
every start where they are installed, for values of their types that nobody hands it."""

from __future__ import annotations

import importlib
import sys

_LEFT_OUT = [name for name in ("numpy", "pandas") if name not in sys.modules]
for _name in _LEFT_OUT:
    sys.modules[_name] = None  # pyright: ignore[reportArgumentType] - `import` raises ImportError for it
try:
    importlib.import_module("sqlite_utils")
finally:
    for _name in _LEFT_OUT:
        del sys.modules[_name]
