"""Values are never changed: another one is made."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from msgspec import Struct, structs

V = TypeVar("V")


def replace(value: V, **changes: Any) -> V:
    """The same value with other fields, be it a Struct or a dataclass. (Python 3.13 has it as `copy.replace`.)"""
    change: Any = structs.replace if isinstance(value, Struct) else dataclasses.replace
    return change(value, **changes)
