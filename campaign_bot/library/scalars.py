"""Where the texts of a YAML file stand in its source, so that one can be changed and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from campaign_bot.library.yaml import Keys


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value that is a text: source[start:end], without its quotation marks."""

    keys: Keys
    start: int
    end: int
    style: str  # ' or " or | or > or nothing
    value: str


def scalars(source: str) -> list[Scalar]:
    """Every text of the file; none where it is not YAML."""
    try:
        node = YAML(typ="safe", pure=True).compose(source)
    except (YAMLError, ValueError, RecursionError):
        return []
    return [] if node is None else list(_below(node, (), set()))


def _below(node: Node, keys: Keys, seen: set[int]) -> Iterator[Scalar]:
    if id(node) in seen:  # an alias: its text is changed where it is written
        return
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        quotes = 1 if node.style in ("'", '"') else 0
        start, end = node.start_mark.index + quotes, node.end_mark.index - quotes
        yield Scalar(keys, start, end, node.style or "", str(node.value))
    elif isinstance(node, SequenceNode):
        for number, one in enumerate(node.value):
            yield from _below(one, (*keys, number), seen)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _below(value, (*keys, str(key.value)), seen)
